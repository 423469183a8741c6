"""The twin of SAMM: sheet ``MICRO_ONLY`` below a preamble, with the micro-expressions of the long videos' twin.

As in the originals, the 159 clips are the micro-expressions of SAMM Long Videos under the same names, and in each video
their frame numbers differ from those of the long video by one constant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mebench.datasets.sheets import Cell, Sheet
from mebench.datasets.twin import clip_statistics as known
from mebench.datasets.twin.action_units import combination
from mebench.datasets.twin.kept import Kept, with_rows
from mebench.datasets.twin.sampling import Draws
from mebench.datasets.twin.timeline import Event, Timeline

WORKBOOK = "SAMM_Micro_FACS_Codes_v2.xlsx"
FPS = 200.0

_SHEET = "MICRO_ONLY"
_HEADER = (
    "Subject", "Filename", "Inducement Code", "Onset Frame", "Apex Frame", "Offset Frame", "Duration", "Micro",
    "Action Units", "Estimated Emotion", "Objective Classes", "Notes",
)  # fmt: skip
_CLASS_OF = {"happiness": 1, "surprise": 2, "anger": 3, "disgust": 4, "sadness": 5, "fear": 6}
_REST = 7
# Which kinds of movement of the long videos' twin an emotion goes with, so that as few action units as can be change.
_KINDS = {"happiness": ("positive",), "surprise": ("surprise",), "others": ("others",)}
_NEGATIVE_KINDS = ("negative", "others")


@dataclass(slots=True, eq=False)
class _Row:
    """One clip: its event in the numbers of the source video, and what the workbook says that is not so."""

    subject: str
    name: str
    event: Event
    has_apex: bool
    apex: int = 0
    offset: int = 0
    emotion: str = ""
    objective: int = _REST
    units: str = ""


@dataclass(frozen=True)
class Movement:
    """A micro-expression of the long videos' twin; ``has_apex`` is whether its workbook gives the apex."""

    subject: str
    video: str
    number: int
    onset: int
    apex: int
    offset: int
    kind: str
    action_units: str
    has_apex: bool


def action_units(stream: Callable[..., Draws], long: Sequence[Movement]) -> list[str]:
    """Return the action units of every micro-expression, so that its clip and the long video show the same movement.

    Parameters
    ----------
    stream : callable
        The streams of the twin of SAMM, which deals the emotions.
    long : sequence of Movement
    """
    return [row.event.action_units for row in _dealt(stream("clips"), long)]


def build(seed: int, stream: Callable[..., Draws], long: Sequence[Movement]) -> tuple[list[Sheet], list[Timeline]]:
    """Return the workbook's sheet and the clips, each from onset to offset.

    Parameters
    ----------
    seed : int
    stream : callable
    long : sequence of Movement
        The 159 micro-expressions of the twin of SAMM Long Videos, of the same seed.
    """
    draws = stream("clips")
    rows = _dealt(draws, long)
    _plant_defects(rows, draws)
    timelines = [
        Timeline(row.subject, f"{row.subject}/{row.name}", row.event.length, row.event.onset, [row.event])
        for row in rows
    ]
    return [_sheet(seed, rows)], timelines


def keep(sheets: Sequence[Sheet], kept: Kept) -> list[Sheet]:
    """Return the workbook with the rows of the kept clips."""
    above = next(k for k, row in enumerate(sheets[0].rows) if list(row) == list(_HEADER)) + 1
    return [with_rows(sheets[0], above, kept.events)]


def _dealt(draws: Draws, long: Sequence[Movement]) -> list[_Row]:
    """Return a row for every movement, with its emotion and the action units that go with it."""
    rows = _rows(long, draws)
    _deal_emotions(rows, {row: movement.kind for row, movement in zip(rows, long, strict=True)}, draws)
    return rows


def _rows(long: Sequence[Movement], draws: Draws) -> list[_Row]:
    videos = sorted({movement.video for movement in long})
    same = set(draws.sample(videos, known.SAMM_UNSHIFTED_VIDEOS))
    shift = {video: 0 if video in same else 100 * (1 + draws.below(100)) for video in videos}
    rows = []
    for movement in long:
        length = movement.offset - movement.onset + 1
        rise = (movement.apex - movement.onset) / (length - 1)
        event = Event("me", length, rise, number=1, action_units=movement.action_units)
        event.start_at(movement.onset + shift[movement.video])
        name = f"{movement.video}_{movement.number}"
        rows.append(_Row(movement.subject, name, event, movement.has_apex, event.apex, event.offset))
    return rows


def _deal_emotions(rows: Sequence[_Row], kinds: dict[_Row, str], draws: Draws) -> None:
    """Give every clip its emotion, its objective class and, where they do not fit, other action units."""
    left = {emotion: count for emotion, (count, _) in known.SAMM_OBJECTIVE.items()}
    waiting = draws.shuffled(rows)
    only_other = _who_shows_only_other(rows)
    for row in rows:
        if row.subject == only_other:
            row.emotion = "others"
            left["others"] -= 1
            waiting.remove(row)
    # Everybody else shows something that is not Other: the first clip of each comes last in the queue for it.
    firsts = {row.subject: row for row in reversed(waiting)}.values()
    open_to_others = [row for row in waiting if row not in firsts]
    for emotion, queue in (("others", open_to_others), ("happiness", waiting), ("surprise", waiting)):
        fitting = sorted((row for row in queue if not row.emotion), key=lambda row: kinds[row] not in _KINDS[emotion])
        for row in fitting[: left.pop(emotion)]:
            row.emotion = emotion
    rest = draws.shuffled([emotion for emotion, count in left.items() for _ in range(count)])
    for row in waiting:
        row.emotion = row.emotion or rest.pop()
    for row in rows:
        if kinds[row] not in _KINDS.get(row.emotion, _NEGATIVE_KINDS):
            row.event.action_units = combination(row.emotion, draws)
        row.event.emotion, row.units = row.emotion, row.event.action_units
    for emotion, (_, classed) in known.SAMM_OBJECTIVE.items():
        for row in draws.sample([row for row in rows if row.emotion == emotion], classed):
            row.objective = _CLASS_OF[emotion]


def _who_shows_only_other(rows: Sequence[_Row]) -> str:
    """Return 025, as in the original, or whoever has fewest clips where the long videos' twin left 025 without any."""
    counts = Counter(row.subject for row in rows)
    return min(counts, key=lambda subject: (subject != known.SAMM_ONLY_OTHER, counts[subject], subject))


def _plant_defects(rows: Sequence[_Row], draws: Draws) -> None:
    """Put two apexes outside their intervals, make one offset a slip of the pen, and leave some action units open."""
    before, behind = [row for row in rows if not row.has_apex]
    before.apex = max(1, before.event.onset - 50 - draws.below(300))
    behind.apex = behind.event.offset + 5 + draws.below(20)
    slip = draws.pick([row for row in rows if row.has_apex])
    slip.offset = slip.event.offset + 9 * (1 + draws.below(8))  # two digits exchanged
    open_units = [row for row in rows if "+" not in row.units]
    for row in draws.sample(open_units, known.SAMM_AMBIGUOUS_UNITS):
        row.units = f"{row.units} or {combination(row.emotion, draws)}"


def _sheet(seed: int, rows: Sequence[_Row]) -> Sheet:
    lines: list[list[Cell]] = [[line] for line in _preamble(seed)]
    lines += [list(_HEADER), *map(_cells, rows)]
    width = len(_HEADER)
    return Sheet(_SHEET, [line + [""] * (width - len(line)) for line in lines])


def _cells(row: _Row) -> list[Cell]:
    emotion = "Other" if row.emotion == "others" else row.emotion.title()
    code = int(row.name.split("_")[1])
    frames = (row.event.onset, row.apex, row.offset, row.event.length)
    return [row.subject, row.name, code, *frames, "Micro - 1/2", row.units, emotion, row.objective, ""]


def _preamble(seed: int) -> tuple[str, ...]:
    return (
        f"SYNTHETIC TWIN of the SAMM annotation, by mebench from seed {seed}: no row is of a real face",
        "",
        "Key to the symbols",
        "+   action units that move together",
        "or   the coders were not sure which of the two",
        "L, R   the action unit moves on the left or the right half of the face only",
        "Micro - 1/2   a micro-expression, of half a second at most",
        "",
        "Objective classes group action units and not emotions; 7 is the rest",
        "Duration is offset - onset + 1",
        "",
        "Frames are numbers of the source video",
        "",
    )
