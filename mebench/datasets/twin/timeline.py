"""Where the events lie: gaps from a table of percentiles, dealt to the videos that have room for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from mebench.datasets.twin.sampling import Draws, half_up

_TRIES = 40


class DoesNotFit(Exception):
    """The drawn events are longer than the drawn videos: draw again."""


@dataclass(slots=True, eq=False)
class Event:
    """One movement of a face, as it happened: every frame is known, whatever the workbook says of it later."""

    type: str
    length: int
    rise: float  # (apex - onset) / (offset - onset)
    onset: int = 0
    apex: int = 0
    offset: int = 0
    number: int = 0
    emotion: str = ""
    action_units: str = ""

    def start_at(self, onset: int) -> None:
        """Move the event to an onset; apex and offset follow from its length and rise."""
        self.onset = onset
        self.offset = onset + self.length - 1
        self.apex = onset + half_up(self.rise * (self.length - 1))


@dataclass(slots=True, eq=False)
class Timeline:
    """One video: its frames and its events, in the order in which they follow each other."""

    MARGIN: ClassVar[int] = 3
    """Two frames at the start and one at the end stay free: onset 0 and 1 have a meaning of their own in a workbook."""

    subject: str
    video: str
    n_frames: int
    first_frame: int = 1
    events: list[Event] = field(default_factory=list)

    @property
    def last_frame(self) -> int:
        """The number of the last frame."""
        return self.first_frame + self.n_frames - 1

    @property
    def busy(self) -> int:
        """The frames that the events need when none overlaps another."""
        return sum(event.length for event in self.events)

    def number_events(self) -> None:
        """Sort the events by onset and number them from 1."""
        self.events.sort(key=lambda event: (event.onset, event.offset))
        for number, event in enumerate(self.events, start=1):
            event.number = number


def place(timelines: Sequence[Timeline], gaps: Sequence[float], draws: Draws, rooms: Sequence[Draws]) -> None:
    """Give every event its frames.

    Parameters
    ----------
    timelines : sequence of Timeline
        Each with its events, in the order in which they shall follow each other.
    gaps : sequence of float
        From the end of an event to the onset of the next one, negative where they overlap: one for every consecutive
        pair of all videos together. A gap that fits nowhere is shortened.
    draws : Draws
    rooms : sequence of Draws
        One stream for each video.

    Raises
    ------
    ValueError
        If the number of gaps is not that of the pairs.
    DoesNotFit
        If the events of a video are longer than the video.
    """
    pairs = draws.shuffled([(v, k) for v, t in enumerate(timelines) for k in range(1, len(t.events))])
    if len(pairs) != len(gaps):
        raise ValueError(f"{len(gaps)} gaps for {len(pairs)} pairs of events")
    before = [[0] * len(t.events) for t in timelines]
    slack = [t.n_frames - t.MARGIN - t.busy for t in timelines]
    if min(slack) < 0:
        raise DoesNotFit("the events of a video are longer than the video")
    # Some room is kept for the margins, else the largest gaps would press events against both ends.
    slack = [int(room * draws.between(0.6, 1.0)) for room in slack]
    whole = sorted(half_up(gap) for gap in gaps)
    for gap in (g for g in whole if g < 0):
        v, k = _overlapping(timelines, pairs, -gap, draws)
        before[v][k] = max(gap, 2 - timelines[v].events[k - 1].length)
    _deal_positive([g for g in whole if g >= 0], pairs, slack, before, draws)
    for timeline, between, room in zip(timelines, before, rooms, strict=True):
        _settle(timeline, between, room)


def _overlapping(
    timelines: Sequence[Timeline], pairs: list[tuple[int, int]], frames: int, draws: Draws
) -> tuple[int, int]:
    """Take a pair whose first event is longer than the overlap, or else the one with the longest."""
    for _ in range(_TRIES):
        index = draws.below(len(pairs))
        v, k = pairs[index]
        if timelines[v].events[k - 1].length > frames + 1:
            return _take(pairs, index)
    longest = max(range(len(pairs)), key=lambda i: timelines[pairs[i][0]].events[pairs[i][1] - 1].length)
    return _take(pairs, longest)


def _deal_positive(
    gaps: list[int], pairs: list[tuple[int, int]], slack: list[int], before: list[list[int]], draws: Draws
) -> None:
    """Deal gaps (ascending) to pairs, the largest first, each to a random video that has the frames for it.

    A video with more pairs keeps half a mean gap for each of them, so that its last events are not left without any.
    """
    waiting = Counter(v for v, _ in pairs)
    total = sum(gaps)
    while gaps:
        gap = gaps.pop()
        total -= gap
        share = total / (2 * len(gaps)) if gaps else 0.0

        def room(index: int, share: float = share) -> float:
            v = pairs[index][0]
            return slack[v] - share * (waiting[v] - 1)

        tried = (draws.below(len(pairs)) for _ in range(_TRIES))
        index = next((i for i in tried if room(i) >= gap), None)
        if index is None:
            index = max(range(len(pairs)), key=room)
            v = pairs[index][0]
            gap = min(gap, max(int(room(index)), slack[v] // waiting[v]))
        v, k = _take(pairs, index)
        before[v][k] = gap
        slack[v] -= gap
        waiting[v] -= 1


def _take(pairs: list[tuple[int, int]], index: int) -> tuple[int, int]:
    pairs[index], pairs[-1] = pairs[-1], pairs[index]
    return pairs.pop()


def _settle(timeline: Timeline, between: Sequence[int], room: Draws) -> None:
    """Turn the gaps of one video into frames, with a random margin before the first event."""
    if not timeline.events:
        return
    onset = 0
    for k, event in enumerate(timeline.events):
        onset = timeline.events[k - 1].offset + between[k] if k else 0
        event.start_at(onset)
    used = max(event.offset for event in timeline.events) + 1
    shift = timeline.first_frame + 2 + room.below(timeline.n_frames - timeline.MARGIN - used + 1)
    for event in timeline.events:
        event.start_at(event.onset + shift)
