"""The networks of the DynGeoNet family: one branch that looks, one that measures, joined late.

::

    image (n, H, W, 3) -> VGG-16 -> features -> FC 256, ReLU, dropout --+
                                                                        +-> FC 256, ReLU -> FC 1
    geometry (n, 67) -> z-score -> FC 128, ReLU -> FC 128, ReLU --------+

The paper gives the branches, "two FC layers" after the fusion and nothing else: all widths are choices. DynNet has the
upper branch only, GeoNet the lower one. Outputs are log-odds, (n,); the loss takes the logistic function of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mebench.baselines.spotting.vgg import VGG16, load_weights, too_small
from mebench.extras import needed
from mebench.problems import UserError, unknown_name

with needed("baselines"):
    import torch
    from torch import Tensor, nn

_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's images, red, green, blue, from 0 to 1: what published weights of VGG-16 expect."""
N_GEOMETRY = 67


@dataclass(frozen=True)
class Shape:
    """What a network is made of.

    Parameters
    ----------
    appearance, geometry : bool
        Which branches there are.
    backbone : {"vgg16", "small"}
    head : {"gap", "fc7"}
        Of VGG-16.
    channels : tuple of int
        Of the small backbone.
    size : int
        Width and height of the images.
    colours : int
        3, or 1 for grey images.
    appearance_units, geometry_units, fusion_units : int
    dropout : float
    weights : str, optional
        File with weights for VGG-16.
    """

    appearance: bool = True
    geometry: bool = True
    backbone: str = "vgg16"
    head: str = "gap"
    channels: tuple[int, ...] = (8, 16, 32, 32)
    size: int = 224
    colours: int = 3
    appearance_units: int = 256
    geometry_units: int = 128
    fusion_units: int = 256
    dropout: float = 0.5
    weights: str | None = None


class Small(nn.Module):
    """A few blocks of convolution, batch norm and pooling, whose last map is taken place by place."""

    def __init__(self, channels: Sequence[int], size: int, colours: int) -> None:
        super().__init__()
        side = size >> len(channels)
        if not channels or side < 1:
            raise UserError(f"{len(channels)} blocks leave nothing of images of {size} pixels. Take 1 to 5 blocks.")
        layers: list[nn.Module] = []
        before = colours
        for wide in channels:
            layers += [nn.Conv2d(before, wide, 3, padding=1), nn.BatchNorm2d(wide), nn.ReLU(), nn.MaxPool2d(2)]
            before = wide
        self.layers = nn.Sequential(*layers)
        self.out = before * side * side

    def forward(self, images: Tensor) -> Tensor:
        """Return the features of images (n, C, H, W)."""
        maps: Tensor = self.layers(images)
        return maps.flatten(1)


class Appearance(nn.Module):
    """The branch that looks: images (n, H, W[, 3]) of bytes to (n, units)."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        if shape.backbone not in ("vgg16", "small"):
            raise unknown_name("backbone", shape.backbone, ("vgg16", "small"))
        self.backbone: VGG16 | Small
        if shape.backbone == "vgg16":
            if wrong := too_small(shape.size, shape.head):
                raise UserError(f"{wrong}. Give another size.")
            self.backbone = VGG16(shape.head)
            if shape.weights is not None:
                load_weights(self.backbone, shape.weights)
        else:
            self.backbone = Small(shape.channels, shape.size, shape.colours)
        self.repeat = 3 if shape.backbone == "vgg16" and shape.colours == 1 else 1
        centre, spread = (_MEAN, _DEVIATION) if shape.backbone == "vgg16" else ((0.5,), (0.25,))
        self.register_buffer("mean", torch.tensor(centre).reshape(1, -1, 1, 1) * 255, persistent=False)
        self.register_buffer("deviation", torch.tensor(spread).reshape(1, -1, 1, 1) * 255, persistent=False)
        self.last = nn.Sequential(
            nn.Linear(self.backbone.out, shape.appearance_units), nn.ReLU(), nn.Dropout(shape.dropout)
        )

    def forward(self, images: Tensor) -> Tensor:
        """Return what the branch sees."""
        planes = images.unsqueeze(1) if images.ndim == 3 else images.permute(0, 3, 1, 2)
        planes = planes.expand(-1, self.repeat, -1, -1) if self.repeat > 1 else planes
        return torch.as_tensor(self.last(self.backbone((planes - self.mean) / self.deviation)))


class Geometry(nn.Module):
    """The branch that measures: (n, 67) to (n, units), after a z-score with the numbers of the training side."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, units: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(N_GEOMETRY))
        self.register_buffer("deviation", torch.ones(N_GEOMETRY))
        self.layers = nn.Sequential(nn.Linear(N_GEOMETRY, units), nn.ReLU(), nn.Linear(units, units), nn.ReLU())

    def learn_scale(self, geometry: NDArray[np.float32]) -> None:
        """Take means and standard deviations from the windows of the training side; what never varies is left out."""
        deviation = geometry.std(0, dtype=np.float64)
        self.mean.copy_(torch.from_numpy(geometry.mean(0, dtype=np.float64)))
        self.deviation.copy_(torch.from_numpy(np.where(deviation > 1e-9, deviation, np.inf)))

    def forward(self, geometry: Tensor) -> Tensor:
        """Return what the branch measures."""
        return torch.as_tensor(self.layers((geometry - self.mean) / self.deviation))


class Fusion(nn.Module):
    """Either branch, or both, and two fully connected layers: the log-odds of a micro-expression, (n,)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.appearance = Appearance(shape) if shape.appearance else None
        self.geometry = Geometry(shape.geometry_units) if shape.geometry else None
        joined = shape.appearance * shape.appearance_units + shape.geometry * shape.geometry_units
        self.fusion = nn.Sequential(nn.Linear(joined, shape.fusion_units), nn.ReLU(), nn.Linear(shape.fusion_units, 1))

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return the log-odds; the inputs are the images, the geometry, or both in this order."""
        branches = [branch for branch in (self.appearance, self.geometry) if branch is not None]
        seen = [branch(given) for branch, given in zip(branches, inputs, strict=True)]
        return torch.as_tensor(self.fusion(torch.cat(seen, 1))).squeeze(1)


def parameter_count(shape: Shape) -> int:
    """Return how many weights a network has, without making room for them."""
    with torch.device("meta"):
        network = Fusion(Shape(**{**vars(shape), "weights": None}))
    return sum(p.numel() for p in network.parameters())
