"""Local binary patterns of a clip: on three orthogonal planes (LBP-TOP), or on their six shared points (LBP-SIP).

References
----------
LBP-TOP: Zhao, Pietikainen, TPAMI 2007, section 4. LBP-SIP: Wang, See, Phan, Oh, ACCV 2014.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mebench.features.arrays import Array, FloatArray, clip_of
from mebench.features.grid import Norm, block_histograms, normalised
from mebench.features.lbp import Codes, Offset, labels, n_codes, patterns


def lbp_top_codes(
    clip: ArrayLike,
    radii: tuple[int, int, int] = (1, 1, 4),
    neighbours: tuple[int, int, int] = (8, 8, 8),
    codes: Codes = "uniform",
) -> tuple[NDArray[np.uint16], NDArray[np.uint16], NDArray[np.uint16]]:
    """Return the patterns of the inner voxels of a clip on the planes XY, XT and YT.

    The neighbours lie on ellipses: XY ``(x + R_X cos a, y - R_Y sin a)``, XT ``(x + R_X cos a, t + R_T sin a)``,
    YT ``(y - R_Y sin a, t + R_T cos a)``. All planes have the same centres: those with all neighbours.

    Parameters
    ----------
    clip : array_like, shape (T, H, W)
        Grey levels.
    radii : (int, int, int)
        ``(R_X, R_Y, R_T)`` in pixels, pixels and frames. (1, 1, 4) is how the MEGC2019 baseline is read.
    neighbours : (int, int, int)
        P on XY, XT and YT.
    codes : {"uniform", "all"}

    Returns
    -------
    three ndarrays of uint16, shape (T - 2 R_T, H - 2 R_Y, W - 2 R_X)

    Raises
    ------
    ValueError
        If the clip is not one or has no voxel with all its neighbours, or a parameter is out of range.
    """
    volume, margins = _inner(clip, radii)
    along_x, along_y, along_t = (float(radius) for radius in radii)
    planes: list[NDArray[np.uint16]] = []
    for plane, count in enumerate(neighbours):
        n_codes(count, codes)
        offsets: list[Offset] = []
        for angle in 2 * np.pi * np.arange(count) / count:
            cosine, sine = float(np.cos(angle)), float(np.sin(angle))
            offsets.append(
                [
                    (0.0, -along_y * sine, along_x * cosine),
                    (along_t * sine, 0.0, along_x * cosine),
                    (along_t * cosine, -along_y * sine, 0.0),
                ][plane]
            )
        planes.append(labels(patterns(volume, offsets, margins), count, codes))
    return planes[0], planes[1], planes[2]


def lbp_top(
    clip: ArrayLike,
    grid: Sequence[int] = (5, 5),
    radii: tuple[int, int, int] = (1, 1, 4),
    neighbours: tuple[int, int, int] = (8, 8, 8),
    codes: Codes = "uniform",
    norm: Norm = "l1",
    overlap: float = 0.0,
) -> FloatArray:
    """Return the LBP-TOP descriptor of a clip.

    Parameters
    ----------
    clip, radii, neighbours, codes
        As in :func:`lbp_top_codes`.
    grid : (int, int) or (int, int, int)
        Rows and columns of blocks, and if wanted blocks in time. The grid lies over the voxels that have a code.
    norm : {"l1", "l2", "none"}
        Of each histogram of one block and plane.
    overlap : float
        Fraction of a block that neighbours share.

    Returns
    -------
    ndarray of float32, shape (times * rows * columns * (n_XY + n_XT + n_YT),)
        Block by block (time, row, column), plane by plane. With 5 x 5 blocks and 8 neighbours 25 * 3 * 59 = 4425.

    Raises
    ------
    ValueError
        As :func:`lbp_top_codes`, or if the grid does not fit.
    """
    blocks = _blocks(grid)
    planes = lbp_top_codes(clip, radii, neighbours, codes)
    histograms = [
        normalised(block_histograms(plane, n_codes(count, codes), blocks, overlap=overlap), norm)
        for plane, count in zip(planes, neighbours, strict=True)
    ]
    return np.concatenate(histograms, axis=-1).ravel()


def lbp_sip(
    clip: ArrayLike,
    grid: Sequence[int] = (5, 5),
    radii: tuple[int, int, int] = (1, 1, 4),
    form: Literal["separate", "joint"] = "separate",
    norm: Norm = "l1",
    overlap: float = 0.0,
) -> FloatArray:
    """Return the LBP-SIP descriptor of a clip: the six points where the planes of LBP-TOP cross.

    Parameters
    ----------
    clip : array_like, shape (T, H, W)
    grid : (int, int) or (int, int, int)
        Rows and columns of blocks, and if wanted blocks in time.
    radii : (int, int, int)
        ``(R_X, R_Y, R_T)``.
    form : {"separate", "joint"}
        ``separate``: 16 spatial and 4 temporal codes, 20 bins a block; ``joint``: one code of six bits, 64 bins.
    norm : {"l1", "l2", "none"}
        Of each histogram.
    overlap : float
        Fraction of a block that neighbours share.

    Returns
    -------
    ndarray of float32, shape (times * rows * columns * 20,) or (... * 64,)

    Raises
    ------
    ValueError
        If the clip is not one or too small, or a parameter is out of range.
    """
    blocks = _blocks(grid)
    volume, margins = _inner(clip, radii)
    along_x, along_y, along_t = radii
    spatial: list[Offset] = [(0, 0, along_x), (0, -along_y, 0), (0, 0, -along_x), (0, along_y, 0)]
    temporal: list[Offset] = [(along_t, 0, 0), (-along_t, 0, 0)]
    if form not in ("separate", "joint"):
        raise ValueError(f"the form of LBP-SIP is separate or joint, not {form!r}")
    parts = [spatial, temporal] if form == "separate" else [spatial + temporal]
    histograms = [
        normalised(block_histograms(patterns(volume, part, margins), 2 ** len(part), blocks, overlap=overlap), norm)
        for part in parts
    ]
    return np.concatenate(histograms, axis=-1).ravel()


def _inner(clip: ArrayLike, radii: tuple[int, int, int]) -> tuple[Array, tuple[int, int, int]]:
    """Return the clip and its margins (time, row, column), checked."""
    volume = clip_of(clip)
    if len(radii) != 3 or any(radius != int(radius) or radius < 1 for radius in radii):
        raise ValueError(f"radii are three whole numbers (R_X, R_Y, R_T) from 1 on, not {radii}")
    along_x, along_y, along_t = (int(radius) for radius in radii)
    margins = (along_t, along_y, along_x)
    if any(length <= 2 * margin for length, margin in zip(volume.shape, margins, strict=True)):
        raise ValueError(
            f"a clip of shape {volume.shape} has no voxel with all its neighbours at radii "
            f"x {along_x}, y {along_y}, t {along_t}"
        )
    return volume, margins


def _blocks(grid: Sequence[int]) -> tuple[int, int, int]:
    """Return a grid (rows, columns[, times]) in the order of a clip's axes."""
    if len(grid) not in (2, 3):
        raise ValueError(f"a grid is (rows, columns) or (rows, columns, times), not {tuple(grid)}")
    return (int(grid[2]) if len(grid) == 3 else 1, int(grid[0]), int(grid[1]))
