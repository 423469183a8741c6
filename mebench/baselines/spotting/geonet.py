"""GeoNet: DynGeoNet without its dynamic images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from mebench.baselines.config import Paper, Parameter, Published
from mebench.baselines.data import Video
from mebench.baselines.spotting import branches, dyngeonet, window_network
from mebench.baselines.spotting.branches import Measures
from mebench.baselines.spotting.window_network import WindowNetwork
from mebench.features.recipes.common import Recipe

if TYPE_CHECKING:
    from mebench.baselines.spotting.networks import Shape


@dataclass(kw_only=True, eq=False, repr=False)
class GeoNet(Measures, WindowNetwork):
    """Windows of fixed length: a perceptron on landmark geometry alone, an ablation of DynGeoNet.

    The paper names it "the subnet that processes only the geometric feature". Here it is the branch of DynGeoNet that
    measures, followed by the same two fully connected layers; see that method for all choices.
    """

    PRESETS: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "paper": {},
        "cpu": {**dyngeonet.CPU_TRAINING},
    }
    PARAMETERS: ClassVar[Mapping[str, Parameter]] = {**window_network.PARAMETERS, **branches.MEASURES}
    PAPER: ClassVar[Paper | None] = Paper(
        dyngeonet.CITATION,
        results=(
            Published("casme-sq", "loso", "me f1", 0.0081, "Table 1"),
            Published("samm-lv", "loso", "me f1", 0.0198, "Table 1"),
            Published("smic-e-long", "loso", "me f1", 0.0278, "Table 1"),
        ),
    )
    SLIPS: ClassVar[tuple[str, ...]] = dyngeonet.SLIPS_OF_LINES + dyngeonet.SLIPS_OF_TRAINING

    def recipes(self, video: Video) -> tuple[Recipe, ...]:
        """Return the geometry."""
        return (self.measured(self.window_of(video), self.smooth),)

    def shape(self) -> Shape:
        """Return a network that only measures."""
        from mebench.baselines.spotting.networks import Shape

        return Shape(appearance=False, geometry_units=self.geometry_units, fusion_units=self.fusion_units)
