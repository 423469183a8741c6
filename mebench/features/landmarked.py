"""Frames that know their landmarks, so that landmarks are found, cached and interrupted like any other feature."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mebench.features.cropped import CroppedFrames
from mebench.video.cache_keys import canonical

if TYPE_CHECKING:
    from mebench.video.frames import Frames
    from mebench.video.landmarks.types import LandmarkSource
    from mebench.video.missing import Report


@dataclass(frozen=True)
class LandmarkedFrames:
    """Frames with a landmark source; landmarks are sought in the whole picture, and given in pixels of the crop.

    Parameters
    ----------
    frames : Frames
        Perhaps :class:`CroppedFrames`.
    source : LandmarkSource
    cache_root : Path
    """

    frames: Frames
    source: LandmarkSource
    cache_root: Path

    @property
    def name(self) -> str:
        """That of the frames."""
        return str(self.frames.name)

    @property
    def numbers(self) -> NDArray[np.int64]:
        """Those of the frames."""
        return self.frames.numbers

    @property
    def fps(self) -> float | None:
        """That of the frames."""
        return self.frames.fps

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height of the frames, None where they do not tell it."""
        size: tuple[int, int] | None = getattr(self.frames, "size", None)
        return size

    @property
    def report(self) -> Report:
        """That of the frames."""
        return self.frames.report

    @cached_property
    def identity(self) -> str:
        """What landmarks depend on: the frames, the crop and the source."""
        return canonical({"frames": self.frames.identity, "landmarks": self.source.identity(self._whole)})

    def read(self, number: int, grey: bool = False) -> NDArray[np.uint8]:
        """Return one frame."""
        return self.frames.read(number, grey=grey)

    def section(self, first: int, last: int, grey: bool = False) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Yield (number, frame) from `first` to `last`."""
        return self.frames.section(first, last, grey=grey)

    def points(self, numbers: Sequence[int]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return the landmarks (n, 68, 2) of some frames, and in which of them a face was found.

        A frame without has those of the last frame with a face.

        Raises
        ------
        UserError
            If there is no face at all.
        """
        wanted = np.asarray(numbers, dtype=np.int64)
        found, report = self.source.landmarks(self._whole, wanted)
        points = np.asarray(found.points, dtype=np.float64)
        if isinstance(self.frames, CroppedFrames):
            points = np.stack([self.frames.placement_of(int(n)).points(p) for n, p in zip(wanted, points, strict=True)])
        return points, ~np.isin(wanted, np.array(report.carried, dtype=np.int64))

    @property
    def _whole(self) -> Frames:
        return self.frames.frames if isinstance(self.frames, CroppedFrames) else self.frames
