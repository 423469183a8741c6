"""Suppression and merging against definitions with sets of frames."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from brute_force import frames
from hypothesis import given
from hypothesis import strategies as st

from mebench.baselines.postprocess.boxes import best_first, boxes, of_length, precedence, scored_at_least, share, top
from mebench.baselines.postprocess.merging import gap_merge, merge_min, weighted_fusion
from mebench.baselines.postprocess.suppression import iou_nms, soft_nms, tran_fast_nms

# Crowded, with few distinct scores, so that overlaps and ties are the rule.
box = st.tuples(st.integers(-5, 30), st.integers(0, 14), st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])).map(
    lambda row: (row[0], row[0] + row[1], row[2])
)
box_lists = st.lists(box, max_size=10)
shares = st.one_of(
    st.sampled_from([Fraction(0), Fraction(1, 5), Fraction(1, 3), Fraction(1, 2), Fraction(1)]),
    st.integers(1, 30).flatmap(lambda q: st.integers(0, q).map(lambda p: Fraction(p, q))),
)


def built(rows):
    return boxes(*zip(*rows, strict=True)) if rows else boxes([], [], [])


def rows_of(found):
    return list(zip(found.onset.tolist(), found.offset.tolist(), found.score.tolist(), strict=True))


def ranked(rows):
    return sorted(rows, key=lambda row: (-row[2], row[0], row[1]))


def iou(a, b):
    one, other = frames(*a[:2]), frames(*b[:2])
    return Fraction(len(one & other), len(one | other))


def covered(a, b):
    """The share of a's own frames that lie in b."""
    return Fraction(len(frames(*a[:2]) & frames(*b[:2])), len(frames(*a[:2])))


def suppressed(rows, drops):
    kept = []
    for row in ranked(rows):
        if not any(drops(row, better) for better in kept):
            kept.append(row)
    return kept


@given(box_lists, shares)
def test_iou_nms_keeps_what_no_better_kept_box_overlaps_above_the_threshold(rows, threshold):
    assert rows_of(iou_nms(built(rows), threshold)) == suppressed(rows, lambda a, b: iou(a, b) > threshold)


@given(box_lists, shares)
def test_tran_nms_keeps_what_no_better_kept_box_covers(rows, threshold):
    drops = lambda a, b: covered(a, b) > 0 and covered(a, b) >= threshold  # noqa: E731
    assert rows_of(tran_fast_nms(built(rows), threshold)) == suppressed(rows, drops)


STEPS = {
    "iou_nms": lambda of: iou_nms(of, 0.5),
    "tran_fast_nms": tran_fast_nms,
    "soft_nms": soft_nms,
    "soft_nms linear": lambda of: soft_nms(of, decay="linear"),
    "gap_merge": lambda of: gap_merge(of, 2),
    "merge_min": lambda of: merge_min(of, 0.34),
    "weighted_fusion": weighted_fusion,
    "top": lambda of: top(of, 5),
}


@pytest.mark.parametrize("name", STEPS)
@given(rows=box_lists, random=st.randoms(use_true_random=False))
def test_the_order_of_proposals_plays_no_part(name, rows, random):
    assert rows_of(STEPS[name](built(rows))) == rows_of(STEPS[name](built(random.sample(rows, len(rows)))))


@pytest.mark.parametrize("name", STEPS)
@given(rows=box_lists, shift=st.integers(-(10**6), 10**6))
def test_a_shift_of_the_video_shifts_the_result(name, rows, shift):
    moved = STEPS[name](built([(a + shift, b + shift, s) for a, b, s in rows]))
    assert [(a - shift, b - shift, s) for a, b, s in rows_of(moved)] == rows_of(STEPS[name](built(rows)))


@pytest.mark.parametrize("name", STEPS)
@given(rows=box_lists)
def test_nothing_leaves_the_span_of_the_proposals(name, rows):
    found = rows_of(STEPS[name](built(rows)))
    assert len(found) <= len(rows)
    if rows:
        low, high = min(a for a, *_ in rows), max(b for _, b, _ in rows)
        assert all(low <= a <= b <= high for a, b, _ in found)


@pytest.mark.parametrize("name", STEPS)
def test_of_nothing_comes_nothing_and_a_single_box_stays(name):
    assert STEPS[name](boxes([], [])).n == 0
    assert rows_of(STEPS[name](boxes([3], [9], [0.5]))) == [(3, 9, 0.5)]


@pytest.mark.parametrize("name", ["iou_nms", "tran_fast_nms", "gap_merge", "top"])
@given(rows=box_lists)
def test_a_second_time_changes_nothing(name, rows):
    once = STEPS[name](built(rows))
    assert rows_of(STEPS[name](once)) == rows_of(once)


@pytest.mark.parametrize("name", ["iou_nms", "tran_fast_nms"])
@given(rows=box_lists, threshold=st.sampled_from([0.0, 0.25, 0.5, 0.6, 1.0]))
def test_suppression_and_a_score_threshold_go_in_either_order(name, rows, threshold):
    after = scored_at_least(STEPS[name](built(rows)), threshold)
    assert rows_of(after) == rows_of(STEPS[name](scored_at_least(built(rows), threshold)))


def test_a_short_box_inside_a_long_one_is_dropped_by_coverage_and_kept_by_iou():
    nested = boxes([1, 41], [100, 60], [0.9, 0.5])  # IoU 20 / 100
    assert rows_of(tran_fast_nms(nested)) == [(1, 100, 0.9)]
    assert rows_of(iou_nms(nested, 0.5)) == [(1, 100, 0.9), (41, 60, 0.5)]
    # The long one goes for neither, when the short one is better: a fifth of it is covered.
    assert tran_fast_nms(boxes([1, 41], [100, 60], [0.5, 0.9])).n == 2


def test_one_half_exactly_is_kept_by_iou_and_dropped_by_coverage():
    third = boxes([1, 1], [10, 20], [0.9, 0.5])  # IoU and coverage of the second: 1/2
    assert iou_nms(third, 0.5).n == 2
    assert tran_fast_nms(third).n == 1
    # 3/10 is no binary float: read as a decimal it is reached exactly.
    assert iou_nms(boxes([1, 1], [3, 10], [0.9, 0.5]), 0.3).n == 2
    assert iou_nms(boxes([1, 1], [3, 10], [0.9, 0.5]), 0.29).n == 1


@given(box_lists)
def test_soft_nms_lowers_scores_as_defined(rows):
    for decay in ("gaussian", "linear"):
        rest, expected = sorted(rows, key=lambda r: (r[0], r[1], -r[2])), []
        while rest := [row for row in rest if row[2] >= 0.2]:
            best = max(rest, key=lambda row: row[2])
            expected.append(best)
            rest.remove(best)
            lowered = []
            for a, b, s in rest:
                overlap = iou((a, b), best)
                factor = math.exp(-(float(overlap) ** 2) / 0.5) if decay == "gaussian" else float(1 - overlap)
                lowered.append((a, b, s * (factor if decay == "gaussian" or overlap > Fraction(3, 10) else 1)))
            rest = lowered
        found = soft_nms(built(rows), decay=decay, floor=0.2)
        assert [row[:2] for row in rows_of(found)] == [row[:2] for row in expected]
        assert found.score == pytest.approx([row[2] for row in expected])
        assert (np.diff(found.score) <= 0).all()


@given(box_lists, st.integers(-1, 6))
def test_gap_merge_is_the_components_of_boxes_that_lie_close(rows, gap):
    groups = [[row] for row in rows]
    near = lambda a, b: max(a[0], b[0]) - min(a[1], b[1]) - 1 <= gap  # noqa: E731
    joining = True
    while joining:
        joining = False
        for i, group in enumerate(groups):
            for other in groups[i + 1 :]:
                if any(near(a, b) for a in group for b in other):
                    group += other
                    groups.remove(other)
                    joining = True
                    break
    unions = [(min(a for a, *_ in g), max(b for _, b, _ in g), max(s for *_, s in g)) for g in groups]
    merged = rows_of(gap_merge(built(rows), gap))
    assert merged == sorted(unions)
    assert all(later[0] - earlier[1] - 1 > gap for earlier, later in pairwise(merged))


def brute_merge_min(rows, threshold, passes):
    for _ in range(passes):
        groups = []
        for row in sorted(rows):
            joined = [
                g
                for g in groups
                if Fraction(len(frames(*g[:2]) & frames(*row[:2])), min(len(frames(*g[:2])), len(frames(*row[:2]))))
                > threshold
            ]
            for g in joined:
                g[:] = [min(g[0], row[0]), max(g[1], row[1]), max(g[2], row[2])]
            if not joined:
                groups.append(list(row))
        rows = [tuple(g) for g in groups]
    return sorted(rows)


@given(box_lists, shares, st.integers(1, 3))
def test_merge_min_is_a_pass_over_sorted_boxes_made_as_often_as_said(rows, threshold, passes):
    assert rows_of(merge_min(built(rows), threshold, passes)) == brute_merge_min(rows, threshold, passes)


@given(box_lists)
def test_merge_min_loses_no_frame(rows):
    cover = lambda rows: set().union(*(frames(*row[:2]) for row in rows))  # noqa: E731
    assert cover(rows_of(merge_min(built(rows), 0.34))) == cover(rows)


def test_merge_min_needs_its_second_pass():
    # The short box widens both others, and only then do these share 4 of 11 frames.
    rows = boxes([4, 16, 18], [18, 26, 19])
    assert rows_of(merge_min(rows, 0.34, passes=1)) == [(4, 19, 1), (16, 26, 1)]
    assert rows_of(merge_min(rows, 0.34)) == [(4, 26, 1)]
    # A box widens every group that it overlaps enough, not only the first.
    rows = boxes([4, 18, 19, 23], [20, 32, 25, 33])
    assert rows_of(merge_min(rows, 0.2, passes=1)) == [(4, 33, 1), (18, 33, 1)]


@given(box_lists, shares)
def test_weighted_fusion_averages_clusters(rows, threshold):
    clusters = []
    for row in ranked(rows):
        fused = [average(c) for c in clusters]
        best = max(range(len(fused)), key=lambda at: (iou(row, fused[at]), -at), default=None)
        if best is not None and iou(row, fused[best]) > threshold:
            clusters[best].append(row)
        else:
            clusters.append([row])
    expected = ranked([(*average(c), float(sum(Fraction(s) for *_, s in c) / len(c))) for c in clusters])
    found = weighted_fusion(built(rows), threshold)
    assert [row[:2] for row in rows_of(found)] == [row[:2] for row in expected]
    assert found.score == pytest.approx([row[2] for row in expected])


def average(cluster):
    weights = [Fraction(s) for *_, s in cluster]
    weights = weights if sum(weights) else [Fraction(1)] * len(cluster)
    ends = []
    for side in (0, 1):
        mean = sum(w * row[side] for w, row in zip(weights, cluster, strict=True)) / sum(weights)
        ends.append(math.floor(mean + Fraction(1, 2)))
    return tuple(ends)


def test_of_clusters_that_are_equally_near_the_better_takes_the_box():
    between = boxes([0, 10, 5], [9, 19, 14], [0.5, 0.4, 0.25])  # IoU 1/3 with either
    assert rows_of(weighted_fusion(between, 0.3)) == [(10, 19, 0.4), (2, 11, 0.375)]


def test_what_few_models_found_counts_less():
    alone = weighted_fusion(boxes([1, 1, 50], [10, 10, 60], [0.5, 0.5, 0.9]), models=2)
    assert rows_of(alone) == [(1, 10, 0.5), (50, 60, 0.45)]


@given(box_lists, st.integers(0, 12))
def test_the_top_boxes_are_the_first_by_precedence(rows, most):
    assert rows_of(top(built(rows), most)) == ranked(rows)[:most]
    assert rows_of(best_first(built(rows))) == ranked(rows)
    assert sorted(precedence(built(rows)).tolist()) == list(range(len(rows)))


@given(box_lists, st.integers(1, 8), st.one_of(st.none(), st.integers(1, 15)))
def test_lengths_count_both_ends(rows, shortest, longest):
    expected = [r for r in rows if shortest <= len(frames(*r[:2])) <= (math.inf if longest is None else longest)]
    assert rows_of(of_length(built(rows), shortest, longest)) == expected


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (([1], [0]), "before its onset"),
        (([1, 2], [3]), "differ in length"),
        (([1], [3], [np.nan]), "nan"),
        (([1], [3], [0.1, 0.2]), "as many scores"),
        (([1.5], [3.0]), "integers"),
    ],
)
def test_boxes_are_checked(rows, said):
    with pytest.raises(ValueError, match=said):
        boxes(*rows)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda of: iou_nms(of, 1.5),
        lambda of: iou_nms(of, True),
        lambda of: tran_fast_nms(of, -0.1),
        lambda of: gap_merge(of, -2),
        lambda of: merge_min(of, 0.3, passes=0),
        lambda of: soft_nms(of, decay="none"),
        lambda of: soft_nms(of, sigma=0),
        lambda of: soft_nms(boxes([1], [2], [-1.0])),
        lambda of: weighted_fusion(of, models=0),
        lambda of: top(of, -1),
    ],
)
def test_impossible_parameters_are_refused(wrong):
    with pytest.raises(ValueError, match=r"."):
        wrong(boxes([1], [2]))


def test_shares_are_exact():
    assert share(0.34) == Fraction(17, 50)
    assert share(0) == share("0") == share(0.0) == 0
