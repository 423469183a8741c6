"""``empty``: predicts nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import pandas as pd

from mebench.baselines.data import Video
from mebench.baselines.evidence import PROPOSALS, ScoreTrack
from mebench.baselines.method import Run, Spotter
from mebench.datasets.tables import TYPES


class Empty(Spotter):
    """Predicts nothing: F1 is 0 wherever there is an expression.

    The lowest floor, and the shortest example of a spotter.
    """

    TYPES = TYPES
    NEEDS_FRAMES = False
    LEARNS = False

    def fit(self, videos: Sequence[Video], expressions: pd.DataFrame, run: Run) -> Self:
        """Learn nothing."""
        return self.choose_thresholds([self.track(video) for video in videos], expressions, run)

    def track(self, video: Video) -> ScoreTrack:
        """Return evidence without any proposal."""
        return ScoreTrack(
            video.video, video.first_frame, video.last_frame, proposals=pd.DataFrame(columns=[*PROPOSALS])
        )

    def tune(self, tracks: Sequence[ScoreTrack], expressions: pd.DataFrame) -> dict[str, Any]:
        """Return no threshold."""
        return {}

    def intervals(self, track: ScoreTrack) -> pd.DataFrame:
        """Return no interval."""
        return pd.DataFrame(columns=[*PROPOSALS])
