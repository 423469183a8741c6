"""SAMM Long Videos: one sheet of movements below a preamble, in the workbooks V1, V2 and V3.

The sheet is ``FACS_Movement_Only``; its header stands on sheet row 10 as distributed and on row 1 in trimmed copies,
so it is found by its words. A file name such as ``006_1_1`` is subject, video and event number: the video is
``006_1``. The frames are 1-based numbers within the long video (not within SAMM), some of them fractional; onset 0 and
onset 1 both occur for "from the beginning", and apex -1 means "not annotated".
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from mebench.datasets.catalog import Annotation, Card, Expected
from mebench.datasets.readers._headers import Header, cell_at, find_header, fold, no_table
from mebench.datasets.readers._names import parts_of
from mebench.datasets.readers._rows import (
    BACKWARDS,
    Event,
    Faults,
    Video,
    annotations_table,
    optional_text,
    remarks,
    videos_table,
)
from mebench.datasets.sheets import Cell, Sheet, number, text
from mebench.problems import UserError, quoted

_REMOVED = "rows were removed or edited"
_EDITED = "rows were edited, removed or added"

CARD = Card(
    name="samm-lv",
    title="SAMM Long Videos",
    fps=200.0,
    types=("me", "mae"),
    licence="research only, under the SAMM release agreement; annotation tables may not be passed on",
    access=(
        "ask for the licence form by email to M.Yap@mmu.ac.uk, subject 'SAMM long videos' "
        "(www2.docm.mmu.ac.uk/STAFF/M.Yap/dataset.php)."
    ),
    citation=(
        "Yap, Kendrick, Yap: SAMM Long Videos: A Spontaneous Facial Micro- and Macro-Expressions Dataset. FG 2020, "
        "doi:10.1109/FG47880.2020.00029"
    ),
    universe="the videos named in the workbook, each of which has an event",
    workbooks=("SAMM_LongVideos_V1_Release.xlsx", "SAMM_LongVideos_V2_Release.xlsx", "SAMM_LongVideos_V3_Release.xlsx"),
    frames_are="1-based within the long video (not within the SAMM clip), at 200 fps",
    me_longest=105,  # the window of the MEGC2020 baseline: an ME has 47 to 105 frames
    log_number=1,
    expected=(
        Expected(
            "rows",
            (502,),
            {
                499: "the three events that run past the last frame were left out (LSSNet, LGSNet)",
                492: "the ten events with onset 0 were left out (SOFTNet)",
                159: "the copy holds only the micro-expressions",
                343: "the copy holds only the macro-expressions",
            },
            _REMOVED,
            {
                499: {"me": 159, "mae": 340, "onset_zero_rows": 10},
                492: {"me": 159, "mae": 333, "onset_zero_rows": 0},
                159: {"me": 159},
                343: {"mae": 343},
            },
        ),
        Expected("me", (159,), {}, f"{_REMOVED}, or re-typed (a duration rule must not change the labels)"),
        Expected(
            "mae",
            (343,),
            {
                333: "the ten events with onset 0 were left out (SOFTNet)",
                340: "the three events that run past the last frame were left out (LSSNet, LGSNet)",
                312: "events with onset 0 or longer than 4 s were left out (LGSNet)",
            },
            f"{_REMOVED}, or re-typed",
            {
                333: {"rows": 492, "onset_zero_rows": 0},
                340: {"rows": 499, "onset_zero_rows": 10},
                312: {"rows": 471, "onset_zero_rows": 0},
            },
        ),
        Expected(
            "videos",
            (147,),
            {
                79: "only the videos with micro-expressions, as in MEGC2019",
                146: "one video is missing (so LGSNet's list): false positives in it would not count",
                145: "032_3 and 032_6 were left out (AUW-GCN could not find a face)",
                224: "these are the source videos of SAMM, not the long videos",
            },
            "videos are missing: false positives in them would not count",
            {79: {"me": 159, "mae": 0}, 145: {"video 032_3": 0, "video 032_6": 0}},
        ),
        Expected(
            "subjects",
            (30,),
            {
                29: "only the subjects with micro-expressions",
                32: "papers print the 32 participants of SAMM; 30 have videos",
            },
            _REMOVED,
            {29: {"me": 159, "mae": 0}},
        ),
        Expected("subjects_me", (29,), {}, f"{_REMOVED}; in a complete copy only 008 has no micro-expression"),
        Expected("subjects_mae", (29,), {}, f"{_REMOVED}; in a complete copy only 031 has no macro-expression"),
        Expected("videos_me", (79,), {}, _REMOVED),
        Expected("videos_mae", (130,), {}, _REMOVED),
        Expected("videos_both", (62,), {}, _REMOVED),
        Expected(
            "onset_zero_rows",
            (10,),
            {0: "V3 writes onset 1 where V1 and V2 write 0, or the ten events were left out: see the count of rows"},
            "onsets were edited, or rows removed or added",
        ),
        Expected("apex_missing_rows", (6,), {0: "its gaps were filled", 502: "the copy has no apex column"}, _EDITED),
        Expected("offset_before_onset_rows", (0,), {}, BACKWARDS),
        Expected("offset_missing_rows", (0,), {}, "SAMM-LV has an offset for every event: check the Offset column"),
        Expected(
            "past_end_rows",
            (3,),
            {0: "the three events were cut or left out (012_4_1, 020_6_5, 036_7_4)"},
            "the folder of frames and the workbook do not belong together, or frames are missing",
        ),
        Expected("total_frames", (482_797,), {}, "frames are missing on the disk, or 021_3 has another length"),
    ),
)

_NAMES = {
    "subject": ("subject",),
    "filename": ("filename",),
    "onset": ("onset", "onsetframe"),
    "apex": ("apex", "apexframe"),
    "offset": ("offset", "offsetframe"),
    "type": ("type", "expressiontype"),
    "action_units": ("actionunits", "actionunit", "aus", "au"),
}
_REQUIRED = ("subject", "filename", "onset", "offset", "type")
_FILENAME = re.compile(r"0*([1-9]\d{0,2})_0*([1-9]\d?)_0*([1-9]\d{0,2})")
_VIDEO = re.compile(r"0*([1-9]\d{0,2})_0*([1-9]\d?)")
_NOT_ANNOTATED = -1


def parse(sheets: Sequence[Sheet], source: str) -> Annotation:
    """Turn the sheets of a SAMM-LV workbook (V1, V2, V3 or a trimmed copy) into tables.

    Parameters
    ----------
    sheets : sequence of Sheet
        All worksheets, in any order.
    source : str
        The file's name in messages.

    Raises
    ------
    UserError
        If no sheet has the header row, or there is no event below it.
    InvalidInput
        If rows are wrong: every one is named.
    """
    header = find_header(sheets, _NAMES, _REQUIRED, preferred="facsmovementonly")
    if header is None:
        raise _no_header(sheets, source)
    faults = Faults(source, header.sheet.name)
    events = [
        event
        for index, row in enumerate(header.sheet.rows[header.row + 1 :], start=header.row + 1)
        if (event := _event(row, index + 1, header, faults)) is not None
    ]
    faults.raise_if_any()
    if not events:
        raise UserError(f"{faults.file}: there is no event below the header. Give the complete workbook.")
    videos = {event.video: Video(event.subject, event.video, CARD.fps) for event in events}
    notes = remarks(events)
    if "apex" not in header.columns:
        notes += ("the workbook has no column Apex: every apex counts as not annotated",)
    return Annotation(videos_table(CARD.name, videos.values()), annotations_table(CARD.name, events), notes)


def canonical_video(written: str) -> str | None:
    """Return ``006_1`` for any spelling of a video id, or None.

    Folders and the ending of a video file do not count, nor does padding: ``6_1``, ``SAMM_longvideos/006_1``,
    ``006/006_1.avi``. The name of an event (``006_1_1``) is not a video.
    """
    parts = parts_of(written)
    match = _VIDEO.fullmatch(parts[-1]) if parts else None
    return f"{int(match[1]):03d}_{int(match[2])}" if match else None


def _event(row: Sequence[Cell], number_: int, header: Header, faults: Faults) -> Event | None:
    """Return the event of a row; None if the row is blank or its names are wrong."""
    cells = {name: cell_at(row, header.columns.get(name)) for name in _NAMES}
    if not any(text(cells[name]) for name in ("filename", "onset", "offset", "type")):
        return None
    kind = faults.type_of(cells["type"], number_, "Type")
    onset = faults.frame(cells["onset"], number_, "Onset", required=True)
    apex_cell = cells["apex"]
    apex = math.nan if number(apex_cell) == _NOT_ANNOTATED else faults.frame(apex_cell, number_, "Apex")
    offset = faults.frame(cells["offset"], number_, "Offset")
    match = _FILENAME.fullmatch(text(cells["filename"]))
    if match is None:
        message = f"{quoted(text(cells['filename']))} is no file name of SAMM-LV"
        remedy = "Expected subject_video_event such as 006_1_1"
        faults.add("bad-filename", number_, "Filename", cells["filename"], message, remedy)
        return None
    subject, video = f"{int(match[1]):03d}", f"{int(match[1]):03d}_{int(match[2])}"
    if text(cells["subject"]).zfill(3) != subject:
        message = f"subject {quoted(text(cells['subject']))} does not fit the file name {quoted(match[0])}"
        remedy = f"Write {subject} or correct the file name"
        faults.add("subject-disagrees", number_, "Subject", cells["subject"], message, remedy)
    action_units = optional_text(cells["action_units"])
    return Event(subject, video, f"{video}_{int(match[3])}", onset, apex, offset, kind, None, action_units, number_)


def _no_header(sheets: Sequence[Sheet], source: str) -> UserError:
    wanted = "no sheet has a header row with Subject, Filename, Onset, Offset and Type"
    remedy = f"Give the workbook of the long videos, e.g. {CARD.workbooks[0]}"
    if any(fold(sheet.name) == "microonly" for sheet in sheets):
        remedy += ", not that of the SAMM clips"
    return no_table(source, sheets, wanted, remedy)
