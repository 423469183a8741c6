"""Is a file that lies among the entries an entry? The schema by hand: a thousand entries are read in a second.

A test holds this to the JSON Schema. Here, in addition, the scores must be those of the counts; only the ends of the
intervals are believed, to which the id holds them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from mebench.leaderboard.entry import SCHEMA
from mebench.leaderboard.measures import MOST, statistics_of, tables_of, values
from mebench.leaderboard.terms import fault_of_terms

_TEXT = 20_000
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DATASET = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_VARIANT = re.compile(r"amplitude [0-9.e+-]{1,30}")
_IOU = re.compile(r"[0-9]{1,30}(/[0-9]{1,30})?")
_NEAR = 1e-9

Check = Callable[[Any], bool]


def _text(value: Any, most: int = _TEXT) -> bool:
    return isinstance(value, str) and len(value) <= most


def _maybe_text(value: Any) -> bool:
    return value is None or _text(value)


def _like(pattern: re.Pattern[str]) -> Check:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _count(value: Any) -> bool:
    return _whole(value) and 0 <= value <= MOST


def _names(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= 1000 and all(map(_text, value))


def _one_of(*choices: str | None) -> Check:
    return lambda value: (value is None or isinstance(value, str)) and value in choices


def _each(check: Check) -> Check:
    return lambda value: isinstance(value, dict) and all(map(check, value.values()))


def _shares(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 3 and all(map(_share, value))


def _share(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return value is None or (number and 0 <= value <= 1)


def _not_empty(check: Check) -> Check:
    return lambda value: check(value) and len(value) > 0


def _fields(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """Return a check of an object: no field missing, none besides, each as it should be."""
    every = {**required, **(optional or {})}

    def check(value: Any) -> bool:
        return (
            isinstance(value, dict)
            and required.keys() <= value.keys() <= every.keys()
            and all(every[name](inner) for name, inner in value.items())
        )

    return check


def _counts(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 3 and all(map(_count, value))


def _confusion(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, list) and all(map(_count, row)) for row in value)


_SUBJECT = _fields({"subject": _text}, {"dataset": _text, "me": _counts, "mae": _counts, "confusion": _confusion})


def _subjects(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 0 and all(map(_SUBJECT, value))


FIELDS: Mapping[str, Check] = {
    "schema": _one_of(SCHEMA),
    "task": _like(re.compile("spotting|recognition|spot-then-recognise")),
    "dataset": _like(_DATASET),
    "synthetic": lambda value: isinstance(value, bool),
    "variant": lambda value: value is None or _like(_VARIANT)(value),
    "protocol": _maybe_text,
    "rule": _fields(
        {"name": _like(re.compile("megc|megc2019")), "version": lambda value: _whole(value) and value >= 1},
        {"iou": _like(_IOU), "emotions": _names},
    ),
    "ground_truth": _fields({"policy": _text, "sha256": _like(_SHA256), "counts": _each(_count)}),
    "submission": _fields(
        {
            "file": _text,
            "sha256": _like(_SHA256),
            "predictions": _count,
            "method": _maybe_text,
            "selection": _one_of("last", "inner", "oracle", None),
            "threshold_source": _one_of("train", "published", "oracle", None),
            "authors": lambda value: _text(value, 50_000),
            "preset": _maybe_text,
            "seed": lambda value: value is None or _whole(value),
            "code": _maybe_text,
            "training_data": _names,
            "notes": _text,
        }
    ),
    "classes": _names,
    "scores": _not_empty(_each(_not_empty(_each(_shares)))),
    "by_subject": _subjects,
    "environment": _fields(
        {},
        {
            **dict.fromkeys(("mebench", "python", "platform", "time"), _text),
            "commit": _maybe_text,
            "packages": _each(_maybe_text),
        },
    ),
}


def form_fault(document: Mapping[str, Any]) -> str | None:
    """Return which field is missing, unknown or not of its form, in a few words; None where all is well."""
    for name in FIELDS:
        if name not in document:
            return f"it has no field {name}"
    for name, value in document.items():
        if name not in FIELDS:
            return "it has a field that entries do not have"
        if not FIELDS[name](value):
            return f"its field {name} is not of the form that entries have"
    return None


def fault_of(document: Mapping[str, Any]) -> str | None:
    """Return what is wrong with an entry's document in a few words, None where nothing is."""
    fault = form_fault(document)
    if fault:
        return fault
    task, classes = document["task"], document["classes"]
    try:
        tables = tables_of(task, document["by_subject"], classes)
    except (ValueError, KeyError, TypeError):
        return "its counts do not fit together"
    terms = fault_of_terms(document)
    if terms:
        return terms.what
    statistics = statistics_of(task, len(classes))
    scores = document["scores"]
    if scores.keys() != tables.keys() or any(scores[part].keys() != statistics.keys() for part in scores):
        return "its scores are not of its counts"
    for part, table in tables.items():
        for name, value in values(table, statistics).items():
            said = scores[part][name][0]
            if math.isnan(value) != (said is None) or (said is not None and abs(said - value) > _NEAR):
                return f"its {part} {name} is not that of its counts"
    return None
