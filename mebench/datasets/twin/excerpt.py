"""Excerpts of a twin: fewer videos, each a stretch of the full one with its own frame numbers.

An excerpt is a function of the full twin of the same seed and of nothing else. No annotated movement is cut: it lies
within a stretch or outside it, so that the rows of an excerpt are rows of the full workbook.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from mebench.datasets.twin.sampling import Draws
from mebench.datasets.twin.sizes import Spotting

_GROWTH = 1.5
"""A stretch grows to so many times its length before it rather leaves a movement out."""
_APART = 3
"""Frames between a border that was moved and the movement that it would have cut."""


@dataclass(frozen=True)
class Span:
    """Frames of a video, both ends included."""

    first: int
    last: int

    @property
    def n_frames(self) -> int:
        """How many there are."""
        return self.last - self.first + 1

    def meets(self, other: Span) -> bool:
        """Return whether two spans share a frame."""
        return self.first <= other.last and other.first <= self.last

    def holds(self, other: Span) -> bool:
        """Return whether another span lies within this one."""
        return self.first <= other.first and other.last <= self.last

    def with_(self, other: Span) -> Span:
        """Return the span from the first to the last frame of both."""
        return Span(min(self.first, other.first), max(self.last, other.last))


@dataclass(frozen=True)
class Video:
    """One video of the full twin with its movements inside it, in the order of their onsets."""

    place: int
    subject: str
    span: Span
    me: tuple[Span, ...]
    mae: tuple[Span, ...]

    @property
    def movements(self) -> tuple[Span, ...]:
        """All movements."""
        return self.me + self.mae


@dataclass(frozen=True)
class Offer:
    """What of a video may be kept: ``core`` has to lie inside, ``frames`` is what it costs."""

    video: Video
    core: Span
    n_me: int
    frames: int


def stretches(videos: pd.DataFrame, movements: pd.DataFrame, size: Spotting, draws: Draws) -> pd.DataFrame:
    """Return the rows of the kept videos, each with the first frame and the length of its stretch.

    Parameters
    ----------
    videos, movements : pandas.DataFrame
        Of the full twin (:class:`mebench.datasets.twin.generate.Twin`).
    size : Spotting
    draws : Draws
    """
    known = _videos(videos, movements)
    chosen = _chosen(known, size, draws)
    resting = _resting(
        [v for v in known if v.place not in chosen], {o.video.subject for o in chosen.values()}, size, draws
    )
    spans = {}
    for place, offer in sorted((chosen | resting).items()):
        spans[place] = offer.video.span if size.stretch is None else _placed(offer, size.stretch, draws)
    kept = videos.loc[list(spans)].reset_index(drop=True)
    return kept.assign(
        first_frame=[span.first for span in spans.values()], n_frames=[span.n_frames for span in spans.values()]
    )


def _videos(videos: pd.DataFrame, movements: pd.DataFrame) -> list[Video]:
    """Return every video with its movements; what lies behind the end of a video is not seen in it."""
    spans: dict[tuple[str, str], list[Span]] = {}
    for video, kind, onset, offset in movements[["video", "type", "onset", "offset"]].itertuples(index=False):
        spans.setdefault((video, kind), []).append(Span(onset, offset))
    known = []
    for place, (subject, video, first, n) in enumerate(
        videos[["subject", "video", "first_frame", "n_frames"]].itertuples(index=False)
    ):
        whole = Span(first, first + n - 1)
        inside = {
            kind: tuple(Span(s.first, min(s.last, whole.last)) for s in spans.get((video, kind), ()) if s.meets(whole))
            for kind in ("me", "mae")
        }
        known.append(Video(place, subject, whole, **inside))
    return known


def _chosen(known: Sequence[Video], size: Spotting, draws: Draws) -> dict[int, Offer]:
    """Choose the stretches with ME: first one for each subject, then whatever brings most ME for its frames."""
    offers = [offer for video in known for offer in _offers(video, size.stretch)]
    offers = draws.shuffled(offers)
    subjects = sorted({offer.video.subject for offer in offers})
    budget = size.frames - size.resting * (size.stretch or _middle(known))
    share = budget / max(1, min(size.subjects, len(subjects)))

    def rank(offer: Offer) -> tuple[bool, float]:
        return offer.frames <= share, offer.n_me / offer.frames

    firsts = [max((o for o in offers if o.video.subject == s), key=rank) for s in subjects]
    firsts.sort(key=rank, reverse=True)
    chosen = {offer.video.place: offer for offer in firsts[: size.subjects]}
    present = {offer.video.subject for offer in chosen.values()}
    known_faces = [offer for offer in offers if offer.video.subject in present]
    while True:
        left = budget - sum(offer.frames for offer in chosen.values())
        better = []
        for k, offer in enumerate(known_faces):
            n_me, frames = _beyond(offer, chosen.get(offer.video.place))
            if n_me > 0 and frames <= left:
                better.append((n_me / max(frames, 1), k))
        if not better:
            return chosen
        offer = known_faces[max(better)[1]]
        chosen[offer.video.place] = offer


def _beyond(offer: Offer, chosen: Offer | None) -> tuple[int, int]:
    """Return how many ME and frames an offer has more than what is chosen of the video."""
    if chosen is None:
        return offer.n_me, offer.frames
    return offer.n_me - chosen.n_me, offer.frames - chosen.frames


def _offers(video: Video, stretch: int | None) -> Iterable[Offer]:
    """Yield the runs of neighbouring ME that may be kept of a video."""
    if stretch is None:
        if video.me:
            yield Offer(video, video.span, len(video.me), video.span.n_frames)
        return
    for i in range(len(video.me)):
        for j in range(i, len(video.me)):
            core = _closed(video.me[i].with_(video.me[j]), video.movements)
            n_me = sum(core.holds(me) for me in video.me)
            yield Offer(video, core, n_me, min(video.span.n_frames, max(stretch, core.n_frames + stretch // 3)))


def _closed(core: Span, movements: Sequence[Span]) -> Span:
    """Return the span grown until no movement sticks out of it."""
    while sticking := [m for m in movements if core.meets(m) and not core.holds(m)]:
        for movement in sticking:
            core = core.with_(movement)
    return core


def _resting(known: Sequence[Video], present: set[str], size: Spotting, draws: Draws) -> dict[int, Offer]:
    """Choose videos without any ME of the subjects who are there; every other one shows an MaE if there is any."""
    free = draws.shuffled([video for video in known if video.subject in present and not video.me])
    chosen: dict[int, Offer] = {}
    for turn in range(size.resting):
        left = [video for video in free if video.place not in chosen]
        fitting = [offer for video in left for offer in _around_mae(video, size.stretch)] if turn % 2 == 0 else []
        if not fitting:
            fitting = [offer for video in left for offer in _around_nothing(video, size.stretch, draws)]
        if fitting:
            chosen[fitting[0].video.place] = fitting[0]
    return chosen


def _around_mae(video: Video, stretch: int | None) -> Iterable[Offer]:
    if stretch is not None:
        for movement in video.mae:
            core = _closed(movement, video.movements)
            if core.n_frames <= 2 * stretch // 3:
                yield Offer(video, core, 0, stretch)


def _around_nothing(video: Video, stretch: int | None, draws: Draws) -> Iterable[Offer]:
    """Yield a still moment of a video, if it has one that is long enough."""
    if stretch is None:
        yield Offer(video, video.span, 0, video.span.n_frames)
        return
    for _ in range(20):
        first = video.span.first + draws.below(video.span.n_frames)
        core = Span(first, min(video.span.last, first + stretch // 3))
        if not any(core.meets(movement) for movement in video.movements):
            yield Offer(video, core, 0, stretch)
            return


def _placed(offer: Offer, stretch: int, draws: Draws) -> Span:
    """Return the frames around a core: the core lies anywhere within them, and no movement is cut."""
    video, core = offer.video, offer.core
    room = max(stretch, offer.frames) - core.n_frames
    margin = room // 6
    before = margin + draws.below(room - 2 * margin + 1)
    first = max(video.span.first, min(core.first - before, video.span.last - (core.n_frames + room) + 1))
    last = min(video.span.last, first + core.n_frames + room - 1)
    span = Span(first, last)
    grown = _closed(span, [Span(m.first - _APART, m.last + _APART) for m in video.movements if span.meets(m)])
    grown = Span(max(grown.first, video.span.first), min(grown.last, video.span.last))
    if grown.n_frames <= _GROWTH * stretch and not _cuts(grown, video.movements):
        return grown
    while cut := _cuts(span, video.movements):
        left = [m.last + 1 for m in cut if m.last < core.first]
        right = [m.first - 1 for m in cut if m.first > core.last]
        span = Span(max([span.first, *left]), min([span.last, *right]))
    return span


def _cuts(span: Span, movements: Sequence[Span]) -> list[Span]:
    return [m for m in movements if span.meets(m) and not span.holds(m)]


def _middle(known: Sequence[Video]) -> int:
    lengths = sorted(video.span.n_frames for video in known)
    return lengths[len(lengths) // 2]
