"""What comes in: images, pairs of images, clips and flows, checked once at the border."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]
FloatArray = NDArray[np.float32]


def grey(image: Array, what: str = "the image") -> Array:
    """Return an image as grey levels, dtype kept (float64 becomes float32 where colour has to be mixed).

    Parameters
    ----------
    image : ndarray, shape (H, W), (H, W, 1) or (H, W, 3)
        uint8 or float; three channels are RGB and are mixed with the weights of ITU-R BT.601.

    Returns
    -------
    ndarray, shape (H, W)

    Raises
    ------
    ValueError
        If the shape or the dtype is another, or if the image is empty.
    """
    image = np.asarray(image)
    if image.dtype != np.uint8 and image.dtype.kind != "f":
        raise ValueError(f"{what} must hold uint8 or float grey levels, not {image.dtype}")
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[:, :, 0]
    if image.ndim not in (2, 3) or image.size == 0 or (image.ndim == 3 and image.shape[2] != 3):
        raise ValueError(f"{what} must have the shape (H, W) or (H, W, 3), not {image.shape}")
    if image.ndim == 3:
        pixels = image if image.dtype == np.uint8 else np.ascontiguousarray(image, dtype=np.float32)
        return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return image


def grey_pair(first: Array, second: Array, smallest: int) -> tuple[Array, Array]:
    """Return two images of one size as uint8 grey levels, or as float32 between 0 and 1.

    Floats may be in 0..1 or in 0..255: above 1 in either image, white is taken to be 255. The two are scaled
    together, so that the meaning of a parameter such as TV-L1's lambda never depends on the scale.

    Raises
    ------
    ValueError
        If sizes differ, a side is shorter than `smallest`, or a float is not finite, negative or above 255.
    """
    if not (  # the common case costs nothing: it runs for every frame
        type(first) is type(second) is np.ndarray
        and first.dtype == second.dtype == np.uint8
        and first.ndim == second.ndim == 2
    ):
        first, second = grey(first, "the first image"), grey(second, "the second image")
    if first.shape != second.shape:
        raise ValueError(f"the two images differ in size: {first.shape} and {second.shape}")
    if min(first.shape) < smallest:
        raise ValueError(f"images of {first.shape} pixels are too small for this flow: at least {smallest} a side")
    if first.dtype == second.dtype == np.uint8:
        return first, second
    if np.uint8 in (first.dtype, second.dtype):
        raise ValueError("one image is uint8 and the other float: their scales cannot be told")
    low = min(float(first.min()), float(second.min()))
    high = max(float(first.max()), float(second.max()))
    if not (low >= 0 and high <= 255):
        raise ValueError(f"float grey levels must lie in 0..1 or 0..255, not in {low:g}..{high:g}")
    white = np.float32(255 if high > 1 else 1)
    return np.asarray(first, np.float32) / white, np.asarray(second, np.float32) / white


def clip_of(frames: ArrayLike, at_least: int = 1, colour: bool = False) -> Array:
    """Return a clip of frames as an array, checked.

    Parameters
    ----------
    frames : array_like, shape (T, H, W), with `colour` also (T, H, W, C)
        uint8, another integer type of up to 16 bits, or float.
    at_least : int
        The least number of frames.

    Raises
    ------
    ValueError
        If the shape or the dtype is another, the clip is too short or empty, or a float is not finite.
    """
    clip = np.asarray(frames)
    if clip.ndim != 3 and not (colour and clip.ndim == 4):
        raise ValueError(f"a clip must have the shape (T, H, W){' or (T, H, W, C)' * colour}, not {clip.shape}")
    check_numbers(clip, "the clip")
    if len(clip) < at_least:
        raise ValueError(f"this needs at least {at_least} frames, and the clip has {len(clip)}")
    return clip


def check_numbers(values: Array, what: str) -> None:
    """Raise ValueError unless `values` are integers of up to 16 bits or finite floats, and at least one."""
    if values.size == 0:
        raise ValueError(f"{what} is empty (shape {values.shape})")
    if not (values.dtype.kind == "f" or (values.dtype.kind in "iu" and values.dtype.itemsize <= 2)):
        raise ValueError(f"{what} must hold uint8, 16-bit or float numbers, not {values.dtype}")
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise ValueError(f"{what} holds numbers that are not finite")


def flow_of(flow: ArrayLike) -> FloatArray:
    """Return a flow as float32, checked.

    Raises
    ------
    ValueError
        If the shape is not (H, W, 2), or a vector is not finite.
    """
    field = np.asarray(flow)
    if field.ndim != 3 or field.shape[2] != 2 or field.size == 0 or field.dtype.kind not in "fiu":
        raise ValueError(f"a flow must have the shape (H, W, 2) and hold numbers, not {field.shape} of {field.dtype}")
    if not np.isfinite(field).all():
        raise ValueError("the flow holds vectors that are not finite")
    return field.astype(np.float32, copy=False)
