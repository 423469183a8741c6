"""Whether a copy holds an embedded twin, however it was saved: a re-saved workbook has lost its mark.

The seed-0 twin is made anew, which takes a few hundredths of a second, and its rows are looked for in the copy.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from mebench.datasets import catalog
from mebench.datasets.dataset import ClipDataset, Dataset
from mebench.datasets.loading import load_clip_twin, load_twin

Row = tuple[object, ...]

_SHARE = 0.5
"""Of the rows of a copy. Frames of a twin are random, so a real copy shares none, and a trimmed twin shares all."""


def holds_twin(loaded: Dataset | ClipDataset) -> bool:
    """Return whether at least half of a copy's rows are rows of an embedded twin.

    A row is the video, onset, offset and type of an event, or the subject, clip, onset and offset of a clip; of a
    hidden test set the video, its first frame and its length. Rows without these frames do not count.
    """
    if isinstance(loaded, ClipDataset):
        own = _clip_rows(loaded)
        return any(_share(own, _clip_rows(load_clip_twin(twin))) for twin in _candidates(loaded, catalog.RECOGNITION))
    for name in _candidates(loaded, catalog.SPOTTING):
        twin = load_twin(name)
        if loaded.annotations is None:
            sizes = [load_twin(catalog.of_size(name, size)) for size in catalog.SIZES]
            if any(_share(_video_rows(loaded.videos, part), _video_rows(part.videos, part)) for part in sizes):
                return True
        elif twin.annotations is not None and _share(
            _events(loaded.annotations, twin), _events(twin.annotations, twin)
        ):
            return True
    return False


def _candidates(loaded: Dataset | ClipDataset, task: str) -> list[str]:
    """Return the twins that a copy may hold: that of its reader, or any of the task for a CSV.

    The rows of their excerpts are rows of theirs.
    """
    twins = [twin for twin in catalog.twins() if catalog.task_of(twin) == task]
    if loaded.reader not in catalog.names():
        return twins
    return [twin for twin in twins if catalog.original_name(twin) == loaded.reader]


def _share(own: list[Row], of_twin: Iterable[Row]) -> bool:
    known = set(of_twin)
    return bool(own) and sum(row in known for row in own) >= _SHARE * len(own)


def _clip_rows(dataset: ClipDataset) -> list[Row]:
    return _complete(dataset.clips[["subject", "clip", "onset", "offset"]])


def _events(annotations: pd.DataFrame, twin: Dataset) -> list[Row]:
    return _complete(annotations[["video", "onset", "offset", "type"]].assign(video=_ids(annotations["video"], twin)))


def _video_rows(videos: pd.DataFrame, twin: Dataset) -> list[Row]:
    return _complete(videos[["video", "first_frame", "n_frames"]].assign(video=_ids(videos["video"], twin)))


def _ids(videos: pd.Series, twin: Dataset) -> list[str]:
    return [twin.canonical_video(video) or video for video in videos]


def _complete(table: pd.DataFrame) -> list[Row]:
    return list(table.dropna().itertuples(index=False, name=None))
