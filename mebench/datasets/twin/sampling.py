"""Random draws that come out alike on every machine, and draws that follow a table of percentiles.

Only the raw double of :meth:`numpy.random.Generator.random` over PCG64 is used, because numpy promises the stream of
a bit generator but not that of the distributions built on it.
"""

from __future__ import annotations

import itertools
import math
import zlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")

Percentiles = Sequence[tuple[float, float]]
"""Points ``(percent, value)`` of a distribution, both ascending, from 0 (the minimum) to 100 (the maximum)."""


class Draws:
    """One stream of random numbers, named by a seed and any number of words.

    Streams under different names are independent, so a later step (rendering a video) takes a stream of its own and
    leaves every other draw as it was.

    Parameters
    ----------
    seed : int
        Not negative.
    *name : str
        For example the dataset, the video and the purpose.
    """

    def __init__(self, seed: int, *name: str) -> None:
        words = tuple(zlib.crc32(word.encode()) for word in name)
        self.uniform = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=words))).random

    def between(self, low: float, high: float) -> float:
        """Return a number in ``[low, high)``."""
        return low + (high - low) * self.uniform()

    def below(self, n: int) -> int:
        """Return an integer from 0 to ``n - 1``."""
        return int(self.uniform() * n)

    def pick(self, items: Sequence[T]) -> T:
        """Return one of the items."""
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return the items in random order (Fisher-Yates)."""
        mixed = list(items)
        for last in range(len(mixed) - 1, 0, -1):
            other = self.below(last + 1)
            mixed[last], mixed[other] = mixed[other], mixed[last]
        return mixed

    def sample(self, items: Sequence[T], n: int) -> list[T]:
        """Return ``n`` different items in random order.

        Raises
        ------
        ValueError
            If there are fewer than ``n``.
        """
        if n > len(items):
            raise ValueError(f"cannot take {n} of {len(items)} items")
        return self.shuffled(items)[:n]


def half_up(value: float) -> int:
    """Return the nearest integer, halves upwards."""
    return math.floor(value + 0.5)


def at(table: Percentiles, percent: float) -> float:
    """Return the value at a percentile, linear between the points of the table."""
    for (low, value), (high, following) in itertools.pairwise(table):
        if percent <= high:
            return value + (following - value) * (percent - low) / (high - low)
    return table[-1][1]


def stratified(table: Percentiles, n: int, draws: Draws, low: float = 0.0, high: float = 100.0) -> list[float]:
    """Return ``n`` values in random order, one from each of ``n`` equal slices of the distribution.

    So even a small sample has the quartiles of the table, whatever the seed. ``low`` and ``high`` (percent) restrict
    the draw to a part of the distribution.
    """
    step = (high - low) / n if n else 0.0
    return draws.shuffled([at(table, low + step * (k + draws.uniform())) for k in range(n)])
