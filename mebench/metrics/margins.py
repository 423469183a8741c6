"""All confusion margins that give a printed UF1 and UAR: an exhaustive search over whole numbers.

Conventions
-----------
A protocol fixes how many samples n_c each of its C classes has, N in all. Of a confusion matrix the scores need only
its *margins*: of each class the hits t_c and how often it was predicted, p_c. Then

    TP_c = t_c,  FN_c = n_c - t_c,  FP_c = p_c - t_c,  F1_c = 2 t_c / (n_c + p_c)
    UF1 = mean of F1_c,  UAR = mean of t_c / n_c,  mean precision = mean of t_c / p_c (0 where p_c = 0)

Margins belong to some confusion matrix if and only if 0 <= t_c <= min(n_c, p_c), the p_c sum to N, and for each class
FN_c + FP_c <= N - sum of all t: the errors outside the diagonal form a table with row sums FN and column sums FP, and
by the max-flow theorem that table exists exactly if no class's misses exceed the false alarms of the other classes.
(For two classes the condition says FP_1 = FN_2 and FP_2 = FN_1.)

Method
------
For given p both UF1 and UAR (read as recall or as mean precision) are linear in t. So p and the hits of all classes
but the two largest are enumerated, and the two remaining hits lie in a parallelogram, the intersection of two strips,
which holds few whole points. Everything is vectorised; 442 samples in three classes take about a second.
Where that would be too many cases, random ones near the printed scores are tried instead: they can find margins but
never rule them out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import comb, prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

RECALL = "recall"
PRECISION = "precision"
READINGS = (RECALL, PRECISION)
"""What a column headed UAR may hold: the mean recall that it should, or the mean precision that some scripts print."""

LIMIT = 100_000
EXHAUSTIVE = 60_000_000
_TABLE = 4_000_000
LARGEST = 10_000
"""Samples that a protocol may have; any known one has fewer, and beyond the search would take minutes."""
_BATCH = 100_000
_RANDOM_BATCHES = 40
_BLOCK = 1_000_000
_ENOUGH = 100  # of a random search, which only shows that there are some
_SLACK = 1e-12  # of a mean of ratios: far above float error, far below the distance of two different ratios
_NUDGE = 1e-7  # of a count, before it is rounded up or down; every candidate is checked exactly enough afterwards


class Window(NamedTuple):
    """The smallest and the largest value that a score may have, both included."""

    low: float
    high: float


class Targets(NamedTuple):
    """What the margins must give; ``accuracy`` and ``harmonic`` may be unknown.

    ``harmonic`` is the harmonic mean of mean precision and mean recall, which some tables call F1-score.
    """

    uf1: Window
    uar: Window
    accuracy: Window | None = None
    harmonic: Window | None = None


class Found(NamedTuple):
    """Margins of shape (k, ..., C, 2), hits and predicted along the last axis; ``complete`` if there are no others."""

    margins: Ints
    complete: bool


def scores(margins: Ints, class_counts: Ints) -> dict[str, Floats]:
    """Return the scores of margins.

    Parameters
    ----------
    margins : ndarray of int, shape (..., C, 2)
        Hits t_c and predicted p_c of each class.
    class_counts : ndarray of int, shape (C,)

    Returns
    -------
    dict of str to ndarray, shape (...)
        ``uf1``, ``recall``, ``precision`` (means over classes), ``accuracy``, ``harmonic`` (0 without a hit).
    """
    hits, predicted = margins[..., 0], margins[..., 1]
    recall = (hits / class_counts).mean(axis=-1)
    precision = (hits / np.maximum(predicted, 1)).mean(axis=-1)
    return {
        "uf1": (2 * hits / (class_counts + predicted)).mean(axis=-1),
        RECALL: recall,
        PRECISION: precision,
        "accuracy": hits.sum(axis=-1) / class_counts.sum(),
        "harmonic": 2 * precision * recall / np.where(recall > 0, precision + recall, 1),
    }


def fits(margins: Ints, class_counts: Ints, targets: Targets, reading: str) -> NDArray[np.bool_]:
    """Return which margins, shape (k, C, 2), give the targets when UAR is read as ``reading``; shape (k,)."""
    found = scores(margins, class_counts)
    wanted = {"uf1": targets.uf1, reading: targets.uar, "accuracy": targets.accuracy, "harmonic": targets.harmonic}
    ok = np.ones(len(margins), dtype=np.bool_)
    for name, window in wanted.items():
        if window is not None:
            ok &= (found[name] >= window.low - _SLACK) & (found[name] <= window.high + _SLACK)
    return ok


def belong_to_a_matrix(margins: Ints, class_counts: Ints) -> NDArray[np.bool_]:
    """Return which margins, shape (k, C, 2), belong to at least one confusion matrix, shape (k,)."""
    hits, predicted = margins[..., 0], margins[..., 1]
    errors = class_counts.sum() - hits.sum(axis=-1)
    wrong = class_counts + predicted - 2 * hits
    inside = (hits >= 0) & (hits <= np.minimum(class_counts, predicted)) & (wrong <= errors[..., np.newaxis])
    whole: NDArray[np.bool_] = inside.all(axis=-1) & (predicted.sum(axis=-1) == class_counts.sum())
    return whole


def find_margins(
    class_counts: Sequence[int], targets: Targets, reading: str = RECALL, limit: int = LIMIT, seed: int = 0
) -> Found:
    """Return the margins that give the targets.

    Parameters
    ----------
    class_counts : sequence of int
        Samples of each of C >= 2 classes, all positive.
    targets : Targets
    reading : {"recall", "precision"}
        What the UAR is read as.
    limit : int
        Stop after so many margins.
    seed : int
        Of the random search that replaces the enumeration where there are too many cases.

    Returns
    -------
    Found
        Shape (k, C, 2). With k = 0 and ``complete`` the scores are impossible; without ``complete`` nothing is proved.

    Raises
    ------
    ValueError
        If there are fewer than two classes, one has no sample, or all together have more than LARGEST.
    """
    counts = np.asarray(class_counts, dtype=np.int64)
    if len(counts) < 2 or counts.min() < 1 or counts.sum() > LARGEST:
        raise ValueError(
            f"two or more classes with at least one sample each, {LARGEST} in all at most, are needed, "
            f"not {list(class_counts)}"
        )
    largest_first = np.argsort(-counts, kind="stable")
    ordered = counts[largest_first]
    exhaustive = len(counts) == 2 or _is_enumerable(ordered)
    enough = limit if exhaustive else min(limit, _ENOUGH)
    found = [np.zeros((0, len(counts), 2), np.int64)]
    complete = exhaustive
    for margins in _candidates(ordered, targets, reading, exhaustive, seed):
        found.append(margins[belong_to_a_matrix(margins, ordered) & fits(margins, ordered, targets, reading)])
        if sum(map(len, found)) >= enough:
            complete = False
            break
    together = np.concatenate(found)
    together = together if exhaustive else np.unique(together, axis=0)
    return Found(together[:limit][:, np.argsort(largest_first)], complete)


def _candidates(counts: Ints, targets: Targets, reading: str, exhaustive: bool, seed: int) -> Iterator[Ints]:
    """Yield blocks of margins (k, C, 2) among which are all that give the targets (some, unless ``exhaustive``)."""
    if len(counts) == 2:
        yield from _two_classes(counts)
        return
    for predicted, others in _every_case(counts) if exhaustive else _random_cases(counts, targets, seed):
        yield from _complete(counts, predicted, others, targets, reading)


def _two_classes(counts: Ints) -> Iterator[Ints]:
    """Yield the margins of all 2 x 2 matrices: there the hits settle everything."""
    rows, columns = (int(n) + 1 for n in counts)
    step = max(1, _BATCH // columns)
    for start in range(0, rows, step):
        hits = np.indices((min(step, rows - start), columns)).reshape(2, -1).T + np.array([start, 0])
        yield np.stack([hits, hits + (counts - hits)[:, ::-1]], axis=-1)


def _is_enumerable(counts: Ints) -> bool:
    """Return whether an enumeration takes seconds and fits into memory."""
    n, classes = int(counts.sum()), len(counts)
    cases = comb(n + classes - 1, classes - 1) * prod(int(c) + 1 for c in counts[2:])
    return cases <= EXHAUSTIVE and (n + 1) ** (classes - 1) <= _TABLE


def _every_case(counts: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Yield batches of (predicted (b, C), hits of all classes but the first two (b, C - 2))."""
    n, classes = int(counts.sum()), len(counts)
    grid = np.indices((n + 1,) * (classes - 1)).reshape(classes - 1, -1).T
    grid = grid[grid.sum(axis=1) <= n]
    predicted = np.column_stack([n - grid.sum(axis=1), grid])
    hits = np.indices(tuple(counts[2:] + 1)).reshape(classes - 2, -1).T
    step = max(1, _BATCH // len(hits))
    for start in range(0, len(predicted), step):
        part = predicted[start : start + step]
        repeated, tiled = np.repeat(part, len(hits), axis=0), np.tile(hits, (len(part), 1))
        inside = (tiled <= repeated[:, 2:]).all(axis=1)
        yield repeated[inside], tiled[inside]


def _random_cases(counts: Ints, targets: Targets, seed: int) -> Iterator[tuple[Ints, Ints]]:
    """Yield random batches like :func:`_every_case`: error rates around what the printed scores suggest."""
    rng = np.random.default_rng(seed)
    classes, n = len(counts), int(counts.sum())
    error = 1 - min(targets.uf1.low, targets.uar.low)
    digest = rng.integers(1, 2**62, 2 * classes - 2)
    for _ in range(_RANDOM_BATCHES):
        share = rng.dirichlet(np.ones(classes), _BATCH)
        rate = np.minimum(1, share * classes * error * rng.uniform(0.3, 1.5, (_BATCH, 1)))
        hits = np.rint(counts * (1 - rate)).astype(np.int64)
        missed = n - hits.sum(axis=1)
        alarms = rng.multinomial(missed, rng.dirichlet(np.ones(classes), _BATCH))
        # Near-perfect scores leave few cases: look at each once.
        cases = np.column_stack([hits + alarms, hits[:, 2:]])
        cases = cases[np.unique(cases @ digest, return_index=True)[1]]
        yield cases[:, :classes], cases[:, classes:]


def _complete(counts: Ints, predicted: Ints, others: Ints, targets: Targets, reading: str) -> Iterator[Ints]:
    """Yield all candidates for the hits of the first two classes, as margins (k, C, 2).

    Two strips bound them: ``low <= a t0 + b t1 <= high`` with the weights of UF1 and with those of UAR.
    """
    true = np.broadcast_to(counts, predicted.shape)
    per_hit = (2 / (counts + predicted), 1 / (np.maximum(predicted, 1) if reading == PRECISION else true))
    most = np.minimum(counts[:2], predicted[:, :2])
    strips, reachable = [], np.ones(len(predicted), dtype=np.bool_)
    for weight, window in zip(per_hit, (targets.uf1, targets.uar), strict=True):
        known = (weight[:, 2:] * others).sum(axis=1)
        low, high = len(counts) * window.low - known, len(counts) * window.high - known
        reachable &= (high > -_NUDGE) & (low < (weight[:, :2] * most).sum(axis=1) + _NUDGE)
        strips.append(np.stack([weight[:, 0], weight[:, 1], low, high]))
    kept = np.flatnonzero(reachable)
    first, second = (strip[:, kept] for strip in strips)
    low, high = _first_hits(first, second)
    for row, t0 in _spread(np.maximum(low, 0), np.minimum(high, most[kept, 0])):
        low, high = _second_hits(first[:, row], second[:, row], t0)
        for inner, t1 in _spread(np.maximum(low, 0), np.minimum(high, most[kept[row], 1])):
            case = kept[row[inner]]
            hits = np.column_stack([t0[inner], t1, others[case]])
            yield np.stack([hits, predicted[case]], axis=-1)


def _first_hits(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """Return the extent along t0 of the parallelogram where two strips cross; unbounded where they are parallel."""
    a, b, low, high = first
    c, d, bottom, top = second
    determinant = a * d - b * c
    parallel = np.abs(determinant) < 1e-12 * a * d
    determinant[parallel] = 1
    centre = ((low + high) * d - (bottom + top) * b) / (2 * determinant)
    radius = ((high - low) * d + (top - bottom) * b) / (2 * np.abs(determinant))
    centre[parallel], radius[parallel] = 0, np.inf
    return centre - radius, centre + radius


def _second_hits(first: Floats, second: Floats, t0: Ints) -> tuple[Floats, Floats]:
    """Return the extent along t1 within both strips, given t0."""
    (a, b, low, high), (c, d, bottom, top) = first, second
    return (
        np.maximum((low - a * t0) / b, (bottom - c * t0) / d),
        np.minimum((high - a * t0) / b, (top - c * t0) / d),
    )


def _spread(low: Floats, high: Floats) -> Iterator[tuple[NDArray[np.intp], Ints]]:
    """Yield every whole number between ``low[i]`` and ``high[i]``, with its i, in blocks that fit into memory."""
    start = np.ceil(low - _NUDGE).astype(np.int64)
    length = np.maximum(np.floor(high + _NUDGE).astype(np.int64) - start + 1, 0)
    before = np.cumsum(length) - length
    cuts = np.flatnonzero(np.diff(before // _BLOCK)) + 1
    for rows in np.split(np.arange(len(length)), cuts):
        row = np.repeat(rows, length[rows])
        if len(row):
            yield row, start[row] + np.arange(len(row)) - (before[row] - before[rows[0]])
