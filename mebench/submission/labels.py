"""Read a recognition submission from a file or from memory: one pass, every problem, the same checks for both.

The format is told by the content: a CSV with a header, the recognition log of MEGC2019, or the log that the Python code
of STSTNet prints.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mebench.datasets.delimited import Text, parse_table, read_text
from mebench.datasets.samples import Samples
from mebench.problems import InvalidInput, Problem, UserError, printable
from mebench.submission.cells import Cells
from mebench.submission.columns import HEADER_MISSING, locate, meaning
from mebench.submission.export import labels_csv
from mebench.submission.label_checks import check_labels
from mebench.submission.label_columns import label_vocabulary
from mebench.submission.label_logs import FORMAT as LABEL_LOG
from mebench.submission.label_logs import is_label_log, read_label_log
from mebench.submission.logs import Log, is_log
from mebench.submission.meta import check_meta, read_meta
from mebench.submission.model import LabelSubmission
from mebench.submission.read import cells_of_frame, header_row
from mebench.submission.ststnet_logs import FORMAT as STSTNET_LOG
from mebench.submission.ststnet_logs import is_ststnet_log, read_ststnet_log

MAX_ROWS = 100_000
"""More rows than clips in any dataset; a larger file is refused before much time is spent on it."""


def read_labels(path: Path | str, samples: Samples) -> LabelSubmission:
    """Read and check a recognition submission.

    Parameters
    ----------
    path : Path or str
        A CSV with at least the columns ``clip`` and ``label`` (in any of their spellings), a MEGC2019 recognition log,
        or the log of STSTNet's Python code. ``NAME.meta.json`` beside it is read too.
    samples : Samples
        What is to be predicted. Its labels are compared with the truth that a file may hold; only for a log of STSTNet,
        which names no clips, are they needed to read it.

    Raises
    ------
    UserError
        If the file is missing, empty, binary, not UTF-8, no table, or holds intervals instead of classes.
    InvalidInput
        With every problem of the file and its metadata, found in one pass.
    """
    source = read_text(path)
    meta, meta_problems = read_meta(path)
    return labels_from_text(source, samples, meta, meta_problems)


def labels_from_text(
    source: Text,
    samples: Samples,
    meta: Mapping[str, Any] | None = None,
    meta_problems: Sequence[Problem] = (),
) -> LabelSubmission:
    """Check the text of a recognition submission; see :func:`read_labels`.

    Parameters
    ----------
    source : Text
        From :func:`mebench.datasets.delimited.read_text`.
    samples : Samples
        What is to be predicted.
    meta, meta_problems
        From :func:`mebench.submission.meta.read_meta`.
    """
    newlines = source.text.count("\n")
    if newlines > MAX_ROWS:
        raise UserError(
            f"{printable(source.path)}: the file has {newlines:,} lines, and at most {MAX_ROWS:,} are read. "
            "Check that it has one row a clip."
        )
    if is_ststnet_log(source.text):
        kind, found = STSTNET_LOG, read_ststnet_log(source, samples)
    elif is_log(source.text):
        raise _intervals(source.path, samples, "a log of spotted intervals")
    elif is_label_log(source.text):
        kind, found = LABEL_LOG, read_label_log(source, samples)
    else:
        kind, found = "csv", _from_csv(source, samples)
    draft = LabelSubmission(source.path, pd.DataFrame(), source.sha256, kind, meta or {})
    return _finish(found, samples, draft, meta_problems)


def labels_from_frame(
    labels: pd.DataFrame,
    samples: Samples,
    *,
    meta: Mapping[str, Any] | None = None,
    name: str = "labels",
) -> LabelSubmission:
    """Check predicted classes that are in memory, exactly as if they had been read from a CSV.

    Parameters
    ----------
    labels : pandas.DataFrame
        Columns as in a file, aliases included. A row's number in messages is its position + 1.
    samples : Samples
        What is to be predicted.
    meta : mapping, optional
        As in ``NAME.meta.json``.
    name : str
        What the table is called in messages.

    Raises
    ------
    UserError
        If `labels` is no DataFrame.
    InvalidInput
        With every problem, found in one pass.
    """
    vocabulary = label_vocabulary(samples.classes)
    cells, columns = cells_of_frame(labels, name, "labels", "dataset, subject, clip and label", vocabulary)
    meta_problems = check_meta(meta, f"metadata of {name}") if meta else []
    draft = LabelSubmission(name, pd.DataFrame(), "", "dataframe", dict(meta or {}))
    return _finish(Log(cells, columns.problems, columns.warnings), samples, draft, meta_problems)


def _from_csv(source: Text, samples: Samples) -> Log:
    errors: list[Problem] = []
    table = parse_table(source, errors)
    columns = locate(table.header, source.path, header_row(source.text), label_vocabulary(samples.classes))
    if "label" not in columns.position and {"onset", "offset"} <= {meaning(name) for name in table.header}:
        raise _intervals(source.path, samples, "a table of spotted intervals (onset, offset)")
    texts = {meaning: [row[i] for row in table.rows] for meaning, i in columns.position.items()}
    written_as = {meaning: table.header[i] for meaning, i in columns.position.items()}
    cells = Cells(source.path, np.array(table.lines, np.int64), texts, written_as)
    return Log(cells, [*columns.problems, *errors], columns.warnings)


def _intervals(path: str, samples: Samples, what: str) -> UserError:
    return UserError(
        f"{printable(path)}: this is {what}, but {samples.name} wants one class a clip. "
        "Name a dataset of long videos with --dataset, or give a table with dataset, subject, clip and label."
    )


def _finish(found: Log, samples: Samples, draft: LabelSubmission, meta_problems: Sequence[Problem]) -> LabelSubmission:
    if any(problem.rule == HEADER_MISSING for problem in found.problems):
        raise InvalidInput([*found.problems, *meta_problems])  # nothing is known of the columns, so nothing of the rows
    checked = check_labels(found.cells, samples)
    errors = checked.errors
    if found.problems and draft.format == STSTNET_LOG:
        # Subjects that could not be read have been reported; their clips are no further problem.
        errors = [problem for problem in errors if problem.rule not in {"clips-not-predicted", "no-known-clip"}]
    # A problem of the whole file stands first, with those of the header; then those of rows, in the order of the file.
    errors = sorted([*found.problems, *errors], key=lambda problem: problem.row or 1)
    if errors or meta_problems:
        raise InvalidInput([*errors, *meta_problems])
    return LabelSubmission(
        name=draft.name,
        labels=checked.labels,
        sha256=draft.sha256 or hashlib.sha256(labels_csv(checked.labels).encode()).hexdigest(),
        format=draft.format,
        meta=draft.meta,
        warnings=(*found.warnings, *checked.warnings),
    )
