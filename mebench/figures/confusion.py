"""The confusion matrix of a recognition report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mebench.figures.canvas import COLUMN, INK, TP, Drawn, canvas, data_words, mark_reports
from mebench.figures.names import clipped, part_words, report_names
from mebench.problems import UserError, plural


def confusion(report: Mapping[str, Any], part: str = "full", width: float = COLUMN) -> Drawn:
    """Draw which class was taken for which: clips, and their share of the true class as shade and in per cent.

    Parameters
    ----------
    report : mapping
        :meth:`mebench.report.model.Report.as_dict` of a recognition report.
    part : str
        ``full`` or a database.
    width : float
        In cm.

    Raises
    ------
    UserError
        If it is a report of another task.
    """
    from matplotlib.colors import LinearSegmentedColormap

    (name,) = report_names([report])
    if report["task"] != "recognition":
        raise UserError(f"{name}: a confusion matrix is of recognition, and this is a report of {report['task']}.")
    score = report["scores"][part]
    labels = [clipped(str(row["label"]), 16) for row in score["classes"]]
    table = np.array(score["confusion"], dtype=np.int64).reshape(len(labels), len(labels))
    clips = table.sum(axis=1, keepdims=True)
    share = np.divide(table, clips, out=np.zeros(table.shape), where=clips > 0)
    figure = canvas(width, min(0.86 * width, 2.6 + 1.3 * len(labels)))
    axes = figure.add_subplot()
    axes.imshow(share, cmap=LinearSegmentedColormap.from_list("", ["white", TP]), vmin=0, vmax=1, aspect="auto")
    for (i, j), count in np.ndenumerate(table):
        words = f"{count}\n{share[i, j]:.0%}" if clips[i, 0] else f"{count}"
        axes.text(j, i, words, ha="center", va="center", color="white" if share[i, j] > 0.8 else INK)
    axes.set_xticks(range(len(labels)), labels, rotation=0 if len(labels) < 5 else 35, ha="center")
    axes.set_yticks(range(len(labels)), labels)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    axes.tick_params(length=0)
    mark_reports(figure, [report])
    return Drawn(
        figure,
        f"Confusion of {name} on {data_words(report)}, {part_words(part)}: {plural(int(table.sum()), 'clip')} of "
        f"{plural(int(score['subjects']), 'subject')}, and their share of the true class.",
    )
