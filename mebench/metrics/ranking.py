"""Which systems cannot be told apart, and which ranks may each truly hold? From the p-values of all pairs.

Conventions
-----------
Two systems are *separable* where the adjusted p-value of their pair is at most 1 - level. A tie group is a maximal set
of systems of which no two are separable: a maximal clique of the graph whose edges are the ties. So two systems share a
group if and only if they are not separable. Groups overlap, since A ~ B and B ~ C does not make A ~ C; no order of the
systems and no score decides who is in which.

References
----------
Bron, C., Kerbosch, J. (1973). Algorithm 457. Commun. ACM 16(9). Piepho, H.-P. (2004). An algorithm for a letter-based
representation of all-pairwise comparisons. J. Comput. Graph. Statist. 13(2). Mogstad, M., Romano, J. P., Shaikh, A. M.,
Wilhelm, D. (2024). Inference for ranks. Rev. Econ. Stud. 91(1).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mebench.metrics.resampling import LEVEL, NEAR


def separable(p_values: ArrayLike, level: float = LEVEL) -> NDArray[np.bool_]:
    """Return which pairs of systems differ at the level, given adjusted p-values (n, n); an undefined test parts none.

    Raises
    ------
    ValueError
        If the p-values are no symmetric square.
    """
    given = np.asarray(p_values, dtype=np.float64)
    if given.ndim != 2 or not np.array_equal(given, given.T, equal_nan=True):
        raise ValueError(f"p-values of pairs are a symmetric square, not of shape {given.shape}")
    apart = given <= 1 - level + NEAR
    np.fill_diagonal(apart, False)
    return apart


def tie_groups(scores: ArrayLike, p_values: ArrayLike, level: float = LEVEL) -> list[tuple[int, ...]]:
    """Return the maximal groups of systems of which no two are separable.

    Parameters
    ----------
    scores : array_like of float, shape (n,)
        They order the systems within a group and the groups, best first; they play no part in who is separable.
    p_values : array_like of float, shape (n, n)
        Adjusted p-values of the pairs: see :func:`mebench.metrics.comparison.pairwise_tests`.
    level : float, default 0.95
        A pair is separable where p is at most 1 - level.

    Returns
    -------
    list of tuple of int
        Indices of systems. Each system is in at least one group; two are in a common group if and only if they are not
        separable.

    Examples
    --------
    >>> p = [[1.0, 0.3, 0.01], [0.3, 1.0, 0.2], [0.01, 0.2, 1.0]]
    >>> tie_groups([0.8, 0.7, 0.5], p)
    [(0, 1), (1, 2)]
    """
    apart = separable(p_values, level)
    order = _best_first(scores, len(apart))
    rank = {int(system): place for place, system in enumerate(order)}
    tied = {i: {int(j) for j in np.flatnonzero(~apart[i]) if j != i} for i in rank}
    groups = [tuple(sorted(group, key=rank.__getitem__)) for group in _cliques(set(), set(tied), set(), tied)]
    return sorted(groups, key=lambda group: [rank[system] for system in group])


def _best_first(scores: ArrayLike, n: int) -> NDArray[np.intp]:
    given = np.asarray(scores, dtype=np.float64)
    if given.shape != (n,):
        raise ValueError(f"{given.size} scores for the p-values of {n} systems")
    return np.argsort(-given, kind="stable")


def _cliques(chosen: set[int], free: set[int], done: set[int], tied: dict[int, set[int]]) -> Iterator[set[int]]:
    """Yield every maximal set of mutually tied systems (Bron and Kerbosch, with a pivot)."""
    if not free and not done:
        if chosen:
            yield chosen
        return
    pivot = max(sorted(free | done), key=lambda system: len(tied[system] & free))
    for system in sorted(free - tied[pivot]):
        yield from _cliques(chosen | {system}, free & tied[system], done & tied[system], tied)
        free, done = free - {system}, done | {system}


def rank_intervals(scores: ArrayLike, p_values: ArrayLike, level: float = LEVEL) -> NDArray[np.int64]:
    """Return the best and the worst rank that each system may truly hold, shape (n, 2); 1 is best.

    A system's best rank is 1 + the systems that are separably better, its worst is n - those separably worse. With
    p-values adjusted over all pairs the ranks of all systems lie within, together, at the level (Mogstad et al. 2024).

    Parameters
    ----------
    scores, p_values, level
        See :func:`tie_groups`.

    Examples
    --------
    >>> p = [[1.0, 0.3, 0.01], [0.3, 1.0, 0.2], [0.01, 0.2, 1.0]]
    >>> rank_intervals([0.8, 0.7, 0.5], p).tolist()
    [[1, 2], [1, 3], [2, 3]]
    """
    apart = separable(p_values, level)
    _best_first(scores, len(apart))
    given = np.asarray(scores, dtype=np.float64)
    better = apart & (given > given[:, np.newaxis])
    worse = apart & (given < given[:, np.newaxis])
    return np.stack([1 + better.sum(axis=1), len(apart) - worse.sum(axis=1)], axis=1).astype(np.int64)
