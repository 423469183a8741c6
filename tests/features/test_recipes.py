"""Recipes: which rows there are, what is in them, and which parameters are refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mebench.features import code
from mebench.features.dynamic_image import dynamic_image
from mebench.features.extract import extract
from mebench.features.lbp_top import lbp_top
from mebench.features.recipes import RECIPES, common, recipe, recipe_class
from mebench.features.recipes.common import Source
from mebench.features.tim import interpolated
from mebench.problems import UserError
from mebench.video.cache import Cache
from mebench.video.missing import Replacement
from tests.features.made_frames import MadeFrames

some_numbers = st.sets(st.integers(1, 60), min_size=2, max_size=40).map(lambda found: tuple(sorted(found)))


@given(some_numbers, st.integers(1, 12))
def test_steps_pair_every_frame_with_that_many_frames_later(numbers, step):
    expected = [(a, b) for a in numbers for b in numbers if b - a == step]
    asked, source = recipe("flow", {"method": "dis", "pairs": "steps", "step": step}), Source(MadeFrames("v", numbers))
    if expected:
        assert asked.rows(source) == expected
    else:
        with pytest.raises(UserError, match="Give a smaller step"):
            asked.rows(source)


@given(some_numbers, st.integers(2, 12), st.integers(1, 7))
def test_windows_hold_so_many_frames_that_exist(numbers, window, stride):
    rows = recipe("dynamic-image", {"window": window, "stride": stride}).rows(Source(MadeFrames("v", numbers)))
    if len(numbers) <= window:
        assert rows == [(numbers[0], numbers[-1])]
        return
    held = [[n for n in numbers if a <= n <= b] for a, b in rows]
    assert all(len(frames) == window for frames in held)
    starts = [numbers.index(a) for a, _ in rows]
    assert starts == list(range(0, starts[-1] + 1, stride))
    assert starts[-1] + window <= len(numbers) < starts[-1] + stride + window


@given(some_numbers, st.integers(1, 9), st.integers(1, 40))
def test_chunks_are_the_rows_in_order(numbers, stride, n):
    source = Source(MadeFrames("v", numbers))
    asked = recipe("dynamic-image", {"window": 3, "stride": stride, "size": 16})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(common, "CHUNK", n)
        chunks = asked.chunks(source)
    assert [row for chunk in chunks for row in chunk] == asked.rows(source)
    assert all(0 < len(chunk) <= n for chunk in chunks)


@pytest.mark.parametrize(
    ("onset", "apex", "offset", "expected"),
    [
        (3, 9, 20, (3, 9)),
        (3, None, 20, (3, 12)),  # not annotated (SMIC): the frame in the middle
        (3, 3, 20, (3, 12)),  # on the onset, or before it: not an apex
        (3, 2, 20, (3, 12)),
        (3, 21, 20, (3, 12)),
        (3, 20, 20, (3, 20)),
        (None, None, None, (1, 21)),
        (None, 30, None, (1, 30)),
        (39, None, 40, (39, 40)),
    ],
)
def test_a_clip_has_its_flow_from_onset_to_apex(onset, apex, offset, expected):
    source = Source(MadeFrames(), onset, apex, offset, is_clip=True)
    assert recipe("flow", {"method": "dis"}).rows(source) == [expected]


def test_a_clip_without_two_frames_is_said():
    asked = recipe("flow", {"method": "dis"})
    with pytest.raises(UserError, match="a clip of one frame has no flow"):
        asked.rows(Source(MadeFrames(), 4, 4, 4))
    with pytest.raises(UserError, match=r"no frame from 90 to 95; the frames are 1 to 40"):
        asked.rows(Source(MadeFrames(), 90, 92, 95))


def test_pairs_from_the_onset_share_it():
    asked = recipe("flow", {"method": "dis", "pairs": "from-onset", "step": 4})
    assert asked.rows(Source(MadeFrames(), 3, None, 16)) == [(3, 7), (3, 11), (3, 15)]


def test_a_gap_breaks_no_pair_that_does_not_touch_it(tmp_path):
    numbers = (1, 2, 3, 10, 11, 20)
    got = extract({"v": MadeFrames("v", numbers)}, recipe("flow", {"method": "dis"}), Cache(tmp_path))["v"]
    assert got["first"].tolist() == [1, 2, 10]


@pytest.mark.parametrize("window", [None, 9])
def test_lbp_top_and_dynamic_image_are_those_of_the_frames(tmp_path, monkeypatch, window):
    monkeypatch.setattr(common, "CHUNK", 3)
    frames = MadeFrames(colour=True)
    source = Source(frames, 5, None, 30, is_clip=True)
    settings = {"window": window, "stride": 4}
    spans = [(5, 30)] if window is None else [(n, n + 8) for n in range(5, 23, 4)]
    grey = [np.stack([frames.read(n, grey=True) for n in range(a, b + 1)]) for a, b in spans]
    colour = [np.stack([frames.read(n) for n in range(a, b + 1)]) for a, b in spans]
    cache = Cache(tmp_path)
    for parameters, expected in (
        ({"radii": (1, 1, 2)}, [lbp_top(clip, radii=(1, 1, 2)) for clip in grey]),
        ({"frames": 12, "grid": (2, 3)}, [lbp_top(interpolated(clip, 12), (2, 3)) for clip in grey]),
    ):
        got = extract({"v": source}, recipe("lbp-top", {**settings, **parameters}), cache)["v"]
        assert np.array_equal(got["lbp_top"], np.stack(expected))
        assert list(zip(got["first"], got["last"], strict=True)) == spans
    for parameters, clips in (({"alpha": "harmonic"}, colour), ({"colour": False}, grey)):
        got = extract({"v": source}, recipe("dynamic-image", {**settings, **parameters}), cache)["v"]
        alpha = parameters.get("alpha", "corrected")
        assert np.array_equal(got["image"], np.stack([dynamic_image(clip, alpha) for clip in clips]))


def test_windows_that_overlap_read_each_frame_once(tmp_path):
    log = tmp_path / "log"
    asked = recipe("dynamic-image", {"window": 10, "stride": 2, "size": 16})
    extract({"v": MadeFrames(log=log)}, asked, Cache(tmp_path / "cache"))
    assert sorted(map(int, log.read_text().split())) == list(range(1, 41))


def test_rows_with_replaced_frames_are_marked(tmp_path):
    frames = MadeFrames()
    frames.report.replaced[7] = Replacement(7, "img7.jpg", "is missing", 6, True)
    cache = Cache(tmp_path)
    pairs = extract({"v": frames}, recipe("flow", {"method": "dis", "step": 3}), cache)["v"]
    assert pairs["first"][pairs["replaced"]].tolist() == [4, 7]
    windows = extract({"v": frames}, recipe("dynamic-image", {"window": 4, "size": 16}), cache)["v"]
    assert windows["first"][windows["replaced"]].tolist() == [4, 5, 6, 7]
    derived = extract({"v": frames}, recipe("strain", {"method": "dis", "step": 3}), cache)["v"]
    assert np.array_equal(derived["replaced"], pairs["replaced"])


def test_a_window_that_no_memory_holds_is_refused(monkeypatch):
    monkeypatch.setattr(common, "LARGEST_WINDOW", 40 * 48 * 48 - 1)
    with pytest.raises(UserError, match=r"a window of 40 frames of 2304 pixels is too large.*window=.*size="):
        recipe("dynamic-image").chunks(Source(MadeFrames()))
    assert recipe("dynamic-image", {"window": 39}).chunks(Source(MadeFrames()))


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_is_registered_under_its_name_and_explains_itself(name):
    kind = recipe_class(name)
    assert kind.name == name
    assert kind.summary.endswith(".")
    assert kind.reference
    assert all(0 < error < 1 for error in kind.half.values())
    assert recipe(name) == kind()


@pytest.mark.parametrize(
    ("name", "parameters", "sentence"),
    [
        ("flwo", {}, "There is no feature 'flwo'. Did you mean 'flow'"),
        ("flow", {"method": "tvl"}, "Did you mean 'tvl1'"),
        ("flow", {"stepp": 2}, "no parameter 'stepp'"),
        ("flow", {"method": "dis", "preset": "slow"}, "dis has no preset 'slow'"),
        ("flow", {"step": 0}, "at least 1"),
        ("flow", {"step": "two"}, "step is a whole number, not 'two'"),
        ("flow", {"step": True}, "step is a whole number"),
        ("flow", {"pairs": "all"}, "There is no choice of pairs 'all'"),
        ("flow", {"size": 4}, "at least 8 x 8"),
        ("flow", {"warps": "many"}, "warps is a whole number, not 'many'"),
        ("strain", {"form": "four-term"}, "frobenius or three-term"),
        ("strain", {"differences": "none"}, "central, backward or forward"),
        ("lbp-top", {"grid": 5}, "grid is whole numbers"),
        ("lbp-top", {"codes": "some"}, "uniform or all"),
        ("lbp-top", {"radii": (1, 1, 0)}, "radii"),
        ("lbp-top", {"frames": 5}, "no voxel"),
        ("lbp-top", {"gird": (5, 5)}, "Did you mean 'grid'"),
        ("dynamic-image", {"alpha": "beta"}, "alpha is corrected"),
        ("dynamic-image", {"window": 1}, "at least 2"),
        ("dynamic-image", {"stride": 0}, "at least 1"),
        ("dynamic-image", {"colour": 1}, "colour is true or false"),
    ],
)
def test_a_wrong_parameter_is_a_sentence_before_any_frame_is_read(name, parameters, sentence):
    with pytest.raises(UserError) as caught:
        recipe(name, parameters)
    assert sentence in str(caught.value)


def test_large_radii_and_grids_that_suit_a_long_clip_are_not_refused():
    assert recipe("lbp-top", {"radii": (3, 3, 40), "grid": (8, 8, 2)}).radii == (3, 3, 40)


def test_the_code_of_a_recipe_is_what_it_imports_and_no_more():
    sources, libraries = code._reached(["mebench.features.recipes.flow"])
    assert {"mebench.features.flow", "mebench.features.recipes.common", "mebench.video.frames"} <= set(sources)
    assert not {"mebench.features.hog", "mebench.features.lbp_top", "mebench.video.cache"} & set(sources)
    assert {"cv2", "numpy"} <= libraries


def test_a_change_of_any_source_changes_the_code(monkeypatch):
    before = code.identity(["mebench.features.recipes.strain"])
    assert before == code.identity(["mebench.features.recipes.strain", "somebody.elses"])
    reached = code._reached

    def changed(modules):
        sources, libraries = reached(modules)
        return {**sources, "mebench.features.flow": sources["mebench.features.flow"] + b"#"}, libraries

    monkeypatch.setattr(code, "_reached", changed)
    code._identity.cache_clear()
    try:
        assert code.identity(["mebench.features.recipes.strain"])["mebench"] != before["mebench"]
    finally:
        code._identity.cache_clear()


def test_a_library_that_is_absent_is_none_and_the_others_have_a_version():
    import cv2

    assert code._version("cv2") == cv2.__version__
    assert code._version("no_such_library") == "none"
