"""How well each subject was done, one strip a submission."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mebench.figures.canvas import FN, FP, PAGE, SMALLEST, TP, Drawn, canvas, data_words, mark_reports, of_one_dataset
from mebench.figures.names import clipped, part_words, report_names
from mebench.problems import UserError, printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_RIGHT: Mapping[str, Any] = {"facecolor": TP, "edgecolor": TP}
_MISSED: Mapping[str, Any] = {"facecolor": "white", "edgecolor": FN}
_WRONG: Mapping[str, Any] = {"facecolor": "white", "edgecolor": FP, "hatch": "/////"}

MOST = 8
"""Submissions that one figure has room for."""


def subjects(reports: Sequence[Mapping[str, Any]], part: str = "me", width: float = PAGE) -> Drawn:
    """Draw the counts of each subject: found and missed events, and below them false positives on their own scale.

    Recognition: clips whose class was told, and the others.

    Parameters
    ----------
    reports : sequence of mapping
        :meth:`mebench.report.model.Report.as_dict` of reports of the same dataset.
    part : str
        ``me``, ``mae`` or ``overall``; ``full`` or a database.
    width : float
        In cm.

    Raises
    ------
    UserError
        If the reports do not go together, or are too many.
    """
    from matplotlib.patches import Patch

    if len(reports) > MOST:
        raise UserError(f"One figure has room for the subjects of {MOST} submissions, not of {len(reports)}.")
    first = of_one_dataset(reports)
    names = _subject_names(_rows(first, part))
    figure = canvas(width, 2.4 + 3.0 * len(reports) + 0.13 * max(0, max(map(len, names)) - 4))
    panels = 1 if first["task"] == "recognition" else 2
    strips = figure.subplots(panels * len(reports), 1, sharex=True, sharey=False, squeeze=False)[:, 0].tolist()
    for i, (report, name) in enumerate(zip(reports, report_names(reports), strict=True)):
        own = strips[panels * i : panels * (i + 1)]
        _draw(own, report, part)
        own[0].set_title(clipped(name, 60), loc="left", fontsize=SMALLEST)
    for j in range(panels):
        _same_height(strips[j::panels])
    # Names stand on end; where they would touch, only every second or third is written.
    step = -(-len(names) // max(1, int((width - 1.5) / 0.3)))
    strips[-1].set_xticks(range(0, len(names), step), names[::step], rotation=90)
    strips[-1].set_xlim(-0.7, len(names) - 0.3)
    looks = {"right": _RIGHT, "wrong": _WRONG}
    if panels == 2:
        looks = {"found": _RIGHT, "missed": _MISSED, "false positives": _WRONG}
    handles = [Patch(label=words, linewidth=0.6, **look) for words, look in looks.items()]
    figure.legend(handles=handles, loc="outside lower left", ncols=3)
    mark_reports(figure, reports)
    return Drawn(
        figure,
        f"Counts of each subject on {data_words(first)}, {part_words(part)}, protocol "
        f"{first['protocol'] or 'not stated'}, rule {first['rule']['name']}/{first['rule']['version']}.",
    )


def _subject_names(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what the subjects are called: with their database where there is more than one."""
    names = [printable(str(row["subject"]), 12) for row in rows]
    databases = [printable(str(row.get("dataset")), 12) for row in rows]
    if len(set(databases)) < 2:
        return names
    return [f"{database} {name}" for database, name in zip(databases, names, strict=True)]


def _rows(report: Mapping[str, Any], part: str) -> list[Mapping[str, Any]]:
    """Return the subjects that a part is of."""
    rows: list[Mapping[str, Any]] = report["by_subject"]
    of_database = report["task"] == "recognition" and part != "full"
    return [row for row in rows if row["dataset"] == part] if of_database else rows


def _draw(panels: Sequence[Axes], report: Mapping[str, Any], part: str) -> None:
    """Draw one report: clips right and wrong; or events found and missed, and false positives on their own scale."""
    rows = _rows(report, part)
    if report["task"] == "recognition":
        tables = np.array([row["confusion"] for row in rows], dtype=np.int64)
        right = np.trace(tables, axis1=1, axis2=2)
        _bars(panels[0], "clips", [(right, _RIGHT), (tables.sum(axis=(1, 2)) - right, _WRONG)])
        return
    kinds = [kind for kind in report["scores"] if kind != "overall"] if part == "overall" else [part]
    tp, fp, fn = np.array([[sum(row[kind][c] for kind in kinds) for row in rows] for c in ("tp", "fp", "fn")])
    _bars(panels[0], "events", [(tp, _RIGHT), (fn, _MISSED)])
    _bars(panels[1], "false pos.", [(fp, _WRONG)])


def _bars(axes: Axes, what: str, stack: Sequence[tuple[NDArray[np.int64], Mapping[str, Any]]]) -> None:
    from matplotlib.ticker import MaxNLocator

    bottom = np.zeros(len(stack[0][0]), dtype=np.int64)
    for heights, look in stack:
        bars = axes.bar(np.arange(len(heights)), heights, 0.72, bottom=bottom, linewidth=0.6, **look)
        for bar in bars:
            bar.set_visible(bool(bar.get_height()))  # of a count of 0 not even an edge
        bottom = bottom + heights
    axes.set_ylabel(what, fontsize=SMALLEST)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.grid(axis="y")
    axes.set_axisbelow(True)


def _same_height(strips: Sequence[Axes]) -> None:
    """Give strips that are to be compared the same scale."""
    top = max(axes.get_ylim()[1] for axes in strips)
    for axes in strips:
        axes.set_ylim(0, top)
