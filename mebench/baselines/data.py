"""What a method sees of a dataset: handles of videos and clips, cheap, lazy, picklable, and without any label."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mebench.datasets.catalog import original_name
from mebench.features.cropped import Face
from mebench.problems import UserError, printable

if TYPE_CHECKING:
    from mebench.features.recipes.common import Recipe, Source
    from mebench.video.frames import Frames

__all__ = ["Arrays", "Clip", "Face", "Points", "Video"]

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Points:
    """Landmarks of some frames.

    Parameters
    ----------
    numbers : (n,) int64
        Frame numbers.
    points : (n, 68, 2) float64
        x, y in pixels of the handle's ``frames`` (of the crop, if faces are cut out). A frame in which no face was
        found has the points of the frame before.
    detected : (n,) bool
        Whether the face was found in that frame itself.
    """

    numbers: NDArray[np.int64]
    points: NDArray[np.float64]
    detected: NDArray[np.bool_]


@dataclass(frozen=True)
class _Handle:
    """What videos and clips share."""

    dataset: str
    subject: str

    @property
    def original(self) -> str:
        """The catalogued name of the dataset, that of a twin's original: ``casme-sq`` of ``casme-sq-twin-small``."""
        return original_name(self.dataset)

    @property
    def frames(self) -> Frames:
        """The frames, read when they are asked for; only the face, if the method asked for faces.

        Raises
        ------
        UserError
            If there are none here, for a method that said it needs none.
        """
        return self._given().frames

    def features(self, recipe: Recipe) -> Arrays:
        """Return features through the cache: what is not there yet is computed and kept.

        Returns
        -------
        dict of str to ndarray
            The arrays of the recipe, one entry a row along the first axis, with ``first`` and ``last``, the frames
            that each row is about, and ``replaced``, whether one of them had been missing.
        """
        parts = list(self.parts(recipe))
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def parts(self, recipe: Recipe) -> Iterator[Arrays]:
        """Yield the same features piece by piece, for videos that are too long to be held."""
        from mebench.features.extract import extract

        name = self.name
        yield from extract({name: self.source_for(recipe)}, recipe, self._cache()).parts(name)

    def landmarks(self, numbers: Sequence[int] | NDArray[np.int64] | None = None) -> Points:
        """Return the 68 landmarks (iBUG's order) of some frames, or of all, through the cache.

        They are kept for each choice of frames: the same :class:`mebench.features.recipes.landmarks.FacialPoints` in
        ``needs`` finds them beforehand, in parallel. A method that calls this has ``NEEDS_LANDMARKS``.
        """
        from mebench.features.recipes.landmarks import FacialPoints

        wanted = None if numbers is None else tuple(int(n) for n in numbers)
        found = self.features(FacialPoints(numbers=wanted))
        return Points(found["first"], found["points"], found["detected"])

    def source_for(self, recipe: Recipe) -> Source:
        """Return the source that a recipe is computed from: with the landmarks, if it is about them."""
        given = self._given()
        if not getattr(recipe, "of_landmarks", False):
            return given
        from mebench.features.landmarked import LandmarkedFrames

        return replace(given, frames=LandmarkedFrames(given.frames, self._landmark_source(), self._cache().root))

    @property
    def name(self) -> str:
        """What messages call it."""
        raise NotImplementedError

    def _given(self) -> Source:
        source: Source | None = getattr(self, "source", None)
        if source is None:
            raise UserError(f"{printable(self.name)}: its frames are not here. Register them with --frames.")
        return source

    def _landmark_source(self) -> Any:
        given = getattr(self, "landmark_source", None)
        if given is None:
            raise UserError(f"{printable(self.name)}: landmarks were not asked for. Set NEEDS_LANDMARKS in the method.")
        return given

    def _cache(self) -> Any:
        from mebench.video.cache import Cache

        return Cache(getattr(self, "cache_root", None))


@dataclass(frozen=True)
class Video(_Handle):
    """A long video, in which expressions are sought.

    Parameters
    ----------
    dataset, subject, video : str
        ``(dataset, video)`` is unique.
    fps : float
    first_frame, n_frames : int
        In the numbers of the annotation.
    source : Source or None
        Frames; None where they are not needed.
    landmark_source, cache_root
        Where landmarks come from, and where features are kept.
    """

    video: str
    fps: float
    first_frame: int
    n_frames: int
    source: Source | None = field(default=None, repr=False)
    landmark_source: Any = field(default=None, repr=False)
    cache_root: Path | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """The video's id."""
        return self.video

    @property
    def last_frame(self) -> int:
        """Number of the last frame."""
        return self.first_frame + self.n_frames - 1

    @cached_property
    def key(self) -> tuple[str, str]:
        """(dataset, video)."""
        return self.dataset, self.video


@dataclass(frozen=True)
class Clip(_Handle):
    """A clip of one micro-expression, which is to be named.

    Parameters
    ----------
    dataset, subject, clip : str
        Unique together.
    onset, apex, offset : int or None
        Frames as annotated; None where they are not.
    fps : float or None
    source : Source or None
        Frames; None where they are not needed.
    landmark_source, cache_root
        Where landmarks come from, and where features are kept.
    """

    clip: str
    onset: int | None
    apex: int | None
    offset: int | None
    fps: float | None
    source: Source | None = field(default=None, repr=False)
    landmark_source: Any = field(default=None, repr=False)
    cache_root: Path | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """``subject/clip``."""
        return f"{self.subject}/{self.clip}"

    @cached_property
    def key(self) -> tuple[str, str, str]:
        """(dataset, subject, clip)."""
        return self.dataset, self.subject, self.clip
