"""How far would the score move with other subjects? Bootstrap intervals from additive count tables.

Conventions
-----------
Events of one subject resemble each other, so subjects are drawn, not events: a replicate draws as many subjects as
there are, with replacement, and recomputes the score from the summed counts. All replicates are one matrix product of
a (replicates, subjects) table of multiplicities with the (subjects, ...) table of counts.

Reference: Efron, B., Tibshirani, R. J. (1993). An Introduction to the Bootstrap, chapters 13 and 14.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

REPLICATES = 2000
LEVEL = 0.95

Statistic = Callable[[NDArray[np.float64]], NDArray[np.float64]]


class Interval(NamedTuple):
    """A confidence interval: its two ends, and how many replicates left the score undefined."""

    low: float
    high: float
    undefined: int


def multiplicities(n_subjects: int, replicates: int, seed: int) -> NDArray[np.float64]:
    """Return how often each subject is drawn in each replicate, shape (replicates, n_subjects); rows sum to n."""
    draws = np.random.default_rng(seed).integers(0, n_subjects, size=(replicates, n_subjects))
    draws += np.arange(replicates)[:, np.newaxis] * n_subjects
    drawn = np.bincount(draws.ravel(), minlength=replicates * n_subjects)
    return drawn.reshape(replicates, n_subjects).astype(np.float64)


def replicate(
    counts: NDArray[np.int64], statistic: Statistic, replicates: int = REPLICATES, seed: int = 0
) -> NDArray[np.float64]:
    """Return the statistic of each bootstrap replicate.

    Parameters
    ----------
    counts : ndarray of int64, shape (n_subjects, ...)
        One additive table a subject.
    statistic : callable
        Maps summed counts of shape (replicates, ...) to scores of shape (replicates, ...).
    """
    n_subjects = counts.shape[0]
    weights = multiplicities(n_subjects, replicates, seed)
    summed = weights @ counts.reshape(n_subjects, -1).astype(np.float64)
    return statistic(summed.reshape(replicates, *counts.shape[1:]))


def percentile_interval(scores: NDArray[np.float64], level: float = LEVEL) -> Interval | None:
    """Return the percentile interval of the replicates' scores, shape (replicates,), or None if all are undefined."""
    defined = scores[np.isfinite(scores)]
    if not defined.size:
        return None
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high), int(scores.size - defined.size))
