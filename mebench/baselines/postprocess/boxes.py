"""Scored intervals of one video and one type, and the order in which they take precedence."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mebench.metrics.intervals import Frames, intervals, iou_threshold

Index = NDArray[np.intp]
Values = NDArray[np.float64]


class Boxes(NamedTuple):
    """Inclusive intervals with a score, three arrays of shape (n,): onset and offset, whole numbers, and score.

    The name is the one of the detection literature; a box in time is an interval. Every box has a frame, at least.
    """

    onset: Frames
    offset: Frames
    score: Values

    @property
    def n(self) -> int:
        """How many there are."""
        return len(self.onset)

    def take(self, index: Index | NDArray[np.bool_]) -> Boxes:
        """Return the boxes at ``index``, in that order."""
        return Boxes(self.onset[index], self.offset[index], self.score[index])


def boxes(onset: ArrayLike, offset: ArrayLike, score: ArrayLike | None = None) -> Boxes:
    """Build :class:`Boxes` from anything array-like, after checking it.

    Parameters
    ----------
    onset, offset : array-like of int, shape (n,)
    score : array-like of float, shape (n,), optional
        1 for every box if it is left out.

    Raises
    ------
    ValueError
        If the arrays differ in length, frames are not whole numbers, an offset lies before its onset, or a score is
        no number.

    Examples
    --------
    >>> boxes([1, 5], [4, 9], [0.5, 0.25]).n
    2
    """
    group = np.zeros(len(np.atleast_1d(np.asarray(onset))), dtype=np.int64)
    _, first, last = intervals(group, onset, offset)
    scored = np.ones(len(first)) if score is None else np.asarray(score, dtype=np.float64)
    if scored.shape != first.shape:
        raise ValueError(f"{len(first)} intervals need as many scores, not an array of shape {scored.shape}")
    if np.isnan(scored).any():
        raise ValueError(f"the score of interval {int(np.flatnonzero(np.isnan(scored))[0])} is nan")
    if (last < first).any():
        at = int(np.flatnonzero(last < first)[0])
        raise ValueError(f"the offset {last[at]} of interval {at} lies before its onset {first[at]}")
    return Boxes(first, last, scored)


def precedence(of: Boxes) -> Index:
    """Return the order of precedence: highest score first; of equal scores the earlier onset, then the earlier offset.

    Thus no result depends on the order in which proposals were made.
    """
    return np.lexsort((of.offset, of.onset, -of.score))


def best_first(of: Boxes) -> Boxes:
    """Return the boxes in the order of precedence."""
    return of.take(precedence(of))


def top(of: Boxes, most: int) -> Boxes:
    """Return the ``most`` boxes of highest precedence (ABPN, AUW-GCN and SpotFormer keep 5 a video and type).

    Raises
    ------
    ValueError
        If ``most`` is negative.
    """
    if most < 0:
        raise ValueError(f"the number of intervals to keep cannot be {most}")
    return of.take(precedence(of)[:most])


def scored_at_least(of: Boxes, threshold: float) -> Boxes:
    """Return the boxes whose score is at least ``threshold``, in their order."""
    return of.take(of.score >= threshold)


def of_length(of: Boxes, shortest: int = 1, longest: int | None = None) -> Boxes:
    """Return the boxes of ``shortest`` to ``longest`` frames, both included, in their order."""
    length = of.offset - of.onset + 1
    return of.take((length >= shortest) & (length <= (length if longest is None else longest)))


def share(value: str | float | Fraction) -> Fraction:
    """Return a share of frames between 0 and 1, both allowed, as an exact fraction; text, decimals and 1/3 are read.

    Raises
    ------
    ValueError
        If it is no number or lies outside [0, 1].

    Examples
    --------
    >>> share(0.34), share("1/3"), share(0)
    (Fraction(17, 50), Fraction(1, 3), Fraction(0, 1))
    """
    if not isinstance(value, bool) and value in (0, "0"):
        return Fraction(0)
    return iou_threshold(value)


def none() -> Boxes:
    """Return no boxes."""
    return Boxes(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0))
