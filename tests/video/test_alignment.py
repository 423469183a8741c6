"""Transforms recover known ones, and one matrix for a whole clip leaves its motion as it was."""

import cv2
import numpy as np
import pytest
from face_fakes import FACE
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from mebench.problems import UserError
from mebench.video.alignment import (
    IDENTITY,
    affine,
    composed,
    inverse,
    scale_of,
    similarity,
    transformed,
    warped,
)
from mebench.video.canonical import FITS, LAYOUTS, SHAPE, STABLE, THREE, canonical_points, canonical_transform

angles = st.floats(-3.1, 3.1)
scales = st.floats(0.05, 20)
shifts = st.floats(-2000, 2000)


def turn(angle, scale, x=0.0, y=0.0):
    c, s = scale * np.cos(angle), scale * np.sin(angle)
    return np.array([[c, -s, x], [s, c, y]])


def texture(seed=0, shape=(240, 300), blur=4.0):
    noise = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), blur)
    return (128 + 40 * smooth / smooth.std()).clip(0, 255).astype(np.uint8)


def shift_between(a, b):
    """The one shift that explains the difference of two images, by Gauss and Newton."""
    a, b = (image.astype(np.float64) for image in (a, b))
    inner = (slice(20, -20), slice(20, -20))
    slopes = np.stack([np.gradient(a, axis=1)[inner].ravel(), np.gradient(a, axis=0)[inner].ravel()], axis=1)
    shift = np.zeros(2)
    for _ in range(12):
        back = ndimage.shift(b, -shift[::-1], order=3, mode="nearest")
        shift -= np.linalg.lstsq(slopes, (back - a)[inner].ravel(), rcond=None)[0]
    return shift


@given(angle=angles, scale=scales, x=shifts, y=shifts, seed=st.integers(0, 1000), n=st.integers(2, 68))
def test_a_similarity_is_recovered(angle, scale, x, y, seed, n):
    points = np.random.default_rng(seed).normal(0, 50, (n, 2))
    matrix = turn(angle, scale, x, y)
    np.testing.assert_allclose(similarity(points, transformed(matrix, points)), matrix, rtol=1e-6, atol=1e-6)
    assert scale_of(matrix) == pytest.approx(scale)


@settings(max_examples=40)
@given(seed=st.integers(0, 1000))
def test_a_similarity_is_the_least_squares_one(seed):
    """No small change of its four numbers brings the points closer; a mirror image stays a mirror image."""
    random = np.random.default_rng(seed)
    source, target = random.normal(0, 30, (2, 9, 2))
    matrix = similarity(source, target)

    def error(a, b, x, y):
        return np.sum((transformed(np.array([[a, -b, x], [b, a, y]]), source) - target) ** 2)

    best = np.array([matrix[0, 0], matrix[1, 0], matrix[0, 2], matrix[1, 2]])
    for step in np.vstack([np.eye(4), -np.eye(4), random.normal(size=(4, 4))]) * 1e-3:
        assert error(*(best + step)) >= error(*best)
    assert np.linalg.det(matrix[:, :2]) > 0


@given(seed=st.integers(0, 1000))
def test_three_points_fix_an_affine_map(seed):
    random = np.random.default_rng(seed)
    source = np.array([(0, 0), (60, 3), (25, 40)]) + random.normal(0, 5, (3, 2)) + 300
    target = random.normal(100, 40, (3, 2))
    np.testing.assert_allclose(transformed(affine(source, target), source), target, atol=1e-7)


@given(angle=angles, scale=scales, x=shifts, y=shifts, seed=st.integers(0, 1000))
def test_there_and_back(angle, scale, x, y, seed):
    matrix = turn(angle, scale, x, y)
    points = np.random.default_rng(seed).normal(0, 100, (5, 2))
    np.testing.assert_allclose(transformed(inverse(matrix), transformed(matrix, points)), points, atol=1e-6)
    other = turn(x / 1000, 1.5, 3, 4)
    np.testing.assert_allclose(
        transformed(composed(other, matrix), points), transformed(other, transformed(matrix, points)), atol=1e-6
    )


def test_points_that_span_nothing_are_said():
    one = np.full((5, 2), 7.0)
    line = np.array([(0.0, 0), (1, 1), (2, 2)])
    some = np.array([(0.0, 0), (9, 0), (0, 9)])
    for source, target in ((one, FACE[:5]), (FACE[:5], one)):
        with pytest.raises(UserError, match="The landmarks lie on one point"):
            similarity(source, target)
    with pytest.raises(UserError, match="The landmarks lie on a line"):
        affine(line, some)


def test_warping_by_nothing_changes_nothing():
    image = texture()
    np.testing.assert_array_equal(warped(image, IDENTITY, (300, 240)), image)
    colour = np.dstack([image, image[::-1], image])
    np.testing.assert_array_equal(warped(colour, IDENTITY, (300, 240)), colour)


@pytest.mark.parametrize("scale", [0.2, 0.5, 0.8, 1.0, 2.5])
def test_a_spot_lands_where_its_point_lands(scale):
    image = np.zeros((200, 200), np.uint8)
    spot = np.array([[120.0, 70.0]])
    ys, xs = np.mgrid[:200, :200]
    image[:] = 255 * np.exp(-((xs - 120) ** 2 + (ys - 70) ** 2) / (2 * 6**2))
    matrix = turn(0.3, scale, 60, 20)
    crop = warped(image, matrix, (int(200 * scale) + 60, int(200 * scale) + 40)).astype(float)
    ys, xs = np.mgrid[: crop.shape[0], : crop.shape[1]]
    seen = [(xs * crop).sum() / crop.sum(), (ys * crop).sum() / crop.sum()]
    np.testing.assert_allclose(seen, transformed(matrix, spot)[0], atol=0.05)


def test_shrinking_averages():
    """Noise, shrunk five times, loses four fifths of its spread; a bare bilinear warp only picks among the pixels."""
    image = np.random.default_rng(1).normal(128, 40, (300, 300)).clip(0, 255).astype(np.uint8)
    matrix = turn(0.02, 0.2)
    assert warped(image, matrix, (60, 60))[8:-8, 8:-8].std() < 1.2 * 40 / 5
    assert cv2.warpAffine(image, matrix, (60, 60))[8:-8, 8:-8].std() > 20


def test_borders_are_continued_or_black():
    image = np.full((20, 20), 90, np.uint8)
    outside = turn(0, 1, 10, 10)
    assert warped(image, outside, (20, 20)).min() == 90
    assert warped(image, outside, (20, 20), border="black")[0, 0] == 0
    with pytest.raises(UserError, match="There is no border 'wrap'"):
        warped(image, outside, (20, 20), border="wrap")


@pytest.mark.parametrize(("angle", "scale"), [(0.0, 1.0), (0.35, 1.0), (-0.2, 0.6), (0.1, 1.7)])
def test_one_matrix_for_a_clip_keeps_its_motion(angle, scale):
    """The flow of the crops is that of the images, turned and scaled by the matrix, and nothing else."""
    image = texture(blur=5.0)
    motion = np.array([1.3, -0.8])
    # OpenCV's own interpolation is too coarse for the two images of this test (steps of 1/32 pixel).
    moved = np.round(ndimage.shift(image.astype(float), motion[::-1], order=3, mode="reflect")).clip(0, 255)
    about_middle = composed(turn(angle, scale), np.array([[1.0, 0, -150], [0, 1, -120]]))
    matrix = composed(np.array([[1.0, 0, 70], [0, 1, 60]]), about_middle)
    size = (140, 120)
    seen = shift_between(warped(image, matrix, size), warped(moved.astype(np.uint8), matrix, size))
    np.testing.assert_allclose(seen, matrix[:, :2] @ motion, atol=0.01)


def test_a_jittering_matrix_is_motion():
    """The same clip, each frame aligned by landmarks that jitter by half a pixel: still frames seem to move."""
    image = texture(blur=5.0)
    still = warped(image, turn(0, 1, 0, 0), (200, 160))
    jittered = warped(image, turn(0, 1, 0.5, 0), (200, 160))
    np.testing.assert_allclose(shift_between(still, jittered), [0.5, 0], atol=0.05)


@pytest.mark.parametrize("layout", list(LAYOUTS))
def test_the_canonical_face_is_a_face(layout):
    points = canonical_points(layout, (200, 240))
    mirrored = points * [-1, 1] + [199, 0]
    partner = [*range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1)]
    partner += [45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40]
    partner += [54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65]
    np.testing.assert_allclose(mirrored[partner], points, atol=1e-9)
    eyes = points[36:42].mean(axis=0), points[42:48].mean(axis=0)
    assert np.hypot(*(eyes[1] - eyes[0])) == pytest.approx(LAYOUTS[layout].eye_distance * 200, abs=0.1)
    assert eyes[0][1] == pytest.approx(LAYOUTS[layout].eye_line * 240 - 0.5, abs=0.1)
    order = [points[17:27, 1].mean(), eyes[0][1], points[33, 1], points[51, 1], points[57, 1], points[8, 1]]
    assert order == sorted(order)  # brows, eyes, nose, lips, chin downwards
    assert points[21, 0] < points[22, 0]
    assert points[48, 0] < points[54, 0]


def test_the_face_layout_holds_the_whole_face():
    points = canonical_points("face", (224, 224))
    assert points.min() > 0
    assert points.max() < 223


@given(angle=st.floats(-0.5, 0.5), scale=st.floats(0.5, 5), x=shifts, y=shifts, fit=st.sampled_from(FITS))
def test_a_moved_canonical_face_is_brought_back(angle, scale, x, y, fit):
    target = canonical_points("face", (128, 128))
    points = transformed(turn(angle, scale, x, y), target)
    matrix = canonical_transform(points, "face", (128, 128), fit)
    np.testing.assert_allclose(transformed(matrix, points), target, atol=1e-5)


def test_the_mouth_does_not_move_the_face():
    points = canonical_points("face", (128, 128))
    smiling = points.copy()
    smiling[48:] += [4, -3]
    for fit in ("stable", "three", "affine"):
        np.testing.assert_allclose(canonical_transform(smiling, "face", (128, 128), fit), IDENTITY, atol=1e-9)
    assert not np.allclose(canonical_transform(smiling, "face", (128, 128), "all"), IDENTITY, atol=1e-3)


def test_three_points_by_an_affine_map_are_exact_and_by_a_similarity_are_not():
    points = FACE * [90, 120] + 20
    target = canonical_points("face", (128, 128))
    exact = canonical_transform(points, "face", (128, 128), "affine")
    np.testing.assert_allclose(transformed(exact, points)[list(THREE)], target[list(THREE)], atol=1e-9)
    near = canonical_transform(points, "face", (128, 128), "three")
    assert np.abs(transformed(near, points)[list(THREE)] - target[list(THREE)]).max() > 0.1
    assert near[0, 0] == pytest.approx(near[1, 1])
    assert near[0, 1] == pytest.approx(-near[1, 0])


def test_unknown_names_are_said():
    with pytest.raises(UserError, match=r"There is no canonical face 'faces'\. Did you mean 'face'"):
        canonical_points("faces", (10, 10))
    with pytest.raises(UserError, match="There is no fit 'tps'"):
        canonical_transform(FACE, "face", (10, 10), "tps")
    assert SHAPE.shape == (68, 2)
    assert set(THREE) <= set(STABLE)
