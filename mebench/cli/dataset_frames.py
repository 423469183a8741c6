"""``mebench dataset frames``: which frames of each video are here, and can they be read?"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mebench.cli.tables import plain_table
from mebench.cli.terminal import colour, say, width
from mebench.problems import UserError, plural, printable, suggest

if TYPE_CHECKING:
    from mebench.video.inspection import Inspected

_TICK = 500
_SHOWN = 20


def frames(
    name: Annotated[str, typer.Argument(help="Name of the dataset, e.g. samm-lv.")],
    root: Annotated[
        Path | None, typer.Option(help="Folder of the frames; by default the one that was registered with --frames.")
    ] = None,
    video: Annotated[str | None, typer.Option(help="Only this video, or this clip as SUBJECT/CLIP.")] = None,
    shift: Annotated[int | None, typer.Option(help="Add this to the numbers of the files, and do not guess.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Read every frame, which may take long.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List where the frames of each video lie, and what is wrong with them; exit code 1 if something is."""
    from mebench.extras import needed

    with needed("twins"):
        import cv2
    cv2.setNumThreads(1)
    from mebench.video.inspection import inspect
    from mebench.video.locate import frames_of

    located: Any = frames_of(name, root, shift=shift)
    chosen = [_named(located, video)] if video is not None else [*located, *located.absent]
    rows = []
    for key in chosen:
        title = "/".join(key) if isinstance(key, tuple) else str(key)
        tick = _Progress(title) if check else None
        rows.append(inspect(title, partial(located.__getitem__, key), located.root, every=check, tick=tick))
    if as_json:
        typer.echo(json.dumps({"root": str(located.root), "videos": [row.as_dict() for row in rows]}, indent=1))
    else:
        typer.echo(_text(name, located.root, rows))
        _say_remarks(located.notes, rows)
    if any(row.problems for row in rows):
        raise typer.Exit(1)


def _named(located: Any, video: str) -> Any:
    """Return the id of the video or clip that is meant."""
    known = {"/".join(key) if isinstance(key, tuple) else str(key): key for key in [*located, *located.absent]}
    if video not in known:
        raise UserError(f"--video {printable(video)}: there is none of that name.{suggest(video, known)}")
    return known[video]


def _text(name: str, root: Path, rows: list[Inspected]) -> str:
    cells = [
        [
            row.name,
            row.source or "-",
            "" if row.first is None else f"{row.first}-{row.last}",
            str(sum(last - first + 1 for first, last in row.gaps) or ""),
            "" if row.width is None else f"{row.width}x{row.height}",
            "" if row.fps is None else f"{row.fps:g}",
            plural(len(row.problems), "problem") if row.problems else "",
        ]
        for row in rows
    ]
    headings = ("video", "source", "frames", "missing", "pixels", "fps", "")
    heading = f"{printable(name)}: frames of {plural(len(rows), 'video')} under {printable(str(root))}"
    return f"{heading}\n{plain_table(headings, cells, width(), colour())}".rstrip("\n")


def _say_remarks(notes: tuple[str, ...], rows: list[Inspected]) -> None:
    """Tell notes first and problems last, the first of many."""
    for note in notes:
        say(f"note: {note}")
    remarks = [f"note: {row.name}: {note}" for row in rows for note in row.notes]
    problems = [problem for row in rows for problem in row.problems]
    for lines in (remarks, problems):
        for line in lines[:_SHOWN]:
            say(line)
        if len(lines) > _SHOWN:
            say(f"... and {len(lines) - _SHOWN} more; --json lists them all.")


class _Progress:
    """Says now and then how many frames have been read."""

    def __init__(self, title: str) -> None:
        self.title, self.n = title, 0

    def __call__(self) -> None:
        self.n += 1
        if self.n % _TICK == 0:
            say(f"{printable(self.title)}: {self.n} frames read")
