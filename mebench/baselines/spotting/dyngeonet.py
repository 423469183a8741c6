"""DynGeoNet: dynamic images and geometry of windows, joined late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from mebench.baselines.config import Paper, Parameter, Published
from mebench.baselines.data import Video
from mebench.baselines.spotting import branches, window_network
from mebench.baselines.spotting.branches import Looks, Measures, Pools
from mebench.baselines.spotting.window_network import WindowNetwork
from mebench.features.recipes.common import Recipe

if TYPE_CHECKING:
    from mebench.baselines.spotting.networks import Shape

CITATION = (
    "Thuong-Khanh Tran et al., DynGeoNet: Fusion network for micro-expression spotting. The authors evaluate on "
    "CAS(ME)^2, SAMM Long Videos and SMIC-E-Long; no code is known"
)
CPU_TRAINING: Mapping[str, Any] = {
    "stride": 2,
    "smooth": 7,
    "fusion_units": 32,
    "epochs": 15,
    "optimiser": "adam",
    "rate": 1e-3,
    "decay": 1e-4,
    "batch": 64,
    "negatives": 5.0,
    "pool": 25.0,
    "inner_parts": 3,
    "inner_used": 3,
}
CPU_LOOKS: Mapping[str, Any] = {
    "size": 32,
    "colour": False,
    "backbone": "small",
    "channels": (4, 8, 8, 8),
    "appearance_units": 16,
}
CPU_POOLS: Mapping[str, Any] = {"span": 16.0}

SLIPS_OF_TRAINING = (
    "Equation 3 sums from i = 0 to N over N terms, lacks the brackets around both terms, and says y in [0, 1] where "
    "{0, 1} is meant; here: the mean of -(y log p + (1 - y) log(1 - p)).",
    "Optimiser and learning rate are stated for the baseline VGG16 only; here they hold for the whole family.",
)
SLIPS_OF_ALPHA = (
    "The weights of the dynamic image are printed as 2t - T + 1 for t = 1..T, which sums to 2T, so that twice the mean "
    "face shows through; Bilen et al. have 2t - T - 1, the same formula for t = 0..T-1 (alpha=printed is as printed).",
)
SLIPS_OF_LINES = (
    "The line (P53, P557) must be (P53, P57), the mirror image of (P51, P59).",
    "The lines (P_i, P_i+1) for i = 49..60 end with (P60, P61), and P61 is not among the 22 points; closing the outer "
    "lip with (P60, P49) gives 45 lines as well (lip_closure=literal is as printed).",
)
SLIPS_OF_TABLES = (
    "Table 1 compares F1 of ME with the LBCNN's .0595 and .0813, which are of MaE and ME together; the method is "
    "called better than the baselines, yet on CAS(ME)^2 .0501 is below .0595.",
    "Both parts alone (DynNet .00921, GeoNet .0081 on CAS(ME)^2) lie below baselines that their fusion beats.",
    "Table 2 cuts .065129 to .06512 instead of rounding it; all its other F1 follow from its TP, FP and FN.",
    "The text speaks of around 300 ME in the three datasets; its own counts are 57 + 159 + 166 = 382.",
    "97 videos of CAS(ME)^2 are counted, elsewhere 98; dlib is cited as a paper on recognition.",
)


@dataclass(kw_only=True, eq=False, repr=False)
class DynGeoNet(Looks, Pools, Measures, WindowNetwork):
    """Windows of fixed length: VGG-16 on the dynamic image and an MLP on landmark geometry, fused late.

    What the paper says
    -------------------
    A window of 35 (SMIC-E-Long), 11 (CAS(ME)^2) or 65 frames (SAMM-LV) slides over the video; its first frame is taken
    as onset and its middle frame as apex. dlib finds and aligns the face. The dynamic image sums the window up in one
    image of which only eyes, nose and mouth are looked at, by VGG-16. The geometry, 67 numbers, says how far 22 points
    of brows and lips moved from onset to apex, and by what ratio 45 lines between points changed; a two-layer
    perceptron takes it. Both are concatenated, and two fully connected layers say whether it is a micro-expression.
    Binary cross-entropy, SGD, learning rate 1e-4, 100 epochs, leave one subject out. Across databases (protocols
    cross-a, cross-b, cross-c) it learns from two datasets and is tested on the third; each keeps its own window.

    What it leaves open
    -------------------
    Stride, how faces are aligned and the regions' boxes, every width of the network, where VGG-16 is tapped, batch,
    momentum, first weights, which windows are examples and counterexamples, the threshold, and how windows become
    intervals. Each is a parameter here, marked as a choice. With plain SGD at 1e-4 from random weights VGG-16 hardly
    learns: give ``weights``, or ``optimiser=adam``, which is then not called faithful.

    All frames of a window are placed by the landmarks of its first frame, because placing each by its own turns the
    jitter of landmarks into motion.

    A movement that rises and falls alike within a window cancels in its dynamic image, whose weights are odd around the
    middle: the image shows best the windows that begin before an onset.

    The preset ``cpu`` keeps the method and makes it small: grey images of 32 pixels, four narrow blocks of convolution,
    every second window, Adam for 15 epochs. It differs in one choice besides, which matters for weak movements: the
    dynamic image keeps its strength instead of being stretched to its extremes (``span``). The threshold comes from all
    train subjects, each scored by a network that has not seen it (three inner parts).
    """

    PRESETS: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "paper": {},
        "cpu": {**CPU_TRAINING, **CPU_LOOKS, **CPU_POOLS},
    }
    PARAMETERS: ClassVar[Mapping[str, Parameter]] = {
        **window_network.PARAMETERS,
        **branches.LOOKS,
        **branches.POOLS,
        **branches.MEASURES,
    }
    PAPER: ClassVar[Paper | None] = Paper(
        CITATION,
        results=(
            Published("casme-sq", "loso", "me f1", 0.05012, "Table 1"),
            Published("samm-lv", "loso", "me f1", 0.0974, "Table 1"),
            Published("smic-e-long", "loso", "me f1", 0.1035, "Table 1"),
            Published("samm-lv", "cross-a", "me f1", 0.0481, "Table 2 (TP 49, FP 1830, FN 110)"),
            Published("smic-e-long", "cross-b", "me f1", 0.06512, "Table 2 (TP 48, FP 1260, FN 118)"),
            Published("casme-sq", "cross-c", "me f1", 0.01521, "Table 2 (TP 12, FP 1509, FN 45)"),
        ),
    )
    SLIPS: ClassVar[tuple[str, ...]] = SLIPS_OF_ALPHA + SLIPS_OF_LINES + SLIPS_OF_TRAINING + SLIPS_OF_TABLES

    def recipes(self, video: Video) -> tuple[Recipe, ...]:
        """Return dynamic images and geometry."""
        window = self.window_of(video)
        return self.image(window, self.smooth, **self.pooling()), self.measured(window, self.smooth)

    def shape(self) -> Shape:
        """Return a network of both branches."""
        from mebench.baselines.spotting.networks import Shape

        return Shape(**self.looking(), geometry_units=self.geometry_units, fusion_units=self.fusion_units)
