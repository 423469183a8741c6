"""What looks odd about a submission without being wrong: warnings, never errors, and never read from the labels.

Each heuristic says in its warning what it saw. They are conservative, because a warning that is usually false is not
read: intervals at random places reach the thresholds of scale less than once in a thousand submissions.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mebench.datasets.dataset import Dataset
from mebench.datasets.tables import TYPE_TITLES, TYPES
from mebench.problems import Problem, quoted
from mebench.submission.videos import Videos

_REACH = 1 / 3
"""No interval reaches past this share of its video: with ten intervals at random places, one case in 59,000."""

_COMMON_RATES = (15, 20, 25, 30, 50, 60, 100, 120, 200)
_MANY_INTERVALS = 10
_MANY_VIDEOS = 3
_FEW_SAME = 5
_NAMED = 3


class Parsed(NamedTuple):
    """A submission without errors, as arrays over its rows; ``types`` has places in TYPES."""

    file: str
    videos: Videos
    onset: NDArray[np.int64]
    offset: NDArray[np.int64]
    types: NDArray[np.intp]


def suspicions(parsed: Parsed, dataset: Dataset | None) -> list[Problem]:
    """Return what looks odd about a submission; without a dataset less can be said."""
    if not len(parsed.onset):
        return [_warning(parsed, "no-predictions", "there are no predictions", "Every event will count as missed")]
    found = [_same_length(parsed)]
    if dataset is not None:
        found += [
            _uncovered_videos(parsed, dataset),
            _counted_from_zero(parsed, dataset),
            _rescaled(parsed, dataset),
            _one_type(parsed, dataset),
            _types_swapped(parsed),
        ]
    return [problem for problem in found if problem is not None]


def lengths_exceeded(beyond: NDArray[np.intp], all_known: NDArray[np.intp]) -> bool:
    """Return whether most videos are exceeded, which no slip at a video's end explains (codes of videos by row)."""
    exceeded = len(np.unique(beyond))
    return exceeded >= _MANY_VIDEOS and 2 * exceeded > len(np.unique(all_known))


def _warning(parsed: Parsed, rule: str, message: str, remedy: str) -> Problem:
    return Problem(rule, message, remedy, parsed.file, severity="warning")


def _same_length(parsed: Parsed) -> Problem | None:
    lengths = parsed.offset - parsed.onset + 1
    if len(lengths) < _FEW_SAME or (lengths != lengths[0]).any():
        return None
    n = int(lengths[0])
    message = f"every interval has the same length, {n} frame{'s' if n > 1 else ''}"
    remedy = (
        "Check that onset and offset are what your method found" if n > 1 else "Check that these are not apex frames"
    )
    return _warning(parsed, "same-length", message, remedy)


def _uncovered_videos(parsed: Parsed, dataset: Dataset) -> Problem | None:
    predicted = set(parsed.videos.names)
    missing = [video for video in dataset.videos["video"] if video not in predicted]
    if not missing:
        return None
    named = ", ".join(map(quoted, missing[:_NAMED])) + (", ..." if len(missing) > _NAMED else "")
    message = f"{len(missing):,} of {len(dataset.videos):,} videos have no prediction ({named})"
    return _warning(
        parsed, "videos-without-predictions", message, "Any event in them counts as missed; check that none was skipped"
    )


def _counted_from_zero(parsed: Parsed, dataset: Dataset) -> Problem | None:
    """Frame 0 does not exist where frames are counted from 1, so a script that writes it probably counts from 0."""
    first = dataset.videos["first_frame"].to_numpy(np.int64)[parsed.videos.positions][parsed.videos.codes]
    n = int(((parsed.onset == 0) & (first == 1)).sum())
    if not n:
        return None
    message = (
        f"{n:,} interval{'s begin' if n > 1 else ' begins'} at frame 0, but the frames of {dataset.name} begin at 1"
    )
    return _warning(
        parsed, "looks-shifted", message, "If your frames are counted from 0, add 1 to every onset and offset"
    )


def _rescaled(parsed: Parsed, dataset: Dataset) -> Problem | None:
    """Compare how far the intervals reach with how long the videos are."""
    names, codes = parsed.videos.names, parsed.videos.codes
    reach = np.zeros(len(names), np.int64)
    np.maximum.at(reach, codes, parsed.offset)
    videos = dataset.videos.iloc[parsed.videos.positions]
    first = videos["first_frame"].to_numpy(np.int64)
    length = videos["n_frames"].to_numpy(np.float64, na_value=math.nan)
    measured = np.isfinite(length)
    at_least = np.where(measured, length, _annotated_extents(dataset, names, first))
    share = (reach - first + 1) / at_least
    known = np.isfinite(share)
    if int(known.sum()) >= _MANY_VIDEOS and int(known[codes].sum()) >= _MANY_INTERVALS:
        farthest = float(share[known].max())
        if farthest <= _REACH:
            as_if = _as_if(farthest, videos["fps"].to_numpy(np.float64))
            message = f"no interval reaches past {farthest:.0%} of its video{as_if}"
            return _warning(parsed, "looks-rescaled", message, f"Write frames in the native rate of {dataset.name}")
    # Where only annotated events tell the length, a video may well be longer; four times, nearly all of them may not.
    guessed = known & ~measured
    if int(guessed.sum()) >= _MANY_INTERVALS and float((share[guessed] >= 4).mean()) >= 0.8:
        message = "in most videos the intervals reach more than four times as far as the last annotated frame"
        return _warning(parsed, "looks-rescaled", message, f"Write frames in the native rate of {dataset.name}")
    return None


def _annotated_extents(dataset: Dataset, names: list[str], first: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how many frames each video has at least, as the last annotated frame shows; NaN where nothing does.

    This is the one look at the annotation: the length of a video, which its folder of frames would tell as well.
    """
    if dataset.annotations is None:
        return np.full(len(names), math.nan)
    events = dataset.annotations
    last = events.groupby("video")[["onset", "apex", "offset"]].max().max(axis=1)
    extent = last.reindex(names).to_numpy(np.float64) - first + 1
    return np.where(extent > 0, extent, math.nan)


def _as_if(share: float, rates: NDArray[np.float64]) -> str:
    """Name the frame rate under which the farthest interval would end near the end of its video."""
    rates = rates[np.isfinite(rates)]
    if not len(rates) or (rates != rates[0]).any():
        return ""
    # The last intervals of a video seldom end on its last frame, and rounding may carry them a little beyond it.
    slower = next((rate for rate in _COMMON_RATES if rate >= share * rates[0] * 0.95), None)
    return "" if slower is None else f", as frames counted at {slower} instead of {rates[0]:g} a second would"


def _types_swapped(parsed: Parsed) -> Problem | None:
    """A micro-expression is the shorter one; where the lengths say otherwise the labels look swapped."""
    lengths = parsed.offset - parsed.onset + 1
    by_type = [lengths[parsed.types == TYPES.index(kind)] for kind in TYPES]
    if min(map(len, by_type)) < _MANY_INTERVALS:
        return None
    shorter_micro, longer_macro = float(np.quantile(by_type[0], 0.25)), float(np.quantile(by_type[1], 0.75))
    if shorter_micro <= longer_macro:
        return None
    message = (
        f"three in four intervals called ME are longer than {shorter_micro:g} frames, and three in four called MaE "
        f"shorter than {longer_macro:g}"
    )
    return _warning(parsed, "looks-swapped", message, "Check that the two types are not swapped")


def _one_type(parsed: Parsed, dataset: Dataset) -> Problem | None:
    used = {TYPES[i] for i in np.unique(parsed.types).tolist()}
    unused = [kind for kind in dataset.types if kind not in used]
    if dataset.annotations is None:
        return None  # a hidden test set: nobody here knows which types it has
    unused = [kind for kind in unused if (dataset.annotations["type"] == kind).any()]
    if len(dataset.types) < 2 or not unused:
        return None
    only = " and ".join(TYPE_TITLES[kind] for kind in TYPES if kind in used)
    message = f"all predictions are {only}, and {dataset.name} has {TYPE_TITLES[unused[0]]} annotated too"
    return _warning(parsed, "one-type-only", message, f"Every {TYPE_TITLES[unused[0]]} will count as missed")
