"""How much of a twin its small and its tiny excerpt hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Spotting:
    """An excerpt of long videos.

    Parameters
    ----------
    subjects : int
        At most so many, of those who have an ME.
    frames : int
        Of all videos together, about.
    stretch : int or None
        Frames kept of a video, more or less; None keeps videos as a whole.
    resting : int
        Videos of which a stretch without any ME is kept, so that false positives count.
    """

    subjects: int
    frames: int
    stretch: int | None
    resting: int


@dataclass(frozen=True)
class Recognition:
    """An excerpt of clips: ``clips`` of each of ``subjects`` people; None keeps all. Frames are onset to offset."""

    subjects: int | None
    clips: int = 0


SPOTTING: Mapping[tuple[str, str], Spotting] = {
    ("casme-sq", "small"): Spotting(subjects=22, frames=13_000, stretch=300, resting=6),
    ("casme-sq", "tiny"): Spotting(subjects=3, frames=600, stretch=120, resting=2),
    ("samm-lv", "small"): Spotting(subjects=20, frames=13_000, stretch=480, resting=4),
    ("samm-lv", "tiny"): Spotting(subjects=3, frames=1_200, stretch=240, resting=2),
    ("smic-e-long", "small"): Spotting(subjects=16, frames=13_000, stretch=None, resting=3),
    ("smic-e-long", "tiny"): Spotting(subjects=3, frames=1_200, stretch=None, resting=1),
}
"""By original and size; ``small`` trains and tests a method on two cores, ``tiny`` is for tests."""

RECOGNITION: Mapping[str, Recognition] = {"small": Recognition(None), "tiny": Recognition(5, clips=4)}
