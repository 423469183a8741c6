"""Comma-separated text as a table of cells: the one way in which this package reads a CSV.

What a CSV is here: UTF-8 (a byte-order mark is allowed), comma-separated, one header row, ``#`` at the start of a line
makes it a comment, blank lines are skipped, a cell may be quoted with ``"`` but may not run over a line end. Cells are
stripped and stay text: nothing is coerced (``'0101'`` never becomes 101). Everything else is refused in a sentence
that says what was found and what to do.

Submissions, canonical annotations and lists of videos all come in through :func:`read_table`. A format that is no
table (a challenge log) reads its text through :func:`read_text`, which does the checks of file and encoding alone.
"""

from __future__ import annotations

import csv
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from mebench.problems import InvalidInput, Problem, UserError, printable, quoted, suggest

MAX_BYTES = 200_000_000
MAX_CELL = 10_000
MAX_LINE = 100_000
MAX_PROBLEMS = 10_000
"""A file with more faulty rows than this is no table; reading stops there."""

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook (.xlsx)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"7z\xbc\xaf", "a 7-zip archive"),
    (b"Rar!", "a rar archive"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x89HDF", "an HDF5 or MATLAB 7.3 file"),
    (b"MATLAB 5.0", "a MATLAB file"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format", "an SQLite database"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
)
_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "vertical bars", "，": "full-width commas"}
_DIALECT = csv.reader([], strict=True, skipinitialspace=True).dialect  # made once: it costs more than a line
_SAVE_AS = "Save it as CSV with commas in UTF-8"


class Text(NamedTuple):
    """The text of a file, without a byte-order mark and with line feeds as line ends, and the hash of its bytes."""

    path: str
    text: str
    sha256: str


@dataclass(frozen=True)
class Table:
    """A CSV as it was written.

    Parameters
    ----------
    path : str
        The file, as messages name it.
    header : list of str
        Column names, stripped; a nameless column (such as pandas' index) is ``""``.
    rows : list of list of str
        Stripped cells, each row as long as the header.
    lines : list of int
        The line of the file, from 1, on which each row stands.
    sha256 : str
        Hash of the file's bytes.
    delimiter : str
        Always ``","`` at present.
    """

    path: str
    header: list[str]
    rows: list[list[str]]
    lines: list[int]
    sha256: str
    delimiter: str = ","


def read_text(path: Path | str) -> Text:
    """Read a UTF-8 text file, after the checks that do not depend on its format.

    Raises
    ------
    UserError
        If the file is missing, a directory, unreadable, empty, larger than 200 MB, binary, or not UTF-8; the message
        names the byte at which the encoding breaks and the encoding that it is likely to be in.
    """
    data = _read_bytes(Path(path))
    shown = printable(str(path))
    if not data.strip():
        raise UserError(f"{shown}: the file is empty. Give a CSV with a header row.")
    _refuse_binary(data, shown)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(_encoding_message(data, error, shown)) from None
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return Text(str(path), text, hashlib.sha256(data).hexdigest())


def read_table(path: Path | str, problems: list[Problem] | None = None) -> Table:
    """Read a CSV file; see the module's head for what one is.

    Parameters
    ----------
    path : Path or str
        The file.
    problems : list of Problem, optional
        If given, faults of single rows are appended to it and the rows left out, so that the caller can report them
        with its own; otherwise they are raised.

    Raises
    ------
    UserError
        As :func:`read_text`; and if there is no header, the columns are not separated by commas, or a column name
        occurs twice.
    InvalidInput
        If rows have too many or too few cells, a quote that does not close, or a cell of more than 10,000 characters,
        and `problems` was not given (or there are more than 10,000 of them).
    """
    return parse_table(read_text(path), problems)


def parse_table(source: Text, problems: list[Problem] | None = None) -> Table:
    """Turn the text of a file into a table; see :func:`read_table`."""
    lines = source.text.split("\n")
    first = next((i for i, line in enumerate(lines) if (bare := line.strip()) and bare[0] != "#"), None)
    shown = printable(source.path)
    if first is None:
        raise UserError(f"{shown}: the file has comments and blank lines only. Give a CSV with a header row.")
    header = _header(lines[first], shown, first + 1)
    faults: list[Problem] = []
    rows: list[list[str]] = []
    numbers: list[int] = []
    width = len(header)
    for number, line in enumerate(lines[first + 1 :], start=first + 2):
        if '"' in line or len(line) > MAX_CELL:
            cells = _careful_cells(line, source.path, number, faults)
            if cells is None:
                _stop_at_limit(faults, problems)
                continue
        else:
            cells = line.split(",")
            if " " in line or "\t" in line or not line.isascii():
                cells = [cell.strip() for cell in cells]
        if cells[0][:1] == "#":
            continue
        if len(cells) != width:
            if not any(cells):
                continue
            if len(cells) < width or any(cells[width:]):
                faults.append(_ragged(cells, header, source.path, number))
                _stop_at_limit(faults, problems)
                continue
            cells = cells[:width]
        elif not (cells[0] or any(cells)):
            continue
        rows.append(cells)
        numbers.append(number)
    if problems is not None:
        problems.extend(faults)
    elif faults:
        raise InvalidInput(faults)
    return Table(source.path, header, rows, numbers, source.sha256)


def header_is_data(header: list[str]) -> bool:
    """Return whether a header row holds a number, which means that the file has no header."""
    return any(re.fullmatch(r"[+-]?\d+(\.\d*)?", cell) for cell in header)


def _read_bytes(path: Path) -> bytes:
    shown = printable(str(path))
    try:
        if path.is_dir():
            raise UserError(f"{shown}: this is a folder. Give the CSV file itself.")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        near = suggest(path.name, _names_beside(path))
        raise UserError(f"{shown}: there is no such file.{near or ' Check the path.'}") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(f"{shown}: the file cannot be read ({reason}). Check the path and its permissions.") from None
    if len(data) > MAX_BYTES:
        raise UserError(
            f"{shown}: the file is larger than {MAX_BYTES // 1_000_000} MB, which no table of intervals is. "
            "Check that it is the right file."
        )
    return data


def _names_beside(path: Path) -> list[str]:
    try:
        return [entry.name for _, entry in zip(range(1000), path.parent.iterdir(), strict=False)]
    except OSError:
        return []


def _refuse_binary(data: bytes, shown: str) -> None:
    """Raise for archives, workbooks, pickles, UTF-16 and anything else that holds NUL bytes."""
    for signature, name in _SIGNATURES:
        if data.startswith(signature):
            raise UserError(f"{shown}: this is {name}, not a text file. {_SAVE_AS}.")
    if data[:1] == b"\x80" and data[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        raise UserError(f"{shown}: this is a Python pickle, which is never opened here. {_SAVE_AS}.")
    nul = data.find(b"\0")
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    if marked or (nul >= 0 and _looks_like_utf16(data)):
        at = 0 if marked else nul
        raise UserError(f"{shown}: the text is in UTF-16, not UTF-8 (byte {at} is {data[at]:#04x}). {_SAVE_AS}.")
    if nul >= 0:
        line = data.count(b"\n", 0, nul) + 1
        raise UserError(f"{shown}, row {line}: byte {nul} is NUL, so this is no text file. {_SAVE_AS}.")


def _looks_like_utf16(data: bytes) -> bool:
    """Return whether nearly every other byte of the beginning is NUL, as in UTF-16 text of Latin letters."""
    head = data[:1000]
    return max(head[0::2].count(0), head[1::2].count(0)) > 0.4 * len(head)


def _encoding_message(data: bytes, error: UnicodeDecodeError, shown: str) -> str:
    at = error.start
    line = data.count(b"\n", 0, at) + 1
    place = f"{shown}, row {line}: the text is not UTF-8 (byte {at} is {data[at]:#04x})"
    if at >= len(data) - 3 and error.reason == "unexpected end of data":
        return f"{place}: the file ends within a character. Check that it was copied to the end."
    runs = re.findall(rb"[\x80-\xff]+", data)
    try:
        data.decode("gbk")
        double_byte = all(len(run) % 2 == 0 for run in runs)
    except UnicodeDecodeError:
        double_byte = False
    likely = "GBK" if double_byte else "Latin-1 (Windows-1252)"
    return f"{place}; it looks like {likely}. {_SAVE_AS}."


def _header(line: str, shown: str, number: int) -> list[str]:
    """Return the column names, after checking that they are separated by commas and differ."""
    _refuse_other_delimiter(line, shown, number)
    faults: list[Problem] = []
    cells = _careful_cells(line, shown, number, faults)
    if cells is None:
        raise InvalidInput(faults)
    while cells and not cells[-1]:
        cells.pop()
    if not cells:
        raise UserError(f"{shown}, row {number}: the header row is blank. Name the columns there.")
    folded = [cell.casefold() for cell in cells if cell]
    twice = sorted({name for name in folded if folded.count(name) > 1})
    if twice:
        raise UserError(
            f"{shown}, row {number}: the header names {', '.join(map(quoted, twice[:5]))} more than once. "
            "Keep one column of each name."
        )
    return cells


def _refuse_other_delimiter(line: str, shown: str, number: int) -> None:
    bare = line.strip()
    if bare[0] in "{[<":
        kind = "HTML or XML" if bare[0] == "<" else "JSON"
        raise UserError(f"{shown}, row {number}: this looks like {kind}, not like a CSV. {_SAVE_AS}.")
    commas = bare.count(",")
    found = max(_DELIMITERS, key=bare.count)
    if bare.count(found) > commas:
        name = _DELIMITERS[found]
    elif not commas and '"' not in bare and len(bare.split()) > 1:
        name = "spaces"
    else:
        return
    raise UserError(
        f"{shown}, row {number}: the columns are separated by {name}, but a CSV here has commas "
        f"(found {quoted(bare)}). {_SAVE_AS}."
    )


def _careful_cells(line: str, file: str, number: int, faults: list[Problem]) -> list[str] | None:
    """Split a line that has quotes or is long; on a fault report it and return None."""
    if line.lstrip()[:1] == "#":
        return ["#"]
    cells: list[str] = []
    longest = len(line)
    if longest <= MAX_LINE:
        try:
            cells = [cell.strip() for cell in next(csv.reader([line], _DIALECT), [""])]
        except csv.Error:
            message = f"a quotation mark is not closed, or is followed by something else than a comma: {quoted(line)}"
            remedy = "Quote a whole cell or nothing, and keep each row on one line"
            faults.append(Problem("unbalanced-quotes", message, remedy, file, number))
            return None
        longest = max(map(len, cells), default=0)
    if longest > MAX_CELL:
        message = f"a cell has {longest:,} characters ({quoted(line, 30)}), more than the {MAX_CELL:,} that are read"
        faults.append(Problem("cell-too-long", message, "Check that this is the right file", file, number))
        return None
    return cells


def _ragged(cells: list[str], header: list[str], file: str, number: int) -> Problem:
    width, found = len(header), len(cells)
    rule = "too-many-cells" if found > width else "too-few-cells"
    message = f"{found} cell{'s' if found != 1 else ''} where the header names {width} ({quoted(','.join(cells))})"
    other = next((name for sign, name in _DELIMITERS.items() if any(sign in cell for cell in cells)), None)
    remedy = f"Separate the cells with commas instead of {other}" if other else "Give each column one cell in every row"
    return Problem(rule, message, remedy, file, number)


def _stop_at_limit(faults: list[Problem], problems: list[Problem] | None) -> None:
    if len(faults) >= MAX_PROBLEMS:
        raise InvalidInput([*(problems or ()), *faults])
