"""What a face does that nobody annotates: blinks, gaze, speech, swallowing, slow twitches.

Every kind has a stream of its own and none knows of the annotated movements. ``dial`` multiplies how often a thing
happens. Intensities are those of the channels; pixels come in where a distractor shall stay as small as, or smaller
than, the micro-expressions of the default amplitude, however strong the annotated ones are made.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mebench.datasets.twin.sampling import Draws
from mebench.rendering.curves import Floats, bump, held, moments, normals, wander
from mebench.rendering.dials import DEFAULT_AMPLITUDE
from mebench.rendering.units import CHANNELS

_INDEX = {channel: k for k, channel in enumerate(CHANNELS)}
_TWITCHES = (
    ("AU1L", "AU1R"),
    ("AU2L",),
    ("AU2R",),
    ("AU4L", "AU4R"),
    ("AU10L",),
    ("AU10R",),
    ("AU12L",),
    ("AU12R",),
    ("AU14L",),
    ("AU14R",),
    ("AU15L", "AU15R"),
    ("AU17",),
    ("AU24",),
)


class Distraction(NamedTuple):
    """What disturbs one video: ``units`` (T, C), how far a ``blink`` (T,) closes the lids, and ``gaze`` (T, 2)."""

    units: Floats
    blink: Floats
    gaze: Floats


def distraction(
    stream: Callable[..., Draws], t: Floats, dial: float, eye_distance: float, reach: NDArray[np.floating]
) -> Distraction:
    """Return all distractors of a face together.

    Parameters
    ----------
    stream : callable
        Opens the stream of this video for a purpose.
    t : (T,) array
        Seconds from the first frame of the video.
    dial : float
    eye_distance : float
        In pixels.
    reach : (C,) array
        Peak displacement of each channel at intensity 1, in pixels.
    """
    units = np.zeros((len(t), len(CHANNELS)))
    shut = blinks(stream("blinks"), t, dial)
    looks = gaze(stream("gaze"), t, dial)
    units[:, _INDEX["AU45L"]] = shut
    units[:, _INDEX["AU45R"]] = shut * (1.0 - 0.04 * stream("lids").uniform())
    pixels = DEFAULT_AMPLITUDE * eye_distance
    strength = np.divide(pixels, reach, out=np.zeros(len(CHANNELS)), where=np.asarray(reach) > 0)
    for moving in (speech(stream("speech"), t, dial), _swallowing(stream("swallowing"), t, dial, strength)):
        units += moving
    units += _twitching(stream("twitches"), t, dial, strength)
    return Distraction(np.clip(units, 0.0, 1.0), shut, looks)


def blinks(draws: Draws, t: Floats, dial: float) -> Floats:
    """Return how far the lids are closed, 0 to 1.

    A person blinks 8 to 22 times a minute, for 150 to 400 ms: shut within about a third, open again in twice as long;
    some close only in part, and some come twice in a row.
    """
    every = 60.0 / draws.between(8.0, 22.0)
    shut = np.zeros_like(t)
    for start in _when(draws, t, every, dial, pause=0.5):
        again = 2 if draws.uniform() < 0.1 else 1
        for _ in range(again):
            long = 0.15 * (0.40 / 0.15) ** draws.uniform()
            depth = draws.between(0.45, 0.85) if draws.uniform() < 0.15 else draws.between(0.93, 1.0)
            part = _during(t, start, long)
            one = depth * bump(t[part], start, 0.35 * long, 0.1 * long, 0.55 * long)
            shut[part] = np.maximum(shut[part], one)
            start += long + 0.05
    return shut


def gaze(draws: Draws, t: Floats, dial: float) -> Floats:
    """Return where the eyes look, (T, 2) in radians: x to the right of the image, y down.

    Fixations of .3 s and more about the middle of a screen, joined by saccades whose duration grows with their length
    (21 ms and 2.2 ms a degree: Carpenter, Movements of the Eyes, 1988), and the drift of an eye that fixates. At dial 0
    they look straight ahead. The lids follow the eyes in the renderer.
    """
    if dial == 0:
        return np.zeros((len(t), 2))
    starts = _when(draws, t, 1.4, dial, pause=0.3)
    aims = normals(draws, 2 * len(starts) + 2).reshape(-1, 2) * (0.085, 0.05)
    targets = np.clip(aims, (-0.22, -0.13), (0.22, 0.13))
    jumps = np.degrees(np.hypot(*np.diff(targets, axis=0).T))
    looks = held(t, starts, (0.021 + 0.0022 * jumps).tolist(), targets)
    drift = np.stack([wander(draws, t, 0.6, 0.15), wander(draws, t, 0.6, 0.15)], axis=1)
    return looks + 0.003 * drift


def speech(draws: Draws, t: Floats, dial: float) -> Floats:
    """Return the channels of somebody who says a few words under the breath now and then.

    One to three seconds of syllables (3.5 to 5.5 a second, each of another size): the jaw opens a little with each, the
    lips part, round and stretch.
    """
    units = np.zeros((len(t), len(CHANNELS)))
    for start in _when(draws, t, 50.0, dial, pause=4.0):
        long, rate = draws.between(1.0, 3.0), draws.between(3.5, 5.5)
        loud, first = draws.between(0.05, 0.14), draws.uniform()
        syllables = 0.4 + 0.6 * np.asarray(draws.uniform((int(long * rate) + 3, 3)))
        part = _during(t, start, long)
        now = t[part] - start
        whole = bump(now, 0.0, 0.25, long - 0.55, 0.3)
        turn = rate * now + first
        open_ = (0.5 - 0.5 * np.cos(2 * math.pi * turn)) * whole
        which = turn.astype(np.int64)
        rounding = (0.5 - 0.5 * np.cos(math.pi * turn)) * whole
        sizes = syllables[which]
        units[part, _INDEX["AU26"]] += loud * sizes[:, 0] * open_
        units[part, _INDEX["AU25"]] += 1.6 * loud * sizes[:, 1] * open_
        units[part, _INDEX["AU18"]] += 1.2 * loud * rounding
        for side in "LR":
            units[part, _INDEX["AU20" + side]] += loud * sizes[:, 2] * open_
    return units


def _swallowing(draws: Draws, t: Floats, dial: float, strength: Floats) -> Floats:
    """Return lips that press, chin and jaw that pump two or three times: a swallow, once in a minute or two."""
    units = np.zeros((len(t), len(CHANNELS)))
    for start in _when(draws, t, 80.0, dial, pause=5.0):
        cycles, period = 2 + draws.below(2), draws.between(0.4, 0.6)
        size = draws.between(0.35, 0.7)
        long = cycles * period
        part = _during(t, start, long)
        now = t[part] - start
        pumping = 0.5 - 0.5 * np.cos(2 * math.pi * now / period)
        press = bump(now, 0.0, 0.3, long - 0.7, 0.4)
        for channel, share in (("AU24", press), ("AU17", pumping * press), ("AU26", 0.5 * pumping * press)):
            k = _INDEX[channel]
            units[part, k] += min(size * strength[k], 0.4) * share
    return units


def _twitching(draws: Draws, t: Floats, dial: float, strength: Floats) -> Floats:
    """Return brows and lips that tense for two to five seconds, far smaller and slower than a micro-expression."""
    units = np.zeros((len(t), len(CHANNELS)))
    for start in _when(draws, t, 9.0, dial, pause=1.0):
        long, size = draws.between(2.0, 5.0), draws.between(0.15, 0.4)
        rise = draws.between(0.35, 0.5)
        channels = draws.pick(_TWITCHES)
        part = _during(t, start, long)
        one = bump(t[part], start, rise * long, 0.0, (1.0 - rise) * long)
        for channel in channels:
            k = _INDEX[channel]
            units[part, k] += min(size * strength[k], 0.2) * one
    return units


def _when(draws: Draws, t: Floats, every: float, dial: float, pause: float) -> list[float]:
    """Return when a thing begins that happens ``every`` so many seconds at dial 1, never at dial 0."""
    if dial == 0:
        return []
    mean = every / dial
    return moments(draws, float(t[-1]), mean, min(pause, mean / 2))


def _during(t: Floats, start: float, long: float) -> slice:
    return slice(int(np.searchsorted(t, start)), int(np.searchsorted(t, start + long, side="right")))
