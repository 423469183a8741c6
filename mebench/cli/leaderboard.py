"""``mebench leaderboard``: who is ahead, and is it real?"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mebench.cli.page_place import check_page
from mebench.cli.terminal import colour, say, width
from mebench.problems import UserError, plural, printable, unknown_name

if TYPE_CHECKING:
    from mebench.leaderboard.boards import Board

app = typer.Typer(no_args_is_help=True, help="Add scored submissions to a leaderboard, show and render it.")

FOLDER = Path("leaderboard")

Folder = Annotated[Path, typer.Option("--folder", help="The leaderboard: its entries lie in FOLDER/entries.")]


Folders = Annotated[
    list[Path] | None,
    typer.Option("--folder", help="The leaderboard; given again, others with it.  [default: leaderboard]"),
]


class Form(StrEnum):
    """How boards are printed."""

    text = "text"
    csv = "csv"
    md = "md"
    latex = "latex"
    json = "json"


@app.command()
def add(
    reports: Annotated[list[Path], typer.Argument(help="Reports that 'mebench score FILE --dataset D --json' wrote.")],
    folder: Folder = FOLDER,
) -> None:
    """Add scored submissions; what is there already, or cannot be compared, is refused by name."""
    from mebench.leaderboard.store import add as add_to

    results = add_to(reports, folder)
    refused = [result.refusal for result in results if result.refusal is not None]
    for result in results:
        if result.entry is not None:
            entry = result.entry
            remark = f"; not ranked: {entry.unranked_because}" if entry.unranked_because else ""
            typer.echo(f"added {entry.id}: {printable(entry.method, 80)} to {printable(entry.board)}{remark}")
    for sentence in refused:
        say(f"mebench: {sentence}")
    if len(results) > 1:
        typer.echo(f"{plural(len(results) - len(refused), 'report')} added, {len(refused)} refused")
    if len(refused) < len(results):
        say(f"see them: mebench leaderboard show{_folder_option(folder)}")
    if refused:
        raise typer.Exit(2)


@app.command()
def show(
    board: Annotated[
        str | None, typer.Option("--board", "-b", help="Only boards whose name holds this, e.g. casme-sq or loso.")
    ] = None,
    metric: Annotated[
        str | None, typer.Option(help="Order and rank by this: f1, precision, recall; uf1, uar, accuracy; strs.")
    ] = None,
    form: Annotated[Form, typer.Option("--format", "-f", help="How to print the boards.")] = Form.text,
    folders: Folders = None,
) -> None:
    """Show the boards: ranks with what chance leaves open, scores with intervals, ties."""
    found = _boards(folders or [FOLDER], board, metric)
    if form is Form.text:
        from mebench.cli.leaderboard_views import text

        typer.echo(text(found, width(), colour()).rstrip("\n"))
        return
    from mebench.leaderboard.exports import export

    typer.echo(export([one.as_dict() for one in found], form.value).rstrip("\n"))


@app.command()
def render(
    out: Annotated[Path | None, typer.Option(help="The page to write.  [default: FOLDER/index.html]")] = None,
    folders: Folders = None,
) -> None:
    """Write the boards and the published results as one HTML file that opens from disk."""
    from mebench.files import write_atomically
    from mebench.leaderboard.boards import boards
    from mebench.leaderboard.published import published
    from mebench.leaderboard.rendered import rendered
    from mebench.leaderboard.store import read_entries

    folder, *more = folders or [FOLDER]
    page = out or folder / "index.html"
    _check_folders([folder, *more])
    _check_place(page, [folder, *more])
    found = read_entries(folder, *more)
    _remark(found.remarks)
    made = [one.as_dict() for one in boards(found.entries)]
    write_atomically(page, rendered(made, published()))
    typer.echo(
        f"{page}: {len(found.entries)} {'entry' if len(found.entries) == 1 else 'entries'} on "
        f"{plural(len(made), 'board')}. Open it in a browser."
    )


def _boards(folders: list[Path], wanted: str | None, metric: str | None) -> list[Board]:
    """Return the boards of leaderboards whose name holds a text; a sentence where there are none."""
    from mebench.leaderboard.boards import boards
    from mebench.leaderboard.store import read_entries

    _check_folders(folders)
    folder, *more = folders
    found = read_entries(folder, *more)
    _remark(found.remarks)
    if not found.entries:
        raise UserError(
            f"{printable(str(folder))}: there is no entry in this leaderboard. Add one with 'mebench leaderboard add "
            f"REPORT{_folder_option(folder)}', or name another one with --folder."
        )
    made = boards(found.entries, metric)
    if wanted is None:
        return made
    chosen = [one for one in made if wanted.casefold() in one.id.casefold()]
    if not chosen:
        raise unknown_name("board", wanted, {name for one in made for name in (one.id, *one.id.split("/"))})
    return chosen


def _check_folders(folders: list[Path]) -> None:
    for folder in folders:
        if not folder.is_dir():
            raise UserError(
                f"{printable(str(folder))}: there is no such folder, and no leaderboard. Add an entry with 'mebench "
                f"leaderboard add REPORT{_folder_option(folder)}', or name another folder with --folder."
            )


def _check_place(page: Path, folders: list[Path]) -> None:
    """Refuse to write the page over anything else, or among the entries."""
    from mebench.leaderboard.store import ENTRIES

    check_page("--out", page, "index.html")
    for folder in folders:
        if (folder / ENTRIES).resolve() in page.resolve().parents:
            raise UserError(
                f"--out {printable(str(page))}: only entries lie in {printable(str(folder / ENTRIES))}; write the page "
                f"beside them, e.g. {printable(str(folder / 'index.html'))}."
            )


def _remark(remarks: list[str]) -> None:
    for remark in remarks:
        say(f"note: {remark}")


def _folder_option(folder: Path) -> str:
    return "" if folder == FOLDER else f" --folder {printable(str(folder))}"
