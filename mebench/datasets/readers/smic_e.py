"""SMIC-E-HS: 157 longer clips of the high-speed camera, four of which hold a second micro-expression."""

from __future__ import annotations

from collections.abc import Sequence

from mebench.datasets.catalog import RECOGNITION, Card, ClipAnnotation, Expected
from mebench.datasets.readers import _smic
from mebench.datasets.readers._smic import canonical_clip, emotion_of_clip
from mebench.datasets.sheets import Sheet

CARD = Card(
    name="smic-e",
    title="SMIC-E-HS",
    fps=100.0,
    types=("me",),
    task=RECOGNITION,
    licence=_smic.LICENCE,
    access=_smic.ACCESS,
    citation=_smic.CITATION,
    universe="the rows of the workbook and their further micro-expressions",
    workbooks=("SMIC-HS-E_annotation.xlsx", "SMIC-HS-E_annotation_2019.xlsx"),
    frames_are="absolute camera numbers, from FirstF to LastF, at 100 fps",
    expected=(
        Expected(
            "rows",
            (161,),
            {
                157: "only the first micro-expression of each clip",
                164: "these are the clips of SMIC-HS: register them as smic",
            },
            "rows were removed or edited",
        ),
        Expected(
            "subjects",
            (16,),
            {20: "SMIC recorded 20 people, of whom 16 show a micro-expression"},
            "rows were removed or edited",
        ),
        Expected("offset_before_onset_rows", (0,), {}, "rows were edited"),
    ),
    notes=("there is no apex: the middle frame is the convention",),
)

SKIPPED_FOLDERS = _smic.SKIPPED_FOLDERS[CARD.name]

__all__ = ["CARD", "SKIPPED_FOLDERS", "canonical_clip", "emotion_of_clip", "parse"]


def parse(sheets: Sequence[Sheet], source: str) -> ClipAnnotation:
    """Turn the table of SMIC-HS-E into clips, one a micro-expression.

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
    return _smic.parse_smic(sheets, source, CARD.name, CARD.workbooks[0], _smic.WITHOUT_ROW)
