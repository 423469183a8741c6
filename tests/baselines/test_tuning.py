"""Tuned thresholds against trying every value and matching anew by plain search."""

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from brute_force import largest_matching
from hypothesis import given, settings
from hypothesis import strategies as st

from mebench.baselines.postprocess.boxes import boxes, scored_at_least
from mebench.baselines.postprocess.makers import fixed_halfwidth, runs
from mebench.baselines.postprocess.merging import gap_merge
from mebench.baselines.postprocess.peaks import peaks, relative_height
from mebench.baselines.postprocess.suppression import iou_nms, tran_fast_nms
from mebench.baselines.postprocess.tables import boxes_of, joined, per_video, prediction_table
from mebench.baselines.postprocess.tuning import candidates, tune_nested, tune_over

VIDEOS = ("a", "b", "c")
HALF = Fraction(1, 2)

event = st.tuples(st.sampled_from(VIDEOS), st.integers(1, 24), st.integers(1, 12), st.sampled_from(["me", "mae"]))
events = st.lists(event, max_size=6)
scored = st.lists(st.tuples(event, st.sampled_from([-0.5, 0.0, 0.25, 0.5, 0.9])), max_size=9)


def truth_of(rows):
    made = [(video, onset, onset + length - 1, kind) for video, onset, length, kind in rows]
    return pd.DataFrame(made, columns=["video", "onset", "offset", "type"]).astype(
        {"onset": "int64", "offset": "int64"}
    )


def said_of(rows):
    table = truth_of([row for row, _ in rows])
    return table.assign(score=np.array([score for _, score in rows], dtype=float))


def brute_counts(predictions, truth, kind, iou=HALF):
    tp = 0
    of, said = truth[truth["type"] == kind], predictions[predictions["type"] == kind]
    for video in VIDEOS:
        spans = [t[t["video"] == video][["onset", "offset"]].to_numpy().tolist() for t in (of, said)]
        tp += largest_matching(*spans, iou)
    return tp, len(said) - tp, len(of) - tp


def brute_choice(options):
    """Of (value, (TP, FP, FN)): the highest F1, then the fewest predictions, then the highest value."""

    def worth(option):
        value, (tp, fp, fn) = option
        f1 = Fraction(2 * tp, 2 * tp + fp + fn) if tp + fp + fn else Fraction(0)
        return f1, -(tp + fp), value

    return max(options, key=worth)


@settings(max_examples=50)
@given(events, scored, st.sampled_from([-math.inf, 0.0]), st.sampled_from([HALF, Fraction(1, 3)]))
def test_nested_tuning_is_the_best_of_all_values_matched_anew(rows, proposals, floor, iou):
    truth, said = truth_of(rows), said_of(proposals)
    values = sorted({s for s in said[said["type"] == "me"]["score"] if s >= floor}, reverse=True)
    options = [(v, brute_counts(said[said["score"] >= v], truth, "me", iou)) for v in [math.inf, *values]]
    found = tune_nested(said, truth, "me", floor=floor, iou=iou)
    assert list(zip(found.values.tolist(), map(tuple, found.table.tolist()), strict=True)) == options
    value, counts = brute_choice(options)
    assert (found.value, tuple(found.counts.tolist())) == (value, counts)
    tp, fp, fn = counts
    assert math.isnan(found.f1) if not sum(counts) else found.f1 == 2 * tp / (2 * tp + fp + fn)


@settings(max_examples=50)
@given(events, scored, st.integers(0, 4))
def test_tuning_over_values_is_the_best_of_all_values(rows, proposals, gap):
    """With a step that is not nested: a lower threshold can join two boxes to one."""
    truth, said = truth_of(rows), said_of(proposals)
    me = said[said["type"] == "me"]
    evidence = {video: boxes_of(me[me["video"] == video]) for video in VIDEOS}
    values = candidates([me["score"]])

    def predict(of, value):
        return gap_merge(scored_at_least(of, value), gap)

    options = [(math.inf, (0, 0, int((truth["type"] == "me").sum())))]
    for value in values[::-1]:
        table = joined(prediction_table(video, "me", predict(of, value)) for video, of in evidence.items())
        options.append((value, brute_counts(table, truth, "me")))
    found = tune_over(values, evidence, predict, truth, "me")
    assert list(zip(found.values.tolist(), map(tuple, found.table.tolist()), strict=True)) == options
    assert (found.value, tuple(found.counts.tolist())) == brute_choice(options)


@pytest.mark.parametrize("nms", [lambda of: iou_nms(of, 0.5), tran_fast_nms], ids=["iou", "tran"])
@settings(max_examples=50)
@given(rows=events, proposals=scored)
def test_nms_before_tuning_equals_nms_at_every_value(nms, rows, proposals):
    truth, said = truth_of(rows), said_of(proposals)
    me = said[said["type"] == "me"]
    evidence = {video: boxes_of(me[me["video"] == video]) for video in VIDEOS}
    anew = tune_over(candidates([me["score"]]), evidence, lambda of, v: nms(scored_at_least(of, v)), truth, "me")
    once = tune_nested(per_video(me, nms), truth, "me")
    assert (anew.value, anew.counts.tolist()) == (once.value, once.counts.tolist())


@settings(max_examples=40)
@given(events, st.lists(st.lists(st.integers(0, 5), min_size=30, max_size=30), min_size=3, max_size=3))
def test_p_can_be_tuned_through_relative_heights(rows, tracks):
    truth = truth_of(rows)
    evidence = {video: relative_height(np.array(t, dtype=float)) for video, t in zip(VIDEOS, tracks, strict=True)}

    def predict(height, p):
        return fixed_halfwidth(peaks(height, p, distance=3), 3, len(height))

    proposals = joined(prediction_table(video, "me", predict(height, 0)) for video, height in evidence.items())
    once = tune_nested(proposals, truth, "me", floor=0)
    values = [v for v in candidates(evidence.values(), most=1000) if 0 <= v <= 1]
    anew = tune_over(values, evidence, predict, truth, "me")
    assert (once.value, once.counts.tolist()) == (anew.value, anew.counts.tolist())


@settings(max_examples=50)
@given(events, scored, st.randoms(use_true_random=False))
def test_the_order_of_rows_plays_no_part(rows, proposals, random):
    one = tune_nested(said_of(proposals), truth_of(rows), "me")
    shuffled = said_of(random.sample(proposals, len(proposals)))
    other = tune_nested(shuffled, truth_of(random.sample(rows, len(rows))), "me")
    assert one.value == other.value
    assert np.array_equal(one.table, other.table)
    assert np.array_equal(one.curve, other.curve, equal_nan=True)


def test_ties_go_to_fewer_predictions():
    # One of two found by one prediction: 2/3. Both found by four: 4/6, the same.
    truth = truth_of([("a", 1, 10, "me"), ("a", 21, 10, "me")])
    said = said_of(
        [
            (("a", 1, 10, "me"), 0.9),
            (("a", 21, 10, "me"), 0.5),
            (("b", 1, 10, "me"), 0.5),
            (("c", 1, 10, "me"), 0.5),
        ]
    )
    found = tune_nested(said, truth, "me")
    assert (found.value, found.f1) == (0.9, 2 / 3)
    assert found.curve.tolist() == [0, 2 / 3, 2 / 3]


def test_without_a_hit_nothing_is_predicted():
    said = said_of([(("b", 1, 10, "me"), 0.9)])
    assert tune_nested(said, truth_of([("a", 1, 10, "me")]), "me").value == math.inf
    undefined = tune_nested(said, truth_of([]), "me")
    assert undefined.value == math.inf
    assert math.isnan(undefined.f1)
    assert tune_nested(said_of([]), truth_of([("a", 1, 10, "me")]), "me").counts.tolist() == [0, 0, 1]
    assert tune_over([], {}, lambda of, v: of, truth_of([("a", 1, 10, "me")]), "me").counts.tolist() == [0, 0, 1]


def test_events_without_frames_and_videos_without_evidence_are_misses():
    truth = truth_of([("a", 1, 10, "me"), ("a", 5, 0, "me"), ("b", 1, 10, "me")])
    assert tune_nested(said_of([(("a", 1, 10, "me"), 0.9)]), truth, "me").counts.tolist() == [1, 0, 2]


def test_videos_of_one_name_are_told_apart_by_their_dataset():
    truth = truth_of([("a", 1, 10, "me"), ("a", 1, 10, "me")]).assign(dataset=["x", "y"])
    said = said_of([(("a", 1, 10, "me"), 0.9), (("a", 1, 10, "me"), 0.8)])
    assert tune_nested(said.assign(dataset=["x", "y"]), truth, "me").counts.tolist() == [2, 0, 0]
    assert tune_nested(said.assign(dataset=["x", "x"]), truth, "me").counts.tolist() == [1, 0, 1]
    with pytest.raises(ValueError, match="several datasets"):
        tune_nested(said, truth, "me")
    box = boxes([1], [10])
    assert tune_over([1], {("x", "a"): box, ("y", "a"): box}, lambda of, _: of, truth, "me").counts.tolist() == [
        2,
        0,
        0,
    ]
    with pytest.raises(ValueError, match="several datasets"):
        tune_over([1], {"a": box}, lambda of, _: of, truth, "me")


def test_scores_and_values_must_be_finite():
    truth = truth_of([("a", 1, 10, "me")])
    for wrong in (math.nan, math.inf):
        with pytest.raises(ValueError, match="finite"):
            tune_nested(said_of([(("a", 1, 10, "me"), wrong)]), truth, "me")
        with pytest.raises(ValueError, match="finite"):
            tune_over([wrong], {}, lambda of, v: of, truth, "me")


@given(st.lists(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=9), max_size=4), st.integers(1, 9))
def test_candidates_are_distinct_finite_values_of_the_evidence(tracks, most):
    found = candidates(tracks, most).tolist()
    every = sorted({v for track in tracks for v in track if math.isfinite(v)})
    assert len(found) == min(most, len(every))
    assert found == sorted(set(found))
    assert set(found) <= set(every)
    if found:
        assert found[-1] == every[-1]
        assert found[0] == every[0] or most == 1
    with pytest.raises(ValueError, match="at least one"):
        candidates(tracks, 0)


def test_hundreds_of_videos_are_tuned_at_once():
    rng = np.random.default_rng(0)
    tracks = {f"v{i}": rng.random(2000) for i in range(100)}
    truth = truth_of([(video, int(at), 12, "me") for video in tracks for at in rng.integers(1, 1900, 2)])
    onset = np.arange(1, 1990)
    said = joined(prediction_table(v, "me", boxes(onset, onset + 10, t[:1989])) for v, t in tracks.items())
    found = tune_nested(said, truth, "me")
    assert len(found.values) == len(said) + 1
    tried = candidates(tracks.values(), 20)
    assert len(tune_over(tried, tracks, lambda t, v: runs(t >= v, t, 5, 30, 2), truth, "me").values) == len(tried) + 1
