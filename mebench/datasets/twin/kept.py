"""Which rows of a workbook stay when only a part of a twin is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mebench.datasets.sheets import Sheet


class Kept(NamedTuple):
    """What of a twin is kept.

    Parameters
    ----------
    videos : frozenset of str
        The ids of the videos (or folders of clips) that stay.
    events : tuple of bool
        For every movement, in the order of the table of movements, whether it stays.
    """

    videos: frozenset[str]
    events: tuple[bool, ...]


def with_rows(sheet: Sheet, above: int, stays: Sequence[bool]) -> Sheet:
    """Return a sheet with the first ``above`` rows, those below that stay, and whatever follows the table."""
    rows = sheet.rows[above : above + len(stays)]
    chosen = [row for row, stay in zip(rows, stays, strict=True) if stay]
    return Sheet(sheet.name, [*sheet.rows[:above], *chosen, *sheet.rows[above + len(stays) :]])
