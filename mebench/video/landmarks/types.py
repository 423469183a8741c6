"""What a landmark source gives: 68 points a frame, where they come from, and what was missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from mebench.problems import UserError, plural, printable

if TYPE_CHECKING:
    from mebench.video.frames import Frames

N_POINTS = 68
JAW = range(17)
BROWS = range(17, 27)
NOSE = range(27, 36)
EYES = range(36, 48)
MOUTH = range(48, 68)
INNER_EYE_CORNERS = (39, 42)
NASAL_BASE = 33
_NAMED = 5


@dataclass(frozen=True)
class Landmarks:
    """The 68 points of the iBUG scheme for some frames of one video.

    Parameters
    ----------
    numbers : (n,) int64
        Frame numbers of the annotation, ascending.
    points : (n, 68, 2) float64
        (x, y) in pixels, the centres of pixels at integers; finite where `detected`.
    confidence : (n,) float64
        As the source gives it: OpenFace from 0 to 1, dlib the score of its detector (about 0 to 3, the higher the
        surer); NaN where the source says nothing.
    detected : (n,) bool
        False where the source found no face, so that the points are missing or carried from another frame.
    source : str
        The name of the source.
    """

    numbers: NDArray[np.int64]
    points: NDArray[np.float64]
    confidence: NDArray[np.float64]
    detected: NDArray[np.bool_]
    source: str

    def __post_init__(self) -> None:
        n = len(self.numbers)
        shapes = (self.points.shape, self.confidence.shape, self.detected.shape)
        if shapes != ((n, N_POINTS, 2), (n,), (n,)):
            raise ValueError(f"{n} frames need arrays of ({n}, 68, 2), ({n},) and ({n},), not {shapes}")
        if np.any(np.diff(self.numbers) <= 0):
            raise ValueError("frame numbers must ascend")

    def at(self, number: int) -> NDArray[np.float64]:
        """Return the points (68, 2) of the last frame that is not after `number`; before the first, those of the first.

        Raises
        ------
        KeyError
            If there is no frame at all.
        """
        if not len(self.numbers):
            raise KeyError(number)
        row = max(int(np.searchsorted(self.numbers, number, side="right")) - 1, 0)
        return np.asarray(self.points[row], dtype=np.float64)


@dataclass(frozen=True)
class FaceReport:
    """What happened while landmarks were sought, for the log and the report.

    Parameters
    ----------
    video, source : str
    asked : int
        For how many frames landmarks were wanted.
    carried : tuple of int
        The frames among them that had none and took those of another frame.
    notes : tuple of str
        Anything else that the user should know, e.g. that a second face was in the picture.
    """

    video: str
    source: str
    asked: int
    carried: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        text = f"{printable(self.video)}: landmarks by {self.source} for {plural(self.asked, 'frame')}"
        if self.carried:
            some = ", ".join(map(str, self.carried[:_NAMED])) + (", ..." if len(self.carried) > _NAMED else "")
            text += f"; no face in {len(self.carried)} of them ({some}), which take the landmarks of a frame beside"
        return ". ".join([text, *self.notes]) + "."


class LandmarkSource(Protocol):
    """Where landmarks come from: ``dlib``, ``openface`` or ``file``.

    ``licence`` is a sentence that the user should see once, or empty.
    """

    name: str
    licence: str

    def identity(self, frames: Frames) -> str:
        """Return a text that changes whenever the landmarks of this video could change, for the cache."""
        ...

    def landmarks(self, frames: Frames, numbers: Sequence[int] | NDArray[np.int64]) -> tuple[Landmarks, FaceReport]:
        """Return landmarks for the wanted frames, ascending: every one finite, the missing ones carried."""
        ...


def carried(
    found: Landmarks, numbers: Sequence[int] | NDArray[np.int64], video: str, notes: Sequence[str] = ()
) -> tuple[Landmarks, FaceReport]:
    """Return landmarks for exactly the wanted frames; a frame without takes the last ones, the first the next ones.

    A frame is never dropped: that would shift every later one (facts of MEGC baselines, where a single failure did).

    Parameters
    ----------
    found : Landmarks
        What was measured, for these frames or for more.
    numbers : sequence of int
        The wanted frames, ascending.
    video : str
        For messages.
    notes : sequence of str
        Passed on to the report.

    Raises
    ------
    UserError
        If there is not one detected face.
    """
    wanted = np.asarray(numbers, dtype=np.int64)
    rows = np.flatnonzero(found.detected)
    if not len(rows):
        raise UserError(
            f"{printable(video)}: no face was found by {found.source} in any of the "
            f"{plural(len(found.numbers), 'frame')} looked at. Check the frames, or give landmarks of another source."
        )
    at = found.numbers[rows]
    chosen = rows[np.maximum(np.searchsorted(at, wanted, side="right") - 1, 0)]
    own = found.numbers[chosen] == wanted
    given = Landmarks(
        wanted, found.points[chosen].copy(), np.where(own, found.confidence[chosen], np.nan), own, found.source
    )
    missing = tuple(int(number) for number in wanted[~own])
    return given, FaceReport(video, found.source, len(wanted), missing, tuple(notes))
