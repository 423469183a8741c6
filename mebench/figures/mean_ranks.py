"""What a critical-difference diagram shows: average ranks over subjects, and bars over systems that are not separable.

Conventions
-----------
Each subject ranks the systems by the main metric of the board, computed from that subject's counts alone; equal scores
share the mean of their ranks, and 1 is best. A subject of whom any system's score is undefined (an expression type that
the subject never shows) ranks nobody. Where a system stands is its mean rank over the subjects that count.

Demšar's diagram has one critical difference for all pairs (Nemenyi's test on ranks). Here the bars are the tie groups
of the board, which come from paired tests of the pooled score: so the diagram never contradicts the table of ranks. As
the mean rank and the pooled score may order systems differently, a bar may pass over a system that is not in its
group; a dot marks each one that is.

Nothing here needs matplotlib, so a page can have the diagram where it is not installed.

References
----------
Demšar, J. (2006). Statistical comparisons of classifiers over multiple data sets. JMLR 7, 1-30.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from mebench.figures.counts import subject_scores
from mebench.figures.names import system_names
from mebench.problems import UserError, plural, printable

FEWEST_SYSTEMS = 3
MOST_SYSTEMS = 32
FEWEST_SUBJECTS = 5


@dataclass(frozen=True)
class Bar:
    """A group of systems that are not separable: their positions in the diagram's order, and the level of its bar."""

    members: tuple[int, ...]
    level: int


@dataclass(frozen=True)
class Diagram:
    """What a critical-difference diagram shows.

    ``names`` and ``ranks`` are in the order of the mean ranks, best first; ``bars`` hold positions in that order;
    ``rows`` says which row of the board stands where. ``subjects`` is how many ranked the systems, of ``asked``.
    """

    names: tuple[str, ...]
    ranks: tuple[float, ...]
    rows: tuple[int, ...]
    bars: tuple[Bar, ...]
    subjects: int
    asked: int
    words: str

    @property
    def levels(self) -> int:
        """How many levels the bars take up."""
        return max((bar.level + 1 for bar in self.bars), default=0)


def why_not(board: Mapping[str, Any], part: str) -> str:
    """Return why a board has no diagram, as a sentence, or an empty text where it has one."""
    try:
        diagram(board, part)
    except UserError as error:
        return str(error)
    return ""


def diagram(board: Mapping[str, Any], part: str) -> Diagram:
    """Return the diagram of one part of a board.

    Parameters
    ----------
    board : mapping
        As :mod:`mebench.leaderboard.boards` gives it.
    part : str
        ``me``, ``mae`` or ``overall``; ``full`` or a database.

    Raises
    ------
    UserError
        If there are fewer than three ranked systems or more than 32, or fewer than five subjects that rank them.
    """
    name = printable(str(board["id"]))
    if part not in board["parts"]:
        raise UserError(f"{name} has no part {part!r}; it has {', '.join(board['parts'])}.")
    rows = [i for i, row in enumerate(board["rows"]) if row["ranked"] and row["rank"].get(part)]
    if not FEWEST_SYSTEMS <= len(rows) <= MOST_SYSTEMS:
        raise UserError(
            f"A critical-difference diagram is for {FEWEST_SYSTEMS} to {MOST_SYSTEMS} ranked systems; "
            f"{name} has {len(rows)}."
        )
    scores = subject_scores(board, part, rows)
    counted = np.isfinite(scores).all(axis=0)
    if counted.sum() < FEWEST_SUBJECTS:
        raise UserError(
            f"A critical-difference diagram needs at least {FEWEST_SUBJECTS} subjects of whom every system has a "
            f"score; {name} has {int(counted.sum())}."
        )
    ranks = mean_ranks(scores[:, counted])
    order = np.argsort(ranks, kind="stable")
    place = {rows[system]: position for position, system in enumerate(order.tolist())}
    names = system_names([board["rows"][i] for i in rows])
    return Diagram(
        names=tuple(names[system] for system in order),
        ranks=tuple(float(ranks[system]) for system in order),
        rows=tuple(rows[system] for system in order),
        bars=_bars([[place[i] for i in group] for group in _groups(board, part, rows)]),
        subjects=int(counted.sum()),
        asked=scores.shape[1],
        words=str(board["test"]["words"]),
    )


def mean_ranks(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean rank of each system over the subjects; 1 is best, equal scores share the mean of their ranks.

    Parameters
    ----------
    scores : ndarray of float, shape (n_systems, n_subjects)

    Examples
    --------
    >>> mean_ranks(np.array([[0.9, 0.5], [0.2, 0.5], [0.1, 0.0]])).tolist()
    [1.25, 1.75, 3.0]
    """
    # Scores that differ by rounding alone are equal.
    return np.asarray(rankdata(-np.round(scores, 12), axis=0).mean(axis=1))


def _groups(board: Mapping[str, Any], part: str, rows: list[int]) -> list[list[int]]:
    """Return the rows of each tie group, from the letters that they share."""
    letters: dict[str, list[int]] = {}
    for i in rows:
        for letter in board["rows"][i]["ties"].get(part) or ():
            letters.setdefault(letter, []).append(i)
    return [group for _, group in sorted(letters.items()) if len(group) > 1]


def _bars(groups: list[list[int]]) -> tuple[Bar, ...]:
    """Lay the bars in as few levels as they need: those of one level share no position."""
    ends: list[int] = []
    bars = []
    for group in sorted(sorted(g) for g in groups):
        level = next((i for i, end in enumerate(ends) if end < group[0]), len(ends))
        ends[level : level + 1] = [group[-1]]
        bars.append(Bar(tuple(group), level))
    return tuple(bars)


def caption(drawn: Diagram) -> str:
    """Return the sentences that say what the diagram shows."""
    left = drawn.asked - drawn.subjects
    without = f" ({plural(left, 'subject')} without a score of every system left out)" if left else ""
    bars = (
        "A bar joins systems that are not separable, a dot marks each of its members"
        if drawn.bars
        else "Every pair is separable, so there is no bar"
    )
    return f"Mean rank over {plural(drawn.subjects, 'subject')}{without}, best on the left. {bars}. {drawn.words}"
