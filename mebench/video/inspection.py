"""What frames of a dataset are here: for each video its source, numbers, gaps, size, and whatever is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mebench.problems import UserError, plural
from mebench.video.file import FileFrames
from mebench.video.folder import FolderFrames
from mebench.video.frames import Frames
from mebench.video.numbering import Gap

_SHOWN = 5


@dataclass
class Inspected:
    """The frames of one video or clip; numbers and size are None where they could not be had.

    Parameters
    ----------
    name : str
    source : str
        Folder or file, relative to the root.
    kind : {"folder", "file", ""}
    first, last : int or None
        Frame numbers of the annotation.
    n_frames : int
        Those that are there.
    gaps : tuple of (first, last)
    width, height : int or None
        Pixels.
    fps : float or None
    shift : int
        What was added to the numbers of the files.
    notes, problems : list of str
        A problem keeps frames from being read; a note does not.
    absent : bool
        There is nothing here of this video or clip; its one problem says so.
    """

    name: str
    source: str = ""
    kind: str = ""
    first: int | None = None
    last: int | None = None
    n_frames: int = 0
    gaps: tuple[Gap, ...] = ()
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    shift: int = 0
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    absent: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {**vars(self), "gaps": [list(gap) for gap in self.gaps]}


def inspect(
    name: str, make: Callable[[], Frames], root: Path, *, every: bool = False, tick: Callable[[], None] | None = None
) -> Inspected:
    """Look at the frames of one video: numbering and size, the first and last frame, or every one.

    Parameters
    ----------
    name : str
    make : callable
        Opens the frames under the policy ``error``.
    root : Path
        To which the source is told relative.
    every : bool
        Read every frame.
    tick : callable, optional
        Called after every frame that was read.
    """
    seen = Inspected(name)
    try:
        frames = make()
    except UserError as error:
        seen.problems.append(str(error))
        return seen
    if isinstance(frames, FolderFrames | FileFrames):
        seen.kind = frames.kind
        seen.source = frames.path.relative_to(root).as_posix() if frames.path.is_relative_to(root) else str(frames.path)
    try:
        numbers = frames.numbers
        seen.first, seen.last, seen.n_frames = int(numbers[0]), int(numbers[-1]), len(numbers)
        seen.gaps, seen.fps = frames.report.gaps, frames.fps
        if isinstance(frames, FolderFrames | FileFrames):
            seen.width, seen.height = frames.size
        if isinstance(frames, FolderFrames):
            seen.shift = frames.shift
    except UserError as error:
        seen.problems.append(str(error))
    seen.notes = list(frames.report.notes)
    if not seen.problems:
        wanted = [int(n) for n in numbers] if every else sorted({int(numbers[0]), int(numbers[-1])})
        _read(frames, wanted, seen, tick)
    return seen


def _read(frames: Frames, wanted: list[int], seen: Inspected, tick: Callable[[], None] | None) -> None:
    wrong = list(_wrong(frames, wanted, tick))
    seen.problems += wrong[:_SHOWN]
    if len(wrong) > _SHOWN:
        seen.problems.append(f"... and {plural(len(wrong) - _SHOWN, 'frame')} more.")


def _wrong(frames: Frames, wanted: list[int], tick: Callable[[], None] | None) -> Iterator[str]:
    for number in wanted:
        try:
            frames.read(number)
        except UserError as error:
            yield str(error)
        if tick is not None:
            tick()
