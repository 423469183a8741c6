"""Annotated movements: profiles, sides, and what the amplitude means."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mebench.datasets.twin.generate import twin
from mebench.datasets.twin.sampling import Draws
from mebench.rendering.envelope import ASYMMETRY, MAE_STRENGTH, Movement, Shape, event_units, profile, together
from mebench.rendering.units import CHANNELS, channels_of

FAR = np.full(len(CHANNELS), 1000.0)
"""A reach that no movement of the tests comes to the end of."""


def stream(*purpose):
    return Draws(5, "test", *purpose)


def made(*movements, n=400, fps=200.0, pixels=1.0, reach=FAR, first=1):
    """Event displacements in pixels by channel name, of the channels that move."""
    units = event_units(movements, np.arange(first, first + n, dtype=float), fps, pixels, reach, stream)
    return {CHANNELS[k]: units[:, k] * reach[k] for k in np.flatnonzero(units.any(axis=0))}


@st.composite
def frames(draw, longest=300):
    onset = draw(st.integers(1, 50))
    apex = onset + draw(st.integers(0, longest))
    return onset, apex, apex + draw(st.integers(0, longest))


SHAPES = st.builds(Shape, st.floats(0.7, 400), st.floats(0.7, 400), st.floats(0.05, 0.4))


@given(st.floats(-20, 20), st.floats(0.6, 300), st.floats(0.6, 300), SHAPES)
def test_a_profile_rises_to_one_at_the_apex_and_back_to_zero(start, rise, decay, shape):
    apex, end = start + rise, start + rise + decay
    t = np.concatenate([np.linspace(start - 5, apex, 2001), np.linspace(apex, end + 5, 2001)])
    height = profile(t, start, apex, end, shape)
    assert np.all(height[(t <= start) | (t >= end)] == 0)
    assert np.all((height >= 0) & (height <= 1 + 1e-12))
    assert height[2000] == pytest.approx(1.0, abs=1e-12)
    assert np.all(np.diff(height[:2001]) >= -1e-15)
    assert np.all(np.diff(height[2001:]) <= 1e-15)


@given(st.floats(0.6, 300), st.floats(0.6, 300), SHAPES)
def test_a_profile_has_no_kink(rise, decay, shape):
    # The acceleration of a minimum-jerk movement over tau frames is at most 10/sqrt(3)/tau^2. A kink between two
    # samples h apart would show as (jump of the speed)/h in place of that, without bound as h shrinks.
    fastest = min(rise, decay, shape.rise, shape.decay)
    h = fastest / 200
    for join in (0.0, rise, rise + decay):
        t = join + h * np.arange(-300, 301)
        acceleration = np.diff(profile(t, 0.0, rise, rise + decay, shape), 2) / h**2
        assert np.abs(acceleration).max() <= 1.001 * 10 / np.sqrt(3) / fastest**2


@given(
    frames(),
    st.sampled_from(["4+7", "L14", "R12+R14", "1+2+5+26", "17", "12+25"]),
    st.sampled_from([30.0, 100.0, 200.0]),
)
@settings(max_examples=60, deadline=None)
def test_a_movement_keeps_to_its_frames(when, action_units, fps):
    onset, apex, offset = when
    moved = made(Movement(1, "me", onset, apex, offset, action_units), n=offset + 20, fps=fps)
    assert set(moved) <= set(channels_of(action_units))
    support = np.flatnonzero(np.any(list(moved.values()), axis=0)) + 1
    assert (support[0], support[-1]) == (onset, offset)
    for height in moved.values():
        assert np.argmax(height) + 1 == apex
        assert np.sum(height == height.max()) == 1


def test_a_stretch_of_frames_that_begins_elsewhere_has_the_same_movement():
    movement = Movement(3, "me", 100, 120, 160, "12")
    whole = made(movement, n=300)["AU12L"]
    assert np.array_equal(made(movement, n=100, first=110)["AU12L"], whole[109:209])


@pytest.mark.parametrize(
    ("action_units", "moving"),
    [("L14", {"AU14L"}), ("R12+R14", {"AU12R", "AU14R"}), ("4", {"AU4L", "AU4R"}), ("L12+17", {"AU12L", "AU17"})],
)
def test_only_the_annotated_side_moves(action_units, moving):
    assert set(made(Movement(1, "me", 10, 30, 60, action_units))) == moving


def test_the_sides_of_a_whole_unit_differ_a_little():
    ratios = []
    for number in range(40):
        moved = made(Movement(number, "me", 10, 30, 60, "12"))
        ratios.append(moved["AU12L"].max() / moved["AU12R"].max())
    most = (1 + ASYMMETRY) / (1 - ASYMMETRY)
    assert 1 / most <= min(ratios) < 0.9
    assert 1.1 < max(ratios) <= most


def test_units_start_and_end_at_different_moments_but_none_far_from_the_first():
    late, early = [], []
    for number in range(30):
        moved = made(Movement(number, "me", 11, 111, 211, "4+10"))
        first = {channel: int(np.argmax(height > 0.01 * height.max())) for channel, height in moved.items()}
        assert first["AU4L"] == min(first.values())
        late.append(max(first.values()) - first["AU4L"])
        last = {channel: int(np.flatnonzero(height)[-1]) for channel, height in moved.items()}
        assert last["AU4L"] == 210
        early.append(210 - min(last.values()))
    assert max(late) <= 14  # a lag of 12 frames, and rounding
    assert max(early) <= 12
    assert len(set(late)) > 5
    assert len(set(early)) > 5


def test_a_long_macro_expression_rises_within_a_second_and_holds():
    fps = 200.0
    height = made(Movement(1, "mae", 101, 1501, 3000, "L12"), n=3200, fps=fps)["AU12L"]
    height = height / height.max()
    above = np.flatnonzero(height > 0.7)
    assert above[0] - 100 < 1.0 * fps
    assert len(above) > 2300
    decay = np.flatnonzero(height > 0.05)[-1] - above[-1]
    assert decay < 1.8 * fps


def test_macro_expressions_are_several_times_stronger():
    peaks = [made(Movement(k, "mae", 101, 151, 201, "17"))["AU17"].max() for k in range(200)]
    assert MAE_STRENGTH[0] <= min(peaks) < 3.3
    assert 5.5 < max(peaks) <= MAE_STRENGTH[1]


@pytest.mark.parametrize("name", ["samm-lv-twin", "casme-sq-twin", "smic-e-long-twin", "casme2-twin", "smic-twin"])
def test_the_amplitude_is_the_mean_displacement_of_micro_expressions_at_the_apex(name):
    table = twin(name).movements
    peaks = []
    for row in table[table["type"] == "me"].itertuples():
        movement = Movement(
            row.number,
            "me",
            row.onset - row.onset + 1,
            row.apex - row.onset + 1,
            row.offset - row.onset + 1,
            row.action_units,
        )

        def own(*purpose, video=row.video):
            return Draws(0, name, "video", video, "motion", *purpose)

        units = event_units([movement], np.arange(1.0, 3.0 + movement.offset), 100.0, 1.5, FAR, own)
        at_apex = units[movement.apex - 1] * FAR
        assert np.array_equal(at_apex, units.max(axis=0) * FAR)
        peaks += at_apex[at_apex > 0].tolist()
    assert np.mean(peaks) == pytest.approx(1.5, rel=0.1)
    assert min(peaks) > 0.6 * 1.5 * (1 - 2 * ASYMMETRY)
    assert max(peaks) < 1.6 * 1.5 * (1 + 2 * ASYMMETRY)


def test_displacement_grows_with_the_dial_up_to_the_reach():
    movement = Movement(1, "me", 11, 31, 61, "12+17")
    weak, strong = made(movement, pixels=0.5), made(movement, pixels=2.0)
    for channel, height in weak.items():
        assert strong[channel] == pytest.approx(4 * height)
    short = np.full(len(CHANNELS), 0.25)
    for height in made(movement, pixels=2.0, reach=short).values():
        assert height.max() == pytest.approx(0.25)


def test_channels_that_reach_further_go_further_and_the_mean_stays():
    reach = np.full(len(CHANNELS), 100.0)
    reach[CHANNELS.index("AU26")] = 400.0
    movement = Movement(1, "me", 11, 31, 61, "1+26")
    one, other = made(movement, reach=reach), made(movement)
    peaks, before = ({channel: height.max() for channel, height in moved.items()} for moved in (one, other))
    assert np.mean(list(peaks.values())) == pytest.approx(np.mean(list(before.values())))
    assert peaks["AU26"] / before["AU26"] == pytest.approx(2 * peaks["AU1L"] / before["AU1L"])


def test_the_displacement_of_one_unit_does_not_depend_on_its_reach():
    movement = Movement(1, "me", 11, 31, 61, "12")
    near, far = made(movement, reach=np.full(len(CHANNELS), 4.0)), made(movement)
    for channel, height in near.items():
        assert height == pytest.approx(far[channel])


def test_a_channel_without_reach_stays_at_rest():
    assert made(Movement(1, "me", 11, 31, 61, "17"), reach=np.zeros(len(CHANNELS))) == {}


def test_overlapping_movements_add_up_and_stay_within_full_strength():
    one, other = Movement(1, "mae", 11, 61, 111, "12"), Movement(2, "mae", 51, 81, 151, "12")
    small = made(one, other)["AU12L"]
    assert small == pytest.approx(made(one)["AU12L"] + made(other)["AU12L"], rel=0.01)
    reach = np.ones(len(CHANNELS))
    assert made(one, other, reach=reach)["AU12L"].max() <= 1.0


@given(st.floats(0, 1), st.floats(0, 1))
def test_together_is_symmetric_and_bounded(a, b):
    assert together(a, b) == pytest.approx(together(b, a))
    assert max(a, b) - 1e-12 <= together(a, b) <= min(a + b, 1.0) + 1e-12
    assert together(a, 0.0) == a


@pytest.mark.parametrize(
    ("movement", "says"),
    [
        (Movement(7, "me", 30, 20, 60, "4"), "movement 7 are not in order"),
        (Movement(7, "me", 10, 20, 60, "?"), "movement 7 has no action unit"),
        (Movement(7, "micro", 10, 20, 60, "4"), "no type of movement: 'micro'"),
        (Movement(7, "me", 10, 20, 60, "99"), "99"),
    ],
)
def test_what_cannot_be_shown_is_refused(movement, says):
    with pytest.raises(ValueError, match=says):
        made(movement)
