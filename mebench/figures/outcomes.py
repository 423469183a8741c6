"""Every event and every prediction of each video, with what became of it under the canonical rule."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mebench.datasets import catalog
from mebench.metrics.anatomy import HIT, anatomise
from mebench.metrics.rules import CANONICAL
from mebench.problems import UserError
from mebench.protocols.registry import task_of
from mebench.scoring.case import case_of, policy_of, submission_of, test_side, threshold_of
from mebench.scoring.spotting import counted_events


class Span(NamedTuple):
    """An event or a prediction: frames, both ends included, and whether it has a partner."""

    kind: str
    onset: int
    offset: int
    matched: bool


class VideoLine(NamedTuple):
    """One video; ``fps`` and ``last``, its last frame, are None where they are not known."""

    video: str
    subject: str
    fps: float | None
    first: int
    last: int | None
    events: tuple[Span, ...]
    predictions: tuple[Span, ...]


class Lines(NamedTuple):
    """All videos of a submission that count."""

    dataset: str
    synthetic: bool
    oracle: bool
    method: str
    videos: tuple[VideoLine, ...]


def outcomes(file: Path, dataset: str, protocol: str | None = None, iou: str = "1/2") -> Lines:
    """Return what became of every event and every prediction of a submission.

    Raises
    ------
    UserError
        If the submission or a name is wrong, or the dataset is not one of spotting.
    """
    if task_of(dataset) == catalog.RECOGNITION:
        raise UserError(f"A timeline is of intervals; {dataset} has clips to name.")
    side = test_side(dataset, protocol)
    submission = submission_of(file, side.whole, None, False)
    events = counted_events(side, policy_of(None, CANONICAL)).expressions
    said = side.keep(submission.predictions)
    case = case_of(side.counted, events, said, threshold_of(iou))
    found = anatomise(case.reference, case.estimated, case.n_types, case.threshold)
    truth = _by_video(events, found.matched >= 0)
    told = _by_video(said, found.estimated_kind == HIT)
    lines = [
        VideoLine(
            video=str(row["video"]),
            subject=str(row["subject"]),
            fps=None if pd.isna(row["fps"]) else float(row["fps"]),
            first=int(row["first_frame"]),
            last=None if pd.isna(row["n_frames"]) else int(row["first_frame"] + row["n_frames"] - 1),
            events=truth.get(str(row["video"]), ()),
            predictions=told.get(str(row["video"]), ()),
        )
        for row in side.counted.videos.to_dict("records")
    ]
    method = str(submission.meta.get("method") or Path(submission.name).stem)
    oracle = "oracle" in {submission.meta.get("selection"), submission.meta.get("threshold_source")}
    return Lines(side.counted.name, side.counted.synthetic, oracle, method, tuple(lines))


def _by_video(table: pd.DataFrame, matched: NDArray[np.bool_]) -> dict[str, tuple[Span, ...]]:
    found: dict[str, list[Span]] = {}
    columns = (table["video"], table["type"], table["onset"], table["offset"], matched)
    for video, kind, onset, offset, hit in zip(*columns, strict=True):
        found.setdefault(str(video), []).append(Span(str(kind), int(onset), int(offset), bool(hit)))
    return {video: tuple(sorted(spans, key=lambda span: span[1:3])) for video, spans in found.items()}
