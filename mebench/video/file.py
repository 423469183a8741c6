"""A video file: read forward where it can be, and elsewhere only where the time of a frame proves which one it is.

A container's count of frames and a decoder's jumps are often off by a frame or more, and an ME is a few frames long.
So the count is believed if the last frame is where it should be, with nothing behind it; otherwise the frames are
counted by reading. A jump is believed if the frame that comes has the time that its number has in a video of constant
rate; otherwise the file is read from its beginning.
"""

from __future__ import annotations

import hashlib
import os
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mebench.problems import UserError, plural, printable
from mebench.video.images import BadFrame, Image
from mebench.video.source import SourceFrames
from mebench.video.streams import Stream, open_stream

_AHEAD = 30
"""So many frames are rather read than jumped over."""
_TRIED = 12
_PATIENCE = 25
"""So many damaged frames in a row are passed over in search of the next one."""
_OFF_GRID = 0.3
"""Of a frame: containers round times to milliseconds."""


class Decoder:
    """The frames of a video file by index, counted from 0.

    Raises
    ------
    UserError
        If the file cannot be opened, or no frame of it can be read.
    """

    def __init__(self, path: Any) -> None:
        self.path = path
        self._at = -1
        self._over = False
        self.stream = self._opened()
        self._start, self._step = 0.0, 0.0
        times: list[float] = []
        while len(times) < _TRIED and self.stream.grab():
            times.append(self.stream.time())
        if not times:
            raise UserError(
                f"{printable(str(path))}: the video has no frame that can be read. Copy it from the original."
            )
        self.fps = self.stream.fps
        self._step = 1000 / self.fps if self.fps else 0.0
        self._start = times[0]
        self.timed = len(times) > 1 and all(self._index_at(time) == i for i, time in enumerate(times))
        self._at = len(times) - 1

    def _opened(self) -> Stream:
        try:
            return open_stream(self.path)
        except BadFrame as bad:
            raise UserError(f"{printable(str(bad))}. Give another video.") from bad

    def _again(self) -> None:
        """Begin anew."""
        self.stream.close()
        self.stream, self._at, self._over = self._opened(), -1, False

    def _index_at(self, time: float) -> int | None:
        """Return which frame has this time; None if none has."""
        exact = (time - self._start) / self._step if self._step else np.nan
        if not np.isfinite(exact) or abs(exact - round(exact)) > _OFF_GRID:
            return None
        return round(exact)

    def _forward(self) -> bool:
        """Go one frame forward; a frame that the decoder left out shows in the time of the next one."""
        if self._over or not self._grab():
            self._over = True
            return False
        index = self._index_at(self.stream.time()) if self.timed else None
        self._at = max(self._at + 1, index if index is not None else 0)
        return True

    def _grab(self) -> bool:
        """Go to the next frame that can be decoded; where times tell nothing, a frame lost would shift all others."""
        return any(self.stream.grab() for _ in range(_PATIENCE if self.timed else 1))

    def _jump(self, index: int) -> bool:
        """Go to a frame, if its time proves that it is the one."""
        if not self.timed or not self.stream.jump(index) or not self.stream.grab():
            return False
        self._at, self._over = index, False
        return self._index_at(self.stream.time()) == index

    @cached_property
    def count(self) -> int:
        """How many frames there are; those that cannot be decoded in between count."""
        said = self.stream.said
        if said > _TRIED and self._jump(said - 1) and not self.stream.grab():
            self._again()
            return said
        self._again()
        read = 0
        while self._forward():
            read += 1
        last = self._at
        if last + 1 != read and last + 1 != said:
            # Times that leap where nothing is left out are no measure, so it is only read forward from now on.
            self.timed, last = False, read - 1
        self._again()
        return last + 1

    def read(self, index: int, grey: bool) -> Image:
        """Return a frame.

        Raises
        ------
        BadFrame
            If it cannot be decoded.
        """
        if not self._at <= index <= self._at + _AHEAD and not (index > _TRIED and self._jump(index)):
            self._again()
        while self._at < index and self._forward():
            pass
        if self._at != index:
            raise BadFrame(str(self.path), f"cannot be decoded at its image {index + 1}")
        return self.stream.image(grey)


class FileFrames(SourceFrames):
    """The frames of a video file, of which the first is the first frame of the annotation (1 if that says nothing)."""

    kind = "file"
    _decoder: Decoder | None = None

    @property
    def decoder(self) -> Decoder:
        """The open file."""
        if self._decoder is None:
            self._decoder = Decoder(self.path)
        return self._decoder

    @cached_property
    def first(self) -> int:
        """The number of the first frame."""
        begin = self._annotated.first if self._annotated.first is not None else 1
        return begin + (self._shift or 0)

    @cached_property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        height, width = self.read(int(self.present[0])).shape[:2]
        return width, height

    @property
    def fps(self) -> float | None:
        """Frames a second: as the annotation says, else the file."""
        return self._fps if self._fps is not None else self.decoder.fps

    def _present(self) -> NDArray[np.int64]:
        count, said = self.decoder.count, self.decoder.stream.said
        if said and said != count:
            self.report.note(f"the file says that it has {plural(said, 'frame')}, but {count} can be read")
        return np.arange(self.first, self.first + count, dtype=np.int64)

    def _load(self, number: int, grey: bool) -> Image:
        return self.decoder.read(number - self.first, grey)

    def _identity(self) -> str:
        try:
            found = os.stat(self.path)
        except OSError as error:
            raise UserError(f"{printable(str(self.path))}: the video cannot be read ({error.strerror}).") from error
        parts = (self.first, self.policy.name, self.policy.within, found.st_size, found.st_mtime_ns, self.path.name)
        return hashlib.sha256(repr(parts).encode(errors="surrogateescape")).hexdigest()

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        state.pop("_decoder", None)  # an open file cannot be sent; it is opened again
        return state
