"""From rows to tables: what every reader does with an event, a video and a cell that is wrong."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pandas as pd

from mebench.datasets.readers._names import leads_out, natural
from mebench.datasets.sheets import Cell, number, text
from mebench.datasets.tables import ANNOTATIONS, VIDEOS, conform, empty
from mebench.datasets.types import expression_type
from mebench.problems import InvalidInput, Problem, UserError, printable, quoted

LARGEST_FRAME = 10**9
"""No camera counts as far; a larger number is a slip."""

_SHIFTED_ROWS = 10


BACKWARDS = "rows were edited: such an event can never be matched"
"""What ``dataset verify`` says of offsets before onsets where the original has none."""


class Event(NamedTuple):
    """One annotated expression, as the annotator wrote it; ``row`` counts the rows of the sheet or file from 1."""

    subject: str
    video: str
    event: str | None
    onset: float
    apex: float
    offset: float
    type: str
    emotion: str | None
    action_units: str | None
    row: int


class Video(NamedTuple):
    """One video; ``n_frames`` and ``fps`` are None where they are not known."""

    subject: str
    video: str
    fps: float | None
    first_frame: int = 1
    n_frames: int | None = None


class Faults:
    """The problems of one file or sheet, collected over all its rows and raised together.

    Parameters
    ----------
    file : str
        The file, as messages name it.
    sheet : str, optional
        The worksheet.
    """

    def __init__(self, file: str, sheet: str | None = None) -> None:
        self.file = f"{printable(file)}, sheet {quoted(sheet)}" if sheet is not None else file
        self.problems: list[Problem] = []

    def add(self, rule: str, row: int | None, column: str, value: Cell, message: str, remedy: str) -> None:
        """Note a problem; ``row`` counts from 1."""
        self.problems.append(Problem(rule, message, remedy, self.file, row, column, text(value)))

    def frame(self, cell: Cell, row: int, column: str, required: bool = False) -> float:
        """Return a frame number as written (it may be fractional), ``nan`` if there is none or it is wrong."""
        value = number(cell)
        if value is None:
            remedy = "Write a frame number" + ("" if required else ", or leave the cell empty if it is not annotated")
            self.add("frame-not-a-number", row, column, cell, f"{quoted(text(cell))} is no frame number", remedy)
            return math.nan
        if math.isnan(value):
            if required:
                message = f"there is no {column.lower()}" + (f" ({quoted(text(cell))})" if text(cell) else "")
                self.add("frame-missing", row, column, cell, message, "Give it, or remove the row")
        elif value < 0:
            remedy = "Frames count from 0 or 1" + ("" if required else "; leave the cell empty if it is not annotated")
            self.add("negative-frame", row, column, cell, f"frame {text(cell)} is negative", remedy)
        elif value > LARGEST_FRAME:
            message = f"frame {text(cell)} is beyond any video"
            self.add("frame-too-large", row, column, cell, message, "Correct the number")
        else:
            return value
        return math.nan

    def type_of(self, cell: Cell, row: int, column: str) -> str:
        """Return the expression type, ``""`` if the cell names none."""
        kind = expression_type(text(cell))
        if kind is None:
            message = f"{quoted(text(cell))} is no expression type" if text(cell) else "there is no expression type"
            remedy = "Write me or mae (micro, macro, micro-expression and the like are understood)"
            self.add("unknown-type", row, column, cell, message, remedy)
        return kind or ""

    def leads_out(self, cell: str, row: int, column: str) -> bool:
        """Return whether a name is a path out of the folder of frames, and note the problem if it is."""
        if not leads_out(cell):
            return False
        message = f"the name {quoted(cell)} leads out of the folder of frames"
        remedy = f"Name the {column} by its folder below that one, without '..', a leading '/' or a drive letter"
        self.add("path-leads-out", row, column, cell, message, remedy)
        return True

    def raise_if_shifted(self, rows: int, expected: str) -> None:
        """Raise one sentence instead of a problem a row, if nearly every row fails in the same way.

        Parameters
        ----------
        rows : int
            How many rows were read.
        expected : str
            The columns that a row should have.

        Raises
        ------
        UserError
            If one rule is broken in nine of ten rows, and in ten at least.
        """
        failing: dict[str, set[int | None]] = {}
        for problem in self.problems:
            failing.setdefault(f"{problem.rule} {problem.column}", set()).add(problem.row)
        broken = max(map(len, failing.values()), default=0)
        if broken >= max(_SHIFTED_ROWS, 0.9 * rows):
            first = self.problems[0]
            raise UserError(
                f"{self.file}: the columns look shifted: {broken} of {rows} rows fail in the same way (row "
                f"{first.row}: {first.message}). Expected {expected}; was a column removed or added?"
            )

    def raise_if_any(self, *others: Faults) -> None:
        """Raise every problem of this file and of others.

        Raises
        ------
        InvalidInput
            If there is one.
        """
        problems = [problem for faults in (self, *others) for problem in faults.problems]
        if problems:
            raise InvalidInput(problems)


def optional_text(cell: Cell) -> str | None:
    """Return the cell's text, or None if it is empty."""
    return text(cell) or None


def annotations_table(dataset: str, events: Sequence[Event]) -> pd.DataFrame:
    """Return the events as a table of the contract, in the order of their rows."""
    if not events:
        return empty(ANNOTATIONS)
    table = pd.DataFrame(events)
    table = table.astype({"onset": "float64", "apex": "float64", "offset": "float64", "row": "int64"})
    return conform(table.assign(dataset=dataset), ANNOTATIONS, "annotations")


def videos_table(dataset: str, videos: Iterable[Video], in_order: bool = False) -> pd.DataFrame:
    """Return the videos as a table of the contract, sorted naturally by id unless they are ``in_order``."""
    listed = list(videos) if in_order else sorted(videos, key=lambda video: natural(video.video))
    if not listed:
        return empty(VIDEOS)
    columns = {
        "dataset": dataset,
        "subject": [video.subject for video in listed],
        "video": [video.video for video in listed],
        "fps": pd.array([math.nan if video.fps is None else video.fps for video in listed], dtype="float64"),
        "first_frame": pd.array([video.first_frame for video in listed], dtype="int64"),
        "n_frames": pd.array([video.n_frames for video in listed], dtype="Int64"),
    }
    return conform(pd.DataFrame(columns), VIDEOS, "videos")


def remarks(events: Sequence[Event]) -> tuple[str, ...]:
    """Return what a reader says about the events of any copy."""
    backwards = [event for event in events if event.offset < event.onset]
    if not backwards:
        return ()
    rows = ", ".join(str(event.row) for event in backwards[:5]) + (", ..." if len(backwards) > 5 else "")
    if len(backwards) == 1:
        return (f"1 event ends before it begins and can never be matched (row {rows})",)
    return (f"{len(backwards)} events end before they begin and can never be matched (rows {rows})",)
