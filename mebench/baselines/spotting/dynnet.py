"""DynNet: DynGeoNet without its geometry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from mebench.baselines.config import Paper, Parameter, Published
from mebench.baselines.data import Video
from mebench.baselines.spotting import branches, dyngeonet, window_network
from mebench.baselines.spotting.branches import Looks, Pools
from mebench.baselines.spotting.window_network import WindowNetwork
from mebench.features.recipes.common import Recipe

if TYPE_CHECKING:
    from mebench.baselines.spotting.networks import Shape


@dataclass(kw_only=True, eq=False, repr=False)
class DynNet(Looks, Pools, WindowNetwork):
    """Windows of fixed length: VGG-16 on the dynamic image alone, an ablation of DynGeoNet.

    The paper names it "the subnet that processes only the dynamic image feature". Here it is the branch of DynGeoNet
    that looks, followed by the same two fully connected layers; see that method for all choices.
    """

    PRESETS: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "paper": {},
        "cpu": {**dyngeonet.CPU_TRAINING, **dyngeonet.CPU_LOOKS, **dyngeonet.CPU_POOLS},
    }
    PARAMETERS: ClassVar[Mapping[str, Parameter]] = {**window_network.PARAMETERS, **branches.LOOKS, **branches.POOLS}
    PAPER: ClassVar[Paper | None] = Paper(
        dyngeonet.CITATION,
        results=(
            Published("casme-sq", "loso", "me f1", 0.00921, "Table 1"),
            Published("samm-lv", "loso", "me f1", 0.0208, "Table 1"),
            Published("smic-e-long", "loso", "me f1", 0.0438, "Table 1"),
        ),
    )
    SLIPS: ClassVar[tuple[str, ...]] = dyngeonet.SLIPS_OF_ALPHA + dyngeonet.SLIPS_OF_TRAINING

    def recipes(self, video: Video) -> tuple[Recipe, ...]:
        """Return dynamic images."""
        return (self.image(self.window_of(video), self.smooth, **self.pooling()),)

    def shape(self) -> Shape:
        """Return a network that only looks."""
        from mebench.baselines.spotting.networks import Shape

        return Shape(**self.looking(), geometry=False, fusion_units=self.fusion_units)
