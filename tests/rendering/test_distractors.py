"""What disturbs a face: rates, durations, sizes."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from mebench.datasets.twin.sampling import Draws
from mebench.rendering import flicker, pose
from mebench.rendering.curves import bump, held, minimum_jerk, moments, wander
from mebench.rendering.distractors import blinks, distraction, gaze, speech
from mebench.rendering.envelope import Movement, event_units
from mebench.rendering.units import CHANNELS

REACH = np.full(len(CHANNELS), 6.0)
MINUTE = np.arange(12000) / 200.0


def stream(*purpose, seed=3):
    return Draws(seed, "test", *purpose)


def runs(mask):
    """(first, last) of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(int)))
    return list(zip(edges[::2], edges[1::2] - 1, strict=True))


def test_minimum_jerk_goes_from_zero_to_one():
    assert minimum_jerk(np.array([-1.0, 0.0, 0.5, 1.0, 7.0])).tolist() == [0.0, 0.0, 0.5, 1.0, 1.0]
    # Largest speed in the middle: 15/8.
    u = np.linspace(0, 1, 1001)
    assert np.gradient(minimum_jerk(u), u).max() == pytest.approx(1.875, rel=1e-4)


def test_a_bump_holds_at_one():
    t = np.linspace(0, 10, 1001)
    curve = bump(t, 2.0, 1.0, 3.0, 2.0)
    assert np.all(curve[(t <= 2) | (t >= 8)] == 0)
    assert curve[(t >= 3) & (t <= 6)] == pytest.approx(1.0)


def test_held_positions_rest_between_moves():
    t = np.linspace(0, 10, 1001)
    targets = np.array([[0.0, 1.0], [2.0, -1.0], [5.0, 0.0]])
    at = held(t, [2.0, 6.0], [1.0, 0.5], targets)
    assert np.all(at[t < 2] == targets[0])
    assert at[(t >= 3) & (t < 6)] == pytest.approx(np.broadcast_to(targets[1], at[(t >= 3) & (t < 6)].shape))
    assert at[t >= 6.5] == pytest.approx(np.broadcast_to(targets[2], at[t >= 6.5].shape))
    assert held(t, [], [], targets[:1]) == pytest.approx(np.broadcast_to(targets[0], (1001, 2)))


def test_wandering_is_centred_and_of_unit_size_and_forgets():
    t = np.arange(0, 4000, 0.1)
    x = wander(Draws(1, "x"), t, 2.0, 0.3)
    assert abs(x.mean()) < 0.15
    assert x.std() == pytest.approx(1.0, abs=0.08)
    later = [np.corrcoef(x[:-lag], x[lag:])[0, 1] for lag in (20, 100)]
    assert later[0] == pytest.approx(math.exp(-1), abs=0.08)
    assert abs(later[1]) < 0.2


def test_wandering_is_smooth():
    t = np.arange(0, 60, 0.001)
    x = wander(Draws(1, "x"), t, 2.0, 0.3)
    speed = np.diff(x) / 0.001
    assert np.abs(np.diff(speed)).max() < 0.1 * np.abs(speed).max()


@given(st.integers(0, 1000), st.floats(0.5, 50), st.floats(0, 0.4))
@settings(max_examples=30)
def test_moments_of_a_shorter_time_are_the_first_ones_of_a_longer(seed, every, pause):
    short = moments(Draws(seed, "m"), 40.0, every, pause)
    long = moments(Draws(seed, "m"), 400.0, every, pause)
    assert short == [m for m in long if m < 40.0]
    assert all(b - a >= pause for a, b in itertools.pairwise(long))


def test_moments_have_the_asked_rate_from_the_start_on():
    counts = [len(moments(Draws(seed, "m"), 10.0, 2.0, 0.5)) for seed in range(400)]
    assert np.mean(counts) == pytest.approx(5.0, rel=0.1)


def test_blinks_are_as_frequent_and_long_as_those_of_people():
    rates, lengths, depths, closing = [], [], [], []
    for seed in range(40):
        shut = blinks(Draws(seed, "b"), MINUTE, 1.0)
        found = runs(shut > 0)
        rates.append(len(found))
        for first, last in found:
            if first > 0 and last < len(MINUTE) - 1:
                depths.append(shut[first : last + 1].max())
                lengths.append((last - first + 1) / 200.0)
        closing += [np.argmax(shut[a : b + 1]) / (b - a) for a, b in found if b - a > 20]
    assert 10 <= np.mean(rates) <= 20
    assert min(rates) >= 3
    assert max(rates) <= 35
    assert np.percentile(lengths, 1) >= 0.13
    assert np.percentile(lengths, 90) <= 0.40
    assert 0.7 < np.mean(np.array(depths) > 0.9) < 0.95
    assert np.mean(closing) < 0.5


def test_twice_the_dial_is_twice_the_blinks_and_none_at_zero():
    def total(dial):
        return sum(len(runs(blinks(Draws(seed, "b"), MINUTE, dial) > 0)) for seed in range(30))

    assert total(2.0) == pytest.approx(2 * total(1.0), rel=0.15)
    assert total(0.0) == 0


def test_both_lids_blink_together():
    d = distraction(stream, MINUTE, 1.0, 38.4, REACH)
    left, right = (d.units[:, CHANNELS.index("AU45" + side)] for side in "LR")
    assert np.corrcoef(left, right)[0, 1] > 0.999
    assert np.all(left[d.blink > 0.9] > 0.9)


def test_eyes_fixate_and_jump():
    looks = gaze(Draws(1, "g"), MINUTE, 1.0)
    speed = np.linalg.norm(np.diff(looks, axis=0), axis=1) * 200.0
    jumping = speed > 0.5
    assert 0.01 < jumping.mean() < 0.12
    assert 25 < len(runs(jumping)) < 90
    assert max(b - a + 1 for a, b in runs(jumping)) <= 0.08 * 200
    assert np.abs(looks).max() < 0.25
    assert np.all(looks.std(axis=0) > 0.02)


def test_speech_has_several_syllables_a_stretch_and_is_rare():
    t = np.arange(0, 3000, 0.01)
    units = speech(Draws(4, "s"), t, 1.0)
    jaw = units[:, CHANNELS.index("AU26")]
    starts = runs(np.convolve(jaw > 0, np.ones(60), "same") > 0)
    assert 30 < len(starts) < 90
    syllables = [len(signal.find_peaks(jaw[a : b + 1], height=0.005)[0]) for a, b in starts]
    assert np.median(syllables) >= 5
    assert min(syllables) >= 3
    assert 0.01 < (jaw > 0).mean() < 0.08
    assert 0.05 < jaw.max() < 0.2
    assert np.all(units[:, [CHANNELS.index(c) for c in ("AU12L", "AU4L", "AU45L")]] == 0)


def test_nothing_but_lids_and_mouth_stays_below_a_micro_expression_and_much_slower():
    movement = Movement(1, "me", 101, 141, 191, "4+12")
    event = event_units([movement], np.arange(1.0, 400.0), 200.0, 1.0, REACH, stream)
    fastest = np.abs(np.diff(event, axis=0)).max() * 200.0
    brow = [CHANNELS.index(f"AU{number}{side}") for number in (1, 2, 4, 10, 12) for side in "LR"]
    moved = []
    for seed in range(10):
        d = distraction(lambda *p, seed=seed: stream(*p, seed=seed), MINUTE, 1.0, 38.4, REACH)
        units = d.units[:, brow]
        moved.append(units.any())
        assert units.max() * 6.0 < 0.9
        assert np.abs(np.diff(units, axis=0)).max() * 200.0 < 0.15 * fastest
    assert all(moved)


def test_distractors_keep_their_pixels_whatever_the_reach():
    near, far = (distraction(stream, MINUTE, 1.0, 38.4, REACH * factor).units for factor in (1.0, 10.0))
    twitching = CHANNELS.index("AU2L"), CHANNELS.index("AU17")
    assert near[:, twitching].any()
    assert near[:, twitching] == pytest.approx(10.0 * far[:, twitching])


def test_the_motion_is_the_same_curve_at_any_frame_rate():
    slow, fast = np.arange(0, 60.01, 1 / 30), np.arange(0, 60.01, 1 / 300)
    for one, other in zip(pose.head(stream, slow, 1.0), pose.head(stream, fast, 1.0), strict=True):
        assert one == pytest.approx(other[::10][: len(one)], abs=1e-9)
    assert gaze(stream("g"), slow, 1.0) == pytest.approx(gaze(stream("g"), fast, 1.0)[::10][: len(slow)], abs=1e-9)
    assert blinks(stream("b"), slow, 1.0) == pytest.approx(blinks(stream("b"), fast, 1.0)[::10][: len(slow)], abs=1e-9)


def test_a_head_sways_within_bounds_and_slowly():
    shifts, turns = zip(*(pose.head(lambda *p, s=s: stream(*p, seed=s), MINUTE, 1.0) for s in range(12)), strict=True)
    shift, turn = np.array(shifts), np.array(turns)
    assert np.abs(shift).max() < 0.35
    assert np.abs(turn).max() < 0.25
    assert np.all(shift.std(axis=1).mean(axis=0) > 0.01)
    # Within a fifth of a second, as long as a micro-expression rises, it moves by less than the default amplitude.
    typical = np.median(np.linalg.norm(shift[:, 40:, :2] - shift[:, :-40, :2], axis=2))
    assert 0.002 < typical < 1 / 38.4
    # From one frame to the next there is no jump.
    assert np.abs(np.diff(shift, axis=1)).max() < 0.01


def test_a_breath_takes_three_to_six_seconds_and_lifts_the_head_by_less_than_a_pixel():
    t = np.arange(0, 600, 0.05)
    for seed in range(5):
        breath = pose.breathing(Draws(seed, "breath"), t)
        frequency, power = signal.welch(breath - breath.mean(), fs=20.0, nperseg=2048)
        assert 0.17 < frequency[np.argmax(power)] < 0.33
        assert 0.05 < pose.BREATH * np.ptp(breath) * 38.4 < 0.5


def test_a_breath_lifts_and_nods_the_head(monkeypatch):
    shift, turn = pose.head(stream, MINUTE, 2.0)
    monkeypatch.setattr(pose, "breathing", lambda draws, t: np.zeros_like(t))
    without, unturned = pose.head(stream, MINUTE, 2.0)
    assert np.array_equal(shift[:, (0, 2)], without[:, (0, 2)])
    assert np.array_equal(turn[:, 1:], unturned[:, 1:])
    lifted, nodded = (without - shift)[:, 1], (unturned - turn)[:, 0]
    assert np.ptp(lifted) > 0.5 * 2 * pose.BREATH
    assert lifted.max() < 2 * 2 * pose.BREATH
    assert np.corrcoef(lifted, nodded)[0, 1] > 0.999


@pytest.mark.parametrize(("fps", "alias"), [(30.0, 10.0), (200.0, 100.0), (90.0, 10.0)])
def test_the_mains_beat_with_the_frame_rate(fps, alias):
    t = np.arange(0, 60, 1 / fps)
    gain = flicker.gain(stream, t, fps, 1.0)
    frequency, power = signal.welch(gain - gain.mean(), fs=fps, nperseg=1024, detrend="linear")
    fast = frequency > 2.0
    assert frequency[fast][np.argmax(power[fast])] == pytest.approx(alias, abs=0.3)
    assert np.abs(gain - 1).max() < 0.05
    assert np.all(flicker.gain(stream, t, fps, 0.0) == 1.0)
