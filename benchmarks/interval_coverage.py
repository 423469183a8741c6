"""Do the intervals hold what they promise? Prints two tables: ``python benchmarks/interval_coverage.py [datasets]``.

Each row is a population whose true score is known by construction (tests/metrics/populations.py): subjects are drawn
from it, scored, and the interval either holds the true score or not. ``mebench.metrics.resampling`` quotes these
figures where it says why its default is the default. Some ten minutes on two cores with 4000 datasets a row.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "metrics"))

import populations as of

from mebench.metrics import recognition, spotting
from mebench.metrics.comparison import permutation_test
from mebench.metrics.resampling import METHODS, Statistic, limits

DATASETS = 4000
AT_ONCE = 200
LEVELS = (0.01, 0.05, 0.2)
SEED = 7

Population = of.Spotting | of.Recognition
Case = tuple[str, Population, int, Statistic]

SPOTTED = (
    ("CAS(ME)^2", of.CASME_SQ, 22, ((0.05, 5.0), (0.2, 6.0), (0.35, 3.0), (0.6, 2.0), (0.9, 0.3))),
    ("SAMM-LV", of.SAMM_LV, 30, ((0.05, 5.0), (0.2, 6.0), (0.35, 3.0), (0.6, 2.0), (0.9, 0.3))),
    ("SAMM-LV", of.SAMM_LV, 68, ((0.05, 5.0), (0.2, 6.0), (0.35, 3.0), (0.6, 2.0), (0.9, 0.3))),
)
ANSWERS = (("poor", of.POOR), ("fair", of.FAIR), ("good", of.GOOD))


def cases() -> Iterator[Case]:
    for name, events, size, settings in SPOTTED:
        for hit, alarms in settings:
            yield f"F1   {name}, {hit:.0%} hit", of.Spotting(events, hit, alarms), size, spotting.f1
    for score in (recognition.uf1, recognition.uar):
        for size in (30, 68):
            for name, answers in ANSWERS:
                yield f"{score.__name__.upper():4} MEGC2019, {name}", of.Recognition(of.MEGC2019, answers), size, score


def ends(tables: list[NDArray[np.int64]], statistic: Statistic, method: str) -> tuple[NDArray[np.float64], ...]:
    """Both ends of the interval of each dataset: of the score, or of the difference of two systems."""
    found = []
    for start in range(0, tables[0].shape[1], AT_ONCE):
        some = [table[:, start : start + AT_ONCE] for table in tables]
        if len(some) == 1:
            found.append(limits(some[0], statistic, method))
        else:
            both = np.stack(some, axis=1)
            found.append(limits(both, lambda c: statistic(c[:, 0]) - statistic(c[:, 1]), method, bounds=(-1.0, 1.0)))
    return np.concatenate([each.low for each in found]), np.concatenate([each.high for each in found])


def coverage_row(case: Case, datasets: int, systems: int) -> tuple[str, ...]:
    name, population, size, statistic = case
    tables = population.draw(np.random.default_rng(SEED), size, datasets, systems=systems)
    truth = float(statistic(population.expected)) if systems == 1 else 0.0
    cells = []
    for method in METHODS:
        low, high = ends(tables, statistic, method)
        given = np.isfinite(low)
        held = 100 * np.mean(((low <= truth) & (truth <= high))[given])
        missed = (100 * np.mean(side[given]) for side in (truth < low, truth > high))
        cells.append(
            f"{held:.1f} ({' + '.join(f'{share:.1f}' for share in missed)})  {np.mean((high - low)[given]):.3f}"
        )
    none = f"{100 * np.mean(~given):.1f}"
    return name, str(size), f"{truth:.3f}", *cells, none


def null_row(case: Case, datasets: int) -> tuple[str, ...]:
    name, population, size, statistic = case
    ours, theirs = population.draw(np.random.default_rng(SEED), size, datasets, systems=2)
    tests = [permutation_test(ours[:, i], theirs[:, i], statistic, 199, seed=i) for i in range(datasets)]
    p_values = np.array([test.p_value for test in tests if np.isfinite(test.p_value)])
    return name, str(size), *(f"{100 * np.mean(p_values <= level):.1f}" for level in LEVELS)


def show(title: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    print(f"\n{title}")
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    for row in (head, *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def main() -> None:
    datasets = int(sys.argv[1]) if len(sys.argv) > 1 else DATASETS
    error = 100 * np.sqrt(0.95 * 0.05 / datasets)
    head = ("population", "subjects", "truth", *METHODS, "none %")
    legend = f"{datasets} datasets a row, standard error {error:.1f}; % held (true score below + above), mean width"
    show(f"Intervals, nominal 95 %. {legend}", head, [coverage_row(case, datasets, 1) for case in cases()])
    show(f"Paired differences. {legend}", head, [coverage_row(case, datasets, 2) for case in cases()])
    head = ("population", "subjects", *(f"p <= {level}, %" for level in LEVELS))
    show("Permutation tests of two like systems", head, [null_row(case, datasets) for case in cases()])


if __name__ == "__main__":
    main()
