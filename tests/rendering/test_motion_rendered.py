"""What can be seen of a motion: nothing but what the dials ask for."""

from functools import cache

import cv2
import numpy as np
import pytest

from mebench.datasets.twin.generate import twin
from mebench.rendering.camera import Camera
from mebench.rendering.dials import Dials
from mebench.rendering.envelope import Movement
from mebench.rendering.face import Face
from mebench.rendering.identity import identity
from mebench.rendering.motion import alone, motion_of
from mebench.rendering.sensor import Sensor

NAME = "samm-lv-twin"
CAMERA = Camera.square(128, colour=False)
STILL = {"head_motion": 0.0, "distractors": 0.0, "flicker": 0.0}


@cache
def person():
    face = Face(identity(0, "motion"), CAMERA)
    return face, face.reach()


def busiest(dials):
    """The motion of the video with most micro-expressions, and its rows."""
    table = twin(NAME)
    of = table.movements
    video = of[of["type"] == "me"]["video"].value_counts().index[0]
    row = table.videos[table.videos["video"] == video].iloc[0]
    rows = of[of["video"] == video]
    return motion_of(row, rows, person()[1], CAMERA.eye_distance, dials, 0, NAME), rows


def exact_peak(a, b):
    flow, seen = person()[0].flow(a, b)
    return float(np.nanmax(np.linalg.norm(flow, axis=2)[seen]))


@pytest.mark.parametrize("action_units", ["L14", "R12", "17", "L15", "R4", "L20"])
@pytest.mark.parametrize("amplitude", [None, 2.0])
def test_a_channel_moves_the_image_by_the_pixels_of_its_strength(action_units, amplitude):
    movement = Movement(1, "me", 11, 31, 61, action_units)
    motion = alone(movement, person()[1], CAMERA.eye_distance, amplitude=amplitude)
    asked = (motion.event_units[motion.index(31)] * person()[1]).max()
    assert 0.6 * 0.9 < asked / Dials(amplitude).pixels(CAMERA.eye_distance) < 1.6
    assert exact_peak(motion.state(0), motion.state(motion.index(31))) == pytest.approx(asked, rel=0.15)


@pytest.mark.parametrize("amplitude", [0.5, 1.0, 2.0])
def test_the_reach_of_a_face_leaves_room_for_the_amplitude(amplitude):
    reach, table = person()[1], twin(NAME).movements
    peaks = []
    for row in table[table["type"] == "me"].itertuples():
        motion = alone(
            Movement(row.Index, "me", 11, 31, 61, row.action_units), reach, CAMERA.eye_distance, 200.0, amplitude
        )
        at_apex = motion.event_units[30] * reach
        peaks += at_apex[at_apex > 0].tolist()
    assert np.mean(peaks) == pytest.approx(amplitude, rel=0.1)


def test_the_sided_annotation_moves_that_side_of_the_image():
    # The person's left is on the right of the image.
    for action_units, side in (("L12", 1), ("R12", -1)):
        motion = alone(Movement(1, "me", 11, 31, 61, action_units), person()[1], CAMERA.eye_distance)
        flow, _ = person()[0].flow(motion.state(0), motion.state(motion.index(31)))
        size = np.nan_to_num(np.linalg.norm(flow, axis=2))
        middle = CAMERA.centre_x * CAMERA.width
        assert side * (np.average(np.arange(CAMERA.width), weights=size.sum(axis=0)) - middle) > 5


def test_a_face_alone_is_still_before_and_after_its_movement():
    face, reach = person()
    motion = alone(Movement(1, "mae", 11, 31, 61, "6+12"), reach, CAMERA.eye_distance)
    assert len(motion) == 72
    rest = face.render(motion.state(0))
    assert np.array_equal(face.render(motion.state(motion.index(10))), rest)
    assert np.array_equal(face.render(motion.state(motion.index(62))), rest)
    assert not np.array_equal(face.render(motion.state(motion.index(31))), rest)


def test_with_all_dials_at_zero_a_video_is_one_still():
    motion, rows = busiest(Dials(amplitude=0.0, noise=0.0, **STILL))
    sensor = Sensor(0, NAME, "video", 0.0)
    numbers = [int(motion.numbers[0]), *rows["apex"].tolist(), int(motion.numbers[-1])]
    frames = [sensor.expose(person()[0].render(motion.state(motion.index(n))), n) for n in numbers]
    assert all(np.array_equal(frame, frames[0]) for frame in frames)


def test_outside_events_an_observer_sees_only_the_dialled_distractors():
    """Estimated flow at rest is the exact flow of the distractors within the noise of the estimate."""
    face, _ = person()
    motion, _ = busiest(Dials())
    sensor = Sensor(0, NAME, "video")
    skin = np.zeros((128, 128), np.uint8)
    cv2.fillConvexPoly(skin, cv2.convexHull(face.landmarks(motion.state(0)).astype(np.float32)).astype(np.int32), 1)
    inside = cv2.erode(skin, np.ones((9, 9))) > 0
    quiet = ~motion.event_units.any(axis=1) & (motion.blink == 0)
    starts = [k for k in range(0, len(motion) - 60, 60) if quiet[k : k + 61].all()][:25]
    assert len(starts) == 25
    estimate = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    left = []
    for k in starts:
        one, other = (sensor.expose(face.render(motion.state(i)), int(motion.numbers[i])) for i in (k, k + 60))
        exact, seen = face.flow(motion.state(k), motion.state(k + 60))
        difference = np.linalg.norm(estimate.calc(one, other, None) - exact, axis=2)
        left.append(np.median(difference[inside & seen]))
    assert np.median(left) < 0.1
    assert max(left) < 0.3


@pytest.mark.parametrize("amplitude", [0.0, 1.0])
def test_an_observer_tells_micro_expressions_from_rest_only_if_there_is_amplitude(amplitude):
    """Flow from onset to apex, where the annotated units act, against the same at rest; blinks left out."""
    face, reach = person()
    motion, rows = busiest(Dials(amplitude=amplitude))
    sensor = Sensor(0, NAME, "video")
    estimate = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)

    def seen_between(a, b, where):
        one, other = (sensor.expose(face.render(motion.state(i)), int(motion.numbers[i])) for i in (a, b))
        flow = estimate.calc(one, other, None)
        return np.linalg.norm(flow - np.median(flow[40:110, 40:90], axis=(0, 1)), axis=2)[where].mean()

    events, rest = [], []
    quiet = ~motion.event_units.any(axis=1) & (motion.blink == 0)
    for row in rows[rows["type"] == "me"].itertuples():
        movement = Movement(1, "me", 11, 31, 61, row.action_units)
        exact = alone(movement, reach, CAMERA.eye_distance, amplitude=2.0)
        flow, _ = face.flow(exact.state(0), exact.state(exact.index(31)))
        size = np.nan_to_num(np.linalg.norm(flow, axis=2))
        where = size > 0.4 * size.max()
        events.append(seen_between(motion.index(row.onset) - 1, motion.index(row.apex), where))
        k = row.apex - row.onset
        free = [i for i in range(0, len(motion) - k, 150) if quiet[i : i + k + 1].all()][:15]
        rest += [seen_between(i, i + k, where) for i in free]
    above = np.mean(np.array(events)[:, None] > np.array(rest)[None])
    if amplitude:
        assert above > 0.85
    else:
        assert 0.1 < above < 0.8
