"""Directions sorted into bins: the votes that HOG, HOOF and the 3-D gradient histograms share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mebench.features.arrays import Array, FloatArray


def direction_bins(along_x: Array, along_y: Array, bins: int, signed: bool, start: float = 0.0) -> NDArray[np.intp]:
    """Return the bin of each vector's direction; bins are half open, ``[lower, upper)``.

    Parameters
    ----------
    along_x, along_y : ndarray, one shape
        Components of the vectors.
    bins : int
        How many bins share the circle, or the half circle.
    signed : bool
        Whether opposite directions differ (full circle) or not (half circle).
    start : float
        Lower end of bin 0 in degrees.

    Returns
    -------
    ndarray of intp, shape of the components
        The zero vector lies in the bin of 0 degrees.

    Raises
    ------
    ValueError
        If there is no bin.
    """
    if bins < 1:
        raise ValueError(f"directions need at least one bin, not {bins}")
    circle = 360.0 if signed else 180.0
    # In float64: gradients of whole grey levels often lie on the edge of a bin, at 45 or 135 degrees.
    degrees = np.rad2deg(np.arctan2(along_y, along_x, dtype=np.float64))
    degrees -= start
    degrees %= circle
    # A tiny negative angle is rounded up to the whole circle: it belongs to the last bin.
    return np.minimum((degrees * (bins / circle)).astype(np.intp), bins - 1)


def differences(volume: Array, axis: int) -> FloatArray:
    """Return central differences ``(next - previous) / 2`` along an axis; 0 at its two ends."""
    values = np.asarray(volume, np.float32)
    gradient = np.zeros_like(values)
    inner, after, before = ([slice(None)] * values.ndim for _ in range(3))
    inner[axis], after[axis], before[axis] = slice(1, -1), slice(2, None), slice(None, -2)
    if values.shape[axis] > 2:
        np.subtract(values[tuple(after)], values[tuple(before)], out=gradient[tuple(inner)])
        gradient *= np.float32(0.5)
    return gradient
