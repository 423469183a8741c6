"""Interpolation in time: the temporal interpolation model (TIM), or linear.

TIM embeds the frames of a clip as a path graph by the eigenvectors of its Laplacian, which are samples of
``f_k(t) = sin(pi k t + pi (n - k) / (2 n))`` at ``t = 1/n, 2/n, ..., 1``, and maps the curve back linearly. The map
back is found there by an SVD of the frames less their mean. Since the eigenvectors span all zero-mean sequences of n
numbers, the composition is one fixed linear map in time, whatever the frames are: the weights below. Clips whose frames
are linearly dependent, for which the SVD fails, need no special case.

References
----------
Zhou, Zhao, Pietikainen, CVPR 2011, section 3; Pfister, Li, Zhao, Pietikainen, ICCV 2011, section 3.1.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mebench.features.arrays import FloatArray, clip_of

Way = Literal["tim", "linear"]


def time_weights(n_frames: int, n_wanted: int, way: Way = "tim") -> NDArray[np.float64]:
    """Return how much of each frame is in each interpolated one.

    Parameters
    ----------
    n_frames : int
        n, the frames of the clip.
    n_wanted : int
        T, at least 2 (1 for a clip of one frame); the first and the last fall on those of the clip.
    way : {"tim", "linear"}

    Returns
    -------
    ndarray of float64, shape (T, n)
        Rows sum to 1; the identity if T = n.

    Raises
    ------
    ValueError
        If a number is too small, or the way has another name.
    """
    if n_frames < 1 or n_wanted < 1 or (n_wanted == 1 and n_frames > 1):
        raise ValueError(f"{n_frames} frames cannot be interpolated to {n_wanted}: at least 2, the first and the last")
    if way not in ("tim", "linear"):
        raise ValueError(f"frames are interpolated by tim or linear, not {way!r}")
    if n_wanted == n_frames:
        return np.eye(n_frames)
    if n_frames == 1:
        return np.ones((n_wanted, 1))
    if way == "linear":
        position = np.linspace(0, n_frames - 1, n_wanted)[:, None]
        shares: NDArray[np.float64] = np.maximum(0, 1 - np.abs(position - np.arange(n_frames)))
        return shares
    at_frames = _curve(np.arange(1, n_frames + 1) / n_frames, n_frames)
    at_wanted = _curve(np.linspace(1 / n_frames, 1, n_wanted), n_frames)
    # Sampled at the frames the curves are orthogonal, of squared length n / 2, and sum to zero.
    return 1 / n_frames + at_wanted @ at_frames.T * (2 / n_frames)


def interpolated(clip: ArrayLike, n_wanted: int, way: Way = "tim") -> FloatArray:
    """Return a clip with another number of frames.

    Parameters
    ----------
    clip : array_like, shape (T, H, W) or (T, H, W, C)
    n_wanted : int
        At least 2 (1 for a clip of one frame).
    way : {"tim", "linear"}
        ``tim`` is smooth and may overshoot the range of the grey levels; ``linear`` never does.

    Returns
    -------
    ndarray of float32, shape (n_wanted, ...)
        The frames themselves if `n_wanted` is their number.

    Raises
    ------
    ValueError
        If the clip is not one, or a parameter is out of range.
    """
    frames = clip_of(clip, colour=True)
    weights = time_weights(len(frames), n_wanted, way).astype(np.float32)
    flat = frames.reshape(len(frames), -1).astype(np.float32)
    return (weights @ flat).reshape(n_wanted, *frames.shape[1:])


def _curve(t: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Return the ``n - 1`` eigenfunctions of the path graph at times t, shape (len(t), n - 1)."""
    k = np.arange(1, n)
    return np.sin(np.pi * k * t[:, None] + np.pi * (n - k) / (2 * n))
