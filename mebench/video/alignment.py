"""Transforms of the plane between an image and a canonical face: how they follow from points, and how they are applied.

A transform is a (2, 3) float64 matrix M with ``(x', y') = M @ (x, y, 1)``, from the image to the crop; the centres of
pixels are at integers. All frames of a clip or section get the same matrix, so that what moves in the crop moved in
the image: flow in the crop is the flow of the image, rotated and multiplied by the scale of the matrix.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mebench.problems import UserError, unknown_name

Matrix = NDArray[np.float64]
BORDERS = {"replicate": cv2.BORDER_REPLICATE, "black": cv2.BORDER_CONSTANT}
IDENTITY: Matrix = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
_MOST_SAMPLES = 8


def similarity(source: NDArray[np.float64], target: NDArray[np.float64]) -> Matrix:
    """Return the rotation, scale and shift that bring `source` closest to `target` in the least squares sense.

    In the plane, without reflections, Umeyama's solution (IEEE TPAMI 13(4), 1991) is a complex division: with centred
    points p, q as complex numbers, the factor is sum(conj(p) q) / sum(|p|^2).

    Parameters
    ----------
    source, target : (n, 2) float64
        At least two different points.

    Raises
    ------
    UserError
        If all points of `source`, or all of `target`, are one.
    """
    p, q = _complex(source), _complex(target)
    centre_p, centre_q = p.mean(), q.mean()
    spread = float(np.sum(np.abs(p - centre_p) ** 2))
    factor = np.sum(np.conj(p - centre_p) * (q - centre_q)) / spread if spread > 0 else 0.0
    if not np.isfinite(factor) or abs(factor) < 1e-9:
        raise UserError("The landmarks lie on one point, so a face cannot be aligned by them. Check their source.")
    shift = centre_q - factor * centre_p
    return np.array([[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]])


def affine(source: NDArray[np.float64], target: NDArray[np.float64]) -> Matrix:
    """Return the affine map that brings `source` closest to `target`; exact for three points.

    Raises
    ------
    UserError
        If the points of `source` lie on a line.
    """
    centre = source.mean(axis=0)
    design = np.column_stack([source - centre, np.ones(len(source))])
    solution, _, rank, _ = np.linalg.lstsq(design, target, rcond=1e-9)
    if rank < 3:
        raise UserError("The landmarks lie on a line, so a face cannot be aligned by them. Check their source.")
    matrix = solution.T
    return np.column_stack([matrix[:, :2], matrix[:, 2] - matrix[:, :2] @ centre])


def transformed(matrix: Matrix, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points (..., 2) under a transform."""
    return points @ matrix[:, :2].T + matrix[:, 2]


def inverse(matrix: Matrix) -> Matrix:
    """Return the transform back, from the crop to the image."""
    linear = np.linalg.inv(matrix[:, :2])
    return np.column_stack([linear, -linear @ matrix[:, 2]])


def composed(second: Matrix, first: Matrix) -> Matrix:
    """Return the transform that does `first`, then `second`."""
    return np.column_stack([second[:, :2] @ first[:, :2], second[:, :2] @ first[:, 2] + second[:, 2]])


def scale_of(matrix: Matrix) -> float:
    """Return by how much a transform lengthens: the square root of its determinant."""
    return float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))


def warped(
    image: NDArray[np.uint8], matrix: Matrix, size: tuple[int, int], border: str = "replicate"
) -> NDArray[np.uint8]:
    """Return the crop that a transform cuts out of an image.

    Bilinear; where the crop is smaller than what it shows, each of its pixels is the mean of several samples, so that
    noise and fine texture are averaged instead of picked at random, which would flicker as the head moves.

    Parameters
    ----------
    image : (H, W) or (H, W, 3) uint8
    matrix : (2, 3) float64
        From the image to the crop.
    size : (width, height)
        Of the crop, in pixels.
    border : {"replicate", "black"}
        What lies outside the image.

    Returns
    -------
    (height, width) or (height, width, 3) uint8
    """
    if border not in BORDERS:
        raise unknown_name("border", border, BORDERS)
    samples = int(np.clip(np.ceil(1 / max(scale_of(matrix), 1e-9) - 1e-6), 1, _MOST_SAMPLES))
    width, height = size
    if samples > 1:
        offset = (samples - 1) / 2
        matrix = composed(np.array([[samples, 0, offset], [0, samples, offset]], dtype=np.float64), matrix)
    large = (width * samples, height * samples)
    cut = cv2.warpAffine(image, matrix, large, flags=cv2.INTER_LINEAR, borderMode=BORDERS[border])
    if samples > 1:
        cut = cv2.resize(cut, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cut, dtype=np.uint8)


def _complex(points: NDArray[np.float64]) -> NDArray[np.complex128]:
    return np.asarray(points[:, 0] + 1j * points[:, 1], dtype=np.complex128)
