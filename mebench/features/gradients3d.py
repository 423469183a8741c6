"""Histograms of 3-D gradients in face regions over time, for spotting and for recognition.

References
----------
Polikovsky, Kameda, Ohta, ICDP 2009 (8 bins on XY, 12 on XT and YT, magnitude-weighted);
Davison, Lansley, Ng, Tan, Yap 2018, arXiv 1612.05038 (chi-square distance between frames k apart, by region).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from mebench.features.arrays import FloatArray, clip_of
from mebench.features.grid import Norm
from mebench.features.hog import plane_histograms


def gradient_histograms_3d(
    clip: ArrayLike,
    grid: Sequence[int] = (4, 3),
    bins: tuple[int, int, int] = (8, 12, 12),
    signed: bool = True,
    norm: Norm = "l1",
    overlap: float = 0.0,
) -> FloatArray:
    """Return the 3-D gradient histograms of a clip in cubes.

    Parameters
    ----------
    clip : array_like, shape (T, H, W)
        Grey levels; at least 3 frames of 3 x 3 pixels.
    grid : (int, int) or (int, int, int)
        Rows and columns of cubes, and if wanted cubes in time; choice: 4 x 3 stand for Polikovsky's 12 regions.
    bins : (int, int, int)
        Bins on XY, XT and YT.
    signed : bool
        Whether opposite gradients differ (choice: yes, full circle).
    norm : {"l1", "l2", "none"}
        Of each histogram of one cube and plane.
    overlap : float
        Fraction of a cube that neighbours share.

    Returns
    -------
    ndarray of float32, shape (times, rows, columns, 32)

    Raises
    ------
    ValueError
        If the clip is not one or too small, or a parameter is out of range.
    """
    return plane_histograms(clip, grid, bins, signed, True, overlap, norm)


def gradient_track(
    clip: ArrayLike,
    grid: Sequence[int] = (4, 3),
    bins: tuple[int, int, int] = (8, 12, 12),
    signed: bool = True,
    norm: Norm = "l1",
) -> FloatArray:
    """Return the 3-D gradient histograms of every frame, to be compared between frames (Davison 2018).

    Parameters
    ----------
    clip : array_like, shape (T, H, W)
    grid : (int, int)
        Rows and columns of regions.
    bins, signed, norm
        As in :func:`gradient_histograms_3d`.

    Returns
    -------
    ndarray of float32, shape (T, rows, columns, 32)
        The first and the last frame, which lack a neighbour in time, have the histograms of the frame beside them.

    Raises
    ------
    ValueError
        If the clip is not one or too small, or a parameter is out of range.
    """
    volume = clip_of(clip, at_least=3)
    if len(grid) != 2:
        raise ValueError(f"a grid of regions is (rows, columns), not {tuple(grid)}")
    track = plane_histograms(volume, (grid[0], grid[1], len(volume) - 2), bins, signed, True, 0.0, norm)
    return np.pad(track, ((1, 1), (0, 0), (0, 0), (0, 0)), mode="edge")
