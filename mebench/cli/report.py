"""``mebench report``: the page of one submission."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mebench.cli.options import ClassesOption, DatasetName, File, ProtocolOption, TypeOption
from mebench.cli.page_place import check_page
from mebench.cli.terminal import say
from mebench.problems import UserError


def report(
    file: File,
    dataset: DatasetName,
    html: Annotated[
        Path | None, typer.Option("--html", help="Where to write the page; default: beside the submission.")
    ] = None,
    ground_truth: Annotated[
        bool | None,
        typer.Option(
            "--ground-truth/--no-ground-truth",
            help="Whether the page holds events and outcomes; default: only on synthetic data.",
        ),
    ] = None,
    protocol: ProtocolOption = None,
    classes: ClassesOption = None,
    gt_policy: Annotated[
        str | None, typer.Option(help="Choices for defects of the annotation, e.g. mirror,truncate.")
    ] = None,
    kind: TypeOption = None,
    allow_duplicates: Annotated[
        bool, typer.Option(help="Score exact duplicates, each extra one as a false positive.")
    ] = False,
) -> None:
    """Write the page of a submission: timelines, kinds of error, curves, every rule, provenance. One HTML file."""
    out = _place(file, html)
    from mebench.files import write_atomically
    from mebench.pages.submission_page import submission_page
    from mebench.pages.told import tell

    told = tell(
        file,
        dataset,
        ground_truth=ground_truth,
        protocol=protocol,
        classes=classes,
        gt_policy=gt_policy,
        default_type=kind,
        allow_duplicates=allow_duplicates,
    )
    write_atomically(out, submission_page(told))
    for warning in told.report.warnings:
        say(f"warning: {warning}")
    for sentence in told.sentences():
        say(f"note: {sentence}")
    typer.echo(str(out))


def _place(file: Path, html: Path | None) -> Path:
    """Return where the page goes: never over anything that is not a page."""
    out = file.with_suffix(".html") if html is None else html
    check_page("--html", out)
    if out.resolve() == file.resolve():
        raise UserError(f"--html {out}: that is the submission itself; name another file for the page.")
    return out
