"""The motion of whole videos: what depends on what, and what must not."""

import subprocess
import sys
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mebench.datasets.twin.generate import twin
from mebench.problems import UserError
from mebench.rendering.dials import DEFAULT_AMPLITUDE, Dials
from mebench.rendering.envelope import together
from mebench.rendering.motion import motion_of
from mebench.rendering.state import State
from mebench.rendering.units import CHANNELS

NAME = "casme-sq-twin"
REACH = np.linspace(3.0, 9.0, len(CHANNELS))
PARTS = ("shift", "turn", "gaze", "light", "blink")


@cache
def made(name=NAME, seed=0):
    return twin(name, seed)


DEFAULT = Dials()


def motion(index=0, dials=DEFAULT, name=NAME, seed=0, movements=None, **stretch):
    videos, table = made(name).videos, made(name).movements
    video = videos.iloc[index]
    own = table[table["video"] == video["video"]] if movements is None else movements
    return motion_of(video, own, REACH, 38.4, dials, seed, name, **stretch)


def busiest(name=NAME):
    table = made(name).movements
    video = table[table["type"] == "me"]["video"].value_counts().index[0]
    return int(np.flatnonzero(made(name).videos["video"] == video)[0])


def same(a, b, parts=PARTS):
    return all(np.array_equal(getattr(a, part), getattr(b, part)) for part in parts)


def test_shapes_and_bounds():
    m = motion(busiest())
    n = made().videos.iloc[busiest()]["n_frames"]
    assert len(m) == n
    assert m.units.shape == m.event_units.shape == (n, len(CHANNELS))
    assert m.shift.shape == m.turn.shape == (n, 3)
    assert m.gaze.shape == (n, 2)
    assert m.light.shape == m.blink.shape == m.numbers.shape == (n,)
    for units in (m.units, m.event_units, m.blink):
        assert units.min() >= 0
        assert units.max() <= 1
    assert m.event_units.max() > 0


def test_a_state_is_one_row():
    m = motion(busiest())
    state = m.state(m.index(101))
    assert isinstance(state, State)
    k = 101 - int(m.numbers[0])
    assert np.array_equal(state.units, m.units[k])
    assert np.array_equal(state.gaze, m.gaze[k])
    assert np.array_equal(state.turn, m.turn[k])
    assert np.array_equal(state.shift, m.shift[k])
    assert state.light == m.light[k]
    for outside in (int(m.numbers[0]) - 1, int(m.numbers[-1]) + 1):
        with pytest.raises(IndexError, match="lies outside"):
            m.index(outside)


def test_events_lie_where_the_table_says():
    m = motion(busiest())
    video = made().videos.iloc[busiest()]
    rows = made().movements[made().movements["video"] == video["video"]]
    inside = np.zeros(len(m), dtype=bool)
    for row in rows.itertuples():
        inside[m.index(row.onset) : m.index(row.offset) + 1] = True
    assert np.array_equal(m.event_units.any(axis=1), inside)
    assert 0.01 < inside.mean() < 0.6


@pytest.mark.parametrize("name", ["samm-lv-twin", "casme2-twin", "smic-twin", "smic-e-long-twin", "samm-twin"])
def test_every_twin_moves_with_its_own_frame_numbers(name):
    video = made(name).videos.iloc[2]
    m = motion(2, name=name)
    assert m.numbers[0] == video["first_frame"]
    assert len(m) == video["n_frames"]
    rows = made(name).movements[made(name).movements["video"] == video["video"]]
    for row in rows.itertuples():
        assert m.event_units[m.index(row.apex)].any()


def test_time_runs_at_the_frame_rate_of_the_video():
    fps, lengths = made("samm-lv-twin").videos["fps"][0], []
    for index in range(0, 40, 4):
        shut = motion(index, name="samm-lv-twin").blink > 0
        edges = np.flatnonzero(np.diff(shut.astype(int)))
        lengths += np.diff(edges)[shut[edges[:-1] + 1]].tolist()
    assert len(lengths) > 20
    assert 0.2 < np.median(lengths) / fps < 0.35


def test_the_same_words_give_the_same_motion_in_any_order():
    first = motion(3)
    motion(4), motion(3, seed=1)
    again = motion(3)
    assert same(first, again, (*PARTS, "units", "event_units", "numbers"))
    assert not same(first, motion(3, seed=1), ("shift",))


def test_every_video_and_every_twin_has_a_motion_of_its_own():
    video = dict(made().videos.iloc[0])
    nothing = made().movements[:0]
    one, other, elsewhere = (
        motion_of(video | {"video": name}, nothing, REACH, 38.4, DEFAULT, 0, of)
        for name, of in (("a", NAME), ("b", NAME), ("a", "samm-lv-twin"))
    )
    for part in PARTS:
        assert not np.any(np.all(getattr(one, part) == getattr(other, part), axis=0))
        assert not np.any(np.all(getattr(one, part) == getattr(elsewhere, part), axis=0))


def test_a_stretch_is_cut_out_of_the_whole():
    whole = motion(busiest())
    cut = motion(busiest(), first=200, last=640)
    assert cut.numbers.tolist() == list(range(200, 641))
    part = slice(whole.index(200), whole.index(640) + 1)
    for name in (*PARTS, "units", "event_units"):
        assert np.array_equal(getattr(cut, name), getattr(whole, name)[part])
    one = motion(busiest(), first=777, last=777)
    assert np.array_equal(one.units[0], whole.units[whole.index(777)])
    for name in (*PARTS, "units", "event_units"):
        assert getattr(cut, name).base is None, "a stretch must not keep the whole video in memory"


@pytest.mark.parametrize("stretch", [{"first": 0}, {"last": 10**6}, {"first": 30, "last": 29}])
def test_a_stretch_beyond_the_video_is_refused(stretch):
    with pytest.raises(ValueError, match="no stretch of"):
        motion(0, **stretch)


def test_reach_must_fit_the_channels():
    video = made().videos.iloc[0]
    with pytest.raises(ValueError, match="reach has shape"):
        motion_of(video, made().movements[:0], REACH[:-1], 38.4, Dials(), 0, NAME)


def test_at_amplitude_zero_nothing_annotated_moves_and_all_else_is_as_before():
    none, some = motion(busiest(), Dials(amplitude=0.0)), motion(busiest(), Dials(amplitude=2.5))
    assert not none.event_units.any()
    assert some.event_units.any()
    assert same(none, some)
    assert np.array_equal(some.units, together(some.event_units, none.units))


def test_the_disturbances_do_not_know_of_the_movements():
    assert same(motion(busiest()), motion(busiest(), movements=made().movements[:0]))
    quiet = motion(busiest(), movements=made().movements[:0])
    assert np.array_equal(quiet.units, motion(busiest(), Dials(amplitude=0.0)).units)


def test_a_movement_does_not_know_of_the_others():
    video = made().videos.iloc[busiest()]["video"]
    rows = made().movements[made().movements["video"] == video]
    only = motion(busiest(), movements=rows.iloc[[1]])
    part = slice(only.index(rows.iloc[1]["onset"]), only.index(rows.iloc[1]["offset"]) + 1)
    moving = only.event_units[part].any(axis=0)
    assert np.array_equal(motion(busiest()).event_units[part][:, moving], only.event_units[part][:, moving])


@pytest.mark.parametrize(
    ("dials", "changes"),
    [
        ({"head_motion": 2.0}, {"shift", "turn"}),
        ({"flicker": 2.0}, {"light"}),
        ({"distractors": 2.0}, {"gaze", "blink"}),
        ({"noise": 2.0}, set()),
        ({"amplitude": 2.0}, set()),
    ],
)
def test_a_dial_turns_only_what_it_names(dials, changes):
    plain, turned = motion(1), motion(1, Dials(**dials))
    assert {part for part in PARTS if not same(plain, turned, (part,))} == changes
    assert np.array_equal(plain.event_units, turned.event_units) == ("amplitude" not in dials)


def test_dials_at_zero_leave_a_still_face():
    m = motion(1, Dials(amplitude=0, head_motion=0, distractors=0, flicker=0))
    assert not m.shift.any()
    assert not m.turn.any()
    assert not m.units.any()
    assert np.all(m.light == 1.0)
    assert not m.gaze.any()


def test_head_motion_and_flicker_are_proportional_to_their_dials():
    plain, double = motion(1), motion(1, Dials(head_motion=2.0, flicker=3.0))
    assert double.shift == pytest.approx(2 * plain.shift)
    assert double.turn == pytest.approx(2 * plain.turn)
    assert double.light - 1 == pytest.approx(3 * (plain.light - 1))


@pytest.mark.parametrize("field", ["amplitude", "noise", "head_motion", "distractors", "flicker"])
@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf")])
def test_a_dial_that_is_no_number_of_at_least_zero_is_refused(field, value):
    with pytest.raises(UserError, match=rf"{field.replace('_', ' ')} cannot be .*at least 0\.$"):
        Dials(**{field: value})


def test_the_default_amplitude_goes_with_the_size_of_the_face():
    assert Dials().pixels(38.4) == pytest.approx(1.0)
    assert Dials().pixels(100.0) == pytest.approx(100 * DEFAULT_AMPLITUDE)
    assert Dials(amplitude=3).pixels(100.0) == 3.0
    assert Dials(amplitude=0).pixels(100.0) == 0.0
    by_default, by_hand = motion(busiest()), motion(busiest(), Dials(amplitude=1.0))
    assert by_default.units == pytest.approx(by_hand.units)


def test_dials_have_an_identity():
    assert Dials().identity() == {
        "amplitude": None,
        "noise": 1.0,
        "head_motion": 1.0,
        "distractors": 1.0,
        "flicker": 1.0,
    }
    assert Dials(amplitude=2).identity() == Dials(amplitude=2.0).identity()


@cache
def traces():
    """Of every second video of the twin: the event mask, and by name what a shortcut might look at, frame by frame."""
    found = []
    for index in range(0, 97, 2):
        m = motion(index)
        speed = np.linalg.norm(np.diff(m.shift, axis=0, prepend=m.shift[:1]), axis=1)
        turning = np.linalg.norm(np.diff(m.turn, axis=0, prepend=m.turn[:1]), axis=1)
        looking = np.linalg.norm(np.diff(m.gaze, axis=0, prepend=m.gaze[:1]), axis=1)
        rest = motion(index, Dials(amplitude=0.0)).units.sum(axis=1)
        signals = {
            "light": m.light,
            "x": m.shift[:, 0],
            "distance": np.linalg.norm(m.shift, axis=1),
            "yaw": m.turn[:, 1],
            "speed": speed,
            "turning": turning,
            "saccades": looking,
            "blink": m.blink,
            "distractors": rest,
        }
        found.append((m.event_units.any(axis=1), signals))
    return found


def test_no_disturbance_tells_when_an_event_happens():
    for name in traces()[0][1]:
        r = [np.corrcoef(mask, signals[name])[0, 1] for mask, signals in traces() if 0 < mask.mean() < 1]
        assert len(r) > 25
        assert abs(np.mean(r)) < 4 * np.std(r) / np.sqrt(len(r)), name
        assert abs(np.mean(r)) < 0.08, name


def test_no_disturbance_tells_which_video_has_events():
    busy = np.array([mask.mean() for mask, _ in traces()])
    assert np.ptp(busy) > 0.05
    for name in traces()[0][1]:
        level = [signals[name].mean() for _, signals in traces()]
        assert stats.spearmanr(busy, level).pvalue > 0.002, name


def test_a_minute_at_200_frames_a_second_is_short_work():
    video = pd.Series({"video": "long", "fps": 200.0, "first_frame": 1, "n_frames": 12000})
    m = motion_of(video, made().movements[:0], REACH, 38.4, Dials(), 0, NAME)
    assert sum(getattr(m, name).nbytes for name in (*PARTS, "units", "event_units", "numbers")) < 10e6


def test_motion_needs_no_renderer():
    code = "import sys, mebench.rendering.motion, mebench.rendering.sensor; print({'cv2', 'numba'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
