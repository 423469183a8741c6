"""Is this copy complete? Its counts beside those of a complete one, and what a difference usually means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from mebench.datasets import catalog
from mebench.datasets.catalog import RECOGNITION, SPOTTING, Expected
from mebench.datasets.clip_counts import clip_title, measure_clips
from mebench.datasets.dataset import ClipDataset, Dataset
from mebench.datasets.tables import MAE, ME, TYPES
from mebench.problems import plural

TITLES: Mapping[str, str] = {
    "rows": "annotated events",
    "me": "micro-expressions",
    "mae": "macro-expressions",
    "videos": "videos",
    "subjects": "subjects",
    "videos_annotated": "videos with an event",
    "subjects_me": "subjects with an ME",
    "subjects_mae": "subjects with an MaE",
    "videos_me": "videos with an ME",
    "videos_mae": "videos with an MaE",
    "videos_both": "videos with both",
    "onset_zero_rows": "events with onset 0",
    "offset_missing_rows": "events without offset",
    "apex_missing_rows": "events without apex",
    "fractional_rows": "events with a fractional frame",
    "offset_before_apex_rows": "events with the offset before the apex",
    "offset_before_onset_rows": "events with the offset before the onset",
    "duplicate_rows": "repeated events",
    "overlapping_pairs": "consecutive events that overlap",
    "past_end_rows": "events outside the frames of their video",
    "total_frames": "frames of all videos",
}
"""What :func:`measure` counts, in words; ``me_emotion_negative`` and the like come on top."""

Verdict = Literal["agrees", "differs", "not measurable"]


@dataclass(frozen=True)
class Check:
    """One line of ``mebench dataset verify``.

    Parameters
    ----------
    what : str
        The count's name, see :data:`TITLES`.
    title : str
        The same in words.
    found : int or None
        None if this copy cannot tell, e.g. for want of the videos' lengths.
    expected : tuple of int
        The counts of a complete copy.
    verdict : {"agrees", "differs", "not measurable"}
    means : str
        What the difference usually means; empty where there is none.
    """

    what: str
    title: str
    found: int | None
    expected: tuple[int, ...]
    verdict: Verdict
    means: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the line as a JSON-ready dictionary."""
        return asdict(self)


def measure(dataset: Dataset | ClipDataset) -> dict[str, int]:
    """Count what a copy holds; of clips see :func:`mebench.datasets.clip_counts.measure_clips`.

    The counts are of what the annotators wrote, before any ground-truth policy. A count that this copy cannot tell
    is absent: without annotations only the videos and subjects are counted; events past the end need the lengths of
    all annotated videos, the total of frames those of all videos.

    Returns
    -------
    dict of str to int
        The keys are those of :data:`TITLES`, and ``{me,mae}_emotion_NAME``.
    """
    if isinstance(dataset, ClipDataset):
        return measure_clips(dataset)
    videos = dataset.videos
    counts = {"videos": len(videos), "subjects": videos["subject"].nunique()}
    if len(videos) and not videos["n_frames"].isna().any():
        counts["total_frames"] = int(videos["n_frames"].sum())
    if dataset.annotations is None:
        return counts
    events = dataset.annotations
    counts |= _by_type(events)
    counts |= _defects(events)
    past_end = _outside(events, videos)
    return counts if past_end is None else counts | {"past_end_rows": past_end}


def verify(dataset: Dataset | ClipDataset) -> list[Check]:
    """Compare a copy with what its card asks for, line by line.

    Returns
    -------
    list of Check
        Empty for a dataset that has no card (a private one in canonical CSV), and for an excerpt of a twin.
    """
    if catalog.is_twin(dataset.name) and catalog.size_of(dataset.name) != "full":
        return []
    clips = isinstance(dataset, ClipDataset)
    known = catalog.names(RECOGNITION if clips else SPOTTING)
    card = next((n for n in (dataset.reader, catalog.original_name(dataset.name)) if n in known), None)
    if card is None:
        return []
    found = measure(dataset)
    facts = {**found, **_ids(dataset)}
    annotated = isinstance(dataset, ClipDataset) or dataset.annotations is not None
    for expected in catalog.card(card).expected:
        if annotated and ("_emotion_" in expected.what or _is_class_of_clips(expected.what)):
            found.setdefault(expected.what, 0)
    without = _without_lengths(dataset)
    return [
        _check(expected, found.get(expected.what), facts, clips, without) for expected in catalog.card(card).expected
    ]


def title(what: str, clips: bool = False) -> str:
    """Return a count's name in words; those of clips have names of their own."""
    if clips:
        return clip_title(what)
    kind, _, emotion = what.partition("_emotion_")
    return f"{'ME' if kind == ME else 'MaE'} that are {emotion}" if emotion else TITLES.get(what, what)


def _is_class_of_clips(what: str) -> bool:
    return what.startswith(("emotion_", "objective_class_")) and not what.endswith("_rows")


def _ids(dataset: Dataset | ClipDataset) -> dict[str, int]:
    """Return a fact for each video or clip that there is; those that are absent count 0."""
    if isinstance(dataset, ClipDataset):
        return {f"clip {subject}/{clip}": 1 for subject, clip in dataset.clip_ids}
    return {f"video {video}": 1 for video in dataset.video_ids}


def _check(expected: Expected, found: int | None, facts: Mapping[str, int], clips: bool, without: str) -> Check:
    verdict: Verdict = "agrees"
    means = ""
    if found is None:
        verdict, means = "not measurable", _needs(expected.what, without)
    elif found not in expected.values:
        verdict, means = "differs", _cause(expected, found, facts)
    return Check(expected.what, title(expected.what, clips), found, expected.values, verdict, means)


def _cause(expected: Expected, found: int, facts: Mapping[str, int]) -> str:
    """Return what a differing count usually means; a specific cause only where every other count fits it."""
    conditions = expected.only_if.get(found, {})
    if found in expected.means and all(facts.get(what, 0) == value for what, value in conditions.items()):
        return expected.means[found]
    if found > max(expected.values) and _counts_rows(expected.what):
        return "videos were added" if expected.what == "videos" else "rows were added or edited"
    return expected.otherwise


def _counts_rows(what: str) -> bool:
    """Return whether a count grows with the rows of a copy, and not with its defects or its folder of frames."""
    return what == "rows" or not (what.endswith(("_rows", "_pairs")) or what == "total_frames")


def _needs(what: str, without: str) -> str:
    return without if what in {"past_end_rows", "total_frames"} else "this copy was registered without annotations"


def _without_lengths(dataset: Dataset | ClipDataset) -> str:
    """Return why the lengths of some videos are not known."""
    if isinstance(dataset, ClipDataset):
        return ""
    unknown = dataset.videos.loc[dataset.videos["n_frames"].isna(), "video"].tolist()
    if not dataset.frames and len(unknown) == len(dataset.videos):
        return "the lengths of the videos are not known: register the folder of frames with --frames"
    if not unknown:
        return "this copy was registered without annotations"
    some = ", ".join(unknown[:3]) + (", ..." if len(unknown) > 3 else "")
    where = f"no images under {dataset.frames}" if dataset.frames else "--frames tells"
    return f"the length of {plural(len(unknown), 'video')} is not known ({some}): {where}"


def _by_type(events: pd.DataFrame) -> dict[str, int]:
    counts = {"rows": len(events), "videos_annotated": events["video"].nunique()}
    with_type: dict[str, set[str]] = {}
    for kind in TYPES:
        of_type = events[events["type"] == kind]
        with_type[kind] = set(of_type["video"])
        counts[kind] = len(of_type)
        counts[f"subjects_{kind}"] = of_type["subject"].nunique()
        counts[f"videos_{kind}"] = len(with_type[kind])
        for emotion, n in of_type["emotion"].dropna().value_counts().items():
            counts[f"{kind}_emotion_{emotion}"] = int(n)
    counts["videos_both"] = len(with_type[ME] & with_type[MAE])
    return counts


def _defects(events: pd.DataFrame) -> dict[str, int]:
    frames = events[["onset", "apex", "offset"]].to_numpy(np.float64)
    onset, apex, offset = frames.T
    finite = np.isfinite(frames)
    return {
        "onset_zero_rows": int((onset == 0).sum()),
        "offset_missing_rows": int(np.isnan(offset).sum()),
        "apex_missing_rows": int(np.isnan(apex).sum()),
        "fractional_rows": int((finite & (frames != np.floor(frames))).any(axis=1).sum()),
        "offset_before_apex_rows": int((offset < apex).sum()),
        "offset_before_onset_rows": int((offset < onset).sum()),
        "duplicate_rows": int(events.duplicated(["video", "onset", "apex", "offset", "type"]).sum()),
        "overlapping_pairs": _overlapping_pairs(events),
    }


def _end(events: pd.DataFrame) -> pd.Series:
    """Return each event's last annotated frame: its offset, else its apex, else its onset."""
    return events["offset"].fillna(events["apex"]).fillna(events["onset"])


def _overlapping_pairs(events: pd.DataFrame) -> int:
    """Count the pairs of events that follow each other by onset within a video and share a frame."""
    ordered = events.assign(end=_end(events)).sort_values(["video", "onset", "end"], kind="stable")
    same_video = ordered["video"].eq(ordered["video"].shift())
    return int((same_video & (ordered["onset"] <= ordered["end"].shift())).sum())


def _outside(events: pd.DataFrame, videos: pd.DataFrame) -> int | None:
    """Count the events that leave the frames of their video; None unless every annotated video's length is known.

    Onset 0 in a video that begins with frame 1 is counted as ``onset_zero_rows`` and not here.
    """
    by_video = videos.set_index("video").loc[events["video"].to_list()]
    if by_video["n_frames"].isna().any():
        return None
    first = by_video["first_frame"].to_numpy(np.float64)
    last = first + by_video["n_frames"].to_numpy(np.float64) - 1
    onset = events["onset"].to_numpy(np.float64)
    end = np.floor(_end(events).to_numpy(np.float64) + 0.5)
    early = (onset < first) & ~((onset == 0) & (first == 1))
    return int(((end > last) | (onset > last) | early).sum())
