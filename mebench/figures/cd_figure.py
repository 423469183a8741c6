"""The critical-difference diagram as a figure for papers, with the layout of the one on the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mebench.figures.canvas import INK, PAGE, SMALLEST, SOFT, Drawn, canvas, data_name, data_words, mark
from mebench.figures.cd import WIDTH, layout
from mebench.figures.mean_ranks import caption, diagram
from mebench.figures.names import clipped, metric_words, part_words

_POINTS = 72 / 2.54
_TYPE = 12.0
"""Size of the type that the layout is made for, in its own units."""


def cd(board: Mapping[str, Any], part: str, width: float = PAGE) -> Drawn:
    """Draw the critical-difference diagram of one part of a board.

    Parameters
    ----------
    board, part
        See :func:`mebench.figures.mean_ranks.diagram`.
    width : float
        In cm. Where it is narrow, the names are cut so that their type stays readable.

    Raises
    ------
    UserError
        If there is none.
    """
    drawn = diagram(board, part)
    side = 235.0 if width > 12 else 295.0
    laid = layout(drawn, side)
    # Type no smaller than SMALLEST: on a narrow figure the names lose letters, not size.
    unit = width * _POINTS / WIDTH
    size = max(SMALLEST, min(9.0, _TYPE * unit))
    letters = int((side - 15) * unit / (0.58 * size)) - 5
    stretch = max(1.0, size / (_TYPE * unit))
    figure = canvas(width, laid.height * unit * stretch / _POINTS + 0.5)
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(laid.height, 0)
    left, right, y = laid.axis
    line: dict[str, Any] = {"color": INK, "linewidth": 0.8, "solid_capstyle": "butt"}
    axes.plot([left, right], [y, y], **line)
    for x, rank in laid.ticks:
        axes.plot([x, x], [y - 6, y], **line)
        axes.text(x, y - 9, str(rank), ha="center", va="bottom", fontsize=size)
    axes.text((left + right) / 2, 14, "mean rank", ha="center", va="bottom", fontsize=size, color=SOFT)
    for level, members in laid.bars:
        axes.plot([members[0] - 4, members[-1] + 4], [level, level], color=INK, linewidth=2.2)
        axes.plot(members, [level] * len(members), "o", color=INK, markersize=4)
    for stem in laid.stems:
        axes.plot([stem.x, stem.x, stem.end], [y, stem.y, stem.y], **line)
        name, value = clipped(stem.name, max(6, letters)), f"{stem.rank:.2f}"
        words = f"{name}  {value}" if stem.left else f"{value}  {name}"
        shift = -5 if stem.left else 5
        axes.text(stem.end + shift, stem.y, words, ha="right" if stem.left else "left", va="center", fontsize=size)
    mark(figure, data_name(board), board["synthetic"])
    metric = metric_words(board["main"]["metric"])
    return Drawn(figure, f"{caption(drawn)} {metric} of {part_words(part)} on {data_words(board)}.")
