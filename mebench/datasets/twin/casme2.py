"""The twin of CASME II: one sheet with blank columns, one row a clip, 255 rows with the defects of the original."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mebench.datasets.sheets import Cell, Sheet
from mebench.datasets.twin import clip_statistics as known
from mebench.datasets.twin.action_units import combination
from mebench.datasets.twin.kept import Kept, with_rows
from mebench.datasets.twin.sampling import Draws, half_up, stratified
from mebench.datasets.twin.timeline import Event, Timeline

WORKBOOK = "CASME2-coding-20140508.xlsx"
FPS = 200.0

_HEADER = (
    "Subject", "Filename", "", "OnsetFrame", "ApexFrame", "OffsetFrame", "", "Action Units", "Estimated Emotion",
)  # fmt: skip
_FILMS = range(1, 20)
_NUMBERS = range(1, 13)


@dataclass(slots=True, eq=False)
class _Row:
    """One clip before it has frames: its subject, its emotion, and its name once it has one."""

    subject: str
    emotion: str
    name: str = ""
    event: Event | None = None


def build(seed: int, stream: Callable[..., Draws]) -> tuple[list[Sheet], list[Timeline]]:
    """Return the workbook's sheets and the raw clips; the sheets do not name the seed, for the layout has no room."""
    draws = stream("clips")
    rows = _deal_emotions(draws)
    _name(rows, draws)
    rows.sort(key=lambda row: (row.subject, row.name))
    timelines = _place(rows, draws)
    return [_sheet(rows, draws), Sheet("Sheet2", []), Sheet("Sheet3", [])], timelines


def keep(sheets: Sequence[Sheet], kept: Kept) -> list[Sheet]:
    """Return the workbook with the rows of the kept clips."""
    return [with_rows(sheets[0], 1, kept.events), *sheets[1:]]


def _deal_emotions(draws: Draws) -> list[_Row]:
    """Return every subject's rows with their emotions, so that the composite database has the subjects that it has."""
    wanted = {subject for subject, _ in known.CASME2_NAMED}
    while True:
        counts = dict(zip(known.CASME2_SUBJECTS, draws.shuffled(known.CASME2_PER_SUBJECT), strict=True))
        if all(counts[subject] >= 2 for subject in wanted):
            break
    rows = [_Row(subject, emotion, name) for (subject, name), emotion in known.CASME2_NAMED.items()]
    rows += [_Row(s, "others") for s in known.CASME2_WITHOUT_COMPOSITE for _ in range(counts[s])]
    pool = [emotion for emotion, n in known.CASME2_EMOTIONS.items() for _ in range(n)]
    for row in rows:
        pool.remove(row.emotion)
    pool = draws.shuffled(pool)
    for subject in known.CASME2_SUBJECTS:
        if subject not in known.CASME2_WITHOUT_COMPOSITE and not _in_composite(rows, subject):
            emotion = next(emotion for emotion in pool if emotion in known.CASME2_COMPOSITE)
            pool.remove(emotion)
            rows.append(_Row(subject, emotion))
    for subject, count in counts.items():
        rows += [_Row(subject, pool.pop()) for _ in range(count - sum(row.subject == subject for row in rows))]
    return rows


def _in_composite(rows: Sequence[_Row], subject: str) -> bool:
    """Return whether a subject has a row that is sure to be in the composite database: no disgust with a name is."""
    kept = [row.emotion for row in rows if row.subject == subject and not (row.name and row.emotion == "disgust")]
    return any(emotion in known.CASME2_COMPOSITE for emotion in kept)


def _name(rows: Sequence[_Row], draws: Draws) -> None:
    """Name every row by a film and a number, a few in an irregular way."""
    first, *single = known.CASME2_IRREGULAR[-2:], *known.CASME2_IRREGULAR[:-2]
    of_subject = {s: [row for row in rows if row.subject == s and not row.name] for s in known.CASME2_SUBJECTS}
    plenty = [subject for subject, free in of_subject.items() if len(free) >= 3]
    chosen = draws.sample(plenty, 1 + len(single))
    for row, name in zip(of_subject[chosen[0]], first, strict=False):
        row.name = name
    for subject, name in zip(chosen[1:], single, strict=True):
        of_subject[subject][0].name = str(name)
    for subject, free in of_subject.items():
        left = [row for row in free if not row.name]
        taken = {name[:7] for s, name in (*known.CASME2_NAMED, known.CASME2_LONGER_TABLE) if s == subject}
        names = [name for film in _FILMS for k in _NUMBERS if (name := f"EP{film:02d}_{k:02d}") not in taken]
        for row, name in zip(left, draws.sample(names, len(left)), strict=True):
            row.name = name + ("f" if draws.uniform() < 0.5 else "")


def _place(rows: Sequence[_Row], draws: Draws) -> list[Timeline]:
    """Give every row its frames within a raw clip that begins and ends with a resting face."""
    lengths = stratified(known.CASME2_LENGTHS, len(rows), draws)
    rises = stratified(known.CASME2_APEX, len(rows), draws)
    low, high = known.CASME2_MARGINS
    timelines = []
    late = draws.sample([row for row in rows if not row.name.startswith("EP12_01")], known.CASME2_APEX_AT_OFFSET)
    for row, length, rise in zip(rows, lengths, rises, strict=True):
        event = Event("me", half_up(length), 1.0 if row in late else rise, emotion=row.emotion)
        event.action_units = combination(row.emotion, draws)
        event.start_at(low + draws.below(high - low))
        if row not in late and event.apex == event.offset:
            event.apex -= 1
        event.number = 1
        row.event = event
        n_frames = event.offset + low + draws.below(high - low)
        timelines.append(Timeline(f"sub{row.subject}", f"sub{row.subject}/{row.name}", n_frames, events=[event]))
    return timelines


def _sheet(rows: Sequence[_Row], draws: Draws) -> Sheet:
    unknown = draws.sample([row for row in rows if row.emotion == "others"], known.CASME2_UNKNOWN_UNITS)
    lines: list[list[Cell]] = [list(_HEADER)]
    for row in rows:
        event = row.event
        assert event is not None
        apex: Cell = "/" if (row.subject, row.name) == known.CASME2_NO_APEX else event.apex
        units: Cell = "?" if row in unknown else event.action_units
        if isinstance(units, str) and units.isdigit():
            units = int(units)  # a spreadsheet takes a single unit for a number
        lines.append([row.subject, row.name, "", event.onset, apex, event.offset, "", units, row.emotion])
    return Sheet("Sheet1", lines)
