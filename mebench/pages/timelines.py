"""Events and predictions of every video as the timeline of a page draws them, and when predictions give events away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mebench.datasets.dataset import Dataset
from mebench.metrics.anatomy import Anatomy
from mebench.metrics.intervals import Intervals, touching_pairs
from mebench.metrics.rules import Case
from mebench.problems import printable
from mebench.report.model import Report


def timelines(
    dataset: Dataset, events: pd.DataFrame | None, predictions: pd.DataFrame, found: Anatomy
) -> list[dict[str, Any]]:
    """Return a record a video, in the dataset's order.

    Parameters
    ----------
    dataset : Dataset
    events : pandas.DataFrame or None
        The events that count, or None to leave out everything that is known from them.
    predictions : pandas.DataFrame
    found : Anatomy
        Of these events and predictions, in their order.

    Returns
    -------
    list of dict
        ``video``, ``subject``, ``fps`` (or None), ``first`` and ``last`` frame of the axis, ``known`` (whether the
        video's length is), ``said``: [onset, frames, type, row, score or None] a prediction. With events also
        ``events``: [onset, frames, type, kind, partner] an event, and [kind, partner] at the end of each prediction:
        the kind is a place in :data:`mebench.metrics.anatomy.KINDS` or -1 for a hit, the partner the place of the
        other side's interval in this record, or -1. Both are sorted by onset.
    """
    kinds = {kind: i for i, kind in enumerate(dataset.types)}
    said_in = _rows_of(predictions)
    events_in = {} if events is None else _rows_of(events)
    said_place, event_place = (
        _places(said_in, len(predictions)),
        _places(events_in, 0 if events is None else len(events)),
    )
    said = _Columns(predictions, kinds)
    true = None if events is None else _Columns(events, kinds)
    made_by = np.full(len(found.event), -1, dtype=np.intp)
    hits = np.flatnonzero(found.matched >= 0)
    made_by[found.matched[hits]] = hits

    records = []
    for row in dataset.videos.to_dict("records"):
        mine, theirs = said_in.get(row["video"], []), events_in.get(row["video"], [])
        record: dict[str, Any] = {
            "video": printable(str(row["video"])),
            "subject": printable(str(row["subject"])),
            "fps": None if pd.isna(row["fps"]) else float(row["fps"]),
            **_axis(row, [said.offset[i] for i in mine] + [true.offset[i] for i in theirs if true is not None]),
            "said": [said.interval(i) for i in mine],
        }
        if true is not None:
            for spans, i in zip(record["said"], mine, strict=True):
                event = int(made_by[i] if made_by[i] >= 0 else found.event[i])
                spans += [int(found.estimated_kind[i]), event_place[event] if event >= 0 else -1]
            record["events"] = [
                [*true.interval(i)[:3], int(found.reference_kind[i]), _or_none(said_place, int(found.matched[i]))]
                for i in theirs
            ]
        records.append(record)
    return records


class _Columns:
    """The columns of events or predictions as plain numbers."""

    def __init__(self, table: pd.DataFrame, kinds: dict[str, int]) -> None:
        self.onset: list[int] = table["onset"].astype(np.int64).tolist()
        self.offset: list[int] = table["offset"].astype(np.int64).tolist()
        self.kind = [kinds[kind] for kind in table["type"]]
        self.row: list[int] = table["row"].tolist() if "row" in table else list(range(1, len(table) + 1))
        scores = (
            table["score"].to_numpy(np.float64, na_value=np.nan) if "score" in table else np.full(len(table), np.nan)
        )
        self.score = [None if np.isnan(score) else float(f"{score:.6g}") for score in scores]

    def interval(self, i: int) -> list[Any]:
        """Return onset, length in frames, type, row and score."""
        return [self.onset[i], self.offset[i] - self.onset[i] + 1, self.kind[i], self.row[i], self.score[i]]


def _rows_of(table: pd.DataFrame) -> dict[str, list[int]]:
    """Return the positions of each video's rows, in the order of their frames."""
    order = np.lexsort((table["offset"], table["onset"])).tolist()
    rows: dict[str, list[int]] = {}
    names = table["video"].tolist()
    for i in order:
        rows.setdefault(names[i], []).append(i)
    return rows


def _places(rows: dict[str, list[int]], n: int) -> list[int]:
    places = [-1] * n
    for positions in rows.values():
        for place, i in enumerate(positions):
            places[i] = place
    return places


def _or_none(places: Sequence[int], i: int) -> int:
    return places[i] if i >= 0 else -1


def _axis(row: dict[Any, Any], ends: Sequence[int]) -> dict[str, Any]:
    """Return the first and the last frame to be drawn: the video's, or as far as the intervals shown reach."""
    first = int(row["first_frame"])
    known = not pd.isna(row["n_frames"])
    last = first + int(row["n_frames"]) - 1 if known else first
    return {"first": first, "last": max([last, *ends]), "known": known}


def betrays(case: Case, report: Report) -> bool:
    """Return whether predictions shown beside the sums of a page would tell where events are.

    They do where one of them repeats an event frame by frame, and where at least half of the predictions of a type
    share a frame with an event, or at least half of the events of a type with a prediction: the kinds of error say how
    many do. Of either type, since a prediction of the wrong one lies at an event as well. Oracle submissions may have
    been made from the events.

    Parameters
    ----------
    case : Case
    report : Report
        Of the same submission.
    """
    if "oracle" in {report.submission["selection"], report.submission["threshold_source"]}:
        return True
    events, said = (
        side._replace(group=side.group // case.n_types) for side in (case.reference, case.estimated)
    )  # groups are videos now
    repeated = set(_spans(events)) & set(_spans(said))
    touched = touching_pairs(events, said)
    return bool(repeated) or any(
        _half(side.group % case.n_types, rows)
        for side, rows in zip((case.reference, case.estimated), touched, strict=True)
    )


def _spans(side: Intervals) -> list[tuple[int, int, int]]:
    return list(zip(side.group.tolist(), side.onset.tolist(), side.offset.tolist(), strict=True))


def _half(kinds: NDArray[np.intp], rows: NDArray[np.intp]) -> bool:
    """Return whether these rows are at least half of the rows of any kind."""
    among = np.zeros(len(kinds), dtype=bool)
    among[rows] = True
    return any(2 * int(among[kinds == kind].sum()) >= int((kinds == kind).sum()) for kind in np.unique(kinds))
