"""What an image says of itself before it is decoded: its kind, its size, and whether its bytes end too early.

Decoders differ in what they do with half a file (some fill the rest with grey, without a word), and none of them asks
before it allocates what a header demands.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple


class Header(NamedTuple):
    """Width and height in pixels; `whole` is False if the end of the image is not there."""

    kind: str
    width: int
    height: int
    whole: bool
    grey: bool = False


class NoImage(ValueError):
    """These bytes are no image, or one that cannot be a frame; the text says why."""


def header_of(data: bytes) -> Header:
    """Read the header of an image.

    Raises
    ------
    NoImage
        If the bytes are no JPEG, PNG, BMP, TIFF or PGM/PPM, or end within the header.
    """
    read = next((read for magic, read in _KINDS if data.startswith(magic)), None)
    if read is None:
        start = data[:512]
        is_text = bool(start) and all(byte in b"\t\n\r" or byte >= 32 for byte in start)
        raise NoImage("is a text file, no image" if is_text else "is no image (neither JPEG, PNG, BMP, TIFF nor PGM)")
    try:
        return read(data)
    except (struct.error, IndexError, ValueError) as error:
        if isinstance(error, NoImage):
            raise
        raise NoImage("ends within its header, so it was not written or copied to its end") from error


def _jpeg(data: bytes) -> Header:
    at, size, components = 2, None, 0
    while at < len(data):
        if data[at] != 0xFF:
            raise NoImage("is damaged (a JPEG whose segments do not follow one another)")
        marker = data[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:
            at += 2
            continue
        if marker == 0xD9:
            raise NoImage("is damaged (a JPEG without an image)")
        (length,) = struct.unpack_from(">H", data, at + 2)
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width, components = struct.unpack_from(">HHB", data, at + 5)
            size = width, height
        if marker == 0xDA:
            if size is None:
                raise NoImage("is damaged (a JPEG without a size)")
            # An embedded preview has an end marker of its own, so only one behind the image's beginning counts.
            return Header("JPEG", *size, data.rfind(b"\xff\xd9") > at, components == 1)
        at += 2 + length
    raise IndexError(at)


def _png(data: bytes) -> Header:
    width, height, depth, colour = struct.unpack_from(">IIBB", data, 16)
    at, whole = 8, False
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        at += 12 + length
        if kind == b"IEND":
            whole = at <= len(data)
            break
    return Header("PNG", width, height, whole, colour == 0 and depth == 8)


def _bmp(data: bytes) -> Header:
    offset, header = struct.unpack_from("<II", data, 10)
    if header == 12:
        width, height, _, bits = struct.unpack_from("<HHHH", data, 18)
        compression = 0
    else:
        width, height, _, bits, compression = struct.unpack_from("<iiHHI", data, 18)
    # Negative heights count rows from the top.
    needed = offset + (width * bits + 31) // 32 * 4 * abs(height)
    return Header("BMP", width, abs(height), compression not in {0, 3} or len(data) >= needed)


def _pnm(data: bytes) -> Header:
    kind, tokens = data[:2], _tokens(data)
    width, height = int(next(tokens)[0]), int(next(tokens)[0])
    if kind in b"P1 P4":
        return Header("PBM", width, height, True)
    largest, end = next(tokens)
    channels = 3 if kind in b"P3 P6" else 1
    needed = end + 1 + width * height * channels * (2 if int(largest) > 255 else 1)
    whole = kind in b"P2 P3" or len(data) >= needed
    return Header("PGM", width, height, whole, kind == b"P5" and int(largest) == 255)


def _tokens(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield the words behind the magic number, comments left out, and where each ends."""
    at = 2
    while True:
        while data[at : at + 1].isspace():
            at += 1
        if data[at : at + 1] == b"#":
            at = data.index(b"\n", at)
            continue
        end = at
        while data[end : end + 1] and not data[end : end + 1].isspace():
            end += 1
        if end == at:
            raise IndexError(at)
        yield data[at : min(end, at + 20)], end
        at = end


_TIFF_SIZES = {1: "B", 3: "H", 4: "I"}
_WIDTH, _HEIGHT, _OFFSETS, _LENGTHS, _TILES, _TILE_LENGTHS = 256, 257, 273, 279, 324, 325


def _tiff(data: bytes) -> Header:
    order = "<" if data[:2] == b"II" else ">"
    (at,) = struct.unpack_from(order + "I", data, 4)
    (n,) = struct.unpack_from(order + "H", data, at)
    tags: dict[int, tuple[int, ...]] = {}
    for entry in range(at + 2, at + 2 + 12 * n, 12):
        tag, kind, count = struct.unpack_from(order + "HHI", data, entry)
        if kind not in _TIFF_SIZES or tag not in {_WIDTH, _HEIGHT, _OFFSETS, _LENGTHS, _TILES, _TILE_LENGTHS}:
            continue
        if count > len(data):
            raise NoImage("is damaged (a TIFF with an impossible table)")
        form = f"{order}{count}{_TIFF_SIZES[kind]}"
        place = entry + 8 if struct.calcsize(form) <= 4 else struct.unpack_from(order + "I", data, entry + 8)[0]
        tags[tag] = struct.unpack_from(form, data, place)
    if _WIDTH not in tags or _HEIGHT not in tags:
        raise NoImage("is damaged (a TIFF without a size)")
    starts = tags.get(_OFFSETS, tags.get(_TILES, ()))
    lengths = tags.get(_LENGTHS, tags.get(_TILE_LENGTHS, ()))
    whole = all(start + length <= len(data) for start, length in zip(starts, lengths, strict=False))
    return Header("TIFF", tags[_WIDTH][0], tags[_HEIGHT][0], whole)


_KINDS: tuple[tuple[bytes, Callable[[bytes], Header]], ...] = (
    (b"\xff\xd8\xff", _jpeg),
    (b"\x89PNG\r\n\x1a\n", _png),
    (b"BM", _bmp),
    (b"II*\0", _tiff),
    (b"MM\0*", _tiff),
    *((f"P{kind}".encode() + space, _pnm) for kind in range(1, 7) for space in (b"\n", b" ", b"\r", b"\t")),
)
