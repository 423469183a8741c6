"""From what the annotators wrote to what is scored against: named, versioned choices.

The distributed tables hold rows that no rule can score as they stand: offsets that were never annotated, frames at
fractions, onsets of 0, events past the video's end, repeated rows. Published scores differ because each script made
its own choice in silence. Here each choice has a name, the default is said in every report, and the resulting table is
hashed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mebench.datasets.dataset import Dataset
from mebench.datasets.tables import EXPRESSIONS, conform
from mebench.problems import UserError, quoted, suggest

VERSION = 1
"""Raised whenever a choice below changes its meaning."""

APEX_PLUS_SECONDS = 2 / 3
"""How far ``apex_plus`` puts the offset behind the apex: 20 frames at 30 fps, as the codes that use it do."""

CHOICES: Mapping[str, Mapping[str, str]] = {
    "missing_offset": {
        "apex": "the offset is the apex (MEGC2020 baseline, SOFTNet, MEAN)",
        "apex_plus": "the offset is the apex plus 2/3 s (LGSNet, He and Zhao)",
        "mirror": "the offset is 2 * apex - onset (KDDI, DMA)",
        "drop": "the event is left out (LSSNet, MULT)",
        "unmatchable": "the event stays and is always missed (ABPN, AUW-GCN)",
    },
    "fractional": {
        "half_up": "a fractional frame is rounded to the nearest, a half upwards (MEGC2020 baseline)",
        "truncate": "a fractional frame is cut (SOFTNet, LGSNet)",
    },
    "onset_zero": {
        "keep_onset_zero": "an event whose onset is 0 stays",
        "drop_onset_zero": "an event whose onset is 0 is left out (SOFTNet)",
    },
    "past_end": {
        "keep_past_end": "an event that runs past the last frame stays as written",
        "clip_to_video": "it ends with the video; one that lies wholly outside can never be matched",
        "drop_past_end": "it is left out (LGSNet)",
    },
    "duplicates": {
        "keep_duplicates": "repeated rows are separate events",
        "drop_duplicates": "of rows with the same video, interval and type the first stays",
    },
}
"""Every choice and what it means; the first of each is the default. All names differ, so each stands for itself."""

_HOME = {value: name for name, values in CHOICES.items() for value in values}


@dataclass(frozen=True)
class Policy:
    """One choice for each defect; the field names are the keys of :data:`CHOICES`."""

    missing_offset: str = "apex"
    fractional: str = "half_up"
    onset_zero: str = "keep_onset_zero"
    past_end: str = "keep_past_end"
    duplicates: str = "keep_duplicates"

    @classmethod
    def parse(cls, written: str | None) -> Policy:
        """Read ``"mirror"``, ``"mirror,truncate"`` or ``"missing_offset=mirror"``; the rest keeps its default.

        Raises
        ------
        UserError
            If a name is unknown or two choices for the same defect are given.
        """
        chosen: dict[str, str] = {}
        for part in (written or "").replace("-", "_").split(","):
            name, _, value = part.strip().rpartition("=")
            value = value.strip()
            if value in {"", "default"}:
                continue
            home = _HOME.get(value)
            if home is None or (name and name.strip() != home):
                known = "; ".join(f"{n}: {', '.join(values)}" for n, values in CHOICES.items())
                raise UserError(
                    f"There is no ground-truth policy {quoted(part.strip())}.{suggest(value, _HOME)} Known: {known}."
                )
            if chosen.setdefault(home, value) != value:
                raise UserError(f"The ground-truth policy names two choices for {home}: {chosen[home]} and {value}.")
        return cls(**chosen)

    def __str__(self) -> str:
        """Return what differs from the default, with the version: ``default/1``, ``mirror,truncate/1``."""
        changed = [getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default]
        return f"{','.join(changed) or 'default'}/{VERSION}"

    def as_dict(self) -> dict[str, str]:
        """Return every choice by name."""
        return asdict(self)


class GroundTruth(NamedTuple):
    """The events that are scored against.

    ``expressions`` follows :data:`mebench.datasets.tables.EXPRESSIONS`; ``changes`` counts the rows that each choice
    touched; ``sha256`` is over the videos and the expressions as scored.
    """

    expressions: pd.DataFrame
    policy: Policy
    changes: Mapping[str, int]
    sha256: str


def ground_truth(dataset: Dataset, policy: Policy | None = None) -> GroundTruth:
    """Return the events of a dataset under a policy.

    Raises
    ------
    UserError
        If the dataset is a hidden test set: it has no annotation here.
    """
    if dataset.annotations is None:
        raise UserError(
            f"{dataset.name} was registered without annotations (a hidden test set): it can validate a submission but "
            "not score one. Add them with 'mebench dataset add' and --annotations."
        )
    policy = policy or Policy()
    table = dataset.annotations
    changes: dict[str, int] = {}

    onset, apex, offset = (_whole_frames(table[c].to_numpy(np.float64), policy) for c in ("onset", "apex", "offset"))
    written = table[["onset", "apex", "offset"]].to_numpy(np.float64)
    changes["fractional"] = int((np.isfinite(written) & (written != np.floor(written))).any(axis=1).sum())

    fps = table["video"].map(dataset.videos.set_index("video")["fps"]).to_numpy(np.float64)
    missing = np.isnan(offset)
    changes["missing_offset"] = int(missing.sum())
    offset, keep = _fill_offsets(onset, apex, offset, fps, policy)

    at_zero = onset == 0
    changes["onset_zero"] = int(at_zero.sum())
    if policy.onset_zero == "drop_onset_zero":
        keep &= ~at_zero

    last = _last_frames(table, dataset)
    past = offset > last
    changes["past_end"] = int(past.sum())
    if policy.past_end == "clip_to_video":
        offset = np.where(past, last, offset)
    elif policy.past_end == "drop_past_end":
        keep &= ~past

    # Offset before onset as annotated, or neither offset nor apex: the event stays, and is always missed.
    changes["unmatchable"] = int((keep & (offset < onset)).sum())
    expressions = pd.DataFrame(
        {
            "dataset": table["dataset"],
            "subject": table["subject"],
            "video": table["video"],
            "onset": onset.astype(np.int64),
            "apex": pd.array(np.where(np.isnan(apex), 0, apex).astype(np.int64), dtype="Int64"),
            # An empty interval is written one way only, whatever made it empty.
            "offset": np.maximum(offset, onset - 1).astype(np.int64),
            "type": table["type"],
            "emotion": table["emotion"],
            "action_units": table["action_units"],
            "row": table["row"],
        }
    )
    expressions["apex"] = expressions["apex"].mask(np.isnan(apex))
    expressions = expressions[keep]
    repeated = expressions.duplicated(["video", "onset", "offset", "type"])
    changes["duplicates"] = int(repeated.sum())
    if policy.duplicates == "drop_duplicates":
        expressions = expressions[~repeated]
    expressions = conform(expressions, EXPRESSIONS, "expressions")
    return GroundTruth(expressions, policy, changes, table_hash(dataset.videos, expressions))


def _whole_frames(frames: NDArray[np.float64], policy: Policy) -> NDArray[np.float64]:
    return np.floor(frames + 0.5) if policy.fractional == "half_up" else np.trunc(frames)


def _fill_offsets(
    onset: NDArray[np.float64],
    apex: NDArray[np.float64],
    offset: NDArray[np.float64],
    fps: NDArray[np.float64],
    policy: Policy,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the offsets without gaps, and which events stay; an event that cannot be completed becomes empty."""
    missing = np.isnan(offset)
    if policy.missing_offset == "apex_plus" and np.isnan(fps[missing]).any():
        raise UserError("The policy apex_plus counts 2/3 s behind the apex: it needs the frame rate. Give --fps.")
    filled = {
        "apex": apex,
        "apex_plus": apex + np.floor(np.nan_to_num(fps) * APEX_PLUS_SECONDS + 0.5),
        "mirror": 2 * apex - onset,
        "drop": offset,
        "unmatchable": offset,
    }[policy.missing_offset]
    completed = np.where(missing, filled, offset)
    keep = ~missing if policy.missing_offset == "drop" else np.ones(len(onset), dtype=bool)
    return np.where(np.isnan(completed), onset - 1, completed), keep


def _last_frames(table: pd.DataFrame, dataset: Dataset) -> NDArray[np.float64]:
    """Return the last frame of each row's video, infinity where the length is not known."""
    videos = dataset.videos.set_index("video")
    last = (videos["first_frame"] + videos["n_frames"].astype("Float64") - 1).astype("Float64")
    return np.asarray(table["video"].map(last).fillna(np.inf), dtype=np.float64)


def table_hash(videos: pd.DataFrame, expressions: pd.DataFrame) -> str:
    """Return the SHA-256 of what a score depends on: the universe of videos, and the events, in a canonical order."""
    universe = sorted(zip(videos["subject"], videos["video"], strict=True))
    events = sorted(
        zip(expressions["video"], expressions["onset"], expressions["offset"], expressions["type"], strict=True)
    )
    lines = [f"{subject},{video}" for subject, video in universe]
    lines.append("")
    lines.extend(f"{video},{onset},{offset},{kind}" for video, onset, offset, kind in events)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
