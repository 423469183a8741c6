"""The family on toy faces whose mouth opens: what it sees, what it learns, from whom, and that it repeats itself."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mebench.baselines.method import Run
from mebench.baselines.spotting.dyngeonet import DynGeoNet
from mebench.baselines.spotting.dynnet import DynNet
from mebench.baselines.spotting.geonet import GeoNet
from mebench.baselines.spotting.vgg16 import VGG16Frame
from mebench.baselines.spotting.window_network import WindowNetwork
from mebench.features.dynamic_image import rank_weights
from mebench.features.extract import extract
from mebench.features.geometry import geometry
from mebench.features.landmarked import LandmarkedFrames
from mebench.features.recipes import recipe
from mebench.features.recipes.common import Source
from mebench.features.tracks import track
from mebench.problems import UserError
from mebench.video.cache import Cache
from tests.baselines.spotting.toy_faces import ToyFrames, ToyLandmarks, people, video

FAMILY = [DynGeoNet, DynNet, GeoNet, VGG16Frame]
QUICK = {"epochs": 6, "inner_parts": 2, "inner_used": 1, "stride": 2}


def quick(kind, **how):
    small = {"size": 16, "channels": (4, 8)} if "size" in kind.of_preset("cpu").get_params() else {}
    return kind.of_preset("cpu", **{**QUICK, **small, **how})


def source(frames, tmp_path, lost=()):
    return Source(LandmarkedFrames(frames, ToyLandmarks(lost), tmp_path))


def images(frames, tmp_path, **how):
    asked = recipe("face-window", {"window": 11, "stride": 4, "size": 32, "smooth": 1, **how})
    return extract({"v": source(frames, tmp_path)}, asked, Cache(tmp_path))["v"]


def test_a_face_at_rest_has_an_empty_dynamic_image_and_a_moving_one_has_not(tmp_path):
    found = images(ToyFrames("v"), tmp_path, span=16.0)
    centre = np.abs(found["image"][..., 0].astype(int) - 128)
    moving = (found["first"] >= 16) & (found["first"] <= 20)
    assert centre[found["first"] > 34].mean() < 3
    assert centre[moving].max() > 100
    assert found["image"].shape == (13, 32, 32, 3)
    assert np.all(found["last"] - found["first"] == 10)


def test_outside_the_regions_nothing_is_seen(tmp_path):
    whole, part = (images(ToyFrames("v"), tmp_path, span=1.0, region=of)["image"] for of in ("face", "eyes-nose-mouth"))
    hidden = (part == 128).all(axis=3)
    assert 0.3 < hidden.mean() < 0.95
    assert np.array_equal(whole[~hidden], part[~hidden])
    assert (whole == 128).all(axis=3).mean() < 0.1


def test_the_printed_weights_let_the_still_face_through(tmp_path):
    still = ToyFrames("v", moves=0.0)
    corrected, printed = (images(still, tmp_path, alpha=a, span=255.0)["image"] for a in ("corrected", "printed"))
    assert np.abs(corrected.astype(int) - 128).max() <= 6
    assert (printed.max(axis=(1, 2, 3)) > 160).all()
    assert rank_weights(11).tolist() == list(range(-10, 11, 2))


def test_the_apex_is_the_middle_frame(tmp_path):
    frames = ToyFrames("v", onset=3, offset=31)
    seen = images(frames, tmp_path, content="apex", region="face")["image"][0].astype(int)
    faces = [images(ToyFrames("v", n=11, onset=3, offset=31), tmp_path, content="apex", region="face")["image"][0]]
    assert np.array_equal(seen, faces[0])
    measured = recipe("face-geometry", {"window": 11, "stride": 4, "smooth": 1})
    found = extract({"v": source(frames, tmp_path)}, measured, Cache(tmp_path))["v"]["geometry"]
    assert np.allclose(found[2], geometry(frames.points(9), frames.points(14)))


def test_still_points_take_the_motion_of_the_head_out(tmp_path):
    class Nodding(ToyFrames):
        def points(self, number):
            return super().points(number) + np.array([0, 0.5 * number])

    frames = Nodding("nod", moves=0.0)
    made = {
        still: extract(
            {"v": source(frames, tmp_path)},
            recipe("face-geometry", {"window": 11, "stride": 7, "smooth": 1, "still": still}),
            Cache(tmp_path),
        )["v"]["geometry"][:, :22]
        for still in ("nothing", "stable")
    }
    assert made["nothing"].mean() > 0.08
    assert made["stable"].mean() < 0.02


def test_a_frame_without_a_face_takes_the_points_of_the_one_before(tmp_path):
    frames = ToyFrames("v")
    found = track(source(frames, tmp_path, lost=(1, 7, 8)))
    assert np.allclose(found.points[[0, 6, 7]], [frames.points(2), frames.points(6), frames.points(6)])
    assert len(found.numbers) == 60


def test_features_without_landmarks_are_said():
    with pytest.raises(UserError, match="this feature needs landmarks"):
        track(Source(ToyFrames("v")))


@pytest.mark.parametrize("kind", FAMILY)
def test_it_learns_what_opens_mouths_and_repeats_itself(kind, tmp_path):
    videos, expressions = people(tmp_path)
    method, again = (quick(kind).fit(videos[:3], expressions[:3], Run(seed=3)) for _ in range(2))
    found = method.track(videos[3])
    assert found.same_as(again.track(videos[3]))
    assert method.thresholds_ == again.thresholds_
    scores = found.proposals
    rising = scores["onset"].between(24, 30)
    if kind is not VGG16Frame:
        assert scores["score"][rising].max() > scores["score"][(scores["offset"] < 26) | (scores["onset"] > 41)].max()
    said = method.intervals(found)
    assert list(said.columns) == ["onset", "offset", "type", "score"]
    assert (said["offset"] - said["onset"] == 10).all()


def test_another_seed_learns_something_else(tmp_path):
    videos, expressions = people(tmp_path)
    tracks = [quick(GeoNet).fit(videos[:3], expressions[:3], Run(seed=seed)).track(videos[3]) for seed in (1, 2)]
    assert not tracks[0].same_as(tracks[1])


def test_thresholds_come_from_people_whom_the_network_has_not_seen(tmp_path, monkeypatch):
    videos, expressions = people(tmp_path)
    learnt, scored = [], []
    learn, score = WindowNetwork._learn, WindowNetwork.track

    def note(self, samples, *rest, **how):
        learnt.append(set(samples.subjects))
        return learn(self, samples, *rest, **how)

    def noted(self, of):
        scored.append((len(learnt), f"{of.dataset}/{of.subject}"))
        return score(self, of)

    monkeypatch.setattr(WindowNetwork, "_learn", note)
    monkeypatch.setattr(WindowNetwork, "track", noted)
    quick(GeoNet, inner_parts=4, inner_used=4).fit(videos, expressions, Run())
    assert len(learnt) == 5
    assert len(learnt[-1]) == 4
    assert all(who not in learnt[at - 1] for at, who in scored)
    assert {who for _, who in scored} == learnt[-1]


def test_two_datasets_keep_their_own_windows(tmp_path):
    ours, expressions = people(tmp_path, n=2)
    name = "smic-e-long-twin-tiny"
    theirs = [replace(video(f"s{i}", f"w{i}", tmp_path, onset=15 + i, offset=50, n=90, seed=9 + i), dataset=name)
              for i in range(2)]  # fmt: skip
    rows = expressions.assign(dataset=name, video=["w0", "w1"], onset=[15, 16], offset=[50, 50])
    method = quick(DynGeoNet, stride=None).fit([*ours, *theirs], pd.concat([expressions, rows]), Run())
    lengths = {of.video: set(method.track(of).proposals.eval("offset - onset + 1")) for of in (*ours, *theirs)}
    assert lengths == {"v0": {11}, "v1": {11}, "w0": {35}, "w1": {35}}


def test_the_runner_can_look_on_after_every_epoch(tmp_path):
    videos, expressions = people(tmp_path)
    seen = []
    run = Run(selection="oracle", on_epoch=lambda epoch, predict: seen.append((epoch, predict(videos[3]))))
    method = quick(GeoNet).fit(videos[:3], expressions[:3], run)
    assert [epoch for epoch, _ in seen] == list(range(1, 7))
    assert not seen[0][1].same_as(seen[-1][1])
    blind = quick(GeoNet).fit(videos[:3], expressions[:3], Run())
    assert blind.track(videos[3]).same_as(method.track(videos[3]))
    assert seen[-1][1].same_as(method.track(videos[3]))


def test_epochs_can_be_chosen_on_subjects_kept_out(tmp_path):
    videos, expressions = people(tmp_path)
    method = quick(GeoNet).fit(videos, expressions, Run(selection="inner"))
    assert 1 <= method.epochs_ <= 6


def test_nothing_to_learn_from_is_said(tmp_path):
    videos, expressions = people(tmp_path)
    with pytest.raises(UserError, match="no window with a micro-expression"):
        quick(GeoNet).fit(videos, expressions[:0], Run())
    with pytest.raises(UserError, match="a threshold needs at least two subjects"):
        quick(GeoNet).fit(videos[:1], expressions[:1], Run())
    with pytest.raises(UserError, match="There is no optimiser 'sdg'"):
        quick(GeoNet, optimiser="sdg").fit(videos, expressions, Run())
