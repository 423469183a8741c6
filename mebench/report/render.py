"""A report for the eye and for other programs: terminal table, JSON, CSV, Markdown, LaTeX."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from mebench.datasets.tables import TYPE_TITLES
from mebench.files import inert_cell
from mebench.metrics import spotting
from mebench.problems import printable
from mebench.report.model import SCORES, Report, SpottingScore, defined

if TYPE_CHECKING:
    from rich.table import Table

UNDEFINED = "undefined"
FORMATS = ("table", "json", "csv", "md", "latex")
BREAKDOWNS = ("subject", "video")
_HEADINGS = ("TP", "FP", "FN", "P", "R", "F1")


def render(report: Report, form: str = "table", by: str | None = None, width: int = 80, colour: bool = False) -> str:
    """Return the report as text.

    Parameters
    ----------
    report : Report
    form : {"table", "json", "csv", "md", "latex"}
    by : {"subject", "video"} or None
        Add one row a subject or video and type (``json`` always holds both).
    width : int
        Columns of the terminal, for ``table``.
    colour : bool
        Whether ``table`` may use terminal colours.
    """
    if form == "table":
        return _terminal(report, by, width, colour)
    forms: Mapping[str, Callable[[Report, str | None], str]] = {"csv": _csv, "md": _markdown, "latex": _latex}
    return report.to_json() if form == "json" else forms[form](report, by)


def title(kind: str) -> str:
    """Return how an expression type, or ``overall``, is written on screens."""
    return TYPE_TITLES.get(kind, kind)


def _breakdown(report: Report, by: str) -> Iterator[tuple[list[str], SpottingScore]]:
    """Yield (subject [, video], type) and the score of each row that has an event or a prediction."""
    rows = report.by_subject if by == "subject" else report.by_video
    keys = ["subject"] if by == "subject" else ["subject", "video"]
    for row in rows:
        for kind in (k for k in row if k not in keys):
            table = np.array([row[kind]["tp"], row[kind]["fp"], row[kind]["fn"]])
            if table.any():
                p, r, f = (defined(float(s(table))) for s in (spotting.precision, spotting.recall, spotting.f1))
                tp, fp, fn = table.tolist()
                yield [*(str(row[k]) for k in keys), kind], SpottingScore(tp, fp, fn, p, r, f)


def _number(value: float | None) -> str:
    return UNDEFINED if value is None else f"{value:.4f}"


def _cells(score: SpottingScore) -> list[str]:
    return [str(score.tp), str(score.fp), str(score.fn), *(_number(getattr(score, name)) for name in SCORES)]


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
    certainty = report.uncertainty
    return [
        (
            "rule",
            f"{report.rule['name']}/{report.rule['version']}, IoU >= {report.rule['iou']}: {report.rule['statement']}",
        ),
        ("truth", f"{counted} ({truth['universe']}); source {printable(str(truth['source']))}"),
        ("policy", f"{truth['policy']}" + (f" (rows concerned: {touched})" if touched else "")),
        (
            "interval",
            f"of F1: {certainty['level']:.0%} {certainty['method']}, {certainty['replicates']} replicates, "
            f"seed {certainty['seed']}",
        ),
        ("submission", f"{printable(said['file'])}, {said['predictions']} predictions, sha256 {said['sha256'][:16]}"),
        ("truth sha256", truth["sha256"][:16]),
        ("mebench", f"{report.environment['mebench']}"),
    ]


def _headline(report: Report) -> str:
    oracle = [k.replace("_", " ") for k in ("selection", "threshold_source") if report.submission[k] == "oracle"]
    remarks = [*(["SYNTHETIC"] if report.synthetic else []), *([f"ORACLE {' and '.join(oracle)}"] if oracle else [])]
    return report.dataset + "".join(f" ({remark})" for remark in remarks)


def _terminal(report: Report, by: str | None, width: int, colour: bool) -> str:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=colour, color_system="standard" if colour else None)
    console.print(Text(_headline(report), style="bold"), end="\n\n")
    table = _grid(["", *_HEADINGS, "F1 interval"])
    for kind, score in report.scores.items():
        table.add_row(title(kind), *_cells(score), _interval(score), style="bold" if kind == "overall" else "")
    console.print(table)
    if by:
        console.print()
        names = ["subject", "type"] if by == "subject" else ["subject", "video", "type"]
        detail = _grid([*names, *_HEADINGS], texts=len(names))
        for keys, score in _breakdown(report, by):
            detail.add_row(*(Text(printable(title(key))) for key in keys), *_cells(score))
        console.print(detail)
    console.print()
    facts = Table.grid(padding=(0, 2))
    for heading, words in provenance(report):
        facts.add_row(Text(heading, style="dim"), Text(words))
    console.print(facts)
    for remark in report.ground_truth["notes"]:
        console.print(Text(f"note: {remark}", style="dim"))
    return out.getvalue()


def _grid(headings: list[str], texts: int = 1) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for i, heading in enumerate(headings):
        table.add_column(heading, justify="left" if i < texts else "right", no_wrap=i >= texts)
    return table


def _detail(report: Report, by: str | None) -> tuple[list[str], list[tuple[list[str], SpottingScore]]]:
    """Return the key columns and the rows of a flat table: the scores, or the breakdown in their place."""
    if by is None:
        return ["type"], [([kind], score) for kind, score in report.scores.items()]
    return (["subject", "type"] if by == "subject" else ["subject", "video", "type"]), list(_breakdown(report, by))


def _csv(report: Report, by: str | None) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    keys, rows = _detail(report, by)
    ends = [f"{name}_{end}" for name in SCORES for end in ("low", "high")]
    facts = {
        "rule": f"{report.rule['name']}/{report.rule['version']}",
        "iou": report.rule["iou"],
        "policy": report.ground_truth["policy"],
        "truth_sha256": report.ground_truth["sha256"],
        "submission_sha256": report.submission["sha256"],
        "synthetic": str(report.synthetic).lower(),
    }
    writer.writerow(["dataset", *keys, "tp", "fp", "fn", *SCORES, *ends, *facts])
    for names, score in rows:
        values = [getattr(score, name) for name in SCORES]
        limits = [end for name in SCORES for end in score.interval.get(name) or (None, None)]
        numbers = ["" if value is None else value for value in (score.tp, score.fp, score.fn, *values, *limits)]
        writer.writerow([inert_cell(report.dataset), *map(inert_cell, names), *numbers, *facts.values()])
    return out.getvalue()


def _markdown(report: Report, by: str | None) -> str:
    def cell(text: str) -> str:
        return printable(text, 1000).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")

    lines = [f"**{cell(_headline(report))}**", ""]
    lines += ["| | TP | FP | FN | P | R | F1 | F1 interval |", "|---|---:|---:|---:|---:|---:|---:|---:|"]
    lines += [f"| {title(k)} | {' | '.join(_cells(s))} | {_interval(s)} |" for k, s in report.scores.items()]
    if by:
        keys, rows = _detail(report, by)
        lines += ["", f"| {' | '.join(keys)} | TP | FP | FN | P | R | F1 |", "|---" * len(keys) + "|---:" * 6 + "|"]
        for names, score in rows:
            lines.append(f"| {' | '.join(cell(title(n)) for n in names)} | {' | '.join(_cells(score))} |")
    lines += ["", *(f"- {heading}: {cell(words)}" for heading, words in provenance(report))]
    return "\n".join(lines) + "\n"


_LATEX = {
    **{c: "\\" + c for c in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
}


def _latex(report: Report, by: str | None) -> str:
    def cell(text: str) -> str:
        return "".join(_LATEX.get(c, c) for c in printable(text))

    keys, rows = _detail(report, by)
    lines = [f"% {heading}: {printable(words, 1000)}" for heading, words in provenance(report)]
    if report.synthetic:
        lines.append("% SYNTHETIC data: not a result on real faces")
    lines += [r"\begin{tabular}{" + "l" * len(keys) + "rrrrrr}", r"\toprule"]
    lines += [" & ".join([*keys, *_HEADINGS]) + r" \\", r"\midrule"]
    lines += [" & ".join([*(cell(title(n)) for n in names), *_cells(score)]) + r" \\" for names, score in rows]
    lines += [r"\bottomrule", r"\end{tabular}"]
    return "\n".join(lines) + "\n"
