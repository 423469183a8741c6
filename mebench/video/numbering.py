"""Which image of a folder is which frame: the last digit group of its name, whatever the padding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mebench.datasets.readers._folders import around_number, is_image, number_of
from mebench.problems import UserError, printable, quoted

Gap = tuple[int, int]
"""First and last number that are absent between two that are there."""


@dataclass(frozen=True)
class Numbering:
    """The images of one folder in numeric order.

    Parameters
    ----------
    numbers : (n,) int64
        As the names say, ascending.
    names : tuple of str
        The file of each number.
    ignored : tuple of str
        Images without a number (``cover.jpg``).
    """

    numbers: NDArray[np.int64]
    names: tuple[str, ...]
    ignored: tuple[str, ...] = ()

    def name_for(self, number: int) -> str:
        """Return the name that the file of an absent number would have: that of its neighbour, padded alike."""
        neighbour = self.names[min(int(np.searchsorted(self.numbers, number)), len(self.names) - 1)]
        before, digits, behind = around_number(neighbour) or ("", "", "")
        # The smallest number tells whether they are padded, and how far.
        _, smallest, _ = around_number(self.names[0]) or ("", "", "")
        padded = next((known for known in (digits, smallest) if len(known) > 1 and known.startswith("0")), "")
        return f"{before}{str(number).zfill(len(padded))}{behind}"


def numbering_of(names: Iterable[str], folder: str) -> Numbering:
    """Read the numbers of the images in a list of file names.

    Parameters
    ----------
    names : iterable of str
        All files of the folder; what is hidden or no image is passed over.
    folder : str
        For messages.

    Raises
    ------
    UserError
        If there is no numbered image, two images have the same number, the names differ in more than number, padding
        and letter case (``img1.jpg`` beside ``reg_img2.jpg``), or a number is too large.

    Examples
    --------
    >>> numbering_of(["img10.jpg", "img9.jpg", "Thumbs.db"], "x").names
    ('img9.jpg', 'img10.jpg')
    """
    found: dict[int, str] = {}
    patterns: dict[tuple[str, str], str] = {}
    ignored = []
    place = printable(folder)
    for name in sorted(names):
        parts = around_number(name)
        if parts is None:
            if is_image(name):
                ignored.append(name)
            continue
        before, digits, behind = parts
        number = number_of(digits)
        if number is None:
            raise UserError(f"{place}: the frame number of {quoted(name)} is too large. Number the frames from 1.")
        # Endings may differ (frames that were saved again), names may not.
        patterns.setdefault((before.casefold(), behind.rpartition(".")[0].casefold()), name)
        if len(patterns) > 1 or number in found:
            other = found.get(number, next(iter(patterns.values())))
            raise UserError(
                f"{place}: two numberings lie in one folder, e.g. {quoted(other)} and {quoted(name)}. Keep the images "
                "of one of them and move the others to a folder of their own."
            )
        found[number] = name
    if not found:
        raise UserError(
            f"{place}: the folder holds no numbered image (jpg, png, bmp, tif, pgm). Give a folder with one image a "
            "frame."
        )
    numbers = np.array(sorted(found), dtype=np.int64)
    return Numbering(numbers, tuple(found[int(n)] for n in numbers), tuple(ignored))


def gaps_in(numbers: NDArray[np.int64]) -> tuple[Gap, ...]:
    """Return the runs of numbers that are absent between the first and the last.

    Examples
    --------
    >>> gaps_in(np.array([1, 2, 5, 7]))
    ((3, 4), (6, 6))
    """
    after = np.flatnonzero(np.diff(numbers) > 1)
    return tuple((int(numbers[i]) + 1, int(numbers[i + 1]) - 1) for i in after)


def gaps_text(gaps: Iterable[Gap], shown: int = 5) -> str:
    """Return gaps in words.

    Examples
    --------
    >>> gaps_text([(3, 4), (6, 6)])
    '3-4, 6'
    """
    runs = [str(first) if first == last else f"{first}-{last}" for first, last in gaps]
    return ", ".join(runs[:shown]) + (f" and {len(runs) - shown} more" if len(runs) > shown else "")
