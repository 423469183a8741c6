"""Faults of many rows, kept as row numbers until it is known how many of them will be spelled out."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mebench.problems import Problem, printable

LISTED = 10_000
"""How many faulty rows become :class:`Problem` objects; a file with more is told so in one sentence."""


class Fault(NamedTuple):
    """What is wrong with one row."""

    message: str
    remedy: str
    value: str = ""


class _Group(NamedTuple):
    rule: str
    indices: NDArray[np.intp]
    column: str
    describe: Callable[[int], Fault]


class Findings:
    """The faults of one file, by rule.

    Parameters
    ----------
    file : str
        The file, as messages name it.
    rows : array of int, shape (n,)
        The line on which each of the n table rows stands.
    """

    def __init__(self, file: str, rows: NDArray[np.int64]) -> None:
        self.file = file
        self.rows = rows
        self._whole: list[Problem] = []
        self._groups: list[_Group] = []

    def add_whole(self, rule: str, message: str, remedy: str, column: str | None = None) -> None:
        """Add a fault of the file as a whole."""
        self._whole.append(Problem(rule, message, remedy, self.file, column=column))

    def add(self, rule: str, indices: NDArray[np.intp], column: str, describe: Callable[[int], Fault]) -> None:
        """Add the faulty rows of one rule; ``describe`` is called with a row's index when it is spelled out."""
        if len(indices):
            self._groups.append(_Group(rule, indices, column, describe))

    def problems(self) -> list[Problem]:
        """Return every fault: those of the whole file first, then by row."""
        total = sum(len(group.indices) for group in self._groups)
        if not total:
            return list(self._whole)
        index = np.concatenate([group.indices for group in self._groups])
        owner = np.repeat(np.arange(len(self._groups)), [len(group.indices) for group in self._groups])
        order = np.argsort(self.rows[index], kind="stable")[:LISTED]
        spelled = [
            self._spell(self._groups[group], i)
            for group, i in zip(owner[order].tolist(), index[order].tolist(), strict=True)
        ]
        if total > LISTED:
            message = f"{total:,} faults in {len(np.unique(index)):,} rows; the first {LISTED:,} are listed"
            spelled.insert(0, Problem("too-many-problems", message, "Mend these first and check again", self.file))
        return [*self._whole, *spelled]

    def _spell(self, group: _Group, index: int) -> Problem:
        fault = group.describe(index)
        return Problem(
            group.rule,
            fault.message,
            fault.remedy,
            self.file,
            int(self.rows[index]),
            group.column,
            printable(fault.value),
        )
