"""What the folder of frames says of the videos: their lengths, and where it does not fit the annotation.

Frames are numbers of the annotation, so a video ends with the number of its last image. The count of images is only
taken where the numbers cannot be those of the annotation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from mebench.datasets.readers._folders import OnDisk
from mebench.problems import plural, printable

_SHOWN = 5
_MUCH_SHORTER = 0.9
"""Of the last annotated frame: real copies lack single frames at the end, not a tenth of the video."""


def lengths_of(
    videos: pd.DataFrame, last_annotated: Mapping[str, float], found: Mapping[str, OnDisk]
) -> dict[str, int | None]:
    """Return the length of each video on the disk, counted from the video's first frame; None where it has no images.

    Parameters
    ----------
    videos : pandas.DataFrame
        Contract VIDEOS.
    last_annotated : mapping of str to float
        The largest annotated frame by video; one without events may be absent.
    found : mapping of str to OnDisk
    """
    first = _first_frames(videos)
    return {video: _length(disk, first.get(video, 1), last_annotated.get(video)) for video, disk in found.items()}


def frames_notes(
    videos: pd.DataFrame,
    last_annotated: Mapping[str, float],
    found: Mapping[str, OnDisk],
    listed_in: str,
) -> list[str]:
    """Return one sentence for each way in which the folder does not fit the other sources.

    Parameters
    ----------
    videos : pandas.DataFrame
        Contract VIDEOS, with the lengths that other sources gave, before those of the folder are filled in.
    last_annotated, found
        See :func:`lengths_of`.
    listed_in : str
        The file that gave those lengths, for the message; it wins over the folder.
    """
    first, lengths = _first_frames(videos), lengths_of(videos, last_annotated, found)
    written = dict(zip(videos["video"], videos["n_frames"], strict=True))
    seen = {video: disk for video, disk in found.items() if disk.n_images}
    gaps = {v: disk.last - disk.first + 1 - disk.n_images for v, disk in seen.items()}
    differing = [v for v in seen if v in written and written[v] is not pd.NA and written[v] != lengths[v]]
    short = [v for v in seen if (lengths[v] or 0) < _MUCH_SHORTER * (last_annotated.get(v, 0) - first.get(v, 1) + 1)]
    missing_images = sum(gaps.values())
    return [
        *_note(
            f"the numbering has gaps ({plural(missing_images, 'image')} missing), so the length is the last number and "
            "not the count of images, in",
            [v for v, gap in gaps.items() if gap],
        ),
        *_note(
            "the images begin with 0 where the annotation begins with 1, so they may be one frame early, in",
            [v for v, disk in seen.items() if disk.first == 0 and first.get(v, 1) == 1],
        ),
        *_note(
            "the images begin with another number than the first frame of the video in",
            [v for v, disk in seen.items() if disk.first not in {first.get(v, disk.first if v not in first else 1), 0}],
        ),
        *_note("the annotation goes far beyond the last image (were frames left out?) in", short),
        *_note("there is no folder of frames for", [v for v in first if v not in found]),
        *_note(
            "the folder is empty for", [v for v, disk in found.items() if not disk.n_images and disk.kind == "folder"]
        ),
        *_note(
            "only a video file is there, whose length is not read, for",
            [v for v, disk in found.items() if not disk.n_images and disk.kind == "file"],
        ),
        *_note(f"{listed_in} and the folder of frames differ, and {listed_in} wins, in the length of", differing),
    ]


def last_annotated(annotations: pd.DataFrame | None) -> dict[str, float]:
    """Return the largest frame that is annotated in each video."""
    if annotations is None:
        return {}
    last: dict[str, float] = {}
    frames = annotations[["onset", "apex", "offset"]].max(axis=1)
    for video, frame in zip(annotations["video"], frames, strict=True):
        if not math.isnan(frame):
            last[video] = max(last.get(video, 0.0), frame)
    return last


def _first_frames(videos: pd.DataFrame) -> dict[str, int]:
    return dict(zip(videos["video"], videos["first_frame"], strict=True))


def _length(disk: OnDisk, first: int, last_annotated: float | None) -> int | None:
    if not disk.n_images:
        return None
    own = disk.last - disk.first + 1
    if disk.first <= first or (last_annotated is not None and last_annotated < disk.first):
        return own  # the images are counted from another frame, e.g. from 0 or by the camera
    return disk.last - first + 1


def _note(what: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    some = printable(", ".join(names[:_SHOWN])) + (", ..." if len(names) > _SHOWN else "")
    return [f"{what} {plural(len(names), 'video')}: {some}"]
