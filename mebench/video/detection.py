"""One face a video: which of those that a detector finds, how often to look, and what to do when it finds none.

The box of a face hardly moves within a clip, so it is sought once or every so many frames; the points are then fitted
inside that box. Where no face is found the last landmarks are carried, and counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from mebench.problems import UserError, plural
from mebench.video.landmarks.types import N_POINTS, FaceReport, Landmarks, carried

if TYPE_CHECKING:
    from mebench.video.frames import Frames


class Found(NamedTuple):
    """A face that a detector found: its box (x0, y0, x1, y1) in pixels, half-open, and the detector's score."""

    box: tuple[int, int, int, int]
    score: float


class Detector(Protocol):
    """Finds faces in a grey image, and fits the 68 points into a box."""

    name: str

    def find(self, image: NDArray[np.uint8]) -> Sequence[Found]:
        """Return all faces of the image (H, W)."""
        ...

    def fit(self, image: NDArray[np.uint8], face: Found) -> NDArray[np.float64]:
        """Return the points (68, 2) of a face."""
        ...


def main_face(faces: Sequence[Found], shape: tuple[int, ...]) -> Found | None:
    """Return the largest, most central face: the area counts half at the corners of the image and whole in its centre.

    Parameters
    ----------
    faces : sequence of Found
    shape : tuple of int
        Of the image, (H, W, ...).
    """
    height, width = shape[:2]
    half_diagonal = max(np.hypot(width, height) / 2, 1.0)

    def weight(face: Found) -> float:
        x0, y0, x1, y1 = face.box
        away = np.hypot((x0 + x1 - width) / 2, (y0 + y1 - height) / 2) / half_diagonal
        return max(x1 - x0, 0) * max(y1 - y0, 0) * (1 - min(float(away), 1.0) / 2)

    return max(faces, key=weight, default=None)


def detect(
    frames: Frames, detector: Detector, numbers: Sequence[int] | NDArray[np.int64], *, every: int = 1
) -> tuple[Landmarks, FaceReport]:
    """Find the landmarks of the wanted frames.

    Parameters
    ----------
    frames : Frames
    detector : Detector
    numbers : sequence of int
        The wanted frames, ascending: the first of a clip, the first of each section, or all.
    every : int
        The face is sought in every so manyth wanted frame, and in each one after a failure; in between the points are
        fitted into the last box.

    Returns
    -------
    landmarks : Landmarks
        For exactly the wanted frames, all finite. If the first ones have no face, the next frame with one is sought,
        also beyond the wanted ones.
    report : FaceReport

    Raises
    ------
    UserError
        If no face is found at all, or `every` is below 1.
    """
    if every < 1:
        raise UserError(f"Faces cannot be sought every {every} frames. Give a number of at least 1.")
    wanted = np.asarray(numbers, dtype=np.int64)
    rows: list[tuple[int, NDArray[np.float64], float, bool]] = []
    face: Found | None = None
    crowded = 0
    for i, (number, image) in enumerate(_images(frames, wanted)):
        if i % every == 0 or face is None:
            faces = detector.find(image)
            crowded += len(faces) > 1
            face = main_face(faces, image.shape)
        rows.append(_row(detector, number, image, face))
    if rows and not rows[0][3]:
        rows = sorted([*rows, *_ahead(frames, detector, rows)], key=lambda row: row[0])
    notes = (
        [f"more than one face in {plural(crowded, 'frame')}: the largest, most central one counts"] if crowded else []
    )
    return carried(_table(rows, detector.name), wanted, frames.name, notes)


def _row(
    detector: Detector, number: int, image: NDArray[np.uint8], face: Found | None
) -> tuple[int, NDArray[np.float64], float, bool]:
    if face is None:
        return number, np.full((N_POINTS, 2), np.nan), np.nan, False
    return number, detector.fit(image, face), face.score, True


def _table(rows: list[tuple[int, NDArray[np.float64], float, bool]], source: str) -> Landmarks:
    return Landmarks(
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.float64).reshape(-1, N_POINTS, 2),
        np.array([row[2] for row in rows], dtype=np.float64),
        np.array([row[3] for row in rows], dtype=bool),
        source,
    )


def _images(frames: Frames, wanted: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Yield the wanted frames in grey, as one section where they follow one another."""
    if len(wanted) > 1 and np.array_equal(
        wanted, frames.numbers[np.searchsorted(frames.numbers, wanted[0]) :][: len(wanted)]
    ):
        yield from frames.section(int(wanted[0]), int(wanted[-1]), grey=True)
        return
    for number in wanted:
        yield int(number), frames.read(int(number), grey=True)


def _ahead(
    frames: Frames, detector: Detector, rows: list[tuple[int, NDArray[np.float64], float, bool]]
) -> Iterator[tuple[int, NDArray[np.float64], float, bool]]:
    """Look behind the first frame until one has a face, in steps that grow with the distance.

    It ends where a face was found already, and leaves out the frames that were looked at.
    """
    seen = [row[0] for row in rows]
    end = next((row[0] for row in rows if row[3]), np.inf)
    later = frames.numbers[(frames.numbers > seen[0]) & (frames.numbers < end) & ~np.isin(frames.numbers, seen)]
    at = 0
    while at < len(later):
        number = int(later[at])
        image = frames.read(number, grey=True)
        row = _row(detector, number, image, main_face(detector.find(image), image.shape))
        yield row
        if row[3]:
            return
        at += 1 + at // 8
