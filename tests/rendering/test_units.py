import numpy as np
import pytest

from mebench.datasets.twin import action_units
from mebench.rendering.pack import head_pack
from mebench.rendering.units import CHANNELS, MIXTURES, channels_of


def test_sides_are_the_persons_own():
    assert channels_of("L14") == {"AU14L": 1.0}
    assert channels_of("R12+R14") == {"AU12R": 1.0, "AU14R": 1.0}
    pack = head_pack()
    index, delta = pack.targets["unit/mouthSmileLeft"]
    strongest = index[np.linalg.norm(delta, axis=1).argmax()]
    assert pack.vertices[strongest, 0] > 0.2  # the person's left is on the right of the image


def test_a_bare_number_moves_both_sides_and_the_unknown_nothing():
    assert channels_of("4+7") == dict.fromkeys(("AU4L", "AU4R", "AU7L", "AU7R"), 1.0)
    assert channels_of("17") == channels_of("L17") == {"AU17": 1.0}
    assert channels_of("?") == channels_of("") == {}


@pytest.mark.parametrize("written", ["3", "12+99", "X12", "12+", "smile"])
def test_unknown_units_are_refused(written):
    with pytest.raises(ValueError, match="no action unit"):
        channels_of(written)


def test_every_combination_of_the_twins_is_known():
    for combinations in action_units._BY_EMOTION.values():
        for combination in combinations:
            assert set(channels_of(combination)) <= set(CHANNELS)
            assert channels_of(combination)


def test_every_mixture_is_made_of_units_of_the_pack():
    targets = head_pack().targets
    assert {f"unit/{unit}" for mixture in MIXTURES.values() for unit in mixture} <= set(targets)
