"""NAME=VALUE as it is typed behind ``--param`` and its like."""

from __future__ import annotations

from typing import Any

from mebench.problems import UserError, quoted

WORDS = {"true": True, "false": False, "none": None}


def assigned(option: str, given: str, such_as: str = "") -> tuple[str, str]:
    """Return name and value of NAME=VALUE as they were typed."""
    name, equals, value = given.partition("=")
    if not (name and equals):
        raise UserError(f"{option} {quoted(given)}: this is not NAME=VALUE{such_as and f', such as {such_as}'}.")
    return name, value


def value_of(word: str) -> Any:
    """Return the number, true, false or none that is written, else the word itself."""
    if word.lower() in WORDS:
        return WORDS[word.lower()]
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            continue
    return word
