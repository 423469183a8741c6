"""Can these published scores come from any confusion matrix of the protocol? Recognition.

A row of a table is *impossible* if no whole numbers give its digits. It says that the printed numbers are not one
confusion matrix of this protocol, not which of them is wrong. A row that is impossible as printed may be possible when
its UAR is read as the mean precision, which widely copied scripts print under that name.

A composite protocol prints a row for each database and one for all together. Each row may be possible by itself and
all of them together not, because the margins of the databases add up to those of the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations, product
from math import prod

import numpy as np
from numpy.typing import NDArray

from mebench.metrics.margins import (
    LIMIT,
    PRECISION,
    READINGS,
    RECALL,
    Floats,
    Found,
    Ints,
    Targets,
    Window,
    find_margins,
    fits,
)

POSSIBLE = "possible"
UNIQUE = "unique: these margins"
ONLY_PRECISION = "possible only as mean precision"
IMPOSSIBLE = "impossible"
UNDECIDED = "undecided"

_TINY = 1e-9
_TRIPLES = 5_000_000
_VERTICES = 10
_PAIRS = 200_000_000
_BLOCK = 4_000_000
_RANDOM_BLOCKS = 10


@dataclass(frozen=True)
class Attainable:
    """The UF1 that confusion matrices have at a printed UAR; ``exact`` if both ends are reached, else outer bounds."""

    low: float
    high: float
    exact: bool


@dataclass(frozen=True)
class Verdict:
    """The margins found under each reading of UAR (keys ``recall`` and ``precision``)."""

    found: Mapping[str, Found]

    @property
    def reading(self) -> str | None:
        """The reading under which the scores are possible, recall first; None if under neither."""
        return next((reading for reading in READINGS if len(self.found[reading].margins)), None)

    @property
    def unique(self) -> bool:
        """Whether exactly one solution exists under :attr:`reading`."""
        return self.reading is not None and len(self.found[self.reading].margins) == 1 and self.decided(self.reading)

    def decided(self, reading: str) -> bool:
        """Return whether all solutions of a reading are known (or that there are none)."""
        return self.found[reading].complete

    @property
    def word(self) -> str:
        """One of POSSIBLE, UNIQUE, ONLY_PRECISION, IMPOSSIBLE, UNDECIDED."""
        if self.reading == RECALL:
            return UNIQUE if self.unique else POSSIBLE
        if not self.decided(RECALL):
            return UNDECIDED
        if self.reading == PRECISION:
            return ONLY_PRECISION
        return IMPOSSIBLE if self.decided(PRECISION) else UNDECIDED


def audit_row(class_counts: Sequence[int], targets: Targets) -> Verdict:
    """Decide whether one row of scores can come from these classes.

    Parameters
    ----------
    class_counts : sequence of int
        Samples of each of C >= 2 classes.
    targets : Targets

    Returns
    -------
    Verdict
        Margins of shape (k, C, 2).

    Raises
    ------
    ValueError
        If there are fewer than two classes or one has no sample.
    """
    # Bounds decide without a search. F1 <= 2 a / (1 + a) holds whether a is recall or precision.
    bounds = attainable_uf1(class_counts, targets.uar)
    too_high = targets.uf1.low > 2 * targets.uar.high / (1 + targets.uar.high) + _TINY
    inside = bounds.low - _TINY <= targets.uf1.high and targets.uf1.low <= bounds.high + _TINY
    excluded = {RECALL: not inside or too_high, PRECISION: too_high}
    nothing = Found(np.zeros((0, len(class_counts), 2), np.int64), True)
    return Verdict({r: nothing if excluded[r] else find_margins(class_counts, targets, r) for r in READINGS})


def audit_rows(parts: Sequence[Verdict], class_counts: Sequence[int], targets: Targets) -> Verdict:
    """Decide whether the rows of all parts and the row of the whole can come from one confusion matrix per part.

    Parameters
    ----------
    parts : sequence of Verdict
        Of :func:`audit_row`, one for each database.
    class_counts : sequence of int
        Samples of each class in the whole: the sums over the parts.
    targets : Targets
        Of the whole.

    Returns
    -------
    Verdict
        Margins of shape (k, parts, C, 2).
    """
    counts = np.asarray(class_counts, dtype=np.int64)
    return Verdict({r: _join([part.found[r] for part in parts], counts, targets, r) for r in READINGS})


def _join(parts: Sequence[Found], counts: Ints, targets: Targets, reading: str) -> Found:
    """Return the combinations of one solution a part whose sums give the targets of the whole."""
    complete = all(part.complete for part in parts)
    lengths = [len(part.margins) for part in parts]
    if not all(lengths):
        # A part that is proved impossible settles the whole.
        settled = any(part.complete and not len(part.margins) for part in parts)
        return Found(np.zeros((0, len(parts), len(counts), 2), np.int64), settled)
    exhaustive = prod(lengths) <= _PAIRS
    blocks = _every_combination(lengths) if exhaustive else _random_combinations(lengths)
    found: list[Ints] = []
    for block in blocks:
        hit = _near(parts, block, counts, targets.uf1)
        chosen = np.stack([p.margins[i] for p, i in zip(parts, hit, strict=True)], axis=1)
        found.append(chosen[fits(chosen.sum(axis=1), counts, targets, reading)])
        if sum(map(len, found)) >= LIMIT:
            complete = False
            break
    together = np.concatenate(found)
    together = together if exhaustive else np.unique(together, axis=0)
    return Found(together[:LIMIT], complete and exhaustive)


Block = tuple[list[NDArray[np.intp]], NDArray[np.intp]]


def _every_combination(lengths: Sequence[int]) -> list[Block] | map[Block]:
    """Return blocks of (indices into all parts but the last, indices into the last, all with all)."""
    *firsts, last = lengths
    n, step = prod(firsts), max(1, _BLOCK // last)
    every = np.arange(last)

    def block(start: int) -> Block:
        return list(np.unravel_index(np.arange(start, min(start + step, n)), firsts)), every

    return map(block, range(0, n, step))


def _random_combinations(lengths: Sequence[int]) -> map[Block]:
    """Return random blocks of the same form."""
    rng = np.random.default_rng(0)
    *firsts, last = lengths
    side = int(_BLOCK**0.5)

    def block(_: int) -> Block:
        return [rng.integers(0, n, side) for n in firsts], np.unique(rng.integers(0, last, side))

    return map(block, range(_RANDOM_BLOCKS))


def _near(parts: Sequence[Found], block: Block, counts: Ints, uf1: Window) -> list[NDArray[np.intp]]:
    """Return the indices, one array a part, of the combinations whose summed UF1 lies in the window, give or take 1e-5.

    In single precision: this is the inner loop, and what it lets through is checked again.
    """
    firsts, last = block
    left = sum(p.margins[i] for p, i in zip(parts[:-1], firsts, strict=True)).astype(np.float32)  # type: ignore[union-attr]
    right = parts[-1].margins[last].astype(np.float32)
    total = np.zeros((len(left), len(right)), dtype=np.float32)
    for c, n in enumerate(counts):
        hits = left[:, c, 0, np.newaxis] + right[:, c, 0]
        total += 2 * hits / (left[:, c, 1, np.newaxis] + right[:, c, 1] + np.float32(n))
    total /= len(counts)
    i, j = np.nonzero((total > uf1.low - 1e-5) & (total < uf1.high + 1e-5))
    return [*(first[i] for first in firsts), last[j]]


def attainable_uf1(class_counts: Sequence[int], uar: Window) -> Attainable:
    """Return the smallest and largest UF1 of any confusion matrix whose mean recall lies in ``uar``.

    Parameters
    ----------
    class_counts : sequence of int
    uar : Window

    Returns
    -------
    Attainable
        (nan, nan) if no matrix has such a recall. Exact for three classes of usual size, else outer bounds: for real
        t with that recall the sum of F1 is at least (sum of sqrt t)^2 / N (Cauchy and Schwarz), whose minimum lies
        where all classes but one have all or no hits, and UF1 is at most 2 UAR / (1 + UAR).
    """
    counts = np.asarray(class_counts, dtype=np.int64)
    if prod(int(n) + 1 for n in counts) > _TRIPLES:
        return _outer_bounds(counts, uar)
    hits = np.indices(tuple(counts + 1), dtype=np.int32).reshape(len(counts), -1)
    recall = sum((t / n for t, n in zip(hits, counts, strict=True)), np.zeros(hits.shape[1])) / len(counts)
    hits = hits[:, (recall >= uar.low - 1e-12) & (recall <= uar.high + 1e-12)].T.astype(np.int64)
    if not len(hits):
        return Attainable(np.nan, np.nan, True)
    return Attainable(_smallest_uf1(hits, counts), _largest_uf1(hits, counts), True)


def _outer_bounds(counts: Ints, uar: Window) -> Attainable:
    high = 2 * uar.high / (1 + uar.high)
    if len(counts) > _VERTICES:
        return Attainable(0.0, high, False)
    low = 1.0
    for free in range(len(counts)):
        for full in product((0, 1), repeat=len(counts) - 1):
            rest = len(counts) * max(uar.low, 0) - sum(full)
            if 0 <= rest <= 1:
                recall = np.insert(np.array(full, dtype=np.float64), free, rest)
                low = min(low, float(np.sqrt(recall * counts).sum() ** 2 / counts.sum() / len(counts)))
    return Attainable(low, min(1.0, high), False)


def _largest_uf1(hits: Ints, counts: Ints) -> float:
    """Return the largest UF1 for hits of shape (k, C).

    UF1 is convex in the false alarms, so it is largest at a corner of what they may be: one class takes all errors of
    the others, and one other class takes the errors of that class.
    """
    missed = counts - hits
    errors = missed.sum(axis=1)
    alone = 2 * hits / (counts + hits)
    best = 0.0
    for one, other in permutations(range(len(counts)), 2):
        f1 = alone.copy()
        f1[:, one] = 2 * hits[:, one] / (counts[one] + hits[:, one] + errors - missed[:, one])
        f1[:, other] = 2 * hits[:, other] / (counts[other] + hits[:, other] + missed[:, one])
        best = max(best, float(f1.mean(axis=1).max()))
    return best


def _smallest_uf1(hits: Ints, counts: Ints) -> float:
    """Return the smallest UF1 for hits of shape (k, C): rows in the order of their lower bounds, until none can win."""
    bounds = _relaxed_smallest(hits, counts)
    best = np.inf
    for row in np.argsort(bounds):
        if bounds[row] >= best:
            break
        best = min(best, _smallest_of_row(hits[row], counts))
    return best


def _relaxed_smallest(hits: Ints, counts: Ints) -> Floats:
    """Return the smallest UF1 of each row if false alarms could be fractions: a bound from below, shape (k,).

    With a multiplier m for the sum, p = sqrt(2 t m) - n, kept within its limits; m is found by bisection.
    """
    missed = counts - hits
    errors = missed.sum(axis=1, keepdims=True)
    low, high = np.full((len(hits), 1), -20.0), np.full((len(hits), 1), 40.0)
    least, most = hits, hits + errors - missed
    for _ in range(60):
        middle = (low + high) / 2
        predicted = np.clip(np.sqrt(2 * hits * np.exp(middle)) - counts, least, most)
        over = predicted.sum(axis=1, keepdims=True) > counts.sum()
        low, high = np.where(over, low, middle), np.where(over, middle, high)
    # The larger multiplier predicts at least N samples in all, which can only lower F1: the bound stays a bound.
    predicted = np.clip(np.sqrt(2 * hits * np.exp(high)) - counts, least, most)
    bound: Floats = (2 * hits / (counts + predicted)).mean(axis=1)
    return bound


def _smallest_of_row(hits: Ints, counts: Ints) -> float:
    """Return the smallest UF1 for hits of shape (C,): each false alarm goes where it lowers F1 most.

    F1 is convex in the false alarms of its class, so the largest losses taken together are the best choice.
    """
    missed = counts - hits
    errors = int(missed.sum())
    losses = []
    for t, n, limit in zip(hits, counts, errors - missed, strict=True):
        f1 = 2 * t / (n + t + np.arange(limit + 1))
        losses.append(f1[:-1] - f1[1:])
    largest = np.sort(np.concatenate(losses))[::-1][:errors]
    return float(((2 * hits / (counts + hits)).sum() - largest.sum()) / len(counts))
