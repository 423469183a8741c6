"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Form(StrEnum):
    """How a report is printed."""

    table = "table"
    json = "json"
    csv = "csv"
    md = "md"
    latex = "latex"


class Breakdown(StrEnum):
    """What the detail rows are."""

    subject = "subject"
    video = "video"


class Kind(StrEnum):
    """Expression types."""

    me = "me"
    mae = "mae"


class Shape(StrEnum):
    """How findings are printed."""

    text = "text"
    json = "json"


class Interval(StrEnum):
    """How confidence intervals are made."""

    jackknife = "jackknife"
    percentile = "percentile"
    bca = "bca"


def dataset_names(incomplete: str) -> list[str]:
    """Return what a dataset's name may become when Tab is pressed: copies, catalogued datasets, twins, composites."""
    from mebench.datasets.catalog import COMPOSITES
    from mebench.datasets.library import known_names

    return [name for name in (*known_names(), *COMPOSITES) if name.startswith(incomplete)]


File = Annotated[
    Path, typer.Argument(help="The submission: CSV with video,onset,offset,type (or clip,label), or a challenge log.")
]
DatasetName = Annotated[
    str,
    typer.Option(
        "--dataset",
        "-d",
        help="Registered copy or twin, e.g. samm-lv, casme-sq-twin, megc2019-twin.",
        autocompletion=dataset_names,
    ),
]
TypeOption = Annotated[Kind | None, typer.Option("--type", help="Type of all rows, if the file has no type column.")]
ClassesOption = Annotated[str | None, typer.Option(help="Class scheme of a recognition dataset, e.g. megc3, casme2-5.")]
ProtocolOption = Annotated[
    str | None, typer.Option(help="Which subjects and types count, e.g. loso-me, cross-a: see 'mebench protocol list'.")
]
IntervalOption = Annotated[Interval, typer.Option("--interval", help="How confidence intervals are made.")]
SeedOption = Annotated[int, typer.Option(min=0, help="Seed of whatever is drawn.")]
