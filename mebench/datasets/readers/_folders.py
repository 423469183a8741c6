"""Which videos lie on the disk, whatever their folders are called, and how many frames each has."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

from mebench.datasets.catalog import VideoResolver
from mebench.problems import UserError

_IMAGES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".pgm")
_VIDEOS = (".avi", ".mp4", ".mov", ".mkv", ".mpg", ".mpeg", ".wmv")
_LAST_DIGITS = re.compile(r"(\d+)\D*$")
_MOST_DIGITS = 18
"""Of a frame number that fits into 64 bits."""


class OnDisk(NamedTuple):
    """One video on the disk: the numbers of its first and last image, and how many there are.

    ``kind`` is ``"folder"``, or ``"file"`` for a video file, which is not opened; without images the numbers are 0.
    """

    first: int
    last: int
    n_images: int
    kind: str = "folder"


def videos_on_disk(root: Path, canonical_video: VideoResolver) -> dict[str, OnDisk]:
    """Find the videos under a folder.

    A folder counts as a video if the resolver knows its name and it holds images or nothing at all; a video file
    counts too. Frames are told apart by the last group of digits in their names, so padding does not matter. A video
    that lies there twice (CAS(ME)^2 has s23's ``23_0502`` under ``s19`` as well) is counted once.

    Parameters
    ----------
    root : Path
        Symbolic links to folders below it are not followed; linked images count.
    canonical_video : callable
        Of the reader; it sees paths relative to `root`, with ``/``.

    Returns
    -------
    dict of str to OnDisk
        By canonical id, sorted.

    Raises
    ------
    UserError
        If the folder is missing or cannot be read.
    """
    if not root.is_dir():
        raise UserError(f"{root}: there is no such folder. Give the folder that holds one folder of frames a video.")
    found: dict[str, OnDisk] = {}
    for relative, folders, files in walk(root):
        prefix = f"{relative}/" if relative else ""
        numbers = frame_numbers(files)
        here = canonical_video(relative) if relative and (numbers or not folders) else None
        if here is not None:
            seen = OnDisk(min(numbers, default=0), max(numbers, default=0), len(numbers))
            found[here] = max(found.get(here, seen), seen, key=lambda disk: disk.n_images)
        for name in files:
            if is_video_file(name) and (there := canonical_video(prefix + name)) is not None:
                found.setdefault(there, OnDisk(0, 0, 0, "file"))
    return dict(sorted(found.items()))


def walk(root: Path, skipped: Collection[str] = ()) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield every folder below (and with) a root: its path from there with ``/``, its folders, everything else in it.

    Parameters
    ----------
    root : Path
        Symbolic links to folders below it are not followed.
    skipped : collection of str
        Names of folders, in lower case, that are not looked into.

    Raises
    ------
    UserError
        If a folder cannot be read.
    """
    open_folders = [("", str(root))]
    while open_folders:
        relative, folder = open_folders.pop()
        folders, files = entries(folder)
        prefix = f"{relative}/" if relative else ""
        open_folders += [
            (prefix + name, os.path.join(folder, name)) for name in folders if name.casefold() not in skipped
        ]
        yield relative, folders, files


def is_video_file(name: str) -> bool:
    """Return whether a file's name ends like that of a video."""
    return not name.startswith(".") and name.lower().endswith(_VIDEOS)


def is_image(name: str) -> bool:
    """Return whether a file's name ends like that of an image; hidden files are none."""
    return not name.startswith(".") and name.lower().endswith(_IMAGES)


def around_number(name: str) -> tuple[str, str, str] | None:
    """Return what stands before the last digit group of an image's name, the digits, and what stands behind them.

    Examples
    --------
    >>> around_number("006_1_0001.jpg")
    ('006_1_', '0001', '.jpg')
    >>> around_number("Thumbs.db")
    """
    stem, dot, ending = name.rpartition(".")
    digits = _LAST_DIGITS.search(stem) if stem and is_image(name) else None
    if digits is None:
        return None
    return stem[: digits.start(1)], digits.group(1), f"{stem[digits.end(1) :]}{dot}{ending}"


def number_of(digits: str) -> int | None:
    """Return a frame number, None if it is too large for one.

    Examples
    --------
    >>> number_of("0012"), number_of("9" * 30)
    (12, None)
    """
    bare = digits.lstrip("0")
    return int(bare or "0") if len(bare) <= _MOST_DIGITS else None


def frame_numbers(names: list[str]) -> set[int]:
    """Return the numbers of the frames in a list of file names: the last digit group of each image.

    Examples
    --------
    >>> sorted(frame_numbers(["img001.jpg", "img2.jpg", "img0002.jpg", "Thumbs.db", "._img003.jpg"]))
    [1, 2]
    """
    found = (around_number(name) for name in names)
    numbers = (number_of(parts[1]) for parts in found if parts is not None)
    return {number for number in numbers if number is not None}


def entries(folder: str) -> tuple[list[str], list[str]]:
    """Return the names of the real subfolders and of everything else in a folder."""
    folders: list[str] = []
    files: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                (folders if entry.is_dir(follow_symlinks=False) else files).append(entry.name)
    except OSError as error:
        raise UserError(f"{folder}: the folder cannot be read ({error.strerror}). Check its permissions.") from error
    return sorted(folders), files
