"""Any recognition dataset as canonical CSV: ``subject,clip,onset,apex,offset,emotion``, one row a clip.

Clip and emotion are required, and the subject unless the dataset's clips name it; ``action_units`` and
``objective_class`` are kept as well. A frame or an emotion that is not annotated is an empty cell. Columns go by name,
in any order and letter case; others are left aside and a note says so.
"""

from __future__ import annotations

from pathlib import Path

from mebench.datasets.catalog import ClipAnnotation, ClipResolver
from mebench.datasets.readers._clips import Clip, clips_table, emotion_of, remarks
from mebench.datasets.readers._rows import Faults, optional_text
from mebench.datasets.readers.canonical_csv import open_table, rows_of
from mebench.problems import UserError, printable, quoted

CLIP_COLUMNS = ("subject", "clip", "onset", "apex", "offset", "emotion", "action_units", "objective_class")


def read_canonical_clips(path: Path, name: str, canonical_clip: ClipResolver | None = None) -> ClipAnnotation:
    """Read the clips of a recognition dataset from canonical CSV.

    Parameters
    ----------
    path : Path
    name : str
        Goes into the column ``dataset``.
    canonical_clip : callable or None
        That of the dataset's reader; None for a private set, whose names are taken as they are.

    Raises
    ------
    UserError
        If the file is no such CSV, or holds no clip.
    InvalidInput
        If rows are wrong: every one is named.
    """
    faults = Faults(str(path))
    required = ("clip", "emotion") if canonical_clip else ("subject", "clip", "emotion")
    table, columns, notes = open_table(path, CLIP_COLUMNS, required, faults)
    first_row: dict[tuple[str, str], int] = {}
    clips: list[Clip] = []
    for cells, row in rows_of(table, columns):
        clip = _clip(cells, row, canonical_clip, name, faults)
        if clip is None:
            continue
        earlier = first_row.setdefault((clip.subject, clip.clip), row)
        if earlier != row:
            message = f"the clip {quoted(clip.clip)} of {quoted(clip.subject)} stands in row {earlier} too"
            remedy = f"Keep one, or number them: {clip.clip}, {clip.clip}#2"
            faults.add("duplicate-clip", row, "clip", cells["clip"], message, remedy)
        clips.append(clip)
    faults.raise_if_any()
    if not clips:
        raise UserError(f"{printable(str(path))}: there is a header but no clip. Give one row a clip.")
    emotions = tuple({part for clip in clips if clip.emotion for part in clip.emotion.split("+")})
    notes += remarks(clips, emotions, counts_from_one=False)
    return ClipAnnotation(clips_table(name, clips), tuple(notes))


def _clip(
    cells: dict[str, str], row: int, canonical_clip: ClipResolver | None, name: str, faults: Faults
) -> Clip | None:
    """Return the clip of a row, None if its names are wrong."""
    onset, apex, offset = (faults.frame(cells.get(column, ""), row, column) for column in ("onset", "apex", "offset"))
    subject, written = cells.get("subject", ""), cells["clip"]
    found = canonical_clip(subject, written) if canonical_clip else (subject, written)
    if found is None:
        message = f"subject {quoted(subject)} and clip {quoted(written)} name no clip of {name}"
        faults.add("bad-clip-name", row, "clip", written, message, "Write both as in the distributed table")
        return None
    for column, value in zip(("subject", "clip"), found, strict=True):
        if not value:
            faults.add(f"{column}-missing", row, column, value, f"there is no {column}", "Name it, or remove the row")
    outside = [faults.leads_out(value, row, column) for column, value in zip(("subject", "clip"), found, strict=True)]
    if not all(found) or any(outside):
        return None
    units, group = optional_text(cells.get("action_units")), optional_text(cells.get("objective_class"))
    return Clip(*found, onset, apex, offset, emotion_of(cells["emotion"]), units, group, row)
