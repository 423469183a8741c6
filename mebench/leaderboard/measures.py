"""From the counts of subjects to scores: what an entry claims is recomputed here, and boards are ranked from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mebench.metrics import resampling, spot_then_recognise
from mebench.metrics.named import RECOGNITION, SPOTTING, Statistic, spot_then_recognise_scores

Table = NDArray[np.int64]
Scores = dict[str, dict[str, list[float | None]]]

FULL, OVERALL, ME = "full", "overall", "me"
KINDS = (ME, "mae")
MOST = 10**9
"""More of anything is no count."""
_DIGITS = 10


def statistics_of(task: str, n_classes: int) -> Mapping[str, Statistic]:
    """Return the scores of a task by name, the main one first; each maps summed tables to scores."""
    if task == "recognition":
        return RECOGNITION
    return SPOTTING if task == "spotting" else spot_then_recognise_scores(n_classes)


def tables_of(task: str, by_subject: Sequence[Mapping[str, Any]], classes: Sequence[str]) -> dict[str, Table]:
    """Return the additive table of each part of a board.

    Parameters
    ----------
    task : {"spotting", "recognition", "spot-then-recognise"}
    by_subject : sequence of mapping
        As an entry holds it: ``subject`` and, in spotting, ``[TP, FP, FN]`` under each annotated type; in recognition
        ``dataset`` and the ``confusion``; in spot-then-recognise ``me`` and ``confusion``.
    classes : sequence of str
        Classes of recognition, or the emotions that spot-then-recognise analyses.

    Returns
    -------
    dict of ndarray of int64, each of shape (n_subjects, ...)
        Spotting: the types and ``overall``, (n, 3). Recognition: ``full`` and, where there are several, each database,
        (n, n_classes, n_classes). Spot-then-recognise: ``me``, both tables in one row.

    Raises
    ------
    ValueError
        If the rows do not fit together, or something in them is no count.
    """
    n = len(classes)
    if task == "recognition":
        table = _counts([row["confusion"] for row in by_subject], (n, n))
        database = [row["dataset"] for row in by_subject]
        names = list(dict.fromkeys(database))
        of = np.array([names.index(name) for name in database])
        return {FULL: table} | ({name: table[of == i] for i, name in enumerate(names)} if len(names) > 1 else {})
    if task == "spotting":
        kinds = [kind for kind in KINDS if kind in by_subject[0]]
        parts = {kind: _counts([row[kind] for row in by_subject], (3,)) for kind in kinds}
        return parts | {OVERALL: np.sum(list(parts.values()), axis=0, dtype=np.int64)}
    counts = _counts([row[ME] for row in by_subject], (3,))
    return {ME: spot_then_recognise.pack(counts, _counts([row["confusion"] for row in by_subject], (n, n + 1)))}


def _counts(rows: list[Any], shape: tuple[int, ...]) -> Table:
    table = np.array(rows)
    if table.shape != (len(rows), *shape):
        raise ValueError(f"counts of shape {table.shape} where {(len(rows), *shape)} is due")
    if table.dtype.kind != "i" or table.min(initial=0) < 0 or table.max(initial=0) > MOST:
        raise ValueError("something is no count")
    return table.astype(np.int64)


def scored(tables: Mapping[str, Table], statistics: Mapping[str, Statistic]) -> Scores:
    """Return ``[score, low, high]`` of every part and metric, None where undefined; the interval is the jackknife's.

    Rounded far beyond what matters, so that every machine finds the same digits.
    """
    return {part: {name: _scored(table, f) for name, f in statistics.items()} for part, table in tables.items()}


def _scored(table: Table, statistic: Statistic) -> list[float | None]:
    value = float(statistic(table.sum(axis=0)[np.newaxis].astype(np.float64))[0])
    if not np.isfinite(value):
        return [None, None, None]
    ends = resampling.interval(table, statistic)
    low, high = (None, None) if ends is None else (round(ends.low, _DIGITS), round(ends.high, _DIGITS))
    return [round(value, _DIGITS), low, high]


def values(table: Table, statistics: Mapping[str, Statistic]) -> dict[str, float]:
    """Return the scores of a part, nan where undefined."""
    total = table.sum(axis=0)[np.newaxis].astype(np.float64)
    return {name: float(f(total)[0]) for name, f in statistics.items()}
