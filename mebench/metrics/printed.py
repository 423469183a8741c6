"""A number as a paper prints it: which exact values may stand behind its digits.

``.8390`` has four digits, ``.839`` three: the first claims ten times more. A printed number is therefore read as text,
and stands for all values that its digits allow, as exact fractions:

    nearest   within half a unit of the last digit, both ends included (whichever way ties were rounded)
    cut       digits cut off: from the number itself to just below the next
    unit      within one unit of the last digit: rounded, cut or rounded up
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

_FORM = re.compile(r"(?P<whole>\d{0,3})(?:\.(?P<digits>\d{0,12}))?(?P<percent>\s*%?)", re.ASCII)

# "cut" ends just below the next number: far closer to it than a ratio of counts can come without being it.
ROUNDINGS: Mapping[str, tuple[Fraction, Fraction]] = {
    "nearest": (Fraction(1, 2), Fraction(1, 2)),
    "cut": (Fraction(0), 1 - Fraction(1, 10**9)),
    "unit": (Fraction(1), Fraction(1)),
}
"""How far below and above the printed number the exact value may lie, in units of the last digit."""


class Printed(NamedTuple):
    """A printed score: its text, the number, and the smallest and largest value that prints so."""

    text: str
    value: Fraction
    low: Fraction
    high: Fraction

    def allows(self, value: Fraction) -> bool:
        """Return whether an exact value prints so."""
        return self.low <= value <= self.high


def printed(text: str, rounding: str = "nearest") -> Printed:
    """Read a score in [0, 1] as printed: ``.8390``, ``0.839``, ``83.9%``.

    Parameters
    ----------
    text : str
    rounding : {"nearest", "cut", "unit"}

    Raises
    ------
    ValueError
        If the text is no such number, or has no digit after the point by which its precision could be told.
    """
    found = _FORM.fullmatch(text.strip())
    if found is None or not (found["whole"] or found["digits"]):
        raise ValueError(f"{text!r} is not a score: write it as printed, e.g. .8390 or 83.90%")
    percent = bool(found["percent"].strip())
    digits = len(found["digits"] or "")
    value = Fraction(f"{found['whole'] or 0}.{found['digits'] or 0}")
    if not digits and not percent:
        raise ValueError(f"{text!r} has no digit after the point: write all digits that are printed, e.g. 1.000")
    if value > (100 if percent else 1):
        remedy = f"; if it is a percentage, write {text.strip()}%" if not percent and value <= 100 else ""
        raise ValueError(f"{text!r} is above {'100%' if percent else '1'}{remedy}")
    scale = 100 if percent else 1
    below, above = ROUNDINGS[rounding]
    unit = Fraction(1, 10**digits * scale)
    number = value / scale
    return Printed(text.strip(), number, number - below * unit, number + above * unit)
