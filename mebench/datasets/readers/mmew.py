"""MMEW: one sheet, one row a micro-expression; the clip's name holds subject, emotion and number (``S03-01-002``)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mebench.datasets.catalog import RECOGNITION, Card, ClipAnnotation, Expected
from mebench.datasets.readers._clip_names import locate, numbered
from mebench.datasets.readers._clips import Layout, parse_clips
from mebench.datasets.sheets import Sheet

_SAID = "the published counts were not verified"

CARD = Card(
    name="mmew",
    title="MMEW",
    fps=90.0,
    types=("me",),
    task=RECOGNITION,
    licence="research only, under the MMEW release agreement; annotation tables may not be passed on",
    access="send the signed agreement to benxianyeye@163.com (dpailab.com/database.html).",
    citation=(
        "Ben, Ren, Zhang, Wang, Kpalma, Meng, Liu: Video-based Facial Micro-Expression Analysis: A Survey of Datasets, "
        "Features and Algorithms. IEEE Trans. Pattern Analysis and Machine Intelligence 44(9):5826-5846, 2022, "
        "doi:10.1109/TPAMI.2021.3067464"
    ),
    universe="the rows of the workbook",
    workbooks=("MMEW_Micro_Exp.xlsx",),
    frames_are="1-based within the clip, at 90 fps",
    expected=(
        Expected("rows", (300,), {234: "without others"}, "rows were removed or edited"),
        Expected("emotion_happiness", (36,), {}, _SAID),
        Expected("emotion_anger", (8,), {}, _SAID),
        Expected("emotion_surprise", (89,), {}, _SAID),
        Expected("emotion_disgust", (72,), {}, _SAID),
        Expected("emotion_fear", (16,), {}, _SAID),
        Expected("emotion_sadness", (13,), {}, _SAID),
        Expected("emotion_others", (66,), {0: "the folder of these clips is called repression"}, _SAID),
    ),
    notes=(
        "one public toolkit corrects apex and offset of 16 rows; here they stay as written",
        "the 900 macro-expressions are single images and not read",
    ),
    unverified=(
        "MMEW is not verified: no copy of the workbook was seen; its columns are those that public loaders name, the "
        "counts of emotions are from memory"
    ),
)

_subject_of = numbered("s?0*([1-9][0-9]?)", "S{:02d}")
_NAME = re.compile(r"s0*([1-9][0-9]?)-0*([1-9][0-9]?)-0*([1-9][0-9]{0,2})")


def canonical_clip(subject: str, clip: str) -> tuple[str, str] | None:
    """Return ``("S03", "S03-01-002")`` for any spelling of a clip, or None.

    The clip tells the subject; where a subject is given it must be the same (``3``, ``03``, ``S03``).
    """
    found = locate(subject, clip, _subject_of)
    match = _NAME.fullmatch(found.name) if found else None
    if found is None or match is None:
        return None
    of = f"S{int(match[1]):02d}"
    if found.subject not in {None, of}:
        return None
    return of, f"{of}-{int(match[2]):02d}-{int(match[3]):03d}{found.repeat}"


LAYOUT = Layout(
    dataset=CARD.name,
    title=CARD.title,
    workbook=CARD.workbooks[0],
    canonical_clip=canonical_clip,
    example="a subject such as 3 or S03 and a clip of the same subject such as S03-01-002",
    emotions=("happiness", "anger", "surprise", "disgust", "fear", "sadness", "others", "repression"),
)


def parse(sheets: Sequence[Sheet], source: str) -> ClipAnnotation:
    """Turn the sheets of an MMEW workbook into clips.

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
