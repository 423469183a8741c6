"""Entries and reports of made-up counts; nothing in them comes from any dataset."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path

import numpy as np

from mebench.leaderboard.entry import SCHEMA, Entry
from mebench.leaderboard.measures import scored, statistics_of, tables_of

EMOTIONS = ["happiness", "surprise"]
CLASSES = ["negative", "positive", "surprise"]


def entry(rows, *, task="spotting", classes=(), name="m", sha="", **changes):
    """An entry of counts: ``rows`` as an entry holds them."""
    tables = tables_of(task, rows, list(classes))
    recognition = task == "recognition"
    rule = {"name": "megc2019", "version": 1} if recognition else {"name": "megc", "version": 1, "iou": "1/2"}
    document = {
        "schema": SCHEMA,
        "task": task,
        "dataset": "own",
        "synthetic": False,
        "variant": None,
        "protocol": "loso",
        "rule": rule | ({"emotions": list(classes)} if task == "spot-then-recognise" else {}),
        "ground_truth": {"policy": "default/1", "sha256": "e" * 64, "counts": {"subjects": len(rows)}},
        "submission": {
            "file": f"{name}.csv",
            "sha256": sha or f"{int.from_bytes(name.encode()):064x}"[-64:],
            "predictions": 1,
            "method": name,
            "selection": "last",
            "threshold_source": "train",
            "authors": "",
            "preset": None,
            "seed": 0,
            "code": None,
            "training_data": [],
            "notes": "",
        },
        "classes": list(classes),
        "scores": scored(tables, statistics_of(task, len(classes))),
        "by_subject": rows,
        "environment": {"mebench": "0", "commit": None, "time": "2026-01-01T00:00:00+00:00"},
    }
    for path, value in changes.items():
        place = document
        *folders, last = path.split("__")
        for folder in folders:
            place = place[folder]
        place[last] = value
    return Entry(json.loads(json.dumps(document)))


def spotting_rows(table, kinds=("me",)):
    """``table`` of shape (n_subjects, n_kinds, 3) as the rows of an entry."""
    return [
        {"subject": f"s{i:02d}", **dict(zip(kinds, row, strict=True))}
        for i, row in enumerate(np.asarray(table).tolist())
    ]


def recognition_rows(table, databases):
    """``table`` of shape (n_subjects, n, n) as the rows of an entry; a database a subject."""
    return [
        {"dataset": databases[i], "subject": f"s{i:02d}", "confusion": confusion}
        for i, confusion in enumerate(np.asarray(table).tolist())
    ]


def random_spotting(seed, subjects=12, events=6, hit=0.5):
    """Counts of a system that finds each event with a chance of ``hit``; the events are the same for every seed."""
    truth = np.random.default_rng(99).integers(1, events, (subjects, 2))
    rng = np.random.default_rng(seed)
    tp = rng.binomial(truth, hit)
    return np.stack([tp, rng.integers(0, 4, truth.shape), truth - tp], axis=-1)


@cache
def _reports():
    """Reports of the scorer's own, one a task, as JSON text."""
    import pandas as pd

    from mebench.datasets.ground_truth import ground_truth
    from mebench.datasets.library import load_dataset
    from mebench.protocols.registry import plan
    from mebench.scoring import score
    from mebench.scoring.spot_then_recognise import score_spot_then_recognise

    events = ground_truth(load_dataset("casme-sq-twin-tiny")).expressions
    said = events[["video", "onset", "offset", "type", "emotion"]].iloc[::2].copy()
    said["offset"] += np.arange(len(said)) % 3
    samples = plan(None, "megc2019-twin-tiny").samples
    guess = np.random.default_rng(0).choice(samples.classes, len(samples))
    named = pd.DataFrame(samples.samples).assign(label=guess)
    return {
        "spotting": score(said.drop(columns="emotion"), "casme-sq-twin-tiny", protocol="loso").to_json(),
        "recognition": score(named, "megc2019-twin-tiny").to_json(),
        "spot-then-recognise": score_spot_then_recognise(said, "casme-sq-twin-tiny", protocol="loso").to_json(),
    }


def report(task="spotting", **changes):
    """A report of the scorer's own, with some of its fields changed: ``submission__method="x"``."""
    found = copy.deepcopy(json.loads(_reports()[task]))
    found["submission"]["meta"] = {"authors": ["A", "B"], "preset": "cpu", "seed": 3}
    found["submission"]["method"] = "made"
    for path, value in changes.items():
        place = found
        *folders, last = path.split("__")
        for folder in folders:
            place = place[folder]
        place[last] = value
    return found


def save(folder: Path, name: str, document) -> Path:
    """Write a report, or any text, as a file."""
    path = folder / name
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return path
