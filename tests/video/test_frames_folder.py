import os
import pickle
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mebench.problems import UserError
from mebench.video import folder as folder_module
from mebench.video.annotated import Annotated
from mebench.video.frames import Frames, later, open_frames
from mebench.video.images import read_image
from mebench.video.missing import Policy
from tests.video.disk import encoded, frame, number_in, write_images


@pytest.fixture
def video(tmp_path):
    """Frames 1 to 12 without 4, 5 and 9; 7 is cut off."""
    path = write_images(tmp_path / "15_0101", [n for n in range(1, 13) if n not in {4, 5, 9}])
    broken = path / "img007.png"
    broken.write_bytes(broken.read_bytes()[:-20])
    return path


def shown(frames, first, last):
    return {number: number_in(image) for number, image in frames.section(first, last)}


def test_frames_are_read_by_number_in_colour_and_grey(tmp_path):
    frames = open_frames(write_images(tmp_path / "v", range(8, 13), "006_1_{}.png"), fps=200)
    assert isinstance(frames, Frames)
    assert frames.numbers.tolist() == [8, 9, 10, 11, 12]
    assert (frames.name, frames.fps, frames.size) == ("v", 200, (100, 32))
    assert np.array_equal(frames.read(10), frame(10))
    assert frames.read(np.int64(10), grey=True).shape == (32, 100)
    assert shown(frames, 9, 11) == {9: 9, 10: 10, 11: 11}
    assert list(frames.section(11, 10)) == []
    assert frames.report.sentences() == []


def test_a_missing_frame_is_named_by_default(video):
    frames = open_frames(video)
    assert frames.numbers.tolist() == [1, 2, 3, 6, 7, 8, 10, 11, 12]
    assert frames.report.gaps == ((4, 5), (9, 9))
    with pytest.raises(UserError, match=r"15_0101: there is no frame 4 of 15_0101: img004\.png is missing\. Copy it"):
        frames.read(4)
    read = []
    with pytest.raises(UserError, match="no frame 4"):
        read.extend(number for number, _ in frames.section(2, 6))
    assert read == [2, 3]


def test_an_unreadable_frame_is_named_by_default(video):
    with pytest.raises(
        UserError, match=r"img007\.png is cut off: .* \(frame 7 of 15_0101\)\. Copy it from the original"
    ):
        open_frames(video).read(7)


def test_frames_outside_are_an_error_under_every_policy(video):
    for policy in ("error", "previous", "nearest"):
        frames = open_frames(video, missing=policy)
        for number in (0, 13, -5, 10**30):
            with pytest.raises(UserError, match=f"there is no frame {number} of 15_0101; its frames are 1 to 12"):
                frames.read(number)
        with pytest.raises(UserError, match="no frame 13"):
            list(frames.section(11, 14))


@pytest.mark.parametrize(
    ("policy", "by"), [("previous", {4: 3, 5: 3, 7: 6, 9: 8}), ("nearest", {4: 3, 5: 6, 7: 6, 9: 8})]
)
def test_a_policy_replaces_and_counts(video, policy, by):
    frames = open_frames(video, missing=policy)
    assert frames.numbers.tolist() == list(range(1, 13))
    for _ in range(2):
        assert shown(frames, 1, 12) == {n: by.get(n, n) for n in range(1, 13)}
    report = frames.report
    assert {n: one.by for n, one in report.replaced.items()} == by
    assert (report.n_missing, report.n_unreadable, report.n_absent) == (3, 1, 3)
    assert {os.path.basename(one.file) for one in report.replaced.values()} == {f"img00{n}.png" for n in (4, 5, 7, 9)}
    assert report.sentences() == [
        "15_0101: 3 frames missing: 4-5, 9",
        f"15_0101: 4 frames replaced (3 missing, 1 unreadable; policy {policy}): 4 by 3, since {video}/img004.png is "
        f"missing; 5 by {by[5]}, since {video}/img005.png is missing; 7 by 6, since {video}/img007.png is cut off: the "
        "end of the PNG is not there; and 1 more",
    ]
    assert report.as_dict()["replaced"][0]["number"] == 4


def test_a_large_hole_is_no_accident(tmp_path):
    path = write_images(tmp_path / "v", [1, 2, 6])
    assert shown(open_frames(path, missing="previous", within=3), 1, 6)[5] == 2
    frames = open_frames(path, missing="previous", within=2)
    assert frames.numbers.tolist() == [1, 2, 6]
    with pytest.raises(UserError, match=r"img003\.png is missing, like all from 3 to 5, too many to be replaced"):
        list(frames.section(1, 6))


def test_the_first_frame_is_replaced_by_the_next(tmp_path):
    path = write_images(tmp_path / "v", [1, 2, 3])
    (path / "img001.png").write_bytes(b"")
    assert shown(open_frames(path, missing="previous"), 1, 3) == {1: 2, 2: 2, 3: 3}
    for name in ("img002.png", "img003.png"):
        (path / name).write_text("nothing")
    with pytest.raises(UserError, match=r"none of the images after it can be read|no frame within 10"):
        open_frames(path, missing="nearest").read(1)


@given(st.sets(st.integers(0, 40), min_size=1), st.integers(0, 40), st.integers(1, 15))
def test_replacements_are_the_closest_there_are(present, number, within):
    numbers = np.array(sorted(present))
    near = [n for n in present if 0 < abs(n - number) <= within]
    nearest = list(Policy("nearest", within).candidates(number, numbers))
    assert sorted(nearest) == sorted(near)
    assert [abs(n - number) for n in nearest] == sorted(abs(n - number) for n in near)
    previous = list(Policy("previous", within).candidates(number, numbers))
    earlier = [n for n in near if n < number]
    assert previous == [*sorted(earlier, reverse=True), *sorted(set(near) - set(earlier))]
    assert list(Policy("error", within).candidates(number, numbers)) == []


def test_an_unknown_policy_is_said(video):
    with pytest.raises(UserError, match=r"no policy for missing frames 'skip'\. Known: error, nearest, previous"):
        open_frames(video, missing="skip")
    with pytest.raises(UserError, match="within 0 frames"):
        open_frames(video, missing="nearest", within=0)


def test_frames_of_different_sizes_are_one_sentence(tmp_path):
    path = write_images(tmp_path / "v", [1, 2, 3])
    (path / "img002.png").write_bytes(encoded(frame(2)[:20]))
    for policy in ("error", "nearest"):
        frames = open_frames(path, missing=policy)
        with pytest.raises(UserError, match=r"img002\.png: this frame has 100x20 pixels, where img001\.png has 100x32"):
            frames.read(2)


def test_what_is_no_frame_is_noted(tmp_path):
    path = write_images(tmp_path / "v", [1, 3])
    (path / "cover.png").touch()
    (path / "img002.png").mkdir()
    report = open_frames(path).report
    assert report.sentences() == [
        "v: 1 image without a number passed over: cover.png",
        "v: 1 folder named like an image: img002.png",
        "v: 1 frame missing: 2",
    ]


def test_the_identity_follows_the_files_and_not_their_place(tmp_path):
    path = write_images(tmp_path / "a", [1, 2])
    identity = open_frames(path).identity
    assert identity == open_frames(path).identity
    moved = path.rename(tmp_path / "b")
    assert open_frames(moved).identity == identity
    others = {open_frames(moved, shift=1).identity, open_frames(moved, missing="nearest").identity}
    time = (moved / "img002.png").stat().st_mtime_ns
    os.utime(moved / "img002.png", ns=(time, time + 1))
    others.add(open_frames(moved).identity)
    os.utime(moved / "img002.png", ns=(time, time))
    assert open_frames(moved).identity == identity
    with (moved / "img002.png").open("ab") as stream:
        stream.write(b"\0")
    os.utime(moved / "img002.png", ns=(time, time))
    others.add(open_frames(moved).identity)
    (moved / "img003.png").touch()
    others.add(open_frames(moved).identity)
    assert len(others | {identity}) == 6


def test_another_process_opens_them_again(video):
    frames = open_frames(video, missing="nearest", keep=3)
    frames.read(3)
    again = pickle.loads(pickle.dumps(frames))
    assert again.identity == frames.identity
    assert shown(again, 1, 12) == shown(frames, 1, 12)


def test_kept_frames_are_read_once(video, monkeypatch):
    reads = []
    monkeypatch.setattr(folder_module, "read_image", lambda path, grey: reads.append(path) or read_image(path, grey))
    frames = open_frames(video, keep=2)
    for number in (1, 2, 1, 2, 3, 2, 1):
        assert number_in(frames.read(number)) == number
    assert len(reads) == 4  # 1, 2, 3, and 1 again
    with pytest.raises(ValueError, match="read-only"):
        frames.read(1)[0, 0] = 0


def test_a_long_video_passes_in_the_memory_of_a_few_frames(tmp_path):
    side, n = 512, 60
    path = tmp_path / "v"
    path.mkdir()
    data = encoded(np.zeros((side, side, 3), np.uint8))
    for number in range(1, n + 1):
        (path / f"img{number}.png").write_bytes(data)
    frames = open_frames(path)
    list(frames.section(1, 2))
    tracemalloc.start()
    try:
        for _, image in frames.section(1, n):
            assert image.shape == (side, side, 3)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5 * side * side * 3  # OpenCV's image, ours, the one before, and change


def test_twelve_thousand_frames_are_opened_without_reading_them(tmp_path, monkeypatch):
    path = tmp_path / "v"
    path.mkdir()
    for number in range(1, 12_001):
        os.close(os.open(path / f"img{number:05d}.png", os.O_CREAT))
    monkeypatch.setattr(folder_module, "read_image", None)
    frames = open_frames(path)
    assert len(frames.numbers) == 12_000
    assert len(frames.identity) == 64
    assert len(pickle.dumps(frames)) < 600_000


@pytest.mark.parametrize(("make", "says"), [
    (lambda p: p, "there is no such folder or file"),
    (lambda p: p.mkdir() or p, "holds no numbered image"),
    (lambda p: write_images(p, [1]) / "img001.png", "this is one image. Give the folder"),
])  # fmt: skip
def test_what_cannot_be_opened_is_one_sentence(tmp_path, make, says):
    with pytest.raises(UserError, match=says):
        open_frames(make(tmp_path / "v"))


def test_errors_name_the_option_of_the_command_line_too(tmp_path):
    frames = open_frames(write_images(tmp_path / "v", [1, 3]))
    with pytest.raises(UserError, match=r"with --missing previous \(in Python missing='previous'\)\.$"):
        frames.read(2)


def test_a_reversed_section_is_an_error_at_once(tmp_path):
    frames = open_frames(write_images(tmp_path / "v", range(1, 5)), name="s1/v")
    with pytest.raises(UserError, match=r"^s1/v: a section from frame 4 to 2 ends before it begins\. Give"):
        frames.section(4, 2)
    assert [number for number, _ in frames.section(3, 3)] == [3]


def test_frames_are_like_a_mapping_from_numbers_to_images(tmp_path):
    frames = open_frames(write_images(tmp_path / "v", [7, 8, 10]))
    assert (len(frames), list(frames), bool(frames)) == (3, [7, 8, 10], True)
    assert np.array_equal(frames[8], frames.read(8))
    with pytest.raises(UserError, match="there is no frame 0 of v; its frames are 7 to 10"):
        frames[0]
    assert 8 in frames
    assert 9 not in frames


def test_frames_tell_what_they_are_without_reading_an_image(tmp_path, monkeypatch):
    monkeypatch.setattr("mebench.video.folder.read_image", None)
    frames = open_frames(write_images(tmp_path / "v", [7, 8, 10]), name="s1/v")
    assert repr(frames) == f"<s1/v: frames 7 to 10 (1 missing), 100x32, folder {tmp_path / 'v'}>"
    write_images(tmp_path / "v", [1], "reg_img{}.png")
    twice = later(tmp_path / "v", "v", None, Annotated(), None, Policy(), 0)
    assert repr(twice) == f"<v: folder {tmp_path / 'v'}>", "what cannot be opened is no reason to fail"
