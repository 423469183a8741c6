"""Intervals with emotions + dataset -> report: spot-then-recognise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mebench.datasets import catalog
from mebench.datasets.dataset import Dataset
from mebench.datasets.ground_truth import GroundTruth, Policy
from mebench.datasets.tables import ME
from mebench.metrics import resampling, spotting
from mebench.metrics import spot_then_recognise as strs
from mebench.metrics.ratios import mean_of_defined
from mebench.metrics.rules import CANONICAL, RULES, Case, RuleCannotScore
from mebench.problems import InvalidInput, Problem, UserError, printable, quoted, suggest, unknown_name
from mebench.protocols.registry import task_of
from mebench.report.environment import environment
from mebench.report.model import Report, SpottingScore, defined
from mebench.report.spot_then_recognise import AnalysisScore, EmotionScore, ProductScore
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
from mebench.scoring.spotting import check_interval, counted_events
from mebench.submission.classes import MEGC2019_CLASSES, class_of, is_nothing
from mebench.submission.model import Submission

OFFICIAL = "strs-official"
OTHERS = frozenset({"others", "other"})
"""Annotated where no emotion could be told; not analysed unless asked for."""

_SPOTTING = {"precision": spotting.precision, "recall": spotting.recall, "f1": spotting.f1}


class _Told(NamedTuple):
    """The case that is scored, and the codes of the true and predicted emotions among those that are analysed."""

    case: Case
    true: NDArray[np.int64]
    predicted: NDArray[np.int64]
    emotions: tuple[str, ...]


def score_spot_then_recognise(
    predictions: Predictions,
    dataset: str | Dataset,
    *,
    emotions: str | Sequence[str] | None = None,
    rule: str = CANONICAL.name,
    iou: str | float | Fraction = "1/2",
    gt_policy: str | Policy | None = None,
    protocol: str | None = None,
    default_type: str | None = None,
    allow_duplicates: bool = False,
    interval: str = resampling.METHOD,
    seed: int = 0,
) -> Report:
    """Score micro-expressions that were spotted and named: STRS, F1 of spotting times F1 of analysis.

    Parameters
    ----------
    predictions, dataset, iou, gt_policy, protocol, allow_duplicates, seed
        As for :func:`mebench.scoring.score`. Every ME of the predictions needs an ``emotion``; MaE are not scored, and
        a file without a column ``type`` is taken to hold ME.
    emotions : str or sequence of str, optional
        The emotions that are analysed, as a list or with commas. Default: all annotated ones except ``others``; under
        the rule ``strs-official`` all of them, as in that script.
    rule : {"megc", "strs-official"}
        See :mod:`mebench.metrics.spot_then_recognise`. Under the latter there are no intervals.
    interval : str
        Method of the intervals, see :mod:`mebench.metrics.resampling`.

    Returns
    -------
    Report
        With the task ``spot-then-recognise`` and the scores ``strs``, ``spotting`` and ``analysis``.

    Raises
    ------
    UserError
        If the submission, an emotion or an option is wrong, if the dataset has no emotions, or where the official
        script stops.
    """
    if rule not in {CANONICAL.name, OFFICIAL}:
        rule_of(rule)
        raise UserError(
            f"Spot-then-recognise is scored under the rules {CANONICAL.name} and {OFFICIAL}, not under {quoted(rule)}."
        )
    threshold = threshold_of(iou)
    check_interval(interval, seed)
    if default_type not in {None, ME}:
        raise UserError(f"--type {default_type}: spot-then-recognise is of ME; leave it out.")
    if isinstance(dataset, str) and task_of(dataset) == catalog.RECOGNITION:
        raise UserError(f"Spot-then-recognise is of long videos; {dataset} has clips to name.")
    side = test_side(dataset, protocol)
    if ME not in side.counted.types:
        raise UserError(f"{side.counted.name} has no ME annotated, and spot-then-recognise is of ME.")
    truth = counted_events(side, policy_of(gt_policy, RULES[rule]))
    submission = submission_of(predictions, side.whole, default_type or ME, allow_duplicates)
    of_me = replace(side.counted, types=(ME,))
    truth = truth._replace(expressions=truth.expressions[truth.expressions["type"] == ME].reset_index(drop=True))
    counted = side.keep(submission.predictions)
    said = counted[counted["type"] == ME].reset_index(drop=True)
    told = _told(of_me, truth, said, submission, _analysed(of_me, truth, emotions, rule), threshold)
    left_out = len(submission.predictions) - len(counted)
    facts = _Facts(of_me, truth, submission, side, len(said), len(counted) - len(said), left_out)
    if rule == OFFICIAL:
        return _official_report(facts, told)
    return _report(facts, told, interval, seed)


# Emotions


def _analysed(dataset: Dataset, truth: GroundTruth, asked: str | Sequence[str] | None, rule: str) -> tuple[str, ...]:
    """Return the emotions that are analysed, in alphabetical order."""
    annotated = _annotated(truth)
    if not annotated:
        raise UserError(
            f"{dataset.name} has no emotions of ME annotated, so spot-then-recognise cannot be scored on it. "
            "Datasets with emotions: casme-sq, smic-e-long, or a CSV with a column emotion."
        )
    if asked is None:
        kept = annotated if rule == OFFICIAL else [name for name in annotated if name.casefold() not in OTHERS]
        return tuple(kept or annotated)
    names = asked.split(",") if isinstance(asked, str) else list(asked)
    chosen = set()
    for name in names:
        known = _emotion(name.strip(), annotated)
        if known is None:
            raise unknown_name("emotion", name.strip(), annotated)
        chosen.add(known)
    return tuple(sorted(chosen))


def _annotated(truth: GroundTruth) -> list[str]:
    return sorted(set(truth.expressions["emotion"].dropna()))


def _told(
    dataset: Dataset,
    truth: GroundTruth,
    said: pd.DataFrame,
    submission: Submission,
    emotions: tuple[str, ...],
    threshold: Fraction,
) -> _Told:
    code = {name: i for i, name in enumerate(emotions)}
    meant = _meant(said, submission, _annotated(truth))
    true, predicted = (
        np.array([code.get(name, strs.NOT_ANALYSED) for name in names], dtype=np.int64)
        for names in (truth.expressions["emotion"], meant)
    )
    return _Told(case_of(dataset, truth.expressions, said, threshold), true, predicted, emotions)


def _meant(said: pd.DataFrame, submission: Submission, annotated: Sequence[str]) -> list[str]:
    """Return the emotion that each prediction names, as the dataset writes it.

    Raises
    ------
    UserError, InvalidInput
        If there is no such column, or with every cell that names no emotion of the dataset.
    """
    name = printable(Path(submission.name).name)
    if "emotion" not in said:
        raise UserError(f"{name} has no column emotion, and spot-then-recognise needs one for every ME.")
    written = [cell if isinstance(cell, str) else "" for cell in said["emotion"]]
    meaning = {cell: _emotion(cell, annotated) for cell in set(written)}
    rows = said["row"].tolist() if "row" in said else [None] * len(said)
    problems = [
        _fault(cell, annotated, submission.name, row)
        for cell, row in zip(written, rows, strict=True)
        if meaning[cell] is None
    ]
    if problems:
        raise InvalidInput(problems)
    return [str(meaning[cell]) for cell in written]


def _emotion(written: str, annotated: Sequence[str]) -> str | None:
    """Return the annotated emotion that is meant: its name in any letter case, or neg, pos, sur, but no code.

    With ``others`` there are four emotions, on whose codes no two scripts agree.
    """
    three = [name for name in annotated if name in MEGC2019_CLASSES]
    return class_of(written, annotated) or (class_of(written, three) if written.isalpha() else None)


def _fault(cell: str, annotated: Sequence[str], file: str, row: int | None) -> Problem:
    remedy = f"Write one of {', '.join(annotated)}"
    if is_nothing(cell):
        return Problem("missing-emotion", "the emotion is missing", remedy, file, row, "emotion", cell)
    near = suggest(cell, annotated).strip()
    return Problem(
        "unknown-emotion", f"no emotion {quoted(cell)} is annotated", near or remedy, file, row, "emotion", cell
    )


# Reports


class _Facts(NamedTuple):
    dataset: Dataset
    truth: GroundTruth
    submission: Submission
    side: TestSide
    predictions: int
    macro: int
    left_out: int

    def report(self, told: _Told, rule: str, statement: str, **parts: Any) -> Report:
        claimed = self.submission.meta.get("protocol")
        warnings, notes = shown_warnings(self.submission, (ME,)), self.side.notes
        if self.macro:
            warnings += (f"{self.macro:,} MaE of the file are not scored: spot-then-recognise is of ME.",)
        if self.left_out:
            notes += (f"{self.left_out} predictions are of what the protocol leaves out",)
        return Report(
            task="spot-then-recognise",
            dataset=self.dataset.name,
            synthetic=self.dataset.synthetic,
            protocol=self.side.protocol or (str(claimed) if claimed else None),
            rule={
                "name": rule,
                "version": RULES[rule].version,
                "iou": str(told.case.threshold),
                "statement": statement,
                "emotions": list(told.emotions),
            },
            ground_truth=ground_truth_block(self.dataset, self.truth, notes),
            submission=submission_block(self.submission, self.predictions),
            warnings=warnings,
            environment=environment(),
            **parts,
        )


STATEMENT = (
    "STRS = F1 of spotting (megc, over all ME) x F1 of analysis (harmonic mean of mean precision and mean recall over "
    "the emotions of the hits whose event has an analysed emotion); of several largest matchings the best overlapping, "
    "then the earliest"
)


def _report(facts: _Facts, told: _Told, interval: str, seed: int) -> Report:
    n, videos, case = len(told.emotions), facts.dataset.videos, told.case
    tables = strs.count(case.reference, case.estimated, told.true, told.predicted, len(videos), n, case.threshold)
    packed = strs.pack(tables.spotting, tables.confusion)
    by_subject = np.zeros((len(facts.dataset.subjects), packed.shape[1]), dtype=np.int64)
    np.add.at(by_subject, case.subject, packed)
    counts, confusion = strs.unpack(by_subject.sum(axis=0), n)

    def statistics(summed: NDArray[np.float64]) -> NDArray[np.float64]:
        spotted, named = strs.unpack(summed, n)
        return np.stack(
            [*(f(spotted) for f in _SPOTTING.values()), strs.analysis(named), strs.strs(spotted, named)], -1
        )

    found = resampling.limits(by_subject, statistics, interval, seed=seed)
    ends = [
        (float(low), float(high)) if np.isfinite(low) else None for low, high in zip(found.low, found.high, strict=True)
    ]
    per_subject = by_subject[:, :3], by_subject[:, 3:].reshape(-1, n, n + 1)
    rows = count_rows({"subject": list(facts.dataset.subjects)}, per_subject[0][:, np.newaxis], facts.dataset.types)
    return facts.report(
        told,
        CANONICAL.name,
        STATEMENT,
        scores={
            "strs": ProductScore(defined(float(strs.strs(counts, confusion))), {"strs": ends[4]}),
            "spotting": _spotting_score(counts, dict(zip(_SPOTTING, ends[:3], strict=True))),
            "analysis": _analysis_score(confusion, told.emotions, {"f1": ends[3]}),
        },
        uncertainty=uncertainty_block(interval, seed),
        by_subject=[{**row, "confusion": c.tolist()} for row, c in zip(rows, per_subject[1], strict=True)],
        by_video=count_rows(
            videos[["subject", "video"]].to_dict("list"), tables.spotting[:, np.newaxis], facts.dataset.types
        ),
    )


def _spotting_score(counts: NDArray[Any], interval: dict[str, tuple[float, float] | None]) -> SpottingScore:
    tp, fp, fn = (int(count) for count in counts)
    values = {name: defined(float(f(counts))) for name, f in _SPOTTING.items()}
    return SpottingScore(tp=tp, fp=fp, fn=fn, interval=interval, **values)


def _analysis_score(
    confusion: NDArray[Any], emotions: tuple[str, ...], interval: dict[str, tuple[float, float] | None]
) -> AnalysisScore:
    p, r = strs.precision(confusion), strs.recall(confusion)
    hits, said, true = np.diagonal(confusion), confusion[:, :-1].sum(axis=0), confusion.sum(axis=1)
    return AnalysisScore(
        hits=int(confusion.sum()),
        precision=defined(float(mean_of_defined(p))),
        recall=defined(float(mean_of_defined(r))),
        f1=defined(float(strs.analysis(confusion))),
        emotions=tuple(
            EmotionScore(
                name,
                int(hits[i]),
                int(said[i] - hits[i]),
                int(true[i] - hits[i]),
                defined(float(p[i])),
                defined(float(r[i])),
            )
            for i, name in enumerate(emotions)
        ),
        confusion=tuple(tuple(int(cell) for cell in row) for row in confusion),
        interval=interval,
    )


def _official_report(facts: _Facts, told: _Told) -> Report:
    """Return what the official script prints; it has no intervals."""
    case = told.case
    try:
        printed = strs.official(case, told.true, told.predicted, len(told.emotions))
    except RuleCannotScore as error:
        raise UserError(f"Rule {OFFICIAL} cannot score this: {error}") from error
    outcome = RULES[OFFICIAL].judge(case)
    events = np.zeros(len(told.true), dtype=np.int64)
    confusion = strs.confusion_of(outcome.pairs, events, told.true, told.predicted, 1, len(told.emotions))[0]
    none = dict.fromkeys((*_SPOTTING, "strs"), None)
    analysis = _analysis_score(confusion, told.emotions, {"f1": None})
    by_subject = np.zeros((len(facts.dataset.subjects), *outcome.counts.shape[1:]), dtype=np.int64)
    np.add.at(by_subject, case.subject, outcome.counts)
    return facts.report(
        told,
        OFFICIAL,
        RULES[OFFICIAL].statement + "; UAR is the mean precision, an emotion with a confusion of one cell scores 0",
        scores={
            "strs": ProductScore(defined(printed.strs), {"strs": None}),
            "spotting": _spotting_score(np.array(printed.counts), {name: none[name] for name in _SPOTTING}),
            "analysis": replace(
                analysis,
                precision=defined(printed.precision),
                recall=defined(printed.recall),
                f1=defined(printed.analysis_f1),
                printed={
                    **dict(zip(("tp", "fp", "fn"), printed.analysis_counts, strict=True)),
                    "uf1": defined(printed.uf1),
                    "uar": defined(printed.uar),
                },
            ),
        },
        uncertainty={"level": resampling.LEVEL, "method": "none", "replicates": None, "seed": None},
        by_subject=count_rows({"subject": list(facts.dataset.subjects)}, by_subject, facts.dataset.types),
        by_video=count_rows(
            facts.dataset.videos[["subject", "video"]].to_dict("list"), outcome.counts, facts.dataset.types
        ),
    )
