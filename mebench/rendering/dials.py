"""How hard a twin is: the size of its movements and of everything that disturbs them, as a few numbers."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

from mebench.problems import UserError

DEFAULT_AMPLITUDE = 1.0 / 38.4
"""Mean peak displacement of a micro-expression in eye distances, unless :class:`Dials` says otherwise.

choice: 1 px on a face crop of 128 px, which is 2.6 % of the eye distance or 1.6 mm on an adult's face. No source gives
the mean. At this size optical flow from onset to apex stands out from rest, and a search through whole videos is hard.
"""


FULL_STRENGTH = 0.5
"""Amplitude in eye distances from which nearly every movement is at the full strength of its units."""


@dataclass(frozen=True)
class Dials:
    """Difficulty of a twin.

    Attributes
    ----------
    amplitude : float or None
        Mean displacement at the apex of a micro-expression, in pixels of the rendered face, over events and the
        channels that move (:data:`mebench.rendering.units.CHANNELS`); a single event is between .6 and 1.5 times as
        strong. Macro-expressions are 3 to 6 times as strong and grow with it, up to the full strength of a unit. At 0
        nothing that is annotated can be seen, and all else is as before. None gives :data:`DEFAULT_AMPLITUDE` of the
        eye distance. From .08 eye distances on (3 px on a crop of 128 px) more and more units are at full strength, and
        the mean stays behind the dial: by 5 % there, by 10 to 15 % at 4 px.
    noise : float
        Multiplies the sensor noise.
    head_motion : float
        Multiplies how far the head shifts, turns and breathes.
    distractors : float
        Multiplies how often the face does what nobody annotates: blinks, saccades, speech, swallowing, slow twitches.
    flicker : float
        Multiplies the flicker of the mains and the drift of the light.

    Raises
    ------
    UserError
        If a dial is negative or not finite.
    """

    amplitude: float | None = None
    noise: float = 1.0
    head_motion: float = 1.0
    distractors: float = 1.0
    flicker: float = 1.0

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if value is not None and not (math.isfinite(value) and value >= 0):
                what = "pixels" if name == "amplitude" else "a factor"
                raise UserError(f"{name.replace('_', ' ')} cannot be {value}. Give {what} of at least 0.")

    def is_beyond(self, eye_distance: float) -> bool:
        """Return whether the amplitude is so large that nearly every movement is at full strength."""
        return self.pixels(eye_distance) > FULL_STRENGTH * eye_distance

    def pixels(self, eye_distance: float) -> float:
        """Return the amplitude in pixels on a face whose eyes lie ``eye_distance`` pixels apart."""
        return DEFAULT_AMPLITUDE * eye_distance if self.amplitude is None else float(self.amplitude)

    def identity(self) -> dict[str, float | None]:
        """Return the dials by name, as a manifest states them; equal dials give equal dictionaries."""
        return {name: None if value is None else float(value) for name, value in asdict(self).items()}
