"""The parts that reports of every task share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mebench.datasets.dataset import Dataset
from mebench.datasets.ground_truth import GroundTruth
from mebench.metrics import resampling
from mebench.problems import printable
from mebench.submission.model import LabelSubmission, Submission

COUNTS = ("tp", "fp", "fn", "confirmed")
"""What a row counts; the last only under a rule whose precision needs it."""


def submission_block(submission: Submission | LabelSubmission, predictions: int) -> dict[str, Any]:
    """Return what a report says of the submission: its name without folders, its hash, and what its makers said.

    What their metadata say beyond the method and its choices goes under ``meta`` as it is.
    """
    meta = submission.meta
    own = {"schema", "method", "selection", "threshold_source"}
    return {
        "file": printable(Path(submission.name).name),
        "format": submission.format,
        "sha256": submission.sha256,
        "predictions": predictions,
        "method": meta.get("method"),
        "selection": meta.get("selection"),
        "threshold_source": meta.get("threshold_source"),
        "meta": {name: value for name, value in meta.items() if name not in own},
    }


def shown_warnings(submission: Submission | LabelSubmission, types: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the warnings as sentences; the file by its name alone, since a report travels.

    Where a single type counts, that the other one is never predicted is no news.
    """
    silent = {"one-type-only"} if len(types) == 1 else set()
    file = Path(submission.name).name
    return tuple(str(replace(warning, file=file)) for warning in submission.warnings if warning.rule not in silent)


def uncertainty_block(method: str, seed: int) -> dict[str, Any]:
    """Return how the intervals were made."""
    drawn = method != "jackknife"
    return {
        "level": resampling.LEVEL,
        "method": f"{method} over subjects",
        "replicates": resampling.REPLICATES if drawn else None,
        "seed": seed if drawn else None,
    }


def ground_truth_block(dataset: Dataset, truth: GroundTruth, notes: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return what a report says of the events: policy, hash, counts."""
    expressions = truth.expressions
    return {
        "policy": str(truth.policy),
        "choices": truth.policy.as_dict(),
        "sha256": truth.sha256,
        "source": dataset.source,
        "universe": dataset.universe,
        "counts": {
            **{kind: int((expressions["type"] == kind).sum()) for kind in dataset.types},
            "videos": len(dataset.videos),
            "videos_with_events": int(expressions["video"].nunique()),
            "subjects": len(dataset.subjects),
        },
        "touched": dict(truth.changes),
        "notes": [*dataset.notes, *notes],
    }


def count_rows(
    keys: Mapping[Any, list[Any]], counts: NDArray[np.int64], types: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Return one record a subject or video: its keys, then the counts of each type."""
    names = list(keys)
    return [
        {
            **dict(zip(names, values, strict=True)),
            **{k: dict(zip(COUNTS, c.tolist(), strict=False)) for k, c in zip(types, table, strict=True)},
        }
        for values, table in zip(zip(*keys.values(), strict=True), counts, strict=True)
    ]
