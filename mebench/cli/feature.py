"""``mebench feature``: what can be computed from frames, and computing it over a dataset."""

from __future__ import annotations

import json
import signal
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mebench.cli.assigned import assigned, value_of
from mebench.cli.options import DatasetName
from mebench.cli.terminal import colour, plain, say, width
from mebench.problems import UserError, quoted

if TYPE_CHECKING:
    from mebench.features.recipes.common import Recipe

app = typer.Typer(no_args_is_help=True, help="List, explain and compute features of frames.")

Name = Annotated[str, typer.Argument(help="Name of the feature, e.g. flow.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the features."""
    from mebench.cli.tables import plain_table
    from mebench.features.recipes import RECIPES, recipe_class

    found = [recipe_class(name) for name in RECIPES]
    rows = [{"name": kind.name, "summary": kind.summary, "reference": kind.reference} for kind in found]
    if as_json:
        typer.echo(json.dumps(rows, indent=1))
        return
    cells = [[row["name"], f"{row['summary']} [{row['reference']}]"] for row in rows]
    typer.echo(plain_table(("feature", "what it is"), cells, width(), colour()).rstrip("\n"))


@app.command()
def show(name: Name, as_json: AsJson = False) -> None:
    """Explain a feature: what it computes, and its parameters."""
    import inspect

    from mebench.features.recipes import recipe_class

    kind = recipe_class(name)
    default = kind()
    parameters = {field.name: getattr(default, field.name) for field in fields(kind) if field.name != "settings"}
    text = plain(inspect.getdoc(kind) or "")
    methods = _methods() if "settings" in {field.name for field in fields(kind)} else {}
    if as_json:
        shown = {"name": name, "summary": kind.summary, "reference": kind.reference, "text": text}
        more = {"parameters": parameters, "methods": methods, "landmarks": kind.of_landmarks, "float16": kind.half}
        typer.echo(json.dumps({**shown, **more}, indent=1))
        return
    typer.echo(f"{name}: {kind.summary}\n\n{text}\n")
    typer.echo(f"Reference: {kind.reference}")
    typer.echo("Defaults: " + ", ".join(f"{k}={_written(v)}" for k, v in parameters.items()))
    for method, of in methods.items():
        settings = ", ".join(f"{k}={_written(v)}" for k, v in of["settings"].items())
        line = f"method={method}: preset={' or '.join(of['presets'])}; settings {settings}"
        typer.echo(textwrap.fill(line, max(width(), 40), subsequent_indent="  ", break_on_hyphens=False))
    if kind.of_landmarks:
        typer.echo("Needs landmarks: give --landmarks dlib, openface=PATH or file=PATH.")
    for array, error in kind.half.items():
        typer.echo(f"Stored as float16 where the error stays below {error:g}: {array}")


def _methods() -> dict[str, dict[str, Any]]:
    """Return the presets and settings of every flow; without OpenCV none are known."""
    try:
        from mebench.features.flow import FLOWS
    except ImportError:
        return {}
    return {
        name: {"presets": list(backend.presets), "settings": {f.name: f.default for f in fields(backend)}}
        for name, backend in FLOWS.items()
    }


@app.command()
def run(
    name: Name,
    dataset: DatasetName,
    frames: Annotated[Path | None, typer.Option(help="Folder of the frames, if not the registered one.")] = None,
    params: Annotated[
        list[str] | None, typer.Option("--param", "-p", metavar="NAME=VALUE", help="A parameter; may be repeated.")
    ] = None,
    crop: Annotated[
        str | None, typer.Option(help="Cut faces out: face, openface, inner, or the box of a paper, e.g. softnet.")
    ] = None,
    crop_size: Annotated[
        int | None, typer.Option(min=8, max=2048, help="Width and height of the crops in pixels. Default: 128.")
    ] = None,
    align: Annotated[
        str | None, typer.Option(help="How often a face is placed: clip, section or frame. Default: clip.")
    ] = None,
    landmarks: Annotated[
        str | None, typer.Option(help="dlib, openface=PATH or file=PATH: where landmarks come from. Default: dlib.")
    ] = None,
    video: Annotated[
        list[str] | None, typer.Option(help="Only this video (of clips: SUBJECT/CLIP); may be repeated.")
    ] = None,
    missing: Annotated[str, typer.Option(help="Missing or unreadable frames: error, previous or nearest.")] = "error",
    workers: Annotated[int | None, typer.Option(min=1, help="Processes. Default: one for each core.")] = None,
    out: Annotated[Path | None, typer.Option(help="Also write the features here, one .npy for each array.")] = None,
    as_json: AsJson = False,
) -> None:
    """Compute a feature over all videos or clips of a dataset, into the cache.

    What is there already is not computed again; interrupted, the same command goes on where it was.
    """
    from mebench.cli import feature_run
    from mebench.features.recipes import recipe

    asked = recipe(name, dict(_parameter(given) for given in params or ()))
    _check_faces(asked, crop, crop_size, align, landmarks)
    source = feature_run.landmarks_of(landmarks or "dlib") if crop or asked.of_landmarks else None
    face = feature_run.crop_of(crop, crop_size or 128, align or "clip", source) if crop and source else None
    points = source if asked.of_landmarks else None
    request = feature_run.Request(asked, dataset, frames, missing, workers, out, tuple(video or ()), face, points)
    try:
        with _terminated_like_interrupted():
            done = feature_run.run(request)
    except KeyboardInterrupt as error:
        say("Interrupted. What is finished is kept: give the same command again to go on.")
        raise typer.Exit(143 if isinstance(error, _Terminated) else 130) from None
    if as_json:
        typer.echo(json.dumps(done.as_dict(), indent=1))
    elif done.videos:
        typer.echo(done.text())
    if done.videos and not as_json and out is None:
        say(f"They lie in the cache: see 'mebench cache'. Give --out DIR to have them as .npy files.{_again(asked)}")
    if done.failed:
        raise UserError("\n".join(done.failures()))


def _check_faces(
    asked: Recipe, crop: str | None, crop_size: int | None, align: str | None, landmarks: str | None
) -> None:
    """Raise UserError for an option that would have no effect."""
    given = [name for name, value in (("--align", align), ("--crop-size", crop_size)) if value is not None]
    if given and crop is None:
        raise UserError(
            f"{given[0]} is about faces that are cut out. Give --crop too, e.g. --crop face, or leave it out."
        )
    if landmarks is not None and crop is None and not asked.of_landmarks:
        raise UserError(
            f"--landmarks {quoted(landmarks)}: {asked.name} needs no landmarks of whole frames. Give --crop too, e.g. "
            "--crop face, or leave it out."
        )


class _Terminated(KeyboardInterrupt):
    """SIGTERM: what a batch system or ``timeout`` sends."""


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does: workers are stopped and nothing half is left."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(*_: object) -> None:
        raise _Terminated

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _again(asked: Recipe) -> str:
    base = asked.base()
    return f" The {base.name} that it is made of was kept too." if base else ""


def _parameter(given: str) -> tuple[str, Any]:
    """Return name and value of NAME=VALUE; several numbers have commas between them."""
    name, value = assigned("--param", given, such_as="method=dis")
    parts = [value_of(part) for part in value.split(",")]
    several = len(parts) > 1 and not any(isinstance(part, str) for part in parts)
    return name, tuple(parts) if several else value_of(value)


def _written(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return {"None": "none", "True": "true", "False": "false"}.get(str(value), str(value))
