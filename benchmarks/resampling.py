"""How fast does a million labels get scores with intervals? Prints one table: ``python benchmarks/resampling.py``.

Ours is timed from integer codes in memory to 2000 bootstrap replicates of three scores, and on to their intervals. The
peer is what people write: draw subjects, gather their rows, call scikit-learn; timed over a few replicates in the same
run and given per replicate. Nothing here is a test: a slow machine fails nobody.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mebench.metrics import recognition, spotting
from mebench.metrics.comparison import permutation_test
from mebench.metrics.resampling import METHODS, REPLICATES, limits, multiplicities, weighted_sums

ROWS = 1_000_000
CLASSES = 3
PEER_REPLICATES = 4

Codes = NDArray[np.int64]


def best_of(runs: int, work: Callable[[], object]) -> float:
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


def labels(n_subjects: int) -> tuple[Codes, Codes, Codes]:
    """Subjects of uneven size, three uneven classes, two of three answers right."""
    rng = np.random.default_rng(0)
    subject = rng.choice(n_subjects, ROWS, p=rng.dirichlet(np.full(n_subjects, 2.0)))
    true = rng.choice(CLASSES, ROWS, p=[0.57, 0.25, 0.18])
    predicted = np.where(rng.random(ROWS) < 2 / 3, true, rng.integers(0, CLASSES, ROWS))
    return subject, true, predicted


def positive_class(confusion: NDArray[np.float64]) -> NDArray[np.float64]:
    """F1 of one class: the binary score beside the two averages."""
    return spotting.f1(recognition.one_against_rest(confusion)[..., 1, :])


SCORES = {"uf1": recognition.uf1, "uar": recognition.uar, "f1": positive_class}


def ours(subject: Codes, true: Codes, predicted: Codes, n_subjects: int) -> dict[str, NDArray[np.float64]]:
    table = recognition.tally(subject, true, predicted, n_subjects, CLASSES)
    summed = weighted_sums(multiplicities(n_subjects, REPLICATES, seed=0), table)
    return {name: score(summed) for name, score in SCORES.items()}


def all_scores(confusion: NDArray[np.float64]) -> NDArray[np.float64]:
    """One statistic of three scores, so that the draws are made once."""
    return np.stack([score(confusion) for score in SCORES.values()], axis=-1)


def scikit_learn(
    subject: Codes, true: Codes, predicted: Codes, n_subjects: int, replicates: int
) -> dict[str, NDArray[np.float64]]:
    from sklearn.metrics import f1_score, recall_score

    order = np.argsort(subject, kind="stable")
    rows = np.split(order, np.cumsum(np.bincount(subject, minlength=n_subjects))[:-1])
    names = list(range(CLASSES))
    found: dict[str, list[float]] = {name: [] for name in SCORES}
    for drawn in np.random.default_rng(0).integers(0, n_subjects, (replicates, n_subjects)):
        taken = np.concatenate([rows[s] for s in drawn])
        y, said = true[taken], predicted[taken]
        found["uf1"].append(float(f1_score(y, said, labels=names, average="macro")))
        found["uar"].append(float(recall_score(y, said, labels=names, average="macro")))
        found["f1"].append(float(f1_score(y, said, labels=[1], average="macro")))
    return {name: np.array(values) for name, values in found.items()}


def rows_of(n_subjects: int) -> list[tuple[str, str, str, str]]:
    data = labels(n_subjects)
    table = recognition.tally(*data, n_subjects, CLASSES)
    begin = time.perf_counter()
    theirs = scikit_learn(*data, n_subjects, PEER_REPLICATES)
    each = (time.perf_counter() - begin) / PEER_REPLICATES
    # Same seed, same draws: the first replicates must be the same numbers.
    same = all(np.allclose(theirs[name], values[:PEER_REPLICATES]) for name, values in ours(*data, n_subjects).items())
    agree = "same scores" if same else "SCORES DIFFER"

    def against(seconds: float) -> str:
        return f"scikit-learn {each:.2f} s a replicate, {each * REPLICATES / seconds:,.0f} x, {agree}"

    def line(what: str, work: Callable[[], object], bound: str = "", peer: bool = True) -> tuple[str, str, str, str]:
        seconds = best_of(7, work)
        return f"{what}, {n_subjects} subjects", f"{1000 * seconds:.1f} ms", bound, against(seconds) if peer else ""

    half = np.random.default_rng(1).binomial(table, 0.5)
    return [
        line("tally 1e6 rows", lambda: recognition.tally(*data, n_subjects, CLASSES), peer=False),
        line(f"tally + {REPLICATES} x (UF1, UAR, F1)", lambda: ours(*data, n_subjects), "100 ms"),
        *(
            line(f"{method} intervals of the table", lambda m=method: limits(table, all_scores, m), peer=False)
            for method in METHODS
        ),
        line("permutation test, 9999 swaps", lambda: permutation_test(table, half, recognition.uf1), peer=False),
    ]


def main() -> None:
    table = [("what", "mebench", "bound", "peer in the same run, ratio")]
    for n_subjects in (68, 1000):
        table += rows_of(n_subjects)
    widths = [max(len(row[i]) for row in table) for i in range(4)]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


if __name__ == "__main__":
    main()
