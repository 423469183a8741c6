"""From what the user gave to what a rule takes: names resolved, tables read and checked, intervals as arrays."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from mebench.datasets.dataset import Dataset
from mebench.datasets.ground_truth import Policy
from mebench.datasets.library import load_dataset
from mebench.metrics.intervals import Intervals, intervals, iou_threshold
from mebench.metrics.rules import RULES, Case, Rule
from mebench.problems import UserError, unknown_name
from mebench.submission.model import Submission
from mebench.submission.read import from_frame, read_submission

Predictions = pd.DataFrame | str | Path | Submission
"""Whatever predicted intervals come as."""


class TestSide(NamedTuple):
    """What a protocol tests of a dataset: ``counted`` has the videos and types that count, ``notes`` what does not."""

    whole: Dataset
    counted: Dataset
    protocol: str | None
    notes: tuple[str, ...]

    def keep(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of a table of events or predictions that count."""
        if self.counted is self.whole:
            return table
        counts = table["video"].isin(self.counted.video_ids) & table["type"].isin(self.counted.types)
        return table[counts].reset_index(drop=True)


def test_side(dataset: str | Dataset, protocol: str | None) -> TestSide:
    """Return what counts of a dataset under a protocol; without one everything does."""
    if protocol is None:
        whole = load_dataset(dataset) if isinstance(dataset, str) else dataset
        return TestSide(whole, whole, None, ())
    if not isinstance(dataset, str):
        raise UserError(f"Protocol {protocol} needs the dataset by its name, not as a loaded object.")
    from mebench.protocols.registry import plan

    made = plan(protocol, dataset)
    if made.spotting is None:
        raise UserError(f"Protocol {protocol} of {dataset} has clips to name, not intervals to find.")
    return TestSide(made.spotting, made.counted(), made.protocol, made.notes)


def submission_of(
    predictions: Predictions, dataset: Dataset, default_type: str | None, allow_duplicates: bool
) -> Submission:
    """Return predictions read and checked, wherever they come from; a submission as it is.

    Raises
    ------
    TypeError
        If they are none of these.
    """
    if isinstance(predictions, Submission):
        return predictions
    if isinstance(predictions, pd.DataFrame):
        return from_frame(predictions, dataset, default_type=default_type, allow_duplicates=allow_duplicates)
    if isinstance(predictions, str | Path):
        path = Path(predictions)
        return read_submission(path, dataset, default_type=default_type, allow_duplicates=allow_duplicates)
    raise TypeError(f"predictions are a DataFrame, a path or a Submission, not {type(predictions).__name__}")


def case_of(dataset: Dataset, expressions: pd.DataFrame, predictions: pd.DataFrame, threshold: Fraction) -> Case:
    """Return events and predictions as the arrays that a rule takes, rows in the order of their tables."""
    return Case(
        reference=_coded(expressions, dataset),
        estimated=_coded(predictions, dataset),
        n_videos=len(dataset.videos),
        n_types=len(dataset.types),
        subject=pd.Index(dataset.subjects).get_indexer(pd.Index(dataset.videos["subject"])),
        fps=dataset.videos["fps"].to_numpy(np.float64),
        threshold=threshold,
    )


def _coded(table: pd.DataFrame, dataset: Dataset) -> Intervals:
    """Turn (video, type) into group codes ``video * n_types + type``."""
    video = pd.Index(dataset.videos["video"]).get_indexer(pd.Index(table["video"]))
    kind = pd.Index(dataset.types).get_indexer(pd.Index(table["type"]))
    return intervals(video * len(dataset.types) + kind, table["onset"], table["offset"])


def rule_of(name: str) -> Rule:
    """Return a rule by name, or say which names there are."""
    if name not in RULES:
        raise unknown_name("rule", name, RULES)
    return RULES[name]


def policy_of(written: str | Policy | None, rule: Rule) -> Policy:
    """Return a ground-truth policy as given, by its name, or as the rule's script chose it (``"rule"``)."""
    if isinstance(written, Policy):
        return written
    if written is not None and not isinstance(written, str):
        raise TypeError(f"a ground-truth policy is a name or a Policy, not {type(written).__name__}")
    return Policy.parse(rule.gt_policy if written == "rule" else written)


def threshold_of(iou: str | float | Fraction) -> Fraction:
    """Return an IoU threshold as an exact fraction, or say what is wrong with it."""
    try:
        return iou_threshold(iou)
    except ValueError as error:
        raise UserError(f"--iou: {error}.") from error
