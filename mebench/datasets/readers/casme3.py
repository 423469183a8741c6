"""CAS(ME)^3, part A: one row a micro-expression within a long video that is known by a letter.

Two tables hold them: ``cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx`` (sheet ``label``, with emotions) and
``CAS(ME)3_part_A_v2.xls`` (sheet ``AU+Emotion``, macro-expressions too, objective classes but no emotions). A subject
is ``spNO.1``, a video ``a`` to ``m``, in a few rows in upper case; (Subject, Filename) is not unique, so repeats get a
running number. Frames are 1-based within the video.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mebench.datasets.catalog import RECOGNITION, Card, ClipAnnotation, Expected
from mebench.datasets.readers._clip_names import locate, numbered
from mebench.datasets.readers._clips import Layout, parse_clips
from mebench.datasets.readers._headers import find_header, fold
from mebench.datasets.sheets import Sheet
from mebench.problems import UserError, printable

_WITHOUT = {0: "the table CAS(ME)3_part_A_v2.xls has no emotions"}
_TRIMMED = "rows were removed, edited or relabelled"

CARD = Card(
    name="casme3",
    title="CAS(ME)^3, part A",
    fps=30.0,
    types=("me",),
    task=RECOGNITION,
    licence="research only, under the CAS(ME)^3 release agreement; annotation tables may not be passed on",
    access="send the signed agreement of the Institute of Psychology, CAS (casme.psych.ac.cn/casme/e4).",
    citation=(
        "Li, Dong, Lu, Wang, Yan, Ma, Liu, Huang, Fu: CAS(ME)^3: A Third Generation Facial Spontaneous "
        "Micro-Expression Database with Depth Information and High Ecological Validity. IEEE Trans. Pattern Analysis "
        "and Machine Intelligence 45(3):2782-2800, 2023, doi:10.1109/TPAMI.2022.3174895"
    ),
    universe="the micro-expressions of the workbook",
    workbooks=("cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx", "CAS(ME)3_part_A_v2.xls"),
    frames_are="1-based within the long video, at 30 fps",
    expected=(
        Expected(
            "rows",
            (860,),
            {
                921: "version 1, in which 61 long events still count as micro-expressions",
                857: "without three rows whose frames contradict each other",
                816: "without occluded, very long and unreadable ones",
                165: "this is part C",
            },
            "rows were removed or edited",
        ),
        Expected(
            "subjects",
            (94,),
            {98: "this counts the subjects with macro-expressions too"},
            "rows were removed or edited",
        ),
        Expected("emotion_disgust", (250,), _WITHOUT, _TRIMMED),
        Expected("emotion_surprise", (187,), _WITHOUT, _TRIMMED),
        Expected("emotion_others", (161,), _WITHOUT | {158: "without the three written 'Others'"}, _TRIMMED),
        Expected("emotion_fear", (86,), _WITHOUT, _TRIMMED),
        Expected("emotion_anger", (64,), _WITHOUT, _TRIMMED),
        Expected("emotion_sadness", (57,), _WITHOUT, _TRIMMED),
        Expected("emotion_happiness", (55,), _WITHOUT, _TRIMMED),
    ),
    notes=(
        "the database tells micro- from macro-expressions by onset to apex: 623 of the micro-expressions are longer "
        "than half a second from onset to offset",
        "one public toolkit corrects six rows; here they stay as written",
    ),
)

_subject_of = numbered(r"(?:spno\.?)?0*([1-9][0-9]{0,2})", "spNO.{:d}")
_NAME = re.compile(r"[a-z]")
_MODALITY = re.compile(r"[/\\](?:color|depth)[/\\]?\s*$", re.IGNORECASE)
_PART_C = {"subject": ("sub",), "count": ("count",), "onset": ("onset",), "offset": ("offset",)}


def canonical_clip(subject: str, clip: str) -> tuple[str, str] | None:
    """Return ``("spNO.1", "a")``, or ``("spNO.1", "a#2")`` for the second of a video, or None.

    The subject may be ``1`` or ``spNO.1``, or stand before the letter as a folder (``spNO.1/a/color``).
    """
    found = locate(subject, _MODALITY.sub("", clip), _subject_of)
    if found is None or found.subject is None or not _NAME.fullmatch(found.name):
        return None
    return found.subject, found.name + found.repeat


LAYOUT = Layout(
    dataset=CARD.name,
    title=CARD.title,
    workbook=CARD.workbooks[0],
    canonical_clip=canonical_clip,
    example="a subject such as spNO.1 and a video from a to m",
    emotions=("disgust", "surprise", "others", "fear", "anger", "sadness", "happiness"),
    sheet="label",
    required=("subject", "filename", "onset", "apex", "offset"),
)


def parse(sheets: Sequence[Sheet], source: str) -> ClipAnnotation:
    """Turn the sheets of a CAS(ME)^3 part A workbook into clips; macro-expressions are left aside.

    Parameters
    ----------
    sheets : sequence of Sheet
        All worksheets, in any order.
    source : str
        The file's name in messages.

    Raises
    ------
    UserError
        If no sheet has the header row, there is no clip below it, or it is the workbook of part C.
    InvalidInput
        If rows are wrong: every one is named.
    """
    if find_header(sheets, _PART_C, tuple(_PART_C)) is not None:
        raise UserError(
            f"{printable(source)}: this is the table of part C, and only part A is read here. Export it as a CSV with "
            "subject,clip,onset,apex,offset,emotion and register that under a name of its own."
        )
    # The .xls has a sheet of eye blinks with the same headers.
    return parse_clips([sheet for sheet in sheets if "blink" not in fold(sheet.name)], source, LAYOUT)
