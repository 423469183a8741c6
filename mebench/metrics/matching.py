"""One-to-one matching of reference and estimated intervals, as many pairs as there can be.

Conventions
-----------
The MEGC2019 guideline counts a hit only while ``hits <= references`` and ``hits <= estimates`` in every video: each
interval serves at most once. It leaves open *which* assignment. Any greedy order makes the score depend on the order
of the rows, so the only reading that does not is the largest number of pairs that a one-to-one assignment can reach: a
matching of maximum cardinality. It is found with the algorithm of Hopcroft and Karp [1]_, on one sparse graph for a
whole batch of videos.

.. [1] Hopcroft, J. E., Karp, R. M. (1973). An n^5/2 algorithm for maximum matchings in bipartite graphs.
   SIAM Journal on Computing 2 (4), 225-231.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from mebench.metrics.intervals import Intervals, blocks_of, candidate_windows, pairs_within


def canonical_order(spans: Intervals) -> NDArray[np.intp]:
    """Return the order by (group, onset, offset): the order in which rows stood in a file then plays no part."""
    return np.lexsort((spans.offset, spans.onset, spans.group))


def match(reference: Intervals, estimated: Intervals, threshold: Fraction) -> NDArray[np.intp]:
    """Match one to one within each group, with as many pairs of ``IoU >= threshold`` as possible.

    Parameters
    ----------
    reference, estimated : Intervals, of n and m intervals, in any order
    threshold : Fraction
        From :func:`mebench.metrics.intervals.iou_threshold`.

    Returns
    -------
    ndarray of int, shape (n,)
        For each reference the index of its estimated interval, or -1. Which of several largest matchings is returned
        depends on the intervals alone, not on the order of the rows (interchangeable duplicates aside).

    Examples
    --------
    >>> from mebench.metrics.intervals import intervals, iou_threshold
    >>> reference = intervals([0, 0], [1, 7], [14, 20])
    >>> match(reference, intervals([0], [1], [20]), iou_threshold(".5"))
    array([ 0, -1])
    """
    matched = np.full(len(reference.onset), -1, dtype=np.intp)
    if not len(reference.onset) or not len(estimated.onset):
        return matched
    reference_order, estimated_order = canonical_order(reference), canonical_order(estimated)
    reference, estimated = reference.take(reference_order), estimated.take(estimated_order)

    for row, column in graph_blocks(reference, estimated, threshold):
        partner_of = largest_matching(row - row[0], column - column.min())
        hit = np.flatnonzero(partner_of >= 0)
        matched[reference_order[hit + row[0]]] = estimated_order[partner_of[hit] + column.min()]
    return matched


def graph_blocks(
    reference: Intervals, estimated: Intervals, threshold: Fraction
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Yield the pairs with ``IoU >= threshold`` as (references, estimates), whole groups at a time, never none.

    Both sides must be sorted by group, then onset; the pairs come sorted by reference, then by estimate.
    """
    windows = candidate_windows(reference, estimated, threshold)
    group_start = np.flatnonzero(np.diff(reference.group, prepend=-1))
    borders = np.append(group_start, len(reference.group))
    for first, last in blocks_of(np.add.reduceat(windows.width, group_start)):
        row, column = pairs_within(reference, estimated, threshold, windows, int(borders[first]), int(borders[last]))
        if row.size:
            yield row, column


def largest_matching(row: NDArray[np.intp], column: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return for each row of the graph its column in a largest matching, or -1; rows ascending, both from 0."""
    n_rows, n_columns = int(row[-1]) + 1, int(column.max()) + 1
    starts = np.searchsorted(row, np.arange(n_rows + 1)).astype(np.int32)
    edges = np.ones(len(column), dtype=np.int8)
    graph = csr_array((edges, column.astype(np.int32), starts), shape=(n_rows, n_columns))
    return np.asarray(maximum_bipartite_matching(graph, perm_type="column"), dtype=np.intp)
