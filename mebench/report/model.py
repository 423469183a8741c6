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

    def as_dict(self, uncertainty: Mapping[str, Any]) -> dict[str, Any]:
        """Return the score as JSON, with the words on how its intervals were made."""
        return with_interval(asdict(self), uncertainty)


@dataclass(frozen=True)
class ClassScore:
    """Counts and scores of one class against the rest; None where undefined."""

    label: str
    clips: int
    tp: int
    fp: int
    fn: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True)
class RecognitionScore:
    """Scores of the clips of one database, or of all.

    ``macro_precision`` is there because it has been published under the name of UAR. ``confusion`` has a row for each
    true class and a column for each predicted one, in the order of ``classes``. ``absent`` names the classes that are
    neither true nor predicted (UF1 leaves them out), ``unseen`` those without a clip (UAR leaves them out).
    """

    clips: int
    subjects: int
    uf1: float | None
    uar: float | None
    accuracy: float | None
    macro_precision: float | None
    classes: tuple[ClassScore, ...]
    confusion: tuple[tuple[int, ...], ...]
    absent: tuple[str, ...]
    unseen: tuple[str, ...]
    interval: Mapping[str, tuple[float, float] | None] = field(default_factory=dict)

    def as_dict(self, uncertainty: Mapping[str, Any]) -> dict[str, Any]:
        """Return the score as JSON, with the words on how its intervals were made."""
        return with_interval(asdict(self), uncertainty)


def with_interval(score: dict[str, Any], uncertainty: Mapping[str, Any]) -> dict[str, Any]:
    """Return a score's dictionary with its intervals as lists, and how they were made beside them."""
    plain = {name: _lists(value) for name, value in score.items()}
    return {**plain, "interval": {**plain["interval"], **uncertainty}}


def _lists(value: Any) -> Any:
    """Return a value with lists for tuples, as JSON has them."""
    if isinstance(value, Mapping):
        return {name: _lists(inner) for name, inner in value.items()}
    return [_lists(inner) for inner in value] if isinstance(value, list | tuple) else value


@dataclass(frozen=True)
class Report:
    """A scored submission.

    Parameters
    ----------
    task : {"spotting", "recognition", "spot-then-recognise"}
    scores : mapping
        Spotting: a :class:`SpottingScore` by type (``me``, ``mae``) and ``overall``, the sum of the typed counts.
        Recognition: a :class:`RecognitionScore` ``full`` and by database.
    by_subject, by_video : list of dict
        Counts of each subject and (spotting) each video of the universe, in the dataset's order.
    warnings : tuple of str
        Remarks about the submission; they do not change the score.
    errors, sweep : mapping
        What was asked for beside the score: errors by kind; scores over thresholds. Empty if nothing was.
    """

    dataset: str
    synthetic: bool
    protocol: str | None
    rule: Mapping[str, Any]
    ground_truth: Mapping[str, Any]
    submission: Mapping[str, Any]
    scores: Mapping[str, Any]
    uncertainty: Mapping[str, Any]
    by_subject: list[dict[str, Any]]
    by_video: list[dict[str, Any]]
    warnings: tuple[str, ...]
    environment: Mapping[str, Any]
    task: str = "spotting"
    errors: Mapping[str, Any] = field(default_factory=dict)
    sweep: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as the JSON document that the schema describes."""
        scores = {name: score.as_dict(self.uncertainty) for name, score in self.scores.items()}
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
            **({"sweep": dict(self.sweep)} if self.sweep else {}),
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


def is_oracle(report: Report) -> bool:
    """Return whether the submission's makers chose the epoch or the thresholds on the test labels."""
    return "oracle" in {report.submission["selection"], report.submission["threshold_source"]}


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
