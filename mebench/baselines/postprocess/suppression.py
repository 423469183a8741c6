"""Non-maximum suppression: of boxes that overlap too much, the one of highest score stays.

Boxes go by precedence (:func:`mebench.baselines.postprocess.boxes.precedence`): what stays depends on the boxes alone,
not on their order. A box is dropped only by one that takes precedence over it and itself stays, so suppression and a
score threshold may be applied in either order. Overlaps are decided in whole numbers of frames.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mebench.baselines.postprocess.boxes import Boxes, Values, none, share
from mebench.metrics.intervals import Frames, overlaps

Drops = Callable[[Frames, Frames, Frames], NDArray[np.bool_]]

DECAYS = ("gaussian", "linear")


def iou_nms(of: Boxes, threshold: str | float | Fraction) -> Boxes:
    """Drop a box whose IoU with a kept one of higher precedence is above ``threshold``.

    LSSNet uses .2; ABPN, AUW-GCN and SpotFormer .5, then the five best of a video and type.

    Parameters
    ----------
    of : Boxes, of one video and type
    threshold : str, float or Fraction
        0 to 1; at 0 any shared frame is too much, at 1 nothing is dropped.

    Returns
    -------
    Boxes
        Those that stay, in the order of precedence.

    Examples
    --------
    >>> from mebench.baselines.postprocess.boxes import boxes
    >>> iou_nms(boxes([1, 3, 20], [10, 12, 29], [0.5, 0.9, 0.1]), 0.5).onset.tolist()
    [3, 20]
    """
    at_most = share(threshold)
    p, q = at_most.numerator, at_most.denominator
    return _suppressed(of, lambda shared, own, kept: shared * q > p * (own + kept - shared))


def tran_fast_nms(of: Boxes, threshold: str | float | Fraction = Fraction(1, 2)) -> Boxes:
    """Drop a box of which a share of at least ``threshold`` lies within a kept one of higher precedence.

    The share is that of the dropped box's own frames (Tran et al. 2017, ``fast_nms`` of their benchmark): a short box
    inside a long one goes, whatever their IoU.

    Parameters
    ----------
    of : Boxes, of one video and type
    threshold : str, float or Fraction
        0 to 1; at 0 any shared frame is enough.

    Returns
    -------
    Boxes
        Those that stay, in the order of precedence.

    Examples
    --------
    >>> from mebench.baselines.postprocess.boxes import boxes
    >>> nested = boxes([1, 41], [100, 60], [0.9, 0.5])
    >>> tran_fast_nms(nested).n, iou_nms(nested, 0.5).n
    (1, 2)
    """
    at_least = share(threshold)
    p, q = at_least.numerator, at_least.denominator
    return _suppressed(of, lambda shared, own, kept: shared * q >= p * own)


def _suppressed(of: Boxes, drops: Drops) -> Boxes:
    """Keep boxes by precedence; ``drops(shared, own length, length of the kept)`` says which of those that touch go."""
    if not of.n:
        return of
    # Sorted by onset, all that touch a box start within one run: at most the longest length before it.
    onset, offset, score = of.take(np.lexsort((-of.score, of.offset, of.onset)))
    length = offset - onset + 1
    first = np.searchsorted(onset, onset - length.max() + 1, side="left").tolist()
    last = np.searchsorted(onset, offset, side="right").tolist()
    alive = np.ones(len(onset), dtype=bool)
    kept = []
    for at in np.lexsort((offset, onset, -score)).tolist():
        if alive[at]:
            kept.append(at)
            near = slice(first[at], last[at])
            shared = np.minimum(offset[near], offset[at]) - np.maximum(onset[near], onset[at]) + 1
            alive[near] &= ~((shared > 0) & drops(shared, length[near], length[at]))
    return Boxes(onset, offset, score).take(np.array(kept, dtype=np.intp))


def soft_nms(
    of: Boxes,
    decay: str = "gaussian",
    sigma: float = 0.5,
    threshold: str | float | Fraction = Fraction(3, 10),
    floor: float = 0.001,
) -> Boxes:
    """Lower the scores of boxes by their IoU with better ones instead of dropping them.

    The best box is taken; the score of each other one is multiplied by ``exp(-IoU**2 / sigma)`` (gaussian), or by
    ``1 - IoU`` where the IoU is above ``threshold`` (linear); and so on with the rest.

    Parameters
    ----------
    of : Boxes, of one video and type
        Scores not negative.
    decay : {"gaussian", "linear"}
    sigma : float
        Above 0; of the gaussian.
    threshold : str, float or Fraction
        Of the linear decay.
    floor : float
        Boxes whose score falls below it are left out.

    Returns
    -------
    Boxes
        With the lowered scores, highest first.

    Raises
    ------
    ValueError
        If a score is negative, sigma not above 0, or the decay unknown.

    References
    ----------
    Bodla, N., Singh, B., Chellappa, R., Davis, L. S. (2017). Soft-NMS. ICCV.

    Examples
    --------
    >>> from mebench.baselines.postprocess.boxes import boxes
    >>> soft_nms(boxes([1, 1], [10, 10], [0.8, 0.4]), decay="linear").score.tolist()
    [0.8]
    """
    if decay not in DECAYS or not sigma > 0 or (of.n and of.score.min() < 0):
        raise ValueError(f"soft NMS needs scores of at least 0, sigma above 0 and a decay of {DECAYS}, not {decay!r}")
    at_most = share(threshold)
    rest = of.take(np.lexsort((-of.score, of.offset, of.onset)))
    taken: list[Boxes] = []
    while (rest := rest.take(rest.score >= floor)).n:
        # Of equal scores the first, which starts earliest.
        best = int(rest.score.argmax())
        taken.append(rest.take(np.array([best])))
        left = np.arange(rest.n) != best
        onset, offset, score = rest.take(left)
        shared, union = overlaps(onset, offset, rest.onset[best : best + 1], rest.offset[best : best + 1])
        iou = shared / union
        if decay == "gaussian":
            kept_share: Values = np.exp(-(iou**2) / sigma)
        else:
            kept_share = np.where(shared * at_most.denominator > at_most.numerator * union, 1 - iou, 1.0)
        rest = Boxes(onset, offset, score * kept_share)
    return Boxes(*(np.concatenate(part) for part in zip(*taken, strict=True))) if taken else none()
