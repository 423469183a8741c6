"""VGG-16 (configuration D of Simonyan and Zisserman 2014) as a backbone; the names of its weights are torchvision's.

So a file of weights that torchvision writes, e.g. those learnt on ImageNet, fits. Nothing is downloaded.
"""

from __future__ import annotations

from pathlib import Path

from mebench.extras import needed
from mebench.problems import UserError, printable, unknown_name

with needed("baselines"):
    import torch
    from torch import Tensor, nn

LAYERS = (64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0)
"""Channels of each convolution; 0 halves the image."""
HEADS = {"gap": 512, "fc7": 4096}
"""What the last layer gives: the mean over the image, or the second fully connected layer."""
_FC_SIDE = 224
_UNITS = 4096


class VGG16(nn.Module):
    """The network up to its features, (n, 3, H, W) to (n, 512) or (n, 4096).

    Parameters
    ----------
    head : {"gap", "fc7"}
        ``gap``: the mean over the last map, 14,714,688 weights, any image from 32 x 32; ``fc7``: through both hidden
        layers, 134,260,544 weights, images of 224 x 224.

    Raises
    ------
    UserError
        If there is no such head.
    """

    def __init__(self, head: str = "gap") -> None:
        super().__init__()
        if head not in HEADS:
            raise unknown_name("head of VGG-16", head, HEADS)
        layers: list[nn.Module] = []
        channels = 3
        for wide in LAYERS:
            if wide:
                layers += [nn.Conv2d(channels, wide, 3, padding=1), nn.ReLU(inplace=True)]
                channels = wide
            else:
                layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.classifier: nn.Module | None = None
        if head == "fc7":
            side = _FC_SIDE // 32
            first, second = nn.Linear(channels * side * side, _UNITS), nn.Linear(_UNITS, _UNITS)
            self.classifier = nn.Sequential(first, nn.ReLU(), nn.Dropout(), second, nn.ReLU(), nn.Dropout())
        self.out = HEADS[head]
        self._draw()

    def forward(self, images: Tensor) -> Tensor:
        """Return the features of images."""
        maps: Tensor = self.features(images)
        if self.classifier is None:
            return maps.mean((2, 3))
        return torch.as_tensor(self.classifier(maps.flatten(1)))

    def _draw(self) -> None:
        """Draw the first weights as torchvision does."""
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(layer, nn.Linear):
                nn.init.normal_(layer.weight, 0, 0.01)
            if isinstance(layer, nn.Conv2d | nn.Linear) and layer.bias is not None:
                nn.init.zeros_(layer.bias)


def load_weights(network: VGG16, path: Path | str) -> None:
    """Give a network the weights of a file of torchvision's VGG-16; layers that it lacks are passed over.

    Raises
    ------
    UserError
        If the file cannot be read or is of another network.
    """
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
        own = network.state_dict()
        network.load_state_dict({name: value for name, value in found.items() if name in own})
    except Exception as error:  # torch raises whatever the bytes lead it to
        first = str(error).strip().partition("\n")[0]
        raise UserError(
            f"{printable(str(path))}: no weights of VGG-16 as torchvision writes them ({first}). Give the path of such "
            "a file, e.g. vgg16-397923af.pth, or leave weights out."
        ) from error


def too_small(side: int, head: str) -> str:
    """Return what is wrong with an image of so many pixels a side, or nothing."""
    if head == "fc7" and side != _FC_SIDE:
        return f"the head fc7 of VGG-16 takes images of {_FC_SIDE} x {_FC_SIDE} pixels, not of {side}"
    return "" if side >= 32 else f"VGG-16 takes images of at least 32 x 32 pixels, not of {side}"
