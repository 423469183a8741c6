"""Which column of a submission means what, however its author named it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mebench.datasets.delimited import header_is_data
from mebench.problems import Problem, quoted, suggest

ALIASES: Mapping[str, tuple[str, ...]] = {
    "video": (
        "video",
        "vid",
        "video_id",
        "video_name",
        "video_file",
        "file",
        "file_name",
        "clip",
        "clip_id",
        "clip_name",
    ),
    "onset": (
        *("onset", "onset_frame", "pred_onset", "pred_onset_frame", "predicted_onset", "onset_pred", "onset_f"),
        *("start", "start_frame", "pred_start", "predicted_start", "begin", "begin_frame", "pred_on"),
    ),
    "offset": (
        *("offset", "offset_frame", "pred_offset", "pred_offset_frame", "predicted_offset", "offset_pred", "offset_f"),
        *("end", "end_frame", "pred_end", "predicted_end", "stop", "stop_frame", "pred_off"),
    ),
    "type": ("type", "expression_type", "exp_type", "pred_type", "predicted_type", "type_pred", "class", "label"),
    "score": ("score", "pred_score", "confidence", "conf", "prob", "probability"),
    "emotion": ("emotion", "pred_emotion", "predicted_emotion", "emotion_pred", "emotion_label"),
    "subject": ("subject", "subject_id", "sub", "subj", "participant"),
}
"""Column names seen in the wild; letter case, blanks and underscores do not matter."""

REQUIRED = ("video", "onset", "offset")
HEADER_MISSING = "header-missing"


def fold(name: str) -> str:
    """Return a column name without letter case, blanks, underscores and punctuation."""
    return re.sub(r"[\W_]+", "", name.casefold())


_SILENT = frozenset({"row"})  # our own table carries it


class Vocabulary(NamedTuple):
    """The column names of one kind of submission: aliases by meaning, what is required, and the header to write."""

    aliases: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    header: str

    def meanings(self) -> dict[str, str]:
        """Return what each folded name means."""
        return {fold(alias): meaning for meaning, aliases in self.aliases.items() for alias in aliases}


INTERVALS = Vocabulary(ALIASES, REQUIRED, "video,onset,offset,type")
_MEANING = INTERVALS.meanings()


class Columns(NamedTuple):
    """Where each meaning stands in the table, and what is wrong or odd about the header."""

    position: Mapping[str, int]
    problems: list[Problem]
    warnings: list[Problem]


def meaning(name: str) -> str | None:
    """Return what a column is called here (``"video"``, ``"onset"``, ...), or None if its name means nothing."""
    return _MEANING.get(fold(name))


def locate(header: Sequence[str], file: str, row: int | None, vocabulary: Vocabulary = INTERVALS) -> Columns:
    """Find the columns of a submission by their names.

    Parameters
    ----------
    header : sequence of str
        Column names as written.
    file : str
        The file, as messages name it.
    row : int or None
        The line of the header.
    vocabulary : Vocabulary
        The names to look for; those of spotting by default.
    """
    meanings = _MEANING if vocabulary is INTERVALS else vocabulary.meanings()
    position: dict[str, int] = {}
    unused: list[str] = []
    problems: list[Problem] = []
    for i, name in enumerate(header):
        known = meanings.get(fold(name))
        if known is None:
            unused.append(name)
        elif known in position:
            message = f"the columns {quoted(header[position[known]])} and {quoted(name)} both mean the {known}"
            remedy = f"Keep the one that holds your predictions and name it {known}"
            problems.append(Problem("ambiguous-column", message, remedy, file, row, name))
        else:
            position[known] = i
    missing = [name for name in vocabulary.required if name not in position]
    if missing and header_is_data(list(header)):
        message = f"the first row looks like data ({quoted(','.join(header))}), but the file needs a header"
        remedy = f"Begin it with {vocabulary.header}"
        return Columns(position, [Problem(HEADER_MISSING, message, remedy, file, row)], [])
    problems.extend(_missing(name, header, unused, file, row, vocabulary) for name in missing)
    warnings = [] if missing else [_unused(name, file, row, vocabulary) for name in unused if fold(name) not in _SILENT]
    return Columns(position, problems, warnings)


def _missing(
    name: str, header: Sequence[str], unused: Sequence[str], file: str, row: int | None, vocabulary: Vocabulary
) -> Problem:
    found = ", ".join(quoted(cell) for cell in header[:12]) + (", ..." if len(header) > 12 else "")
    near = suggest(name, unused[:50]).strip()
    also = ", ".join(vocabulary.aliases[name][1:4])
    remedy = near or f"Name one column {name} (or {also})"
    return Problem("missing-column", f"no column holds the {name} (found {found or 'none'})", remedy, file, row, name)


def _unused(name: str, file: str, row: int | None, vocabulary: Vocabulary) -> Problem:
    what = f"the column {quoted(name)} is not used" if name else "a column without a name is not used"
    remedy = "Remove it, or name it as one of " + ", ".join(vocabulary.aliases)
    return Problem("unused-column", what, remedy, file, row, name or None, severity="warning")
