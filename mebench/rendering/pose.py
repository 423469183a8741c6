"""How the head moves while somebody sits and watches: sway, drift, changes of posture, breathing."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from mebench.datasets.twin.sampling import Draws
from mebench.rendering.curves import Floats, held, moments, wander

# Standard deviations along (x, y, z) in eye distances (about 62 mm), and of (pitch, yaw, roll) in radians.
_SWAY_SHIFT = (0.024, 0.018, 0.026)
_SWAY_TURN = (0.013, 0.013, 0.008)
_DRIFT_SHIFT = (0.025, 0.020, 0.030)
_DRIFT_TURN = (0.014, 0.014, 0.009)
# A posture lies within these bounds of the rest pose.
_POSTURE_SHIFT = (0.09, 0.06, 0.10)
_POSTURE_TURN = (0.06, 0.07, 0.04)
BREATH = 0.004
"""How far a breath lifts the head, in eye distances."""


def head(stream: Callable[..., Draws], t: Floats, dial: float) -> tuple[Floats, Floats]:
    """Return shift (T, 3) in eye distances and turn (T, 3) in radians of the head.

    The sum of sway (an Ornstein-Uhlenbeck process with a time constant of 2 s), slow drift (25 s), a new posture every
    40 s or so, taken within about a second, and breathing 12 to 18 times a minute, which lifts and nods the head by
    less than a pixel of a small face. All of it is multiplied by ``dial``.

    Parameters
    ----------
    stream : callable
        Opens the stream of this video for a purpose.
    t : (T,) array
        Seconds from the first frame of the video.
    dial : float
    """
    sway, drift = stream("sway"), stream("drift")
    sizes = np.array([(*_SWAY_SHIFT, *_SWAY_TURN), (*_DRIFT_SHIFT, *_DRIFT_TURN)])
    pose = np.stack([a * wander(sway, t, 2.0, 0.3) + b * wander(drift, t, 25.0, 3.0) for a, b in sizes.T], axis=1)
    pose += _postures(stream("posture"), t)
    breath = breathing(stream("breathing"), t)
    pose[:, 1] -= BREATH * breath
    pose[:, 3] -= 0.0015 * breath
    return dial * pose[:, :3], dial * pose[:, 3:]


def _postures(draws: Draws, t: Floats) -> Floats:
    """Return the posture in (T, 6): held, and left for another one now and then."""
    starts = moments(draws, float(t[-1]), 40.0, pause=4.0)
    bounds = np.array([*_POSTURE_SHIFT, *_POSTURE_TURN])
    durations = [draws.between(0.7, 1.8) for _ in starts]
    targets = bounds * (2.0 * np.asarray(draws.uniform((len(starts) + 1, 6))) - 1.0)
    return held(t, starts, durations, targets)


def breathing(draws: Draws, t: Floats) -> Floats:
    """Return the breath from 0 to 1; its rate wavers by a tenth and its depth by a quarter."""
    rate = draws.between(12.0, 18.0) / 60.0
    phase = draws.uniform() + rate * t + 0.1 * wander(draws, t, 8.0, 1.0)
    depth = 1.0 + 0.25 * wander(draws, t, 8.0, 1.0)
    return depth * (0.5 - 0.5 * np.cos(2 * math.pi * phase))
