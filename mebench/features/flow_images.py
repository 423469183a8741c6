"""Flows as images: the input of small networks, bytes for I3D, and a picture to look at."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from mebench.features.arrays import FloatArray, flow_of
from mebench.features.dynamic_image import rescaled
from mebench.features.strain import strain as strain_of

Scaling = Literal["per_image_minmax_u8", "fixed_scale", "none"]


def flow_image(
    flow: ArrayLike,
    strain: ArrayLike | None = None,
    size: int = 28,
    norm: Scaling = "per_image_minmax_u8",
    full_flow: float = 10.0,
    full_strain: float = 1.0,
) -> NDArray[np.uint8] | FloatArray:
    """Return flow and strain as a small image of three channels (u, v, strain), the input of STSTNet.

    Parameters
    ----------
    flow : array_like, shape (H, W, 2)
        From onset to apex, in pixels of the face as it is.
    strain : array_like, shape (H, W), optional
        By default :func:`mebench.features.strain.strain` of the flow. It is taken before the image is shrunk.
    size : int
        Side of the result; pixels are averaged by area (choice).
    norm : {"per_image_minmax_u8", "fixed_scale", "none"}
        ``per_image_minmax_u8``: each channel stretched to 0 .. 255, as the authors' files are, so amplitude and zero
        are lost. ``fixed_scale``: divided by `full_flow` and `full_strain` and clipped to -1 .. 1 and 0 .. 1. ``none``:
        as it is, for statistics of the training side.
    full_flow, full_strain : float
        What counts as 1 with ``fixed_scale``, in pixels and per pixel (choice).

    Returns
    -------
    ndarray, shape (size, size, 3)
        uint8 with ``per_image_minmax_u8`` (0 where a channel has no range), else float32.

    Raises
    ------
    ValueError
        If the flow or strain is not one, or a parameter is out of range.

    References
    ----------
    Liong, Gan, See, Khor, Huang, FG 2019 (STSTNet), section III.
    """
    field = flow_of(flow)
    magnitude = strain_of(field) if strain is None else np.asarray(strain, np.float32)
    if magnitude.shape != field.shape[:2] or not np.isfinite(magnitude).all():
        raise ValueError(f"the strain must be finite and of shape {field.shape[:2]}, not {magnitude.shape}")
    if size < 1 or not (full_flow > 0 and full_strain > 0):
        raise ValueError(f"size, full_flow and full_strain must be positive: {size}, {full_flow}, {full_strain}")
    stack = np.dstack([field, magnitude])
    small: FloatArray = np.asarray(cv2.resize(stack, (size, size), interpolation=cv2.INTER_AREA), np.float32)
    if norm == "per_image_minmax_u8":
        return rescaled(small)
    if norm == "none":
        return small
    if norm != "fixed_scale":
        raise ValueError(f"the norm is per_image_minmax_u8, fixed_scale or none, not {norm!r}")
    small /= np.array([full_flow, full_flow, full_strain], np.float32)
    return np.clip(small, np.array([-1, -1, 0], np.float32), np.float32(1))


def flow_bytes(flow: ArrayLike, bound: float = 20.0) -> NDArray[np.uint8]:
    """Return a flow clipped to ``-bound .. bound`` pixels and mapped to 0 .. 255, as I3D's input is stored.

    Raises
    ------
    ValueError
        If the flow is not one, or the bound is not positive.

    Examples
    --------
    >>> flow_bytes(np.array([[[-30.0, 0.0], [10.0, 20.0]]])).tolist()
    [[[0, 128], [191, 255]]]
    """
    if not bound > 0:
        raise ValueError(f"the bound must be positive, not {bound}")
    unit = (np.clip(flow_of(flow), -bound, bound) + bound) / (2 * bound)
    bytes_: NDArray[np.uint8] = np.rint(unit * 255).astype(np.uint8)
    return bytes_


def flow_picture(flow: ArrayLike, largest: float | None = None) -> NDArray[np.uint8]:
    """Return a picture of a flow to look at: hue is the direction, saturation the magnitude, white is rest.

    Parameters
    ----------
    flow : array_like, shape (H, W, 2)
        Vectors that are not finite (outside the head of an exact flow) are drawn grey.
    largest : float, optional
        The magnitude of full saturation in pixels; by default the greatest one there is.

    Returns
    -------
    ndarray of uint8, shape (H, W, 3)
        RGB. To the right is red, down is yellow-green, to the left cyan, up violet.

    Raises
    ------
    ValueError
        If the flow has another shape, or `largest` is not positive.
    """
    field = np.asarray(flow, np.float32)
    known = np.asarray(np.isfinite(field).all(axis=-1))
    field = flow_of(np.where(known[..., None], field, 0))
    if largest is not None and not largest > 0:
        raise ValueError(f"the largest magnitude must be positive, not {largest}")
    size = np.hypot(field[..., 0], field[..., 1])
    full = largest or float(size.max()) or 1.0
    hsv = np.empty((*size.shape, 3), np.float32)
    hsv[..., 0] = np.rad2deg(np.arctan2(field[..., 1], field[..., 0])) % 360
    hsv[..., 1] = np.minimum(size / full, 1)
    hsv[..., 2] = 1
    picture = np.rint(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB) * 255).astype(np.uint8)
    picture[~known] = 128
    return picture
