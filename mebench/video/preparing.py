"""From the frames of a video to crops of its face, in one call; lazy, with no more than a frame or two in memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mebench.problems import UserError, printable, unknown_name
from mebench.video.landmarks.smoothing import smoothed
from mebench.video.landmarks.types import FaceReport, Landmarks, LandmarkSource
from mebench.video.placement import Placement, Size, place_face, place_whole

if TYPE_CHECKING:
    from mebench.video.frames import Frames

ALIGN = ("clip", "section", "frame", "none")


@dataclass(frozen=True)
class Prepared:
    """The crops of a face, made while one iterates over them, as often as one likes.

    Parameters
    ----------
    frames : Frames
    numbers : (n,) int64
        The frame numbers that come, ascending.
    starts : (m,) int64
        The frames from which on each placement holds.
    placements : tuple of Placement
    landmarks : Landmarks or None
        In pixels of the crop; None if there was no source.
    report : FaceReport or None
    shape : (height, width)
        Of the frames.
    grey : bool
    recipe : mapping
        Every parameter and the identity of the landmark source, JSON-ready, for the key of a cache.
    """

    frames: Frames
    numbers: NDArray[np.int64]
    starts: NDArray[np.int64]
    placements: tuple[Placement, ...]
    landmarks: Landmarks | None
    report: FaceReport | None
    shape: tuple[int, int]
    grey: bool
    recipe: dict[str, Any]

    def __iter__(self) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Yield (frame number, crop) over all frames.

        Raises
        ------
        UserError
            If a frame cannot be read, or has another size than the first.
        """
        if not len(self.numbers):
            return
        for number, image in self.frames.section(int(self.numbers[0]), int(self.numbers[-1]), grey=self.grey):
            yield number, self._cropped(number, image)

    def crop(self, number: int) -> NDArray[np.uint8]:
        """Return the crop of one frame."""
        return self._cropped(number, self.frames.read(number, grey=self.grey))

    def placement(self, number: int) -> Placement:
        """Return how the face of a frame gets into its crop."""
        return _placement_at(self.starts, self.placements, number)

    def _cropped(self, number: int, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        if image.shape[:2] != self.shape:
            height, width = image.shape[:2]
            raise UserError(
                f"{printable(self.frames.name)}: frame {number} has {width} x {height} pixels, but frame "
                f"{self.numbers[0]} has {self.shape[1]} x {self.shape[0]}. Check that the frames are of one video."
            )
        return self.placement(number).crop(image)


def prepare(
    frames: Frames,
    source: LandmarkSource | None,
    *,
    crop: str = "face",
    size: int | Size | None = 224,
    align: str = "clip",
    section: int = 200,
    fit: str = "stable",
    smooth: int = 1,
    track: bool = False,
    first: int | None = None,
    last: int | None = None,
    grey: bool = False,
) -> Prepared:
    """Prepare the crops of the face in a video or a clip of it.

    Parameters
    ----------
    frames : Frames
    source : LandmarkSource or None
        See :func:`mebench.video.landmarks.sources.landmark_source`; None only with ``align="none"``.
    crop : str
        A canonical face (``face``, ``openface``, ``inner``: rotated, scaled and shifted onto it) or a paper's box by
        name (:data:`mebench.video.crops.CROPS`).
    size : int or (width, height), optional
        Of the crops. None keeps the pixels of a box as they are.
    align : {"clip", "section", "frame", "none"}
        How often the crop is placed: once by the first frame; once every `section` frames, which makes a step at each
        border; in every frame by its own landmarks, whose jitter then becomes motion (for papers that demand it); or
        never, the whole image being the crop.
    section : int
        Frames a section.
    fit : str
        See :func:`mebench.video.canonical.canonical_transform`.
    smooth : int
        Median over so many successive frames, for landmarks on every frame.
    track : bool
        Find landmarks on every frame, not only where the crop is placed.
    first, last : int, optional
        Frame numbers of the annotation, both included; by default all frames.
    grey : bool

    Raises
    ------
    UserError
        If a name is unknown, no frame lies between `first` and `last`, the source is missing or finds no face, or
        `smooth` is asked for without landmarks on every frame.
    """
    _check(source, align, section, smooth, track)
    numbers = _between(frames, first, last)
    wanted_size = (size, size) if isinstance(size, int) else size
    placed_at = {"frame": numbers, "section": numbers[::section]}.get(align, numbers[:1])
    landmarks: Landmarks | None = None
    report: FaceReport | None = None
    if source is not None:
        landmarks, report = source.landmarks(frames, numbers if track else placed_at)
        landmarks = smoothed(landmarks, smooth)
    height, width = frames.read(int(numbers[0]), grey=True).shape[:2]
    shape = height, width
    if align == "none" or landmarks is None:
        placements: tuple[Placement, ...] = (place_whole(shape, wanted_size),)
    else:
        placements = tuple(place_face(landmarks.at(int(n)), shape, crop, wanted_size, fit) for n in placed_at)
    if landmarks is not None:
        moved = [
            _placement_at(placed_at, placements, int(n)).points(points)
            for n, points in zip(landmarks.numbers, landmarks.points, strict=True)
        ]
        landmarks = dataclasses.replace(landmarks, points=np.array(moved))
    recipe = {
        "landmarks": source.identity(frames) if source is not None else None,
        "crop": crop if align != "none" else "whole",
        "size": list(wanted_size) if wanted_size is not None else None,
        "align": align,
        "section": section if align == "section" else None,
        "fit": fit if align != "none" else None,
        "smooth": smooth,
        "first": int(numbers[0]),
        "last": int(numbers[-1]),
        "grey": grey,
    }
    return Prepared(frames, numbers, placed_at, placements, landmarks, report, shape, grey, recipe)


def _check(source: LandmarkSource | None, align: str, section: int, smooth: int, track: bool) -> None:
    if align not in ALIGN:
        raise unknown_name("alignment", align, ALIGN)
    if section < 1:
        raise UserError(f"A section of {section} frames is none. Give at least 1.")
    if source is None and (align != "none" or track):
        raise UserError(
            "Faces are placed by landmarks. Give a landmark source, or align='none' for frames cropped before."
        )
    if smooth != 1 and not (track or align == "frame"):
        raise UserError(
            "Landmarks are smoothed over frames. Ask for them on every frame (track=True), or leave smooth at 1."
        )


def _between(frames: Frames, first: int | None, last: int | None) -> NDArray[np.int64]:
    """Return the frame numbers from `first` to `last`, both included."""
    numbers = frames.numbers
    low = int(numbers[0]) if first is None and len(numbers) else first
    high = int(numbers[-1]) if last is None and len(numbers) else last
    chosen = numbers[(numbers >= (low or 0)) & (numbers <= (high or 0))]
    if not len(chosen):
        has = f"it has frames {numbers[0]} to {numbers[-1]}" if len(numbers) else "it has no frames"
        raise UserError(
            f"{printable(frames.name)}: there is no frame from {low} to {high}; {has}. "
            "Check the annotation, or the frames."
        )
    return chosen


def _placement_at(starts: NDArray[np.int64], placements: tuple[Placement, ...], number: int) -> Placement:
    return placements[max(int(np.searchsorted(starts, number, side="right")) - 1, 0)]
