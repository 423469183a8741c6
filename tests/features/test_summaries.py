"""Dynamic image, geometry, local contrast, interpolation in time and magnification."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mebench.features.contrast import local_contrast
from mebench.features.dynamic_image import dynamic_image, rank_weights, rescaled
from mebench.features.geometry import DEFORMING, deformations, geometry, inter_ocular, line_ratios, lines
from mebench.features.magnification import magnify, magnify_difference, time_band
from mebench.features.tim import interpolated, time_weights

seeds = st.integers(0, 10**6)


def noise(seed, *shape):
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


# Dynamic image


def test_alpha_of_eleven_frames():
    assert rank_weights(11).tolist() == [-10, -8, -6, -4, -2, 0, 2, 4, 6, 8, 10]


@given(st.integers(1, 200))
def test_alpha_sums(n):
    assert rank_weights(n).sum() == 0
    assert rank_weights(n, "printed").sum() == 2 * n
    assert rank_weights(n, "harmonic").sum() == pytest.approx(0, abs=1e-7)
    harmonic = [0.0, *np.cumsum(1 / np.arange(1, n + 1))]
    by_definition = [2 * (n - t + 1) - (n + 1) * (harmonic[n] - harmonic[t - 1]) for t in range(1, n + 1)]
    assert rank_weights(n, "harmonic") == pytest.approx(by_definition, abs=1e-8)
    assert rank_weights(n, "learnet")[0] == pytest.approx(2 * n - n * harmonic[n], abs=1e-8)


@given(st.integers(1, 40), st.floats(0, 255, width=32))
def test_a_clip_at_rest_leaves_nothing(n, level):
    clip = np.full((n, 2, 3), level, np.float32)
    assert not dynamic_image(clip).any()
    assert not dynamic_image(clip, "harmonic").any()
    assert dynamic_image(clip, "printed") == pytest.approx(2 * n * clip[0], rel=1e-6)


@given(seeds, st.sampled_from(["corrected", "printed", "harmonic", "learnet"]))
def test_dynamic_image_by_definition(seed, alpha):
    clip = noise(seed, 7, 4, 5, 3)
    expected = np.tensordot(rank_weights(7, alpha), clip.astype(float), 1)
    assert dynamic_image(clip, alpha) == pytest.approx(expected, abs=1e-3)
    if alpha == "corrected":
        assert np.array_equal(dynamic_image(clip[::-1]), -dynamic_image(clip))
        assert np.array_equal(dynamic_image(clip + np.float32(9)), dynamic_image(clip))


def test_rescaled():
    image = np.dstack([[[0.0, 1.0], [2.0, 4.0]], [[5.0, 5.0], [5.0, 5.0]]])
    assert rescaled(image)[..., 0].tolist() == [[0, 64], [128, 255]]
    assert not rescaled(image)[..., 1].any()
    assert rescaled(image, per_channel=False)[..., 1].tolist() == [[255, 255], [255, 255]]
    for wrong in (np.zeros(3), np.full((2, 2), np.nan)):
        with pytest.raises(ValueError, match="finite"):
            rescaled(wrong)
    for call in (lambda: rank_weights(0), lambda: rank_weights(3, "bilen"), lambda: dynamic_image(np.zeros((2, 2)))):
        with pytest.raises(ValueError, match=r"frame|alpha|shape"):
            call()


# Geometry


def face(seed):
    return np.random.default_rng(seed).uniform(0, 200, (68, 2))


def test_there_are_45_lines_and_67_features():
    for closure, last in (("close", (59, 48)), ("literal", (59, 60))):
        pairs = [tuple(pair) for pair in lines(closure).tolist()]
        assert len(pairs) == 45
        assert len({frozenset(pair) for pair in pairs}) == 45
        assert pairs[41] == last
    assert pairs[:3] == [(17, 27), (17, 31), (17, 35)]
    assert pairs[42:] == [(50, 58), (52, 56), (48, 54)]
    assert DEFORMING.tolist() == [*range(17, 27), *range(48, 60)]
    assert geometry(face(0), face(1)).shape == (67,)
    assert geometry(face(0), face(1)).dtype == np.float32


@given(seeds, st.floats(0.2, 5), st.floats(-3, 3))
def test_geometry_does_not_see_where_the_face_is(seed, scale, angle):
    onset, apex = face(seed), face(seed + 1)
    found = geometry(onset, apex)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    assert geometry(onset @ turn.T + 7, apex @ turn.T + 7) == pytest.approx(found, rel=1e-4)
    still = geometry(onset, onset)
    assert not still[:22].any()
    assert still[22:] == pytest.approx(np.ones(45))


def test_geometry_by_definition():
    onset, apex = face(3), face(4)
    eyes = np.linalg.norm(onset[36:42].mean(0) - onset[42:48].mean(0))
    assert inter_ocular(onset) == pytest.approx(eyes)
    found = geometry(onset, apex)
    assert found[12] == pytest.approx(np.linalg.norm(onset[50] - apex[50]) / eyes)
    assert deformations(onset, apex, "pixels")[12] == pytest.approx(np.linalg.norm(onset[50] - apex[50]))
    expected = np.linalg.norm(onset[18] - onset[31]) / np.linalg.norm(apex[18] - apex[31])
    assert found[22 + 4] == pytest.approx(expected)
    assert line_ratios(onset, apex, "literal")[41] == pytest.approx(
        np.linalg.norm(onset[59] - onset[60]) / np.linalg.norm(apex[59] - apex[60])
    )


def test_geometry_refuses():
    onset = face(0)
    shut = onset.copy()
    shut[48] = shut[49]
    assert np.isfinite(geometry(onset, shut)).all()
    for arguments in (
        (onset[:67], onset),
        (onset * np.nan, onset),
        (np.zeros((68, 2)), onset),
        (onset, onset, "open"),
        (onset, onset, "close", "cm"),
        (onset, onset, "close", "pixels", 0),
    ):
        with pytest.raises(ValueError, match=r"68|eyes|lip|scale|guard"):
            geometry(*arguments)


# Local contrast


@given(seeds, st.floats(-50, 50), st.floats(0.1, 10))
def test_local_contrast_does_not_see_the_light(seed, shift, gain):
    image = noise(seed, 24, 26).astype(float)
    found = local_contrast(image)
    assert found.dtype == np.float32
    assert local_contrast(gain * image + shift) == pytest.approx(found, abs=1e-4)


def test_local_contrast_by_definition():
    image = noise(0, 40, 40).astype(float)
    steps = np.arange(-9, 10)
    window = np.exp(-(steps[:, None] ** 2 + steps**2) / 18)
    window /= window.sum()

    def mean(values, y, x):
        padded = np.pad(values, 9, mode="edge")
        return float((padded[y : y + 19, x : x + 19] * window).sum())

    centred = np.array([[image[y, x] - mean(image, y, x) for x in range(40)] for y in range(40)])
    spread = np.array([[np.sqrt(mean(centred**2, y, x)) for x in range(40)] for y in range(40)])
    assert local_contrast(image) == pytest.approx(centred / np.maximum(spread, spread.mean()), abs=1e-4)
    for level in (0.1, 77.7):
        assert not local_contrast(np.full((12, 12), level)).any()
    for call in (lambda: local_contrast(np.zeros((4, 4, 4))), lambda: local_contrast(image, 0)):
        with pytest.raises(ValueError, match=r"shape|sigma"):
            call()


# Interpolation in time


@given(seeds, st.integers(1, 12), st.sampled_from(["tim", "linear"]))
def test_as_many_frames_are_the_frames(seed, n, way):
    clip = noise(seed, n, 3, 4)
    assert np.array_equal(interpolated(clip, n, way), clip)
    flat = np.full((n, 2, 2), 7.25, np.float32)
    assert interpolated(flat, n + 5, way) == pytest.approx(np.full((n + 5, 2, 2), 7.25), rel=1e-5)


@given(st.integers(2, 12), st.integers(2, 30), st.sampled_from(["tim", "linear"]))
def test_time_weights(n, wanted, way):
    weights = time_weights(n, wanted, way)
    assert weights.sum(1) == pytest.approx(np.ones(wanted))
    assert weights[0] == pytest.approx(np.eye(n)[0], abs=1e-9)
    assert weights[-1] == pytest.approx(np.eye(n)[-1], abs=1e-9)
    assert weights[::-1, ::-1] == pytest.approx(weights, abs=1e-9)
    twice = time_weights(n, 2 * n - 1, way)
    assert twice[::2] == pytest.approx(np.eye(n), abs=1e-9)


@settings(max_examples=20)
@given(seeds, st.integers(3, 8), st.integers(2, 12))
def test_tim_is_that_of_the_graph_laplacian_and_the_svd(seed, n, wanted):
    frames = np.random.default_rng(seed).normal(size=(30, n))
    path = np.diag(np.ones(n - 1), 1) + np.diag(np.ones(n - 1), -1)
    _, vectors = np.linalg.eigh(np.diag(path.sum(0)) - path)
    mean = frames.mean(1, keepdims=True)
    left, sizes, right = np.linalg.svd(frames - mean, full_matrices=False)
    left, within = left[:, : n - 1], (np.diag(sizes) @ right)[: n - 1]
    maps = np.linalg.solve(within @ within.T, within @ vectors[:, 1:])  # w_k with within.T @ w_k = y_k
    k = np.arange(1, n)
    curve = [np.sin(np.pi * k * t + np.pi * (n - k) / (2 * n)) for t in np.linspace(1 / n, 1, wanted)]
    first = np.sin(np.pi * k / n + np.pi * (n - k) / (2 * n))
    scale = vectors[0, 1:] / first
    embedded = (np.array(curve) * scale).T
    expected = left @ np.linalg.solve(maps.T, embedded) + mean
    found = interpolated(frames.T.reshape(n, 5, 6), wanted).reshape(wanted, 30).T
    assert found == pytest.approx(expected, abs=1e-4)


def test_linear_interpolation():
    clip = np.array([0.0, 10.0, 40.0]).reshape(3, 1, 1)
    assert interpolated(clip, 5, "linear").ravel().tolist() == [0, 5, 10, 25, 40]
    assert interpolated(clip[:1], 3).ravel().tolist() == [0, 0, 0]
    for arguments in ((clip, 1), (clip, 0), (clip, 4, "cubic"), (clip[:0], 4), (clip.ravel(), 4)):
        with pytest.raises(ValueError, match=r"interpolated|empty|shape"):
            interpolated(*arguments)


# Magnification


def test_a_clip_at_rest_is_left_alone():
    clip = np.repeat(noise(0, 1, 40, 36, 3), 6, axis=0)
    assert np.array_equal(magnify(clip, 100, 1, 10), clip)
    assert np.array_equal(magnify(clip, 100, 1, 10, band="ideal"), clip)
    assert np.array_equal(magnify_difference(clip), clip)


def test_difference_form():
    clip = np.array([100.0, 101.0, 99.5, 130.0]).reshape(4, 1, 1)
    assert magnify_difference(clip, 9).ravel().tolist() == [100, 110, 95, 255]
    assert np.array_equal(magnify_difference(clip, 0), clip)


def moving(shift):
    """Stripes of 16 pixels that swing by `shift` pixels at 5 Hz, 100 frames a second."""
    x = np.arange(64)[None, None, :] - shift * np.sin(2 * np.pi * 5 * np.arange(100) / 100)[:, None, None]
    return np.broadcast_to(128 + 40 * np.sin(2 * np.pi * x / 16), (100, 64, 64)).astype(np.float32)


@pytest.mark.parametrize("band", ["ideal", "butterworth"])
def test_motion_grows_by_the_factor(band):
    weak = moving(0.02)
    strong = magnify(weak, 100, 3, 8, factor=10, wavelength=8, band=band)
    column = np.s_[20:80, 20:44, 20:44]
    gain = (strong - weak.mean(0))[column].std() / (weak - weak.mean(0))[column].std()
    # The pyramid's levels overlap, and the filters of first order let only part of 5 Hz pass.
    low, high = (6, 12) if band == "ideal" else (2.5, 12)
    assert low < gain < high
    slow = magnify(weak, 100, 15, 30, factor=10, wavelength=8, band=band)
    assert np.abs(slow - weak).max() < 0.5 * np.abs(strong - weak).max()


def test_fine_detail_is_magnified_less():
    rng = np.random.default_rng(0)
    clip = 128 + rng.normal(size=(30, 64, 64))
    free, bound = (magnify(clip, 100, 3, 30, factor=20, wavelength=length) for length in (1, 400))
    assert np.abs(free - clip).std() > 3 * np.abs(bound - clip).std()


def test_coarse_changes_are_magnified_where_fine_ones_are_not():
    beat = np.sin(2 * np.pi * 5 * np.arange(40) / 100)[:, None, None]
    gains = []
    for length in (4, 16):
        pattern = np.sin(2 * np.pi * np.arange(64) / length)[None, None, :] * np.ones((1, 64, 1))
        clip = 128 + beat * pattern
        gains.append(np.abs(magnify(clip, 100, 3, 8, factor=20, wavelength=90) - clip).std())
    assert gains[1] > 2 * gains[0]


def test_time_band_by_its_spectrum():
    t = np.arange(200) / 100
    waves = {f: np.sin(2 * np.pi * f * t) for f in (2, 10, 30)}
    mixed = sum(waves.values())
    assert time_band(mixed, 100, 5, 20, "ideal") == pytest.approx(waves[10], abs=1e-5)
    kept = [np.abs(time_band(waves[f], 100, 5, 20)[100:]).max() for f in (0.5, 10, 49) if f in waves]
    assert kept[0] > 0.4
    assert np.abs(time_band(np.sin(2 * np.pi * 0.5 * t), 100, 5, 20)).max() < 0.2


@pytest.mark.parametrize(
    "arguments",
    [
        (100, 0, 10),
        (100, 10, 5),
        (100, 1, 50),
        (100, 1, 10, -1),
        (100, 1, 10, 5, 0),
        (100, 1, 10, 5, 16, "fir"),
        (float("nan"), 1, 10),
    ],
)
def test_magnification_refuses(arguments):
    with pytest.raises(ValueError, match=r"band|factor"):
        magnify(np.zeros((5, 20, 20)), *arguments)
    with pytest.raises(ValueError, match="frames"):
        magnify(np.zeros((1, 20, 20)), 100, 1, 10)
    with pytest.raises(ValueError, match="factor"):
        magnify_difference(np.zeros((5, 20, 20)), -1)
