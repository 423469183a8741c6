"""Boxes of pixels: half-open integer rectangles, how they are cut to the image, divided into blocks, and made masks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mebench.problems import UserError


class Box(NamedTuple):
    """The pixels with x0 <= x < x1 and y0 <= y < y1."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        """Columns."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """Rows."""
        return self.y1 - self.y0


def rounded(value: float) -> int:
    """Return the pixel in which a coordinate lies (half a pixel goes up, never to the even number)."""
    return int(np.floor(value + 0.5))


def clipped(box: Box, shape: tuple[int, ...]) -> Box:
    """Return the part of a box inside an image of `shape` (H, W, ...); at least the nearest pixel, never nothing."""
    height, width = shape[:2]
    x0, y0 = min(max(box.x0, 0), width - 1), min(max(box.y0, 0), height - 1)
    return Box(x0, y0, min(max(box.x1, x0 + 1), width), min(max(box.y1, y0 + 1), height))


def bounds(points: NDArray[np.float64], *, left: float = 0, up: float = 0, right: float = 0, down: float = 0) -> Box:
    """Return the box of the pixels that hold the points, enlarged by so many pixels on each side; not clipped."""
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    return Box(rounded(x0 - left), rounded(y0 - up), rounded(x1 + right) + 1, rounded(y1 + down) + 1)


def expanded(points: NDArray[np.float64], share: float) -> Box:
    """Return the bounds of the points, enlarged on each side by a share of their width and height; not clipped."""
    width, height = np.ptp(points, axis=0)
    return bounds(points, left=share * width, right=share * width, up=share * height, down=share * height)


def around(point: NDArray[np.float64], left: int, up: int, right: int, down: int) -> Box:
    """Return the box from so many pixels left of and above a point to so many right of and below; not clipped.

    Half-open as slices are: ``around(p, 8, 8, 8, 8)`` has 16 x 16 pixels, ``around(p, 5, 5, 6, 6)`` 11 x 11 with the
    point in the middle.
    """
    x, y = rounded(point[0]), rounded(point[1])
    return Box(x - left, y - up, x + right, y + down)


def cut(image: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """Return the pixels of a box as a view of the image."""
    return image[box.y0 : box.y1, box.x0 : box.x1]


def grid(box: Box, rows: int, columns: int, overlap: float = 0.0) -> list[Box]:
    """Divide a box into blocks, row by row.

    Parameters
    ----------
    box : Box
        E.g. ``Box(0, 0, width, height)`` for a whole crop.
    rows, columns : int
        5 x 5 for LBP-TOP and Bi-WOOF (MEGC2019), 6 x 6 for MDMD, 8 x 8 for HOG-TOP.
    overlap : float
        Each block is enlarged by this share of its width and height (half on each side) and clipped to the box. At 0
        the blocks are disjoint, cover the box, and differ by at most one pixel in size.

    Raises
    ------
    UserError
        If the box has fewer pixels than blocks along a side.
    """
    if box.width < columns or box.height < rows or min(rows, columns) < 1:
        raise UserError(
            f"A crop of {box.width} x {box.height} pixels has no {columns} x {rows} blocks. Make it larger, or take "
            "fewer blocks."
        )
    xs = [box.x0 + box.width * i // columns for i in range(columns + 1)]
    ys = [box.y0 + box.height * i // rows for i in range(rows + 1)]
    blocks = []
    for y0, y1 in pairwise(ys):
        for x0, x1 in pairwise(xs):
            more_x, more_y = rounded((x1 - x0) * overlap / 2), rounded((y1 - y0) * overlap / 2)
            blocks.append(
                Box(
                    max(x0 - more_x, box.x0),
                    max(y0 - more_y, box.y0),
                    min(x1 + more_x, box.x1),
                    min(y1 + more_y, box.y1),
                )
            )
    return blocks


def mask(boxes: Iterable[Box], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return where an image of `shape` (H, W, ...) lies in any of the boxes, as (H, W) bool."""
    inside = np.zeros(shape[:2], dtype=bool)
    for box in boxes:
        inside[max(box.y0, 0) : max(box.y1, 0), max(box.x0, 0) : max(box.x1, 0)] = True
    return inside


def only(image: NDArray[np.uint8], boxes: Sequence[Box], neutral: int = 0) -> NDArray[np.uint8]:
    """Return a copy of the image with everything outside the boxes set to `neutral`."""
    kept = np.full_like(image, neutral)
    inside = mask(boxes, image.shape)
    kept[inside] = image[inside]
    return kept
