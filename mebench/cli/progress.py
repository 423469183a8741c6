"""How far long work is: a bar in a terminal, a line now and then elsewhere; both on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mebench.cli.terminal import say

Show = Callable[..., None]
"""Called with how much is done, how much there is, and the unit if it is another from then on."""
_BETWEEN = 10.0
"""Seconds between two lines."""
_LONG = 120.0
"""Seconds after which the start hardly counts."""


@contextmanager
def progress(what: str, unit: str) -> Iterator[Show]:
    """Show progress while the block runs.

    Parameters
    ----------
    what : str
        What is done, e.g. ``"rendering"``.
    unit : str
        What is counted, e.g. ``"frames"``.

    Yields
    ------
    callable
        To be called with how much is done and how much there is; the first call says what was done before. A unit given
        as a third value is counted from then on, in the same bar.
    """
    if sys.stderr.isatty():
        with _bar(what, unit) as show:
            yield show
    else:
        yield _Lines(what, unit)


@contextmanager
def _bar(what: str, unit: str) -> Iterator[Show]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class Counts(ProgressColumn):
        def render(self, task: Task) -> Text:
            total = "?" if task.total is None else f"{task.total:,.0f}"
            return Text(f"{task.completed:,.0f} of {total}", style="progress.download")

    counted = TextColumn("{task.fields[unit]}")
    columns = (TextColumn("{task.description}"), BarColumn(), Counts(), counted, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=None, unit=unit)

        def show(done: int, total: int, now: str | None = None) -> None:
            if now is not None and now != bar.tasks[0].fields["unit"]:
                bar.reset(task, total=total, completed=done, unit=now)  # the pace was that of the other unit
            else:
                bar.update(task, completed=done, total=total)

        yield show


class _Lines:
    """A line at the start, at the end, and every ten seconds."""

    def __init__(self, what: str, unit: str) -> None:
        self._what = what
        self._count(unit)

    def _count(self, unit: str) -> None:
        self._unit = unit
        self._began: tuple[float, int] | None = None
        self._first: tuple[float, int] | None = None
        self._last = 0.0

    def __call__(self, done: int, total: int, unit: str | None = None) -> None:
        if unit is not None and unit != self._unit:
            self._count(unit)
        now = time.monotonic()
        begins = self._began is None
        if self._began is None:
            self._began = now, done
        elif self._first is None and done > self._began[1]:
            self._first = now, done
        if not begins and done < total and now - self._last < _BETWEEN:
            return
        self._last = now
        left = self._left(now, done, total) if done < total else None
        say(f"{self._what}: {done:,} of {total:,} {self._unit}{'' if left is None else f', {duration(left)} left'}")

    def _left(self, now: float, done: int, total: int) -> float | None:
        """Return about how many seconds are left, from the rate since the first part was done; None if unknown.

        The first part holds the start of the processes and what is compiled; in long work that hardly counts.
        """
        if self._began is None or self._first is None:
            return None
        since, before = self._first
        if now - since < _BETWEEN / 2:
            since, before = self._began
            if now - since < _LONG:
                return None
        return (now - since) * (total - done) / (done - before) if done > before else None


def duration(seconds: float) -> str:
    """Return a rough duration in words.

    Examples
    --------
    >>> duration(42), duration(200), duration(9000)
    ('42 s', '3 min', '2.5 h')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
