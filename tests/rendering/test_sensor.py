"""Sensor noise: its size, and that no two frames share it."""

import itertools

import numpy as np
import pytest

from mebench.rendering.sensor import READ_NOISE, SHOT_NOISE, Sensor


def grey(level, shape=(96, 96)):
    return np.full(shape, level, dtype=np.uint8)


def left_over(sensor, level, numbers, shape=(96, 96)):
    """Noise of frames without what they have in common, which is the pattern of the camera."""
    frames = np.array([sensor.expose(grey(level, shape), number) for number in numbers], dtype=float)
    return frames - frames.mean(axis=0)


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (1, 1)])
def test_an_exposed_image_has_the_same_shape_and_type(shape):
    image = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    before = image.copy()
    exposed = Sensor(0, "twin", "video").expose(image, 1)
    assert exposed.shape == shape
    assert exposed.dtype == np.uint8
    assert np.array_equal(image, before)


@pytest.mark.parametrize("level", [20, 80, 128, 200])
@pytest.mark.parametrize("noise", [1.0, 2.0])
def test_noise_has_the_size_of_read_and_shot_noise(level, noise):
    spread = left_over(Sensor(0, "twin", "video", noise), level, range(40)).std() * np.sqrt(40 / 39)
    # Rounding adds a twelfth.
    assert spread == pytest.approx(np.sqrt(noise**2 * (READ_NOISE**2 + SHOT_NOISE * level) + 1 / 12), rel=0.02)
    frames = [Sensor(0, "twin", "video", noise).expose(grey(level), k).mean() for k in range(5)]
    assert np.mean(frames) == pytest.approx(level, abs=0.05)


def test_a_middle_grey_has_between_one_and_two_levels_of_noise():
    assert 1 < left_over(Sensor(0, "twin", "video"), 128, range(10)).std() < 2


def test_black_and_white_do_not_wrap_around():
    sensor = Sensor(0, "twin", "video", noise=5.0)
    assert sensor.expose(grey(0), 1).max() < 60
    assert sensor.expose(grey(255), 1).min() > 190


def test_without_noise_an_image_stays_as_it_is():
    image = np.arange(256, dtype=np.uint8).reshape(16, 16)
    exposed = Sensor(0, "twin", "video", noise=0.0).expose(image, 3)
    assert np.array_equal(exposed, image)
    assert not np.shares_memory(exposed, image)


def test_every_frame_can_be_made_alone():
    one, other = Sensor(4, "twin", "video"), Sensor(4, "twin", "video")
    forward = [one.expose(grey(90), number) for number in range(5)]
    backward = [other.expose(grey(90), number) for number in reversed(range(5))][::-1]
    assert np.array_equal(forward, backward)


@pytest.mark.parametrize("shift", [0, 1, 96])
def test_frames_share_no_noise(shift):
    noise = left_over(Sensor(0, "twin", "video"), 120, range(60)).reshape(60, -1)
    n = noise.shape[1] - shift
    r = [np.corrcoef(a[:n], b[shift:])[0, 1] for a, b in itertools.pairwise(noise)]
    # Subtracting the mean of 60 frames leaves -1/59 between any two of them at shift 0.
    assert np.mean(r) == pytest.approx(-1 / 59 if shift == 0 else 0, abs=0.005)
    assert np.max(np.abs(r)) < 0.06


def test_videos_seeds_and_twins_have_noise_of_their_own():
    frames = [
        Sensor(*words).expose(grey(120), 7).ravel().astype(float)
        for words in [(0, "twin", "a"), (0, "twin", "b"), (1, "twin", "a"), (0, "other", "a")]
    ]
    r = np.corrcoef(frames)[np.triu_indices(4, 1)]
    assert np.abs(r).max() < 0.08


def test_a_camera_has_a_faint_pattern_of_its_own():
    def pattern(twin, video):
        sensor = Sensor(0, twin, video)
        return np.mean([sensor.expose(grey(120), k) for k in range(200)], axis=0).ravel()

    same = np.corrcoef(pattern("twin", "a"), pattern("twin", "b"))[0, 1]
    other = np.corrcoef(pattern("twin", "a"), pattern("other", "a"))[0, 1]
    assert same > 0.7
    assert abs(other) < 0.05
    assert 0.15 < pattern("twin", "a").std() < 0.4
