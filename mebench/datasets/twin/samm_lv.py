"""The twin of SAMM Long Videos: one sheet, nine rows of preamble, 502 rows with the defects of the original."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mebench.datasets.sheets import Cell, Sheet
from mebench.datasets.twin import statistics as known
from mebench.datasets.twin.action_units import EMOTIONS, combination
from mebench.datasets.twin.arrangement import arrange
from mebench.datasets.twin.kept import Kept, with_rows
from mebench.datasets.twin.samm import Movement
from mebench.datasets.twin.sampling import Draws, at, half_up, stratified
from mebench.datasets.twin.timeline import DoesNotFit, Event, Timeline, place

WORKBOOK = "SAMM_LongVideos_V2_Release.xlsx"
FPS = 200.0

_SHEET = "FACS_Movement_Only"
_HEADER = (
    "Subject", "Filename", "Inducement Code", "Onset", "Apex", "Offset", "Duration", "Type", "Action Units", "Notes",
)  # fmt: skip
_TYPES = {"me": "Micro - 1/2", "mae": "Macro"}
_FILMS = range(1, 8)
_ZERO_PER_VIDEO = 3
_FIFTHS = (-0.4, -0.2, 0.2, 0.4)


@dataclass(slots=True)
class _Row:
    """One row as the workbook has it, beside what really happened."""

    timeline: Timeline
    event: Event
    onset: float
    apex: float
    offset: float
    flawed: bool = False


def build(
    seed: int, stream: Callable[..., Draws], units_of: Callable[[Sequence[Movement]], list[str]]
) -> tuple[list[Sheet], list[Timeline]]:
    """Return the workbook's sheets and the videos.

    Parameters
    ----------
    seed : int
    stream : callable
    units_of : callable
        The action units of the micro-expressions, which the twin of SAMM decides: there they are clips.

    Raises
    ------
    DoesNotFit
        If the drawn events do not fit into the drawn videos.
    """
    draws = stream("events")
    timelines = _videos(draws)
    long = sorted(stratified(known.SAMM_LV_LONG, known.SAMM_LV_LONG_ROWS, draws))
    # An onset that is written as 0 makes an event longer the later it is, so the ten are among the longest.
    upper = draws.shuffled(long[len(long) // 2 :])
    zero_ends, long = upper[: known.SAMM_LV_ONSET_ZERO], long[: len(long) // 2] + upper[known.SAMM_LV_ONSET_ZERO :]
    _deal_events(timelines, long, draws)
    _deal_frames(timelines, draws)
    pairs = sum(len(t.events) - 1 for t in timelines)
    # The 3 % of most negative gaps are the work of the onsets at 0.
    gaps = stratified(known.SAMM_LV_GAPS, pairs, draws, low=3.0)
    place(timelines, gaps, draws, [stream("video", t.video, "margin") for t in timelines])
    past = _run_past_end(timelines, draws)
    for timeline in timelines:
        timeline.number_events()
    rows = [_Row(t, e, e.onset, e.apex, e.offset, e in past) for t in timelines for e in t.events]
    _plant_defects(rows, zero_ends, draws)
    me = [row for row in rows if row.event.type == "me"]
    for row, units in zip(me, units_of([_movement(row) for row in me]), strict=True):
        row.event.action_units = units
    return [_sheet(seed, rows)], timelines


def keep(sheets: Sequence[Sheet], kept: Kept) -> list[Sheet]:
    """Return the workbook with the rows of the kept events."""
    above = next(k for k, row in enumerate(sheets[0].rows) if list(row) == list(_HEADER)) + 1
    return [with_rows(sheets[0], above, kept.events)]


def _videos(draws: Draws) -> list[Timeline]:
    """Return the videos in order, each with its number of events, which have no length yet."""
    counts = draws.shuffled(known.SAMM_LV_VIDEOS_PER_SUBJECT)
    timelines = []
    loads = arrange(counts, known.SAMM_LV_ME, known.SAMM_LV_MAE, draws)
    for subject, of_subject in zip(known.SAMM_LV_SUBJECTS, loads, strict=True):
        films = sorted(draws.sample(_FILMS, len(of_subject)))
        for film, (me, mae) in zip(films, of_subject, strict=True):
            events = [Event("me", 0, 0.0) for _ in range(me)] + [Event("mae", 0, 0.0) for _ in range(mae)]
            timelines.append(Timeline(subject, f"{subject}_{film}", 0, events=draws.shuffled(events)))
    return timelines


def _deal_events(timelines: Sequence[Timeline], long: Sequence[float], draws: Draws) -> None:
    """Give every event its length, the place of its apex and its action units."""
    me, mae = known.SAMM_LV_ME, known.SAMM_LV_MAE
    short = stratified(mae.lengths, mae.count - len(long), draws)
    lengths = {
        "me": stratified(me.lengths, me.count, draws),
        "mae": draws.shuffled([*short, *long]),
    }
    # The top 3 % of the MaE are, again, those with an onset at 0.
    rises = {"me": stratified(me.apex, me.count, draws), "mae": stratified(mae.apex, mae.count, draws, high=97.0)}
    for event in (event for timeline in timelines for event in timeline.events):
        event.length = half_up(lengths[event.type].pop())
        event.rise = rises[event.type].pop()
        event.emotion = draws.pick(EMOTIONS)
        event.action_units = combination(event.emotion, draws)


def _deal_frames(timelines: Sequence[Timeline], draws: Draws) -> None:
    """Give every video its number of frames: the more its events need, the more it tends to get."""
    lengths = _video_lengths(draws)

    def wish(timeline: Timeline) -> float:
        gaps = 560 * (len(timeline.events) - 1) * draws.between(0.4, 1.6)
        return timeline.busy + gaps + 830 * draws.between(0.2, 1.8)

    for timeline, length in zip(sorted(timelines, key=wish), lengths, strict=True):
        timeline.n_frames = length
    for timeline in timelines:
        if timeline.n_frames < timeline.busy + timeline.MARGIN:
            _exchange_frames(timeline, timelines)


def _exchange_frames(short: Timeline, timelines: Sequence[Timeline]) -> None:
    need = short.busy + Timeline.MARGIN
    givers = [t for t in timelines if t.n_frames >= need and t.busy + Timeline.MARGIN <= short.n_frames]
    if not givers:
        raise DoesNotFit(f"no video has {need} frames to spare")
    giver = min(givers, key=lambda t: t.n_frames)
    giver.n_frames, short.n_frames = short.n_frames, giver.n_frames


def _video_lengths(draws: Draws) -> list[int]:
    """Return the lengths of all videos, ascending, with the sum of the original; many are round, as there."""
    count = sum(known.SAMM_LV_VIDEOS_PER_SUBJECT)
    drawn = sorted(half_up(length) for length in stratified(known.SAMM_LV_VIDEO_LENGTHS, count, draws))
    # One video alone needs five digits in its frame files.
    longest = max(drawn.pop(), 10_001 + draws.below(1000))
    lengths = [min(length, 9_900) for length in drawn] + [longest]
    free = []
    for k, length in enumerate(lengths[:-1]):
        if draws.uniform() < 0.5:
            lengths[k] = max(half_up(length / 100) * 100, half_up(at(known.SAMM_LV_VIDEO_LENGTHS, 0)))
        elif 1_100 < length < 8_000:
            free.append(k)
    missing, weight = known.SAMM_LV_FRAMES - sum(lengths), sum(lengths[k] for k in free)
    for k in free:
        share = half_up(missing * lengths[k] / weight)
        weight -= lengths[k]
        missing -= share
        lengths[k] += share
    return sorted(lengths)


def _run_past_end(timelines: Sequence[Timeline], draws: Draws) -> list[Event]:
    """Move three MaE over the end of their videos: one lies wholly behind it, two end one frame too late."""
    alone = [t for t in timelines if len(t.events) == 1 and t.events[0].type == "mae"]
    outside = draws.pick(sorted(alone, key=lambda t: t.n_frames)[: len(alone) // 2])
    outside.events[0].start_at(outside.last_frame + 100 + draws.below(400))
    last = [(t, max(t.events, key=lambda e: e.offset)) for t in timelines if t is not outside]
    late = draws.sample([(t, e) for t, e in last if e.type == "mae"], known.SAMM_LV_PAST_END - 1)
    for timeline, event in late:
        event.start_at(timeline.last_frame + 2 - event.length)
    return [outside.events[0], *(event for _, event in late)]


def _plant_defects(rows: Sequence[_Row], zero_ends: Sequence[float], draws: Draws) -> None:
    """Write onsets of 0, missing apexes and fractional frames into rows that have no other flaw."""
    in_video: dict[str, int] = {}
    for end in zero_ends:
        late = [
            row
            for row in rows
            if row.event.type == "mae"
            and not row.flawed
            and row.offset >= known.SAMM_LV_LONG[0][1]
            and in_video.get(row.timeline.video, 0) < _ZERO_PER_VIDEO
        ]
        row = min(late, key=lambda candidate: abs(candidate.offset + 1 - end))
        row.onset, row.flawed = 0, True
        in_video[row.timeline.video] = in_video.get(row.timeline.video, 0) + 1
    for kind, count in known.SAMM_LV_NO_APEX.items():
        for row in draws.sample([r for r in rows if r.event.type == kind and not r.flawed], count):
            row.apex, row.flawed = -1, True
    low, high = known.SAMM_LV_FRACTIONAL_CELLS
    cells = low + draws.below(high - low + 1)
    for row in draws.sample([r for r in rows if not r.flawed], -(-cells // 3)):
        # The nearest whole frame stays that of the event, so rounding half up gives it back and truncating may not.
        for name in ("onset", "apex", "offset")[:cells]:
            setattr(row, name, round(getattr(row, name) + draws.pick(_FIFTHS), 1))
            cells -= 1


def _movement(row: _Row) -> Movement:
    event = row.event
    frames = (event.onset, event.apex, event.offset)
    has_apex = row.apex != -1
    return Movement(
        row.timeline.subject, row.timeline.video, event.number, *frames, event.emotion, event.action_units, has_apex
    )


def _sheet(seed: int, rows: Sequence[_Row]) -> Sheet:
    lines: list[list[Cell]] = [[line] for line in _preamble(seed)]
    lines.append(list(_HEADER))
    for row in rows:
        timeline, event = row.timeline, row.event
        lines.append(
            [
                timeline.subject,
                f"{timeline.video}_{event.number}",
                int(timeline.video.partition("_")[2]),
                row.onset,
                row.apex,
                row.offset,
                half_up(row.offset) - half_up(row.onset) + 1,
                _TYPES[event.type],
                event.action_units,
                "",
            ]
        )
    width = len(_HEADER)
    return Sheet(_SHEET, [line + [""] * (width - len(line)) for line in lines])


def _preamble(seed: int) -> tuple[str, ...]:
    return (
        f"SYNTHETIC TWIN of the SAMM Long Videos annotation, by mebench from seed {seed}: no row is of a real face",
        "",
        "Key to the symbols",
        "+   action units that move together",
        "L, R   the action unit moves on the left or the right half of the face only",
        "Micro - 1/2   a micro-expression, of half a second at most",
        "Macro   a longer facial movement",
        "NOTE: an apex of -1 means that the apex frame was not annotated",
        "",
    )
