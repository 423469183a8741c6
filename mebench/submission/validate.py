"""Every check of a submission, in one pass over its columns.

Nothing here knows where the cells came from: a CSV, a challenge log and a table in memory are all checked by
:func:`check`. With a dataset the video ids, the frames' range and the types are checked too; ground truth is never
looked at, so a hidden test set is validated as well as an open one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mebench.datasets.dataset import Dataset
from mebench.datasets.tables import MAE, ME, TYPE_TITLES, TYPES
from mebench.datasets.types import expression_type
from mebench.problems import Problem, quoted, suggest
from mebench.submission.cells import FRAME_FAULTS, Cells, read_frames, read_scores
from mebench.submission.findings import Fault, Findings
from mebench.submission.suspicions import Parsed, lengths_exceeded, suspicions
from mebench.submission.videos import Videos, check_videos, resolve_videos

_SPELLINGS = ("me", "mae", "micro", "macro", "micro-expression", "macro-expression")
_Numbers = NDArray[np.int64]


class Checked(NamedTuple):
    """The predictions (only to be used if there are no errors), what is wrong and what is odd."""

    predictions: pd.DataFrame
    errors: list[Problem]
    warnings: list[Problem]


class _Interval(NamedTuple):
    onset: _Numbers
    offset: _Numbers
    good: NDArray[np.bool_]


def check(
    cells: Cells,
    dataset: Dataset | None,
    *,
    default_type: str | None = None,
    types_by_length: bool = False,
    allow_duplicates: bool = False,
) -> Checked:
    """Check the cells of a submission and turn them into the table of predictions.

    Parameters
    ----------
    cells : Cells
        As they were written. A required column may be absent (its absence has been reported); the others are checked.
    dataset : Dataset or None
        Without one, everything is checked that can be.
    default_type : {"me", "mae"}, optional
        The type of rows that name none.
    types_by_length : bool
        Rows name no type because their format has none: the interval's length tells it.
    allow_duplicates : bool
        Keep exact duplicates (each extra one will be a false positive) instead of refusing them.
    """
    findings = Findings(cells.file, cells.rows)
    warnings: list[Problem] = []
    n = len(cells.rows)
    videos = resolve_videos(cells.columns.get("video"), cells.columns.get("subject"), dataset, n)
    check_videos(videos, cells, dataset, findings)
    interval = _check_interval(cells, findings)
    types = _types(cells, dataset, interval, default_type, types_by_length, findings, warnings)
    if dataset is not None:
        _check_range(videos, interval, dataset, cells, findings)
    complete = interval.good & (videos.codes >= 0) & (types >= 0) if {"onset", "offset"} <= set(cells.columns) else None
    if complete is not None:
        _check_duplicates(videos, interval, types, complete, allow_duplicates, findings, warnings)
    optional = _optional_columns(cells, findings)
    errors = findings.problems()
    if errors:
        return Checked(pd.DataFrame(), errors, warnings)
    table = {
        "video": np.array(videos.names, dtype=object)[videos.codes],
        "onset": interval.onset,
        "offset": interval.offset,
        "type": np.array(TYPES, dtype=object)[types],
        **optional,
        "row": cells.rows,
    }
    parsed = Parsed(cells.file, videos, interval.onset, interval.offset, types)
    return Checked(pd.DataFrame(table), [], [*warnings, *suspicions(parsed, dataset)])


def _check_interval(cells: Cells, findings: Findings) -> _Interval:
    """Read onset and offset, report cells that are no frames and intervals that end before they begin."""
    n = len(cells.rows)
    values: dict[str, _Numbers] = {}
    good = np.ones(n, np.bool_)
    for name in ("onset", "offset"):
        texts = cells.columns.get(name)
        if texts is None:
            values[name] = np.zeros(n, np.int64)
            continue
        frames = read_frames(texts) if n else None
        values[name] = frames.values if frames else np.zeros(0, np.int64)
        if frames:
            good &= frames.good
            for rule, rows in frames.faults.items():
                findings.add(rule, rows, cells.written_as[name], _frame_fault(name, rule, texts))
    onset, offset = values["onset"], values["offset"]
    if "onset" not in cells.columns or "offset" not in cells.columns:
        return _Interval(onset, offset, good)

    def reversed_fault(i: int) -> Fault:
        message = f"offset {offset[i]} lies before onset {onset[i]}"
        return Fault(message, "Both are frame numbers of the video, and the offset is not a length", str(offset[i]))

    findings.add(
        "offset-before-onset", np.flatnonzero(good & (offset < onset)), cells.written_as["offset"], reversed_fault
    )
    return _Interval(onset, offset, good)


def _frame_fault(name: str, rule: str, texts: Sequence[str]) -> Callable[[int], Fault]:
    """Return what describes the cells of one column that break one rule."""

    def fault(i: int) -> Fault:
        what, remedy = FRAME_FAULTS[rule]
        text = texts[i]
        return Fault(f"{name} {quoted(text)} {what}" if text else f"the {name} {what}", remedy, text)

    return fault


def _types(
    cells: Cells,
    dataset: Dataset | None,
    interval: _Interval,
    default: str | None,
    by_length: bool,
    findings: Findings,
    warnings: list[Problem],
) -> NDArray[np.intp]:
    """Return the position in TYPES of each row's type, -1 where it is wrong."""
    n = len(cells.rows)
    annotated = dataset.types if dataset else TYPES
    if "type" in cells.columns:
        return _written_types(cells, dataset, default, findings)
    if default is not None:
        return np.full(n, TYPES.index(default), np.intp)
    if len(annotated) == 1:
        title = TYPE_TITLES[annotated[0]]
        message = f"no type is given, so every interval is taken as an {title}, the only type that is annotated"
        warnings.append(Problem("type-assumed", message, file=cells.file, severity="warning"))
        return np.full(n, TYPES.index(annotated[0]), np.intp)
    if by_length and dataset is not None and dataset.me_longest is not None:
        longest = dataset.me_longest
        message = (
            f"the log gives no types, so an interval of up to {longest} frames is taken as an ME, a longer one as a MaE"
        )
        remedy = "Give --type me or --type mae if all are of one type"
        warnings.append(Problem("type-from-length", message, remedy, cells.file, severity="warning"))
        return np.where(interval.offset - interval.onset + 1 <= longest, TYPES.index(ME), TYPES.index(MAE))
    if by_length:
        message = "the log gives no types, and how long an ME may be is not known here"
        findings.add_whole("missing-type", message, "Name the dataset with --dataset, or give --type me or --type mae")
    else:
        remedy = "Add a column type with me or mae, or give --type me or --type mae if all are of one type"
        findings.add_whole("missing-type", "no column holds the type", remedy, column="type")
    return np.zeros(n, np.intp)


def _written_types(cells: Cells, dataset: Dataset | None, default: str | None, findings: Findings) -> NDArray[np.intp]:
    texts = cells.columns["type"]
    annotated = dataset.types if dataset else TYPES
    meant: dict[str, str | None] = {text: expression_type(text) or (None if text else default) for text in set(texts)}
    position = {text: TYPES.index(kind) if kind else -1 for text, kind in meant.items()}
    types = np.array([position[text] for text in texts], np.intp)
    column = cells.written_as["type"]

    def unknown(i: int) -> Fault:
        text = texts[i]
        if not text:
            return Fault("the type is missing", "Write me or mae, or give --type for the rows without one")
        if text.lstrip("+-").replace(".", "", 1).isdigit():
            return Fault(f"the type is the code {quoted(text)}", "Write me or mae: codes differ between scripts", text)
        return Fault(f"there is no type {quoted(text)}", suggest(text, _SPELLINGS).strip() or "Write me or mae", text)

    def not_annotated(i: int) -> Fault:
        name = dataset.name if dataset else ""
        titles = " and ".join(TYPE_TITLES[kind] for kind in annotated)
        message = f"type {quoted(texts[i])}, but {name} has {titles} annotated only"
        return Fault(message, "Leave out these rows: they cannot be scored", texts[i])

    findings.add("unknown-type", np.flatnonzero(types < 0), column, unknown)
    other = [i for i, kind in enumerate(TYPES) if kind not in annotated]
    findings.add("type-not-annotated", np.flatnonzero(np.isin(types, other)), column, not_annotated)
    return types


def _check_range(videos: Videos, interval: _Interval, dataset: Dataset, cells: Cells, findings: Findings) -> None:
    """Report frames before a video's first frame (where that is a camera number) and past its last."""
    if not {"onset", "offset"} <= set(cells.columns) or not videos.columns_given or not videos.names:
        return
    known = interval.good & (videos.codes >= 0)
    place = videos.positions[np.where(known, videos.codes, 0)]
    first = dataset.videos["first_frame"].to_numpy(np.int64)[place]
    # NaN, an unknown length, is larger than nothing.
    last = first + dataset.videos["n_frames"].to_numpy(np.float64, na_value=math.nan)[place] - 1
    before = known & (first > 1) & (interval.onset < first)
    beyond = known & (interval.offset > last)

    def before_fault(i: int) -> Fault:
        name = videos.names[videos.codes[i]]
        message = f"onset {interval.onset[i]} lies before the first frame {first[i]} of {quoted(name)}"
        how = dataset.frames_are or "counted as the frame files are named"
        return Fault(message, f"Frames in {dataset.name} are {how}", str(interval.onset[i]))

    rescaled = lengths_exceeded(videos.codes[beyond], videos.codes[known])
    slipped = bool(beyond.any()) and not rescaled and bool((interval.offset[beyond] == last[beyond] + 1).all())

    def beyond_fault(i: int) -> Fault:
        name = videos.names[videos.codes[i]]
        message = f"offset {interval.offset[i]} lies past the last frame {last[i]:.0f} of {quoted(name)}"
        remedy = f"Frames are counted from {first[i]} in the video's native rate"
        if rescaled:
            remedy += ", and most of your videos are exceeded: were they counted at another rate"
        elif slipped:
            remedy += (
                ", and all of these lie one past the end: subtract 1 from every frame if you count from one higher"
            )
        return Fault(message, remedy, str(interval.offset[i]))

    findings.add("frame-before-video", np.flatnonzero(before), cells.written_as["onset"], before_fault)
    findings.add("frame-beyond-video", np.flatnonzero(beyond), cells.written_as["offset"], beyond_fault)


def _check_duplicates(
    videos: Videos,
    interval: _Interval,
    types: NDArray[np.intp],
    complete: NDArray[np.bool_],
    allowed: bool,
    findings: Findings,
    warnings: list[Problem],
) -> None:
    rows = np.flatnonzero(complete)
    keys = (types[rows], interval.offset[rows], interval.onset[rows], videos.codes[rows])
    order = np.lexsort(keys)  # stable, so the first of equal rows stays first
    same = np.ones(max(len(rows) - 1, 0), np.bool_)
    for key in keys:
        same &= np.diff(key[order]) == 0
    repeats = np.flatnonzero(same) + 1
    if not len(repeats):
        return
    if allowed:
        message = f"{len(repeats):,} duplicate rows are scored, each as a false positive"
        warnings.append(Problem("duplicates-kept", message, file=findings.file, severity="warning"))
        return
    starts = np.concatenate([[True], ~same])
    leaders = np.maximum.accumulate(np.where(starts, np.arange(len(rows)), 0))
    original = dict(zip(rows[order[repeats]].tolist(), rows[order[leaders[repeats]]].tolist(), strict=True))

    def duplicate(i: int) -> Fault:
        name = quoted(videos.names[videos.codes[i]])
        message = f"{name} {interval.onset[i]}-{interval.offset[i]} stands in row {findings.rows[original[i]]} already"
        return Fault(message, "Remove it, or score it as one more prediction with --allow-duplicates")

    findings.add("duplicate-row", np.sort(np.array(list(original), np.intp)), "video", duplicate)


def _optional_columns(cells: Cells, findings: Findings) -> Mapping[str, object]:
    optional: dict[str, object] = {}
    if "score" in cells.columns:
        texts = cells.columns["score"]
        optional["score"], faulty = read_scores(texts)

        def fault(i: int) -> Fault:
            message = f"the score {quoted(texts[i])} is not a finite number"
            return Fault(message, "Write a number such as 0.73, or leave the cell blank", texts[i])

        findings.add("score-not-a-number", faulty, cells.written_as["score"], fault)
    if "emotion" in cells.columns:
        optional["emotion"] = [text or None for text in cells.columns["emotion"]]
    return optional
