"""Boards of systems of known strength, as the leaderboard gives them, made by hand so that nothing needs scoring."""

from itertools import combinations

import numpy as np

from mebench.metrics import recognition, spotting
from mebench.metrics.comparison import paired_difference, pairwise_tests
from mebench.metrics.ranking import rank_intervals, tie_groups
from mebench.metrics.resampling import limits

TWIN = "casme-sq-twin"
NAMES = [
    "<script>alert(1)</script>",
    "$x_1$ 100% {{7*7}}",
    "\u202egnp\x07",
    "長" * 10_000,
    "W" * 100 + " (cpu)",
    "plain",
]

WORDS = "Separable: p <= .05 of the paired permutation test over subjects, after Holm."


def spotting_tables(strengths, subjects=14, seed=0):
    """Count tables (system, subject, type, 3): a system of strength s finds each event with chance s."""
    rng = np.random.default_rng(seed)
    events = rng.integers(1, 8, size=(subjects, 2))
    tables = []
    for strength in strengths:
        tp = rng.binomial(events, strength)
        fp = rng.poisson(events * (1 - strength) * 2)
        tables.append(np.stack([tp, fp, events - tp], axis=-1))
    return np.array(tables)


def board(tables, names=None, synthetic=True, presets=None, tested=True):
    """A spotting board of those tables; untested, all are tied."""
    n = len(tables)
    parts = {"me": tables[:, :, 0], "mae": tables[:, :, 1], "overall": tables.sum(axis=2)}
    rows = [row(i, (names or [f"system-{k}" for k in range(n)])[i], (presets or ["cpu"] * n)[i]) for i in range(n)]
    functions = {"f1": spotting.f1, "precision": spotting.precision, "recall": spotting.recall}
    pairs = {part: fill(rows, part, list(table), functions, "f1", tested) for part, table in parts.items()}
    return {
        "id": "spotting/casme-sq-twin/loso",
        "task": "spotting",
        "dataset": "casme-sq-twin" if synthetic else "casme-sq",
        "variant": None,
        "synthetic": synthetic,
        "protocol": "loso",
        "rule": {"name": "megc", "version": 1, "iou": "1/2"},
        "ground_truth": {"policy": "default/1", "sha256": "0" * 64, "counts": {}},
        "parts": list(parts),
        "metrics": list(functions),
        "main": {"part": "me", "metric": "f1"},
        "test": {"method": "permutation", "words": WORDS, "level": 0.95},
        "subjects": [f"s{15 + k}" for k in range(tables.shape[1])],
        "rows": rows,
        "pairs": pairs,
    }


def recognition_board(tables, names, databases):
    """A recognition board of confusions (system, subject, class, class); ``databases`` has one a subject."""
    rows = [row(i, name, "cpu") for i, name in enumerate(names)]
    functions = {"uf1": recognition.uf1, "uar": recognition.uar, "accuracy": recognition.accuracy}
    here = np.array(databases)
    pairs = {}
    for part in ("full", *dict.fromkeys(databases)):
        kept = tables if part == "full" else tables[:, here == part]
        pairs[part] = fill(rows, part, list(kept), functions, "uf1")
        for one, table in zip(rows, kept, strict=True):
            one["counts"][part] = {"confusion": table.sum(axis=0).tolist()}
    for one, table in zip(rows, tables, strict=True):
        one["subjects"] = {"full": table.reshape(len(table), -1).tolist()}
    made = board(spotting_tables([0.5]), [""], tested=False)
    return made | {
        "id": "recognition/megc2019-twin/megc2019",
        "task": "recognition",
        "dataset": "megc2019-twin",
        "protocol": "megc2019",
        "rule": {"name": "megc2019", "version": 1},
        "parts": ["full", *dict.fromkeys(databases)],
        "metrics": list(functions),
        "main": {"part": "full", "metric": "uf1"},
        "classes": ["negative", "positive", "surprise"],
        "subjects": [f"s{k}" for k in range(tables.shape[1])],
        "subject_parts": list(databases),
        "rows": rows,
        "pairs": pairs,
    }


def row(i, name, preset):
    return {
        "id": f"{i:016x}",
        "method": name,
        "preset": preset,
        "seed": 0,
        "authors": "",
        "code": None,
        "training_data": [],
        "file": "submission.csv",
        "submission_sha256": f"{i:064x}",
        "predictions": 100,
        "selection": "last",
        "threshold_source": "train",
        "notes": None,
        "mebench": "0.1",
        "commit": None,
        "time": "2026-01-01T00:00:00Z",
        "ranked": True,
        "unranked_because": None,
        "scores": {},
        "counts": {},
        "rank": {},
        "ties": {},
        "subjects": {},
    }


def fill(rows, part, tables, functions, main, tested=True):
    """Put the scores, ranks and ties of one part into the rows; return its pairs."""
    tests = pairwise_tests(tables, functions[main], permutations=1999 if tested else 1)
    scores = np.array([float(functions[main](table.sum(axis=0))) for table in tables])
    ranks = rank_intervals(scores, tests.adjusted)
    groups = tie_groups(scores, tests.adjusted)
    ends = {name: limits(np.stack(tables, axis=1), f) for name, f in functions.items()}
    for i, (one, table) in enumerate(zip(rows, tables, strict=True)):
        total = table.sum(axis=0)
        one["scores"][part] = {
            name: [known(f(total)), known(ends[name].low[i]), known(ends[name].high[i])]
            for name, f in functions.items()
        }
        one["counts"][part] = dict(zip(("tp", "fp", "fn"), total.tolist(), strict=False))
        one["rank"][part] = ranks[i].tolist()
        one["ties"][part] = "".join(chr(97 + g) for g, group in enumerate(groups) if i in group)
        one["subjects"][part] = table.tolist()
    if not tested:
        return []
    return [
        [i, j, *pair(tables[i], tables[j], functions[main], tests, i, j)] for i, j in combinations(range(len(rows)), 2)
    ]


def pair(first, second, function, tests, i, j):
    found = paired_difference(first, second, function)
    ends = found.interval
    low, high = (None, None) if ends is None else (ends.low, ends.high)
    return [found.value, low, high, float(tests.p_value[i, j]), float(tests.adjusted[i, j])]


def known(value):
    value = float(value)
    return value if np.isfinite(value) else None
