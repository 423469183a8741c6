"""The CSV that the spot-then-recognise tracks of MEGC2024 and MEGC2025 asked for.

``subject,video,onset,offset,emotion``, without a type, because every interval is a micro-expression. For CAS(ME)^2 the
files in the wild name subject and video as its workbook does (``5,anger1``), where subject 5 is folder ``s21``: the
numbers 1 to 22 count the 22 subjects, and 15 to 22 are names of folders as well.
"""

from __future__ import annotations

from collections.abc import Collection

from mebench.datasets import catalog
from mebench.datasets.dataset import Dataset
from mebench.problems import Problem
from mebench.submission.cells import Cells

FORMAT = "str-csv"
_HOOK = "folders_of_numbers"
"""What a reader module offers if the dataset's own table names subjects otherwise than its folders do."""

_COLUMNS = frozenset({"subject", "video", "onset", "offset", "emotion"})


def is_str(meanings: Collection[str | None]) -> bool:
    """Return whether columns of these meanings are a spot-then-recognise submission: subject and emotion, no type."""
    return set(meanings) >= _COLUMNS and "type" not in meanings


def type_assumed(cells: Cells) -> Problem:
    """Return the warning that every interval is taken as an ME."""
    message = "no type is given beside subject and emotion, so every interval is taken as an ME (spot-then-recognise)"
    return Problem("type-assumed", message, "Add a column type if some are MaE", cells.file, severity="warning")


def name_subjects(cells: Cells, dataset: Dataset | None) -> tuple[Cells, list[Problem]]:
    """Return the cells with the dataset's own names of subjects, and what is wrong or was assumed about them."""
    if dataset is None or "subject" not in cells.columns or "video" not in cells.columns:
        return cells, []
    names_of = getattr(catalog.reader(dataset.reader), _HOOK, None) if dataset.reader in catalog.names() else None
    if names_of is None:
        return cells, []
    subjects, videos = cells.columns["subject"], cells.columns["video"]
    folders = names_of(zip(subjects, videos, strict=True))
    column = cells.written_as["subject"]
    if folders is None:
        message = "the subjects are numbers that may count them (15 is s32) or name their folders (15 is s15)"
        remedy = "Write s15 if you mean the folder, or its code (0101) instead of anger1"
        return cells, [Problem("ambiguous-subject", message, remedy, cells.file, column=column)]
    if not folders:
        return cells, []
    message = "subjects that are numbers beside a stimulus (5, anger1) are read as the workbook counts them: 5 is s21"
    remedy = "Write s15 where you mean the folder"
    renamed = [folders.get(pair, pair[0]) for pair in zip(subjects, videos, strict=True)]
    warning = Problem("subjects-counted", message, remedy, cells.file, column=column, severity="warning")
    return cells._replace(columns={**cells.columns, "subject": renamed}), [warning]
