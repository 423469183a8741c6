"""CASME: one sheet, one row a micro-expression, of which a clip may have several.

Headers are Subject, Filename, (blank), OnsetF, ApexF1, ApexF2, OffsetF, (blank), AU, Emotion. (Subject, Filename) is
not unique: repeats get a running number. The apex is the first of the two that are annotated.
"""

from __future__ import annotations

from collections.abc import Sequence

from mebench.datasets.catalog import RECOGNITION, Card, ClipAnnotation, Expected
from mebench.datasets.readers._clips import Layout, parse_clips
from mebench.datasets.readers.casme2 import canonical_clip
from mebench.datasets.sheets import Sheet

_COPIES = "copies differ: see the note on what is not verified"

CARD = Card(
    name="casme",
    title="CASME",
    fps=60.0,
    types=("me",),
    task=RECOGNITION,
    licence="research only, under the CASME release agreement; annotation tables may not be passed on",
    access="send the signed agreement of the Institute of Psychology, CAS (casme.psych.ac.cn/casme/e1).",
    citation=(
        "Yan, Wu, Liu, Wang, Fu: CASME database: A dataset of spontaneous micro-expressions collected from neutralized "
        "faces. FG 2013, doi:10.1109/FG.2013.6553799"
    ),
    universe="the rows of the workbook",
    workbooks=("CASME.xls", "casme.xlsx"),
    frames_are="1-based within the clip, at 60 fps",
    expected=(
        Expected(
            "rows", (189,), {195: "the number in the paper; the tables in use have 189"}, "rows were removed or edited"
        ),
        Expected("subjects", (18,), {35: "35 people were recorded"}, "rows were removed or edited"),
        Expected("emotion_tense", (68,), {69: "as papers print"}, _COPIES),
        Expected("emotion_disgust", (45,), {44: "as papers print"}, _COPIES),
        Expected("emotion_repression", (39,), {38: "as papers print"}, _COPIES),
        Expected("emotion_surprise", (20,), {}, _COPIES),
        Expected("emotion_happiness", (7,), {9: "as papers print"}, _COPIES),
        Expected("emotion_sadness", (6,), {}, _COPIES),
        Expected("emotion_contempt", (2,), {1: "as papers print"}, _COPIES),
        Expected("emotion_fear", (2,), {}, _COPIES),
    ),
    notes=("one public toolkit corrects onset or offset of five rows after the images; here they stay as written",),
    unverified=(
        "CASME is not verified against the original sheet: the paper counts 195 clips, the table in use has 189, and "
        "its classes differ by a few from those that papers print; frame rate and number of people are from memory"
    ),
)

LAYOUT = Layout(
    dataset=CARD.name,
    title=CARD.title,
    workbook=CARD.workbooks[0],
    canonical_clip=canonical_clip,
    example="a subject such as 01 and a clip such as EP01_12",
    emotions=("tense", "disgust", "repression", "surprise", "happiness", "sadness", "contempt", "fear"),
)

__all__ = ["CARD", "canonical_clip", "parse"]


def parse(sheets: Sequence[Sheet], source: str) -> ClipAnnotation:
    """Turn the sheets of a CASME workbook into clips.

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
