"""``mebench convert``: a submission in another format, or a list of what that format cannot hold."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mebench.cli.options import DatasetName, TypeOption
from mebench.cli.terminal import say
from mebench.problems import UserError

if TYPE_CHECKING:
    from mebench.datasets.delimited import Text
    from mebench.submission.convert import Conversion


class Target(StrEnum):
    """What can be written."""

    csv = "csv"
    megc2022 = "megc2022"
    megc2019_log = "megc2019-log"
    str2024 = "str2024"


def convert(
    file: Annotated[Path, typer.Argument(help="A submission in any format that is read.")],
    to: Annotated[Target, typer.Option(help="The format to write.")],
    dataset: DatasetName,
    out: Annotated[Path, typer.Option(help="The file to write.")],
    kind: TypeOption = None,
    classes: Annotated[str | None, typer.Option(help="Class scheme of a recognition dataset, e.g. megc3.")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write although something is lost, or although the file exists.")
    ] = False,
) -> None:
    """Convert a submission: CSV, challenge logs, MEGC2022 and spot-then-recognise tables.

    Nothing is lost in silence: what the other format cannot hold is listed, and nothing is written without --force.
    """
    from mebench.files import write_atomically
    from mebench.submission.convert import read_source
    from mebench.submission.meta import meta_path, meta_text

    _check_out(file, out, force)
    source, found = read_source(file)
    converted = _converted(source, found.task, to, dataset, kind, classes)
    sidecar = meta_path(out)
    if sidecar.exists() and not (force and converted.meta):
        raise UserError(
            f"{sidecar}: this would be taken for the metadata of {out.name}. Remove it, or write to another name."
        )
    for note in converted.notes:
        say(f"note: {note}")
    if converted.losses and not force:
        listed = "\n".join(f"  {loss}" for loss in converted.losses)
        raise UserError(f"{file}: as {to} this would lose\n{listed}\nGive --force to write it all the same.")
    for loss in converted.losses:
        say(f"lost: {loss}")
    write_atomically(out, converted.text)
    if converted.meta:
        write_atomically(sidecar, meta_text(converted.meta, str(sidecar)))
    n = converted.rows
    typer.echo(f"{out}: {n} prediction{'' if n == 1 else 's'} as {to}, read from {found.title}.")


def _check_out(file: Path, out: Path, force: bool) -> None:
    if out.is_dir():
        raise UserError(f"--out {out}: that is a folder; name a file.")
    if out.exists() and file.exists() and out.samefile(file):
        raise UserError(f"--out {out}: that is the submission itself; name another file.")
    if out.exists() and not force:
        raise UserError(f"--out {out}: the file exists. Give --force to replace it.")


def _converted(source: Text, task: str, to: Target, dataset: str, kind: str | None, classes: str | None) -> Conversion:
    """Convert, after finding what the submission is about: a dataset of long videos, or the clips of a protocol."""
    from mebench.datasets.library import load_dataset
    from mebench.protocols import registry
    from mebench.submission.convert import convert_labels, convert_spotting

    wanted = registry.task_of(dataset)
    if wanted != task:
        has = {"spotting": "spotted intervals", "recognition": "one class a clip"}
        raise UserError(f"{source.path}: this holds {has[task]}, but {dataset} is for {wanted}. Check --dataset.")
    if task == "spotting":
        return convert_spotting(source, to, load_dataset(dataset), kind)
    samples = registry.plan(None, dataset, classes).samples
    if samples is None:
        raise UserError(f"{dataset} has no clips to predict. Check --dataset.")
    return convert_labels(source, to, samples)
