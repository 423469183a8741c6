"""What a face does in every frame of one video of a twin: annotated movements, and all that disturbs them.

Everything comes from streams named by the seed, the twin, the video and a purpose, so that a video is the same whatever
else is rendered, and the annotated movements and the disturbances cannot tell of each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mebench.datasets.twin.sampling import Draws
from mebench.rendering import flicker, pose
from mebench.rendering.curves import Floats
from mebench.rendering.dials import Dials
from mebench.rendering.distractors import distraction
from mebench.rendering.envelope import Movement, event_units, together
from mebench.rendering.state import State
from mebench.rendering.units import CHANNELS


@dataclass(frozen=True, eq=False)
class Motion:
    """The state of a face in ``T`` consecutive frames.

    Attributes
    ----------
    numbers : (T,) int64 array
        Frame numbers of the annotation.
    units : (T, C) array
        Intensity of each channel of :data:`mebench.rendering.units.CHANNELS`.
    event_units : (T, C) array
        The part of ``units`` that comes from annotated movements; the rest is distraction.
    blink : (T,) array
        How far a blink has closed the lids, 0 to 1.
    shift, turn : (T, 3) array
        Pose of the head, as in :class:`mebench.rendering.state.State`.
    gaze : (T, 2) array
    light : (T,) array
    """

    numbers: NDArray[np.int64]
    units: Floats
    event_units: Floats
    blink: Floats
    shift: Floats
    turn: Floats
    gaze: Floats
    light: Floats

    def __len__(self) -> int:
        return len(self.numbers)

    def state(self, index: int) -> State:
        """Return the state in the frame ``numbers[index]``."""
        return State(
            units=self.units[index],
            shift=self.shift[index],
            turn=self.turn[index],
            gaze=self.gaze[index],
            light=float(self.light[index]),
        )

    def index(self, number: int) -> int:
        """Return where a frame number stands in the arrays.

        Raises
        ------
        IndexError
            If the frame is not part of this motion.
        """
        index = number - int(self.numbers[0])
        if not 0 <= index < len(self):
            raise IndexError(f"frame {number} lies outside {self.numbers[0]} to {self.numbers[-1]}")
        return index


def motion_of(
    video: Mapping[str, Any] | pd.Series,
    movements: pd.DataFrame,
    reach: NDArray[np.floating],
    eye_distance: float,
    dials: Dials,
    seed: int,
    twin: str,
    first: int | None = None,
    last: int | None = None,
) -> Motion:
    """Return the motion of a video, or of a stretch of it.

    Parameters
    ----------
    video : mapping or Series
        A row of :attr:`mebench.datasets.twin.generate.Twin.videos`: the whole video, even where only a stretch is asked
        for, because the stretch is cut out of the whole.
    movements : DataFrame
        Those of this video (rows of :attr:`mebench.datasets.twin.generate.Twin.movements`).
    reach : (C,) array
        Peak displacement of each channel at intensity 1, in pixels (:meth:`mebench.rendering.face.Face.reach`).
    eye_distance : float
        Pixels between the eyes at the rest pose.
    dials : Dials
    seed : int
    twin : str
        Name of the complete twin, e.g. ``"casme-sq-twin"``.
    first, last : int, optional
        First and last frame number of the stretch, both included. Default: the whole video.

    Raises
    ------
    ValueError
        If ``reach`` has not one value for each channel, or the stretch is empty or not within the video.
    """
    if np.shape(reach) != (len(CHANNELS),):
        raise ValueError(f"reach has shape {np.shape(reach)} for {len(CHANNELS)} channels")
    name, fps = str(video["video"]), float(video["fps"])
    start, n = int(video["first_frame"]), int(video["n_frames"])
    first, last = (start if first is None else first), (start + n - 1 if last is None else last)
    if not start <= first <= last <= start + n - 1:
        raise ValueError(f"frames {first} to {last} are no stretch of {name}, which has {start} to {start + n - 1}")

    def stream(*purpose: str) -> Draws:
        return Draws(seed, twin, "video", name, "motion", *purpose)

    numbers = np.arange(start, start + n, dtype=np.int64)
    t = np.arange(n) / fps
    rows = movements[list(Movement._fields)].itertuples(index=False)
    happened = [Movement(*(_plain(value) for value in row)) for row in rows]
    events = event_units(happened, numbers.astype(float), fps, dials.pixels(eye_distance), reach, stream)
    disturbing = distraction(stream, t, dials.distractors, eye_distance, reach)
    shift, turn = pose.head(stream, t, dials.head_motion)
    part = slice(first - start, last - start + 1)
    return Motion(
        numbers=numbers[part].copy(),
        units=together(events[part], disturbing.units[part]),
        event_units=events[part].copy(),
        blink=disturbing.blink[part].copy(),
        shift=shift[part].copy(),
        turn=turn[part].copy(),
        gaze=disturbing.gaze[part].copy(),
        light=flicker.gain(stream, t, fps, dials.flicker)[part].copy(),
    )


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def alone(
    movement: Movement,
    reach: NDArray[np.floating],
    eye_distance: float,
    fps: float = 200.0,
    amplitude: float | None = None,
    seed: int = 0,
) -> Motion:
    """Return one movement of a face that does nothing else, for pictures and tests.

    Its frames are 1 to ``movement.offset + movement.onset``, so that the face rests as long after it as before. The
    other parameters are those of :func:`motion_of`.
    """
    n = movement.offset + movement.onset
    video = {"video": "alone", "fps": fps, "first_frame": 1, "n_frames": n}
    dials = Dials(amplitude=amplitude, head_motion=0.0, distractors=0.0, flicker=0.0)
    return motion_of(video, pd.DataFrame([movement]), reach, eye_distance, dials, seed, "alone")
