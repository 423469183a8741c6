"""What ``mebench dataset`` prints: as records for ``--json``, as tables for the eye."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mebench.datasets import catalog, library
from mebench.datasets.dataset import ClipDataset, Dataset
from mebench.datasets.tables import TYPE_TITLES
from mebench.datasets.verify import Check, measure
from mebench.problems import UserError, plural, printable

NOT_HERE = "licensed, not registered"
_TWIN_LICENCE = "Apache-2.0, like mebench: no real data"


def listing(names: Sequence[str], registered: Sequence[str]) -> list[dict[str, Any]]:
    """Return one record a dataset: its name, title, task, and whether it can be used here."""
    rows = []
    for name in names:
        title = catalog.title_of(name) if name in catalog.names() or catalog.is_twin(name) else "private"
        title = _twin_title(name) if title == "private" else title
        state = _state(name) if name in registered else NOT_HERE
        if catalog.is_twin(name):
            state = "embedded, SYNTHETIC"
        row = {"name": name, "title": title, "task": _task(name), "state": state}
        rows.append(row | ({"sizes": list(catalog.SIZES)} if catalog.is_twin(name) else {}))
    return rows


def _twin_title(name: str) -> str:
    """Return what a copy under a name of its own is: private, or which twin."""
    try:
        copy = library.entry(name)
    except UserError:
        return "private"
    return f"twin of {copy.known}" if copy.synthetic and copy.known else "private"


def _state(name: str) -> str:
    """Return how a registered copy is: whether its files are still there, and whether they are those of a twin."""
    try:
        copy = library.entry(name)
    except UserError:
        return "registered"  # a listing shows everything; its task says that the registration is damaged
    missing = ", file missing" if missing_files(copy) else ""
    return f"registered{', SYNTHETIC' if copy.synthetic else ''}{missing}"


def missing_files(copy: library.Entry) -> list[str]:
    """Return the files of a registered copy that are no longer there."""
    return [path for path in (copy.annotations, copy.videos) if path is not None and not Path(path).exists()]


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
        # An excerpt has a name of its own, the twin's and this.
        also = ", also " + ", ".join(f"-{size}" for size in row["sizes"][1:]) if "sizes" in row else ""
        table.add_row(
            *(row[key] for key in ("name", "title", "task")),
            row["state"].removeprefix("embedded, " if also else "") + also,
            style="" if row["state"] != NOT_HERE else "dim",
        )
    return as_text(table, width, colour)


def description(name: str) -> dict[str, Any]:
    """Return the facts of a dataset and, where there is a copy, what it holds."""
    embedded = catalog.is_twin(name)
    copy = library.entry(name) if name in library.registered() else None
    known = name if embedded or name in catalog.names() else copy.known if copy else None
    if copy is None and known is None:
        raise library.not_registered(name)
    gone = missing_files(copy) if copy else []
    loaded = library.load(name) if embedded or (copy and not gone) else None
    synthetic = embedded or bool(loaded.synthetic if loaded else copy and copy.synthetic)
    shown: dict[str, Any] = {"name": name, "synthetic": synthetic}
    if known:
        shown |= _facts(known, synthetic)
    elif synthetic:
        shown["licence"] = _TWIN_LICENCE
    if loaded is not None:
        shown["counts"] = measure(loaded)
    if copy is not None:
        shown["copy"] = {k: v for k, v in asdict(copy).items() if k not in {"frame_numbers", "clip_frames"}}
    if gone:
        shown["missing"] = gone
    return shown


def _facts(name: str, synthetic: bool) -> dict[str, Any]:
    """Return what the catalogue knows of a dataset; a twin has another licence and belongs to nobody."""
    card = catalog.card(name)
    clips = card.task == catalog.RECOGNITION
    rights: dict[str, Any] = {"licence": card.licence, "access": card.access, "citation": card.citation}
    if synthetic:
        rights = {"twin_of": f"{card.name} ({card.title})", "licence": _TWIN_LICENCE}
    return {
        "title": f"{card.title}, synthetic twin" if synthetic and not catalog.is_twin(name) else catalog.title_of(name),
        "task": card.task,
        "fps": "differs from clip to clip" if card.fps is None else card.fps,
        "types": list(card.types),
        "frames": card.frames_are,
        "clips_come_from" if clips else "videos_come_from": card.universe,
        **rights,
        "workbooks": list(card.workbooks),
        "notes": [*([card.unverified] if card.unverified else []), *card.notes],
    }


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
    if "missing" in shown:
        lines.append("the registered file is no longer there: put it back, or register it anew with --replace")
    elif "counts" not in shown:
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
        return f"{plural(counts['rows'], 'clip')}, {plural(counts['subjects'], 'subject')} ({by_emotion})"
    events = ", ".join(f"{counts[kind]} {title}" for kind, title in TYPE_TITLES.items() if kind in counts)
    return (
        f"{events or 'no annotations'}, {plural(len(dataset.videos), 'video')}, "
        f"{plural(len(dataset.subjects), 'subject')} ({dataset.universe})"
    )


def check_row(check: Check) -> dict[str, Any]:
    """Return a check as a record."""
    return asdict(check)


def checks_table(dataset: Dataset | ClipDataset, checks: Sequence[Check], width: int, colour: bool) -> str:
    """Return the comparison with the published counts for the terminal."""
    if not checks:
        what = "an excerpt of a twin" if catalog.is_twin(dataset.name) else "a private dataset"
        raise UserError(
            f"{dataset.name} is {what}: there are no published counts to compare with. "
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
    said = (("agrees", "agree"), ("differs", "differ"), ("not measurable", "could not be measured"))
    numbers = [(sum(check.verdict == verdict for check in checks), words) for verdict, words in said]
    verdict = ", ".join(f"{n} {words}" for n, words in numbers if n or words == "agree") + "."
    heading = f"{dataset.name}{' (SYNTHETIC)' if dataset.synthetic else ''}, {printable(dataset.source)}"
    return as_text(heading, width, colour) + "\n" + as_text(table, width, colour) + "\n" + verdict + "\n"


def as_text(what: Table | str, width: int, colour: bool) -> str:
    """Return a table, or a line, as the terminal shows it."""
    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=colour, color_system="standard" if colour else None, highlight=False
    )
    console.print(what, markup=False)
    return out.getvalue()
