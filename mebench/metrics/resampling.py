"""How far would the score move with other subjects? Intervals from additive count tables, one row a subject.

Conventions
-----------
Events of one subject resemble each other, so subjects are the unit, not events or clips: the interval is for the score
of the population that the subjects were drawn from. A *statistic* is any function of summed counts that works on
leading axes (``spotting.f1``, ``recognition.uf1``, ...). Three methods, by name:

- ``percentile``: a replicate draws as many subjects as there are, with replacement, and recomputes the score from the
  summed counts; the interval holds the middle of the replicates. All replicates are one matrix product of a
  (replicates, subjects) table of multiplicities with the (subjects, ...) table of counts.
- ``bca``: the same replicates, with the two ends moved for bias and skewness.
- ``jackknife``: the score without each subject in turn gives a standard error; the interval is a Student t interval on
  the logit scale of the score's range, so it is skewed as such scores are and never leaves the range. Its degrees of
  freedom follow from how evenly the subjects share the variance (Satterthwaite), at most subjects - 1: where two
  subjects decide the score, the interval says so. It draws nothing, so it needs no seed.

Which one, and why
------------------
``jackknife`` is the default because it alone holds its level at the size of these datasets. Measured coverage of
nominal 95 % intervals, in percent, lowest to highest over simulated populations of poor to good methods: F1 with events
as in CAS(ME)^2 (57 over 22 subjects) and SAMM-LV (159 over 30), UF1 and UAR with clips and classes as in MEGC2019
(``benchmarks/interval_coverage.py`` prints each; 4000 datasets a population, standard error 0.3):

    score  subjects  true score    jackknife     percentile    bca
    F1     22        .11 to .89    95.2 - 96.3   88.8 - 92.1   90.8 - 93.0
    F1     30        .17 to .92    94.6 - 95.2   91.2 - 92.5   91.6 - 92.2
    F1     68        .17 to .92    95.0 - 95.6   93.7 - 93.8   93.5 - 94.0
    UF1    30        .44 to .90    94.5 - 96.1   90.5 - 93.0   90.8 - 93.2
    UF1    68        .44 to .90    95.4 - 96.0   93.4 - 93.6   93.2 - 93.8
    UAR    30        .45 to .90    95.1 - 96.4   91.0 - 92.6   91.6 - 92.0
    UAR    68        .45 to .90    95.2 - 95.7   93.0 - 94.0   92.8 - 93.2
    F1     68        .05           96.6          90.6          92.4
    F1     22, 30    .03 and .05   98.6, 98.3    95.9, 86.7    98.2, 89.7

Only in the last row is the default off by more than two points, and on the safe side: with one to five hits in all the
intervals are wide. There, as at 0 and at 1, a sample may leave no interval at all (14 % of the samples of 22 subjects):
where no subject has a hit, or none an error, nothing varies and nothing can be resampled.

References
----------
Efron, B., Tibshirani, R. J. (1993). An Introduction to the Bootstrap, chapters 11 to 14. Efron, B. (1987). Better
bootstrap confidence intervals. JASA 82. Satterthwaite, F. E. (1946). Biometrics Bulletin 2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mebench.metrics.ratios import Numbers, ratio

REPLICATES = 2000
LEVEL = 0.95
METHOD = "jackknife"
"""The default: the module's docstring says why."""

METHODS: Mapping[str, str] = {
    "jackknife": "jackknife over subjects, Student t on the logit scale",
    "percentile": "percentile bootstrap over subjects",
    "bca": "bias-corrected and accelerated (BCa) bootstrap over subjects",
}
"""What a report says of each method."""

Statistic = Callable[[NDArray[np.float64]], NDArray[np.float64]]

_DRAWS_AT_ONCE = 1 << 18
NEAR = 1e-12
"""Scores closer than this are the same score: they differ by the order of additions only."""


class Interval(NamedTuple):
    """A confidence interval: its two ends, and how many replicates (or subjects left out) left the score undefined."""

    low: float
    high: float
    undefined: int


class Limits(NamedTuple):
    """The intervals of several scores at once, as arrays of one shape; nan where there is none."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    undefined: NDArray[np.int64]


def multiplicities(n_subjects: int, replicates: int, seed: int) -> NDArray[np.float64]:
    """Return how often each subject is drawn in each replicate, shape (replicates, n_subjects); rows sum to n."""
    rng = np.random.default_rng(seed)
    drawn = np.empty((replicates, n_subjects))
    step = max(1, _DRAWS_AT_ONCE // max(n_subjects, 1))
    row = np.arange(step)[:, np.newaxis] * n_subjects
    # Block by block the draws stay in the processor's cache; they are the same draws as all at once.
    for start in range(0, replicates, step):
        block = drawn[start : start + step]
        cells = rng.integers(0, n_subjects, size=block.shape)
        cells += row[: len(block)]
        block[:] = np.bincount(cells.ravel(), minlength=block.size).reshape(block.shape)
    return drawn


def replicate(
    counts: Numbers, statistic: Statistic, replicates: int = REPLICATES, seed: int = 0
) -> NDArray[np.float64]:
    """Return the statistic of each bootstrap replicate.

    Parameters
    ----------
    counts : ndarray, shape (n_subjects, ...)
        One additive table a subject.
    statistic : callable
        Maps summed counts of shape (replicates, ...) to scores of shape (replicates, ...).
    """
    return statistic(weighted_sums(multiplicities(len(counts), replicates, seed), counts))


def weighted_sums(weights: NDArray[np.float64], counts: Numbers) -> NDArray[np.float64]:
    """Return the sums of ``counts`` (n_subjects, ...) under each row of ``weights`` (n, n_subjects): (n, ...)."""
    # Not -1: of no subjects at all a shape cannot be guessed.
    flat = counts.reshape(len(counts), int(np.prod(counts.shape[1:]))).astype(np.float64)
    return (weights @ flat).reshape(len(weights), *counts.shape[1:])


def leave_one_out(counts: Numbers, statistic: Statistic) -> NDArray[np.float64]:
    """Return the statistic without each subject in turn, shape (n_subjects, ...)."""
    return statistic((counts.sum(axis=0) - counts).astype(np.float64))


def interval(
    counts: Numbers,
    statistic: Statistic,
    method: str = METHOD,
    *,
    level: float = LEVEL,
    replicates: int = REPLICATES,
    seed: int = 0,
    bounds: tuple[float, float] = (0.0, 1.0),
) -> Interval | None:
    """Return the confidence interval of one score; see :func:`limits`, which does several at once.

    Returns
    -------
    Interval or None
        None where the score is undefined, or where leaving out any one subject changes nothing (a single subject, all
        wrong, all perfect): then the sample does not say how far the score would move.

    Examples
    --------
    >>> from mebench.metrics import spotting
    >>> counts = np.array([[3, 1, 1], [0, 2, 4], [5, 0, 2], [1, 1, 3], [2, 0, 0]])  # TP, FP, FN of five subjects
    >>> found = interval(counts, spotting.f1)
    >>> print(f"{found.low:.2f} to {found.high:.2f}")
    0.19 to 0.92
    """
    found = limits(counts, statistic, method, level=level, replicates=replicates, seed=seed, bounds=bounds)
    if found.low.ndim:
        raise ValueError(f"the statistic gives {found.low.size} scores, not one: limits() does several at once")
    if not np.isfinite(found.low):
        return None
    return Interval(float(found.low), float(found.high), int(found.undefined))


def limits(
    counts: Numbers,
    statistic: Statistic,
    method: str = METHOD,
    *,
    level: float = LEVEL,
    replicates: int = REPLICATES,
    seed: int = 0,
    bounds: tuple[float, float] = (0.0, 1.0),
) -> Limits:
    """Return the confidence intervals of all scores that a statistic gives.

    Parameters
    ----------
    counts : ndarray, shape (n_subjects, ...)
        One additive table a subject.
    statistic : callable
        Maps summed counts of shape (n, ...) to scores of shape (n, *scores), for any n.
    method : {"jackknife", "percentile", "bca"}
        See the module's docstring.
    level : float, default 0.95
        Nominal coverage.
    replicates, seed : int
        Of the bootstrap; ``jackknife`` uses neither.
    bounds : (float, float), default (0, 1)
        The range of the score: (-1, 1) for a difference. Only ``jackknife`` uses it.

    Returns
    -------
    Limits
        Arrays of shape ``scores``. ``undefined`` counts the replicates (``jackknife``: the subjects without whom) the
        score is undefined; those are left out.

    Raises
    ------
    ValueError
        If the method has no such name, or the level is not between 0 and 1.
    """
    if method not in METHODS:
        raise ValueError(f"no interval is called {method!r}: choose {', '.join(METHODS)}")
    if not 0 < level < 1:
        raise ValueError(f"a level lies between 0 and 1, not {level}")
    if len(counts) == 0:
        raise ValueError("no subject: nothing to resample")
    score = statistic(counts.sum(axis=0)[np.newaxis].astype(np.float64))[0]
    without = leave_one_out(counts, statistic)
    low_tail, high_tail = (1 - level) / 2, (1 + level) / 2
    if method == "jackknife":
        low, high = (_jackknife(score, without, tail, bounds) for tail in (low_tail, high_tail))
        undefined = _undefined(without)
    else:
        scores = replicate(counts, statistic, replicates, seed)
        moved = _bca_level if method == "bca" else _same_level
        low, high = (_quantile(scores, moved(score, without, scores, tail)) for tail in (low_tail, high_tail))
        undefined = _undefined(scores)
    says = np.isfinite(score) & (_spread(without) > 0)
    return Limits(np.where(says, low, np.nan), np.where(says, high, np.nan), undefined)


def percentile_interval(scores: NDArray[np.float64], level: float = LEVEL) -> Interval | None:
    """Return the percentile interval of the replicates' scores, shape (replicates,), or None if all are undefined."""
    if not np.isfinite(scores).any():
        return None
    low, high = (float(_quantile(scores, (1 + side * level) / 2)) for side in (-1, 1))
    return Interval(low, high, int(_undefined(scores)))


def _undefined(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.asarray((~np.isfinite(scores)).sum(axis=0), dtype=np.int64)


def _quantile(scores: NDArray[np.float64], level: ArrayLike) -> NDArray[np.float64]:
    """Return the quantile over the first axis, undefined scores left out; a level for each score, or one for all."""
    ordered = np.sort(scores, axis=0)  # nan goes last
    last = np.maximum(np.isfinite(scores).sum(axis=0) - 1, 0)
    place = np.clip(np.nan_to_num(level), 0, 1) * last
    below = np.floor(place).astype(np.intp)
    above = np.minimum(below + 1, last)
    lower, upper = (np.take_along_axis(ordered, i[np.newaxis], axis=0)[0] for i in (below, above))
    return np.asarray(lower + (place - below) * (upper - lower))


def _influence(without: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much each subject pulls the score up, 0 where it is undefined without the subject."""
    defined = np.isfinite(without)
    mean = ratio(without.sum(axis=0, where=defined), defined.sum(axis=0))
    return np.where(defined, mean - without, 0.0)


def _spread(without: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum of the squared influences, exactly 0 where they are nothing but rounding."""
    influence = _influence(without)
    influence[np.abs(influence) < NEAR] = 0.0
    return np.asarray((influence**2).sum(axis=0))


def _jackknife(
    score: NDArray[np.float64], without: NDArray[np.float64], tail: float, bounds: tuple[float, float]
) -> NDArray[np.float64]:
    """Return score + t * standard error on the logit scale of the bounds, t being the tail's Student quantile."""
    from scipy.special import expit, logit, stdtrit

    n = np.asarray(np.isfinite(without).sum(axis=0))
    squares = _influence(without) ** 2
    error = np.sqrt(ratio(n - 1, n) * squares.sum(axis=0))
    step = stdtrit(_freedom(squares, n), tail)
    bottom, width = bounds[0], bounds[1] - bounds[0]
    share = (score - bottom) / width
    inside = (share > 0) & (share < 1)
    safe = np.where(inside, share, 0.5)
    slope = error / (width * safe * (1 - safe))
    # At the very end of the range the logit is infinite; there the plain scale serves.
    plain = np.clip(score + step * error, *bounds)
    return np.asarray(np.where(inside, bottom + width * expit(logit(safe) + step * slope), plain))


def _freedom(squares: NDArray[np.float64], n: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return Satterthwaite's degrees of freedom of a sum of squared influences, from 1 to n - 1.

    They are twice the squared variance over the variance of the variance, here from the squares' own moments: n - 1 or
    more where all subjects pull alike, 2 where a single one does all the pulling.
    """
    total = squares.sum(axis=0)
    scatter = (squares**2).sum(axis=0) - ratio(total**2, n)
    uneven = scatter > NEAR * total**2
    freedom = np.divide(2 * total**2, scatter, out=np.full(total.shape, np.inf), where=uneven)
    return np.asarray(np.minimum(freedom, np.maximum(n - 1, 1)))


def _same_level(
    score: NDArray[np.float64], without: NDArray[np.float64], scores: NDArray[np.float64], tail: float
) -> NDArray[np.float64]:
    """Return the percentile method's quantile level: the nominal one."""
    return np.full(score.shape, tail)


def _bca_level(
    score: NDArray[np.float64], without: NDArray[np.float64], scores: NDArray[np.float64], tail: float
) -> NDArray[np.float64]:
    """Return the quantile level that BCa puts in place of the nominal one (Efron 1987, equation 2.3)."""
    from scipy.special import ndtr, ndtri

    n = np.isfinite(scores).sum(axis=0)
    # A replicate equal to the score counts half to either side: count tables are coarse.
    equal = np.abs(scores - score) <= NEAR
    below = ratio(((scores < score) & ~equal).sum(axis=0) + 0.5 * equal.sum(axis=0), n)
    least = ratio(np.full(score.shape, 0.5), n)
    bias = ndtri(np.clip(below, least, 1 - least))
    influence = _influence(without)
    acceleration = np.nan_to_num(ratio((influence**3).sum(axis=0), 6 * (influence**2).sum(axis=0) ** 1.5))
    moved = bias + ndtri(tail)
    # Far out in a skewed tail the correction passes through infinity: there the level is 1.
    return np.asarray(ndtr(bias + moved / np.maximum(1 - acceleration * moved, NEAR)))
