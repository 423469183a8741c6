"""``twin-sizes.json``: how many bytes every finished frame has, so that a later run notices a damaged one by a look."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from mebench.extras import needed
from mebench.files import write_atomically

with needed("twins"):
    from mebench.rendering.one_video import Job

NAME = "twin-sizes.json"
_SCHEMA = "mebench/twin-sizes/1"


def read(root: Path) -> dict[str, list[int]]:
    """Return the bytes of the frames of every recorded video, by its folder; nothing if there is no such record."""
    try:
        found = json.loads((root / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # an older frame then counts as whole if it has any bytes at all
    videos = found.get("bytes") if isinstance(found, dict) and found.get("schema") == _SCHEMA else None
    return videos if isinstance(videos, dict) else {}


def write(root: Path, jobs: Iterable[Job]) -> None:
    """Record the videos that are complete.

    Raises
    ------
    UserError
        If the file cannot be written.
    """
    videos = {_folder(root, job): sizes for job in jobs if all(sizes := job.sizes())}
    lines = ",\n".join(f"{json.dumps(folder)}: {json.dumps(sizes)}" for folder, sizes in videos.items())
    write_atomically(root / NAME, f'{{"schema": {json.dumps(_SCHEMA)}, "synthetic": true, "bytes": {{\n{lines}\n}}}}\n')


def damage(root: Path, job: Job, recorded: Mapping[str, list[int]]) -> str | None:
    """Return what is wrong with a video: None if nothing, an empty text if it was never there."""
    folder, sizes = _folder(root, job), job.sizes()
    wanted = recorded.get(folder, sizes)
    if all(sizes) and sizes == wanted:
        return None
    if not job.target.exists():
        return f"{folder} is missing" if folder in recorded else ""
    wanted = wanted if isinstance(wanted, list) and len(wanted) == len(sizes) else sizes
    index = next((k for k, size in enumerate(sizes) if not size or size != wanted[k]), 0)
    file = folder if job.is_file else f"{folder}/{job.place.file(job.first + index)}"
    if not sizes[index] and not (root / file).exists():
        return f"{file} is missing"
    return f"{file} has {sizes[index]:,} bytes" + (f" instead of {wanted[index]:,}" if wanted[index] else "")


def _folder(root: Path, job: Job) -> str:
    return job.target.relative_to(root).as_posix()
