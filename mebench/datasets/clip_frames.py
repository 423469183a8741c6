"""What the folder of clips adds to the table of clips: frames that the table lacks, and clips that it does not name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mebench.datasets import catalog
from mebench.problems import UserError, printable

ClipFrames = Mapping[tuple[str, str], tuple[int, int]]
"""First and last frame on the disk by (subject, clip)."""

EmotionTeller = Callable[[str], str]

_SHOWN = 5


def scan(root: Path, name: str, known: str | None) -> dict[str, tuple[int, int]]:
    """Return the first and last frame of each ``subject/clip`` under a folder.

    Parameters
    ----------
    root : Path
    name : str
        Of the copy, for messages.
    known : str or None
        The catalogued dataset whose names the folders have.

    Raises
    ------
    UserError
        If the folder is missing, holds no clip, or the dataset is private, so that nobody knows its folders' names.
    """
    from mebench.datasets.readers._clip_folders import clips_on_disk

    if known is None:
        raise UserError(f"--frames cannot be used for {name}: how a private set names its clips' folders is not known.")
    reader = catalog.clip_reader(known)
    # Only SMIC's cameras need this, so it is no part of what every reader offers.
    skipped: frozenset[str] = getattr(reader, "SKIPPED_FOLDERS", frozenset())
    found = clips_on_disk(root, reader.canonical_clip, skipped)
    if not found:
        raise UserError(f"{root}: no folder below it holds images and is named like a clip of {known}.")
    return {f"{subject}/{clip}": frames for (subject, clip), frames in found.items()}


def emotion_teller(known: str) -> EmotionTeller | None:
    """Return what reads the emotion out of a clip's name, None if the names of the dataset do not tell it."""
    return cast("EmotionTeller | None", getattr(catalog.clip_reader(known), "emotion_of_clip", None))


def clips_of_folders(name: str, frames: ClipFrames, emotion_of: EmotionTeller) -> pd.DataFrame:
    """Return the table of clips that only folders tell of: onset and offset are the first and the last image."""
    from mebench.datasets.readers._clips import Clip, clips_table

    clips = [
        Clip(subject, clip, float(first), float("nan"), float(last), emotion_of(clip))
        for (subject, clip), (first, last) in frames.items()
    ]
    return clips_table(name, clips)


def with_clip_frames(clips: pd.DataFrame, frames: ClipFrames) -> tuple[pd.DataFrame, list[str]]:
    """Fill in onsets and offsets that the table lacks, and say where table and folders differ.

    A clip with a running number (``a#2``) lies in the folder of its name without it.
    """
    folders = [(s, c.split("#", 1)[0]) for s, c in clips[["subject", "clip"]].itertuples(index=False)]
    first, last = (
        np.array([frames[key][end] if key in frames else np.nan for key in folders], np.float64) for end in (0, 1)
    )
    onset, offset = clips["onset"].to_numpy(np.float64), clips["offset"].to_numpy(np.float64)
    lacking = np.isnan(onset) & np.isnan(offset) & ~np.isnan(first)
    outside = (onset < first) | (offset > last)
    filled = clips.assign(onset=np.where(lacking, first, onset), offset=np.where(lacking, last, offset))
    names = [f"{s}/{c}" for s, c in clips[["subject", "clip"]].itertuples(index=False)]
    strangers = [f"{s}/{c}" for s, c in sorted(set(frames) - set(folders))]
    notes = [
        *_note("the frames come from the first and last image of", _where(names, lacking)),
        *_note("the folder of frames is missing for", _where(names, np.isnan(first))),
        *_note("annotated frames are not among the images of", _where(names, outside)),
        *_note("there are folders, but no row of the table, of", strangers),
    ]
    return filled, notes


def _where(names: Sequence[str], chosen: NDArray[np.bool_]) -> list[str]:
    return [name for name, is_so in zip(names, chosen, strict=True) if is_so]


def _note(what: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    some = printable(", ".join(names[:_SHOWN])) + (", ..." if len(names) > _SHOWN else "")
    return [f"{what} {len(names)} clip{'s' if len(names) > 1 else ''}: {some}"]
