"""``mebench dataset twin``: a synthetic twin on the disk, with its frames."""

from __future__ import annotations

import shlex
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mebench.cli.terminal import say
from mebench.problems import UserError

if TYPE_CHECKING:
    from mebench.datasets.twin.generate import Twin


class Size(StrEnum):
    """How much of the original a twin holds."""

    tiny = "tiny"
    small = "small"
    full = "full"


class Kind(StrEnum):
    """How frames are stored."""

    images = "images"
    video = "video"


_FACTOR = "multiplies the usual"


def twin(
    name: Annotated[str, typer.Argument(help="Name of the twin, e.g. casme-sq-twin or casme-sq-twin-small.")],
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    size: Annotated[Size | None, typer.Option(help="tiny (for tests), small (to try methods), full.")] = None,
    frames: Annotated[
        bool | None, typer.Option("--frames/--no-frames", help="Render the frames. Default: not in full size.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed gives another twin.")] = 0,
    subjects: Annotated[int | None, typer.Option(min=1, help="Only the first so many subjects.")] = None,
    amplitude: Annotated[
        float | None, typer.Option(min=0, help="Pixels that a micro-expression moves, on average.")
    ] = None,
    noise: Annotated[float | None, typer.Option(min=0, help=f"Sensor noise; {_FACTOR} one.")] = None,
    head_motion: Annotated[float | None, typer.Option(min=0, help=f"Motion of the head; {_FACTOR} one.")] = None,
    kind: Annotated[Kind, typer.Option("--as", help="Images, or video files (casme-sq).")] = Kind.images,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes. Default: one for each core.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite different files of the same names.")] = False,
) -> None:
    """Write a synthetic twin in the layout of the original: the workbook, and the frames of rendered faces.

    Interrupted, the same command goes on where it was.
    """
    from mebench.datasets.catalog import size_of
    from mebench.datasets.twin.write import write_twin

    if out.exists() and not out.is_dir():
        raise UserError(f"--out {out}: that is a file; name a folder.")
    made = _made(name, size, seed, subjects)
    dials = {"amplitude": amplitude, "noise": noise, "head_motion": head_motion}
    given = {dial: value for dial, value in dials.items() if value is not None}
    wanted = frames if frames is not None else size_of(made.name) != "full"
    if not wanted and (given or kind is Kind.video):
        option = f"--{next(iter(given)).replace('_', '-')}" if given else "--as video"
        raise UserError(f"{option} is for frames. Render them with --frames.")
    missing = _missing_extra() if wanted else ""
    if missing and frames:
        raise UserError(missing)
    if dry_run:
        _say_plan(made, out, workers, wanted)
    elif wanted and not missing:
        _render(made, out, given, kind, workers, force)
    else:
        for path in write_twin(made, out, force=force):
            typer.echo(str(path))
        if missing:
            say(f"note: no frames were rendered: {missing}")
        elif frames is None:
            _say_left_out(made, workers)


def _made(name: str, size: Size | None, seed: int, subjects: int | None) -> Twin:
    from mebench.datasets.catalog import SIZES, is_twin, of_size, size_of, twins
    from mebench.datasets.twin.generate import of_subjects
    from mebench.datasets.twin.generate import twin as make
    from mebench.problems import unknown_name

    if not is_twin(name):
        raise unknown_name("twin", name, [twin for size in SIZES for twin in twins(size)])
    if size is not None:
        if size_of(name) not in {"full", size}:
            raise UserError(
                f"{name} is {size_of(name)} already: leave --size {size} out, or name {of_size(name, 'full')}."
            )
        name = of_size(name, size)
    made = make(name, seed)
    return made if subjects is None else of_subjects(made, subjects)


def _missing_extra() -> str:
    """Return what rendering lacks, as a sentence; empty if nothing."""
    try:
        import mebench.rendering.twin_disk  # noqa: F401
    except UserError as error:
        return str(error)
    return ""


def _render(made: Twin, out: Path, dials: dict[str, float], kind: Kind, workers: int | None, force: bool) -> None:
    from mebench.cli.progress import progress
    from mebench.problems import plural
    from mebench.rendering.dials import Dials
    from mebench.rendering.plan import Plan
    from mebench.rendering.twin_disk import render

    plan = Plan(made, Dials(**dials), out, as_video=kind is Kind.video)
    say(f"{made.name}: {_cost(made, workers)}")
    try:
        with progress("rendering", "frames") as show:
            done = render(plan, workers, show, force)
    except KeyboardInterrupt:
        say("Interrupted. Complete videos are kept: give the same command again to go on.")
        raise typer.Exit(130) from None
    for path in done.files:
        typer.echo(str(path))
    for root in sorted(plan.frame_roots):
        before = f" ({done.videos_before} were there already)" if done.videos_before else ""
        typer.echo(f"{out / root}: {plural(plan.n_frames, 'frame')} of {plural(len(plan.jobs), 'video')}{before}")
    say(f"Next: {_registration(made, out)}")


def _registration(made: Twin, out: Path) -> str:
    """Return the command that registers the written folder as a copy."""
    from mebench.datasets.catalog import RECOGNITION, original_name, task_of
    from mebench.datasets.twin.write import list_name

    command = ["mebench", "dataset", "add", f"my-{made.name}", "--like", original_name(made.name)]
    command += ["--annotations", str(out / made.workbook_name)]
    if task_of(made.name) != RECOGNITION:
        command += ["--videos", str(out / list_name(made))]
    return shlex.join([*command, "--frames", str(out)])


def _cost(made: Twin, workers: int | None) -> str:
    """Return how many frames there are, and about how long they take and how much room."""
    from joblib import cpu_count

    from mebench.cli.progress import duration
    from mebench.problems import plural
    from mebench.rendering.estimate import n_bytes, seconds

    n = workers or cpu_count()
    size = n_bytes(made)
    room = f"{size / 1e9:.1f} GB" if size > 1e9 else f"{size / 1e6:.0f} MB"
    count = int(made.videos["n_frames"].sum())
    return f"{count:,} frames, about {duration(seconds(made, n))} with {plural(n, 'process')} and {room}".replace(
        "processs", "processes"
    )


def _say_plan(made: Twin, out: Path, workers: int | None, with_frames: bool) -> None:
    from mebench.datasets.twin.write import README_NAME, list_name

    for file in (made.workbook_name, list_name(made), README_NAME):
        typer.echo(f"would write {out / file}")
    if with_frames:
        typer.echo(f"would render {_cost(made, workers)} into {out}")


def _say_left_out(made: Twin, workers: int | None) -> None:
    from mebench.datasets.catalog import of_size
    from mebench.datasets.twin.generate import twin as make

    small = make(of_size(made.name, "small"), made.seed)
    say(f"note: the frames were not rendered ({_cost(made, workers)}): give --frames,")
    say(f"      or --size small ({_cost(small, workers)})")
