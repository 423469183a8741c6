"""How a face gets from the image into its crop: a transform, or a box that is cut out and resized."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mebench.problems import UserError, unknown_name
from mebench.video.alignment import IDENTITY, Matrix, inverse, transformed, warped
from mebench.video.boxes import Box, cut
from mebench.video.canonical import LAYOUTS, canonical_transform
from mebench.video.crops import CROPS, crop_box

Size = tuple[int, int]


@dataclass(frozen=True)
class Placement:
    """One way from the image into a crop, for all frames of a clip or section.

    Parameters
    ----------
    matrix : (2, 3) float64
        From the image to the crop.
    size : (width, height)
        Of the crop.
    box : Box, optional
        If given the crop is this box, resized; otherwise the image is warped by the matrix.
    """

    matrix: Matrix
    size: Size
    box: Box | None = None

    def crop(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the crop of an image (H, W) or (H, W, 3), as an array of its own."""
        if self.box is None:
            return warped(image, self.matrix, self.size)
        part = cut(image, self.box)
        if part.shape[:2] == (self.size[1], self.size[0]):
            return part.copy()
        smaller = self.size[0] < part.shape[1] or self.size[1] < part.shape[0]
        how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(part, self.size, interpolation=how), dtype=np.uint8)

    def points(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return points (..., 2) of the image in the crop."""
        return transformed(self.matrix, points)

    def back(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return points (..., 2) of the crop in the image."""
        return transformed(inverse(self.matrix), points)


def place_box(box: Box, size: Size | None = None) -> Placement:
    """Return the placement that cuts a box out and resizes it; without a size the box keeps its own."""
    if size is None:
        size = (box.width, box.height)
    x, y = size[0] / box.width, size[1] / box.height
    # Resizing keeps the outer edges of the pixels in place, which lie half a pixel outside their centres.
    shift = (0.5 - box.x0) * x - 0.5, (0.5 - box.y0) * y - 0.5
    return Placement(np.array([[x, 0, shift[0]], [0, y, shift[1]]]), size, box)


def place_whole(shape: tuple[int, ...], size: Size | None = None) -> Placement:
    """Return the placement of a whole image of `shape` (H, W, ...), for frames that are cropped already."""
    if size is None:
        return Placement(IDENTITY, (shape[1], shape[0]), Box(0, 0, shape[1], shape[0]))
    return place_box(Box(0, 0, shape[1], shape[0]), size)


def place_face(
    points: NDArray[np.float64], shape: tuple[int, ...], crop: str, size: Size | None, fit: str = "stable"
) -> Placement:
    """Return the placement of a face by the name of a canonical face or of a paper's crop.

    Parameters
    ----------
    points : (68, 2) float64
        Of the frame that stands for its clip or section.
    shape : tuple of int
        Of the image, (H, W, ...).
    crop : str
        A canonical face (:data:`mebench.video.canonical.LAYOUTS`) or a box (:data:`mebench.video.crops.CROPS`).
    size : (width, height), optional
        Of the crop; a box may do without and keeps its own.
    fit : str
        For a canonical face; see :func:`mebench.video.canonical.canonical_transform`.

    Raises
    ------
    UserError
        If there is no such crop, or a canonical face has no size.
    """
    if crop in CROPS:
        return place_box(crop_box(crop, points, shape), size)
    if crop not in LAYOUTS:
        raise unknown_name("crop", crop, [*CROPS, *LAYOUTS])
    if size is None:
        raise UserError(f"The crop {crop!r} has no size of its own. Give one, e.g. 224.")
    return Placement(canonical_transform(points, crop, size, fit), size)
