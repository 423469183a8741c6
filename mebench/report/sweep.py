"""A report's ``sweep`` for the eye and for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from mebench.files import inert_cell
from mebench.metrics import spotting
from mebench.problems import printable
from mebench.report.model import Report, defined
from mebench.report.text import grid, latex_cell, markdown_cell, number, terminal, title

ORACLE = "ORACLE: chosen on the labels that it is scored with"
_SHOWN = 11
_BARS = " ▁▂▃▄▅▆▇█"


def render_sweep(report: Report, form: str = "table", width: int = 80, colour: bool = False) -> str:
    """Return a report's sweeps as text.

    Parameters
    ----------
    report : Report
        With ``sweep``.
    form : {"table", "csv", "md", "latex"}
    width : int
        Columns of the terminal, for ``table``.
    colour : bool
        Whether ``table`` may use terminal colours.
    """
    tables = [f(report) for name, f in (("iou", _iou_table), ("score", _score_table)) if name in report.sweep]
    if form == "table":
        return _terminal(report, tables, width, colour)
    if form == "csv":
        return _csv(report)
    return "\n".join(_markdown(report, *table) if form == "md" else _latex(report, *table) for table in tables)


_Table = tuple[list[str], list[list[str]]]


def _iou_table(report: Report) -> _Table:
    """Return headings and rows: F1 of each type at each IoU threshold."""
    found = report.sweep["iou"]
    kinds = list(found["scores"])
    rows = [
        [f"{float(Fraction(threshold)):.1f}", *(number(found["scores"][kind]["f1"][k]) for kind in kinds)]
        for k, threshold in enumerate(found["thresholds"])
    ]
    return ["IoU >=", *(f"F1 {title(kind)}" for kind in kinds)], rows


def _score_table(report: Report) -> _Table:
    """Return headings and rows: what each type reaches over all score thresholds."""
    rows = []
    for kind, curve in report.sweep["score"]["scores"].items():
        best = curve["best"]
        chosen = ["none"] * 4 if best is None else [f"{best['score']:.6g}", *(number(best[n]) for n in _SCORES)]
        rows.append([title(kind), number(curve["average_precision"]), *chosen])
    return ["", "AP", "best score >=", "P", "R", "best F1 (oracle)"], rows


_SCORES = ("precision", "recall", "f1")


def _terminal(report: Report, tables: Sequence[_Table], width: int, colour: bool) -> str:
    from rich.text import Text

    parts: list[Any] = []
    for headings, rows in tables:
        table = grid(headings)
        for row in rows:
            table.add_row(*row)
        parts.append(table)
    parts.append(Text("\n".join(_pictures(report))))
    facts = [("AP", _definition(report))] if "score" in report.sweep else []
    return terminal("Sweep", parts, facts, [], width, colour)


def _definition(report: Report) -> str:
    found = report.sweep["score"]
    return f"{found['average_precision']}, at IoU >= {found['iou']}; the best F1 is an {ORACLE}"


def _pictures(report: Report) -> Iterator[str]:
    """Yield a line of bars for each type: F1 over the IoU threshold, precision over recall."""
    if "iou" in report.sweep:
        for kind, found in report.sweep["iou"]["scores"].items():
            yield f"{title(kind):8}F1 over IoU .1 to .9         {bars(found['f1'])}"
    if "score" in report.sweep:
        for kind, curve in report.sweep["score"]["scores"].items():
            yield f"{title(kind):8}P over recall 0 to 1        {bars(precision_at(curve))}"


def bars(values: Sequence[float | None]) -> str:
    """Return shares as a line of bars, one character each; an undefined one is a dot.

    Examples
    --------
    >>> bars([0.0, 0.5, 1.0, None])
    ' ▄█·'
    """
    return "".join("·" if value is None else _BARS[round(value * (len(_BARS) - 1))] for value in values)


def precision_at(curve: Mapping[str, Any], levels: int = _SHOWN) -> list[float | None]:
    """Return the precision at the first point of the curve that reaches each recall level, None beyond its end.

    Parameters
    ----------
    curve : mapping
        Of one type, from a report's ``sweep``.
    levels : int
        How many levels, evenly from 0 to 1.
    """
    counts = np.array([curve["points"][name] for name in ("tp", "fp", "fn")], dtype=np.int64).T
    if not len(counts) or not curve["events"]:
        return [None] * levels
    precision, recall = spotting.precision(counts), spotting.recall(counts)
    first = np.searchsorted(recall, np.linspace(0, 1, levels) - 1e-9)
    return [defined(float(precision[k])) if k < len(recall) else None for k in first.tolist()]


def _csv(report: Report) -> str:
    """Return a row a threshold and type."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    facts = [report.submission["sha256"], str(report.synthetic).lower()]
    writer.writerow(
        ["dataset", "over", "threshold", "type", "tp", "fp", "fn", *_SCORES, "oracle", "submission_sha256", "synthetic"]
    )
    for over, found in report.sweep.items():
        for kind, columns in found["scores"].items():
            points = columns if over == "iou" else columns["points"]
            thresholds = found["thresholds"] if over == "iou" else points["score"]
            for i, threshold in enumerate(thresholds):
                counts = [points[name][i] for name in ("tp", "fp", "fn")]
                table = np.array(counts)
                # Over the IoU the rule's own precision counts; over scores the rule is the canonical one.
                values = (
                    [points[name][i] for name in _SCORES]
                    if over == "iou"
                    else [defined(float(f(table))) for f in (spotting.precision, spotting.recall, spotting.f1)]
                )
                shown = ["" if value is None else value for value in values]
                oracle = str(over == "score").lower()
                writer.writerow([inert_cell(report.dataset), over, threshold, kind, *counts, *shown, oracle, *facts])
    return out.getvalue()


def _markdown(report: Report, headings: list[str], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(headings)} |", "|---|" + "---:|" * (len(headings) - 1)]
    lines += [f"| {' | '.join(map(markdown_cell, row))} |" for row in rows]
    if headings[0] == "":
        lines += ["", f"- {markdown_cell(_definition(report))}"]
    return "\n".join(lines) + "\n"


def _latex(report: Report, headings: list[str], rows: list[list[str]]) -> str:
    lines = ["% SYNTHETIC data: not a result on real faces"] if report.synthetic else []
    if headings[0] == "":
        lines.append(f"% {printable(_definition(report), 1000)}")
    lines += [r"\begin{tabular}{l" + "r" * (len(headings) - 1) + "}", r"\toprule"]
    lines += [" & ".join(map(latex_cell, headings)) + r" \\", r"\midrule"]
    lines += [" & ".join(map(latex_cell, row)) + r" \\" for row in rows]
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"]) + "\n"
