"""From positions in a track to native frame numbers, and the borders of a video."""

from __future__ import annotations

import numpy as np

from mebench.baselines.postprocess.boxes import Boxes
from mebench.metrics.intervals import Frames


def expand_stride(onset: Frames, offset: Frames, stride: int) -> tuple[Frames, Frames]:
    """Return positions of a track that was made from every ``stride``-th frame as positions in the native rate.

    A sample stands for itself and the frames skipped behind it: ``[onset * stride, offset * stride + stride - 1]``, so
    that an interval of L samples gives one of ``L * stride`` frames. Released codes multiply both ends and lose
    ``stride - 1`` frames of each interval.

    Raises
    ------
    ValueError
        If the stride is below 1.

    Examples
    --------
    >>> [ends.tolist() for ends in expand_stride(np.array([0, 3]), np.array([1, 3]), 7)]
    [[0, 21], [13, 27]]
    """
    _check_stride(stride)
    return onset * stride, offset * stride + (stride - 1)


def to_native(of: Boxes, frames: Frames, last_frame: int, stride: int = 1) -> Boxes:
    """Return boxes of positions as boxes of native frame numbers.

    Parameters
    ----------
    of : Boxes
        Positions, from 0 to ``len(frames) - 1``.
    frames : ndarray of int, shape (n,)
        The frame that each position stands for, ascending.
    last_frame : int
        Of the video. What a sample with a stride covers beyond it is cut.
    stride : int
        How many frames a sample stands for, itself and those behind it.

    Raises
    ------
    ValueError
        If a position lies outside the track, or the stride is below 1.

    Examples
    --------
    >>> from mebench.baselines.postprocess.boxes import boxes
    >>> native = to_native(boxes([0], [2]), np.array([1, 8, 15]), last_frame=20, stride=7)
    >>> native.onset.tolist(), native.offset.tolist()
    ([1], [20])
    """
    _check_stride(stride)
    if of.n and (of.onset.min() < 0 or of.offset.max() >= len(frames)):
        raise ValueError(
            f"positions {of.onset.min()} to {of.offset.max()} do not lie within a track of {len(frames)} frames"
        )
    numbers = np.asarray(frames, dtype=np.int64)
    return Boxes(numbers[of.onset], np.minimum(numbers[of.offset] + (stride - 1), last_frame), of.score)


def clip(of: Boxes, first_frame: int, last_frame: int) -> Boxes:
    """Return the boxes cut to ``[first_frame, last_frame]``; one that lies wholly outside is left out."""
    inside = (of.offset >= first_frame) & (of.onset <= last_frame)
    kept = of.take(inside)
    return Boxes(np.maximum(kept.onset, first_frame), np.minimum(kept.offset, last_frame), kept.score)


def _check_stride(stride: int) -> None:
    if stride < 1:
        raise ValueError(f"a stride is at least 1 frame, not {stride}")
