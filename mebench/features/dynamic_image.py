"""The dynamic image: a clip summed up in one image by approximate rank pooling.

References
----------
Bilen, Fernando, Gavves, Vedaldi, Gould, CVPR 2016, section 2.2 (and TPAMI 2018 for the simple weights).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mebench.features.arrays import FloatArray, clip_of

Alpha = Literal["corrected", "printed", "harmonic", "learnet"]


def rank_weights(n_frames: int, alpha: Alpha = "corrected") -> NDArray[np.float64]:
    """Return the weight of each frame, t = 1 .. T.

    Parameters
    ----------
    n_frames : int
        T, at least 1.
    alpha : {"corrected", "printed", "harmonic", "learnet"}
        ``corrected``: ``2 t - T - 1``, which sums to 0. ``printed``: ``2 t - T + 1`` as DynGeoNet prints it, which
        sums to 2 T and so lets the face itself show. ``harmonic``: ``2 (T - t + 1) - (T + 1) (H_T - H_{t-1})``, the
        weights of Bilen 2016, sum 0. ``learnet``: ``sum over s = t .. T of (2 s - T) / s``, as LEARNet's code has it.

    Returns
    -------
    ndarray of float64, shape (T,)

    Raises
    ------
    ValueError
        If there is no frame, or the form has another name.

    Examples
    --------
    >>> rank_weights(5).tolist(), rank_weights(5, "printed").tolist()
    ([-4.0, -2.0, 0.0, 2.0, 4.0], [-2.0, 0.0, 2.0, 4.0, 6.0])
    """
    if n_frames < 1:
        raise ValueError(f"a clip has at least one frame, not {n_frames}")
    t = np.arange(1, n_frames + 1, dtype=np.float64)
    if alpha == "corrected":
        return 2 * t - n_frames - 1
    if alpha == "printed":
        return 2 * t - n_frames + 1
    if alpha in ("harmonic", "learnet"):
        shift = 1 if alpha == "harmonic" else 0
        return np.cumsum(((2 * t - n_frames - shift) / t)[::-1])[::-1]
    raise ValueError(f"alpha is corrected, printed, harmonic or learnet, not {alpha!r}")


def dynamic_image(clip: ArrayLike, alpha: Alpha = "corrected") -> FloatArray:
    """Return the weighted sum of the frames.

    Parameters
    ----------
    clip : array_like, shape (T, H, W) or (T, H, W, C)
    alpha : {"corrected", "printed", "harmonic", "learnet"}
        See :func:`rank_weights`.

    Returns
    -------
    ndarray of float32, shape (H, W) or (H, W, C)
        Of a clip that does not change exactly 0 with ``corrected``, and 2 T times the frame with ``printed``.

    Raises
    ------
    ValueError
        If the clip is not one, or the form has another name.
    """
    frames = clip_of(clip, colour=True)
    weights = rank_weights(len(frames), alpha)
    total = {"corrected": 0.0, "harmonic": 0.0}.get(alpha, float(np.round(weights.sum(), 9)))
    # Changes from the first frame are summed, so that what does not change leaves no rounding error behind.
    first = frames[0].astype(np.float64)
    image: NDArray[np.float64] = first * total
    for weight, frame in zip(weights[1:], frames[1:], strict=True):
        image += weight * (frame - first)
    return image.astype(np.float32)


def rescaled(image: ArrayLike, per_channel: bool = True) -> NDArray[np.uint8]:
    """Stretch an image to 0 .. 255, the least value to 0 and the greatest to 255.

    Parameters
    ----------
    image : array_like, shape (H, W) or (H, W, C)
    per_channel : bool
        Whether each channel is stretched by itself (choice: yes).

    Returns
    -------
    ndarray of uint8, shape of `image`
        0 where there is no range to stretch.

    Raises
    ------
    ValueError
        If the shape is another, or a number is not finite.
    """
    values = np.asarray(image, np.float64)
    if values.ndim not in (2, 3) or values.size == 0 or not np.isfinite(values).all():
        raise ValueError(f"an image of finite numbers is needed, shape (H, W) or (H, W, C), not {values.shape}")
    axes = (0, 1) if per_channel else None
    low = values.min(axis=axes, keepdims=True)
    span = values.max(axis=axes, keepdims=True) - low
    unit = np.divide(values - low, span, out=np.zeros_like(values), where=span > 0)
    bytes_: NDArray[np.uint8] = np.rint(unit * 255).astype(np.uint8)
    return bytes_
