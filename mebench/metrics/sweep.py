"""How does the score depend on what was chosen: the IoU threshold, and the score from which a prediction counts?

Conventions
-----------
*Over the IoU threshold* a rule is applied once a threshold; thresholds are exact fractions, .1 to .9 by default.

*Over the score threshold* the predictions with a score of at least ``s`` are scored under the rule ``megc``, for every
distinct score ``s``; predictions of equal score enter together. That is the one-to-one matching of maximum cardinality
at every single threshold, not one matching made at the lowest threshold and cut.

It needs no matching a threshold: sets of predictions that can be matched at once are a matroid (a transversal one), so
when predictions enter by descending score, each either enlarges the largest matching by one pair, for good, or never
will [1]_. One search along alternating paths a prediction says which; TP at ``s`` is the number of those that did.

*Average precision* is the area under the step curve: with precision P_k and recall R_k at the k-th highest distinct
score, ``AP = sum of (R_k - R_(k-1)) P_k`` with R_0 = 0. Nothing is interpolated, and recall that is never reached
counts nothing. It is undefined (nan) without events, and 0 if nothing was predicted.

The threshold of the best F1 is chosen on the labels that it is scored with: whatever rests on it is an *oracle* result.

.. [1] Edmonds, J., Fulkerson, D. R. (1965). Transversals and matroid partition. J. Res. NBS 69B, 147-153.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mebench.metrics import spotting
from mebench.metrics.intervals import Intervals
from mebench.metrics.matching import canonical_order, graph_blocks
from mebench.metrics.ratios import ratio

IOU_THRESHOLDS = tuple(Fraction(tenths, 10) for tenths in range(1, 10))


def over_iou(
    count: Callable[[Fraction], spotting.Counts], thresholds: Sequence[Fraction] = IOU_THRESHOLDS
) -> spotting.Counts:
    """Return the count table at each IoU threshold, shape (n_thresholds, ...).

    Parameters
    ----------
    count : callable
        Maps a threshold to a count table of shape (..., 3).

    Examples
    --------
    >>> from mebench.metrics.intervals import intervals
    >>> reference, estimated = intervals([0], [1], [10]), intervals([0], [4], [10])  # IoU 7/10
    >>> table = over_iou(lambda t: spotting.count(reference, estimated, 1, t)[0].sum(axis=0))
    >>> table[:, spotting.TP].tolist()
    [1, 1, 1, 1, 1, 1, 1, 0, 0]
    """
    return np.stack([count(threshold) for threshold in thresholds])


def enlarging(
    reference: Intervals, estimated: Intervals, score: NDArray[np.float64], threshold: Fraction
) -> NDArray[np.bool_]:
    """Return which predictions enlarge the largest matching when they enter by descending score.

    Parameters
    ----------
    reference, estimated : Intervals, of n and m intervals, in any order
    score : ndarray of float, shape (m,)
        Of predictions with equal scores some enlarge it and some do not; how many is settled, which is not.
    threshold : Fraction
        IoU from which a pair may match.

    Returns
    -------
    ndarray of bool, shape (m,)
        Its sum over the predictions with a score of at least ``s`` is TP at ``s``.

    Raises
    ------
    ValueError
        If a score is nan or there is not one a prediction.
    """
    if score.shape != estimated.onset.shape or np.isnan(score).any():
        raise ValueError("every prediction needs a score, and none may be nan")
    enlarges = np.zeros(len(score), dtype=bool)
    if not len(reference.onset) or not len(estimated.onset):
        return enlarges
    reference = reference.take(canonical_order(reference))
    by_place = canonical_order(estimated)
    rank = np.empty(len(score), dtype=np.intp)
    rank[np.argsort(-score, kind="stable")] = np.arange(len(score))
    for row, column in graph_blocks(reference, estimated.take(by_place), threshold):
        prediction = by_place[column]
        order = np.argsort(rank[prediction], kind="stable")
        row, prediction = row[order], prediction[order]
        starts = np.flatnonzero(np.diff(rank[prediction], prepend=-1))
        matching = _Growing()
        for of, events in zip(prediction[starts].tolist(), np.split(row, starts[1:]), strict=True):
            enlarges[of] = matching.enter(of, events.tolist())
    return enlarges


class _Growing:
    """A largest matching to which predictions are added one by one."""

    def __init__(self) -> None:
        self._events: dict[int, list[int]] = {}
        self._holder: dict[int, int] = {}
        # Events from which no free one can be reached. No later path can pass through them: all is taken behind them.
        self._closed: set[int] = set()

    def enter(self, prediction: int, events: list[int]) -> bool:
        """Add a prediction that overlaps these events enough; return whether the matching grew."""
        self._events[prediction] = events
        wanted_by: dict[int, int] = {}
        queue = [prediction]
        for asking in queue:
            for event in self._events[asking]:
                if event in wanted_by or event in self._closed:
                    continue
                wanted_by[event] = asking
                if event not in self._holder:
                    self._hand_over(event, wanted_by, prediction)
                    return True
                queue.append(self._holder[event])
        self._closed.update(wanted_by)
        return False

    def _hand_over(self, event: int, wanted_by: dict[int, int], newcomer: int) -> None:
        held = {self._holder[e]: e for e in wanted_by if e in self._holder}
        while True:
            asking = wanted_by[event]
            self._holder[event] = asking
            if asking == newcomer:
                return
            event = held[asking]


class Curve(NamedTuple):
    """Hits and false positives at each distinct score, from the highest: three arrays of shape (k,), and the events."""

    score: NDArray[np.float64]
    tp: NDArray[np.int64]
    fp: NDArray[np.int64]
    events: int

    def counts(self) -> spotting.Counts:
        """Return TP, FP, FN at each threshold, shape (k, 3)."""
        return np.stack([self.tp, self.fp, self.events - self.tp], axis=-1)


def curve(score: NDArray[np.float64], enlarges: NDArray[np.bool_], events: int) -> Curve:
    """Return the curve over all score thresholds.

    Parameters
    ----------
    score : ndarray of float, shape (m,)
    enlarges : ndarray of bool, shape (m,)
        From :func:`enlarging`; for several types together, one after the other.
    events : int

    Examples
    --------
    >>> steps = curve(np.array([0.9, 0.5, 0.5]), np.array([True, False, True]), events=4)
    >>> steps.score.tolist(), steps.tp.tolist(), steps.fp.tolist()
    ([0.9, 0.5], [1, 2], [0, 1])
    """
    order = np.argsort(-score, kind="stable")
    ordered = score[order]
    last = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True)) if len(order) else np.empty(0, dtype=np.intp)
    tp = np.cumsum(enlarges[order], dtype=np.int64)[last]
    return Curve(ordered[last], tp, last.astype(np.int64) + 1 - tp, events)


def average_precision(steps: Curve) -> float:
    """Return the area under the step curve of precision over recall; nan without events.

    Examples
    --------
    >>> average_precision(curve(np.array([0.9, 0.5]), np.array([True, False]), events=2))
    0.5
    """
    if not steps.events:
        return float("nan")
    precision = ratio(steps.tp, steps.tp + steps.fp)
    return float((np.diff(steps.tp, prepend=0) * precision).sum() / steps.events)


class Best(NamedTuple):
    """The score threshold of the highest F1, and that F1. An oracle: it was chosen on the labels it is scored with."""

    score: float
    f1: float
    counts: spotting.Counts


def best(steps: Curve) -> Best | None:
    """Return the highest F1 over all score thresholds (of equal ones that with the fewest predictions), or None.

    None is for an empty curve, and for one without events or without a hit: then no threshold is better than another.
    """
    if not steps.tp.any():
        return None
    counts = steps.counts()
    # 2 TP / (TP + FP + events) in whole numbers: equal scores are found equal.
    said = steps.tp + steps.fp
    at = max(range(len(said)), key=lambda k: (Fraction(int(steps.tp[k]), int(said[k]) + steps.events), -int(said[k])))
    return Best(float(steps.score[at]), float(spotting.f1(counts[at])), counts[at])
