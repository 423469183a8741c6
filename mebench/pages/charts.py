"""Where the marks of a page's charts lie: numbers for inline SVG, rounded so that the same data make the same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

STYLES = ("first", "second", "third")
"""Classes of the lines of a chart, in order; the style sheet gives each a colour and a dash, the chart a mark."""


LABEL = 10
"""Letters of a subject's name that find room below its bar."""


def whisker(value: float | None, ends: Sequence[float] | None, width: int = 120) -> dict[str, float] | None:
    """Return the places of a score and its interval on an axis from 0 to 1; None where it is undefined or off it.

    Examples
    --------
    >>> whisker(0.5, (0.25, 0.75))
    {'width': 120, 'at': 60.0, 'low': 30.0, 'high': 90.0}
    """
    if value is None or not 0 <= value <= 1:
        return None
    low, high = ends or (value, value)
    return {"width": width, **{name: round(x * width, 1) for name, x in (("at", value), ("low", low), ("high", high))}}


def curve(
    thresholds: Sequence[str], lines: Mapping[str, Sequence[float | None]], mark: str | None = None
) -> dict[str, Any]:
    """Return a chart of scores over thresholds in [0, 1].

    Parameters
    ----------
    thresholds : sequence of str
        Exact fractions, ascending.
    lines : mapping of str to sequence of float or None
        At most as many as there are :data:`STYLES`. A line is broken where its score is undefined.
    mark : str or None
        The threshold to be marked by a vertical line.
    """
    left, top, width, height = 44, 14, 420, 220

    def x_of(threshold: str) -> float:
        return round(left + float(Fraction(threshold)) * width, 1)

    def y_of(score: float) -> float:
        return round(top + (1 - score) * height, 1)

    drawn = []
    for style, (name, scores) in zip(STYLES, lines.items(), strict=False):
        points = [(x_of(t), y_of(s), t, s) for t, s in zip(thresholds, scores, strict=True) if s is not None]
        drawn.append(
            {"name": name, "style": style, "points": points, "paths": list(_runs(thresholds, scores, x_of, y_of))}
        )
    return {
        "left": left,
        "top": top,
        "right": left + width,
        "bottom": top + height,
        "mark": None if mark is None else x_of(mark),
        "across": [(x_of(f"{k}/10"), f"{k / 10:g}") for k in range(0, 11, 2)],
        "up": [(y_of(k / 4), f"{k / 4:g}") for k in range(5)],
        "lines": drawn,
    }


def _runs(thresholds: Sequence[str], scores: Sequence[float | None], x_of: Any, y_of: Any) -> Iterator[str]:
    """Yield the points of each unbroken piece of a line as SVG writes them."""
    run: list[str] = []
    for threshold, score in zip(thresholds, scores, strict=True):
        if score is not None:
            run.append(f"{x_of(threshold)},{y_of(score)}")
        elif run:
            yield " ".join(run)
            run = []
    if run:
        yield " ".join(run)


def strip(
    columns: Sequence[tuple[str, str, Mapping[str, int]]], above: Sequence[str], below: Sequence[str]
) -> dict[str, Any]:
    """Return stacked bars, a column a subject: some counts above the axis, others below.

    Parameters
    ----------
    columns : sequence of (label, name, counts)
        The label stands below the bar, the name in the words about it.
    above, below : sequence of str
        The counts that are stacked up and down from the axis, in this order.
    """
    step = max(16, min(34, 1240 // max(len(columns), 1)))
    tallest = [max([sum(max(c[k], 0) for k in side) for *_, c in columns], default=0) for side in (above, below)]
    unit = 150 / max(sum(tallest), 1)
    left, axis = 36, 12 + tallest[0] * unit
    bars = []
    for i, (label, name, counts) in enumerate(columns):
        parts = [
            *_stack(counts, above, axis, -unit),
            *_stack(counts, below, axis, unit),
        ]
        bars.append({"label": label[:LABEL], "name": name, "counts": counts, "x": left + i * step, "parts": parts})
    ends = [(tallest[0], -1), (0, 0), (tallest[1], 1)]
    return {
        "step": step,
        "bar": step - 6,
        "left": left,
        "width": left + step * len(columns) + 12,
        "foot": 26 + 6 * max([min(len(name), LABEL) for name, *_ in columns], default=0),
        "axis": round(axis, 1),
        "bottom": round(axis + tallest[1] * unit, 1),
        "ticks": [(round(axis + sign * n * unit, 1), n) for n, sign in ends if n or not sign],
        "columns": bars,
    }


def _stack(counts: Mapping[str, int], names: Sequence[str], axis: float, unit: float) -> Iterator[dict[str, Any]]:
    reached = axis
    for name in names:
        if counts[name] > 0:
            end = reached + counts[name] * unit
            yield {"name": name, "y": round(min(reached, end), 1), "height": round(abs(end - reached), 1)}
            reached = end


def bars(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows with the widths of their bars in percent, ``fp`` with ``fn`` behind; the longest row fills 99.

    Examples
    --------
    >>> [(row["fp_width"], row["fn_width"]) for row in bars([{"fp": 2, "fn": 1}, {"fp": 0, "fn": 1}])]
    [(66.0, 33.0), (0.0, 33.0)]
    """
    longest = max([row["fp"] + row["fn"] for row in rows], default=0) or 1
    return [{**row, **{f"{side}_width": round(row[side] / longest * 99, 2) for side in ("fp", "fn")}} for row in rows]
