"""Local binary patterns: which of the neighbours on a circle are at least as bright as the centre?

A pattern is uniform if it changes at most twice around the circle. Uniform patterns have a label each, the others
share one: ``P (P - 1) + 3`` labels, 59 for 8 neighbours. Labels and geometry are those of scikit-image's
``local_binary_pattern(method="nri_uniform")``: neighbour 0 lies to the right, the next ones counter-clockwise.
Interpolated neighbours are compared in exact arithmetic on integer images, so a flat patch is one label whatever its
grey level.

References
----------
Ojala, Pietikainen, Maenpaa, TPAMI 2002, equations 9 to 11.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mebench.features.arrays import Array, FloatArray, check_numbers, grey
from mebench.features.grid import Norm, block_histograms, normalised

Codes = Literal["uniform", "all"]
Border = Literal["zero", "edge", "inside"]
Offset = tuple[float, ...]

_UNIT = 100_000
"""Neighbours lie on a lattice of 1e-5 pixels: interpolation weights are whole numbers, their sums exact in float64."""

_MOST_NEIGHBOURS = 16


def n_codes(neighbours: int = 8, codes: Codes = "uniform") -> int:
    """Return how many codes there are.

    Raises
    ------
    ValueError
        If `codes` has another name, or there are not 2 to 16 neighbours.

    Examples
    --------
    >>> n_codes(8), n_codes(4), n_codes(4, "all")
    (59, 15, 16)
    """
    if codes not in ("uniform", "all"):
        raise ValueError(f"codes are uniform or all, not {codes!r}")
    if not 2 <= neighbours <= _MOST_NEIGHBOURS:
        raise ValueError(f"a pattern has 2 to {_MOST_NEIGHBOURS} neighbours, not {neighbours}")
    return neighbours * (neighbours - 1) + 3 if codes == "uniform" else 2**neighbours


def lbp_codes(
    image: Array, neighbours: int = 8, radius: float = 1.0, codes: Codes = "uniform", border: Border = "edge"
) -> NDArray[np.uint16]:
    """Return the local binary pattern of every pixel.

    Parameters
    ----------
    image : ndarray, shape (H, W) or (H, W, 3)
        uint8, or float grey levels of any scale.
    neighbours : int
        P, 2 to 16.
    radius : float
        R in pixels.
    codes : {"uniform", "all"}
        Labels of the uniform patterns, or all ``2^P`` patterns (neighbour p weighs ``2^p``).
    border : {"edge", "zero", "inside"}
        Beyond the image the border pixel goes on, or there is nothing but zeros (as in scikit-image), or only pixels
        with all their neighbours get a code.

    Returns
    -------
    ndarray of uint16, shape (H, W), or smaller by ``2 ceil(R)`` with ``inside``

    Raises
    ------
    ValueError
        If the image is not one, is too small, or a parameter is out of range.
    """
    pixels = grey(image)
    check_numbers(pixels, "the image")
    n_codes(neighbours, codes)
    if not 0 < radius < 1000:
        raise ValueError(f"the radius of a pattern must be positive, not {radius}")
    margin = int(np.ceil(radius))
    if border in ("edge", "zero"):
        pixels = np.pad(pixels, margin, mode="edge" if border == "edge" else "constant")
    elif border != "inside":
        raise ValueError(f"the border is edge, zero or inside, not {border!r}")
    if min(pixels.shape) <= 2 * margin:
        raise ValueError(f"an image of {pixels.shape} has no pixel with all its neighbours at radius {radius}")
    angles = 2 * np.pi * np.arange(neighbours) / neighbours
    offsets = [(-radius * np.sin(angle), radius * np.cos(angle)) for angle in angles]
    return labels(patterns(pixels, offsets, (margin, margin)), neighbours, codes)


def lbp_histograms(
    image: Array,
    grid: Sequence[int] = (6, 6),
    neighbours: int = 8,
    radius: float = 3.0,
    codes: Codes = "uniform",
    border: Border = "edge",
    norm: Norm = "l1",
) -> FloatArray:
    """Return the histograms of the local binary patterns in each block of a grid.

    Parameters
    ----------
    image, neighbours, radius, codes, border
        As in :func:`lbp_codes`; the defaults are those of Moilanen 2014 (6 x 6 blocks, uniform, P 8, R 3).
    grid : (int, int)
        Rows and columns of blocks.
    norm : {"l1", "l2", "none"}

    Returns
    -------
    ndarray of float32, shape (rows, columns, n_codes)

    Raises
    ------
    ValueError
        As :func:`lbp_codes`, or if the grid does not fit.
    """
    numbers = lbp_codes(image, neighbours, radius, codes, border)
    return normalised(block_histograms(numbers, n_codes(neighbours, codes), grid), norm)


def patterns(values: Array, offsets: Sequence[Offset], margins: Sequence[int]) -> NDArray[np.uint16]:
    """Return the pattern (bit p: neighbour p is at least the centre) of each position inside the margins.

    Parameters
    ----------
    values : ndarray, any number of axes
        Integers (compared exactly) or floats.
    offsets : sequence of P tuples
        Where each neighbour lies from its centre, along each axis of `values`; between positions it is interpolated
        linearly. None reaches beyond the margins.
    margins : sequence of int
        How far from each end of each axis the centres stay.

    Returns
    -------
    ndarray of uint16
        Of the shape of `values` less both margins of each axis.
    """
    taps = [_taps(offset) for offset in offsets]
    if any(len(each) > 1 for each in taps) and values.dtype != np.float64:
        values = values.astype(np.float64)
    centre = _view(values, (0,) * values.ndim, margins)
    found = np.zeros(centre.shape, np.uint16)
    exact = np.abs(values).max(initial=0) < 2**16 and values.dtype.kind == "f" and bool((values % 1 == 0).all())
    scaled: dict[int, Array] = {}
    for p, each in enumerate(taps):
        if len(each) == 1:
            bit = _view(values, each[0][0], margins) >= centre
        elif exact:
            total = sum(weight for _, weight in each)
            if total not in scaled:
                scaled[total] = centre * float(total)
            bit = _weighted(values, each, margins) >= scaled[total]
        else:  # differences first: on a flat patch they are exactly zero
            bit = np.asarray(sum(weight * (_view(values, at, margins) - centre) for at, weight in each)) >= 0
        found |= bit.astype(np.uint16) << np.uint16(p)
    return found


def labels(numbers: NDArray[np.uint16], neighbours: int, codes: Codes) -> NDArray[np.uint16]:
    """Return the codes of patterns: themselves (``all``), or the labels of uniform ones."""
    return numbers if codes == "all" else uniform_labels(neighbours)[numbers]


@lru_cache(maxsize=8)
def uniform_labels(neighbours: int) -> NDArray[np.uint16]:
    """Return the label of each of the ``2^P`` patterns.

    No neighbour: 0. A run of n neighbours that starts at neighbour s: ``1 + (n - 1) P + (-s mod P)``. All of them:
    ``P (P - 1) + 1``. Not uniform: ``P (P - 1) + 2``.
    """
    table = np.full(2**neighbours, neighbours * (neighbours - 1) + 2, np.uint16)
    table[0], table[-1] = 0, neighbours * (neighbours - 1) + 1
    for n in range(1, neighbours):
        for start in range(neighbours):
            pattern = sum(1 << (start + i) % neighbours for i in range(n))
            table[pattern] = 1 + (n - 1) * neighbours + -start % neighbours
    table.flags.writeable = False
    return table


def _taps(offset: Offset) -> list[tuple[tuple[int, ...], int]]:
    """Return the positions around an offset and their whole-number weights (of a common sum)."""
    taps: list[tuple[tuple[int, ...], int]] = [((), 1)]
    for step in offset:
        whole, part = divmod(round(step * _UNIT), _UNIT)
        ends = [(whole, _UNIT - part), (whole + 1, part)] if part else [(whole, 1)]
        taps = [((*at, end), weight * share) for at, weight in taps for end, share in ends]
    return taps


def _view(values: Array, at: Sequence[int], margins: Sequence[int]) -> Array:
    """Return the neighbours at a whole-number offset of all centres."""
    box = tuple(
        slice(margin + step, length - margin + step)
        for step, margin, length in zip(at, margins, values.shape, strict=True)
    )
    return values[box]


def _weighted(values: Array, taps: list[tuple[tuple[int, ...], int]], margins: Sequence[int]) -> Array:
    total: Array = _view(values, taps[0][0], margins) * float(taps[0][1])
    for at, weight in taps[1:]:
        total += _view(values, at, margins) * float(weight)
    return total
