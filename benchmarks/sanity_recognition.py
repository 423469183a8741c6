"""Does a recogniser learn what it should, and nothing else? ``ststnet`` on the composite of the small twins.

Usage: ``python -m benchmarks.sanity_recognition`` (four runs of 68 folds; about 20 minutes on two cores).

Each row is one run, leave one subject out. Where nothing moves, and where the labels of the train side are shuffled,
the score has to be one of chance: that of the same predictions dealt out over the clips anew (95 % of 2000 deals).
Choosing the epoch on the test subject has to raise it: that is why such runs are marked and never ranked.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from mebench.baselines.method import Labels, Names, Run
from mebench.baselines.recognition.ststnet import STSTNet
from mebench.baselines.runner import run_baseline
from mebench.metrics.recognition import uf1
from mebench.report.model import RecognitionScore

DATASET = "megc2019-twin-small"
DEALS = 2000


class Shuffled(STSTNet):
    """STSTNet taught with shuffled labels: whatever it scores is chance, or a leak."""

    def fit(self, clips: Any, labels: Labels, subjects: Names, run: Run) -> Self:
        """Learn the labels of other clips."""
        return super().fit(clips, np.random.default_rng(run.seed).permutation(labels), subjects, run)


@dataclass(frozen=True)
class Setting:
    """One run: what is asked of :func:`run_baseline`."""

    words: str
    asked: dict[str, Any]
    name: str = field(default="ststnet")


SETTINGS = (
    Setting("amplitude 2", {"amplitude": 2.0}),
    Setting("amplitude 2, epoch chosen on the test subject (ORACLE)", {"amplitude": 2.0, "selection": "oracle"}),
    Setting("amplitude 2, shuffled labels", {"amplitude": 2.0}, name=f"{__file__}:Shuffled"),
    Setting("amplitude 0", {"amplitude": 0.0}),
)


def chance(full: RecognitionScore) -> tuple[float, float]:
    """Return between which UF1 95 % of the deals of the same predictions over the clips lie."""
    table = np.array(full.confusion)
    classes = np.arange(len(table))
    true, said = np.repeat(classes, table.sum(axis=1)), np.repeat(classes, table.sum(axis=0))
    draws = np.random.default_rng(0)
    dealt = np.zeros((DEALS, *table.shape))
    for deal in dealt:
        np.add.at(deal, (true, draws.permutation(said)), 1)
    low, high = np.percentile(uf1(dealt), (2.5, 97.5))
    return float(low), float(high)


def line(words: str, full: RecognitionScore, seconds: float) -> str:
    """Return a run as a line of the table."""
    scores = "  ".join(
        f"{name.upper()} {getattr(full, name):.3f} [{low:.3f}, {high:.3f}]"
        for name in ("uf1", "uar")
        for low, high in [full.interval[name] or (np.nan, np.nan)]
    )
    return f"{words:<54} {scores}  chance [{'{:.3f}, {:.3f}'.format(*chance(full))}]  {seconds:.0f} s"


def main() -> None:
    """Run and print; the features of an amplitude are computed in its first run."""
    for setting in SETTINGS:
        begin = time.perf_counter()
        result = run_baseline(setting.name, DATASET, **setting.asked)
        if result.report is None:
            raise RuntimeError(f"{setting.name} was not scored")
        print(line(setting.words, result.report.scores["full"], time.perf_counter() - begin), flush=True)


if __name__ == "__main__":
    main()
