"""The landmarks of all frames of a video, from the cache, calmed: by them windows are placed and distances measured."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np

from mebench.features.landmarked import LandmarkedFrames
from mebench.features.recipes.common import Source
from mebench.problems import UserError, printable
from mebench.video.cache import Cache
from mebench.video.landmarks.smoothing import smoothed
from mebench.video.landmarks.types import Landmarks, carried

_KEPT = 4
_tracks: OrderedDict[tuple[str, str, int], Landmarks] = OrderedDict()


def track(source: Source, smooth: int = 1) -> Landmarks:
    """Return the landmarks of every frame of a source; a frame without a face takes those of the frame before.

    They are those of the recipe ``landmarks``, which is computed where the cache does not hold it.

    Parameters
    ----------
    source : Source
        Its frames are :class:`mebench.features.landmarked.LandmarkedFrames`.
    smooth : int
        Median over so many frames, odd; 1 leaves them as they are.

    Raises
    ------
    UserError
        If the frames have no landmark source, no face is found in any of them, or `smooth` is even.
    """
    frames = source.frames
    if not isinstance(frames, LandmarkedFrames):
        raise UserError(f"{printable(frames.name)}: this feature needs landmarks. Give their source, e.g. dlib.")
    known = str(frames.cache_root), frames.identity, smooth
    if known not in _tracks:
        _tracks[known] = smoothed(_found(Source(frames), frames), smooth)
        while len(_tracks) > _KEPT:
            _tracks.popitem(last=False)
    _tracks.move_to_end(known)
    return _tracks[known]


def _found(source: Source, frames: LandmarkedFrames) -> Landmarks:
    from mebench.features.extract import Task, compute
    from mebench.features.recipes.landmarks import FacialPoints

    recipe, cache = FacialPoints(), Cache(frames.cache_root)
    parts = [compute(Task(source, recipe, rows), cache) for rows in recipe.chunks(source)]
    numbers, points, detected = (
        np.concatenate([part[name] for part in parts]) for name in ("first", "points", "detected")
    )
    detected = detected & np.isfinite(points).all(axis=(1, 2))
    unknown = np.full(len(numbers), np.nan)
    found = Landmarks(numbers, points.astype(np.float64), unknown, detected, frames.source.name)
    return carried(found, numbers, frames.name)[0]
