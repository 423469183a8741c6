"""What a camera adds to the light: shot and read noise, its fixed pattern, and rounding to 8 bits."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

READ_NOISE = 0.8
"""Standard deviation in the dark, in grey levels."""
SHOT_NOISE = 0.012
"""Variance per grey level: light comes in quanta."""
_PATTERN = 0.25


class Sensor:
    """The camera of one video: adds noise to its frames.

    The noise of a grey level ``g`` has the variance ``READ_NOISE**2 + SHOT_NOISE * g``, which is a standard deviation
    of about 1.5 in the middle. It comes from the seed, the twin, the video and the frame number, so that every frame
    can be made alone, and no two frames share any. On top of it lies a pattern of a quarter of a level that belongs to
    the camera, and so is the same in all videos of a twin.

    Parameters
    ----------
    seed : int
    twin, video : str
    noise : float
        Multiplies the noise and the pattern; at 0 an image stays as it is.
    """

    def __init__(self, seed: int, twin: str, video: str, noise: float = 1.0) -> None:
        self._noise = float(noise)
        self._seed = seed
        self._camera = (zlib.crc32(twin.encode()), zlib.crc32(b"camera"))
        self._video = (zlib.crc32(twin.encode()), zlib.crc32(b"noise"), zlib.crc32(video.encode()))
        grey = np.arange(256, dtype=np.float32)
        self._spread = np.float32(noise) * np.sqrt(np.float32(READ_NOISE**2) + np.float32(SHOT_NOISE) * grey)
        self._pattern: NDArray[np.float32] | None = None

    def expose(self, image: Image, number: int) -> Image:
        """Return an image as the camera records it.

        Parameters
        ----------
        image : (H, W) or (H, W, 3) uint8 array
        number : int
            Frame number, at least 0.
        """
        if self._noise == 0:
            return image.copy()
        if self._pattern is None or self._pattern.shape != image.shape:
            self._pattern = _grains(self._seed, self._camera, image.shape)
            # The half turns the cut below into rounding.
            self._pattern *= np.float32(_PATTERN * self._noise)
            self._pattern += np.float32(0.5)
        level = _grains(self._seed, (*self._video, number), image.shape)
        level *= self._spread[image]
        level += image
        level += self._pattern
        np.clip(level, 0.0, 255.0, out=level)
        return level.astype(np.uint8)


def _grains(seed: int, key: tuple[int, ...], shape: tuple[int, ...]) -> NDArray[np.float32]:
    stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))
    return stream.standard_normal(shape, dtype=np.float32)
