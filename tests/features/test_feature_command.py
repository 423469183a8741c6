"""``mebench feature``: lists, explains, and computes over a dataset whose frames lie in folders."""

import json
import os
import signal
import time

import cv2
import numpy as np
import pytest

from mebench.features.flow import flow
from mebench.video.canonical import canonical_points
from mebench.video.landmarks.file import write_landmarks
from mebench.video.landmarks.types import Landmarks
from tests.features.made_frames import MadeFrames

DIS = ("--param", "method=dis", "--param", "preset=ultrafast")


@pytest.fixture
def columns():
    return 200


@pytest.fixture
def run(run, monkeypatch, tmp_path):
    """Run the command line with a cache of its own."""
    monkeypatch.setenv("MEBENCH_CACHE", str(tmp_path / "cache"))
    return run


@pytest.fixture
def frames(tmp_path):
    """Two videos of 12 frames."""
    for video in ("v1", "v2"):
        folder = tmp_path / "frames" / video
        folder.mkdir(parents=True)
        for number, image in MadeFrames(video).section(1, 12, grey=True):
            cv2.imwrite(str(folder / f"img{number:03d}.png"), image)
    return tmp_path / "frames"


@pytest.fixture
def mine(run, tmp_path, frames):
    (tmp_path / "gt.csv").write_text("subject,video,onset,apex,offset,type\ns1,v1,3,5,8,me\ns2,v2,2,4,6,me\n")
    (tmp_path / "videos.csv").write_text("subject,video,fps,n_frames\ns1,v1,100,12\ns2,v2,100,12\ns3,v3,100,12\n")
    files = ("--annotations", tmp_path / "gt.csv", "--videos", tmp_path / "videos.csv", "--frames", frames)
    assert run("dataset", "add", "mine", *files)[0] == 0
    return "mine"


def test_features_are_listed_and_explained(run):
    rows = json.loads(run("feature", "list", "--json")[1])
    assert {"flow", "strain", "lbp-top", "dynamic-image"} <= {row["name"] for row in rows}
    table = run("feature", "list")[1]
    for row in rows:
        assert row["summary"] in table
        code, text, _ = run("feature", "show", row["name"])
        assert code == 0
        assert text.startswith(f"{row['name']}: ")
        assert "Defaults: " in text
    assert json.loads(run("feature", "show", "lbp-top", "--json")[1])["parameters"]["grid"] == [5, 5]


def test_a_feature_is_computed_once_into_the_cache(run, mine):
    code, out, err = run("feature", "run", "flow", "-d", mine, *DIS, "--workers", 1)
    assert code == 0
    assert out.startswith("flow of mine: 2 videos, 22 rows, ")
    assert "no frames of 1 video: v3" in err
    again = json.loads(run("feature", "run", "flow", "-d", mine, *DIS, "--workers", 1, "--json")[1])
    assert (again["rows"], again["rows_before"], again["absent"]) == (22, 22, ["v3"])
    assert again["parameters"]["flow"] == "dis"
    assert again["synthetic"] is False
    assert json.loads(run("cache", "--json")[1])["kinds"]["flow"]["entries"] == 2


def test_what_is_written_out_is_what_was_computed(run, mine, frames, tmp_path):
    out = tmp_path / "out"
    arguments = ("feature", "run", "flow", "-d", mine, *DIS, "-p", "step=4", "--workers", 1, "--out", out)
    assert run(*arguments)[0] == 0
    first = {p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.is_file()}
    assert sorted({p.name for p in first}) == ["features.json", "first.npy", "flow.npy", "last.npy", "replaced.npy"]
    flows = np.load(out / "v1" / "flow.npy")
    assert np.load(out / "v1" / "first.npy").tolist() == list(range(1, 9))
    images = [cv2.imread(str(frames / "v1" / f"img{n:03d}.png"), cv2.IMREAD_GRAYSCALE) for n in (2, 6)]
    assert np.abs(flows[1] - flow(*images, method="dis", preset="ultrafast")).max() <= 0.01
    manifest = json.loads((out / "features.json").read_text())
    assert manifest["arrays"]["v2"]["flow"] == ["<f4", [8, 48, 48, 2]]
    assert (manifest["synthetic"], manifest["feature"]) == (False, "flow")
    assert run(*arguments)[0] == 0
    assert {p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.is_file()} == first


def test_clips_take_onset_and_apex(run, frames, tmp_path):
    for n, video in enumerate(("v1", "v2"), 1):
        (frames / f"s{n}").mkdir()
        (frames / video).rename(frames / f"s{n}" / video)
    (tmp_path / "clips.csv").write_text(
        "subject,clip,onset,apex,offset,emotion\ns1,v1,3,5,8,happiness\ns2,v2,2,,6,disgust\n"
    )
    assert run("dataset", "add", "clips", "--annotations", tmp_path / "clips.csv")[0] == 0
    out = tmp_path / "out"
    code, text, _ = run("feature", "run", "flow", "-d", "clips", *DIS, "--workers", 1, "--frames", frames, "--out", out)
    assert code == 0
    assert text.startswith("flow of clips: 2 clips, 2 rows")
    pairs = [[int(np.load(out / clip / f"{end}.npy")[0]) for end in ("first", "last")] for clip in ("s1/v1", "s2/v2")]
    assert pairs == [[3, 5], [2, 4]]


def test_faces_are_cut_out_by_landmarks_of_a_file(run, mine, tmp_path):
    folder = tmp_path / "landmarks"
    folder.mkdir()
    points = canonical_points("face", (44, 44))[None]
    for video in ("v1", "v2"):
        one = Landmarks(np.array([1]), points, np.array([np.nan]), np.array([True]), "file")
        write_landmarks(folder / f"{video}.csv", one)
    face = ("--crop", "face", "--crop-size", 32, "--landmarks", f"file={folder}")
    out = tmp_path / "out"
    assert run("feature", "run", "flow", "-d", mine, *DIS, *face, "--workers", 1, "--out", out)[0] == 0
    assert np.load(out / "v1" / "flow.npy").shape == (11, 32, 32, 2)


def test_a_video_without_landmarks_is_named_and_the_others_are_done(run, mine, tmp_path):
    folder = tmp_path / "landmarks"
    folder.mkdir()
    points = canonical_points("face", (44, 44))[None]
    one = Landmarks(np.array([1]), points, np.array([np.nan]), np.array([True]), "file")
    write_landmarks(folder / "v2.csv", one)
    face = ("--crop", "face", "--crop-size", 32, "--landmarks", f"file={folder}")
    code, out, err = run("feature", "run", "flow", "-d", mine, *DIS, *face, "--workers", 1)
    assert code == 2
    assert out.startswith("flow of mine: 1 video, 11 rows")
    assert "no landmark file for the video v1" in err


def test_a_damaged_frame_is_named_and_the_other_video_is_kept(run, mine, frames):
    (frames / "v1" / "img007.png").write_bytes(b"")
    code, out, err = run("feature", "run", "flow", "-d", mine, *DIS, "--workers", 1)
    assert code == 2
    assert out.startswith("flow of mine: 1 video, 11 rows")
    assert "img007.png" in err
    assert "Traceback" not in err
    code, out, err = run("feature", "run", "flow", "-d", mine, *DIS, "--workers", 1, "--missing", "previous")
    assert code == 0
    assert out.startswith("flow of mine: 2 videos, 22 rows")
    assert "1 frame replaced" in err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("flwo", "-d", "mine"), "Did you mean 'flow'"),
        (("flow", "-d", "mien"), "Did you mean 'mine'"),
        (("flow", "-d", "mine", "-p", "method"), "not NAME=VALUE"),
        (("flow", "-d", "mine", "-p", "step=many"), "step is a whole number"),
        (("flow", "-d", "mine", "--crop", "fase", "--landmarks", "dlib"), "Did you mean 'face'"),
        (("flow", "-d", "mine", "--crop", "face", "--landmarks", "file"), "Give the CSV"),
        (("flow", "-d", "mine", "--crop", "face", "--align", "never"), "There is no alignment 'never'"),
        (("flow", "-d", "mine", "--missing", "ignore"), "There is no policy for missing frames 'ignore'"),
        (("flow", "-d", "mine", "--frames", "/nowhere"), "there is no such folder"),
        (("flow", "-d", "casme2-twin"), "casme2-twin-small"),
        (("flow", "-d", "mine", "-p", "size=999999"), "at most 2048 x 2048"),
        (("lbp-top", "-d", "mine", "-p", "frames=100000000"), "1 to 1000 frames"),
        (("flow", "-d", "mine", "--crop", "face", "--crop-size", "100000"), "--crop-size"),
        (("flow", "-d", "mine", "--landmarks", "wat"), "Give --crop too"),
        (("flow", "-d", "mine", "--align", "clip"), "Give --crop too"),
        (("flow", "-d", "mine", "--crop-size", "64"), "Give --crop too"),
        (("flow", "-d", "mine", "--crop", "face", "--landmarks", "file=nope.csv"), "no such file or folder"),
        (("face-geometry", "-d", "mine", "--landmarks", "file=nope.csv"), "no such file or folder"),
        (("flow", "-d", "mine", "--video", "v11"), "Did you mean 'v1'"),
        (("flow", "-d", "mine", "--video", "v3"), "no frames of the video 'v3'"),
        (("flow", "-d", "mine", "-p", "tau=x"), "tau is a number, not 'x'"),
    ],
)
def test_a_mistake_is_one_sentence(run, mine, arguments, sentence):
    code, out, err = run("feature", "run", *arguments)
    assert (code, out) == (2, "")
    assert sentence in err
    assert "Traceback" not in err


def test_a_folder_without_these_videos_is_said(run, mine, tmp_path):
    (tmp_path / "empty").mkdir()
    code, _, err = run("feature", "run", "flow", "-d", mine, "--frames", tmp_path / "empty")
    assert code == 2
    assert "no frames of mine" in err


def test_a_hostile_name_writes_nowhere_else(run, tmp_path, frames):
    (tmp_path / "gt.csv").write_text("subject,video,onset,apex,offset,type\ns1,../../v1,3,5,8,me\n")
    added = run("dataset", "add", "odd", "--annotations", tmp_path / "gt.csv", "--fps", 100)
    code, _, err = (
        added
        if added[0]
        else run("feature", "run", "flow", "-d", "odd", *DIS, "--frames", frames, "--out", tmp_path / "out")
    )
    assert code == 2
    assert "Traceback" not in err
    assert not (tmp_path / "v1").exists()


def write_faces(folder, videos, n=12):
    folder.mkdir()
    numbers = np.arange(1, n + 1)
    points = np.repeat(canonical_points("face", (44, 44))[None], n, axis=0)
    for video in videos:
        found = Landmarks(numbers, points, np.full(n, np.nan), np.ones(n, dtype=bool), "file")
        write_landmarks(folder / f"{video}.csv", found)
    return folder


@pytest.mark.parametrize("crop", [(), ("--crop", "face", "--crop-size", 32)])
def test_landmarks_reach_the_recipes_that_are_made_of_them(run, mine, tmp_path, crop):
    source = ("--landmarks", f"file={write_faces(tmp_path / 'landmarks', ('v1',))}")
    out = tmp_path / "out"
    common = ("face-geometry", "-d", mine, "-p", "window=5", *source, *crop, "--workers", 1, "--out", out)
    code, text, err = run("feature", "run", *common, "--video", "v1")
    assert (code, "note" in err) == (0, False)
    assert text.startswith("face-geometry of mine: 1 video, 8 rows")
    assert np.load(out / "v1" / "geometry.npy").shape == (8, 67)
    code, text, err = run("feature", "run", *common)
    assert code == 2
    assert text.startswith("face-geometry of mine: 1 video, 8 rows")
    assert err.count("no landmark file for the video v2") == 1


def test_a_full_disk_is_a_sentence_and_leaves_nothing_half(run, mine, tmp_path):
    resource = pytest.importorskip("resource")
    arguments = ("feature", "run", "flow", "-d", mine, *DIS, "--workers", 1)
    assert run(*arguments)[0] == 0
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        code, out, err = run(*arguments, "--out", tmp_path / "out")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (code, out) == (2, "")
    assert "the features cannot be written (File too large)" in err
    assert [p for p in (tmp_path / "out").rglob("*") if p.is_file()] == []


def test_a_cache_that_is_a_file_is_said_before_any_work(run, mine, tmp_path, monkeypatch):
    (tmp_path / "afile").touch()
    monkeypatch.setenv("MEBENCH_CACHE", str(tmp_path / "afile"))
    code, out, err = run("feature", "run", "flow", "-d", mine, *DIS, "--workers", 2)
    assert (code, out) == (2, "")
    assert "Name another folder with MEBENCH_CACHE" in err
    assert "cache clear" not in err
    assert "Warning" not in err


def test_a_complete_failure_promises_nothing(run, mine, frames):
    for video in ("v1", "v2"):
        for image in (frames / video).iterdir():
            image.write_bytes(b"")
    code, out, err = run("feature", "run", "flow", "-d", mine, *DIS, "--workers", 1)
    assert (code, out) == (2, "")
    assert "They lie in the cache" not in err
    assert "0 of 0" not in err


def test_markup_is_not_shown_but_presets_and_settings_are(run):
    text = run("feature", "show", "flow")[1]
    assert "`" not in text
    assert "method=tvl1: preset=ipol or opencv or quick; settings tau=0.25" in text
    assert "Needs landmarks" in run("feature", "show", "face-geometry")[1]


def test_sigterm_ends_as_ctrl_c_does(run, mine, monkeypatch):
    def terminated(*_, **__):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr("mebench.cli.feature_run.extract", terminated)
    code, out, err = run("feature", "run", "flow", "-d", mine, *DIS)
    assert (code, out) == (143, "")
    assert "give the same command again" in err
    assert signal.getsignal(signal.SIGTERM) == before
