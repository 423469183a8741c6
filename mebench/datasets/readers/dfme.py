"""DFME: one sheet a part of the challenge release, one row a clip, at 200, 300 or 500 frames a second.

Headers are Subject (``sub0003``), Filename (``sub0003_01``), OnsetFrame, ApexFrame, OffsetFrame, Emotion, EmotionId,
Fps and AU. Frames may count from 0. The tables of the test parts may come without emotions.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from mebench.datasets.catalog import RECOGNITION, Card, ClipAnnotation, Expected
from mebench.datasets.readers._clip_names import locate, numbered
from mebench.datasets.readers._clips import NAMES, Layout, annotation, listed, read_clips
from mebench.datasets.sheets import Sheet, number, text

EMOTION_IDS = ("anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise")
"""The emotions in the order of their EmotionId, from 0."""

CARD = Card(
    name="dfme",
    title="DFME",
    fps=None,
    types=("me",),
    task=RECOGNITION,
    licence="research only, no commercial use; students need a supervisor's signature; tables may not be passed on",
    access="send the signed agreement (mea-lab-421.github.io).",
    citation=(
        "Zhao, Tang, Mao, Liu, Zhang, Wang, Xu, Chen: DFME: A New Benchmark for Dynamic Facial Micro-Expression "
        "Recognition. IEEE Trans. Affective Computing, 2023, doi:10.1109/TAFFC.2023.3341918"
    ),
    universe="the rows of the workbook, which is one part of the release",
    workbooks=("training_full_with_AU.xlsx",),
    frames_are="within the clip, possibly from 0, at 200, 300 or 500 fps",
    expected=(
        Expected(
            "rows",
            (1856, 474, 299),
            {2629: "all three parts of the challenge release together", 7526: "the number in the paper"},
            "the training part has 1856 clips, test A 474, test B 299",
        ),
        Expected(
            "subjects",
            (176, 42, 41),
            {671: "671 people were recorded"},
            "the training part has 176 subjects, test A 42, test B 41",
        ),
    ),
    unverified=(
        "DFME is verified on a third party's copy of the challenge release only (1856, 474 and 299 clips, whose file "
        "names are that party's); the paper counts 7526 clips, and whether frames count from 0 or 1 is not settled"
    ),
)

_subject_of = numbered("(?:sub)?0*([1-9][0-9]{0,3})", "sub{:04d}")
_NAME = re.compile(r"(?:sub)?0*([1-9][0-9]{0,3})_0*([1-9][0-9]{0,2})")


def canonical_clip(subject: str, clip: str) -> tuple[str, str] | None:
    """Return ``("sub0003", "sub0003_01")`` for any spelling of a clip, or None.

    The clip tells the subject; where a subject is given it must be the same (``3``, ``sub0003``).
    """
    found = locate(subject, clip, _subject_of)
    match = _NAME.fullmatch(found.name) if found else None
    if found is None or match is None:
        return None
    of = f"sub{int(match[1]):04d}"
    if found.subject not in {None, of}:
        return None
    return of, f"{of}_{int(match[2]):02d}{found.repeat}"


LAYOUT = Layout(
    dataset=CARD.name,
    title=CARD.title,
    workbook=CARD.workbooks[0],
    canonical_clip=canonical_clip,
    example="a subject such as sub0003 and a clip of the same subject such as sub0003_01",
    emotions=EMOTION_IDS,
    required=("subject", "filename", "onset", "apex", "offset"),
    counts_from_one=False,
    names={**NAMES, "emotion_id": ("emotionid",), "fps": ("fps",)},
)


def parse(sheets: Sequence[Sheet], source: str) -> ClipAnnotation:
    """Turn the sheet of one part of DFME into clips.

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
    clips, cells, notes = read_clips(sheets, source, LAYOUT)
    contradicting = []
    for place, (clip, row) in enumerate(zip(clips, cells, strict=True)):
        named = _named(number(row["emotion_id"]))
        if named and clip.emotion is None:
            clips[place] = clip._replace(emotion=named)
        elif named and named != clip.emotion:
            contradicting.append(clip)
    notes += listed("an EmotionId that is not that of the Emotion, which counts,", contradicting)
    rates = Counter(text(row["fps"]) for row in cells if text(row["fps"]))
    if rates:
        notes.append(f"frame rates: {', '.join(f'{rate} fps in {n} clips' for rate, n in sorted(rates.items()))}")
    return annotation(clips, notes, LAYOUT)


def _named(code: float | None) -> str | None:
    """Return the emotion of an EmotionId, None if it has none."""
    return EMOTION_IDS[int(code)] if code in set(range(len(EMOTION_IDS))) and code is not None else None
