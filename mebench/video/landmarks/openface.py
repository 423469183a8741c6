"""Landmarks, action units and gaze out of the CSV that OpenFace 2.0 writes (FeatureExtraction, FaceLandmarkVidMulti).

The columns are ``frame, face_id, timestamp, confidence, success``, then gaze, pose, ``x_0`` ... ``x_67``, ``y_0`` ...
``y_67`` in pixels, and action units; early versions have no ``face_id`` and put a space before every name. Source: the
project's wiki page "Output Format".

OpenFace counts frames from 1 in the order in which it read them. From a folder it reads them in the alphabetical order
of their names (its author says so in issue 487), so that unpadded names (``img1.jpg, img10.jpg, img100.jpg, img2.jpg``)
come out of order: read such a file with ``order="name"``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mebench.problems import InvalidInput, Problem, UserError, plural, printable, unknown_name
from mebench.video.landmarks.columns import POINT_COLUMNS, Columns, check_rows, read_columns, whole_numbers
from mebench.video.landmarks.types import Landmarks

_EXTRA = ("AU", "gaze", "pose")
_ORDERS = ("number", "name")


@dataclass(frozen=True)
class OpenFace:
    """One face of an OpenFace file.

    Parameters
    ----------
    landmarks : Landmarks
        One row a frame of the file; ``detected`` is the column ``success``.
    extra : mapping of str to (n,) float64
        The columns of action units, gaze and pose by their names, row by row with the landmarks.
    timestamp : (n,) float64
        Seconds; NaN where the file has none.
    faces : tuple of int
        All face ids of the file; the one that was taken comes first.
    """

    landmarks: Landmarks
    extra: Mapping[str, NDArray[np.float64]]
    timestamp: NDArray[np.float64]
    faces: tuple[int, ...]


def read_openface(
    path: Path | str,
    numbers: Sequence[int] | NDArray[np.int64] | None = None,
    *,
    face: int | None = None,
    order: str = "number",
) -> OpenFace:
    """Read the CSV of one video.

    Parameters
    ----------
    path : Path or str
    numbers : sequence of int, optional
        The frame numbers of the images that OpenFace read, ascending. Without it its own count stands (from 1).
    face : int, optional
        The face id to take; without it the face that is large for long (the sum over its rows of its area).
    order : {"number", "name"}
        How OpenFace had sorted the images: by number (a video, or padded names) or by unpadded name.

    Raises
    ------
    UserError
        If the file is missing, no text, without rows or without the columns of the points; if it has no such face.
    InvalidInput
        If a frame is no whole number, lies beyond `numbers` or occurs twice for a face, or a cell is no number; each
        with its row, column and value.
    """
    if order not in _ORDERS:
        raise unknown_name("order of frames", order, _ORDERS)
    columns = read_columns(path, lambda header: _chosen(header, str(path)))
    problems: list[Problem] = []
    counts = whole_numbers(columns, "frame", 1, problems)
    success = whole_numbers(columns, "success", 0, problems) > 0
    ids = np.zeros(len(counts), dtype=np.int64)
    if "face_id" in columns.names:
        ids = whole_numbers(columns, "face_id", 0, problems)
    if not problems:
        check_rows(columns, success, POINT_COLUMNS, problems, "Check the row, or set success to 0")
    _find_twice(columns, counts, ids, problems)
    frames = _annotated(columns, counts, numbers, order, problems)
    if problems:
        raise InvalidInput(problems)
    faces = _faces(columns, ids, success, face)
    rows = np.flatnonzero(ids == faces[0])
    rows = rows[np.argsort(frames[rows], kind="stable")]
    points = columns.points()
    points[~success] = np.nan
    found = Landmarks(frames[rows], points[rows], columns.column("confidence")[rows], success[rows], "openface")
    extra = {name: columns.column(name)[rows] for name in columns.names if name.startswith(_EXTRA)}
    timed = "timestamp" in columns.names
    return OpenFace(found, extra, columns.column("timestamp")[rows] if timed else np.full(len(rows), np.nan), faces)


def _chosen(header: list[str], path: str) -> list[str]:
    if not set(POINT_COLUMNS) & set(header):
        raise UserError(
            f"{printable(path)}: there are no landmarks (x_0 to x_67 and y_0 to y_67) in it. Run FeatureExtraction "
            "with -2Dfp, or without any of its output switches."
        )
    missing = [name for name in ("frame", "confidence", "success", *POINT_COLUMNS) if name not in header]
    if missing:
        some = ", ".join(missing[:3]) + (", ..." if len(missing) > 3 else "")
        raise UserError(
            f"{printable(path)}: the header lacks {some}, so this is no whole output of OpenFace 2.0. Run "
            "FeatureExtraction again, or read landmarks of your own by the source 'file'."
        )
    known = {"frame", "face_id", "timestamp", "confidence", "success", *POINT_COLUMNS}
    return [name for name in header if name in known or name.startswith(_EXTRA)]


def _find_twice(columns: Columns, counts: NDArray[np.int64], ids: NDArray[np.int64], problems: list[Problem]) -> None:
    order = np.lexsort((counts, ids))
    same = (np.diff(counts[order]) == 0) & (np.diff(ids[order]) == 0)
    for row in order[1:][same]:
        message = f"frame {counts[row]} has a row already for face {ids[row]}"
        remedy = "Check that the file holds one video, written once"
        line = int(columns.lines[row])
        problems.append(Problem("duplicate-frame", message, remedy, columns.path, line, "frame", str(counts[row])))


def _annotated(
    columns: Columns,
    counts: NDArray[np.int64],
    numbers: Sequence[int] | NDArray[np.int64] | None,
    order: str,
    problems: list[Problem],
) -> NDArray[np.int64]:
    """Turn OpenFace's count into frame numbers of the annotation."""
    if numbers is None:
        return counts
    read = np.asarray(sorted(numbers, key=str) if order == "name" else numbers, dtype=np.int64)
    for row in np.flatnonzero(counts > len(read)):
        message = f"frame {counts[row]}, but the video has {plural(len(read), 'frame')}"
        remedy = "Check that the file belongs to this video"
        line = int(columns.lines[row])
        problems.append(Problem("frame-beyond-video", message, remedy, columns.path, line, "frame", str(counts[row])))
    return read[np.minimum(counts, len(read)) - 1] if len(read) else counts


def _faces(columns: Columns, ids: NDArray[np.int64], success: NDArray[np.bool_], wanted: int | None) -> tuple[int, ...]:
    """Return the face ids, the chosen one first."""
    present = [int(i) for i in np.unique(ids)]
    if wanted is not None:
        if wanted not in present:
            some = ", ".join(map(str, present[:10]))
            raise UserError(f"{printable(columns.path)}: there is no face {wanted}. It has: {some}.")
        return (wanted, *(i for i in present if i != wanted))
    area = np.where(success, np.prod(np.ptp(columns.points(), axis=1), axis=1), 0.0)
    return tuple(sorted(present, key=lambda i: (-area[ids == i].sum(), i)))
