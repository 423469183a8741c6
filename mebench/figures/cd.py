"""The critical-difference diagram as SVG, and the layout that the figure for papers shares with it.

The axis of mean ranks is on top, 1 on the left. Below it lie the bars over systems that are not separable; from each
system a line leads down and out to its name, the better half on the left. See :mod:`mebench.figures.mean_ranks` for
what ranks and bars are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from mebench.figures.mean_ranks import Diagram, caption, diagram
from mebench.figures.names import clipped

WIDTH = 800.0
SIDE = 235.0
"""Room for names on either side of the axis."""
NAME_STEP = 19.0
"""From one name to the next below it."""
_AXIS, _FIRST_BAR, _BAR_STEP = 40.0, 15.0, 9.0
_MOST_TICKS = 16


@dataclass(frozen=True)
class Stem:
    """The line of one system: from the axis at ``x`` down to ``y``, then out to ``end``, where its name stands."""

    name: str
    rank: float
    x: float
    y: float
    end: float
    left: bool


@dataclass(frozen=True)
class Layout:
    """Where everything lies, in units of a text of 12; y grows downward.

    ``ticks`` are (x, rank); ``bars`` are (y, x of each member, in order).
    """

    height: float
    axis: tuple[float, float, float]
    ticks: tuple[tuple[float, int], ...]
    bars: tuple[tuple[float, tuple[float, ...]], ...]
    stems: tuple[Stem, ...]


def on_left(n: int) -> int:
    """Return how many of n systems have their names on the left."""
    return (n + 1) // 2


def layout(drawn: Diagram, sides: tuple[float, float] = (SIDE, SIDE), step: float = NAME_STEP) -> Layout:
    """Return where the parts of a diagram lie, with so much room for names left and right, and from one to the next."""
    n = len(drawn.names)
    start, end = sides[0], WIDTH - sides[1]
    xs = [start + (rank - 1) / (n - 1) * (end - start) for rank in drawn.ranks]
    below = _AXIS + _FIRST_BAR + drawn.levels * _BAR_STEP
    half = on_left(n)
    stems = []
    for i, (name, rank, x) in enumerate(zip(drawn.names, drawn.ranks, xs, strict=True)):
        left = i < half
        y = below + 10 + (i if left else n - 1 - i) * step
        stems.append(Stem(name, rank, x, y, start - 8 if left else end + 8, left))
    every = -(-n // _MOST_TICKS)
    return Layout(
        height=below + 10 + (half - 1) * step + 12 * step / NAME_STEP,
        axis=(start, end, _AXIS),
        ticks=tuple((start + (k - 1) / (n - 1) * (end - start), k) for k in range(1, n + 1, every)),
        bars=tuple(
            (_AXIS + _FIRST_BAR + bar.level * _BAR_STEP, tuple(xs[i] for i in bar.members)) for bar in drawn.bars
        ),
        stems=tuple(stems),
    )


def cd_svg(board: Mapping[str, Any], part: str) -> str:
    """Return the critical-difference diagram of one part of a board as an SVG element for a page.

    It has no identifiers, no style sheet and no script, takes its colour from the text around it, and is the same
    bytes for the same board. Full names are in ``title`` elements; what it shows is said in its ``desc``, which is
    :func:`mebench.figures.mean_ranks.caption`.

    Parameters
    ----------
    board : mapping
        As :mod:`mebench.leaderboard.boards` gives it.
    part : str
        ``me``, ``mae`` or ``overall``; ``full`` or a database.

    Raises
    ------
    UserError
        If there is none: see :func:`mebench.figures.mean_ranks.diagram`.
    """
    drawn = diagram(board, part)
    laid = layout(drawn)
    height = f"{laid.height:g}"
    label = f"Critical-difference diagram of {len(drawn.names)} systems by mean rank"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="cd" viewBox="0 0 {WIDTH:g} {height}" width="{WIDTH:g}" '
            f'height="{height}" role="img" aria-label="{label}" fill="none" stroke="currentColor" '
            'font-family="inherit" font-size="12">',
            f"<desc>{escape(caption(drawn))}</desc>",
            *_axis(laid),
            *_bars(laid),
            *(_stem(stem) for stem in laid.stems),
            "</svg>",
        ]
    )


def _axis(laid: Layout) -> Iterator[str]:
    left, right, y = laid.axis
    middle = (left + right) / 2
    yield f'<text x="{middle:g}" y="12" text-anchor="middle" fill="currentColor" stroke="none">mean rank</text>'
    ticks = "".join(f"M{x:.1f} {y - 6:g}V{y:g}" for x, _ in laid.ticks)
    yield f'<path d="M{left:g} {y:g}H{right:g}{ticks}"/>'
    for x, rank in laid.ticks:
        yield f'<text x="{x:.1f}" y="{y - 10:g}" text-anchor="middle" fill="currentColor" stroke="none">{rank}</text>'


def _bars(laid: Layout) -> Iterator[str]:
    for y, members in laid.bars:
        # Systems of equal mean rank still have a bar to see.
        start, end = members[0] - 4, members[-1] + 4
        yield f'<path d="M{start:.1f} {y:g}H{end:.1f}" stroke-width="3" stroke-linecap="round"/>'
        for x in members:
            yield f'<circle cx="{x:.1f}" cy="{y:g}" r="3.6" fill="currentColor" stroke="none"/>'


def _stem(stem: Stem) -> str:
    anchor, x = ("end", stem.end - 5) if stem.left else ("start", stem.end + 5)
    name, rank = escape(clipped(stem.name)), f'<tspan opacity=".75">{stem.rank:.2f}</tspan>'
    words = f"{name} {rank}" if stem.left else f"{rank} {name}"
    return (
        f"<g><title>{escape(clipped(stem.name, 200))}: mean rank {stem.rank:.2f}</title>"
        f'<path d="M{stem.x:.1f} {_AXIS:g}V{stem.y:g}H{stem.end:g}"/>'
        f'<text x="{x:g}" y="{stem.y + 4:g}" text-anchor="{anchor}" fill="currentColor" stroke="none">{words}</text>'
        "</g>"
    )
