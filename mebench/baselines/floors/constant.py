"""``constant``: the same class for all clips."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from mebench.baselines.config import Paper, Published
from mebench.baselines.data import Clip
from mebench.baselines.method import Labels, Names, Recogniser, Run


class Constant(Recogniser):
    """Names every clip by the most frequent class of the training clips.

    Its UF1 is the floor of recognition: .2408 over the composite of MEGC2019, where all is negative. The probabilities
    are the shares of the classes.
    """

    NEEDS_FRAMES = False
    LEARNS = False
    PAPER = Paper(
        "See, Yap, Li, Hong, Wang: MEGC 2019 - the second facial micro-expressions grand challenge, FG 2019 (the data)",
        results=(
            Published("megc2019", "megc2019", "uf1", 0.2408, "computed from the published class counts"),
            Published("megc2019", "megc2019", "uar", 0.3333, "computed from the published class counts"),
        ),
    )

    def features(self, clip: Clip) -> NDArray[Any]:
        """Return nothing: one zero."""
        return np.zeros(1)

    def fit(self, clips: Sequence[Clip] | NDArray[Any], labels: Labels, subjects: Names, run: Run) -> Self:
        """Count the classes."""
        self.classes_ = run.classes
        self.shares_ = np.bincount(labels, minlength=len(run.classes)) / max(len(labels), 1)
        return self

    def predict_proba(self, clips: Sequence[Clip] | NDArray[Any]) -> NDArray[np.float64]:
        """Return the shares of the classes for every clip."""
        return np.tile(self.shares_, (len(clips), 1))
