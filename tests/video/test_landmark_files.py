"""Landmarks out of CSVs, ours and OpenFace's: what is read, what is carried, and what is said of a bad file."""

import numpy as np
import pytest
from face_fakes import FACE, MemoryFrames
from hypothesis import given, settings
from hypothesis import strategies as st

from mebench.problems import InvalidInput, UserError
from mebench.video.landmarks.file import read_landmarks, write_landmarks
from mebench.video.landmarks.openface import read_openface
from mebench.video.landmarks.smoothing import smoothed
from mebench.video.landmarks.sources import landmark_source
from mebench.video.landmarks.types import Landmarks, carried

XY = [f"x_{i}" for i in range(68)] + [f"y_{i}" for i in range(68)]


def landmarks(numbers, detected=None, points=None):
    n = len(numbers)
    detected = np.ones(n, bool) if detected is None else np.array(detected, dtype=bool)
    if points is None:
        points = np.arange(n)[:, None, None] + FACE * 50
    points = np.where(detected[:, None, None], points, np.nan)
    return Landmarks(np.array(numbers), points, np.full(n, 0.5), detected, "file")


def openface_csv(rows, *, space=True, face_id=True, extra=("gaze_0_x", "pose_Tx", "X_0", "AU01_r", "AU45_c")):
    """An OpenFace CSV; a row is (frame, face, success, points)."""
    names = ["frame", *(["face_id"] if face_id else []), "timestamp", "confidence", "success", *extra, *XY]
    lines = [(", " if space else ",").join(names)]
    for frame, face, success, points in rows:
        head = [frame, *([face] if face_id else []), (frame - 1) / 30, 0.97, success]
        cells = [*head, *(frame + i for i in range(len(extra))), *points.T.ravel()]
        lines.append((", " if space else ",").join(str(cell) for cell in cells))
    return "\n".join(lines) + "\n"


def written(tmp_path, text, name="s15_0101.csv"):
    path = tmp_path / name
    path.write_text(text)
    return path


@settings(max_examples=20, deadline=None)
@given(
    numbers=st.lists(st.integers(0, 10_000), min_size=1, max_size=5, unique=True).map(sorted),
    seed=st.integers(0, 1000),
)
def test_our_file_gives_back_every_bit(tmp_path_factory, numbers, seed):
    random = np.random.default_rng(seed)
    detected = random.random(len(numbers)) < 0.7
    given_ = landmarks(numbers, detected, random.normal(100, 50, (len(numbers), 68, 2)))
    path = tmp_path_factory.mktemp("marks") / "a.csv"
    write_landmarks(path, given_)
    read = read_landmarks(path)
    np.testing.assert_array_equal(read.numbers, given_.numbers)
    np.testing.assert_array_equal(read.points, given_.points)
    np.testing.assert_array_equal(read.detected, given_.detected)
    np.testing.assert_array_equal(read.confidence, given_.confidence)


def test_our_file_needs_no_order_and_neither_confidence_nor_detected(tmp_path):
    rows = [",".join(map(str, [n, *(FACE * n).T.ravel()])) for n in (30, 10, 20)]
    read = read_landmarks(written(tmp_path, "# by hand\n" + ",".join(["frame", *XY]) + "\n" + "\n\n".join(rows) + "\n"))
    assert read.numbers.tolist() == [10, 20, 30]
    assert read.detected.all()
    assert np.isnan(read.confidence).all()
    np.testing.assert_allclose(read.points[2], FACE * 30)


def our_row(number, **cells):
    row = dict(zip(["frame", *XY], [number, *(FACE * 50).T.ravel()], strict=True)) | cells
    return ",".join(str(value) for value in row.values())


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            [our_row(1), our_row(2, y_67="12,5")],
            r"row 3: 138 cells where the header names 137\. Write decimals with a point",
        ),
        ([our_row(1), our_row(2, y_66="abc")], r"row 3, column y_66: 'abc' is not a number\. Give a number"),
        ([our_row(1), our_row(1)], r"row 3, column frame: frame 1 has a row already\. Keep one row"),
        ([our_row("1.5")], r"row 2, column frame: 1.5 is not a whole number of at least 0"),
        ([our_row(-3)], r"row 2, column frame: -3 is not a whole number"),
        ([our_row("nan")], r"row 2, column frame: nan is not a whole number"),
        ([our_row(4, x_3="")], r"row 2, column x_3: the cell is empty.*detected = 0"),
        ([our_row(4, x_3="inf")], r"row 2, column x_3: inf is not finite"),
        (
            [our_row(4)[:-40]],
            r"row 2: \d+ cells where the header names 137\. Check that the file was written to its end",
        ),
        ([], "there is a header but no row"),
    ],
)
def test_a_bad_landmark_file_is_named_with_its_place(tmp_path, rows, said):
    path = written(tmp_path, "\n".join([",".join(["frame", *XY]), *rows]) + "\n")
    with pytest.raises(UserError, match=said) as error:
        read_landmarks(path)
    assert str(path) in str(error.value)


def test_every_fault_is_said_in_one_pass(tmp_path):
    rows = [our_row(n, x_5="?") for n in range(1, 6)]
    with pytest.raises(InvalidInput) as error:
        read_landmarks(written(tmp_path, "\n".join([",".join(["frame", *XY]), *rows]) + "\n"))
    assert [problem.row for problem in error.value.problems] == [2, 3, 4, 5, 6]
    assert {(problem.column, problem.value) for problem in error.value.problems} == {("x_5", "?")}


@pytest.mark.parametrize("space", [True, False])
@pytest.mark.parametrize("face_id", [True, False])
def test_openface_columns_of_all_its_versions(tmp_path, space, face_id):
    rows = [(frame, 0, int(frame != 3), FACE * 100 + frame) for frame in range(1, 6)]
    read = read_openface(written(tmp_path, openface_csv(rows, space=space, face_id=face_id)))
    assert read.landmarks.numbers.tolist() == [1, 2, 3, 4, 5]
    assert read.landmarks.detected.tolist() == [True, True, False, True, True]
    np.testing.assert_allclose(read.landmarks.points[4], FACE * 100 + 5)
    assert read.landmarks.confidence[0] == 0.97
    assert np.isnan(read.landmarks.points[2]).all()  # what OpenFace writes without success is no landmark
    assert set(read.extra) == {"gaze_0_x", "pose_Tx", "AU01_r", "AU45_c"}  # and not the 3-D point X_0
    np.testing.assert_allclose(read.extra["AU45_c"], np.arange(1, 6) + 4)
    np.testing.assert_allclose(read.timestamp, np.arange(5) / 30)


def test_openface_counts_become_frame_numbers(tmp_path):
    path = written(tmp_path, openface_csv([(frame, 0, 1, FACE + frame) for frame in (1, 2, 3)]))
    assert read_openface(path, [46, 47, 49]).landmarks.numbers.tolist() == [46, 47, 49]


def test_openface_over_unpadded_names_is_put_in_order(tmp_path):
    numbers = list(range(1, 13))
    as_read = sorted(numbers, key=lambda n: f"img{n}.jpg")
    assert as_read[:4] == [1, 10, 11, 12]
    rows = [(count, 0, 1, FACE + number) for count, number in enumerate(as_read, start=1)]
    read = read_openface(written(tmp_path, openface_csv(rows)), numbers, order="name")
    assert read.landmarks.numbers.tolist() == numbers
    np.testing.assert_allclose(read.landmarks.points[:, 0, 0], FACE[0, 0] + np.array(numbers))
    wrong = read_openface(written(tmp_path, openface_csv(rows)), numbers)
    assert wrong.landmarks.points[1, 0, 0] != FACE[0, 0] + 2


def test_of_several_faces_the_one_that_is_large_for_long_is_taken(tmp_path):
    rows = []
    for frame in range(1, 9):
        rows.append((frame, 0, 1, FACE * 40))  # small, always there
        if frame < 8:
            rows.append((frame, 1, 1, FACE * 90))
        if frame == 5:
            rows.append((frame, 2, 1, FACE * 150))  # larger, passing
    path = written(tmp_path, openface_csv(rows))
    read = read_openface(path)
    assert read.faces == (1, 2, 0)
    assert read.landmarks.numbers.tolist() == list(range(1, 8))
    assert read_openface(path, face=0).landmarks.numbers.tolist() == list(range(1, 9))
    with pytest.raises(UserError, match=r"there is no face 7\. It has: 0, 1, 2"):
        read_openface(path, face=7)
    frames = MemoryFrames({n: np.zeros((4, 4), np.uint8) for n in range(1, 9)})
    given_, report = landmark_source("openface", path).landmarks(frames, frames.numbers)
    assert "2 other faces in the file: face 1 was taken" in str(report)
    assert report.carried == (8,)
    np.testing.assert_allclose(given_.points[7], FACE * 90)


def test_a_row_without_success_may_hold_anything(tmp_path):
    text = openface_csv([(1, 0, 1, FACE), (2, 0, 0, FACE * np.nan)]).replace("nan", "-nan(ind)")
    assert read_openface(written(tmp_path, text)).landmarks.detected.tolist() == [True, False]
    text = openface_csv([(1, 0, 1, FACE), (2, 0, 1, FACE * np.nan)])
    with pytest.raises(UserError, match=r"row 3, column x_0: the cell is empty or says.*set success to 0"):
        read_openface(written(tmp_path, text))


def test_bad_openface_files(tmp_path):
    good = openface_csv([(1, 0, 1, FACE), (2, 0, 1, FACE)])
    with pytest.raises(
        UserError, match=r"row 3, column frame: frame 2, but the video has 1 frame\. Check that the file"
    ):
        read_openface(written(tmp_path, good), [1])
    with pytest.raises(UserError, match="row 3, column frame: frame 1 has a row already for face 0"):
        read_openface(written(tmp_path, openface_csv([(1, 0, 1, FACE), (1, 0, 1, FACE)])))
    with pytest.raises(UserError, match=r"there are no landmarks .*-2Dfp"):
        read_openface(written(tmp_path, "frame, confidence, success, AU01_r\n1, .9, 1, .5\n"))
    with pytest.raises(UserError, match="the header lacks success, so this is no whole output"):
        read_openface(written(tmp_path, good.replace("success", "sucess")))
    with pytest.raises(UserError, match=r"the header names 'x_1' more than once\. Keep one"):
        read_openface(written(tmp_path, good.replace("AU45_c", "x_1", 1)))
    with pytest.raises(UserError, match="There is no order of frames 'names'"):
        read_openface(written(tmp_path, good), order="names")
    with pytest.raises(UserError, match=r"the header lacks x_0\. .*read by the source 'openface'"):
        read_landmarks(written(tmp_path, good.replace("x_0", "x_zero")))
    with pytest.raises(UserError, match="the file is empty"):
        read_openface(written(tmp_path, " \n"))


@settings(max_examples=60, deadline=None)
@given(detected=st.lists(st.booleans(), min_size=1, max_size=12), wanted=st.sets(st.integers(0, 40), min_size=1))
def test_carrying_by_its_definition(detected, wanted):
    numbers = [3 * i + 2 for i in range(len(detected))]
    found = landmarks(numbers, detected)
    if not any(detected):
        with pytest.raises(UserError, match=r"clip: no face was found by file in any of the \d+ frame"):
            carried(found, sorted(wanted), "clip")
        return
    given_, report = carried(found, sorted(wanted), "clip")
    good = [n for n, is_so in zip(numbers, detected, strict=True) if is_so]
    for row, number in enumerate(sorted(wanted)):
        before = [n for n in good if n <= number]
        origin = before[-1] if before else good[0]
        np.testing.assert_array_equal(given_.points[row], found.points[numbers.index(origin)])
        assert given_.detected[row] == (origin == number)
        assert np.isnan(given_.confidence[row]) == (origin != number)
    assert report.carried == tuple(number for number in sorted(wanted) if number not in good)
    assert report.asked == len(wanted)


def test_the_report_counts_and_names_what_was_carried():
    detected = [True] * 3 + [False] * 7
    _, report = carried(landmarks(range(10), detected), range(10), "s15/15_0101")
    said = str(report)
    assert said.startswith("s15/15_0101: landmarks by file for 10 frames; no face in 7 of them (3, 4, 5, 6, 7, ...)")


def test_the_median_takes_out_a_jump_and_keeps_an_edge():
    points = np.zeros((9, 68, 2))
    points[4] = 100  # one wild frame
    points[6:, :, 1] = 7  # a movement that stays
    smooth = smoothed(landmarks(range(9), points=points), 3)
    assert smooth.points[:, :, 0].max() == 0
    assert smooth.points[:, 5, 1].tolist() == [0, 0, 0, 0, 0, 7, 7, 7, 7]
    with pytest.raises(UserError, match="no middle"):
        smoothed(smooth, 4)


@settings(max_examples=25, deadline=None)
@given(window=st.sampled_from([1, 3, 5]), seed=st.integers(0, 99), n=st.integers(1, 9))
def test_the_median_by_its_definition(window, seed, n):
    points = np.random.default_rng(seed).normal(size=(n, 68, 2))
    half = window // 2
    padded = np.concatenate([points[:1]] * half + [points] + [points[-1:]] * half)
    expected = np.array([np.median(padded[i : i + window], axis=0) for i in range(n)])
    np.testing.assert_allclose(smoothed(landmarks(range(n), points=points), window).points, expected)


def test_a_source_finds_the_file_of_a_video(tmp_path):
    frames = MemoryFrames({n: np.zeros((4, 4), np.uint8) for n in (5, 6)}, name="s15/15_0101")
    write_landmarks(tmp_path / "s15_15_0101.csv", landmarks([5, 6]))
    source = landmark_source("file", tmp_path)
    given_, report = source.landmarks(frames, [5, 6])
    assert given_.detected.all()
    assert not report.carried
    before = source.identity(frames)
    write_landmarks(tmp_path / "s15_15_0101.csv", landmarks([5, 7]))
    assert source.identity(frames) != before
    assert source.landmarks(frames, [5, 6])[1].carried == (6,)
    other = MemoryFrames({}, name="../../etc/passwd")
    with pytest.raises(UserError, match=r"no landmark file for the video .*Name the CSV like the video"):
        source.landmarks(other, [1])


def test_unknown_and_incomplete_sources():
    with pytest.raises(UserError, match=r"There is no landmark source 'dlibb'\. Did you mean 'dlib'\?"):
        landmark_source("dlibb")
    with pytest.raises(UserError, match="The landmark source 'openface' reads files"):
        landmark_source("openface")
