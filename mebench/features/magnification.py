"""Eulerian video magnification: small changes of brightness in time made larger.

Magnify at the native frame rate and thin out afterwards: the band is given in hertz of the frames that come in.

References
----------
Wu, Rubinstein, Shih, Guttag, Durand, Freeman, SIGGRAPH 2012, sections 3 and 4.
"""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from numpy.typing import ArrayLike
from scipy.signal import butter, lfilter

from mebench.features.arrays import Array, FloatArray, clip_of

Band = Literal["butterworth", "ideal"]


def magnify(
    clip: ArrayLike,
    fps: float,
    low: float,
    high: float,
    factor: float = 10.0,
    wavelength: float = 16.0,
    band: Band = "butterworth",
    white: float = 255.0,
) -> FloatArray:
    """Magnify the changes of a clip within a band of frequencies, on a Laplacian pyramid.

    Parameters
    ----------
    clip : array_like, shape (T, H, W) or (T, H, W, C)
        Grey levels from 0 to `white`; channels are magnified each for itself.
    fps : float
        Frames per second.
    low, high : float
        The band in hertz, ``0 < low < high < fps / 2``.
    factor : float
        Alpha: a change becomes ``1 + alpha`` times as large.
    wavelength : float
        Lambda_c in pixels: where a pyramid level is finer than it, the factor is lowered so that
        ``(1 + alpha) delta < lambda / 8`` holds for the motion delta that it holds for at lambda_c (equation 14).
    band : {"butterworth", "ideal"}
        ``butterworth``: the difference of two causal first-order low-pass filters, as in the authors' code for
        motion. ``ideal``: bins of the Fourier transform outside the band are zeroed.
    white : float
        The result is clipped to 0 .. `white`.

    Returns
    -------
    ndarray of float32, shape of the clip
        The coarsest level of the pyramid, the brightness, is left as it is. A clip at rest is returned unchanged.

    Raises
    ------
    ValueError
        If the clip is not one or has fewer than 2 frames, or a parameter is out of range.
    """
    frames = clip_of(clip, at_least=2, colour=True)
    if not (factor >= 0 and wavelength > 0 and white > 0):
        raise ValueError(f"factor must not be negative, wavelength and white are positive: {factor}, {wavelength}")
    result = frames.astype(np.float32)
    delta = wavelength / (8 * (1 + factor))
    depth = _depth(frames.shape[1:3])
    # As in the authors' code the coarsest level stands for a wavelength of a third of the diagonal, the next for half.
    longest = float(np.hypot(*frames.shape[1:3])) / 3
    for level in range(depth):
        changes = time_band(np.stack([_detail(frame, level) for frame in frames]), fps, low, high, band)
        strength = min(factor, longest / 2 ** (depth - 1 - level) / (8 * delta) - 1)
        if strength <= 0:
            continue
        for t, change in enumerate(changes):
            result[t] += strength * _enlarged(change, frames.shape[1:3], level)
    return np.clip(result, 0, np.float32(white), out=result)


def magnify_difference(clip: ArrayLike, factor: float = 10.0, white: float = 255.0) -> FloatArray:
    """Magnify the difference of every frame from the first: ``I_1 + (1 + alpha) (I_t - I_1)``, clipped.

    Parameters
    ----------
    clip : array_like, shape (T, H, W) or (T, H, W, C)
        Grey levels from 0 to `white`.
    factor : float
        Alpha.
    white : float
        The result is clipped to 0 .. `white`.

    Returns
    -------
    ndarray of float32, shape of the clip

    Raises
    ------
    ValueError
        If the clip is not one, or a parameter is out of range.
    """
    frames = clip_of(clip, colour=True).astype(np.float32)
    if not (factor >= 0 and white > 0):
        raise ValueError(f"factor must not be negative and white is positive: {factor}, {white}")
    change = frames - frames[0]
    change *= np.float32(factor)
    frames += change
    return np.clip(frames, 0, np.float32(white), out=frames)


def time_band(values: ArrayLike, fps: float, low: float, high: float, band: Band = "butterworth") -> FloatArray:
    """Return the changes of a signal within a band of frequencies, along the first axis.

    Parameters
    ----------
    values : array_like, shape (T, ...)
    fps, low, high, band
        As in :func:`magnify`.

    Returns
    -------
    ndarray of float32, shape of `values`
        Exactly 0 for what does not change.

    Raises
    ------
    ValueError
        If the band does not lie within ``0 < low < high < fps / 2`` or has another name.
    """
    if not 0 < low < high < fps / 2:
        raise ValueError(f"the band must lie within 0 < low < high < fps / 2, not {low} to {high} Hz at {fps} fps")
    signal = np.asarray(values, np.float64)
    signal = signal - signal[0]
    if band == "butterworth":
        wide, narrow = (lfilter(*butter(1, edge, fs=fps), signal, axis=0) for edge in (high, low))
        return (wide - narrow).astype(np.float32)
    if band != "ideal":
        raise ValueError(f"the band is butterworth or ideal, not {band!r}")
    spectrum = np.fft.rfft(signal, axis=0)
    frequencies = np.fft.rfftfreq(len(signal), 1 / fps)
    spectrum[(frequencies < low) | (frequencies > high)] = 0
    return np.fft.irfft(spectrum, n=len(signal), axis=0).astype(np.float32)


def _depth(size: tuple[int, ...]) -> int:
    """Return how many levels of detail there are: the coarsest image keeps at least 8 pixels a side."""
    return max(1, int(np.log2(min(size) / 8)) if min(size) >= 16 else 1)


def _detail(frame: Array, level: int) -> Array:
    """Return one level of the Laplacian pyramid of a frame; 0 is the finest."""
    image: Array = frame.astype(np.float32)
    for _ in range(level):
        image = cv2.pyrDown(image)
    return image - _up(cv2.pyrDown(image), image.shape[:2])


def _up(image: Array, size: tuple[int, ...]) -> Array:
    larger: Array = cv2.pyrUp(image, dstsize=(size[1], size[0]))
    return larger.reshape(*size, *image.shape[2:])


def _enlarged(image: Array, size: tuple[int, ...], level: int) -> Array:
    """Return a level of the pyramid at the size of the frame, as collapsing the pyramid would."""
    sizes: list[tuple[int, ...]] = [tuple(size)]
    for _ in range(level):
        sizes.append(tuple((side + 1) // 2 for side in sizes[-1]))
    for finer in sizes[-2::-1] if level else ():
        image = _up(image, finer)
    return image
