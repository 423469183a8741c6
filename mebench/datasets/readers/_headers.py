"""Finding a table within a worksheet: by the sheet's name, by its header row, or by the shape of its rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from mebench.datasets.sheets import Cell, Sheet, text
from mebench.problems import UserError, printable, quoted

SCANNED = 40
"""A header row is looked for in this many rows: SAMM's workbooks have a preamble of 9 or 13."""

_IGNORED = re.compile(r"[\s_\-]+")


class Header(NamedTuple):
    """A header row that was found: its sheet, its index from 0, and the column of each name."""

    sheet: Sheet
    row: int
    columns: Mapping[str, int]


def fold(cell: Cell) -> str:
    """Return a header cell or sheet name without case, blanks, hyphens and underscores."""
    return _IGNORED.sub("", text(cell)).casefold()


def cell_at(row: Sequence[Cell], column: int | None) -> Cell:
    """Return a cell of a row that may be too short, or None."""
    return row[column] if column is not None and column < len(row) else None


def is_blank(row: Sequence[Cell]) -> bool:
    """Return whether no cell of a row holds anything."""
    return not any(text(cell) for cell in row)


def find_header(
    sheets: Sequence[Sheet], names: Mapping[str, Sequence[str]], required: Sequence[str], preferred: str = ""
) -> Header | None:
    """Find the header row of a table.

    Parameters
    ----------
    sheets : sequence of Sheet
        All worksheets.
    names : mapping of str to sequence of str
        For each column its folded spellings.
    required : sequence of str
        The columns without which a row is no header.
    preferred : str, optional
        Folded name of the sheet in which to look first.

    Returns
    -------
    Header or None
        Where a column is written twice, the left one counts.
    """
    for sheet in sorted(sheets, key=lambda sheet: fold(sheet.name) != preferred):
        for index, row in enumerate(sheet.rows[:SCANNED]):
            folded = [fold(cell) for cell in row]
            columns = {
                column: min(folded.index(spelling) for spelling in spellings if spelling in folded)
                for column, spellings in names.items()
                if any(spelling in folded for spelling in spellings)
            }
            if all(column in columns for column in required):
                return Header(sheet, index, columns)
    return None


def find_sheet(
    sheets: Sequence[Sheet], names: Sequence[str], looks_like: Callable[[Sequence[Cell]], bool]
) -> Sheet | None:
    """Find a sheet without headers: by its folded name, else as the one in which most rows look right."""
    named = [sheet for sheet in sheets if fold(sheet.name) in names]
    for sheet in named:
        # One right row will do: the others of a named sheet are reported as mistakes.
        if any(looks_like(row) for row in sheet.rows):
            return sheet
    for sheet in sheets:
        rows = [row for row in sheet.rows[:200] if not is_blank(row)]
        if rows and 2 * sum(looks_like(row) for row in rows) >= len(rows):
            return sheet
    return next((sheet for sheet in named if sheet.rows), None)


def no_table(source: str, sheets: Sequence[Sheet], wanted: str, remedy: str) -> UserError:
    """Return the error for a workbook in which the table was not found."""
    found = ", ".join(quoted(sheet.name, 40) for sheet in sheets[:10]) or "none"
    return UserError(f"{printable(source)}: {wanted} (sheets found: {found}). {remedy}.")
