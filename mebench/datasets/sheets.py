"""Workbooks as plain rows of cells: the one form in which readers see them, whoever wrote them.

A reader never sees a path. It gets :class:`Sheet` objects, which come from an ``.xlsx`` or ``.xls`` file, or from a
synthetic twin that never touched the disk, and it decides itself what each cell means: nothing is coerced on the way
(``'0101'`` stays text and never becomes the number 101).
"""

from __future__ import annotations

import csv
import datetime
import io
import math
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mebench.problems import UserError, printable, quoted

MARK = "SYNTHETIC"
"""What a twin's workbook and lists begin with, and the name of a worksheet that says no more than that."""

_PROPERTIES = 65_536
"""How many bytes of a workbook's properties are read: the real ones are under 1,000."""

_SAYING, _TEXTS = ("docProps/core.xml", "xl/sharedStrings.xml", "xl/worksheets/"), 4_000_000
"""The parts of a workbook that may name a twin, and how much of each is read; the largest twin has 150,000 bytes."""

_TWIN_IN_MARK = re.compile(rb"SYNTHETIC(?: data of|:) ([a-z0-9-]+)")

_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MARKED_ROWS = 3

Cell = str | int | float | bool | None | datetime.date | datetime.time | datetime.timedelta


class Sheet(NamedTuple):
    """A worksheet: its name and its rows from the first sheet row on (``rows[0]`` is sheet row 1)."""

    name: str
    rows: Sequence[Sequence[Cell]]


def is_workbook(path: Path) -> bool:
    """Return whether a file begins like an ``.xlsx`` or ``.xls`` file, whatever it is called."""
    try:
        with path.open("rb") as file:
            return file.read(4) in {_ZIP, _OLD}
    except OSError:
        return False


def read_sheets(path: Path) -> list[Sheet]:
    """Read a workbook, or the CSV to which one of its sheets was exported, as sheets.

    Raises
    ------
    UserError
        As :func:`read_workbook`; for a CSV as :func:`mebench.datasets.delimited.read_text`.
    """
    if is_workbook(path) or path.suffix.lower() in {".xls", ".xlsx", ".xlsm"}:
        return read_workbook(path)
    return [read_export(path)]


def read_export(path: Path) -> Sheet:
    """Read a CSV as a sheet: every cell is text, ``rows[0]`` is line 1, comments are blank rows.

    Commas, semicolons and tabs are understood, since spreadsheet programs write all three.
    """
    from mebench.datasets.delimited import read_text

    lines = read_text(path).text.split("\n")
    head = "\n".join(lines[:40])
    delimiter = max(",;\t", key=head.count)
    kept = ("" if line.lstrip()[:1] == "#" else line for line in lines)
    try:
        rows = [next(csv.reader([line], delimiter=delimiter), []) for line in kept]
    except csv.Error as error:
        raise UserError(
            f"{printable(str(path))}: this CSV cannot be read ({error}). Export the sheet again."
        ) from error
    return Sheet("CSV", rows)


def read_workbook(path: Path) -> list[Sheet]:
    """Read every worksheet of an ``.xlsx`` or ``.xls`` file; its content decides which of the two it is.

    Raises
    ------
    UserError
        If the file is missing, is no workbook, or is protected by a password.
    """
    import python_calamine

    shown = printable(str(path))
    if not path.exists():
        raise UserError(f"{shown}: there is no such file. Give the annotation workbook of your copy of the dataset.")
    if path.is_dir():
        raise UserError(
            f"{shown}: this is a folder. Give the workbook itself; the folder of frames goes with --frames."
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{shown}: the file cannot be read ({error.strerror}). Check its permissions.") from error
    if refused := _no_workbook(data):
        raise UserError(f"{shown}: {refused}.")
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [
            Sheet(name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for name in workbook.sheet_names
        ]
    except (python_calamine.CalamineError, OSError, zipfile.BadZipFile) as error:
        raise UserError(
            f"{shown}: this workbook is damaged or incomplete, or protected by a password. Copy it again, or open it "
            "in a spreadsheet program and save it as .xlsx."
        ) from error


def _no_workbook(data: bytes) -> str:
    """Return what a file is instead of a workbook, and what to do; empty if it begins like one."""
    head = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head:
        return "the file is empty. Copy the workbook again"
    if head.startswith(b"<"):
        return (
            "this is a web page or XML under the name of a workbook. Open it in a spreadsheet program and save it as "
            ".xlsx, or download the workbook again"
        )
    if data.startswith(_OLD):
        return "this workbook is protected by a password. Save it without one" if _ENCRYPTED in data else ""
    if data.startswith(_ZIP):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                inside = archive.namelist()
        except zipfile.BadZipFile:
            return "this workbook is damaged or was not copied to its end. Copy it again"
        return "" if any(n.startswith("xl/") for n in inside) else "this is a zip archive, not a workbook. Unpack it"
    if b"\0" not in head:
        return "this is a text file under the name of a workbook. If it is a CSV, rename it to .csv"
    return "this is no .xlsx or .xls file. Give the annotation workbook of your copy of the dataset"


def says_synthetic(path: Path) -> bool:
    """Return whether a file says that it is a synthetic twin, wherever it was copied to.

    A workbook says so in its properties or by a worksheet of the name ``SYNTHETIC``, a CSV in its first line.
    """
    try:
        if not is_workbook(path):
            with path.open("rb") as file:
                first = file.readline(1000)
            return first.removeprefix(b"\xef\xbb\xbf").lstrip(b'#, \t"').startswith(MARK.encode())
        with zipfile.ZipFile(path) as archive:
            parts = {"docProps/core.xml": b"<dc:title>SYNTHETIC", "xl/workbook.xml": b'name="SYNTHETIC"'}
            inside = archive.NameToInfo
            return any(word in archive.open(part).read(_PROPERTIES) for part, word in parts.items() if part in inside)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return False  # an .xls, or no file of ours


def twin_named_in(path: Path) -> str:
    """Return which twin a file says that it holds, e.g. ``casme-sq-twin-tiny``; empty if it does not say.

    It is in the first line of a CSV, and in the properties or on the worksheet ``SYNTHETIC`` of a workbook.
    """
    try:
        if not is_workbook(path):
            with path.open("rb") as file:
                texts = [file.readline(1000)]
        else:
            with zipfile.ZipFile(path) as archive:
                texts = [archive.open(part).read(_TEXTS) for part in archive.namelist() if part.startswith(_SAYING)]
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return ""  # an .xls, or no file of ours
    found = next((match for content in texts if (match := _TWIN_IN_MARK.search(content))), None)
    return found[1].decode() if found else ""


def sheets_say_synthetic(sheets: Sequence[Sheet]) -> bool:
    """Return whether a worksheet is named ``SYNTHETIC``, or one of the first cells begins with that word."""
    return any(
        sheet.name == MARK or any(text(cell).startswith(MARK) for row in sheet.rows[:_MARKED_ROWS] for cell in row)
        for sheet in sheets
    )


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
