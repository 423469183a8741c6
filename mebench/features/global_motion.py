"""The motion of the whole head in a flow, and the flow without it."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mebench.features.arrays import FloatArray, flow_of

How = Literal["median", "mean", "largest", "direction"]
Box = tuple[int, int, int, int]


def global_motion(
    flow: ArrayLike, box: Box | None = None, how: How = "median", share: float = 0.7
) -> NDArray[np.float32]:
    """Return one vector for the motion of the whole head.

    Parameters
    ----------
    flow : array_like, shape (H, W, 2)
    box : (left, top, right, bottom), optional
        The region that moves with the head only, e.g. the nose, in pixels, right and bottom excluded; by default all.
    how : {"median", "mean", "largest", "direction"}
        ``median`` of each component; ``mean``, as SOFTNet's patch on the nose; ``largest``, the mean of the longest
        `share` of the vectors (He 2021); ``direction``, the direction of the sum with the mean magnitude (Zhang 2020).
    share : float
        For ``largest``.

    Returns
    -------
    ndarray of float32, shape (2,)
        In pixels: x to the right, y down.

    Raises
    ------
    ValueError
        If the flow is not one, the box holds no pixel of it, or a parameter is out of range.
    """
    field = flow_of(flow)
    if box is not None:
        left, top, right, bottom = box
        field = field[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
        if field.size == 0:
            raise ValueError(f"the box {box} holds no pixel of the flow")
    vectors = field.reshape(-1, 2).astype(np.float64)
    if how == "median":
        found = np.median(vectors, axis=0)
    elif how == "mean":
        found = vectors.mean(axis=0)
    elif how == "largest":
        if not 0 < share <= 1:
            raise ValueError(f"the share is a fraction above 0, not {share}")
        longest = np.argsort(-np.hypot(vectors[:, 0], vectors[:, 1]), kind="stable")
        found = vectors[longest[: max(1, round(len(vectors) * share))]].mean(axis=0)
    elif how == "direction":
        total = vectors.sum(axis=0)
        length = np.hypot(*total)
        found = total / length * np.hypot(vectors[:, 0], vectors[:, 1]).mean() if length > 0 else np.zeros(2)
    else:
        raise ValueError(f"global motion is median, mean, largest or direction, not {how!r}")
    return found.astype(np.float32)


def without_global_motion(
    flow: ArrayLike, box: Box | None = None, how: How = "median", share: float = 0.7
) -> FloatArray:
    """Return a flow less :func:`global_motion`.

    Returns
    -------
    ndarray of float32, shape (H, W, 2)

    Raises
    ------
    ValueError
        As :func:`global_motion`.
    """
    return flow_of(flow) - global_motion(flow, box, how, share)
