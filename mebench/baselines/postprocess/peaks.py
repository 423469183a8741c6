"""Contrast, thresholds relative to a video, and peaks, as in Moilanen et al. 2014.

A relative threshold finds something in every video that is not flat: false positives in videos without expressions
cannot be avoided with it.

Source: Moilanen, A., Zhao, G., Pietikäinen, M. (2014). Spotting rapid facial movements from videos using
appearance-based feature difference analysis. ICPR.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.signal import find_peaks

from mebench.baselines.postprocess.boxes import Index, Values

EDGES = ("zero", "clamp")
NEGATIVES = ("keep", "zero")


class Peaks(NamedTuple):
    """Peaks of a track, two arrays of shape (n,): position, ascending, and height."""

    position: Index
    height: Values


def fitting(k: int, n: int) -> int:
    """Return k, halved (rounded up) until some of ``n`` frames has neighbours k frames away on both sides, or 0.

    The LBP code of the MEGC2019 baseline halves once; that is not always enough.

    Examples
    --------
    >>> fitting(30, 100), fitting(30, 60), fitting(30, 10), fitting(3, 2)
    (30, 15, 4, 0)
    """
    while k > 0 and 2 * k + 1 > n:
        k = (k + 1) // 2 if k > 1 else 0
    return k


def carry_edges(values: Values, k: int) -> Values:
    """Return the track with its first and last k values replaced by the nearest one that has both neighbours.

    The difference from frames k before and k behind is not defined there. A track of fewer than ``2k + 1`` values has
    none that is, and comes back as it was; see :func:`fitting`.

    Raises
    ------
    ValueError
        If k is below 0.
    """
    if k < 0:
        raise ValueError(f"half a length cannot be {k}")
    if len(values) < 2 * k + 1:
        return values.copy()
    return np.pad(values[k : len(values) - k], k, mode="edge")


def contrast(values: Values, k: int, edges: str = "zero", negatives: str = "keep") -> Values:
    """Return ``C_i = F_i - (F_(i-k) + F_(i+k)) / 2``: how far a frame stands out from those k away.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        F, one value a frame.
    k : int
        At least 1.
    edges : {"zero", "clamp"}
        Where a neighbour lies outside: contrast 0, or the first or last value stands in for it.
    negatives : {"keep", "zero"}
        ``zero`` is what the MEGC2019 code does.

    Returns
    -------
    ndarray of float, shape (n,)

    Raises
    ------
    ValueError
        If k is below 1 or a choice is unknown.

    Examples
    --------
    >>> contrast(np.array([0.0, 0, 4, 0, 0]), 1).tolist()
    [0.0, -2.0, 4.0, -2.0, 0.0]
    """
    if k < 1:
        raise ValueError(f"the contrast needs frames at least 1 away, not {k}")
    if edges not in EDGES or negatives not in NEGATIVES:
        raise ValueError(f"edges is one of {EDGES} and negatives one of {NEGATIVES}, not {edges!r} and {negatives!r}")
    at = np.arange(len(values))
    around = (
        values[np.maximum(at - k, 0)] + values[np.minimum(at + k, max(len(values) - 1, 0))] if len(values) else values
    )
    found = values - 0.5 * around
    if edges == "zero":
        found[(at < k) | (at >= len(values) - k)] = 0
    return np.maximum(found, 0) if negatives == "zero" else found


def relative_threshold(values: Values, p: float) -> float:
    """Return ``T = mean + p (max - mean)``, or infinity for a flat or empty track, in which nothing stands out.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
    p : float
        0 to 1: from the mean to the maximum.

    Raises
    ------
    ValueError
        If p lies outside [0, 1].
    """
    if not 0 <= p <= 1:
        raise ValueError(f"p lies between 0 (the mean) and 1 (the maximum), not at {p}")
    if not len(values) or values.max() == values.min():
        return float("inf")
    mean, highest = float(values.mean()), float(values.max())
    # Rounding must not lift the threshold above the maximum, which always counts, nor lower p = 1 to the value next.
    return highest if p == 1 else min(mean + p * (highest - mean), highest)


def relative_height(values: Values) -> Values:
    """Return ``(x - mean) / (max - mean)``: the p from which on a value lies below the relative threshold.

    ``x >= T(p)`` and ``relative_height(x) >= p`` say the same; the second form lets p be chosen from values that
    occur, exactly. The maximum has height 1; in a flat track every height is minus infinity.

    Examples
    --------
    >>> relative_height(np.array([0.0, 1, 5])).tolist()
    [-0.6666666666666666, -0.3333333333333333, 1.0]
    """
    if not len(values) or values.max() == values.min():
        return np.full(len(values), -np.inf)
    mean = values.mean()
    rise = values.max() - mean
    # A spread below the resolution of floats can put the mean on the maximum.
    if not rise > 0:
        return np.where(values == values.max(), 1.0, -np.inf)
    return np.asarray((values - mean) / rise)


def peaks(values: Values, height: float, distance: float = 1, ends: bool = True) -> Peaks:
    """Return the local maxima of at least ``height``, at least ``distance`` apart.

    Of two peaks that lie closer the higher one stays, of equal ones the earlier; the middle stands for a plateau
    (rounded down). Peaks are those of :func:`scipy.signal.find_peaks`, which leaves the order of equal peaks to the
    sorting algorithm.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
    height : float
        Absolute. A lower height adds peaks and never removes one.
    distance : float
        In positions, at least 1: k in SOFTNet, k/2 in Moilanen et al.
    ends : bool
        Whether a track that falls from its first value, or rises to its last one, peaks there. scipy says no.

    Raises
    ------
    ValueError
        If a value is nan or the distance is below 1.

    Examples
    --------
    >>> peaks(np.array([3.0, 0, 1, 0, 2, 2, 0]), height=1, distance=3).position.tolist()
    [0, 4]
    """
    if not distance >= 1:
        raise ValueError(f"peaks lie at least 1 apart, not {distance}")
    if np.isnan(values).any():
        raise ValueError("a track with nan in it has no peaks")
    padding = int(ends)
    padded = np.pad(np.asarray(values, dtype=np.float64), padding, constant_values=-np.inf)
    position = find_peaks(padded)[0] - padding
    # Not find_peaks(height=...): that compares in the same way but refuses tracks of minus infinity.
    position = position[values[position] >= height] if len(position) else position
    found = Peaks(position.astype(np.intp), np.asarray(values, dtype=np.float64)[position])
    kept = _apart(found, distance)
    return Peaks(found.position[kept], found.height[kept])


def _apart(found: Peaks, distance: float) -> Index:
    """Return the peaks to keep, ascending: the highest first, each removes those less than ``distance`` away."""
    alive = np.ones(len(found.position), dtype=bool)
    if distance > 1:
        first = np.searchsorted(found.position, found.position - distance, side="right")
        last = np.searchsorted(found.position, found.position + distance, side="left")
        for at in np.argsort(-found.height, kind="stable").tolist():
            if alive[at]:
                alive[first[at] : last[at]] = False
                alive[at] = True
    return np.flatnonzero(alive)
