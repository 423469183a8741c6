"""``mebench score`` and ``mebench validate``."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mebench.cli.terminal import colour, say, width
from mebench.problems import InvalidInput, UserError


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
    """How problems are printed."""

    text = "text"
    json = "json"


File = Annotated[Path, typer.Argument(help="The submission: CSV with video,onset,offset,type, or a MEGC log.")]
DatasetName = Annotated[
    str, typer.Option("--dataset", "-d", help="Registered copy or twin, e.g. samm-lv, casme-sq-twin.")
]
TypeOption = Annotated[Kind | None, typer.Option("--type", help="Type of all rows, if the file has no type column.")]


def score(
    file: File,
    dataset: DatasetName,
    rule: Annotated[str, typer.Option(help="Rule by which intervals are counted.")] = "megc",
    iou: Annotated[str, typer.Option(help="IoU from which a pair may match, in (0, 1]; .5 or 1/3.")] = ".5",
    gt_policy: Annotated[
        str | None, typer.Option(help="Choices for defects of the annotation, e.g. mirror,truncate.")
    ] = None,
    protocol: Annotated[str | None, typer.Option(help="Protocol of the predictions, for the record.")] = None,
    by: Annotated[Breakdown | None, typer.Option(help="Add a row per subject or video.")] = None,
    form: Annotated[Form, typer.Option("--format", "-f", help="How to print the report.")] = Form.table,
    json_out: Annotated[Path | None, typer.Option("--json", help="Also write the JSON report here.")] = None,
    kind: TypeOption = None,
    allow_duplicates: Annotated[
        bool, typer.Option(help="Score exact duplicates, each extra one as a false positive.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the bootstrap over subjects.")] = 0,
) -> None:
    """Score a submission: TP, FP, FN, precision, recall and F1 for ME, MaE and overall."""
    from mebench import scoring
    from mebench.report.render import render

    if json_out is not None and json_out.resolve() == file.resolve():
        raise UserError(f"--json {json_out}: that is the submission itself; name another file for the report.")
    report = scoring.score(
        file,
        dataset,
        rule=rule,
        iou=iou,
        gt_policy=gt_policy,
        protocol=protocol,
        default_type=kind,
        allow_duplicates=allow_duplicates,
        seed=seed,
    )
    typer.echo(render(report, form, by, width(), colour()).rstrip("\n"))
    for warning in report.warnings:
        say(f"warning: {warning}")
    if json_out is not None:
        report.save(json_out)
        say(f"report: {json_out}")


def validate(
    file: File,
    dataset: Annotated[
        str | None, typer.Option("--dataset", "-d", help="Check the videos and frames against this dataset too.")
    ] = None,
    videos: Annotated[
        Path | None, typer.Option(help="CSV of a hidden test set's videos: subject,video,fps,n_frames.")
    ] = None,
    form: Annotated[Shape, typer.Option("--format", "-f", help="How to print what was found.")] = Shape.text,
    kind: TypeOption = None,
    allow_duplicates: Annotated[bool, typer.Option(help="Let exact duplicates pass.")] = False,
) -> None:
    """Check a submission: every problem of the file in one pass. Needs no ground truth."""
    from mebench.datasets.library import for_validation
    from mebench.submission.read import read_submission

    known, remark = for_validation(dataset, videos)
    try:
        submission = read_submission(file, known, default_type=kind, allow_duplicates=allow_duplicates)
    except InvalidInput as error:
        if form is Shape.json:
            problems = [problem.as_dict() for problem in error.problems]
            typer.echo(json.dumps({"valid": False, "problems": problems, "warnings": []}, indent=1))
            raise typer.Exit(2) from error
        raise
    warnings = [warning.as_dict() for warning in submission.warnings]
    if form is Shape.json:
        typer.echo(json.dumps({"valid": True, "problems": [], "warnings": warnings}, indent=1))
        return
    for warning in submission.warnings:
        say(f"warning: {warning}")
    if remark:
        say(f"note: {remark}")
    n, name = len(submission.predictions), f" for {known.name}" if known else ""
    typer.echo(f"{file}: valid{name}: {n} prediction{'' if n == 1 else 's'}, format {submission.format}.")
