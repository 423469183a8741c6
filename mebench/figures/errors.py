"""What went wrong, by kind, and what fixing each kind alone would gain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mebench.figures.canvas import FN, FP, PAGE, SMALLEST, TP, Drawn, canvas, data_words, mark_reports
from mebench.figures.names import part_words, report_names
from mebench.problems import UserError


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
    (name,) = report_names([report])
    if not report.get("errors"):
        raise UserError(f"{name}: this report does not tell the errors; score it with --errors.")
    kinds = report["errors"]["kinds"]
    found = [row[part] for row in kinds]
    figure = canvas(width, 7.0)
    counts, gains = figure.subplots(1, 2, sharey=True)
    places = range(len(kinds))
    wrong, missed = [row["fp"] for row in found], [row["fn"] for row in found]
    counts.barh(places, wrong, color="white", edgecolor=FP, hatch="/////", height=0.7, label="false positives")
    counts.barh(places, missed, left=wrong, color=FN, edgecolor=FN, height=0.7, label="missed events")
    for y, row in zip(places, found, strict=True):
        if total := row["fp"] + row["fn"]:
            words = " + ".join(str(n) for n in (row["fp"], row["fn"]) if n)
            counts.annotate(words, (total, y), (3, 0), textcoords="offset points", va="center", fontsize=SMALLEST)
        if row["gain"]:
            at = (row["gain"], y)
            words = f"+{row['gain']:.3f}"
            gains.annotate(words, at, (5, 0), textcoords="offset points", va="center", fontsize=SMALLEST)
    worth = [(y, row["gain"]) for y, row in zip(places, found, strict=True) if row["gain"]]
    gains.hlines([y for y, _ in worth], 0, [gain for _, gain in worth], color=TP)
    gains.plot([gain for _, gain in worth], [y for y, _ in worth], "o", color=TP)
    counts.set_yticks(places, [row["kind"] for row in kinds])
    counts.set_ylim(len(kinds) - 0.4, -0.6)
    counts.set_xlabel(f"errors, {part_words(part)}")
    gains.set_xlabel("F1 gained")
    for axes in (counts, gains):
        axes.margins(x=0.2 if width > 12 else 0.45)
        axes.set_xlim(left=0)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x")
        axes.set_axisbelow(True)
    figure.legend(loc="outside lower left", ncols=2)
    mark_reports(figure, [report])
    how = report["errors"]["definition"]
    return Drawn(
        figure,
        f"Errors of {name} on {data_words(report)}, {part_words(part)} ({how['name']}/{how['version']}, IoU >= "
        f"{how['iou']}). F1 gained: by fixing that kind alone; gains do not add up.",
    )
