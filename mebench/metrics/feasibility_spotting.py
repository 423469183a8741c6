"""Can published precision, recall and F1 come from whole numbers of hits and predictions? Spotting.

Conventions
-----------
A protocol fixes the number m of events. A result is two whole numbers, TP <= m hits and n >= TP predictions:

    recall = TP / m,  precision = TP / n,  F1 = 2 TP / (m + n),  FP = n - TP,  FN = m - TP

For a given TP each printed number bounds n from both sides, so that all solutions are one run of n for each TP, and the
solutions of ME and MaE together are sums of runs. All arithmetic is exact.

Overall counts are sums, so each overall score is a *mediant* of the typed ones and lies between them. An overall recall
above both parts is the mark of an average over folds or videos instead of a sum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from mebench.metrics.printed import Printed

UNBOUNDED = 10**9
"""Stands for "as many predictions as you like": 0 hits and a precision of 0 bound nothing."""


@dataclass(frozen=True)
class Claim:
    """What is printed of one result; None where nothing is."""

    precision: Printed | None = None
    recall: Printed | None = None
    f1: Printed | None = None
    tp: int | None = None
    fp: int | None = None
    fn: int | None = None


class Run(NamedTuple):
    """All results with ``tp`` hits and from ``least`` to ``most`` predictions."""

    tp: int
    least: int
    most: int


def runs(claim: Claim, n_events: int) -> tuple[Run, ...]:
    """Return all results that print as claimed, in order of TP; empty if there are none.

    Parameters
    ----------
    claim : Claim
    n_events : int
        The events that the protocol has, m > 0.
    """
    found = []
    for tp in range(n_events + 1):
        if claim.tp not in {None, tp} or claim.fn not in {None, n_events - tp}:
            continue
        if claim.recall is not None and not claim.recall.allows(Fraction(tp, n_events)):
            continue
        least, most = _predictions(claim, tp, n_events)
        if least <= most:
            found.append(Run(tp, least, most))
    return tuple(found)


def _predictions(claim: Claim, tp: int, n_events: int) -> tuple[int, int]:
    """Return the least and most predictions with which ``tp`` hits print as claimed; least > most if none."""
    least, most = tp, UNBOUNDED
    if claim.fp is not None:
        least, most = tp + claim.fp, tp + claim.fp
    if claim.precision is not None:
        # Precision is undefined without predictions, so at least one is needed.
        low, high = _inverse(tp, claim.precision)
        least, most = max(least, low, 1), min(most, high)
    if claim.f1 is not None:
        low, high = _inverse(2 * tp, claim.f1)
        least, most = max(least, low - n_events), min(most, high - n_events if high < UNBOUNDED else high)
    return least, most


def _inverse(numerator: int, score: Printed) -> tuple[int, int]:
    """Return the least and most whole denominators with which ``numerator / denominator`` prints as ``score``."""
    if numerator == 0:
        return (0, UNBOUNDED) if score.allows(Fraction(0)) else (1, 0)
    least = ceil(numerator / score.high) if score.high > 0 else UNBOUNDED + 1
    return least, floor(numerator / score.low) if score.low > 0 else UNBOUNDED


def how_many(found: Sequence[Run]) -> int | None:
    """Return how many results the runs hold; None if there is no end to them."""
    if any(run.most >= UNBOUNDED for run in found):
        return None
    return sum(run.most - run.least + 1 for run in found)


def joint(parts: Mapping[str, Sequence[Run]], whole: Sequence[Run]) -> dict[str, Run] | None:
    """Return one run for each part such that some results from them add up to one of the whole; None if none do.

    Parameters
    ----------
    parts : mapping of str to sequence of Run
        Exactly two types.
    whole : sequence of Run
        Results overall, over the events of both types.
    """
    (first, some), (second, others) = parts.items()
    by_tp = {run.tp: run for run in whole}
    for one in some:
        for other in others:
            total = by_tp.get(one.tp + other.tp)
            if total is None or one.least + other.least > total.most or one.most + other.most < total.least:
                continue
            # Fewest predictions that reach the whole: raise the first part, then the second.
            missing = max(0, total.least - one.least - other.least)
            raised = min(missing, one.most - one.least)
            low, more = one.least + raised, other.least + missing - raised
            return {first: Run(one.tp, low, low), second: Run(other.tp, more, more)}
    return None


def f1_of(precision: Printed, recall: Printed) -> tuple[Fraction, Fraction]:
    """Return the smallest and largest F1 that printed precision and recall allow."""

    def harmonic(p: Fraction, r: Fraction) -> Fraction:
        p, r = max(p, Fraction(0)), max(r, Fraction(0))
        return 2 * p * r / (p + r) if p + r else Fraction(0)

    return harmonic(precision.low, recall.low), harmonic(precision.high, recall.high)


def from_counts(tp: int, fp: int, fn: int) -> dict[str, Fraction | None]:
    """Return precision, recall and F1 of counts, exactly; None where undefined."""
    parts = {"precision": (tp, tp + fp), "recall": (tp, tp + fn), "f1": (2 * tp, 2 * tp + fp + fn)}
    return {name: Fraction(over, under) if under else None for name, (over, under) in parts.items()}


def outside(whole: Printed, parts: Sequence[Printed]) -> str | None:
    """Return ``"above"`` or ``"below"`` if the overall score lies beyond all its parts whatever the rounding."""
    if whole.low > max(part.high for part in parts):
        return "above"
    if whole.high < min(part.low for part in parts):
        return "below"
    return None


def pooled_recall(recalls: Sequence[Printed], events: Sequence[int]) -> tuple[Fraction, Fraction]:
    """Return the smallest and largest overall recall that typed recalls over so many events pool to."""
    total = sum(events)
    low = sum((r.low * m for r, m in zip(recalls, events, strict=True)), Fraction(0)) / total
    return low, sum((r.high * m for r, m in zip(recalls, events, strict=True)), Fraction(0)) / total
