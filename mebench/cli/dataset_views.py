"""What ``mebench dataset`` prints: as records for ``--json``, as tables for the eye."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mebench.datasets import catalog, library
from mebench.datasets.dataset import ClipDataset, Dataset
from mebench.datasets.tables import TYPE_TITLES
from mebench.datasets.verify import Check, measure
from mebench.problems import UserError, printable


def listing(names: Sequence[str], registered: Sequence[str]) -> list[dict[str, Any]]:
    """Return one record a dataset: its name, title, task, and whether it can be used here."""
    rows = []
    for name in names:
        task = _task(name)
        if catalog.is_twin(name):
            state, title = "embedded, synthetic", f"{catalog.card(name).title}, synthetic twin"
        else:
            state = "registered" if name in registered else "licensed, not registered"
            title = catalog.card(name).title if name in catalog.names() else "private"
        rows.append({"name": name, "title": title, "task": task, "state": state})
    return rows


def _task(name: str) -> str:
    try:
        return library.task_of(name)
    except UserError:
        return "registration damaged"  # a listing shows everything; whoever uses it is told more


def listing_table(rows: Sequence[dict[str, Any]], width: int, colour: bool) -> str:
    """Return the listing for the terminal."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading in ("name", "dataset", "task", "here"):
        table.add_column(heading, no_wrap=heading == "name")
    for row in rows:
        table.add_row(
            *(row[key] for key in ("name", "title", "task", "state")),
            style="" if row["state"] != "licensed, not registered" else "dim",
        )
    return _text(table, width, colour)


def description(name: str) -> dict[str, Any]:
    """Return the facts of a dataset and, where there is a copy, what it holds."""
    shown: dict[str, Any] = {"name": name, "synthetic": catalog.is_twin(name)}
    known = name in catalog.names() or catalog.is_twin(name)
    if known:
        card = catalog.card(name)
        clips = card.task == catalog.RECOGNITION
        shown |= {
            "title": card.title,
            "task": card.task,
            "fps": "differs from clip to clip" if card.fps is None else card.fps,
            "types": list(card.types),
            "frames": card.frames_are,
            "clips_come_from" if clips else "videos_come_from": card.universe,
            "licence": card.licence,
            "access": card.access,
            "citation": card.citation,
            "workbooks": list(card.workbooks),
            "notes": [*([card.unverified] if card.unverified else []), *card.notes],
        }
    if catalog.is_twin(name) or name in library.registered():
        shown["counts"] = measure(library.load(name))
        if not catalog.is_twin(name):
            copy = asdict(library.entry(name))
            copy.pop("frame_counts")
            copy.pop("clip_frames")
            shown["copy"] = copy
    elif not known:
        raise library.not_registered(name)
    return shown


def description_text(shown: dict[str, Any]) -> str:
    """Return the description as indented lines."""
    lines = []
    for key, value in shown.items():
        heading = key.replace("_", " ")
        if isinstance(value, dict):
            lines.append(f"{heading}:")
            lines += [f"  {k.replace('_', ' ')}: {v}" for k, v in value.items() if v is not None]
        elif isinstance(value, list):
            lines += [f"{heading}: {', '.join(value)}"] if key != "notes" else [f"note: {v}" for v in value]
        else:
            lines.append(f"{heading}: {value}")
    if "counts" not in shown:
        lines.append(
            f"not registered here: mebench dataset add {shown['name']} --annotations '{shown['workbooks'][0]}'"
        )
    return "\n".join(lines) + "\n"


def summary(dataset: Dataset | ClipDataset) -> str:
    """Return what a copy holds, in one line."""
    counts = measure(dataset)
    if isinstance(dataset, ClipDataset):
        emotions = {k.removeprefix("emotion_"): n for k, n in counts.items() if k.startswith("emotion_")}
        emotions["none"] = emotions.pop("missing_rows")
        by_emotion = ", ".join(f"{name} {n}" for name, n in sorted(emotions.items(), key=lambda e: -e[1]) if n)
        return f"{counts['rows']} clips, {counts['subjects']} subjects ({by_emotion})"
    events = ", ".join(f"{counts[kind]} {title}" for kind, title in TYPE_TITLES.items() if kind in counts)
    return (
        f"{events or 'no annotations'}, {len(dataset.videos)} videos, {len(dataset.subjects)} subjects "
        f"({dataset.universe})"
    )


def check_row(check: Check) -> dict[str, Any]:
    """Return a check as a record."""
    return asdict(check)


def checks_table(dataset: Dataset | ClipDataset, checks: Sequence[Check], width: int, colour: bool) -> str:
    """Return the comparison with the published counts for the terminal."""
    if not checks:
        raise UserError(
            f"{dataset.name} is a private dataset: there are no published counts to compare with. "
            f"'mebench dataset show {dataset.name}' prints its own."
        )
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading in ("count", "yours", "published", "", "what a difference usually means"):
        table.add_column(heading, justify="right" if heading in {"yours", "published"} else "left")
    for check in checks:
        style = {"agrees": "green", "differs": "bold red"}.get(check.verdict, "dim")
        found = "" if check.found is None else str(check.found)
        expected = " or ".join(map(str, check.expected))
        words = Text(printable(check.means, 400))
        table.add_row(check.title, found, expected, Text(check.verdict, style=style), words)
    differing = sum(check.verdict == "differs" for check in checks)
    agreeing = sum(check.verdict == "agrees" for check in checks)
    verdict = f"{agreeing} of {len(checks)} counts agree" + (f", {differing} differ" if differing else "") + "."
    heading = f"{dataset.name}{' (SYNTHETIC)' if dataset.synthetic else ''}, {printable(dataset.source)}"
    return _text(heading, width, colour) + "\n" + _text(table, width, colour) + "\n" + verdict + "\n"


def _text(what: Table | str, width: int, colour: bool) -> str:
    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=colour, color_system="standard" if colour else None, highlight=False
    )
    console.print(what, markup=False)
    return out.getvalue()
