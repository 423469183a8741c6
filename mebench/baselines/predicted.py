"""What methods hand out, checked and as plain JSON values; what is wrong is a defect of the method, said in a line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from mebench.baselines.data import Video
from mebench.baselines.evidence import PROPOSALS, ScoreTrack
from mebench.baselines.method import Method, Spotter

COLUMNS = ("onset", "offset", "type", "score")


def checked_intervals(method: Spotter, video: Video, table: pd.DataFrame) -> list[list[Any]]:
    """Return predictions as rows (video, onset, offset, type, score), in a canonical order and each once.

    Raises
    ------
    ValueError
        If they are not whole frames within the video, of the method's types, with finite scores.
    """
    return _rows(method, video.video, video.first_frame, video.last_frame, table)


def checked_rows(method: Spotter, track: ScoreTrack, table: pd.DataFrame) -> list[list[Any]]:
    """Return the same of a video that only its evidence is there of."""
    return _rows(method, track.video, track.first_frame, track.last_frame, table)


def _rows(method: Spotter, video: str, first: int, last: int, table: pd.DataFrame) -> list[list[Any]]:
    who = f"{type(method).__name__}.intervals of {video}"
    if not isinstance(table, pd.DataFrame):
        raise ValueError(f"{who}: a DataFrame is wanted, not {type(table).__name__}")
    if lacking := [name for name in COLUMNS if name not in table.columns]:
        raise ValueError(f"{who}: the column {lacking[0]} is missing")
    rows = set()
    for onset, offset, kind, score in table[list(COLUMNS)].itertuples(index=False):
        if not (_whole(onset) and _whole(offset)):
            raise ValueError(f"{who}: {onset} to {offset} are no whole frame numbers")
        if not first <= onset <= offset <= last:
            raise ValueError(f"{who}: {onset} to {offset} is no interval within frames {first} to {last}")
        if kind not in method.TYPES:
            raise ValueError(f"{who}: the type {kind!r} is none of {', '.join(method.TYPES)}")
        if not np.isfinite(score):
            raise ValueError(f"{who}: the score of {onset} to {offset} is {score}")
        rows.add((video, int(onset), int(offset), str(kind), float(score)))
    best: dict[tuple[Any, ...], float] = {}
    for *said, score in rows:
        best[tuple(said)] = max(score, best.get(tuple(said), -np.inf))
    return [[*said, best[said]] for said in sorted(best)]


def checked_probabilities(method: Method, found: ArrayLike, n: int, classes: int) -> NDArray[np.float64]:
    """Return the probabilities of n clips.

    Raises
    ------
    ValueError
        If they are not (n, classes) finite numbers from 0 to 1 whose rows sum to 1.
    """
    who = f"{type(method).__name__}.predict_proba"
    table = np.asarray(found, dtype=np.float64)
    if table.shape != (n, classes):
        raise ValueError(f"{who}: the shape is {table.shape}, not {(n, classes)}")
    if not np.isfinite(table).all() or (table < 0).any() or np.abs(table.sum(axis=1) - 1).max(initial=0) > 1e-3:
        raise ValueError(f"{who}: these are no probabilities, from 0 to 1 with rows that sum to 1")
    return table


def track_record(track: ScoreTrack) -> dict[str, Any]:
    """Return evidence as plain JSON values."""
    proposals = None
    if track.proposals is not None:
        proposals = [track.proposals[name].tolist() for name in PROPOSALS]
    return {
        "video": track.video,
        "first": track.first_frame,
        "last": track.last_frame,
        "frames": track.frames.tolist(),
        "scores": {kind: scores.tolist() for kind, scores in track.scores.items()},
        "proposals": proposals,
    }


def track_of(record: dict[str, Any]) -> ScoreTrack:
    """Return the evidence that :func:`track_record` wrote."""
    proposals = None
    if record["proposals"] is not None:
        proposals = pd.DataFrame(dict(zip(PROPOSALS, record["proposals"], strict=True))).astype(
            {"onset": np.int64, "offset": np.int64, "type": object, "score": np.float64}
        )
    return ScoreTrack(
        record["video"],
        record["first"],
        record["last"],
        np.array(record["frames"], dtype=np.int64),
        {kind: np.array(scores, dtype=np.float64) for kind, scores in record["scores"].items()},
        proposals,
    )


def _whole(number: Any) -> bool:
    return isinstance(number, int | np.integer) and not isinstance(number, bool)
