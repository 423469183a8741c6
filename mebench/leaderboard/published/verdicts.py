"""Verdicts over published results: what arithmetic says of the printed digits, and what is known of their selection.

The words, in the order in which they win:

    impossible                    no whole counts of the protocol give the printed numbers, however they were rounded
    precision printed as recall   possible only if the column headed UAR holds the mean precision
    test-selected                 epoch, threshold or constants were chosen on the subjects that are scored
    consistent                    whole counts give all printed numbers, and there was enough printed to tell
    unverified                    too little is printed or known to tell

A test-selected result may be arithmetically sound or not checkable; its finding says which.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import NamedTuple

from mebench.auditing.recognition import RecognitionAudit, audit_recognition, loosened
from mebench.auditing.rows import WORDS, short
from mebench.auditing.spotting import TITLES, SpottingAudit, audit_spotting
from mebench.leaderboard.published.table import (
    CONSISTENT,
    IMPOSSIBLE,
    OTHER_CLIPS,
    PRECISION,
    PRINTED,
    SECOND_HAND,
    SPOTTING,
    TEST_SELECTED,
    UNVERIFIED,
    Result,
)
from mebench.metrics import feasibility
from mebench.metrics.feasibility_spotting import how_many
from mebench.protocols.published_counts import FULL, OVERALL, event_counts, spotting_names

ROUNDINGS = ("nearest", "cut", "unit")
"""From the strictest reading of printed digits to the loosest."""

_SOUND = {feasibility.POSSIBLE, feasibility.UNIQUE}
_REASONS = 3
"""How many reasons a finding gives."""


class Judged(NamedTuple):
    """What arithmetic says: a verdict (never ``test-selected``), and the sentences that give the reason."""

    verdict: str
    finding: str


def judge(result: Result) -> Judged:
    """Return the stored pair of a result: its verdict, and the finding of the audit.

    Parameters
    ----------
    result : Result
        Its stored verdict and finding are not looked at.
    """
    arithmetic = audited(result)
    if arithmetic.verdict in {IMPOSSIBLE, PRECISION} or not result.on_test:
        return arithmetic
    return Judged(TEST_SELECTED, arithmetic.finding)


def audited(result: Result) -> Judged:
    """Return what arithmetic alone says of a result."""
    if result.task == SPOTTING:
        return _spotting(result)
    return _recognition(result)


# --- Spotting ---------------------------------------------------------------------------------------------------------


def _spotting(result: Result) -> Judged:
    events = result.events or (
        dict(event_counts(result.dataset).events) if result.dataset in spotting_names() else None
    )
    if events is None:
        return Judged(UNVERIFIED, "How many events this set has is not known.")
    known = {*events, OVERALL}
    rows = {part: _printed_row(result, part) for part in result.parts if part in known}
    for rounding in ROUNDINGS:
        audit = audit_spotting(rows, events=events, rounding=rounding)
        if audit.word != feasibility.IMPOSSIBLE:
            return _sound_spotting(result, audit, rounding)
    # The loop ends with the loosest reading: what is wrong there is wrong whatever the rounding.
    reasons = [*audit.remarks[:_REASONS], *_room(audit)]
    return Judged(IMPOSSIBLE, " ".join(_sentence(remark) for remark in reasons))


def _printed_row(result: Result, part: str) -> dict[str, str]:
    counts = result.counts.get(part, {}) if result.counts_are == PRINTED else {}
    return {**result.parts[part], **{name: str(n) for name, n in counts.items()}}


def _room(audit: SpottingAudit) -> list[str]:
    """Return which overall F1 the rows of the types leave room for, where each row alone may be."""
    by_name = {row.name: row.runs for row in audit.rows}
    typed = [by_name.get(kind, ()) for kind in audit.counts.events]
    if not audit.joined or len(typed) != 2 or not all(typed) or not by_name[OVERALL]:
        return []
    pairs = list(product(*typed))
    events = audit.counts.overall
    low = min(2 * (a.tp + b.tp) / (events + a.most + b.most) for a, b in pairs)
    high = max(2 * (a.tp + b.tp) / (events + a.least + b.least) for a, b in pairs)
    counted = " and ".join(f"{n} {TITLES[kind]}" for kind, n in audit.counts.events.items())
    return [f"Summed over {counted}, the types leave room for an overall F1 of {short(low)} to {short(high)}."]


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:]


def _sound_spotting(result: Result, audit: SpottingAudit, rounding: str) -> Judged:
    checked = [row for row in audit.rows if len(row.printed) > 1]
    if not checked:
        return Judged(UNVERIFIED, _only_f1(result, audit))
    said = []
    for row in checked:
        n = how_many(row.runs)
        if result.counts_are == PRINTED and row.name in result.counts:
            said.append(f"{_title(row.name)}: TP, FP and FN give the printed {_listed(result.parts[row.name])}.")
        elif n == 1 and row.example is not None:
            tp, fp, fn = row.example
            said.append(f"{_title(row.name)}: only TP {tp}, FP {fp}, FN {fn} give the printed digits.")
        else:
            said.append(f"{_title(row.name)}: {n} pairs of TP and FP give the printed digits.")
    if audit.joined:
        said.append("The types add up to the overall row.")
    said += _other_rounding(rounding)
    return Judged(CONSISTENT if len(checked) == len(result.parts) else UNVERIFIED, " ".join(said))


def _title(part: str) -> str:
    return _sentence(TITLES[part])


def _listed(scores: Mapping[str, str]) -> str:
    names = ["F1" if name == "f1" else name for name in scores]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _only_f1(result: Result, audit: SpottingAudit) -> str:
    if audit.joined:
        return "Only F1 is printed; the three values fit together, which says little."
    if len(result.parts) > 1:
        return "Only F1 is printed, from which little can be checked."
    return "Only one F1 is printed, from which nothing can be checked."


def _other_rounding(rounding: str) -> list[str]:
    return [] if rounding == ROUNDINGS[0] else [f"This holds with the digits {WORDS[rounding]}."]


# --- Recognition ------------------------------------------------------------------------------------------------------


def _recognition(result: Result) -> Judged:
    if result.caveat == OTHER_CLIPS:
        return Judged(UNVERIFIED, "The clips are not those of the protocol, so its counts do not bind these numbers.")
    rows = {part: row for part, row in result.parts.items() if {"uf1", "uar"} <= set(row)}
    if not rows:
        lone = next(iter(next(iter(result.parts.values())))).upper()
        return Judged(UNVERIFIED, f"Only {lone} is printed, from which nothing can be checked.")
    strict = decided = audit_recognition(rows, result.dataset, classes="megc3", loosen=False)
    if strict.word not in _SOUND:
        decided = loosened(strict, rows)
    if decided.word in _SOUND:
        return _sound_recognition(result, decided, rows)
    audits = (strict, decided)
    as_precision = next((audit for audit in audits if audit.word == feasibility.ONLY_PRECISION), None)
    clips = sum(strict.counts.total)
    if as_precision is not None:
        said = f"No confusion matrix of the {clips} clips gives these numbers; with UAR read as mean precision "
        said += "exactly one set of margins does." if _unique(as_precision) else "some do."
        true = [remark for remark in as_precision.remarks if remark.startswith("The true UAR")]
        return Judged(PRECISION, " ".join([said, *true, *_other_rounding(as_precision.rounding)]))
    if any(audit.word == feasibility.UNDECIDED for audit in audits):
        return Judged(UNVERIFIED, "There are too many confusion matrices to look at each; a random search found none.")
    return Judged(IMPOSSIBLE, _impossible(strict, clips))


def _unique(audit: RecognitionAudit) -> bool:
    return audit.decisive is not None and audit.decisive.unique


def _sound_recognition(result: Result, audit: RecognitionAudit, rows: Mapping[str, Mapping[str, str]]) -> Judged:
    clips = sum(audit.counts.total if FULL in rows else audit.sizes_of(next(iter(rows))))
    if _unique(audit):
        said = [f"Exactly one set of margins of the {clips} clips gives these numbers."]
        said += [remark for remark in audit.remarks if remark.startswith("The accuracy")]
    else:
        said = ["Confusion matrices of the protocol's clips give these numbers."]
    if len(rows) < len(result.parts):
        said.append("Only part of the row has UF1 and UAR together and could be checked.")
    said += _other_rounding(audit.rounding)
    known = len(rows) == len(result.parts) and result.caveat != SECOND_HAND
    return Judged(CONSISTENT if known else UNVERIFIED, " ".join(said))


def _impossible(audit: RecognitionAudit, clips: int) -> str:
    alone = [row.name for row in audit.rows if row.verdict.word == feasibility.IMPOSSIBLE]
    if not alone:
        return f"Each row alone may do, but no confusion matrices of the {clips} clips give all rows together."
    said = f"No confusion matrix gives {' or '.join(alone)}, with UAR read as recall or as precision"
    return f"{said}, so none of the {clips} clips gives the table." if len(audit.rows) > 1 else f"{said}."
