"""The twin of CAS(ME)^2: three sheets without headers, 357 rows with the defects of the original."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mebench.datasets.sheets import Cell, Sheet
from mebench.datasets.twin import statistics as known
from mebench.datasets.twin.action_units import combination
from mebench.datasets.twin.arrangement import Load, arrange
from mebench.datasets.twin.kept import Kept, with_rows
from mebench.datasets.twin.sampling import Draws, half_up, stratified
from mebench.datasets.twin.seating import seat
from mebench.datasets.twin.timeline import DoesNotFit, Event, Timeline, place

WORKBOOK = "CAS(ME)^2code_final.xlsx"
FPS = 30.0

_TYPES = {"me": "micro-expression", "mae": "macro-expression"}
_STIMULI = {stimulus.code: stimulus for stimulus in known.CASME_SQ_STIMULI}
_FITTING = {"disgust": "negative", "anger": "negative", "happy": "positive"}
_REPORTS = {
    "positive": (*["happiness"] * 9, "happyiness"),
    "negative": ("disgust", "anger", "sadness", "fear"),
    "surprise": ("surprise",),
    "others": ("helpless", "confused", "pain", "sympathy"),
}


@dataclass(slots=True)
class _Row:
    """One row as the workbook has it, beside what really happened."""

    timeline: Timeline
    event: Event
    apex: int
    offset: int
    flawed: bool = False


def build(seed: int, stream: Callable[..., Draws]) -> tuple[list[Sheet], list[Timeline]]:
    """Return the workbook's sheets and the videos.

    Raises
    ------
    DoesNotFit
        If the drawn events do not fit into the drawn videos.
    """
    draws = stream("events")
    timelines = _videos(draws)
    ending_at_apex = _deal_events(timelines, draws)
    pairs = sum(max(0, len(t.events) - 1) for t in timelines)
    gaps = stratified(known.CASME_SQ_GAPS, pairs, draws)
    place(timelines, gaps, draws, [stream("video", t.video, "margin") for t in timelines])
    for timeline in timelines:
        timeline.number_events()
    _skip_numbers(timelines, draws)
    _deal_emotions(timelines, draws)
    rows = [_Row(t, e, e.apex, e.offset) for t in timelines for e in t.events]
    _plant_defects(rows, ending_at_apex, draws)
    return _sheets(rows, draws), timelines


def keep(sheets: Sequence[Sheet], kept: Kept) -> list[Sheet]:
    """Return the workbook with the rows of the kept events, in both sheets that have one for each."""
    events, rule1, rule2 = sheets
    return [with_rows(events, 0, kept.events), with_rows(rule1, 0, kept.events), rule2]


def _videos(draws: Draws) -> list[Timeline]:
    """Return the videos in order, each with its number of events, which have no length yet."""
    films = {s.code: s.videos for s in known.CASME_SQ_STIMULI}
    seats = seat(known.CASME_SQ_SUBJECTS, known.CASME_SQ_VIDEOS_PER_SUBJECT, films, known.CASME_SQ_EMPTY, draws)
    lengths = _video_lengths(draws)
    full = {s: [code for code in codes if (s, code) not in known.CASME_SQ_EMPTY] for s, codes in seats.items()}
    loads = arrange([len(codes) for codes in full.values()], known.CASME_SQ_ME, known.CASME_SQ_MAE, draws)
    by_video: dict[tuple[str, str], Load] = {}
    for (subject, codes), of_subject in zip(full.items(), loads, strict=True):
        by_video |= {(subject, code): load for code, load in zip(codes, _fit_films(codes, of_subject), strict=True)}
    timelines = []
    for subject, codes in seats.items():
        for code in codes:
            me, mae = by_video.get((subject, code), (0, 0))
            events = [Event("me", 0, 0.0) for _ in range(me)] + [Event("mae", 0, 0.0) for _ in range(mae)]
            timelines.append(Timeline(subject, f"{subject}_{code}", lengths[code].pop(), events=draws.shuffled(events)))
    if sum(max(0, len(t.events) - 9) for t in timelines) > known.CASME_SQ_NUMBER_TEN_UP:
        raise DoesNotFit("too many events share a video")
    return timelines


def _fit_films(codes: Sequence[str], loads: Sequence[Load]) -> list[Load]:
    """Return the loads of a subject in an order that keeps more than four events out of its shortest film."""
    fitted = list(loads)
    shortest = min(range(len(codes)), key=lambda k: _STIMULI[codes[k]].median)
    if sum(fitted[shortest]) > 4:
        lightest = min(range(len(codes)), key=lambda k: sum(fitted[k]))
        fitted[shortest], fitted[lightest] = fitted[lightest], fitted[shortest]
    return fitted


def _video_lengths(draws: Draws) -> dict[str, list[int]]:
    """Return the lengths of the videos of each film, with the sum of the original."""
    lengths = {}
    for s in known.CASME_SQ_STIMULI:
        ends = [draws.pick((s.shortest, s.longest)) for _ in range(s.videos)]
        lengths[s.code] = [half_up(s.median + (end - s.median) * draws.uniform()) for end in ends]
    missing = known.CASME_SQ_FRAMES - sum(map(sum, lengths.values()))
    while missing:
        s = draws.pick(known.CASME_SQ_STIMULI)
        k = draws.below(s.videos)
        step = 1 if missing > 0 else -1
        if s.shortest <= lengths[s.code][k] + step <= s.longest:
            lengths[s.code][k] += step
            missing -= step
    return lengths


def _deal_events(timelines: Sequence[Timeline], draws: Draws) -> set[Event]:
    """Give every event its length and the place of its apex; return those whose offset will not be written."""
    me, mae = known.CASME_SQ_ME, known.CASME_SQ_MAE
    events = {
        kind: draws.shuffled([e for t in timelines for e in t.events if e.type == kind]) for kind in ("me", "mae")
    }
    unfinished, finished = events["mae"][: known.CASME_SQ_OFFSET_ZERO], events["mae"][known.CASME_SQ_OFFSET_ZERO :]
    for table, chosen in ((me, events["me"]), (mae, finished)):
        lengths, rises = stratified(table.lengths, len(chosen), draws), stratified(table.apex, len(chosen), draws)
        for event, length, rise in zip(chosen, lengths, rises, strict=True):
            event.length, event.rise = half_up(length), rise
    for event, to_apex in zip(unfinished, stratified(known.CASME_SQ_TO_APEX, len(unfinished), draws), strict=True):
        rising = half_up(to_apex) - 1
        event.length = half_up(rising / draws.between(0.3, 0.5)) + 1
        event.rise = rising / (event.length - 1)
    return set(unfinished)


def _skip_numbers(timelines: Sequence[Timeline], draws: Draws) -> None:
    """Leave out numbers here and there in crowded videos, until as many events as there have two digits."""
    crowded = [t for t in timelines if len(t.events) >= 7]
    events = [e for t in crowded for e in t.events]
    while sum(e.number > 9 for e in events) < known.CASME_SQ_NUMBER_TEN_UP:
        timeline = draws.pick(crowded)
        for event in timeline.events[draws.below(len(timeline.events)) :]:
            event.number += 1


def _deal_emotions(timelines: Sequence[Timeline], draws: Draws) -> None:
    """Give every event an emotion, in the numbers of the original, and mostly one that fits the film."""
    for kind, counts in known.CASME_SQ_EMOTIONS.items():
        waiting = [(t, e) for t in timelines for e in t.events if e.type == kind]
        for emotion, count in counts.items():

            def rank(item: tuple[Timeline, Event], emotion: str = emotion) -> float:
                film = _STIMULI[item[0].video.partition("_")[2]].name.rstrip("0123456789")
                return draws.uniform() * (0.25 if _FITTING[film] == emotion else 1.0)

            ranked = sorted(waiting, key=rank)
            for _, event in ranked[:count]:
                event.emotion = emotion
                event.action_units = combination(emotion, draws)
            waiting = ranked[count:]


def _plant_defects(rows: Sequence[_Row], ending_at_apex: set[Event], draws: Draws) -> None:
    """Write offsets of 0, an apex of 0 and offsets before the apex, each into other rows."""
    for row in rows:
        if row.event in ending_at_apex:
            row.offset, row.flawed = 0, True

    def sound(rising: int) -> list[_Row]:
        return [r for r in rows if r.event.type == "mae" and not r.flawed and r.apex - r.event.onset >= rising]

    for row in draws.sample(sound(1), known.CASME_SQ_APEX_ZERO):
        row.apex, row.flawed = 0, True
    for row in draws.sample(sound(6), known.CASME_SQ_OFFSET_BEFORE_APEX):
        row.offset, row.flawed = row.apex - 1 - draws.below(5), True


def _sheets(rows: Sequence[_Row], draws: Draws) -> list[Sheet]:
    index = {subject: k for k, subject in enumerate(known.CASME_SQ_SUBJECTS, start=1)}
    events: list[list[Cell]] = []
    rule1: list[list[Cell]] = []
    for row in rows:
        subject, event = row.timeline.subject, row.event
        film = _STIMULI[row.timeline.video.partition("_")[2]].name
        units = event.action_units
        events.append(
            [
                index[subject],
                f"{film}_{event.number}",
                event.onset,
                row.apex,
                row.offset,
                int(units) if units.isdigit() else units,  # a single action unit is a number there
                event.emotion,
                _TYPES[event.type],
                draws.pick(_REPORTS[event.emotion]),
            ]
        )
        rule1.append([int(subject[1:]), subject, index[subject]])
    rule2: list[list[Cell]] = [[s.code, s.name] for s in known.CASME_SQ_STIMULI]
    return [Sheet("CASFEcode_final", events), Sheet("naming rule1", rule1), Sheet("naming rule2", rule2)]
