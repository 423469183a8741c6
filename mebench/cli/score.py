"""``mebench score``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from mebench.cli.options import (
    Breakdown,
    ClassesOption,
    DatasetName,
    File,
    Form,
    Interval,
    IntervalOption,
    ProtocolOption,
    SeedOption,
    TypeOption,
)
from mebench.cli.scored import Beside, EmotionsOption, ErrorsOption, SweepOption, TaskOption, scored
from mebench.cli.terminal import colour, say, width
from mebench.problems import UserError

ALL = "all"
"""The name under which ``--rule`` means every rule."""


def score(
    file: File,
    dataset: DatasetName,
    rule: Annotated[
        str | None, typer.Option(help="Rule by which intervals are counted, default megc; 'all' for all of them.")
    ] = None,
    iou: Annotated[
        str | None, typer.Option(help="IoU from which a pair may match, in (0, 1]; .5 (the default) or 1/3.")
    ] = None,
    gt_policy: Annotated[
        str | None,
        typer.Option(help="Choices for defects of the annotation, e.g. mirror,truncate; 'rule': the rule's own."),
    ] = None,
    protocol: ProtocolOption = None,
    classes: ClassesOption = None,
    by: Annotated[
        Breakdown | None, typer.Option(help="Rows by subject or video, below the scores (csv: in their place).")
    ] = None,
    form: Annotated[Form, typer.Option("--format", "-f", help="How to print the report.")] = Form.table,
    json_out: Annotated[Path | None, typer.Option("--json", help="Also write the JSON report here.")] = None,
    errors: ErrorsOption = False,
    sweep: SweepOption = None,
    task: TaskOption = None,
    emotions: EmotionsOption = None,
    kind: TypeOption = None,
    allow_duplicates: Annotated[
        bool, typer.Option(help="Score exact duplicates, each extra one as a false positive.")
    ] = False,
    interval: IntervalOption = Interval.jackknife,
    seed: SeedOption = 0,
) -> None:
    """Score a submission: TP, FP, FN, precision, recall and F1; UF1 and UAR; STRS."""
    from mebench.report.render import render

    if json_out is not None and json_out.resolve() == file.resolve():
        raise UserError(f"--json {json_out}: that is the submission itself; name another file for the report.")
    options: dict[str, Any] = {
        "gt_policy": gt_policy,
        "protocol": protocol,
        "default_type": kind,
        "allow_duplicates": allow_duplicates,
        "interval": interval.value,
        "seed": seed,
    }
    options |= {name: given for name, given in (("iou", iou), ("classes", classes)) if given is not None}
    beside = Beside(errors, tuple(sweep or ()), task, emotions)
    if rule == ALL:
        if more := beside.words() or (f"--by {by}" if by else ""):
            raise UserError(f"{more}: the table of all rules has one row a rule; name a single rule for more.")
        _score_all(file, dataset, form, json_out, options)
        return
    report = scored(file, dataset, rule, beside, options)
    typer.echo(render(report, form, by, width(), colour()).rstrip("\n"))
    for warning in report.warnings:
        say(f"warning: {warning}")
    if json_out is not None:
        report.save(json_out)
        say(f"report: {json_out}")


def _score_all(file: Path, dataset: str, form: Form, json_out: Path | None, options: Mapping[str, Any]) -> None:
    """Print the scores under every rule side by side."""
    from mebench import scoring
    from mebench.files import write_atomically
    from mebench.report.rules_table import render_rules, rules_json

    results = scoring.score_all_rules(file, dataset, **options)
    typer.echo(render_rules(results, form, width(), colour()).rstrip("\n"))
    canonical = results[0][1]
    for warning in [] if isinstance(canonical, str) else canonical.warnings:
        say(f"warning: {warning}")
    if json_out is not None:
        write_atomically(json_out, rules_json(results))
        say(f"reports: {json_out}")
