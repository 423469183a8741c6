"""Columns of numbers out of a wide CSV, row by row, so that a file of a hundred megabytes needs little memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mebench.datasets.delimited import read_text
from mebench.problems import InvalidInput, Problem, UserError, printable, quoted
from mebench.video.landmarks.types import N_POINTS

POINT_COLUMNS = tuple(f"{axis}_{i}" for axis in "xy" for i in range(N_POINTS))
MAX_PROBLEMS = 1000
_UNDEFINED = {"", "nan", "-nan", "nan(ind)", "-nan(ind)", "1.#qnan", "-1.#ind", "1.#ind", "na"}


@dataclass(frozen=True)
class Columns:
    """The chosen columns of a file.

    ``values`` is (rows, columns) float64 in the order of ``names``, NaN where a cell is empty or says so; ``lines``
    are the line numbers in the file, from 1.
    """

    path: str
    sha256: str
    names: tuple[str, ...]
    values: NDArray[np.float64]
    lines: NDArray[np.int64]

    def column(self, name: str) -> NDArray[np.float64]:
        """Return the column of this name, (rows,)."""
        return self.values[:, self.names.index(name)]

    def points(self) -> NDArray[np.float64]:
        """Return ``x_0`` to ``x_67`` and ``y_0`` to ``y_67`` as (rows, 68, 2)."""
        at = [self.names.index(name) for name in POINT_COLUMNS]
        return np.stack([self.values[:, at[:N_POINTS]], self.values[:, at[N_POINTS:]]], axis=-1)


def read_columns(path: Path | str, choose: Callable[[list[str]], Sequence[str]]) -> Columns:
    """Read the chosen columns of a comma-separated file with a header; lines that begin with ``#`` are skipped.

    Parameters
    ----------
    path : Path or str
    choose : callable
        Gets the header (stripped names; OpenFace writes them with a leading space) and returns the names to read, or
        raises UserError.

    Raises
    ------
    UserError
        If the file is missing, no text, or without rows.
    InvalidInput
        If rows have too few or too many cells, or cells that are no numbers; each with its row, column and value.
    """
    source = read_text(path)
    shown = printable(str(path))
    lines = [
        (number, line)
        for number, line in enumerate(source.text.split("\n"), start=1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    if not lines:
        raise UserError(f"{shown}: the file has comments and blank lines only. Give a CSV with a header row.")
    header = [cell.strip().strip('"') for cell in lines[0][1].split(",")]
    names = tuple(choose(header))
    twice = next((name for name in names if header.count(name) > 1), None)
    if twice is not None:
        raise UserError(
            f"{shown}, row {lines[0][0]}: the header names {quoted(twice)} more than once. Keep one of them."
        )
    if len(lines) == 1:
        raise UserError(f"{shown}: there is a header but no row. Give one row a frame.")
    at = [header.index(name) for name in names]
    values = np.empty((len(lines) - 1, len(at)))
    problems: list[Problem] = []
    for row, (number, line) in enumerate(lines[1:]):
        cells = line.split(",")
        try:
            if len(cells) != len(header):
                raise ValueError
            values[row] = [float(cells[i]) for i in at]
        except ValueError:
            values[row] = _careful(cells, header, at, str(path), number, problems)
        if len(problems) >= MAX_PROBLEMS:
            break
    if problems:
        raise InvalidInput(problems)
    return Columns(str(path), source.sha256, names, values, np.array([number for number, _ in lines[1:]]))


def _careful(
    cells: list[str], header: list[str], at: list[int], path: str, number: int, problems: list[Problem]
) -> list[float]:
    """Read a row that has something else than numbers; what is wrong is appended to `problems`."""
    if len(cells) < len(header) or any(cell.strip() for cell in cells[len(header) :]):
        few = len(cells) < len(header)
        message = f"{len(cells)} cells where the header names {len(header)}"
        remedy = (
            "Check that the file was written to its end" if few else "Write decimals with a point, not with a comma"
        )
        problems.append(Problem("too-few-cells" if few else "too-many-cells", message, remedy, path, number))
        return [np.nan] * len(at)
    numbers = []
    for i in at:
        text = cells[i].strip().strip('"')
        try:
            numbers.append(np.nan if text.casefold() in _UNDEFINED else float(text))
        except ValueError:
            message, remedy = f"{quoted(text)} is not a number", "Give a number, or leave the cell empty"
            problems.append(Problem("not-a-number", message, remedy, path, number, header[i], text))
            numbers.append(np.nan)
    return numbers


def check_rows(
    columns: Columns, needed: NDArray[np.bool_], names: Sequence[str], problems: list[Problem], remedy: str
) -> None:
    """Append a problem for each cell of the columns `names` that is not finite in a row where it is `needed`."""
    part = columns.values[:, [columns.names.index(name) for name in names]]
    for row, column in np.argwhere(~np.isfinite(part) & needed[:, None])[:MAX_PROBLEMS]:
        name, value = names[int(column)], part[row, column]
        message = "the cell is empty or says that it is no number" if np.isnan(value) else f"{value} is not finite"
        line = int(columns.lines[row])
        problems.append(Problem("undefined-number", message, remedy, columns.path, line, name, str(value)))


def whole_numbers(columns: Columns, name: str, least: int, problems: list[Problem]) -> NDArray[np.int64]:
    """Return a column as integers; a problem for each cell that is none, or below `least`."""
    values = columns.column(name)
    good = np.isfinite(values) & (values == np.floor(values)) & (values >= least) & (values < 2**53)
    for row in np.flatnonzero(~good)[:MAX_PROBLEMS]:
        message = f"{values[row]:g} is not a whole number of at least {least}"
        line = int(columns.lines[row])
        remedy = "Give one whole number a row"
        problems.append(Problem("not-whole", message, remedy, columns.path, line, name, f"{values[row]:g}"))
    return np.where(good, values, least).astype(np.int64)
