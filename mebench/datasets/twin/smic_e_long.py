"""The twin of SMIC-E-Long: one row a video, its micro-expressions in repeating triples, camera frame numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from mebench.datasets.sheets import Cell, Sheet
from mebench.datasets.twin import statistics as known
from mebench.datasets.twin.action_units import combination
from mebench.datasets.twin.kept import Kept, with_rows
from mebench.datasets.twin.sampling import Draws, half_up, stratified
from mebench.datasets.twin.timeline import Event, Timeline, place

WORKBOOK = "SMIC_HS_E_spotting.xlsx"
FPS = 100.0

# The seventh column of the original has no meaning that anyone states; it stays empty here.
_HEADER = ("subject", "video", "video_name", "NumME", "StartFrame", "Endframe", "")
_TRIPLE = ("ME_Type", "onset", "offset")
_EMOTIONS = {"ne": "negative", "po": "positive", "sur": "surprise"}
_CLASSES = {emotion: short for short, emotion in _EMOTIONS.items()}
_WITHOUT = "non"


def build(seed: int, stream: Callable[..., Draws]) -> tuple[list[Sheet], list[Timeline]]:
    """Return the workbook's sheets and the videos; the sheets do not name the seed, for the layout has no room."""
    draws = stream("events")
    timelines = _videos(draws)
    _deal_events(timelines, draws)
    names = _name(timelines)
    pairs = sum(max(0, len(t.events) - 1) for t in timelines)
    gaps = [draws.between(*known.SMIC_GAPS) for _ in range(pairs)]
    place(timelines, gaps, draws, [stream("video", t.video, "margin") for t in timelines])
    for timeline in timelines:
        timeline.number_events()
    return [_sheet(timelines, names)], timelines


def keep(sheets: Sequence[Sheet], kept: Kept) -> list[Sheet]:
    """Return the workbook with the rows of the kept videos, which are kept as a whole."""
    name = _HEADER.index("video_name")
    return [with_rows(sheets[0], 1, [row[name] in kept.videos for row in sheets[0].rows[1:]])]


def _videos(draws: Draws) -> list[Timeline]:
    """Return the videos in order, each with its camera numbers and its number of events."""
    videos = sum(known.SMIC_VIDEOS_PER_SUBJECT)
    lengths = stratified(known.SMIC_VIDEO_LENGTHS, videos, draws)
    long_numbers = set(draws.sample(known.SMIC_SUBJECTS, known.SMIC_EIGHT_DIGIT_SUBJECTS))
    timelines = []
    for subject, count in zip(known.SMIC_SUBJECTS, draws.shuffled(known.SMIC_VIDEOS_PER_SUBJECT), strict=True):
        camera = 10_000_000 + draws.below(8_000_000) if subject in long_numbers else 100_000 + draws.below(700_000)
        for _ in range(count):
            camera += 100 + draws.below(2_000)
            timelines.append(Timeline(subject, "", half_up(lengths.pop()), camera))
            camera += timelines[-1].n_frames
    for timeline, count in zip(timelines, _event_counts(timelines, draws), strict=True):
        timeline.events = [Event("me", 0, 0.0) for _ in range(count)]
    return timelines


def _event_counts(timelines: Sequence[Timeline], draws: Draws) -> list[int]:
    """Return the number of events of each video; no subject is left without any."""
    first_of = {t.subject: k for k, t in reversed(list(enumerate(timelines)))}
    counts = [1] * len(timelines)
    special = [count for count, videos in known.SMIC_PER_VIDEO.items() if count != 1 for _ in range(videos)]
    # The first video of a subject keeps its one event.
    free = [k for k in range(len(timelines)) if k not in first_of.values()]
    for k, count in zip(draws.sample(free, len(special)), special, strict=True):
        counts[k] = count
    return counts


def _deal_events(timelines: Sequence[Timeline], draws: Draws) -> None:
    """Give every event its length, its class and the place of its apex, which the workbook does not have."""
    events = [e for t in timelines for e in t.events]
    lengths = stratified(known.SMIC_LENGTHS, len(events), draws)
    rises = stratified(known.SMIC_APEX, len(events), draws)
    classes = draws.shuffled([name for name, count in known.SMIC_CLASSES.items() for _ in range(count)])
    for event, length, rise, name in zip(events, lengths, rises, classes, strict=True):
        event.length, event.rise, event.emotion = half_up(length), rise, _EMOTIONS[name]
        event.action_units = combination(event.emotion, draws)


def _name(timelines: Sequence[Timeline]) -> dict[Event, str]:
    """Name the events, and every video after its first one or, without any, as ``s01_non_01``."""
    seen: Counter[tuple[str, str]] = Counter()

    def name(subject: str, short: str) -> str:
        seen[subject, short] += 1
        return f"{subject}_{short}_{seen[subject, short]:02d}"

    names: dict[Event, str] = {}
    for timeline in timelines:
        names |= {event: name(timeline.subject, _CLASSES[event.emotion]) for event in timeline.events}
        timeline.video = names[timeline.events[0]] if timeline.events else name(timeline.subject, _WITHOUT)
    return names


def _sheet(timelines: Sequence[Timeline], names: dict[Event, str]) -> Sheet:
    most = max(len(t.events) for t in timelines)
    rows: list[list[Cell]] = [[*_HEADER, *_TRIPLE * most]]
    in_subject: Counter[str] = Counter()
    for timeline in timelines:
        in_subject[timeline.subject] += 1
        row: list[Cell] = [
            int(timeline.subject[1:]),
            in_subject[timeline.subject],
            timeline.video,
            len(timeline.events),
            timeline.first_frame,
            timeline.last_frame,
            "",
        ]
        for event in timeline.events:
            row += [names[event], event.onset, event.offset]
        rows.append(row + [""] * (len(rows[0]) - len(row)))
    return Sheet("Sheet1", rows)
