"""Submission + dataset + rule -> report: the only place where these meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mebench.datasets.dataset import Dataset
from mebench.datasets.ground_truth import GroundTruth, Policy, ground_truth
from mebench.datasets.library import load_dataset
from mebench.metrics import resampling, spotting
from mebench.metrics.intervals import Intervals, intervals, iou_threshold
from mebench.metrics.rules import RULES, Rule
from mebench.problems import UserError, printable, unknown_name
from mebench.report.environment import environment
from mebench.report.model import SCORES, Report, SpottingScore, defined
from mebench.submission.read import from_frame, read_submission

if TYPE_CHECKING:
    from mebench.submission.model import Submission

OVERALL = "overall"
_STATISTICS = {"precision": spotting.precision, "recall": spotting.recall, "f1": spotting.f1}


def score(
    predictions: pd.DataFrame | str | Path | Submission,
    dataset: str | Dataset,
    *,
    rule: str = "megc",
    iou: str | float | Fraction = "1/2",
    gt_policy: str | Policy | None = None,
    protocol: str | None = None,
    default_type: str | None = None,
    allow_duplicates: bool = False,
    seed: int = 0,
) -> Report:
    """Score predicted intervals against a dataset.

    Parameters
    ----------
    predictions : pandas.DataFrame, path or Submission
        Columns ``video``, ``onset``, ``offset``, ``type`` (and optionally ``score``, ``emotion``); frames are integers
        in the video's native rate, both ends included.
    dataset : str or Dataset
        A registered copy or an embedded twin, e.g. ``"samm-lv"``, ``"casme-sq-twin"``.
    rule : str, default "megc"
        A name of :data:`mebench.metrics.rules.RULES`.
    iou : str, float or Fraction, default "1/2"
        IoU from which a pair may match, in (0, 1]; exact.
    gt_policy : str, Policy or None
        See :meth:`mebench.datasets.ground_truth.Policy.parse`.
    protocol : str or None
        The protocol under which the predictions were made, for the record (e.g. ``"loso"``).
    default_type : {"me", "mae"} or None
        The type of all rows where the file has no type column.
    allow_duplicates : bool, default False
        Score exact duplicates, each extra one as a false positive, instead of refusing them.
    seed : int, default 0
        Of the bootstrap over subjects.

    Returns
    -------
    Report

    Raises
    ------
    UserError
        If the submission, the dataset's name, the rule, the threshold or the policy is wrong.

    Examples
    --------
    >>> import pandas as pd
    >>> said = pd.DataFrame({"video": ["s15_0101"], "onset": [10], "offset": [24], "type": ["me"]})
    >>> score(said, dataset="casme-sq-twin").scores["me"].fp
    1
    """
    loaded = load_dataset(dataset) if isinstance(dataset, str) else dataset
    chosen, threshold = _rule(rule), _threshold(iou)
    policy = gt_policy if isinstance(gt_policy, Policy) else Policy.parse(gt_policy)
    truth = ground_truth(loaded, policy)
    if isinstance(predictions, pd.DataFrame):
        submission = from_frame(predictions, loaded, default_type=default_type, allow_duplicates=allow_duplicates)
    elif isinstance(predictions, str | Path):
        path = Path(predictions)
        submission = read_submission(path, loaded, default_type=default_type, allow_duplicates=allow_duplicates)
    else:
        submission = predictions
    counts = count_table(loaded, truth.expressions, submission.predictions, chosen, threshold)
    return _report(loaded, truth, submission, chosen, threshold, counts, protocol, seed)


def count_table(
    dataset: Dataset, expressions: pd.DataFrame, predictions: pd.DataFrame, rule: Rule, threshold: Fraction
) -> spotting.Counts:
    """Return TP, FP and FN of every video and type, shape (n_videos, n_types, 3), in the dataset's order."""
    reference, estimated = _coded(expressions, dataset), _coded(predictions, dataset)
    n_videos, n_types = len(dataset.videos), len(dataset.types)
    counts, _ = rule.count(reference, estimated, n_videos * n_types, threshold)
    return counts.reshape(n_videos, n_types, 3)


def _coded(table: pd.DataFrame, dataset: Dataset) -> Intervals:
    """Turn (video, type) into group codes ``video * n_types + type``."""
    video = pd.Index(dataset.videos["video"]).get_indexer(pd.Index(table["video"]))
    kind = pd.Index(dataset.types).get_indexer(pd.Index(table["type"]))
    return intervals(video * len(dataset.types) + kind, table["onset"], table["offset"])


def _rule(name: str) -> Rule:
    if name not in RULES:
        raise unknown_name("rule", name, RULES)
    return RULES[name]


def _threshold(iou: str | float | Fraction) -> Fraction:
    try:
        return iou_threshold(iou)
    except ValueError as error:
        raise UserError(f"--iou: {error}.") from error


def _report(
    dataset: Dataset,
    truth: GroundTruth,
    submission: Submission,
    rule: Rule,
    threshold: Fraction,
    counts: spotting.Counts,
    protocol: str | None,
    seed: int,
) -> Report:
    subject = pd.Index(dataset.subjects).get_indexer(pd.Index(dataset.videos["subject"]))
    by_subject = np.zeros((len(dataset.subjects), *counts.shape[1:]), dtype=np.int64)
    np.add.at(by_subject, subject, counts)
    claimed = submission.meta.get("protocol")
    return Report(
        dataset=dataset.name,
        synthetic=dataset.synthetic,
        protocol=protocol or (str(claimed) if claimed else None),
        rule={"name": rule.name, "version": rule.version, "iou": str(threshold), "statement": rule.statement},
        ground_truth=_ground_truth_block(dataset, truth),
        submission=_submission_block(submission),
        scores=_scores(by_subject, dataset.types, seed),
        uncertainty={
            "level": resampling.LEVEL,
            "method": "percentile bootstrap over subjects",
            "replicates": resampling.REPLICATES,
            "seed": seed,
        },
        by_subject=_rows({"subject": list(dataset.subjects)}, by_subject, dataset.types),
        by_video=_rows(dataset.videos[["subject", "video"]].to_dict("list"), counts, dataset.types),
        warnings=tuple(str(replace(warning, file=Path(submission.name).name)) for warning in submission.warnings),
        environment=environment(),
    )


def _scores(by_subject: spotting.Counts, types: tuple[str, ...], seed: int) -> dict[str, SpottingScore]:
    """Return the score of each type and of both together; an unannotated type has no entry."""
    tables = {kind: by_subject[:, i] for i, kind in enumerate(types)}
    tables[OVERALL] = by_subject.sum(axis=1)
    stacked = np.stack(list(tables.values()), axis=1)
    # One set of draws for all scores, so that intervals of one report belong together.
    replicates = {name: resampling.replicate(stacked, f, seed=seed) for name, f in _STATISTICS.items()}
    scores = {}
    for i, kind in enumerate(tables):
        total = stacked[:, i].sum(axis=0)
        values = {name: defined(float(f(total))) for name, f in _STATISTICS.items()}
        found = {
            name: None if values[name] is None else _ends(replicates[name][:, i], len(by_subject)) for name in SCORES
        }
        tp, fp, fn = (int(n) for n in total)
        scores[kind] = SpottingScore(tp=tp, fp=fp, fn=fn, interval=found, **values)
    return scores


def _ends(replicates: NDArray[np.float64], n_subjects: int) -> tuple[float, float] | None:
    """Return the interval's ends, or None where it says nothing: with one subject nothing varies."""
    interval = resampling.percentile_interval(replicates) if n_subjects > 1 else None
    return None if interval is None else (interval.low, interval.high)


def _ground_truth_block(dataset: Dataset, truth: GroundTruth) -> dict[str, Any]:
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
        "notes": list(dataset.notes),
    }


def _submission_block(submission: Submission) -> dict[str, Any]:
    meta: Mapping[str, Any] = submission.meta
    return {
        # The name alone: a report travels, and a folder is nobody's business.
        "file": printable(Path(submission.name).name),
        "format": submission.format,
        "sha256": submission.sha256,
        "predictions": len(submission.predictions),
        "method": meta.get("method"),
        "selection": meta.get("selection"),
        "threshold_source": meta.get("threshold_source"),
    }


def _rows(keys: Mapping[Any, list[Any]], counts: spotting.Counts, types: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return one record a subject or video: its keys, then the counts of each type."""
    names = list(keys)
    return [
        {
            **dict(zip(names, values, strict=True)),
            **{k: {"tp": int(c[0]), "fp": int(c[1]), "fn": int(c[2])} for k, c in zip(types, table, strict=True)},
        }
        for values, table in zip(zip(*keys.values(), strict=True), counts, strict=True)
    ]
