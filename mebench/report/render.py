"""A report for the eye and for other programs: terminal table, JSON, CSV, Markdown, LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mebench.problems import UserError
from mebench.report import recognition, spot_then_recognise, spotting
from mebench.report.model import Report

_FLAT: Mapping[str, Mapping[str, Callable[[Report, str | None], str]]] = {
    "spotting": {"csv": spotting.as_csv, "md": spotting.as_markdown, "latex": spotting.as_latex},
    "recognition": {"csv": recognition.as_csv, "md": recognition.as_markdown, "latex": recognition.as_latex},
    "spot-then-recognise": {
        "csv": spot_then_recognise.as_csv,
        "md": spot_then_recognise.as_markdown,
        "latex": spot_then_recognise.as_latex,
    },
}
_TERMINAL: Mapping[str, Callable[[Report, str | None, int, bool], str]] = {
    "spotting": spotting.as_terminal,
    "recognition": recognition.as_terminal,
    "spot-then-recognise": spot_then_recognise.as_terminal,
}

FORMATS = ("table", "json", "csv", "md", "latex")


def render(report: Report, form: str = "table", by: str | None = None, width: int = 80, colour: bool = False) -> str:
    """Return the report as text, with its errors and sweeps where there are any (``csv``: these alone).

    Parameters
    ----------
    report : Report
    form : {"table", "json", "csv", "md", "latex"}
    by : {"subject", "video"} or None
        Add one row a subject or video (``json`` always holds them).
    width : int
        Columns of the terminal, for ``table``.
    colour : bool
        Whether ``table`` may use terminal colours.

    Raises
    ------
    UserError
        If two tables are asked for as ``csv``.
    """
    if form == "json":
        return report.to_json()
    if report.task == "recognition" and by == "video":
        raise UserError("--by video is for spotting; recognition has rows by subject.")
    beside = _beside(report, form, width, colour)
    if form == "csv" and beside:
        if len(beside) > 1 or by:
            raise UserError("--format csv is one table: ask for one of --by, --errors and --sweep.")
        return beside[0]
    if form == "table":
        return "\n".join([_TERMINAL[report.task](report, by, width, colour), *beside])
    return "\n".join([_FLAT[report.task][form](report, by), *beside])


def _beside(report: Report, form: str, width: int, colour: bool) -> list[str]:
    """Return what is shown beside the scores: errors and sweeps."""
    texts = []
    if report.errors:
        from mebench.report.errors import render_errors

        texts.append(render_errors(report, form, width, colour))
    if report.sweep:
        from mebench.report.sweep import render_sweep

        texts.append(render_sweep(report, form, width, colour))
    return texts
