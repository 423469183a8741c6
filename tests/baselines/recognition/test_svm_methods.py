"""The baseline of MEGC2019: its descriptor, and a machine that knows no more than the training side."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from mebench.baselines.data import Clip
from mebench.baselines.method import Run
from mebench.baselines.recognition.lbp_top import LBPTop
from mebench.baselines.recognition.svm import Machine, as_probabilities, chosen_c
from mebench.features.lbp_top import lbp_top
from mebench.features.recipes.common import Source, scaled
from mebench.features.tim import interpolated
from mebench.metrics.recognition import tally, uf1
from mebench.problems import UserError
from tests.features.made_frames import MadeFrames

CLASSES = ("negative", "positive", "surprise")


def toy(n_subjects=12, per=6, distance=1.5, seed=0):
    """Descriptors of 30 numbers, three of which tell the class; every subject has an offset of its own."""
    rng = np.random.default_rng(seed)
    subjects = np.repeat([f"d/s{k}" for k in range(n_subjects)], per)
    labels = rng.integers(0, 3, len(subjects))
    rows = rng.normal(size=(len(subjects), 30)) + np.repeat(rng.normal(size=(n_subjects, 30)), per, axis=0) / 2
    rows[np.arange(len(rows)), labels] += distance
    return rows, labels, subjects


def clip_of(frames, tmp_path, **frames_of):
    source = Source(frames, frames_of.get("onset"), frames_of.get("apex"), frames_of.get("offset"), is_clip=True)
    at = [frames_of.get(name) for name in ("onset", "apex", "offset")]
    return Clip("smic-twin-tiny", "s01", "c1", *at, 100.0, source, None, tmp_path)


def held_out_uf1(method, rows, labels, subjects, parts=4):
    said = np.zeros(len(labels), int)
    for part in np.array_split(np.unique(subjects), parts):
        out = np.isin(subjects, part)
        fitted = method.fit(rows[~out], labels[~out], subjects[~out], Run(seed=1, classes=CLASSES))
        said[out] = fitted.predict_proba(rows[out]).argmax(axis=1)
    return uf1(tally(np.zeros(len(labels), int), labels, said, 1, 3)[0])


@pytest.mark.parametrize(("codes", "n"), [("all", 1200), ("uniform", 1125)])
def test_the_descriptor_is_that_of_the_guideline(tmp_path, codes, n):
    frames = MadeFrames(held=tuple(range(3, 16)))
    method = LBPTop(crop=None, size=40, codes=codes)
    got = method.features(clip_of(frames, tmp_path, onset=4, offset=14))
    clip = np.stack([scaled(frames.read(k), 40) for k in range(4, 15)])
    assert got.shape == (n,)
    assert np.array_equal(got, lbp_top(interpolated(clip, 10), (5, 5), (1, 1, 4), (4, 4, 4), codes))
    assert got.reshape(25, 3, -1).sum(axis=-1) == pytest.approx(1)


@pytest.mark.parametrize("c", [0.01, 1.0])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_machine_is_that_of_scikit_learn(c, n_classes):
    rows, labels, subjects = toy()
    labels = labels % n_classes
    method = LBPTop(c=c).fit(rows, labels, subjects, Run(classes=CLASSES))
    others = toy(seed=1)[0]
    reference = make_pipeline(
        StandardScaler(), SVC(kernel="linear", C=c, class_weight="balanced", break_ties=n_classes > 2)
    )
    found = method.predict_proba(others)
    assert np.array_equal(found.argmax(axis=1), reference.fit(rows, labels).predict(others))
    assert found.sum(axis=1) == pytest.approx(1)
    assert found.shape == (len(others), 3)
    assert (found[:, n_classes:] == 0).all()


def test_a_single_class_is_said_of_everything():
    rows, labels, subjects = toy()
    method = LBPTop().fit(rows, np.full_like(labels, 2), subjects, Run(classes=CLASSES))
    assert np.array_equal(method.predict_proba(rows[:4]), np.tile([0.0, 0.0, 1.0], (4, 1)))


def test_c_is_the_best_for_subjects_left_out():
    rows, labels, subjects = toy(distance=1.0)
    machine = Machine(3)
    candidates = (100.0, 0.0001, 0.01)
    scored = {}
    shuffled = np.random.Generator(np.random.PCG64(7)).permutation(np.unique(subjects))
    for c in candidates:
        said = np.zeros(len(labels), int)
        for part in np.array_split(shuffled, 4):
            out = np.isin(subjects, part)
            reference = make_pipeline(
                StandardScaler(), SVC(kernel="linear", C=c, class_weight="balanced", break_ties=True)
            )
            said[out] = reference.fit(rows[~out], labels[~out]).predict(rows[out])
        scored[c] = float(uf1(tally(np.zeros(len(labels), int), labels, said, 1, 3)[0]))
    assert len(set(scored.values())) == 3
    best = max(scored, key=scored.__getitem__)
    assert chosen_c(machine, rows, labels, subjects, candidates, 4, 7) == best
    with pytest.raises(UserError, match="at least two subjects"):
        chosen_c(machine, rows, labels, np.full(len(labels), "d/s1"), candidates, 4, 7)


def test_of_equal_cs_the_smallest_is_taken():
    rows, labels, subjects = toy(distance=50)
    assert chosen_c(Machine(3), rows, labels, subjects, (10.0, 1.0, 100.0), 5, 0) == 1.0


def test_it_tells_classes_apart_and_shuffled_labels_do_not():
    rows, labels, subjects = toy(distance=3)
    method = LBPTop(candidates=(0.01, 1.0), inner=3)
    assert held_out_uf1(method, rows, labels, subjects) > 0.8
    shuffled = [held_out_uf1(method, rows, np.random.default_rng(k).permutation(labels), subjects) for k in range(4)]
    assert np.mean(shuffled) < 0.45


def test_clips_and_their_features_are_the_same_to_it(tmp_path):
    clips = [clip_of(MadeFrames(name="x" * k, held=tuple(range(1, 12))), tmp_path) for k in range(1, 7)]
    labels, subjects = np.array([0, 1, 2] * 2), np.array([f"d/s{k}" for k in range(6)])
    method = LBPTop(crop=None, size=24, inner=2)
    run = Run(seed=3, classes=CLASSES)
    of_clips = method.fit(clips, labels, subjects, run).predict_proba(clips)
    rows = np.stack([method.features(clip) for clip in clips])
    assert np.array_equal(LBPTop(inner=2).fit(rows, labels, subjects, run).predict_proba(rows), of_clips)


def test_probabilities_keep_the_order_of_scores():
    scores = np.array([[0.1, 2.2, 1.1], [-np.inf, -1.0, 1000.0]])
    found = as_probabilities(scores)
    assert np.array_equal(found.argsort(axis=1), scores.argsort(axis=1))
    assert found.sum(axis=1) == pytest.approx(1)


def test_a_wrong_parameter_is_refused():
    for wrong in ({"c": 0.0}, {"candidates": ()}, {"candidates": (1.0, -1.0)}, {"inner": 1}):
        with pytest.raises(ValueError, match="C is positive"):
            LBPTop(**wrong)
