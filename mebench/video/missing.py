"""What happens when a frame is missing or cannot be read: the policy, and the report of what it did.

``error``
    The frame and its file are named, and nothing goes on. The default.
``previous``
    The last frame before it that can be read takes its place; at the beginning of a video, the first one that can.
``nearest``
    The nearest frame that can be read takes its place; of two as near, the earlier one.

A replacement shows no motion where there may have been some, so it is counted, and one that is further away than
`within` frames is refused under every policy: such a hole is no accident of a copy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mebench.problems import UserError, plural, printable, unknown_name
from mebench.video.numbering import Gap, gaps_text

POLICIES = ("error", "previous", "nearest")
WITHIN = 10
_SHOWN = 3


@dataclass(frozen=True)
class Policy:
    """A policy by name, and how many frames away a replacement may lie.

    Raises
    ------
    UserError
        If there is no such policy, or `within` is below 1.
    """

    name: str = "error"
    within: int = WITHIN

    def __post_init__(self) -> None:
        if self.name not in POLICIES:
            raise unknown_name("policy for missing frames", self.name, POLICIES)
        if self.within < 1:
            raise UserError(f"A replacement within {self.within} frames is none. Give at least 1.")

    @property
    def replaces(self) -> bool:
        """Whether there are replacements at all."""
        return self.name != "error"

    def candidates(self, number: int, present: NDArray[np.int64]) -> Iterator[int]:
        """Yield the frames that may take the place of one, the best first.

        Parameters
        ----------
        number : int
        present : (n,) int64
            The frames that are there, ascending; `number` itself is passed over.
        """
        if not self.replaces:
            return
        low, high = np.searchsorted(present, [number - self.within, number + self.within + 1])
        around = [int(n) for n in present[low:high] if n != number]
        if self.name == "nearest":
            yield from sorted(around, key=lambda n: (abs(n - number), n))
        else:
            yield from sorted((n for n in around if n < number), reverse=True)
            yield from (n for n in around if n > number)


@dataclass(frozen=True)
class Replacement:
    """Frame `number` was missing or unreadable (`file`, `why`), and frame `by` took its place."""

    number: int
    file: str
    why: str
    by: int
    is_missing: bool


@dataclass
class Report:
    """What was wrong with the frames of one video so far; it grows while they are read.

    Parameters
    ----------
    name : str
        Of the video or clip.
    policy : str
    gaps : tuple of (first, last)
        Numbers that are absent between the first and the last frame, known before anything is read.
    replaced : dict of int to Replacement
        By frame number, each once, however often it was read.
    notes : list of str
        How numbers were mapped, and what else is worth knowing.
    """

    name: str
    policy: str = "error"
    gaps: tuple[Gap, ...] = ()
    replaced: dict[int, Replacement] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def n_missing(self) -> int:
        """How many frames that are not there were replaced."""
        return sum(one.is_missing for one in self.replaced.values())

    @property
    def n_unreadable(self) -> int:
        """How many frames that could not be read were replaced."""
        return len(self.replaced) - self.n_missing

    @property
    def n_absent(self) -> int:
        """How many numbers the gaps hold, replaced or not."""
        return sum(last - first + 1 for first, last in self.gaps)

    def note(self, sentence: str) -> None:
        """Add a note, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def sentences(self) -> list[str]:
        """Return all that there is to say, for the screen; empty if nothing was wrong."""
        said = list(self.notes)
        if self.gaps:
            said.append(f"{plural(self.n_absent, 'frame')} missing: {gaps_text(self.gaps)}")
        if self.replaced:
            first = [self.replaced[n] for n in sorted(self.replaced)[:_SHOWN]]
            examples = "; ".join(f"{one.number} by {one.by}, since {one.file} {one.why}" for one in first)
            more = f"; and {len(self.replaced) - _SHOWN} more" if len(self.replaced) > _SHOWN else ""
            said.append(
                f"{plural(len(self.replaced), 'frame')} replaced ({self.n_missing} missing, {self.n_unreadable} "
                f"unreadable; policy {self.policy}): {examples}{more}"
            )
        return [printable(f"{self.name}: {sentence}", 600) for sentence in said]

    def as_dict(self) -> dict[str, Any]:
        """Return the report as a JSON-ready dictionary."""
        return {
            "video": self.name,
            "policy": self.policy,
            "gaps": [list(gap) for gap in self.gaps],
            "missing": self.n_missing,
            "unreadable": self.n_unreadable,
            "replaced": [vars(self.replaced[n]) for n in sorted(self.replaced)],
            "notes": list(self.notes),
        }
