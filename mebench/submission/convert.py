"""From any format that can be read to one that can be written, with a list of what the other format cannot hold.

Nothing is guessed about losses: the text that would be written is read back by the ordinary reader and compared with
what was read first. What differs is lost, and is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from mebench.datasets.dataset import Dataset
from mebench.datasets.delimited import Text, read_text
from mebench.datasets.samples import Samples
from mebench.datasets.tables import ME
from mebench.problems import InvalidInput, UserError, printable, quoted, unknown_name
from mebench.submission import export
from mebench.submission.formats import RECOGNITION, SPOTTING, Format, detect
from mebench.submission.label_columns import PROBABILITY
from mebench.submission.labels import labels_from_text
from mebench.submission.logs import FORMAT as LOG
from mebench.submission.logs import sections
from mebench.submission.meta import read_meta
from mebench.submission.model import LabelSubmission, Submission
from mebench.submission.read import submission_from_text
from mebench.submission.ststnet_logs import FORMAT as STSTNET_LOG
from mebench.submission.write import canonical_csv, unsafe_text

TARGETS: Mapping[str, tuple[str, ...]] = {
    "csv": (SPOTTING, RECOGNITION),
    "megc2022": (SPOTTING,),
    "megc2019-log": (SPOTTING, RECOGNITION),
    "str2024": (SPOTTING,),
}
"""What can be written, and for which task."""

_CLIPS_UNKNOWN = "made from a log that names no clips: within a subject and class any clip may stand for any other"


@dataclass(frozen=True)
class Conversion:
    """A submission in another format.

    Parameters
    ----------
    text : str
        What to write.
    rows : int
        How many predictions it holds.
    losses : tuple of str
        What `text` does not hold, one sentence each without a full stop; empty if it reads back as the same.
    notes : tuple of str
        What the readers remarked, and what else is good to know.
    meta : mapping
        The metadata of the submission, for the sidecar of the new file.
    """

    text: str
    rows: int
    losses: tuple[str, ...]
    notes: tuple[str, ...]
    meta: Mapping[str, Any] = field(default_factory=dict)


def read_source(path: Path | str) -> tuple[Text, Format]:
    """Read the text of a submission and tell its format."""
    if Path(path).is_dir():
        raise UserError(
            f"{printable(str(path))}: this is a folder. Convert its files one by one, each with its own --dataset."
        )
    source = read_text(path)
    return source, detect(source.text)


def convert_spotting(source: Text, to: str, dataset: Dataset, default_type: str | None = None) -> Conversion:
    """Convert predicted intervals.

    Parameters
    ----------
    source : Text
        From :func:`read_source`.
    to : str
        A name of :data:`TARGETS`.
    dataset : Dataset
        What is predicted: it names videos and subjects, and for a log the ground truth.
    default_type : str, optional
        The type of rows that name none.

    Raises
    ------
    UserError
        If the submission is wrong, or cannot be written in that format at all.
    """
    _check_target(to, SPOTTING)
    meta, meta_problems = read_meta(source.path)
    read = submission_from_text(source, dataset, default_type=default_type, meta=meta, meta_problems=meta_problems)
    if "emotion" in read.predictions and (faults := unsafe_text(read.predictions, "emotion", Path(source.path))):
        raise InvalidInput(faults)
    comments, dropped = _comments(source.text, to)
    text = _written(read, to, dataset, comments)
    assumed = _type_of_log(read, dataset) if to == "megc2019-log" else None
    back = submission_from_text(Text("the converted file", text, ""), dataset, default_type=assumed)
    losses = [*_source_losses(read, dropped), *_interval_losses(read.predictions, back.predictions)]
    notes = [str(warning) for warning in read.warnings if warning.rule != "unused-column"]
    if read.format == LOG and (others := [n for n in sections(source.text) if n != str(dataset.log_number)]):
        notes.append(f"the log also holds dataset {', '.join(others)}: convert it with its own --dataset")
    if assumed is not None:
        notes.append(f"the log names no types: give --type {assumed} when you read it")
    if to == "megc2019-log" and not dataset.synthetic:
        notes.append(f"the log holds the ground truth of {dataset.name}: pass it on only to whom you may show that")
    return Conversion(text, len(back.predictions), tuple(losses), tuple(notes), read.meta)


def convert_labels(source: Text, to: str, samples: Samples) -> Conversion:
    """Convert predicted classes; see :func:`convert_spotting`."""
    _check_target(to, RECOGNITION)
    meta, meta_problems = read_meta(source.path)
    read = labels_from_text(source, samples, meta, meta_problems)
    comments, dropped = _comments(source.text, to)
    if read.format == STSTNET_LOG:
        comments = [_CLIPS_UNKNOWN, *comments]
    text = export.labels_csv(read.labels, comments) if to == "csv" else export.labels_log(read.labels, samples)
    back = labels_from_text(Text("the converted file", text, ""), samples)
    losses = [*_source_losses(read, dropped), *_label_losses(read.labels, back.labels)]
    notes = [str(warning) for warning in read.warnings if warning.rule != "unused-column"]
    if to == "megc2019-log" and not samples.synthetic:
        notes.append(f"the log holds the labels of {samples.name}: pass it on only to whom you may show them")
    return Conversion(text, len(back.labels), tuple(losses), tuple(notes), read.meta)


def _check_target(to: str, task: str) -> None:
    if to not in TARGETS:
        raise unknown_name("format", to, TARGETS)
    if task not in TARGETS[to]:
        possible = ", ".join(name for name, tasks in TARGETS.items() if task in tasks)
        raise UserError(f"A {task} submission cannot be written as {to}. Possible: {possible}.")


def _written(read: Submission, to: str, dataset: Dataset, comments: list[str]) -> str:
    if to == "csv":
        return canonical_csv(read.predictions, comments)
    if to == "megc2022":
        return export.megc2022_csv(read.predictions)
    return (
        export.str_csv(read.predictions, dataset)
        if to == "str2024"
        else export.intervals_log(read.predictions, dataset)
    )


def _type_of_log(read: Submission, dataset: Dataset) -> str | None:
    """Return the type that the reader of a log must be told, None where the lengths of the intervals tell it."""
    if dataset.me_longest is not None or len(dataset.types) == 1:
        return None
    return str(read.predictions["type"].mode().iloc[0]) if len(read.predictions) else ME


def _comments(text: str, to: str) -> tuple[list[str], int]:
    """Return the comments that the new file will carry, and how many it will not."""
    lines = [line.strip() for line in text.split("\n") if line.lstrip()[:1] == "#"]
    bare = [line.lstrip("#").strip() for line in lines]
    if to != "csv":
        return [], sum(map(bool, bare))
    kept = [line for line in bare if line and line.isprintable()]
    return kept, sum(map(bool, bare)) - len(kept)


def _source_losses(read: Submission | LabelSubmission, dropped_comments: int) -> list[str]:
    """Return what was in the file and is no part of a submission."""
    unused = [quoted(problem.column or "") for problem in read.warnings if problem.rule == "unused-column"]
    losses = [f"the column{'s' if len(unused) > 1 else ''} {', '.join(unused)}"] if unused else []
    if dropped_comments:
        losses.append(f"{dropped_comments:,} comment line{'s' if dropped_comments > 1 else ''}")
    return losses


def _interval_losses(before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    losses = []
    where = ["video", "onset", "offset"]
    gone = _missing(before, after, where)
    if gone:
        kinds = sorted(set(before["type"]) - set(after["type"]))
        of_type = f" (all of type {', '.join(kinds)})" if kinds else ""
        losses.append(f"{gone:,} of {len(before):,} predictions{of_type}")
    retyped = _missing(before, after, [*where, "type"]) - gone
    if retyped:
        losses.append(f"the type of {_several(retyped)}, which would be read as the other one")
    for name in ("score", "emotion"):
        if name in before and (held := int(before[name].notna().sum())):
            kept = 0 if name not in after else held - _missing(before[before[name].notna()], after, [*where, name])
            if kept < held:
                losses.append(f"the {name} of {_several(held - kept)}")
    return losses


def _several(n: int) -> str:
    return "1 prediction" if n == 1 else f"{n:,} predictions"


def _label_losses(before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    losses = []
    changed = _missing(before, after, ["dataset", "subject", "clip", "label"])
    if changed:
        losses.append(f"the labels of {changed:,} clips")
    probabilities = [name for name in before if str(name).startswith(PROBABILITY)]
    if probabilities and not before[probabilities].equals(after.reindex(columns=probabilities)):
        losses.append(f"the probabilities of {len(before):,} clips")
    return losses


def _missing(before: pd.DataFrame, after: pd.DataFrame, columns: list[str]) -> int:
    """Return how many rows of ``before`` have no counterpart in ``after``, as far as ``columns`` go."""
    rows = (Counter(zip(*(table[name].tolist() for name in columns), strict=True)) for table in (before, after))
    return (next(rows) - next(rows)).total()
