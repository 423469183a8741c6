"""Signs, axes and scales of the flow back-ends, and that nothing wrong goes in or comes out in silence."""

import pickle

import cv2
import numpy as np
import pytest
from skimage.registration import optical_flow_tvl1

from mebench.features.flow import FLOWS, estimator, flow
from mebench.features.flow_images import flow_bytes, flow_image, flow_picture
from mebench.features.global_motion import global_motion, without_global_motion

SETTINGS = [(name, preset) for name, backend in FLOWS.items() for preset in backend.presets]


def texture(height=96, width=112, seed=0):
    noise = np.random.default_rng(seed).random((height + 40, width + 40)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2.5)
    return cv2.normalize(smooth, None, 20, 235, cv2.NORM_MINMAX)


def shifted_pair(x, y, seed=0):
    """Two uint8 crops of one texture; what is in the first lies (x, y) pixels further right and down in the second."""
    whole = texture(seed=seed)
    moved = cv2.warpAffine(whole, np.float32([[1, 0, x], [0, 1, y]]), whole.shape[::-1], flags=cv2.INTER_CUBIC)
    return tuple(np.rint(image[20:-20, 20:-20]).clip(0, 255).astype(np.uint8) for image in (whole, moved))


@pytest.mark.parametrize(("method", "preset"), SETTINGS)
@pytest.mark.parametrize("shift", [(1.5, 0.0), (0.0, -1.25), (-1.0, 0.5)])
def test_sign_and_axis_order(method, preset, shift):
    found = flow(*shifted_pair(*shift), method, preset)
    assert found.dtype == np.float32
    assert found.shape == (96, 112, 2)
    tolerance = 0.3 if preset in ("fast", "ultrafast") else 0.1
    assert np.median(found[12:-12, 12:-12], axis=(0, 1)) == pytest.approx(shift, abs=tolerance)


@pytest.mark.parametrize("method", FLOWS)
def test_scale_of_floats_does_not_matter(method):
    a, b = shifted_pair(1, 0.5)
    solve = estimator(method)
    of_bytes = solve(a, b)
    for unit in (np.float32, np.float64):
        assert np.abs(solve(a.astype(unit), b.astype(unit)) - of_bytes).max() < 1e-3
        assert np.abs(solve(a.astype(unit) / 255, b.astype(unit) / 255) - of_bytes).max() < 1e-3


def test_bare_opencv_says_the_same():
    a, b = shifted_pair(1, 0.5)
    assert np.array_equal(flow(a, b, "tvl1", "opencv"), cv2.optflow.DualTVL1OpticalFlow_create().calc(a, b, None))
    ipol = cv2.optflow.DualTVL1OpticalFlow_create(0.25, 0.15, 0.3, 100, 5, 0.01, 300, 1, 0.5, 0.0, 1)
    assert np.array_equal(flow(a, b), ipol.calc(a, b, None))
    bare = cv2.calcOpticalFlowFarneback(a, b, None, 0.5, 3, 15, 5, 7, 1.5, 0)
    assert np.array_equal(flow(a, b, "farneback"), bare)
    assert np.array_equal(flow(a, b, "dis", "fast"), cv2.DISOpticalFlow_create(1).calc(a, b, None))


def test_tvl1_agrees_with_scikit_image():
    a, b = shifted_pair(1.3, -0.7)
    down, right = optical_flow_tvl1(a / 255.0, b / 255.0)
    theirs = np.dstack([right, down])[12:-12, 12:-12]
    for preset in ("ipol", "opencv"):
        assert np.abs(flow(a, b, "tvl1", preset)[12:-12, 12:-12] - theirs).mean() < 0.05


@pytest.mark.parametrize("method", FLOWS)
def test_estimators_are_repeatable_and_travel(method):
    a, b = shifted_pair(1, 0.5)
    solve = estimator(method)
    once = solve(a, b)
    solve(b, a)
    assert np.array_equal(solve(a, b), once)
    copy = pickle.loads(pickle.dumps(solve))
    assert copy == solve
    assert np.array_equal(copy(a, b), once)
    assert solve.identity()["opencv"] == cv2.__version__


def test_colour_is_mixed_as_rgb():
    a, b = shifted_pair(1, 0)
    grey = flow(a, b, "dis")
    assert np.array_equal(flow(np.dstack([a] * 3), np.dstack([b] * 3), "dis"), grey)
    red = np.zeros((*a.shape, 3), np.uint8)
    red[..., 0] = 255
    assert cv2.cvtColor(red, cv2.COLOR_RGB2GRAY)[0, 0] == 76
    from mebench.features.arrays import grey as grey_of

    assert grey_of(red)[0, 0] == 76


def image(*shape, dtype=np.uint8):
    return np.full(shape, 40, dtype)


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (image(64, 64), image(64, 65), "differ in size"),
        (image(1, 1), image(1, 1), "too small"),
        (image(64, 64, 2), image(64, 64, 2), "shape"),
        (image(64, 64, dtype=np.int64), image(64, 64, dtype=np.int64), "uint8 or float"),
        (image(64, 64), image(64, 64, dtype=np.float32), "scales"),
        (image(64, 64, dtype=np.float32) * np.nan, image(64, 64, dtype=np.float32), "0..255"),
        (image(64, 64, dtype=np.float32) * -1, image(64, 64, dtype=np.float32), "0..255"),
        (image(64, 64, dtype=np.float32) * 99, image(64, 64, dtype=np.float32), "0..255"),
        (image(0, 64), image(0, 64), "too small"),
    ],
)
@pytest.mark.parametrize("method", FLOWS)
def test_wrong_images_are_refused(method, first, second, said):
    with pytest.raises(ValueError, match=said):
        flow(first, second, method)


def test_flow_that_is_not_finite_is_said():
    """OpenCV's edge-preserving interpolation returns such flow now and then, between images without a match."""

    class Hopeless:
        def calc(self, first, second, _):
            return np.full((*first.shape, 2), np.nan, np.float32)

    solve = estimator("rlof", "opencv")
    object.__setattr__(solve, "_solver", Hopeless())
    with pytest.raises(ValueError, match="too few matches"):
        solve(*shifted_pair(1, 0))
    noise = [np.random.default_rng(seed).integers(0, 256, (64, 64)).astype(np.uint8) for seed in (0, 1)]
    assert np.isfinite(flow(*noise, "rlof")).all()


def test_images_that_would_crash_opencv_are_refused():
    for width, height in ((300, 16), (600, 24), (2000, 60)):
        for quality in ("medium", "fast", "ultrafast"):
            with pytest.raises(ValueError, match="too wide"):
                flow(image(height, width), image(height, width), "dis", quality)
    for height, width in ((21, 42), (300, 16), (64, 300), (512, 32)):
        for quality in ("medium", "fast", "ultrafast"):
            assert not flow(image(height, width), image(height, width), "dis", quality).any()
    with pytest.raises(ValueError, match="too small"):
        flow(image(30, 30), image(30, 30), "rlof")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"method": "tv-l1"}, "Did you mean 'tvl1'"),
        ({"method": "tvl1", "preset": "ipl"}, "ipol"),
        ({"method": "tvl1", "warp": 3}, "Did you mean 'warps'"),
        ({"method": "tvl1", "tau": -1}, "positive"),
        ({"method": "tvl1", "lambda_": float("nan")}, "lambda_ is a finite number"),
        ({"method": "tvl1", "warps": "five"}, "warps is a whole number"),
        ({"method": "tvl1", "median": 4}, "median"),
        ({"method": "farneback", "pyramid_scale": 1.5}, "pyramid_scale"),
        ({"method": "dis", "quality": "best"}, "medium"),
        ({"method": "rlof", "interpolation": "ric"}, "Known: grid_step"),
        ({"method": "rlof", "grid_step": 0}, "positive"),
    ],
)
def test_wrong_parameters_are_refused(arguments, said):
    with pytest.raises(ValueError, match=said):
        estimator(**arguments)


def test_global_motion():
    field = np.zeros((20, 30, 2), np.float32)
    field[...] = (2, -1)
    field[5:10, 5:10] += (0, 3)
    assert global_motion(field) == pytest.approx([2, -1])
    assert global_motion(field, (5, 5, 10, 10), "mean") == pytest.approx([2, 2])
    assert global_motion(field, (0, 0, 10, 10), "mean") == pytest.approx([2, -0.25])
    # 25 of 100 vectors are longer, (2, 2) of 2.83 against 2.24: the longest half is 25 of each.
    assert global_motion(field, (0, 0, 10, 10), "largest", share=0.5) == pytest.approx([2, 0.5])
    opposed = np.zeros((2, 2, 2), np.float32)
    opposed[..., 0] = [[3, 3], [3, -1]]
    assert global_motion(opposed, how="direction") == pytest.approx([2.5, 0])
    assert np.count_nonzero(without_global_motion(field)) == 25
    assert global_motion(np.zeros((3, 3, 2)), how="direction") == pytest.approx([0, 0])
    for wrong in ({"box": (40, 0, 50, 5)}, {"how": "mode"}, {"how": "largest", "share": 0}):
        with pytest.raises(ValueError, match=r"box|share|mode"):
            global_motion(field, **wrong)


def test_flow_picture_has_the_right_colours():
    field = np.zeros((2, 3, 2), np.float32)
    field[0, 0], field[0, 1], field[0, 2], field[1, 0] = (2, 0), (-2, 0), (0, 2), (np.nan, 0)
    picture = flow_picture(field)
    assert picture.dtype == np.uint8
    assert picture[0].tolist() == [[255, 0, 0], [0, 255, 255], [127, 255, 0]]
    assert picture[1].tolist() == [[128] * 3, [255] * 3, [255] * 3]
    assert flow_picture(field, largest=4)[0, 0].tolist() == [255, 128, 128]
    for wrong in (np.zeros((4, 4)), np.zeros((4, 4, 3)), np.zeros((0, 4, 2))):
        with pytest.raises(ValueError, match="flow"):
            flow_picture(wrong)


def test_flow_image():
    field = np.zeros((56, 56, 2), np.float32)
    field[..., 0] = 0.1 * np.arange(56)
    field[..., 1] = -20
    raw = flow_image(field, norm="none")
    assert raw.shape == (28, 28, 3)
    assert raw[:, :, 0] == pytest.approx(np.tile(0.2 * np.arange(28) + 0.05, (28, 1)), abs=1e-5)
    assert raw[:, :, 2] == pytest.approx(np.full((28, 28), 0.1), abs=1e-5)
    fixed = flow_image(field, norm="fixed_scale")
    assert fixed[..., 1] == pytest.approx(np.full((28, 28), -1.0))
    assert fixed[..., 0] == pytest.approx(raw[..., 0] / 10)
    stretched = flow_image(field)
    assert stretched.dtype == np.uint8
    assert (stretched[0, 0, 0], stretched[0, -1, 0], stretched[..., 1].max()) == (0, 255, 0)
    own = flow_image(field, np.ones((56, 56)), norm="none")
    assert own[..., 2] == pytest.approx(np.ones((28, 28)))
    for wrong in ({"norm": "z"}, {"size": 0}, {"strain": np.ones((3, 3))}):
        with pytest.raises(ValueError, match=r"norm|size|strain"):
            flow_image(field, **wrong)
    with pytest.raises(ValueError, match="bound"):
        flow_bytes(field, 0)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"tau": "x"}, "tvl1: tau is a number, not 'x'"),
        ({"tau": float("nan")}, "tvl1: tau is a finite number, not nan"),
        ({"warps": 0}, "tvl1: warps is positive, not 0"),
        ({"warps": 2.5}, "tvl1: warps is a whole number, not '2.5'"),
        ({"scale_step": 1}, "tvl1: scale_step lies between 0 and 1, not at 1"),
        ({"inner": 10**10}, "tvl1: inner is at most 1000000"),
    ],
)
def test_a_wrong_parameter_is_named_alone(parameters, sentence):
    with pytest.raises(ValueError, match=f"^{sentence}") as caught:
        estimator("tvl1", **parameters)
    assert "{" not in str(caught.value)
