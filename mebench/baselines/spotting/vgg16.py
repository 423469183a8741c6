"""VGG16: the baseline that DynGeoNet is compared with across databases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from mebench.baselines.config import Paper, Parameter, Published
from mebench.baselines.data import Video
from mebench.baselines.spotting import branches, dyngeonet, window_network
from mebench.baselines.spotting.branches import Looks
from mebench.baselines.spotting.window_network import WindowNetwork
from mebench.features.recipes.common import Recipe

if TYPE_CHECKING:
    from mebench.baselines.spotting.networks import Shape


@dataclass(kw_only=True, eq=False, repr=False)
class VGG16Frame(Looks, WindowNetwork):
    """Windows of fixed length: VGG-16 on the middle frame of the window alone.

    The authors of DynGeoNet re-implement "the CNN-based idea" of two papers "with VGG-16" and say no more; one of these
    (SMEConvNet) classifies single frames, apex or neutral, so here the network sees the middle frame of the window and
    is otherwise DynNet. A single frame holds no movement: it can only be learnt what faces look like at an apex.
    """

    PRESETS: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "paper": {},
        "cpu": {**dyngeonet.CPU_TRAINING, **dyngeonet.CPU_LOOKS},
    }
    PARAMETERS: ClassVar[Mapping[str, Parameter]] = {**window_network.PARAMETERS, **branches.LOOKS}
    PAPER: ClassVar[Paper | None] = Paper(
        dyngeonet.CITATION,
        results=(
            Published("samm-lv", "cross-a", "me f1", 0.0381, "Table 2 (TP 45, FP 2157, FN 114)"),
            Published("smic-e-long", "cross-b", "me f1", 0.0452, "Table 2 (TP 58, FP 2340, FN 108)"),
            Published("casme-sq", "cross-c", "me f1", 0.0085, "Table 2 (TP 11, FP 2521, FN 46)"),
        ),
    )
    SLIPS: ClassVar[tuple[str, ...]] = (
        "Table 2 gives the baseline as the method of Tran et al.; it is the authors' own re-implementation.",
        *dyngeonet.SLIPS_OF_TRAINING[:1],
    )

    def recipes(self, video: Video) -> tuple[Recipe, ...]:
        """Return the middle frames."""
        return (self.image(self.window_of(video), self.smooth, content="apex"),)

    def shape(self) -> Shape:
        """Return a network that only looks."""
        from mebench.baselines.spotting.networks import Shape

        return Shape(**self.looking(), geometry=False, fusion_units=self.fusion_units)
