"""Workbooks as plain rows of cells: the one form in which readers see them, whoever wrote them.

A reader never sees a path. It gets :class:`Sheet` objects, which come from an ``.xlsx`` or ``.xls`` file, or from a
synthetic twin that never touched the disk, and it decides itself what each cell means: nothing is coerced on the way
(``'0101'`` stays text and never becomes the number 101).
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mebench.problems import UserError, quoted

_PROPERTIES = 65_536
"""How many bytes of a workbook's properties are read: the real ones are under 1,000."""

Cell = str | int | float | bool | None | datetime.date | datetime.time | datetime.timedelta


class Sheet(NamedTuple):
    """A worksheet: its name and its rows from the first sheet row on (``rows[0]`` is sheet row 1)."""

    name: str
    rows: Sequence[Sequence[Cell]]


def read_workbook(path: Path) -> list[Sheet]:
    """Read every worksheet of an ``.xlsx`` or ``.xls`` file.

    Raises
    ------
    UserError
        If the file is missing, is no workbook, or is protected by a password.
    """
    import python_calamine

    if not path.is_file():
        raise UserError(f"{path}: there is no such file. Give the annotation workbook of your copy of the dataset.")
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
        return [
            Sheet(name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for name in workbook.sheet_names
        ]
    except (python_calamine.CalamineError, OSError) as error:
        raise UserError(
            f"{path}: this is not a readable workbook ({error}). Expected an .xlsx or .xls file without a password; "
            "open and re-save it, or export it and register the CSV."
        ) from error


def says_synthetic(path: Path) -> bool:
    """Return whether a workbook's properties say that it is a synthetic twin, wherever it was copied to."""
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive, archive.open("docProps/core.xml") as properties:
            return b"<dc:title>SYNTHETIC" in properties.read(_PROPERTIES)
    except (OSError, KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return False  # an .xls, or a workbook without properties: nobody's twin


def text(cell: Cell) -> str:
    """Return the cell as stripped text; a whole float loses its ``.0``, an empty cell gives ``""``."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def number(cell: Cell) -> float | None:
    """Return the cell as a float, ``nan`` if it is empty or a dash or slash, ``None`` if it is not a number."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return float(cell)
    written = text(cell)
    if written in {"", "-", "/", "\\", "nan", "NaN", "None"}:
        return math.nan
    if "_" in written:  # Python reads 1_2 as 12; here it is part of a name
        return None
    try:
        value = float(written)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def where(sheet: Sheet, row: int) -> str:
    """Return the words that name a row of a sheet in a message (``row`` counts from 0)."""
    return f"sheet {quoted(sheet.name)}, row {row + 1}"
