"""``mebench rule``: how are intervals counted, and by whom?"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from mebench.cli.terminal import colour, width
from mebench.problems import unknown_name

app = typer.Typer(no_args_is_help=True, help="List and explain the rules by which intervals are counted.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_(
    as_json: AsJson = False,
    page: Annotated[bool, typer.Option("--page", help="Print the documentation page (Markdown).")] = False,
) -> None:
    """List the canonical rule and every legacy rule."""
    from mebench.metrics.rules import RULES

    if page:
        from mebench.report.rules_table import rules_page

        typer.echo(rules_page().rstrip("\n"))
    elif as_json:
        typer.echo(json.dumps([_as_dict(name) for name in RULES], indent=1))
    else:
        from mebench.cli.tables import plain_table

        rows = [[rule.name, rule.differs or f"the canonical rule: {rule.statement}"] for rule in RULES.values()]
        typer.echo(plain_table(["rule", "differs from megc"], rows, width(), colour()).rstrip("\n"))


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Name of the rule, e.g. mdmd2020.")], as_json: AsJson = False
) -> None:
    """Show what a rule counts, where it comes from and what is peculiar about it."""
    from mebench.metrics.rules import RULES

    if name not in RULES:
        raise unknown_name("rule", name, RULES)
    shown = _as_dict(name)
    if as_json:
        typer.echo(json.dumps(shown, indent=1))
        return
    for heading, words in shown.items():
        if words:
            typer.echo(f"{heading}: {words}")


def _as_dict(name: str) -> dict[str, str]:
    from mebench.metrics.rules import RULES

    rule = RULES[name]
    return {
        "rule": f"{rule.name}/{rule.version}",
        "counts": rule.statement,
        "differs": rule.differs,
        "quirks": rule.quirks,
        "source": rule.source,
        "ground truth": rule.gt_policy,
        "types": rule.types,
        "depends on the order of": rule.order,
    }
