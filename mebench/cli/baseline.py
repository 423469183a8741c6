"""``mebench baseline``: which methods there are, what they are, and what they score."""

from __future__ import annotations

import json
import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mebench.cli.assigned import assigned, value_of
from mebench.cli.options import dataset_names
from mebench.cli.terminal import colour, say, width
from mebench.problems import plural

if TYPE_CHECKING:
    from mebench.baselines.runner import Result
    from mebench.baselines.settings import Settings

app = typer.Typer(no_args_is_help=True, help="List, explain, run and check baselines.")


class Page(StrEnum):
    """How a method is shown."""

    text = "text"
    md = "md"
    json = "json"


class Engine(StrEnum):
    """Where folds are computed."""

    local = "local"
    dask = "dask"
    slurm = "slurm"


class Device(StrEnum):
    """What computes."""

    cpu = "cpu"
    cuda = "cuda"


class ThresholdSource(StrEnum):
    """Where thresholds come from."""

    train = "train"
    published = "published"
    oracle = "oracle"


class Selection(StrEnum):
    """Which epoch counts."""

    last = "last"
    inner = "inner"
    oracle = "oracle"


def _names(incomplete: str) -> list[str]:
    from mebench.baselines.registry import names

    return [name for name in names() if name.startswith(incomplete)]


Name = Annotated[str, typer.Argument(help="Name of the baseline, e.g. dyngeonet.", autocompletion=_names)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Preset = Annotated[str, typer.Option(help="cpu: small enough for two cores on a twin. paper: what the paper says.")]
Params = Annotated[
    list[str] | None, typer.Option("--param", "-p", metavar="NAME=VALUE", help="A parameter; may be repeated.")
]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the baselines."""
    from mebench.baselines.page import listed
    from mebench.cli.tables import plain_table

    rows = listed()
    if as_json:
        typer.echo(json.dumps(rows, indent=1))
        return
    cells = [[row["name"], row["task"], row["summary"]] for row in rows]
    typer.echo(plain_table(("baseline", "task", "what it is"), cells, width(), colour()).rstrip("\n"))
    say("Next: mebench baseline show NAME, mebench baseline run NAME")


@app.command()
def show(
    name: Name, form: Annotated[Page, typer.Option("--format", "-f", help="How to print it.")] = Page.text
) -> None:
    """Explain a baseline: what it does, each parameter and where its value comes from, what was published."""
    from mebench.baselines.page import facts, markdown
    from mebench.cli.baseline_views import page_text

    if form is Page.json:
        typer.echo(json.dumps(facts(name), indent=1))
    elif form is Page.md:
        typer.echo(markdown(name).rstrip("\n"))
    else:
        typer.echo(page_text(facts(name)).rstrip("\n"))


@app.command()
def run(
    name: Annotated[
        str, typer.Argument(help="Name of the baseline, or FILE.py:Class of your own.", autocompletion=_names)
    ],
    dataset: Annotated[
        str | None,
        typer.Option(
            "--dataset", "-d", help="Registered copy or twin. Default: a small twin.", autocompletion=dataset_names
        ),
    ] = None,
    protocol: Annotated[str | None, typer.Option(help="E.g. loso, cross-a, megc2019.")] = None,
    classes: Annotated[str | None, typer.Option(help="Class scheme of a recognition dataset.")] = None,
    twin: Annotated[bool, typer.Option("--twin", help="The small synthetic twin in place of the dataset.")] = False,
    preset: Preset = "cpu",
    params: Params = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of whatever is drawn.")] = 0,
    threshold_source: Annotated[
        ThresholdSource | None, typer.Option(help="train, published; oracle: from the test labels, marked, unranked.")
    ] = None,
    selection: Annotated[
        Selection | None, typer.Option(help="last epoch, inner; oracle: by the test labels, marked, unranked.")
    ] = None,
    amplitude: Annotated[
        float | None, typer.Option(min=0, help="How large the movements of a twin are, times the usual.")
    ] = None,
    frames: Annotated[Path | None, typer.Option(help="Folder of the frames, if not the registered one.")] = None,
    landmarks: Annotated[
        str, typer.Option(help="dlib, openface=PATH or file=PATH: where landmarks come from.")
    ] = "dlib",
    missing: Annotated[str, typer.Option(help="Missing or unreadable frames: error, previous or nearest.")] = "error",
    workers: Annotated[int | None, typer.Option(min=1, help="Processes. Default: one for each core.")] = None,
    engine: Annotated[Engine, typer.Option(help="Where folds are computed.")] = Engine.local,
    engine_options: Annotated[
        list[str] | None,
        typer.Option("--engine-option", "-E", metavar="NAME=VALUE", help="E.g. address=HOST:PORT, partition=gpu."),
    ] = None,
    device: Annotated[Device, typer.Option(help="What computes.")] = Device.cpu,
    mixed_precision: Annotated[bool, typer.Option("--mixed-precision", help="On cuda.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder of the run. Default: one of its own below runs/.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run a baseline: learn and predict fold by fold, write the submission, and score it.

    Interrupted, the same command goes on where it was, and no finished fold is lost.
    """
    from mebench.baselines.material import Places
    from mebench.baselines.settings import Asked, settled

    asked = Asked(
        name, _of_twin(dataset, twin), protocol, classes, preset, dict(_assigned("--param", p) for p in params or ()),
        seed, workers, engine.value, dict(_assigned("--engine-option", o) for o in engine_options or ()), device.value,
        mixed_precision, out, threshold_source.value if threshold_source else None,
        selection.value if selection else None, Places(frames, landmarks, missing, amplitude),
    )  # fmt: skip
    settings = settled(asked)
    if dry_run:
        _say_plan(settings, as_json)
        return
    result = _run(settings)
    if as_json:
        typer.echo(json.dumps(_record(result), indent=1))
    else:
        _say_result(result, settings)


@app.command()
def check(
    place: Annotated[str, typer.Argument(metavar="FILE:CLASS", help="Your method, or the name of a baseline.")],
    preset: Preset = "cpu",
    params: Params = None,
    as_json: AsJson = False,
) -> None:
    """Check a method of your own against the contract, on the tiny twin; exit code 2 if it breaks it."""
    from mebench.baselines.check import check_method
    from mebench.baselines.kinds import find_kind

    values = dict(_assigned("--param", p) for p in params or ())
    verdicts = []
    for verdict in check_method(place, preset, values):
        verdicts.append(verdict)
        if not as_json:
            typer.echo(verdict.text())
    failed = sum(verdict.passed is False for verdict in verdicts)
    if as_json:
        typer.echo(json.dumps([verdict.as_dict() for verdict in verdicts], indent=1))
    elif failed:
        say(f"{plural(failed, 'line')} of the contract {'is' if failed == 1 else 'are'} broken.")
    else:
        oracle = " --threshold-source oracle" if find_kind(place).SEES_TRUTH else ""
        say(f"The contract is kept. Next: mebench baseline run {shlex.quote(place)}{oracle}")
    if failed:
        raise typer.Exit(2)


def _of_twin(dataset: str | None, twin: bool) -> str | None:
    """Return the dataset, or its small twin if that is asked for."""
    from mebench.datasets.catalog import TWIN_ENDINGS, TWIN_SUFFIX

    if not twin or dataset is None or dataset.endswith(TWIN_ENDINGS):
        return dataset
    return f"{dataset}{TWIN_SUFFIX}-small"


def _run(settings: Settings) -> Result:
    from mebench.baselines.runner import Interrupted
    from mebench.baselines.runner import run as start
    from mebench.cli.baseline_views import Stages

    try:
        with Stages() as tell:
            return start(settings, tell)
    except Interrupted as stopped:
        again = shlex.join(["mebench", *sys.argv[1:]])
        say(f"Interrupted: {stopped}. Go on with the same command:\n  {again}")
        raise typer.Exit(130) from None


def _say_result(result: Result, settings: Settings) -> None:
    from mebench.report.render import render

    if result.report is not None:
        typer.echo(render(result.report, "table", None, width(), colour()).rstrip("\n"))
        typer.echo()
    if result.floor is not None:
        typer.echo(result.floor.text())
    typer.echo(f"submission   {result.submission}")
    if result.report_path is not None:
        typer.echo(f"report       {result.report_path}")
    from mebench.cli.baseline_views import next_command

    say(f"Next: {next_command(result, settings)}")


def _record(result: Result) -> dict[str, Any]:
    report = result.report
    return {
        "out": str(result.out),
        "submission": str(result.submission),
        "report": str(result.report_path) if result.report_path else None,
        "folds": result.folds,
        "folds_before": result.folds_before,
        "scores": report.as_dict()["scores"] if report is not None else None,
        "floor": result.floor.as_dict() if result.floor is not None else None,
    }


def _say_plan(settings: Settings, as_json: bool) -> None:
    from mebench.baselines.estimate import estimate
    from mebench.cli.baseline_views import estimate_text

    found = estimate(settings)
    typer.echo(json.dumps(found.as_dict(), indent=1) if as_json else estimate_text(found, settings))


def _assigned(option: str, given: str) -> tuple[str, Any]:
    """Return name and value of NAME=VALUE; several values have commas between them."""
    name, value = assigned(option, given)
    return name, tuple(value_of(part) for part in value.split(",") if part) if "," in value else value_of(value)
