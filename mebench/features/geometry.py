"""The 67 geometric features of DynGeoNet: how brows and lips moved between onset and apex.

Points are numbered from 1 as in the paper, P1 .. P68 in iBUG's order; arrays start at 0. There are 45 lines: each of
the ten brow points P18 .. P27 to P28 (nose bridge), P32 and P36 (nostrils), 30; the chain along the outer lip P49,
P50, ..., 12; and P51-P59, P53-P57 (printed P557) and P49-P55 across it, 3. 22 points deform: P18 .. P27, P49 .. P60.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

LipClosure = Literal["close", "literal"]
Scale = Literal["inter-ocular", "pixels"]

_POINTS = (*range(18, 28), *range(49, 61))
_RIGHT_EYE, _LEFT_EYE = slice(36, 42), slice(42, 48)

DEFORMING = np.array(_POINTS) - 1
"""Index of the 22 points, from 0."""


def lines(lip_closure: LipClosure = "close") -> NDArray[np.intp]:
    """Return the 45 lines as pairs of landmarks, numbered from 0.

    Parameters
    ----------
    lip_closure : {"close", "literal"}
        The twelfth line of the lip: P60-P49 closes the outer contour (choice), P60-P61 is what the formula says.

    Returns
    -------
    ndarray of intp, shape (45, 2)

    Raises
    ------
    ValueError
        If the closure has another name.
    """
    if lip_closure not in ("close", "literal"):
        raise ValueError(f"the lip contour ends with close or literal, not {lip_closure!r}")
    brows = [(brow, nose) for brow in range(18, 28) for nose in (28, 32, 36)]
    lip = [(i, i + 1) for i in range(49, 60)] + [(60, 49 if lip_closure == "close" else 61)]
    across = [(51, 59), (53, 57), (49, 55)]
    return np.array(brows + lip + across, np.intp) - 1


def inter_ocular(landmarks: ArrayLike) -> float:
    """Return the distance between the centres of the two eyes in pixels.

    Raises
    ------
    ValueError
        If the landmarks are not 68 finite points.
    """
    points = _points(landmarks)
    return float(np.linalg.norm(points[_RIGHT_EYE].mean(0) - points[_LEFT_EYE].mean(0)))


def line_ratios(
    onset: ArrayLike, apex: ArrayLike, lip_closure: LipClosure = "close", guard: float = 1e-6
) -> NDArray[np.float64]:
    """Return the length of each line at the onset over its length at the apex.

    Parameters
    ----------
    onset, apex : array_like, shape (68, 2)
        Landmarks ``(x, y)`` in pixels.
    lip_closure : {"close", "literal"}
    guard : float
        Least length at the apex in pixels (choice).

    Returns
    -------
    ndarray of float64, shape (45,)

    Raises
    ------
    ValueError
        If the landmarks are not 68 finite points, or the guard is not positive.
    """
    if not guard > 0:
        raise ValueError(f"the guard against lines of no length must be positive, not {guard}")
    ends = lines(lip_closure)
    before, after = (
        np.linalg.norm(points[ends[:, 0]] - points[ends[:, 1]], axis=1) for points in (_points(onset), _points(apex))
    )
    ratios: NDArray[np.float64] = before / np.maximum(after, guard)
    return ratios


def deformations(onset: ArrayLike, apex: ArrayLike, scale: Scale = "inter-ocular") -> NDArray[np.float64]:
    """Return how far each of the 22 points moved from onset to apex.

    Parameters
    ----------
    onset, apex : array_like, shape (68, 2)
    scale : {"inter-ocular", "pixels"}
        In distances between the eyes at the onset (choice), or in pixels as the paper seems to.

    Returns
    -------
    ndarray of float64, shape (22,)

    Raises
    ------
    ValueError
        If the landmarks are not 68 finite points, the eyes coincide, or the scale has another name.
    """
    before, after = _points(onset), _points(apex)
    moved: NDArray[np.float64] = np.linalg.norm(before[DEFORMING] - after[DEFORMING], axis=1)
    if scale == "pixels":
        return moved
    if scale != "inter-ocular":
        raise ValueError(f"the scale is inter-ocular or pixels, not {scale!r}")
    unit = inter_ocular(before)
    if unit <= 0:
        raise ValueError("both eyes lie at one place: these landmarks are no face")
    return moved / unit


def geometry(
    onset: ArrayLike,
    apex: ArrayLike,
    lip_closure: LipClosure = "close",
    scale: Scale = "inter-ocular",
    guard: float = 1e-6,
) -> NDArray[np.float32]:
    """Return the 67 features: 22 deformations, then 45 ratios.

    Parameters
    ----------
    onset, apex, lip_closure, scale, guard
        As in :func:`deformations` and :func:`line_ratios`.

    Returns
    -------
    ndarray of float32, shape (67,)

    Raises
    ------
    ValueError
        If the landmarks are not 68 finite points, or a parameter is out of range.

    References
    ----------
    DynGeoNet, section on geometric features ("concatenate Deform and Ratio").
    """
    parts = deformations(onset, apex, scale), line_ratios(onset, apex, lip_closure, guard)
    return np.concatenate(parts).astype(np.float32)


def _points(landmarks: ArrayLike) -> NDArray[np.float64]:
    points = np.asarray(landmarks, np.float64)
    if points.shape != (68, 2) or not np.isfinite(points).all():
        raise ValueError(f"landmarks must be 68 finite points (x, y), not an array of shape {points.shape}")
    return points
