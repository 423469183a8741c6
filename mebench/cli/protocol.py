"""``mebench protocol``: who is learned from, who is tested, and in which classes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from mebench.cli.options import dataset_names
from mebench.cli.terminal import colour, say, width
from mebench.problems import UserError

app = typer.Typer(no_args_is_help=True, help="List, show and export the splits.")

Name = Annotated[str, typer.Argument(help="Name of the protocol, e.g. loso, megc2019, cross-a.")]
DatasetOption = Annotated[
    str | None,
    typer.Option(
        "--dataset",
        "-d",
        help="Apply it to this dataset, e.g. casme-sq-twin, megc2019-twin.",
        autocompletion=dataset_names,
    ),
]
Classes = Annotated[str | None, typer.Option(help="Class scheme of a recognition protocol, e.g. megc3, casme2-5.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the protocols."""
    from mebench.cli.tables import plain_table
    from mebench.protocols.registry import PROTOCOLS

    rows = [{k: getattr(p, k) for k in ("name", "version", "task", "statement", "source")} for p in PROTOCOLS]
    if as_json:
        typer.echo(json.dumps(rows, indent=1))
        return
    cells = [[f"{r['name']}/{r['version']}", r["task"], f"{r['statement']} [{r['source']}]"] for r in rows]
    typer.echo(plain_table(("protocol", "task", "what it says"), cells, width(), colour()).rstrip("\n"))


@app.command()
def show(name: Name, dataset: DatasetOption = None, classes: Classes = None, as_json: AsJson = False) -> None:
    """Show a protocol, and with --dataset what it makes of your copy."""
    shown = _described(name, dataset, classes)
    if as_json:
        typer.echo(json.dumps(shown, indent=1))
        return
    for key, value in shown.items():
        words = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
        typer.echo(f"{key}: {'; '.join(words) if isinstance(words, list) else words}")


@app.command()
def export(
    name: Name,
    out: Annotated[Path, typer.Option(help="CSV file to write.")],
    dataset: DatasetOption = None,
    classes: Classes = None,
    samples: Annotated[
        bool, typer.Option("--samples", help="Write the labelled clips instead of the folds (licensed: keep them).")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file.")] = False,
) -> None:
    """Write the folds as CSV and print their SHA-256; the same split under the same name gives the same hash."""
    from mebench.datasets.catalog import original_name
    from mebench.files import write_atomically
    from mebench.protocols import composite
    from mebench.protocols.folds import sha256_of_text
    from mebench.protocols.registry import plan

    if out.exists() and not force:
        raise UserError(f"{out}: this file exists. Name another with --out, or give --force.")
    made = plan(original_name(name), _dataset_for(name, dataset), classes)
    if samples and made.samples is None:
        raise UserError(f"--samples is for recognition; {name} over {made.dataset} has no labelled clips.")
    if made.samples is not None and samples:
        official = made.protocol == "megc2019"
        table = made.samples.samples
        text = composite.official_csv(table) if official else table.to_csv(index=False, lineterminator="\n")
    else:
        text = made.to_csv()
    write_atomically(out, text)
    for note in made.notes:
        say(f"note: {note}")
    typer.echo(f"{out}: {len(made.folds)} folds, {len(made.tested)} subjects tested, sha256 {sha256_of_text(text)}")


@app.command()
def adopt(
    file: Annotated[Path, typer.Argument(help="The organisers' combined_3class_gt.csv of MEGC2019.")],
) -> None:
    """Use the organisers' list of megc2019 where not all three tables are registered; checked by hash and counts."""
    from mebench.protocols.official import adopt as remember

    found = remember(file)
    words = "the organisers' file, by its hash" if found.genuine else "not the organisers' bytes, but their counts"
    words += "; SYNTHETIC: these are the clips of the twins" if found.synthetic else ""
    typer.echo(f"{file}: 442 clips, {words}. megc2019 uses it where casme2, smic and samm are not all registered.")


def _dataset_for(name: str, dataset: str | None) -> str:
    """Return the dataset that is meant: a composite protocol has only one that is not a twin."""
    from mebench.protocols.registry import COMPOSITES

    if dataset is None and name in COMPOSITES:
        return name
    if dataset is None:
        raise UserError(f"Protocol {name} needs to know of which dataset: give --dataset, e.g. casme-sq-twin.")
    return dataset


def _described(name: str, dataset: str | None, classes: str | None) -> dict[str, Any]:
    from mebench.datasets.catalog import original_name
    from mebench.problems import unknown_name
    from mebench.protocols.registry import PROTOCOLS, plan

    meant = [p for p in PROTOCOLS if p.name == original_name(name)]
    if not meant:
        raise unknown_name("protocol", name, {p.name for p in PROTOCOLS})
    if dataset is None and name == original_name(name):
        return {f"{p.name}/{p.version} ({p.task})": f"{p.statement} [{p.source}]" for p in meant}
    made = plan(meant[0].name, dataset or name, classes)
    shown: dict[str, Any] = {
        "protocol": f"{made.protocol}/{made.version}",
        "task": made.task,
        "dataset": made.dataset,
        "folds": len(made.folds),
        "subjects tested": len(made.tested),
        "sha256 of the folds": made.sha256,
    }
    if made.samples is not None:
        table = made.samples.samples
        shown["clips"] = len(table)
        shown["classes"] = {c: int((table["label"] == c).sum()) for c in made.samples.classes}
        for member in made.samples.datasets:
            of = table[table["dataset"] == member]
            shown[member] = {c: int((of["label"] == c).sum()) for c in made.samples.classes}
            shown[member]["subjects"] = int(of["subject"].nunique())
    else:
        shown["types"] = list(made.types)
    if len(made.folds) == 1:
        shown["subjects learned from"] = len(made.folds[0].train)
    return shown | ({"notes": list(made.notes)} if made.notes else {})
