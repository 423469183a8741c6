"""``mebench pool``: several unseen sets, each and together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mebench.cli.options import Interval, IntervalOption, SeedOption, Shape, TypeOption
from mebench.cli.tables import plain_table
from mebench.cli.terminal import colour, say, width
from mebench.problems import UserError, plural, quoted

if TYPE_CHECKING:
    from mebench.report.model import SpottingScore
    from mebench.scoring.pooled import Pooled


def pool(
    sets: Annotated[
        list[str], typer.Argument(help="DATASET=FILE for each set, e.g. megc2022-cas=cas_pred.csv.", metavar="SET=FILE")
    ],
    iou: Annotated[str, typer.Option(help="IoU from which a pair may match, in (0, 1].")] = ".5",
    kind: TypeOption = None,
    interval: IntervalOption = Interval.jackknife,
    seed: SeedOption = 0,
    form: Annotated[Shape, typer.Option("--format", "-f", help="How to print it.")] = Shape.text,
    json_out: Annotated[Path | None, typer.Option("--json", help="Also write the JSON report here.")] = None,
) -> None:
    """Score several test sets, each and pooled (counts added up), as MEGC2022 did."""
    from mebench.files import write_atomically
    from mebench.scoring.pooled import score_pooled

    found = score_pooled(_files(sets), iou=iou, default_type=kind, interval=interval.value, seed=seed)
    text = json.dumps(found.as_dict(), indent=1, ensure_ascii=False)
    typer.echo(text if form is Shape.json else _table(found).rstrip("\n"))
    for name, report in found.reports.items():
        for warning in report.warnings:
            say(f"warning ({name}): {warning}")
    if json_out is not None:
        write_atomically(json_out, text + "\n")
        say(f"report: {json_out}")


def _files(sets: list[str]) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for given in sets:
        name, equals, path = given.partition("=")
        if not (equals and name and path):
            raise UserError(f"{quoted(given)} is not DATASET=FILE, such as megc2022-cas=cas_pred.csv.")
        if name in files:
            raise UserError(f"{name} is given twice: a set has one submission.")
        files[name] = Path(path)
    return files


def _table(found: Pooled) -> str:
    from mebench.report.model import is_oracle
    from mebench.report.text import title

    parts = [*((name, report.scores) for name, report in found.reports.items()), ("pooled", found.scores)]
    rows = [[name, title(kind), *_cells(score)] for name, scores in parts for kind, score in scores.items()]
    headings = ("set", "type", "TP", "FP", "FN", "P", "R", "F1", "F1 interval")
    one = next(iter(found.reports.values()))
    mark = " (SYNTHETIC)" if found.synthetic else ""
    if oracle := [name for name, report in found.reports.items() if is_oracle(report)]:
        mark += f" (ORACLE: {', '.join(oracle)})"
    facts = [
        f"rule {one.rule['name']}/{one.rule['version']}, IoU >= {one.rule['iou']}; {found.uncertainty['method']}",
        *(
            f"{name}: truth sha256 {r.ground_truth['sha256'][:16]}, policy {r.ground_truth['policy']}"
            for name, r in found.reports.items()
        ),
    ]
    return "\n".join(
        [f"{plural(len(found.reports), 'set')}{mark}", "", plain_table(headings, rows, width(), colour()), *facts]
    )


def _cells(score: SpottingScore) -> list[str]:
    shares = ["undefined" if v is None else f"{v:.4f}" for v in (score.precision, score.recall, score.f1)]
    ends = score.interval.get("f1")
    return [
        *(str(n) for n in (score.tp, score.fp, score.fn)),
        *shares,
        f"{ends[0]:.3f} to {ends[1]:.3f}" if ends else "none",
    ]
