"""Landmark sources by name, and the two that read files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mebench.files import sha256_of
from mebench.problems import UserError, plural, printable, unknown_name
from mebench.video.landmarks.dlib_source import DlibSource
from mebench.video.landmarks.file import read_landmarks
from mebench.video.landmarks.openface import read_openface
from mebench.video.landmarks.types import FaceReport, Landmarks, LandmarkSource, carried

if TYPE_CHECKING:
    from mebench.video.frames import Frames


class _Written:
    """A source that reads one CSV a video."""

    name = ""
    licence = ""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def csv_of(self, frames: Frames) -> Path:
        """Return the CSV of a video: the path itself, or the file in that folder which is named like the video.

        Raises
        ------
        UserError
            If there is none.
        """
        if not self.path.is_dir():
            return self.path
        whole = PurePosixPath(frames.name.replace("\\", "/"))
        parts = [part for part in whole.parts if part not in {"/", ".."}]
        names = ["/".join(parts), "_".join(parts), parts[-1] if parts else ""]
        tried = list(dict.fromkeys(f"{name}.csv" for name in names))
        for name in tried:
            if (self.path / name).is_file():
                return self.path / name
        raise UserError(
            f"{printable(str(self.path))}: there is no landmark file for the video {printable(frames.name)} "
            f"(looked for {printable(', '.join(tried))}). Name the CSV like the video."
        )

    def identity(self, frames: Frames) -> str:
        """Return the name of the source and the hash of the CSV."""
        path = self.csv_of(frames)
        try:
            return f"{self.name} {sha256_of(path)}"
        except OSError as error:
            raise UserError(f"{printable(str(path))}: cannot be read ({error.strerror}). Check the path.") from error


class FileSource(_Written):
    """The landmark source ``file``: our own CSV, see :mod:`mebench.video.landmarks.file`.

    Parameters
    ----------
    path : Path or str
        The CSV of the video, or a folder with one CSV a video, named like it.
    """

    name = "file"

    def landmarks(self, frames: Frames, numbers: Sequence[int] | NDArray[np.int64]) -> tuple[Landmarks, FaceReport]:
        """Return the landmarks of the wanted frames; a frame without a row takes the row before."""
        return carried(read_landmarks(self.csv_of(frames)), numbers, frames.name)


class OpenFaceSource(_Written):
    """The landmark source ``openface``; see :mod:`mebench.video.landmarks.openface`.

    Parameters
    ----------
    path : Path or str
        The CSV of the video, or a folder with one CSV a video, named like it.
    face : int, optional
        The face id; by default the one that is large for long.
    order : {"number", "name"}
        How OpenFace had sorted the images.
    """

    name = "openface"

    def __init__(self, path: Path | str, *, face: int | None = None, order: str = "number") -> None:
        super().__init__(path)
        self.face, self.order = face, order

    def identity(self, frames: Frames) -> str:
        """Return the name of the source, the hash of the CSV, and how it is read."""
        return f"{super().identity(frames)} face={self.face} order={self.order}"

    def landmarks(self, frames: Frames, numbers: Sequence[int] | NDArray[np.int64]) -> tuple[Landmarks, FaceReport]:
        """Return the landmarks of the wanted frames; a frame without success takes those of the one before."""
        table = read_openface(self.csv_of(frames), _on_disk(frames), face=self.face, order=self.order)
        notes = []
        if len(table.faces) > 1:
            others = plural(len(table.faces) - 1, "other face")
            notes.append(f"{others} in the file: face {table.faces[0]} was taken")
        return carried(table.landmarks, numbers, frames.name, notes)


def _on_disk(frames: Frames) -> NDArray[np.int64]:
    """Return the numbers of the frames that OpenFace can have read: without those that a policy fills in."""
    numbers = frames.numbers
    for first, last in frames.report.gaps:
        numbers = numbers[(numbers < first) | (numbers > last)]
    return numbers


SOURCES: dict[str, Callable[..., LandmarkSource]] = {
    "dlib": DlibSource,
    "openface": OpenFaceSource,
    "file": FileSource,
}


def landmark_source(name: str, path: Path | str | None = None, **options: Any) -> LandmarkSource:
    """Return a landmark source by name.

    Parameters
    ----------
    name : {"dlib", "openface", "file"}
    path : Path or str, optional
        The CSV or the folder of CSVs; for dlib its model file, which is found without.
    **options
        As the source takes them.

    Raises
    ------
    UserError
        If there is no such source, or it misses its path or its packages.
    """
    if name not in SOURCES:
        raise unknown_name("landmark source", name, SOURCES)
    if path is None:
        if name != "dlib":
            raise UserError(f"The landmark source {name!r} reads files. Give the CSV of the video, or their folder.")
        return SOURCES[name](**options)
    return SOURCES[name](path, **options)
