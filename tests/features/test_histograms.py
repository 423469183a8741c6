"""HOG, its relatives on planes, HOOF, Bi-WOOF, MDMD and the grid they share."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.feature import hog as their_hog

from mebench.features.gradients3d import gradient_histograms_3d, gradient_track
from mebench.features.grid import (
    block_histograms,
    block_means,
    block_numbers,
    box_histograms,
    chi_square,
    normalised,
    spans,
)
from mebench.features.hog import higo_top, hog, hog_top, plane_histograms
from mebench.features.hoof import bi_woof, hoof, main_directional_difference, main_directions
from mebench.features.strain import strain

seeds = st.integers(0, 10**6)


def noise(seed, *shape):
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


def random_flow(seed, *shape):
    return np.random.default_rng(seed).normal(size=(*shape, 2)).astype(np.float32)


@settings(max_examples=20)
@given(seeds, st.sampled_from([(9, 8, 2), (8, 4, 2), (6, 5, 3), (9, 6, 1)]))
def test_hog_is_that_of_scikit_image(seed, setting):
    bins, cell, block = setting
    image = noise(seed, 33, 42)
    theirs = their_hog(image, bins, (cell, cell), (block, block), "L2")
    assert hog(image, bins, cell, block) == pytest.approx(theirs, abs=1e-5)


@given(seeds, st.integers(-60, 60), st.floats(0.1, 1))
def test_hog_does_not_see_the_light(seed, shift, gain):
    image = np.random.default_rng(seed).integers(60, 180, (16, 16)).astype(np.float32)
    found = hog(image)
    assert hog(image + shift) == pytest.approx(found, abs=1e-5)
    assert hog(image * np.float32(gain)) == pytest.approx(found, abs=1e-4)
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-4)
    assert not hog(np.full((16, 16), 7.3)).any()


def plane_by_definition(clip, bins, signed, weighted):
    """Histograms of the whole clip, voxel by voxel."""
    volume = clip.astype(float)
    found = [np.zeros(n) for n in bins]
    for t in range(1, clip.shape[0] - 1):
        for y in range(1, clip.shape[1] - 1):
            for x in range(1, clip.shape[2] - 1):
                gx = (volume[t, y, x + 1] - volume[t, y, x - 1]) / 2
                gy = (volume[t, y + 1, x] - volume[t, y - 1, x]) / 2
                gt = (volume[t + 1, y, x] - volume[t - 1, y, x]) / 2
                for plane, (a, b) in enumerate([(gx, gy), (gx, gt), (gy, gt)]):
                    circle = 360 if signed else 180
                    angle = np.degrees(np.arctan2(b, a)) % circle
                    vote = np.hypot(a, b) if weighted else float(a != 0 or b != 0)
                    found[plane][min(int(angle / (circle / bins[plane])), bins[plane] - 1)] += vote
    return np.concatenate(found)


@settings(max_examples=6)
@given(seeds, st.booleans(), st.booleans())
def test_planes_by_definition(seed, signed, weighted):
    clip = noise(seed, 5, 6, 7) // 32  # few levels: many gradients on the edges of bins, and zero ones
    found = plane_histograms(clip, (1, 1), (7, 9, 11), signed, weighted, norm="none").ravel()
    assert found == pytest.approx(plane_by_definition(clip, (7, 9, 11), signed, weighted), rel=1e-5)


def test_sizes_and_norms_of_plane_histograms():
    clip = noise(0, 12, 40, 44)
    assert hog_top(clip).shape == higo_top(clip).shape == (8 * 8 * 4 * 3 * 8,)
    assert np.linalg.norm(hog_top(clip).reshape(-1, 8), axis=1) == pytest.approx(np.ones(768), abs=1e-5)
    assert gradient_histograms_3d(clip).shape == (1, 4, 3, 32)
    track = gradient_track(clip)
    assert track.shape == (12, 4, 3, 32)
    assert np.array_equal(track[0], track[1])
    assert track[5].ravel() == pytest.approx(gradient_histograms_3d(clip[4:7]).ravel())
    assert not hog_top(np.full((5, 9, 9), 8.0), (2, 2)).any()
    assert not higo_top(np.full((5, 9, 9), 8.0), (2, 2)).any()


def test_higo_does_not_see_the_strength_of_a_gradient():
    clip = noise(5, 6, 12, 12).astype(np.float32)
    assert higo_top(clip * np.float32(0.5), (2, 2)) == pytest.approx(higo_top(clip, (2, 2)))


def test_motion_is_a_slope_in_time():
    wave = np.sin(0.4 * (np.arange(30)[None, :] - 2.5 * np.arange(8)[:, None]))
    right = np.repeat(wave[:, None, :], 6, axis=1)
    left = right[:, :, ::-1]
    a, b = (plane_histograms(clip, (1, 1), (8, 8, 8), False, True).ravel()[8:16] for clip in (right, left))
    # g_t = -2.5 g_x, less by the slower change of the central difference in time: a slope beyond 90 degrees.
    assert a.argmax() in (4, 5, 6)
    assert b.argmax() == 7 - a.argmax()


@given(seeds)
def test_hoof_by_definition_and_mirrored(seed):
    field = random_flow(seed, 7, 9)
    found = hoof(field, 6)[0, 0]
    expected = np.zeros(6)
    for u, v in field.reshape(-1, 2).astype(float):
        theta = np.arctan2(v, abs(u))
        b = next(i for i in range(6) if theta < -np.pi / 2 + np.pi * (i + 1) / 6 or i == 5)
        expected[b] += np.hypot(u, v)
    assert found == pytest.approx(expected / expected.sum(), abs=1e-5)
    mirrored = field[:, ::-1] * np.float32([-1, 1])
    assert hoof(mirrored, 6)[0, 0] == pytest.approx(found, abs=1e-6)
    grid = hoof(field[:, :8], 6, (2, 4))
    assert hoof((field[:, :8][:, ::-1] * np.float32([-1, 1])), 6, (2, 4)) == pytest.approx(grid[:, ::-1], abs=1e-6)


def test_hoof_knows_down_from_up_and_rest():
    down = np.zeros((4, 4, 2), np.float32)
    assert not hoof(down).any()
    down[..., 1] = 1
    assert hoof(down)[0, 0].argmax() == 7
    assert hoof(-down)[0, 0].argmax() == 0
    assert hoof(down, folded=False)[0, 0].argmax() == 6  # 90 of -180 .. 180 degrees


def test_bi_woof():
    rigid = np.zeros((20, 20, 2), np.float32)
    rigid[..., 0] = 1
    assert not bi_woof(rigid).any()
    stretch = np.zeros((20, 20, 2), np.float32)
    stretch[8:12, 8:12, 0] = 0.5 * np.arange(1, 5)
    blocks = bi_woof(stretch).reshape(5, 5, 8)
    assert np.argwhere(blocks.any(-1)).tolist() == [[2, 2]]  # beside it there is strain, but no direction to vote for
    field = random_flow(0, 20, 25)
    found = bi_woof(field)
    assert found.shape == (200,)
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-5)
    weights = block_means(strain(field), (5, 5)).ravel()
    assert found.reshape(25, 8).sum(1) == pytest.approx(weights / weights[0] * found[:8].sum(), rel=1e-4)
    turn = np.float32([[np.cos(np.pi / 4), -np.sin(np.pi / 4)], [np.sin(np.pi / 4), np.cos(np.pi / 4)]])
    local, turned = hoof(field, 8, (5, 5), folded=False), hoof(field @ turn.T, 8, (5, 5), folded=False)
    assert turned == pytest.approx(np.roll(local, 1, axis=-1), abs=1e-5)
    for wrong in (np.ones((3, 3)), np.full((20, 25), np.nan), np.full((20, 25), -1)):
        with pytest.raises(ValueError, match="strain"):
            bi_woof(field, wrong)


def test_main_directions():
    field = np.zeros((4, 8, 2), np.float32)
    field[:2, :4] = (1, 0.5)
    field[0, 0] = (-9, 0)
    numbers, vectors = main_directions(field, (2, 2), 4)
    assert numbers.tolist() == [[2, -1], [-1, -1]]
    assert vectors[0, 0] == pytest.approx([1, 0.5])
    assert not vectors[1].any()


@given(seeds, st.booleans())
def test_mdmd_by_definition(seed, as_released):
    centre, tail = random_flow(seed, 12, 18), random_flow(seed + 1, 12, 18)
    values = []
    for row in range(2):
        for column in range(3):
            box = np.s_[row * 6 : row * 6 + 6, column * 6 : column * 6 + 6]
            pixels = []
            for (u, v), (p, q) in zip(centre[box].reshape(-1, 2), tail[box].reshape(-1, 2), strict=True):
                theta = np.degrees(np.arctan(v / u) if as_released else np.arctan2(v, u))
                pixels.append((int((theta + 180) // 90), np.hypot(u, v) - np.hypot(p, q)))
            sectors = [s for s, _ in pixels]
            main = max(range(4), key=sectors.count)
            best = sorted((d for s, d in pixels if s == main), reverse=True)
            values.append(np.mean(best[: max(1, round(len(best) / 3))]))
    expected = np.mean(sorted(values, reverse=True)[:4])
    found = main_directional_difference(centre, tail, (2, 3), blocks=4, as_released=as_released)
    assert found == pytest.approx(expected, abs=1e-5)


def test_mdmd_sees_a_movement_that_goes_back():
    out, back = np.zeros((12, 12, 2)), np.zeros((12, 12, 2))
    out[:6, :6, 1] = -1.5
    assert main_directional_difference(out, back, (2, 2), blocks=1) == pytest.approx(1.5)
    assert main_directional_difference(out, out, (2, 2), blocks=4) == 0
    assert main_directional_difference(back, back, (2, 2), blocks=4) == 0
    mostly_still = np.zeros((12, 12, 2))
    mostly_still[:, :4, 0] = -1
    assert main_directional_difference(mostly_still, back, (1, 1), share=1, blocks=1) == pytest.approx(1)
    with pytest.raises(ValueError, match="one size"):
        main_directional_difference(out, back[:5], (2, 2), blocks=1)
    with pytest.raises(ValueError, match="blocks"):
        main_directional_difference(out, back, (2, 2))


@given(st.integers(1, 60), st.integers(1, 12))
def test_blocks_cover_everything_once(length, parts):
    if parts > length:
        with pytest.raises(ValueError, match="cannot be cut"):
            block_numbers(length, parts)
        return
    numbers = block_numbers(length, parts)
    sizes = np.bincount(numbers, minlength=parts)
    assert (np.diff(numbers) >= 0).all()
    assert sizes.sum() == length
    assert sizes.max() - sizes.min() <= 1
    assert [s.stop - s.start for s in spans(length, parts)] == sizes.tolist()
    shared = spans(length, parts, 0.2)
    assert (shared[0].start, shared[-1].stop) == (0, length)
    assert all(a.start <= b.start <= a.stop <= b.stop and a.start < a.stop for a, b in pairwise(shared))


@given(seeds)
def test_block_histograms_by_definition(seed):
    codes = np.random.default_rng(seed).integers(0, 5, (4, 9, 11))
    weights = np.random.default_rng(seed + 1).random(codes.shape)
    found = block_histograms(codes, 5, (2, 3, 2), weights)
    overlapping = block_histograms(codes, 5, (2, 3, 2), weights, overlap=1e-9)
    rows, columns = block_numbers(9, 3), block_numbers(11, 2)
    inside = (rows == 1)[:, None] & (columns == 0)
    one = np.bincount(codes[2:][:, inside].ravel(), weights[2:][:, inside].ravel(), 5)
    assert found[1, 1, 0] == pytest.approx(one, rel=1e-5)
    assert found.sum() == pytest.approx(weights.sum(), rel=1e-5)
    assert overlapping[:, 1, 0].sum() == pytest.approx(found[:, 1, 0].sum(), rel=0.5)
    means = block_means(weights, (2, 3, 2))
    assert means[1, 1, 0] == pytest.approx(weights[2:][:, inside].mean(), rel=1e-5)


def test_box_histograms():
    codes = noise(0, 10, 12) % 4
    found = box_histograms(codes, 4, [[2, 1, 7, 5], [-3, -3, 4, 2], [20, 20, 30, 30]])
    assert found[0] == pytest.approx(np.bincount(codes[1:5, 2:7].ravel(), minlength=4))
    assert found[1] == pytest.approx(np.bincount(codes[:2, :4].ravel(), minlength=4))
    assert not found[2].any()
    for wrong in ([[0.5, 0, 1, 1]], [0, 0, 1, 1]):
        with pytest.raises(ValueError, match="boxes"):
            box_histograms(codes, 4, wrong)
    with pytest.raises(ValueError, match="codes"):
        box_histograms(codes, 3, [[0, 0, 9, 9]])


@given(st.lists(st.floats(0, 10), min_size=1, max_size=6), seeds)
def test_chi_square(values, seed):
    a = np.array(values)
    b = np.random.default_rng(seed).random(len(a))
    expected = sum((x - y) ** 2 / (x + y) for x, y in zip(a, b, strict=True) if x + y > 0) / 2
    assert chi_square(a, b) == pytest.approx(expected)
    assert chi_square(a, b) == chi_square(b, a)
    assert chi_square(a, a) == 0
    unit, other = normalised(a), normalised(b)
    assert 0 <= chi_square(unit, other) <= 1 + 1e-6
    for wrong in (a[:-1], -a - 1, a * np.nan):
        with pytest.raises(ValueError, match="histograms"):
            chi_square(wrong, b)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: hog(np.zeros((8, 8), np.uint8)), "holds no block"),
        (lambda: hog(np.zeros((32, 32), np.uint8), 0), "bin"),
        (lambda: hog(np.zeros((32, 32), np.uint8), cell=0), "cells"),
        (lambda: hog_top(np.zeros((2, 9, 9))), "frames"),
        (lambda: hog_top(np.zeros((3, 2, 9)), (1, 1)), "3 x 3 x 3"),
        (lambda: hog_top(np.zeros((9, 9, 9)), (2,)), "grid"),
        (lambda: hog_top(np.zeros((9, 9, 9)), (2, 2), overlap=1), "share"),
        (lambda: hog_top(np.zeros((9, 9, 9)), (2, 2), norm="l3"), "norm"),
        (lambda: gradient_track(np.zeros((9, 9, 9)), (2, 2, 2)), "regions"),
        (lambda: hoof(np.zeros((9, 9))), "flow"),
        (lambda: hoof(np.zeros((9, 9, 2)), 0), "bin"),
        (lambda: hoof(np.full((9, 9, 2), np.nan)), "finite"),
        (lambda: block_histograms(np.full((4, 4), 7), 5, (2, 2)), "codes"),
        (lambda: block_histograms(np.zeros((4, 4), int), 5, (2,)), "fit"),
    ],
)
def test_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()
