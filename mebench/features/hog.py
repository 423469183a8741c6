"""Histograms of oriented gradients: of an image (HOG), and on three planes of a clip (HOG-TOP, HIGO-TOP).

HIGO is HOG with votes of one instead of the gradient's magnitude, which makes it blind to the strength of the light.

References
----------
HOG: Dalal, Triggs, CVPR 2005. HOG-TOP and HIGO-TOP: Li, Hong, Moilanen, Huang, Pfister, Zhao, Pietikainen,
TAC 2018, section 3.4. Blocks of 8 x 8 x 4 with an overlap of .2 are those of Tran's spotting benchmark.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from mebench.features.arrays import Array, FloatArray, check_numbers, clip_of, grey
from mebench.features.grid import Norm, block_histograms, normalised
from mebench.features.orientation import differences, direction_bins


def hog(
    image: Array, bins: int = 9, cell: int = 8, block: int = 2, signed: bool = False, epsilon: float = 1e-5
) -> FloatArray:
    """Return the HOG descriptor of an image.

    Parameters
    ----------
    image : ndarray, shape (H, W) or (H, W, 3)
    bins : int
        Orientation bins; hard votes, weighted by the gradient's magnitude.
    cell : int
        Side of a cell in pixels; pixels that do not fill a cell are left out.
    block : int
        Side of a block in cells; blocks move by one cell, and each is scaled to unit length.
    signed : bool
        Whether opposite gradients differ.
    epsilon : float
        Added (in squares) to the length of a block, in grey levels: a flat block is zero.

    Returns
    -------
    ndarray of float32, shape (block rows * block columns * block * block * bins,)

    Raises
    ------
    ValueError
        If the image is not one or smaller than one block, or a parameter is out of range.
    """
    pixels = grey(image)
    check_numbers(pixels, "the image")
    if bins < 1 or cell < 1 or block < 1 or not epsilon > 0:
        raise ValueError(f"bins, cells, blocks and epsilon must be positive: {bins}, {cell}, {block}, {epsilon}")
    rows, columns = pixels.shape[0] // cell, pixels.shape[1] // cell
    if min(rows, columns) < block:
        raise ValueError(f"an image of {pixels.shape} holds no block of {block} x {block} cells of {cell} pixels")
    along_x, along_y = 2 * differences(pixels, 1), 2 * differences(pixels, 0)
    inside = (slice(rows * cell), slice(columns * cell))
    numbers = direction_bins(along_x, along_y, bins, signed)[inside]
    votes = np.hypot(along_x, along_y)[inside]
    cells = block_histograms(numbers, bins, (rows, columns), votes) / np.float32(cell * cell)
    windows = np.lib.stride_tricks.sliding_window_view(cells, (block, block), axis=(0, 1))
    blocks = np.moveaxis(windows, 2, -1).reshape(rows - block + 1, columns - block + 1, -1)
    length = np.sqrt((blocks.astype(np.float64) ** 2).sum(-1, keepdims=True) + epsilon**2)
    descriptor: FloatArray = (blocks / length).astype(np.float32).ravel()
    return descriptor


def hog_top(
    clip: ArrayLike,
    grid: Sequence[int] = (8, 8, 4),
    bins: int = 8,
    signed: bool = False,
    overlap: float = 0.2,
    norm: Norm = "l2",
) -> FloatArray:
    """Return the HOG-TOP descriptor of a clip: gradients on XY, XT and YT, weighted by their magnitude.

    Parameters
    ----------
    clip : array_like, shape (T, H, W)
        Grey levels; at least 3 frames of 3 x 3 pixels.
    grid : (int, int) or (int, int, int)
        Rows and columns of blocks, and if wanted blocks in time.
    bins : int
        Orientation bins on each plane.
    signed : bool
        Whether opposite gradients differ; choice: no, as in HOG. A direction of motion is a slope in XT and YT.
    overlap : float
        Fraction of a block that neighbours share.
    norm : {"l2", "l1", "none"}
        Of each histogram of one block and plane.

    Returns
    -------
    ndarray of float32, shape (times * rows * columns * 3 * bins,)
        Block by block (time, row, column), plane by plane.

    Raises
    ------
    ValueError
        If the clip is not one or too small, or a parameter is out of range.
    """
    return plane_histograms(clip, grid, (bins, bins, bins), signed, True, overlap, norm).ravel()


def higo_top(
    clip: ArrayLike,
    grid: Sequence[int] = (8, 8, 4),
    bins: int = 8,
    signed: bool = False,
    overlap: float = 0.2,
    norm: Norm = "l2",
) -> FloatArray:
    """Return the HIGO-TOP descriptor of a clip: :func:`hog_top` with one vote for each gradient that is not zero.

    Raises
    ------
    ValueError
        If the clip is not one or too small, or a parameter is out of range.
    """
    return plane_histograms(clip, grid, (bins, bins, bins), signed, False, overlap, norm).ravel()


def plane_histograms(
    clip: ArrayLike,
    grid: Sequence[int],
    bins: tuple[int, int, int],
    signed: bool,
    weighted: bool,
    overlap: float = 0.0,
    norm: Norm = "l2",
) -> FloatArray:
    """Return the histograms of gradient directions on XY, XT and YT of each block of a clip.

    Central differences; voxels on the clip's faces, which lack a neighbour, do not vote.

    Parameters
    ----------
    clip : array_like, shape (T, H, W)
    grid : (int, int) or (int, int, int)
        Rows and columns of blocks, and if wanted blocks in time, over the voxels that vote.
    bins : (int, int, int)
        Bins on XY (angle of (g_x, g_y)), XT ((g_x, g_t)) and YT ((g_y, g_t)).
    signed, weighted : bool
        Full or half circle; votes by magnitude or of one.
    overlap, norm
        As in :func:`hog_top`.

    Returns
    -------
    ndarray of float32, shape (times, rows, columns, sum of bins)

    Raises
    ------
    ValueError
        If the clip is not one or too small, or a parameter is out of range.
    """
    volume = clip_of(clip, at_least=3)
    if min(volume.shape) < 3:
        raise ValueError(f"gradients need a clip of at least 3 x 3 x 3 voxels, not {volume.shape}")
    if len(grid) not in (2, 3):
        raise ValueError(f"a grid is (rows, columns) or (rows, columns, times), not {tuple(grid)}")
    blocks = (grid[2] if len(grid) == 3 else 1, grid[0], grid[1])
    inner = (slice(1, -1),) * 3
    along_t, along_y, along_x = (differences(volume, axis)[inner] for axis in range(3))
    histograms = []
    for (a, b), n in zip(((along_x, along_y), (along_x, along_t), (along_y, along_t)), bins, strict=True):
        size = np.hypot(a, b)
        votes = size if weighted else (size > 0).astype(np.float32)
        counts = block_histograms(direction_bins(a, b, n, signed), n, blocks, votes, overlap)
        histograms.append(normalised(counts, norm))
    return np.concatenate(histograms, axis=-1)
