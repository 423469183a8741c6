"""Predictions as text in each format that can be written; what a format cannot hold is left out here without a word.

:mod:`mebench.submission.convert` finds out what was left out, by reading the text back.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mebench.datasets.dataset import Dataset
from mebench.datasets.ground_truth import Policy, ground_truth
from mebench.datasets.samples import Samples
from mebench.datasets.tables import ME
from mebench.metrics.intervals import Intervals, intervals, iou_threshold
from mebench.metrics.matching import match
from mebench.problems import UserError, quoted
from mebench.submission.classes import codes_of
from mebench.submission.label_columns import PROBABILITY
from mebench.submission.write import csv_cell


def labels_csv(labels: pd.DataFrame, comments: Sequence[str] = ()) -> str:
    """Return checked labels as the canonical CSV: ``dataset,subject,clip,label[,probability_<class>...]``.

    Parameters
    ----------
    labels : pandas.DataFrame
        Contract :data:`mebench.datasets.tables.LABELS`.
    comments : sequence of str
        Lines for the head of the file.
    """
    columns = {name: list(map(csv_cell, labels[name].tolist())) for name in ("dataset", "subject", "clip", "label")}
    for name in labels.columns:
        if name.startswith(PROBABILITY):
            columns[csv_cell(name)] = list(map(repr, labels[name].tolist()))
    lines = [*(f"# {comment}" for comment in comments), ",".join(columns)]
    lines.extend(map(",".join, zip(*columns.values(), strict=True)))
    return "\n".join(lines) + "\n"


def labels_log(labels: pd.DataFrame, samples: Samples) -> str:
    """Return checked labels as the recognition log of MEGC2019: subjects, then ``clip truth prediction`` in codes.

    Raises
    ------
    UserError
        If the classes are not the three of MEGC2019, or a name cannot stand in such a log.
    """
    codes = codes_of(samples.classes)
    if not codes:
        raise UserError(
            f"{samples.name} has the classes {', '.join(samples.classes)}, and the log of MEGC2019 has codes for "
            "negative, positive and surprise only. Write a CSV with --to csv."
        )
    lines: list[str] = []
    head = ""
    said = zip(samples.keys, samples.samples["label"].tolist(), labels["label"].tolist(), strict=True)
    for (dataset, subject, clip), truth, predicted in sorted(said, key=lambda one: _place(samples, one[0])):
        for name in (dataset, subject, clip):
            _check_word(name)
        if head != (head := f"{dataset} {subject}"):
            lines.append(head)
        lines.append(f"{clip} {codes[truth]} {codes[predicted]}")
    return "\n".join(lines) + "\n"


def _place(samples: Samples, key: tuple[str, str, str]) -> tuple[int, str, str]:
    dataset, subject, clip = key
    return samples.datasets.index(dataset), subject, clip


def megc2022_csv(predictions: pd.DataFrame) -> str:
    """Return predictions as MEGC2022 and MEGC2023 asked for: ``vid,pred_onset,pred_offset,type``."""
    columns = (
        map(csv_cell, predictions["video"].tolist()),
        *(predictions[n].tolist() for n in _INTERVAL),
        _types(predictions),
    )
    lines = ["vid,pred_onset,pred_offset,type", *(",".join(map(str, row)) for row in zip(*columns, strict=True))]
    return "\n".join(lines) + "\n"


_INTERVAL = ("onset", "offset")


def _types(predictions: pd.DataFrame) -> list[str]:
    return [str(kind) for kind in predictions["type"].tolist()]


def str_csv(predictions: pd.DataFrame, dataset: Dataset) -> str:
    """Return the MEs as the spot-then-recognise tracks asked for: ``subject,video,onset,offset,emotion``.

    Raises
    ------
    UserError
        If an ME has no emotion.
    """
    subject_of = dict(zip(dataset.videos["video"].tolist(), dataset.videos["subject"].tolist(), strict=True))
    spotted = predictions[predictions["type"] == ME]
    emotions = spotted["emotion"].tolist() if "emotion" in spotted else [None] * len(spotted)
    lacking = sum(not isinstance(emotion, str) for emotion in emotions)
    if lacking:
        raise UserError(
            f"{lacking:,} of {len(spotted):,} predictions have no emotion, and a spot-then-recognise submission needs "
            "one for each. Add a column emotion."
        )
    lines = ["subject,video,onset,offset,emotion"]
    for video, onset, offset, emotion in zip(
        *(spotted[n].tolist() for n in ("video", *_INTERVAL)), emotions, strict=True
    ):
        lines.append(f"{csv_cell(subject_of[video])},{csv_cell(video)},{onset},{offset},{csv_cell(emotion)}")
    return "\n".join(lines) + "\n"


def intervals_log(predictions: pd.DataFrame, dataset: Dataset) -> str:
    """Return predictions as the log of MEGC2019 to MEGC2021, with the ground truth of the dataset beside them.

    Pairs are those of the rule ``megc`` at IoU 1/2 within each video and type, under the default ground-truth policy.

    Raises
    ------
    UserError
        If there is no ground truth, or a video's name cannot stand in such a log.
    """
    if dataset.annotations is None:
        raise UserError(
            f"{dataset.name} has no annotations here, and the log of MEGC2019 lists them beside the predictions. "
            "Write a CSV with --to csv or --to megc2022."
        )
    events = ground_truth(dataset, Policy.parse(None)).expressions
    partner = match(_grouped(events, dataset), _grouped(predictions, dataset), iou_threshold("1/2"))
    spans = list(zip(*(predictions[name].tolist() for name in ("video", *_INTERVAL)), strict=True))
    rows: list[tuple[str, int, str]] = []
    for (video, onset, offset), i in zip(
        zip(*(events[name].tolist() for name in ("video", *_INTERVAL)), strict=True), partner.tolist(), strict=True
    ):
        said = f"{spans[i][1]} {spans[i][2]} TP" if i >= 0 else "- - FN"
        rows.append((video, onset, f"{video} {onset} {offset} {said}"))
    hits = set(partner.tolist())
    rows += [(v, on, f"{v} - - {on} {off} FP") for i, (v, on, off) in enumerate(spans) if i not in hits]
    for video in {video for video, *_ in rows}:
        _check_word(video)
    place = {video: i for i, video in enumerate(dataset.videos["video"].tolist())}
    ordered = [line for _, _, line in sorted(rows, key=lambda row: (place[row[0]], row[1]))]
    number = [] if dataset.log_number is None else [str(dataset.log_number)]
    return "\n".join([*number, *ordered]) + "\n"


def _grouped(table: pd.DataFrame, dataset: Dataset) -> Intervals:
    video = pd.Index(dataset.videos["video"]).get_indexer(pd.Index(table["video"]))
    kind = pd.Index(dataset.types).get_indexer(pd.Index(table["type"]))
    return intervals(np.asarray(video * len(dataset.types) + kind), table["onset"], table["offset"])


def _check_word(name: str) -> None:
    """Raise if a name would not come back from a log, whose words are separated by blanks."""
    if not name or len(name.split()) != 1 or "," in name or name.startswith("#"):
        raise UserError(
            f"{quoted(name)} cannot stand in a log, where blanks separate the words and # begins a comment. "
            "Write a CSV with --to csv."
        )
