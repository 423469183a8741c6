"""One image file as a frame: checked before it is decoded, 8 bits a channel, RGB or grey."""

from __future__ import annotations

import os
import stat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mebench.extras import needed
from mebench.problems import plural
from mebench.video.headers import Header, NoImage, header_of
from mebench.video.quiet import quiet

with needed("twins"):
    import cv2

Image = NDArray[np.uint8]

SMALLEST_SIDE = 16
"""Pixels: what is smaller shows no face, and most features are not defined on it."""
MOST_PIXELS = 64_000_000
"""Thirty times the largest sensor of the datasets; what claims more is a decompression bomb or a mistake."""
_MOST_BYTES = 1 << 29
_DAMAGE = ("premature end", "bad huffman", "corrupt jpeg data: bad", "invalid sos", "unexpected eof", "crc error")


class BadFrame(Exception):
    """A frame cannot be used: the file, and why, as the rest of a sentence that begins with the file's name."""

    def __init__(self, file: str, why: str, is_missing: bool = False) -> None:
        self.file, self.why, self.is_missing = file, why, is_missing
        super().__init__(f"{file} {why}")


def read_bytes(path: str) -> bytes:
    """Return the bytes of a regular file.

    Raises
    ------
    BadFrame
        If there is none (a folder, a pipe, a broken link), it is empty or enormous, or may not be read.
    """
    try:
        # Opening a pipe would wait for somebody to write into it, so the kind is asked for first.
        found = os.stat(path)
        if stat.S_ISDIR(found.st_mode):
            raise BadFrame(path, "is a folder, no image")
        if not stat.S_ISREG(found.st_mode):
            raise BadFrame(path, "is no regular file")
        if found.st_size == 0:
            raise BadFrame(path, "is empty (0 bytes)")
        if found.st_size > _MOST_BYTES:
            raise BadFrame(path, f"is too large for an image ({found.st_size >> 20} MiB)")
        with open(path, "rb") as stream:
            return stream.read()
    except FileNotFoundError as error:
        link = os.path.islink(path)
        raise BadFrame(path, "is a link to nothing" if link else "is missing", is_missing=not link) from error
    except OSError as error:
        raise BadFrame(path, f"cannot be read ({error.strerror})") from error


def checked_header(path: str, data: bytes) -> Header:
    """Return the header of an image that can be a frame.

    Raises
    ------
    BadFrame
        If it is none, is cut off, or has a size that no frame has.
    """
    try:
        header = header_of(data)
    except NoImage as error:
        raise BadFrame(path, str(error)) from error
    check_size(path, header.width, header.height)
    if not header.whole:
        raise BadFrame(path, f"is cut off: the end of the {header.kind} is not there")
    return header


def check_size(path: str, width: int, height: int) -> None:
    """Raise if an image or video is too small or too large for frames.

    Raises
    ------
    BadFrame
    """
    size = f"{width}x{height} pixels"
    if min(width, height) < SMALLEST_SIDE:
        raise BadFrame(path, f"is too small for a face: {size}, at least {SMALLEST_SIDE} a side are needed")
    if width * height > MOST_PIXELS:
        raise BadFrame(path, f"is too large for a frame: {size}, at most {plural(MOST_PIXELS, 'pixel')} are read")


def read_image(path: str, grey: bool = False) -> Image:
    """Read one image.

    16 bits a channel are reduced to the upper 8, palettes are resolved, an alpha channel is dropped, and a note of the
    camera that the image lies on its side is passed over. Grey is OpenCV's
    .299 R + .587 G + .114 B, rounded; a grey image in colour has three equal channels.

    Parameters
    ----------
    path : str
    grey : bool

    Returns
    -------
    (H, W, 3) uint8 in the order R, G, B, or (H, W) uint8

    Raises
    ------
    BadFrame
        If the file is missing, empty, damaged, cut off, no image, or of a size that no frame has.
    """
    data = read_bytes(path)
    header = checked_header(path, data)
    flag = cv2.IMREAD_GRAYSCALE if header.grey else cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    with quiet() as heard:
        try:
            image = cv2.imdecode(np.frombuffer(data, np.uint8), flag)
        except cv2.error:
            image = None
    said = heard.text.lower()
    if image is None or image.dtype != np.uint8:
        raise BadFrame(path, f"cannot be decoded: the {header.kind} is damaged or of an unknown form")
    if any(word in said for word in _DAMAGE):
        raise BadFrame(path, f"is damaged: {heard.text.strip().splitlines()[0][:80]}")
    if header.grey:
        return _image(image if grey else cv2.cvtColor(image, cv2.COLOR_GRAY2RGB))
    return from_bgr(image, grey)


def from_bgr(image: NDArray[Any], grey: bool) -> Image:
    """Return a frame of OpenCV's channel order as RGB or grey."""
    return _image(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY if grey else cv2.COLOR_BGR2RGB))


def _image(image: NDArray[Any]) -> Image:
    return np.ascontiguousarray(image, dtype=np.uint8)


def header_at(path: str) -> Header:
    """Return the header of a file.

    Raises
    ------
    BadFrame
        See :func:`read_image`.
    """
    return checked_header(path, read_bytes(path))
