"""What ``mebench audit`` prints for the eye: what was printed, what is possible, the verdict, what it means."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from mebench.auditing.chance import ChanceAudit
from mebench.auditing.recognition import RecognitionAudit, RowResult
from mebench.auditing.rows import WORDS
from mebench.auditing.spotting import TITLES, SpottingAudit
from mebench.cli.tables import plain_table
from mebench.metrics.feasibility import UNIQUE, Attainable, Verdict
from mebench.metrics.feasibility_spotting import how_many
from mebench.metrics.margins import PRECISION, RECALL
from mebench.metrics.printed import printed

_TOGETHER = "together"


def text(found: RecognitionAudit | SpottingAudit | None, chance: ChanceAudit | None, width: int, colour: bool) -> str:
    """Return the audit, and the level of chance if it was asked for."""
    parts = []
    if isinstance(found, RecognitionAudit):
        parts.append(_recognition(found, width, colour))
    elif found is not None:
        parts.append(_spotting(found, width, colour))
    if chance is not None:
        parts.append(_chance(chance, found if isinstance(found, RecognitionAudit) else None, width, colour))
    return "\n".join(parts)


def _wrapped(line: str, width: int, bullet: str = "") -> str:
    return textwrap.fill(line, max(40, width), initial_indent=bullet, subsequent_indent=" " * len(bullet)) + "\n"


def _recognition(found: RecognitionAudit, width: int, colour: bool) -> str:
    counts = found.counts
    classes = ", ".join(f"{n} {name}" for name, n in zip(counts.classes, counts.total, strict=True))
    remark = f"; {counts.remark}" if counts.remark else ""
    out = _wrapped(f"{counts.name}, {sum(counts.total)} clips: {classes}{remark}.", width)
    out += _wrapped(f"Confusion matrices that give these numbers, {WORDS[found.rounding]}:", width) + "\n"
    rows = [_recognition_row(row) for row in found.rows]
    if found.joint is not None:
        rows.append([_TOGETHER, "", "", *_solutions(found.joint), ""])
    headings = ("row", "UF1", "UAR", "as recall", "as mean precision", "UF1 at this UAR")
    out += plain_table(headings, rows, width, colour) + "\n"
    out += f"verdict: {_verdict(found)}\n"
    for i, solution in enumerate(found.solutions() if _few(found) else []):
        out += "\n" + (f"solution {i + 1}\n" if not _is_unique(found) else "")
        out += plain_table(("row", "class", "clips", "TP", "FP", "FN"), _margin_rows(solution), width, colour)
    return out + _remarks(found.remarks, width)


def _recognition_row(row: RowResult) -> list[str]:
    printed = [row.printed.get(score, "") for score in ("uf1", "uar")]
    return [row.name, *printed, *_solutions(row.verdict), _room(row.attainable)]


def _room(room: Attainable) -> str:
    if room.low != room.low:
        return "no such UAR"
    return f"{room.low:.4f} to {room.high:.4f}" if room.exact else f"within {room.low:.4f} to {room.high:.4f}"


def _solutions(verdict: Verdict) -> list[str]:
    cells = []
    for reading in (RECALL, PRECISION):
        n, complete = len(verdict.found[reading].margins), verdict.found[reading].complete
        cells.append(
            "none" if not n and complete else "none found" if not n else f"{n}" if complete else f"{n} or more"
        )
    return cells


def _is_unique(found: RecognitionAudit) -> bool:
    return found.decisive is not None and found.decisive.unique


def _few(found: RecognitionAudit) -> bool:
    """Return whether all solutions can be spelled out."""
    verdict = found.decisive
    if verdict is None or verdict.reading is None:
        return False
    return verdict.found[verdict.reading].complete and len(verdict.found[verdict.reading].margins) <= len(
        found.solutions()
    )


def _verdict(found: RecognitionAudit) -> str:
    extra = ", unique: these margins" if _is_unique(found) and found.word != UNIQUE else ""
    return found.word + extra


def _margin_rows(solution: Mapping[str, list[dict[str, Any]]]) -> list[list[str]]:
    return [
        [name if i == 0 else "", *(str(record[key]) for key in ("class", "clips", "tp", "fp", "fn"))]
        for name, records in solution.items()
        for i, record in enumerate(records)
    ]


def _remarks(remarks: tuple[str, ...], width: int) -> str:
    return ("\n" if remarks else "") + "".join(_wrapped(remark, width, "- ") for remark in remarks)


def _spotting(found: SpottingAudit, width: int, colour: bool) -> str:
    counts = found.counts
    events = ", ".join(f"{n} {TITLES[kind]}" for kind, n in counts.events.items())
    remark = f"; {counts.remark}" if counts.remark else ""
    out = _wrapped(f"{counts.name}, events: {events}{remark}.", width)
    out += _wrapped(f"Whole counts that give these numbers, {WORDS[found.rounding]}:", width)
    rows = []
    for row in found.rows:
        n = how_many(row.runs)
        cells = [row.printed.get(score, "") for score in ("precision", "recall", "f1")]
        given = "/".join(str(row.printed.get(score, "-")) for score in ("tp", "fp", "fn"))
        shown = given if given != "-/-/-" else ""
        number = "none" if not row.runs else "any number" if n is None else str(n)
        rows.append([TITLES[row.name], *cells, shown, number, _slashed(row.example)])
    if found.joined:
        examples = [f"{TITLES[kind]} {_slashed(example)}" for kind, example in (found.together or {}).items()]
        rows.append([_TOGETHER, "", "", "", "", "some" if examples else "none", "; ".join(examples)])
    headings = ("row", "P", "R", "F1", "TP/FP/FN", "results", "e.g. TP/FP/FN")
    out += "\n" + plain_table(headings, rows, width, colour) + "\n"
    return out + f"verdict: {found.word}\n" + _remarks(found.remarks, width)


def _slashed(counts: tuple[int, int, int] | None) -> str:
    return "" if counts is None else "/".join(map(str, counts))


def _chance(chance: ChanceAudit, found: RecognitionAudit | None, width: int, colour: bool) -> str:
    synthetic = ", SYNTHETIC" if chance.synthetic else ""
    replicates = next(iter(chance.levels.values())).replicates
    out = _wrapped(
        f"Chance: labels drawn from the class prior, the best of {chance.epochs} epochs kept for each test subject. "
        f"{chance.n_subjects} subjects of {chance.subjects_of}{synthetic}; {replicates} runs, seed {chance.seed}.",
        width,
    )
    claimed = {row.name: row.printed for row in found.rows} if found is not None else {}
    rows = []
    for name, level in chance.levels.items():
        cells = [f"{level.uf1:.3f}", "{:.3f} to {:.3f}".format(*level.uf1_interval)]
        cells += [f"{level.uar:.3f}", "{:.3f} to {:.3f}".format(*level.uar_interval)]
        rows.append([name, *cells, claimed.get(name, {}).get("uf1", "")])
    headings = ("row", "UF1", "95 % of runs", "UAR", "95 % of runs", "claimed UF1")
    out += "\n" + plain_table(headings, rows, width, colour)
    return out + _remarks(_compared(chance, claimed), width)


def _compared(chance: ChanceAudit, claimed: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    """Return a sentence for each claimed UF1: above what chance reaches under this selection, or not."""
    said = []
    for name, level in chance.levels.items():
        if "uf1" in claimed.get(name, {}):
            text = claimed[name]["uf1"]
            above = float(printed(text).value) > level.uf1_interval[1]
            words = "is above what chance reaches" if above else "is no more than chance reaches"
            said.append(f"{name}: if epochs were so chosen, the claimed UF1 {text} {words}.")
    return tuple(said)
