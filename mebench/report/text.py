"""What the renderings of every task share: numbers, headlines, tables, and text made safe for where it goes."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mebench.datasets.tables import TYPE_TITLES
from mebench.problems import printable
from mebench.report.model import Report

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

UNDEFINED = "undefined"
_ENDLESS = 10_000
_LEAST = 8
"""Letters of a word's part where a table breaks its words."""


def number(value: float | None) -> str:
    """Return a share with four digits, or the word for an undefined one."""
    return UNDEFINED if value is None else f"{value:.4f}"


def title(kind: str) -> str:
    """Return how an expression type, or ``overall``, is written on screens."""
    return TYPE_TITLES.get(kind, kind)


def headline(report: Report) -> str:
    """Return the dataset's name with what must never be overlooked: synthetic data, oracle choices."""
    oracle = [k.replace("_", " ") for k in ("selection", "threshold_source") if report.submission[k] == "oracle"]
    remarks = [*(["SYNTHETIC"] if report.synthetic else []), *([f"ORACLE {' and '.join(oracle)}"] if oracle else [])]
    return report.dataset + "".join(f" ({remark})" for remark in remarks)


def certainty_words(report: Report) -> str:
    """Return how the intervals were made."""
    made = report.uncertainty
    drawn = f", {made['replicates']} replicates, seed {made['seed']}" if made["replicates"] else ""
    return f"{made['level']:.0%}, {made['method']}{drawn}"


def flat_facts(report: Report) -> dict[str, str]:
    """Return what every row of a CSV says of where it comes from."""
    said = report.submission
    return {
        "protocol": report.protocol or "",
        "rule": f"{report.rule['name']}/{report.rule['version']}",
        "iou": str(report.rule.get("iou", "")),
        "policy": report.ground_truth["policy"],
        "truth_sha256": report.ground_truth["sha256"],
        "submission_sha256": said["sha256"],
        "selection": said["selection"] or "",
        "threshold_source": said["threshold_source"] or "",
        "interval": certainty_words(report),
        "mebench": str(report.environment["mebench"]),
        "synthetic": str(report.synthetic).lower(),
    }


def latex_heading(report: Report, columns: int) -> list[str]:
    """Return the first lines of a LaTeX table: whose scores these are, and what must never be overlooked."""
    return [rf"\multicolumn{{{columns}}}{{l}}{{\emph{{{latex_cell(headline(report))}}}}} \\", r"\midrule"]


def remark_lines(report: Report) -> list[str]:
    """Return the remarks about this copy of the dataset."""
    return [str(note) for note in report.ground_truth["notes"]]


def grid(headings: Sequence[str], texts: int = 1) -> Table:
    """Return an empty table without borders; the first ``texts`` columns hold words, the others numbers."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for i, heading in enumerate(headings):
        # The first column names the row: unless nothing else helps (see fit), it does not give way.
        table.add_column(heading, justify="left" if i < texts else "right", no_wrap=i == 0 or i >= texts)
    return table


def fit(table: Table, console: Console) -> None:
    """Let a table that is too wide stand closer, and then break its words: a number is never cut.

    Where even this does not help, the table stays wider than the terminal, which breaks its lines.
    """
    wide = console.options.update(max_width=_ENDLESS)
    if console.measure(table, options=wide).maximum <= console.width:
        return
    table.collapse_padding = True
    if console.measure(table, options=wide).maximum <= console.width:
        return
    needed = console.measure(table, options=wide).maximum
    for column in table.columns:
        if column.justify == "left":
            column.no_wrap, column.overflow = False, "fold"
            widest = max(console.measure(cell, options=wide).maximum for cell in (column.header, *column.cells))
            needed -= max(widest - _LEAST, 0)
    table.width = max(needed, console.width)


def terminal(
    heading: str,
    parts: Sequence[RenderableType],
    facts: Sequence[tuple[str, str]],
    remarks: Sequence[str],
    width: int,
    colour: bool,
) -> str:
    """Return a page for the terminal: heading, tables, facts as two columns, remarks."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=colour, color_system="standard" if colour else None)
    console.print(Text(heading, style="bold"))
    for part in parts:
        console.print()
        if isinstance(part, Table):
            fit(part, console)
        console.print(part, crop=False)
    console.print()
    listed = Table.grid(padding=(0, 2))
    for name, words in facts:
        listed.add_row(Text(name, style="dim"), Text(words))
    console.print(listed)
    for remark in remarks:
        console.print(Text(f"note: {remark}", style="dim"))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def markdown_cell(text: str) -> str:
    """Return a text that stays text within a Markdown table."""
    return printable(text, 1000).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


_LATEX = {
    **{c: "\\" + c for c in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    # What the fonts of old (OT1) show as something else, and what they do not have.
    "|": r"\textbar{}",
    '"': r"\char34{}",
    "\u2013": "--",
    "\u2014": "---",
    # After a line's end these would be an argument of it.
    "[": "{[}",
    "*": "{*}",
}
# Signs that fonts draw as one with those beside them: a dash, a quotation mark, an inverted ? or !.
_LIGATURES = re.compile(r"-{2,}|[`']{2,}|,{2,}|[!?]`+")


def latex_cell(text: str) -> str:
    """Return a text that stays text within LaTeX."""
    shown, parts, done = printable(text), [], 0
    for found in _LIGATURES.finditer(shown):
        parts += [_LATEX.get(c, c) for c in shown[done : found.start()]] + [f"{{{c}}}" for c in found[0]]
        done = found.end()
    return "".join([*parts, *(_LATEX.get(c, c) for c in shown[done:])])
