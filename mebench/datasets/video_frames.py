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
_MUCH_SHORTER = 0.5
"""Of the last annotated frame: single events of complete copies run past the end, up to nearly twice the video."""


def lengths_of(
    videos: pd.DataFrame, annotations: pd.DataFrame | None, found: Mapping[str, OnDisk]
) -> dict[str, int | None]:
    """Return the length of each video on the disk, counted from the video's first frame; None where it has no images.

    Parameters
    ----------
    videos : pandas.DataFrame
        Contract VIDEOS.
    annotations : pandas.DataFrame or None
        Contract ANNOTATIONS.
    found : mapping of str to OnDisk
    """
    first, last = _first_frames(videos), _last(annotations, ["onset", "apex", "offset"])
    return {video: _length(disk, first.get(video, 1), last.get(video)) for video, disk in found.items()}


def frames_notes(
    videos: pd.DataFrame,
    annotations: pd.DataFrame | None,
    found: Mapping[str, OnDisk],
    listed_in: str,
) -> list[str]:
    """Return one sentence for each way in which the folder does not fit the other sources.

    Parameters
    ----------
    videos : pandas.DataFrame
        Contract VIDEOS, with the lengths that other sources gave, before those of the folder are filled in.
    annotations, found
        See :func:`lengths_of`.
    listed_in : str
        The file that gave those lengths, for the message; it wins over the folder.
    """
    first, lengths = _first_frames(videos), lengths_of(videos, annotations, found)
    last, begun = _last(annotations, ["onset", "apex", "offset"]), _last(annotations, ["onset"])
    written = dict(zip(videos["video"], videos["n_frames"], strict=True))
    seen = {video: disk for video, disk in found.items() if disk.n_images}
    gaps = {v: disk.last - disk.first + 1 - disk.n_images for v, disk in seen.items()}
    differing = [v for v in seen if v in written and written[v] is not pd.NA and written[v] != lengths[v]]
    ends = {v: (lengths[v] or 0) + first.get(v, 1) - 1 for v in seen}
    needed = {v: _MUCH_SHORTER * (last.get(v, 0) - first.get(v, 1) + 1) for v in seen}
    short = [v for v in seen if begun.get(v, 0) > ends[v] or (lengths[v] or 0) < needed[v]]
    # A complete SAMM-LV has one event behind the end of its video, so a single one is no sign of a thinned folder.
    left_out = " (were frames left out?)" if len(short) > 1 else ""
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
            [v for v, disk in seen.items() if v in first and disk.first not in {first[v], 0}],
        ),
        *_note(f"the annotation goes on far beyond the last image{left_out} in", short),
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


def _last(annotations: pd.DataFrame | None, columns: list[str]) -> dict[str, float]:
    """Return the largest frame that is annotated in each video; one without events is absent."""
    if annotations is None:
        return {}
    last: dict[str, float] = {}
    frames = annotations[columns].max(axis=1)
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
