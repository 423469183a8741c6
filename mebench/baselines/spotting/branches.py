"""The two branches of the DynGeoNet family as parameters: what is looked at, and what is measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mebench.baselines.config import Parameter
from mebench.features.recipes.common import Recipe

LOOKS = {
    "size": Parameter("width and height of the face images", "choice: what VGG-16 was made for"),
    "region": Parameter("eyes-nose-mouth, or the whole face", "paper, section 3.2; the boxes are a choice"),
    "layout": Parameter("canonical face onto which faces are brought", "choice: forehead to chin"),
    "placed_by": Parameter(
        "points by which faces are brought there", "choice: inner eye corners and nose, as Li et al. 2018"
    ),
    "colour": Parameter("three colours, or grey", "choice: VGG-16 takes three"),
    "backbone": Parameter("vgg16 or small", "paper, section 3.4"),
    "head": Parameter("what of VGG-16 is used: gap or fc7", "choice: not stated; fc7 has nine times the weights"),
    "channels": Parameter("of the small backbone's blocks", "choice: not in the paper, for two cores"),
    "appearance_units": Parameter("width of the layer on top of the backbone", "choice: not stated"),
    "dropout": Parameter("on that layer", "choice: that of VGG-16"),
    "weights": Parameter(
        "file with weights for VGG-16, as torchvision writes them", "choice: not stated; none is random"
    ),
}
POOLS = {
    "alpha": Parameter(
        "weights of the dynamic image: corrected, printed, harmonic",
        "choice: as Bilen et al.; the printed 2t-T+1 for t = 1..T sums to 2T and lets the still face through",
    ),
    "span": Parameter(
        "grey levels between later and earlier frames that fill the range; none stretches each image to its extremes",
        "choice: none, as Bilen's code does",
    ),
}
MEASURES = {
    "lip_closure": Parameter(
        "twelfth line of the lip: close (P60-P49) or literal (P60-P61)",
        "choice: P61 is not among the 22 points; both give 45 lines",
    ),
    "scale": Parameter("of the deformations: inter-ocular or pixels", "choice: so that faces of any size compare"),
    "still": Parameter(
        "nothing, or stable: the apex is first brought onto the onset by eye corners and nose",
        "choice: one transform for all frames of a window",
    ),
    "geometry_units": Parameter("width of both layers of the multi-layer perceptron", "choice: not stated"),
}


@dataclass(kw_only=True, eq=False, repr=False)
class Looks:
    """The parameters of the branch that looks."""

    size: int = 224
    region: str = "eyes-nose-mouth"
    layout: str = "face"
    placed_by: str = "three"
    colour: bool = True
    backbone: str = "vgg16"
    head: str = "gap"
    channels: tuple[int, ...] = (8, 16, 32, 32)
    appearance_units: int = 256
    dropout: float = 0.5
    weights: str | None = None

    def looking(self) -> dict[str, Any]:
        """Return what of a network's shape is decided here."""
        names = ("backbone", "head", "size", "appearance_units", "dropout", "weights")
        there = {name: getattr(self, name) for name in names}
        return {**there, "channels": tuple(self.channels), "colours": 3 if self.colour else 1}

    def image(self, window: tuple[int, int], smooth: int, **how: Any) -> Recipe:
        """Return the recipe of the images of windows (length, stride)."""
        from mebench.features.recipes import recipe

        names = ("size", "region", "layout", "colour")
        there = {**{name: getattr(self, name) for name in names}, "fit": self.placed_by}
        return recipe("face-window", {**there, "window": window[0], "stride": window[1], "smooth": smooth, **how})


@dataclass(kw_only=True, eq=False, repr=False)
class Pools:
    """The parameters of the dynamic image."""

    alpha: str = "corrected"
    span: float | None = None

    def pooling(self) -> dict[str, Any]:
        """Return the parameters of the recipe that are decided here."""
        return {"content": "dynamic", "alpha": self.alpha, "span": self.span}


@dataclass(kw_only=True, eq=False, repr=False)
class Measures:
    """The parameters of the branch that measures."""

    lip_closure: str = "close"
    scale: str = "inter-ocular"
    still: str = "nothing"
    geometry_units: int = 128

    def measured(self, window: tuple[int, int], smooth: int) -> Recipe:
        """Return the recipe of the geometry of windows (length, stride)."""
        from mebench.features.recipes import recipe

        how: Mapping[str, Any] = {"lip_closure": self.lip_closure, "scale": self.scale, "still": self.still}
        return recipe("face-geometry", {**how, "window": window[0], "stride": window[1], "smooth": smooth})
