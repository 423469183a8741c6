"""4DME, the micro-expressions: one sheet, one row a clip, several emotions possible (``negative+repression``).

Headers are sub_ID (or SubID), fold_name, Emotion, Onset, Apex, Offset, AUs, and one column an action unit. How the
names of subjects and folders look is not known to us, so any will do: subjects that are numbers lose their zeros, all
else is put in lower case. An action unit with ``(k)`` behind it was static and stays as written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mebench.datasets.catalog import RECOGNITION, Card, ClipAnnotation, Expected
from mebench.datasets.readers._clip_names import locate
from mebench.datasets.readers._clips import Layout, parse_clips
from mebench.datasets.sheets import Sheet

CARD = Card(
    name="4dme",
    title="4DME, micro-expressions",
    fps=60.0,
    types=("me",),
    task=RECOGNITION,
    licence="research only, under the 4DME release agreement; annotation tables may not be passed on",
    access="send the signed release agreement to CMVS, University of Oulu.",
    citation=(
        "Li, Cheng, Li, Behzad, Shen, Zafeiriou, Pantic, Zhao: 4DME: A Spontaneous 4D Micro-Expression Dataset With "
        "Multimodalities. IEEE Trans. Affective Computing 14(4):3031-3047, 2023, doi:10.1109/TAFFC.2022.3182342"
    ),
    universe="the micro-expressions of the workbook",
    workbooks=("4DME_Labelling_Micro_release v1.xlsx", "Micro and Macro-expression labels.xlsx"),
    frames_are="numbers of the grey video's frames, at 60 fps",
    expected=(Expected("rows", (267,), {}, "another release, or rows were removed or added"),),
    notes=("one public toolkit exchanges the action units of two neighbouring rows; here they stay as written",),
    unverified=(
        "4DME is verified in part only: a public loader says that the table has 267 rows and which columns; the forms "
        "of its names, the number of people and the counts of emotions were never checked"
    ),
)

_SUBJECT = re.compile(r"[a-z]*[0-9]{1,5}")
_NAME = re.compile(r"[a-z0-9][a-z0-9 ._()-]*")


def _subject_of(written: str) -> str | None:
    if written.isascii() and written.isdigit():
        return written.lstrip("0") or None
    return written if _SUBJECT.fullmatch(written) else None


def canonical_clip(subject: str, clip: str) -> tuple[str, str] | None:
    """Return the subject without the zeros before a number, and the name of the folder in lower case, or None.

    Without a subject the folder around the clip is it.
    """
    found = locate(subject, clip, _subject_of)
    if found is None or found.subject is None or not _NAME.fullmatch(found.name):
        return None
    return found.subject, found.name + found.repeat


LAYOUT = Layout(
    dataset=CARD.name,
    title=CARD.title,
    workbook=CARD.workbooks[0],
    canonical_clip=canonical_clip,
    example="the subject's number and the name of the clip's folder",
    emotions=("positive", "negative", "surprise", "repression", "others"),
    counts_from_one=False,
)


def parse(sheets: Sequence[Sheet], source: str) -> ClipAnnotation:
    """Turn the sheets of a 4DME workbook into clips; macro-expressions are left aside where a column tells them.

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
