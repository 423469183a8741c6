"""Inclusive frame intervals: which pairs overlap enough?

Conventions
-----------
An interval ``[onset, offset]`` holds the frames from onset to offset, both included: ``offset - onset + 1`` of them.
An interval whose offset lies before its onset is empty; it has no frames and its IoU with anything is 0.

The intersection over union is a ratio of two whole numbers of frames, so ``IoU >= threshold`` is decided in integers:
with the threshold ``p / q`` the test reads ``q * intersection >= p * union``. No pair is won or lost to a rounding
error, which matters: on real submissions a quarter of all hits lie on .5 exactly.

Intervals are compared within their *group* only (a group is one video and one expression type).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.int64]

LARGEST_FRAME = 2**40
LARGEST_DENOMINATOR = 2**20
"""Together these keep ``q * intersection`` and ``p * union`` within 64 bits."""

PAIRS_PER_BLOCK = 400_000
"""How many candidate pairs are held in memory at once (about 30 MiB with the temporaries)."""


class Intervals(NamedTuple):
    """Intervals as three arrays of equal length, shape (n,): group code, onset and offset in frames."""

    group: Frames
    onset: Frames
    offset: Frames

    def take(self, index: NDArray[np.intp]) -> Intervals:
        """Return the intervals at ``index``, in that order."""
        return Intervals(self.group[index], self.onset[index], self.offset[index])


def intervals(group: object, onset: object, offset: object) -> Intervals:
    """Build :class:`Intervals` from anything array-like, after checking it.

    Raises
    ------
    ValueError
        If the arrays differ in length, are not whole numbers, or hold a group code below 0 or a frame beyond 2**40.
    """
    columns = []
    for name, values in (("group", group), ("onset", onset), ("offset", offset)):
        array = np.asarray(values)
        if array.size == 0:
            array = array.astype(np.int64)
        if array.ndim != 1 or array.dtype.kind not in "iu":
            raise ValueError(f"{name} must be a one-dimensional array of integers, not {array.dtype} of {array.shape}")
        columns.append(array.astype(np.int64, copy=False))
    if len({len(column) for column in columns}) > 1:
        raise ValueError(f"group, onset and offset differ in length: {[len(column) for column in columns]}")
    built = Intervals(*columns)
    if built.group.size:
        if built.group.min() < 0:
            raise ValueError("a group code is negative")
        if max(np.abs(built.onset).max(), np.abs(built.offset).max()) > LARGEST_FRAME:
            raise ValueError("a frame number is beyond 2**40: is it a time stamp?")
    return built


def iou_threshold(value: str | float | Fraction) -> Fraction:
    """Return an IoU threshold as an exact fraction.

    Parameters
    ----------
    value : str, float or Fraction
        ``".5"``, ``"1/3"``, ``0.3`` (read as the decimal 3/10, not as the binary float next to it).

    Raises
    ------
    ValueError
        If it is no number, lies outside (0, 1], or needs a denominator beyond 2**20.
    """
    if isinstance(value, bool):
        raise ValueError(f"{value} is no IoU threshold; give one such as .5 or 1/3")
    try:
        threshold = Fraction(repr(value) if isinstance(value, float) else value)
    except (ValueError, ZeroDivisionError, TypeError):
        raise ValueError(f"{value!r} is not a number; give an IoU threshold such as .5 or 1/3") from None
    if not 0 < threshold <= 1:
        raise ValueError(f"an IoU threshold lies above 0 and at most at 1, not at {value}")
    if threshold.denominator > LARGEST_DENOMINATOR:
        raise ValueError(f"the IoU threshold {value} is finer than 1/2**20; write it as text ('1/3') or round it")
    return threshold


def lengths(spans: Intervals) -> Frames:
    """Return the number of frames of each interval, 0 for an empty one."""
    frames: Frames = np.maximum(spans.offset - spans.onset + 1, 0)
    return frames


def overlaps(onset_a: Frames, offset_a: Frames, onset_b: Frames, offset_b: Frames) -> tuple[Frames, Frames]:
    """Return (intersection, union) of paired intervals in frames; all arrays of one shape.

    An empty interval gives intersection 0; the union of two empty intervals is 0.
    """
    intersection = np.minimum(offset_a, offset_b)
    intersection -= np.maximum(onset_a, onset_b)
    intersection += 1
    np.maximum(intersection, 0, out=intersection)
    empty = (offset_a < onset_a) | (offset_b < onset_b)
    if empty.any():
        intersection[empty] = 0
    union = np.maximum(offset_a - onset_a + 1, 0) + np.maximum(offset_b - onset_b + 1, 0) - intersection
    return intersection, union


def reaches(intersection: Frames, union: Frames, threshold: Fraction) -> NDArray[np.bool_]:
    """Return where ``intersection / union >= threshold``, decided in integers; an empty union never reaches it."""
    p, q = threshold.numerator, threshold.denominator
    return (intersection * q >= union * p) & (union > 0)


class Windows(NamedTuple):
    """For each reference, the run ``[first, first + width)`` of estimated intervals that could reach the threshold."""

    first: Frames
    width: Frames


def candidate_windows(reference: Intervals, estimated: Intervals, threshold: Fraction) -> Windows:
    """Find for each reference the estimated intervals whose onset does not rule out ``IoU >= threshold``.

    A reference of length L that ends at ``b`` can reach IoU t only with an interval that starts within
    ``[b + 1 - L/t, b + 1 - tL]``: an earlier start makes the union too long, a later one the intersection too short.
    With the estimated intervals sorted by (group, onset) that is one run, found by binary search.

    Parameters
    ----------
    reference, estimated : Intervals, of n and m intervals
        ``estimated`` must be sorted by group, then onset.
    threshold : Fraction

    Returns
    -------
    Windows
        Two arrays of shape (n,).
    """
    if not estimated.onset.size or not reference.onset.size:
        return Windows(np.zeros_like(reference.onset), np.zeros_like(reference.onset))
    p, q = threshold.numerator, threshold.denominator
    length = lengths(reference)
    after = reference.offset + 1
    earliest = after - (length * q) // p  # b + 1 - floor(L / t)
    latest = after + (-length * p) // q  # b + 1 - ceil(t * L)
    windows = _starting_within(reference.group, earliest, latest, estimated)
    return Windows(windows.first, np.where(length > 0, windows.width, 0))


def _starting_within(group: Frames, earliest: Frames, latest: Frames, spans: Intervals) -> Windows:
    """Find, for each window, the run of intervals of its group that start within ``[earliest, latest]``.

    ``spans`` is sorted by group, then onset, and is not empty.
    """
    low, high = int(spans.onset.min()), int(spans.onset.max())
    span = high - low + 1
    groups = 1 + max(int(spans.group.max()), int(group.max(initial=0)))
    if groups * span >= 2**63:
        raise ValueError(f"{groups} groups with onsets from {low} to {high} are more than 64 bits can tell apart")

    def key(group: Frames, onset: Frames) -> Frames:
        """One integer that sorts by (group, onset)."""
        return group * span + (onset - low)

    keys = key(spans.group, spans.onset)
    first = np.searchsorted(keys, key(group, np.clip(earliest, low, high)), side="left")
    last = np.searchsorted(keys, key(group, np.clip(latest, low, high)), side="right")
    # Clipping pulls a window that lies outside all onsets onto their border: such a window is empty.
    possible = (latest >= low) & (earliest <= high)
    return Windows(first, np.where(possible, np.maximum(last - first, 0), 0))


def pairs_within(
    reference: Intervals,
    estimated: Intervals,
    threshold: Fraction,
    windows: Windows,
    start: int = 0,
    stop: int | None = None,
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the pairs with ``IoU >= threshold`` among the candidates of references ``start`` to ``stop - 1``.

    Returns
    -------
    reference_index, estimated_index : ndarray of int, shape (k,)
        Sorted by reference, then by estimated interval.
    """
    blocks = [
        _pairs_of_block(reference, estimated, threshold, windows, begin, end)
        for begin, end in blocks_of(windows.width[start:stop], start)
    ]
    if not blocks:
        none = np.empty(0, dtype=np.intp)
        return none, none
    return np.concatenate([row for row, _ in blocks]), np.concatenate([column for _, column in blocks])


def blocks_of(weight: Frames, start: int = 0, limit: int = PAIRS_PER_BLOCK) -> Iterator[tuple[int, int]]:
    """Cut positions ``start, start + 1, ...`` into runs whose weights sum to at most ``limit`` (or that are single)."""
    ends = np.cumsum(weight)
    begin = 0
    while begin < len(ends):
        done = int(ends[begin - 1]) if begin else 0
        end = max(int(np.searchsorted(ends, done + limit, side="right")), begin + 1)
        yield start + begin, start + end
        begin = end


def _pairs_of_block(
    reference: Intervals, estimated: Intervals, threshold: Fraction, windows: Windows, begin: int, end: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    row, column = _candidates(windows, begin, end)
    intersection, union = overlaps(
        reference.onset[row], reference.offset[row], estimated.onset[column], estimated.offset[column]
    )
    hit = reaches(intersection, union, threshold)
    return row[hit], column[hit]


def _candidates(windows: Windows, begin: int, end: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the (window, member) pairs of windows ``begin`` to ``end - 1``, one run after the other."""
    count = windows.width[begin:end]
    row = np.repeat(np.arange(begin, end), count)
    # Position within the run = running number minus the running number at which the run began.
    return row, np.arange(len(row)) + np.repeat(windows.first[begin:end] - np.cumsum(count) + count, count)


def touching_pairs(reference: Intervals, estimated: Intervals) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the pairs that share at least one frame, in the same group.

    Two intervals touch if and only if one of them starts within the other: either the estimated one starts within the
    reference, or the reference starts within the estimated one behind its first frame. Each half is a run of sorted
    onsets, so no pair is looked at in vain.

    Parameters
    ----------
    reference, estimated : Intervals, of n and m intervals, in any order

    Returns
    -------
    reference_index, estimated_index : ndarray of int, shape (k,)
        Sorted by reference, then by estimated interval.

    Examples
    --------
    >>> reference = intervals([0, 0], [1, 11], [10, 20])
    >>> rows, columns = touching_pairs(reference, intervals([0, 1], [10, 1], [11, 99]))
    >>> rows.tolist(), columns.tolist()
    ([0, 1], [0, 0])
    """
    row, column = _starts_inside(reference, estimated, behind=0)
    later_column, later_row = _starts_inside(estimated, reference, behind=1)
    row, column = np.concatenate([row, later_row]), np.concatenate([column, later_column])
    order = np.lexsort((column, row))
    return row[order], column[order]


def _starts_inside(outer: Intervals, inner: Intervals, behind: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the pairs whose inner interval starts within the outer one, ``behind`` frames or more after its onset."""
    kept_outer, kept_inner = np.flatnonzero(lengths(outer)), np.flatnonzero(lengths(inner))
    if not kept_outer.size or not kept_inner.size:
        none = np.empty(0, dtype=np.intp)
        return none, none
    kept_inner = kept_inner[np.lexsort((inner.onset[kept_inner], inner.group[kept_inner]))]
    of = outer.take(kept_outer)
    windows = _starting_within(of.group, of.onset + behind, of.offset, inner.take(kept_inner))
    row, column = _candidates(windows, 0, len(kept_outer))
    return kept_outer[row], kept_inner[column]
