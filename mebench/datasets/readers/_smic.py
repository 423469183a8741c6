"""The SMIC family: one row a clip, absolute camera numbers, further micro-expressions of a clip in further columns.

``SMIC-HS-E_annotation.xlsx`` (also ``_2019``) has Subject, Filename, (blank), OnsetF, OffsetF, Onset2F, Offset2F,
Onset3F, Offset3F, (blank), FirstF, LastF, TotalMF1 to 3, TotalVL, Emotion, and rows of text below the table; the
tables of VIS and NIR lack Onset3F and Offset3F. A name is ``s1_ne_01`` or ``s01_ne_01``, both within one table; its
middle part is the class. There is no apex. Each micro-expression is a clip here.

The 164 clips of SMIC-HS became 157 rows of SMIC-HS-E: seven names have no row of their own (:data:`WITHOUT_ROW`). Four
of them are second micro-expressions within another row's clip, which no column names; three were lost with their
original videos. So a second micro-expression takes the next of the seven names of its subject and class, and what is
left of the seven are the lost ones, whose frames only the folder of short clips tells.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from mebench.datasets.catalog import RECOGNITION, Card, ClipAnnotation, Expected
from mebench.datasets.readers._clip_names import locate, numbered
from mebench.datasets.readers._clips import Clip, clips_table, is_text, listed, number_repeats, remarks, text_rows_note
from mebench.datasets.readers._headers import Header, cell_at, find_header, is_blank, no_table
from mebench.datasets.readers._names import natural
from mebench.datasets.readers._rows import Faults
from mebench.datasets.sheets import Cell, Sheet, number, text
from mebench.problems import UserError, quoted

WITHOUT_ROW = ("s01_ne_02", "s02_sur_05", "s03_ne_03", "s03_ne_20", "s04_ne_05", "s04_ne_06", "s09_sur_02")
"""The clips of SMIC-HS that have no row in the table of SMIC-HS-E."""

EMOTIONS = {"ne": "negative", "po": "positive", "sur": "surprise"}
"""The classes as the names of clips code them."""

SKIPPED_FOLDERS: Mapping[str, frozenset[str]] = {
    "smic": frozenset({"vis", "nir", "non_micro", "non-micro"}),
    "smic-e": frozenset({"vis_long", "nir_long", "non_micro", "non-micro"}),
    "smic-vis": frozenset({"hs", "hs_long", "nir", "nir_long", "non_micro", "non-micro"}),
    "smic-nir": frozenset({"hs", "hs_long", "vis", "vis_long", "non_micro", "non-micro"}),
}
"""Folders of other cameras, in which clips have the same names, and of clips without a micro-expression."""

LICENCE = "research only, under the SMIC release agreement; annotation tables may not be passed on"
ACCESS = "send the signed release agreement to CMVS, University of Oulu (oulu.fi/cmvs/node/41319)."
CITATION = (
    "Li, Pfister, Huang, Zhao, Pietikäinen: A Spontaneous Micro-expression Database: Inducement, collection and "
    "baseline. FG 2013, doi:10.1109/FG.2013.6553717"
)

_NAMES = {
    "subject": ("subject",),
    "filename": ("filename",),
    "onset": ("onsetf", "onset", "onset1f", "onsetframe"),
    "offset": ("offsetf", "offset", "offset1f", "offsetframe"),
    "onset2": ("onset2f", "onset2"),
    "offset2": ("offset2f", "offset2"),
    "onset3": ("onset3f", "onset3"),
    "offset3": ("offset3f", "offset3"),
    "first": ("firstf", "firstframe"),
    "last": ("lastf", "lastframe"),
    "apex": ("apexf", "apex", "apexframe"),
    "emotion": ("emotion",),
}
_REQUIRED = ("subject", "filename", "onset", "offset")
_CLASSES = {"ne": "ne", "neg": "ne", "po": "po", "pos": "po", "sur": "sur"}
_NAME = re.compile(r"s0*([1-9][0-9]?)_(neg?|pos?|sur)_0*([1-9][0-9]{0,2})")
_subject_of = numbered("s?0*([1-9][0-9]?)", "s{:02d}")


class _Moment(NamedTuple):
    """One micro-expression of a row: its place among them, and its frames."""

    place: int
    onset: float
    offset: float


@dataclass
class _Found:
    """What a table holds, before the further micro-expressions have names."""

    faults: Faults
    clips: list[Clip] = field(default_factory=list)
    further: list[Clip] = field(default_factory=list)
    text_rows: list[int] = field(default_factory=list)
    outside: list[Clip] = field(default_factory=list)
    mislabelled: list[Clip] = field(default_factory=list)


def canonical_clip(subject: str, clip: str) -> tuple[str, str] | None:
    """Return ``("s01", "s01_ne_01")`` for any spelling of a clip, or None.

    The clip tells the subject; where a subject is given it must be the same (``1``, ``s1``, ``s01``). Padding does not
    count, nor do the folders around the clip (``HS/s1/micro/negative/s1_ne_01``).
    """
    found = locate(subject, clip, _subject_of)
    match = _NAME.fullmatch(found.name) if found else None
    if found is None or match is None:
        return None
    of = f"s{int(match[1]):02d}"
    if found.subject not in {None, of}:
        return None
    return of, f"{of}_{_CLASSES[match[2]]}_{int(match[3]):02d}{found.repeat}"


def emotion_of_clip(clip: str) -> str:
    """Return the class that a canonical name codes."""
    return EMOTIONS[clip.split("_")[1]]


def parse_smic(
    sheets: Sequence[Sheet],
    source: str,
    dataset: str,
    workbook: str,
    without_row: Sequence[str] = (),
    all_of_hs: bool = False,
) -> ClipAnnotation:
    """Turn a table of the family into clips.

    Parameters
    ----------
    sheets : sequence of Sheet
    source : str
    dataset : str
        The name of the dataset.
    workbook : str
        The file to ask for if this is not it.
    without_row : sequence of str
        Names for further micro-expressions of a row; without any left they get a running number.
    all_of_hs : bool
        Whether the names that are left belong to the dataset, without frames.

    Raises
    ------
    UserError
        If no sheet has the header row, or there is no clip below it.
    InvalidInput
        If rows are wrong: every one is named.
    """
    header = find_header(sheets, _NAMES, _REQUIRED)
    if header is None:
        wanted = "no sheet has a header row with Subject, Filename, OnsetF and OffsetF"
        raise no_table(source, sheets, wanted, f"Give the workbook {workbook}")
    found = _read(header, source)
    if not found.clips:
        raise UserError(f"{found.faults.file}: there is no clip below the header. Give the complete workbook.")
    clips, repeats = number_repeats(found.clips)
    free = [name for name in without_row if name not in {clip.clip for clip in clips}]
    further = _name_further(found.further, {clip.clip for clip in clips}, free)
    present = {clip.subject for clip in clips}
    lost = [Clip(*_lost(name)) for name in free if all_of_hs and name.split("_")[0] in present]
    notes = [*text_rows_note(found.text_rows), *repeats]
    if "apex" in header.columns:
        notes.append("the release has no apex: the column of this copy was left aside")
    notes += listed("a further micro-expression in another's row, under a name that has no row (inferred),", further)
    notes += listed("no row in this table, so that only the folder of short clips (--frames) tells the frames,", lost)
    notes += listed("frames outside FirstF..LastF", found.outside)
    notes += listed("an Emotion that is not that of the name, which counts,", found.mislabelled)
    notes += remarks([*clips, *further], tuple(EMOTIONS.values()), counts_from_one=False)
    everything = sorted([*clips, *further, *lost], key=lambda clip: natural(clip.clip))
    return ClipAnnotation(clips_table(dataset, everything), tuple(notes))


def _lost(name: str) -> tuple[str, str, float, float, float, str]:
    return name.split("_")[0], name, math.nan, math.nan, math.nan, emotion_of_clip(name)


def _read(header: Header, source: str) -> _Found:
    found = _Found(Faults(source, header.sheet.name))
    for row, line in enumerate(header.sheet.rows[header.row + 1 :], start=header.row + 2):
        cells = {name: cell_at(line, header.columns.get(name)) for name in _NAMES}
        if is_blank(list(cells.values())):
            continue
        if is_text(cells, canonical_clip):
            found.text_rows.append(row)
        else:
            _add_row(cells, row, found)
    found.faults.raise_if_any()
    return found


def _add_row(cells: Mapping[str, Cell], row: int, found: _Found) -> None:
    """Add the micro-expressions of a row."""
    moments = list(_moments(cells, row, found.faults))
    subject, name = text(cells["subject"]), text(cells["filename"])
    canonical = canonical_clip(subject, name)
    if canonical is None:
        message = f"subject {quoted(subject)} and clip {quoted(name)} name no clip of SMIC"
        remedy = "Expected a subject such as 1 and a clip of the same subject such as s1_ne_01"
        found.faults.add("bad-clip-name", row, "Filename", cells["filename"], message, remedy)
        return
    emotion = emotion_of_clip(canonical[1])
    # A row whose original video was lost says so in words instead of FirstF.
    first, last = (
        value if value is not None else math.nan for value in (number(cells["first"]), number(cells["last"]))
    )
    for place, onset, offset in moments:
        clip = Clip(*canonical, onset, math.nan, offset, emotion, row=row)
        (found.further if place > 1 else found.clips).append(clip)
        if onset < first or offset > last:
            found.outside.append(clip)
    if text(cells["emotion"]).casefold() in set(EMOTIONS.values()) - {emotion}:
        found.mislabelled.append(found.clips[-1])


def _moments(cells: Mapping[str, Cell], row: int, faults: Faults) -> Iterable[_Moment]:
    """Yield the first micro-expression of a row and each further one that has a frame."""
    for place, suffix in enumerate(("", "2", "3"), start=1):
        onset = faults.frame(cells[f"onset{suffix}"], row, f"Onset{suffix}F")
        offset = faults.frame(cells[f"offset{suffix}"], row, f"Offset{suffix}F")
        if place == 1 or not (math.isnan(onset) and math.isnan(offset)):
            yield _Moment(place, onset, offset)


def _name_further(further: Sequence[Clip], taken: set[str], free: list[str]) -> list[Clip]:
    """Name the further micro-expressions of rows; the names that are used leave ``free``."""
    named = []
    for clip in further:
        name = _next_free(clip, free)
        if name is None:
            running = 2
            while f"{clip.clip}#{running}" in taken:
                running += 1
            name, emotion = f"{clip.clip}#{running}", clip.emotion
        else:
            free.remove(name)
            emotion = emotion_of_clip(name)
        taken.add(name)
        named.append(clip._replace(clip=name, emotion=emotion))
    return named


def _next_free(clip: Clip, free: Sequence[str]) -> str | None:
    """Return the next free name of a clip's subject and class, else any of its class, else any of its subject."""

    def distance(name: str) -> tuple[bool, bool, str]:
        return name.split("_")[1] != clip.clip.split("_")[1], name < clip.clip, name

    return min((name for name in free if name.startswith(f"{clip.subject}_")), key=distance, default=None)


def slow_camera_card(camera: str) -> Card:
    """Return the card of a camera of 25 fps, ``"VIS"`` or ``"NIR"``: both have 71 clips of 8 people."""
    return Card(
        name=f"smic-{camera.lower()}",
        title=f"SMIC-{camera}",
        fps=25.0,
        types=("me",),
        task=RECOGNITION,
        licence=LICENCE,
        access=ACCESS,
        citation=CITATION,
        universe="the rows of the workbook and their further micro-expressions",
        workbooks=(f"SMIC-{camera}-E_annotation.xlsx", f"SMIC_{camera}_E_annotation.xlsx"),
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
            f"SMIC-{camera} is not verified: 71 clips of 8 subjects is what papers say, the counts of its classes are "
            "not known, and no copy of its table was seen"
        ),
    )
