import math
import warnings
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from mebench.metrics import recognition
from mebench.metrics.recognition import tally

SUBJECTS = 4


@st.composite
def clips(draw, least=0):
    """A number of classes and rows (subject, true, predicted), in which classes are often absent."""
    n_classes = draw(st.integers(1, 7))
    seen = st.sampled_from(sorted(draw(st.sets(st.integers(0, n_classes - 1), min_size=1))))
    said = st.sampled_from(sorted(draw(st.sets(st.integers(0, n_classes - 1), min_size=1))))
    row = st.tuples(st.integers(0, SUBJECTS - 1), seen, said)
    return n_classes, draw(st.lists(row, min_size=least, max_size=25))


def table(n_classes, rows):
    subject, true, predicted = (
        (np.array(column, dtype=int) for column in zip(*rows, strict=True)) if rows else ([],) * 3
    )
    return tally(subject, true, predicted, SUBJECTS, n_classes)


def by_the_book(n_classes, rows):
    """The protocol's words in fractions, clip by clip; None is undefined."""

    def over(numerator, denominator):
        return Fraction(numerator, denominator) if denominator else None

    def mean(values):
        defined = [value for value in values if value is not None]
        return sum(defined) / len(defined) if defined else None

    f1, recall, precision = [], [], []
    for c in range(n_classes):
        tp = sum(true == c and said == c for _, true, said in rows)
        fp = sum(true != c and said == c for _, true, said in rows)
        fn = sum(true == c and said != c for _, true, said in rows)
        precision.append(over(tp, tp + fp))
        recall.append(over(tp, tp + fn))
        f1.append(over(2 * tp, 2 * tp + fp + fn))
    right = sum(true == said for _, true, said in rows)
    return {
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "uf1": mean(f1),
        "uar": mean(recall),
        "accuracy": over(right, len(rows)),
    }


def same(scores, expected):
    wanted = np.array([math.nan if value is None else float(value) for value in np.atleast_1d(np.array(expected))])
    np.testing.assert_allclose(np.atleast_1d(scores), wanted, rtol=1e-12)
    return True


@given(clips())
def test_scores_equal_the_definition_in_fractions(sample):
    n_classes, rows = sample
    confusion = table(n_classes, rows).sum(axis=0)
    for name, expected in by_the_book(n_classes, rows).items():
        assert same(getattr(recognition, name)(confusion), expected), name


@settings(max_examples=40)
@given(clips(least=1))
def test_scores_agree_with_scikit_learn_given_the_full_class_list(sample):
    n_classes, rows = sample
    _, true, said = zip(*rows, strict=True)
    labels = list(range(n_classes))
    confusion = table(n_classes, rows).sum(axis=0)
    options = {"labels": labels, "average": None, "zero_division": np.nan}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about single and undefined classes, which is what nan is for
        assert np.array_equal(confusion, sklearn_metrics.confusion_matrix(true, said, labels=labels))
        theirs = {
            "precision": sklearn_metrics.precision_score(true, said, **options),
            "recall": sklearn_metrics.recall_score(true, said, **options),
            "f1": sklearn_metrics.f1_score(true, said, **options),
            "uf1": sklearn_metrics.f1_score(true, said, **{**options, "average": "macro"}),
            "uar": sklearn_metrics.recall_score(true, said, **{**options, "average": "macro"}),
            "accuracy": sklearn_metrics.accuracy_score(true, said),
        }
        balanced = sklearn_metrics.balanced_accuracy_score(true, said)
    for name, score in theirs.items():
        np.testing.assert_allclose(getattr(recognition, name)(confusion), score, rtol=1e-12, err_msg=name)
    assert recognition.uar(confusion) == pytest.approx(balanced)


@given(clips(), st.data())
def test_renaming_classes_renames_the_rows_and_leaves_the_averages(sample, data):
    n_classes, rows = sample
    names = data.draw(st.permutations(range(n_classes)))
    before = table(n_classes, rows).sum(axis=0)
    after = table(n_classes, [(s, names[true], names[said]) for s, true, said in rows]).sum(axis=0)
    for name in ("precision", "recall", "f1"):
        score = getattr(recognition, name)
        assert np.array_equal(score(after)[names], score(before), equal_nan=True)
    for name in ("uf1", "uar", "accuracy"):
        score = getattr(recognition, name)
        assert np.isclose(score(after), score(before), rtol=1e-12, equal_nan=True)


@given(clips(), st.permutations(range(SUBJECTS)))
def test_renaming_subjects_renames_the_tables(sample, names):
    n_classes, rows = sample
    after = table(n_classes, [(names[s], true, said) for s, true, said in rows])
    assert np.array_equal(after[names], table(n_classes, rows))


@given(clips())
def test_swapping_truth_and_prediction_swaps_precision_and_recall_and_leaves_f1_and_accuracy(sample):
    n_classes, rows = sample
    there = table(n_classes, rows).sum(axis=0)
    back = table(n_classes, [(s, said, true) for s, true, said in rows]).sum(axis=0)
    assert np.array_equal(recognition.precision(there), recognition.recall(back), equal_nan=True)
    for score in (recognition.f1, recognition.uf1, recognition.accuracy):
        assert np.array_equal(score(there), score(back), equal_nan=True)


@given(clips(least=1), st.data())
def test_correcting_a_wrong_answer_never_lowers_accuracy_or_uar(sample, data):
    n_classes, rows = sample
    i = data.draw(st.integers(0, len(rows) - 1))
    subject, true, _ = rows[i]
    before = table(n_classes, rows).sum(axis=0)
    after = table(n_classes, [*rows[:i], (subject, true, true), *rows[i + 1 :]]).sum(axis=0)
    assert recognition.accuracy(after) >= recognition.accuracy(before)
    assert recognition.uar(after) >= recognition.uar(before) - 1e-12


@given(clips())
def test_absent_and_unseen_classes_are_those_that_the_averages_leave_out(sample):
    n_classes, rows = sample
    confusion = table(n_classes, rows).sum(axis=0)
    trues, saids = {true for _, true, _ in rows}, {said for _, _, said in rows}
    assert set(np.flatnonzero(recognition.absent(confusion))) == set(range(n_classes)) - trues - saids
    assert set(np.flatnonzero(recognition.unseen(confusion))) == set(range(n_classes)) - trues
    assert np.array_equal(recognition.absent(confusion), np.isnan(recognition.f1(confusion)))
    assert np.array_equal(recognition.unseen(confusion), np.isnan(recognition.recall(confusion)))


def test_a_class_absent_on_both_sides_is_left_out_and_one_that_is_only_predicted_counts_zero():
    absent = np.array([[3, 0, 0], [0, 2, 0], [0, 0, 0]])
    assert recognition.uf1(absent) == recognition.uar(absent) == 1
    predicted = np.array([[3, 0, 1], [0, 2, 0], [0, 0, 0]])
    assert recognition.f1(predicted).tolist() == [pytest.approx(6 / 7), 1, 0]
    assert recognition.uf1(predicted) == pytest.approx((6 / 7 + 1 + 0) / 3)
    assert recognition.uar(predicted) == pytest.approx((3 / 4 + 1) / 2)


def test_the_majority_class_of_megc2019_scores_as_the_facts_say():
    # 250 negative, 109 positive, 83 surprise: everything called negative.
    confusion = np.array([[250, 0, 0], [109, 0, 0], [83, 0, 0]])
    assert recognition.uf1(confusion) == pytest.approx(0.2408, abs=5e-5)
    assert recognition.uar(confusion) == pytest.approx(1 / 3)
    assert recognition.accuracy(confusion) == pytest.approx(250 / 442)


def test_pooling_is_not_averaging_over_folds():
    tables = np.array([[[1, 0], [0, 0]], [[0, 0], [3, 1]]])
    assert recognition.uf1(tables.sum(axis=0)) == pytest.approx((2 / 5 + 2 / 5) / 2)
    assert recognition.uf1(tables).tolist() == [1, pytest.approx((0 + 2 / 5) / 2)]


@pytest.mark.parametrize("kind", [np.int8, np.uint16, np.int32, np.int64])
def test_codes_may_be_integers_of_any_size(kind):
    subject, true, said = (np.array(values, dtype=kind) for values in ([67, 67, 0], [2, 1, 0], [2, 2, 0]))
    counted = tally(subject, true, said, 68, 3)
    assert counted.shape == (68, 3, 3)
    assert counted.dtype == np.int64
    assert counted[67].tolist() == [[0, 0, 0], [0, 0, 1], [0, 0, 1]]
    assert counted[0, 0, 0] == 1
    assert counted.sum() == 3


@pytest.mark.parametrize(
    ("subject", "true", "said", "message"),
    [
        ([0, 2], [0, 1], [0, 1], "subject code 2 is not in 0 to 1"),
        ([0, 1], [0, -1], [0, 1], "true class code -1 is not in 0 to 2"),
        ([0, 1], [0, 1], [0, 3], "predicted class code 3 is not in 0 to 2"),
        ([0, 1], [0, 1], [0], "2 subjects, 2 true and 1 predicted"),
        ([0, 1], [0, 1], [0.0, 1.0], "whole numbers, not float64"),
        ([[0, 1]], [[0, 1]], [[0, 1]], r"of shape \(1, 2\)"),
    ],
)
def test_codes_that_do_not_belong_are_refused(subject, true, said, message):
    with pytest.raises(ValueError, match=message):
        tally(subject, true, said, 2, 3)
