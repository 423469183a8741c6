"""Who saw which film: a random table with the right number of films for each subject and of viewers for each film."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mebench.datasets.twin.sampling import Draws

_SWAPS = 400


def seat(
    subjects: Sequence[str],
    films_each: Sequence[int],
    viewers: Mapping[str, int],
    certain: Sequence[tuple[str, str]],
    draws: Draws,
) -> dict[str, list[str]]:
    """Return the films that each subject saw.

    Parameters
    ----------
    subjects : sequence of str
    films_each : sequence of int
        How many films a subject saw, in any order.
    viewers : mapping of str to int
        How many subjects saw each film.
    certain : sequence of (subject, film)
        Pairs that must come out, each of another subject, who sees at least one film more.
    draws : Draws

    Returns
    -------
    dict of str to list of str
        In the order of ``subjects``; the films of each in the order of ``viewers``.
    """
    rows = _fill(films_each, viewers, draws)
    _mix(rows, draws)
    # The rows have no names yet: whoever saw the right film takes the name that must have seen it.
    named: dict[str, set[str]] = {}
    left = draws.shuffled(rows)
    for subject, film in certain:
        row = next(row for row in left if film in row and len(row) > 1)
        left = [other for other in left if other is not row]
        named[subject] = row
    for subject in subjects:
        if subject not in named:
            named[subject] = left.pop()
    return {subject: [film for film in viewers if film in named[subject]] for subject in subjects}


def _fill(films_each: Sequence[int], viewers: Mapping[str, int], draws: Draws) -> list[set[str]]:
    """Give each film to those who still have most films to see (Gale and Ryser: this always comes out)."""
    rows: list[set[str]] = [set() for _ in films_each]
    for film, count in sorted(viewers.items(), key=lambda item: -item[1]):
        order = draws.shuffled(range(len(rows)))
        order.sort(key=lambda k: len(rows[k]) - films_each[k])
        for k in order[:count]:
            rows[k].add(film)
    return rows


def _mix(rows: Sequence[set[str]], draws: Draws) -> None:
    """Exchange films between two subjects at random; every total stays."""
    for _ in range(_SWAPS):
        one, other = draws.pick(rows), draws.pick(rows)
        mine, theirs = sorted(one - other), sorted(other - one)
        if mine and theirs:
            given, taken = draws.pick(mine), draws.pick(theirs)
            one ^= {given, taken}
            other ^= {given, taken}
