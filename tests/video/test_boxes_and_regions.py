"""Boxes are integer, half-open and inside the image, and say what the papers say."""

import numpy as np
import pytest
from face_fakes import FACE
from hypothesis import given
from hypothesis import strategies as st

from mebench.problems import UserError
from mebench.video import boxes, crops, regions
from mebench.video.boxes import Box

faces = st.tuples(
    st.floats(5, 400), st.floats(-100, 600), st.floats(-100, 600), st.floats(-0.4, 0.4), st.integers(0, 99)
)
shapes = st.tuples(st.integers(1, 500), st.integers(1, 500))


def face_of(drawn):
    size, x, y, angle, seed = drawn
    points = FACE * size + np.random.default_rng(seed).normal(0, size / 100, FACE.shape)
    c, s = np.cos(angle), np.sin(angle)
    return points @ np.array([[c, s], [-s, c]]) + [x, y]


def assert_inside(box, shape):
    assert all(isinstance(side, int) for side in box)
    assert 0 <= box.x0 < box.x1 <= shape[1]
    assert 0 <= box.y0 < box.y1 <= shape[0]


@given(drawn=faces, shape=shapes)
def test_every_crop_and_region_lies_in_the_image(drawn, shape):
    points = face_of(drawn)
    for name in crops.CROPS:
        assert_inside(crops.crop_box(name, points, shape), shape)
    for name in regions.LAYOUTS:
        for box in regions.region_boxes(name, points, shape):
            assert_inside(box, shape)
    for one in (regions.he2021_nose_tip, regions.abpn_nose_tip, regions.softnet_nose):
        assert_inside(one(points, shape), shape)
    assert regions.softnet_eyes(points, shape).shape == shape


@given(size=st.integers(60, 300), x=st.integers(0, 40), y=st.integers(0, 40))
def test_crops_and_regions_move_with_the_face(size, x, y):
    """A shift of the face by whole pixels shifts every box by as much, as long as nothing is clipped."""
    shape, points = (3000, 3000), np.round(FACE * size) + 1000
    for name, crop in crops.CROPS.items():
        before, after = crop(points, shape), crop(points + np.array([x, y]), shape)
        assert after == Box(before.x0 + x, before.y0 + y, before.x1 + x, before.y1 + y), name
    for name, layout in regions.LAYOUTS.items():
        for before, after in zip(layout(points, shape), layout(points + np.array([x, y]), shape), strict=True):
            assert after == Box(before.x0 + x, before.y0 + y, before.x1 + x, before.y1 + y), name


def at(**points):
    """A face of integer points with the named ones set, e.g. ``p36=(50, 60)``."""
    face = np.round(FACE * 100 + 100)
    for name, point in points.items():
        face[int(name[1:])] = point
    return face


def test_the_crops_by_hand():
    big = (1000, 1000)
    face = at(p17=(101, 120), p26=(199, 121), p18=(110, 111), p25=(190, 109), p8=(150, 205))
    assert crops.aouayeb2019(face, big) == (101, 109, 199, 205)
    face = at(p36=(118, 132), p18=(118, 114))
    (x0, y0), (x1, y1) = face.min(axis=0), face.max(axis=0)
    assert crops.mdmd(face, big) == (x0, y0 - (132 - 114), x1 + 1, y1 + 1)
    assert crops.mdmd(face, big, lowest=180).y1 == 181
    face = at(p39=(140, 131), p42=(161, 133))  # half distance int(10.5) = 10, middle (150.5, 132) cut to (150, 132)
    assert crops.eye_corner_units(face, big) == (110, 102, 190, 182)
    assert crops.he2021_samm(face, big) == (105, 97, 195, 187)
    eyes = at()
    eyes[36:42], eyes[42:48] = (100, 200), (200, 200)
    assert crops.li2018(eyes, big) == (60, 140, 240, 360)


def test_the_casme2_crop_has_the_shape_of_its_folder_and_holds_the_features():
    face = FACE * [340, 440] + 300
    box = crops.casme2(face, (2000, 2000))
    assert box.width / box.height == pytest.approx(280 / 340, abs=0.01)
    inner = face[17:]
    assert (inner > [box.x0, box.y0]).all()
    assert (inner < [box.x1, box.y1]).all()


@given(drawn=faces, shape=shapes, margin=st.floats(0, 1))
def test_the_bounds_hold_every_point_inside_the_image(drawn, shape, margin):
    points = face_of(drawn)
    box = crops.landmark_bounds(points, shape, margin)
    pixel = np.floor(points + 0.5)
    seen = (pixel >= 0).all(axis=1) & (pixel < np.array(shape)[::-1]).all(axis=1)
    assert ((pixel[seen] >= [box.x0, box.y0]) & (pixel[seen] < [box.x1, box.y1])).all()


def test_dyngeonet_regions_hold_their_points_with_their_margins():
    face = FACE * 200 + 50
    eyes, nose, mouth = regions.dyngeonet(face, (1000, 1000))
    for box, part, share in (
        (eyes, [*range(17, 27), *range(36, 48)], 0.1),
        (nose, range(27, 36), 0),
        (mouth, range(48, 68), 0.15),
    ):
        points = face[list(part)]
        (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
        width, height = x1 - x0, y1 - y0
        expected = [x0 - share * width, y0 - share * height, x1 + share * width + 1, y1 + share * height + 1]
        np.testing.assert_allclose(box, expected, atol=0.5)
    image = np.full((400, 400, 3), 9, np.uint8)
    kept = boxes.only(image, [eyes, nose, mouth])
    assert kept[mouth.y0, mouth.x0].tolist() == [9, 9, 9]
    assert kept[0, 0].tolist() == [0, 0, 0]
    assert (kept[..., 0] == 9).sum() == boxes.mask([eyes, nose, mouth], image.shape).sum()


@pytest.mark.parametrize(
    ("layout", "n", "size"), [("roi12", 12, (11, 11)), ("sp-pattern", 12, (16, 16)), ("ltp-ml", 12, (10, 10))]
)
def test_point_boxes_have_the_papers_sizes(layout, n, size):
    found = regions.region_boxes(layout, FACE * 300 + 100, (1000, 1000))
    assert [(box.width, box.height) for box in found] == [size] * n
    face = np.round(FACE * 300 + 100)
    middle = regions.roi12(face, (1000, 1000))[6]
    assert ((middle.x0 + middle.x1 - 1) / 2, (middle.y0 + middle.y1 - 1) / 2) == tuple(face[28])


def test_ltp_ml_points_are_mirror_images_of_each_other():
    found = regions.ltp_ml(np.round(FACE * 300) + 100, (1000, 1000))
    centres = sorted(((box.x0 + box.x1) / 2 - 250, (box.y0 + box.y1) / 2) for box in found)
    mirrored = sorted((-x, y) for x, y in centres)
    np.testing.assert_allclose(centres, mirrored, atol=2)


def test_he_patches_by_hand():
    face = at(p20=(130, 112), p48=(133, 178), p54=(167, 178), p31=(140, 160), p35=(160, 160))
    found = regions.he2021(face, (1000, 1000))
    assert len(found) == 16
    brow = face[17:22]
    assert found[0] == (brow[:, 0].min() - 5, brow[:, 1].min() - 15, brow[:, 0].max(), brow[:, 1].max() + 5)
    assert found[1] == (120, 102, 140, 122)
    mouth = face[48:67]
    assert found[8] == (mouth[:, 0].min() - 20, mouth[:, 1].min() - 15, mouth[:, 0].max() + 20, mouth[:, 1].max() + 10)
    assert found[9] == (123, 168, 153, 188)  # the left corner looks inwards
    assert found[10] == (147, 168, 177, 188)  # so does the right one
    assert found[14] == (120, 140, 150, 165)
    assert found[15] == (150, 140, 180, 165)
    assert regions.he2021(face, (1000, 1000), scale=2)[1] == (110, 92, 150, 132)
    tip = face[29:31]
    assert regions.he2021_nose_tip(face, (1000, 1000)) == (150 - 13, tip[0, 1] - 13, 150 + 13, tip[1, 1] + 13)


def test_softnet_regions_by_hand():
    face = at(p17=(20, 40), p26=(100, 41), p19=(35, 30), p24=(85, 28), p41=(40, 55), p46=(80, 56))
    face[[60, 64, 50, 57]] = (45, 90), (75, 91), (55, 84), (60, 104)
    assert regions.softnet(face, (128, 128)) == [(8, 16, 112, 68), (33, 72, 87, 116)]
    face[28] = (60, 60)
    assert regions.softnet_nose(face, (128, 128)) == (55, 55, 66, 66)
    face[36:42] = [(30, 50), (35, 47), (41, 47), (46, 50), (41, 53), (35, 53)]
    face[42:48] = face[36:42] + np.array([40, 0])
    eyes = regions.softnet_eyes(face, (128, 128))
    assert all(eyes[y, x] for y, x in ((50, 15), (50, 61), (32, 38), (68, 38)))
    assert not eyes[31].any()
    assert not eyes[50, 14]


def test_lbp_chi2_blocks_by_its_formulas():
    face = FACE * 200 + 100
    face[[39, 42, 33]] = (180.0, 200.0), (220.0, 200.0), (200.0, 240.0)  # Dh = Dv = 40: W = 20, H = 20
    found = regions.lbp_chi2(face, (1000, 1000))
    assert len(found) == 36
    assert found[0] == (200 - 60 - 2, 240 - 80 - 3, 200 - 60 + 22, 240 - 80 + 23)
    assert found[35] == (200 + 40 - 2, 240 + 20 - 3, 200 + 40 + 22, 240 + 20 + 23)


def test_the_six_regions_of_aouayeb_have_the_printed_sizes():
    sizes = [(box.width, box.height) for box in regions.AOUAYEB2019]
    assert sizes == [(100, 80), (100, 80), (120, 80), (60, 60), (60, 60), (160, 60)]
    assert all(box == boxes.clipped(box, (280, 240)) for box in regions.AOUAYEB2019)


@given(width=st.integers(1, 600), height=st.integers(1, 600), grey=st.booleans())
def test_the_canvas_keeps_a_small_crop_as_it_is(width, height, grey):
    crop = np.random.default_rng(width).integers(0, 255, (height, width) if grey else (height, width, 3), np.uint8)
    canvas = regions.on_canvas(crop)
    assert canvas.shape == (280, 240, 4)
    ys, xs = np.nonzero(canvas[..., 3])
    inside = canvas[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    assert (inside[..., 3] == 255).all()
    assert (canvas[canvas[..., 3] == 0] == [255, 255, 255, 0]).all()
    if width <= 240 and height <= 280:
        np.testing.assert_array_equal(inside[..., 1], crop if grey else crop[..., 1])
    else:
        assert inside.shape[0] == 280 or inside.shape[1] == 240
    filled = regions.on_canvas(crop, enlarge=True)[..., 3] == 255
    assert filled.any(axis=0).all() or filled.any(axis=1).all()


@given(width=st.integers(1, 90), height=st.integers(1, 90), rows=st.integers(1, 9), columns=st.integers(1, 9))
def test_a_grid_covers_its_box_without_overlap(width, height, rows, columns):
    box = Box(3, 5, 3 + width, 5 + height)
    if width < columns or height < rows:
        with pytest.raises(UserError, match=rf"A crop of {width} x {height} pixels has no {columns} x {rows} blocks"):
            boxes.grid(box, rows, columns)
        return
    blocks = boxes.grid(box, rows, columns)
    assert len(blocks) == rows * columns
    count = np.zeros((100, 100), int)
    for block in blocks:
        count[block.y0 : block.y1, block.x0 : block.x1] += 1
    assert (count[5 : 5 + height, 3 : 3 + width] == 1).all()
    assert count.sum() == width * height
    assert np.ptp([block.width for block in blocks]) <= 1
    assert np.ptp([block.height for block in blocks]) <= 1
    assert blocks == sorted(blocks, key=lambda block: (block.y0, block.x0))


def test_a_grid_with_overlap():
    blocks = boxes.grid(Box(0, 0, 100, 100), 5, 5, overlap=0.2)
    assert blocks[6] == (18, 18, 42, 42)
    assert blocks[0] == (0, 0, 22, 22)


def test_masks_and_cuts():
    image = np.arange(30, dtype=np.uint8).reshape(5, 6)
    assert boxes.cut(image, Box(1, 2, 3, 4)).tolist() == [[13, 14], [19, 20]]
    inside = boxes.mask([Box(-5, -5, 1, 1), Box(4, 3, 99, 99)], image.shape)
    assert sorted(zip(*np.nonzero(inside), strict=True)) == [(0, 0), (3, 4), (3, 5), (4, 4), (4, 5)]
    assert boxes.rounded(0.5) == 1
    assert boxes.rounded(1.5) == 2
    assert boxes.rounded(-0.5) == 0


def test_unknown_names_are_said():
    with pytest.raises(UserError, match=r"There is no crop 'casme'\. Did you mean 'casme2'"):
        crops.crop_box("casme", FACE, (9, 9))
    with pytest.raises(UserError, match="There is no layout of regions 'roi36'"):
        regions.region_boxes("roi36", FACE, (9, 9))
