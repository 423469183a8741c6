"""One cache entry as bytes: an ``.npz`` that explains itself, and that nothing in can make us execute.

The file is a ZIP archive without compression and without times, so equal content gives equal bytes. Its first member is
``header.json`` (kind, the parts of the key, and of every array its type and shape), the others are ``NAME.npy``.
``numpy.load(path, allow_pickle=False)`` opens it; we read it ourselves, because a cache may hold anything: no pickle is
ever decoded, the header of an array is compared with the one that we would have written, and every byte of a member is
under the archive's CRC-32.
"""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from mebench.video.cache_keys import Key

Arrays = dict[str, NDArray[Any]]

FORMAT = "mebench/cache/1"
HALF = np.dtype("<f2")
_HEADER = "header.json"
_LARGEST_HEADER = 1 << 20
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
_NUMBERS = re.compile(r"\|[biu]1|[<>](?:[iuf][248]|c8|c16)")
_DATE = (1980, 1, 1, 0, 0, 0)
_END = 22  # bytes of the archive's last record
_LOCAL = struct.Struct("<4s5H3L2H")
_UNREADABLE = (
    zipfile.BadZipFile,
    ValueError,
    LookupError,
    TypeError,
    OverflowError,
    EOFError,
    RuntimeError,  # encrypted members; JSON nested too deeply
    struct.error,
    MemoryError,
)


class Corrupt(Exception):
    """The bytes are not those of a complete entry."""


@dataclass(frozen=True)
class Stored:
    """How one array lies in the file: ``dtype`` is what a reader gets, ``stored`` what the bytes are."""

    dtype: str
    stored: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Settled:
    """Arrays as they are stored, sorted by name, with the type that a reader gets of each."""

    stored: Arrays
    dtypes: Mapping[str, np.dtype[Any]]

    def arrays(self) -> Arrays:
        """Return the arrays as a reader of the cache gets them."""
        return {name: array.astype(self.dtypes[name], copy=False) for name, array in self.stored.items()}


def settle(arrays: Mapping[str, NDArray[Any]], half: Collection[str] | Mapping[str, float] = ()) -> Settled:
    """Decide how arrays are stored: as they are, or as float16 where that was allowed and is harmless.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        Booleans, integers, floating-point or complex numbers of the usual sizes.
    half : collection of str, or mapping of str to float
        The arrays that may be stored as float16; a mapping says the largest absolute error that is harmless in each.
        An array with a value that is not finite or out of range, or with an error above that, stays as it is.

    Raises
    ------
    TypeError, ValueError
        If a name is not plain, or an array holds something else than numbers.
    """
    stored: Arrays = {}
    dtypes: dict[str, np.dtype[Any]] = {}
    for name in sorted(arrays):
        array = np.asarray(arrays[name], order="C")
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not a name of an array in the cache")
        if not _NUMBERS.fullmatch(array.dtype.str):
            raise TypeError(f"{name}: arrays of {array.dtype} cannot be stored in the cache")
        bound = half.get(name, 0.0) if isinstance(half, Mapping) else np.inf if name in half else 0.0
        stored[name], dtypes[name] = halved(array, bound) if bound > 0 else array, array.dtype
    return Settled(stored, dtypes)


def halved(array: NDArray[Any], bound: float) -> NDArray[Any]:
    """Return an array as float16, or as it is if that is not harmless."""
    if array.dtype.kind != "f" or array.dtype.itemsize <= HALF.itemsize or not array.size:
        return array
    low, high = float(array.min()), float(array.max())  # NaN if there is one
    largest = max(abs(low), abs(high))
    if not (np.isfinite(low) and np.isfinite(high)) or largest > float(np.finfo(np.float16).max):
        return array
    short = array.astype(HALF)
    # Rounding errs by half a unit in the last of 11 binary digits, or of the smallest numbers there are.
    certain = max(largest * 2.0**-11, 2.0**-25) <= bound
    return short if certain or bool((np.abs(short.astype(array.dtype) - array) <= bound).all()) else array


def pack(key: Key, settled: Settled) -> bytes:
    """Return the bytes of an entry."""
    layout = {name: Stored(settled.dtypes[name].str, a.dtype.str, a.shape) for name, a in settled.stored.items()}
    header = {
        "format": FORMAT,
        "kind": key.kind,
        "parts": json.loads(key.parts),
        "arrays": {name: [how.dtype, how.stored, list(how.shape)] for name, how in layout.items()},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
        archive.writestr(_member(_HEADER), json.dumps(header, sort_keys=True).encode())
        for name, array in settled.stored.items():
            archive.writestr(_member(f"{name}.npy"), _npy_header(layout[name]) + array.tobytes())
    return out.getvalue()


def unpack(data: bytes, key: Key) -> Arrays:
    """Return the arrays of an entry; they own their memory and may be written to.

    Raises
    ------
    Corrupt
        If the bytes are not those of a whole entry of this key.
    """
    try:
        view = memoryview(data)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {info.filename: info for info in archive.infolist()}
            if members[_HEADER].header_offset or data[-_END:][:4] != b"PK\5\6":
                raise Corrupt("there is more than the archive")
            layout = _read_header(_content(view, members.pop(_HEADER)), key)
            if set(members) != {f"{name}.npy" for name in layout}:
                raise Corrupt("its members are not those of its header")
            return {name: _array(_content(view, members[f"{name}.npy"]), how) for name, how in layout.items()}
    except _UNREADABLE as error:
        raise Corrupt(str(error) or type(error).__name__) from error


def explain(stream: BinaryIO) -> dict[str, Any]:
    """Return the header of an open entry without reading its arrays: what it is and what it was made of.

    Raises
    ------
    Corrupt
        If the archive is cut off, or its header is none of ours.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            info = archive.infolist()[0]
            if info.filename != _HEADER or info.file_size > _LARGEST_HEADER or info.compress_type:
                raise Corrupt("it has no header")
            header = json.loads(archive.read(info))
        if not isinstance(header, dict) or header.get("format") != FORMAT:
            raise Corrupt("its header is none of ours")
        return header
    except _UNREADABLE as error:
        raise Corrupt(str(error) or type(error).__name__) from error


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _DATE)
    info.create_system = 3  # else it is that of the machine
    info.external_attr = 0o644 << 16
    return info


def _npy_header(how: Stored) -> bytes:
    out = io.BytesIO()
    np.lib.format.write_array_header_1_0(out, {"descr": how.stored, "fortran_order": False, "shape": how.shape})
    return out.getvalue()


def _content(view: memoryview, info: zipfile.ZipInfo) -> memoryview:
    """Return the bytes of a stored member in place, checked by its CRC."""
    if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
        raise Corrupt("a member is compressed or encrypted")
    fields = _LOCAL.unpack_from(view, info.header_offset)
    begin = info.header_offset + _LOCAL.size + fields[-2] + fields[-1]
    content = view[begin : begin + info.file_size]
    if fields[0] != b"PK\x03\x04" or len(content) != info.file_size or zlib.crc32(content) != info.CRC:
        raise Corrupt(f"member {info.filename!r} is damaged")
    return content


def _read_header(content: memoryview, key: Key) -> dict[str, Stored]:
    if len(content) > _LARGEST_HEADER:
        raise Corrupt("its header is too large")
    header = json.loads(bytes(content))
    if header["format"] != FORMAT or header["kind"] != key.kind or header["parts"] != json.loads(key.parts):
        raise Corrupt("it was made of something else")
    layout = {}
    for name, (dtype, stored, shape) in header["arrays"].items():
        allowed = _NUMBERS.fullmatch(dtype) and (stored == dtype or stored == HALF.str)
        if not allowed or not _NAME.fullmatch(name) or not all(type(n) is int and n >= 0 for n in shape):
            raise Corrupt(f"array {name!r} is not one of numbers")
        layout[name] = Stored(dtype, stored, tuple(shape))
    return layout


def _array(content: memoryview, how: Stored) -> NDArray[Any]:
    expected = _npy_header(how)
    if content[: len(expected)] != expected:
        raise Corrupt("an array is not what the header says")
    flat = np.frombuffer(content[len(expected) :], dtype=np.dtype(how.stored))
    return flat.reshape(how.shape).astype(how.dtype, copy=True)
