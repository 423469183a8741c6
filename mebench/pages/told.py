"""What a page says of one submission: everything scored once, and what of it may be shown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from mebench.datasets import catalog
from mebench.datasets.tables import ME
from mebench.diagnosis.diagnose import diagnose
from mebench.metrics import anatomy
from mebench.metrics.intervals import iou_threshold
from mebench.metrics.rules import CANONICAL, Case, Rule
from mebench.pages.timelines import betrays, timelines
from mebench.problems import UserError, printable
from mebench.protocols.registry import plan, task_of
from mebench.report.model import Report
from mebench.scoring.case import TestSide, case_of, policy_of, submission_of, test_side
from mebench.scoring.recognition import score_labels
from mebench.scoring.spot_then_recognise import score_spot_then_recognise
from mebench.scoring.spotting import counted_events, score_all_rules
from mebench.submission.labels import read_labels
from mebench.submission.model import Submission

NO_TIMELINE = (
    "The predictions are left out too: beside these scores they would tell where events are. They are drawn only if "
    "fewer than half of the predictions of each type overlap an event, fewer than half of the events of each type "
    "overlap a prediction, no prediction repeats an event frame by frame, and nothing was chosen on the test labels."
)


@dataclass(frozen=True)
class Told:
    """One submission with all that its page is made from.

    Parameters
    ----------
    report : Report
        Of spotting with its errors and its sweep over IoU, or of recognition.
    truth : bool
        Whether the page holds the ground truth.
    because : str
        Why it does or does not, in a sentence or two; empty where there is nothing to be said (a twin as always).
    videos : list of dict, or None
        See :func:`mebench.pages.timelines.timelines`; None where the predictions would tell the events.
    rules : list of (Rule, Report or str)
        The score under every rule (spotting).
    analysis : Report, str or None
        Spot-then-recognise, or why it could not be scored; None where nothing names emotions.
    misnamed : list of (database, subject, clip, true class, predicted class), or None
        The clips that are wrong (recognition, with ground truth).
    """

    report: Report
    truth: bool
    because: str
    videos: list[dict[str, Any]] | None = None
    rules: tuple[tuple[Rule, Report | str], ...] = ()
    analysis: Report | str | None = None
    misnamed: list[tuple[str, str, str, str, str]] | None = None

    def sentences(self) -> list[str]:
        """Return what a reader of the page must know of the ground truth in it."""
        hidden = self.report.task == "spotting" and self.videos is None
        return [*([self.because] if self.because else []), *([NO_TIMELINE] if hidden else [])]


def tell(
    file: str | Path,
    dataset: str,
    *,
    ground_truth: bool | None = None,
    protocol: str | None = None,
    classes: str | None = None,
    gt_policy: str | None = None,
    default_type: str | None = None,
    allow_duplicates: bool = False,
) -> Told:
    """Score a submission for its page.

    Parameters
    ----------
    file : str or Path
        Intervals, or classes of clips.
    dataset : str
        A registered copy or a twin.
    ground_truth : bool or None
        Whether the page holds events, outcomes of single predictions and counts of single videos. None: only if the
        data are synthetic, since the annotation of a real dataset is not ours to pass on.
    protocol, classes, gt_policy, default_type, allow_duplicates
        As for :func:`mebench.scoring.score`.

    Raises
    ------
    UserError
        If the submission or an option is wrong.
    """
    if task_of(dataset) == catalog.RECOGNITION:
        for option, value in {
            "--gt-policy": gt_policy,
            "--type": default_type,
            "--allow-duplicates": allow_duplicates,
        }.items():
            if value:
                raise UserError(f"{option} is for spotting; {dataset} has clips to name.")
        return _recognition(Path(file), dataset, ground_truth, protocol, classes)
    if classes is not None:
        raise UserError("--classes is for recognition; a spotting dataset has the types ME and MaE.")
    side = test_side(dataset, protocol)
    submission = submission_of(Path(file), side.whole, default_type, allow_duplicates)
    return _spotting(side, submission, dataset, ground_truth, protocol, gt_policy)


def _spotting(
    side: TestSide,
    submission: Submission,
    dataset: str,
    ground_truth: bool | None,
    protocol: str | None,
    gt_policy: str | None,
) -> Told:
    options: dict[str, Any] = {"gt_policy": gt_policy, "protocol": protocol}
    report = diagnose(submission, dataset, over=("iou",), **options)
    rules = score_all_rules(submission, dataset, **options)
    truth = report.synthetic if ground_truth is None else ground_truth
    events = counted_events(side, policy_of(gt_policy, CANONICAL)).expressions
    said = side.keep(submission.predictions)
    case = case_of(side.counted, events, said, iou_threshold(report.rule["iou"]))
    found = anatomy.anatomise(case.reference, case.estimated, case.n_types, case.threshold)
    hidden = not truth and betrays(case, report)
    return Told(
        report=report,
        truth=truth,
        because=_because(report, truth, ground_truth),
        videos=None if hidden else timelines(side.counted, events if truth else None, said, found),
        rules=tuple(rules),
        analysis=_analysis(case, events, submission, dataset, options),
    )


def _analysis(
    case: Case, events: pd.DataFrame, submission: Submission, dataset: str, options: dict[str, Any]
) -> Report | str | None:
    """Return the score of spot-then-recognise where both sides name emotions of ME."""
    kinds = submission.predictions["type"] == ME
    if "emotion" not in submission.predictions or not submission.predictions["emotion"][kinds].notna().any():
        return None
    if not events["emotion"][events["type"] == ME].notna().any():
        return None
    try:
        return score_spot_then_recognise(submission, dataset, **options)
    except UserError as error:
        return str(error)


def _recognition(
    file: Path, dataset: str, ground_truth: bool | None, protocol: str | None, classes: str | None
) -> Told:
    made = plan(protocol, dataset, classes)
    if made.samples is None:
        raise UserError(f"{made.dataset} is a spotting dataset: it has intervals to find, not clips to name.")
    submission = read_labels(file, made.samples)
    report = score_labels(submission, made)
    truth = report.synthetic if ground_truth is None else ground_truth
    said, true = submission.labels["label"].tolist(), made.samples.samples["label"].tolist()
    wrong = [
        (*key, meant, named) for key, meant, named in zip(made.samples.keys, true, said, strict=True) if meant != named
    ]
    return Told(report, truth, _because(report, truth, ground_truth), misnamed=wrong if truth else None)


def _because(report: Report, truth: bool, asked: bool | None) -> str:
    """Return what a reader must know of the ground truth in this page; empty for a twin that shows all of it."""
    name = printable(report.dataset)
    if truth:
        if report.synthetic:
            return ""
        return (
            f"This page holds the annotation of {name}, as --ground-truth asked for. "
            "Whoever has the page has the annotation: do not publish it unless the licence lets you."
        )
    what = "the events" if report.task == "spotting" else "the classes"
    left_out = (
        f"Without ground truth: {what} of {name} are not in this page, nor is what became of any single prediction, "
        "only sums over the whole dataset are"
    )
    if report.synthetic:
        return f"{left_out}, as --no-ground-truth asked for."
    why = (
        "as --no-ground-truth asked for"
        if asked is False
        else "because an annotation that is licensed must not leak into a page that is shared"
    )
    return f"{left_out}, {why}. For your own eyes, make the page with --ground-truth."
