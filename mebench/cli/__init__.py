"""The command line: one file a noun. Nothing heavy is imported before a command runs."""

from __future__ import annotations

import gc
import os
import sys
from typing import Annotated

import typer

from mebench import __version__
from mebench.cli import (
    audit,
    baseline,
    cache,
    compare,
    convert,
    dataset,
    feature,
    leaderboard,
    plot,
    pool,
    protocol,
    published,
    report,
    rule,
    score,
    validate,
)
from mebench.problems import UserError

app = typer.Typer(
    name="mebench",
    help="Score, check and compare facial micro-expression spotting and recognition.",
    epilog="Try: mebench score submissions/casme-sq-twin/sample.csv --dataset casme-sq-twin",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"mebench {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


app.command()(score.score)
app.command()(validate.validate)
app.command()(compare.compare)
app.command()(report.report)
app.command()(plot.plot)
app.command()(pool.pool)
app.command()(audit.audit)
app.command()(published.published)
app.command()(convert.convert)
app.add_typer(dataset.app, name="dataset")
app.add_typer(protocol.app, name="protocol")
app.add_typer(rule.app, name="rule")
app.add_typer(baseline.app, name="baseline")
app.add_typer(feature.app, name="feature")
app.add_typer(leaderboard.app, name="leaderboard")
app.add_typer(cache.app, name="cache")


def _start_light() -> None:
    """Save a tenth of a second of every command: no pool of threads for small tables, fewer garbage collections."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.set_threshold(100_000, 50, 50)


def main() -> None:
    """Run the command line: 0 done, 2 the input is wrong (a sentence), 1 a defect of ours."""
    _start_light()
    try:
        app()
    except UserError as error:
        typer.echo(f"mebench: {error}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader (head, less) has had enough; keep the interpreter from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
