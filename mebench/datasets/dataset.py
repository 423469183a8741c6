"""A loaded dataset: its videos, what the annotators wrote, and the ground truth under a named policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from mebench.datasets.catalog import ClipResolver, VideoResolver
from mebench.datasets.tables import TYPES


@dataclass(frozen=True)
class Dataset:
    """One copy of one dataset.

    Parameters
    ----------
    name : str
        The name under which it is registered.
    title : str
    videos : pandas.DataFrame
        Contract :data:`mebench.datasets.tables.VIDEOS`. The universe: every video counts, with events or without.
    annotations : pandas.DataFrame or None
        Contract :data:`mebench.datasets.tables.ANNOTATIONS`; None for a hidden test set, of which only the videos
        are known.
    universe : str
        Where the list of videos comes from, in one sentence.
    types : tuple of str
        The expression types that are annotated.
    synthetic : bool
        Whether this is an embedded twin, or a copy that holds one.
    source : str
        The annotation file's name, or the twin's seed.
    canonical_video : callable
        Maps any spelling of a video id to the canonical one, or to None if it is no id of this dataset.
    reader : str
        The name of the reader that made the tables (``csv`` for the canonical CSV).
    me_longest : int or None
        See :class:`mebench.datasets.catalog.Card`; None where it is not known.
    log_number : int or None
        See :class:`mebench.datasets.catalog.Card`.
    frames : str
        The registered folder of frames, by its name; empty if there is none.
    notes : sequence of str
        Remarks about this copy, for the screen.
    """

    name: str
    title: str
    videos: pd.DataFrame
    annotations: pd.DataFrame | None
    universe: str
    canonical_video: VideoResolver
    reader: str
    source: str
    types: tuple[str, ...] = TYPES
    synthetic: bool = False
    me_longest: int | None = None
    log_number: int | None = None
    frames_are: str = ""
    frames: str = ""
    notes: Sequence[str] = field(default=())

    @cached_property
    def video_ids(self) -> frozenset[str]:
        """The canonical ids of all videos."""
        return frozenset(self.videos["video"])

    @cached_property
    def subjects(self) -> tuple[str, ...]:
        """All subjects, in the order of the videos table."""
        return tuple(dict.fromkeys(self.videos["subject"]))

    def resolve(self, written: str) -> str | None:
        """Return the canonical id of a video of this copy, however it is written, or None."""
        if written in self.video_ids:
            return written
        canonical = self.canonical_video(written)
        return canonical if canonical in self.video_ids else None


@dataclass(frozen=True)
class ClipDataset:
    """One copy of one recognition dataset: clips of one ME each.

    Parameters
    ----------
    name, title : str
    clips : pandas.DataFrame
        Contract :data:`mebench.datasets.tables.CLIPS`.
    canonical_clip : callable
        See :meth:`mebench.datasets.catalog.ClipReader.canonical_clip`.
    reader : str
        The name of the reader that made the table.
    source : str
        The annotation file's name, or the twin's seed.
    unverified : str
        See :class:`mebench.datasets.catalog.Card`; it is the first of the notes too.
    notes : sequence of str
        Remarks about this copy, for the screen.
    """

    name: str
    title: str
    clips: pd.DataFrame
    canonical_clip: ClipResolver
    reader: str
    source: str
    synthetic: bool = False
    unverified: str = ""
    notes: Sequence[str] = field(default=())

    @cached_property
    def subjects(self) -> tuple[str, ...]:
        """All subjects, in the order of the table."""
        return tuple(dict.fromkeys(self.clips["subject"]))

    @cached_property
    def clip_ids(self) -> frozenset[tuple[str, str]]:
        """(subject, clip) of every clip."""
        return frozenset(zip(self.clips["subject"], self.clips["clip"], strict=True))

    def resolve(self, subject: str, clip: str) -> tuple[str, str] | None:
        """Return the canonical (subject, clip) of a clip of this copy, however they are written, or None."""
        if (subject, clip) in self.clip_ids:
            return subject, clip
        canonical = self.canonical_clip(subject, clip)
        return canonical if canonical in self.clip_ids else None
