"""``mebench dataset twin``: a synthetic twin on the disk, with its frames."""

from __future__ import annotations

import shlex
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
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
_SHOWN = 5


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
    if wanted:
        _check_dials(made, given, kind)
    missing = _missing_extra() if wanted else ""
    if missing and frames:
        raise UserError(missing)
    if dry_run:
        _say_plan(made, out, given, kind, workers, force, wanted and not missing)
        if missing:
            say(f"note: no frames would be rendered: {missing}")
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
    from mebench.datasets.catalog import COMPOSITES, SIZES, is_twin, of_size, size_of, twins
    from mebench.datasets.twin.generate import of_subjects
    from mebench.datasets.twin.generate import twin as make
    from mebench.problems import unknown_name
    from mebench.protocols.composite import MEMBERS

    if name in COMPOSITES:
        members = [of_size(member, size or size_of(name)) for member in MEMBERS]
        raise UserError(
            f"{name} is made of {', '.join(members[:-1])} and {members[-1]}: write each of them, e.g. with "
            f"'mebench dataset twin {members[0]} --out DIR'."
        )
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


def _check_dials(made: Twin, dials: dict[str, float], kind: Kind) -> None:
    """Refuse what no run takes, before anything is said or written; note a dial that is too large to do much."""
    from mebench.rendering.dials import FULL_STRENGTH, Dials
    from mebench.rendering.folders import check_video_files
    from mebench.rendering.pictures import camera

    if kind is Kind.video:
        check_video_files(made.name)
    eyes = camera(made.name).eye_distance
    if Dials(**dials).is_beyond(eyes):
        say(
            f"note: --amplitude {dials['amplitude']:g} is more than {FULL_STRENGTH * eyes:.0f} pixels, half the "
            "distance between the eyes: nearly every movement is at full strength, and more changes little."
        )


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
    say(f"{made.name}: {_cost(made, workers)}{_compiling()}")
    try:
        with _stopped_by_term(), progress("rendering", "frames") as show:
            done = render(plan, workers, show, force)
    except (KeyboardInterrupt, _Terminated) as stop:
        say("Interrupted. Complete videos are kept: give the same command again to go on.")
        raise typer.Exit(143 if isinstance(stop, _Terminated) else 130) from None
    for path in done.files:
        typer.echo(str(path))
    for fault in done.damaged[:_SHOWN]:
        say(f"note: {fault}; its video was rendered again")
    if len(done.damaged) > _SHOWN:
        say(f"note: ... and {plural(len(done.damaged) - _SHOWN, 'more damaged video')}, rendered again")
    before = f" ({done.videos_before} {'was' if done.videos_before == 1 else 'were'} there already)"
    for root in sorted(plan.frame_roots):
        typer.echo(
            f"{out / root}: {plan.n_frames:,} frames of {plural(len(plan.jobs), 'video')}"
            f"{before if done.videos_before else ''}"
        )
    say(f"Next: {_registration(made, out)}")


class _Terminated(BaseException):
    """The process was asked to end (SIGTERM)."""


@contextmanager
def _stopped_by_term() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does, so that the processes and what they left half done are cleared away."""

    def stop(*_: object) -> None:
        raise _Terminated

    if threading.current_thread() is not threading.main_thread():
        yield  # signals reach the main thread alone
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _compiling() -> str:
    """Return what a first run takes in addition; empty if everything is compiled."""
    from mebench.rendering.compiled import is_compiled

    return "" if is_compiled() else "; a first run compiles too, up to half a minute"


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
    from mebench.problems import plural, size_text
    from mebench.rendering.estimate import n_bytes, seconds

    n = workers or cpu_count()
    room = size_text(n_bytes(made))
    count = int(made.videos["n_frames"].sum())
    return f"{count:,} frames, about {duration(seconds(made, n))} with {plural(n, 'process')} and {room}".replace(
        "processs", "processes"
    )


def _say_plan(
    made: Twin, out: Path, dials: dict[str, float], kind: Kind, workers: int | None, force: bool, with_frames: bool
) -> None:
    """Say what would be written, or refuse what a run would refuse."""
    from mebench.datasets.twin.write import README_NAME, list_name

    if with_frames:
        from mebench.rendering import manifest
        from mebench.rendering.dials import Dials
        from mebench.rendering.plan import Plan

        plan = Plan(made, Dials(**dials), out, as_video=kind is Kind.video)
        manifest.check(out, plan.manifest(), plan.frame_roots, force)
    for file in (made.workbook_name, list_name(made), README_NAME):
        typer.echo(f"would write {out / file}")
    if with_frames:
        typer.echo(f"would render {_cost(made, workers)}{_compiling()}, into {out}")


def _say_left_out(made: Twin, workers: int | None) -> None:
    from mebench.datasets.catalog import of_size
    from mebench.datasets.twin.generate import twin as make

    small = make(of_size(made.name, "small"), made.seed)
    say(f"note: the frames were not rendered ({_cost(made, workers)}): give --frames,")
    say(f"      or --size small ({_cost(small, workers)})")
