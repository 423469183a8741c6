"""SAMM, the clips: sheet ``MICRO_ONLY`` below a preamble of thirteen rows.

The header stands on sheet row 14 as distributed and on row 1 in trimmed copies, so it is found by its words. A file
name such as ``006_1_2`` is subject, video and event number, and unique. Frames are absolute numbers within the source
video. Three rows of the release contradict themselves: in ``028_4_1`` and ``032_3_1`` the apex lies outside the
interval, in ``013_1_9`` the Duration shows that the offset is a slip of the pen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mebench.datasets.catalog import RECOGNITION, Card, ClipAnnotation, Expected
from mebench.datasets.readers._clip_names import locate, numbered
from mebench.datasets.readers._clips import Layout, parse_clips
from mebench.datasets.sheets import Sheet

_TRIMMED = "rows were removed, edited or relabelled"

CARD = Card(
    name="samm",
    title="SAMM",
    fps=200.0,
    types=("me",),
    task=RECOGNITION,
    licence="research only, under the SAMM release agreement; annotation tables may not be passed on",
    access=(
        "ask for the licence form by email to M.Yap@mmu.ac.uk, subject 'SAMM' "
        "(www2.docm.mmu.ac.uk/STAFF/M.Yap/dataset.php)."
    ),
    citation=(
        "Davison, Lansley, Costen, Tan, Yap: SAMM: A Spontaneous Micro-Facial Movement Dataset. IEEE Trans. Affective "
        "Computing 9(1):116-129, 2018, doi:10.1109/TAFFC.2016.2573832"
    ),
    universe="the rows of the workbook",
    workbooks=("SAMM_Micro_FACS_Codes_v2.xlsx", "SAMM_20181215_Micro_FACS_Codes_v2.xlsx"),
    frames_are="absolute within the source video, at 200 fps",
    expected=(
        Expected(
            "rows",
            (159,),
            {133: "without the 26 clips of emotion Other, as in MEGC2019"},
            _TRIMMED,
            {133: {"emotion_others": 0}},
        ),
        Expected(
            "subjects",
            (29,),
            {
                28: "without 025, who shows only Other",
                30: "this counts the subjects of SAMM Long Videos",
                32: "papers print the 32 participants; 29 have a micro-expression",
            },
            "rows were removed or edited",
        ),
        Expected("emotion_anger", (57,), {}, _TRIMMED),
        Expected("emotion_contempt", (12,), {}, _TRIMMED),
        Expected("emotion_disgust", (9,), {}, _TRIMMED),
        Expected("emotion_fear", (8,), {}, _TRIMMED),
        Expected("emotion_happiness", (26,), {}, _TRIMMED),
        Expected("emotion_sadness", (6,), {}, _TRIMMED),
        Expected("emotion_surprise", (15,), {}, _TRIMMED),
        Expected("emotion_others", (26,), {0: "left out, as in MEGC2019"}, _TRIMMED),
        *(
            Expected(f"objective_class_{number}", (count,), {0: "the copy has no objective classes"}, _TRIMMED)
            for number, count in enumerate((24, 13, 20, 8, 3, 7, 84), start=1)
        ),
        Expected("offset_missing_rows", (0,), {}, "an edited copy: every clip has an offset"),
    ),
    notes=(
        "public corrections: the offset of 013_1_9, the apex of 028_4_1 and of 032_3_1; here they stay as written",
        "the zeros in front of the frame number differ from clip to clip",
    ),
)

_subject_of = numbered("0*([1-9][0-9]{0,2})", "{:03d}")
_NAME = re.compile(r"0*([1-9][0-9]{0,2})_0*([1-9][0-9]?)_0*([1-9][0-9]{0,2})")


def canonical_clip(subject: str, clip: str) -> tuple[str, str] | None:
    """Return ``("006", "006_1_2")`` for any spelling of a clip, or None.

    The clip tells the subject; where a subject is given it must be the same (``6``, ``06`` and ``006`` are).
    """
    found = locate(subject, clip, _subject_of)
    match = _NAME.fullmatch(found.name) if found else None
    if found is None or match is None:
        return None
    of = f"{int(match[1]):03d}"
    if found.subject not in {None, of}:
        return None
    return of, f"{of}_{int(match[2])}_{int(match[3])}{found.repeat}"


LAYOUT = Layout(
    dataset=CARD.name,
    title="SAMM (clips, not the long videos)",
    workbook=CARD.workbooks[0],
    canonical_clip=canonical_clip,
    example="a subject such as 006 and a clip of the same subject such as 006_1_2",
    emotions=("anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise", "others"),
    sheet="microonly",
)


def parse(sheets: Sequence[Sheet], source: str) -> ClipAnnotation:
    """Turn the sheets of a SAMM workbook (as distributed, or without its preamble) into clips.

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
