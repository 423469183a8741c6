"""``mebench plot``: figures for papers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mebench.cli.options import ProtocolOption, dataset_names
from mebench.cli.terminal import say
from mebench.problems import UserError, printable, quoted, suggest, unknown_name

if TYPE_CHECKING:
    from mebench.cli.plot_inputs import Wanted
    from mebench.figures.canvas import Drawn

KINDS = {
    "timeline": "events and predictions along each video",
    "sweep": "F1 over the IoU threshold",
    "errors": "what went wrong, by kind",
    "subjects": "counts of each subject",
    "confusion": "which class was taken for which",
    "ranking": "scores with intervals and ranks",
    "cd": "critical-difference diagram",
}
FORMS = ("pdf", "svg", "png")
WIDTHS = {"column": 8.5, "page": 17.5}
NARROWEST, WIDEST = 6.0, 60.0
_DEFAULTS = "Default: column for sweep, confusion and ranking, page for timeline, errors, subjects and cd."


def plot(
    kind: Annotated[str, typer.Argument(help="; ".join(f"{name}: {words}" for name, words in KINDS.items()))],
    inputs: Annotated[
        list[Path],
        typer.Argument(metavar="INPUT...", help="Submissions, or reports (.json); ranking, cd: also a leaderboard."),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The figure to write: NAME.pdf, NAME.svg or NAME.png.")],
    dataset: Annotated[
        str | None, typer.Option("--dataset", "-d", help="Of the submissions.", autocompletion=dataset_names)
    ] = None,
    protocol: ProtocolOption = None,
    part: Annotated[
        str | None, typer.Option(help="me, mae or overall; full or a database. Default: the main one.")
    ] = None,
    width: Annotated[
        str | None, typer.Option(help=f"column (8.5 cm), page (17.5 cm) or a number of cm. {_DEFAULTS}")
    ] = None,
    name: Annotated[list[str] | None, typer.Option(help="What the systems are called, in order.")] = None,
    video: Annotated[list[str] | None, typer.Option(help="timeline: only this video; may be repeated.")] = None,
    board: Annotated[
        str | None, typer.Option("--board", "-b", help="ranking, cd: the board whose name holds this.")
    ] = None,
    metric: Annotated[str | None, typer.Option(help="ranking, cd: rank by this instead of the main score.")] = None,
) -> None:
    """Draw a figure for a paper, and print the caption to go with it."""
    if kind not in KINDS:
        raise unknown_name("figure", kind, KINDS)
    form = _form(out, inputs)
    _check_options(kind, video, board, metric)
    from mebench.cli.plot_inputs import Wanted
    from mebench.figures.canvas import paper, rendered
    from mebench.files import write_atomically

    with paper():
        pass  # without matplotlib it is said at once, not after a long score
    wanted = Wanted(tuple(inputs), dataset, protocol, part, tuple(name or ()), tuple(video or ()), board, metric)
    data, caption = rendered(_drawer(kind, wanted, {} if width is None else {"width": _width(width)}), form)
    write_atomically(out, data)
    typer.echo(caption)
    say(f"figure: {printable(str(out), 1000)}")


def _form(out: Path, inputs: Sequence[Path]) -> str:
    """Return what is to be written, or say why it cannot be."""
    form = out.suffix.lower().removeprefix(".")
    if form not in FORMS:
        known = [f".{one}" for one in FORMS]
        raise UserError(
            f"--out {printable(str(out))}: a figure ends in {', '.join(known)}, not {quoted(out.suffix)}."
            f"{suggest(out.suffix, known)}"
        )
    if out.is_dir():
        raise UserError(f"--out {printable(str(out))}: this is a folder; name a file.")
    if any(out.resolve() == one.resolve() for one in inputs):
        raise UserError(f"--out {printable(str(out))}: that is an input; name another file for the figure.")
    return form


def _check_options(kind: str, video: object, board: object, metric: object) -> None:
    """Refuse an option that the figure has no use for."""
    ranked = kind in {"ranking", "cd"}
    for option, given, belongs, of in (
        ("--video", video, kind == "timeline", "timeline"),
        ("--board", board, ranked, "ranking and cd"),
        ("--metric", metric, ranked, "ranking and cd"),
    ):
        if given and not belongs:
            raise UserError(f"{option} is for {of}, not for {kind}.")


def _width(written: str) -> float:
    """Return a width in cm."""
    if written in WIDTHS:
        return WIDTHS[written]
    try:
        width = float(written)
    except ValueError:
        raise UserError(
            f"--width {quoted(written)}: give column, page or a number of cm.{suggest(written, WIDTHS)}"
        ) from None
    if not NARROWEST <= width <= WIDEST:
        raise UserError(f"--width {quoted(written)}: a figure is {NARROWEST:g} to {WIDEST:g} cm wide.")
    return width


def _drawer(kind: str, wanted: Wanted, size: dict[str, Any]) -> Callable[[], Drawn]:
    """Read what a figure is made from; return what draws it."""
    from mebench.cli import plot_inputs as read

    if kind in {"ranking", "cd"}:
        from mebench.figures.cd_figure import cd
        from mebench.figures.ranking import ranking

        board, part = read.board_of(wanted)
        return lambda: (ranking if kind == "ranking" else cd)(board, part, **size)
    if kind == "timeline":
        from mebench.figures.timeline import timeline

        found = read.lines_of(wanted)
        if not found.synthetic:
            say(f"note: this figure shows events of {found.dataset}; its licence says whether they may be published.")
        return lambda: timeline(found, wanted.videos, wanted.part or "overall", **size)
    reports, part = read.reports_of(wanted, kind)
    if kind == "sweep":
        from mebench.figures.sweep import sweep

        return read.whole(lambda: sweep(reports, part, **size), wanted)
    if kind == "subjects":
        from mebench.figures.subjects import subjects

        return read.whole(lambda: subjects(reports, part, **size), wanted)
    from mebench.figures.confusion import confusion
    from mebench.figures.errors import errors

    return read.whole(lambda: (errors if kind == "errors" else confusion)(reports[0], part, **size), wanted)
