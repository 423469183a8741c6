"""Intervals + dataset + rule -> report: spotting."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from mebench.datasets import catalog
from mebench.datasets.dataset import ClipDataset, Dataset
from mebench.datasets.ground_truth import GroundTruth, Policy, ground_truth
from mebench.metrics import resampling, spotting
from mebench.metrics.rules import RULES, Outcome, Rule, RuleCannotScore
from mebench.metrics.rules import precision as rule_precision
from mebench.problems import UserError, printable
from mebench.protocols.registry import task_of
from mebench.report.difference import difference
from mebench.report.environment import environment
from mebench.report.model import Report, SpottingScore, defined
from mebench.scoring.blocks import count_rows, ground_truth_block, shown_warnings, submission_block, uncertainty_block
from mebench.scoring.case import (
    Predictions,
    TestSide,
    case_of,
    policy_of,
    rule_of,
    submission_of,
    test_side,
    threshold_of,
)
from mebench.submission.model import LabelSubmission, Submission

OVERALL = "overall"
_STATISTICS = {"precision": rule_precision, "recall": spotting.recall, "f1": spotting.f1}


def score(
    predictions: Predictions | LabelSubmission,
    dataset: str | Dataset | ClipDataset,
    *,
    rule: str | None = None,
    iou: str | float | Fraction | None = None,
    gt_policy: str | Policy | None = None,
    protocol: str | None = None,
    classes: str | None = None,
    default_type: str | None = None,
    allow_duplicates: bool = False,
    interval: str = resampling.METHOD,
    seed: int = 0,
) -> Report:
    """Score predicted intervals, or on a recognition dataset predicted classes.

    Parameters
    ----------
    predictions : pandas.DataFrame, path or Submission
        Columns ``video``, ``onset``, ``offset``, ``type`` (and optionally ``score``, ``emotion``); frames are integers
        in the video's native rate, both ends included. For recognition: see
        :func:`mebench.scoring.recognition.score_labels`.
    dataset : str or Dataset
        A registered copy or an embedded twin, e.g. ``"samm-lv"``, ``"casme-sq-twin"``, ``"megc2019-twin"``.
    rule : str or None
        A name of :data:`mebench.metrics.rules.RULES`; default ``megc``.
    iou : str, float, Fraction or None
        Default 1/2. IoU from which a pair may match, in (0, 1]; exact.
    gt_policy : str, Policy or None
        See :meth:`mebench.datasets.ground_truth.Policy.parse`; ``"rule"`` for what the rule's script chose.
    protocol : str or None
        A name of :data:`mebench.protocols.registry.PROTOCOLS`: it decides which subjects and types count. None counts
        all, and what the submission's metadata say of a protocol is recorded.
    classes : str or None
        Class scheme, for recognition protocols that leave the choice.
    default_type : {"me", "mae"} or None
        The type of all rows where the file has no type column.
    allow_duplicates : bool, default False
        Score exact duplicates, each extra one as a false positive, instead of refusing them.
    interval : {"jackknife", "percentile", "bca"}
        How intervals are made, see :mod:`mebench.metrics.resampling`.
    seed : int, default 0
        Of the bootstrap over subjects, where ``interval`` is one.

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
    check_interval(interval, seed)
    if isinstance(dataset, ClipDataset):
        dataset = dataset.name
    if isinstance(dataset, str) and task_of(dataset) == catalog.RECOGNITION:
        of_spotting = {
            "--gt-policy": gt_policy,
            "--type": default_type,
            "--iou": iou,
            "--allow-duplicates": allow_duplicates or None,
        }
        for option, value in of_spotting.items():
            if value is not None:
                raise UserError(f"{option} is for spotting; {dataset} has clips to name.")
        from mebench.scoring.recognition import score_labels

        labels: Any = predictions
        return score_labels(
            labels, dataset, protocol=protocol, classes=classes, rule=rule, interval=interval, seed=seed
        )
    if classes is not None:
        raise UserError("--classes is for recognition; a spotting dataset has the types ME and MaE.")
    if isinstance(predictions, LabelSubmission):
        raise UserError("These are classes of clips, and the dataset has intervals to find.")
    chosen, threshold = rule_of(rule or "megc"), threshold_of("1/2" if iou is None else iou)
    side = test_side(dataset, protocol)
    truth = counted_events(side, policy_of(gt_policy, chosen))
    submission = submission_of(predictions, side.whole, default_type, allow_duplicates)
    return _scored(side, truth, submission, chosen, threshold, interval, seed)


def score_all_rules(
    predictions: Predictions,
    dataset: str | Dataset,
    *,
    iou: str | float | Fraction = "1/2",
    gt_policy: str | Policy | None = None,
    protocol: str | None = None,
    default_type: str | None = None,
    allow_duplicates: bool = False,
    interval: str = resampling.METHOD,
    seed: int = 0,
) -> list[tuple[Rule, Report | str]]:
    """Score predicted intervals under every rule; the parameters are those of :func:`score`.

    Returns
    -------
    list of (Rule, Report or str)
        The canonical rule first. Where a rule's script would stop there is the sentence that says why.

    Raises
    ------
    UserError
        If the submission, the dataset's name, the threshold or the policy is wrong.
    """
    check_interval(interval, seed)
    if isinstance(dataset, str) and task_of(dataset) == catalog.RECOGNITION:
        raise UserError(f"--rule all compares the rules of spotting; {dataset} has clips to name.")
    threshold = threshold_of(iou)
    side = test_side(dataset, protocol)
    policies = {rule: policy_of(gt_policy, rule) for rule in RULES.values()}
    submission = submission_of(predictions, side.whole, default_type, allow_duplicates)
    results: list[tuple[Rule, Report | str]] = []
    for rule, policy in policies.items():
        try:
            truth = counted_events(side, policy)
            results.append((rule, _scored(side, truth, submission, rule, threshold, interval, seed)))
        except UserError as error:
            # A policy that the user named concerns every rule; one that a rule brought concerns that rule.
            if not isinstance(error, _Refused) and gt_policy != "rule":
                raise
            results.append((rule, str(error)))
    return results


class _Refused(UserError):
    """A rule's script stops on this file."""


def check_interval(method: str, seed: int) -> None:
    """Refuse an interval method or a seed that does not exist."""
    if method not in resampling.METHODS:
        raise UserError(f"There is no interval method {method!r}; choose {', '.join(resampling.METHODS)}.")
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise UserError(f"A seed is a whole number from 0 on, not {seed!r}.")


def counted_events(side: TestSide, policy: Policy) -> GroundTruth:
    """Return the events that count; the hash is of the universe and the events that are scored."""
    return ground_truth(side.counted, policy)


def _scored(
    side: TestSide,
    truth: GroundTruth,
    submission: Submission,
    rule: Rule,
    threshold: Fraction,
    interval: str,
    seed: int,
) -> Report:
    said = side.keep(submission.predictions)
    case = case_of(side.counted, truth.expressions, said, threshold)
    try:
        outcome = rule.judge(case)
    except RuleCannotScore as error:
        place = _place(error, truth.expressions, said)
        raise _Refused(f"Rule {rule.name} cannot score this: {str(error).rstrip('.')}{place}.") from error
    facts = {"name": rule.name, "version": rule.version, "iou": str(threshold), "statement": rule.statement}
    if not rule.canonical:
        facts |= {"source": rule.source, "differs": rule.differs, "gt_policy": rule.gt_policy}
        facts["difference"] = difference(case, outcome, rule, truth.expressions, said)
    return _report(side, truth, submission, len(said), facts, outcome, interval, seed)


def _place(error: RuleCannotScore, expressions: pd.DataFrame, predictions: pd.DataFrame) -> str:
    """Return, in brackets, the event and the prediction at which a script stops."""
    places = []
    if error.reference is not None:
        event = expressions.iloc[error.reference]
        places.append(f"event {event['onset']} to {event['offset']} of video {printable(str(event['video']))}")
    if error.estimated is not None:
        said = predictions.iloc[error.estimated]
        places.append(f"prediction {said['onset']} to {said['offset']}")
    return f" ({', '.join(places)})" if places else ""


def _report(
    side: TestSide,
    truth: GroundTruth,
    submission: Submission,
    counted: int,
    rule: Mapping[str, Any],
    outcome: Outcome,
    interval: str,
    seed: int,
) -> Report:
    dataset, counts = side.counted, outcome.table()
    subject = pd.Index(dataset.subjects).get_indexer(pd.Index(dataset.videos["subject"]))
    by_subject = np.zeros((len(dataset.subjects), *counts.shape[1:]), dtype=np.int64)
    np.add.at(by_subject, subject, counts)
    claimed = submission.meta.get("protocol")
    left_out = len(submission.predictions) - counted
    notes = (*side.notes, *([f"{left_out} predictions are of what the protocol leaves out"] if left_out else []))
    return Report(
        dataset=dataset.name,
        synthetic=dataset.synthetic,
        protocol=side.protocol or (str(claimed) if claimed else None),
        rule=rule,
        ground_truth=ground_truth_block(dataset, truth, notes),
        submission=submission_block(submission, counted),
        scores=spotting_scores(by_subject, dataset.types, interval, seed),
        uncertainty=uncertainty_block(interval, seed),
        by_subject=count_rows({"subject": list(dataset.subjects)}, by_subject, dataset.types),
        by_video=count_rows(dataset.videos[["subject", "video"]].to_dict("list"), counts, dataset.types),
        warnings=shown_warnings(submission, dataset.types),
        environment=environment(),
    )


def spotting_scores(
    by_subject: spotting.Counts, types: tuple[str, ...], interval: str, seed: int
) -> dict[str, SpottingScore]:
    """Return the score of each type and of both together; an unannotated type has no entry.

    Parameters
    ----------
    by_subject : ndarray of int64, shape (n_subjects, n_types, 3 or 4)
        Additive counts.
    """
    tables = {kind: by_subject[:, i] for i, kind in enumerate(types)}
    tables[OVERALL] = by_subject.sum(axis=1)
    stacked = np.stack(list(tables.values()), axis=1)
    limits = {name: resampling.limits(stacked, f, interval, seed=seed) for name, f in _STATISTICS.items()}
    scores = {}
    for i, kind in enumerate(tables):
        total = stacked[:, i].sum(axis=0)
        values = {name: defined(float(f(total))) for name, f in _STATISTICS.items()}
        ends = {
            name: (float(found.low[i]), float(found.high[i]))
            if _is_share(values[name]) and np.isfinite(found.low[i])
            else None
            for name, found in limits.items()
        }
        tp, fp, fn = (int(n) for n in total[:3])
        scores[kind] = SpottingScore(tp=tp, fp=fp, fn=fn, interval=ends, **values)
    return scores


def _is_share(value: float | None) -> bool:
    """Return whether a score has an interval: under some rules it lies outside [0, 1] and is a share of nothing."""
    return value is not None and 0 <= value <= 1
