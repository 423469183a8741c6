"""Who has how many events in which video: random, with every total of the original exact.

The totals are those of :class:`mebench.datasets.twin.statistics.Events` (events per video and per subject, for both
types) and the number of videos of each subject. Every video gets at least one event of either type.
"""

from __future__ import annotations

from collections.abc import Sequence

from mebench.datasets.twin.sampling import Draws
from mebench.datasets.twin.statistics import Events

Load = tuple[int, int]
"""The events of one video: (ME, MaE)."""

_ATTEMPTS = 2000


def arrange(videos: Sequence[int], me: Events, mae: Events, draws: Draws) -> list[list[Load]]:
    """Give every video of every subject its number of ME and MaE.

    Parameters
    ----------
    videos : sequence of int
        Videos of each subject that have an event, in the order of the subjects.
    me, mae : Events
    draws : Draws

    Returns
    -------
    list of list of Load
        For each subject the loads of its videos, in random order.

    Raises
    ------
    ValueError
        If the totals contradict each other.
    """
    for _ in range(_ATTEMPTS):
        totals = _totals(videos, me, mae, draws)
        if totals is None:
            continue
        me_totals, mae_totals = totals
        uncovered = [max(0, n - total) for n, total in zip(videos, mae_totals, strict=True)]
        me_loads = _fill(me.video_counts(), videos, me_totals, uncovered, draws)
        if me_loads is None:
            continue
        without_me = [n - len(loads) for n, loads in zip(videos, me_loads, strict=True)]
        mae_loads = _fill(mae.video_counts(), videos, mae_totals, without_me, draws)
        if mae_loads is not None:
            return [_pair(n, a, b, draws) for n, a, b in zip(videos, me_loads, mae_loads, strict=True)]
    raise ValueError("no arrangement of events has these totals")


def _totals(videos: Sequence[int], me: Events, mae: Events, draws: Draws) -> tuple[list[int], list[int]] | None:
    """Draw how many ME and MaE each subject has; who has many videos tends to have many events."""
    me_totals = _ranked(videos, me.per_subject, draws)
    mae_totals = _ranked(videos, mae.per_subject, draws)
    subjects = range(len(videos))
    for _ in range(len(videos)):
        short = [s for s in subjects if me_totals[s] + mae_totals[s] < videos[s]]
        if not short:
            return me_totals, mae_totals
        # Exchanging the ME totals of two subjects keeps the list and may cover the videos of both.
        one, other = short[0], draws.pick(subjects)
        me_totals[one], me_totals[other] = me_totals[other], me_totals[one]
    return None


def _ranked(videos: Sequence[int], totals: Sequence[int], draws: Draws) -> list[int]:
    order = sorted(range(len(videos)), key=lambda s: videos[s] * draws.between(0.5, 1.5), reverse=True)
    assigned = [0] * len(videos)
    for subject, total in zip(order, totals, strict=False):
        assigned[subject] = total
    return assigned


def _fill(
    counts: Sequence[int], videos: Sequence[int], totals: Sequence[int], needed: Sequence[int], draws: Draws
) -> list[list[int]] | None:
    """Deal the counts (descending, all positive) to subjects until each has its total; None if it does not come out.

    ``needed`` says how many of its videos a subject must at least fill. The largest count goes first, and mostly to
    whoever needs most per free video, so that the ones at the end fill up what is left.
    """
    left, free, due = list(totals), list(videos), list(needed)
    dealt: list[list[int]] = [[] for _ in videos]
    for count in counts:
        best, urgency = -1, 0.0
        for subject, total in enumerate(left):
            if total >= count and free[subject] and total - count >= due[subject] - 1:
                pressing = total / free[subject] * draws.between(0.6, 1.4)
                # Nothing larger than this count is left to deal, so whoever needs it in every free video comes first.
                if total > count * (free[subject] - 1):
                    pressing += 1000.0
                if pressing > urgency:
                    best, urgency = subject, pressing
        if best < 0:
            return None
        dealt[best].append(count)
        left[best] -= count
        free[best] -= 1
        due[best] = max(0, due[best] - 1)
    return dealt


def _pair(videos: int, me: Sequence[int], mae: Sequence[int], draws: Draws) -> list[Load]:
    """Lay the ME and MaE counts of a subject over its videos so that none stays empty."""
    loads = draws.shuffled([*me, *[0] * (videos - len(me))])
    uncovered = [v for v, n in enumerate(loads) if n == 0]
    covered = draws.shuffled([v for v, n in enumerate(loads) if n > 0])
    macro = [0] * videos
    for video, n in zip([*uncovered, *covered], draws.shuffled(mae), strict=False):
        macro[video] = n
    return list(zip(loads, macro, strict=True))
