"""The cells of a submission as they were written, and what numbers they spell.

Numbers are read strictly: ``1e3``, ``1,000``, ``0x10``, ``1_000`` and digits of other scripts are no frames, because
each of them comes from a tool that may have changed the value. A whole number with zeros behind the point (``12.0``)
is one, because that is how pandas writes a column of integers that once had a gap.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LARGEST_FRAME = 1_000_000_000
"""A larger frame number is a slip: it would be eight weeks at 200 frames a second."""

_WHOLE = re.compile(r"([+-]?)([0-9]+)(?:\.0*)?")
_FRACTION = re.compile(r"[+-]?[0-9]*\.[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_PLAIN = re.compile(r"[0-9.eE+-]*")
NOTHING = frozenset({"", "-", "--", "nan", "na", "n/a", "<na>", "none", "null", "nat"})
"""What tools write into a cell that has no value, in lower case."""

_INFINITE = frozenset({"inf", "+inf", "-inf", "infinity", "+infinity", "-infinity"})

FRAME_FAULTS: Mapping[str, tuple[str, str]] = {
    "missing-frame": (
        "is missing",
        "Every prediction needs an onset and an offset; leave out the row if there is none",
    ),
    "fractional-frame": (
        "is not a whole frame",
        "Frames are integers in the video's native rate; a time in seconds has to be multiplied by that rate",
    ),
    "not-a-frame": ("is not a frame number", "Write it in plain digits, such as 1250"),
    "negative-frame": ("is negative", "Frame numbers begin at 1, or at 0 where a dataset counts so"),
    "frame-too-large": ("is larger than any video", "Check that the column holds frame numbers"),
}
"""What is wrong with a cell that is no frame, and what to do, by rule."""


class Cells(NamedTuple):
    """The columns of a submission by meaning, as text.

    ``rows`` has the line on which each row stands; ``written_as`` maps a meaning to the column's name in the file.
    """

    file: str
    rows: NDArray[np.int64]
    columns: Mapping[str, Sequence[str]]
    written_as: Mapping[str, str]


class Frames(NamedTuple):
    """Frame numbers, where they are good, and the rows that break each rule of :data:`FRAME_FAULTS`."""

    values: NDArray[np.int64]
    good: NDArray[np.bool_]
    faults: Mapping[str, NDArray[np.intp]]


def read_frames(cells: Sequence[str]) -> Frames:
    """Read a column of frame numbers; a cell that is none gets the value 0 and is not ``good``."""
    joined = "".join(cells)
    # The common case, tested without a look at the single cells: nothing but ASCII digits, and no cell is blank.
    if joined.isascii() and joined.isdigit() and "" not in cells and max(map(len, cells)) < 10:
        return Frames(np.array(list(map(int, cells)), np.int64), np.ones(len(cells), np.bool_), {})
    known = {cell: _frame(cell) for cell in set(cells)}
    found = [known[cell] for cell in cells]
    values = np.array([value if isinstance(value, int) else 0 for value in found], np.int64)
    good = np.array([isinstance(value, int) for value in found], np.bool_)
    faults: dict[str, list[int]] = {}
    for i in np.flatnonzero(~good).tolist():
        faults.setdefault(str(found[i]), []).append(i)
    return Frames(values, good, {rule: np.array(rows, np.intp) for rule, rows in faults.items()})


def _frame(cell: str) -> int | str:
    """Return the frame that a cell spells, or the rule that it breaks."""
    if cell.casefold() in NOTHING:
        return "missing-frame"
    whole = _WHOLE.fullmatch(cell)
    if whole:
        sign, digits = whole[1], whole[2].lstrip("0") or "0"
        if sign == "-" and digits != "0":
            return "negative-frame"
        # Python refuses to read thousands of digits, so the length is looked at first.
        return "frame-too-large" if len(digits) > 10 or int(digits) > LARGEST_FRAME else int(digits)
    if _FRACTION.fullmatch(cell):
        return "fractional-frame"
    return "frame-too-large" if cell.casefold() in _INFINITE else "not-a-frame"


def read_scores(cells: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Read a column of scores.

    Returns
    -------
    scores : array of float, shape (n,)
        NaN where the cell is blank.
    faulty : array of int
        Rows whose cell is neither blank nor a finite number.
    """
    if "" not in cells and _PLAIN.fullmatch("".join(cells)):
        try:
            plain = np.array(list(map(float, cells)), np.float64)
        except ValueError:
            plain = np.array([math.nan])
        if np.isfinite(plain).all():
            return plain, np.array([], np.intp)
    known = {cell: _score(cell) for cell in set(cells)}
    values = [known[cell] for cell in cells]
    faulty = np.array([i for i, value in enumerate(values) if value is None], np.intp)
    return np.array([math.nan if value is None else value for value in values], np.float64), faulty


def _score(cell: str) -> float | None:
    if not cell:
        return math.nan
    if len(cell) > 400 or not _NUMBER.fullmatch(cell):
        return None
    value = float(cell)
    return value if math.isfinite(value) else None
