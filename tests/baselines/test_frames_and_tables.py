import numpy as np
import pytest
from brute_force import frames
from hypothesis import given
from hypothesis import strategies as st

from mebench.baselines.postprocess.boxes import boxes
from mebench.baselines.postprocess.frames import clip, expand_stride, to_native
from mebench.baselines.postprocess.suppression import iou_nms
from mebench.baselines.postprocess.tables import boxes_of, joined, per_video, prediction_table
from mebench.datasets.tables import PREDICTIONS, conform

spans = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 10)).map(lambda r: (r[0], sum(r))), max_size=6)


def built(rows):
    return boxes(*zip(*rows, strict=True)) if rows else boxes([], [])


@given(spans, st.integers(1, 9))
def test_a_sample_stands_for_itself_and_the_frames_skipped_behind_it(rows, stride):
    of = built(rows)
    onset, offset = expand_stride(of.onset, of.offset, stride)
    for (a, b), first, last in zip(rows, onset.tolist(), offset.tolist(), strict=True):
        assert frames(first, last) == {at * stride + behind for at in frames(a, b) for behind in range(stride)}


@given(spans, st.integers(1, 9), st.integers(-50, 50))
def test_regular_tracks_agree_with_the_formula(rows, stride, first_frame):
    of, numbers = built(rows), first_frame + stride * np.arange(31)
    native = to_native(of, numbers, first_frame + 31 * stride - 1, stride)
    onset, offset = expand_stride(of.onset, of.offset, stride)
    assert (native.onset - first_frame).tolist() == onset.tolist()
    assert (native.offset - first_frame).tolist() == offset.tolist()
    assert native.score.tolist() == of.score.tolist()


@given(spans, st.sets(st.integers(-20, 90), min_size=31, max_size=31), st.integers(1, 9))
def test_native_frames_stay_within_the_video(rows, numbers, stride):
    of, numbers = built(rows), np.array(sorted(numbers))
    native = to_native(of, numbers, int(numbers[-1]), stride)
    assert native.onset.tolist() == [numbers[a] for a, _ in rows]
    assert native.offset.tolist() == [min(numbers[b] + stride - 1, numbers[-1]) for _, b in rows]


@given(spans, st.integers(-5, 15), st.integers(0, 20))
def test_clipping_keeps_the_frames_inside(rows, first, more):
    inside = clip(built(rows), first, first + more)
    expected = [frames(*row) & frames(first, first + more) for row in rows]
    found = [frames(a, b) for a, b in zip(inside.onset.tolist(), inside.offset.tolist(), strict=True)]
    assert found == [kept for kept in expected if kept]


def test_positions_outside_the_track_are_refused():
    for wrong in (boxes([0], [5]), boxes([-1], [2])):
        with pytest.raises(ValueError, match="within a track of 5"):
            to_native(wrong, np.arange(5), 4)
    for call in (
        lambda: to_native(boxes([0], [1]), np.arange(5), 4, 0),
        lambda: expand_stride(*boxes([0], [1])[:2], 0),
    ):
        with pytest.raises(ValueError, match="stride"):
            call()


def test_predictions_of_a_video_are_a_table_of_the_contract():
    table = prediction_table("a", "me", boxes([9, 1, 1], [12, 5, 3], [0.5, 0.1, 0.2]))
    assert conform(table, PREDICTIONS, "predictions").equals(table)
    assert table.to_numpy().tolist() == [["a", 1, 3, "me", 0.2], ["a", 1, 5, "me", 0.1], ["a", 9, 12, "me", 0.5]]


def test_tables_are_joined_and_none_of_them_is_an_empty_one():
    one = prediction_table("a", "me", boxes([9], [12]))
    nothing = prediction_table("b", "mae", boxes([], []))
    both = joined([nothing, one, nothing, prediction_table("c", "me", boxes([1], [2]))])
    assert both["video"].tolist() == ["a", "c"]
    assert joined([]).equals(joined([nothing]))
    assert (joined([]).dtypes == both.dtypes)[["onset", "offset", "score"]].all()
    assert conform(joined([]), PREDICTIONS, "predictions").columns.tolist() == both.columns.tolist()


def test_a_step_sees_one_video_and_type_at_a_time():
    overlapping = boxes([1, 2], [10, 11], [0.5, 0.25])
    table = joined(prediction_table(v, t, overlapping) for v in "ab" for t in ("me", "mae"))
    kept = per_video(table, lambda of: iou_nms(of, 0.5))
    assert kept[["video", "type", "onset"]].to_numpy().tolist() == [[v, t, 1] for v in "ab" for t in ("me", "mae")]
    assert per_video(joined([]), lambda of: of).equals(joined([]))
    assert boxes_of(table).n == 8
