"""The report: scores, counts, and where each of them came from.

Its JSON form follows ``mebench/report/schema/report-1.json``. Two reports of the same file are the same bytes apart
from ``environment``, which holds the clock and the machine.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from mebench.files import write_atomically

SCHEMA = "mebench/report/1"
SCORES = ("precision", "recall", "f1")


@dataclass(frozen=True)
class SpottingScore:
    """Counts and scores of one expression type, or of both together.

    ``precision``, ``recall`` and ``f1`` are None where they are undefined (their denominator is 0); ``interval`` maps
    each of them to (low, high) or None. Which interval it is stands in :class:`Report` under ``uncertainty``.
    """

    tp: int
    fp: int
    fn: int
    precision: float | None
    recall: float | None
    f1: float | None
    interval: Mapping[str, tuple[float, float] | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """A scored submission.

    Parameters
    ----------
    scores : mapping of str to SpottingScore
        By type (``me``, ``mae``) and ``overall``, the sum of the typed counts.
    by_subject, by_video : list of dict
        Counts of each subject and each video of the universe, in the dataset's order.
    warnings : tuple of str
        Remarks about the submission; they do not change the score.
    """

    dataset: str
    synthetic: bool
    protocol: str | None
    rule: Mapping[str, Any]
    ground_truth: Mapping[str, Any]
    submission: Mapping[str, Any]
    scores: Mapping[str, SpottingScore]
    uncertainty: Mapping[str, Any]
    by_subject: list[dict[str, Any]]
    by_video: list[dict[str, Any]]
    warnings: tuple[str, ...]
    environment: Mapping[str, Any]
    task: str = "spotting"
    errors: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as the JSON document that the schema describes."""
        level_and_method = dict(self.uncertainty)
        scores = {
            name: {
                **{key: value for key, value in asdict(score).items() if key != "interval"},
                "interval": {**{k: list(v) if v else None for k, v in score.interval.items()}, **level_and_method},
            }
            for name, score in self.scores.items()
        }
        return {
            "schema": SCHEMA,
            "task": self.task,
            "dataset": self.dataset,
            "synthetic": self.synthetic,
            "protocol": self.protocol,
            "rule": dict(self.rule),
            "ground_truth": dict(self.ground_truth),
            "submission": dict(self.submission),
            "scores": scores,
            "by_subject": self.by_subject,
            "by_video": self.by_video,
            "errors": dict(self.errors),
            "warnings": list(self.warnings),
            "environment": dict(self.environment),
        }

    def to_json(self) -> str:
        """Return the report as JSON text, one key a line, numbers at full precision."""
        return json.dumps(self.as_dict(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def save(self, path: str | Path) -> None:
        """Write the report as JSON, atomically."""
        write_atomically(Path(path), self.to_json())

    def __str__(self) -> str:
        """Return the report as the terminal shows it."""
        from mebench.report.render import render

        return render(self, "table")


def defined(value: float) -> float | None:
    """Return a score, or None where it is undefined (nan)."""
    return None if math.isnan(value) else float(value)


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of the report."""
    from importlib.resources import files

    text = files("mebench.report").joinpath("schema/report-1.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
