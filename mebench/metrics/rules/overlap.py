"""The ways in which scripts measure an overlap, and the pairs that come of it.

Three conventions decide real scores; ``i`` and ``u`` are the frames that two intervals share and that either has:

- inclusive, ``i / u >= t``: both ends are frames of the interval (the canonical rule);
- inclusive and strict, ``i / u > t``;
- exclusive, ``(i - 1) / (u - 1)``: lengths are ``offset - onset``. For ``t = 1/2`` (and 2/3, 3/4, ...) and ``>=`` it is
  the same as the strict inclusive test, but for two equal intervals of one frame, where it is 0/0.

All ratios are compared in integers, so that a tie is decided as the script decides it and not by rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mebench.metrics.intervals import Frames, Intervals, blocks_of, overlaps, reaches
from mebench.metrics.rules.base import Case, Index, Mask

Ratio = tuple[Frames, Frames]
Measure = Callable[[Intervals, Intervals], Ratio]


def inclusive(reference: Intervals, estimated: Intervals) -> Ratio:
    """Return shared and united frames of paired intervals."""
    return overlaps(reference.onset, reference.offset, estimated.onset, estimated.offset)


def exclusive(reference: Intervals, estimated: Intervals) -> Ratio:
    """Return the overlap and the hull of paired intervals by ``offset - onset``; 0 and 0 where one has no frames."""
    shared = np.minimum(reference.offset, estimated.offset) - np.maximum(reference.onset, estimated.onset)
    hull = np.maximum(reference.offset, estimated.offset) - np.minimum(reference.onset, estimated.onset)
    valid = (reference.offset >= reference.onset) & (estimated.offset >= estimated.onset)
    return np.where(valid, np.maximum(shared, 0), 0), np.where(valid, hull, 0)


def clamped(reference: Intervals, estimated: Intervals) -> Ratio:
    """Return the ratio of the MEGC2020 baseline's ``calc_iou``.

    One is added to the overlap after it was cut at 0, so that disjoint intervals share one frame; an interval of one
    frame overlaps nothing.
    """
    shared = np.minimum(reference.offset, estimated.offset) - np.maximum(reference.onset, estimated.onset)
    shared = np.maximum(shared, 0) + 1
    united = (reference.offset - reference.onset) + (estimated.offset - estimated.onset) + 2 - shared
    valid = (reference.offset > reference.onset) & (estimated.offset > estimated.onset)
    return np.where(valid, shared, 0), np.where(valid, united, 0)


@dataclass(frozen=True)
class Overlap:
    """A measure and whether the threshold itself is too little."""

    measure: Measure
    strict: bool = False

    def passes(self, ratio: Ratio, threshold: Fraction) -> Mask:
        """Return where a ratio is enough, decided in integers; a ratio over 0 never is."""
        if not self.strict:
            return reaches(*ratio, threshold)
        shared, united = ratio
        return (shared * threshold.denominator > united * threshold.numerator) & (united > 0)

    def __call__(self, case: Case, reference: Index, estimated: Index) -> Mask:
        """Return whether each pair of an event and a prediction overlaps enough."""
        ratio = self.measure(case.reference.take(reference), case.estimated.take(estimated))
        return self.passes(ratio, case.threshold)


def blocks(reference: Intervals, estimated: Intervals) -> Iterator[tuple[Index, Index]]:
    """Yield all pairs within a group, in blocks of whole references, each with its estimates in the order given."""
    order = np.argsort(estimated.group, kind="stable")
    groups = estimated.group[order]
    first = np.searchsorted(groups, reference.group, side="left")
    width = np.searchsorted(groups, reference.group, side="right") - first
    for begin, end in blocks_of(width):
        count = width[begin:end]
        row = np.repeat(np.arange(begin, end), count)
        place = np.arange(len(row)) + np.repeat(first[begin:end] - np.cumsum(count) + count, count)
        yield row, order[place]


def passing(reference: Intervals, estimated: Intervals, test: Overlap, threshold: Fraction) -> tuple[Index, Index]:
    """Return the pairs within a group that overlap enough, by reference and then in the order of the estimates."""
    none = np.empty(0, dtype=np.intp)
    rows, columns = [none], [none]
    for row, column in blocks(reference, estimated):
        enough = test.passes(test.measure(reference.take(row), estimated.take(column)), threshold)
        rows.append(row[enough])
        columns.append(column[enough])
    return np.concatenate(rows), np.concatenate(columns)


def best_partner(reference: Intervals, estimated: Intervals, test: Overlap, threshold: Fraction) -> NDArray[np.intp]:
    """Return for each reference the estimate that overlaps it most, the first of equals; -1 if that is not enough.

    Only the best is asked: if it is rejected later on, no other takes its place.
    """
    best = np.full(len(reference.onset), -1, dtype=np.intp)
    for row, column in blocks(reference, estimated):
        shared, united = test.measure(reference.take(row), estimated.take(column))
        share = np.divide(shared, united, out=np.full(len(row), -1.0), where=united > 0)
        start = np.flatnonzero(np.diff(row, prepend=-1))
        if not start.size:
            continue
        top = np.repeat(np.maximum.reduceat(share, start), np.diff(np.append(start, len(row))))
        at_top = np.flatnonzero(share == top)
        winner = at_top[np.flatnonzero(np.diff(row[at_top], prepend=-1))]
        enough = winner[test.passes((shared[winner], united[winner]), threshold)]
        best[row[enough]] = column[enough]
    return best
