"""The recognition log that MEGC2019 asked for, read as a submission.

A line of two words begins a subject (``casme2 sub01``); every other line is ``clip truth prediction``, with the classes
as codes (0 negative, 1 positive, 2 surprise) or names. The truth in the log is compared with the protocol's and never
used.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np

from mebench.datasets.delimited import MAX_LINE, Text
from mebench.datasets.samples import Samples
from mebench.problems import Problem, quoted
from mebench.submission.cells import Cells
from mebench.submission.classes import MEGC2019_CLASSES, class_of, is_nothing
from mebench.submission.findings import LISTED
from mebench.submission.logs import Log

FORMAT = "megc2019-log"
_LOOKED_AT = 50
_HEAD, _WIDTH = 2, 3
_MEANINGS = ("dataset", "subject", "clip", "truth", "label")
_REMEDY = "Write a line such as casme2 sub01 for each subject, then for each of its clips: clip truth prediction"


class _Line(NamedTuple):
    row: int
    tokens: list[str]


def is_label_log(text: str) -> bool:
    """Return whether a text is a recognition log: no commas, and lines of a clip and two labels."""
    looked_at = list(islice(_lines(text), _LOOKED_AT))
    if any("," in token for line in looked_at for token in line.tokens):
        return False
    return any(len(line.tokens) == _WIDTH and _is_label(line.tokens[2]) and _is_truth(line) for line in looked_at)


def _is_label(token: str) -> bool:
    return class_of(token, MEGC2019_CLASSES) is not None


def _is_truth(line: _Line) -> bool:
    return _is_label(line.tokens[1]) or is_nothing(line.tokens[1]) or line.tokens[1] == "-1"


def _lines(text: str) -> Iterator[_Line]:
    for row, line in enumerate(text.split("\n"), start=1):
        bare = line[:MAX_LINE].strip()
        if bare and not bare.startswith("#"):
            yield _Line(row, bare.split())


def read_label_log(source: Text, samples: Samples) -> Log:
    """Read the predictions from a MEGC2019 recognition log.

    Parameters
    ----------
    source : Text
        The file.
    samples : Samples
        Tell a line that begins a subject from one that lacks a cell.
    """
    dataset = subject = ""
    rows: list[int] = []
    columns: dict[str, list[str]] = {name: [] for name in _MEANINGS}
    problems: list[Problem] = []
    malformed = 0
    for line in _lines(source.text):
        tokens = line.tokens
        if _begins_subject(tokens, samples):
            dataset, subject = tokens
        elif len(tokens) != _WIDTH:
            malformed += 1
            if malformed <= LISTED:
                n = len(tokens)
                shown = quoted(" ".join(tokens[:8]))
                message = f"{n} word{'s' if n > 1 else ''} where a line has {_WIDTH} ({shown})"
                problems.append(Problem("malformed-log-line", message, _REMEDY, source.path, line.row))
        else:
            rows.append(line.row)
            for name, cell in zip(_MEANINGS, (dataset, subject, *tokens), strict=True):
                columns[name].append(cell)
    if malformed > LISTED:
        message = f"{malformed:,} malformed lines; the first {LISTED:,} are listed"
        problems.insert(0, Problem("too-many-problems", message, "Check that this is a challenge log", source.path))
    written_as = {name: name for name in _MEANINGS} | {"label": "prediction"}
    return Log(Cells(source.path, np.array(rows, np.int64), columns, written_as), problems, [])


def _begins_subject(tokens: list[str], samples: Samples) -> bool:
    if len(tokens) != _HEAD:
        return False
    return samples.match_dataset(tokens[0]) is not None or class_of(tokens[1], samples.classes) is None
