"""CAS(ME)^2: three sheets without headers, of which two say how the first one's names become folders.

``CASFEcode_final`` holds the events (subject index, e.g. ``anger1_1``, onset, apex, offset, action units, emotion,
type, self-report), ``naming rule1`` maps the subject index 1..22 to a folder such as ``s15``, ``naming rule2`` the
stimulus (``disgust1``) to a four-digit code (``0101``). A video is subject and stimulus: its canonical id is
``s15_0101``. Frames are 1-based. Offset 0 and apex 0 mean "not annotated".
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from mebench.datasets.catalog import Annotation, Card
from mebench.datasets.readers import _casme_sq_rules as rules
from mebench.datasets.readers._casme_sq_expected import EXPECTED
from mebench.datasets.readers._headers import cell_at, find_sheet, is_blank, no_table
from mebench.datasets.readers._names import parts_of
from mebench.datasets.readers._rows import (
    Event,
    Faults,
    Video,
    annotations_table,
    optional_text,
    remarks,
    videos_table,
)
from mebench.datasets.sheets import Cell, Sheet, number, text
from mebench.datasets.types import expression_type
from mebench.problems import UserError, quoted

CARD = Card(
    name="casme-sq",
    title="CAS(ME)^2",
    fps=30.0,
    types=("me", "mae"),
    licence="research only, under the CAS(ME)^2 release agreement; annotation tables may not be passed on",
    access="send the signed agreement of the Institute of Psychology, CAS (casme.psych.ac.cn/casme/e3).",
    citation=(
        "Qu, Wang, Yan, Li, Wu, Fu: CAS(ME)^2: A Database for Spontaneous Macro-Expression and Micro-Expression "
        "Spotting and Recognition. IEEE Trans. Affective Computing 9(4):424-436, 2018"
    ),
    universe=(
        "the videos named in the workbook (95 in a complete copy), and each of the two without events "
        "(s15_0508, s23_0503) whose subject the workbook names"
    ),
    workbooks=("CAS(ME)^2code_final.xlsx", "CAS(ME)^2code_final(Updated).xlsx", "code_final.xlsx"),
    frames_are="1-based within the long video, at 30 fps",
    me_longest=16,  # the window of the MEGC2020 baseline: an ME has 7 to 16 frames
    log_number=2,
    expected=EXPECTED,
    notes=(
        "rawpic/s19/23_0502funnyerrors is a misplaced copy of s23's video: the number before '_' decides, not the "
        "folder around it",
        "the length of a video follows its stimulus within a few frames: 0508 660, 0102 1072, 0101 2052, 0502 2274, "
        "0505 2304, 0503 2811, 0507 3265, 0401 3714, 0402 4371",
    ),
)

EVENT_FREE = ("s15_0508", "s23_0503")
"""The two videos of the release in which nobody was seen to express anything."""

_EVENT = re.compile(r"([a-z]+[0-9])_([0-9]{1,3})")
_EMOTIONS = {"negative": "negative", "positive": "positive", "surprise": "surprise", "others": "others"} | {
    "other": "others"
}
_BY_CODE = re.compile(r"s?([0-9]{2})_(0?[0-9]{3})[a-z]*")
_BY_STIMULUS = re.compile(r"s?([0-9]{2})_([a-z]+[0-9])")
_NUMBER = re.compile(r"[0-9]{1,2}")


def parse(sheets: Sequence[Sheet], source: str) -> Annotation:
    """Turn the sheets of a CAS(ME)^2 workbook into tables.

    Rows that begin with ``#``, a header above the first event and columns behind the ninth are left aside, since
    edited copies have them. Where a naming rule is missing the published one is used, and a note says so.

    Parameters
    ----------
    sheets : sequence of Sheet
        All worksheets, in any order.
    source : str
        The file's name in messages.

    Raises
    ------
    UserError
        If no sheet holds events.
    InvalidInput
        If rows are wrong: every one is named.
    """
    sheet = find_sheet(sheets, ("casfecodefinal", "casmecodefinal"), _looks_like_event)
    if sheet is None:
        wanted = "no sheet holds events of CAS(ME)^2 (subject index, e.g. anger1_1, onset, apex, offset, ...)"
        raise no_table(source, sheets, wanted, f"Give the workbook {CARD.workbooks[0]} with its three sheets")
    subjects = rules.read_subjects(sheets, source)
    stimuli = rules.read_stimuli(sheets, source)
    faults = Faults(source, sheet.name)
    events: list[Event] = []
    started, rows = False, 0
    for number_, row in enumerate(sheet.rows, start=1):
        if is_blank(row) or text(cell_at(row, 0)).startswith("#"):
            continue
        started = started or not _is_header(row)
        rows += started
        if started and (event := _event(row, number_, subjects.names, stimuli.names, faults)) is not None:
            events.append(event)
    faults.raise_if_shifted(
        rows, "subject index, event (anger1_1), onset, apex, offset, action units, emotion, type, self-report"
    )
    faults.raise_if_any(subjects.faults, stimuli.faults)
    if not events:
        raise UserError(f"{faults.file}: there is no event in the sheet. Give the complete workbook.")
    videos = {event.video: Video(event.subject, event.video, CARD.fps) for event in events}
    present = {event.subject for event in events}
    for video in EVENT_FREE:
        if (subject := video.partition("_")[0]) in present:
            videos.setdefault(video, Video(subject, video, CARD.fps))
    notes = (*subjects.notes, *stimuli.notes, *remarks(events))
    return Annotation(videos_table(CARD.name, videos.values()), annotations_table(CARD.name, events), notes)


def canonical_video(written: str) -> str | None:
    """Return ``s15_0101`` for any spelling of a video id, or None.

    Understood: ``s15_0101``, ``15_0101``, ``15_0101disgustingteeth`` (the code decides, not the text), ``15_101`` (a
    code that became a number), ``s15_disgust1``, all with folders before and a video file's ending after them, and
    ``s15/disgust1`` or ``s15/0101``. The number before ``_`` is the subject, whatever the folder around it says
    (``s19/23_0502funnyerrors`` is s23's). The name of an event (``s15_disgust1_1``) is not a video.
    """
    parts = parts_of(written)
    if not parts:
        return None
    for candidate in (parts[-1], "_".join(parts[-2:])):
        if match := _BY_CODE.fullmatch(candidate):
            code: str | None = match[2].zfill(4)
        elif match := _BY_STIMULUS.fullmatch(candidate):
            code = rules.STIMULI.get(match[2])
        else:
            continue
        return f"s{match[1]}_{code}" if code in rules.CODES else None
    return None


def folders_of_numbers(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str] | None:
    """Return the folder of each (subject, video) that is written as in the workbook: ``("5", "anger1")`` is of s21.

    There the subjects are counted from 1 to 22, while folders are named s15 to s40, so a bare 15 beside a stimulus may
    mean s15 or, as a count, s32. All pairs of a file decide together.

    Returns
    -------
    dict or None
        Empty if numbers are names of folders (one of them is above 22) or there are none; None if all of them lie in 15
        to 22, where nobody can tell.
    """
    bare = {(s, v) for s, v in pairs if _NUMBER.fullmatch(s) and v.strip().casefold() in rules.STIMULI}
    numbers = {int(subject) for subject, _ in bare}
    if not numbers or max(numbers) > len(rules.SUBJECTS):
        return {}
    if min(numbers) >= min(int(folder[1:]) for folder in rules.SUBJECTS.values()):
        return None
    return {(s, v): rules.SUBJECTS[str(int(s))] for s, v in bare if str(int(s)) in rules.SUBJECTS}


def _is_header(row: Sequence[Cell]) -> bool:
    """Return whether a row above the first event names columns: no event in it, no subject index, no onset."""
    numbers = (number(cell_at(row, 0)), number(cell_at(row, 2)))
    return not _EVENT.fullmatch(text(cell_at(row, 1)).casefold()) and not any(map(_is_finite, numbers))


def _is_finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _looks_like_event(row: Sequence[Cell]) -> bool:
    event = _EVENT.fullmatch(text(cell_at(row, 1)).casefold())
    return event is not None and expression_type(text(cell_at(row, 7))) is not None


def _event(
    row: Sequence[Cell], number_: int, subjects: dict[str, str], stimuli: dict[str, str], faults: Faults
) -> Event | None:
    """Return the event of a row; None if its subject or its video is wrong."""
    kind = faults.type_of(cell_at(row, 7), number_, "H (type)")
    onset = faults.frame(cell_at(row, 2), number_, "C (onset)", required=True)
    apex, offset = (
        faults.frame(None if number(cell_at(row, column)) == 0 else cell_at(row, column), number_, name)
        for column, name in ((3, "D (apex)"), (4, "E (offset)"))
    )
    emotion = text(cell_at(row, 6)).casefold()
    if emotion and emotion not in _EMOTIONS:
        message = f"{quoted(emotion)} is no emotion of CAS(ME)^2"
        remedy = "The four are negative, positive, surprise and others"
        faults.add("unknown-emotion", number_, "G (emotion)", cell_at(row, 6), message, remedy)
    subject = _subject(cell_at(row, 0), number_, subjects, faults)
    named = text(cell_at(row, 1)).casefold()
    match = _EVENT.fullmatch(named)
    if match is None:
        message = f"{quoted(named)} is no event of CAS(ME)^2"
        faults.add("bad-event", number_, "B (event)", cell_at(row, 1), message, "Expected a name such as anger1_1")
        return None
    code = stimuli.get(match[1])
    if code is None:
        message = f"the stimulus {quoted(match[1])} has no code"
        remedy = f"Known: {', '.join(stimuli)}; add it to the sheet 'naming rule2' or correct the name"
        faults.add("unknown-stimulus", number_, "B (event)", cell_at(row, 1), message, remedy)
    if subject is None or code is None:
        return None
    action_units = optional_text(cell_at(row, 5))
    video = f"{subject}_{code}"
    return Event(subject, video, named, onset, apex, offset, kind, _EMOTIONS.get(emotion), action_units, number_)


def _subject(cell: Cell, number_: int, subjects: dict[str, str], faults: Faults) -> str | None:
    written = text(cell).casefold()
    subject = written if written in subjects.values() else subjects.get(written.lstrip("0"))
    if subject is None:
        message = f"{quoted(written)} is no subject index of this workbook"
        remedy = "Add it to the sheet 'naming rule1' (number, folder such as s15, index) or correct it"
        faults.add("unknown-subject-index", number_, "A (subject)", cell, message, remedy)
    return subject
