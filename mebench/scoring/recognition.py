"""Predicted classes + samples -> report: recognition, under the definition of MEGC2019."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mebench.datasets.samples import Samples
from mebench.metrics import recognition, resampling
from mebench.metrics.ratios import mean_of_defined
from mebench.problems import UserError, unknown_name
from mebench.protocols.registry import Plan, plan
from mebench.report.environment import environment
from mebench.report.model import ClassScore, RecognitionScore, Report, defined
from mebench.scoring.blocks import shown_warnings, submission_block, uncertainty_block
from mebench.submission.labels import labels_from_frame, read_labels
from mebench.submission.model import LabelSubmission

RULE: Mapping[str, Any] = {
    "name": "megc2019",
    "version": 1,
    "statement": (
        "TP, FP and FN summed over all folds, class list fixed by the protocol, UF1 = mean F1 and UAR = mean recall "
        "over classes; a class that is neither true nor predicted is left out and named, one that is predicted but "
        "never true counts F1 = 0"
    ),
}
FULL = "full"


def score_labels(
    labels: pd.DataFrame | str | Path | LabelSubmission,
    dataset: str | Plan,
    *,
    protocol: str | None = None,
    classes: str | None = None,
    rule: str | None = None,
    interval: str = resampling.METHOD,
    seed: int = 0,
) -> Report:
    """Score predicted classes of clips.

    Parameters
    ----------
    labels : pandas.DataFrame, path or LabelSubmission
        One row a clip: ``dataset``, ``subject``, ``clip``, ``label``; every clip of the protocol exactly once.
    dataset : str or Plan
        A registered copy or twin (``casme2-twin``), or the composite ``megc2019`` or ``megc2019-twin``.
    protocol : str or None
        Default: ``megc2019`` for a composite, else ``loso``.
    classes : str or None
        Class scheme of a protocol that leaves the choice.
    interval : str
        Method of the intervals, see :mod:`mebench.metrics.resampling`.

    Returns
    -------
    Report
        ``scores`` has ``full``, and one entry a database where there are several.

    Raises
    ------
    UserError
        If the submission or a name is wrong, or a copy does not give the protocol's counts.
    """
    if rule not in {None, "megc2019"}:
        raise unknown_name("recognition rule", str(rule), ["megc2019"])
    made = dataset if isinstance(dataset, Plan) else plan(protocol, dataset, classes)
    if made.samples is None:
        raise UserError(f"{made.dataset} is a spotting dataset: it has intervals to find, not clips to name.")
    samples = made.samples
    if isinstance(labels, pd.DataFrame):
        submission = labels_from_frame(labels, samples)
    elif isinstance(labels, str | Path):
        submission = read_labels(Path(labels), samples)
    else:
        submission = labels
    code = {name: i for i, name in enumerate(samples.classes)}
    predicted = submission.labels["label"].map(code).to_numpy(np.intp)
    keys = list(dict.fromkeys((d, s) for d, s, _ in samples.keys))
    place = {key: i for i, key in enumerate(keys)}
    subject = np.array([place[d, s] for d, s, _ in samples.keys], dtype=np.intp)
    tables = recognition.tally(subject, samples.codes, predicted, len(keys), len(samples.classes))
    return _report(made, samples, submission, keys, tables, interval, seed)


def _report(
    made: Plan,
    samples: Samples,
    submission: LabelSubmission,
    keys: list[tuple[str, str]],
    tables: NDArray[np.int64],
    interval: str,
    seed: int,
) -> Report:
    database = np.array([name for name, _ in keys])
    parts = {FULL: tables}
    if len(samples.datasets) > 1:
        parts |= {name: tables[database == name] for name in samples.datasets}
    return Report(
        task="recognition",
        dataset=made.dataset,
        synthetic=samples.synthetic,
        protocol=made.protocol,
        rule=RULE,
        ground_truth=_ground_truth_block(made, samples),
        submission=submission_block(submission, len(submission.labels)),
        scores={name: _score(table, samples.classes, interval, seed) for name, table in parts.items()},
        uncertainty=uncertainty_block(interval, seed),
        by_subject=[
            {"dataset": name, "subject": who, "confusion": table.tolist()}
            for (name, who), table in zip(keys, tables, strict=True)
        ],
        by_video=[],
        warnings=shown_warnings(submission),
        environment=environment(),
    )


def _score(tables: NDArray[np.int64], classes: tuple[str, ...], interval: str, seed: int) -> RecognitionScore:
    """Return the scores of the summed confusion, with intervals over the subjects of ``tables``."""
    confusion = tables.sum(axis=0)
    found = resampling.limits(tables, _uf1_uar_accuracy, interval, seed=seed)
    ends = {
        name: (float(low), float(high)) if np.isfinite(low) else None
        for name, low, high in zip(("uf1", "uar", "accuracy"), found.low, found.high, strict=True)
    }
    per_class = recognition.one_against_rest(confusion)
    columns = [f(confusion) for f in (recognition.precision, recognition.recall, recognition.f1)]
    rows = tuple(
        ClassScore(
            name, int(confusion[i].sum()), *(int(n) for n in per_class[i]), *(defined(float(c[i])) for c in columns)
        )
        for i, name in enumerate(classes)
    )
    return RecognitionScore(
        clips=int(confusion.sum()),
        subjects=len(tables),
        uf1=defined(float(recognition.uf1(confusion))),
        uar=defined(float(recognition.uar(confusion))),
        accuracy=defined(float(recognition.accuracy(confusion))),
        macro_precision=defined(float(mean_of_defined(columns[0]))),
        classes=rows,
        confusion=tuple(tuple(int(n) for n in row) for row in confusion),
        absent=_named(recognition.absent(confusion), classes),
        unseen=_named(recognition.unseen(confusion), classes),
        interval=ends,
    )


def _uf1_uar_accuracy(confusion: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([f(confusion) for f in (recognition.uf1, recognition.uar, recognition.accuracy)], axis=-1)


def _named(which: NDArray[np.bool_], classes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name, yes in zip(classes, which, strict=True) if yes)


def _ground_truth_block(made: Plan, samples: Samples) -> dict[str, Any]:
    lines = sorted(
        f"{d},{s},{c},{label}" for (d, s, c), label in zip(samples.keys, samples.samples["label"], strict=True)
    )
    return {
        "policy": f"{made.protocol}/{made.version}, classes {made.classes}",
        "choices": {"classes": made.classes},
        "sha256": hashlib.sha256("\n".join(lines).encode()).hexdigest(),
        "source": ", ".join(samples.datasets),
        "universe": "every clip of the protocol",
        "counts": {
            "clips": len(samples),
            "subjects": len({(d, s) for d, s, _ in samples.keys}),
            **{name: int((samples.codes == i).sum()) for i, name in enumerate(samples.classes)},
        },
        "touched": {},
        "notes": list(made.notes),
    }
