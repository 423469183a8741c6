"""Spotting scores: precision, recall and F1 of intervals, as sums over an additive count table.

Conventions
-----------
Every quantity is a sum of whole numbers over groups (one group is one video and one expression type), so that counts
per video, per subject and over the dataset are row sums of one table, and a bootstrap over subjects is a matrix
product. With TP the matched pairs, FP the estimated intervals without a partner and FN the references without one:

    precision = TP / (TP + FP)      recall = TP / (TP + FN)      F1 = 2 TP / (2 TP + FP + FN)

A score whose denominator is 0 is *undefined* and given as nan, never as 0 or 1: precision without predictions, recall
without events, F1 without either.

Source: guideline of the spotting task of MEGC2019; overall counts as in MEGC2020 (sums over the two types).
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mebench.metrics.intervals import Frames, Intervals
from mebench.metrics.matching import match
from mebench.metrics.ratios import ratio

TP, FP, FN = 0, 1, 2
"""Positions along the last axis of a count table."""

Counts = NDArray[np.int64]


def count(
    reference: Intervals, estimated: Intervals, n_groups: int, threshold: Fraction
) -> tuple[Counts, NDArray[np.intp]]:
    """Count hits, false alarms and misses of each group.

    Parameters
    ----------
    reference, estimated : Intervals, of n and m intervals
    n_groups : int
        Groups are numbered 0 to ``n_groups - 1``; those without any interval count 0, 0, 0.
    threshold : Fraction
        IoU from which a pair may match.

    Returns
    -------
    counts : ndarray of int64, shape (n_groups, 3)
        TP, FP, FN.
    matched : ndarray of int, shape (n,)
        For each reference the index of its estimated interval, or -1.
    """
    matched = match(reference, estimated, threshold)
    hits = _per_group(reference.group[matched >= 0], n_groups)
    counts = np.stack(
        [hits, _per_group(estimated.group, n_groups) - hits, _per_group(reference.group, n_groups) - hits], axis=-1
    )
    return counts, matched


def _per_group(group: Frames, n_groups: int) -> Counts:
    return np.bincount(group, minlength=n_groups).astype(np.int64)


def precision(counts: NDArray[np.int64] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return TP / (TP + FP) for counts of shape (..., 3); nan where nothing was predicted."""
    return ratio(counts[..., TP], counts[..., TP] + counts[..., FP])


def recall(counts: NDArray[np.int64] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return TP / (TP + FN) for counts of shape (..., 3); nan where there is no event."""
    return ratio(counts[..., TP], counts[..., TP] + counts[..., FN])


def f1(counts: NDArray[np.int64] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 2 TP / (2 TP + FP + FN) for counts of shape (..., 3); nan where there is neither event nor prediction."""
    doubled = 2 * counts[..., TP]
    return ratio(doubled, doubled + counts[..., FP] + counts[..., FN])
