"""``mebench dataset frames``: which frames of each video are here, and can they be read?"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mebench.cli.options import dataset_names
from mebench.cli.tables import plain_table
from mebench.cli.terminal import colour, say, width
from mebench.problems import UserError, plural, printable, suggest

if TYPE_CHECKING:
    from mebench.video.inspection import Inspected

_TICK = 500
_SHOWN = 20
_SOURCE = "source"
_LEAST, _BETWEEN = 12, 3
"""Letters of a source that are shown in the narrowest terminal; blanks between two columns."""


def frames(
    name: Annotated[str, typer.Argument(help="Name of the dataset, e.g. samm-lv.", autocompletion=dataset_names)],
    root: Annotated[
        Path | None, typer.Option(help="Folder of the frames; by default the one that was registered with --frames.")
    ] = None,
    video: Annotated[str | None, typer.Option(help="Only this video, or this clip as SUBJECT/CLIP.")] = None,
    shift: Annotated[int | None, typer.Option(help="Add this to the numbers of the files, and do not guess.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Read every frame, which may take long.")] = False,
    only_problems: Annotated[bool, typer.Option("--problems", help="Only what is wrong.")] = False,
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
        row = inspect(title, partial(located.__getitem__, key), located.root, every=check, tick=tick)
        row.absent = key in located.absent and located.link_to_outside(key) is None
        rows.append(row)
    shown = [row for row in rows if row.problems] if only_problems else rows
    if as_json:
        typer.echo(json.dumps({"root": str(located.root), "videos": [row.as_dict() for row in shown]}, indent=1))
    else:
        typer.echo(_text(name, located.root, located.noun, rows, shown))
        _say_remarks(() if only_problems else located.notes, shown, located.noun, len(rows), only_problems)
    if any(row.problems for row in rows):
        raise typer.Exit(1)


def _named(located: Any, video: str) -> Any:
    """Return the id of the video or clip that is meant."""
    known = {"/".join(key) if isinstance(key, tuple) else str(key): key for key in [*located, *located.absent]}
    if video not in known:
        raise UserError(f"--video {printable(video)}: there is none of that name.{suggest(video, known)}")
    return known[video]


def _text(name: str, root: Path, noun: str, rows: list[Inspected], shown: list[Inspected]) -> str:
    """Return the table of those that are here; the absent ones are told in one line below it."""
    here = [row for row in shown if not row.absent]
    n_here, n = sum(not row.absent for row in rows), len(rows)
    of_all = plural(n, noun) if n_here == n else f"{n_here} of {plural(n, noun)}"
    heading = f"{printable(name)}: frames of {of_all} under {printable(str(root))}"
    if len(shown) < n:
        heading += f"; {plural(len(shown), noun)} with problems"
    if not here:
        return heading
    columns = {
        noun: [row.name for row in here],
        _SOURCE: [row.source or "-" for row in here],
        "frames": ["" if row.first is None else f"{row.first}-{row.last}" for row in here],
        "missing": [str(sum(last - first + 1 for first, last in row.gaps) or "") for row in here],
        "pixels": ["" if row.width is None else f"{row.width}x{row.height}" for row in here],
        "fps": ["" if row.fps is None else f"{row.fps:g}" for row in here],
        "problems": [str(len(row.problems) or "") for row in here],
    }
    columns = {title: cells for title, cells in columns.items() if any(cells)}
    columns[_SOURCE] = _ends(columns[_SOURCE], width() - _width_beside(columns))
    cells = [list(row) for row in zip(*columns.values(), strict=True)]
    return f"{heading}\n{plain_table(list(columns), cells, width(), colour())}".rstrip("\n")


def _width_beside(columns: dict[str, list[str]]) -> int:
    """Return how much of a line the columns beside the sources take, with the spaces between all of them."""
    others = [[title, *cells] for title, cells in columns.items() if title != _SOURCE]
    return sum(max(map(len, cells)) + _BETWEEN for cells in others)


def _ends(paths: list[str], room: int) -> list[str]:
    """Return the ends of paths, in which they differ, where the whole has no room."""
    room = max(room, _LEAST)
    return [path if len(path) <= room else "…" + path[1 - room :] for path in paths]


def _say_remarks(notes: tuple[str, ...], shown: list[Inspected], noun: str, n: int, only_problems: bool) -> None:
    """Tell notes first and problems last, the first of many; all that is absent in one line."""
    for note in notes:
        say(f"note: {note}")
    remarks = [] if only_problems else [f"note: {row.name}: {note}" for row in shown for note in row.notes]
    absent = [row for row in shown if row.absent]
    if len(absent) == n == 1:
        absent = []  # it was asked for by name: the whole sentence
    problems = [problem for row in shown if row not in absent for problem in row.problems]
    for lines in (remarks, problems):
        for line in lines[:_SHOWN]:
            say(line)
        if len(lines) > _SHOWN:
            say(f"... and {len(lines) - _SHOWN} more; --json lists them all.")
    if absent:
        names = ", ".join(printable(row.name) for row in absent[:_SHOWN])
        more = ", ... (--json lists them all)" if len(absent) > _SHOWN else ""
        say(f"no frames of {len(absent)} of {plural(n, noun)}: {names}{more}")


class _Progress:
    """Says now and then how many frames have been read."""

    def __init__(self, title: str) -> None:
        self.title, self.n = title, 0

    def __call__(self) -> None:
        self.n += 1
        if self.n % _TICK == 0:
            say(f"{printable(self.title)}: {self.n} frames read")
