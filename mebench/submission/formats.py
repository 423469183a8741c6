"""Which format a submission is in, told by its content and never by its name."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import NamedTuple

from mebench.submission.columns import fold, meaning
from mebench.submission.label_columns import LABEL_ALIASES
from mebench.submission.label_logs import FORMAT as LABEL_LOG
from mebench.submission.label_logs import is_label_log
from mebench.submission.logs import FORMAT as LOG
from mebench.submission.logs import is_log
from mebench.submission.str_files import FORMAT as STR
from mebench.submission.str_files import is_str
from mebench.submission.ststnet_logs import FORMAT as STSTNET_LOG
from mebench.submission.ststnet_logs import is_ststnet_log

SPOTTING = "spotting"
RECOGNITION = "recognition"
_LONGEST_HEADER = 10_000


class Format(NamedTuple):
    """A format by the name that :class:`mebench.submission.model.Submission` gives it, and what it holds."""

    name: str
    task: str
    title: str


FORMATS: Mapping[tuple[str, str], Format] = {
    (found.task, found.name): found
    for found in (
        Format("csv", SPOTTING, "CSV of intervals (also MEGC2022 to MEGC2025)"),
        Format(STR, SPOTTING, "CSV of intervals with emotions (spot-then-recognise, MEGC2024)"),
        Format(LOG, SPOTTING, "spotting log of MEGC2019 to MEGC2021"),
        Format("csv", RECOGNITION, "CSV of one class a clip"),
        Format(LABEL_LOG, RECOGNITION, "recognition log of MEGC2019"),
        Format(STSTNET_LOG, RECOGNITION, "log of the Python code of STSTNet"),
    )
}


def detect(text: str) -> Format:
    r"""Return the format of a submission's text.

    A text that is none of them is taken for a CSV of intervals, whose reader says what is wrong with it.

    Examples
    --------
    >>> detect("casme2 sub01\nEP02_01f 0 0\n").name, detect("vid,onset,offset,type\n").task
    ('megc2019-log', 'spotting')
    """
    if is_ststnet_log(text):
        return FORMATS[RECOGNITION, STSTNET_LOG]
    if is_log(text):
        return FORMATS[SPOTTING, LOG]
    if is_label_log(text):
        return FORMATS[RECOGNITION, LABEL_LOG]
    header = _header(text)
    meanings = {meaning(name) for name in header}
    if {"onset", "offset"} & meanings:
        return FORMATS[SPOTTING, STR if is_str(meanings) else "csv"]
    labels = {fold(alias) for alias in LABEL_ALIASES["label"]}
    return FORMATS[RECOGNITION if labels & set(map(fold, header)) else SPOTTING, "csv"]


def _header(text: str) -> list[str]:
    for line in text.split("\n"):
        bare = line.strip()
        if bare and not bare.startswith("#"):
            try:
                return [cell.strip() for cell in next(csv.reader([bare[:_LONGEST_HEADER]], skipinitialspace=True), [])]
            except csv.Error:
                return []
    return []
