"""Any dataset as canonical CSV: the form in which an organiser registers a set that has no reader.

Annotations: ``subject,video,onset,apex,offset,type,emotion``, of which video, onset, offset and type are required (an
``action_units`` and an ``event`` column are kept as well). Videos: ``subject,video,fps,n_frames,first_frame``, of
which video is required. An offset, apex or emotion that is not annotated is an empty cell. Columns go by name, in any
order and letter case; others are left aside and a note says so.

Where no subject is given it is what stands before the first ``_`` of the video's id, or the id itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from mebench.datasets.catalog import Annotation
from mebench.datasets.delimited import Table, header_is_data, read_table
from mebench.datasets.readers._rows import (
    LARGEST_FRAME,
    Event,
    Faults,
    Video,
    annotations_table,
    optional_text,
    remarks,
    videos_table,
)
from mebench.datasets.sheets import number, text
from mebench.problems import SHOWN, UserError, printable, quoted, suggest

ANNOTATION_COLUMNS = ("subject", "video", "event", "onset", "apex", "offset", "type", "emotion", "action_units")
VIDEO_COLUMNS = ("subject", "video", "fps", "first_frame", "n_frames")
_REQUIRED = ("video", "onset", "offset", "type")
_SILENT = frozenset({"", "dataset", "row"})
"""Columns of our own exports, and pandas' nameless index: left aside without a word."""


@dataclass
class _Listed:
    """The videos of a file, what is wrong in it, and what to say about it."""

    faults: Faults
    videos: dict[str, Video] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    has_subjects: bool = False


def read_canonical(annotations_path: Path, videos_path: Path | None, name: str, fps: float | None) -> Annotation:
    """Read annotations, and if given the list of all videos, from canonical CSV.

    Parameters
    ----------
    annotations_path : Path
        One row an event.
    videos_path : Path or None
        Without it the universe is the videos that have an event, and a note says so.
    name : str
        Goes into the column ``dataset``.
    fps : float or None
        The rate where the list of videos gives none; None leaves it unknown.

    Raises
    ------
    UserError
        If a file is no such CSV, or holds nothing.
    InvalidInput
        If rows are wrong: every one of both files is named.
    """
    _check_fps(fps)
    listed = _listed(videos_path, fps) if videos_path is not None else None
    faults = Faults(str(annotations_path))
    table, columns, notes = open_table(annotations_path, ANNOTATION_COLUMNS, _REQUIRED, faults)
    videos: dict[str, Video] = dict(listed.videos) if listed else {}
    events: list[Event] = []
    for cells, row in rows_of(table, columns):
        event = _event(cells, row, listed, videos, fps, faults)
        if event is not None:
            events.append(event)
    faults.raise_if_any(*([listed.faults] if listed else []))
    if not events:
        raise UserError(f"{printable(str(annotations_path))}: there is a header but no event. Give one row an event.")
    if listed is None:
        notes.append(
            "the universe is the videos that have an event: list the others with --videos, or their false positives "
            "do not count"
        )
    if "subject" not in columns and not (listed and listed.has_subjects):
        notes.append("no subject is given: it is taken from the video's id, up to the first '_'")
    notes += [*(listed.notes if listed else ()), *remarks(events)]
    tables = videos_table(name, videos.values(), in_order=listed is not None), annotations_table(name, events)
    return Annotation(*tables, tuple(notes))


def read_videos(path: Path, name: str, fps: float | None = None) -> pd.DataFrame:
    """Read the list of videos of a set whose annotation is hidden; see :func:`read_canonical`.

    Returns
    -------
    pandas.DataFrame
        Contract :data:`mebench.datasets.tables.VIDEOS`, in the order of the file.
    """
    _check_fps(fps)
    listed = _listed(path, fps)
    listed.faults.raise_if_any()
    return videos_table(name, listed.videos.values(), in_order=True)


def default_subject(video: str) -> str:
    """Return the subject of a video for which none is given.

    Examples
    --------
    >>> default_subject("006_1"), default_subject("interview")
    ('006', 'interview')
    """
    return video.partition("_")[0] or video


def _check_fps(fps: float | None) -> None:
    if fps is not None and not (math.isfinite(fps) and fps > 0):
        raise UserError(f"The frame rate {fps} is no positive number. Give --fps as frames a second, e.g. 200.")


def open_table(
    path: Path, known: Sequence[str], required: Sequence[str], faults: Faults
) -> tuple[Table, dict[str, int], list[str]]:
    """Read a file and find its columns; faults of rows are collected, a header that will not do is raised."""
    table = read_table(path, faults.problems)
    shown = printable(str(path))
    wanted = f"Columns: {', '.join(known)} (required: {', '.join(required)})"
    if header_is_data(table.header):
        raise UserError(
            f"{shown}: the first row is data ({quoted(','.join(table.header))}), so the header is missing. {wanted}."
        )
    folded = [column.casefold().replace(" ", "_") for column in table.header]
    columns = {column: folded.index(column) for column in known if column in folded}
    others = [column for column in folded if column not in known and column not in _SILENT]
    missing = [column for column in required if column not in columns]
    if missing:
        near = "".join(suggest(column, others) for column in missing[:1])
        raise UserError(f"{shown}: the column {' and the column '.join(missing)} is missing.{near} {wanted}.")
    notes = [f"{path.name}: left aside the columns {', '.join(map(quoted, others[:10]))}"] if others else []
    return table, columns, notes


def rows_of(table: Table, columns: dict[str, int]) -> list[tuple[dict[str, str], int]]:
    """Return the known cells of each row by name, and its line."""
    return [
        ({name: cells[i] for name, i in columns.items()}, line)
        for cells, line in zip(table.rows, table.lines, strict=True)
    ]


def _listed(path: Path, fps: float | None) -> _Listed:
    faults = Faults(str(path))
    table, columns, notes = open_table(path, VIDEO_COLUMNS, ("video",), faults)
    listed = _Listed(faults, notes=notes, has_subjects="subject" in columns)
    first_row: dict[str, int] = {}
    for cells, row in rows_of(table, columns):
        video = _video(cells, row, fps, faults)
        if video is None:
            continue
        earlier = listed.videos.setdefault(video.video, video)
        if earlier != video:
            what = ", ".join(f for f in Video._fields if getattr(earlier, f) != getattr(video, f))
            message = f"the video {quoted(video.video)} has another {what} in row {first_row[video.video]}"
            faults.add("video-contradicts", row, "video", video.video, message, "Keep one of the two rows")
        first_row.setdefault(video.video, row)
    if not listed.videos and not faults.problems:
        raise UserError(f"{printable(str(path))}: there is a header but no video. Give one row a video.")
    return listed


def _video(cells: dict[str, str], row: int, fps: float | None, faults: Faults) -> Video | None:
    name = cells["video"]
    n_frames = _whole(cells.get("n_frames", ""), row, "n_frames", 1, faults)
    first_frame = _whole(cells.get("first_frame", ""), row, "first_frame", 0, faults)
    rate = _rate(cells.get("fps", ""), row, fps, faults)
    if not name:
        faults.add("video-missing", row, "video", name, "there is no video", "Name it, or remove the row")
        return None
    if faults.leads_out(name, row, "video"):
        return None
    subject = cells.get("subject") or default_subject(name)
    return Video(subject, name, rate, 1 if first_frame is None else first_frame, n_frames)


def _whole(cell: str, row: int, column: str, least: int, faults: Faults) -> int | None:
    """Return a whole number, None if there is none or it is wrong."""
    value = number(cell)
    if value is not None and math.isnan(value):
        return None
    if value is None or value < least or value > LARGEST_FRAME or not value.is_integer():
        message = f"{quoted(cell)} is no whole number from {least} up"
        faults.add("not-a-whole-number", row, column, cell, message, "Correct it, or leave the cell empty")
        return None
    return int(value)


def _rate(cell: str, row: int, fps: float | None, faults: Faults) -> float | None:
    value = number(cell)
    if value is not None and math.isnan(value):
        return fps
    if value is None or value <= 0:
        faults.add("bad-fps", row, "fps", cell, f"{quoted(cell)} is no frame rate", "Write frames a second, e.g. 200")
        return fps
    if fps is not None and value != fps:
        message = f"the rate is {text(value)} here and {text(float(fps))} by --fps"
        faults.add("fps-contradicts", row, "fps", cell, message, "Leave out one of the two")
    return value


def _event(
    cells: dict[str, str],
    row: int,
    listed: _Listed | None,
    videos: dict[str, Video],
    fps: float | None,
    faults: Faults,
) -> Event | None:
    """Return the event of a row, None if its video is wrong; a video that was not listed joins `videos`."""
    onset = faults.frame(cells["onset"], row, "onset", required=True)
    apex = faults.frame(cells.get("apex", ""), row, "apex")
    offset = faults.frame(cells["offset"], row, "offset")
    kind = faults.type_of(cells["type"], row, "type")
    if offset < onset:
        message = f"the offset {cells['offset']} lies before the onset {cells['onset']}"
        remedy = "Correct the two, or leave the offset empty if it is not annotated"
        faults.add("offset-before-onset", row, "offset", cells["offset"], message, remedy)
    name, subject = cells["video"], cells.get("subject", "")
    if not name:
        faults.add("video-missing", row, "video", name, "there is no video", "Name it, or remove the row")
        return None
    if faults.leads_out(name, row, "video"):
        return None
    if listed is not None and name not in videos:
        # Looking for the nearest name is slow, and beyond what is shown nobody reads it.
        near = suggest(name, listed.videos).strip() if len(faults.problems) < SHOWN else ""
        message = f"the video {quoted(name)} is not in the list of videos" + (f" ({near})" if near else "")
        remedy = "Add it there, or correct it"
        faults.add("unknown-video", row, "video", name, message, remedy)
        return None
    video = videos.setdefault(name, Video(subject or default_subject(name), name, fps))
    if subject and subject != video.subject:
        message = (
            f"the video {quoted(name)} is of subject {quoted(subject)} here and of {quoted(video.subject)} elsewhere"
        )
        faults.add("subject-contradicts", row, "subject", subject, message, "A video has one subject: correct one")
    emotion, action_units = optional_text(cells.get("emotion")), optional_text(cells.get("action_units"))
    event = optional_text(cells.get("event"))
    return Event(video.subject, name, event, onset, apex, offset, kind, emotion, action_units, row)
