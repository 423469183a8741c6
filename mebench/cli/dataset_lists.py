"""The lists of ``mebench dataset videos`` and ``mebench dataset clips``: what a submission may name."""

from __future__ import annotations

import pandas as pd
from rich import box
from rich.table import Table

from mebench.cli.dataset_views import as_text
from mebench.datasets import catalog, library
from mebench.datasets.sheets import MARK
from mebench.problems import UserError, plural, printable


def videos(name: str, form: str, width: int, colour: bool) -> str:
    """Return the videos of a spotting dataset, as a table or as the CSV that ``--videos`` takes.

    Raises
    ------
    UserError
        If there is no such dataset, or it is one of clips.
    """
    if library.task_of(name) == catalog.RECOGNITION:
        raise UserError(f"{name} has clips, not long videos: 'mebench dataset clips {name}' lists them.")
    dataset = library.load_dataset(name)
    table = dataset.videos[["subject", "video", "fps", "first_frame", "n_frames"]]
    return _listed(table, name, "video", dataset.synthetic, form, width, colour)


def clips(name: str, form: str, width: int, colour: bool) -> str:
    """Return the clips of a recognition dataset with their frames, but not their labels.

    Raises
    ------
    UserError
        If there is no such dataset, or it is one of long videos.
    """
    if library.task_of(name) == catalog.SPOTTING:
        raise UserError(f"{name} has long videos, not clips: 'mebench dataset videos {name}' lists them.")
    dataset = library.load_clips(name)
    known = dataset.reader if dataset.reader in catalog.names() else None
    first, last = dataset.clips["onset"], dataset.clips["offset"]
    table = dataset.clips[["subject", "clip"]].assign(
        fps=catalog.card(known).fps if known else None, first_frame=first, n_frames=last - first + 1
    )
    return _listed(table, name, "clip", dataset.synthetic, form, width, colour)


def _listed(table: pd.DataFrame, name: str, noun: str, synthetic: bool, form: str, width: int, colour: bool) -> str:
    cells = [[_cell(cell) for cell in row] for row in table.itertuples(index=False)]
    if form == "csv":
        mark = f"# {MARK} data: {name}\n" if synthetic else ""
        return mark + pd.DataFrame(cells, columns=table.columns).to_csv(index=False, lineterminator="\n")
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in table.columns:
        shown.add_column(column, justify="left" if column in {"subject", "video", "clip"} else "right", no_wrap=True)
    for row in cells:
        shown.add_row(*map(printable, row))
    heading = f"{name}{f' ({MARK})' if synthetic else ''}: {plural(len(cells), noun)}"
    return f"{as_text(heading, width, colour)}\n{as_text(shown, width, colour)}"


def _cell(cell: str | float | None) -> str:
    """Return a cell as text: whole numbers without a point, nothing where nothing is known."""
    if cell is None or pd.isna(cell):
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell)
    return str(cell)
