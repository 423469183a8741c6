import math
from fractions import Fraction

import numpy as np
import pytest
from brute_force import counts as brute_counts
from hypothesis import given
from hypothesis import strategies as st
from strategies import GROUPS, interval, interval_lists, thresholds
from test_intervals import spans

from mebench.metrics import spotting
from mebench.metrics.intervals import iou_threshold
from mebench.metrics.matching import match

HALF = Fraction(1, 2)


def count(references, estimates, threshold=HALF, groups=GROUPS):
    return spotting.count(spans(references), spans(estimates), groups, threshold)[0].tolist()


# The toy cases that public scorers disagree on (intervals of one video and type), and the canonical answer.
TOYS = {
    "A identical": ([(1, 10)], [(1, 10)], (1, 0, 0)),
    "B IoU is .5 inclusive": ([(1, 20)], [(1, 10)], (1, 0, 0)),
    "C IoU is .5 exclusive": ([(0, 20)], [(0, 10)], (1, 0, 0)),
    "D one prediction, two events": ([(1, 14), (7, 20)], [(1, 20)], (1, 0, 1)),
    "E two predictions, one event": ([(1, 10)], [(1, 10), (2, 11)], (1, 1, 0)),
    "F two and two, crossing": ([(1, 10), (6, 15)], [(3, 12), (1, 7)], (2, 0, 0)),
    "F' the same by onset": ([(1, 10), (6, 15)], [(1, 7), (3, 12)], (2, 0, 0)),
    "G one frame": ([(5, 5)], [(5, 5)], (1, 0, 0)),
    "H no prediction": ([(1, 10)], [], (0, 0, 1)),
    "I no event": ([], [(1, 10)], (0, 1, 0)),
}


@pytest.mark.parametrize("name", TOYS)
def test_toy_cases(name):
    references, estimates, expected = TOYS[name]
    assert count([(0, *r) for r in references], [(0, *e) for e in estimates], groups=1) == [list(expected)]


@given(interval_lists(empty=True), interval_lists(empty=True), thresholds)
def test_counts_equal_brute_force(references, estimates, threshold):
    assert count(references, estimates, threshold) == [
        list(c) for c in brute_counts(references, estimates, GROUPS, threshold)
    ]


@given(interval_lists(), interval_lists(), thresholds, st.randoms(use_true_random=False))
def test_row_order_plays_no_part(references, estimates, threshold, random):
    shuffled_references, shuffled_estimates = references.copy(), estimates.copy()
    random.shuffle(shuffled_references)
    random.shuffle(shuffled_estimates)
    assert count(references, estimates, threshold) == count(shuffled_references, shuffled_estimates, threshold)

    def pairs(refs, ests):
        matched = match(spans(refs), spans(ests), threshold)
        return sorted((refs[i], ests[j]) for i, j in enumerate(matched) if j >= 0)

    assert pairs(references, estimates) == pairs(shuffled_references, shuffled_estimates)


@given(interval_lists(), interval_lists(), thresholds, st.integers(-(10**9), 10**9))
def test_shifting_every_frame_changes_nothing(references, estimates, threshold, shift):
    def moved(rows):
        return [(g, onset + shift, offset + shift) for g, onset, offset in rows]

    assert count(references, estimates, threshold) == count(moved(references), moved(estimates), threshold)


@given(interval_lists(), interval_lists(), thresholds, st.permutations(range(GROUPS)))
def test_renaming_the_videos_renames_the_rows_of_the_table(references, estimates, threshold, names):
    def renamed(rows):
        return [(names[g], *rest) for g, *rest in rows]

    before, after = count(references, estimates, threshold), count(renamed(references), renamed(estimates), threshold)
    assert [after[names[g]] for g in range(GROUPS)] == before


@given(interval_lists(), thresholds)
def test_predicting_the_events_themselves_scores_one(references, threshold):
    table = np.array(count(references, references, threshold)).sum(axis=0)
    assert table.tolist() == [len(references), 0, 0]
    if references:
        assert spotting.f1(table) == spotting.precision(table) == spotting.recall(table) == 1


@given(interval_lists(), interval_lists(), interval())
def test_repeating_a_prediction_adds_at_most_one_hit_and_otherwise_a_false_positive(references, estimates, again):
    once = np.array(count(references, [*estimates, again])).sum(axis=0)
    twice = np.array(count(references, [*estimates, again, again])).sum(axis=0)
    gained = twice - once
    assert gained[spotting.TP] + gained[spotting.FP] == 1
    assert gained[spotting.TP] == -gained[spotting.FN] <= 1


@given(st.lists(interval(), max_size=5, unique=True), st.integers(1, 4))
def test_every_duplicate_of_a_perfect_prediction_is_a_false_positive(references, copies):
    distinct = [(i, 1, 10) for i in range(len(references))]
    table = np.array(count(distinct, distinct * copies, groups=max(len(distinct), 1))).sum(axis=0)
    assert table.tolist() == [len(distinct), len(distinct) * (copies - 1), 0]


@given(interval_lists(), interval_lists(8), thresholds)
def test_removing_a_wrong_prediction_never_lowers_f1(references, estimates, threshold):
    reference, estimated = spans(references), spans(estimates)
    _, matched = spotting.count(reference, estimated, GROUPS, threshold)
    used = set(matched[matched >= 0].tolist())
    with_all = spotting.f1(np.array(count(references, estimates, threshold)).sum(axis=0))
    for wrong in set(range(len(estimates))) - used:
        fewer = [e for i, e in enumerate(estimates) if i != wrong]
        without = spotting.f1(np.array(count(references, fewer, threshold)).sum(axis=0))
        assert math.isnan(without) or without >= with_all


@given(interval_lists(), interval_lists(), st.lists(thresholds, min_size=2, max_size=2))
def test_a_stricter_threshold_never_gains_a_hit(references, estimates, pair):
    loose, strict = (np.array(count(references, estimates, t)).sum(axis=0) for t in sorted(pair))
    assert strict[spotting.TP] <= loose[spotting.TP]


@given(interval_lists(), interval_lists(), thresholds)
def test_swapping_the_sides_swaps_precision_and_recall(references, estimates, threshold):
    there = np.array(count(references, estimates, threshold)).sum(axis=0)
    back = np.array(count(estimates, references, threshold)).sum(axis=0)
    assert there[[0, 2, 1]].tolist() == back.tolist()
    assert np.array_equal(spotting.precision(there), spotting.recall(back), equal_nan=True)


@given(interval_lists(8), interval_lists(8), thresholds)
def test_a_matching_uses_each_interval_once_and_only_pairs_that_overlap_enough(references, estimates, threshold):
    matched = match(spans(references), spans(estimates), threshold)
    used = matched[matched >= 0].tolist()
    assert len(used) == len(set(used))
    for i, j in enumerate(matched):
        if j >= 0:
            group, onset, offset = references[i]
            other, start, end = estimates[j]
            shared = len(set(range(onset, offset + 1)) & set(range(start, end + 1)))
            assert group == other
            assert Fraction(shared, (offset - onset + 1) + (end - start + 1) - shared) >= threshold


def test_a_chain_of_thousands_is_matched_without_recursion():
    n = 20_000
    references = [(0, 10 * i, 10 * i + 19) for i in range(n)]
    estimates = [(0, 10 * i + 5, 10 * i + 24) for i in range(n)]
    assert count(references, estimates, groups=1) == [[n, 0, 0]]


def test_groups_split_over_many_blocks_give_the_same_counts(monkeypatch):
    rng = np.random.default_rng(3)
    rows = [[(int(g), int(a), int(a + n)) for g, a, n in rng.integers([0, 0, 5], [40, 60, 30], (600, 3))] for _ in "ab"]
    whole = count(*rows, groups=40)
    monkeypatch.setattr("mebench.metrics.intervals.blocks_of.__defaults__", (0, 50))
    assert count(*rows, groups=40) == whole
    assert sum(c[0] for c in whole) > 100


@pytest.mark.parametrize(
    ("counts", "precision", "recall", "f1"),
    [
        ((0, 0, 0), None, None, None),
        ((0, 3, 0), 0.0, None, 0.0),
        ((0, 0, 3), None, 0.0, 0.0),
        ((1, 1, 3), 0.5, 0.25, 2 / 6),
    ],
)
def test_undefined_is_nan_and_never_zero(counts, precision, recall, f1):
    table = np.array(counts)
    for statistic, expected in ((spotting.precision, precision), (spotting.recall, recall), (spotting.f1, f1)):
        value = float(statistic(table))
        assert math.isnan(value) if expected is None else value == pytest.approx(expected)


def test_a_threshold_of_one_wants_the_very_interval():
    assert count([(0, 1, 10)], [(0, 1, 10), (0, 1, 11)], iou_threshold("1"), groups=1) == [[1, 1, 0]]
