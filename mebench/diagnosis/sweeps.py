"""The report's ``sweep``: F1 over the IoU threshold, and over the score from which a prediction counts."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mebench.metrics import spotting, sweep
from mebench.metrics.rules import Case, Rule, RuleCannotScore
from mebench.metrics.rules import precision as rule_precision
from mebench.problems import UserError, printable
from mebench.report.model import defined
from mebench.scoring.spotting import OVERALL

POINTS = 200
"""A curve over more thresholds than this is thinned in the report; its scores rest on all of them."""

COUNTS = ("tp", "fp", "fn")
_STATISTICS = {"precision": rule_precision, "recall": spotting.recall, "f1": spotting.f1}


def sweep_over_iou(case: Case, types: tuple[str, ...], rule: Rule) -> dict[str, Any]:
    """Return counts and F1 of each type at the IoU thresholds .1 to .9, under any rule.

    Raises
    ------
    UserError
        If the rule's script stops at one of them.
    """

    def count(threshold: Fraction) -> spotting.Counts:
        try:
            counts = rule.judge(case._replace(threshold=threshold)).table().sum(axis=0)
        except RuleCannotScore as error:
            raise UserError(f"--sweep iou: rule {rule.name} stops at IoU >= {threshold}: {error}") from error
        return np.concatenate([counts, counts.sum(axis=0, keepdims=True)])

    table = sweep.over_iou(count)
    scores = {
        kind: {
            **_columns(table[:, i]),
            **{name: [defined(float(value)) for value in f(table[:, i])] for name, f in _STATISTICS.items()},
        }
        for i, kind in enumerate((*types, OVERALL))
    }
    return {"thresholds": [str(threshold) for threshold in sweep.IOU_THRESHOLDS], "scores": scores}


def sweep_over_score(case: Case, types: tuple[str, ...], predictions: pd.DataFrame, name: str) -> dict[str, Any]:
    """Return the precision-recall curve of each type under the rule ``megc``, its average precision and best F1.

    Parameters
    ----------
    predictions : pandas.DataFrame
        Those of the case, in its order.
    name : str
        What their file is called.

    Raises
    ------
    UserError
        If a prediction has no score.
    """
    values = _scores_of(predictions, printable(Path(name).name))
    enlarges = sweep.enlarging(case.reference, case.estimated, values, case.threshold)
    said, of = case.kind(case.estimated), case.kind(case.reference)
    curves = {
        kind: sweep.curve(values[said == i], enlarges[said == i], int((of == i).sum())) for i, kind in enumerate(types)
    }
    curves[OVERALL] = sweep.curve(values, enlarges, len(of))
    return {
        "oracle": True,
        "iou": str(case.threshold),
        "average_precision": "area under the step curve of precision over recall, not interpolated",
        "scores": {kind: _curve(steps) for kind, steps in curves.items()},
    }


def _curve(steps: sweep.Curve) -> dict[str, Any]:
    counts, best = steps.counts(), sweep.best(steps)
    kept = np.unique(np.linspace(0, max(len(counts) - 1, 0), min(POINTS, len(counts))).round().astype(np.intp))
    return {
        "events": steps.events,
        "thresholds": len(counts),
        "average_precision": defined(sweep.average_precision(steps)),
        "best": None if best is None else {"score": best.score, **_counts_and_scores(best.counts)},
        "points": {"score": steps.score[kept].tolist(), **_columns(counts[kept])},
    }


def _columns(table: NDArray[np.int64]) -> dict[str, list[int]]:
    return {name: table[:, k].tolist() for k, name in enumerate(COUNTS)}


def _counts_and_scores(counts: spotting.Counts) -> dict[str, Any]:
    scores = {"precision": spotting.precision, "recall": spotting.recall, "f1": spotting.f1}
    return {
        **dict(zip(COUNTS, counts.tolist(), strict=True)),
        **{name: defined(float(score(counts))) for name, score in scores.items()},
    }


def _scores_of(said: pd.DataFrame, name: str) -> NDArray[np.float64]:
    if "score" not in said:
        raise UserError(f"--sweep score: {name} has no column score. Add one, or leave out --sweep score.")
    values = said["score"].to_numpy(np.float64)
    blank = np.flatnonzero(np.isnan(values))
    if blank.size:
        row = f", row {said['row'].iloc[int(blank[0])]}" if "row" in said else ""
        n = f"{blank.size:,} predictions have" if blank.size > 1 else "one prediction has"
        raise UserError(f"--sweep score: {name}{row}: {n} no score. Give every prediction one.")
    return values
