"""Noise and soft shapes from which skin, hair and eyes are painted."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]


class Grain:
    """A stream of smooth noise images, the same in every process for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.Generator(np.random.PCG64(seed)).random

    def uniform(self, n: int) -> NDArray[np.float64]:
        """Return ``n`` numbers from 0 to 1."""
        return np.asarray(self._random(n), np.float64)

    def white(self, height: int, width: int) -> Image:
        """Return independent values, mean 0 and standard deviation 1."""
        found: Image = ((self._random((height, width)) - 0.5) * np.sqrt(12)).astype(np.float32)
        return found

    def smooth(self, shape: tuple[int, int], cell: float, down: float | None = None) -> Image:
        """Return noise whose waves are about ``cell`` texels wide (and ``down`` high), standard deviation 1."""
        height, width = shape
        rows, columns = max(2, round(height / (down or cell))), max(2, round(width / cell))
        image = cv2.resize(self.white(rows, columns), (width, height), interpolation=cv2.INTER_CUBIC)
        found: Image = (image / max(float(image.std()), 1e-6)).astype(np.float32)
        return found


def step(low: float, high: float, x: NDArray[np.floating]) -> Image:
    """Return 0 below ``low``, 1 above ``high`` and a smooth slope between."""
    t = np.clip((x - np.float32(low)) / np.float32(high - low), 0, 1)
    found: Image = (t * t * (3 - 2 * t)).astype(np.float32, copy=False)
    return found


def spot(x: Image, y: Image, centre: tuple[float, float], size: tuple[float, float]) -> Image:
    """Return a Gaussian spot of height 1."""
    found: Image = np.exp(
        -(((x - np.float32(centre[0])) / np.float32(size[0])) ** 2)
        - ((y - np.float32(centre[1])) / np.float32(size[1])) ** 2
    )
    return found


def encode(linear: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return bytes of square roots, the form in which the atlas holds linear values."""
    found: NDArray[np.uint8] = np.rint(255 * np.sqrt(np.clip(linear, 0, 1))).astype(np.uint8)
    return found
