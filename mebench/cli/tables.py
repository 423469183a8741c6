"""One plain table for the terminal, so that all lists look alike."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mebench.problems import printable


def plain_table(headings: Sequence[str], rows: Sequence[Sequence[str]], width: int, colour: bool) -> str:
    """Return a table without borders; cells wrap, the first column does not."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for i, heading in enumerate(headings):
        table.add_column(heading, no_wrap=i == 0)
    for row in rows:
        table.add_row(*(Text(printable(cell, 1000)) for cell in row))
    out = io.StringIO()
    Console(
        file=out, width=width, force_terminal=colour, color_system="standard" if colour else None, highlight=False
    ).print(table)
    return out.getvalue()
