"""Histograms of flow directions: HOOF, Bi-WOOF, main directions and MDMD.

Angles are those of the image: 0 degrees to the right, 90 degrees down.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mebench.features.arrays import FloatArray, flow_of
from mebench.features.grid import Norm, block_histograms, block_means, block_numbers, normalised
from mebench.features.orientation import direction_bins
from mebench.features.strain import strain as strain_of


def hoof(
    flow: ArrayLike, bins: int = 8, grid: Sequence[int] = (1, 1), folded: bool = True, norm: Norm = "l1"
) -> FloatArray:
    """Return the histograms of oriented optical flow, weighted by magnitude.

    Parameters
    ----------
    flow : array_like, shape (H, W, 2)
    bins : int
        ``folded``: bin b covers ``-90 + 180 b / B`` to ``-90 + 180 (b + 1) / B`` degrees; else ``-180 + 360 b / B`` on.
    grid : (int, int)
        Rows and columns of blocks.
    folded : bool
        Whether left and right count as one: the angle is folded about the vertical axis, as in the paper, so that
        with one block the histogram of a mirrored flow is the same.
    norm : {"l1", "l2", "none"}
        Of each histogram; without motion it is zero.

    Returns
    -------
    ndarray of float32, shape (rows, columns, bins)

    Raises
    ------
    ValueError
        If the flow is not one, or the grid does not fit.

    References
    ----------
    Chaudhry, Ravichandran, Hager, Vidal, CVPR 2009, section 2.
    """
    field = flow_of(flow)
    return normalised(block_histograms(_directions(field, bins, folded), bins, grid, np.hypot(*_parts(field))), norm)


def bi_woof(
    flow: ArrayLike, strain: ArrayLike | None = None, grid: Sequence[int] = (5, 5), bins: int = 8
) -> FloatArray:
    """Return the Bi-WOOF descriptor of the flow from onset to apex.

    Locally a vector votes with its magnitude and each block's histogram has unit sum; globally the block is weighed
    by its mean strain; the whole has unit length.

    Parameters
    ----------
    flow : array_like, shape (H, W, 2)
    strain : array_like, shape (H, W), optional
        Optical strain; by default :func:`mebench.features.strain.strain` of the flow.
    grid : (int, int)
        Rows and columns of blocks, which do not overlap.
    bins : int
        Bins over the full circle, from -180 degrees.

    Returns
    -------
    ndarray of float32, shape (rows * columns * bins,)
        All zero if there is no strain, as under a rigid shift.

    Raises
    ------
    ValueError
        If the flow or the strain is not one, they do not fit, or the grid does not.

    References
    ----------
    Liong, See, Wong, Phan, Signal Processing: Image Communication 2018, section 3.3.
    """
    field = flow_of(flow)
    weights = strain_of(field) if strain is None else np.asarray(strain, np.float32)
    if weights.shape != field.shape[:2] or not np.isfinite(weights).all() or weights.min() < 0:
        raise ValueError(f"the strain must be finite, not negative and of shape {field.shape[:2]}")
    local = hoof(field, bins, grid, folded=False)
    return normalised((local * block_means(weights, grid)[..., None]).ravel(), "l2")


def main_directions(
    flow: ArrayLike, grid: Sequence[int] = (6, 6), bins: int = 8
) -> tuple[NDArray[np.intp], FloatArray]:
    """Return the main direction of each block: the bin with the most vectors, and the mean vector in it (MDMO).

    Parameters
    ----------
    flow : array_like, shape (H, W, 2)
    grid : (int, int)
        Rows and columns of blocks.
    bins : int
        Bins over the full circle, from -180 degrees. Vectors of length zero have no direction.

    Returns
    -------
    bins : ndarray of intp, shape (rows, columns)
        The lowest of equals; -1 in a block without motion.
    vectors : ndarray of float32, shape (rows, columns, 2)
        Zero in a block without motion.

    Raises
    ------
    ValueError
        If the flow is not one, or the grid does not fit.

    References
    ----------
    Liu, Zhang, Yan, Wang, Zhao, Fu, TAC 2016 (MDMO), equations 3 and 4.
    """
    field = flow_of(flow)
    numbers = _directions(field, bins, folded=False)
    moving = np.hypot(*_parts(field)) > 0
    counts = block_histograms(numbers, bins, grid, moving.astype(np.float32))
    main = counts.argmax(-1)
    most = counts.max(-1)
    chosen = moving & (numbers == _spread(main, field.shape[:2]))
    sums = np.stack(
        [block_histograms(np.zeros_like(numbers), 1, grid, part * chosen)[..., 0] for part in _parts(field)]
    )
    vectors = np.divide(sums, most, out=np.zeros_like(sums), where=most > 0)
    return np.where(most > 0, main, -1), np.moveaxis(vectors, 0, -1).astype(np.float32)


def main_directional_difference(
    to_centre: ArrayLike,
    to_tail: ArrayLike,
    grid: Sequence[int] = (6, 6),
    sectors: int = 4,
    share: float = 1 / 3,
    blocks: int = 12,
    as_released: bool = False,
) -> float:
    """Return the MDMD feature of one frame: how much of a movement has gone back k frames later.

    In each block the main direction of `to_centre` is the sector with the most vectors; over its pixels the
    differences of magnitude ``|to_centre| - |to_tail|`` are sorted, and the largest ones averaged; then the same is
    done over blocks.

    Parameters
    ----------
    to_centre, to_tail : array_like, shape (H, W, 2)
        Flow from the head frame ``i - k`` to the frame i, and to the tail frame ``i + k``.
    grid : (int, int)
        Rows and columns of blocks.
    sectors : int
        Sectors over the full circle, from -180 degrees.
    share : float
        Fraction of the main sector's pixels that is averaged (rounded, at least one).
    blocks : int
        How many of the largest block values are averaged.
    as_released : bool
        Take the direction from ``atan(v / u)``, as the released code does: of four sectors only the two around 0
        degrees ever fill, which is a split by the sign of ``u v``.

    Returns
    -------
    float
        In pixels. A block without motion counts the mean difference over all of it.

    Raises
    ------
    ValueError
        If the flows are not flows of one size, or a parameter is out of range.

    References
    ----------
    Wang, Wu, Qian, Li, Fu, Neurocomputing 2017; He, Wang, Li, Yap, FG 2020 (the released code).
    """
    centre, tail = flow_of(to_centre), flow_of(to_tail)
    if centre.shape != tail.shape or len(grid) != 2:
        raise ValueError(f"two flows of one size and a grid (rows, columns) are needed: {centre.shape}, {tail.shape}")
    if not 0 < share <= 1 or not 1 <= blocks <= grid[0] * grid[1]:
        raise ValueError(f"the share is a fraction above 0, and 1 to {grid[0] * grid[1]} blocks: {share}, {blocks}")
    size = np.hypot(*_parts(centre))
    change = size - np.hypot(*_parts(tail))
    u, v = _parts(centre)
    right = np.where(u < 0, -1, 1) if as_released else 1
    numbers = direction_bins(u * right, v * right, sectors, signed=True, start=-180.0)
    rows, columns = (block_numbers(n, parts) for n, parts in zip(size.shape, grid, strict=True))
    values = []
    for row, column in np.ndindex(grid[0], grid[1]):
        box = np.ix_(rows == row, columns == column)
        moving = size[box] > 0
        counts = np.bincount(numbers[box][moving], minlength=sectors)
        chosen = moving & (numbers[box] == counts.argmax()) if moving.any() else ~moving
        found = np.sort(change[box][chosen])[::-1]
        values.append(found[: max(1, round(len(found) * share))].mean() if moving.any() else found.mean())
    return float(np.sort(values)[::-1][:blocks].mean())


def _parts(flow: FloatArray) -> tuple[FloatArray, FloatArray]:
    return flow[..., 0], flow[..., 1]


def _directions(flow: FloatArray, bins: int, folded: bool) -> NDArray[np.intp]:
    if bins < 1:
        raise ValueError(f"directions need at least one bin, not {bins}")
    u, v = _parts(flow)
    if not folded:
        return direction_bins(u, v, bins, signed=True, start=-180.0)
    degrees = np.rad2deg(np.arctan2(v, np.abs(u), dtype=np.float64)) + 90
    return np.minimum((degrees * (bins / 180)).astype(np.intp), bins - 1)  # straight down is in the last bin


def _spread(blocks: NDArray[np.intp], shape: Sequence[int]) -> NDArray[np.intp]:
    """Return to each position the value of its block."""
    rows, columns = (block_numbers(n, parts) for n, parts in zip(shape, blocks.shape, strict=True))
    return blocks[np.ix_(rows, columns)]
