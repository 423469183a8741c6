"""The spotting report for the eye and for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import numpy as np

from mebench.files import inert_cell
from mebench.metrics import rules, spotting
from mebench.problems import printable
from mebench.report.difference import details, one_line
from mebench.report.model import SCORES, Report, SpottingScore, defined
from mebench.report.text import (
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
    title,
)

_HEADINGS = ("TP", "FP", "FN", "P", "R", "F1")


def _breakdown(report: Report, by: str) -> Iterator[tuple[list[str], SpottingScore]]:
    """Yield (subject [, video], type) and the score of each row that has an event or a prediction."""
    rows = report.by_subject if by == "subject" else report.by_video
    keys = ["subject"] if by == "subject" else ["subject", "video"]
    for row in rows:
        for kind in (k for k in row if k not in keys):
            table = np.array([row[kind][count] for count in ("tp", "fp", "fn", "confirmed") if count in row[kind]])
            if table.any():
                p, r, f = (defined(float(s(table))) for s in (rules.precision, spotting.recall, spotting.f1))
                tp, fp, fn = table[:3].tolist()
                yield [*(str(row[k]) for k in keys), kind], SpottingScore(tp, fp, fn, p, r, f)


def _cells(score: SpottingScore) -> list[str]:
    return [str(score.tp), str(score.fp), str(score.fn), *(number(getattr(score, name)) for name in SCORES)]


def _interval(score: SpottingScore) -> str:
    ends = score.interval.get("f1")
    return f"{ends[0]:.3f} to {ends[1]:.3f}" if ends else "none"


def provenance(report: Report) -> list[tuple[str, str]]:
    """Return what a score rests on, as (heading, words) pairs: the same in every form."""
    truth, said = report.ground_truth, report.submission
    counted = ", ".join(
        [f"{truth['counts'][k]} {title(k)}" for k in report.scores if k in truth["counts"]]
        + [f"{truth['counts']['videos']} videos", f"{truth['counts']['subjects']} subjects"]
    )
    touched = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in truth["touched"].items() if n)
    here = one_line(report)
    return [
        (
            "rule",
            f"{report.rule['name']}/{report.rule['version']}, IoU >= {report.rule['iou']}: {report.rule['statement']}",
        ),
        *([("differs", report.rule["differs"]), ("here", here)] if here else []),
        ("truth", f"{counted} ({truth['universe']}); source {printable(str(truth['source']))}"),
        ("policy", f"{truth['policy']}" + (f" (rows concerned: {touched})" if touched else "")),
        ("interval", f"of F1: {certainty_words(report)}"),
        ("protocol", report.protocol or "not stated: all subjects and types count"),
        ("submission", f"{printable(said['file'])}, {said['predictions']} predictions, sha256 {said['sha256'][:16]}"),
        ("truth sha256", truth["sha256"][:16]),
        ("mebench", f"{report.environment['mebench']}"),
    ]


def as_terminal(report: Report, by: str | None, width: int, colour: bool) -> str:
    """Return the scores, and with ``by`` a row a subject or video, as tables for a terminal."""
    from rich.text import Text

    table = grid(["", *_HEADINGS, "F1 interval"])
    for kind, score in report.scores.items():
        table.add_row(title(kind), *_cells(score), _interval(score), style="bold" if kind == "overall" else "")
    parts = [table]
    if by:
        names = ["subject", "type"] if by == "subject" else ["subject", "video", "type"]
        detail = grid([*names, *_HEADINGS], texts=len(names))
        for keys, score in _breakdown(report, by):
            detail.add_row(*(Text(printable(title(key))) for key in keys), *_cells(score))
        parts.append(detail)
    facts = [*provenance(report), *(("", line) for line in details(report))]
    return terminal(headline(report), parts, facts, remark_lines(report), width, colour)


def _detail(report: Report, by: str | None) -> tuple[list[str], list[tuple[list[str], SpottingScore]]]:
    """Return the key columns and the rows of a flat table: the scores, or the breakdown in their place."""
    if by is None:
        return ["type"], [([kind], score) for kind, score in report.scores.items()]
    return (["subject", "type"] if by == "subject" else ["subject", "video", "type"]), list(_breakdown(report, by))


def as_csv(report: Report, by: str | None) -> str:
    """Return a row a type, or a row a subject or video and type, with the provenance in every row."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    keys, rows = _detail(report, by)
    ends = [f"{name}_{end}" for name in SCORES for end in ("low", "high")]
    facts = flat_facts(report)
    writer.writerow(["dataset", *keys, "tp", "fp", "fn", *SCORES, *ends, *facts])
    for names, score in rows:
        values = [getattr(score, name) for name in SCORES]
        limits = [end for name in SCORES for end in score.interval.get(name) or (None, None)]
        numbers = ["" if value is None else value for value in (score.tp, score.fp, score.fn, *values, *limits)]
        writer.writerow([inert_cell(report.dataset), *map(inert_cell, names), *numbers, *facts.values()])
    return out.getvalue()


def as_markdown(report: Report, by: str | None) -> str:
    """Return the scores as Markdown tables with the provenance below."""
    lines = [f"**{markdown_cell(headline(report))}**", ""]
    lines += ["| | TP | FP | FN | P | R | F1 | F1 interval |", "|---|---:|---:|---:|---:|---:|---:|---:|"]
    lines += [f"| {title(k)} | {' | '.join(_cells(s))} | {_interval(s)} |" for k, s in report.scores.items()]
    if by:
        keys, rows = _detail(report, by)
        lines += ["", f"| {' | '.join(keys)} | TP | FP | FN | P | R | F1 |", "|---" * len(keys) + "|---:" * 6 + "|"]
        for names, score in rows:
            lines.append(f"| {' | '.join(markdown_cell(title(n)) for n in names)} | {' | '.join(_cells(score))} |")
    lines += ["", *(f"- {heading}: {markdown_cell(words)}" for heading, words in provenance(report))]
    return "\n".join(lines) + "\n"


def as_latex(report: Report, by: str | None) -> str:
    """Return the scores as a LaTeX table (booktabs), the provenance as comments."""
    keys, rows = _detail(report, by)
    headings = [*keys, *_HEADINGS, *([] if by else ["F1 interval"])]
    lines = [f"% {heading}: {printable(words, 1000)}" for heading, words in provenance(report)]
    lines += [r"\begin{tabular}{" + "l" * len(keys) + "r" * (len(headings) - len(keys)) + "}", r"\toprule"]
    lines += [*latex_heading(report, len(headings)), " & ".join(headings) + r" \\", r"\midrule"]
    for names, score in rows:
        cells = [*(latex_cell(title(n)) for n in names), *_cells(score), *([] if by else [_interval(score)])]
        lines.append(" & ".join(cells) + r" \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"]) + "\n"
