import hashlib
import subprocess
import sys
from functools import lru_cache

import numpy as np
import pytest

from mebench.problems import UserError
from mebench.rendering import skin
from mebench.rendering.camera import Camera
from mebench.rendering.face import REST, Face, State
from mebench.rendering.identity import identity
from mebench.rendering.units import CHANNELS, channels_of

MIRROR = [
    *range(16, -1, -1), *range(26, 16, -1), 27, 28, 29, 30, 35, 34, 33, 32, 31, 45, 44, 43, 42, 47, 46, 39, 38, 37, 36,
    41, 40, 54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65,
]  # fmt: skip


@lru_cache(maxsize=4)
def face(seed: int = 3, size: int = 128) -> Face:
    return Face(identity(seed), Camera.square(size))


def acting(action_units: str, intensity: float, **other) -> State:
    units = np.zeros(len(CHANNELS))
    for channel, weight in channels_of(action_units).items():
        units[CHANNELS.index(channel)] = weight * intensity
    return State(units=units, **other)


def test_the_same_person_has_the_same_bytes_in_another_process():
    state = acting("12+45", 0.4, turn=np.array([0.05, 0.1, 0.02]), gaze=np.array([0.1, 0.0]))
    here = hashlib.sha256(face().render(state).tobytes()).hexdigest()
    code = (
        "import hashlib, numpy as np\n"
        "from mebench.rendering.camera import Camera\n"
        "from mebench.rendering.face import Face, State\n"
        "from mebench.rendering.identity import identity\n"
        f"units = np.array({state.units.tolist()})\n"
        "state = State(units=units, turn=np.array([0.05, 0.1, 0.02]), gaze=np.array([0.1, 0.0]))\n"
        "image = Face(identity(3), Camera.square(128)).render(state)\n"
        "print(hashlib.sha256(image.tobytes()).hexdigest())\n"
    )
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert there == here


def test_rendering_leaves_no_trace_on_the_next_image():
    first = face().render(REST)
    face().render(acting("26", 1.0, turn=np.array([0.2, 0.3, 0.1]), light=0.5))
    assert np.array_equal(face().render(REST), first)


def test_words_and_seeds_name_different_persons():
    assert identity(1, "a") == identity(1, "a")
    assert len({identity(seed, word) for seed in range(3) for word in "ab"}) == 6


def test_brows_are_darker_than_hair_and_skin_whatever_the_age():
    people = [identity(seed, "brows") for seed in range(300)]
    assert any(who.melanin > 0.6 and min(who.hair) > 0.1 for who in people), "dark skin, grey hair"
    for who in people:
        brow = skin.brow_colour(who)
        assert (brow <= 0.5 * np.array(who.hair) + 1e-6).all()
        assert (brow <= 0.4 * skin.tone(who)).all()


def test_a_grey_haired_dark_skinned_person_has_dark_brows_on_the_picture():
    old = Face(identity(0, "face", "casme-sq", "s16"), Camera.square(128))
    image, points = old.render(REST).mean(axis=2), old.landmarks(REST)
    for brow in (points[18:21], points[23:26]):
        x, y = np.rint(brow.mean(axis=0)).astype(int)
        assert image[y - 4 : y + 5, x - 4 : x + 5].min() < 0.8 * image[y - 16 : y - 9, x - 4 : x + 5].mean()


def test_size_colour_and_gain():
    grey = Face(identity(3), Camera(160, 96, 30.0, colour=False)).render(REST)
    assert grey.shape == (96, 160)
    assert grey.dtype == np.uint8
    assert face().render(State(light=0.8)).mean() < face().render(REST).mean() - 5


def test_eyes_lie_where_the_camera_says():
    points = face().landmarks(REST)
    eyes = [points[36:42].mean(axis=0), points[42:48].mean(axis=0)]
    assert np.linalg.norm(eyes[1] - eyes[0]) == pytest.approx(0.30 * 128, rel=0.08)
    assert np.mean(eyes, axis=0) == pytest.approx([64, 0.42 * 128], abs=3)


def test_landmarks_are_in_the_order_of_ibug_and_nearly_symmetric():
    points = face().landmarks(REST)
    assert np.all(np.diff(points[:17, 0]) > 0)
    assert np.all(np.diff(points[17:27, 0]) > 0)
    assert np.all(np.diff(points[27:31, 1]) > 0)
    assert points[37, 1] < points[41, 1]
    assert points[43, 1] < points[47, 1]
    assert points[51, 1] < points[62, 1] <= points[66, 1] < points[57, 1]
    mirrored = points[MIRROR] * [-1, 1] + [2 * points[27:31, 0].mean(), 0]
    assert np.abs(points - mirrored).max() < 0.15 * 0.30 * 128


@pytest.mark.parametrize(("axis", "sign"), [(0, 1), (1, 1)])
def test_pitch_looks_down_and_yaw_to_the_right(axis, sign):
    turn = np.zeros(3)
    turn[axis] = 0.15
    nose = face().landmarks(State(turn=turn))[30] - face().landmarks(REST)[30]
    assert sign * nose[1 - axis] > 2


def test_roll_is_clockwise_and_shift_in_eye_distances():
    eyes = face().landmarks(State(turn=np.array([0, 0, 0.2])))
    assert eyes[45, 1] > eyes[36, 1] + 3
    moved = face().landmarks(State(shift=np.array([0.1, -0.2, 0])))[30] - face().landmarks(REST)[30]
    assert moved == pytest.approx([3.84, -7.68], rel=0.06)


def test_flow_carries_landmarks():
    state = acting("12+4", 0.5, turn=np.array([0.02, -0.03, 0.01]))
    flow, visible = face().flow(REST, state)
    before, after = face().landmarks(REST), face().landmarks(state)
    inner = [*range(28, 36), *range(49, 54), *range(18, 26)]
    gaps = []
    for k in inner:
        x, y = np.rint(before[k]).astype(int)
        if visible[y, x]:
            gaps.append(np.linalg.norm(flow[y, x] - (after[k] - before[k])))
    assert len(gaps) > 15
    assert np.median(gaps) < 0.15


def test_flow_to_itself_is_nothing_and_ends_at_the_head():
    flow, visible = face().flow(REST, REST)
    assert np.nanmax(np.abs(flow)) < 1e-3
    assert np.isnan(flow[2, 2]).all() or visible[2, 2]
    assert not visible[np.isnan(flow[..., 0])].any()
    assert visible.mean() > 0.4


def test_points_that_turn_away_are_not_visible():
    flow, visible = face().flow(REST, State(turn=np.array([0, 0.5, 0])))
    head = ~np.isnan(flow[..., 0])
    assert (head & ~visible).sum() > 50


def test_reach_is_the_largest_displacement():
    reach = face().reach()
    assert reach.shape == (len(CHANNELS),)
    assert (reach > 0.5).all()
    k = CHANNELS.index("AU12L")
    units = np.zeros(len(CHANNELS))
    units[k] = 1
    flow, visible = face().flow(REST, State(units=units))
    assert np.linalg.norm(flow[visible], axis=1).max() == pytest.approx(reach[k], rel=0.15)


@pytest.mark.parametrize("seed", [3, 5, 13])
def test_lids_close(seed):
    person = face(seed, 256)
    whole = person.landmarks(REST)

    def bright_or_iris(state):
        image = person.render(state).astype(float)
        found = 0
        for first in (36, 42):
            x, y = whole[first : first + 6].mean(axis=0).astype(int)
            patch = image[y - 8 : y + 9, x - 14 : x + 15]
            found += int((patch.max(axis=2) - patch.min(axis=2) < 0.14 * patch.max(axis=2)).sum())
        return found

    assert bright_or_iris(acting("45", 1.0)) < 0.12 * max(bright_or_iris(REST), 60)


def test_no_eyeball_shows_through_closed_lids():
    person = face(5, 256)
    person.render(acting("45", 1.0))
    first, last = person._mesh.eyes
    shown = ((person._owner >= first) & (person._owner < last)).sum()
    person.render(REST)
    assert shown < 0.05 * ((person._owner >= first) & (person._owner < last)).sum()


def test_lids_and_lips_move_their_landmarks():
    rest = face().landmarks(REST)
    closed, opened = face().landmarks(acting("45", 1.0)), face().landmarks(acting("26", 1.0))

    def height(points, upper, lower):
        return points[lower, 1] - points[upper, 1]

    assert height(closed, 37, 41) < 0.35 * height(rest, 37, 41)
    assert height(opened, 62, 66) > height(rest, 62, 66) + 4


def test_gaze_moves_the_iris_and_not_the_nose():
    look = State(gaze=np.array([0.3, 0.0]))
    flow, visible = face(5, 256).flow(REST, look)
    x, y = face(5, 256).landmarks(REST)[36:42].mean(axis=0).astype(int)
    assert visible[y, x]
    assert flow[y, x, 0] > 3
    assert face(5, 256).landmarks(look)[30] == pytest.approx(face(5, 256).landmarks(REST)[30])


@pytest.mark.parametrize("bad", [(0, 5, 3.0, 16.0), (5, 5, 0.0, 16.0), (5, 5, float("nan"), 16.0), (5, 5, 3.0, 1.0)])
def test_impossible_cameras_are_refused(bad):
    width, height, eyes, distance = bad
    with pytest.raises(UserError):
        Camera(width, height, eyes, distance=distance)
