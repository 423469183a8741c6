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
"""The four kinds of emotion that the long videos tell apart."""

_BY_EMOTION = _COMBINATIONS | {
    "happiness": ("6+12", "12", "12+14", "L12", "12+25", "6+7+12"),
    "disgust": ("4+9", "9", "4+7+10", "10", "9+17", "L10", "4+7+9"),
    "repression": ("15", "17", "15+17", "14+17", "12+15", "12+17"),
    "sadness": ("1+4", "1+15", "1+4+15", "4+15"),
    "fear": ("20", "1+2+4", "4+20", "1+4+5+20"),
    "anger": ("4+7", "4", "7", "4+5+7", "23", "7+24", "4+23"),
    "contempt": ("L14", "R14", "L12+L14", "R12+R14"),
}


def combination(emotion: str, draws: Draws) -> str:
    """Return action units that may show an emotion, e.g. ``"4+7"`` or ``"L14"`` (left half only)."""
    return draws.pick(_BY_EMOTION[emotion])
