"""From frames to crops in one call: how often a crop is placed, what is in memory, and what the landmarks say."""

import json
import tracemalloc
from itertools import pairwise

import cv2
import numpy as np
import pytest
from face_fakes import FACE, SIDE, MemoryFrames, SquareDetector, square_at

from mebench.problems import UserError
from mebench.video.alignment import IDENTITY
from mebench.video.boxes import Box
from mebench.video.canonical import canonical_points
from mebench.video.crops import CROPS
from mebench.video.detection import detect
from mebench.video.drawing import draw
from mebench.video.frames import open_frames
from mebench.video.landmarks.sources import landmark_source
from mebench.video.placement import place_box, place_face, place_whole
from mebench.video.preparing import prepare

DARK = np.zeros((60, 80), np.uint8)


class Squares:
    """The landmark source over squares; counts for how many frames it was asked."""

    name = "squares"

    def __init__(self):
        self.asked = []

    def identity(self, frames):
        return "squares 1"

    def landmarks(self, frames, numbers):
        self.asked.append(len(numbers))
        return detect(frames, SquareDetector(), numbers)


def drifting(n=20, first=1):
    """A square that moves right by one pixel a frame, down by one every second frame."""
    return MemoryFrames({first + i: square_at(10 + i, 5 + i // 2) for i in range(n)})


def corner_of(crop):
    """Where the square's corner lies in its crop, to a fraction of a pixel, from the grey beside and above it."""
    assert crop[40, 40] == 255
    return np.array([(1 - crop[40, :40] / 255).sum(), (1 - crop[:40, 40] / 255).sum()])


def test_once_a_clip_the_face_keeps_its_motion():
    frames, source = drifting(), Squares()
    prepared = prepare(frames, source, size=64)
    crops = list(prepared)
    assert [number for number, _ in crops] == list(range(1, 21))
    assert all(crop.shape == (64, 64) for _, crop in crops)
    assert len(prepared.placements) == 1
    assert source.asked == [1]
    scale = prepared.placements[0].matrix[0, 0]
    corners = np.array([corner_of(crop) for _, crop in crops[:9]])
    np.testing.assert_allclose(corners[8] - corners[0], [8 * scale, 4 * scale], atol=0.2)
    np.testing.assert_allclose(np.diff(corners[:, 0]), scale, atol=0.2)


def test_every_frame_by_itself_takes_the_motion_away():
    frames, source = drifting(), Squares()
    crops = list(prepare(frames, source, size=64, align="frame"))
    assert source.asked == [20]
    corners = np.array([corner_of(crop) for _, crop in crops])
    assert np.ptp(corners, axis=0).max() < 0.1


def test_sections_are_still_within_and_step_between():
    frames, source = drifting(), Squares()
    prepared = prepare(frames, source, size=64, align="section", section=5)
    assert source.asked == [4]
    assert prepared.starts.tolist() == [1, 6, 11, 16]
    corners = np.array([corner_of(crop) for _, crop in prepared])
    scale = prepared.placements[0].matrix[0, 0]
    steps = np.diff(corners, axis=0)[:, 0]
    inside = [i for i in range(19) if (i + 1) % 5]
    np.testing.assert_allclose(steps[inside], scale, atol=0.2)
    np.testing.assert_allclose(corners[::5], corners[[0]].repeat(4, axis=0), atol=0.1)


def test_landmarks_come_in_pixels_of_the_crop():
    frames = drifting()
    prepared = prepare(frames, Squares(), size=(48, 64), track=True)
    assert prepared.landmarks.numbers.tolist() == list(range(1, 21))
    placement = prepared.placement(1)
    for i, number in enumerate(range(1, 21)):
        original = np.array([10 + i, 5 + i // 2]) + FACE * SIDE
        np.testing.assert_allclose(placement.back(prepared.landmarks.at(number)), original, atol=1e-9)
    target = canonical_points("face", (48, 64))
    assert np.abs(prepared.landmarks.at(1)[36:48].mean(axis=0) - target[36:48].mean(axis=0)).max() < 3


def test_no_alignment_gives_the_frames_themselves():
    frames = drifting(4)
    for number, crop in prepare(frames, None, align="none", size=None):
        np.testing.assert_array_equal(crop, frames.images[number])
    assert all(crop.shape == (20, 30) for _, crop in prepare(frames, None, align="none", size=(30, 20)))


def test_a_part_of_a_video():
    frames, source = drifting(20, first=100), Squares()
    prepared = prepare(frames, source, size=32, first=105, last=109)
    assert [number for number, _ in prepared] == [105, 106, 107, 108, 109]
    assert frames.reads[:2] == [105, 105]  # landmarks and shape of the first frame, nothing before it
    assert set(frames.reads) == {105, 106, 107, 108, 109}
    np.testing.assert_array_equal(prepared.crop(107), dict(prepared)[107])


@pytest.mark.parametrize("crop", [*CROPS, "face", "openface", "inner"])
@pytest.mark.parametrize("colour", [True, False])
def test_every_crop_by_name(crop, colour):
    frames = MemoryFrames({1: np.dstack([square_at(30, 20)] * 3)})
    ((_, image),) = prepare(frames, Squares(), crop=crop, size=(24, 20), grey=not colour)
    assert image.shape == ((20, 24, 3) if colour else (20, 24))
    assert image.max() > 100


def test_a_box_without_a_size_keeps_its_pixels():
    frames = MemoryFrames({1: square_at(30, 20)})
    prepared = prepare(frames, Squares(), crop="bounds", size=None)
    box = prepared.placements[0].box
    np.testing.assert_array_equal(prepared.crop(1), frames.images[1][box.y0 : box.y1, box.x0 : box.x1])


def test_a_face_lost_for_a_while_is_counted():
    images = {n: square_at(20, 20) for n in range(1, 11)} | {1: DARK, 4: DARK}
    prepared = prepare(MemoryFrames(images), Squares(), size=32, track=True)
    assert prepared.report.carried == (1, 4)
    assert len(list(prepared)) == 10


def test_memory_does_not_grow_with_the_length():
    class Long(MemoryFrames):
        numbers = np.arange(1, 3001)

        def read(self, number, grey=False):
            return np.pad(square_at(30, 20), 200)

    frames = Long({})
    prepared = prepare(frames, Squares(), size=64)
    tracemalloc.start()
    n = sum(1 for _ in prepared)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert n == 3000
    assert peak < 5_000_000  # 3000 frames of 460 x 480 would be 660 MB


def test_the_recipe_names_everything_that_matters():
    base = prepare(drifting(4), Squares(), size=32).recipe
    assert json.loads(json.dumps(base)) == base
    for change in ({"size": 48}, {"crop": "mdmd"}, {"align": "frame"}, {"fit": "three"}, {"last": 3}, {"grey": True}):
        assert prepare(drifting(4), Squares(), **({"size": 32} | change)).recipe != base, change
    assert base["landmarks"] == "squares 1"


def test_frames_of_another_size_are_said():
    frames = MemoryFrames({1: square_at(30, 20), 2: square_at(3, 2, shape=(30, 40))})
    prepared = prepare(frames, Squares(), crop="bounds", size=32)
    with pytest.raises(UserError, match=r"frame 2 has 40 x 30 pixels, but frame 1 has 80 x 60\. Check that the frames"):
        list(prepared)


def test_a_folder_of_images_from_disk_to_crops(tmp_path):
    """With the real reader, a gap that a policy fills, and landmarks of OpenFace, which saw no frame in the gap."""
    folder = tmp_path / "15_0101"
    folder.mkdir()
    there = [3, 4, 6, 7]
    for number in there:
        cv2.imwrite(str(folder / f"img{number}.png"), square_at(10 + number, 20))
    header = ["frame", "confidence", "success", *(f"{axis}_{i}" for axis in "xy" for i in range(68))]
    rows = [[count, 0.9, 1, *(np.array([10 + n, 20]) + FACE * SIDE).T.ravel()] for count, n in enumerate(there, 1)]
    (tmp_path / "15_0101.csv").write_text("\n".join(",".join(map(str, row)) for row in [header, *rows]) + "\n")
    frames = open_frames(folder, missing="previous", keep=4)
    prepared = prepare(frames, landmark_source("openface", tmp_path), size=32, align="frame")
    assert prepared.numbers.tolist() == [3, 4, 5, 6, 7]
    assert prepared.report.carried == (5,)
    crops = [crop for _, crop in prepared]
    assert all(crop.shape == (32, 32, 3) for crop in crops)
    np.testing.assert_allclose(crops[4].astype(int), crops[0], atol=8)
    assert frames.report.n_missing == 1


def test_smoothing_calms_the_landmarks():
    images = {n: square_at(20 + (n == 5) * 8, 20) for n in range(1, 11)}
    rough = prepare(MemoryFrames(images), Squares(), size=64, track=True).landmarks.points
    calm = prepare(MemoryFrames(images), Squares(), size=64, track=True, smooth=3).landmarks.points
    assert np.ptp(rough, axis=0).max() > 5
    assert np.ptp(calm, axis=0).max() == 0


def test_what_cannot_be_done_is_said():
    frames = drifting(4)
    for options, said in (
        ({"align": "clips"}, r"There is no alignment 'clips'\. Did you mean 'clip'"),
        ({"crop": "casme3"}, r"There is no crop 'casme3'\. Did you mean 'casme2'"),
        ({"size": None}, "The crop 'face' has no size of its own"),
        ({"section": 0, "align": "section"}, "A section of 0 frames is none"),
        ({"smooth": 3}, "Ask for them on every frame"),
        ({"smooth": 4, "track": True}, "has no middle"),
        ({"first": 9, "last": 12}, "s15/15_0101: there is no frame from 9 to 12; it has frames 1 to 4"),
    ):
        with pytest.raises(UserError, match=said):
            prepare(frames, Squares(), **options)
    with pytest.raises(UserError, match="Faces are placed by landmarks"):
        prepare(frames, None)
    with pytest.raises(UserError, match="there is no frame from None to None; it has no frames"):
        prepare(MemoryFrames({}), Squares())
    with pytest.raises(UserError, match="s15/15_0101: no face was found by squares in any of the 2 frames"):
        prepare(MemoryFrames({1: DARK, 2: DARK}), Squares())


@pytest.mark.parametrize("size", [(40, 30), (10, 12), (160, 120)])
def test_a_resized_box_puts_points_where_the_pixels_go(size):
    image = np.zeros((100, 120), np.uint8)
    cv2.circle(image, (60, 50), 8, 255, -1)
    box = Box(30, 20, 110, 80)
    placement = place_box(box, size)
    crop = placement.crop(image).astype(float)
    ys, xs = np.mgrid[: size[1], : size[0]]
    seen = [(xs * crop).sum() / crop.sum(), (ys * crop).sum() / crop.sum()]
    np.testing.assert_allclose(seen, placement.points(np.array([60.0, 50.0])), atol=0.06)
    np.testing.assert_allclose(placement.back(placement.points(FACE)), FACE, atol=1e-9)
    assert (place_box(box).crop(image) == image[20:80, 30:110]).all()
    np.testing.assert_array_equal(place_whole(image.shape).matrix, IDENTITY)


def test_a_crop_is_no_view_of_its_frame():
    image = square_at(30, 20)
    crop = place_whole(image.shape).crop(image)
    crop[:] = 7
    assert image.max() == 255


def test_placing_is_the_same_wherever_the_face_is():
    """The canonical crop of a shifted image is the same crop, up to what lies at the border."""
    image = np.random.default_rng(3).integers(0, 255, (200, 220), dtype=np.uint8)
    points = FACE * [60, 75] + [70, 60]
    shifted = np.roll(image, (5, 9), axis=(0, 1))
    here = place_face(points, image.shape, "inner", (50, 50)).crop(image)
    there = place_face(points + np.array([9, 5]), image.shape, "inner", (50, 50)).crop(shifted)
    assert np.abs(here.astype(int) - there).max() <= 1


def test_drawing_leaves_the_image_alone_and_marks_what_it_should():
    image = np.full((40, 50), 100, np.uint8)
    picture = draw(image, np.array([[10.0, 12.0], [np.nan, 3.0]]), [Box(20, 5, 30, 15)], zoom=3, numbered=True)
    assert picture.shape == (120, 150, 3)
    assert (image == 100).all()
    assert picture[37, 31].tolist() != [100, 100, 100]  # the middle of pixel (10, 12)
    for x, y in ((60, 15), (89, 44)):
        assert picture[y, x].tolist() != [100, 100, 100]
    assert picture[46, 91].tolist() == [100, 100, 100]
    assert all(a == b for a, b in pairwise(draw(image)[0, 0].tolist()))
