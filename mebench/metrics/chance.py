"""The score of pure chance when the best of many epochs is chosen on the test subject.

Many scripts keep, for each left-out subject, the epoch with the best accuracy *on that subject*, and pool those. A
classifier that draws labels at random then scores far above chance, since subjects have few samples. This is the level
that a result under such a selection must be compared with.

Model: for each subject E epochs each draw a label for every sample, independently, from the class prior. Of the E draws
the one with most hits is kept (which of several equally good ones is irrelevant: given the hits they are alike), the
kept labels of all subjects are pooled, and UF1 and UAR follow.

No epoch is ever simulated. The hits of one draw are a sum of binomial numbers with a known distribution F, those of the
best of E draws have the distribution F^E, and given their number the hits of each class and the wrong labels follow
from their conditional distributions. So 800 epochs cost as much as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

REPLICATES = 1000

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Chance:
    """UF1 and UAR of chance: mean, standard deviation, and the middle 95 % of the replicates."""

    epochs: int
    replicates: int
    uf1: float
    uf1_sd: float
    uf1_interval: tuple[float, float]
    uar: float
    uar_sd: float
    uar_interval: tuple[float, float]


def chance_level(
    subject_counts: Ints,
    epochs: int,
    prior: Floats | None = None,
    replicates: int = REPLICATES,
    seed: int = 0,
    scored: NDArray[np.bool_] | None = None,
) -> Chance:
    """Return the score of random labels with the best of ``epochs`` draws kept for each test subject.

    Parameters
    ----------
    subject_counts : ndarray of int, shape (S, C)
        Samples of each subject and class.
    epochs : int
        Draws of which the best is kept; 1 is honest chance.
    prior : ndarray of float, shape (C,), or None
        Probabilities of the labels; None takes the shares of the classes over all subjects.
    replicates : int
    seed : int
    scored : ndarray of bool, shape (S,), or None
        Score these subjects only (one database of a composite); the prior is that of all.

    Raises
    ------
    ValueError
        If ``epochs`` or ``replicates`` is below 1, the table is empty or negative, the prior is none, or a class has no
        sample.
    """
    counts = np.asarray(subject_counts, dtype=np.int64)
    if epochs < 1 or replicates < 1:
        raise ValueError(f"at least one epoch and one replicate are needed, not {epochs} and {replicates}")
    if counts.ndim != 2 or not counts.size or counts.min() < 0:
        raise ValueError("a table of non-negative counts, one row a subject and one column a class, is needed")
    shares = counts.sum(axis=0) / counts.sum() if prior is None else np.asarray(prior, dtype=np.float64)
    if shares.shape != counts.shape[1:] or shares.min() < 0 or abs(shares.sum() - 1) > 1e-9:
        raise ValueError(f"the prior must be {counts.shape[1]} probabilities that sum to 1")
    kept = counts if scored is None else counts[scored]
    if not kept.sum(axis=0).all():
        raise ValueError("a class has no sample among the scored subjects, so its recall is undefined")
    confusion = pooled_confusion(kept, epochs, shares, replicates, np.random.default_rng(seed))
    hits = np.diagonal(confusion, axis1=1, axis2=2)
    true, predicted = confusion.sum(axis=2), confusion.sum(axis=1)
    uf1, uar = (2 * hits / (true + predicted)).mean(axis=1), (hits / true).mean(axis=1)
    return Chance(epochs, replicates, *_summary(uf1), *_summary(uar))


def _summary(scores: Floats) -> tuple[float, float, tuple[float, float]]:
    low, high = np.quantile(scores, [0.025, 0.975])
    return float(scores.mean()), float(scores.std()), (float(low), float(high))


def pooled_confusion(
    subject_counts: Ints, epochs: int, prior: Floats, replicates: int, rng: np.random.Generator
) -> Ints:
    """Return confusion matrices pooled over subjects, rows true, columns predicted, shape (replicates, C, C)."""
    n_classes = subject_counts.shape[1]
    confusion = np.zeros((replicates, n_classes, n_classes), dtype=np.int64)
    for counts in subject_counts:
        missed = counts - _best_hits(counts, epochs, prior, replicates, rng)
        for true in range(n_classes):
            confusion[:, true, true] += counts[true] - missed[:, true]
            others = np.delete(prior, true)
            if counts[true] and others.sum() > 0:
                drawn = rng.multinomial(missed[:, true], others / others.sum())
                confusion[:, true, np.arange(n_classes) != true] += drawn
    return confusion


def _best_hits(counts: Ints, epochs: int, prior: Floats, replicates: int, rng: np.random.Generator) -> Ints:
    """Return the hits of each class in the best of ``epochs`` draws for one subject, shape (replicates, C)."""
    single = [_binomial(int(n), float(q)) for n, q in zip(counts, prior, strict=True)]
    # rest[c]: the distribution of the hits over the classes from c on.
    rest = [np.ones(1)]
    for law in reversed(single):
        rest.insert(0, np.convolve(law, rest[0]))
    at_most = np.cumsum(rest[0]) / rest[0].sum()
    left = _draw(at_most[np.newaxis] ** epochs, np.zeros(replicates, dtype=np.int64), rng)
    hits = np.zeros((replicates, len(counts)), dtype=np.int64)
    for c, law in enumerate(single):
        # joint[k, h]: probability of h hits in this class and k - h in the later ones.
        joint = np.zeros((len(rest[c]), len(law)))
        for h, probability in enumerate(law):
            joint[h : h + len(rest[c + 1]), h] = probability * rest[c + 1]
        total = joint.sum(axis=1, keepdims=True)
        hits[:, c] = _draw(np.cumsum(joint, axis=1) / np.where(total > 0, total, 1), left, rng)
        left = left - hits[:, c]
    return hits


def _binomial(n: int, probability: float) -> Floats:
    """Return the probabilities of 0 to n hits among n samples."""
    one = np.array([1 - probability, probability])
    law: Floats = reduce(np.convolve, [one] * n, np.ones(1))
    return law


def _draw(at_most: Floats, row: Ints, rng: np.random.Generator) -> Ints:
    """Draw a value from the cumulative distribution in each given row of ``at_most``; shape as ``row``."""
    uniform = rng.random(len(row))
    drawn: Ints = (uniform[:, np.newaxis] >= at_most[row][:, :-1]).sum(axis=1)
    return drawn
