"""Apexes that nobody annotated: sought by flow, by the texture of regions, or simply the middle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mebench.features.apex import divide_and_conquer, flow_peak, region_distances
from mebench.features.extract import extract
from mebench.features.flow import estimator, flow
from mebench.features.recipes import recipe
from mebench.features.recipes.common import Source
from mebench.problems import UserError
from mebench.video.cache import Cache
from tests.features.made_frames import MadeFrames

CURVES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def there_and_back(peak=6, n=10, side=48):
    """Frames that drift away from the first one until `peak`, and back again."""
    frames = MadeFrames(side=side)
    return [frames.read(1 + min(k, max(2 * peak - k, 0))) for k in range(n)]


@pytest.mark.parametrize("peak", [3, 6, 9])
def test_the_frame_that_moved_most_is_the_apex(peak):
    assert flow_peak(iter(there_and_back(peak)), estimator("dis")) == peak


def test_an_apex_needs_two_frames():
    with pytest.raises(ValueError, match="at least two"):
        flow_peak(there_and_back()[:1], estimator("dis"))


def test_regions_that_change_are_far_from_the_first_frame_and_others_do_not_count():
    clip = np.stack([np.random.default_rng(0).integers(0, 256, (60, 60), dtype=np.uint8)] * 4)
    other = np.random.default_rng(1).integers(0, 256, (60, 60), dtype=np.uint8)
    clip[2, 40:54, 20:40] = 128  # the mouth
    clip[3, 26:36, 28:32] = other[26:36, 28:32]  # the nose
    distances = region_distances(clip)
    assert distances[0] == distances[1] == distances[3] == pytest.approx(0)
    assert distances[2] > 0.05


def test_flat_frames_are_equally_far():
    assert region_distances(np.zeros((3, 40, 40), np.uint8)) == pytest.approx([0, 0, 0])


@given(CURVES)
def test_dividing_ends_at_a_peak(curve):
    found = divide_and_conquer(curve)
    values = np.array(curve)
    rising = found > 0 and values[found] > values[found - 1]
    falling = found == len(values) - 1 or values[found] >= values[found + 1]
    peaks = [
        i
        for i in range(1, len(values))
        if values[i] > values[i - 1] and (i == len(values) - 1 or values[i] >= values[i + 1])
    ]
    assert (rising and falling) if peaks else values[found] == values.max()


@given(CURVES)
def test_dividing_keeps_the_half_with_more(curve):
    """The definition, step by step: frames are halved, and the half whose peaks are higher together stays."""
    values = np.array(curve)
    peaks = {
        i: values[i]
        for i in range(1, len(values))
        if values[i] > values[i - 1] and (i == len(values) - 1 or values[i] >= values[i + 1])
    }
    frames = list(range(len(values)))
    while len(inside := [i for i in frames if i in peaks]) > 1:
        cut = (frames[0] + frames[-1] + 1) // 2
        left, right = [i for i in frames if i < cut], [i for i in frames if i >= cut]
        heights = [np.sum([peaks[i] for i in half if i in peaks]) for half in (left, right)]
        empty = [not any(i in peaks for i in half) for half in (left, right)]
        frames = left if empty[1] or (not empty[0] and heights[0] >= heights[1]) else right
    assert divide_and_conquer(curve) == (inside[0] if inside else int(values.argmax()))


def test_a_curve_without_numbers_is_refused():
    for wrong in ([], [[1.0]], [np.nan]):
        with pytest.raises(ValueError, match="finite numbers"):
            divide_and_conquer(wrong)


@pytest.mark.parametrize("apex", ["middle", "flow", "dc-rois"])
def test_the_recipe_is_the_flow_to_the_apex_it_names(tmp_path, apex):
    frames = MadeFrames(held=tuple(range(5, 17)))
    got = extract(
        {"v": Source(frames, None, None, None, is_clip=True)},
        recipe("apex-flow", {"method": "dis", "apex": apex}),
        Cache(tmp_path),
    )["v"]
    first, last = int(got["first"][0]), int(got["last"][0])
    assert first == 5
    assert last == {"middle": 11, "flow": 16}.get(apex, last)
    assert 5 < last <= 16
    expected = flow(frames.read(first), frames.read(last), "dis")
    assert got["flow"][0] == pytest.approx(expected, abs=0.01)


def test_the_ways_to_seek_are_kept_apart_and_checked(tmp_path):
    ways = [recipe("apex-flow", {"method": "dis", "apex": apex}).computing() for apex in ("middle", "flow", "dc-rois")]
    assert all(ways[i] != ways[j] for i in range(3) for j in range(i))
    with pytest.raises(UserError, match="Did you mean 'flow'"):
        recipe("apex-flow", {"apex": "flwo"})
    with pytest.raises(UserError, match="one frame"):
        extract({"v": Source(MadeFrames(held=(4,)), is_clip=True)}, recipe("apex-flow"), Cache(tmp_path))
