"""The log that MEGC 2019, 2020 and 2021 asked for, read as a submission.

A line that holds only a number begins a dataset (1 is SAMM, 2 is CAS(ME)^2); every other line is
``video gt_onset gt_offset pred_onset pred_offset result``, with ``-`` where there is none. Only the video and the two
prediction columns count. The result is never believed, because published logs swap its words, and the ground-truth
columns are looked at for one purpose: under the baseline's many-to-one rule one prediction that matched two events
stands in two rows, which differ in nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np

from mebench.datasets.dataset import Dataset
from mebench.datasets.delimited import MAX_LINE, Text
from mebench.problems import Problem, quoted
from mebench.submission.cells import Cells
from mebench.submission.columns import meaning
from mebench.submission.findings import LISTED

FORMAT = "megc-log"
_RESULTS = frozenset({"TP", "FP", "FN"})
_BLANK = frozenset({"", "-", "--", "–", "—", "_", "/"})
_WIDTH = 6
_LOOKED_AT = 50
_SECTION = re.compile(r"[0-9]{1,3}")
_FRAME_LIKE = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?")
_COLUMNS = ("video", "onset", "offset")


class Log(NamedTuple):
    """A log's predictions as cells, and what is wrong or odd about its lines."""

    cells: Cells
    problems: list[Problem]
    warnings: list[Problem]


class _Line(NamedTuple):
    row: int
    tokens: list[str]


def is_log(text: str) -> bool:
    """Return whether a text is a challenge log: one of its first lines has six cells of the kind that logs have."""
    return any(_is_event(line.tokens) or _is_header(line.tokens) for line in islice(_lines(text), _LOOKED_AT))


def _lines(text: str) -> Iterator[_Line]:
    start, row = 0, 0
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        row += 1
        line = text[start : min(end, start + MAX_LINE)].strip()
        start = end + 1
        if line and not line.startswith("#"):
            comma = "," if "," in line else None
            yield _Line(row, [token.strip() for token in line.split(comma)])


def _is_event(tokens: list[str]) -> bool:
    frames = tokens[1:-1]
    return (
        len(tokens) == _WIDTH
        and tokens[-1].upper() in _RESULTS
        and all(token in _BLANK or _FRAME_LIKE.fullmatch(token) is not None for token in frames)
    )


def _is_header(tokens: list[str]) -> bool:
    return len(tokens) == _WIDTH and meaning(tokens[0]) == "video" and tokens[-1].casefold() in {"result", "results"}


def sections(text: str) -> list[str]:
    """Return the dataset numbers under which a log lists its lines, each once and without leading zeros."""
    alone = (line.tokens[0] for line in _lines(text) if len(line.tokens) == 1)
    return list(dict.fromkeys(str(int(token)) for token in alone if _SECTION.fullmatch(token)))


def read_log(source: Text, dataset: Dataset | None) -> Log:
    """Read the predictions of one dataset from a log.

    Parameters
    ----------
    source : Text
        The file.
    dataset : Dataset or None
        Its ``log_number`` picks the section. A log without section numbers belongs to the dataset that is asked for.
    """
    sections: dict[str, list[_Line]] = {"": []}
    section = ""
    problems: list[Problem] = []
    malformed = 0
    for line in _lines(source.text):
        if len(line.tokens) == 1 and _SECTION.fullmatch(line.tokens[0]):
            section = str(int(line.tokens[0]))
            sections.setdefault(section, [])
        elif _is_header(line.tokens):
            continue
        elif fault := _malformed(line, source.path):
            malformed += 1
            if malformed <= LISTED:
                problems.append(fault)
        else:
            sections[section].append(line)
    if malformed > LISTED:
        message = f"{malformed:,} malformed lines; the first {LISTED:,} are listed"
        problems.insert(0, Problem("too-many-problems", message, "Check that this is a challenge log", source.path))
    chosen = _choose(sections, dataset, source.path)
    if isinstance(chosen, Problem):
        return Log(_cells([], source.path), [chosen, *problems], [])
    predicted, collapsed = _collapse(
        [line for line in chosen if line.tokens[3] not in _BLANK or line.tokens[4] not in _BLANK]
    )
    warnings = []
    if collapsed:
        message = (
            f"{collapsed:,} line{'s repeat' if collapsed > 1 else ' repeats'} a prediction that another line lists "
            "with another event; each such prediction is counted once"
        )
        remedy = "The log was made under a rule by which one prediction may match several events"
        warnings.append(Problem("log-rows-collapsed", message, remedy, source.path, severity="warning"))
    return Log(_cells(predicted, source.path), problems, warnings)


def _malformed(line: _Line, file: str) -> Problem | None:
    """Return what is wrong with a line that is neither a section's number nor a header."""
    remedy = "Write: video gt_onset gt_offset pred_onset pred_offset TP, with - for blanks"
    tokens = line.tokens
    shown = quoted(" ".join(tokens[:8]))
    if len(tokens) != _WIDTH:
        n = len(tokens)
        message = f"{n} cell{'s' if n > 1 else ''} where a log has {_WIDTH} ({shown})"
    elif tokens[-1].upper() not in _RESULTS:
        message = f"the result {quoted(tokens[-1])} is none of TP, FP and FN"
    elif all(token in _BLANK for token in tokens[1:5]):
        message = f"neither an event nor a prediction is given ({shown})"
    else:
        return None
    return Problem("malformed-log-line", message, remedy, file, line.row)


def _choose(sections: dict[str, list[_Line]], dataset: Dataset | None, file: str) -> list[_Line] | Problem:
    numbered = [number for number in sections if number]
    if not numbered:
        return sections[""]
    listed = "dataset " + numbered[0] if len(numbered) == 1 else "the datasets " + ", ".join(numbered[:10])
    if sections[""]:
        message, remedy = (
            "some lines stand before the first dataset number",
            "Begin the log with 1 (SAMM) or 2 (CAS(ME)^2)",
        )
        return Problem("log-without-number", message, remedy, file, sections[""][0].row)
    if dataset is None:
        if len(numbered) == 1:
            return sections[numbered[0]]
        return Problem("log-section", f"the log holds {listed}", "Say with --dataset which one is meant", file)
    if dataset.log_number is None:
        remedy = "Such logs list SAMM as 1 and CAS(ME)^2 as 2; for another dataset leave out the number"
        return Problem("log-section", f"the log holds {listed}, and {dataset.name} has no such number", remedy, file)
    if str(dataset.log_number) not in sections:
        remedy = f"Check --dataset; {dataset.name} has the number {dataset.log_number}"
        return Problem("log-section", f"the log holds {listed}, but not {dataset.name}", remedy, file)
    return sections[str(dataset.log_number)]


def _collapse(lines: list[_Line]) -> tuple[list[_Line], int]:
    """Drop lines that repeat a matched prediction with another event; true duplicates stay and are reported later."""
    events: dict[tuple[str, str, str], set[tuple[str, str]]] = {}
    kept = []
    for line in lines:
        video, event_onset, event_offset, onset, offset, _ = line.tokens
        if event_onset not in _BLANK or event_offset not in _BLANK:
            matched = events.setdefault((video, onset, offset), set())
            another = bool(matched) and (event_onset, event_offset) not in matched
            matched.add((event_onset, event_offset))
            if another:
                continue
        kept.append(line)
    return kept, len(lines) - len(kept)


def _cells(lines: list[_Line], file: str) -> Cells:
    columns = {name: [line.tokens[i] for line in lines] for name, i in zip(_COLUMNS, (0, 3, 4), strict=True)}
    rows = np.array([line.row for line in lines], np.int64)
    return Cells(file, rows, columns, {"video": "video", "onset": "pred_onset", "offset": "pred_offset"})
