"""Audit of recognition: rows of UF1 and UAR against the class counts of a protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mebench.auditing.rows import NEAREST, WORDS, Row, numbers, short, window
from mebench.metrics import feasibility
from mebench.metrics.feasibility import Attainable, Verdict, attainable_uf1, audit_row, audit_rows
from mebench.metrics.margins import LARGEST, PRECISION, READINGS, Targets, scores
from mebench.problems import UserError, unknown_name
from mebench.protocols.published_counts import FULL, ClassCounts, class_counts

SCORES = ("uf1", "uar", "accuracy", "harmonic")
"""In the order of ``--row``; ``harmonic`` is the harmonic mean of mean precision and mean recall ("F1-score")."""

SHOWN = 3
"""How many solutions are spelled out."""


@dataclass(frozen=True)
class RowResult:
    """One row: what was printed, what was found, which UF1 its UAR leaves room for (read as recall)."""

    name: str
    class_counts: tuple[int, ...]
    printed: Row
    verdict: Verdict
    attainable: Attainable


@dataclass(frozen=True)
class RecognitionAudit:
    """The result: rows, the verdict over all of them, and what it means in sentences.

    ``joint`` is the verdict over the rows taken together (margins of shape (k, databases, C, 2)), or None where one
    row stands for itself.
    """

    counts: ClassCounts
    rounding: str
    rows: tuple[RowResult, ...]
    joint: Verdict | None
    remarks: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """The verdict over everything: the worst of the rows, and of the rows together."""
        words = [row.verdict.word for row in self.rows]
        if self.joint is not None:
            words.append(self.joint.word)
        for word in (feasibility.IMPOSSIBLE, feasibility.UNDECIDED, feasibility.ONLY_PRECISION):
            if word in words:
                return self._mixed(word)
        return self.decisive.word if self.decisive is not None else feasibility.POSSIBLE

    def _mixed(self, word: str) -> str:
        """Rows of one table hold UAR in one reading: possible in different readings only is impossible."""
        if word != feasibility.ONLY_PRECISION or self.joint is not None:
            return word
        both = [row.verdict.found[PRECISION] for row in self.rows]
        if all(len(found.margins) for found in both):
            return word
        return feasibility.IMPOSSIBLE if any(f.complete and not len(f.margins) for f in both) else feasibility.UNDECIDED

    @property
    def decisive(self) -> Verdict | None:
        """The verdict whose margins are those of the table: of all rows together, or of the only row."""
        if self.joint is not None:
            return self.joint
        return self.rows[0].verdict if len(self.rows) == 1 else None

    @property
    def names(self) -> tuple[str, ...]:
        """What the margins of :attr:`decisive` belong to, in order."""
        return tuple(self.counts.parts) if self.joint is not None else tuple(row.name for row in self.rows)

    def solutions(self, shown: int = SHOWN) -> list[dict[str, list[dict[str, Any]]]]:
        """Return the first margins of :attr:`decisive`, under its reading: per row a record a class."""
        if self.decisive is None or self.decisive.reading is None:
            return []
        margins = self.decisive.found[self.decisive.reading].margins[:shown]
        if self.joint is None:
            margins = margins[:, np.newaxis]
        listed = []
        for solution in margins:
            tables = {name: self._records(self.sizes_of(name), m) for name, m in zip(self.names, solution, strict=True)}
            if self.joint is not None:
                tables[FULL] = self._records(self.counts.total, solution.sum(axis=0))
            listed.append(tables)
        return listed

    def sizes_of(self, name: str) -> tuple[int, ...]:
        """Return the class counts of a row."""
        return self.counts.parts.get(name, self.counts.total)

    def _records(self, counts: Sequence[int], margins: Any) -> list[dict[str, Any]]:
        return [
            {"class": name, "clips": n, "tp": int(t), "fp": int(p - t), "fn": int(n - t)}
            for name, n, (t, p) in zip(self.counts.classes, counts, margins, strict=True)
        ]

    def as_dict(self) -> dict[str, Any]:
        """Return the audit as a JSON-ready record."""
        return {
            "task": "recognition",
            "dataset": self.counts.name,
            "classes": dict(zip(self.counts.classes, self.counts.total, strict=True)),
            "rounding": self.rounding,
            "verdict": self.word,
            "rows": [
                {
                    "row": row.name,
                    "printed": dict(row.printed),
                    "verdict": row.verdict.word,
                    **_found(row.verdict),
                    "attainable_uf1": {
                        "low": _finite(row.attainable.low),
                        "high": _finite(row.attainable.high),
                        "exact": row.attainable.exact,
                    },
                }
                for row in self.rows
            ],
            "together": None if self.joint is None else {"verdict": self.joint.word, **_found(self.joint)},
            "reading": None if self.decisive is None else self.decisive.reading,
            "margins": self.solutions(),
            "remarks": list(self.remarks),
        }


def _found(verdict: Verdict) -> dict[str, Any]:
    return {
        f"as_{reading}": {"margins": len(verdict.found[reading].margins), "all_found": verdict.found[reading].complete}
        for reading in READINGS
    }


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def audit_recognition(
    rows: Mapping[str, Row],
    dataset: str | None = None,
    *,
    classes: str | None = None,
    class_sizes: Sequence[int] | None = None,
    rounding: str = NEAREST,
    loosen: bool = True,
) -> RecognitionAudit:
    """Decide whether printed recognition scores can come from any confusion matrix of the protocol.

    Parameters
    ----------
    rows : mapping of str to mapping of str to str
        Row name (``full``, or a database of the composite) to the printed numbers as text, by score: ``uf1`` and
        ``uar``, optionally ``accuracy`` and ``harmonic``.
    dataset : str or None
        A dataset of :mod:`mebench.protocols.published_counts`.
    classes : str or None
        Its class scheme; None takes the usual one.
    class_sizes : sequence of int or None
        Samples of each class, instead of ``dataset``.
    rounding : {"nearest", "cut", "unit"}
        Which exact values a printed number may stand for: see :mod:`mebench.metrics.printed`.
    loosen : bool
        Whether to say what other roundings would do where rounding to nearest fails: see :func:`loosened`.

    Returns
    -------
    RecognitionAudit

    Raises
    ------
    UserError
        If a name or number is wrong.

    Examples
    --------
    >>> audit_recognition({"casme2": {"uf1": ".8382", "uar": ".8686"}}, "megc2019").word
    'possible only as mean precision'
    """
    counts = _counts(dataset, classes, class_sizes)
    if not rows:
        raise UserError("There is nothing to audit: give --uf1 and --uar, or --row NAME=UF1,UAR.")
    for name in rows:
        if name not in {FULL, *counts.parts}:
            raise unknown_name(f"row of {counts.name}", name, [FULL, *counts.parts])
    results, joint = _search(counts, rows, rounding)
    audit = RecognitionAudit(counts, rounding, results, joint)
    slack = _slack(audit, rows) if loosen else []
    remarks = [*_closed_forms(rows, rounding), *_meaning(audit), *slack, *_unused_parts(counts, rows)]
    return RecognitionAudit(counts, rounding, results, joint, tuple(remarks))


def _counts(dataset: str | None, classes: str | None, sizes: Sequence[int] | None) -> ClassCounts:
    if (dataset is None) == (sizes is None):
        raise UserError("Say what the numbers are about: either --dataset NAME or --counts 88,32,25.")
    if sizes is None:
        return class_counts(str(dataset), classes)
    if len(sizes) < 2 or min(sizes) < 1 or sum(sizes) > LARGEST:
        raise UserError(
            f"--counts {','.join(map(str, sizes))}: give two or more classes with at least one sample each, "
            f"{LARGEST} in all at most."
        )
    return ClassCounts("your counts", tuple(f"class {i + 1}" for i in range(len(sizes))), tuple(sizes))


def _search(
    counts: ClassCounts, rows: Mapping[str, Row], rounding: str, whole_alone: bool = True
) -> tuple[tuple[RowResult, ...], Verdict | None]:
    """Audit each row, and all together where the whole and every part of it are given.

    The row of the whole need not be audited alone where it is audited together with its parts: that is the slow one.
    """
    targets = {name: _targets(name, row, rounding) for name, row in rows.items()}
    results = {}
    for name in rows:
        if name == FULL and not whole_alone:
            continue
        sizes = counts.parts.get(name, counts.total)
        verdict, room = audit_row(sizes, targets[name]), attainable_uf1(sizes, targets[name].uar)
        results[name] = RowResult(name, sizes, rows[name], verdict, room)
    joint = None
    if counts.parts and set(rows) == {FULL, *counts.parts}:
        joint = audit_rows([results[name].verdict for name in counts.parts], counts.total, targets[FULL])
    return tuple(results.values()), joint


def _targets(name: str, row: Row, rounding: str) -> Targets:
    if strange := set(row) - set(SCORES):
        raise unknown_name("recognition score", sorted(strange)[0], SCORES)
    found = numbers(name, row, rounding)
    if lacking := [score for score in ("uf1", "uar") if score not in found]:
        raise UserError(f"{name}: {' and '.join(lacking)} is missing; an audit needs UF1 and UAR together.")
    windows = {score: window(number) for score, number in found.items()}
    return Targets(windows["uf1"], windows["uar"], windows.get("accuracy"), windows.get("harmonic"))


def _closed_forms(rows: Mapping[str, Row], rounding: str) -> list[str]:
    """Say what F = 2 P R / (P + R) implies: with F and one of P, R printed, the other is F A / (2 A - F)."""
    said = []
    for name, row in rows.items():
        found = numbers(name, row, rounding)
        if "harmonic" not in found or 2 * found["uar"].value <= found["harmonic"].value:
            continue
        f, a = found["harmonic"].value, found["uar"].value
        said.append(
            f"{name}: with the printed F1-score {found['harmonic'].text} (harmonic mean of mean precision and mean "
            f"recall), if UAR {found['uar'].text} is one of the two, the other is {short(f * a / (2 * a - f))}."
        )
    return said


def _meaning(audit: RecognitionAudit) -> list[str]:
    """Say what the true UAR would be where the printed one is a precision, or which accuracy follows."""
    verdict, said = audit.decisive, []
    if audit.word == feasibility.UNDECIDED:
        return ["There are too many cases to look at each: a random search found none, which proves nothing."]
    if verdict is None or verdict.reading is None:
        return []
    margins = verdict.found[verdict.reading].margins
    tables = {FULL: margins.sum(axis=1)} if audit.joint is not None else {audit.names[0]: margins}
    if audit.joint is not None:
        tables |= {name: margins[:, i] for i, name in enumerate(audit.names)}
    which = "recall" if verdict.reading == PRECISION else "accuracy"
    ends = []
    for name, table in tables.items():
        values = scores(table, np.array(audit.sizes_of(name)))[which]
        low, high = short(values.min()), short(values.max())
        ends.append(f"{name} {low}" if low == high else f"{name} {low} to {high}")
    if which == "recall":
        said.append(f"The true UAR (mean recall) would then be: {', '.join(ends)}.")
    elif all("to" not in end for end in ends):
        said.append(f"The accuracy is then: {', '.join(ends)}.")
    return said


def _slack(audit: RecognitionAudit, rows: Mapping[str, Row]) -> list[str]:
    """Where rounding to nearest fails, say whether other habits of printing would do."""
    if audit.rounding != NEAREST or audit.word not in {feasibility.IMPOSSIBLE, feasibility.ONLY_PRECISION}:
        return []
    loose = loosened(audit, rows)
    still = "" if loose.word in {feasibility.UNIQUE, feasibility.POSSIBLE} else "still "
    return [f"With the numbers {WORDS[loose.rounding]} (--rounding {loose.rounding}): {still}{loose.word}."]


def loosened(audit: RecognitionAudit, rows: Mapping[str, Row]) -> RecognitionAudit:
    """Return the audit with digits cut off if the rows are possible so, else with one unit to either side.

    Parameters
    ----------
    audit : RecognitionAudit
        Of :func:`audit_recognition`, with rounding to nearest.
    rows : mapping
        The rows that it is of.
    """
    for rounding in ("cut", "unit"):
        loose = RecognitionAudit(audit.counts, rounding, *_search(audit.counts, rows, rounding, audit.joint is None))
        if loose.word in {feasibility.UNIQUE, feasibility.POSSIBLE}:
            break
    return replace(loose, remarks=tuple(_meaning(loose)))


def _unused_parts(counts: ClassCounts, rows: Mapping[str, Row]) -> list[str]:
    """Say where rows could have been checked together."""
    lacking = [name for name in (FULL, *counts.parts) if name not in rows]
    if not counts.parts or not lacking or len(rows) < 2:
        return []
    return [f"Each row was checked by itself; together they can be checked with {', '.join(lacking)} too."]
