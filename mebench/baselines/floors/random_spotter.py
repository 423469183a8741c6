"""``random-spotter``: as many intervals as there are expressions, as long as they are, anywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from mebench.baselines.config import Parameter
from mebench.baselines.data import Video
from mebench.baselines.evidence import PROPOSALS, ScoreTrack
from mebench.baselines.method import Run, Spotter
from mebench.datasets.tables import TYPES
from mebench.problems import UserError


class RandomSpotter(Spotter):
    """Says intervals at random places, at the rate and of the lengths of the training expressions.

    For each type the number of intervals in a video is Poisson, its mean the rate of the training expressions a second
    times the video's seconds; each length is that of a training expression, in seconds; each place is equally likely.
    This is chance: what a spotter reaches that knows how often expressions occur and how long they last, but never
    looks.
    """

    TYPES = TYPES
    NEEDS_FRAMES = False
    LEARNS = False
    PARAMETERS: ClassVar[Mapping[str, Parameter]] = {
        "rate": Parameter("Intervals for each expression that is to be expected.", "choice: as many as there are")
    }

    def __init__(self, rate: float = 1.0) -> None:
        self.rate = rate

    def fit(self, videos: Sequence[Video], expressions: pd.DataFrame, run: Run) -> Self:
        """Count how often expressions occur, and how long they last."""
        if not 0 <= self.rate < np.inf:
            raise UserError(f"random-spotter: a rate of {self.rate} is none. Give a number of at least 0.")
        fps = {video.key: video.fps for video in videos}
        seconds = sum(video.n_frames / video.fps for video in videos)
        self.seed_ = run.seed
        self.lengths_: dict[str, list[float]] = {}
        self.rate_: dict[str, float] = {}
        for kind in self.TYPES:
            rows = expressions[expressions["type"] == kind]
            columns = zip(rows["dataset"], rows["video"], rows["onset"], rows["offset"], strict=True)
            self.lengths_[kind] = [(off - on + 1) / fps[dataset, video] for dataset, video, on, off in columns]
            self.rate_[kind] = self.rate * len(rows) / seconds if seconds else 0.0
        self.thresholds_ = {}
        return self

    def track(self, video: Video) -> ScoreTrack:
        """Return intervals at random."""
        words = np.frombuffer(hashlib.sha256("/".join(video.key).encode()).digest(), dtype="<u4")
        rng = np.random.default_rng(np.random.SeedSequence(self.seed_, spawn_key=tuple(int(w) for w in words)))
        rows: list[tuple[int, int, str, float]] = []
        for kind in self.TYPES:
            n = int(rng.poisson(self.rate_[kind] * video.n_frames / video.fps))
            for length in rng.choice(self.lengths_[kind], n).tolist() if self.lengths_[kind] else []:
                frames = min(max(round(length * video.fps), 1), video.n_frames)
                onset = video.first_frame + int(rng.integers(video.n_frames - frames + 1))
                rows.append((onset, onset + frames - 1, kind, 1.0))
        table = pd.DataFrame(rows, columns=[*PROPOSALS])
        return ScoreTrack(video.video, video.first_frame, video.last_frame, proposals=table)

    def tune(self, tracks: Sequence[ScoreTrack], expressions: pd.DataFrame) -> dict[str, Any]:
        """Return no threshold: the number of intervals is matched already."""
        return {}

    def intervals(self, track: ScoreTrack) -> pd.DataFrame:
        """Return what the evidence says."""
        return pd.DataFrame(columns=[*PROPOSALS]) if track.proposals is None else track.proposals
