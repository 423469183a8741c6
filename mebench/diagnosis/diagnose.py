"""Submission + dataset -> report with its errors and sweeps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from mebench.datasets import catalog
from mebench.datasets.dataset import Dataset
from mebench.datasets.ground_truth import Policy
from mebench.diagnosis.errors import errors_block
from mebench.diagnosis.sweeps import sweep_over_iou, sweep_over_score
from mebench.metrics.intervals import iou_threshold
from mebench.metrics.rules import CANONICAL, RULES
from mebench.problems import UserError, quoted
from mebench.protocols.registry import task_of
from mebench.report.model import Report
from mebench.scoring.case import Predictions, case_of, policy_of, submission_of, test_side
from mebench.scoring.spotting import counted_events, score

SWEEPS = ("iou", "score")


def diagnose(
    predictions: Predictions,
    dataset: str | Dataset,
    *,
    errors: bool = True,
    over: Iterable[str] = (),
    near: str | float | Fraction = 0,
    rule: str = CANONICAL.name,
    iou: str | float | Fraction = "1/2",
    gt_policy: str | Policy | None = None,
    protocol: str | None = None,
    default_type: str | None = None,
    allow_duplicates: bool = False,
    **options: Any,
) -> Report:
    """Score predicted intervals and say what went wrong.

    Parameters
    ----------
    predictions, dataset, rule, iou, gt_policy, protocol, default_type, allow_duplicates, **options
        As for :func:`mebench.scoring.score`.
    errors : bool, default True
        Fill the report's ``errors``: every error by kind with the F1 that fixing it would gain
        (:mod:`mebench.metrics.anatomy`), recall by duration, subject and emotion, false positives a minute.
    over : iterable of {"iou", "score"}
        Fill the report's ``sweep``: F1 over the IoU threshold, or over the score threshold
        (:mod:`mebench.metrics.sweep`). The latter uses the labels that it is scored with and is marked as oracle.
    near : str, float or Fraction, default 0
        IoU from which a prediction touches an event; 0 for any shared frame.

    Returns
    -------
    Report
        That of :func:`mebench.scoring.score`, with ``errors`` and ``sweep``.

    Raises
    ------
    UserError
        If the submission or an option is wrong, if errors are asked for under another rule than ``megc``, or a sweep
        over scores of predictions that have none.

    Examples
    --------
    >>> import pandas as pd
    >>> said = pd.DataFrame({"video": ["s15_0101"], "onset": [10], "offset": [24], "type": ["me"]})
    >>> kinds = diagnose(said, "casme-sq-twin").errors["kinds"]
    >>> [row["kind"] for row in kinds if row["me"]["fp"]]
    ['background']
    """
    wanted = tuple(over)
    _check(errors, wanted, rule)
    if isinstance(dataset, str) and task_of(dataset) == catalog.RECOGNITION:
        raise UserError(f"--errors and --sweep are of intervals; {dataset} has clips to name.")
    side = test_side(dataset, protocol)
    submission = submission_of(predictions, side.whole, default_type, allow_duplicates)
    report = score(submission, dataset, rule=rule, iou=iou, gt_policy=gt_policy, protocol=protocol, **options)
    events = counted_events(side, policy_of(gt_policy, RULES[rule])).expressions
    said = side.keep(submission.predictions)
    case = case_of(side.counted, events, said, iou_threshold(report.rule["iou"]))
    types = side.counted.types
    found: dict[str, Any] = {}
    if "iou" in wanted:
        found["iou"] = sweep_over_iou(case, types, RULES[rule])
    if "score" in wanted:
        found["score"] = sweep_over_score(case, types, said, submission.name)
    told = errors_block(case, side.counted, events, _near(near, case.threshold)) if errors else {}
    return replace(report, errors=told, sweep=found)


def _check(errors: bool, over: tuple[str, ...], rule: str) -> None:
    for name in over:
        if name not in SWEEPS:
            raise UserError(f"--sweep {quoted(name)}: there are sweeps over {' and '.join(SWEEPS)} only.")
    asked = [*(["--errors"] if errors else []), *(["--sweep score"] if "score" in over else [])]
    if asked and rule != CANONICAL.name:
        raise UserError(
            f"{' and '.join(asked)} can be had under the rule {CANONICAL.name} only; leave out --rule {quoted(rule)}."
        )


def _near(written: str | float | Fraction, threshold: Fraction) -> Fraction:
    try:
        near = Fraction(repr(written) if isinstance(written, float) else written)
    except (ValueError, ZeroDivisionError, TypeError):
        raise UserError(f"near {quoted(written)} is not a number; give an IoU such as .1, or 0.") from None
    if not 0 <= near <= threshold:
        raise UserError(f"near {written} is not an IoU from 0 to the threshold {threshold}.")
    return near
