"""The 68 landmarks of every frame, as a recipe, so that they are found in parallel and kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from mebench.features.landmarked import LandmarkedFrames
from mebench.features.recipes.common import Arrays, Recipe, Row, Source, about
from mebench.problems import UserError


@dataclass(frozen=True)
class FacialPoints(Recipe):
    """Landmarks, ``points`` (rows, 68, 2) float64 in pixels of the frames, and ``detected`` (rows,) bool.

    The sources must have :class:`mebench.features.landmarked.LandmarkedFrames`.

    Parameters
    ----------
    numbers : tuple of int, optional
        Frames of interest, ascending; by default all.
    step : int
        Every so manyth of them.
    """

    numbers: tuple[int, ...] | None = None
    step: int = 1

    name: ClassVar[str] = "landmarks"
    summary: ClassVar[str] = "The 68 facial landmarks of frames."
    reference: ClassVar[str] = "iBUG 300-W"
    planning: ClassVar[frozenset[str]] = frozenset({"numbers", "step"})
    of_landmarks: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.size is not None:
            raise UserError("landmarks: size is not for landmarks; they are in pixels of the frames.")
        if self.step < 1:
            raise UserError(f"landmarks: a step of {self.step} is none; give at least 1.")

    def rows(self, source: Source) -> list[Row]:
        """Return a row for each frame of interest."""
        numbers = source.within().tolist() if self.numbers is None else sorted(set(self.numbers))
        return [(int(n), int(n)) for n in numbers[:: self.step]]

    def chunks(self, source: Source) -> list[tuple[Row, ...]]:
        """Return all rows as one chunk: a frame without a face takes the points of one before."""
        return [tuple(self.rows(source))]

    def make(self, source: Source, rows: Sequence[Row]) -> Arrays:
        """Return ``points`` and ``detected`` with what :func:`about` says of the rows."""
        frames = source.frames
        if not isinstance(frames, LandmarkedFrames):
            raise TypeError("landmarks are a feature of frames with a landmark source")
        points, detected = frames.points([first for first, _ in rows])
        return {"points": points, "detected": detected, **about(source, rows)}
