"""Where each row of a board stands: rank intervals, tie letters, and the tests of the pairs."""

from __future__ import annotations

import string
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mebench.leaderboard.measures import Table
from mebench.metrics import resampling
from mebench.metrics.comparison import MOST_SWAPPED, PERMUTATIONS, PairTest, PairwiseTests, compare_pairs
from mebench.metrics.named import Statistic
from mebench.metrics.ranking import rank_intervals, separable, tie_groups
from mebench.report.model import defined

LETTERS = string.ascii_letters
Pair = tuple[int, int, float | None, float | None, float | None, float | None, float | None]


class Standing(NamedTuple):
    """How systems stand to each other on one part of the data.

    ``ranks`` has the best and the worst rank of each, None where its score is undefined; two systems share one of
    their ``letters`` if and only if they are not separable (on large boards there is one letter: not separable from the
    best); ``pairs`` are (i, j, difference, low, high, p, p after Holm), empty on large boards.
    """

    ranks: list[list[int] | None]
    letters: list[str]
    pairs: list[Pair]


def standing(tables: Sequence[Table], statistic: Statistic, test: PairTest) -> Standing:
    """Return how systems stand to each other.

    Parameters
    ----------
    tables : sequence of ndarray, each of shape (n_subjects, ...)
        One count table a system, all of the same subjects in the same order.
    statistic : callable
        Maps summed counts of shape (n, ...) to scores of shape (n,).
    test : {"permutation", "jackknife"}
        See :func:`mebench.metrics.comparison.fitting_test`.
    """
    ranks: list[list[int] | None] = [None] * len(tables)
    letters = [""] * len(tables)
    if not tables:
        return Standing(ranks, letters, [])
    scores = statistic(np.stack([table.sum(axis=0) for table in tables]).astype(np.float64))
    known = np.flatnonzero(np.isfinite(scores)).tolist()
    if not known:
        return Standing(ranks, letters, [])
    chosen = [tables[i] for i in known]
    tests = compare_pairs(chosen, statistic, test)
    for i, ends in zip(known, rank_intervals(scores[known], tests.adjusted), strict=True):
        ranks[i] = [int(ends[0]), int(ends[1])]
    for i, own in zip(known, _letters(scores[known], tests, len(tables)), strict=True):
        letters[i] = own
    return Standing(ranks, letters, _pairs(chosen, known, statistic, tests) if len(tables) <= MOST_SWAPPED else [])


def _letters(scores: NDArray[np.float64], tests: PairwiseTests, n_rows: int) -> list[str]:
    groups: list[tuple[int, ...]] = []
    # All groups of a large board would take forever to find, and nobody could read them.
    if n_rows <= MOST_SWAPPED:
        groups = tie_groups(scores, tests.adjusted)
    if not groups or len(groups) > len(LETTERS):
        best = int(np.argmax(scores))
        groups = [tuple(np.flatnonzero(~separable(tests.adjusted)[best]).tolist())]
    letters = [""] * len(scores)
    for letter, group in zip(LETTERS, groups, strict=False):
        for i in group:
            letters[i] += letter
    return letters


def _pairs(tables: Sequence[Table], rows: Sequence[int], statistic: Statistic, tests: PairwiseTests) -> list[Pair]:
    """Return every pair with its difference, the interval of :func:`paired_difference`, and the p-values."""
    first, second = np.triu_indices(len(tables), 1)
    if not len(first):
        return []
    both = np.stack(tables, axis=1)

    def differences(summed: NDArray[np.float64]) -> NDArray[np.float64]:
        scores = statistic(summed)
        return scores[..., first] - scores[..., second]

    found = resampling.limits(both, differences, bounds=(-1.0, 1.0))
    value = differences(both.sum(axis=0)[np.newaxis].astype(np.float64))[0]
    columns = (value, found.low, found.high, tests.p_value[first, second], tests.adjusted[first, second])
    numbers = [[defined(round(float(cell), 6)) for cell in column] for column in columns]
    return [
        (rows[i], rows[j], *cells)
        for i, j, cells in zip(first.tolist(), second.tolist(), zip(*numbers, strict=True), strict=True)
    ]


def words_of_test(test: PairTest, n_rows: int, n_subjects: int, level: float = resampling.LEVEL) -> str:
    """Return in one sentence when two rows of a board are called separable."""
    pairs = n_rows * (n_rows - 1) // 2
    if n_rows < 2:
        return (
            f"With fewer than two ranked rows nothing is compared; intervals are {level:.0%} jackknife over subjects."
        )
    how = (
        f"a paired permutation test over the {n_subjects} subjects ({PERMUTATIONS:,} swaps drawn with seed 0, all of "
        "them where there are fewer)"
        if test == "permutation"
        else f"a paired jackknife over the {n_subjects} subjects (Student t, {n_subjects - 1} degrees of freedom; "
        "there are too many pairs for drawn swaps)"
    )
    return (
        f"Two rows are separable where {how} gives p <= {1 - level:.2g} after Holm's correction for all {pairs:,} "
        f"pairs; intervals are {level:.0%} jackknife over subjects."
    )
