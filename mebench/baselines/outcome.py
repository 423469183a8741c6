"""From the results of all folds to the submission: predictions in a canonical order, and all that is known of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mebench.baselines.material import datasets_of, expressions_of_plan
from mebench.baselines.method import Spotter
from mebench.baselines.oracle import best_epochs, best_rows
from mebench.baselines.predicted import checked_rows, track_of
from mebench.baselines.settings import Settings
from mebench.datasets import catalog
from mebench.datasets.ground_truth import Policy
from mebench.datasets.tables import PREDICTIONS, TYPES, empty
from mebench.files import write_atomically
from mebench.report.environment import environment
from mebench.submission.export import labels_csv
from mebench.submission.label_columns import PROBABILITY
from mebench.submission.labels import labels_from_frame
from mebench.submission.meta import meta_path, meta_text
from mebench.submission.write import write_submission

Results = Mapping[str, dict[str, Any]]
"""The result of each fold by its name, in the order of the plan."""


def write_outcome(settings: Settings, results: Results) -> Path:
    """Write the submission of a finished run with its metadata, and return its path."""
    path = settings.out / "submission.csv"
    meta = metadata(settings)
    if settings.plan.task == "spotting":
        rows, chosen = _spotting_rows(settings, results)
        write_submission(_table(settings, rows), path, meta | {"extra": {**meta["extra"], **chosen}})
        return path
    table, chosen = _labels(settings, results)
    samples = settings.plan.samples
    if samples is None:
        raise ValueError("a plan of recognition has samples")
    checked = labels_from_frame(table, samples, name=str(path)).labels
    text = meta_text(meta | {"extra": {**meta["extra"], **chosen}}, str(meta_path(path)))
    write_atomically(path, labels_csv(checked))
    write_atomically(meta_path(path), text)
    return path


def metadata(settings: Settings) -> dict[str, Any]:
    """Return what the submission's sidecar says, but for what the folds chose."""
    versions = environment()
    method, plan = settings.method(), settings.plan
    learned = list(dict.fromkeys(who.dataset for fold in plan.folds for who in fold.train))
    commit = f", commit {versions['commit']}" if versions["commit"] else ""
    facts = {
        word: settings.facts[word]
        for word in ("parameters", "folds_sha256", "truth_sha256", "device", "mixed_precision", "landmarks", "missing")
    }
    meta: dict[str, Any] = {
        "schema": "mebench/submission-meta/1",
        "method": settings.short,
        "training_data": [*learned, *method.pretrained_on()] or ["none"],
        "code": f"mebench {versions['mebench']}{commit}",
        "seed": settings.asked.seed,
        "protocol": plan.protocol,
        "preset": settings.asked.preset,
        "selection": settings.run.selection,
        "extra": {
            "dataset": plan.dataset,
            "synthetic": all(catalog.is_twin(name) for name in datasets_of(plan)),
            "method_is": settings.kind.summary(),
            "citation": settings.kind.PAPER.citation if settings.kind.PAPER else None,
            "code_sha256": settings.facts["code_sha256"],
            "folds": len(plan.folds),
            **facts,
            "amplitude": settings.facts["amplitude"],
            "packages": settings.facts["packages"],
            "python": versions["python"],
        },
    }
    if plan.task == "spotting":
        meta["threshold_source"] = settings.run.threshold_source
        meta["extra"]["ground_truth"] = str(Policy())
    else:
        meta["extra"]["classes"] = plan.classes
    return meta


def _spotting_rows(settings: Settings, results: Results) -> tuple[list[list[Any]], dict[str, Any]]:
    """Return all predictions, and the thresholds or epochs that they were made with."""
    if settings.run.threshold_source == "oracle":
        method: Spotter = settings.method()
        tracks = [track_of(record) for result in results.values() for record in result["tracks"]]
        truth = expressions_of_plan(settings.plan)
        truth = truth[truth["dataset"] == settings.plan.dataset].reset_index(drop=True)
        method.thresholds_ = method.tune(tracks, truth)
        rows = [row for track in tracks for row in checked_rows(method, track, method.intervals(track))]
        return rows, {"thresholds": _plain({"all folds": method.thresholds_})}
    thresholds = {fold: result["thresholds"] for fold, result in results.items()}
    chosen: dict[str, Any] = {"thresholds": _plain(thresholds)}
    if settings.run.selection == "oracle":
        truth = expressions_of_plan(settings.plan)
        rows = []
        epochs = {}
        for fold in settings.plan.folds:
            result = results[fold.name]
            of_subjects = truth[truth["subject"].isin({who.subject for who in fold.test})]
            of_subjects = of_subjects[of_subjects["dataset"] == settings.plan.dataset]
            epochs[fold.name], of_fold = best_rows(result["trajectory"], result["predictions"], of_subjects)
            rows += of_fold
        return rows, {**chosen, "epochs": epochs}
    return [row for result in results.values() for row in result["predictions"]], chosen


def _table(settings: Settings, rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """Return predictions in the order of the dataset's videos, then of frames.

    A method that learned MaE from other datasets tells them of one too where they are not annotated, and where nobody
    could say whether they are right: these are left out.
    """
    dataset = settings.plan.spotting
    if dataset is None:
        raise ValueError("a plan of spotting has a dataset")
    columns = ["video", "onset", "offset", "type", "score"]
    rows = [row for row in rows if row[3] in dataset.types]
    if not rows:
        return empty(PREDICTIONS)[columns]
    place = {video: i for i, video in enumerate(dataset.videos["video"].tolist())}
    ordered = sorted(rows, key=lambda row: (place[row[0]], row[1], row[2], TYPES.index(row[3])))
    return pd.DataFrame(ordered, columns=columns)


def _labels(settings: Settings, results: Results) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the most probable class of every clip, and the epochs if they were chosen by the truth."""
    samples = settings.plan.samples
    if samples is None:
        raise ValueError("a plan of recognition has samples")
    found = np.full((len(samples), len(samples.classes)), np.nan)
    epochs: dict[str, int] = {}
    for fold, result in results.items():
        probabilities = np.array(result["probabilities"]).reshape(len(result["clips"]), -1)
        if settings.run.selection == "oracle" and result["trajectory"]:
            trajectory = np.array(result["trajectory"])
            epochs[fold] = best_epochs(trajectory, samples.codes[result["clips"]])
            probabilities = trajectory[epochs[fold]]
            epochs[fold] += 1
        found[result["clips"]] = probabilities
    table = samples.samples[["dataset", "subject", "clip"]].copy()
    table["label"] = [samples.classes[i] for i in found.argmax(axis=1)]
    for i, name in enumerate(samples.classes):
        table[PROBABILITY + name] = found[:, i]
    return table, {"epochs": epochs} if epochs else {}


def _plain(value: Any) -> Any:
    """Return a value that JSON can hold: infinity and nan become words."""
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, np.generic):
        value = value.item()
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
