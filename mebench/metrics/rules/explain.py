"""Why do two rules count the same file differently?

Every prediction and every event on which a rule and the canonical one do not agree gets one reason. The changes of TP,
FP and FN that the reasons hold add up to the difference of the two rules' counts, so nothing is left unexplained.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mebench.metrics.rules.base import Case, Index, Mask, Outcome, Rule, has_events, tally


class Reason(NamedTuple):
    """One kind of disagreement, with everything in a case that it concerns.

    Parameters
    ----------
    kind : str
        A key of :data:`KINDS`.
    predictions, events : ndarray of int
        Which predictions and events are judged differently for this reason, ascending.
    tp, fp, fn : int
        What the legacy rule counts more than the canonical one because of it.
    invented : int
        How many of the false positives were made by no prediction.
    several : int
        For ``serves-several-events``: how many events each of the predictions serves, 0 if that varies.
    """

    kind: str
    predictions: Index
    events: Index
    tp: int
    fp: int
    fn: int
    invented: int = 0
    several: int = 0

    def __str__(self) -> str:
        """Return the reason in words, with the number of intervals."""
        return KINDS[self.kind](self)


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"


def _several(reason: Reason) -> str:
    n = len(reason.predictions)
    number = f"{reason.several} events" if reason.several else "several events"
    return f"{_count(n, 'prediction')} {'serves' if n == 1 else 'serve'} {number}{'' if n == 1 else ' each'}"


def _invented(reason: Reason) -> str:
    return f"{_count(reason.invented, 'false positive')} that no prediction made"


def _intervals(words: str) -> Callable[[Reason], str]:
    """Return a template filled with the number of predictions and events, and with verbs that agree with it."""

    def say(reason: Reason) -> str:
        sides = [(len(reason.predictions), "prediction"), (len(reason.events), "event")]
        single = len(reason.predictions) + len(reason.events) == 1
        subject = " and ".join(_count(n, noun) for n, noun in sides if n)
        return f"{subject} {words.format(are='is' if single else 'are', match='matches' if single else 'match')}"

    return say


KINDS: Mapping[str, Callable[[Reason], str]] = {
    "serves-several-events": _several,
    "counted-repeatedly": _intervals("{are} counted once for every prediction that hits"),
    "duplicate-forgiven": _intervals("of an event that is found already {are} no false positive"),
    "merged": _intervals("{are} judged after the predictions around an event were joined into one"),
    "not-counted-video-without-events": _intervals("in videos without an event of the type {are} not counted"),
    "not-counted-subject-without-predictions": _intervals("of subjects without a prediction {are} not counted"),
    "no-prediction-made-it": _invented,
    "iou-below": _intervals("{are} no match by the rule's measure of overlap"),
    "iou-above": _intervals("{match} by the rule's measure of overlap only"),
    "other-type": _intervals("{match} although their types differ"),
    "retyped-by-length": _intervals("{match} by the types given and not by length"),
    "other-partner": _intervals("{are} judged differently because the rule assigns them in its own order"),
    "filed-by-length": _intervals("{are} filed under another type, by their length"),
}
"""What each kind of reason says; also the order in which reasons are listed."""


def explain(case: Case, canonical: Outcome, legacy: Outcome, rule: Rule, base: Rule) -> list[Reason]:
    """Return why a legacy rule counts a case differently from the canonical one.

    Parameters
    ----------
    case : Case
    canonical, legacy : Outcome
        What ``base`` and ``rule`` make of the case.
    rule, base : Rule
        The legacy rule and the canonical one; both are asked which pairs overlap enough.

    Returns
    -------
    list of Reason
        In the order of :data:`KINDS`. The sums of their ``tp``, ``fp`` and ``fn`` equal the legacy totals minus the
        canonical ones.
    """
    sides = _sides(case, canonical, legacy, rule, base)
    false = legacy.alarms - canonical.alarms
    found, missed = legacy.hits - canonical.hits, legacy.misses - canonical.misses
    of_prediction, of_event = _kinds_of_predictions(sides, false), _kinds_of_events(sides, found, missed)
    reasons = []
    for kind in KINDS:
        predictions, events = np.flatnonzero(of_prediction == kind), np.flatnonzero(of_event == kind)
        change = (int(found[events].sum()), int(false[predictions].sum()), int(missed[events].sum()))
        reason = Reason(kind, predictions, events, *change)
        if kind == "serves-several-events":
            # Such a prediction may be no false positive under either rule: then only its events are judged differently.
            predictions = np.union1d(predictions, sides.legacy_of_event[events]).astype(np.intp)
            reason = reason._replace(predictions=predictions, several=_common(sides.serves[predictions]))
        elif kind == "no-prediction-made-it":
            reason = reason._replace(fp=legacy.invented, invented=legacy.invented)
        elif kind == "filed-by-length":
            reason = reason._replace(
                predictions=np.flatnonzero(legacy.estimated_type != case.kind(case.estimated)),
                events=np.flatnonzero(legacy.reference_type != case.kind(case.reference)),
            )
        if reason.predictions.size or reason.events.size or reason.invented:
            reasons.append(reason)
    return reasons


def _common(numbers: NDArray[np.int64]) -> int:
    return int(numbers[0]) if numbers.size and (numbers == numbers[0]).all() else 0


class _Sides(NamedTuple):
    """The pairs of both rules seen from each interval.

    Arrays over events have n + 1 places and arrays over predictions m + 1: the last one answers for -1, "no partner".
    """

    case: Case
    rule: Rule
    evaluated: Mask
    partner_of_prediction: Index  # the canonical one
    legacy_of_event: Index
    legacy_of_prediction: Index
    serves: NDArray[np.int64]
    served_by: NDArray[np.int64]
    repeated: Mask  # the legacy rule counts the event more than once
    still: Mask  # the canonical pair of the event overlaps enough for the legacy rule too
    apart: Mask  # the canonical pair of the event is filed under two types by the legacy rule
    event_ok: Mask  # the legacy pair of the event overlaps enough for the canonical rule
    prediction_ok: Mask


def _sides(case: Case, canonical: Outcome, legacy: Outcome, rule: Rule, base: Rule) -> _Sides:
    n, m = len(case.reference.onset), len(case.estimated.onset)
    event, prediction = canonical.pairs[:, 0], canonical.pairs[:, 1]
    still, apart = np.zeros(n + 1, dtype=bool), np.zeros(n + 1, dtype=bool)
    still[event] = rule.may_match(case, event, prediction)
    apart[event] = legacy.reference_type[event] != legacy.estimated_type[prediction]
    legacy_event, legacy_prediction = legacy.pairs[:, 0], legacy.pairs[:, 1]
    ok = base.may_match(case, legacy_event, legacy_prediction)
    event_ok, prediction_ok = np.zeros(n + 1, dtype=bool), np.zeros(m + 1, dtype=bool)
    event_ok[legacy_event] = ok
    prediction_ok[legacy_prediction] = ok
    return _Sides(
        case=case,
        rule=rule,
        evaluated=has_events(case)[case.estimated.group],
        partner_of_prediction=_partner(prediction, event, m),
        # One legacy partner is enough: with several, their number is the reason.
        legacy_of_event=_partner(legacy_event, legacy_prediction, n),
        legacy_of_prediction=_partner(legacy_prediction, legacy_event, m),
        serves=tally(legacy_prediction, m + 1),
        served_by=tally(legacy_event, n + 1),
        repeated=legacy.hits > 1,
        still=still,
        apart=apart,
        event_ok=event_ok,
        prediction_ok=prediction_ok,
    )


def _partner(index: Index, other: Index, size: int) -> Index:
    partner = np.full(size + 1, -1, dtype=np.intp)
    partner[index] = other
    return partner


def _kinds_of_predictions(sides: _Sides, false: NDArray[np.int64]) -> NDArray[np.str_]:
    """Return the kind of each prediction that is a false positive under one rule only, empty for the others."""
    lost, gained = false > 0, false < 0
    m = len(false)
    own, event = sides.partner_of_prediction[:m], sides.legacy_of_prediction[:m]
    shared = sides.served_by[event] > 1
    return _first_of(
        [
            ("merged", lost & sides.rule.joins),
            ("iou-below", lost & ~sides.still[own]),
            ("retyped-by-length", lost & sides.apart[own] & (sides.rule.types == "length")),
            ("other-partner", lost),
            ("not-counted-video-without-events", gained & (event < 0) & ~sides.evaluated),
            ("merged", gained & (event < 0)),
            ("serves-several-events", gained & (sides.serves[:m] > 1)),
            ("merged", gained & shared & sides.rule.joins),
            ("duplicate-forgiven", gained & shared & sides.prediction_ok[:m]),
            ("other-type", gained & _types_differ(sides, event, np.arange(m))),
            ("other-partner", gained & sides.prediction_ok[:m]),
            ("iou-above", gained),
        ]
    )


def _kinds_of_events(sides: _Sides, found: NDArray[np.int64], missed: NDArray[np.int64]) -> NDArray[np.str_]:
    """Return the kind of each event that the two rules do not count alike, empty for the others."""
    lost, gained = found < 0, found > 0
    n = len(found)
    prediction = sides.legacy_of_event[:n]
    return _first_of(
        [
            ("not-counted-subject-without-predictions", (found == 0) & (missed != 0)),
            ("merged", lost & sides.rule.joins),
            ("iou-below", lost & ~sides.still[:n]),
            ("retyped-by-length", lost & sides.apart[:n] & (sides.rule.types == "length")),
            ("other-partner", lost),
            ("counted-repeatedly", gained & sides.repeated),
            ("serves-several-events", gained & (sides.serves[prediction] > 1)),
            ("merged", gained & (sides.served_by[:n] > 1) & sides.rule.joins),
            ("other-type", gained & _types_differ(sides, np.arange(n), prediction)),
            ("other-partner", gained & sides.event_ok[:n]),
            ("iou-above", gained),
        ]
    )


def _types_differ(sides: _Sides, event: Index, prediction: Index) -> Mask:
    """Return where a pair goes across two types; False where there is no pair."""
    reference, estimated = (np.append(spans.group, -1) for spans in (sides.case.reference, sides.case.estimated))
    reference = np.append(sides.case.reference.group, -1)
    estimated = np.append(sides.case.estimated.group, -1)
    differ: Mask = (reference[event] != estimated[prediction]) & (event >= 0) & (prediction >= 0)
    return differ


def _first_of(choices: list[tuple[str, Mask]]) -> NDArray[np.str_]:
    kinds: NDArray[np.str_] = np.select([w for _, w in choices], [np.array(kind) for kind, _ in choices], default="")
    return kinds


def in_words(reasons: Iterable[Reason]) -> str:
    """Return the reasons as one line."""
    said = "; ".join(str(reason) for reason in reasons)
    return said or "every prediction and every event is judged the same"
