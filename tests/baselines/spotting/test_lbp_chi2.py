"""LBP-chi2: its blocks, sections and chunks by plain definition, and that it finds a mouth that opens."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mebench.baselines.data import Video
from mebench.baselines.evidence import ScoreTrack
from mebench.baselines.method import Run
from mebench.baselines.postprocess.makers import chunk_fill
from mebench.baselines.postprocess.peaks import relative_threshold
from mebench.baselines.spotting import lbp_chi2
from mebench.baselines.spotting.lbp_chi2 import LBPChi2, heights
from mebench.features.extract import extract
from mebench.features.landmarked import LandmarkedFrames
from mebench.features.recipes import recipe
from mebench.features.recipes.common import Source
from mebench.features.recipes.lbp_chi2 import Blocks
from mebench.problems import UserError
from mebench.video.cache import Cache
from mebench.video.landmarks.types import Landmarks
from tests.baselines.spotting.toy_faces import ToyFrames, ToyLandmarks, people, video

track = st.lists(st.integers(0, 12), min_size=1, max_size=70).map(lambda found: np.array(found, dtype=np.float64))


@given(track, st.integers(3, 20), st.integers(0, 2), st.sampled_from([0.05, 0.15, 0.5, 1.0]))
def test_a_frame_stands_out_in_any_section_that_says_so(values, section, overlap, p):
    expected = np.zeros(len(values), dtype=bool)
    begin = 0
    while begin == 0 or begin + overlap < len(values):
        part = values[begin : begin + section]
        expected[begin : begin + section] |= part >= relative_threshold(part, p)
        begin += section - overlap
    assert ((heights(values, section, overlap) >= p) == expected).all()


@given(track, st.integers(2, 20), st.integers(1, 6), st.sampled_from([0.0, 0.1, 0.5]))
def test_intervals_are_those_of_filled_chunks(values, chunk, least, p):
    method = LBPChi2(chunk=chunk, at_least=min(least, chunk), section=30, overlap=9)
    height = np.maximum(heights(values, 30, 9), -1)
    frames = np.arange(5, 5 + len(values))
    scheme = method.scheme(Video("casme-sq", "s", "v", 30.0, 5, len(values)))
    rows = [(int(frames[a]), int(frames[b - 1]), "me", s) for a, b, s in lbp_chi2._chunks(height, scheme)]
    table = pd.DataFrame(rows, columns=["onset", "offset", "type", "score"])
    evidence = ScoreTrack("v", 5, 4 + len(values), frames, {"me": height}, table)
    method.thresholds_ = {"p": p}
    said = method.intervals(evidence)
    expected = chunk_fill(height >= p, height, chunk, scheme.at_least)
    assert said["onset"].tolist() == (expected.onset + 5).tolist()
    assert said["offset"].tolist() == (expected.offset + 5).tolist()


def test_blocks_are_measured_by_eyes_and_nose():
    points = np.zeros((3, 68, 2))
    points[:, 39], points[:, 42], points[:, 33] = (40, 50), (64, 50), (52, 74)
    seen = np.ones(3, dtype=bool)
    blocks = Blocks.of(Landmarks(np.arange(3), points, np.full(3, np.nan), seen, "toy"))
    assert (blocks.width, blocks.height) == (12.0, 12.0)
    boxes = blocks.boxes()
    assert boxes.shape == (36, 4)
    assert boxes[0].tolist() == [0, 0, 14, 16]
    assert boxes[-1, 2:].tolist() == [74, 76]


def test_a_grid_that_follows_the_face_sees_no_movement_of_the_head(tmp_path):
    class Shifted(ToyFrames):
        """Drifts by a pixel a frame."""

        def read(self, number, grey=False):
            still = ToyFrames.read(self, 1, grey=True)
            return np.roll(still, number // 4, axis=1)

        def points(self, number):
            return ToyFrames.points(self, 1) + np.array([number // 4, 0])

    frames = Shifted("v", n=40, moves=0.0)
    found = {
        follow: extract(
            {"v": Source(LandmarkedFrames(frames, ToyLandmarks(), tmp_path))},
            recipe("lbp-chi2", {"window": 11, "follow": follow, "smooth": 1, "radius": 1.0}),
            Cache(tmp_path),
        )["v"]["distance"]
        for follow in ("frame", "video")
    }
    assert found["frame"].shape == (30, 36)
    assert found["frame"].max() < 0.05 < found["video"].max()


@pytest.mark.parametrize("follow", ["frame", "window", "video"])
def test_a_mouth_that_opens_stands_out(follow, tmp_path):
    method = LBPChi2(follow=follow, radius=1.0)
    found = method.track(video("s", "v", tmp_path, onset=20, offset=32))
    assert 18 <= found.frames[found.track("me")[15:45].argmax() + 15] <= 34
    assert len(found.frames) == 60


def test_a_threshold_is_tuned_and_a_published_one_is_taken(tmp_path):
    videos, expressions = people(tmp_path)
    # What stands out from k frames before and after is shorter than the movement.
    expressions = expressions.assign(onset=expressions["apex"] - 2, offset=expressions["apex"] + 2)
    method = LBPChi2(radius=1.0, half=6, section=60, chunk=60, at_least=3).fit(videos, expressions, Run())
    assert 0 <= method.thresholds_["p"] <= 1
    assert not method.intervals(method.track(videos[0])).empty
    printed = LBPChi2().fit(videos, expressions, Run(threshold_source="published", dataset="samm-lv"))
    assert printed.thresholds_ == {"p": 0.05}


def test_a_video_of_a_frame_has_no_evidence_but_is_no_error(tmp_path):
    short = video("s", "v", tmp_path, n=2)
    found = LBPChi2().track(short)
    assert found.track("me").tolist() == [-1.0, -1.0]
    assert [recipe.name for recipe in LBPChi2().needs(short)] == ["landmarks"]


def test_constants_of_datasets_and_others():
    def scheme(dataset, fps=100.0, **how):
        return LBPChi2(**how).scheme(Video(dataset, "s", "v", fps, 1, 500))

    assert tuple(vars(scheme("casme-sq-twin-small")).values()) == (5, 30, 9, 15, 6)
    assert tuple(vars(scheme("samm-lv")).values()) == (30, 200, 60, 100, 20)
    assert tuple(vars(scheme("smic-e-long")).values()) == (16, 100, 30, 50, 15)
    assert scheme("samm-lv", half=7).half == 7
    with pytest.raises(UserError, match="does not go together"):
        scheme("casme-sq", at_least=40)
    with pytest.raises(UserError, match="has no frame rate"):
        scheme("mine", fps=float("nan"))
