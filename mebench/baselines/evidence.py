"""Evidence: what a spotting method says about a video before any threshold.

Evidence and thresholds are apart because most published gains are a threshold. A method gives, for each video, either
one score a frame position and type (a *dense* track), or windows scored as wholes (*proposals*), or both. Thresholds
and the steps of ``postprocess`` turn that into predictions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mebench.baselines.postprocess.boxes import Boxes, none
from mebench.baselines.postprocess.tables import COLUMNS, boxes_of, joined
from mebench.datasets.tables import TYPES
from mebench.metrics.intervals import Frames
from mebench.problems import quoted

PROPOSALS = ("onset", "offset", "type", "score")


def _no_frames() -> Frames:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class ScoreTrack:
    """The evidence for one video. Whatever is given is checked and copied; arrays cannot be written to afterwards.

    Parameters
    ----------
    video : str
    first_frame, last_frame : int
        Of the video, native numbers.
    frames : ndarray of int, shape (n,)
        The frames that the scores stand for, ascending, each once, within the video.
    scores : mapping of str to ndarray of float, shape (n,)
        By type, ``"me"`` or ``"mae"``: higher is likelier. All finite.
    proposals : pandas.DataFrame or None
        Columns onset, offset, type, score: inclusive native frames within the video, finite scores. None from a method
        that makes none; an empty table from one that found nothing.

    Raises
    ------
    ValueError
        In one sentence, if anything is not as described, or if there are neither scores nor proposals.
    """

    video: str
    first_frame: int
    last_frame: int
    frames: Frames = field(default_factory=_no_frames)
    scores: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    proposals: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.video, str) or not self.video:
            raise ValueError(f"the evidence names no video but {quoted(self.video)}")
        for name in ("first_frame", "last_frame"):
            if not isinstance(getattr(self, name), int | np.integer):
                raise ValueError(f"{self._of}: {name} is no whole number but {quoted(getattr(self, name))}")
            object.__setattr__(self, name, int(getattr(self, name)))
        if self.last_frame < self.first_frame:
            raise ValueError(f"{self._of}: the last frame {self.last_frame} lies before the first, {self.first_frame}")
        if self.proposals is None and not self.scores:
            raise ValueError(f"{self._of}: there are neither scores nor proposals (an empty table of them will do)")
        object.__setattr__(self, "frames", self._checked_frames())
        checked = {kind: self._checked_scores(kind, track) for kind, track in self.scores.items()}
        object.__setattr__(self, "scores", checked)
        if self.proposals is not None:
            object.__setattr__(self, "proposals", self._checked_proposals(self.proposals))

    def track(self, kind: str) -> NDArray[np.float64]:
        """Return the scores of a type, one for each of ``frames``.

        Raises
        ------
        KeyError
            If the evidence has none of that type.
        """
        return self.scores[kind]

    def boxes(self, kind: str) -> Boxes:
        """Return the proposals of a type as boxes of native frames; none if there are no proposals."""
        if self.proposals is None:
            return none()
        return boxes_of(self.proposals[self.proposals["type"] == kind])

    def same_as(self, other: ScoreTrack) -> bool:
        """Return whether two tracks hold exactly the same evidence, bit for bit."""
        here, there = self.proposals, other.proposals
        return (
            (self.video, self.first_frame, self.last_frame) == (other.video, other.first_frame, other.last_frame)
            and np.array_equal(self.frames, other.frames)
            and self.scores.keys() == other.scores.keys()
            and all(np.array_equal(track, other.scores[kind]) for kind, track in self.scores.items())
            and (here is None) == (there is None)
            and (here is None or there is None or here.equals(there))
        )

    @property
    def _of(self) -> str:
        return f"evidence for the video {quoted(self.video)}"

    def _checked_frames(self) -> Frames:
        frames = np.array(self.frames)
        if frames.size == 0:
            frames = _no_frames()
        if frames.ndim != 1 or frames.dtype.kind not in "iu":
            raise ValueError(f"{self._of}: frames are one row of whole numbers, not {frames.dtype} of {frames.shape}")
        frames = frames.astype(np.int64)
        if (np.diff(frames) <= 0).any():
            raise ValueError(f"{self._of}: the frames do not ascend, or one occurs twice")
        if frames.size and (frames[0] < self.first_frame or frames[-1] > self.last_frame):
            raise ValueError(
                f"{self._of}: frames {frames[0]} to {frames[-1]} leave the video, "
                f"{self.first_frame} to {self.last_frame}"
            )
        frames.setflags(write=False)
        return frames

    def _checked_scores(self, kind: str, track: NDArray[np.float64]) -> NDArray[np.float64]:
        if kind not in TYPES:
            raise ValueError(f"{self._of}: scores are of type {' or '.join(TYPES)}, not {quoted(kind)}")
        scores = np.array(track)
        if scores.dtype.kind not in "fiu" or scores.shape != self.frames.shape:
            raise ValueError(
                f"{self._of}: {len(self.frames)} frames need as many scores of type {kind}, not {scores.dtype} "
                f"of {scores.shape}"
            )
        scores = scores.astype(np.float64)
        if not np.isfinite(scores).all():
            at = int(self.frames[np.flatnonzero(~np.isfinite(scores))[0]])
            raise ValueError(f"{self._of}: the score of type {kind} at frame {at} is not a finite number")
        scores.setflags(write=False)
        return scores

    def _checked_proposals(self, given: pd.DataFrame) -> pd.DataFrame:
        if lacking := [name for name in PROPOSALS if name not in given.columns]:
            raise ValueError(f"{self._of}: the proposals lack the column {lacking[0]}")
        table = given[list(PROPOSALS)].reset_index(drop=True).copy()
        if unknown := sorted({str(kind) for kind in table["type"]} - set(TYPES)):
            raise ValueError(f"{self._of}: a proposal is of type {' or '.join(TYPES)}, not {quoted(unknown[0])}")
        try:
            made = boxes_of(table)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{self._of}, proposals: {error}") from None
        if not np.isfinite(made.score).all():
            raise ValueError(f"{self._of}: the score of a proposal is not a finite number")
        if made.n and (made.onset.min() < self.first_frame or made.offset.max() > self.last_frame):
            raise ValueError(
                f"{self._of}: proposals from {made.onset.min()} to {made.offset.max()} leave the video, "
                f"{self.first_frame} to {self.last_frame}"
            )
        table["onset"], table["offset"], table["score"] = made
        table["type"] = table["type"].astype(object)
        return table


def proposals_of(tracks: Iterable[ScoreTrack]) -> pd.DataFrame:
    """Return the proposals of many videos in one table: video, onset, offset, type, score."""
    return joined(track.proposals.assign(video=track.video)[COLUMNS] for track in tracks if track.proposals is not None)
