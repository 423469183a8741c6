"""Reading the tables of published results: what was printed, where, and what the audit stored beside it.

The files lie beside this module. Numbers stand as they were printed, because their digits say how much is claimed:

    spotting.csv      a row a method, source and dataset; ``me``, ``mae`` and ``overall`` hold precision, recall and F1
                      with blanks between them, ``-`` for one that is not printed; ``counts`` holds TP/FP/FN a type
    recognition.csv   likewise; ``full``, ``smic``, ``casme2`` and ``samm`` hold UF1, UAR and, if printed, accuracy
    sources.csv       what a source is called, and where it can be found

The columns ``verdict`` and ``finding`` are written by ``tools/published_verdicts.py``; all others by hand.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

SPOTTING, RECOGNITION = "spotting", "recognition"
TASKS = (SPOTTING, RECOGNITION)

PARTS: Mapping[str, tuple[str, ...]] = {
    SPOTTING: ("me", "mae", "overall"),
    RECOGNITION: ("full", "smic", "casme2", "samm"),
}
METRICS: Mapping[str, tuple[str, ...]] = {
    SPOTTING: ("precision", "recall", "f1"),
    RECOGNITION: ("uf1", "uar", "accuracy"),
}
COUNTS = ("tp", "fp", "fn")
PRINTED, RECOVERED = "printed", "recovered"
OTHER_CLIPS, SECOND_HAND = "other clips", "second hand"

IMPOSSIBLE = "impossible"
PRECISION = "precision printed as recall"
TEST_SELECTED = "test-selected"
CONSISTENT = "consistent"
UNVERIFIED = "unverified"
VERDICTS = (IMPOSSIBLE, PRECISION, TEST_SELECTED, CONSISTENT, UNVERIFIED)
"""All verdicts, in the order in which they win."""

_NOT_PRINTED = "-"


@dataclass(frozen=True)
class Result:
    """One published result: a method on a dataset, by one source.

    ``parts`` holds the printed texts by part and metric; ``counts`` TP, FP and FN by part, ``counts_are`` whether
    those were printed or follow from the scores. ``events`` are the events that the source counted, where they are not
    those of the protocol. ``caveat`` is why arithmetic cannot speak for the numbers: ``other clips`` than those of the
    protocol, known at ``second hand`` only, or None.
    """

    task: str
    method: str
    year: int
    dataset: str
    dataset_words: str
    protocol: str | None
    source: str
    parts: Mapping[str, Mapping[str, str]]
    counts: Mapping[str, Mapping[str, int]]
    counts_are: str | None
    events: Mapping[str, int] | None
    caveat: str | None
    rule: str | None
    selection: str | None
    on_test: bool
    note: str
    verdict: str
    finding: str


@dataclass(frozen=True)
class Source:
    """What a source is called, and its address if it has one."""

    words: str
    link: str | None


def path(name: str) -> Path:
    """Return where a table lies: ``spotting``, ``recognition`` or ``sources``."""
    return Path(str(files(__package__) / f"{name}.csv"))


def lines(name: str) -> list[dict[str, str]]:
    """Return the rows of a table as they stand, by column."""
    with path(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@cache
def sources() -> Mapping[str, Source]:
    """Return all sources by their keys."""
    return {line["source"]: Source(line["words"], line["link"] or None) for line in lines("sources")}


@cache
def results() -> tuple[Result, ...]:
    """Return all published results, spotting first, in the order of the tables."""
    return tuple(_result(task, line) for task in TASKS for line in lines(task))


def _result(task: str, line: Mapping[str, str]) -> Result:
    printed = {part: _scores(task, line[part]) for part in PARTS[task] if line[part]}
    return Result(
        task=task,
        method=line["method"],
        year=int(line["year"]),
        dataset=line["dataset"],
        dataset_words=line.get("dataset_words") or DATASETS[line["dataset"]],
        protocol=line["protocol"] or None,
        source=line["source"],
        parts=printed,
        counts={part: _counts(text) for part, text in _pairs(line.get("counts", ""))},
        counts_are=line.get("counts_are") or None,
        events={part: int(n) for part, n in _pairs(line.get("events", ""))} or None,
        caveat=line.get("audit") or None,
        rule=line["rule"] or None,
        selection=line["selection"] or None,
        on_test=line["on_test"] == "yes",
        note=line["note"],
        verdict=line["verdict"],
        finding=line["finding"],
    )


def _scores(task: str, text: str) -> dict[str, str]:
    return {m: t for m, t in zip(METRICS[task], text.split(), strict=False) if t != _NOT_PRINTED}


def _counts(text: str) -> dict[str, int]:
    return dict(zip(COUNTS, map(int, text.split("/")), strict=True))


def _pairs(text: str) -> list[tuple[str, str]]:
    """Return the pairs of ``me=57 mae=300``."""
    return [(part, value) for part, _, value in (pair.partition("=") for pair in text.split())]


DATASETS: Mapping[str, str] = {
    "casme-sq": "CAS(ME)²",
    "samm-lv": "SAMM Long Videos",
    "smic-e-long": "SMIC-E-Long",
    "casme3": "CAS(ME)³",
    "megc2019-spotting-casme-sq": "CAS(ME)², 87 videos (MEGC2019 spotting)",
    "megc2019-spotting-samm": "SAMM, the 79 long videos with an ME (MEGC2019 spotting)",
    "megc2022": "MEGC2022 test set, both parts",
    "megc2022-samm": "MEGC2022 test set, SAMM",
    "megc2022-casme3": "MEGC2022 test set, CAS(ME)³",
    "megc2023": "MEGC2023 test set",
    "megc2024-str-samm": "MEGC2024 spot-then-recognise, SAMM",
    "megc2024-str-casme-sq": "MEGC2024 spot-then-recognise, CAS(ME)²",
    "megc2025-str-samm": "MEGC2025 spot-then-recognise, SAMM",
    "megc2025-str-casme3": "MEGC2025 spot-then-recognise, CAS(ME)³",
    "megc2019": "MEGC2019 composite (SMIC, CASME II, SAMM)",
    "casme2": "CASME II",
    "smic": "SMIC",
    "samm": "SAMM",
}
"""How each dataset of the tables is called on screens."""
