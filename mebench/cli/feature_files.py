"""The features of a dataset as files: one folder a video with one .npy an array, and a manifest."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from mebench.files import write_atomically
from mebench.problems import UserError, printable, quoted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mebench.features.extract import Features

MANIFEST = "features.json"


def write_features(features: Features[str], out: Path, about: Mapping[str, Any]) -> int:
    """Write the arrays of every video and the manifest; return the bytes.

    Parameters
    ----------
    features : Features
    out : Path
        Its folders are named like the videos.
    about : mapping of str to Any
        What the manifest says besides the arrays; JSON-ready.

    Raises
    ------
    UserError
        If the disk is full, or the name of a video leads elsewhere. What was complete stays; nothing half is left.
    """
    size, listed = 0, {}
    for name in features:
        written = _write_video(features, name, _folder(out, name))
        listed[name] = {array.name: [array.dtype, list(array.shape)] for array in written}
        size += sum(array.bytes for array in written)
    text = json.dumps({**about, "arrays": listed}, indent=1, sort_keys=True) + "\n"
    write_atomically(out / MANIFEST, text)
    return size + len(text)


class _Written(NamedTuple):
    """One file: its array, and how large it is."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    bytes: int


class _Growing:
    """An array that grows part by part into a file; its length is known beforehand.

    It is written from the beginning to the end: a file that is mapped into memory would kill the process where the
    disk is full.
    """

    def __init__(self, stream: BinaryIO, n: int, first: NDArray[np.generic]) -> None:
        from numpy.lib import format as npy

        self.stream = stream
        self.shape = (n, *first.shape[1:])
        self.dtype = first.dtype
        how = {"descr": npy.dtype_to_descr(self.dtype), "fortran_order": False, "shape": self.shape}
        npy.write_array_header_1_0(stream, how)

    def add(self, values: NDArray[np.generic], video: str, array: str) -> None:
        if values.shape[1:] != self.shape[1:]:
            raise UserError(
                f"{printable(video)}: its frames differ in size, so {array} is not one array. Give a size=, e.g. 128."
            )
        self.stream.write(values.astype(self.dtype, copy=False).tobytes())


def _write_video(features: Features[str], name: str, folder: Path) -> list[_Written]:
    """Write the arrays of one video part by part, so that its length does not matter."""
    n = sum(len(task.rows) for task in features.tasks[name])
    growing: dict[str, _Growing] = {}
    begun: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as opened:
            for part in features.parts(name):
                for array, values in part.items():
                    if array not in growing:
                        begun.append(_part(folder, array))
                        growing[array] = _Growing(opened.enter_context(begun[-1].open("wb")), n, values)
                    growing[array].add(values, name, array)
        for array in growing:
            os.replace(_part(folder, array), folder / f"{array}.npy")
        return [
            _Written(array, of.shape, of.dtype.str, (folder / f"{array}.npy").stat().st_size)
            for array, of in growing.items()
        ]
    except OSError as error:
        raise UserError(
            f"{printable(str(folder))}: the features cannot be written ({error.strerror}). Choose another --out; what "
            "was computed is kept in the cache."
        ) from error
    finally:
        for part_file in begun:
            with suppress(OSError):
                part_file.unlink(missing_ok=True)


def _part(folder: Path, array: str) -> Path:
    return folder / f".{array}.npy.part"


def _folder(out: Path, name: str) -> Path:
    """Return the folder of a video below `out`.

    Raises
    ------
    UserError
        If its name leads elsewhere.
    """
    parts = name.split("/")
    if any(part in {"", ".", ".."} or "\\" in part or "\0" in part or ":" in part for part in parts):
        raise UserError(f"The video {quoted(name)} cannot name a folder. Correct it in the annotation.")
    return out.joinpath(*parts)
