"""Interval makers: from peaks, or from positions that pass a threshold, to scored intervals of positions.

Positions count from 0 to n - 1 along the track; intervals hold both ends and lie inside the track. The score of an
interval is the height of its peak, or the largest value within it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mebench.baselines.postprocess.boxes import Boxes, Values, of_length
from mebench.baselines.postprocess.peaks import Peaks
from mebench.metrics.intervals import Frames

Mask = NDArray[np.bool_]

STOPS = ("run", "lowest")


def fixed_halfwidth(of: Peaks, k: int, n: int) -> Boxes:
    """Return ``[peak - k, peak + k]``, cut to the ``n`` positions of the track.

    Such intervals have one length only: with k = 217 they can reach IoU 1/2 with 147 of the 343 MaE of SAMM-LV.

    Raises
    ------
    ValueError
        If k is negative.

    Examples
    --------
    >>> made = fixed_halfwidth(Peaks(np.array([1, 8]), np.array([0.5, 0.9])), k=3, n=10)
    >>> made.onset.tolist(), made.offset.tolist()
    ([0, 5], [4, 9])
    """
    if k < 0:
        raise ValueError(f"half a length cannot be {k}")
    position = of.position.astype(np.int64)
    return Boxes(np.maximum(position - k, 0), np.minimum(position + k, n - 1), of.height)


def runs(mask: Mask, values: Values, shortest: int = 1, longest: int | None = None, gap: int = 0) -> Boxes:
    """Return the runs of True, after runs with at most ``gap`` positions between them were joined.

    Parameters
    ----------
    mask : ndarray of bool, shape (n,)
    values : ndarray of float, shape (n,)
        The score of a run is the largest value within it.
    shortest, longest : int
        Length of the runs that stay, after joining, both included.
    gap : int
        0 joins nothing.

    Examples
    --------
    >>> mask = np.array([1, 1, 0, 1, 0, 0, 0, 1], dtype=bool)
    >>> made = runs(mask, mask * 1.0, shortest=2, gap=1)
    >>> made.onset.tolist(), made.offset.tolist()
    ([0], [3])
    """
    _check_track(mask, values)
    onset, offset = true_runs(mask)
    if gap > 0 and len(onset) > 1:
        apart = onset[1:] - offset[:-1] - 1 > gap
        onset, offset = onset[np.append(True, apart)], offset[np.append(apart, True)]
    return of_length(_with_largest(onset, offset, values), shortest, longest)


def true_runs(mask: Mask) -> tuple[Frames, Frames]:
    """Return the first and the last position of each maximal run of True, ascending."""
    inside = np.zeros(len(mask) + 2, dtype=bool)
    inside[1:-1] = mask
    # Steps come in turn: into a run, and out of it.
    steps = np.flatnonzero(inside[1:] != inside[:-1]).astype(np.int64)
    return steps[::2], steps[1::2] - 1


def chunk_fill(mask: Mask, values: Values, chunk: int, at_least: int) -> Boxes:
    """Cut the track into chunks; one with enough True gives the interval from its first to its last True.

    The MEGC2019 code uses chunks of 15 positions with at least 6 (CAS(ME)^2) and of 100 with at least 20 (SAMM). An
    incomplete last chunk needs as many as the others.

    Parameters
    ----------
    mask : ndarray of bool, shape (n,)
    values : ndarray of float, shape (n,)
    chunk, at_least : int
        Both at least 1.

    Raises
    ------
    ValueError
        If either is below 1.

    Examples
    --------
    >>> mask = np.array([0, 1, 0, 1, 1, 0, 0, 0], dtype=bool)
    >>> made = chunk_fill(mask, mask * 1.0, chunk=4, at_least=2)
    >>> made.onset.tolist(), made.offset.tolist()
    ([1], [3])
    """
    _check_track(mask, values)
    if chunk < 1 or at_least < 1:
        raise ValueError(f"a chunk and what it must hold are at least 1, not {chunk} and {at_least}")
    at = np.flatnonzero(mask).astype(np.int64)
    first = np.flatnonzero(np.diff(at // chunk, prepend=-1))
    held = np.diff(np.append(first, len(at)))
    enough = held >= at_least
    return _with_largest(at[first[enough]], at[(first + held - 1)[enough]], values)


def walk_to_threshold(values: Values, of: Peaks, threshold: float, left: int, right: int, stop: str = "run") -> Boxes:
    """Walk from each peak to both sides, at most ``left`` and ``right`` positions, over values above a threshold.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
    of : Peaks
        Of these values.
    threshold : float
    left, right : int
        Not negative.
    stop : {"run", "lowest"}
        ``run``: the boundary is the last position before the first value below the threshold. ``lowest``: it is the
        position of the lowest value above the threshold (strictly) within reach, whatever lies between, of equal ones
        the nearest: the rule of MTSN. Where there is none the peak itself is the boundary.

    Raises
    ------
    ValueError
        If a reach is negative or ``stop`` is unknown.

    Examples
    --------
    >>> values = np.array([0.6, 0.2, 0.7, 0.9, 0.5, 0.1])
    >>> top = Peaks(np.array([3]), np.array([0.9]))
    >>> for stop in STOPS:
    ...     made = walk_to_threshold(values, top, 0.4, 3, 3, stop)
    ...     print(made.onset.tolist(), made.offset.tolist())
    [2] [4]
    [0] [4]
    """
    if stop not in STOPS or left < 0 or right < 0:
        raise ValueError(f"stop is one of {STOPS} and a reach not negative, not {stop!r}, {left} and {right}")
    steps = _steps_over_run if stop == "run" else _steps_to_lowest
    return _walked(values, of, left, right, lambda side: steps(side, threshold))


def _steps_over_run(side: Values, threshold: float) -> int:
    below = np.flatnonzero(side[1:] < threshold)
    return int(below[0]) if len(below) else len(side) - 1


def _steps_to_lowest(side: Values, threshold: float) -> int:
    above = np.flatnonzero(side > threshold)
    return int(above[np.argmin(side[above])]) if len(above) else 0


def walk_to_fraction(values: Values, of: Peaks, fraction: float = 1 / 3, reach: int = 30) -> Boxes:
    """Walk from each peak down both sides until a fraction of the height from valley to peak is left.

    The valley of a side is the lowest value within ``reach`` positions of the peak. The boundary is the first
    position with ``x - valley <= fraction * (peak - valley)``, or the last one before the track turns upward,
    whichever comes first (He et al. 2021: 0.33 and 30 positions).

    Parameters
    ----------
    values : ndarray of float, shape (n,)
    of : Peaks
        Of these values.
    fraction : float
        0 to 1: from the foot to the peak itself.
    reach : int
        Not negative.

    Raises
    ------
    ValueError
        If the fraction lies outside [0, 1] or the reach is negative.

    Examples
    --------
    >>> values = np.array([0.0, 1, 5, 9, 6, 2, 4, 0])
    >>> made = walk_to_fraction(values, Peaks(np.array([3]), np.array([9.0])), reach=9)
    >>> made.onset.tolist(), made.offset.tolist()
    ([1], [5])
    """
    if not 0 <= fraction <= 1 or reach < 0:
        raise ValueError(f"the fraction lies in [0, 1] and the reach is not negative, not {fraction} and {reach}")

    def steps(side: Values) -> int:
        valley = side.min()
        low = np.flatnonzero(side - valley <= fraction * (side[0] - valley))
        upward = np.flatnonzero(np.diff(side) > 0)
        # The valley itself is low enough, so there is always a first.
        return int(min(low[0], upward[0])) if len(upward) else int(low[0])

    return _walked(values, of, reach, reach, steps)


def argmax_boundaries(start: Values, end: Values, apexes: Peaks, nearest: int, farthest: int) -> Boxes:
    """Return, around each apex, the likeliest start before it and the likeliest end behind it (ABPN, AUW-GCN).

    The start is sought in ``[apex - farthest, apex - nearest]``, the end in ``[apex + nearest, apex + farthest]``, cut
    to the track; of equal values the one nearest the apex is taken. An apex with no such position on one side is left
    out.

    Parameters
    ----------
    start, end : ndarray of float, shape (n,)
        How likely each position is the first, or the last, of an expression.
    apexes : Peaks
    nearest, farthest : int
        ``0 <= nearest <= farthest``: (2, 7) for ME and (7, 29) for MaE in ABPN.

    Raises
    ------
    ValueError
        If the two tracks differ in length or the distances are out of order.

    Examples
    --------
    >>> start, end = np.array([0.1, 0.9, 0.2, 0, 0, 0]), np.array([0, 0, 0, 0, 0.3, 0.8])
    >>> made = argmax_boundaries(start, end, Peaks(np.array([3]), np.array([1.0])), 1, 3)
    >>> made.onset.tolist(), made.offset.tolist()
    ([1], [5])
    """
    if start.shape != end.shape or start.ndim != 1:
        raise ValueError(f"starts and ends are tracks of one length, not of {start.shape} and {end.shape}")
    if not 0 <= nearest <= farthest:
        raise ValueError(f"the distances from the apex must be in order, not {nearest} and {farthest}")
    made = []
    for apex, height in zip(apexes.position.tolist(), apexes.height.tolist(), strict=True):
        before = start[max(apex - farthest, 0) : max(apex - nearest + 1, 0)][::-1]
        behind = end[apex + nearest : apex + farthest + 1]
        if len(before) and len(behind):
            made.append((apex - nearest - int(before.argmax()), apex + nearest + int(behind.argmax()), height))
    return _of_rows(made)


def _walked(values: Values, of: Peaks, left: int, right: int, steps: Callable[[Values], int]) -> Boxes:
    """Return the interval of each peak; ``steps`` says how far to go along a side, given from the peak outwards."""
    made = []
    for peak, height in zip(of.position.tolist(), of.height.tolist(), strict=True):
        before = values[max(peak - left, 0) : peak + 1][::-1]
        behind = values[peak : peak + right + 1]
        made.append((peak - steps(before), peak + steps(behind), height))
    return _of_rows(made)


def _of_rows(made: list[tuple[int, int, float]]) -> Boxes:
    onset, offset, score = zip(*made, strict=True) if made else ((), (), ())
    return Boxes(np.array(onset, dtype=np.int64), np.array(offset, dtype=np.int64), np.array(score, dtype=np.float64))


def _with_largest(onset: Frames, offset: Frames, values: Values) -> Boxes:
    """Return intervals that do not overlap, ascending, each scored with the largest value within it."""
    if not len(onset):
        return _of_rows([])
    borders = np.stack([onset, offset + 1], axis=1).ravel()
    largest = np.maximum.reduceat(np.append(values, -np.inf), borders)[::2]
    return Boxes(onset, offset, np.asarray(largest, dtype=np.float64))


def _check_track(mask: Mask, values: Values) -> None:
    if mask.ndim != 1 or mask.dtype != np.bool_ or mask.shape != values.shape:
        raise ValueError(
            f"the mask is one bool a position and the values one number: not {mask.dtype} of {mask.shape} and "
            f"{values.dtype} of {values.shape}"
        )
