"""What a copy of a recognition dataset holds, in numbers: what :mod:`mebench.datasets.verify` compares."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mebench.datasets.dataset import ClipDataset

CLIP_TITLES: Mapping[str, str] = {
    "rows": "clips",
    "subjects": "subjects",
    "onset_missing_rows": "clips without onset",
    "apex_missing_rows": "clips without apex",
    "offset_missing_rows": "clips without offset",
    "emotion_missing_rows": "clips without emotion",
    "offset_before_onset_rows": "clips with the offset before the onset",
    "apex_outside_rows": "clips with the apex outside onset..offset",
    "repeated_rows": "clips that repeat the name of another",
}
"""What :func:`measure_clips` counts, in words; ``emotion_NAME`` and ``objective_class_N`` come on top."""


def measure_clips(dataset: ClipDataset) -> dict[str, int]:
    """Count what a copy holds.

    The counts are of what the annotators wrote. Objective classes are absent where the copy has none.

    Returns
    -------
    dict of str to int
        The keys are those of :data:`CLIP_TITLES`, and ``emotion_NAME``, ``objective_class_N``.
    """
    clips = dataset.clips
    onset, apex, offset = clips[["onset", "apex", "offset"]].to_numpy(np.float64).T
    counts = {
        "rows": len(clips),
        "subjects": int(clips["subject"].nunique()),
        "onset_missing_rows": int(np.isnan(onset).sum()),
        "apex_missing_rows": int(np.isnan(apex).sum()),
        "offset_missing_rows": int(np.isnan(offset).sum()),
        "emotion_missing_rows": int(clips["emotion"].isna().sum()),
        "offset_before_onset_rows": int((offset < onset).sum()),
        "apex_outside_rows": int(((onset <= offset) & ((apex < onset) | (apex > offset))).sum()),
        "repeated_rows": sum("#" in clip for clip in clips["clip"]),
    }
    for column in ("emotion", "objective_class"):
        if column in clips:
            found = clips[column].dropna().value_counts().sort_index()
            counts |= {f"{column}_{value}": int(n) for value, n in found.items()}
    return counts


def clip_title(what: str) -> str:
    """Return a count's name in words."""
    if what in CLIP_TITLES:
        return CLIP_TITLES[what]
    column, _, value = what.rpartition("_")
    return f"clips of {column.replace('_', ' ')} {value}"
