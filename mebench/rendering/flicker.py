"""How the light on the face varies: the mains beat with the frame rate, and lamps drift."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from mebench.datasets.twin.sampling import Draws
from mebench.rendering.curves import Floats, wander

_MAINS = 50.0
_RIPPLE = 0.005
_DRIFT = 0.008


def gain(stream: Callable[..., Draws], t: Floats, fps: float, dial: float) -> Floats:
    """Return the gain of the light in each frame, about 1.

    Lamps made for filming flicker by .25 to .5 % at twice the frequency of the mains (100 Hz, within a tenth of a
    hertz). The shutter, open for half of a frame, lets a part of it through, which beats with the frame rate. On top of
    that the light drifts by .8 % with a time constant of 20 s.

    Parameters
    ----------
    stream : callable
        Opens the stream of this video for a purpose.
    t : (T,) array
        Seconds from the first frame of the video.
    fps : float
    dial : float
        Multiplies both.
    """
    draws = stream("flicker")
    frequency = 2.0 * (_MAINS + draws.between(-0.05, 0.05))
    depth = _RIPPLE * draws.between(0.5, 1.0) * abs(float(np.sinc(0.5 * frequency / fps)))
    beat = np.sin(2 * math.pi * (frequency * t + draws.uniform()))
    return 1.0 + dial * (depth * beat + _DRIFT * wander(stream("lamp"), t, 20.0, 2.0))
