"""The frames of a video or a clip, by the frame numbers of the annotation, from a folder of images or a video file.

Nothing is read before it is asked for, and nothing is kept: a section of any length passes through in the memory of
one or two frames. Images are uint8, (height, width, 3) in the order R, G, B, or (height, width) if grey is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from mebench.datasets.readers._folders import is_image, is_video_file
from mebench.problems import UserError, printable
from mebench.video.annotated import Annotated
from mebench.video.missing import WITHIN, Policy, Report

__all__ = ["Frames", "open_frames"]


@runtime_checkable
class Frames(Protocol):
    """The frames of one video or clip."""

    @property
    def name(self) -> str:
        """The video, or ``subject/clip``."""

    @property
    def numbers(self) -> NDArray[np.int64]:
        """(n,) frame numbers of the annotation, ascending: those that :meth:`section` yields."""

    @property
    def fps(self) -> float | None:
        """Frames a second, if known."""

    @property
    def identity(self) -> str:
        """Hash of what the frames depend on, for the key of a cache."""

    @property
    def report(self) -> Report:
        """What was missing, unreadable and replaced so far."""

    def read(self, number: int, grey: bool = False) -> NDArray[np.uint8]:
        """Return one frame: (H, W, 3) RGB, or (H, W)."""

    def section(self, first: int, last: int, grey: bool = False) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Yield the frames from `first` to `last`, both included, with their numbers."""


def open_frames(
    path: Path | str,
    *,
    name: str = "",
    fps: float | None = None,
    annotated: Annotated | None = None,
    shift: int | None = None,
    missing: str = "error",
    within: int = WITHIN,
    keep: int = 0,
) -> Frames:
    """Open a folder of images or a video file.

    Parameters
    ----------
    path : Path or str
    name : str
        For messages, and to find landmarks by; default the name of the folder or file.
    fps : float, optional
        Default what a video file says.
    annotated : Annotated, optional
        What the annotation says of the numbers, see :mod:`mebench.video.annotated`. Without it a folder keeps the
        numbers of its files, and a video file counts from 1.
    shift : int, optional
        What to add to the numbers of the files, whatever the annotation says.
    missing : {"error", "previous", "nearest"}
        See :mod:`mebench.video.missing`.
    within : int
        How many frames away a replacement may lie.
    keep : int
        So many decoded frames are kept for those who read the same ones again; they must not be written to.

    Raises
    ------
    UserError
        If there is no such folder or file, it holds no frame, two numberings lie in a folder, its numbers cannot be
        those of the annotation, or a policy is unknown.
    """
    opened = later(Path(path), name, fps, annotated or Annotated(from_one=False), shift, Policy(missing, within), keep)
    if not len(opened.numbers):
        raise UserError(f"{printable(str(path))}: there is no frame. Give a folder of images or a video file.")
    return opened


def later(
    path: Path, name: str, fps: float | None, annotated: Annotated, shift: int | None, policy: Policy, keep: int
) -> Frames:
    """Return the frames of a path, of which only the kind has been looked at; see :func:`open_frames`."""
    from mebench.video.file import FileFrames
    from mebench.video.folder import FolderFrames

    name = name or path.name
    if path.is_dir():
        return FolderFrames(path, name, fps, annotated, shift, policy, keep)
    if not path.is_file():
        raise UserError(f"{printable(str(path))}: there is no such folder or file. Check the path of the frames.")
    if is_image(path.name) and not is_video_file(path.name):
        raise UserError(f"{printable(str(path))}: this is one image. Give the folder that holds the frames.")
    return FileFrames(path, name, fps, annotated, shift, policy, keep)
