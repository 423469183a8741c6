"""Local contrast normalisation: each pixel against its neighbourhood's mean and spread."""

from __future__ import annotations

import cv2
import numpy as np

from mebench.features.arrays import Array, FloatArray, check_numbers, grey


def local_contrast(image: Array, sigma: float = 3.0) -> FloatArray:
    """Return ``(f - m) / max(s, c)``: m and s are the local mean and standard deviation, c the mean of s.

    Parameters
    ----------
    image : ndarray, shape (H, W) or (H, W, 3)
        Grey levels of any scale; the result does not depend on it.
    sigma : float
        Of the Gaussian neighbourhood in pixels, cut at 3 sigma (choice: 3, a window of 19 x 19).

    Returns
    -------
    ndarray of float32, shape (H, W)
        Without unit; 0 everywhere in an image without contrast.

    Raises
    ------
    ValueError
        If the image is not one, or sigma is not positive.

    References
    ----------
    Jarrett, Kavukcuoglu, Ranzato, LeCun, ICCV 2009, section 2.1; as used by Yap et al. 2022.
    """
    pixels = grey(image)
    check_numbers(pixels, "the image")
    if not 0 < sigma < 1000:
        raise ValueError(f"sigma must be positive, not {sigma}")
    values = pixels.astype(np.float64)
    values -= values.flat[0]  # a flat image is exactly flat afterwards, whatever its level
    side = 2 * int(np.ceil(3 * sigma)) + 1
    centred = values - _blur(values, side, sigma)
    spread = np.sqrt(_blur(centred * centred, side, sigma))
    scale = np.maximum(spread, spread.mean())
    contrast: FloatArray = np.divide(centred, scale, out=np.zeros_like(centred), where=scale > 0).astype(np.float32)
    return contrast


def _blur(values: Array, side: int, sigma: float) -> Array:
    return cv2.GaussianBlur(values, (side, side), sigma, borderType=cv2.BORDER_REPLICATE)
