"""A board as a forest plot: score, interval and rank interval of each system."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mebench.figures.canvas import COLUMN, FN, LINE, SMALLEST, SOFT, TP, Drawn, canvas, data_name, data_words, mark
from mebench.figures.names import LONGEST, NARROW, clipped, metric_words, part_words, system_names
from mebench.problems import UserError, plural, printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 60
"""Systems that one figure has room for."""


def ranking(board: Mapping[str, Any], part: str, width: float = COLUMN) -> Drawn:
    """Draw the main metric of each system of a board with its interval.

    Ranked systems come first, best on top; below them, hollow, those without a rank. On the right stand the best and
    the worst rank that a system may truly hold, and the letters of its tie groups.

    Parameters
    ----------
    board : mapping
        As :mod:`mebench.leaderboard.boards` gives it.
    part : str
        ``me``, ``mae`` or ``overall``; ``full`` or a database.
    width : float
        In cm.

    Raises
    ------
    UserError
        If no system of the board has a score of that part.
    """
    metric = board["main"]["metric"]
    names = system_names(board["rows"])
    lines = [
        (row, name, row["scores"][part][metric])
        for row, name in zip(board["rows"], names, strict=True)
        if part in row["scores"] and row["scores"][part].get(metric, [None])[0] is not None
    ]
    if not lines:
        raise UserError(
            f"No system of {printable(str(board['id']))} has a {metric_words(metric)} of {part_words(part)}."
        )
    lines.sort(key=lambda line: (not line[0]["ranked"], -line[2][0]))
    shown = lines[:MOST]
    figure = canvas(width, 1.9 + 0.46 * len(shown))
    axes = figure.add_subplot()
    beside: dict[str, Any] = {"va": "center_baseline", "fontsize": SMALLEST}  # on one line with the name of the row
    for y, (row, _, (value, low, high)) in enumerate(shown):
        _line(axes, y, row, value, low, high)
        axes.text(1.02, y, _rank(row, part), transform=axes.get_yaxis_transform(), **beside)
    axes.set_yticks(range(len(shown)), [clipped(name, NARROW if width < 12 else LONGEST) for _, name, _ in shown])
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_xlabel(f"{metric_words(metric)}, {part_words(part)}")
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.text(1.02, 1.01, "rank, ties", transform=axes.transAxes, va="bottom", fontsize=SMALLEST, color=SOFT)
    mark(figure, data_name(board), board["synthetic"])
    return Drawn(figure, _caption(board, part, len(lines) - len(shown), any(not row["ranked"] for row, *_ in shown)))


def _line(axes: Axes, y: int, row: Mapping[str, Any], value: float, low: float | None, high: float | None) -> None:
    colour = TP if row["ranked"] else FN
    if low is not None and high is not None:
        axes.plot([low, high], [y, y], color=colour, linewidth=1.4, solid_capstyle="butt")
    axes.plot([value], [y], "o", markersize=4.2, color=colour, markerfacecolor=colour if row["ranked"] else "white")
    axes.axhline(y + 0.5, color=LINE, linewidth=0.3, zorder=0)


def _rank(row: Mapping[str, Any], part: str) -> str:
    if not row["ranked"]:
        return "oracle" if "oracle" in {row.get("selection"), row.get("threshold_source")} else "no rank"
    best, worst = row["rank"].get(part) or (None, None)
    if best is None:
        return "no rank"
    ranks = str(best) if best == worst else f"{best}\N{EN DASH}{worst}"
    return f"{ranks}  {row['ties'].get(part) or ''}".rstrip()


def _caption(board: Mapping[str, Any], part: str, left: int, unranked: bool) -> str:
    words = (
        f"{metric_words(board['main']['metric'])} of {part_words(part)} on {data_words(board)}, protocol "
        f"{board['protocol'] or 'not stated'}, rule {board['rule']['name']}/{board['rule']['version']}, with "
        f"{board['test']['level']:.0%} intervals over "
        f"{plural(len(board['subjects']), 'subject')}. Right: the ranks that a system may truly hold; systems that "
        f"share a letter are not separable. {board['test']['words']}"
    )
    words += " Hollow: not ranked." if unranked else ""
    return words + (f" {left} more not shown." if left else "")
