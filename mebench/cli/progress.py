"""How far long work is: a bar in a terminal, a line now and then elsewhere; both on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mebench.cli.terminal import say

_BETWEEN = 10.0
"""Seconds between two lines."""


@contextmanager
def progress(what: str, unit: str) -> Iterator[Callable[[int, int], None]]:
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
        To be called with how much is done and how much there is; the first call says what was done before.
    """
    if sys.stderr.isatty():
        with _bar(what, unit) as show:
            yield show
    else:
        yield _Lines(what, unit)


@contextmanager
def _bar(what: str, unit: str) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn(unit), TimeRemainingColumn()
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


class _Lines:
    """A line at the start, at the end, and every ten seconds."""

    def __init__(self, what: str, unit: str) -> None:
        self._what, self._unit = what, unit
        self._before = -1
        self._began = self._last = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if self._before < 0:
            self._before, self._began = done, now
        elif done < total and now - self._last < _BETWEEN:
            return
        self._last = now
        left = ""
        if self._before < done < total:
            left = f", {duration((now - self._began) * (total - done) / (done - self._before))} left"
        say(f"{self._what}: {done} of {total} {self._unit}{left}")


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
