"""``mebench compare``: is A better than B, or is it chance?"""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mebench.cli.options import DatasetName, Shape
from mebench.cli.tables import plain_table
from mebench.cli.terminal import colour, width
from mebench.problems import printable

if TYPE_CHECKING:
    from mebench.comparing import Comparison


def compare(
    files: Annotated[list[Path], typer.Argument(help="Two or more submissions.")],
    dataset: DatasetName,
    metric: Annotated[str | None, typer.Option(help="f1, precision, recall; uf1, uar, accuracy.")] = None,
    name: Annotated[list[str] | None, typer.Option(help="What the systems are called, in order.")] = None,
    protocol: Annotated[str | None, typer.Option(help="Protocol of the predictions.")] = None,
    permutations: Annotated[int, typer.Option(min=99, max=10_000_000, help="Draws of the permutation test.")] = 9999,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the draws.")] = 0,
    form: Annotated[Shape, typer.Option("--format", "-f", help="How to print it.")] = Shape.text,
) -> None:
    """Compare submissions on the same subjects: paired difference, interval, permutation test, ties."""
    from mebench import comparing

    found = comparing.compare(
        files, dataset, metric=metric, names=name or None, permutations=permutations, seed=seed, protocol=protocol
    )
    typer.echo(json.dumps(found.as_dict(), indent=1) if form is Shape.json else _text(found).rstrip("\n"))


def _text(found: Comparison) -> str:
    from mebench.report.text import title

    heading = f"{found.dataset}{' (SYNTHETIC)' if found.synthetic else ''}: {found.metric.upper()}"
    if found.oracle:
        heading += f"\nORACLE, chosen on the test labels: {', '.join(map(printable, found.oracle))}"
    systems = [[title(s.part), s.name, _share(s.score), _rank(s.best_rank, s.worst_rank)] for s in found.systems]
    pairs = [
        [
            title(p.part),
            f"{p.first} - {p.second}",
            _signed(p.difference),
            _ends(p.low, p.high),
            _share(p.p_value),
            _share(p.adjusted),
        ]
        for p in found.pairs
    ]
    ties = [
        f"{title(part)}: not separable at {found.level:.0%}: {', '.join(map(printable, group))}"
        for part, groups in found.tie_groups.items()
        for group in groups
        if len(group) > 1
    ]
    tested_by = (
        f"permutation test, {found.permutations} swaps drawn (all of them where there are fewer), seed {found.seed}"
        if found.test == "permutation"
        else f"jackknife, Student t with {found.subjects - 1} degrees of freedom, since {found.permutations} swaps are "
        "too few for so many pairs"
    )
    how = (
        f"Paired over {found.subjects} subjects; interval: {found.interval}; p: {tested_by}; truth sha256 "
        f"{found.truth_sha256[:16]}"
    )
    columns, shown = width(), colour()
    tested = ("part", "pair", "difference", f"{found.level:.0%} interval", "p", "p (Holm)")
    return "\n".join(
        [
            heading,
            "",
            plain_table(("part", "system", found.metric.upper(), "rank"), systems, columns, shown),
            plain_table(tested, pairs, columns, shown),
            *(ties or [f"every pair is separable at {found.level:.0%}"]),
            "",
            textwrap.fill(how, columns),
        ]
    )


def _rank(best: int, worst: int) -> str:
    return str(best) if best == worst else f"{best} to {worst}"


def _share(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.4f}"


def _signed(value: float | None) -> str:
    return "undefined" if value is None else f"{value:+.4f}"


def _ends(low: float | None, high: float | None) -> str:
    return "none" if low is None or high is None else f"{low:+.3f} to {high:+.3f}"
