import math
from fractions import Fraction

import numpy as np
import pytest
from brute_force import counts as brute_counts
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score
from strategies import GROUPS, interval, interval_lists, thresholds
from test_intervals import spans

from mebench.metrics import spotting
from mebench.metrics.sweep import IOU_THRESHOLDS, average_precision, best, curve, enlarging, over_iou

HALF = Fraction(1, 2)
# Few distinct scores, so that ties are the rule.
scored_lists = st.lists(st.tuples(interval(), st.sampled_from([0.1, 0.25, 0.5, 0.9])), max_size=9)


def curve_of(references, scored, threshold=HALF):
    score = np.array([s for _, s in scored], dtype=float)
    enlarges = enlarging(spans(references), spans([e for e, _ in scored]), score, threshold)
    return curve(score, enlarges, len(references))


def brute_curve(references, scored, threshold):
    """(score, TP, FP) at every distinct score: what is kept is matched anew each time, by trying everything."""
    steps = []
    for s in sorted({score for _, score in scored}, reverse=True):
        kept = [e for e, score in scored if score >= s]
        tp, fp, _ = np.sum(brute_counts(references, kept, GROUPS, threshold), axis=0)
        steps.append((s, int(tp), int(fp)))
    return steps


def brute_average_precision(references, scored, threshold):
    total, before = Fraction(0), 0
    for _, tp, fp in brute_curve(references, scored, threshold):
        total += Fraction(tp - before, len(references)) * Fraction(tp, tp + fp)
        before = tp
    return total


@given(interval_lists(), scored_lists, thresholds)
def test_the_curve_is_the_score_of_what_is_kept_at_every_threshold(references, scored, threshold):
    steps = curve_of(references, scored, threshold)
    assert list(zip(*(part.tolist() for part in steps[:3]), strict=True)) == brute_curve(references, scored, threshold)
    for s, counts in zip(steps.score, steps.counts(), strict=True):
        kept = [e for e, score in scored if score >= s]
        assert (
            counts.tolist() == spotting.count(spans(references), spans(kept), GROUPS, threshold)[0].sum(axis=0).tolist()
        )


@given(interval_lists(), scored_lists, thresholds)
def test_average_precision_equals_the_sum_over_all_thresholds(references, scored, threshold):
    found = average_precision(curve_of(references, scored, threshold))
    if references:
        assert found == pytest.approx(float(brute_average_precision(references, scored, threshold)), abs=1e-12)
    else:
        assert math.isnan(found)


@given(interval_lists(), scored_lists)
def test_average_precision_agrees_with_scikit_learn_up_to_the_recall_that_is_reached(references, scored):
    score = np.array([s for _, s in scored], dtype=float)
    enlarges = enlarging(spans(references), spans([e for e, _ in scored]), score, HALF)
    if enlarges.any():
        reached = enlarges.sum() / len(references)
        expected = reached * average_precision_score(enlarges, score)
        assert average_precision(curve(score, enlarges, len(references))) == pytest.approx(expected)


@given(interval_lists(), scored_lists, st.randoms(use_true_random=False), st.integers(-(10**9), 10**9))
def test_row_order_shift_and_names_play_no_part(references, scored, random, shift):
    names = random.sample(range(GROUPS), GROUPS)

    def other(row):
        return names[row[0]], row[1] + shift, row[2] + shift

    moved = [other(r) for r in random.sample(references, len(references))]
    said = [(other(e), s) for e, s in random.sample(scored, len(scored))]
    for a, b in zip(curve_of(references, scored), curve_of(moved, said), strict=True):
        assert np.array_equal(a, b)


@given(interval_lists(), scored_lists)
def test_a_monotone_change_of_the_scores_changes_nothing_but_the_thresholds(references, scored):
    before, after = curve_of(references, scored), curve_of(references, [(e, math.exp(9 * s) - 3) for e, s in scored])
    assert np.array_equal(before.tp, after.tp)
    assert np.array_equal(before.fp, after.fp)


@given(interval_lists(), scored_lists)
def test_the_best_threshold_is_the_best_of_all(references, scored):
    steps = curve_of(references, scored)
    found = best(steps)
    f1 = spotting.f1(steps.counts())
    if found is None:
        assert not (f1 > 0).any()
        return
    assert found.f1 == f1.max()
    kept = sum(s >= found.score for _, s in scored)
    assert found.counts[:2].sum() == kept
    assert all(steps.tp[k] + steps.fp[k] >= kept for k in np.flatnonzero(np.isclose(f1, found.f1, rtol=1e-14)))


def test_perfect_and_useless_scores():
    references = [(0, 1, 10), (0, 21, 30)]
    right, wrong = [((0, 1, 10), 0.9), ((0, 21, 30), 0.8)], [((0, 101, 110), 0.5)]
    assert average_precision(curve_of(references, right + wrong)) == 1
    assert best(curve_of(references, right + wrong)).score == 0.8
    assert average_precision(curve_of(references, wrong)) == 0
    assert best(curve_of(references, wrong)) is None
    assert average_precision(curve_of(references, [])) == 0
    assert best(curve_of(references, [])) is None
    # Recall that is not reached counts nothing.
    assert average_precision(curve_of(references, right[:1])) == 0.5


def test_matching_is_made_anew_at_every_threshold():
    # The best-scored prediction reaches both events; cutting one matching made at the end could give it either.
    references = [(0, 1, 14), (0, 7, 20)]
    scored = [((0, 1, 20), 0.9), ((0, 1, 13), 0.5), ((0, 7, 19), 0.1)]
    steps = curve_of(references, scored)
    assert (steps.tp.tolist(), steps.fp.tolist()) == ([1, 2, 2], [0, 0, 1])


def test_a_score_is_needed_for_every_prediction():
    one = spans([(0, 1, 10)])
    for score in (np.array([math.nan]), np.array([])):
        with pytest.raises(ValueError, match="score"):
            enlarging(one, one, score, HALF)


def test_a_long_alternating_path_is_found_without_recursion():
    n = 5000
    references = [(0, 10 * i, 10 * i + 9) for i in range(n)]
    # Each of the first n - 1 reaches its own event and the next; the last one pushes all of them on.
    scored = [((0, 10 * i + 5, 10 * i + 14), 1.0 - i / (2 * n)) for i in range(n - 1)] + [((0, 0, 9), 0.1)]
    assert curve_of(references, scored, Fraction(1, 3)).tp[-1] == n


@given(interval_lists(), interval_lists())
def test_the_sweep_over_iou_is_a_score_at_each_threshold(references, estimates):
    sides = spans(references), spans(estimates)
    table = over_iou(lambda t: spotting.count(*sides, GROUPS, t)[0])
    assert table.shape == (9, GROUPS, 3)
    for tenths in range(1, 10):
        assert table[tenths - 1].tolist() == [
            list(c) for c in brute_counts(references, estimates, GROUPS, Fraction(tenths, 10))
        ]
    assert (np.diff(table[..., spotting.TP].sum(axis=1)) <= 0).all()
    assert IOU_THRESHOLDS[2] == Fraction(3, 10)
