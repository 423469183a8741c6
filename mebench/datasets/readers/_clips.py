"""From the rows of a workbook to clips: what every reader of a recognition dataset does.

The annotator is not corrected. A frame that is not annotated is missing, a frame that contradicts another stays as it
was written, and a note names the clip. Only the emotion's spelling is made uniform, and a name that a subject has
twice gets a running number: the first ``EP01_12`` of ``sub01`` stays so, the next by onset is ``EP01_12#2``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from mebench.datasets.catalog import ClipAnnotation, ClipResolver
from mebench.datasets.readers._headers import Header, cell_at, find_header, is_blank, no_table
from mebench.datasets.readers._rows import Faults, optional_text
from mebench.datasets.sheets import Cell, Sheet, number, text
from mebench.datasets.tables import CLIPS, MAE, conform
from mebench.problems import UserError, printable, quoted

NAMES: Mapping[str, Sequence[str]] = {
    "subject": ("subject", "subid", "sub"),
    "filename": ("filename", "foldname"),
    "onset": ("onsetframe", "onsetf", "onset"),
    "apex": ("apexframe", "apexf1", "apexf", "apex"),
    "offset": ("offsetframe", "offsetf", "offset"),
    "action_units": ("actionunits", "actionunit", "aus", "au"),
    "emotion": ("estimatedemotion", "emotion"),
    "objective_class": ("objectiveclasses", "objectiveclass"),
    "duration": ("duration",),
    "type": ("expressiontype",),
}
"""The columns of all workbooks, by their folded headers."""

_SPELLINGS = {"other": "others", "happy": "happiness", "sad": "sadness", "angry": "anger"}
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7"}
_SHOWN = 5


class Clip(NamedTuple):
    """One sample, as the annotator wrote it; ``row`` counts the rows of the sheet or file from 1, 0 if it has none."""

    subject: str
    clip: str
    onset: float
    apex: float
    offset: float
    emotion: str | None
    action_units: str | None = None
    objective_class: str | None = None
    row: int = 0


@dataclass(frozen=True)
class Layout:
    """How the workbook of one dataset looks.

    Parameters
    ----------
    dataset, title : str
    workbook : str
        The file to ask for if this is not it.
    canonical_clip : callable
        See :meth:`mebench.datasets.catalog.ClipReader.canonical_clip`.
    example : str
        A subject and a clip as the workbook writes them, in words.
    emotions : tuple of str
        Those that the dataset knows, in lower case.
    sheet : str
        Folded name of the sheet in which to look first.
    required : tuple of str
        The columns without which this is another workbook.
    counts_from_one : bool
        Whether frame 0 does not exist.
    """

    dataset: str
    title: str
    workbook: str
    canonical_clip: ClipResolver
    example: str
    emotions: tuple[str, ...]
    sheet: str = ""
    required: tuple[str, ...] = ("subject", "filename", "onset", "offset", "emotion")
    counts_from_one: bool = True
    names: Mapping[str, Sequence[str]] = field(default_factory=lambda: NAMES)


class Read(NamedTuple):
    """The clips of a workbook in the order of their rows, the cells of each, and what to say about them."""

    clips: list[Clip]
    cells: list[dict[str, Cell]]
    notes: list[str]


def parse_clips(sheets: Sequence[Sheet], source: str, layout: Layout) -> ClipAnnotation:
    """Turn a workbook of one clip a row into the table of clips.

    Raises
    ------
    UserError
        If no sheet has the header row, or there is no clip below it.
    InvalidInput
        If rows are wrong: every one is named.
    """
    read = read_clips(sheets, source, layout)
    return annotation(read.clips, read.notes, layout)


def read_clips(sheets: Sequence[Sheet], source: str, layout: Layout) -> Read:
    """Read the rows of a workbook; see :func:`parse_clips`."""
    header = find_header(sheets, layout.names, layout.required, layout.sheet)
    if header is None:
        columns = ", ".join(name.replace("_", " ") for name in layout.required)
        wanted = f"no sheet has a header row with the columns {columns} of {layout.title}"
        raise no_table(source, sheets, wanted, f"Give the workbook {layout.workbook}")
    faults = Faults(source, header.sheet.name)
    rows = list(_rows(header, layout))
    kept = [(cells, row) for cells, row in rows if not is_text(cells, layout.canonical_clip)]
    of_type = [(cells, row) for cells, row in kept if not _is_macro(cells, row, header, faults)]
    read = [(clip, cells) for cells, row in of_type if (clip := clip_of(cells, row, layout, faults)) is not None]
    faults.raise_if_any()
    if not read:
        raise UserError(f"{faults.file}: there is no clip below the header. Give the complete workbook.")
    clips, cells = [clip for clip, _ in read], [cells for _, cells in read]
    notes = text_rows_note([row for cells, row in rows if is_text(cells, layout.canonical_clip)])
    if len(kept) > len(of_type):
        notes.append(f"macro-expressions left aside: {len(kept) - len(of_type)}")
    wrong = [c for c, cell in zip(clips, cells, strict=True) if _contradicts(c, number(cell["duration"]))]
    return Read(clips, cells, notes + listed("a Duration that is not offset - onset + 1", wrong))


def clip_of(cells: Mapping[str, Cell], row: int, layout: Layout, faults: Faults) -> Clip | None:
    """Return the clip of a row; None, and a problem more, if its names are wrong."""
    onset, offset = (faults.frame(cells[name], row, name.title()) for name in ("onset", "offset"))
    apex = math.nan if number(cells["apex"]) == -1 else faults.frame(cells["apex"], row, "Apex")
    subject, name = text(cells["subject"]), text(cells["filename"])
    found = layout.canonical_clip(subject, name)
    if found is None:
        message = f"subject {quoted(subject)} and clip {quoted(name)} name no clip of {layout.title}"
        faults.add("bad-clip-name", row, "Filename", cells["filename"], message, f"Expected {layout.example}")
        return None
    units, group = optional_text(cells["action_units"]), optional_text(cells["objective_class"])
    group = _ROMAN.get(group.casefold(), group) if group else None
    return Clip(*found, onset, apex, offset, emotion_of(cells["emotion"]), units, group, row)


def emotion_of(cell: Cell) -> str | None:
    """Return an emotion in lower case; ``Other``, ``happy``, ``sad`` and ``angry`` become the noun that others write.

    Examples
    --------
    >>> emotion_of("Other"), emotion_of("Negative + Repression"), emotion_of("")
    ('others', 'negative+repression', None)
    """
    parts = [" ".join(part.split()).casefold() for part in text(cell).split("+")]
    return "+".join(_SPELLINGS.get(part, part) for part in parts if part) or None


def is_text(cells: Mapping[str, Cell], canonical_clip: ClipResolver) -> bool:
    """Return whether a row is a remark below the table: neither the name of a clip nor a frame is in it."""
    frames = (number(cells[name]) for name in ("onset", "offset"))
    if any(value is not None and math.isfinite(value) for value in frames):
        return False
    return canonical_clip(text(cells["subject"]), text(cells["filename"])) is None


def text_rows_note(rows: Sequence[int]) -> list[str]:
    """Return what to say of the rows that are text."""
    if not rows:
        return []
    shown = ", ".join(map(str, rows[:_SHOWN])) + (", ..." if len(rows) > _SHOWN else "")
    if len(rows) == 1:
        return [f"1 row below the table was taken for text: row {shown}"]
    return [f"{len(rows)} rows below the table were taken for text: rows {shown}"]


def annotation(clips: Sequence[Clip], notes: Sequence[str], layout: Layout) -> ClipAnnotation:
    """Return the finished table: repeated names numbered, and a note for everything that looks wrong."""
    unique, repeats = number_repeats(clips)
    table = clips_table(layout.dataset, unique)
    return ClipAnnotation(table, (*notes, *repeats, *remarks(unique, layout.emotions, layout.counts_from_one)))


def clips_table(dataset: str, clips: Sequence[Clip]) -> pd.DataFrame:
    """Return the clips as a table of the contract, in the given order."""
    table = pd.DataFrame(list(clips), columns=list(Clip._fields))
    table = table.astype({"onset": "float64", "apex": "float64", "offset": "float64", "row": "int64"})
    if table["objective_class"].isna().all():
        table = table.drop(columns="objective_class")
    return conform(table.assign(dataset=dataset), CLIPS, "clips")


def number_repeats(clips: Sequence[Clip]) -> tuple[list[Clip], list[str]]:
    """Give each further clip of the same subject and name a running number, in the order of their onsets."""
    groups: dict[tuple[str, str], list[int]] = {}
    for place, clip in enumerate(clips):
        groups.setdefault((clip.subject, clip.clip), []).append(place)
    numbered = list(clips)
    taken = set(groups)
    for (subject, name), places in groups.items():
        ordered = sorted(places, key=lambda place: (math.isnan(clips[place].onset), clips[place].onset, place))
        running = 1
        for place in ordered[1:]:
            running += 1
            while (subject, f"{name}#{running}") in taken:
                running += 1
            numbered[place] = clips[place]._replace(clip=f"{name}#{running}")
    repeated = [clips[place] for places in groups.values() for place in places[1:]]
    if not repeated:
        return numbered, []
    names = _some(list(dict.fromkeys(map(shown, repeated))))
    return numbered, [f"names that repeat and got a running number (#2, ...): {len(repeated)} ({names})"]


def remarks(clips: Sequence[Clip], emotions: Sequence[str], counts_from_one: bool) -> list[str]:
    """Return what looks wrong in any table of clips, with the names of the clips."""
    backwards = [c for c in clips if c.offset < c.onset]
    outside = [c for c in clips if c.onset <= c.offset and (c.apex < c.onset or c.apex > c.offset)]
    without_apex = [c for c in clips if math.isnan(c.apex)]
    known = set(emotions)
    strange = [c for c in clips if c.emotion and not known.issuperset(c.emotion.split("+"))]
    words = ", ".join(quoted(word, 30) for word in list(dict.fromkeys(str(c.emotion) for c in strange))[:_SHOWN])
    zero = [c for c in clips if counts_from_one and 0 in (c.onset, c.apex, c.offset)]
    return [
        *listed("no onset or no offset", [c for c in clips if math.isnan(c.onset) or math.isnan(c.offset)]),
        *listed("the offset before the onset", backwards),
        *listed("the apex outside onset..offset", outside),
        *(listed("no apex", without_apex) if len(without_apex) < len(clips) else []),
        *listed("a frame 0, although frames count from 1", zero),
        *listed("no emotion", [c for c in clips if c.emotion is None]),
        *listed(f"an emotion that the dataset does not have ({words})", strange),
    ]


def listed(what: str, clips: Sequence[Clip]) -> list[str]:
    """Return the note that some clips have something, with their names; nothing if there are none."""
    if not clips:
        return []
    return [f"{what} in {len(clips)} clip{'s' if len(clips) > 1 else ''}: {_some([shown(clip) for clip in clips])}"]


def shown(clip: Clip) -> str:
    """Return a clip's name for a message, with its subject unless the name tells it."""
    return clip.clip if clip.clip.startswith(clip.subject) else f"{clip.subject}/{clip.clip}"


def _some(names: Sequence[str]) -> str:
    return printable(", ".join(names[:_SHOWN])) + (", ..." if len(names) > _SHOWN else "")


def _rows(header: Header, layout: Layout) -> list[tuple[dict[str, Cell], int]]:
    """Return the cells of every row below the header that is not blank, and its number from 1."""
    rows = []
    for index, row in enumerate(header.sheet.rows[header.row + 1 :], start=header.row + 2):
        cells = {name: cell_at(row, header.columns.get(name)) for name in layout.names}
        if not is_blank(list(cells.values())):
            rows.append((cells, index))
    return rows


def _is_macro(cells: Mapping[str, Cell], row: int, header: Header, faults: Faults) -> bool:
    return "type" in header.columns and faults.type_of(cells["type"], row, "Expression type") == MAE


def _contradicts(clip: Clip, duration: float | None) -> bool:
    length = clip.offset - clip.onset + 1
    return duration is not None and math.isfinite(duration) and math.isfinite(length) and duration != length
