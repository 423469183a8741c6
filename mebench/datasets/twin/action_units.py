"""Facial action units that go with an emotion, as combinations that annotators write (EMFACS prototypes and parts)."""

from __future__ import annotations

from mebench.datasets.twin.sampling import Draws

_COMBINATIONS = {
    "positive": ("12", "6+12", "6+12", "12+25", "L12", "12+14", "6+7+12"),
    "negative": ("4", "4+7", "9", "4+9", "4+7+10", "10", "15", "17", "4+15", "14", "L14", "R14", "20"),
    "surprise": ("1+2", "1+2+5", "5", "1+2+25", "1+2+5+26"),
    "others": ("14", "7", "17+24", "24", "R10", "4", "18", "2", "R2"),
}
EMOTIONS = tuple(_COMBINATIONS)


def combination(emotion: str, draws: Draws) -> str:
    """Return action units that may show an emotion, e.g. ``"4+7"`` or ``"L14"`` (left half only)."""
    return draws.pick(_COMBINATIONS[emotion])
