"""``mebench dataset frames``: where the frames lie, and what is wrong with them."""

import json

import pytest

from tests.video.disk import write_images, write_video


@pytest.fixture
def root(tmp_path):
    write_images(tmp_path / "frames/s15/15_0101x", [1, 2, 4])
    write_video(tmp_path / "frames/s15/15_0102x.avi", 20, fps=29.97)
    return tmp_path / "frames"


@pytest.fixture
def registered(run, root, tmp_path):
    (tmp_path / "gt.csv").write_text("video,onset,offset,type\ns15_0101,1,2,me\ns15_0102,1,2,me\n")
    assert run("dataset", "add", "casme-sq", "--annotations", tmp_path / "gt.csv", "--frames", root)[0] == 0
    return "casme-sq"


def test_every_video_is_listed(run, registered, root):
    code, out, err = run("dataset", "frames", registered)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == f"casme-sq: frames of 2 videos under {root}"
    assert lines[-2].split() == ["s15_0101", "s15/15_0101x", "1-4", "1", "100x32"]
    assert lines[-1].split() == ["s15_0102", "s15/15_0102x.avi", "1-20", "100x32", "29.97"]


def test_json_has_everything(run, registered, root):
    code, out, _ = run("dataset", "frames", registered, "--json", "--video", "s15_0101", "--check")
    assert code == 0
    (video,) = json.loads(out)["videos"]
    assert (video["gaps"], video["n_frames"], video["kind"], video["problems"]) == ([[3, 3]], 3, "folder", [])


def test_a_broken_frame_is_found_by_the_check(run, registered, root):
    (root / "s15/15_0101x/img002.png").write_bytes(b"")
    assert run("dataset", "frames", registered)[0] == 0
    code, out, err = run("dataset", "frames", registered, "--check")
    assert code == 1
    assert "1 problem" in out
    assert "img002.png is empty (0 bytes) (frame 2 of s15_0101). Copy it from the original" in err
    (root / "s15/15_0101x/img004.png").write_text("not an image")
    code, _, err = run("dataset", "frames", registered)
    assert (code, "img004.png is a text file, no image" in err) == (1, True)


def test_missing_videos_and_two_numberings_are_problems(run, root):
    (root / "s15/15_0101x/reg_img1.png").touch()
    code, out, err = run("dataset", "frames", "casme-sq-twin", "--root", root)
    assert code == 1
    assert "frames of 97 videos" in out
    assert "two numberings lie in one folder" in err
    assert "there are no frames of s" in err
    assert "and 77 more; --json lists them all." in err


def test_what_is_wrong_with_the_question_is_one_sentence(run, registered, root):
    for arguments, says in [
        (("nonsense",), "There is no dataset 'nonsense'"),
        (("casme-sq-twin",), "casme-sq-twin is embedded without its frames"),
        ((registered, "--video", "s15_0103"), "--video s15_0103: there is none of that name. Did you mean 's15_010"),
        ((registered, "--root", root / "nowhere"), "there is no such folder"),
    ]:
        code, out, err = run("dataset", "frames", *arguments)
        assert (code, out) == (2, "")
        assert says in err
        assert "Traceback" not in err


def test_clips_are_listed_by_subject(run, tmp_path):
    write_images(tmp_path / "sub01/EP02_01f", range(40, 120), "img{}.jpg")
    code, out, _ = run("dataset", "frames", "casme2-twin", "--root", tmp_path, "--json")
    assert code == 1
    named = [video for video in json.loads(out)["videos"] if video["source"]]
    assert len(json.loads(out)["videos"]) > 200
    assert all(video["name"].startswith("sub01/EP02_01f") for video in named)
