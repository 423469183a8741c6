"""The recognition report for the eye and for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from mebench.files import inert_cell
from mebench.problems import printable
from mebench.report.model import RecognitionScore, Report
from mebench.report.text import (
    UNDEFINED,
    certainty_words,
    flat_facts,
    grid,
    headline,
    latex_cell,
    latex_heading,
    markdown_cell,
    number,
    remark_lines,
    terminal,
)

SCORES = ("uf1", "uar", "accuracy")
_HEADINGS = ("clips", "UF1", "UF1 interval", "UAR", "UAR interval", "acc.")


def provenance(report: Report) -> list[tuple[str, str]]:
    """Return what a score rests on, as (heading, words) pairs."""
    truth, said = report.ground_truth, report.submission
    counted = ", ".join(f"{n} {name}" for name, n in truth["counts"].items())
    return [
        ("rule", f"{report.rule['name']}/{report.rule['version']}: {report.rule['statement']}"),
        ("protocol", f"{truth['policy']}: {counted}"),
        ("interval", certainty_words(report)),
        ("submission", f"{printable(said['file'])} ({said['format']}), sha256 {said['sha256'][:16]}"),
        ("truth sha256", truth["sha256"][:16]),
        ("mebench", str(report.environment["mebench"])),
    ]


def as_terminal(report: Report, by: str | None, width: int, colour: bool) -> str:
    """Return scores, classes and confusion as tables for a terminal."""
    scores: dict[str, RecognitionScore] = dict(report.scores)
    table = grid(["", *_HEADINGS])
    for name, score in scores.items():
        table.add_row(name, *_cells(score), style="bold" if name == "full" else "")
    full = scores["full"]
    shares = grid(["class", "clips", "P", "R", "F1"])
    for row in full.classes:
        shares.add_row(printable(row.label), str(row.clips), number(row.precision), number(row.recall), number(row.f1))
    confusion = grid(["true, predicted as", *(printable(row.label) for row in full.classes)])
    for row, counts in zip(full.classes, full.confusion, strict=True):
        confusion.add_row(printable(row.label), *map(str, counts))
    parts: list[Any] = [table, shares, confusion]
    if by == "subject":
        subjects = grid(["database", "subject", "clips", "right"], texts=2)
        for entry in report.by_subject:
            right = sum(row[i] for i, row in enumerate(entry["confusion"]))
            total = sum(map(sum, entry["confusion"]))
            subjects.add_row(printable(entry["dataset"]), printable(entry["subject"]), str(total), str(right))
        parts.append(subjects)
    return terminal(headline(report), parts, provenance(report), remark_lines(report) + left_out(report), width, colour)


def left_out(report: Report) -> list[str]:
    """Return a sentence for each score that does not rest on every class."""
    lines = []
    for name, score in report.scores.items():
        if score.absent:
            lines.append(f"{name}: UF1 leaves out {', '.join(score.absent)}, neither true nor predicted")
        if score.unseen:
            lines.append(f"{name}: UAR leaves out {', '.join(score.unseen)}, of which there is no clip")
    return lines


def as_csv(report: Report, by: str | None) -> str:
    """Return a row a database (or a subject), with the provenance in every row."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    facts = flat_facts(report)
    if by == "subject":
        classes = [row.label for row in report.scores["full"].classes]
        pairs = [f"{true}_as_{said}" for true in classes for said in classes]
        writer.writerow(["dataset", "database", "subject", *pairs, *facts])
        for entry in report.by_subject:
            names = [report.dataset, entry["dataset"], entry["subject"]]
            writer.writerow([*map(inert_cell, names), *(n for row in entry["confusion"] for n in row), *facts.values()])
        return out.getvalue()
    ends = [f"{name}_{end}" for name in SCORES for end in ("low", "high")]
    writer.writerow(["dataset", "part", "clips", "subjects", *SCORES, *ends, *facts])
    for name, score in report.scores.items():
        limits = [end for s in SCORES for end in score.interval.get(s) or (None, None)]
        values = [score.clips, score.subjects, *(getattr(score, s) for s in SCORES), *limits]
        shown = ["" if value is None else value for value in values]
        writer.writerow([inert_cell(report.dataset), inert_cell(name), *shown, *facts.values()])
    return out.getvalue()


def as_markdown(report: Report, by: str | None) -> str:
    """Return the scores as a Markdown table with the provenance below."""
    lines = [f"**{markdown_cell(headline(report))}**", ""]
    lines += [f"| | {' | '.join(_HEADINGS)} |", "|---|" + "---:|" * len(_HEADINGS)]
    lines += [f"| {markdown_cell(name)} | {' | '.join(_cells(score))} |" for name, score in report.scores.items()]
    lines += ["", *(f"- {heading}: {markdown_cell(words)}" for heading, words in provenance(report))]
    lines += [f"- {markdown_cell(line)}" for line in left_out(report)]
    return "\n".join(lines) + "\n"


def as_latex(report: Report, by: str | None) -> str:
    """Return the scores as a LaTeX table (booktabs), the provenance as comments."""
    lines = [f"% {heading}: {printable(words, 1000)}" for heading, words in provenance(report)]
    lines += [r"\begin{tabular}{lrrrrrr}", r"\toprule", *latex_heading(report, 7)]
    lines += [r" & clips & UF1 & UAR & accuracy & UF1 interval & UAR interval \\", r"\midrule"]
    for name, score in report.scores.items():
        shares = [number(getattr(score, s)) for s in SCORES]
        cells = [latex_cell(name), str(score.clips), *shares, _ends(score, "uf1"), _ends(score, "uar")]
        lines.append(" & ".join(cells) + r" \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"]) + "\n"


def _cells(score: RecognitionScore) -> Sequence[str]:
    uf1, uar, accuracy = (number(getattr(score, name)) for name in SCORES)
    return [str(score.clips), uf1, _ends(score, "uf1"), uar, _ends(score, "uar"), accuracy]


def _ends(score: RecognitionScore, name: str) -> str:
    ends = score.interval.get(name)
    if ends is None:
        return UNDEFINED if getattr(score, name) is None else "none"
    return f"{ends[0]:.3f} to {ends[1]:.3f}"
