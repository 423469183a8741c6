"""What we say when the user's input is wrong: one sentence, with the place and the remedy.

Everything that a user can get wrong is raised as :class:`UserError`; the command line prints its text and exits
with 2. Anything else that escapes is a defect of ours and exits with 1. A check that looks at many rows collects
:class:`Problem` objects and raises them together as :class:`InvalidInput`, so that one pass names every fault.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

SHOWN = 20
"""How many problems are spelled out before the rest is only counted."""


class UserError(Exception):
    """The input is wrong; ``str(error)`` is the sentence that the user reads."""


@dataclass(frozen=True)
class Problem:
    """One fault of one input file.

    Parameters
    ----------
    rule : str
        Kebab-case name of the rule that is broken, e.g. ``offset-before-onset``. Stable: scripts may match it.
    message : str
        What is wrong, as a sentence without a full stop, with the value in it.
    remedy : str
        What to do about it, as a sentence without a full stop.
    file, row, column, value
        The place, as far as there is one. ``row`` is the line number in the file (or sheet), counted from 1.
    severity : {"error", "warning"}
        A warning never stops a score.
    """

    rule: str
    message: str
    remedy: str = ""
    file: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        place = ", ".join(
            part
            for part in (
                printable(self.file) if self.file else "",
                f"row {self.row}" if self.row is not None else "",
                f"column {printable(self.column)}" if self.column else "",
            )
            if part
        )
        sentence = f"{place}: {self.message}" if place else self.message
        end = "" if self.remedy.endswith("?") else "."
        return f"{sentence}. {self.remedy}{end}" if self.remedy else f"{sentence}."

    def as_dict(self) -> dict[str, Any]:
        """Return the problem as a JSON-ready dictionary (for ``--format json``)."""
        return asdict(self)


class InvalidInput(UserError):
    """Several problems of one input, found in one pass."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(summarise(self.problems))


def summarise(problems: Sequence[Problem], shown: int = SHOWN) -> str:
    """Spell out the first ``shown`` problems, one a line, and count the rest by rule."""
    lines = [str(problem) for problem in problems[:shown]]
    rest = problems[shown:]
    if rest:
        counts: dict[str, int] = {}
        for problem in rest:
            counts[problem.rule] = counts.get(problem.rule, 0) + 1
        by_rule = ", ".join(f"{rule} {n}" for rule, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])))
        lines.append(f"... and {len(rest)} more ({by_rule}).")
    return "\n".join(lines)


def suggest(word: str, choices: Iterable[str]) -> str:
    """Return ``" Did you mean 'x'?"`` when a choice is close to ``word``, else an empty string."""
    folded = {choice.casefold(): choice for choice in choices}
    # difflib is quadratic in the word's length: a hostile cell of a megabyte must not hang us.
    close = difflib.get_close_matches(word.casefold()[:100], folded, n=1, cutoff=0.6)
    return f" Did you mean {folded[close[0]]!r}?" if close else ""


def unknown_name(kind: str, word: str, choices: Iterable[str]) -> UserError:
    """Return the error for a name that no registry knows, with the nearest name and the whole list."""
    names = sorted(choices)
    return UserError(f"There is no {kind} {quoted(word)}.{suggest(word, names)} Known: {', '.join(names)}.")


def quoted(value: object, limit: int = 60) -> str:
    """Return ``value`` quoted for a message: control characters escaped, long text cut."""
    text = str(value)
    return repr(text if len(text) <= limit else text[: limit - 1] + "…")


def plural(n: int, noun: str) -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> plural(1, "video"), plural(0, "video")
    ('1 video', '0 videos')
    """
    return f"{n} {noun}{'' if n == 1 else 's'}"


def size_text(n: int) -> str:
    """Return a number of bytes for a reader.

    Examples
    --------
    >>> size_text(999), size_text(12_345_678)
    ('999 bytes', '12.3 MB')
    """
    if n < 1000:
        return plural(n, "byte")
    power = next((p for p in (1, 2, 3) if n < 999.95 * 1000**p), 4)
    return f"{n / 1000**power:.1f} {' kMGT'[power]}B"


def printable(text: str, limit: int = 200) -> str:
    """Return ``text`` safe for a terminal: control and direction characters are escaped, long text is cut."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut)
