"""Boards: who shares one, who is ahead of whom, and what page, exports and figures are given."""

import json
import time
from itertools import combinations

import numpy as np
import pytest
from entries_made import CLASSES, EMOTIONS, entry, random_spotting, recognition_rows, report, spotting_rows

from mebench.leaderboard.boards import boards
from mebench.leaderboard.intake import entry_of
from mebench.leaderboard.standing import standing
from mebench.metrics import spotting
from mebench.metrics.comparison import paired_difference, pairwise_tests
from mebench.metrics.ranking import rank_intervals, tie_groups
from mebench.problems import UserError

BOTH = ("me", "mae")
FIELDS = {
    *("id", "method", "preset", "seed", "authors", "code", "training_data", "file", "submission_sha256"),
    *("predictions", "selection", "threshold_source", "notes", "mebench", "commit", "time", "ranked"),
    *("unranked_because", "scores", "counts", "rank", "ties", "subjects"),
}


def spotted(name, seed=None, hit=0.5, **changes):
    table = random_spotting(seed if seed is not None else len(name), hit=hit)
    return entry(spotting_rows(table, BOTH), name=name, **changes)


def one(entries, **options):
    [board] = boards(entries, **options)
    return board.as_dict()


def test_a_board_says_all_that_its_readers_need():
    board = one([spotted("a", 1), spotted("b", 2)])
    assert board["id"] == "spotting/own/loso"
    assert (board["task"], board["dataset"], board["variant"], board["synthetic"]) == ("spotting", "own", None, False)
    assert board["rule"] == {"name": "megc", "version": 1, "iou": "1/2"}
    assert board["parts"] == ["me", "mae", "overall"]
    assert board["metrics"] == ["f1", "precision", "recall"]
    assert board["main"] == {"part": "me", "metric": "f1"}
    assert board["subjects"] == [f"s{i:02d}" for i in range(12)]
    assert set(board["pairs"]) == {"me", "mae", "overall"}
    for row in board["rows"]:
        assert set(row) == FIELDS
        for part in board["parts"]:
            assert np.sum(row["subjects"][part], axis=0).tolist() == [
                row["counts"][part][n] for n in ("tp", "fp", "fn")
            ]
            assert set(row["scores"][part]) == set(board["metrics"])
    assert json.loads(json.dumps(board, allow_nan=False)) == board


def test_boards_of_the_scorers_own_reports():
    tasks = ("spotting", "recognition", "spot-then-recognise")
    made = [board.as_dict() for board in boards(entry_of(report(task)) for task in tasks)]
    found = {board["task"]: board for board in made}
    assert found["recognition"]["parts"][0] == "full"
    assert found["recognition"]["main"] == {"part": "full", "metric": "uf1"}
    assert len(found["recognition"]["subject_parts"]) == len(found["recognition"]["subjects"])
    assert set(found["recognition"]["subject_parts"]) == set(found["recognition"]["parts"][1:])
    [row] = found["recognition"]["rows"]
    assert list(row["subjects"]) == ["full"]
    confusion = np.array(row["subjects"]["full"]).reshape(-1, 3, 3)
    for part in found["recognition"]["parts"]:
        own = [part in {"full", database} for database in found["recognition"]["subject_parts"]]
        assert confusion[own].sum(axis=0).tolist() == row["counts"][part]["confusion"]
    assert found["spot-then-recognise"]["metrics"] == ["strs", "spotting_f1", "analysis_f1"]
    assert found["spot-then-recognise"]["classes"]
    assert all(board["synthetic"] and board["rows"][0]["rank"][board["main"]["part"]] == [1, 1] for board in made)


def test_ranks_ties_and_pairs_are_those_of_the_comparison():
    entries = [spotted(f"m{i}", i, hit) for i, hit in enumerate((0.05, 0.3, 0.5, 0.9))]
    board = one(entries)
    places = {row["id"]: i for i, row in enumerate(board["rows"])}
    entries.sort(key=lambda e: places[e.id])
    for part in board["parts"]:
        tables = [e.tables[part] for e in entries]
        tests = pairwise_tests(tables, spotting.f1)
        scores = np.array([float(spotting.f1(t.sum(axis=0))) for t in tables])
        assert [row["rank"][part] for row in board["rows"]] == rank_intervals(scores, tests.adjusted).tolist()
        groups = [set(group) for group in tie_groups(scores, tests.adjusted)]
        for i, j in combinations(range(4), 2):
            shared = set(board["rows"][i]["ties"][part]) & set(board["rows"][j]["ties"][part])
            assert bool(shared) == any({i, j} <= group for group in groups)
        assert len(board["pairs"][part]) == 6
        for i, j, difference, low, high, p, adjusted in board["pairs"][part]:
            expected = paired_difference(tables[i], tables[j], spotting.f1)
            ends = expected.interval or (None, None)
            assert (difference, low, high) == pytest.approx((expected.value, *ends[:2]), abs=1e-6)
            assert (p, adjusted) == pytest.approx((tests.p_value[i, j], tests.adjusted[i, j]), abs=1e-6)


def test_rows_are_ordered_by_the_main_score_and_another_metric_ranks_by_itself():
    entries = [spotted(f"m{i}", i, hit) for i, hit in enumerate((0.2, 0.9, 0.5))]
    for metric in ("f1", "recall"):
        rows = one(entries, metric=metric)["rows"]
        values = [row["scores"]["me"][metric][0] for row in rows]
        assert values == sorted(values, reverse=True)
    with pytest.raises(UserError, match="Did you mean 'recall'"):
        boards(entries, metric="recal")


def test_oracle_runs_stand_below_without_a_rank_and_change_no_other_row():
    plain = [spotted("a", 1, 0.3), spotted("b", 2, 0.4)]
    oracle = spotted("best", 3, 1.0, submission__selection="oracle")
    board, without = one([*plain, oracle]), one(plain)
    assert [row["method"] for row in board["rows"]][-1] == "best"
    last = board["rows"][-1]
    assert (last["ranked"], last["rank"]["me"], last["ties"]["me"]) == (False, None, "")
    assert "ORACLE" in last["unranked_because"]
    assert board["rows"][:2] == without["rows"]
    assert board["pairs"] == without["pairs"]


def test_a_board_of_oracle_runs_alone_has_no_ranks():
    board = one([spotted("a", 1, submission__selection="oracle")])
    assert board["pairs"] == {}
    assert board["rows"][0]["rank"] == {"me": None, "mae": None, "overall": None}


def test_an_undefined_score_is_last_and_undefined():
    table = random_spotting(1)
    silent = table.copy()
    silent[..., 2] += silent[..., 0]
    silent[..., :2] = 0
    entries = [spotted("a", 2, 0.05), entry(spotting_rows(silent, BOTH), name="silent")]
    board = one(entries, metric="precision")
    last = board["rows"][-1]
    assert last["method"] == "silent"
    assert last["scores"]["me"]["precision"] == [None, None, None]
    assert last["rank"]["me"] is None
    assert board["rows"][0]["rank"]["me"] == [1, 1]


def test_what_differs_in_more_than_the_submission_shares_no_board():
    base = spotted("a", 1)
    others = [
        spotted("b", 2, dataset="other"),
        spotted("c", 3, protocol="holdout"),
        spotted("d", 4, protocol=None),
        spotted("e", 5, variant="amplitude 2", synthetic=True, dataset="own-twin"),
        spotted("f", 6, synthetic=True),
        spotted("g", 7, ground_truth__sha256="0" * 64),
        spotted("h", 8, rule__iou="1/3"),
    ]
    found = boards([base, *others])
    assert [len(board.entries) for board in found] == [1] * 8
    assert len({board.id for board in found}) == 8
    names = {board.id for board in found}
    assert {"spotting/own/loso", "spotting/own/unstated", "spotting/own/loso/synthetic"} <= names
    assert "spotting/own-twin/loso/amplitude-2/synthetic" in names
    assert [board.entries[0].document["synthetic"] for board in found] == [False] * 6 + [True] * 2


def test_the_order_of_entries_plays_no_part():
    entries = [spotted(f"m{i}", i) for i in range(5)]
    assert one(entries) == one(entries[::-1])


def test_more_rows_than_swaps_can_part_are_tested_by_the_jackknife():
    entries = [spotted(f"m{i}", i, 0.95 if i < 3 else 0.1) for i in range(33)]
    board = one(entries)
    assert board["test"]["method"] == "jackknife"
    assert "jackknife over the 12 subjects (Student t, 11 degrees" in board["test"]["words"]
    assert board["pairs"] == {}
    first = board["rows"][0]
    assert first["rank"]["overall"][1] < 33
    for row in board["rows"]:
        tied = row["rank"]["overall"][0] == 1
        assert row["ties"]["overall"] in {"", "a"}
        if row["ties"]["overall"]:
            assert tied
    assert one(entries[:32])["test"]["method"] == "permutation"


def test_recognition_ranks_each_database_by_its_own_subjects():
    rng = np.random.default_rng(0)
    good = np.tile(np.diag([3, 2, 2]), (12, 1, 1))
    bad = rng.integers(0, 3, (12, 3, 3))
    databases = ["a"] * 6 + ["b"] * 6
    mixed = np.concatenate([good[:6], bad[6:]])
    entries = [
        entry(recognition_rows(table, databases), task="recognition", classes=CLASSES, name=name)
        for name, table in (("good", good), ("mixed", mixed))
    ]
    board = one(entries)
    assert board["parts"] == ["full", "a", "b"]
    assert board["subjects"][0] == "a/s00"
    [pair] = board["pairs"]["a"]
    assert pair[2] == 0
    [pair] = board["pairs"]["b"]
    assert pair[2] > 0.2


def test_spot_then_recognise_is_ranked_by_its_product():
    rows = [{"subject": f"s{i}", "me": [i % 3 + 1, 1, 1], "confusion": [[i % 3, 1, 0], [0, 0, 0]]} for i in range(8)]
    board = one([entry(rows, task="spot-then-recognise", classes=EMOTIONS)])
    row = board["rows"][0]
    assert row["scores"]["me"]["strs"][0] == pytest.approx(
        row["scores"]["me"]["spotting_f1"][0] * row["scores"]["me"]["analysis_f1"][0]
    )
    assert len(row["subjects"]["me"][0]) == 3 + 2 * 3
    assert row["counts"]["me"]["confusion"][0] == [sum(i % 3 for i in range(8)), 8, 0]


def test_a_standing_of_nothing_is_nothing():
    assert standing([], spotting.f1, "permutation") == ([], [], [])
    silent = np.zeros((3, 3), dtype=np.int64)
    assert standing([silent], spotting.f1, "permutation") == ([None], [""], [])


def test_a_thousand_systems_are_ranked_in_seconds():
    rng = np.random.default_rng(1)
    tables = [rng.integers(0, 5, (30, 3)) for _ in range(1000)]
    start = time.perf_counter()
    found = standing(tables, spotting.f1, "jackknife")
    assert len(found.ranks) == 1000
    assert not found.pairs
    # Nothing fails because a machine is slow: all groups of a thousand would not be found in a lifetime.
    assert time.perf_counter() - start < 60
