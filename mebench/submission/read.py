"""Read a submission from a file or from memory: one pass, every problem, the same checks for both.

The format is told by the content, not by the file's name: a CSV with a header (the MEGC 2022 to 2025 style, in any of
its spellings, or that of spot-then-recognise) or the log of MEGC 2019 to 2021.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mebench.datasets.dataset import Dataset
from mebench.datasets.delimited import Text, parse_table, read_text
from mebench.datasets.tables import ME
from mebench.datasets.types import expression_type
from mebench.problems import InvalidInput, Problem, UserError, printable, quoted
from mebench.submission.cells import Cells
from mebench.submission.columns import HEADER_MISSING, INTERVALS, Columns, Vocabulary, locate
from mebench.submission.logs import FORMAT as LOG
from mebench.submission.logs import is_log, read_log
from mebench.submission.meta import check_meta, read_meta
from mebench.submission.model import Submission
from mebench.submission.str_files import FORMAT as STR
from mebench.submission.str_files import is_str, name_subjects, type_assumed
from mebench.submission.validate import check
from mebench.submission.write import canonical_csv

MAX_ROWS = 2_000_000
"""More rows than frames in any dataset; a larger file is refused before it fills the memory."""


@dataclass
class _Found:
    """What reading gave before checking: the cells, and the faults that are known already."""

    cells: Cells
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def read_submission(
    path: Path | str,
    dataset: Dataset | None = None,
    *,
    default_type: str | None = None,
    allow_duplicates: bool = False,
) -> Submission:
    """Read and check a submission.

    Parameters
    ----------
    path : Path or str
        A CSV with a header, or a MEGC 2019-2021 log. ``NAME.meta.json`` beside it is read too.
    dataset : Dataset or None
        What it predicts; its ground truth is not needed. With None, everything is checked that can be without.
    default_type : str, optional
        The type of rows that name none: ``me`` or ``mae`` in any spelling.
    allow_duplicates : bool
        Score exact duplicate rows (each extra one is a false positive) instead of refusing them.

    Raises
    ------
    UserError
        If the file is missing, empty, binary, not UTF-8, or no table of comma-separated columns.
    InvalidInput
        With every problem of the file and its metadata, found in one pass.
    """
    source = read_text(path)
    meta, meta_problems = read_meta(path)
    return submission_from_text(
        source,
        dataset,
        default_type=default_type,
        allow_duplicates=allow_duplicates,
        meta=meta,
        meta_problems=meta_problems,
    )


def submission_from_text(
    source: Text,
    dataset: Dataset | None,
    *,
    default_type: str | None = None,
    allow_duplicates: bool = False,
    meta: Mapping[str, Any] | None = None,
    meta_problems: Sequence[Problem] = (),
) -> Submission:
    """Check the text of a submission; see :func:`read_submission`.

    Parameters
    ----------
    source : Text
        From :func:`mebench.datasets.delimited.read_text`.
    meta, meta_problems
        From :func:`mebench.submission.meta.read_meta`.
    """
    kind = _wanted_type(default_type, dataset)
    newlines = source.text.count("\n")
    if newlines > MAX_ROWS:
        raise UserError(
            f"{printable(source.path)}: the file has {newlines:,} lines, and at most {MAX_ROWS:,} are read. "
            "Check that it holds intervals and not frames."
        )
    log = is_log(source.text)
    found = _from_log(source, dataset) if log else _from_csv(source)
    draft = Submission(source.path, pd.DataFrame(), source.sha256, LOG if log else "csv", meta or {})
    return _finish(found, dataset, kind, allow_duplicates, draft, meta_problems)


def from_frame(
    predictions: pd.DataFrame,
    dataset: Dataset | None,
    *,
    default_type: str | None = None,
    allow_duplicates: bool = False,
    meta: Mapping[str, Any] | None = None,
    name: str = "predictions",
) -> Submission:
    """Check predictions that are in memory, exactly as if they had been read from a CSV.

    Parameters
    ----------
    predictions : pandas.DataFrame
        Columns as in a file, aliases included. A row's number in messages is its position + 1.
    dataset, default_type, allow_duplicates
        As for :func:`read_submission`.
    meta : mapping, optional
        As in ``NAME.meta.json``.
    name : str
        What the table is called in messages.

    Raises
    ------
    UserError
        If `predictions` is no DataFrame.
    InvalidInput
        With every problem, found in one pass.
    """
    kind = _wanted_type(default_type, dataset)
    cells, columns = cells_of_frame(predictions, name, "predictions", "video, onset, offset and type", INTERVALS)
    found = _Found(cells, columns.problems, columns.warnings)
    meta_problems = check_meta(meta, f"metadata of {name}") if meta else []
    draft = Submission(name, pd.DataFrame(), "", "dataframe", dict(meta or {}))
    return _finish(found, dataset, kind, allow_duplicates, draft, meta_problems)


def _finish(
    found: _Found,
    dataset: Dataset | None,
    default_type: str | None,
    allow_duplicates: bool,
    draft: Submission,
    meta_problems: Sequence[Problem],
) -> Submission:
    if any(problem.rule == HEADER_MISSING for problem in found.errors):
        raise InvalidInput([*found.errors, *meta_problems])  # nothing is known of the columns, so nothing of the rows
    if is_str(found.cells.columns.keys()):
        if default_type is None:
            default_type = _wanted_type(ME, dataset)
            found.warnings.append(type_assumed(found.cells))
        draft = replace(draft, format=STR if draft.format == "csv" else draft.format)
    found.cells, remarks = name_subjects(found.cells, dataset)
    for remark in remarks:
        (found.errors if remark.severity == "error" else found.warnings).append(remark)
    checked = check(
        found.cells,
        dataset,
        default_type=default_type,
        types_by_length=draft.format == LOG,
        allow_duplicates=allow_duplicates,
    )
    # A problem of the whole file stands first, with those of the header; then those of rows, in the order of the file.
    errors = sorted([*found.errors, *checked.errors], key=lambda problem: problem.row or 1)
    if errors or meta_problems:
        raise InvalidInput([*errors, *meta_problems])
    return Submission(
        name=draft.name,
        predictions=checked.predictions,
        sha256=draft.sha256 or hashlib.sha256(canonical_csv(checked.predictions).encode()).hexdigest(),
        format=draft.format,
        meta=draft.meta,
        warnings=(*found.warnings, *checked.warnings),
    )


def _from_csv(source: Text) -> _Found:
    errors: list[Problem] = []
    table = parse_table(source, errors)
    columns = locate(table.header, source.path, header_row(source.text))
    if not {"onset", "offset"} & set(columns.position) and {"clip", "label"} <= {
        h.strip().casefold() for h in table.header
    }:
        raise UserError(
            f"{printable(source.path)}: this is a table of predicted classes of clips (clip, label), and intervals "
            "(onset, offset) are wanted. Give a recognition dataset with --dataset, such as megc2019-twin."
        )
    texts = {meaning: [row[i] for row in table.rows] for meaning, i in columns.position.items()}
    written_as = {meaning: table.header[i] for meaning, i in columns.position.items()}
    cells = Cells(source.path, np.array(table.lines, np.int64), texts, written_as)
    return _Found(cells, [*columns.problems, *errors], columns.warnings)


def _from_log(source: Text, dataset: Dataset | None) -> _Found:
    log = read_log(source, dataset)
    return _Found(log.cells, log.problems, log.warnings)


def header_row(text: str) -> int:
    """Return the line on which the header of a CSV stands."""
    return next(i for i, line in enumerate(text.split("\n"), start=1) if line.strip() and line.strip()[0] != "#")


def _wanted_type(default_type: str | None, dataset: Dataset | None) -> str | None:
    if default_type is None:
        return None
    kind = expression_type(default_type)
    if kind is None:
        raise UserError(f"There is no expression type {quoted(default_type)}. Give --type me or --type mae.")
    if dataset is not None and kind not in dataset.types:
        raise UserError(
            f"--type {kind} cannot be scored: {dataset.name} has {' and '.join(dataset.types)} annotated only."
        )
    return kind


def cells_of_frame(
    table: pd.DataFrame, name: str, what: str, wanted: str, vocabulary: Vocabulary
) -> tuple[Cells, Columns]:
    """Return the cells of an in-memory table as a CSV would hold them, rows numbered from 1, and what its columns mean.

    Raises
    ------
    UserError
        If `table` is no DataFrame; the sentence says `what` they are and asks for the columns `wanted`.
    """
    if not isinstance(table, pd.DataFrame):
        raise UserError(
            f"{printable(name)}: {what} are a {type(table).__name__}, not a pandas DataFrame. "
            f"Give a table with the columns {wanted}."
        )
    header = [str(column).strip() for column in table.columns]
    columns = locate(header, name, None, vocabulary)
    texts = {meaning: column_texts(table.iloc[:, i]) for meaning, i in columns.position.items()}
    written_as = {meaning: header[i] for meaning, i in columns.position.items()}
    return Cells(name, np.arange(1, len(table) + 1, dtype=np.int64), texts, written_as), columns


def column_texts(cells: pd.Series) -> list[str]:
    """Return the cells of a column as a CSV would hold them; a missing one is blank."""
    if pd.api.types.is_integer_dtype(cells) and not cells.hasnans:
        return list(map(str, cells.tolist()))
    blank = cells.isna().tolist()
    texts = ["" if gone else str(value).strip() for gone, value in zip(blank, cells.tolist(), strict=True)]
    if "".join(texts).isascii():
        return texts
    # Half a character (a lone surrogate) can be in no UTF-8 file; as its escape it is reported like any other text.
    return [text.encode("utf-8", "backslashreplace").decode() for text in texts]
