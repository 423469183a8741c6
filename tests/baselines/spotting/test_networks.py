"""The stated networks: how many weights, whose names, and that one step of the full preset can be taken here."""

import re

import numpy as np
import pytest
import torch

from mebench.baselines.spotting.dyngeonet import DynGeoNet
from mebench.baselines.spotting.dynnet import DynNet
from mebench.baselines.spotting.geonet import GeoNet
from mebench.baselines.spotting.networks import Fusion, Shape, parameter_count
from mebench.baselines.spotting.vgg import VGG16, load_weights
from mebench.baselines.spotting.vgg16 import VGG16Frame
from mebench.baselines.spotting.window_network import average_precision
from mebench.baselines.spotting.windows import POSITIVE, REST
from mebench.baselines.training import reproducible, train
from mebench.problems import UserError

VGG_CONVOLUTIONS = 14_714_688
BRANCHES = 67 * 128 + 128 + 128 * 128 + 128
HEAD = 512 * 256 + 256
JOIN = (256 + 128) * 256 + 256 + 256 + 1


def test_the_stated_head_has_the_stated_number_of_weights():
    assert DynGeoNet.parameter_count("paper") == VGG_CONVOLUTIONS + HEAD + BRANCHES + JOIN == 14_970_049
    assert parameter_count(DynGeoNet.of_preset("paper", head="fc7").shape()) == 135_433_409
    assert GeoNet.parameter_count("paper") == BRANCHES + 128 * 256 + 256 + 256 + 1
    assert DynNet.parameter_count("paper") == VGG16Frame.parameter_count("paper")
    assert DynNet.parameter_count("paper") == VGG_CONVOLUTIONS + HEAD + 256 * 256 + 256 + 256 + 1


def test_weights_are_named_as_in_torchvision():
    with torch.device("meta"):
        names = set(VGG16("fc7").state_dict())
    layers = [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28]
    expected = {f"features.{i}.{what}" for i in layers for what in ("weight", "bias")}
    assert names == expected | {f"classifier.{i}.{what}" for i in (0, 3) for what in ("weight", "bias")}


def test_weights_of_a_file_are_taken(tmp_path):
    with reproducible(1):
        given = VGG16("gap")
    there = {**given.state_dict(), "classifier.6.weight": torch.zeros(1000, 4096)}
    torch.save(there, tmp_path / "vgg16.pth")
    network = Fusion(Shape(size=32, weights=str(tmp_path / "vgg16.pth")))
    assert torch.equal(network.appearance.backbone.features[28].weight, given.features[28].weight)
    (tmp_path / "other.pth").write_bytes(b"no weights")
    with pytest.raises(UserError, match=r"no weights of VGG-16.*leave weights out"):
        load_weights(given, tmp_path / "other.pth")


def test_a_step_of_the_full_preset_lowers_the_loss():
    method = DynGeoNet.of_preset("paper")
    rng = np.random.default_rng(0)
    inputs = rng.integers(0, 256, (2, 224, 224, 3), dtype=np.uint8), rng.standard_normal((2, 67)).astype(np.float32)
    kinds = np.array([POSITIVE, REST])
    with reproducible(0) as place:
        network = method.network(inputs[1])
        before = {name: value.clone() for name, value in network.state_dict().items()}
        schedule = method.schedule(method._sampling(), 0)
        once = type(schedule)(1, 2, schedule.optimiser, schedule.loss)
        loss = train(network, inputs, kinds, once, place)
    assert loss == pytest.approx([np.log(2)], abs=0.5)
    changed = {name for name, value in network.state_dict().items() if not torch.equal(value, before[name])}
    assert changed == {name for name, _ in network.named_parameters()}
    optimiser = schedule.optimiser(network.parameters())
    assert (type(optimiser).__name__, optimiser.param_groups[0]["lr"], method.epochs) == ("SGD", 1e-4, 100)


def test_the_loss_is_the_mean_cross_entropy_with_brackets():
    said, kinds = torch.tensor([0.3, -1.2, 2.0]), torch.tensor([POSITIVE, REST, 2])
    p, y = torch.sigmoid(said), torch.tensor([1.0, 0.0, 0.0])
    expected = -(y * p.log() + (1 - y) * (1 - p).log()).mean()
    method = GeoNet()
    assert torch.isclose(method.schedule(method._sampling(), 0).loss(said, kinds), expected)


def test_geometry_is_scaled_by_the_training_side():
    rng = np.random.default_rng(0)
    geometry = (rng.standard_normal((500, 67)) * 0.02 + 1).astype(np.float32)
    geometry[:, 5] = 1.0
    network = GeoNet().network(geometry)
    scaled = (torch.from_numpy(geometry) - network.geometry.mean) / network.geometry.deviation
    assert torch.allclose(scaled.mean(0), torch.zeros(67), atol=1e-3)
    assert torch.allclose(scaled.std(0), torch.tensor([float(i != 5) for i in range(67)]), atol=1e-2)


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ({"backbone": "vgg19"}, "There is no backbone 'vgg19'"),
        ({"head": "fc8"}, "There is no head of VGG-16 'fc8'"),
        ({"head": "fc7", "size": 112}, "takes images of 224 x 224"),
        ({"size": 16}, "at least 32 x 32"),
        ({"backbone": "small", "size": 8}, "4 blocks leave nothing of images of 8 pixels"),
    ],
)
def test_impossible_networks_are_said(how, sentence):
    if "blocks" in sentence:
        how = {**how, "size": 8}
    with pytest.raises(UserError, match=re.escape(sentence)):
        Fusion(Shape(**how))


def test_average_precision_is_that_of_sklearn():
    from sklearn.metrics import average_precision_score

    rng = np.random.default_rng(0)
    said, kinds = rng.standard_normal(200), rng.integers(0, 3, 200)
    assert average_precision(said, kinds) == pytest.approx(average_precision_score(kinds == POSITIVE, said))
    assert np.isnan(average_precision(said, np.zeros(200)))
