"""F1 over the IoU threshold, of one submission or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import nan
from typing import Any

from mebench.figures.canvas import (
    COLUMN,
    MOST_LINES,
    SOFT,
    Drawn,
    canvas,
    data_words,
    mark_reports,
    of_one_dataset,
    style_of,
)
from mebench.figures.names import clipped, part_words, report_names
from mebench.problems import UserError


def sweep(reports: Sequence[Mapping[str, Any]], part: str = "me", width: float = COLUMN) -> Drawn:
    """Draw F1 over the IoU threshold from reports that have a sweep over it.

    Parameters
    ----------
    reports : sequence of mapping
        :meth:`mebench.report.model.Report.as_dict` of reports of the same dataset.
    part : {"me", "mae", "overall"}
    width : float
        In cm.

    Raises
    ------
    UserError
        If a report has no sweep, or they do not go together.
    """
    if len(reports) > MOST_LINES:
        raise UserError(f"One figure has room for the curves of {MOST_LINES} submissions, not of {len(reports)}.")
    first = of_one_dataset(reports)
    names = report_names(reports)
    one_column = width < 12 and max(map(len, names)) > 20
    figure = canvas(width, 5.4 + 0.4 * (len(reports) if one_column else len(reports) / 2))
    axes = figure.add_subplot()
    for i, (report, name) in enumerate(zip(reports, names, strict=True)):
        found = report.get("sweep", {}).get("iou")
        if found is None:
            raise UserError(f"{name}: this report has no sweep over the IoU; score it with --sweep iou.")
        values = [nan if value is None else value for value in found["scores"][part]["f1"]]
        thresholds = [float(Fraction(threshold)) for threshold in found["thresholds"]]
        axes.plot(
            thresholds,
            values,
            label=clipped(name, 40 if one_column or width >= 12 else 20),
            clip_on=False,
            **style_of(i),
        )
    axes.axvline(0.5, color=SOFT, linewidth=0.6, linestyle=":", zorder=0)
    axes.set_xlim(0.1, 0.9)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("IoU threshold")
    axes.set_ylabel(f"F1, {part_words(part)}")
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    figure.legend(loc="outside lower center", ncols=1 if one_column else 2)
    mark_reports(figure, reports)
    rule = first["rule"]
    return Drawn(
        figure,
        f"F1 of {part_words(part)} over the IoU from which a prediction may match an event, on {data_words(first)}, "
        f"rule {rule['name']}/{rule['version']}. The dotted line is the threshold of the rule.",
    )
