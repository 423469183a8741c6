"""How the spotting baselines answer to the size of the movements, from none at all to four times the usual.

A method that spots what moves must be at chance where nothing moves, and get better as movements grow. Each point is
one run of ``mebench baseline run NAME --amplitude A`` on the small synthetic casme-sq twin, leave one subject out.

Usage: ``python -m benchmarks.dose_response [METHOD ...]`` prints the table, keeps the numbers in
``docs/dose-response.json`` and draws ``docs/images/dose-response.png`` (extra ``plots``). Runs are kept in ``runs/``
and taken up where they stopped; from nothing it takes about 40 minutes on two cores.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from mebench import __version__
from mebench.baselines.runner import run_baseline
from mebench.files import write_atomically

METHODS = ("dyngeonet", "dynnet", "geonet", "vgg16", "lbp-chi2")
AMPLITUDES = (0.0, 0.5, 1.0, 2.0, 4.0)
DATASET = "casme-sq-twin-small"
DOCS = Path(__file__).resolve().parent.parent / "docs"
NUMBERS = DOCS / "dose-response.json"
FIGURE = DOCS / "images" / "dose-response.png"


def measured(method: str, amplitude: float) -> dict[str, Any]:
    """Run a method at an amplitude; its ME F1 with 95 % interval and counts, and the floor of chance."""
    begin = time.perf_counter()
    result = run_baseline(method, DATASET, amplitude=amplitude)
    if result.report is None or result.floor is None:
        raise RuntimeError(f"{method} was not scored")
    me = result.report.scores["me"]
    return {
        "method": method,
        "amplitude": amplitude,
        "f1": me.f1,
        "interval": me.interval["f1"],
        "tp": me.tp,
        "fp": me.fp,
        "fn": me.fn,
        "chance": [result.floor.value, result.floor.low, result.floor.high],
        "seconds": round(time.perf_counter() - begin),
    }


def line(row: dict[str, Any]) -> str:
    """Return a point as a line of the table."""
    value = "undefined" if row["f1"] is None else f"{row['f1']:.3f}"
    interval = "[undefined]" if row["interval"] is None else "[{:.3f}, {:.3f}]".format(*row["interval"])
    chance = "{:.3f} [{:.3f}, {:.3f}]".format(*row["chance"])
    counts = f"{row['tp']}/{row['fp']}/{row['fn']}"
    return f"{row['method']:<10} {row['amplitude']:>4} {value:>9} {interval:<15} {counts:<12} {chance}"


def draw(rows: list[dict[str, Any]]) -> None:
    """Draw ME F1 over the amplitude, a panel a method on common axes, with the floor of chance behind it."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    methods = list(dict.fromkeys(row["method"] for row in rows))
    figure, panels = plt.subplots(
        1, len(methods), figsize=(2.1 * len(methods) + 0.6, 2.9), sharey=True, squeeze=False, layout="constrained"
    )
    for axes, method in zip(panels[0], methods, strict=True):
        points = sorted((row for row in rows if row["method"] == method), key=lambda row: row["amplitude"])
        places = range(len(points))
        low, high = (max(row["chance"][i] for row in points) for i in (1, 2))
        axes.axhspan(low, high, color="0.9", label="chance, 95 % of draws")
        axes.axhline(points[0]["chance"][0], color="0.6", linewidth=1, linestyle="--")
        for place, row in zip(places, points, strict=True):
            if row["interval"] is not None:
                axes.plot([place, place], row["interval"], color="C0", linewidth=1.2)
        axes.plot(places, [row["f1"] for row in points], "o-", color="C0", markersize=4, label="ME F1, 95 % interval")
        axes.set_title(method, fontsize=10)
        axes.set_xticks(list(places), [f"{row['amplitude']:g}" for row in points])
        axes.set_ylim(0, None)
        axes.spines[["top", "right"]].set_visible(False)
    panels[0][0].set_ylabel("ME F1 (IoU ≥ 0.5)")
    figure.supxlabel("amplitude of the movements, times the usual", fontsize=10)
    figure.suptitle(f"SYNTHETIC: {DATASET}, leave one subject out, preset cpu", fontsize=9, color="0.35")
    handles, labels = panels[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower right", fontsize=8, frameon=False, ncols=2)
    FIGURE.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(FIGURE, dpi=160)


def main() -> None:
    """Measure, print, keep, draw."""
    rows = []
    print("method      amp.   ME F1   95 % interval   TP/FP/FN     chance")
    for amplitude in AMPLITUDES:
        for method in sys.argv[1:] or METHODS:
            rows.append(measured(method, amplitude))
            print(line(rows[-1]), flush=True)
    write_atomically(
        NUMBERS,
        json.dumps({"synthetic": True, "dataset": DATASET, "mebench": __version__, "points": rows}, indent=1) + "\n",
    )
    draw(rows)


if __name__ == "__main__":
    main()
