from fractions import Fraction

import numpy as np
import pytest
from brute_force import all_pairs, frames, iou_reaches
from hypothesis import given
from hypothesis import strategies as st
from strategies import interval_lists, thresholds

from mebench.metrics.intervals import (
    LARGEST_FRAME,
    blocks_of,
    candidate_windows,
    intervals,
    iou_threshold,
    overlaps,
    pairs_within,
    reaches,
    touching_pairs,
)
from mebench.metrics.matching import canonical_order


def spans(rows):
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return intervals(table[:, 0], table[:, 1], table[:, 2])


@given(interval_lists(12, empty=True), interval_lists(12, empty=True), thresholds)
def test_sorted_search_finds_exactly_the_pairs_that_comparing_all_finds(references, estimates, threshold):
    reference, estimated = spans(references), spans(estimates)
    order = canonical_order(estimated)
    estimated = estimated.take(order)
    row, column = pairs_within(reference, estimated, threshold, candidate_windows(reference, estimated, threshold))
    found = {(int(i), int(order[j])) for i, j in zip(row, column, strict=True)}
    assert len(found) == len(row)
    assert found == all_pairs(references, estimates, threshold)


@given(interval_lists(1, empty=True, groups=1), interval_lists(1, empty=True, groups=1), thresholds)
def test_the_integer_test_equals_the_ratio_of_frame_sets(a, b, threshold):
    for (_, *first), (_, *second) in zip(a, b, strict=False):
        columns = [np.array([frame]) for frame in (*first, *second)]
        assert reaches(*overlaps(*columns), threshold).tolist() == [iou_reaches(first, second, threshold)]


@given(st.lists(st.integers(0, 50), max_size=30), st.integers(1, 60), st.integers(0, 5))
def test_blocks_cover_every_position_once_and_keep_the_limit(weights, limit, start):
    blocks = list(blocks_of(np.array(weights, dtype=np.int64), start, limit))
    assert [i for begin, end in blocks for i in range(begin, end)] == list(range(start, start + len(weights)))
    for begin, end in blocks:
        assert end - begin == 1 or sum(weights[begin - start : end - start]) <= limit


def test_one_reference_with_more_candidates_than_a_block_is_enumerated_whole(monkeypatch):
    monkeypatch.setattr("mebench.metrics.intervals.blocks_of.__defaults__", (0, 3))
    reference, estimated = spans([(0, 1, 10)] * 4), spans([(0, 1, 10)] * 9)
    row, column = pairs_within(
        reference, estimated, Fraction(1, 2), candidate_windows(reference, estimated, Fraction(1, 2))
    )
    assert len(row) == len(set(zip(row.tolist(), column.tolist(), strict=True))) == 36


@pytest.mark.parametrize(
    ("written", "exact"),
    [
        (".5", Fraction(1, 2)),
        ("1/3", Fraction(1, 3)),
        (0.3, Fraction(3, 10)),
        (1, Fraction(1)),
        ("1e-2", Fraction(1, 100)),
    ],
)
def test_a_threshold_is_read_as_written(written, exact):
    assert iou_threshold(written) == exact


@pytest.mark.parametrize(
    "written", ["0", "1.01", "-.5", "nan", "inf", "half", "1/0", "", ".1234567890123", None, True, 0.1 + 0.2]
)
def test_a_threshold_outside_the_range_or_finer_than_we_can_compare_is_refused(written):
    with pytest.raises(ValueError, match="threshold"):
        iou_threshold(written)


def test_frames_at_the_limit_are_compared_without_overflow():
    threshold = Fraction(2**20 - 1, 2**20)
    whole = [(0, -LARGEST_FRAME, LARGEST_FRAME)]
    nearly = [(0, -LARGEST_FRAME + 2**20, LARGEST_FRAME)]
    assert all_pairs_by_search(whole, whole, threshold) == {(0, 0)}
    # The longest overlap that is still one part in 2**20 short of the whole is a hit; two parts short is not.
    assert all_pairs_by_search(whole, nearly, threshold) == {(0, 0)}
    assert all_pairs_by_search(whole, [(0, -LARGEST_FRAME + 2**22, LARGEST_FRAME)], threshold) == set()


def all_pairs_by_search(references, estimates, threshold):
    reference, estimated = spans(references), spans(estimates)
    row, column = pairs_within(reference, estimated, threshold, candidate_windows(reference, estimated, threshold))
    return set(zip(row.tolist(), column.tolist(), strict=True))


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (([0], [1.5], [2]), "integers"),
        (([0], [1, 2], [2]), "length"),
        (([-1], [1], [2]), "negative"),
        (([0], [1], [2**41]), "2\\*\\*40"),
        (([[0]], [1], [2]), "one-dimensional"),
    ],
)
def test_arrays_that_are_no_intervals_are_refused(columns, words):
    with pytest.raises(ValueError, match=words):
        intervals(*columns)


def test_groups_too_many_for_one_sorting_key_are_refused():
    far = intervals([2**40, 0], [LARGEST_FRAME, -LARGEST_FRAME], [LARGEST_FRAME, 0])
    with pytest.raises(ValueError, match="64 bits"):
        candidate_windows(far, far, Fraction(1, 2))


@given(interval_lists(9, empty=True), interval_lists(9, empty=True))
def test_touching_pairs_are_those_that_share_a_frame(references, estimates):
    rows, columns = touching_pairs(spans(references), spans(estimates))
    found = list(zip(rows.tolist(), columns.tolist(), strict=True))
    assert found == sorted(
        (i, j)
        for i, r in enumerate(references)
        for j, e in enumerate(estimates)
        if r[0] == e[0] and frames(*r[1:]) & frames(*e[1:])
    )


def test_touching_pairs_of_neighbours_and_of_frames_at_the_limit():
    far = 2**40 - 20
    rows, columns = touching_pairs(spans([(0, -far, -far + 9), (0, far, far + 9)]), spans([(0, far + 9, far + 9)]))
    assert (rows.tolist(), columns.tolist()) == ([1], [0])
    assert touching_pairs(spans([(0, 1, 10)]), spans([(0, 11, 20)]))[0].size == 0
    assert touching_pairs(spans([]), spans([(0, 11, 20)]))[0].size == 0
