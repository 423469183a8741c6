"""Several unseen sets scored each and pooled: the counts of all sets added up, as MEGC2022 did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mebench.datasets.tables import TYPES
from mebench.metrics import resampling
from mebench.problems import UserError
from mebench.report.model import Report, SpottingScore
from mebench.scoring.blocks import COUNTS, uncertainty_block
from mebench.scoring.spotting import score, spotting_scores
from mebench.submission.model import Submission


@dataclass(frozen=True)
class Pooled:
    """The reports of the sets by name, and the scores of their counts added up."""

    reports: Mapping[str, Report]
    scores: Mapping[str, SpottingScore]
    uncertainty: Mapping[str, Any]

    @property
    def synthetic(self) -> bool:
        """Whether any of the sets is a twin."""
        return any(report.synthetic for report in self.reports.values())

    def as_dict(self) -> dict[str, Any]:
        """Return the pooled scores and the report of each set as a JSON-ready dictionary."""
        return {
            "schema": "mebench/pooled/1",
            "synthetic": self.synthetic,
            "scores": {kind: found.as_dict(self.uncertainty) for kind, found in self.scores.items()},
            "uncertainty": dict(self.uncertainty),
            "sets": {name: report.as_dict() for name, report in self.reports.items()},
        }


def score_pooled(
    submissions: Mapping[str, pd.DataFrame | str | Path | Submission],
    *,
    interval: str = resampling.METHOD,
    seed: int = 0,
    **options: Any,
) -> Pooled:
    """Score predictions on several sets, each and pooled.

    Parameters
    ----------
    submissions : mapping
        Dataset name to predictions, e.g. ``{"megc2022-cas": "cas_pred.csv", "megc2022-samm": "samm_pred.csv"}``.
    interval, seed, **options
        As for :func:`mebench.score`. Intervals of the pooled scores are over the subjects of all sets.

    Raises
    ------
    UserError
        If there is no set, one is of recognition, or a submission is wrong.
    """
    if not submissions:
        raise UserError("There is no set to pool.")
    reports = {}
    for name, predictions in submissions.items():
        reports[name] = score(predictions, name, interval=interval, seed=seed, **options)
        if reports[name].task != "spotting":
            raise UserError(f"{name} has clips to name: only spotting sets are pooled here.")
    types = tuple(kind for kind in TYPES if any(kind in report.scores for report in reports.values()))
    nothing = dict.fromkeys(COUNTS[:3], 0)
    rows = [
        [[row.get(kind, nothing)[c] for c in COUNTS[:3]] for kind in types]
        for report in reports.values()
        for row in report.by_subject
    ]
    table = np.array(rows, dtype=np.int64).reshape(len(rows), len(types), 3)
    return Pooled(reports, spotting_scores(table, types, interval, seed), uncertainty_block(interval, seed))
