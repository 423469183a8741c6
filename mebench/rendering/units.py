"""Facial action units (FACS numbers) as channels, and each channel as a mixture of the head's expression units.

A channel is one side of one action unit: ``"AU12L"`` is the person's left half of the lip corner puller. Units whose
halves people cannot move apart have one channel (``"AU17"``). Every channel moves the surface linearly in its
intensity, from 0 (rest) to 1 (as strong as the head can).
"""

from __future__ import annotations

import re

_SIDED: dict[int, dict[str, float]] = {
    1: {"browInnerUp": 1.0},
    2: {"browOuterUp": 1.0},
    4: {"browDown": 1.0},
    5: {"eyeWide": 0.85},
    6: {"cheekSquint": 1.0, "eyeSquint": 0.35},
    7: {"eyeSquint": 1.0},
    9: {"noseSneer": 1.6, "browDown": 0.15, "mouthUpperUp": 0.15},
    10: {"mouthUpperUp": 1.0, "noseSneer": 0.2},
    12: {"mouthSmile": 1.0},
    14: {"mouthDimple": 1.0},
    15: {"mouthFrown": 1.0},
    16: {"mouthLowerDown": 1.0},
    20: {"mouthStretch": 1.0},
    45: {"eyeBlink": 1.0},
}
_WHOLE: dict[int, dict[str, float]] = {
    17: {"mouthShrugLower": 1.0, "mouthShrugUpper": 0.25},
    18: {"mouthPucker": 1.0},
    22: {"mouthFunnel": 1.0},
    23: {"mouthRollLower": 0.45, "mouthRollUpper": 0.45, "mouthPucker": 0.25},
    24: {"mouthPressLeft": 1.0, "mouthPressRight": 1.0, "mouthRollLower": 0.3, "mouthRollUpper": 0.3},
    25: {"mouthLowerDownLeft": 0.55, "mouthLowerDownRight": 0.55, "mouthUpperUpLeft": 0.25, "mouthUpperUpRight": 0.25},
    26: {"jawOpen": 0.6},
    28: {"mouthRollLower": 1.0, "mouthRollUpper": 1.0},
}
_SIDES = {"L": "Left", "R": "Right"}


def _mixtures() -> dict[str, dict[str, float]]:
    """Return the mixture of every channel, in the order of the numbers, left before right."""
    mixtures: dict[str, dict[str, float]] = {}
    for number in sorted(_SIDED | _WHOLE):
        if number in _WHOLE:
            mixtures[f"AU{number}"] = dict(_WHOLE[number])
        else:
            for letter, side in _SIDES.items():
                mixtures[f"AU{number}{letter}"] = {unit + side: weight for unit, weight in _SIDED[number].items()}
    return mixtures


MIXTURES: dict[str, dict[str, float]] = _mixtures()
"""For each channel, the expression units of the head pack and their weights at intensity 1."""

CHANNELS: tuple[str, ...] = tuple(MIXTURES)
"""Names of the channels: ``"AU1L"``, ``"AU1R"``, ..., ``"AU17"``, ..., ``"AU45R"`` (L, R: the person's own sides)."""


def channels_of(action_units: str) -> dict[str, float]:
    """Return the channels that a combination of action units moves, with their relative weights.

    Parameters
    ----------
    action_units : str
        As annotators write it: ``"4+7"``, ``"L14"`` (left half only), ``"R12+R14"``, ``"1+2+25"``; ``"?"`` and ``""``
        say that no unit is known. A side before a unit that has no halves is ignored.

    Returns
    -------
    dict
        Channel name to weight (1.0); empty where no unit is known.

    Raises
    ------
    ValueError
        If a part is not a number with an optional L or R before it, or the head has no such unit.
    """
    written = action_units.strip()
    if written in ("", "?"):
        return {}
    weights: dict[str, float] = {}
    for part in written.split("+"):
        found = re.fullmatch(r"\s*([LR]?)\s*(?:AU)?(\d+)\s*", part)
        number = int(found.group(2)) if found else -1
        if found is None or number not in _SIDED | _WHOLE:
            raise ValueError(f"no action unit {part.strip()!r} (in {action_units!r})")
        if number in _WHOLE:
            weights[f"AU{number}"] = 1.0
        else:
            weights.update({f"AU{number}{side}": 1.0 for side in (found.group(1) or "LR")})
    return weights
