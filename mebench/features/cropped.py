"""Frames of which only the face is seen: placed once per clip or section, and the placement is kept in the cache."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mebench.features import code
from mebench.video.cache import Cache, Key, key
from mebench.video.cache_format import Arrays
from mebench.video.cache_keys import canonical

if TYPE_CHECKING:
    from pathlib import Path

    from mebench.video.frames import Frames
    from mebench.video.landmarks.types import LandmarkSource
    from mebench.video.missing import Report
    from mebench.video.placement import Placement


@dataclass(frozen=True)
class Face:
    """How faces are cut out; the parameters are those of :func:`mebench.video.preparing.prepare`.

    Parameters
    ----------
    crop : str
        A canonical face or the box of a paper, by name.
    size : int, optional
        Width and height of the crop in pixels; None keeps a box as it is.
    align : {"clip", "section", "frame"}
    section : int
        Frames a section.
    fit : str
    """

    crop: str = "face"
    size: int | None = 224
    align: str = "clip"
    section: int = 200
    fit: str = "stable"


@dataclass(frozen=True)
class Crop:
    """Where the landmarks come from, which is the user's choice, and how faces are cut out by them."""

    landmarks: LandmarkSource
    face: Face = Face()


@dataclass(frozen=True)
class CroppedFrames:
    """The crops of one video, or of a clip of it, as frames.

    Parameters
    ----------
    frames : Frames
    how : Crop
    cache_root : Path
        Where the placement is kept: landmarks are sought once, whoever needs them first.
    begin, end : int, optional
        The clip: the face is placed by its first frame.
    """

    frames: Frames
    how: Crop
    cache_root: Path
    begin: int | None = None
    end: int | None = None

    @property
    def name(self) -> str:
        """That of the frames."""
        return str(self.frames.name)

    @property
    def numbers(self) -> NDArray[np.int64]:
        """Those of the frames, within the clip."""
        numbers = np.asarray(self.frames.numbers, dtype=np.int64)
        low = numbers[0] if self.begin is None else self.begin
        high = numbers[-1] if self.end is None else self.end
        return numbers[(numbers >= low) & (numbers <= high)]

    @property
    def fps(self) -> float | None:
        """That of the frames."""
        return self.frames.fps

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height of the crops, None where each box keeps its own."""
        size = self.how.face.size
        return (size, size) if size is not None else None

    @property
    def report(self) -> Report:
        """That of the frames."""
        return self.frames.report

    @cached_property
    def identity(self) -> str:
        """What the pixels depend on: the frames, and where the crop is."""
        return canonical({"frames": self.frames.identity, "placement": self._key.digest})

    @property
    def carried(self) -> NDArray[np.int64]:
        """The frames in which the face was not found, so that it was placed by another frame."""
        return self._placement["carried"]

    def read(self, number: int, grey: bool = False) -> NDArray[np.uint8]:
        """Return the crop of one frame."""
        return self.placement_of(number).crop(self.frames.read(number, grey=grey))

    def section(self, first: int, last: int, grey: bool = False) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Yield (number, crop) from `first` to `last`."""
        for number, image in self.frames.section(first, last, grey=grey):
            yield number, self.placement_of(number).crop(image)

    def placement_of(self, number: int) -> Placement:
        """Return where the face of one frame was cut out: the way from the frame's pixels to the crop's."""
        from mebench.video.boxes import Box
        from mebench.video.placement import Placement

        there = self._placement
        i = max(int(np.searchsorted(there["starts"], number, side="right")) - 1, 0)
        width, height = there["sizes"][i].tolist()
        box = Box(*there["boxes"][i].tolist())
        return Placement(there["matrices"][i], (width, height), box if box.x1 > 0 else None)

    @cached_property
    def _key(self) -> Key:
        landmarks, face = self.how.landmarks, self.how.face
        return key(
            "face-placement",
            video=self.frames.name,
            frames=self.frames.identity,
            clip=[self.begin, self.end],
            landmarks=landmarks.identity(self.frames),
            parameters=[face.crop, face.size, face.align, face.section if face.align == "section" else None, face.fit],
            code=code.identity(("mebench.video.preparing", type(landmarks).__module__, type(self.frames).__module__)),
        )

    @cached_property
    def _placement(self) -> Arrays:
        return Cache(self.cache_root).get_or_make(self._key, self._place)

    def _place(self) -> Arrays:
        from mebench.video.preparing import prepare

        made = prepare(self.frames, self.how.landmarks, **asdict(self.how.face), first=self.begin, last=self.end)
        boxes = [tuple(p.box) if p.box is not None else (-1, -1, -1, -1) for p in made.placements]
        return {
            "starts": made.starts,
            "matrices": np.stack([p.matrix for p in made.placements]),
            "sizes": np.array([p.size for p in made.placements], dtype=np.int64),
            "boxes": np.array(boxes, dtype=np.int64),
            "carried": np.array(made.report.carried if made.report else (), dtype=np.int64),
        }
