import math
from fractions import Fraction

import numpy as np
import pytest
from brute_force import canonical_matching
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import precision_score, recall_score
from strategies import GROUPS, interval_lists, thresholds
from test_intervals import spans

from mebench.metrics import resampling, spotting
from mebench.metrics.rules import Case, RuleCannotScore
from mebench.metrics.spot_then_recognise import (
    NOT_ANALYSED,
    analysis,
    count,
    official,
    pack,
    precision,
    recall,
    strs,
    unpack,
)

HALF = Fraction(1, 2)
NEGATIVE, POSITIVE, SURPRISE = range(3)
N = 3
emotions = st.integers(NOT_ANALYSED, N - 1)


def felt(most=6):
    """Distinct (group, onset, offset, emotion)."""
    return interval_lists(most=most, span=12).flatmap(
        lambda rows: st.lists(emotions, min_size=len(rows), max_size=len(rows)).map(
            lambda told: list(dict.fromkeys((*row, e) for row, e in zip(rows, told, strict=True)))
        )
    )


def split(rows):
    return spans([row[:3] for row in rows]), np.array([row[3] for row in rows], dtype=np.int64)


def tables(references, estimates, threshold=HALF, groups=GROUPS):
    (reference, true), (estimated, predicted) = split(references), split(estimates)
    return count(reference, estimated, true, predicted, groups, N, threshold)


def total(references, estimates, threshold=HALF):
    found = tables(references, estimates, threshold)
    return found.spotting.sum(axis=0), found.confusion.sum(axis=0)


def by_hand(references, estimates, threshold=HALF):
    """(spotting F1, analysis, STRS) from the definition, None where undefined; with scikit-learn's averages."""

    # Distinct rows and the emotion as rank; what is not analysed comes last.
    def ranked(rows):
        return {(*row[:3], row[3] % (N + 1)): row for row in rows}

    of, said = ranked(references), ranked(estimates)
    pairs = canonical_matching(list(of), list(said), GROUPS, threshold)
    tp = len(pairs)
    if not references and not estimates:
        return None, None, None
    spotted = 2 * tp / (len(references) + len(estimates))
    true, predicted = [], []
    for e, p in pairs.items():
        if of[e][3] != NOT_ANALYSED:
            true.append(of[e][3])
            predicted.append(said[p][3])
    if not true:
        return spotted, None, None if tp else 0
    either, seen = sorted((set(true) | set(predicted)) - {NOT_ANALYSED}), sorted(set(true))
    p = precision_score(true, predicted, labels=either, average="macro", zero_division=0)
    r = recall_score(true, predicted, labels=seen, average="macro", zero_division=0)
    harmonic = 2 * p * r / (p + r) if p + r else 0
    return spotted, harmonic, spotted * harmonic


def same(found, expected):
    return math.isnan(found) if expected is None else found == pytest.approx(expected, abs=1e-12)


@given(felt(), felt(), thresholds)
def test_the_scores_are_those_of_the_definition(references, estimates, threshold):
    counts, confusion = total(references, estimates, threshold)
    found = spotting.f1(counts), analysis(confusion), strs(counts, confusion)
    assert all(same(float(f), e) for f, e in zip(found, by_hand(references, estimates, threshold), strict=True))


@given(felt(8), felt(8), thresholds)
def test_spotting_counts_are_those_of_megc_whatever_the_emotions(references, estimates, threshold):
    found = tables(references, estimates, threshold)
    expected, _ = spotting.count(split(references)[0], split(estimates)[0], GROUPS, threshold)
    assert np.array_equal(found.spotting, expected)
    analysed = (split(references)[1] >= 0) & (found.matched >= 0)
    assert found.confusion.sum() == analysed.sum()


@given(felt(), felt(), st.randoms(use_true_random=False), st.integers(-(10**9), 10**9))
def test_row_order_shift_and_names_of_videos_play_no_part(references, estimates, random, shift):
    names = random.sample(range(GROUPS), GROUPS)

    def other(rows):
        return [(names[g], a + shift, b + shift, e) for g, a, b, e in random.sample(rows, len(rows))]

    before, after = tables(references, estimates), tables(other(references), other(estimates))
    assert np.array_equal(after.spotting[names], before.spotting)
    assert np.array_equal(after.confusion[names], before.confusion)


@given(felt(), felt())
def test_scores_lie_between_0_and_1_and_strs_below_both_factors(references, estimates):
    counts, confusion = total(references, estimates)
    spotted, analysed, product = float(spotting.f1(counts)), float(analysis(confusion)), float(strs(counts, confusion))
    for value in (spotted, analysed, product):
        assert math.isnan(value) or 0 <= value <= 1
    if not math.isnan(product):
        assert product <= spotted
        assert math.isnan(analysed) or product <= analysed


@given(felt())
def test_predicting_the_events_and_their_emotions_scores_one(references):
    counts, confusion = total(references, references)
    expected = 1.0 if any(e != NOT_ANALYSED for *_, e in references) else None
    assert same(float(strs(counts, confusion)), expected)


@given(st.lists(st.tuples(felt(4), felt(4)), min_size=1, max_size=4))
def test_tables_pack_for_the_bootstrap(subjects):
    both = [total(references, estimates) for references, estimates in subjects]
    packed = np.stack([pack(*one) for one in both])
    summed = [sum(part) for part in zip(*both, strict=True)]
    unpacked = unpack(packed.sum(axis=0), N)
    assert all(np.array_equal(a, b) for a, b in zip(unpacked, summed, strict=True))
    replicates = resampling.replicate(packed, lambda t: strs(*unpack(t, N)), replicates=20, seed=1)
    weights = resampling.multiplicities(len(subjects), 20, seed=1)
    for r, weight in enumerate(weights):
        drawn = [both[s] for s in range(len(subjects)) for _ in range(int(weight[s]))]
        expected = strs(*(sum(part) for part in zip(*drawn, strict=True)))
        np.testing.assert_allclose(replicates[r], expected)


def apart(told, video=0):
    """One event a given emotion, far from each other."""
    return [(video, 100 * i + 1, 100 * i + 20, e) for i, e in enumerate(told)]


def case_of(references, estimates, subject, threshold=HALF):
    (reference, _), (estimated, _) = split(references), split(estimates)
    return Case(reference, estimated, len(subject), 1, np.array(subject), np.full(len(subject), math.nan), threshold)


def officially(references, estimates, subject=(0,)):
    return official(case_of(references, estimates, subject), split(references)[1], split(estimates)[1], N)


def test_the_example_in_which_mean_precision_hides_as_uar():
    # Truth negative, positive, positive; said negative, negative, positive; all spotted.
    truth, said = apart([NEGATIVE, POSITIVE, POSITIVE]), apart([NEGATIVE, NEGATIVE, POSITIVE])
    counts, confusion = total(truth, said)
    np.testing.assert_allclose(precision(confusion), [0.5, 1, np.nan])
    np.testing.assert_allclose(recall(confusion), [1, 0.5, np.nan])
    assert float(analysis(confusion)) == float(strs(counts, confusion)) == 0.75
    theirs = official(case_of(truth, said, (0,)), split(truth)[1], split(said)[1], 2)
    assert (theirs.precision, theirs.recall, theirs.uar, theirs.strs) == (0.75, 0.75, 0.75, 0.75)


def test_the_official_uar_is_the_mean_precision_and_its_misses_are_its_false_positives():
    truth = apart([NEGATIVE] * 4 + [POSITIVE] * 2)
    said = apart([NEGATIVE] * 3 + [POSITIVE] * 2 + [SURPRISE])
    theirs = officially(truth, said)
    # Precision 1, 1/2, 0; recall 3/4, 1/2, 0, over all three emotions.
    assert theirs.precision == theirs.uar == pytest.approx(1.5 / 3)
    assert theirs.recall == pytest.approx(1.25 / 3)
    assert theirs.analysis_counts == (4, 2, 2)
    _, confusion = total(truth, said)
    assert np.nanmean(recall(confusion)) == pytest.approx(1.25 / 2)  # no event is a surprise: no recall of it


def test_a_single_emotion_told_rightly_is_perfect_here_and_nothing_there():
    truth = apart([NEGATIVE, NEGATIVE])
    counts, confusion = total(truth, truth)
    assert float(analysis(confusion)) == float(strs(counts, confusion)) == 1
    theirs = officially(truth, truth)
    assert (theirs.precision, theirs.recall, theirs.uf1) == (0, 0, 0)
    assert math.isnan(theirs.analysis_f1)
    assert math.isnan(theirs.strs)


def test_no_match_at_all_is_undefined_analysis_and_stops_the_script():
    truth, said = apart([NEGATIVE]), [(0, 900, 910, NEGATIVE)]
    for estimates in (said, []):
        counts, confusion = total(truth, estimates)
        assert math.isnan(analysis(confusion))
        assert float(strs(counts, confusion)) == 0  # nothing was spotted: the other factor does not matter
        with pytest.raises(RuleCannotScore, match="KeyError"):
            officially(truth, estimates)
    assert math.isnan(strs(*total([], [])))


def test_hits_without_an_analysed_emotion_leave_the_product_undefined():
    truth = apart([NOT_ANALYSED])
    counts, confusion = total(truth, apart([NEGATIVE]))
    assert counts.tolist() == [1, 0, 0]
    assert math.isnan(analysis(confusion))
    assert math.isnan(strs(counts, confusion))
    assert math.isnan(officially(truth, apart([NEGATIVE])).strs)


def test_one_prediction_serves_one_event_here_and_two_there():
    # Toy case D.
    truth, said = [(0, 1, 14, NEGATIVE), (0, 7, 20, POSITIVE)], [(0, 1, 20, NEGATIVE)]
    assert tables(truth, said).spotting[0].tolist() == [1, 0, 1]
    assert officially(truth, said).counts == (2, 0, 0)


def test_the_order_of_the_file_decides_there_and_not_here():
    # Toy cases F and F': the same two predictions.
    truth = [(0, 1, 10, NEGATIVE), (0, 6, 15, POSITIVE)]
    said = [(0, 3, 12, NEGATIVE), (0, 1, 7, NEGATIVE)]
    assert (officially(truth, said).counts, officially(truth, said[::-1]).counts) == ((2, 1, 0), (2, 0, 0))
    assert tables(truth, said).spotting.tolist() == tables(truth, said[::-1]).spotting.tolist()
    assert tables(truth, said).spotting[0].tolist() == [2, 0, 0]


def test_quiet_videos_and_silent_subjects_count_here_and_vanish_there():
    # Subject 0: a video with an event, which is hit, and a quiet one; subject 1: an event and no prediction.
    truth = [(0, 1, 10, NEGATIVE), (2, 1, 10, POSITIVE)]
    said = [(0, 1, 10, NEGATIVE), (1, 1, 10, NEGATIVE), (1, 51, 60, NEGATIVE)]
    assert total(truth, said)[0].tolist() == [1, 2, 1]
    assert officially(truth, said, subject=(0, 0, 1)).counts == (1, 0, 0)


@given(st.lists(st.tuples(st.integers(0, N - 1), emotions), min_size=2, max_size=9))
def test_the_official_analysis_is_that_of_the_script(pairs):
    """Emotion by emotion; scikit-learn's matrix of one cell, which the script cannot unpack, is all zeros to it."""
    truth, said = (apart([pair[side] for pair in pairs]) for side in (0, 1))
    rows = []
    for emotion in range(N):
        gt, pred = ([int(pair[side] == emotion) for pair in pairs] for side in (0, 1))
        cells = list(zip(gt, pred, strict=True)) if len({*gt, *pred}) == 2 else []
        tp, fp, fn = (cells.count(cell) for cell in ((1, 1), (0, 1), (1, 0)))
        p, r = (tp / n if n else 0.0 for n in (tp + fp, tp + fn))
        rows.append((p, r, 2 * p * r / (p + r) if p + r else 0.0))
    p, r, uf1 = np.mean(rows, axis=0)
    found = officially(truth, said)
    assert (found.precision, found.recall, found.uf1, found.uar) == pytest.approx((p, r, uf1, p))
    assert same(found.analysis_f1, 2 * p * r / (p + r) if p + r else None)


@pytest.mark.parametrize("codes", [[3], [-2], [0, 0]])
def test_codes_outside_the_list_are_refused(codes):
    one = spans([(0, 1, 10)])
    with pytest.raises(ValueError, match="emotion"):
        count(one, one, np.array(codes), np.array([0]), 1, N, HALF)
