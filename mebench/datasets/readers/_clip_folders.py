"""Which clips lie on the disk, whatever their folders are called, and the numbers of their first and last frame."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from mebench.datasets.catalog import ClipResolver
from mebench.datasets.readers._folders import frame_numbers, walk
from mebench.problems import UserError


def clips_on_disk(
    root: Path, canonical_clip: ClipResolver, skipped: Collection[str] = ()
) -> dict[tuple[str, str], tuple[int, int]]:
    """Find the clips under a folder.

    A folder counts as a clip if it holds images and its path ends in the name of one. The last group of digits in an
    image's name is its frame number, so padding does not matter. Of a clip that lies there twice (raw and cropped) the
    outermost frames count.

    Parameters
    ----------
    root : Path
        Symbolic links to folders below it are not followed.
    canonical_clip : callable
        Of the reader; it sees paths relative to `root`, with ``/``, and no subject.
    skipped : collection of str
        Names of folders, in lower case, that are not looked into.

    Returns
    -------
    dict of (subject, clip) to (first frame, last frame)
        Sorted by name.

    Raises
    ------
    UserError
        If the folder is missing or cannot be read.
    """
    if not root.is_dir():
        raise UserError(f"{root}: there is no such folder. Give the folder that holds one folder of frames a clip.")
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for relative, _, files in walk(root, skipped):
        numbers = frame_numbers(files)
        # The root itself may be one subject's folder, which its clips do not name.
        here = canonical_clip("", f"{root.name}/{relative}") if relative and numbers else None
        if here is not None:
            first, last = found.get(here, (min(numbers), max(numbers)))
            found[here] = min(first, *numbers), max(last, *numbers)
    return dict(sorted(found.items()))
