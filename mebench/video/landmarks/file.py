"""Landmarks in a file of our own: what a data set, a twin or the user's own detector brings.

One CSV a video, one row a frame, in any order::

    frame,confidence,detected,x_0,...,x_67,y_0,...,y_67
    1,0.98,1,103.25,...,96.5

``frame`` is the frame number of the annotation, x and y are pixels with the centre of the first pixel at (0, 0), the
points those of iBUG-68 counted from 0. ``confidence`` and ``detected`` may be left out. A row with ``detected`` 0 says
that there was no face; its other cells may be empty. Lines that begin with ``#`` are comments.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mebench.files import write_atomically
from mebench.problems import InvalidInput, Problem, UserError, printable
from mebench.video.landmarks.columns import POINT_COLUMNS, Columns, check_rows, read_columns, whole_numbers
from mebench.video.landmarks.types import Landmarks

_HEADER = ("frame", "confidence", "detected", *POINT_COLUMNS)


def read_landmarks(path: Path | str) -> Landmarks:
    """Read a landmark file; see the module's head for the format.

    Raises
    ------
    UserError
        If the file is missing, no text, without rows, or lacks a column.
    InvalidInput
        If a frame number is no whole number or occurs twice, a coordinate of a detected face is missing, or a cell is
        no number; each with its row, column and value.
    """
    columns = read_columns(path, lambda header: _chosen(header, str(path)))
    problems: list[Problem] = []
    numbers = whole_numbers(columns, "frame", 0, problems)
    detected = np.ones(len(numbers), dtype=bool)
    if "detected" in columns.names:
        detected = whole_numbers(columns, "detected", 0, problems) > 0
    if not problems:
        check_rows(columns, detected, POINT_COLUMNS, problems, "Give x and y of all 68 points, or detected = 0")
    order = np.argsort(numbers, kind="stable")
    again = order[1:][np.diff(numbers[order]) == 0]
    problems.extend(_twice(columns, int(row), int(numbers[row])) for row in again)
    if problems:
        raise InvalidInput(problems)
    confidence = columns.column("confidence") if "confidence" in columns.names else np.full(len(numbers), np.nan)
    points = columns.points()
    points[~detected] = np.nan
    return Landmarks(numbers[order], points[order], confidence[order], detected[order], "file")


def write_landmarks(path: Path, landmarks: Landmarks) -> None:
    """Write landmarks so that :func:`read_landmarks` gives the same numbers back; frames without a face stay empty.

    Raises
    ------
    UserError
        If the file cannot be written.
    """
    lines = [",".join(_HEADER)]
    rows = zip(landmarks.numbers, landmarks.confidence, landmarks.detected, landmarks.points, strict=True)
    for number, confidence, detected, points in rows:
        sure = "" if np.isnan(confidence) else repr(float(confidence))
        cells = [repr(float(v)) if detected else "" for v in points.T.ravel()]
        lines.append(",".join([str(number), sure, str(int(detected)), *cells]))
    write_atomically(path, "\n".join(lines) + "\n")


def _chosen(header: list[str], path: str) -> list[str]:
    missing = [name for name in ("frame", *POINT_COLUMNS) if name not in header]
    if missing:
        some = ", ".join(missing[:3]) + (", ..." if len(missing) > 3 else "")
        raise UserError(
            f"{printable(path)}: the header lacks {some}. A landmark file has the columns frame, x_0 to x_67 and y_0 "
            "to y_67; a file that OpenFace wrote is read by the source 'openface'."
        )
    return [name for name in _HEADER if name in header]


def _twice(columns: Columns, row: int, number: int) -> Problem:
    message = f"frame {number} has a row already"
    remedy = "Keep one row a frame, that of the person in question"
    return Problem("duplicate-frame", message, remedy, columns.path, int(columns.lines[row]), "frame", str(number))
