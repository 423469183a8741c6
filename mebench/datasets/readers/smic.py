"""SMIC-HS: the 164 short clips of the high-speed camera, the part of SMIC that MEGC2019 takes.

There is no table with the short clips: the frames come from the table of SMIC-HS-E, or from the folder of clips
(``SMIC_all_cropped/HS/s1/micro/negative/s1_ne_01/reg_image563854.bmp``), whose first and last image are onset and
offset. See :mod:`mebench.datasets.readers._smic` for how 157 rows are 164 clips.
"""

from __future__ import annotations

from collections.abc import Sequence

from mebench.datasets.catalog import RECOGNITION, Card, ClipAnnotation, Expected
from mebench.datasets.readers import _smic
from mebench.datasets.readers._smic import canonical_clip, emotion_of_clip
from mebench.datasets.sheets import Sheet

_TRIMMED = "rows were removed, edited or relabelled"

CARD = Card(
    name="smic",
    title="SMIC-HS",
    fps=100.0,
    types=("me",),
    task=RECOGNITION,
    licence=_smic.LICENCE,
    access=_smic.ACCESS,
    citation=_smic.CITATION,
    universe="the rows of the workbook, their further micro-expressions, and the three clips without a row",
    workbooks=("SMIC-HS-E_annotation.xlsx", "SMIC-HS-E_annotation_2019.xlsx"),
    frames_are="absolute camera numbers, at 100 fps",
    expected=(
        Expected(
            "rows",
            (164,),
            {
                161: "as many as SMIC-E-HS has: the three lost ones may be missing",
                163: "SMIC_all_cropped lacks s18_sur_03",
                157: "only the first micro-expression of each clip of SMIC-E-HS",
                71: "these are the clips of SMIC-VIS or SMIC-NIR",
            },
            "rows were removed or edited",
            {163: {"clip s18/s18_sur_03": 0}, 71: {"subjects": 8}},
        ),
        Expected(
            "subjects",
            (16,),
            {20: "SMIC recorded 20 people, of whom 16 show a micro-expression", 8: "SMIC-VIS and SMIC-NIR have 8"},
            "rows were removed or edited",
        ),
        Expected("emotion_negative", (70,), {}, _TRIMMED),
        Expected("emotion_positive", (51,), {}, _TRIMMED),
        Expected("emotion_surprise", (43,), {}, _TRIMMED),
        Expected("offset_before_onset_rows", (0,), {}, "rows were edited"),
    ),
    notes=(
        "SMIC_all_cropped lacks s18_sur_03 and single frames of s03_po_08, s03_sur_01, s03_sur_05 and s03_ne_16",
        "there is no apex: the middle frame is the convention",
    ),
)

SKIPPED_FOLDERS = _smic.SKIPPED_FOLDERS[CARD.name]

__all__ = ["CARD", "SKIPPED_FOLDERS", "canonical_clip", "emotion_of_clip", "parse"]


def parse(sheets: Sequence[Sheet], source: str) -> ClipAnnotation:
    """Turn the table of SMIC-HS-E, or one of the 164 short clips, into the clips of SMIC-HS.

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
    return _smic.parse_smic(sheets, source, CARD.name, CARD.workbooks[0], _smic.WITHOUT_ROW, all_of_hs=True)
