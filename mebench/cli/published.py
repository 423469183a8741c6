"""``mebench published``: what papers print, where, and whether it can be."""

from __future__ import annotations

import csv
import io
import json
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from itertools import groupby
from typing import Annotated, Any

import typer

from mebench.cli.tables import plain_table
from mebench.cli.terminal import colour, width
from mebench.problems import unknown_name

Row = Mapping[str, Any]

Columns = Mapping[str, tuple[str, Sequence[str]]]

_BOTH = ("uf1", "uar")
_COLUMNS: Mapping[str, Columns] = {
    "spotting": {"ME": ("me", ["f1"]), "MaE": ("mae", ["f1"]), "overall": ("overall", ["f1"])},
    "recognition": {
        "all": ("full", _BOTH),
        "SMIC": ("smic", _BOTH),
        "CASME II": ("casme2", _BOTH),
        "SAMM": ("samm", _BOTH),
    },
}
"""The numbers shown of each task: heading, part and scores."""

_WIDE = 120
"""From so many columns on the databases of a composite are shown beside the whole."""

_SCORES = {"spotting": "F1", "recognition": "UF1/UAR"}
_WHOLE_WORDS: dict[str, Any] = {"break_long_words": False, "break_on_hyphens": False}
_FLAT = ("method", "year", "source", "link", "protocol", "rule", "selection", "verdict", "why")
_APART = (
    "Published numbers are claims about runs that cannot be scored again: none is ranked against a measured one. "
    "Reasons: --why. What the verdicts mean: docs/published.md."
)


class Form(StrEnum):
    """How the results are printed."""

    text = "text"
    csv = "csv"
    md = "md"
    json = "json"


def published(
    dataset: Annotated[str | None, typer.Option("--dataset", "-d", help="Only of this dataset, e.g. samm-lv.")] = None,
    verdict: Annotated[str | None, typer.Option(help="Only with this verdict, e.g. impossible.")] = None,
    why: Annotated[bool, typer.Option("--why", help="Say of each the source and the reason for its verdict.")] = False,
    form: Annotated[Form, typer.Option("--format", "-f", help="How to print them.")] = Form.text,
) -> None:
    """List published results with their sources, and whether they can be.

    mebench published --dataset megc2019

    mebench published --verdict impossible --why
    """
    from mebench.leaderboard.published import VERDICTS
    from mebench.leaderboard.published import published as all_rows

    rows = all_rows()
    names = list(dict.fromkeys(row["dataset"] for row in rows))
    if dataset is not None and dataset not in names:
        raise unknown_name("dataset with published results", dataset, names)
    if verdict is not None and verdict not in VERDICTS:
        raise unknown_name("verdict", verdict, VERDICTS)
    chosen = [row for row in rows if dataset in {None, row["dataset"]} and verdict in {None, row["verdict"]}]
    if form is Form.json:
        typer.echo(json.dumps(chosen, indent=1, ensure_ascii=False))
    elif form is Form.csv:
        typer.echo(_csv(chosen).rstrip("\n"))
    elif form is Form.md:
        typer.echo(_markdown(chosen).rstrip("\n"))
    else:
        counted = Counter(row["verdict"] for row in chosen)
        summary = ", ".join(f"{counted[word]} {word}" for word in VERDICTS if counted[word]) or "none"
        typer.echo(_text(chosen, f"{len(chosen)} published results: {summary}.", why))


def _groups(rows: Sequence[Row]) -> list[tuple[str, str, list[Row]]]:
    """Return task, heading and rows of each dataset, in the order of the tables."""
    together = groupby(rows, key=lambda row: (row["task"], row["dataset"]))
    groups = [(task, name, list(some)) for (task, name), some in together]
    return [(task, f"{name}: {task}, {_SCORES[task]} as printed", some) for task, name, some in groups]


def _columns(task: str, rows: Sequence[Row], wide: bool = True) -> Columns:
    """Return the columns of numbers that have any; only the whole of a composite where there is no room."""
    chosen = _COLUMNS[task] if wide or task == "spotting" else {"all": _COLUMNS[task]["all"]}
    return {heading: (part, m) for heading, (part, m) in chosen.items() if any(part in row["parts"] for row in rows)}


def _cell(row: Row, part: str, metrics: Sequence[str]) -> str:
    scores = row["parts"].get(part, {})
    return "/".join(scores.get(metric, "-") for metric in metrics) if scores else ""


def _text(rows: Sequence[Row], summary: str, why: bool) -> str:
    columns, shown = width(), colour()
    parts = []
    for task, heading, some in _groups(rows):
        numbers = _columns(task, some, columns >= _WIDE)
        cells = [
            [str(row["year"]), _method(row), *(_cell(row, *column) for column in numbers.values()), row["verdict"]]
            for row in some
        ]
        parts.append(f"{heading}\n\n{plain_table(['year', 'method', *numbers, 'verdict'], cells, columns, shown)}")
        if why:
            parts += [_reason(row, columns) for row in some]
    return "\n".join([*parts, textwrap.fill(summary, columns), textwrap.fill(_APART, columns)])


def _method(row: Row) -> str:
    own = row["protocol"] if str(row["protocol"]).startswith("cross") else None
    return f"{row['method']} ({own})" if own else str(row["method"])


def _reason(row: Row, columns: int) -> str:
    said = [f"{_method(row)}, {row['year']}: {row['verdict']}"]
    facts = {"source": row["source"], "link": row["link"], "rule": row["rule"], "why": row["why"]}
    if row["selection"] and row["selection"] not in row["why"]:
        facts["selection"] = row["selection"]
    for name, words in facts.items():
        if words:
            first, rest = f"  {name}: ", "    "
            said.append(textwrap.fill(words, columns, initial_indent=first, subsequent_indent=rest, **_WHOLE_WORDS))
    return "\n".join(said) + "\n"


def _csv(rows: Sequence[Row]) -> str:
    """Return a line a result; parts that a task does not have stay empty."""
    from mebench.files import inert_cell
    from mebench.leaderboard.published import METRICS, PARTS

    scores = [(p, m) for task in dict.fromkeys(row["task"] for row in rows) for p in PARTS[task] for m in METRICS[task]]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["task", "dataset", *_FLAT[:2], *(f"{part}_{metric}" for part, metric in scores), *_FLAT[2:]])
    for row in rows:
        texts = [str(row[name] if row[name] is not None else "") for name in ("task", "dataset", *_FLAT)]
        numbers = [row["parts"].get(part, {}).get(metric, "") for part, metric in scores]
        writer.writerow([inert_cell(text) for text in [*texts[:4], *numbers, *texts[4:]]])
    return file.getvalue()


def _markdown(rows: Sequence[Row]) -> str:
    from mebench.report.text import markdown_cell

    out = []
    for task, heading, some in _groups(rows):
        numbers = _columns(task, some)
        headings = ["year", "method", *numbers, "verdict", "source"]
        out += [f"## {heading}", "", f"| {' | '.join(headings)} |", "|" + "---|" * len(headings)]
        for row in some:
            cells = [str(row["year"]), _method(row), *(_cell(row, *column) for column in numbers.values())]
            cells += [row["verdict"], row["source"]]
            out.append(f"| {' | '.join(map(markdown_cell, cells))} |")
        out.append("")
    return "\n".join(out)
