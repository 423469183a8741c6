"""What a face does at one moment."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mebench.rendering.units import CHANNELS


def _zeros(n: int) -> NDArray[np.float64]:
    return np.zeros(n)


@dataclass(frozen=True, eq=False)
class State:
    """Expression, pose, gaze and light at one moment.

    Attributes
    ----------
    units : (len(CHANNELS),) array
        Intensity of every channel of :data:`mebench.rendering.units.CHANNELS`, 0 at rest, 1 at full strength.
    shift : (3,) array
        Translation of the head in eye distances: x to the right of the image, y down, z towards the camera.
    turn : (3,) array
        Rotation of the head about the middle of the neck's upper end, in radians: pitch (positive looks down), yaw
        (positive looks to the right of the image), roll (positive turns clockwise in the image).
    gaze : (2,) array
        Rotation of the eyes in radians: x to the right of the image, y down.
    light : float
        Gain of all light; 1.0 is the rest.
    """

    units: NDArray[np.floating] = field(default_factory=lambda: _zeros(len(CHANNELS)))
    shift: NDArray[np.floating] = field(default_factory=lambda: _zeros(3))
    turn: NDArray[np.floating] = field(default_factory=lambda: _zeros(3))
    gaze: NDArray[np.floating] = field(default_factory=lambda: _zeros(2))
    light: float = 1.0


REST = State()
"""No expression, looking straight into the camera."""
