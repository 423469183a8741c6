"""The videos or clips of a dataset as sources for recipes, with or without their faces cut out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mebench.datasets.dataset import ClipDataset, Dataset
from mebench.features.cropped import Crop, CroppedFrames
from mebench.features.landmarked import LandmarkedFrames
from mebench.features.recipes.common import Source
from mebench.problems import UserError, plural, printable, quoted, suggest
from mebench.video.cache import Cache
from mebench.video.locate import clip_frames, video_frames

if TYPE_CHECKING:
    from mebench.video.landmarks.types import LandmarkSource

_SHOWN = 3


@dataclass(frozen=True)
class Sources:
    """The sources of a dataset by id: a video's, or ``subject/clip``.

    Those in `absent` have no frames, `notes` are about the folder, and `noun` is what they are: videos or clips.
    """

    by_id: dict[str, Source]
    absent: tuple[str, ...]
    notes: tuple[str, ...]
    noun: str = "video"

    def sentences(self) -> list[str]:
        """Return what the user has to know of the folder of frames."""
        said = list(self.notes)
        if self.absent:
            some = ", ".join(map(printable, self.absent[:_SHOWN])) + (", ..." if len(self.absent) > _SHOWN else "")
            said.append(f"no frames of {plural(len(self.absent), self.noun)}: {some}")
        return said


def sources_of(dataset: Dataset | ClipDataset, root: Path, *, missing: str = "error") -> Sources:
    """Return the sources of a dataset whose frames lie under a folder.

    Parameters
    ----------
    dataset : Dataset or ClipDataset
    root : Path
    missing : str
        The policy for missing frames, see :mod:`mebench.video.missing`.

    Raises
    ------
    UserError
        If the folder holds none of them.
    """
    if isinstance(dataset, Dataset):
        videos = video_frames(dataset, root, missing=missing)
        found = Sources({video: Source(videos[video]) for video in videos}, videos.absent, videos.notes)
    else:
        clips = clip_frames(dataset, root, missing=missing)
        by_id = {}
        columns = dataset.clips[["subject", "clip", "onset", "apex", "offset"]]
        for subject, clip, onset, apex, offset in columns.itertuples(index=False):
            if (subject, clip) in clips:
                frames = clips[subject, clip]
                by_id[f"{subject}/{clip}"] = Source(frames, _frame(onset), _frame(apex), _frame(offset), is_clip=True)
        found = Sources(by_id, tuple("/".join(key) for key in clips.absent), clips.notes, "clip")
    if not found.by_id:
        raise UserError(
            f"{printable(str(root))}: there are no frames of {dataset.name} in it. Give the folder that holds one "
            "folder of frames (or one video file) a video."
        )
    return found


def cropped(sources: Sources, how: Crop, cache: Cache) -> Sources:
    """Return the sources with only the face to be seen; clips are placed by their onset, and hold their movement."""
    by_id = {
        name: replace(source, frames=CroppedFrames(source.frames, how, cache.root, source.onset, source.offset))
        for name, source in sources.by_id.items()
    }
    return replace(sources, by_id=by_id)


def landmarked(sources: Sources, source: LandmarkSource, cache: Cache) -> Sources:
    """Return the sources with frames that know their landmarks, for recipes that are made of them."""
    by_id = {
        name: replace(one, frames=LandmarkedFrames(one.frames, source, cache.root))
        for name, one in sources.by_id.items()
    }
    return replace(sources, by_id=by_id)


def chosen(sources: Sources, names: Sequence[str]) -> Sources:
    """Return the sources of some videos or clips alone, in the order of the dataset.

    Raises
    ------
    UserError
        If there is no such video, or no frames of it.
    """
    for name in names:
        if name in sources.absent:
            raise UserError(f"There are no frames of the {sources.noun} {quoted(name)}.")
        if name not in sources.by_id:
            known = list(sources.by_id)
            some = ", ".join(map(printable, known[:_SHOWN])) + (", ..." if len(known) > _SHOWN else "")
            raise UserError(f"There is no {sources.noun} {quoted(name)}.{suggest(name, known)} Known: {some}.")
    by_id = {name: source for name, source in sources.by_id.items() if name in names}
    return replace(sources, by_id=by_id, absent=())


def _frame(number: Any) -> int | None:
    """Return a frame number of the annotation; 0 and below mean, as a missing one does, that there is none."""
    return None if math.isnan(number) or number < 0 else math.floor(number)
