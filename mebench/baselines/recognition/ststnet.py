"""``ststnet``: flow and strain from onset to apex, and a network of one shallow layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray

from mebench.baselines.config import CPU_PRESET, PAPER_PRESET, Cost, Paper, Parameter, Published, Work
from mebench.baselines.data import Clip, Face, Video
from mebench.baselines.method import Labels, Names, Recogniser, Run
from mebench.problems import UserError, unknown_name

if TYPE_CHECKING:
    from torch import nn

    from mebench.baselines.training import Schedule
    from mebench.features.recipes.common import Recipe

SIDE = 28
STREAMS = (3, 5, 8)
"""Filters of the three streams."""
LAYOUTS = {"matlab": 1, "port": 2}
"""Zeros around the image before the convolution; 10 x 10 come out of the first pooling either way."""
N_CLASSES = 3
_TABLE, _LOG = "Table III; the UAR is a macro precision", "the authors' log, scored again"
_SECONDS_A_PAIR = {"tvl1": 0.3, "farneback": 0.003, "dis": 0.003, "rlof": 0.05}
"""For 128 x 128 pixels."""
_STEP = 0.035
"""Seconds a step of 256 clips."""


class STSTNet(Recogniser):
    """A network of one shallow layer over flow and strain from onset to apex (STSTNet, Liong et al. 2019).

    **In the paper.** TV-L1 flow from onset to apex gives u, v and the strain as an image of three channels, 28 x 28.
    Three streams of 3, 5 and 8 filters (3 x 3, ReLU, batch normalisation, max-pooling 3, dropout .5) are joined,
    averaged to 5 x 5 x 16 = 400 numbers, and one layer names the class. Adam 5e-5, 500 epochs in batches of 256, and
    the last epoch counts: neither of the authors' codes looks at the test fold, contrary to what is said of them.

    **Streams.** They are one layer each of the same kernel over the same input, so that the network is a single
    convolution of 16 filters, and that is how it is built. Convolution and last layer have 1,651 weights, with the
    scales and shifts of the batch normalisation 1,683; the paper says 1,670.

    **Presets.** ``paper`` follows the authors' MATLAB network (``layout``: padding 1; the mean image is subtracted),
    ``port`` their PyTorch port: padding 2, raw bytes, 800 epochs, no shuffling and clips sorted by class, so that the
    first of two batches is mostly negative. ``cpu`` keeps the size of the motion, which the authors' images lose (each
    is stretched to 0 .. 255), and learns at a larger rate, because at 5e-5 the score still rises at epoch 500. Where no
    apex is annotated it takes the middle: on the twin SMIC scores far better so than with the frame that moved most.

    **Left open.** The face (``crop``), the flow's parameters beyond the name, and the apex of SMIC, for which the paper
    takes D&C-RoIs.
    """

    PRESETS: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        PAPER_PRESET: {},
        CPU_PRESET: {
            "crop": None, "size": 128, "missing_apex": "middle", "norm": "train_zscore", "epochs": 30, "rate": 3e-3,
        },
        "port": {"centre": False, "layout": "port", "epochs": 800, "shuffle": False, "order": "class"},
    }  # fmt: skip
    PARAMETERS: ClassVar[Mapping[str, Parameter]] = {
        "crop": Parameter(
            "how the face is cut out (none: frames as they are)", "choice: not stated; as CASME II's crop"
        ),
        "size": Parameter("width and height of the face in pixels (none: as they are)", "choice: not stated"),
        "apex": Parameter("annotated, or middle, flow or dc-rois for every clip", "paper"),
        "missing_apex": Parameter(
            "where none is annotated: dc-rois, flow (largest mean flow) or middle", "paper (D&C-RoIs, for SMIC)"
        ),
        "flow": Parameter("back-end of the flow", "paper (TV-L1)"),
        "flow_preset": Parameter("its parameters by name", "code, TV-L1 of IPOL with tau .25, lambda .15, theta .3"),
        "strain": Parameter("frobenius, or three-term: the shear once", "code, os.m; equation 7 prints three-term"),
        "norm": Parameter(
            "per_image_minmax_u8: each channel of each image to 0 .. 255; fixed_scale: 10 px and 1 are full; "
            "train_zscore: by mean and deviation over the training clips",
            "code, the distributed images",
        ),
        "centre": Parameter("subtract the mean image of the training clips", "code, STSTNet.mat (zero-centre)"),
        "layout": Parameter("padding 1 as in MATLAB, or 2 as in the port", "code, STSTNet.mat"),
        "dropout": Parameter("share of numbers left out while learning", "paper"),
        "rate": Parameter("learning rate of Adam", "paper and code, main.m"),
        "epochs": Parameter("passes over the training clips", "code, main.m"),
        "batch": Parameter("clips a step", "code, main.m"),
        "shuffle": Parameter("a new order every epoch", "choice: the port has none"),
        "order": Parameter("of the clips: given, or class (sorted by class)", "choice: the port reads class by class"),
        "inner_share": Parameter(
            "of the training clips, left out to choose an epoch (--selection inner)", "choice: usual"
        ),
    }
    PAPER = Paper(
        "Liong, Gan, See, Khor, Huang: Shallow triple stream three-dimensional CNN (STSTNet) for micro-expression "
        "recognition, FG 2019",
        link="https://arxiv.org/abs/1902.03634",
        code="github.com/christy1206/STSTNet",
        results=(
            Published("megc2019", "megc2019", "uf1", 0.7353, _TABLE),
            Published("megc2019", "megc2019", "uar", 0.7605, _TABLE),
            Published("megc2019", "megc2019", "uar", 0.7186, _LOG),
            Published("smic", "megc2019", "uf1", 0.6801, _TABLE),
            Published("smic", "megc2019", "uar", 0.6703, _LOG),
            Published("casme2", "megc2019", "uf1", 0.8382, _TABLE),
            Published("casme2", "megc2019", "uar", 0.8190, _LOG),
            Published("samm", "megc2019", "uf1", 0.6588, _TABLE),
            Published("samm", "megc2019", "uar", 0.6415, _LOG),
            Published("megc2019", "megc2019", "uf1", 0.7209, "the authors' PyTorch port, 800 epochs"),
            Published("megc2019", "megc2019", "uar", 0.7250, "the authors' PyTorch port, 800 epochs"),
        ),
    )
    SLIPS = (
        "The UAR of Table III, .7605, is the macro precision; the authors' own log has the UAR .7186. So are those of "
        "AlexNet, SqueezeNet, GoogLeNet and VGG16 in that table. The UF1 are right. Most later papers copy them.",
        "1,670 parameters are claimed; the layers as described have 1,651, or 1,683 with batch normalisation.",
        "Equation 7 prints the strain with the shear once and a misplaced bracket; the authors' code has it twice.",
        "Three streams of different width do nothing that one layer of 16 filters does not.",
    )
    REQUIRES = ("torch", "cv2")

    def __init__(
        self,
        *,
        crop: str | None = "casme2",
        size: int | None = None,
        apex: Literal["annotated", "middle", "flow", "dc-rois"] = "annotated",
        missing_apex: Literal["middle", "flow", "dc-rois"] = "dc-rois",
        flow: str = "tvl1",
        flow_preset: str | None = "ipol",
        strain: Literal["frobenius", "three-term"] = "frobenius",
        norm: Literal["per_image_minmax_u8", "fixed_scale", "train_zscore"] = "per_image_minmax_u8",
        centre: bool = True,
        layout: Literal["matlab", "port"] = "matlab",
        dropout: float = 0.5,
        rate: float = 5e-5,
        epochs: int = 500,
        batch: int = 256,
        shuffle: bool = True,
        order: Literal["given", "class"] = "given",
        inner_share: float = 0.2,
    ) -> None:
        self.crop = crop
        self.size = size
        self.apex = apex
        self.missing_apex = missing_apex
        self.flow = flow
        self.flow_preset = flow_preset
        self.strain = strain
        self.norm = norm
        self.centre = centre
        self.layout = layout
        self.dropout = dropout
        self.rate = rate
        self.epochs = epochs
        self.batch = batch
        self.shuffle = shuffle
        self.order = order
        self.inner_share = inner_share
        if not (0 <= dropout < 1 and rate > 0 and epochs > 0 and batch > 0 and 0 < inner_share < 1):
            raise ValueError("dropout lies in [0, 1), inner_share in (0, 1); rate, epochs and batch are positive")
        if norm not in _NORMS:
            raise unknown_name("norm", norm, _NORMS)
        if layout not in LAYOUTS:
            raise unknown_name("layout", layout, LAYOUTS)

    @classmethod
    def parameter_count(cls, preset: str = PAPER_PRESET) -> int | None:
        """Return how many weights are learned, those of the batch normalisation among them."""
        from mebench.baselines.training import n_parameters

        return n_parameters(network())

    def face(self) -> Face | None:
        """Return how faces are cut out."""
        return None if self.crop is None else Face(self.crop, self.size)

    def needs(self, of: Video | Clip) -> Sequence[Recipe]:
        """Return the flow from the onset to the apex, annotated or sought."""
        return (self._recipe(of),)

    def features(self, clip: Clip) -> NDArray[np.float32]:
        """Return the image (28, 28, 3) of flow to the right, flow down, and strain.

        Bytes as floats with ``per_image_minmax_u8``, shares of the full scale with ``fixed_scale``, and pixels with
        ``train_zscore``, which :meth:`fit` scales.
        """
        from mebench.features.flow_images import flow_image
        from mebench.features.strain import strain

        field = clip.features(self._recipe(clip))["flow"][0]
        image = flow_image(field, strain(field, self.strain), SIDE, _NORMS[self.norm])
        return np.asarray(image, np.float32)

    def fit(self, clips: Sequence[Clip] | NDArray[Any], labels: Labels, subjects: Names, run: Run) -> Self:
        """Learn; the seed decides over the first weights, dropout and the order of clips."""
        from mebench.baselines.training import fitted

        images = np.asarray(self.arrays(clips), np.float32)
        if images.shape[1:] != (SIDE, SIDE, 3):
            raise UserError(f"ststnet learns from images of {SIDE} x {SIDE} x 3, not {images.shape[1:]}.")
        self.classes_ = run.classes
        self.device_ = run.device
        self._learn_scale(images)
        if self.order == "class":
            first = np.argsort(labels, kind="stable")
            images, labels, subjects = images[first], labels[first], subjects[first]
        self.network_, self.epochs_ = fitted(
            lambda: network(len(run.classes), self.layout, self.dropout),
            (self._input(images),),
            np.asarray(labels, np.int64),
            self._schedule(),
            seed=run.seed,
            device=run.device,
            selection=run.selection,
            subjects=subjects,
            score=uf1_of,
            share=self.inner_share,
            progress=run.progress,
            after_epoch=self._watch(run),
            mixed_precision=run.mixed_precision,
        )
        return self

    def predict_proba(self, clips: Sequence[Clip] | NDArray[Any]) -> NDArray[np.float64]:
        """Return the softmax of the network, (n, classes)."""
        from mebench.baselines.training import outputs, reproducible

        images = np.asarray(self.arrays(clips), np.float32)
        with reproducible(0, self.device_) as place:
            scores = outputs(self.network_.to(place), (self._input(images),), place, self.batch)
        grown = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(grown / grown.sum(axis=1, keepdims=True), np.float64)

    def cost(self, work: Work) -> Cost | None:
        """Estimate from times that were measured once."""
        steps = -(-work.train_items // self.batch) * self.epochs
        pixels = (self.size or 250) ** 2
        pair = _SECONDS_A_PAIR.get(self.flow, 0.3) * pixels / 128**2
        seconds = steps * _STEP * min(1, work.train_items / self.batch)
        return Cost(pair * work.items, seconds, 4.0 * pixels * work.items, "from times that were measured once")

    def _recipe(self, of: Video | Clip) -> Recipe:
        from mebench.features.recipes import recipe

        shared = {"method": self.flow, "preset": self.flow_preset, "size": None if self.crop else self.size}
        if self.apex == "annotated" and _is_annotated(of):
            return recipe("flow", {**shared, "pairs": "onset-apex"})
        return recipe("apex-flow", {**shared, "apex": self.missing_apex if self.apex == "annotated" else self.apex})

    def _learn_scale(self, images: NDArray[np.float32]) -> None:
        per_channel = (0, 1, 2)
        zscore = self.norm == "train_zscore"
        everywhere = images.mean(axis=per_channel, dtype=np.float64) if zscore else np.zeros(3)
        self.shift_ = images.mean(axis=0, dtype=np.float64) if self.centre else np.broadcast_to(everywhere, (1, 1, 3))
        deviation = images.std(axis=per_channel, dtype=np.float64)
        self.scale_ = np.where(deviation > 0, deviation, 1) if zscore else np.ones(3)

    def _input(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        scaled = (images - self.shift_) / self.scale_
        return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2), np.float32)

    def _schedule(self) -> Schedule:
        import torch

        from mebench.baselines.training import Schedule

        def adam(weights: Any) -> torch.optim.Optimizer:
            return torch.optim.Adam(weights, self.rate)

        return Schedule(self.epochs, self.batch, adam, torch.nn.CrossEntropyLoss(), self.shuffle)

    def _watch(self, run: Run) -> Any:
        """Return what lets the runner predict with the network as it is after an epoch."""
        on_epoch = run.on_epoch
        if on_epoch is None:
            return None

        def look(epoch: int, network: nn.Module) -> None:
            self.network_ = network
            on_epoch(epoch, self.predict_proba)

        return look


_NORMS: dict[str, Literal["per_image_minmax_u8", "fixed_scale", "none"]] = {
    "per_image_minmax_u8": "per_image_minmax_u8",
    "fixed_scale": "fixed_scale",
    "train_zscore": "none",
}


def network(n_classes: int = N_CLASSES, layout: str = "matlab", dropout: float = 0.5) -> nn.Module:
    """Return the untrained network: (n, 3, 28, 28) to (n, classes)."""
    from torch import nn

    filters = sum(STREAMS)
    return nn.Sequential(
        nn.Conv2d(3, filters, 3, padding=LAYOUTS[layout]),
        nn.ReLU(),
        nn.BatchNorm2d(filters),
        nn.MaxPool2d(3, stride=3, padding=1),
        nn.Dropout(dropout),
        nn.AvgPool2d(2, stride=2),
        nn.Flatten(),
        nn.Linear(5 * 5 * filters, n_classes),
    )


def uf1_of(scores: NDArray[np.float64], labels: NDArray[Any]) -> float:
    """Return the UF1 of what a network says of clips, over the classes that occur on either side."""
    from mebench.metrics.recognition import tally, uf1

    counted = tally(np.zeros(len(labels), np.intp), labels, scores.argmax(axis=1), 1, scores.shape[1])
    return float(uf1(counted[0]))


def _is_annotated(of: Video | Clip) -> bool:
    """Return whether a clip has an apex that lies after its onset, and not after its offset."""
    return (
        isinstance(of, Clip)
        and of.apex is not None
        and of.onset is not None
        and of.onset < of.apex
        and (of.offset is None or of.apex <= of.offset)
    )
