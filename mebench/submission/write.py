"""Write predictions as the canonical CSV, which reads back as the same table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from mebench.files import write_atomically
from mebench.problems import InvalidInput, Problem, UserError, printable, quoted

_FORMULA = ("=", "+", "-", "@")
"""A spreadsheet runs a cell that begins so. Nothing is escaped, because an escaped id would be another id."""

_LONGEST_CELL = 1000


def canonical_csv(predictions: pd.DataFrame, comments: Sequence[str] = ()) -> str:
    """Return checked predictions as CSV text: line feeds, ``video,onset,offset,type[,score][,emotion]``.

    Parameters
    ----------
    predictions : pandas.DataFrame
        Contract :data:`mebench.datasets.tables.PREDICTIONS`.
    comments : sequence of str
        Lines for the head of the file.
    """
    columns = {
        "video": [csv_cell(text) for text in predictions["video"].tolist()],
        "onset": list(map(str, predictions["onset"].tolist())),
        "offset": list(map(str, predictions["offset"].tolist())),
        "type": predictions["type"].tolist(),
    }
    if "score" in predictions:
        columns["score"] = ["" if math.isnan(score) else repr(score) for score in predictions["score"].tolist()]
    if "emotion" in predictions:
        columns["emotion"] = [
            csv_cell(text) if isinstance(text, str) else "" for text in predictions["emotion"].tolist()
        ]
    lines = [*(f"# {comment}" for comment in comments), ",".join(columns)]
    lines.extend(map(",".join, zip(*columns.values(), strict=True)))
    return "\n".join(lines) + "\n"


def write_submission(
    predictions: pd.DataFrame,
    path: Path | str,
    meta: Mapping[str, Any] | None = None,
    *,
    comments: Sequence[str] = (),
    allow_duplicates: bool = False,
) -> Path:
    """Write predictions as a submission, and the metadata beside it; each file whole or not at all.

    Parameters
    ----------
    predictions : pandas.DataFrame
        Columns ``video, onset, offset, type``, and ``score, emotion`` if there are any.
    path : Path or str
        The CSV; an existing one is replaced.
    meta : mapping, optional
        Written to ``NAME.meta.json``; without it an existing sidecar stays as it is.
    comments : sequence of str
        Lines for the head of the file, without the ``#``.
    allow_duplicates : bool
        Write exact duplicates instead of refusing them.

    Returns
    -------
    Path
        Where the CSV lies.

    Raises
    ------
    InvalidInput
        If the table would not pass :func:`mebench.submission.read.from_frame`, or holds text that would not come back
        as it was or that a spreadsheet would run as a formula. Nothing is written then.
    UserError
        If the metadata or a comment is wrong, or the folder cannot be written to.
    """
    from mebench.submission.meta import meta_path, meta_text
    from mebench.submission.read import from_frame

    path = Path(path)
    checked = from_frame(predictions, None, allow_duplicates=allow_duplicates, name=str(path)).predictions
    faults = [fault for name in ("video", "emotion") if name in checked for fault in unsafe_text(checked, name, path)]
    if faults:
        raise InvalidInput(faults)
    for comment in comments:
        if not comment.isprintable():
            raise UserError(f"{printable(str(path))}: the comment {quoted(comment)} is not one line of plain text.")
    sidecar = None if meta is None else meta_text(meta, str(meta_path(path)))
    write_atomically(path, canonical_csv(checked, comments))
    if sidecar is not None:
        write_atomically(meta_path(path), sidecar)
    return path


def unsafe_text(checked: pd.DataFrame, name: str, path: Path) -> list[Problem]:
    """Return a problem for each distinct text that must not be written, at its first row."""
    first_row: dict[str, int] = {}
    for text, row in zip(checked[name].tolist(), checked["row"].tolist(), strict=True):
        if isinstance(text, str):
            first_row.setdefault(text, row)
    faults = []
    for text, row in first_row.items():
        if text.startswith(_FORMULA):
            what, remedy = "would be run as a formula by a spreadsheet", "Begin it with a letter or a digit"
        elif name == "video" and text.startswith("#"):
            what, remedy = "would be read as a comment", "Begin it with a letter or a digit"
        elif not text.isprintable():
            what, remedy = "holds characters that cannot be printed", "Remove them"
        elif len(text) > _LONGEST_CELL:
            what, remedy = f"has {len(text):,} characters", f"Keep it below {_LONGEST_CELL:,}"
        else:
            continue
        faults.append(
            Problem("unsafe-text", f"{name} {quoted(text)} {what}", remedy, str(path), row, name, printable(text))
        )
    return faults


def csv_cell(text: str) -> str:
    """Return a text as a cell of a CSV, quoted where it must be."""
    return '"' + text.replace('"', '""') + '"' if "," in text or '"' in text else text
