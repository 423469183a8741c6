"""Handles: what a method sees of videos and clips, and what it does not."""

import dataclasses
import pickle
from typing import ClassVar

import numpy as np
import pytest

from mebench.baselines.data import Clip, Video
from mebench.baselines.evidence import ScoreTrack
from mebench.baselines.material import Places, gathered, twin_dials
from mebench.baselines.method import Recogniser, Run, Spotter
from mebench.features.recipes.common import Source
from mebench.features.recipes.dynamic_image import DynamicImage
from mebench.features.recipes.landmarks import FacialPoints
from mebench.problems import UserError
from mebench.protocols.registry import plan
from mebench.video.landmarks.types import FaceReport, Landmarks

LABELS = {"label", "labels", "emotion", "type", "expressions", "annotations", "action_units", "truth"}


class Looking(Spotter):
    """Looks at frames."""


@dataclasses.dataclass(frozen=True)
class Pictures:
    """Forty grey frames, numbered from 11, each as bright as its number."""

    name: str = "v"
    fps: float = 30.0
    identity: str = "forty"

    @property
    def numbers(self):
        return np.arange(11, 51)

    @property
    def report(self):
        from mebench.video.missing import Report

        return Report(self.name)

    def read(self, number, grey=False):
        return np.full((16, 16) if grey else (16, 16, 3), number, np.uint8)

    def section(self, first, last, grey=False):
        for number in range(first, last + 1):
            yield number, self.read(number, grey)


@dataclasses.dataclass(frozen=True)
class Finder:
    """Finds a face in even frames, its points at the frame's number."""

    name: str = "finder"
    licence: str = ""

    def identity(self, frames):
        return "finder 1"

    def landmarks(self, frames, numbers):
        numbers = np.asarray(numbers)
        points = np.tile(numbers[:, None, None].astype(float), (1, 68, 2))
        odd = numbers % 2 == 1
        points[odd] -= 1
        found = Landmarks(numbers, points, np.ones(len(numbers)), ~odd, "finder")
        return found, FaceReport("v", "finder", len(numbers), tuple(int(n) for n in numbers[odd]))


@pytest.fixture
def video(tmp_path):
    return Video("casme-sq-twin-tiny", "s15", "v", 30.0, 11, 40, Source(Pictures()), Finder(), tmp_path / "cache")


def test_handles_carry_no_label():
    for kind in (Video, Clip):
        assert not {field.name for field in dataclasses.fields(kind)} & LABELS


def test_features_come_through_the_cache_and_the_handle_travels(video):
    recipe = DynamicImage(window=10, stride=10, size=8, colour=False)
    found = video.features(recipe)
    assert found["image"].shape == (4, 8, 8)
    assert found["first"].tolist() == [11, 21, 31, 41]
    again = pickle.loads(pickle.dumps(video))
    assert np.array_equal(again.features(recipe)["image"], found["image"])
    assert np.array_equal(np.concatenate([part["image"] for part in video.parts(recipe)]), found["image"])
    assert (video.original, video.last_frame, video.key) == ("casme-sq", 50, ("casme-sq-twin-tiny", "v"))


def test_landmarks_say_where_no_face_was_found(video):
    all_of_them = video.landmarks()
    assert all_of_them.numbers.tolist() == list(range(11, 51))
    assert all_of_them.points[:, 0, 0].tolist() == [n - n % 2 for n in range(11, 51)]
    assert all_of_them.detected.tolist() == [n % 2 == 0 for n in range(11, 51)]
    some = video.landmarks([12, 20])
    assert some.points[:, 5, 1].tolist() == [12, 20]
    with pytest.raises(UserError, match="a step of 0"):
        FacialPoints(step=0)


def test_what_was_not_asked_for_is_said(video):
    without = dataclasses.replace(video, source=None)
    with pytest.raises(UserError, match="its frames are not here"):
        without.frames  # noqa: B018
    with pytest.raises(UserError, match="NEEDS_LANDMARKS"):
        dataclasses.replace(video, landmark_source=None).landmarks()


def test_material_of_a_fold_keeps_the_sides_apart():
    class Blind(Looking):
        """Needs no frames."""

        NEEDS_FRAMES = False

    made = plan(None, "casme-sq-twin-small")
    material = gathered(made, Blind(), Places(), 1, lambda *_: None)
    for fold in made.folds:
        videos, expressions = material.train(fold)
        tested = {who.subject for who in fold.test}
        assert not tested & {video.subject for video in videos}
        assert not tested & set(expressions["subject"])
        assert {video.subject for video in material.test(fold)} == tested
        assert set(material.truth(fold)["subject"]) <= tested
        assert len(videos) + len(material.test(fold)) == len(material.everything())
    assert (material.expressions["offset"] >= material.expressions["onset"]).all()


def test_frames_that_are_not_registered_are_a_sentence(tmp_path):
    import mebench.datasets.library as library

    table = tmp_path / "gt.csv"
    table.write_text("subject,video,onset,apex,offset,type\na,a1,1,5,9,me\nb,b1,1,5,9,me\n")
    videos = tmp_path / "videos.csv"
    videos.write_text("subject,video,fps,n_frames\na,a1,30,50\nb,b1,30,50\n")
    library.add("mine", table, videos)
    with pytest.raises(UserError, match="registered without its frames"):
        gathered(plan(None, "mine"), Looking(), Places(), 1, lambda *_: None)
    with pytest.raises(UserError, match="there is no such folder"):
        gathered(plan(None, "mine"), Looking(), Places(frames=tmp_path / "no"), 1, lambda *_: None)


def test_the_amplitude_is_a_factor():
    usual, twice = twin_dials("casme-sq-twin", None), twin_dials("casme-sq-twin", 2.0)
    assert twin_dials("casme-sq-twin", 1.0) == usual
    assert twice.pixels(50.0) == pytest.approx(twice.pixels(10.0))
    assert twin_dials("casme-sq-twin", 0.0).pixels(50.0) == 0


def test_thresholds_come_from_where_the_run_says():
    class Tuned(Spotter):
        """Tunes to the number of tracks."""

        PUBLISHED_THRESHOLDS: ClassVar = {"casme-sq": {"p": 0.5}}

        def tune(self, tracks, expressions):
            return {"p": len(tracks)}

    track = ScoreTrack("v", 1, 9, np.array([1]), {"me": np.array([1.0])})

    def chosen(source, dataset="casme-sq"):
        return Tuned().choose_thresholds([track, track], None, Run(threshold_source=source, dataset=dataset))

    assert chosen("train").thresholds_ == {"p": 2}
    assert chosen("published").thresholds_ == {"p": 0.5}
    assert not hasattr(chosen("oracle"), "thresholds_")
    with pytest.raises(UserError, match="no published thresholds for samm-lv, only for casme-sq"):
        chosen("published", "samm-lv")


def test_recognisers_take_clips_or_arrays():
    class Lengths(Recogniser):
        """Takes lengths."""

        def features(self, clip):
            return np.array([clip.offset - clip.onset])

    clips = [Clip("d", "s", str(n), 1, None, n, None) for n in (5, 9)]
    assert Lengths().arrays(clips).tolist() == [[4], [8]]
    assert Lengths().arrays(np.eye(2)) is not None


def test_streams_of_a_run_are_apart():
    run = Run(seed=3)
    assert run.rng(1).random() == run.rng(1).random()
    assert len({run.rng().random(), run.rng(1).random(), run.rng(2).random(), Run(seed=4).rng().random()}) == 4
