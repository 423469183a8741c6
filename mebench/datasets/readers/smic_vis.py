"""SMIC-VIS: the 71 clips of the visible-light camera, from the table of its extended version."""

from __future__ import annotations

from collections.abc import Sequence

from mebench.datasets.catalog import RECOGNITION, Card, ClipAnnotation, Expected
from mebench.datasets.readers import _smic
from mebench.datasets.readers._smic import canonical_clip, emotion_of_clip
from mebench.datasets.sheets import Sheet

CARD = Card(
    name="smic-vis",
    title="SMIC-VIS",
    fps=25.0,
    types=("me",),
    task=RECOGNITION,
    licence=_smic.LICENCE,
    access=_smic.ACCESS,
    citation=_smic.CITATION,
    universe="the rows of the workbook and their further micro-expressions",
    workbooks=("SMIC-VIS-E_annotation.xlsx", "SMIC_VIS_E_annotation.xlsx"),
    frames_are="absolute camera numbers, at 25 fps",
    expected=(
        Expected("rows", (71,), {164: "these are the clips of SMIC-HS"}, "rows were removed or edited"),
        Expected(
            "subjects", (8,), {10: "10 people were recorded", 16: "SMIC-HS has 16"}, "rows were removed or edited"
        ),
        Expected("offset_before_onset_rows", (0,), {}, "rows were edited"),
    ),
    notes=("there is no apex: the middle frame is the convention",),
    unverified=(
        "SMIC-VIS is not verified: 71 clips of 8 subjects is what papers say, the counts of its classes are not known, "
        "and no copy of its table was seen"
    ),
)

SKIPPED_FOLDERS = _smic.SKIPPED_FOLDERS[CARD.name]

__all__ = ["CARD", "SKIPPED_FOLDERS", "canonical_clip", "emotion_of_clip", "parse"]


def parse(sheets: Sequence[Sheet], source: str) -> ClipAnnotation:
    """Turn the table of SMIC-VIS-E into clips, one a micro-expression.

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
    return _smic.parse_smic(sheets, source, CARD.name, CARD.workbooks[0])
