"""``mebench validate``: is this file a submission that can be scored?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from mebench.cli.options import ClassesOption, File, Shape, TypeOption, dataset_names
from mebench.cli.terminal import say
from mebench.problems import InvalidInput, Problem, UserError


def validate(
    file: File,
    dataset: Annotated[
        str | None,
        typer.Option(
            "--dataset",
            "-d",
            help="Check the videos or clips against this dataset too.",
            autocompletion=dataset_names,
        ),
    ] = None,
    videos: Annotated[
        Path | None, typer.Option(help="CSV of a hidden test set's videos: subject,video,fps,n_frames.")
    ] = None,
    protocol: Annotated[str | None, typer.Option(help="Protocol of a recognition submission.")] = None,
    classes: ClassesOption = None,
    form: Annotated[Shape, typer.Option("--format", "-f", help="How to print what was found.")] = Shape.text,
    kind: TypeOption = None,
    allow_duplicates: Annotated[bool, typer.Option(help="Let exact duplicates pass.")] = False,
) -> None:
    """Check a submission: every problem of the file in one pass. Needs no ground truth."""
    from mebench.protocols.registry import task_of

    try:
        if dataset is not None and videos is None and task_of(dataset) == "recognition":
            found, remark = _labels(file, dataset, protocol, classes)
        else:
            found, remark = _intervals(file, dataset, videos, kind, allow_duplicates)
    except UserError as error:
        if form is Shape.text:
            raise
        typer.echo(json.dumps({"valid": False, "problems": _records(error, file), "warnings": []}, indent=1))
        raise typer.Exit(2) from error
    if form is Shape.json:
        warnings = [warning.as_dict() for warning in found.warnings]
        typer.echo(json.dumps({"valid": True, "problems": [], "warnings": warnings}, indent=1))
        return
    for warning in found.warnings:
        say(f"warning: {warning}")
    if remark:
        say(f"note: {remark}")
    rows = found.labels if hasattr(found, "labels") else found.predictions
    meant = f" for {dataset}" if dataset else ""
    typer.echo(f"{file}: valid{meant}: {len(rows)} prediction{'' if len(rows) == 1 else 's'}, format {found.format}.")


def _records(error: UserError, file: Path) -> list[dict[str, Any]]:
    """Return the problems as records; a file that cannot be read at all is one problem."""
    if isinstance(error, InvalidInput):
        return [problem.as_dict() for problem in error.problems]
    return [Problem("unusable", str(error), file=str(file)).as_dict()]


def _intervals(
    file: Path, dataset: str | None, videos: Path | None, kind: str | None, allow_duplicates: bool
) -> tuple[Any, str]:
    from mebench.datasets.library import for_validation
    from mebench.submission.read import read_submission

    known, remark = for_validation(dataset, videos)
    return read_submission(file, known, default_type=kind, allow_duplicates=allow_duplicates), remark


def _labels(file: Path, dataset: str, protocol: str | None, classes: str | None) -> tuple[Any, str]:
    from mebench.protocols.registry import plan
    from mebench.submission.labels import read_labels

    samples = plan(protocol, dataset, classes).samples
    if samples is None:
        raise UserError(f"Protocol {protocol} of {dataset} has no clips.")
    return read_labels(file, samples), ""
