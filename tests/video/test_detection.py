"""How often faces are sought, which one counts, and what happens when there is none; by a detector of squares."""

import numpy as np
import pytest
from face_fakes import FACE, SIDE, MemoryFrames, SquareDetector, square_at
from hypothesis import given
from hypothesis import strategies as st

from mebench.problems import UserError
from mebench.video.detection import Found, detect, main_face

EMPTY = np.zeros((60, 80), np.uint8)


def clip(places, first=1, step=1):
    """Frames with a square at each place, or none."""
    return MemoryFrames(
        {first + i * step: EMPTY if place is None else square_at(*place) for i, place in enumerate(places)}
    )


def points_at(x, y):
    return np.array([x, y]) + FACE * SIDE


def test_each_wanted_frame_gets_its_own_points():
    frames = clip([(10, 5), (12, 6), (14, 7)], first=46)
    found, report = detect(frames, SquareDetector(), frames.numbers)
    assert found.numbers.tolist() == [46, 47, 48]
    for row, place in enumerate([(10, 5), (12, 6), (14, 7)]):
        np.testing.assert_array_equal(found.points[row], points_at(*place))
    assert found.detected.all()
    assert report.carried == ()
    assert report.asked == 3
    assert frames.reads == [46, 47, 48]


@given(places=st.lists(st.one_of(st.none(), st.tuples(st.integers(0, 60), st.integers(0, 40))), min_size=1, max_size=9))
def test_failures_carry_the_last_landmarks_and_are_named(places):
    frames = clip(places)
    good = [i for i, place in enumerate(places) if place is not None]
    if not good:
        with pytest.raises(UserError, match="s15/15_0101: no face was found by squares in any of the"):
            detect(frames, SquareDetector(), frames.numbers)
        return
    found, report = detect(frames, SquareDetector(), frames.numbers)
    for i in range(len(places)):
        before = [j for j in good if j <= i]
        np.testing.assert_array_equal(found.points[i], points_at(*places[before[-1] if before else good[0]]))
        assert found.detected[i] == (i in good)
    assert report.carried == tuple(i + 1 for i in range(len(places)) if i not in good)
    assert np.isfinite(found.points).all()


@pytest.mark.parametrize(("every", "sought"), [(1, 10), (3, 4), (10, 1), (99, 1)])
def test_the_face_is_sought_every_so_manyth_frame(every, sought):
    frames, detector = clip([(10 + i, 5) for i in range(10)]), SquareDetector()
    found, _ = detect(frames, detector, frames.numbers, every=every)
    assert detector.sought == sought
    for i in range(10):  # the points lie in the box of the last time
        np.testing.assert_array_equal(found.points[i], points_at(10 + i // every * every, 5))


def test_after_a_failure_the_face_is_sought_at_once():
    frames, detector = clip([(10, 5), None, (20, 5), (20, 5), (20, 5), None, (7, 7), (7, 7)]), SquareDetector()
    found, report = detect(frames, detector, frames.numbers, every=5)
    assert report.carried == (6,)
    np.testing.assert_array_equal(found.points[1], points_at(10, 5))  # not sought there, the box still holds
    np.testing.assert_array_equal(found.points[6], points_at(7, 7))


def test_one_frame_of_a_clip_needs_one_read():
    frames, detector = clip([(10, 5)] * 50), SquareDetector()
    found, _ = detect(frames, detector, [1])
    assert frames.reads == [1]
    assert detector.sought == 1
    assert found.numbers.tolist() == [1]


def test_if_the_first_frame_fails_later_ones_are_tried():
    frames = clip([None, None, (30, 10), (50, 10)], first=200)
    found, report = detect(frames, SquareDetector(), [200])
    np.testing.assert_array_equal(found.points[0], points_at(30, 10))
    assert not found.detected[0]
    assert report.carried == (200,)
    assert "no face in 1 of them (200)" in str(report)
    assert frames.reads == [200, 201, 202]


def test_a_section_without_face_takes_the_one_before_but_the_first_looks_ahead():
    places = [None, (5, 5), *[(9, 9)] * 8, None, *[(9, 9)] * 9]
    frames = clip(places)
    found, report = detect(frames, SquareDetector(), [1, 11])
    np.testing.assert_array_equal(found.points[0], points_at(5, 5))
    np.testing.assert_array_equal(found.points[1], points_at(5, 5))  # frame 11 has none
    assert report.carried == (1, 11)


def test_looking_ahead_takes_longer_and_longer_steps():
    frames = clip([None] * 5000)
    with pytest.raises(UserError, match=r"in any of the \d+ frames looked at\. Check the frames, or give landmarks"):
        detect(frames, SquareDetector(), [1])
    assert len(frames.reads) < 80
    assert max(frames.reads) > 4000


def test_wanted_frames_apart_are_read_alone():
    frames = clip([(10, 5)] * 30)
    detect(frames, SquareDetector(), [1, 11, 21])
    assert frames.reads == [1, 11, 21]


def test_the_largest_most_central_face_counts():
    shape = (100, 200)
    small, large = Found((90, 40, 110, 60), 3.0), Found((80, 20, 140, 80), 0.1)
    assert main_face([small, large], shape) == large
    corner, centre = Found((0, 0, 44, 44), 1.0), Found((80, 30, 120, 70), 1.0)
    assert main_face([corner, centre], shape) == centre
    assert main_face([], shape) is None


class Crowd(SquareDetector):
    def find(self, image):
        face = super().find(image)
        return [*face, Found((0, 0, 4, 4), 9.0)] if face else []


def test_a_second_face_is_reported():
    frames = clip([(20, 20)] * 4)
    found, report = detect(frames, Crowd(), frames.numbers, every=2)
    np.testing.assert_array_equal(found.points[0], points_at(20, 20))
    assert "more than one face in 2 frames: the largest, most central one counts" in str(report)


def test_bad_steps_are_said():
    with pytest.raises(UserError, match="Faces cannot be sought every 0 frames"):
        detect(clip([(1, 1)]), SquareDetector(), [1], every=0)
