"""The one matching: of the largest ones the best overlapping, of those the earliest.

Conventions
-----------
How *many* pairs a largest one-to-one matching has is settled (:mod:`mebench.metrics.matching`), but often several
matchings are that large. Counts do not care; whatever looks at the pairs themselves does: which emotion was said of
which event, which prediction was the wrong one. The canonical matching is, within each group,

1. one of the largest, and of these
2. one whose IoU add up to the most, each IoU counted in whole units of ``1 / UNIT`` (rounded down), and of these
3. the one in which the first event has the earliest prediction, then the second event, and so on.

Events and predictions stand in the order of onset, offset and, among identical intervals, a rank that the caller gives;
no prediction comes after all predictions. So the result follows from the intervals alone: the order of rows, the names
of videos and a shift of all frames play no part. Everything is decided in integers.

The first two are a linear assignment problem in which every event may also take a seat of its own that costs more than
all overlap is worth. It is solved with the sparse algorithm of Jonker and Volgenant (scipy). By complementary slackness
the other optima are made of the same tight edges [1]_, so the third is a search for an exchange along those; where the
tight edges hold no cycle, the optimum is the only one and there is nothing to search.

.. [1] Burkard, R., Dell'Amico, M., Martello, S. (2012). Assignment Problems, revised reprint. SIAM. Chapter 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, min_weight_full_bipartite_matching

from mebench.metrics.intervals import Frames, Intervals, blocks_of, overlaps
from mebench.metrics.matching import graph_blocks

UNIT = 2**20
"""An IoU is compared in these parts: exactly the true order for intervals of up to a thousand frames."""

_ROWS_AT_ONCE = 256
"""The solver's time grows with rows times columns of what it is given, so components are given in small batches."""

Index = NDArray[np.intp]


def overlap_units(intersection: Frames, union: Frames) -> Frames:
    """Return ``intersection / union`` in whole units of ``1 / UNIT``, rounded down; 0 where the union is empty."""
    return (intersection * UNIT) // np.maximum(union, 1)


def assign(
    reference: Intervals,
    estimated: Intervals,
    threshold: Fraction,
    reference_rank: NDArray[np.int64] | None = None,
    estimated_rank: NDArray[np.int64] | None = None,
) -> Index:
    """Return the canonical matching.

    Parameters
    ----------
    reference, estimated : Intervals, of n and m intervals, in any order
    threshold : Fraction
        From :func:`mebench.metrics.intervals.iou_threshold`.
    reference_rank, estimated_rank : ndarray of int, shapes (n,) and (m,), optional
        What orders identical intervals, e.g. the code of the emotion. Without it identical intervals are
        interchangeable and stand in the order of their rows.

    Returns
    -------
    ndarray of int, shape (n,)
        For each reference the index of its estimated interval, or -1.

    Raises
    ------
    ValueError
        If so many intervals of one video overlap that 64-bit floating point could not hold the sums exactly.

    Examples
    --------
    >>> from mebench.metrics.intervals import intervals, iou_threshold
    >>> estimated = intervals([0, 0], [1, 3], [10, 12])  # both reach the event, the second is the better one
    >>> assign(intervals([0], [3], [14]), estimated, iou_threshold(".5"))
    array([1])
    """
    matched = np.full(len(reference.onset), -1, dtype=np.intp)
    if not len(reference.onset) or not len(estimated.onset):
        return matched
    reference_order, estimated_order = order(reference, reference_rank), order(estimated, estimated_rank)
    reference, estimated = reference.take(reference_order), estimated.take(estimated_order)
    for row, column in graph_blocks(reference, estimated, threshold):
        shared, union = overlaps(
            reference.onset[row], reference.offset[row], estimated.onset[column], estimated.offset[column]
        )
        rows, local_row = np.unique(row, return_inverse=True)
        columns, local_column = np.unique(column, return_inverse=True)
        graph = _Graph(local_row, local_column, overlap_units(shared, union), len(rows), len(columns))
        partner = _earliest(graph, _heaviest(graph))
        hit = np.flatnonzero(partner < graph.n_columns)
        matched[reference_order[rows[hit]]] = estimated_order[columns[partner[hit]]]
    return matched


def order(spans: Intervals, rank: NDArray[np.int64] | None = None) -> Index:
    """Return the order by group, onset, offset and rank."""
    ranks = np.zeros_like(spans.onset) if rank is None else rank
    return np.lexsort((ranks, spans.offset, spans.onset, spans.group))


class _Graph(NamedTuple):
    """Edges between rows and columns, both numbered from 0 without gaps; sorted by row, then column.

    Row ``i`` may also take seat ``n_columns + i``, which is its own: to take it is to stay unmatched.
    """

    row: Index
    column: Index
    units: Frames
    n_rows: int
    n_columns: int

    def with_seats(self) -> tuple[Index, Index, Frames]:
        """Return all edges, those to the seats last, and what each costs.

        A seat costs more than all overlap of the graph is worth, so that no seat is taken that need not be.
        """
        seat = (self.n_rows + 1) * (UNIT + 1)
        own = np.arange(self.n_rows)
        row, column = np.concatenate([self.row, own]), np.concatenate([self.column, self.n_columns + own])
        return row, column, np.concatenate([UNIT + 1 - self.units, np.full(self.n_rows, seat, dtype=np.int64)])


def _heaviest(graph: _Graph) -> Index:
    """Return the column or seat of each row in a largest matching of the greatest total overlap."""
    partner = np.empty(graph.n_rows, dtype=np.intp)
    for rows, columns, part in _batches(graph):
        row, column, cost = part.with_seats()
        if part.n_rows * int(cost.max()) >= 2**53:
            raise ValueError(f"{part.n_rows} events that overlap through their predictions are too many to match")
        shape = (part.n_rows, part.n_columns + part.n_rows)
        entries = (row.astype(np.int32), column.astype(np.int32))
        taken_by, taken = min_weight_full_bipartite_matching(csr_array((cost.astype(np.float64), entries), shape=shape))
        seated = taken >= part.n_columns
        where = rows[taken_by]
        partner[where] = np.where(seated, graph.n_columns + where, columns[np.where(seated, 0, taken)])
    return partner


def _batches(graph: _Graph) -> Iterator[tuple[Index, Index, _Graph]]:
    """Cut the graph into batches of whole components; yield the rows, the columns and the graph of each."""
    size = graph.n_rows + graph.n_columns
    ends = (graph.row.astype(np.int32), (graph.n_rows + graph.column).astype(np.int32))
    adjacency = csr_array((np.ones(len(graph.row), dtype=np.int8), ends), shape=(size, size))
    n_components, component = connected_components(adjacency, directed=False)
    of_row, of_column = component[: graph.n_rows], component[graph.n_rows :]
    rows, columns = np.argsort(of_row, kind="stable"), np.argsort(of_column, kind="stable")
    row_ends = np.cumsum(np.bincount(of_row, minlength=n_components))
    column_ends = np.cumsum(np.bincount(of_column, minlength=n_components))
    place_of_row, place_of_column = np.empty_like(rows), np.empty_like(columns)
    place_of_row[rows], place_of_column[columns] = np.arange(len(rows)), np.arange(len(columns))
    edges = np.argsort(place_of_row[graph.row], kind="stable")
    row, column, units = place_of_row[graph.row[edges]], place_of_column[graph.column[edges]], graph.units[edges]
    for first, last in blocks_of(np.bincount(of_row, minlength=n_components), limit=_ROWS_AT_ONCE):
        row_start, column_start = (int(e[first - 1]) if first else 0 for e in (row_ends, column_ends))
        row_stop, column_stop = int(row_ends[last - 1]), int(column_ends[last - 1])
        own = slice(*np.searchsorted(row, [row_start, row_stop]))
        yield (
            rows[row_start:row_stop],
            columns[column_start:column_stop],
            _Graph(
                row[own] - row_start,
                column[own] - column_start,
                units[own],
                row_stop - row_start,
                column_stop - column_start,
            ),
        )


def _earliest(graph: _Graph, partner: Index) -> Index:
    """Return, of all matchings as good as ``partner``, the one whose rows have the earliest columns."""
    row, column, cost = graph.with_seats()
    owner = np.full(graph.n_columns + graph.n_rows, -1, dtype=np.intp)
    owner[partner] = np.arange(graph.n_rows)
    own_cost = np.empty(graph.n_rows, dtype=np.int64)
    taken = owner[column] == row
    own_cost[row[taken]] = cost[taken]
    # One node a row, and one, the last, for "some column is free". To go from a row to another is to take its column.
    free = graph.n_rows
    tail = np.concatenate([row[~taken], np.full(graph.n_rows, free)])
    head = np.concatenate([np.where(owner[column] < 0, free, owner[column])[~taken], np.arange(graph.n_rows)])
    change = np.concatenate([cost[~taken] - own_cost[row[~taken]], np.zeros(graph.n_rows, dtype=np.int64)])
    height = _potentials(tail, head, change, graph.n_rows + 1)
    tight = height[tail] + change == height[head]
    links = csr_array(
        (np.ones(int(tight.sum()), dtype=np.int8), (tail[tight].astype(np.int32), head[tight].astype(np.int32))),
        shape=(graph.n_rows + 1, graph.n_rows + 1),
    )
    _, knot = connected_components(links, directed=True, connection="strong")
    movable = np.bincount(knot)[knot[: graph.n_rows]] > 1
    if not movable.any():
        return partner
    edge = np.flatnonzero(~taken)[tight[: len(tail) - graph.n_rows]]
    edge = edge[movable[row[edge]]]
    edge = edge[np.lexsort((column[edge], row[edge]))]
    search = _Exchange(partner, owner, height[: graph.n_rows] == height[free], row[edge], column[edge])
    for i in np.flatnonzero(movable).tolist():
        search.improve(i)
    return np.array(search.partner, dtype=np.intp)


def _potentials(tail: Index, head: Index, change: Frames, n_nodes: int) -> Frames:
    """Return potentials in which no arc gains: shortest distances by Bellman and Ford, from a start next to all."""
    by_head = np.argsort(head, kind="stable")
    tail, change = tail[by_head], change[by_head]
    starts = np.flatnonzero(np.diff(head[by_head], prepend=-1))
    reached = head[by_head][starts]
    height = np.zeros(n_nodes, dtype=np.int64)
    while True:
        best = np.minimum.reduceat(height[tail] + change, starts)
        lower = best < height[reached]
        if not lower.any():
            return height
        height[reached[lower]] = best[lower]


class _Exchange:
    """Rows trade columns along tight edges, and each that has had its turn keeps what it has."""

    def __init__(self, partner: Index, owner: Index, releasable: NDArray[np.bool_], row: Index, column: Index) -> None:
        self.partner: list[int] = partner.tolist()
        self.owner: list[int] = owner.tolist()
        # Whether a column may be left free; one that is free already may stay so.
        self.releasable = dict(zip(self.partner, releasable.tolist(), strict=True))
        self.choices: dict[int, list[int]] = {}
        for i, j in zip(row.tolist(), column.tolist(), strict=True):
            self.choices.setdefault(i, []).append(j)
        for i, more in self.choices.items():
            more.append(self.partner[i])
            more.sort()

    def improve(self, i: int) -> None:
        """Give row ``i`` the earliest column that it can have while the rows before it keep theirs."""
        for j in self.choices[i]:
            if j == self.partner[i] or self._take(i, j):
                return

    def _take(self, i: int, j: int) -> bool:
        """Let row ``i`` have column ``j`` if those behind it can rearrange; breadth first from who loses it."""
        given_up = self.partner[i]
        may_free = self.releasable.get(given_up, True)
        came_from: dict[int, int] = {j: -1}
        queue = [j]
        for wanted in queue:
            loser = self.owner[wanted]
            if (loser < 0 and may_free) or wanted == given_up:
                self._shift(i, wanted, came_from)
                return True
            if loser > i:
                for other in self.choices.get(loser, ()):
                    if other not in came_from:
                        came_from[other] = wanted
                        queue.append(other)
        return False

    def _shift(self, i: int, last: int, came_from: dict[int, int]) -> None:
        """Move every row on the path one column on, ending at ``last``."""
        given_up = self.partner[i]
        if last != given_up:
            self.owner[given_up] = -1
        wanted = last
        while came_from[wanted] >= 0:
            previous = came_from[wanted]
            mover = self.owner[previous]
            self.partner[mover], self.owner[wanted] = wanted, mover
            wanted = previous
        self.partner[i], self.owner[wanted] = wanted, i
