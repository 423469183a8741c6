"""What the systems of a figure are called: short, each different, harmless wherever they are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any
from unicodedata import east_asian_width

from mebench.datasets.tables import TYPE_TITLES
from mebench.problems import printable

LONGEST = 28
"""Characters of a name that a figure shows."""

NARROW = 18
"""As many as fit beside a drawing in one column of a paper."""


def system_names(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a name for each row of a board: its method, and as much more as tells it from the other rows.

    Examples
    --------
    >>> system_names([{"method": "vgg16", "preset": "cpu"}, {"method": "vgg16", "preset": "paper"}])
    ['vgg16 (cpu)', 'vgg16 (paper)']
    """
    names = [_method(row) for row in rows]
    for field in ("variant", "remark"):
        names = [
            _with(name, str(row[field])) if row.get(field) else name for name, row in zip(names, rows, strict=True)
        ]
    for field, words in (("preset", "{}"), ("seed", "seed {}"), ("selection", "{}"), ("id", "{:.6}")):
        shared = {name for name, n in Counter(names).items() if n > 1}
        names = [
            _with(name, words.format(str(row[field]))) if name in shared and row.get(field) is not None else name
            for name, row in zip(names, rows, strict=True)
        ]
    return names


def _method(row: Mapping[str, Any]) -> str:
    """Return the method of a row, or the name of its file without the ending where its makers gave none."""
    method, file = row.get("method"), row.get("file")
    if method and method != file:  # a board says the file where there is no method
        return printable(str(method), 1000)
    return printable(PurePath(str(file or row.get("id") or "unnamed")).stem, 1000)


def _with(name: str, more: str) -> str:
    """Return a name with one more word in its brackets."""
    more = printable(more, 100)
    return f"{name[:-1]}, {more})" if name.endswith(")") else f"{name} ({more})"


def clipped(name: str, longest: int = LONGEST) -> str:
    """Return a name cut to what a figure has room for; what tells it from the others, in brackets, is kept.

    Examples
    --------
    >>> clipped("a" * 40, 10), clipped("a" * 40 + " (cpu)", 10)
    ('aaaaaaaaa…', 'aaaa…(cpu)')
    """
    if _columns(name) <= longest:
        return name
    end = name[name.rfind("(") :] if name.endswith(")") else ""
    if _columns(end) > longest // 2:
        end = ""
    room = longest - 1 - _columns(end)
    start = name[:room]
    while _columns(start) > room:
        start = start[:-1]
    return f"{start}…{end}"


def _columns(text: str) -> int:
    """Return how wide a text is: two a letter for the wide ones of East Asia."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


_METRICS = {
    "f1": "F1",
    "uf1": "UF1",
    "uar": "UAR",
    "strs": "STRS",
    "spotting_f1": "F1 of spotting",
    "analysis_f1": "F1 of analysis",
}


def metric_words(metric: str) -> str:
    """Return how a metric is written in a figure."""
    return _METRICS.get(metric, metric)


def part_words(part: str) -> str:
    """Return how a part of a board is written in a figure."""
    return {**TYPE_TITLES, "overall": "ME and MaE", "full": "all databases"}.get(part, printable(part, 40))


def _factor(amplitude: object) -> str:
    return f"{amplitude:g}" if isinstance(amplitude, int | float) else str(amplitude)


def is_oracle(report: Mapping[str, Any]) -> bool:
    """Return whether the epoch or the thresholds of a report's submission were chosen on the test labels."""
    return "oracle" in {report["submission"].get("selection"), report["submission"].get("threshold_source")}


def report_names(reports: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a name for each report, by its method and what else tells it from the others.

    Frames of a twin at another amplitude are other data, and an oracle's choices were made on the test labels: that is
    always said.
    """
    rows = []
    for report in reports:
        said = report["submission"]
        meta = said.get("meta") or {}
        amplitude = meta.get("extra", {}).get("amplitude")
        rows.append(
            {
                "method": said.get("method"),
                "file": said.get("file"),
                "variant": None if amplitude is None or amplitude == 1 else f"amplitude {_factor(amplitude)}",
                "remark": "ORACLE" if is_oracle(report) else None,
                "preset": meta.get("preset"),
                "seed": meta.get("seed"),
                "selection": said.get("selection"),
                "id": said.get("sha256"),
            }
        )
    return system_names(rows)
