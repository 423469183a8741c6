"""SMIC-E-Long: one row a video, with its micro-expressions in repeating triples of columns.

``SMIC_HS_E_spotting.xlsx`` has the columns subject, video, video_name, NumME, StartFrame, Endframe, one column that
nobody explains, and then (ME Type, onset, offset) as often as any video needs it, of which the first NumME are valid.
Headers are spelled in several ways, so the triples are found by the header of their first column. All frames are
absolute camera numbers, and stay so: a video's first frame is its StartFrame. Videos without a micro-expression
(NumME 0) belong to the dataset. Only micro-expressions are annotated.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from mebench.datasets.catalog import Annotation, Card, Expected
from mebench.datasets.readers._headers import Header, cell_at, find_header, fold, is_blank, no_table
from mebench.datasets.readers._names import parts_of
from mebench.datasets.readers._rows import BACKWARDS, Event, Faults, Video, annotations_table, remarks, videos_table
from mebench.datasets.sheets import Cell, Sheet, number, text
from mebench.datasets.tables import ME
from mebench.problems import UserError, plural, printable, quoted

CARD = Card(
    name="smic-e-long",
    title="SMIC-E-Long",
    fps=100.0,
    types=("me",),
    licence="research only, under the SMIC release agreement; annotation tables may not be passed on",
    access="send the signed release agreement to CMVS, University of Oulu (oulu.fi/cmvs/node/41319).",
    citation=(
        "Tran, Vo, Hong, Li, Zhao: Micro-expression spotting: A new benchmark. Neurocomputing 443:356-368, 2021 "
        "(arXiv 2007.12421)"
    ),
    universe="the rows of the workbook, those without a micro-expression (NumME 0) included",
    workbooks=("SMIC_HS_E_spotting.xlsx",),
    frames_are="absolute camera numbers, from a video's StartFrame to its Endframe, at 100 fps",
    me_longest=58,  # the longest of the 157 first micro-expressions of SMIC-HS-E
    expected=(
        Expected(
            "videos",
            (162,),
            {
                157: "these are the shorter clips of SMIC-E-HS (SMIC-HS-E_annotation.xlsx)",
                164: "these are SMIC-HS's clips",
            },
            "videos are missing: false positives in them would not count",
            {157: {"me": 161}, 164: {"me": 164}},
        ),
        Expected(
            "me",
            (166,),
            {
                167: "one more than papers print; which of the two is right is not settled",
                164: "these are SMIC-HS's clips",
                162: "only the first micro-expression of each video was read",
                161: "these are the events of SMIC-E-HS (157 clips, four with a second one)",
                157: "these are the first micro-expressions of SMIC-E-HS",
            },
            "rows were removed or edited",
            {
                167: {"videos": 162},
                164: {"videos": 164},
                162: {"videos": 162},
                161: {"videos": 157},
                157: {"videos": 157},
            },
        ),
        Expected("mae", (0,), {}, "SMIC has no macro-expressions annotated"),
        Expected(
            "subjects",
            (16,),
            {20: "SMIC recorded 20 people, of whom 16 show a micro-expression"},
            "rows were removed or edited",
        ),
        Expected("offset_before_onset_rows", (0,), {}, BACKWARDS),
        Expected("offset_missing_rows", (0,), {}, "an edited copy: every micro-expression has an offset"),
        Expected(
            "past_end_rows",
            (0,),
            {},
            "frames relative to the video were mixed with the absolute camera numbers of the release",
        ),
    ),
)

EMOTIONS = {"ne": "negative", "neg": "negative", "po": "positive", "pos": "positive", "sur": "surprise"}
"""The classes as the names of events code them, by their last token but one."""

_NAMES = {
    "subject": ("subject",),
    "video_name": ("videoname",),
    "num_me": ("numme", "numberofme", "nme"),
    "start": ("startframe", "firstframe"),
    "end": ("endframe", "lastframe"),
}
_TYPE_HEADER = re.compile(r"metype(\.?[0-9]+)?")
_STRIDE = 3
_NAME = re.compile(r"s0*([1-9][0-9]?)_([a-z0-9][a-z0-9_-]*)")
_SUBJECT = re.compile(r"s?0*([1-9][0-9]?)")
_BARE = re.compile(r"[a-z0-9][a-z0-9_-]*")


def parse(sheets: Sequence[Sheet], source: str) -> Annotation:
    """Turn the sheet of the SMIC-E-Long workbook into tables.

    Parameters
    ----------
    sheets : sequence of Sheet
        All worksheets, in any order.
    source : str
        The file's name in messages.

    Raises
    ------
    UserError
        If no sheet has the header row, or there is no video below it.
    InvalidInput
        If rows are wrong: every one is named.
    """
    header = find_header(sheets, _NAMES, tuple(_NAMES))
    if header is None:
        wanted = "no sheet has a header row with subject, video_name, NumME, StartFrame and Endframe"
        raise no_table(source, sheets, wanted, f"Give the workbook {CARD.workbooks[0]} of SMIC-E-Long")
    triples = _type_columns(header, source)
    faults = Faults(source, header.sheet.name)
    videos: dict[str, Video] = {}
    events: list[Event] = []
    left = 0
    for number_, row in enumerate(header.sheet.rows[header.row + 1 :], start=header.row + 2):
        if is_blank(row):
            continue
        video = _video(row, number_, header, faults)
        if video is None:
            continue
        if video.video in videos:
            message = f"the video {quoted(video.video)} stands in an earlier row too"
            faults.add("duplicate-video", number_, "video_name", video.video, message, "Keep one row a video")
        videos[video.video] = video
        count = _count(row, number_, header, triples, faults)
        events += [_event(row, number_, video, column, faults) for column in triples[:count]]
        left += sum(text(cell_at(row, column + 1)) != "" for column in triples[count:])
    faults.raise_if_any()
    if not videos:
        raise UserError(f"{faults.file}: there is no video below the header. Give the complete workbook.")
    notes = (*_notes(videos, events, left), *remarks(events))
    return Annotation(videos_table(CARD.name, videos.values()), annotations_table(CARD.name, events), notes)


def canonical_video(written: str) -> str | None:
    """Return ``s01_po_01`` for any spelling of such a video id, or None.

    Folders and the ending of a video file do not count, nor do letter case and the padding of the subject (``s1_...``).
    A name without its subject takes it from the folder around it (``s01/po_01``).
    """
    parts = parts_of(written)
    if not parts:
        return None
    if match := _NAME.fullmatch(parts[-1]):
        return f"s{int(match[1]):02d}_{match[2]}"
    folder = _SUBJECT.fullmatch(parts[-2]) if len(parts) > 1 and parts[-2].startswith("s") else None
    if folder and _BARE.fullmatch(parts[-1]):
        return f"s{int(folder[1]):02d}_{parts[-1]}"
    return None


def _type_columns(header: Header, source: str) -> list[int]:
    """Return the column of each ME Type; behind the last named one, triples without headers are taken too."""
    names = [fold(cell) for cell in header.sheet.rows[header.row]]
    place = f"{printable(source)}, row {header.row + 1}"
    columns = [i for i, name in enumerate(names) if _TYPE_HEADER.fullmatch(name)]
    for column in columns:
        onset, offset = [*names, "", ""][column + 1 : column + 3]
        if not (_starts(onset, "onset") and _starts(offset, "offset")):
            raise UserError(
                f"{place}: the columns behind 'ME Type' are {quoted(onset)} and {quoted(offset)}. "
                "Expected the triple ME Type, onset, offset."
            )
    if not columns:
        raise UserError(f"{place}: no column is headed 'ME Type'. Expected triples ME Type, onset, offset.")
    width = max(len(row) for row in header.sheet.rows)
    while (column := columns[-1] + _STRIDE) + 2 < width and not any(names[column : column + _STRIDE]):
        columns.append(column)
    return columns


def _starts(name: str, word: str) -> bool:
    return not name or name.startswith(word)


def _video(row: Sequence[Cell], number_: int, header: Header, faults: Faults) -> Video | None:
    """Return the video of a row; None if its name or its frames are wrong."""
    cells = {name: cell_at(row, column) for name, column in header.columns.items()}
    written = text(cells["subject"]).casefold()
    match = _SUBJECT.fullmatch(written)
    if match is None:
        message = f"{quoted(written)} is no subject of SMIC"
        faults.add("bad-subject", number_, "subject", cells["subject"], message, "Expected 1, 01 or s01")
        return None
    subject = f"s{int(match[1]):02d}"
    video = _video_id(subject, cells["video_name"], number_, faults)
    first = _whole(cells["start"], number_, "StartFrame", faults)
    last = _whole(cells["end"], number_, "Endframe", faults)
    if video is None or first is None or last is None:
        return None
    if last < first:
        message = f"Endframe {last} lies before StartFrame {first}"
        faults.add("end-before-start", number_, "Endframe", cells["end"], message, "Correct the two")
        return None
    return Video(subject, video, CARD.fps, first, last - first + 1)


def _video_id(subject: str, cell: Cell, number_: int, faults: Faults) -> str | None:
    name = text(cell).casefold()
    match = _NAME.fullmatch(name)
    if match is None and not _BARE.fullmatch(name):
        message = f"{quoted(name)} is no name of a video" if name else "there is no video name"
        faults.add("bad-video-name", number_, "video_name", cell, message, "Expected a name such as s01_po_01")
        return None
    if match is None:
        return f"{subject}_{name}"
    if f"s{int(match[1]):02d}" != subject:
        message = f"the video name {quoted(name)} does not fit subject {subject}"
        faults.add("subject-disagrees", number_, "video_name", cell, message, "Correct the subject or the name")
    return f"{subject}_{match[2]}"


def _whole(cell: Cell, number_: int, column: str, faults: Faults) -> int | None:
    value = faults.frame(cell, number_, column, required=True)
    if math.isnan(value):
        return None
    if not value.is_integer():
        message = f"frame {text(cell)} is no whole number"
        faults.add("frame-not-whole", number_, column, cell, message, "Write the number of an image file")
        return None
    return int(value)


def _count(row: Sequence[Cell], number_: int, header: Header, triples: Sequence[int], faults: Faults) -> int:
    """Return how many triples of a row are valid."""
    cell = cell_at(row, header.columns["num_me"])
    value = number(cell)
    filled = sum(text(cell_at(row, column + 1)) != "" for column in triples)
    if value is not None and math.isnan(value) and not filled:
        return 0
    if value is None or not value.is_integer() or value < 0:
        message = f"{quoted(text(cell))} is no count of micro-expressions"
        faults.add("bad-count", number_, "NumME", cell, message, "Write how many triples of the row are valid")
        return 0
    if value > filled:
        message = f"NumME is {text(cell)}, but the row has {filled} micro-expressions"
        faults.add("count-disagrees", number_, "NumME", cell, message, "Correct the count or fill in the missing ones")
    return min(int(value), len(triples))


def _event(row: Sequence[Cell], number_: int, video: Video, column: int, faults: Faults) -> Event:
    name = text(cell_at(row, column)).casefold()
    match = _NAME.fullmatch(name)
    event = f"s{int(match[1]):02d}_{match[2]}" if match else name or None
    tokens = name.split("_")
    emotion = EMOTIONS.get(tokens[-2]) if len(tokens) > 1 else None
    onset = faults.frame(cell_at(row, column + 1), number_, "onset", required=True)
    offset = faults.frame(cell_at(row, column + 2), number_, "offset")
    return Event(video.subject, video.video, event, onset, math.nan, offset, ME, emotion, None, number_)


def _notes(videos: dict[str, Video], events: Sequence[Event], left: int) -> tuple[str, ...]:
    notes = []
    if left:
        notes.append(f"left aside, behind the NumME valid ones of their rows: {plural(left, 'triple')}")
    outside = 0
    for event in events:
        video = videos[event.video]
        outside += not video.first_frame <= event.onset < video.first_frame + (video.n_frames or 0)
    if outside:
        notes.append(
            f"begin outside StartFrame..Endframe: {plural(outside, 'event')}; frames must be absolute camera numbers"
        )
    unnamed = sum(event.emotion is None for event in events)
    if unnamed:
        notes.append(f"an ME Type without ne, po or sur, so no emotion is known: {plural(unnamed, 'event')}")
    return tuple(notes)
