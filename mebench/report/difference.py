"""Where a legacy rule and the canonical one part on a file: for the report, and in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mebench.metrics import spotting
from mebench.metrics.rules import CANONICAL, Case, Outcome, Rule, explain, in_words
from mebench.report.model import Report, defined
from mebench.report.text import number

SHOWN = 8
"""How many rows of a reason are named on the screen; the JSON report names all."""


def difference(
    case: Case, outcome: Outcome, rule: Rule, expressions: pd.DataFrame, predictions: pd.DataFrame
) -> dict[str, Any]:
    """Return what the canonical rule makes of the same case, and why the legacy rule differs, as JSON.

    Parameters
    ----------
    case : Case
    outcome : Outcome
        What the legacy rule ``rule`` makes of it.
    expressions, predictions : pandas.DataFrame
        The tables that the case was made from, in its order; a reason names their rows.
    """
    canonical = CANONICAL.judge(case)
    total = canonical.counts.sum(axis=(0, 1))
    tp, fp, fn = (int(n) for n in total)
    reasons = explain(case, canonical, outcome, rule, CANONICAL)
    said = _rows(predictions)
    events = _rows(expressions)
    return {
        "from": f"{CANONICAL.name}/{CANONICAL.version}",
        "overall": {"tp": tp, "fp": fp, "fn": fn, "f1": defined(float(spotting.f1(total)))},
        "words": in_words(reasons),
        "reasons": [
            {
                "kind": reason.kind,
                "words": str(reason),
                "tp": reason.tp,
                "fp": reason.fp,
                "fn": reason.fn,
                "predictions": said[reason.predictions].tolist(),
                "events": events[reason.events].tolist(),
            }
            for reason in reasons
        ],
    }


def _rows(table: pd.DataFrame) -> NDArray[np.int64]:
    if "row" in table.columns:
        return table["row"].to_numpy(np.int64)
    return np.arange(1, len(table) + 1)


def one_line(report: Report) -> str | None:
    """Return in one line how a legacy rule differs from the canonical one on this file; None for the canonical one."""
    found = report.rule.get("difference")
    if not found:
        return None
    there, here = number(found["overall"]["f1"]), number(report.scores["overall"].f1)
    return f"F1 {there} under {found['from'].split('/')[0]}, {here} under {report.rule['name']}: {found['words']}"


def details(report: Report) -> list[str]:
    """Return a line a reason: what it changes and the rows that it concerns, a few of each."""
    found = report.rule.get("difference") or {"reasons": []}
    return [
        f"{reason['kind']} (TP {reason['tp']:+d}, FP {reason['fp']:+d}, FN {reason['fn']:+d})"
        + "".join(
            f"; {side} in row{'' if len(reason[side]) == 1 else 's'} {_some(reason[side])}"
            for side in ("predictions", "events")
            if reason[side]
        )
        for reason in found["reasons"]
    ]


def _some(rows: Sequence[int]) -> str:
    shown = ", ".join(map(str, rows[:SHOWN]))
    return shown + (f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else "")
