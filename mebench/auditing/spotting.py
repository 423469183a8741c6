"""Audit of spotting: rows of precision, recall, F1, TP, FP and FN against the events of a protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from mebench.auditing.rows import NEAREST, WORDS, Row, numbers, short
from mebench.metrics import feasibility_spotting as search
from mebench.metrics.feasibility import IMPOSSIBLE, POSSIBLE, UNIQUE
from mebench.metrics.feasibility_spotting import Claim, Run, how_many
from mebench.metrics.printed import Printed
from mebench.problems import UserError, quoted, unknown_name
from mebench.protocols.published_counts import OVERALL, EventCounts, event_counts

RATES = ("precision", "recall", "f1")
COUNTS = ("tp", "fp", "fn")
SCORES = (*RATES, *COUNTS)
"""In the order of ``--row``."""

TITLES: Mapping[str, str] = {"me": "ME", "mae": "MaE", OVERALL: "overall"}


@dataclass(frozen=True)
class RowResult:
    """One row: what was printed, over how many events, and all results that print so."""

    name: str
    n_events: int
    printed: Row
    claim: Claim
    runs: tuple[Run, ...]

    @property
    def word(self) -> str:
        """The verdict over this row."""
        if not self.runs:
            return IMPOSSIBLE
        given = self.claim.tp is not None and self.claim.fp is not None
        return UNIQUE if how_many(self.runs) == 1 and not given else POSSIBLE

    @property
    def example(self) -> tuple[int, int, int] | None:
        """TP, FP and FN of the first result."""
        return None if not self.runs else _counts_of(self.runs[0], self.n_events)


@dataclass(frozen=True)
class SpottingAudit:
    """The result: rows, whether they can be true together, and what is wrong in sentences.

    ``together`` has TP, FP and FN of both types that fit all rows, or is None; ``joined`` says whether it was asked.
    """

    counts: EventCounts
    rounding: str
    rows: tuple[RowResult, ...]
    joined: bool
    together: Mapping[str, tuple[int, int, int]] | None
    remarks: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """The verdict over everything."""
        if any(row.word == IMPOSSIBLE for row in self.rows) or (self.joined and self.together is None):
            return IMPOSSIBLE
        return UNIQUE if all(row.word == UNIQUE for row in self.rows) else POSSIBLE

    def as_dict(self) -> dict[str, Any]:
        """Return the audit as a JSON-ready record."""
        return {
            "task": "spotting",
            "dataset": self.counts.name,
            "events": dict(self.counts.events),
            "rounding": self.rounding,
            "verdict": self.word,
            "rows": [
                {
                    "row": row.name,
                    "events": row.n_events,
                    "printed": dict(row.printed),
                    "verdict": row.word,
                    "results": how_many(row.runs),
                    "example": _named(row.example),
                }
                for row in self.rows
            ],
            "together": {
                "possible": self.together is not None,
                "example": {kind: _named(found) for kind, found in (self.together or {}).items()},
            }
            if self.joined
            else None,
            "remarks": list(self.remarks),
        }


def _named(counts: tuple[int, int, int] | None) -> dict[str, int] | None:
    return None if counts is None else dict(zip(COUNTS, counts, strict=True))


def _counts_of(run: Run, n_events: int) -> tuple[int, int, int]:
    return run.tp, run.least - run.tp, n_events - run.tp


def audit_spotting(
    rows: Mapping[str, Row],
    dataset: str | None = None,
    *,
    events: Mapping[str, int] | None = None,
    rounding: str = NEAREST,
) -> SpottingAudit:
    """Decide whether printed spotting scores can come from whole numbers of hits and predictions.

    Parameters
    ----------
    rows : mapping of str to mapping of str to str
        Row name (``me``, ``mae``, ``overall``) to what is printed, as text, by score: any of ``precision``, ``recall``,
        ``f1``, ``tp``, ``fp``, ``fn``.
    dataset : str or None
        A dataset of :mod:`mebench.protocols.published_counts`.
    events : mapping of str to int or None
        The number of events of each type, instead of ``dataset``.
    rounding : {"nearest", "cut", "unit"}

    Returns
    -------
    SpottingAudit

    Raises
    ------
    UserError
        If a name or number is wrong.

    Examples
    --------
    >>> audit_spotting({"me": {"recall": ".235"}}, "casme-sq").remarks[0]
    'ME: of 57 events, 13 hits are a recall of 0.2281 and 14 are 0.2456; .235 lies between.'
    """
    counts = _counts(dataset, events)
    if not any(rows.values()):
        raise UserError("There is nothing to audit: give --f1, --precision, --recall or counts, or --row NAME=P,R,F1.")
    sizes = {**counts.events, OVERALL: counts.overall}
    for name in rows:
        if name not in sizes:
            raise unknown_name(f"row of {counts.name}", name, sizes)
    results, joined, together = _search(counts, rows, rounding)
    audit = SpottingAudit(counts, rounding, results, joined, together)
    remarks = [said for row in results for said in _of_row(row)]
    remarks += [*_of_parts(audit), *_slack(audit, rows)]
    return SpottingAudit(counts, rounding, results, joined, together, tuple(remarks))


def _counts(dataset: str | None, events: Mapping[str, int] | None) -> EventCounts:
    if (dataset is None) == (events is None):
        raise UserError("Say what the numbers are about: either --dataset NAME or --counts me=57,mae=300.")
    if events is None:
        return event_counts(str(dataset))
    if strange := set(events) - set(TITLES):
        raise unknown_name("expression type", sorted(strange)[0], TITLES)
    if not events or min(events.values()) < 1:
        raise UserError("--counts: every type needs at least one event; leave out a type that is not annotated.")
    if OVERALL in events and len(events) > 1:
        raise UserError("--counts: give the events of each type, or of all together (overall=67), not both.")
    return EventCounts("your counts", dict(events))


def _search(
    counts: EventCounts, rows: Mapping[str, Row], rounding: str
) -> tuple[tuple[RowResult, ...], bool, dict[str, tuple[int, int, int]] | None]:
    """Audit each row, and both types with the sum of both."""
    sizes = {**counts.events, OVERALL: counts.overall}
    results = []
    for name, row in rows.items():
        claim = _claim(name, row, rounding)
        results.append(RowResult(name, sizes[name], row, claim, search.runs(claim, sizes[name])))
    joined = OVERALL in rows and len(rows) > 1
    if not joined:
        return tuple(results), False, None
    by_name = {result.name: result.runs for result in results}
    typed = {
        kind: by_name.get(kind, ()) if kind in rows else search.runs(Claim(), m) for kind, m in counts.events.items()
    }
    if len(typed) == 1:
        # With one annotated type, "overall" is that type.
        typed["nothing else"] = (Run(0, 0, 0),)
    found = search.joint(typed, by_name[OVERALL])
    if found is None:
        return tuple(results), True, None
    return tuple(results), True, {kind: _counts_of(found[kind], sizes[kind]) for kind in counts.events}


def _claim(name: str, row: Row, rounding: str) -> Claim:
    if strange := set(row) - set(SCORES):
        raise unknown_name("spotting score", sorted(strange)[0], SCORES)
    rates = numbers(name, {score: text for score, text in row.items() if score in RATES}, rounding)
    whole: dict[str, int] = {}
    for score in COUNTS:
        if score in row:
            text = str(row[score])
            if not (text.isascii() and text.isdigit() and len(text) < 9):
                raise UserError(f"{name}, {score}: {quoted(text)} is not a whole number of events, e.g. 45.")
            whole[score] = int(text)
    return Claim(
        rates.get("precision"), rates.get("recall"), rates.get("f1"), whole.get("tp"), whole.get("fp"), whole.get("fn")
    )


def _of_row(row: RowResult) -> list[str]:
    """Say what is wrong within one row."""
    claim, title = row.claim, TITLES[row.name]
    said = []
    if claim.tp is not None and claim.fn is not None and claim.tp + claim.fn != row.n_events:
        said.append(f"{title}: TP + FN = {claim.tp + claim.fn}, but the protocol has {row.n_events} events.")
    if claim.recall is not None and (gap := _recall_gap(claim.recall, row.n_events)) is not None:
        below, above = gap
        ends = [short(Fraction(tp, row.n_events)) for tp in gap]
        said.append(
            f"{title}: of {row.n_events} events, {below} hits are a recall of {ends[0]} and {above} are {ends[1]}; "
            f"{claim.recall.text} lies between."
        )
    said += _arithmetic(title, claim)
    if row.word == IMPOSSIBLE and not said:
        said.append(f"{title}: each number alone may do, but no TP and FP give all of them.")
    return said


def _recall_gap(recall: Printed, n_events: int) -> tuple[int, int] | None:
    """Return the hits just below and above a recall that no number of hits gives."""
    below = int(recall.low * n_events) if recall.low > 0 else 0
    for tp in range(max(0, below), min(n_events, below + 2) + 1):
        if recall.allows(Fraction(tp, n_events)):
            return None
    above = below + 1
    return (below, above) if above <= n_events else None


def _arithmetic(title: str, claim: Claim) -> list[str]:
    """Say where printed scores disagree with printed counts, or F1 with precision and recall."""
    printed = {"precision": claim.precision, "recall": claim.recall, "f1": claim.f1}
    said = []
    if claim.tp is not None and claim.fp is not None and claim.fn is not None:
        for name, value in search.from_counts(claim.tp, claim.fp, claim.fn).items():
            number = printed[name]
            if number is not None and (value is None or not number.allows(value)):
                follows = "nothing" if value is None else short(value, 6)
                said.append(f"{title}: from TP, FP and FN the {_word(name)} is {follows}, printed is {number.text}.")
    elif claim.precision is not None and claim.recall is not None and claim.f1 is not None:
        low, high = search.f1_of(claim.precision, claim.recall)
        if claim.f1.low > high or claim.f1.high < low:
            said.append(
                f"{title}: precision {claim.precision.text} and recall {claim.recall.text} give an F1 of "
                f"{short(low)} to {short(high)}, printed is {claim.f1.text}."
            )
    return said


def _word(score: str) -> str:
    return "F1" if score == "f1" else score


def _of_parts(audit: SpottingAudit) -> list[str]:
    """Say where the overall row cannot be the sum of the types."""
    by_name = {row.name: row for row in audit.rows}
    typed = [by_name[kind] for kind in audit.counts.events if kind in by_name]
    if OVERALL not in by_name or len(typed) < 2:
        return []
    whole, said = by_name[OVERALL], []
    for score in RATES:
        total, parts = getattr(whole.claim, score), [getattr(row.claim, score) for row in typed]
        if total is None or None in parts:
            continue
        if (side := search.outside(total, parts)) is not None:
            texts = " and ".join(f"{part.text} ({TITLES[row.name]})" for part, row in zip(parts, typed, strict=True))
            said.append(
                f"overall {_word(score)} {total.text} is {side} both parts, {texts}: no sum of counts gives that."
            )
    recalls = [row.claim.recall for row in typed if row.claim.recall is not None]
    if whole.claim.recall is not None and len(recalls) == len(typed):
        low, high = search.pooled_recall(recalls, [row.n_events for row in typed])
        if whole.claim.recall.low > high or whole.claim.recall.high < low:
            events = " and ".join(f"{row.n_events} {TITLES[row.name]}" for row in typed)
            said.append(
                f"overall recall: over {events} the typed recalls pool to {short((low + high) / 2, 3)}, printed is "
                f"{whole.claim.recall.text}; an average over folds or videos is the usual cause."
            )
    if audit.joined and audit.together is None and not said and all(row.runs for row in audit.rows):
        said.append("Each row alone may do, but no counts of the types add up to the overall row.")
    return said


def _slack(audit: SpottingAudit, rows: Mapping[str, Row]) -> list[str]:
    """Where rounding to nearest fails, say whether other habits of printing would do."""
    if audit.rounding != NEAREST or audit.word != IMPOSSIBLE:
        return []
    for rounding in ("cut", "unit"):
        loose = SpottingAudit(audit.counts, rounding, *_search(audit.counts, rows, rounding))
        if loose.word != IMPOSSIBLE:
            return [f"With the numbers {WORDS[rounding]} (--rounding {rounding}): {loose.word}."]
    return [f"With the numbers {WORDS['unit']} (--rounding unit): still impossible."]
