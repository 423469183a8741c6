"""The scores that systems are compared by, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from mebench.metrics import recognition, spot_then_recognise, spotting
from mebench.metrics.ratios import Numbers

Statistic = Callable[[Numbers], NDArray[np.float64]]

SPOTTING: Mapping[str, Statistic] = {"f1": spotting.f1, "precision": spotting.precision, "recall": spotting.recall}
RECOGNITION: Mapping[str, Statistic] = {
    "uf1": recognition.uf1,
    "uar": recognition.uar,
    "accuracy": recognition.accuracy,
}


def spot_then_recognise_scores(n_emotions: int) -> Mapping[str, Statistic]:
    """Return the scores of tables that :func:`mebench.metrics.spot_then_recognise.pack` joined."""

    def of(packed: Numbers) -> tuple[Numbers, Numbers]:
        return spot_then_recognise.unpack(packed, n_emotions)

    return {
        "strs": lambda packed: spot_then_recognise.strs(*of(packed)),
        "spotting_f1": lambda packed: spotting.f1(of(packed)[0]),
        "analysis_f1": lambda packed: spot_then_recognise.analysis(of(packed)[1]),
    }
