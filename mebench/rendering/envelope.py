"""The annotated movements of one video: onset, apex and offset of every channel, and how strong it is.

A movement begins within the frame before its onset, is strongest exactly at its apex, and is over within the frame
after its offset. It rises fast and then only creeps up to the apex; from there it sinks slowly at first, and most of it
goes in a decay that takes longer than the rise. In a long macro-expression rise and decay take no longer than a face
needs, and the time between is a plateau. Every channel has lags and a share of its own, and left and right differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mebench.datasets.twin.sampling import Draws
from mebench.rendering.curves import Floats, minimum_jerk
from mebench.rendering.units import CHANNELS, channels_of

ME_STRENGTH = (0.6, 1.5)
"""Range of the strength of a micro-expression, as a multiple of the amplitude."""
MAE_STRENGTH = (3.0, 6.0)
"""The same of a macro-expression."""
ASYMMETRY = 0.15
"""A side is at most this share stronger than the mean of both."""
LAG = 0.12
"""A channel starts late and ends early by at most this share of the rise and the decay."""
_RISE_SECONDS = (0.35, 0.9)
_DECAY_SECONDS = (0.7, 1.8)
_INDEX = {channel: k for k, channel in enumerate(CHANNELS)}


class Movement(NamedTuple):
    """One annotated movement: a row of :attr:`mebench.datasets.twin.generate.Twin.movements`."""

    number: int
    type: str
    onset: int
    apex: int
    offset: int
    action_units: str


class Shape(NamedTuple):
    """Form of a profile.

    ``rise`` and ``decay`` are the frames that the fast part of each takes; ``creep`` is the share of the height that is
    gained and lost slowly between them.
    """

    rise: float
    decay: float
    creep: float


def profile(t: Floats, start: float, apex: float, end: float, shape: Shape) -> Floats:
    """Return the height of a movement over time.

    Parameters
    ----------
    t : (T,) array
        Frame numbers; fractions are allowed.
    start, apex, end : float
        ``start < apex < end``.
    shape : Shape

    Returns
    -------
    (T,) array
        0 up to ``start`` and from ``end`` on, 1 at ``apex`` alone, with a continuous first and second derivative.
    """

    def side(length: float, fast: float, done: Floats) -> Floats:
        creep = minimum_jerk(done / length)
        return (1.0 - shape.creep) * minimum_jerk(done / min(fast, length)) + shape.creep * creep

    return np.where(t <= apex, side(apex - start, shape.rise, t - start), side(end - apex, shape.decay, end - t))


def event_units(
    movements: Iterable[Movement],
    frames: Floats,
    fps: float,
    pixels: float,
    reach: NDArray[np.floating],
    stream: Callable[..., Draws],
) -> Floats:
    """Return the intensity of every channel that comes from the annotated movements.

    Parameters
    ----------
    movements : iterable of Movement
        Those of one video; they may overlap.
    frames : (T,) array
        The consecutive frame numbers of the whole video.
    fps : float
    pixels : float
        The amplitude (:meth:`mebench.rendering.dials.Dials.pixels`).
    reach : (C,) array
        Peak displacement of each channel at intensity 1, in pixels.
    stream : callable
        Opens the stream of this video for a purpose.

    Returns
    -------
    (T, C) array
        From 0 to 1; all 0 if ``pixels`` is.

    Raises
    ------
    ValueError
        If a movement has no action unit that the head knows, or is neither of type ``"me"`` nor ``"mae"``, or its
        frames are not in order.
    """
    units = np.zeros((len(frames), len(CHANNELS)))
    first = int(frames[0])
    for movement in movements:
        if not movement.onset <= movement.apex <= movement.offset:
            raise ValueError(f"the frames of movement {movement.number} are not in order")
        draws = stream("movement", str(movement.number))
        part = slice(max(movement.onset - first, 0), max(movement.offset - first + 1, 0))
        heights = _heights(movement, frames[part], fps, draws)
        pushes = _pushes(movement, pixels, reach, draws)
        for channel, push in pushes.items():
            k = _INDEX[channel]
            full = min(push / reach[k], 1.0) if reach[k] > 0 else 0.0
            units[part, k] = together(units[part, k], full * heights[channel])
    return units


def together(a: Floats, b: Floats) -> Floats:
    """Return the intensity of two movements at once: their sum while small, never above 1, smooth."""
    return a + b - a * b


def _pushes(movement: Movement, pixels: float, reach: NDArray[np.floating], draws: Draws) -> dict[str, float]:
    """Return the peak displacement of each channel in pixels.

    Their mean is the strength of the movement. A channel that can go further does, by the square root of its reach (a
    smile draws the corners of the lips more than it parts the lips), and of a bilateral unit one side goes further.
    """
    strength = pixels * _strength(movement.type, draws)
    parts = channels_of(movement.action_units).items()
    weights = {channel: weight * float(np.sqrt(reach[_INDEX[channel]])) for channel, weight in parts}
    if not weights:
        raise ValueError(f"movement {movement.number} has no action unit")
    for channel in list(weights):
        other = channel[:-1] + "R"
        if channel.endswith("L") and other in weights:
            more = draws.between(-ASYMMETRY, ASYMMETRY)
            weights[channel] *= 1.0 + more
            weights[other] *= 1.0 - more
    mean = max(sum(weights.values()) / len(weights), np.finfo(float).tiny)
    return {channel: strength * weight / mean for channel, weight in weights.items()}


def _strength(kind: str, draws: Draws) -> float:
    """Draw how strong a movement is: log-uniform over its range, and for a micro-expression 1 on the average."""
    ranges = {"me": ME_STRENGTH, "mae": MAE_STRENGTH}
    if kind not in ranges:
        raise ValueError(f"no type of movement: {kind!r}")
    low, high = ranges[kind]
    mean = (high - low) / float(np.log(high / low)) if kind == "me" else 1.0
    return float(low * (high / low) ** draws.uniform() / mean)


def _heights(movement: Movement, t: Floats, fps: float, draws: Draws) -> dict[str, Floats]:
    """Return the profile of each channel; all are strongest at the apex, and the first unit leads."""
    start, apex, end = movement.onset - 1.0, float(movement.apex), movement.offset + 1.0
    rise = min(draws.between(0.65, 1.0) * (apex - start), draws.between(*_RISE_SECONDS) * fps)
    decay = min(draws.between(0.75, 1.0) * (end - apex), draws.between(*_DECAY_SECONDS) * fps)
    shape = Shape(rise, decay, draws.between(0.1, 0.25))
    heights = {}
    unit_lag = side_lag = (0.0, 0.0)
    unit = ""
    for channel in channels_of(movement.action_units):
        if channel.rstrip("LR") != unit:
            unit_lag = (draws.uniform(), draws.uniform()) if unit else (0.0, 0.0)
            unit, side_lag = channel.rstrip("LR"), (0.0, 0.0)
        else:
            side_lag = (draws.uniform(), draws.uniform())
        late, early = (LAG * (0.75 * u + 0.25 * s) for u, s in zip(unit_lag, side_lag, strict=True))
        heights[channel] = profile(t, start + late * (apex - start), apex, end - early * (end - apex), shape)
    return heights
