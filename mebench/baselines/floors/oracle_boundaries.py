"""``oracle-boundaries``: says the annotated intervals themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import pandas as pd

from mebench.baselines.data import Video
from mebench.baselines.evidence import PROPOSALS, ScoreTrack
from mebench.baselines.method import Run, Spotter
from mebench.datasets.tables import TYPES


class OracleBoundaries(Spotter):
    """Says the annotated intervals of the test side: the upper bound that the rules of matching leave.

    It falls below 1 where annotated intervals leave the video or cannot be matched. It runs with oracle thresholds
    only, and is marked as an oracle wherever it is shown.
    """

    TYPES = TYPES
    NEEDS_FRAMES = False
    LEARNS = False
    SEES_TRUTH = True

    def fit(self, videos: Sequence[Video], expressions: pd.DataFrame, run: Run) -> Self:
        """Learn nothing."""
        return self

    def show_truth(self, expressions: pd.DataFrame) -> Self:
        """Take the expressions of the test side."""
        self.truth_ = expressions
        return self

    def track(self, video: Video) -> ScoreTrack:
        """Return the expressions of the video."""
        rows = self.truth_[(self.truth_["dataset"] == video.dataset) & (self.truth_["video"] == video.video)]
        inside = (rows["onset"] >= video.first_frame) & (rows["offset"] <= video.last_frame)
        table = rows[inside].assign(score=1.0)[[*PROPOSALS]].drop_duplicates()
        return ScoreTrack(video.video, video.first_frame, video.last_frame, proposals=table)

    def tune(self, tracks: Sequence[ScoreTrack], expressions: pd.DataFrame) -> dict[str, Any]:
        """Return no threshold."""
        return {}

    def intervals(self, track: ScoreTrack) -> pd.DataFrame:
        """Return what the evidence says."""
        return pd.DataFrame(columns=[*PROPOSALS]) if track.proposals is None else track.proposals
