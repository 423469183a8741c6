"""The spot-then-recognise report: its scores, for the eye and for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from mebench.files import inert_cell
from mebench.problems import printable
from mebench.report.model import SCORES, Report, with_interval
from mebench.report.text import (
    UNDEFINED,
    grid,
    headline,
    latex_cell,
    markdown_cell,
    number,
    remark_lines,
    terminal,
    title,
)


@dataclass(frozen=True)
class ProductScore:
    """STRS; None where it is undefined."""

    strs: float | None
    interval: Mapping[str, tuple[float, float] | None] = field(default_factory=dict)

    def as_dict(self, uncertainty: Mapping[str, Any]) -> dict[str, Any]:
        """Return the score as JSON, with the words on how its interval was made."""
        return with_interval(asdict(self), uncertainty)


@dataclass(frozen=True)
class EmotionScore:
    """Counts and scores of one emotion among the analysed hits; None where undefined."""

    emotion: str
    tp: int
    fp: int
    fn: int
    precision: float | None
    recall: float | None


@dataclass(frozen=True)
class AnalysisScore:
    """What was said of the hits whose event has an analysed emotion.

    ``hits`` is how many they are, ``precision`` and ``recall`` are means over emotions, ``f1`` is their harmonic mean.
    ``confusion`` has a row for each true emotion; its last column holds predicted emotions that are not analysed.
    ``printed`` is what the official script prints besides, under the rule ``strs-official`` only.
    """

    hits: int
    precision: float | None
    recall: float | None
    f1: float | None
    emotions: tuple[EmotionScore, ...]
    confusion: tuple[tuple[int, ...], ...]
    interval: Mapping[str, tuple[float, float] | None] = field(default_factory=dict)
    printed: Mapping[str, float | None] | None = None

    def as_dict(self, uncertainty: Mapping[str, Any]) -> dict[str, Any]:
        """Return the score as JSON, with the words on how its interval was made."""
        found = with_interval(asdict(self), uncertainty)
        found["emotions"], found["confusion"] = list(found["emotions"]), [list(row) for row in self.confusion]
        if self.printed is None:
            found.pop("printed")
        return found


_HEADINGS = ("TP", "FP", "FN", "P", "R", "F1")


def provenance(report: Report) -> list[tuple[str, str]]:
    """Return what a score rests on, as (heading, words) pairs."""
    truth, said, certainty = report.ground_truth, report.submission, report.uncertainty
    counts = truth["counts"]
    drawn = f", {certainty['replicates']} replicates, seed {certainty['seed']}" if certainty["replicates"] else ""
    interval = "none" if certainty["method"] == "none" else f"{certainty['level']:.0%}, {certainty['method']}{drawn}"
    analysed = ", ".join(printable(name) for name in report.rule["emotions"])
    printed = report.scores["analysis"].printed
    return [
        (
            "rule",
            f"{report.rule['name']}/{report.rule['version']}, IoU >= {report.rule['iou']}: {report.rule['statement']}",
        ),
        ("analysed", f"{analysed}: {report.scores['analysis'].hits} of {report.scores['spotting'].tp} hits"),
        *([("printed", _printed(printed))] if printed is not None else []),
        (
            "truth",
            f"{counts['me']} ME, {counts['videos']} videos, {counts['subjects']} subjects ({truth['universe']}); "
            f"source {printable(str(truth['source']))}",
        ),
        ("policy", str(truth["policy"])),
        ("interval", interval),
        ("submission", f"{printable(said['file'])}, {said['predictions']} predictions, sha256 {said['sha256'][:16]}"),
        ("truth sha256", truth["sha256"][:16]),
        ("mebench", str(report.environment["mebench"])),
    ]


def _printed(printed: Mapping[str, float | None]) -> str:
    counts = ", ".join(f"{name.upper()} {printed[name]}" for name in ("tp", "fp", "fn"))
    return f"by the script for analysis: {counts}, UF1 {number(printed['uf1'])}, 'UAR' {number(printed['uar'])}"


def _rows(report: Report) -> list[list[str]]:
    """Return the three scores as rows: name, counts, P, R, F1 or STRS, interval."""
    spotted, told = report.scores["spotting"], report.scores["analysis"]
    counts = [str(n) for n in (spotted.tp, spotted.fp, spotted.fn)]
    return [
        ["spotting", *counts, *(number(getattr(spotted, s)) for s in SCORES), _ends(spotted, "f1")],
        ["analysis", "", "", "", *(number(getattr(told, s)) for s in SCORES), _ends(told, "f1")],
        ["STRS", "", "", "", "", "", number(report.scores["strs"].strs), _ends(report.scores["strs"], "strs")],
    ]


def _ends(score: Any, name: str) -> str:
    ends = score.interval.get(name)
    if ends is None:
        return UNDEFINED if getattr(score, name) is None else "none"
    return f"{ends[0]:.3f} to {ends[1]:.3f}"


def _emotion_rows(report: Report) -> list[list[str]]:
    told = report.scores["analysis"]
    return [
        [row.emotion, *(str(n) for n in (row.tp, row.fp, row.fn)), number(row.precision), number(row.recall)]
        for row in told.emotions
    ]


def as_terminal(report: Report, by: str | None, width: int, colour: bool) -> str:
    """Return the scores, the emotions, and with ``by`` a row a subject or video, as tables for a terminal."""
    table = grid(["", *_HEADINGS, "interval"])
    for row in _rows(report):
        table.add_row(*row, style="bold" if row[0] == "STRS" else "")
    told = report.scores["analysis"]
    # Many emotions fit into a line only if their columns are headed by their first letters.
    heads = [e.emotion if len(told.emotions) <= 3 else e.emotion[:4] for e in told.emotions]
    said = [f"said\n{printable(head)}" for head in [*heads, "other"]]
    detail = grid(["\nemotion", "\nhits", "\nP", "\nR", *said])
    for row, counts in zip(told.emotions, told.confusion, strict=True):
        shares = number(row.precision), number(row.recall)
        detail.add_row(printable(row.emotion), str(row.tp + row.fn), *shares, *map(str, counts))
    parts: list[Any] = [table, detail]
    if by:
        names, rows = _breakdown(report, by)
        found = grid([*names, "TP", "FP", "FN"], texts=len(names))
        for row in rows:
            found.add_row(*map(printable, row))
        parts.append(found)
    return terminal(headline(report), parts, provenance(report), remark_lines(report), width, colour)


def _breakdown(report: Report, by: str) -> tuple[list[str], list[list[str]]]:
    """Return the keys and the spotting counts of each subject or video that has an ME or a prediction."""
    names = ["subject"] if by == "subject" else ["subject", "video"]
    entries = report.by_subject if by == "subject" else report.by_video
    counted = [[entry["me"][c] for c in ("tp", "fp", "fn")] for entry in entries]
    rows = [
        [*(str(entry[n]) for n in names), *map(str, counts)]
        for entry, counts in zip(entries, counted, strict=True)
        if any(counts)
    ]
    return names, rows


def as_csv(report: Report, by: str | None) -> str:
    """Return one row with all scores, or a row a subject or video, with the provenance in every row."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    facts = {
        "rule": f"{report.rule['name']}/{report.rule['version']}",
        "iou": report.rule["iou"],
        "emotions": "+".join(report.rule["emotions"]),
        "policy": report.ground_truth["policy"],
        "truth_sha256": report.ground_truth["sha256"],
        "submission_sha256": report.submission["sha256"],
        "synthetic": str(report.synthetic).lower(),
    }
    ending = [inert_cell(str(value)) for value in facts.values()]
    if by:
        names, rows = _breakdown(report, by)
        writer.writerow(["dataset", *names, "tp", "fp", "fn", *facts])
        writer.writerows([inert_cell(report.dataset), *map(inert_cell, row), *ending] for row in rows)
        return out.getvalue()
    spotted, told, product = (report.scores[name] for name in ("spotting", "analysis", "strs"))
    values = {
        "strs": product.strs,
        **dict(zip(("strs_low", "strs_high"), product.interval.get("strs") or (None, None), strict=True)),
        **{name: getattr(spotted, name) for name in ("tp", "fp", "fn")},
        **{f"spotting_{name}": getattr(spotted, name) for name in SCORES},
        "analysed_hits": told.hits,
        **{f"analysis_{name}": getattr(told, name) for name in SCORES},
    }
    writer.writerow(["dataset", *values, *facts])
    writer.writerow([inert_cell(report.dataset), *("" if v is None else v for v in values.values()), *ending])
    return out.getvalue()


def as_markdown(report: Report, by: str | None) -> str:
    """Return the scores as Markdown tables with the provenance below."""
    lines = [f"**{markdown_cell(headline(report))}**", "", _line(["", *_HEADINGS, "interval"]), "|---|" + "---:|" * 7]
    lines += [_line(row) for row in _rows(report)]
    lines += ["", _line(["emotion of a hit", "TP", "FP", "FN", "P", "R"]), "|---|" + "---:|" * 5]
    lines += [_line([markdown_cell(row[0]), *row[1:]]) for row in _emotion_rows(report)]
    if by:
        names, rows = _breakdown(report, by)
        lines += ["", _line([*names, "TP", "FP", "FN"]), "|---" * len(names) + "|---:" * 3 + "|"]
        lines += [_line([markdown_cell(cell) for cell in row]) for row in rows]
    lines += ["", *(f"- {heading}: {markdown_cell(words)}" for heading, words in provenance(report))]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def as_latex(report: Report, by: str | None) -> str:
    """Return the scores as a LaTeX table (booktabs)."""
    lines = [f"% {heading}: {printable(words, 1000)}" for heading, words in provenance(report)]
    if report.synthetic:
        lines.append("% SYNTHETIC data: not a result on real faces")
    if by:
        names, rows = _breakdown(report, by)
        headings = [*map(title, names), "TP", "FP", "FN"]
    else:
        names, rows = [""], [row[:-1] for row in _rows(report)]
        headings = ["", *_HEADINGS]
    lines += [r"\begin{tabular}{" + "l" * len(names) + "r" * (len(headings) - len(names)) + "}", r"\toprule"]
    lines += [" & ".join(headings) + r" \\", r"\midrule"]
    lines += [" & ".join(map(latex_cell, row)) + r" \\" for row in rows]
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"]) + "\n"
