"""Smooth curves over time from which motion is made: transitions, bumps and slow random wandering.

All of them are functions of continuous time in seconds, so a motion looks alike at 30 and at 200 frames a second.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mebench.datasets.twin.sampling import Draws

Floats = NDArray[np.float64]


def minimum_jerk(u: Floats) -> Floats:
    """Return 0 up to ``u = 0`` and 1 from ``u = 1`` on, with a bell-shaped speed between.

    The polynomial ``10 u^3 - 15 u^4 + 6 u^5`` has neither speed nor acceleration at both ends. It is how a voluntary
    movement from one rest to another goes (Flash and Hogan, J. Neurosci. 5:1688, 1985).
    """
    u = np.clip(u, 0.0, 1.0)
    return u * u * u * (10.0 + u * (6.0 * u - 15.0))


def bump(t: Floats, start: float, rise: float, hold: float, fall: float) -> Floats:
    """Return a curve that goes from 0 to 1 within ``rise``, stays there for ``hold`` and returns within ``fall``."""
    return minimum_jerk((t - start) / rise) * (1.0 - minimum_jerk((t - start - rise - hold) / fall))


def held(t: Floats, starts: Sequence[float], durations: Sequence[float], targets: Floats) -> Floats:
    """Return positions that rest on one target after another.

    Parameters
    ----------
    t : (T,) array
    starts, durations : sequence of n float
        When the movement to each next target begins (ascending), and how long it takes at most: a target that is left
        earlier is reached at once, so durations shall be shorter than the rests.
    targets : (n + 1, D) array
        The first one is held from the beginning.

    Returns
    -------
    (T, D) array
    """
    last = np.searchsorted(np.asarray(starts, dtype=float), t, side="right")
    begun = np.concatenate([[-math.inf], starts])[last]
    taking = np.concatenate([[1.0], durations])[last]
    done = minimum_jerk((t - begun) / taking)[:, None]
    before = np.vstack([targets[:1], targets[:-1]])[last]
    return before + done * (targets[last] - before)


def normals(draws: Draws, n: int) -> Floats:
    """Return numbers that are normal for our purposes: a sum of twelve uniform ones, never beyond 6."""
    total: Floats = draws.uniform((n, 12)).sum(axis=1)
    return total - 6.0


def wander(draws: Draws, t: Floats, tau: float, knot: float) -> Floats:
    """Return a smooth stationary random curve with mean 0 and standard deviation (nearly) 1.

    An Ornstein-Uhlenbeck process, drawn every ``knot`` seconds and joined by a cubic B-spline: unlike the process
    itself it has a speed, as everything with a mass has.

    Parameters
    ----------
    draws : Draws
    t : (T,) array
        Times in seconds, ascending from 0.
    tau : float
        Seconds after which the correlation has fallen to 1/e.
    knot : float
        Seconds between the knots, a fraction of ``tau``.
    """
    n = int(t[-1] / knot) + 4
    keep = math.exp(-knot / tau)
    steps = normals(draws, n)
    steps[1:] *= math.sqrt(1.0 - keep * keep)
    values = np.empty(n)
    now = 0.0
    for k, step in enumerate(steps.tolist()):
        now = keep * now + step
        values[k] = now
    index = (t / knot).astype(np.int64)
    f = t / knot - index
    g = 1.0 - f
    weights = (g**3, 3 * f**3 - 6 * f**2 + 4, 3 * g**3 - 6 * g**2 + 4, f**3)
    return sum((w * values[index + k] for k, w in enumerate(weights)), np.zeros_like(t)) / 6.0


def moments(draws: Draws, duration: float, every: float, pause: float) -> list[float]:
    """Return ascending times in ``[0, duration)`` at which something happens on the average ``every`` seconds.

    The gaps are exponential after a ``pause``. Whatever ``duration`` is, the first moments are the same ones.
    """
    found = []
    now = -every * draws.uniform()
    while now < duration:
        if now >= 0:
            found.append(now)
        now += pause + (every - pause) * -math.log1p(-draws.uniform())
    return found
