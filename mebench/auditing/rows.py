"""Rows of printed numbers: from text to exact windows, with a sentence where the text is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from mebench.metrics.margins import Window
from mebench.metrics.printed import ROUNDINGS, Printed, printed
from mebench.problems import UserError, quoted, unknown_name

NEAREST = "nearest"
NOT_PRINTED = ("", "-")

WORDS: Mapping[str, str] = {
    "nearest": "rounded to the last digit",
    "cut": "cut off after the last digit",
    "unit": "within one unit of the last digit",
}
"""How printed digits relate to the exact value."""

Row = Mapping[str, str]
"""Printed numbers of one row by score (``uf1``, ``uar``, ...), as text; an absent one was not printed."""


def numbers(name: str, row: Row, rounding: str) -> dict[str, Printed]:
    """Return what the numbers of a row may be.

    Raises
    ------
    UserError
        If a text is no score in [0, 1], or the rounding has no such name.
    """
    if rounding not in ROUNDINGS:
        raise unknown_name("rounding", rounding, ROUNDINGS)
    found = {}
    for score, text in row.items():
        try:
            found[score] = printed(text, rounding)
        except ValueError as error:
            raise UserError(f"{name}, {score}: {error}.") from error
    return found


def window(number: Printed) -> Window:
    """Return the ends of a printed number as floats."""
    return Window(float(number.low), float(number.high))


def row_of(name: str, cells: Sequence[str], scores: Sequence[str], needed: int) -> dict[str, str]:
    """Return the cells of a row by score, those not printed left out.

    Parameters
    ----------
    name : str
        Of the row, for messages.
    cells : sequence of str
        In the order of ``scores``; ``-`` stands for one that is not printed.
    scores : sequence of str
    needed : int
        How many of the first cells must be there.

    Raises
    ------
    UserError
        If there are too few or too many.
    """
    if not needed <= len(cells) <= len(scores):
        wanted = ",".join([*scores[:needed], *(f"[{score}]" for score in scores[needed:])])
        raise UserError(f"Row {quoted(name)} has {len(cells)} numbers; write {name}={wanted}.")
    return {s: c.strip() for s, c in zip(scores, cells, strict=False) if c.strip() not in NOT_PRINTED}


def short(value: Fraction | float, digits: int = 4) -> str:
    """Return a score with a fixed number of digits."""
    return f"{float(value):.{digits}f}"
