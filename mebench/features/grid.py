"""Histograms and means over the blocks of a grid, and what is done with histograms afterwards."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mebench.features.arrays import Array, FloatArray

Norm = Literal["none", "l1", "l2"]


def block_numbers(length: int, parts: int) -> NDArray[np.intp]:
    """Return the number of the block in which each of `length` positions lies; blocks differ by one position at most.

    Raises
    ------
    ValueError
        If there are fewer positions than blocks, or no block.

    Examples
    --------
    >>> block_numbers(7, 3).tolist()
    [0, 0, 0, 1, 1, 2, 2]
    """
    if not 1 <= parts <= length:
        raise ValueError(f"{length} positions cannot be cut into {parts} blocks")
    return np.arange(length) * parts // length


def spans(length: int, parts: int, overlap: float = 0.0) -> list[slice]:
    """Return the blocks of one axis as slices; neighbours share the fraction `overlap` of a block.

    Raises
    ------
    ValueError
        If a block would be empty or the overlap is not in [0, 1).

    Examples
    --------
    >>> spans(10, 2), spans(9, 2, overlap=0.5)
    ([slice(0, 5, None), slice(5, 10, None)], [slice(0, 6, None), slice(3, 9, None)])
    """
    if not 0 <= overlap < 1:
        raise ValueError(f"blocks may share a fraction of 0 to below 1, not {overlap}")
    if not 1 <= parts <= length:
        raise ValueError(f"{length} positions cannot be cut into {parts} blocks")
    if not overlap:
        edges = -(-np.arange(parts + 1) * length // parts)
        return [slice(int(start), int(end)) for start, end in itertools.pairwise(edges)]
    size = length / (parts - (parts - 1) * overlap)
    starts = np.arange(parts) * size * (1 - overlap)
    ends = np.rint(starts + size).astype(int)
    return [slice(int(start), int(end)) for start, end in zip(np.rint(starts), ends, strict=True)]


def block_histograms(
    codes: Array, n_codes: int, grid: Sequence[int], weights: Array | None = None, overlap: float = 0.0
) -> FloatArray:
    """Count the codes in each block of a grid.

    Parameters
    ----------
    codes : ndarray of integers, shape (H, W) or (T, H, W)
        Values from 0 to ``n_codes - 1``.
    n_codes : int
    grid : sequence of int
        How many blocks along each axis of `codes`, in its order.
    weights : ndarray, optional, shape of `codes`
        What each position counts; 1 if left out.
    overlap : float
        Fraction of a block that neighbouring blocks share.

    Returns
    -------
    ndarray of float32, shape (*grid, n_codes)

    Raises
    ------
    ValueError
        If the grid does not fit the axes, or a code lies outside.
    """
    if len(grid) != codes.ndim:
        raise ValueError(f"a grid of {tuple(grid)} does not fit codes of shape {codes.shape}")
    if codes.dtype.kind not in "iu" or (codes.size and not 0 <= int(codes.min()) <= int(codes.max()) < n_codes):
        raise ValueError(f"codes must be whole numbers from 0 to {n_codes - 1}")
    if weights is not None and weights.shape != codes.shape:
        raise ValueError(f"weights of shape {weights.shape} do not fit codes of shape {codes.shape}")
    if not overlap:
        where = np.zeros((1,) * codes.ndim, np.intp)
        for axis, parts in enumerate(grid):
            along = [1] * codes.ndim
            along[axis] = -1
            where = where * parts + block_numbers(codes.shape[axis], parts).reshape(along)
        index = (where * n_codes + codes).ravel()
        votes = None if weights is None else weights.ravel()
        counts = np.bincount(index, votes, minlength=int(np.prod(grid)) * n_codes)
        return counts.reshape(*grid, n_codes).astype(np.float32)
    cuts = [spans(length, parts, overlap) for length, parts in zip(codes.shape, grid, strict=True)]
    histograms = np.empty((*grid, n_codes), np.float32)
    for block in np.ndindex(*grid):
        box = tuple(cut[i] for cut, i in zip(cuts, block, strict=True))
        votes = None if weights is None else weights[box].ravel()
        histograms[block] = np.bincount(codes[box].ravel(), votes, minlength=n_codes)
    return histograms


def box_histograms(codes: Array, n_codes: int, boxes: ArrayLike) -> FloatArray:
    """Count the codes in each of some boxes, which may overlap; a part outside the image holds nothing.

    Parameters
    ----------
    codes : ndarray of integers, shape (H, W)
    n_codes : int
    boxes : array_like of integers, shape (n, 4)
        ``(left, top, right, bottom)`` in pixels, right and bottom excluded.

    Returns
    -------
    ndarray of float32, shape (n, n_codes)

    Raises
    ------
    ValueError
        If the shapes are others, or a code lies outside.
    """
    corners = np.asarray(boxes)
    if corners.ndim != 2 or corners.shape[1] != 4 or corners.dtype.kind not in "iu":
        raise ValueError(f"boxes must be whole numbers of shape (n, 4), not {corners.dtype} of {corners.shape}")
    if codes.ndim != 2 or codes.dtype.kind not in "iu" or (codes.size and int(codes.max()) >= n_codes):
        raise ValueError(f"codes must be whole numbers below {n_codes} of shape (H, W)")
    histograms = np.empty((len(corners), n_codes), np.float32)
    for i, (left, top, right, bottom) in enumerate(np.maximum(corners, 0)):
        histograms[i] = np.bincount(codes[top:bottom, left:right].ravel(), minlength=n_codes)
    return histograms


def block_means(values: Array, grid: Sequence[int]) -> FloatArray:
    """Return the mean of each block of a grid.

    Parameters
    ----------
    values : ndarray, shape (H, W) or (T, H, W)
    grid : sequence of int
        How many blocks along each axis.

    Returns
    -------
    ndarray of float32, shape `grid`

    Raises
    ------
    ValueError
        If the grid does not fit.
    """
    if len(grid) != values.ndim:
        raise ValueError(f"a grid of {tuple(grid)} does not fit values of shape {values.shape}")
    sums = values.astype(np.float64)
    for axis, parts in enumerate(grid):
        numbers = block_numbers(values.shape[axis], parts)
        starts = np.searchsorted(numbers, np.arange(parts))
        counts = np.bincount(numbers).reshape([-1 if i == axis else 1 for i in range(values.ndim)])
        sums = np.add.reduceat(sums, starts, axis=axis) / counts
    return sums.astype(np.float32)


def normalised(histograms: ArrayLike, norm: Norm = "l1") -> FloatArray:
    """Scale each histogram (last axis) to unit sum or unit length; a histogram of zeros stays zero.

    Raises
    ------
    ValueError
        If the norm has another name.
    """
    values = np.asarray(histograms, np.float32)
    if norm == "none":
        return values
    if norm not in ("l1", "l2"):
        raise ValueError(f"the norm is none, l1 or l2, not {norm!r}")
    wide = values.astype(np.float64)
    size = np.abs(wide).sum(-1, keepdims=True) if norm == "l1" else np.sqrt((wide * wide).sum(-1, keepdims=True))
    scaled: FloatArray = np.divide(wide, size, out=np.zeros_like(wide), where=size > 0).astype(np.float32)
    return scaled


def chi_square(first: ArrayLike, second: ArrayLike) -> Array:
    """Return the chi-square distance ``sum((a - b)^2 / (a + b)) / 2`` along the last axis; 0 / 0 counts 0.

    Parameters
    ----------
    first, second : array_like, shapes that broadcast
        Histograms, not negative. Between histograms of unit sum the distance lies in [0, 1].

    Returns
    -------
    ndarray of float64
        One axis less than the inputs.

    Raises
    ------
    ValueError
        If a number is negative or not finite, or if the histograms differ in length.

    References
    ----------
    Moilanen, Zhao, Pietikainen, ICPR 2014, equation 1.
    """
    a, b = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if a.ndim < 1 or b.ndim < 1 or a.shape[-1] != b.shape[-1]:
        raise ValueError(f"histograms differ in length: shapes {a.shape} and {b.shape}")
    if not all(np.isfinite(h).all() and (h >= 0).all() for h in (a, b)):
        raise ValueError("histograms must hold finite numbers that are not negative")
    total, difference = a + b, a - b
    parts = np.divide(difference * difference, total, out=np.zeros_like(total), where=total > 0)
    distance: Array = 0.5 * parts.sum(-1)
    return distance
