"""What the library remembers of a registered copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mebench.datasets import catalog

CSV = "csv"
"""The reader of the canonical CSV, for any dataset."""

WORKBOOKS = frozenset({".xls", ".xlsx", ".xlsm"})


@dataclass(frozen=True)
class Entry:
    """One registered copy: which reader reads which files.

    ``sha256`` is that of the annotation file when it was added. What was found under ``frames``: of a spotting dataset
    ``frame_numbers`` maps each video to the fields of :class:`mebench.datasets.readers._folders.OnDisk`, of a
    recognition dataset ``clip_frames`` maps each ``subject/clip`` to its first and last frame. ``synthetic`` says
    whether the files held an embedded twin when they were added.
    """

    name: str
    reader: str
    annotations: str | None
    videos: str | None
    fps: float | None
    frames: str | None
    added: str
    sha256: str | None
    frame_numbers: Mapping[str, tuple[int, int, int, str]] | None = None
    task: str = catalog.SPOTTING
    clip_frames: Mapping[str, tuple[int, int]] | None = None
    synthetic: bool = False

    @property
    def source(self) -> str:
        """The name of the file, or of the folder, that the annotations come from."""
        return Path(self.annotations or self.videos or str(self.frames)).name

    @property
    def card(self) -> catalog.Card | None:
        """The card of the dataset that this is a copy of: its reader's, else that of its name."""
        known = self.known
        return catalog.card(known) if known else None

    @property
    def known(self) -> str | None:
        """The catalogued dataset of this task that this is a copy of, if any."""
        return next((n for n in (self.reader, self.name) if n in catalog.names(self.task)), None)
