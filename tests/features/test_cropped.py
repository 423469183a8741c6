"""Frames of the face alone: the crops of the video room, placed once, known by what they depend on."""

from dataclasses import replace

import numpy as np
import pytest

from mebench.features.cropped import Crop, CroppedFrames, Face
from mebench.features.extract import extract
from mebench.features.recipes import recipe
from mebench.features.recipes.common import Source
from mebench.problems import UserError
from mebench.video.cache import Cache
from mebench.video.canonical import canonical_points
from mebench.video.landmarks.types import Landmarks, carried
from mebench.video.preparing import prepare
from tests.features.made_frames import MadeFrames


class Painted:
    """A landmark source that knows where the face is; it writes down for how many frames it was asked."""

    name = "painted"

    def __init__(self, log, missing=(), version=1):
        self.log, self.missing, self.version = log, missing, version

    def identity(self, frames):
        return f"painted {self.version}"

    def landmarks(self, frames, numbers):
        wanted = np.asarray(numbers)
        with self.log.open("a") as out:
            out.write(f"{len(wanted)}\n")
        points = np.stack([canonical_points("face", (60, 60)) + np.array([20 + n / 4, 15]) for n in wanted])
        there = ~np.isin(wanted, self.missing)
        return carried(Landmarks(wanted, points, np.ones(len(wanted)), there, self.name), wanted, frames.name)


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log"


@pytest.fixture
def frames():
    return MadeFrames(side=100, colour=True)


def same(a, b):
    return a.dtype == b.dtype and np.array_equal(a, b)


@pytest.mark.parametrize(
    "how",
    [
        {"crop": "face", "size": 48},
        {"crop": "softnet", "size": 32},
        {"crop": "casme2", "size": None},
        {"crop": "face", "size": 40, "align": "section", "section": 15},
        {"crop": "mdmd", "size": 24, "align": "frame"},
    ],
)
def test_the_crops_are_those_of_prepare(tmp_path, frames, log, how):
    source = Painted(log)
    mine = CroppedFrames(frames, Crop(source, Face(**how)), tmp_path / "cache", 5, 38)
    expected = dict(prepare(frames, source, first=5, last=38, **how))
    assert mine.numbers.tolist() == list(expected)
    assert all(same(crop, expected[number]) for number, crop in mine.section(5, 38))
    assert same(mine.read(20), expected[20])
    assert same(mine.placement_of(20).crop(frames.read(20)), expected[20])
    assert mine.read(20, grey=True).shape == expected[20].shape[:2]
    assert (mine.name, mine.fps, mine.report) == (frames.name, frames.fps, frames.report)


def test_a_face_is_sought_once_whoever_asks(tmp_path, frames, log):
    how = Crop(Painted(log), Face(size=32))
    for _ in range(3):
        CroppedFrames(frames, how, tmp_path / "cache").read(3)
    assert log.read_text().split() == ["1"]


def test_the_identity_follows_what_the_crop_depends_on(tmp_path, frames, log):
    how = Crop(Painted(log), Face(size=32))
    mine = CroppedFrames(frames, how, tmp_path, 5, 38)
    others = [
        replace(mine, frames=replace(frames, side=101)),
        replace(mine, begin=6),
        replace(mine, how=replace(how, face=Face(size=33))),
        replace(mine, how=replace(how, face=Face(size=32, crop="inner"))),
        replace(mine, how=replace(how, face=Face(size=32, align="frame"))),
        replace(mine, how=replace(how, face=Face(size=32, fit="three"))),
        replace(mine, how=replace(how, landmarks=Painted(log, version=2))),
    ]
    assert len({one.identity for one in (mine, *others)}) == len(others) + 1
    assert replace(mine, cache_root=tmp_path / "elsewhere").identity == mine.identity
    assert (
        replace(mine, how=replace(how, face=Face(size=32, section=3))).identity == mine.identity
    )  # no sections: it does not matter
    assert not log.exists()


def test_a_run_is_planned_without_looking_for_faces(tmp_path, frames, log):
    asked = recipe("flow", {"method": "dis"})
    assert asked.chunks(Source(CroppedFrames(frames, Crop(Painted(log), Face(size=32)), tmp_path / "cache")))
    assert not log.exists()
    assert asked.chunks(Source(CroppedFrames(frames, Crop(Painted(log), Face("mdmd", None)), tmp_path / "cache")))
    assert log.exists()  # a box that keeps its size is known only when it is there


def test_frames_without_a_face_are_counted(tmp_path, frames, log):
    how = Crop(Painted(log, missing=(10, 11)), Face(size=32, align="frame"))
    assert CroppedFrames(frames, how, tmp_path / "cache").carried.tolist() == [10, 11]
    nobody = Crop(Painted(log, missing=frames.held), Face(size=32))
    with pytest.raises(UserError, match="no face was found"):
        CroppedFrames(frames, nobody, tmp_path / "cache").read(1)


def test_features_of_faces_run_like_those_of_frames(tmp_path, frames, log):
    how = Crop(Painted(log), Face(size=32))
    cache = Cache(tmp_path / "cache")
    crops = CroppedFrames(frames, how, cache.root, 5, 30)
    got = extract({"c": Source(crops, 5, 12, 30)}, recipe("flow", {"method": "dis"}), cache, workers=2)["c"]
    assert got["flow"].shape == (1, 32, 32, 2)
    assert {entry.kind for entry in cache.entries()} == {"flow", "face-placement"}
