"""What ``mebench leaderboard show`` prints."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mebench.metrics.comparison import MOST_SWAPPED
from mebench.problems import printable
from mebench.report.text import UNDEFINED, title

if TYPE_CHECKING:
    from rich.table import Table

    from mebench.leaderboard.boards import Board
    from mebench.leaderboard.entry import Entry

_WIDE = 110
_TITLES = {"strs": "STRS", "spotting_f1": "F1 spotting", "analysis_f1": "F1 analysis"}


def text(boards: Sequence[Board], columns: int, colour: bool) -> str:
    """Return the boards as text for a terminal of so many columns."""
    from rich.console import Console
    from rich.text import Text

    out = io.StringIO()
    console = Console(
        file=out,
        width=columns,
        force_terminal=colour,
        color_system="standard" if colour else None,
        highlight=False,
    )
    for i, board in enumerate(boards):
        if i:
            console.print()
        console.print(Text(_heading(board), style="bold"))
        if board.entries[0].document["synthetic"]:
            console.print(Text("SYNTHETIC: a twin, no result on real faces", style="yellow"))
        console.print()
        console.print(_table(board, columns))
        for remark in _remarks(board):
            console.print(Text(textwrap.fill(remark, columns), style="dim"))
    console.print(Text("\n" + textwrap.fill(_legend(boards), columns), style="dim"))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _heading(board: Board) -> str:
    said = board.entries[0].document
    protocol = f"protocol {said['protocol']}" if said["protocol"] else "protocol not stated"
    iou = f", IoU >= {said['rule']['iou']}" if "iou" in said["rule"] else ""
    variant = f", {said['variant']}" if said["variant"] else ""
    rule = f"rule {said['rule']['name']}/{said['rule']['version']}{iou}"
    return printable(f"{said['task']}: {said['dataset']}{variant}, {protocol}, {rule}", 1000)


def _table(board: Board, columns: int) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    main, metric = board.main
    others = [part for part in board.standings if part != main]
    beside = [name for name in board.entries[0].statistics if name != metric]
    wide = columns >= _WIDE
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("rank", justify="right", no_wrap=True)
    table.add_column("method", overflow="fold", min_width=8)
    table.add_column("preset", overflow="fold")
    table.add_column(_named(board, main, metric), justify="right", no_wrap=True)
    table.add_column("95 %", no_wrap=True)
    table.add_column("ties", no_wrap=True, overflow="ellipsis", max_width=8)
    if wide:
        for name in beside:
            table.add_column(_metric(name), justify="right", no_wrap=True)
        for part in others:
            table.add_column(_named(board, part, metric), justify="right", no_wrap=True)
            table.add_column("rank", no_wrap=True)
    ranked = 0
    for entry in board.entries:
        place = None
        if entry.unranked_because is None:
            place, ranked = ranked, ranked + 1
        preset = entry.submission["preset"] or ""
        cells = [
            _rank(board, main, place),
            printable(entry.method, 80 if wide else 40),
            printable(preset, 40 if wide else 16),
            _value(entry, main, metric),
            _ends(entry, main, metric),
            "" if place is None else board.standings[main].letters[place],
        ]
        if wide:
            cells += [_value(entry, main, name) for name in beside]
            for part in others:
                cells += [_value(entry, part, metric), _rank(board, part, place)]
        table.add_row(*map(Text, cells), style="dim" if place is None else "")
    return table


def _metric(name: str) -> str:
    return _TITLES.get(name, name if name == "accuracy" else name.upper() if len(name) < 4 else name)


def _named(board: Board, part: str, metric: str) -> str:
    """Return the heading of a score: with the part it is of, where there are several."""
    return f"{_metric(metric)} {title(part)}" if len(board.standings) > 1 else _metric(metric)


def _rank(board: Board, part: str, place: int | None) -> str:
    if place is None:
        return "-"
    ends = board.standings[part].ranks[place]
    if ends is None:
        return "-"
    return str(ends[0]) if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def _value(entry: Entry, part: str, metric: str) -> str:
    value = entry.scores[part][metric][0]
    return UNDEFINED if value is None else f"{value:.4f}"


def _ends(entry: Entry, part: str, metric: str) -> str:
    _, low, high = entry.scores[part][metric]
    return "" if low is None or high is None else f"{low:.3f} to {high:.3f}"


def _remarks(board: Board) -> list[str]:
    lines = [
        f"not ranked: {printable(entry.method, 80)}, {entry.unranked_because}"
        for entry in board.entries
        if entry.unranked_because
    ]
    return lines


def _legend(boards: Sequence[Board]) -> str:
    """Return what ranks and letters mean: on one board in full, on several what they have in common."""
    if len(boards) > 1:
        return (
            "rank: best to worst that it may truly be. Rows that share a letter are not separable at 95 % by a paired "
            "test over subjects, after Holm's correction for all pairs of the board (on boards of more than "
            f"{MOST_SWAPPED} rows: a marks those not separable from the best). One board alone (--board) names its "
            "test."
        )
    board = boards[0]
    many = len(board.ranked) > MOST_SWAPPED
    shared = "Rows with the letter a are not separable from the best." if many else "Those that share a letter are not."
    return f"{board.test_words} {shared if len(board.ranked) > 1 else ''}"
