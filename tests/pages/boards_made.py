"""Boards, published rows and hostile names, made up: what :func:`mebench.pages.board_page.board_page` is given."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from mebench.metrics import recognition, spotting
from mebench.metrics.comparison import paired_difference, pairwise_tests
from mebench.metrics.named import spot_then_recognise_scores
from mebench.metrics.ranking import rank_intervals, tie_groups
from mebench.metrics.resampling import limits

SPOTTING_BOARD = "spotting/casme-sq-twin/loso"
RECOGNITION_BOARD = "recognition/megc2019-twin/megc2019-cde"
STRS_BOARD = "spot-then-recognise/casme-sq-twin/loso"
VIEW = "section[role=tabpanel]:not([hidden])"
ROWS = f"{VIEW} table.board > tbody > tr:not(.detail)"

METHODS = ("dyngeonet", "mdmd", "lbp-chi2", "softnet", "mean-spot", "mtsn", "abpn", "sl-swin", "lgsnet", "tsms")
RECOGNISERS = ("lbp-top", "ststnet", "rcn-a", "off-apexnet", "feature-refinement", "htnet", "always-negative")
SPOTTING = {"f1": spotting.f1, "precision": spotting.precision, "recall": spotting.recall}
RECOGNITION = {"uf1": recognition.uf1, "uar": recognition.uar, "accuracy": recognition.accuracy}
CLASSES = ["negative", "positive", "surprise"]

HOSTILE = {
    "script": "<script>window.hacked = 1</script>",
    "close": "</script><img src=x onerror='window.hacked=1'>",
    "quotes": '"><svg onload="window.hacked=1">\'`',
    "template": "{{7*7}} ${7*7} {% raw %}",
    "bidi": "abc\u202edcba\u2066x\u2069\u200b\u200d",
    "long": "W" * 10_000,
    "sheet": '=HYPERLINK("http://127.0.0.1/x","go")',
    "at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "lines": "one\ntwo\r\nthree\ttab \x00\x07\x1b[31m",
    "surrogate": "half \ud83d and \u2028 \u2029 \ufeff",
    "link": "javascript:window.hacked=1",
    "proto": "__proto__",
}
"""Names that must stay text wherever they are shown."""


def spotting_counts(rng: np.random.Generator, n_rows: int, n_subjects: int) -> dict[str, np.ndarray]:
    """TP, FP, FN of each row and subject by part, shape (rows, subjects, 3); the events are the same for all rows."""
    skill = np.linspace(0.75, 0.05, n_rows) if n_rows > 1 else np.array([0.5])
    found = {}
    for part, mean, easier in (("me", 2.5, 0.0), ("mae", 7.0, 0.12)):
        events = rng.poisson(mean, n_subjects)
        chance = np.clip(skill[:, None] * 0.55 + easier + rng.normal(0, 0.05, (n_rows, n_subjects)), 0.01, 0.97)
        hits = rng.binomial(events, chance)
        false = rng.poisson(mean * (1.1 - 0.8 * skill[:, None]), (n_rows, n_subjects))
        found[part] = np.stack([hits, false, events - hits], axis=-1)
    found["overall"] = found["me"] + found["mae"]
    return found


def recognition_counts(rng: np.random.Generator, n_rows: int, n_subjects: int) -> np.ndarray:
    """Confusions of each row and subject, shape (rows, subjects, 3, 3); the clips are the same for all rows."""
    clips = rng.poisson((3.6, 1.6, 1.3), (n_subjects, 3))
    skill = np.linspace(0.85, 0.34, n_rows)
    table = np.zeros((n_rows, n_subjects, 3, 3), dtype=np.int64)
    for i in range(n_rows):
        for c in range(3):
            chances = np.full(3, (1 - skill[i]) / 2)
            chances[c] = skill[i]
            table[i, :, c] = rng.multinomial(clips[:, c], chances)
    return table


def row(i: int, method: str, seed: int, **changed: Any) -> dict[str, Any]:
    """Facts of one entry, without its numbers."""
    sha = hashlib.sha256(f"{method} {i} {seed}".encode()).hexdigest()
    return {
        "id": sha[:16],
        "method": method,
        "preset": ("cpu", "paper")[i % 2],
        "seed": i % 3,
        "authors": f"{('Li', 'Tran', 'See', 'Yap')[i % 4]} et al.",
        "code": "https://github.com/example/method",
        "training_data": ["the other subjects of the dataset"],
        "file": f"{method}.csv",
        "submission_sha256": sha,
        "predictions": 200 + i,
        "selection": "last",
        "threshold_source": "train",
        "notes": "",
        "mebench": "0.6.0",
        "commit": sha[:40],
        "time": "2026-05-04T10:11:12+00:00",
        "ranked": True,
        "unranked_because": None,
        **changed,
    }


def _scores(tables: np.ndarray, statistics: dict[str, Any]) -> list[dict[str, list[float | None]]]:
    """[value, low, high] of each row by metric, from counts of shape (rows, subjects, ...)."""
    by_subject = np.moveaxis(tables, 0, 1)
    made: list[dict[str, list[float | None]]] = [{} for _ in tables]
    for metric, statistic in statistics.items():
        value = statistic(tables.sum(axis=1))
        ends = limits(by_subject, statistic)
        for i, triple in enumerate(zip(value, ends.low, ends.high, strict=True)):
            made[i][metric] = [float(x) if np.isfinite(x) else None for x in triple]
    return made


def _ranked(board: dict[str, Any], part: str, tables: np.ndarray, statistic: Any, permutations: int) -> None:
    """Fill ranks, ties and pairs of one part, by the contract."""
    rows = board["rows"]
    which = [i for i, one in enumerate(rows) if one["ranked"]]
    values = np.array([statistic(tables[i].sum(axis=0)) for i in which])
    if len(which) > 32:
        for place, i in enumerate(which):
            rows[i]["rank"][part] = [max(1, place - 20), min(len(which), place + 25)]
            rows[i]["ties"][part] = "a" if place < 22 else ""
        return
    tests = pairwise_tests([tables[i] for i in which], statistic, permutations)
    ranks = rank_intervals(values, tests.adjusted)
    groups = tie_groups(values, tests.adjusted)
    for k, i in enumerate(which):
        rows[i]["rank"][part] = ranks[k].tolist()
        rows[i]["ties"][part] = "".join(chr(97 + g) for g, group in enumerate(groups[:26]) if k in group)
    for a in range(len(which)):
        for b in range(a + 1, len(which)):
            found = paired_difference(tables[which[a]], tables[which[b]], statistic)
            ends = found.interval or (None, None)
            p, adjusted = float(tests.p_value[a, b]), float(tests.adjusted[a, b])
            board["pairs"][part].append([which[a], which[b], found.value, ends[0], ends[1], p, adjusted])


def _board(task: str, dataset: str, synthetic: bool, variant: str | None, protocol: str) -> dict[str, Any]:
    ending = f"/{variant.replace(' ', '-')}" if variant else ""
    return {
        "id": f"{task}/{dataset}/{protocol}{ending}",
        "task": task,
        "dataset": dataset,
        "variant": variant,
        "synthetic": synthetic,
        "protocol": protocol,
        "ground_truth": {"policy": "as-annotated", "sha256": hashlib.sha256(dataset.encode()).hexdigest()},
        "test": {
            "method": "permutation",
            "level": 0.95,
            "words": "Paired permutation tests over subjects, adjusted over all pairs by Holm's rule.",
        },
        "pairs": {},
    }


def spotting_board(
    n_rows: int = 12,
    n_subjects: int = 22,
    *,
    dataset: str = "casme-sq-twin",
    synthetic: bool = True,
    variant: str | None = None,
    seed: int = 0,
    oracle: bool = True,
    permutations: int = 4999,
) -> dict[str, Any]:
    """A spotting board; its last row is an oracle if asked for, the row before it predicted nothing."""
    rng = np.random.default_rng(seed)
    counts = spotting_counts(rng, n_rows, n_subjects)
    rows = [row(i, METHODS[i % len(METHODS)], seed) for i in range(n_rows)]
    if oracle and n_rows > 3:
        rows[-1] |= {"method": "oracle-threshold", "threshold_source": "oracle", "ranked": False}
        rows[-1]["unranked_because"] = "its thresholds were chosen on the test labels (oracle)"
        rows[-2] |= {"method": "silent", "file": "silent.csv", "predictions": 0}
        for part in counts:
            table = counts[part][n_rows - 2]
            table[:, 2] += table[:, 0]
            table[:, :2] = 0
        for part in ("me", "mae"):
            # Sees every event that the first row sees, without its false alarms.
            counts[part][-1] = counts[part][0] * [1, 0, 1]
        counts["overall"] = counts["me"] + counts["mae"]
    board = _board("spotting", dataset, synthetic, variant, "loso")
    events = {part: int(counts[part][0, :, [0, 2]].sum()) for part in ("me", "mae")}
    board |= {
        "rule": {"name": "megc", "version": 1, "iou": "1/2"},
        "parts": ["me", "mae", "overall"],
        "metrics": ["f1", "precision", "recall"],
        "main": {"part": "me", "metric": "f1"},
        "subjects": [f"s{15 + k}" for k in range(n_subjects)],
        "rows": rows,
    }
    board["ground_truth"]["counts"] = {"videos": 4 * n_subjects, "subjects": n_subjects, **events}
    for one in rows:
        one |= {"scores": {}, "counts": {}, "rank": {}, "ties": {}, "subjects": {}}
    for part, tables in counts.items():
        board["pairs"][part] = []
        for one, table, scores in zip(rows, tables, _scores(tables, SPOTTING), strict=True):
            total = table.sum(axis=0).tolist()
            one["scores"][part] = scores
            one["counts"][part] = dict(zip(("tp", "fp", "fn"), total, strict=True))
            one["rank"][part], one["ties"][part] = None, ""
            one["subjects"][part] = table.tolist()
        _ranked(board, part, tables, spotting.f1, permutations)
    if n_rows > 32:
        board["pairs"] = {}
    return board


def recognition_board(
    n_rows: int = 7,
    n_subjects: int = 68,
    *,
    dataset: str = "megc2019-twin",
    synthetic: bool = True,
    seed: int = 1,
    permutations: int = 999,
) -> dict[str, Any]:
    """A recognition board of three databases."""
    rng = np.random.default_rng(seed)
    tables = recognition_counts(rng, n_rows, n_subjects)
    of = [("smic", "casme2", "samm")[3 * k // n_subjects] for k in range(n_subjects)]
    board = _board("recognition", dataset, synthetic, None, "megc2019-cde")
    board |= {
        "rule": {"name": "megc2019", "version": 1},
        "parts": ["full", "smic", "casme2", "samm"],
        "metrics": ["uf1", "uar", "accuracy"],
        "main": {"part": "full", "metric": "uf1"},
        "subjects": [f"{name}/{k}" for k, name in enumerate(of)],
        "subject_parts": of,
        "classes": CLASSES,
        "rows": [row(i, RECOGNISERS[i % len(RECOGNISERS)], seed, selection="last") for i in range(n_rows)],
    }
    board["ground_truth"]["counts"] = {"clips": int(tables[0].sum()), "subjects": n_subjects}
    for one, table in zip(board["rows"], tables, strict=True):
        one |= {"scores": {}, "counts": {}, "rank": {}, "ties": {}}
        one["subjects"] = {"full": table.reshape(n_subjects, 9).tolist()}
    for part in board["parts"]:
        chosen = np.array([part in ("full", name) for name in of])
        board["pairs"][part] = []
        scores = _scores(tables[:, chosen], RECOGNITION)
        for one, table, made in zip(board["rows"], tables[:, chosen], scores, strict=True):
            one["scores"][part] = made
            one["counts"][part] = {"confusion": table.sum(axis=0).tolist()}
            one["rank"][part], one["ties"][part] = None, ""
        _ranked(board, part, tables[:, chosen], recognition.uf1, permutations)
    if n_rows > 32:
        board["pairs"] = {}
    return board


def strs_board(n_subjects: int = 12, seed: int = 4) -> dict[str, Any]:
    """A board of spot-then-recognise: of each subject TP, FP, FN and the emotions of the hits, in one line."""
    board = _board("spot-then-recognise", "casme-sq-twin", True, None, "loso")
    statistics = spot_then_recognise_scores(2)
    counts = spotting_counts(np.random.default_rng(seed), 3, n_subjects)["me"]
    told = np.random.default_rng(seed).multinomial(counts[..., 0], (0.3, 0.15, 0.05, 0.1, 0.3, 0.1))
    tables = np.concatenate([counts, told], axis=-1)
    board |= {
        "rule": {"name": "megc", "version": 1, "iou": "1/2"},
        "parts": ["me"],
        "metrics": list(statistics),
        "main": {"part": "me", "metric": "strs"},
        "classes": ["negative", "positive"],
        "subjects": [f"s{k}" for k in range(n_subjects)],
        "rows": [row(i, METHODS[i], 9) for i in range(3)],
    }
    board["ground_truth"]["counts"] = {"videos": 20, "subjects": 5, "me": 12}
    board["pairs"]["me"] = []
    for one, table, scores in zip(board["rows"], tables, _scores(tables, statistics), strict=True):
        total = table.sum(axis=0).tolist()
        said = dict(zip(("tp", "fp", "fn"), total, strict=False)) | {"confusion": [total[3:6], total[6:]]}
        one |= {"scores": {"me": scores}, "counts": {"me": said}, "subjects": {"me": table.tolist()}}
        one |= {"rank": {"me": None}, "ties": {"me": ""}}
    _ranked(board, "me", tables, statistics["strs"], 999)
    return board


def table_of(board: dict[str, Any], k: int, part: str) -> np.ndarray:
    """Counts of a row by subject, as the metrics take them."""
    recognised = board["task"] == "recognition"
    table = np.array(board["rows"][k]["subjects"]["full" if recognised else part])
    if not recognised:
        return table
    chosen = np.array([part in ("full", name) for name in board["subject_parts"]])
    return table[chosen].reshape(-1, 3, 3)


def published_rows(dataset: str = "casme-sq") -> list[dict[str, Any]]:
    """One published row a verdict, with made-up methods and numbers."""
    verdicts = {
        "impossible": "No whole counts of 57 events give this precision, recall and F1 together.",
        "precision printed as recall": "The printed recall is the precision of counts that fit; as recall none do.",
        "test-selected": "Its code keeps the epoch that is best on the test subject.",
        "consistent": "Whole counts give these numbers to the printed digits: 12 hits of 57.",
        "unverified": "Only F1 is printed: nothing to check it against.",
    }
    return [
        {
            "task": "spotting",
            "dataset": dataset,
            "dataset_words": "CAS(ME)^2",
            "protocol": "loso" if i % 2 else None,
            "method": f"Published method {i}",
            "year": 2019 + i,
            "source": f"Made-up paper {i}, Table {i + 1}",
            "citation": f"Author {i}. A paper. {2019 + i}.",
            "link": "https://doi.org/10.1000/example",
            "parts": {"me": {"f1": f".{10 + i}4", "precision": ".2", "recall": ".08"}, "mae": {"f1": ".31"}},
            "counts": {"me": {"tp": 12, "fp": 48, "fn": 45}} if i == 3 else {},
            "rule": "its own script: exclusive lengths" if i == 2 else None,
            "selection": "best epoch on the test subject" if i == 2 else None,
            "verdict": verdict,
            "why": why,
        }
        for i, (verdict, why) in enumerate(verdicts.items())
    ]


def hostile_board() -> dict[str, Any]:
    """A board each of whose rows has one hostile text in every field of text."""
    names = list(HOSTILE.values())
    board = spotting_board(len(names), 6, oracle=False, seed=3, permutations=99)
    for one, name in zip(board["rows"], names, strict=True):
        for field in ("method", "preset", "authors", "code", "file", "notes", "selection", "commit", "mebench"):
            one[field] = name
        one["training_data"] = [name, name]
    board["subjects"] = [names[k % len(names)] for k in range(6)]
    return board


def hostile_published() -> list[dict[str, Any]]:
    """Published rows with the hostile texts in every field of text."""
    rows = []
    for name in HOSTILE.values():
        made = published_rows("casme-sq-twin")[0]
        rows.append(
            made
            | dict.fromkeys(("method", "source", "citation", "rule", "selection", "why", "dataset_words"), name)
            | {"link": name, "parts": {"me": {"f1": name}}}
        )
    return rows
