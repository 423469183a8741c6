"""CASME II: one sheet, one row a clip, with blank columns between the blocks.

Headers are Subject, Filename, (blank), OnsetFrame, ApexFrame, OffsetFrame, (blank), Action Units, Estimated Emotion.
A subject is written ``01`` or, once a spreadsheet has seen it, ``1``; the folder is ``sub01``, and so is the id here.
File names are unique within a subject only, and a few are irregular (``EP01_2``, ``EP06_02_01``, ``EP09f``). Frames are
1-based within the raw clip. An apex of ``/`` means that none was annotated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mebench.datasets.catalog import RECOGNITION, Card, ClipAnnotation, Expected
from mebench.datasets.readers._clip_names import locate, numbered
from mebench.datasets.readers._clips import Layout, parse_clips
from mebench.datasets.sheets import Sheet

_WITHOUT_TWO = {"emotion_sadness": 0, "emotion_fear": 0}

CARD = Card(
    name="casme2",
    title="CASME II",
    fps=200.0,
    types=("me",),
    task=RECOGNITION,
    licence="research only, under the CASME II release agreement; annotation tables may not be passed on",
    access="send the signed agreement of the Institute of Psychology, CAS (casme.psych.ac.cn/casme/e2).",
    citation=(
        "Yan, Li, Wang, Zhao, Liu, Chen, Fu: CASME II: An Improved Spontaneous Micro-Expression Database and the "
        "Baseline Evaluation. PLoS ONE 9(1):e86041, 2014, doi:10.1371/journal.pone.0086041"
    ),
    universe="the rows of the workbook",
    workbooks=(
        "CASME2-coding-20140508.xlsx",
        "CASME2-coding-20190701.xlsx",
        "CASME2-coding-updated.xlsx",
        "CASME2_label_Ver_2.xls",
    ),
    frames_are="1-based within the raw clip (CASME2-RAW), at 200 fps",
    expected=(
        Expected(
            "rows",
            (255, 256),
            {
                247: "the number in the paper: the 256 rows without sadness and fear",
                246: "the 255 rows without sadness and fear: the five classes",
                147: "only disgust, repression, happiness and surprise",
                145: "only the clips of the MEGC2019 composite",
            },
            "rows were removed or edited",
            {
                247: _WITHOUT_TWO,
                246: _WITHOUT_TWO,
                147: _WITHOUT_TWO | {"emotion_others": 0},
                145: _WITHOUT_TWO | {"emotion_others": 0},
            },
        ),
        Expected(
            "subjects",
            (26,),
            {24: "without sub10 and sub18, who show none of the composite's emotions", 35: "35 people were recorded"},
            "rows were removed or edited",
        ),
        Expected("emotion_others", (99,), {}, "rows were removed, edited or relabelled"),
        Expected(
            "emotion_disgust",
            (63, 64),
            {61: "without the two clips that MEGC2019 leaves out"},
            "rows were removed, edited or relabelled (the 256-row table has one more, sub24/EP02_07)",
        ),
        Expected("emotion_happiness", (32,), {}, "rows were removed, edited or relabelled"),
        Expected("emotion_repression", (27,), {}, "rows were removed, edited or relabelled"),
        Expected("emotion_surprise", (25,), {}, "rows were removed, edited or relabelled"),
        Expected(
            "emotion_sadness", (7,), {0: "left out, as most papers do"}, "rows were removed, edited or relabelled"
        ),
        Expected("emotion_fear", (2,), {0: "left out, as most papers do"}, "rows were removed, edited or relabelled"),
        Expected(
            "apex_missing_rows",
            (1,),
            {0: "sub04/EP12_01f was left out or its apex filled in", 21: "the 256-row table lacks 21 apex frames"},
            "another version of the workbook",
        ),
        Expected("offset_before_onset_rows", (0,), {}, "rows were edited"),
    ),
    notes=(
        "one public toolkit corrects the offset of one row and fills in the apex frames that the 256-row table lacks; "
        "here they stay as written",
        "the cropped frames of sub16/EP01_08 are incomplete in the release",
    ),
)

_subject_of = numbered("(?:sub|s)?0*([1-9][0-9]?)", "sub{:02d}")
_NAME = re.compile(r"ep([0-9]{1,2}(?:_[0-9]{1,2}){0,2}f?)")


def canonical_clip(subject: str, clip: str) -> tuple[str, str] | None:
    """Return ``("sub01", "EP02_01f")`` for any spelling of a subject and a clip, or None.

    The subject may be ``1``, ``01`` or ``sub01``, or stand before the clip as a folder (``sub01/EP02_01f``); without
    it the clip is nobody's.
    """
    found = locate(subject, clip, _subject_of)
    match = _NAME.fullmatch(found.name) if found else None
    if found is None or match is None or found.subject is None:
        return None
    return found.subject, f"EP{match[1]}{found.repeat}"


LAYOUT = Layout(
    dataset=CARD.name,
    title=CARD.title,
    workbook=CARD.workbooks[0],
    canonical_clip=canonical_clip,
    example="a subject such as 01 and a clip such as EP02_01f",
    emotions=("others", "disgust", "happiness", "repression", "surprise", "sadness", "fear"),
)


def parse(sheets: Sequence[Sheet], source: str) -> ClipAnnotation:
    """Turn the sheets of a CASME II workbook into clips.

    Parameters
    ----------
    sheets : sequence of Sheet
        All worksheets, in any order.
    source : str
        The file's name in messages.

    Raises
    ------
    UserError
        If no sheet has the header row, or there is no clip below it.
    InvalidInput
        If rows are wrong: every one is named.
    """
    return parse_clips(sheets, source, LAYOUT)
