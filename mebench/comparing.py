"""Two or more submissions on the same subjects: who is better, and is the difference more than chance?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mebench.metrics import resampling
from mebench.metrics.comparison import PERMUTATIONS, PairTest, compare_pairs, fitting_test, paired_difference
from mebench.metrics.named import RECOGNITION, SPOTTING, Statistic
from mebench.metrics.ranking import rank_intervals, tie_groups
from mebench.problems import UserError, unknown_name
from mebench.report.model import Report, defined, is_oracle
from mebench.scoring import score


@dataclass(frozen=True)
class Pair:
    """The first system minus the second, on one part of the data.

    ``p_value`` is of the comparison's ``test`` over subjects; ``adjusted`` is after Holm over all pairs of the part.
    """

    part: str
    first: str
    second: str
    difference: float | None
    low: float | None
    high: float | None
    p_value: float | None
    adjusted: float | None


@dataclass(frozen=True)
class System:
    """One submission on one part: its score, and the best and worst rank it may truly hold at the level."""

    part: str
    name: str
    score: float | None
    best_rank: int
    worst_rank: int


@dataclass(frozen=True)
class Comparison:
    """What a comparison says.

    ``test`` is ``permutation``, or ``jackknife`` where there are too many pairs for the swaps drawn; ``tie_groups``
    holds, by part, the largest groups in which no two are separable; ``oracle`` names the systems whose epoch or
    thresholds were chosen on the test labels.
    """

    dataset: str
    synthetic: bool
    metric: str
    subjects: int
    level: float
    interval: str
    test: PairTest
    permutations: int
    seed: int
    systems: tuple[System, ...]
    pairs: tuple[Pair, ...]
    tie_groups: Mapping[str, tuple[tuple[str, ...], ...]]
    truth_sha256: str
    submissions: Mapping[str, str]
    oracle: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison as a JSON-ready dictionary."""
        return {"schema": "mebench/comparison/1", **asdict(self)}


def compare(
    submissions: Sequence[str | Path | pd.DataFrame],
    dataset: str,
    *,
    metric: str | None = None,
    names: Sequence[str] | None = None,
    permutations: int = PERMUTATIONS,
    interval: str = resampling.METHOD,
    seed: int = 0,
    **options: Any,
) -> Comparison:
    """Compare submissions on the same dataset, subject by subject.

    Parameters
    ----------
    submissions : sequence of path or DataFrame
        At least two.
    dataset : str
    metric : str or None
        Spotting: ``f1`` (default), ``precision``, ``recall``; recognition: ``uf1`` (default), ``uar``, ``accuracy``.
    names : sequence of str or None
        What the systems are called; default the method of the metadata, else the file's name.
    permutations, interval, seed
        Of the permutation tests and the intervals; see :mod:`mebench.metrics.comparison`.
    **options
        Passed on to :func:`mebench.score`.

    Raises
    ------
    UserError
        If there are fewer than two, two have the same name, or one cannot be scored.
    """
    if options.get("rule") not in {None, "megc", "megc2019"}:
        raise UserError(f"Systems are compared under the canonical rules, not under {options['rule']}.")
    if len(submissions) < 2:
        raise UserError("A comparison needs at least two submissions.")
    reports = [score(one, dataset, seed=seed, **options) for one in submissions]
    called = _names(reports, submissions, names)
    statistics = RECOGNITION if reports[0].task == "recognition" else SPOTTING
    chosen = metric or next(iter(statistics))
    if chosen not in statistics:
        raise unknown_name(f"metric of {reports[0].task}", chosen, statistics)
    parts = {part: [_tables(report, part) for report in reports] for part in reports[0].scores}
    systems: list[System] = []
    pairs: list[Pair] = []
    ties = {}
    for part, tables in parts.items():
        scored, tested, groups = _part(part, called, tables, statistics[chosen], permutations, interval, seed)
        systems += scored
        pairs += tested
        ties[part] = groups
    return Comparison(
        dataset=reports[0].dataset,
        synthetic=reports[0].synthetic,
        metric=chosen,
        subjects=len(reports[0].by_subject),
        level=resampling.LEVEL,
        interval=interval,
        test=fitting_test(len(reports), permutations),
        permutations=permutations,
        seed=seed,
        systems=tuple(systems),
        pairs=tuple(pairs),
        tie_groups=ties,
        truth_sha256=reports[0].ground_truth["sha256"],
        submissions={name: report.submission["sha256"] for name, report in zip(called, reports, strict=True)},
        oracle=tuple(name for name, report in zip(called, reports, strict=True) if is_oracle(report)),
    )


def _part(
    part: str,
    names: Sequence[str],
    tables: Sequence[NDArray[np.int64]],
    statistic: Statistic,
    permutations: int,
    interval: str,
    seed: int,
) -> tuple[list[System], list[Pair], tuple[tuple[str, ...], ...]]:
    """Return the systems, the pairs and the tie groups of one part of the data."""
    test = fitting_test(len(tables), permutations)
    tests = compare_pairs(tables, statistic, test, permutations, seed)
    scores = np.array([float(statistic(table.sum(axis=0))) for table in tables])
    ranks = rank_intervals(scores, tests.adjusted)
    systems = [
        System(part, name, defined(float(value)), int(best), int(worst))
        for name, value, (best, worst) in zip(names, scores, ranks, strict=True)
    ]
    pairs = []
    for i in range(len(names)):
        for j in range(i + 1, len(names)):
            found = paired_difference(tables[i], tables[j], statistic, interval, seed=seed)
            ends = found.interval
            pairs.append(
                Pair(
                    part,
                    names[i],
                    names[j],
                    difference=defined(found.value),
                    low=None if ends is None else ends.low,
                    high=None if ends is None else ends.high,
                    p_value=defined(float(tests.p_value[i, j])),
                    adjusted=defined(float(tests.adjusted[i, j])),
                )
            )
    groups = tuple(tuple(names[i] for i in group) for group in tie_groups(scores, tests.adjusted))
    return systems, pairs, groups


def _tables(report: Report, part: str) -> NDArray[np.int64]:
    """Return the additive table of each subject, of one part of a report."""
    if report.task == "recognition":
        rows = [r["confusion"] for r in report.by_subject if part in {"full", r["dataset"]}]
        return np.array(rows, dtype=np.int64)
    kinds = [k for k in report.scores if k != "overall"] if part == "overall" else [part]
    return np.array(
        [[sum(row[k][c] for k in kinds) for c in ("tp", "fp", "fn")] for row in report.by_subject], dtype=np.int64
    )


def _names(reports: Sequence[Report], submissions: Sequence[Any], names: Sequence[str] | None) -> list[str]:
    if names is not None:
        called = list(names)
        if len(called) != len(reports):
            raise UserError(f"{len(called)} names for {len(reports)} submissions.")
    else:
        called = [str(r.submission["method"] or Path(r.submission["file"]).stem) for r in reports]
        if len(set(called)) < len(called):
            called = [
                str(one) if isinstance(one, str | Path) else f"table {i + 1}" for i, one in enumerate(submissions)
            ]
    if len(set(called)) < len(called):
        raise UserError(
            f"Two of the submissions have the same name ({', '.join(called)}). Tell them apart with --name."
        )
    return called
