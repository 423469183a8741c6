"""Video files decoded one frame after the other, by OpenCV, or by PyAV where OpenCV cannot open them."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from mebench.extras import needed
from mebench.problems import UserError, printable
from mebench.video.images import BadFrame, Image, check_size, from_bgr
from mebench.video.quiet import quiet

with needed("twins"):
    import cv2


class Stream(Protocol):
    """A video file that is read forward."""

    fps: float | None
    said: int
    """How many frames the container says it has; 0 if it does not."""

    def grab(self) -> bool:
        """Go to the next frame; False at the end, or where nothing can be read any more."""

    def time(self) -> float:
        """Return the time of the present frame in ms, NaN if it has none."""

    def jump(self, index: int) -> bool:
        """Try to go to where the next frame is frame `index`, counted from 0. Whether it worked, the time tells."""

    def image(self, grey: bool) -> Image:
        """Return the present frame."""

    def close(self) -> None:
        """Let go of the file."""


def open_stream(path: Path) -> Stream:
    """Open a video file.

    Raises
    ------
    UserError
        If it is empty or a text, may not be read, or no decoder knows it.
    BadFrame
        If its frames are too small or too large.
    """
    place = printable(str(path))
    try:
        with path.open("rb") as stream:
            start = stream.read(512)
    except OSError as error:
        raise UserError(f"{place}: the video cannot be read ({error.strerror}). Check its permissions.") from error
    if not start:
        raise UserError(f"{place}: the file is empty (0 bytes). Copy it from the original.")
    # A list of files is opened by FFmpeg like a video, wherever they lie.
    if all(byte in b"\t\n\r" or 32 <= byte < 127 for byte in start):
        raise UserError(f"{place}: this is a text file, no video. Copy it from the original.")
    opened = CvStream(path)
    if opened.is_open:
        return opened
    if importlib.util.find_spec("av") is not None and (other := av_stream(path)) is not None:
        return other
    raise UserError(
        f"{place}: this is no video that can be opened; it is damaged, or of an unknown kind. Copy it from the "
        "original, or write its frames as images into a folder."
    )


class CvStream:
    """A video file read by OpenCV's FFmpeg."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with quiet():
            # One thread: a run has one process a core, and what is decoded must not depend on their number.
            self._capture = cv2.VideoCapture(str(path.resolve()), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
        self.is_open = bool(self._capture.isOpened())
        if not self.is_open:
            return
        said, fps = self._get(cv2.CAP_PROP_FRAME_COUNT), self._get(cv2.CAP_PROP_FPS)
        self.said = int(said) if math.isfinite(said) and 0 < said < 1e9 else 0
        self.fps: float | None = fps if math.isfinite(fps) and 0 < fps < 1e6 else None
        width, height = self._get(cv2.CAP_PROP_FRAME_WIDTH), self._get(cv2.CAP_PROP_FRAME_HEIGHT)
        if width and height:
            check_size(str(path), int(width), int(height))

    def _get(self, what: int) -> float:
        return float(self._capture.get(what))

    def grab(self) -> bool:
        """Go to the next frame."""
        with quiet():
            return bool(self._capture.grab())

    def time(self) -> float:
        """Return the time of the present frame in ms."""
        return self._get(cv2.CAP_PROP_POS_MSEC)

    def jump(self, index: int) -> bool:
        """Try to go to a frame."""
        with quiet():
            return bool(self._capture.set(cv2.CAP_PROP_POS_FRAMES, index))

    def image(self, grey: bool) -> Image:
        """Return the present frame."""
        with quiet():
            found, image = self._capture.retrieve()
        if not found or image is None or image.dtype != np.uint8:
            raise BadFrame(str(self.path), "has a frame that cannot be decoded")
        return from_bgr(image, grey) if image.ndim == 3 else from_bgr(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), grey)

    def close(self) -> None:
        """Let go of the file."""
        self._capture.release()


def av_stream(path: Path) -> Stream | None:
    """Return a file opened by PyAV, None if it cannot be."""
    import av

    try:
        return AvStream(path, av.open(str(path.resolve())))
    except (av.error.FFmpegError, IndexError):
        return None


class AvStream:
    """A video file read by PyAV; it is only read forward."""

    def __init__(self, path: Path, container: Any) -> None:
        self.path, self._container = path, container
        stream = container.streams.video[0]
        self.said = int(stream.frames or 0)
        self.fps: float | None = float(stream.average_rate) if stream.average_rate else None
        check_size(str(path), int(stream.width), int(stream.height))
        self._frames: Iterator[Any] = container.decode(stream)
        self._present: Any = None

    def grab(self) -> bool:
        """Go to the next frame."""
        import av

        try:
            self._present = next(self._frames, None)
        except av.error.FFmpegError:
            self._present = None
        return self._present is not None

    def time(self) -> float:
        """Return the time of the present frame in ms."""
        return math.nan if self._present.time is None else float(self._present.time) * 1000

    def jump(self, index: int) -> bool:
        """Return False: it only goes forward."""
        return False

    def image(self, grey: bool) -> Image:
        """Return the present frame."""
        return from_bgr(self._present.to_ndarray(format="bgr24"), grey)

    def close(self) -> None:
        """Let go of the file."""
        self._container.close()
