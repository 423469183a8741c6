"""``mebench dataset frames``: where the frames lie, and what is wrong with them."""

import json

import pytest

from mebench.datasets import library
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
    assert out.splitlines()[1].split()[-1] == "problems"
    assert [line.split()[-1] for line in out.splitlines()[3:]] == ["1", "29.97"]
    assert "img002.png is empty (0 bytes) (frame 2 of s15_0101). Copy it from the original" in err
    (root / "s15/15_0101x/img004.png").write_text("not an image")
    code, _, err = run("dataset", "frames", registered)
    assert (code, "img004.png is a text file, no image" in err) == (1, True)


def test_missing_videos_and_two_numberings_are_problems(run, root):
    (root / "s15/15_0101x/reg_img1.png").touch()
    code, out, err = run("dataset", "frames", "casme-sq-twin", "--root", root)
    assert code == 1
    assert "frames of 1 of 97 videos" in out
    assert len(out.splitlines()) == 4, "what is not here has no row"
    first, last = err.splitlines()
    assert "two numberings lie in one folder" in first
    assert last.startswith("no frames of 96 of 97 videos: s")
    assert last.endswith(", ... (--json lists them all)")
    assert last.count(",") == 20
    told = json.loads(run("dataset", "frames", "casme-sq-twin", "--root", root, "--json")[1])["videos"]
    assert [video["absent"] for video in told].count(True) == 96
    assert all(video["problems"] for video in told if video["absent"])


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


def test_only_what_is_wrong(run, registered, root):
    code, out, err = run("dataset", "frames", registered, "--problems")
    assert (code, err) == (0, "")
    assert out == f"casme-sq: frames of 2 videos under {root}; 0 videos with problems\n"
    (root / "s15/15_0101x/img004.png").write_bytes(b"")
    code, out, err = run("dataset", "frames", registered, "--problems")
    assert code == 1
    assert out.splitlines()[0].endswith("; 1 video with problems")
    assert [line.split()[0] for line in out.splitlines()[3:]] == ["s15_0101"]
    assert "img004.png is empty" in err
    (video,) = json.loads(run("dataset", "frames", registered, "--problems", "--json")[1])["videos"]
    assert video["name"] == "s15_0101"


def test_absent_clips_are_one_line_that_says_clips(run, tmp_path):
    twin = library.load_clips("casme2-twin-tiny").clips
    subject, clip, onset = twin[["subject", "clip", "onset"]].iloc[0]
    write_images(tmp_path / subject / clip, [int(onset)], "img{}.jpg")
    code, out, err = run("dataset", "frames", "casme2-twin-tiny", "--root", tmp_path)
    assert code == 1
    assert out.startswith(f"casme2-twin-tiny: frames of 1 of 20 clips under {tmp_path}\nclip ")
    names = [f"{s}/{c}" for s, c in twin[["subject", "clip"]].iloc[1:].itertuples(index=False)]
    assert err == f"no frames of 19 of 20 clips: {', '.join(names)}\n"
    code, out, err = run("dataset", "frames", "casme2-twin-tiny", "--root", tmp_path, "--video", names[0])
    assert (code, err.count("\n")) == (1, 1)
    assert f"no frames of {names[0]}. Give the folder that holds" in err
    assert err.endswith("one folder of frames (or one video file) a clip.\n")
    code, _, err = run("dataset", "frames", "casme2-twin-tiny", "--root", tmp_path / "nowhere")
    assert (code, "one folder of frames a clip." in err) == (2, True)


@pytest.mark.parametrize("columns", [80])
def test_narrow_tables_keep_the_end_of_the_source(run, tmp_path, columns):
    twin = library.load_clips("casme2-twin-tiny").clips.iloc[:3]
    for subject, clip, onset in twin[["subject", "clip", "onset"]].itertuples(index=False):
        write_images(tmp_path / "the/cropped/pictures/of/all" / subject / clip, [int(onset)], "img{}.jpg")
    lines = run("dataset", "frames", "casme2-twin-tiny", "--root", tmp_path)[1].splitlines()
    assert lines[1].split() == ["clip", "source", "frames", "pixels", "fps"], "what is empty has no column"
    for line, (subject, clip) in zip(lines[3:], twin[["subject", "clip"]].itertuples(index=False), strict=True):
        source = line.split()[1]
        assert source.startswith("…")
        assert source.endswith(f"{subject}/{clip}")
        assert len(line.rstrip()) <= 80
