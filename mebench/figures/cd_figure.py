"""The critical-difference diagram as a figure for papers, with the layout of the one on the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mebench.figures.canvas import (
    INK,
    PAGE,
    SMALLEST,
    SOFT,
    Drawn,
    canvas,
    data_name,
    data_words,
    make_high,
    mark,
    text_width,
)
from mebench.figures.cd import NAME_STEP, WIDTH, Layout, layout, on_left
from mebench.figures.mean_ranks import Diagram, caption, diagram
from mebench.figures.names import clipped, metric_words, part_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_POINTS = 72 / 2.54
_TYPE = 12.0
"""Size of the type that the layout is made for, in its own units."""
_TWO_LINES = 33.0
"""From one name to the next where the mean rank stands below the name, in units of the layout."""
_GAP = 5.0
_BESIDE = 16.0
"""Between the axis and a label, in units of the layout."""
_PAD = 6.0
"""What matplotlib leaves free around the axes, in points."""
_LEAST_SCALE = 0.5
_LETTERS, _FEWEST_LETTERS = 40, 6
_THIN: Mapping[str, Any] = {"color": INK, "linewidth": 0.8, "solid_capstyle": "butt"}


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
    # Type no smaller than SMALLEST: on a narrow figure the names lose letters, not size.
    unit = (width * _POINTS - _PAD) / WIDTH
    size = max(SMALLEST, min(9.0, _TYPE * unit))
    figure = canvas(width, 5)
    lines = 1 if width > 12 else 2
    labels, sides = _labels(figure, drawn, size, unit, lines)
    laid = layout(drawn, sides, NAME_STEP if lines == 1 else _TWO_LINES)
    stretch = max(1.0, size / (_TYPE * unit))
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(laid.height, 0)
    _scale(axes, laid, size)
    for level, members in laid.bars:
        axes.plot([members[0] - 4, members[-1] + 4], [level, level], color=INK, linewidth=1.8)
        axes.plot(members, [level] * len(members), "o", color=INK, markersize=3.2)
    for stem, words in zip(laid.stems, labels, strict=True):
        axes.plot([stem.x, stem.x, stem.end], [laid.axis[2], stem.y, stem.y], **_THIN)
        shift, side = (-_GAP, "right") if stem.left else (_GAP, "left")
        axes.text(stem.end + shift, stem.y, words, ha=side, va="center", multialignment=side, fontsize=size)
    mark(figure, data_name(board), board["synthetic"])
    make_high(figure, axes, laid.height * unit * stretch / _POINTS)
    metric = metric_words(board["main"]["metric"])
    return Drawn(figure, f"{caption(drawn)} {metric} of {part_words(part)} on {data_words(board)}.")


def _labels(
    figure: Figure, drawn: Diagram, size: float, unit: float, lines: int
) -> tuple[list[str], tuple[float, float]]:
    """Return the label of each system, and the room that those on the left and on the right take.

    Names are cut where less than ``_LEAST_SCALE`` of the width would be left for the scale between them.
    """
    room = ((1 - _LEAST_SCALE) / 2 * WIDTH - _BESIDE) * unit
    half = on_left(len(drawn.names))
    labels, widths = [], [0.0, 0.0]
    for i, (name, rank) in enumerate(zip(drawn.names, drawn.ranks, strict=True)):
        for letters in range(_LETTERS, _FEWEST_LETTERS - 1, -1):
            words = _label(clipped(name, letters), f"{rank:.2f}", i < half, lines)
            wide = text_width(figure, words, size)
            if wide <= room:
                break
        labels.append(words)
        side = 0 if i < half else 1
        widths[side] = max(widths[side], wide)
    return labels, (widths[0] / unit + _BESIDE, widths[1] / unit + _BESIDE)


def _label(name: str, rank: str, left: bool, lines: int) -> str:
    if lines == 2:
        return f"{name}\n{rank}"
    return f"{name}  {rank}" if left else f"{rank}  {name}"


def _scale(axes: Axes, laid: Layout, size: float) -> None:
    """Draw the axis of mean ranks."""
    left, right, y = laid.axis
    axes.plot([left, right], [y, y], **_THIN)
    for x, rank in laid.ticks:
        axes.plot([x, x], [y - 6, y], **_THIN)
        axes.text(x, y - 9, str(rank), ha="center", va="bottom", fontsize=size)
    axes.text((left + right) / 2, 14, "mean rank", ha="center", va="bottom", fontsize=size, color=SOFT)
