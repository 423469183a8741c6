"""The report's ``errors``: every error by kind and what fixing it would gain; where events are found and where not."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mebench.datasets.dataset import Dataset
from mebench.metrics import anatomy, spotting
from mebench.metrics.intervals import lengths
from mebench.metrics.rules import Case
from mebench.report.model import defined
from mebench.scoring.spotting import OVERALL

FAMILIES = {"badly localised": anatomy.LOCALISATION, "everything": anatomy.KINDS}
"""Kinds that are also counted together."""

BORDERS = {"s": (0.2, 0.3, 0.4, 0.5, 1.0, 2.0, 4.0), "frames": (8, 16, 32, 64, 128, 256)}
"""Borders of the slices by duration: in seconds, or in frames where a frame rate is not known.

An ME lasts at most half a second, a MaE up to four; ME are what is to be told apart, so their slices are finer.
"""


def errors_block(case: Case, dataset: Dataset, events: pd.DataFrame, near: Fraction) -> dict[str, Any]:
    """Return the report's ``errors``.

    Parameters
    ----------
    case : Case
        Events and predictions as they are scored.
    dataset : Dataset
    events : pandas.DataFrame
        The events of the case, in its order.
    near : Fraction
        See :func:`mebench.metrics.anatomy.anatomise`.
    """
    sides = case.reference, case.estimated, case.n_types
    found = anatomy.anatomise(*sides, case.threshold, near)
    counted = anatomy.tally(found, *sides)
    names = (*dataset.types, OVERALL)

    def row(kinds: tuple[str, ...]) -> dict[str, Any]:
        table = _with_total(counted[[anatomy.KINDS.index(kind) for kind in kinds]].sum(axis=0))
        gained = anatomy.gain(found, *sides, kinds)
        return {
            name: {"fp": int(fp), "fn": int(fn), "gain": defined(float(g))}
            for name, (fp, fn), g in zip(names, table, gained, strict=True)
        }

    counts = anatomy.fixed_counts(found, *sides, ())
    return {
        "definition": {"name": "anatomy", "version": 1, "iou": str(case.threshold), "near": str(near)},
        "kinds": [{"kind": kind, **row((kind,))} for kind in anatomy.KINDS],
        "families": [{"kind": family, **row(kinds)} for family, kinds in FAMILIES.items()],
        "oracles": _oracles(counts, names),
        "recall": _recall(case, dataset, events, found.matched >= 0),
        "false_positives": _rates(counts, dataset, names),
    }


def _with_total(table: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return rows a type with the row of all types below."""
    return np.concatenate([table, table.sum(axis=0, keepdims=True)])


def _oracles(counts: spotting.Counts, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the F1 gained by removing every false positive, and by finding every event that was missed."""
    table = _with_total(counts)
    tp, fp, fn = table.T
    nothing = np.zeros_like(tp)
    fixed = {"no false positives": (tp, nothing, fn), "no misses": (tp + fn, fp, nothing)}
    return {
        name: {
            kind: defined(float(g))
            for kind, g in zip(names, spotting.f1(np.stack(after, axis=-1)) - spotting.f1(table), strict=True)
        }
        for name, after in fixed.items()
    }


def _recall(
    case: Case, dataset: Dataset, events: pd.DataFrame, found: NDArray[np.bool_]
) -> dict[str, list[dict[str, Any]]]:
    """Return the recall of each type by duration, subject and emotion; slices without events are left out."""
    duration, durations = _by_duration(case)
    subject = case.subject[case.video(case.reference)]
    emotion, emotions = pd.factorize(events["emotion"], sort=True)
    kind = case.kind(case.reference)

    def slices(code: NDArray[np.intp], names: Sequence[str]) -> list[dict[str, Any]]:
        rows = []
        for i, title in enumerate(dataset.types):
            for j, name in enumerate(names):
                chosen = found[(kind == i) & (code == j)]
                if chosen.size:
                    hits = int(chosen.sum())
                    rows.append(
                        {
                            "type": title,
                            "slice": name,
                            "events": chosen.size,
                            "found": hits,
                            "recall": hits / chosen.size,
                        }
                    )
        return rows

    return {
        "duration": slices(duration, durations),
        "subject": slices(subject, dataset.subjects),
        "emotion": slices(emotion, [str(e) for e in emotions]),
    }


def _by_duration(case: Case) -> tuple[NDArray[np.intp], list[str]]:
    """Return the slice by duration of each event, and the names of the slices."""
    frames = lengths(case.reference)
    rate = case.fps[case.video(case.reference)]
    unit = "frames" if np.isnan(rate).any() else "s"
    borders = BORDERS[unit]
    place = np.searchsorted(borders, frames if unit == "frames" else frames / rate, side="right") + 1
    place[frames == 0] = 0
    between = [f"{a:g} to {b:g} {unit}" for a, b in pairwise(borders)]
    return place, ["no frames", f"below {borders[0]:g} {unit}", *between, f"from {borders[-1]:g} {unit}"]


def _rates(counts: spotting.Counts, dataset: Dataset, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the false positives a video and a minute; None a minute where a length or a frame rate is not known."""
    videos = dataset.videos
    seconds = videos["n_frames"].to_numpy(np.float64, na_value=np.nan) / videos["fps"].to_numpy(np.float64)
    minutes = float(seconds.sum()) / 60
    return {
        name: {"per_video": n / len(videos), "per_minute": n / minutes if minutes > 0 else None}
        for name, n in zip(names, _with_total(counts)[:, spotting.FP].tolist(), strict=True)
    }
