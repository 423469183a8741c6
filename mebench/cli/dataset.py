"""``mebench dataset``: what copies are here, and are they complete?"""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mebench.cli.dataset_frames import frames
from mebench.cli.options import dataset_names
from mebench.cli.terminal import colour, say, width
from mebench.cli.twin import twin

if TYPE_CHECKING:
    from mebench.datasets.dataset import ClipDataset, Dataset
    from mebench.datasets.entries import Entry

app = typer.Typer(no_args_is_help=True, help="Register, inspect and verify your copies of the datasets.")


class Listing(StrEnum):
    """How a list is printed."""

    table = "table"
    csv = "csv"


Name = Annotated[str, typer.Argument(help="Name of the dataset, e.g. samm-lv.", autocompletion=dataset_names)]
ListForm = Annotated[Listing, typer.Option("--format", "-f", help="How to print the list.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List every dataset: registered copies, catalogued ones, embedded twins."""
    from mebench.cli import dataset_views
    from mebench.datasets import library

    rows = dataset_views.listing(library.known_names(), library.registered())
    if as_json:
        typer.echo(json.dumps(rows, indent=1))
    else:
        typer.echo(dataset_views.listing_table(rows, width(), colour()).rstrip("\n"))


@app.command()
def show(name: Name, as_json: AsJson = False) -> None:
    """Show what is known of a dataset, and of your copy."""
    from mebench.cli import dataset_views

    shown = dataset_views.description(name)
    typer.echo(json.dumps(shown, indent=1) if as_json else dataset_views.description_text(shown).rstrip("\n"))


@app.command()
def add(
    name: Name,
    annotations: Annotated[
        Path | None,
        typer.Option(
            help="The distributed workbook, or a CSV: subject,video,onset,apex,offset,type for spotting, "
            "subject,clip,onset,apex,offset,emotion for recognition."
        ),
    ] = None,
    videos: Annotated[Path | None, typer.Option(help="CSV of all videos: subject,video,fps,n_frames.")] = None,
    fps: Annotated[float | None, typer.Option(min=0.001, help="Frame rate, if the CSV has no such column.")] = None,
    frames: Annotated[Path | None, typer.Option(help="Folder with one folder of frames a video or clip.")] = None,
    like: Annotated[str | None, typer.Option(help="Read the workbook as that of this dataset.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace an earlier registration.")] = False,
) -> None:
    """Register your copy of a dataset, or a private one; the files stay where they are."""
    from mebench.cli import dataset_views
    from mebench.datasets import catalog, library

    loaded = library.add(name, annotations, videos, fps, frames, like, replace)
    synthetic = "SYNTHETIC, " if loaded.synthetic else ""
    typer.echo(f"{name}: {synthetic}{dataset_views.summary(loaded)}.")
    for note in loaded.notes:
        say(f"note: {note}")
    if loaded.reader in catalog.names():
        typer.echo(f"Next: mebench dataset {_next(library.entry(name))} {name}")


def _next(copy: Entry) -> str:
    """Return the command that tells most of a new copy: a twin has frames to look at, and an excerpt lacks much."""
    from mebench.datasets.loading import excerpt_in

    if copy.synthetic and copy.frames:
        return "frames"
    return "show" if copy.synthetic and excerpt_in(copy) else "verify"


@app.command()
def verify(name: Name, as_json: AsJson = False) -> None:
    """Compare a copy with the published counts, line by line; exit code 1 if something differs."""
    from mebench.cli import dataset_views
    from mebench.datasets import library
    from mebench.datasets.completeness import is_completeness_note
    from mebench.datasets.verify import verify as checks_of

    loaded = library.load(name)
    checks = checks_of(loaded)
    if (part := _excerpt(name, loaded)) and any(check.verdict == "differs" for check in checks):
        if as_json:
            typer.echo("[]")
        else:
            typer.echo(f"{name}: this is {part}, meant to be smaller: there is nothing to compare it with.")
        return
    if as_json:
        typer.echo(json.dumps([dataset_views.check_row(check) for check in checks], indent=1))
    else:
        typer.echo(dataset_views.checks_table(loaded, checks, width(), colour()).rstrip("\n"))
        for note in loaded.notes:
            if not is_completeness_note(note):
                say(f"note: {note}")
    if any(check.verdict == "differs" for check in checks):
        raise typer.Exit(1)


def _excerpt(name: str, loaded: Dataset | ClipDataset) -> str:
    """Return what excerpt of a twin a registered copy is, in words; empty if it is none."""
    from mebench.datasets import catalog, library
    from mebench.datasets.loading import excerpt_in

    part = excerpt_in(library.entry(name)) if loaded.synthetic and not catalog.is_twin(name) else ""
    return catalog.excerpt_title(part) if part else ""


@app.command()
def videos(name: Name, form: ListForm = Listing.table) -> None:
    """List the videos of a spotting dataset: what a submission may name, and which frames there are."""
    from mebench.cli import dataset_lists

    typer.echo(dataset_lists.videos(name, form, width(), colour()).rstrip("\n"))


@app.command()
def clips(name: Name, form: ListForm = Listing.table) -> None:
    """List the clips of a recognition dataset: what a submission has to label."""
    from mebench.cli import dataset_lists

    typer.echo(dataset_lists.clips(name, form, width(), colour()).rstrip("\n"))


@app.command()
def remove(name: Name) -> None:
    """Forget a registered copy; its files are not touched."""
    from mebench.datasets import library

    gone = library.remove(name)
    kept = gone.annotations or gone.videos or gone.frames
    typer.echo(f"{name} is no longer registered. Its files were not touched: {kept}")


app.command()(frames)
app.command()(twin)
