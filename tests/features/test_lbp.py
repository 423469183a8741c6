"""Local binary patterns against scikit-image and against definitions written out voxel by voxel."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.feature import local_binary_pattern

from mebench.features.lbp import lbp_codes, lbp_histograms, n_codes, uniform_labels
from mebench.features.lbp_top import lbp_sip, lbp_top, lbp_top_codes

seeds = st.integers(0, 10**6)


def noise(seed, *shape):
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


@settings(max_examples=15)
@given(seeds, st.sampled_from([(8, 1), (8, 2), (8, 3), (4, 1), (6, 1.5), (12, 2.5), (16, 2)]))
def test_codes_are_those_of_scikit_image(seed, setting):
    neighbours, radius = setting
    image = noise(seed, 24, 31)
    for codes, method in (("uniform", "nri_uniform"), ("all", "default")):
        if neighbours > 8 and codes == "all":
            continue
        theirs = local_binary_pattern(image, neighbours, radius, method)
        assert np.array_equal(lbp_codes(image, neighbours, radius, codes, border="zero"), theirs)
        margin = int(np.ceil(radius))
        inner = lbp_codes(image, neighbours, radius, codes, border="inside")
        assert np.array_equal(inner, theirs[margin:-margin, margin:-margin])


def test_number_of_codes():
    assert [n_codes(p) for p in (4, 8, 16)] == [15, 59, 243]
    for p in (2, 4, 8, 12):
        table = uniform_labels(p)
        assert set(table.tolist()) == set(range(n_codes(p))) or p == 2
        changes = [bin(n ^ (n >> 1 | (n & 1) << p - 1)).count("1") for n in range(2**p)]
        other = table == n_codes(p) - 1
        assert np.array_equal(other, np.array(changes) > 2)


@given(seeds, st.integers(-80, 80), st.floats(0.05, 3))
def test_grey_scale_does_not_matter(seed, shift, gain):
    image = np.random.default_rng(seed).integers(80, 170, (16, 17)).astype(np.float64)
    codes = lbp_codes(image, 8, 2)
    assert np.array_equal(lbp_codes(image + shift, 8, 2), codes)
    assert np.array_equal(lbp_codes((image + shift).astype(np.uint8), 8, 2), codes)
    assert np.mean(lbp_codes(image * gain, 8, 2) != codes) < 0.02  # rounding may decide a tie of interpolated values


def test_flat_patches_are_one_code_at_any_level():
    for level in (0.1, 0.3, 1 / 3, 200):
        assert (lbp_codes(np.full((9, 9), float(level)), 8, 1) == 57).all()


def test_histograms_of_blocks():
    image = noise(1, 60, 66)
    found = lbp_histograms(image, (6, 5))
    assert found.shape == (6, 5, 59)
    assert found.sum(-1) == pytest.approx(np.ones((6, 5)), abs=1e-5)
    codes = lbp_codes(image, 8, 3)
    block = codes[10:20, 27:40]  # of 66 columns the third block of 5 starts at 26.4 and ends at 39.6
    assert found[1, 2] == pytest.approx(np.bincount(block.ravel(), minlength=59) / block.size)


@pytest.mark.parametrize(
    ("image", "arguments", "said"),
    [
        (np.zeros((5, 5, 2), np.uint8), {}, "shape"),
        (np.zeros((5, 5), np.int32), {}, "uint8 or float"),
        (np.full((5, 5), np.nan), {}, "finite"),
        (np.zeros((5, 5), np.uint8), {"neighbours": 1}, "neighbours"),
        (np.zeros((5, 5), np.uint8), {"neighbours": 24}, "neighbours"),
        (np.zeros((5, 5), np.uint8), {"radius": 0}, "radius"),
        (np.zeros((5, 5), np.uint8), {"radius": float("nan")}, "radius"),
        (np.zeros((5, 5), np.uint8), {"codes": "ror"}, "uniform or all"),
        (np.zeros((5, 5), np.uint8), {"border": "wrap"}, "border"),
        (np.zeros((5, 5), np.uint8), {"border": "inside", "radius": 3}, "neighbours"),
    ],
)
def test_refused(image, arguments, said):
    with pytest.raises(ValueError, match=said):
        lbp_codes(image, **arguments)


def at(volume, t, y, x):
    """Linear interpolation written out."""
    value = 0.0
    for a in (int(np.floor(t)), int(np.floor(t)) + 1):
        for b in (int(np.floor(y)), int(np.floor(y)) + 1):
            for c in (int(np.floor(x)), int(np.floor(x)) + 1):
                weight = max(0, 1 - abs(t - a)) * max(0, 1 - abs(y - b)) * max(0, 1 - abs(x - c))
                if weight > 1e-9:
                    value += weight * float(volume[a, b, c])
    return value


@settings(max_examples=4)
@given(seeds, st.sampled_from([(1, 1, 1), (1, 2, 3), (2, 1, 2)]), st.sampled_from([4, 8]))
def test_lbp_top_by_definition(seed, radii, neighbours):
    volume = noise(seed, 8, 7, 8)
    rx, ry, rt = radii
    planes = lbp_top_codes(volume, radii, (neighbours,) * 3, "all")
    assert planes[0].shape == (8 - 2 * rt, 7 - 2 * ry, 8 - 2 * rx)
    for t, y, x in np.ndindex(planes[0].shape):
        centre = (t + rt, y + ry, x + rx)
        expected = [0, 0, 0]
        for p in range(neighbours):
            c, s = np.cos(2 * np.pi * p / neighbours), np.sin(2 * np.pi * p / neighbours)
            steps = [(0, -ry * s, rx * c), (rt * s, 0, rx * c), (rt * c, -ry * s, 0)]
            for plane, step in enumerate(steps):
                value = at(volume, *(i + round(d, 5) for i, d in zip(centre, step, strict=True)))
                expected[plane] += (value >= volume[centre] - 1e-6) << p
        assert [int(plane[t, y, x]) for plane in planes] == expected


def test_length_of_lbp_top():
    clip = noise(0, 12, 30, 33)
    assert lbp_top(clip).shape == (5 * 5 * 3 * 59,)
    assert lbp_top(clip, neighbours=(4, 4, 4), codes="all").shape == (1200,)
    assert lbp_top(clip, neighbours=(4, 4, 4)).shape == (1125,)
    assert lbp_top(clip, (8, 8, 2), (1, 1, 1), overlap=0.2).shape == (8 * 8 * 2 * 3 * 59,)
    assert lbp_top(clip, (1, 1), (3, 3, 3)).shape == (177,)


def test_order_of_lbp_top():
    clip = noise(0, 10, 20, 20)
    found = lbp_top(clip, (2, 3), norm="none").reshape(2, 3, 3, 59)
    planes = lbp_top_codes(clip)
    assert found[0, 0, 1] == pytest.approx(np.bincount(planes[1][:, :9, :6].ravel(), minlength=59))
    assert found[1, 2, 2] == pytest.approx(np.bincount(planes[2][:, 9:, 12:].ravel(), minlength=59))
    assert lbp_top(clip, (2, 3)).reshape(2, 3, 3, 59).sum(-1) == pytest.approx(np.ones((2, 3, 3)), abs=1e-5)


def test_still_clips_have_flat_time_codes():
    still = np.repeat(noise(0, 1, 12, 12), 9, axis=0)
    _, xt, yt = lbp_top_codes(still, (1, 1, 4), (4, 4, 4), "all")
    assert (xt & 0b1010 == 0b1010).all()  # neighbours 1 and 3 lie in time
    assert (yt & 0b0101 == 0b0101).all()


def test_lbp_sip_by_definition():
    clip = noise(3, 7, 9, 9)
    joint = lbp_sip(clip, (1, 1), (1, 2, 3), "joint", norm="none")
    separate = lbp_sip(clip, (1, 1), (1, 2, 3), norm="none")
    expected = np.zeros(64)
    for y in range(2, 7):
        for x in range(1, 8):
            others = [clip[3, y, x + 1], clip[3, y - 2, x], clip[3, y, x - 1], clip[3, y + 2, x]]
            others += [clip[6, y, x], clip[0, y, x]]
            expected[sum((int(o) >= int(clip[3, y, x])) << p for p, o in enumerate(others))] += 1
    assert np.array_equal(joint, expected)
    grid = expected.reshape(4, 16)
    assert np.array_equal(separate, np.concatenate([grid.sum(0), grid.sum(1)]))
    assert lbp_sip(noise(0, 9, 20, 20)).shape == (25 * 20,)


@pytest.mark.parametrize(
    ("clip", "arguments", "said"),
    [
        (np.zeros((9, 9)), {}, "shape"),
        (np.zeros((8, 9, 9)), {}, "no voxel"),
        (np.zeros((9, 9, 9), np.int64), {}, "int64"),
        (np.full((9, 9, 9), np.inf), {}, "finite"),
        (np.zeros((9, 9, 9)), {"grid": (8, 8)}, "blocks"),
        (np.zeros((9, 9, 9)), {"grid": (2,)}, "grid"),
        (np.zeros((9, 9, 9)), {"radii": (1, 0, 1)}, "radii"),
        (np.zeros((9, 9, 9)), {"norm": "max"}, "norm"),
    ],
)
def test_lbp_top_and_sip_refuse(clip, arguments, said):
    for descriptor in (lbp_top, lbp_sip):
        with pytest.raises(ValueError, match=said):
            descriptor(clip, **arguments)
