"""What looks at the test labels: the epoch that is best for a test subject. Only oracle runs come here.

It is kept to show how much such a choice is worth: many published numbers were made so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mebench.metrics import spotting
from mebench.metrics.intervals import intervals, iou_threshold
from mebench.metrics.matching import match


def best_epochs(trajectory: NDArray[np.float64], labels: NDArray[np.intp]) -> int:
    """Return the epoch (from 0) whose predictions of a fold's test clips are most often right; of equals the last.

    Parameters
    ----------
    trajectory : ndarray, shape (epochs, n, classes)
    labels : ndarray of int, shape (n,)
    """
    right = (trajectory.argmax(axis=2) == labels).sum(axis=1)
    return int(np.flatnonzero(right == right.max())[-1])


def best_rows(
    trajectory: Sequence[list[list[Any]]], last: list[list[Any]], truth: pd.DataFrame
) -> tuple[int, list[list[Any]]]:
    """Return the epoch (from 1) whose predictions of a fold's test videos have the highest F1, and the predictions.

    ``truth`` has the expressions of these videos. Of equals it is the last. Where no epoch was told, the last
    predictions stay, and the epoch is 0.
    """
    if not trajectory:
        return 0, last
    scores = [_f1(rows, truth) for rows in trajectory]
    best = int(np.flatnonzero(np.array(scores) == max(scores))[-1])
    return best + 1, trajectory[best]


def _f1(rows: Sequence[Sequence[Any]], truth: pd.DataFrame) -> float:
    """Return F1 over some videos and all types; that of no expressions anywhere is the fewer the better."""
    names = sorted({(row[0], row[3]) for row in rows} | set(zip(truth["video"], truth["type"], strict=True)))
    place = {name: i for i, name in enumerate(names)}
    said = intervals([place[row[0], row[3]] for row in rows], [row[1] for row in rows], [row[2] for row in rows])
    real = intervals(
        [place[name] for name in zip(truth["video"], truth["type"], strict=True)], truth["onset"], truth["offset"]
    )
    hits = int((match(real, said, iou_threshold("1/2")) >= 0).sum())
    value = float(spotting.f1(np.array([hits, len(rows) - hits, len(truth) - hits])))
    return -float(len(rows)) if np.isnan(value) else value
