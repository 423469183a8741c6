"""STSTNet: the network of the paper, its input, and trainings that are worth what they say."""

import numpy as np
import pytest
import torch
from torch import nn

from mebench.baselines.config import configured, parameters_of
from mebench.baselines.data import Clip
from mebench.baselines.method import Run
from mebench.baselines.recognition.ststnet import STREAMS, STSTNet, network, uf1_of
from mebench.baselines.registry import method_class
from mebench.baselines.training import n_parameters
from mebench.features.flow import flow
from mebench.features.flow_images import flow_image
from mebench.features.recipes import recipe
from mebench.features.recipes.common import Source
from mebench.features.strain import strain
from mebench.metrics.recognition import tally, uf1
from mebench.problems import UserError
from tests.features.made_frames import MadeFrames

CLASSES = ("negative", "positive", "surprise")
QUICK = {"crop": None, "size": None, "flow": "dis", "flow_preset": None, "missing_apex": "middle"}


def toy(n_subjects=9, per=8, seed=0):
    """Images whose flow goes down above, up below at the sides, or up above; amounts and noise differ."""
    rng = np.random.default_rng(seed)
    subjects = np.repeat([f"d/s{k}" for k in range(n_subjects)], per)
    labels = rng.integers(0, 3, len(subjects))
    images = rng.normal(0, 0.3, (len(subjects), 28, 28, 3)).astype(np.float32)
    places = [
        (slice(4, 10), slice(8, 20), 1.0),
        (slice(18, 24), slice(6, 22), -1.0),
        (slice(4, 10), slice(8, 20), -1.0),
    ]
    for image, label in zip(images, labels, strict=True):
        rows, columns, sign = places[label]
        image[rows, columns, 1] += sign * rng.uniform(0.6, 1.5)
        image[..., 2] = np.abs(image[..., 2]) / 5
    return images, labels, subjects


def held_out_uf1(images, labels, subjects, parts=3, **parameters):
    said = np.zeros(len(labels), int)
    for part in np.array_split(np.unique(subjects), parts):
        out = np.isin(subjects, part)
        method = STSTNet(norm="train_zscore", rate=5e-3, batch=64, **parameters)
        method.fit(images[~out], labels[~out], subjects[~out], Run(seed=1, classes=CLASSES))
        said[out] = method.predict_proba(images[out]).argmax(axis=1)
    return uf1(tally(np.zeros(len(labels), int), labels, said, 1, 3)[0])


def clip_of(tmp_path, onset=3, apex=9, offset=12, dataset="casme2-twin-tiny"):
    source = Source(MadeFrames(), onset, apex, offset, is_clip=True)
    return Clip(dataset, "s01", "c1", onset, apex, offset, 200.0, source, None, tmp_path)


def test_it_has_the_weights_that_the_layers_of_the_paper_have():
    weights = {name: value.numel() for name, value in network().named_parameters()}
    convolutions = [(27 + 1) * filters for filters in STREAMS]
    assert convolutions == [84, 140, 224]
    assert weights["0.weight"] + weights["0.bias"] == sum(convolutions)
    assert weights["7.weight"] + weights["7.bias"] == 1203
    assert sum(convolutions) + 1203 == 1651
    assert n_parameters(network()) == 1683 == STSTNet.parameter_count("paper") == STSTNet.parameter_count("cpu")


@pytest.mark.parametrize("layout", ["matlab", "port"])
def test_three_streams_are_the_one_layer(layout):
    torch.manual_seed(0)
    whole = network(layout=layout)
    for layer in (whole[0], whole[2]):
        nn.init.uniform_(layer.weight, -1, 1)
        nn.init.uniform_(layer.bias, -1, 1)
    images = torch.randn(5, 3, 28, 28)
    joined, begin = [], 0
    for filters in STREAMS:
        rows = slice(begin, begin + filters)
        begin += filters
        convolution = nn.functional.conv2d(images, whole[0].weight[rows], whole[0].bias[rows], padding=whole[0].padding)
        positive = nn.functional.relu(convolution)
        centred = positive - positive.mean(dim=(0, 2, 3), keepdim=True)
        deviation = (positive.var(dim=(0, 2, 3), unbiased=False, keepdim=True) + 1e-5).sqrt()
        scaled = centred / deviation * whole[2].weight[rows, None, None] + whole[2].bias[rows, None, None]
        joined.append(nn.functional.max_pool2d(scaled, 3, 3, 1))
    pooled = torch.cat(joined, dim=1)
    assert pooled.shape == (5, 16, 10, 10)
    numbers = nn.functional.avg_pool2d(pooled, 2).flatten(1)
    assert numbers.shape == (5, 400)
    whole[4].p = 0.0
    assert torch.allclose(whole(images), whole[7](numbers), atol=1e-5)
    assert [type(layer).__name__ for layer in whole][:5] == ["Conv2d", "ReLU", "BatchNorm2d", "MaxPool2d", "Dropout"]


@pytest.mark.parametrize("norm", ["per_image_minmax_u8", "fixed_scale", "train_zscore"])
def test_the_input_is_flow_and_strain_from_onset_to_apex(tmp_path, norm):
    frames = MadeFrames()
    got = STSTNet(**QUICK, norm=norm, strain="three-term").features(clip_of(tmp_path))
    field = flow(frames.read(3), frames.read(9), "dis").astype(np.float16).astype(np.float32)  # as the cache keeps it
    kept = "none" if norm == "train_zscore" else norm
    expected = flow_image(field, strain(field, "three-term"), norm=kept)
    assert got.shape == (28, 28, 3)
    assert got.dtype == np.float32
    assert got == pytest.approx(expected, abs=1e-5)


def test_an_apex_that_is_missing_or_impossible_is_sought(tmp_path):
    method = STSTNet(**{**QUICK, "missing_apex": "flow"})
    annotated = recipe("flow", {"method": "dis", "pairs": "onset-apex"})
    sought = recipe("apex-flow", {"method": "dis", "apex": "flow"})
    for apex, expected in ((9, annotated), (12, annotated), (3, sought), (2, sought), (13, sought), (None, sought)):
        assert method.needs(clip_of(tmp_path, apex=apex)) == (expected,)
    assert STSTNet(**QUICK, apex="middle").needs(clip_of(tmp_path)) == (
        recipe("apex-flow", {"method": "dis", "apex": "middle"}),
    )
    seen = method.features(clip_of(tmp_path, apex=None))
    assert np.abs(seen).max() > 0


def test_the_same_seed_gives_the_same_bytes_and_clips_are_as_good_as_their_features(tmp_path):
    clips = [clip_of(tmp_path, onset=k, apex=k + 4 + k % 3, offset=k + 10) for k in range(1, 13)]
    labels, subjects = np.arange(12) % 3, np.array([f"d/s{k % 4}" for k in range(12)])
    said = []
    for given, seed in ((clips, 3), ("features", 3), (clips, 4)):
        method = STSTNet(**QUICK, epochs=2)
        images = np.stack([method.features(clip) for clip in clips])
        method.fit(images if given == "features" else given, labels, subjects, Run(seed=seed, classes=CLASSES))
        said.append(method.predict_proba(images).tobytes())
    assert said[0] == said[1] != said[2]


def test_scales_are_learned_from_the_training_side():
    images, labels, subjects = toy(3)
    run = Run(classes=CLASSES)
    method = STSTNet(norm="train_zscore", centre=False, epochs=1).fit(images, labels, subjects, run)
    made = method._input(images)
    assert made.shape == (len(images), 3, 28, 28)
    assert made.mean(axis=(0, 2, 3)) == pytest.approx([0, 0, 0], abs=1e-4)
    assert made.std(axis=(0, 2, 3)) == pytest.approx([1, 1, 1], abs=1e-4)
    centred = STSTNet(epochs=1).fit(images, labels, subjects, run)._input(images)
    assert np.abs(centred.mean(axis=0)).max() < 1e-4
    raw = STSTNet(epochs=1, centre=False).fit(images, labels, subjects, run)._input(images)
    assert np.array_equal(raw, images.transpose(0, 3, 1, 2))


def test_it_learns_and_shuffled_labels_do_not():
    images, labels, subjects = toy()
    assert held_out_uf1(images, labels, subjects, epochs=12) > 0.8
    wrong = np.random.default_rng(0).permutation(labels)
    assert held_out_uf1(images, wrong, subjects, epochs=12) < 0.5


def test_the_runner_looks_on_after_every_epoch_and_changes_nothing():
    images, labels, subjects = toy(3)
    seen, told = [], []
    watched = STSTNet(epochs=4, rate=1e-3).fit(
        images, labels, subjects,
        Run(seed=2, classes=CLASSES, on_epoch=lambda epoch, predict: seen.append((epoch, predict(images[:5]))),
            progress=lambda *now: told.append(now[:2])),
    )  # fmt: skip
    alone = STSTNet(epochs=4, rate=1e-3).fit(images, labels, subjects, Run(seed=2, classes=CLASSES))
    assert [epoch for epoch, _ in seen] == [1, 2, 3, 4] == [done for done, _ in told]
    assert not np.array_equal(seen[0][1], seen[1][1])
    assert np.array_equal(seen[-1][1], watched.predict_proba(images[:5]))
    assert np.array_equal(alone.predict_proba(images), watched.predict_proba(images))


def test_an_inner_choice_keeps_an_epoch_within_the_plan():
    images, labels, subjects = toy(4)
    run = Run(seed=2, classes=CLASSES, selection="inner")
    method = STSTNet(norm="train_zscore", epochs=5, rate=1e-2).fit(images, labels, subjects, run)
    again = STSTNet(norm="train_zscore", epochs=method.epochs_, rate=1e-2)
    again.fit(images, labels, subjects, Run(seed=2, classes=CLASSES))
    assert 1 <= method.epochs_ <= 5
    assert np.array_equal(again.predict_proba(images), method.predict_proba(images))


def test_sorted_by_class_the_first_batch_is_mostly_of_the_first_class(monkeypatch):
    from mebench.baselines import training

    images, labels, subjects = toy(3)
    seen = {}
    monkeypatch.setattr(training, "fitted", lambda make, inputs, targets, *_, **more: seen.update(t=targets) or (0, 1))
    for order in ("class", "given"):
        STSTNet(order=order).fit(images, labels, subjects, Run(classes=CLASSES))
        assert np.array_equal(seen["t"], np.sort(labels) if order == "class" else labels)


def test_the_score_of_an_epoch_is_uf1():
    labels = np.array([0, 0, 1, 2, 2])
    scores = np.eye(3)[[0, 1, 1, 2, 0]]
    assert uf1_of(scores, labels) == pytest.approx((1 / 2 + 2 / 3 + 2 / 3) / 3)


def test_wrong_input_and_parameters_are_refused():
    with pytest.raises(UserError, match="28 x 28 x 3, not"):
        STSTNet().fit(np.zeros((4, 10)), np.zeros(4, int), np.array(["a"] * 4), Run(classes=CLASSES))
    with pytest.raises(UserError, match="There is no norm"):
        STSTNet(norm="zscore")
    with pytest.raises(UserError, match="There is no layout"):
        STSTNet(layout="torch")
    with pytest.raises(ValueError, match="are positive"):
        STSTNet(epochs=0)


@pytest.mark.parametrize("name", ["ststnet", "lbp-top"])
def test_every_parameter_is_explained_and_every_preset_can_be_made(name):
    kind = method_class(name)
    assert set(kind.PARAMETERS) == set(parameters_of(kind))
    sources = [parameter.source for parameter in kind.PARAMETERS.values()]
    assert all(source.startswith(("paper", "code", "choice: ")) for source in sources)
    for preset in kind.PRESETS:
        method = kind.of_preset(preset)
        assert method.get_params() == configured(kind, name, preset)
        assert method.face() is None or method.face().crop == "casme2"
    assert kind.SLIPS
    assert kind.PAPER.results
