import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.signal import find_peaks

from mebench.baselines.postprocess.peaks import (
    carry_edges,
    contrast,
    fitting,
    peaks,
    relative_height,
    relative_threshold,
)

# Few distinct values, so that plateaus and equal peaks are the rule; and any values.
coarse = st.lists(st.integers(-3, 3), min_size=1, max_size=40).map(lambda v: np.array(v, dtype=float))
fine = arrays(float, st.integers(1, 40), elements=st.floats(-1e6, 1e6))
distinct = arrays(float, st.integers(1, 40), elements=st.floats(-1e6, 1e6), unique=True)
tracks = st.one_of(coarse, fine)
shares = st.floats(0, 1)


def brute_maxima(values, ends):
    """The middle of every level stretch with lower values, or with an end that counts as lower, on both sides."""
    outside = -np.inf if ends else np.inf
    padded = [outside, *values.tolist(), outside]
    found = []
    for first in range(len(values)):
        for last in range(first, len(values)):
            level = set(padded[first + 1 : last + 2])
            if len(level) == 1 and padded[first] < values[first] > padded[last + 2]:
                found.append((first + last) // 2)
    return found


def brute_peaks(values, height, distance, ends):
    kept = []
    for at in sorted(brute_maxima(values, ends), key=lambda at: (-values[at], at)):
        if values[at] >= height and all(abs(at - other) >= distance for other in kept):
            kept.append(at)
    return sorted(kept)


@given(coarse, st.integers(-4, 4), st.sampled_from([1, 2, 2.5, 3, 7]), st.booleans())
def test_peaks_are_maxima_the_highest_of_those_that_lie_too_close(values, height, distance, ends):
    found = peaks(values, height, distance, ends)
    assert found.position.tolist() == brute_peaks(values, height, distance, ends)
    assert found.height.tolist() == values[found.position].tolist()


@given(distinct, st.floats(-1e6, 1e6), st.integers(1, 9))
def test_peaks_are_those_of_scipy(values, height, distance):
    expected, _ = find_peaks(values, height=height, distance=distance)
    assert peaks(values, height, distance, ends=False).position.tolist() == expected.tolist()


@given(tracks, st.floats(-3, 3), st.floats(0, 3), st.integers(1, 9))
def test_a_higher_threshold_only_removes_peaks(values, height, more, distance):
    low, high = peaks(values, height, distance), peaks(values, height + more, distance)
    assert high.position.tolist() == low.position[low.height >= height + more].tolist()


@given(tracks, shares)
def test_every_track_that_is_not_flat_has_a_peak_above_the_relative_threshold(values, p):
    flat = len(set(values.tolist())) == 1
    assert bool(len(peaks(values, relative_threshold(values, p)).position)) == (not flat)
    assert bool(len(peaks(relative_height(values), p).position)) == (not flat)


@given(coarse, st.integers(0, 20).map(lambda n: n / 20))
def test_relative_heights_and_the_relative_threshold_say_the_same(values, p):
    reaches = relative_height(values) >= p
    threshold = relative_threshold(values, p)
    # Equal up to rounding: where a value lies on the threshold either may be right.
    clear = np.abs(values - threshold) > 1e-9
    assert ((values >= threshold) == reaches)[clear].all()


@given(tracks)
def test_the_mean_has_height_0_and_the_maximum_1(values):
    height = relative_height(values)
    if len(set(values.tolist())) == 1:
        assert (height == -np.inf).all()
        assert relative_threshold(values, 0) == np.inf
        return
    assert height[values.argmax()] == height.max() == 1
    assert relative_threshold(values, 1) == values.max()
    assert relative_threshold(values, 0) == min(values.mean(), values.max())


def test_the_relative_threshold_by_hand():
    values = np.array([0.0, 0, 0, 4])
    assert [relative_threshold(values, p) for p in (0, 0.5, 1)] == [1, 2.5, 4]
    with pytest.raises(ValueError, match="between 0"):
        relative_threshold(values, 1.01)
    assert relative_threshold(np.empty(0), 0.5) == np.inf


@given(tracks, st.integers(1, 50))
def test_contrast_by_definition(values, k):
    n = len(values)
    zero, clamp = contrast(values, k), contrast(values, k, edges="clamp")
    for i in range(n):
        whole = values[i] - 0.5 * (values[max(i - k, 0)] + values[min(i + k, n - 1)])
        assert clamp[i] == whole
        assert zero[i] == (whole if i - k >= 0 and i + k < n else 0)
    assert contrast(values, k, "clamp", "zero").tolist() == np.maximum(clamp, 0).tolist()


@given(coarse, st.integers(1, 9), st.integers(-5, 5), st.integers(-3, 3))
def test_contrast_ignores_a_level_and_a_slope(values, k, level, slope):
    tilted = values + level + slope * np.arange(len(values))
    assert contrast(tilted, k).tolist() == contrast(values, k).tolist()


@given(tracks, st.integers(0, 30))
def test_edges_carry_the_nearest_value_with_both_neighbours(values, k):
    carried, n = carry_edges(values, k), len(values)
    if n < 2 * k + 1:
        assert carried.tolist() == values.tolist()
        return
    assert carried.tolist() == [values[min(max(i, k), n - 1 - k)] for i in range(n)]
    assert carried is not values


@given(st.integers(0, 300), st.integers(0, 300))
def test_a_fitting_k_leaves_a_frame_with_both_neighbours(k, n):
    found = fitting(k, n)
    assert found == 0 or 2 * found + 1 <= n
    assert (found == k) == (k == 0 or 2 * k + 1 <= n)
    halves = {k, 0}
    while k > 1:
        k = (k + 1) // 2
        halves.add(k)
    assert found == max(h for h in halves if h == 0 or 2 * h + 1 <= n)


def test_what_cannot_be_is_refused():
    values = np.zeros(5)
    for wrong in (
        lambda: contrast(values, 0),
        lambda: contrast(values, 1, edges="mirror"),
        lambda: contrast(values, 1, negatives="abs"),
        lambda: carry_edges(values, -1),
        lambda: peaks(values, 0, distance=0),
        lambda: peaks(np.array([0, np.nan]), 0),
    ):
        with pytest.raises(ValueError, match=r"."):
            wrong()
    assert not len(peaks(np.empty(0), 0).position)
    assert not len(contrast(np.empty(0), 3))
    assert not len(relative_height(np.empty(0)))
