"""Spot-then-recognise: was the expression found, and was its emotion told?

Conventions
-----------
The score is a product [1]_:

    STRS = F1 of spotting x F1 of analysis

*Spotting* is counted under the rule ``megc`` over all events and all predictions, whatever their emotions. *Analysis*
looks at the hits whose event has one of the *analysed* emotions, a list fixed beforehand (never the emotions that
happen to be seen), in a confusion of shape (n_emotions, n_emotions + 1): true emotions down, predicted ones across, in
the last column those that are not analysed. With the per-emotion precision and recall of that confusion

    P = mean precision    R = mean recall    F1 of analysis = 2 P R / (P + R)

the harmonic mean of two averages, which is not UF1. An emotion that is absent on both sides is left out of both means;
one that is predicted but absent in truth has precision 0 and is left out of R; one that occurs but is never predicted
has precision 0 and recall 0. A hit whose predicted emotion is not analysed counts against its event's recall.

Undefined is nan: analysis without any analysed hit, spotting without events and predictions, and a product with a
factor that is. But where nothing was spotted (F1 of spotting is 0) STRS is 0, whatever analysis could have been.

Which prediction is the hit of an event decides which emotion was said of it, so the pairs are those of the canonical
matching (:mod:`mebench.metrics.assignment`): of the largest ones the best overlapping, of those the earliest, and
identical intervals in the order of the emotions. The order of rows plays no part.

Both tables are additive over videos and subjects.

The official script
-------------------
:func:`official` returns what ``strs_metric.py`` [2]_ prints, with its defects, as rule ``strs-official``:

1. What it calls UAR is the mean precision.
2. Misses of analysis are selected by the predicted emotion, so they always equal its false positives.
3. A prediction takes every free event that it reaches, in the order of the file: TP + FP is not the number of
   predictions, and another order can give another score.
4. Only subjects with a prediction are looked at, and of these only the videos with an event: predictions and events
   elsewhere vanish.
5. An emotion of which all analysed hits are, or none is, on both sides has a confusion of one cell and gets precision
   and recall 0: a perfect analysis of one emotion scores nothing (STRS is nan). Without any hit it stops.

.. [1] Liong, G.-B., See, J., Chan, C. S. (2023). Spot-then-recognize: A micro-expression analysis network for seamless
   evaluation of long videos. Signal Processing: Image Communication 110, 116875.
.. [2] genbing99/STRS-Metric: strs_metric.py: Evaluator.evaluate_STRS.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mebench.metrics import spotting
from mebench.metrics.assignment import assign
from mebench.metrics.intervals import Intervals
from mebench.metrics.ratios import Numbers, mean_of_defined, ratio
from mebench.metrics.rules import RULES
from mebench.metrics.rules.base import Case

Index = NDArray[np.intp]

NOT_ANALYSED = -1
"""The code of an emotion outside the list, of an event or of a prediction."""


class Tables(NamedTuple):
    """Additive counts: ``spotting`` (n_groups, 3) and ``confusion`` (n_groups, n_emotions, n_emotions + 1).

    ``matched`` has for each event the index of its prediction or -1.
    """

    spotting: spotting.Counts
    confusion: NDArray[np.int64]
    matched: Index


def count(
    reference: Intervals,
    estimated: Intervals,
    true: NDArray[np.int64],
    predicted: NDArray[np.int64],
    n_groups: int,
    n_emotions: int,
    threshold: Fraction,
) -> Tables:
    """Count hits, false positives, misses and the emotions of the hits, by group.

    Parameters
    ----------
    reference, estimated : Intervals, of n and m intervals, in any order
    true, predicted : ndarray of int, shapes (n,) and (m,)
        Codes 0 to ``n_emotions - 1`` of the analysed emotions, or ``NOT_ANALYSED``.
    n_groups, n_emotions : int
    threshold : Fraction
        IoU from which a pair may match.

    Raises
    ------
    ValueError
        If a code lies outside the list, or there is not one an interval.

    Examples
    --------
    >>> from mebench.metrics.intervals import intervals, iou_threshold
    >>> events = intervals([0, 0, 0], [1, 21, 41], [10, 30, 50])
    >>> emotion, said = np.array([0, 1, 1]), np.array([0, 0, 1])
    >>> tables = count(events, events, emotion, said, n_groups=1, n_emotions=2, threshold=iou_threshold(".5"))
    >>> float(strs(tables.spotting[0], tables.confusion[0]))
    0.75
    """
    for codes, spans in ((true, reference), (predicted, estimated)):
        if codes.shape != spans.onset.shape or not ((codes >= NOT_ANALYSED) & (codes < n_emotions)).all():
            raise ValueError(f"there must be one emotion an interval, from {NOT_ANALYSED} to {n_emotions - 1}")
    # What is not analysed comes after what is.
    ranks = [np.where(codes < 0, n_emotions, codes) for codes in (true, predicted)]
    matched = assign(reference, estimated, threshold, *ranks)
    hit = matched >= 0
    hits, said, events = (
        np.bincount(group, minlength=n_groups).astype(np.int64)
        for group in (reference.group[hit], estimated.group, reference.group)
    )
    counts = np.stack([hits, said - hits, events - hits], axis=-1)
    pairs = np.stack([np.flatnonzero(hit), matched[hit]], axis=-1)
    return Tables(counts, confusion_of(pairs, reference.group, true, predicted, n_groups, n_emotions), matched)


def confusion_of(
    pairs: Index,
    group: NDArray[np.int64],
    true: NDArray[np.int64],
    predicted: NDArray[np.int64],
    n_groups: int,
    n_emotions: int,
) -> NDArray[np.int64]:
    """Count the emotions of (event, prediction) pairs, shape (k, 2), into (n_groups, n_emotions, n_emotions + 1).

    ``group`` and ``true`` are those of the events; pairs whose event is not analysed are left out.
    """
    event, said = pairs[true[pairs[:, 0]] >= 0].T
    confusion = np.zeros((n_groups, n_emotions, n_emotions + 1), dtype=np.int64)
    # NOT_ANALYSED, -1, is the last column.
    np.add.at(confusion, (group[event], true[event], predicted[said]), 1)
    return confusion


def precision(confusion: Numbers) -> NDArray[np.float64]:
    """Return each emotion's precision, shape (..., n_emotions); nan where it is absent on both sides.

    An emotion that occurs but is never predicted has precision 0.
    """
    hits, said, true = _margins(confusion)
    found = ratio(hits, said)
    found[(said == 0) & (true > 0)] = 0.0
    return found


def recall(confusion: Numbers) -> NDArray[np.float64]:
    """Return each emotion's recall, shape (..., n_emotions); nan where no analysed hit has it."""
    hits, _, true = _margins(confusion)
    return ratio(hits, true)


def _margins(confusion: Numbers) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return how often each emotion was told rightly, was said, and was true."""
    table = np.asarray(confusion, dtype=np.float64)
    hits = np.diagonal(table, axis1=-2, axis2=-1).copy()
    return hits, table[..., :-1].sum(axis=-2), table.sum(axis=-1)


def analysis(confusion: Numbers) -> NDArray[np.float64]:
    """Return the F1 of analysis, shape (...): the harmonic mean of mean precision and mean recall.

    It is 0 if no emotion was told rightly, and nan without any analysed hit.

    Examples
    --------
    >>> bool(np.isnan(analysis(np.zeros((2, 3)))))
    True
    """
    p, r = mean_of_defined(precision(confusion)), mean_of_defined(recall(confusion))
    f = ratio(2 * p * r, p + r)
    return np.asarray(np.where((p == 0) & (r == 0), 0.0, f))


def strs(counts: Numbers, confusion: Numbers) -> NDArray[np.float64]:
    """Return the spot-then-recognise score of summed tables, shapes (..., 3) and (..., n_emotions, n_emotions + 1)."""
    spotted = spotting.f1(counts)
    return np.asarray(np.where(spotted == 0, 0.0, spotted * analysis(confusion)))


def pack(counts: Numbers, confusion: Numbers) -> NDArray[np.int64]:
    """Return both tables as one of shape (..., 3 + n_emotions * (n_emotions + 1)), for resampling."""
    flat = confusion.reshape(*confusion.shape[:-2], -1)
    return np.concatenate([counts, flat], axis=-1).astype(np.int64)


def unpack(packed: Numbers, n_emotions: int) -> tuple[Numbers, Numbers]:
    """Return the two tables that :func:`pack` joined."""
    return packed[..., :3], packed[..., 3:].reshape(*packed.shape[:-1], n_emotions, n_emotions + 1)


class Official(NamedTuple):
    """What the official script prints; see the module's docstring.

    ``counts`` and ``analysis_counts`` are its TP, FP, FN; nan stands where it divides by 0.
    """

    strs: float
    counts: tuple[int, int, int]
    spotting_f1: float
    analysis_counts: tuple[int, int, int]
    precision: float
    recall: float
    analysis_f1: float
    uf1: float
    uar: float


def official(case: Case, true: NDArray[np.int64], predicted: NDArray[np.int64], n_emotions: int) -> Official:
    """Return what the official script prints for a case of one type.

    Parameters
    ----------
    case : Case
        Events and predictions in the order of their files.
    true, predicted : ndarray of int, shapes (n,) and (m,)
        As for :func:`count`. The script's own default is to analyse every emotion of the ground truth.
    n_emotions : int

    Raises
    ------
    RuleCannotScore
        If no prediction matches an event: the script stops there.

    Examples
    --------
    >>> from mebench.metrics.intervals import intervals, iou_threshold
    >>> events = intervals([0, 0], [1, 21], [10, 30])
    >>> case = Case(events, events, 1, 1, np.array([0]), np.array([30.0]), iou_threshold(".5"))
    >>> print(official(case, np.array([0, 0]), np.array([0, 0]), n_emotions=1).strs)  # all right, of one emotion
    nan
    """
    outcome = RULES["strs-official"].judge(case)
    tp, fp, fn = (int(n) for n in outcome.counts.sum(axis=(0, 1)))
    confusion = confusion_of(outcome.pairs, np.zeros_like(true), true, predicted, 1, n_emotions)[0]
    hits, said, of = _margins(confusion)
    # One cell alone: all analysed hits are of this emotion on both sides, or none is on either.
    blind = ((said == 0) & (of == 0)) | ((said == confusion.sum()) & (of == confusion.sum()))
    hits = np.where(blind, 0.0, hits)
    p, r = (np.nan_to_num(ratio(hits, all_of)) for all_of in (said, of))
    f = np.nan_to_num(ratio(2 * p * r, p + r))
    mean_p, mean_r = (float(x.mean()) if n_emotions else float("nan") for x in (p, r))
    spotted = float(spotting.f1(np.array([tp, fp, fn])))
    f1 = 2 * mean_p * mean_r / (mean_p + mean_r) if mean_p + mean_r > 0 else float("nan")
    right = int(np.trace(confusion))
    wrong = int(confusion[:, :-1].sum()) - right
    uf1 = float(f.mean()) if n_emotions else float("nan")
    return Official(spotted * f1, (tp, fp, fn), spotted, (right, wrong, wrong), mean_p, mean_r, f1, uf1, mean_p)
