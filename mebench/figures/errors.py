"""What went wrong, by kind, and what fixing each kind alone would gain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mebench.figures.canvas import FN, FP, PAGE, SMALLEST, TP, Drawn, canvas, data_words, make_room, mark_reports
from mebench.figures.names import part_words, report_names
from mebench.problems import UserError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

_WRONG: Mapping[str, Any] = {
    "facecolor": "white",
    "edgecolor": FP,
    "hatch": "/////",
    "zorder": 3,
    "label": "false positives (FP)",
}
_MISSED: Mapping[str, Any] = {"facecolor": FN, "linewidth": 0, "zorder": 2, "label": "missed events (FN)"}


def errors(report: Mapping[str, Any], part: str = "me", width: float = PAGE) -> Drawn:
    """Draw the errors of a report: false positives and misses of each kind, and the F1 gained if it were fixed.

    Parameters
    ----------
    report : mapping
        :meth:`mebench.report.model.Report.as_dict` of a report with errors.
    part : {"me", "mae", "overall"}
    width : float
        In cm.

    Raises
    ------
    UserError
        If the report has no errors in it.
    """
    from matplotlib.ticker import MaxNLocator

    (name,) = report_names([report])
    if not report.get("errors"):
        raise UserError(f"{name}: this report does not tell the errors; score it with --errors.")
    kinds = report["errors"]["kinds"]
    found = [row[part] for row in kinds]
    narrow = width < 12
    figure = canvas(width, 12.5 if narrow else 7.0)
    counts, gains = figure.subplots(*((2, 1) if narrow else (1, 2)), sharey=True)
    counts.set_yticks(range(len(kinds)), [row["kind"] for row in kinds])
    counts.set_ylim(len(kinds) - 0.4, -0.6)
    counts.set_xlabel(f"errors, {part_words(part)}")
    gains.set_xlabel("F1 gained")
    for axes in (counts, gains):
        axes.xaxis.set_major_locator(MaxNLocator(nbins=3 if narrow else 6, integer=axes is counts))
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x")
        axes.set_axisbelow(True)
    _draw_counts(counts, [row["fp"] for row in found], [row["fn"] for row in found])
    worth = [(y, row["gain"], f"+{row['gain']:.3f}") for y, row in enumerate(found) if row["gain"]]
    gains.hlines([y for y, *_ in worth], 0, [gain for _, gain, _ in worth], color=TP)
    gains.plot([gain for _, gain, _ in worth], [y for y, *_ in worth], "o", color=TP, clip_on=False)
    figure.legend(handles=[_bar(_WRONG), _bar(_MISSED)], loc="outside lower left", ncols=1 if width < 8 else 2)
    mark_reports(figure, [report])
    totals = [(y, row["fp"] + row["fn"], _words(row["fp"], row["fn"])) for y, row in enumerate(found)]
    _label(figure, counts, [line for line in totals if line[1]])
    _label(figure, gains, worth)
    how = report["errors"]["definition"]
    return Drawn(
        figure,
        f"Errors of {name} on {data_words(report)}, {part_words(part)} ({how['name']}/{how['version']}, IoU >= "
        f"{how['iou']}). F1 gained: by fixing that kind alone; gains do not add up.",
    )


def _draw_counts(axes: Axes, wrong: Sequence[int], missed: Sequence[int]) -> None:
    """Draw false positives and behind them misses; nothing of a count of 0, not even an edge."""
    for look, counts, before in ((_WRONG, wrong, [0] * len(wrong)), (_MISSED, missed, wrong)):
        there = [(y, count, start) for y, (count, start) in enumerate(zip(counts, before, strict=True)) if count]
        axes.barh([y for y, *_ in there], [n for _, n, _ in there], left=[x for *_, x in there], height=0.7, **look)


def _bar(look: Mapping[str, Any]) -> Patch:
    from matplotlib.patches import Patch

    return Patch(**look)


def _words(wrong: int, missed: int) -> str:
    """Return the counts with what each is of, as a bar of one in two hundred is too short to show its pattern."""
    return ", ".join(f"{count} {what}" for count, what in ((wrong, "FP"), (missed, "FN")) if count)


def _label(figure: Figure, axes: Axes, lines: Sequence[tuple[int, float, str]]) -> None:
    """Write the words of each line (place, length, words) behind its bar."""
    make_room(figure, axes, [(length, words) for _, length, words in lines])
    beside: dict[str, Any] = {"textcoords": "offset points", "va": "center_baseline", "fontsize": SMALLEST}
    for y, length, words in lines:
        axes.annotate(words, (length, y), (4, 0), **beside)
