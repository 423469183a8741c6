"""Scores of single subjects, from the counts that a board carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mebench.metrics.named import RECOGNITION, SPOTTING, Statistic, spot_then_recognise_scores
from mebench.problems import UserError, printable


def subject_counts(board: Mapping[str, Any], part: str, rows: Sequence[int]) -> NDArray[np.int64]:
    """Return the counts of some rows by subject.

    Returns
    -------
    ndarray of int64, shape (n_rows, n_subjects, ...)
        Spotting: TP, FP, FN. Recognition: a confusion, of the subjects of one database only where the part is one.
        Spot-then-recognise: as :func:`mebench.metrics.spot_then_recognise.pack` joins them.

    Raises
    ------
    UserError
        If the board has no counts of that part.
    """
    recognised = board["task"] == "recognition"
    key = "full" if recognised else part
    if any(key not in board["rows"][i]["subjects"] for i in rows):
        raise UserError(f"{printable(str(board['id']))} has no counts by subject of {part}.")
    table = np.array([board["rows"][i]["subjects"][key] for i in rows], dtype=np.int64)
    if not recognised:
        return table
    n = isqrt(table.shape[-1])
    if part != "full":
        table = table[:, np.array([database == part for database in board["subject_parts"]])]
    return table.reshape(*table.shape[:2], n, n)


def subject_scores(board: Mapping[str, Any], part: str, rows: Sequence[int]) -> NDArray[np.float64]:
    """Return the main metric of each subject, shape (n_rows, n_subjects); nan where it is undefined."""
    statistic = _statistics(board)[board["main"]["metric"]]
    return np.asarray(statistic(subject_counts(board, part, rows)))


def _statistics(board: Mapping[str, Any]) -> Mapping[str, Statistic]:
    if board["task"] == "recognition":
        return RECOGNITION
    return SPOTTING if board["task"] == "spotting" else spot_then_recognise_scores(len(board["classes"]))
