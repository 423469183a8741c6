"""A network that says of every window of a video whether it is a micro-expression: what the DynGeoNet family shares.

From windows to intervals the methods follow the benchmark of Tran et al.: every window is scored, those below a
threshold go, of those that overlap the best stays (``tran_fast_nms``), and each that is left is one interval.

The threshold is tuned on evidence of people whom the network has not seen: the train subjects are divided into
``inner_parts``, and for ``inner_used`` of them a network learns from all other parts and scores this one. Then one
network learns from all train subjects; that is the one which is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mebench.baselines.config import Cost, Parameter, Work
from mebench.baselines.data import Video
from mebench.baselines.evidence import ScoreTrack, proposals_of
from mebench.baselines.method import Run, Spotter, expressions_of
from mebench.baselines.postprocess.boxes import scored_at_least
from mebench.baselines.postprocess.suppression import tran_fast_nms
from mebench.baselines.postprocess.tables import per_video, prediction_table
from mebench.baselines.postprocess.tuning import tune_nested
from mebench.baselines.spotting import windows
from mebench.baselines.spotting.windows import POSITIVE, Kinds, Sampling
from mebench.datasets.tables import ME
from mebench.features.recipes.common import Recipe
from mebench.problems import UserError, unknown_name

if TYPE_CHECKING:
    from torch import Tensor

    from mebench.baselines.spotting.networks import Fusion, Shape
    from mebench.baselines.training import Schedule

Inputs = tuple[NDArray[Any], ...]
OPTIMISERS = ("adam", "sgd")

PARAMETERS = {
    "window": Parameter(
        "frames a window; none: 35 (SMIC-E-Long), 11 (CAS(ME)^2), 65 (SAMM-LV), else .35 s", "paper, section 4.1"
    ),
    "stride": Parameter(
        "frames from a window to the next; none: an eighth of the window",
        "choice: any up to 2/3 of the window can reach IoU .5; small steps only place it better",
    ),
    "smooth": Parameter("frames of the median over landmarks", "choice: dlib jitters as much as a weak ME moves"),
    "fusion_units": Parameter("width of the first of the two FC layers after the fusion", "choice: not stated"),
    "epochs": Parameter("passes over the samples", "paper, section 4.1"),
    "batch": Parameter("samples a step", "choice: not stated"),
    "optimiser": Parameter("sgd or adam", "paper, section 4.1, where it says so of the VGG16 baseline"),
    "rate": Parameter("learning rate", "paper, section 4.1"),
    "momentum": Parameter("of sgd", "choice: not stated; usual"),
    "decay": Parameter("weight decay", "choice: not stated; that of VGG-16"),
    "positive_iou": Parameter("IoU with an ME from which a window is an example", "choice: as Tran et al. 2017"),
    "negative_iou": Parameter(
        "IoU with an ME below which a window is a counterexample", "choice: what lies between is not learnt from"
    ),
    "macro_part": Parameter("share of a window within an MaE from which it counts as one of an MaE", "choice"),
    "negatives": Parameter("counterexamples for each example and epoch, drawn anew", "choice: not stated"),
    "macro_share": Parameter(
        "share of the counterexamples that lie in MaE", "choice: the paper blames subtle MaE for its false positives"
    ),
    "pool": Parameter("counterexamples for each example from which they are drawn", "choice: bounds the memory"),
    "nms_overlap": Parameter(
        "share of a window within a better one from which it is dropped", "choice: fast_nms of Tran et al.'s benchmark"
    ),
    "inner_parts": Parameter("parts of the train subjects, for the threshold", "choice: the threshold is not stated"),
    "inner_used": Parameter("how many of the parts are left out in turn and scored", "choice: one costs least"),
}


@dataclass(kw_only=True, eq=False, repr=False)
class WindowNetwork(Spotter):
    """The base of the family; not a method by itself."""

    window: int | None = None
    stride: int | None = None
    smooth: int = 5
    fusion_units: int = 256
    epochs: int = 100
    batch: int = 32
    optimiser: str = "sgd"
    rate: float = 1e-4
    momentum: float = 0.9
    decay: float = 5e-4
    positive_iou: float = 0.5
    negative_iou: float = 0.2
    macro_part: float = 0.5
    negatives: float = 3.0
    macro_share: float = 0.5
    pool: float = 10.0
    nms_overlap: float = 0.5
    inner_parts: int = 5
    inner_used: int = 1

    REQUIRES: ClassVar[tuple[str, ...]] = ("torch", "cv2")
    NEEDS_LANDMARKS: ClassVar[bool] = True

    def __post_init__(self) -> None:
        for name in ("window", "stride", "smooth", "fusion_units", "epochs", "batch", "inner_parts", "inner_used"):
            if getattr(self, name) is not None and getattr(self, name) < 1:
                raise ValueError(f"{name}={getattr(self, name)}: give at least 1")
        for name in ("rate", "negatives", "pool"):
            if not 0 < getattr(self, name) < np.inf:
                raise ValueError(f"{name}={getattr(self, name)}: give a number above 0")
        for name in ("momentum", "positive_iou", "negative_iou", "macro_part", "macro_share", "nms_overlap"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name}={getattr(self, name)}: give a number from 0 to 1")
        if not 0 <= self.decay < np.inf:
            raise ValueError(f"decay={self.decay}: give a number of at least 0")
        if self.optimiser not in OPTIMISERS:
            raise unknown_name("optimiser", self.optimiser, OPTIMISERS)

    def recipes(self, video: Video) -> tuple[Recipe, ...]:
        """Return the recipe of each input of the network, in their order; all have the same rows."""
        raise NotImplementedError

    def shape(self) -> Shape:
        """Return what the network is made of."""
        raise NotImplementedError

    def window_of(self, video: Video) -> tuple[int, int]:
        """Return length and stride of a video's windows in frames: each dataset has its own."""
        length = windows.length_of(video, self.window)
        return length, windows.stride_of(length, self.stride)

    def needs(self, of: Any) -> Sequence[Recipe]:
        """Return the landmarks, and what is made with them."""
        from mebench.features.recipes.landmarks import FacialPoints

        return (FacialPoints(), *self.recipes(of))

    @classmethod
    def parameter_count(cls, preset: str = "paper") -> int | None:
        """Return how many weights the network has."""
        from mebench.baselines.spotting.networks import parameter_count

        return parameter_count(cls.of_preset(preset).shape())

    def fit(self, videos: Sequence[Video], expressions: pd.DataFrame, run: Run) -> Self:
        """Learn; the threshold from subjects left out, the weights that are kept from everybody."""
        sampling = self._sampling()
        samples = _Samples.of(self, videos, expressions, sampling, run)
        parts = self._inner_parts(samples, run) if run.threshold_source == "train" else []
        trainings = len(parts) + 1
        tracks: list[ScoreTrack] = []
        for at, part in enumerate(parts):
            rest = samples.take(~np.isin(samples.subjects, sorted(part)))
            self._learn(rest, run, sampling, at, trainings)
            tracks += [self.track(video) for video in videos if windows.subject_of(video) in part]
        self._learn(samples, run, sampling, len(parts), trainings, last=True)
        return self.choose_thresholds(tracks, expressions, run)

    def track(self, video: Video) -> ScoreTrack:
        """Score every window of a video; the score is a probability."""
        from mebench.baselines.training import outputs, reproducible

        rows = windows.rows_of(video, self.recipes(video)[0])
        with reproducible(0, self.device_) as place:
            self.network_.to(place)
            logits = [outputs(self.network_, inputs, place, self.batch) for _, inputs in self._pieces(video)]
        score = 1 / (1 + np.exp(-np.clip(np.concatenate(logits), -700, 700)))
        onset, offset = np.array(rows, dtype=np.int64).T
        table = pd.DataFrame({"onset": onset, "offset": offset, "type": ME, "score": score})
        return ScoreTrack(video.video, video.first_frame, video.last_frame, proposals=table)

    def tune(self, tracks: Sequence[ScoreTrack], expressions: pd.DataFrame) -> dict[str, Any]:
        """Return the score with the best F1 (None: nothing is said); non-maxima are suppressed before."""
        kept = per_video(proposals_of(tracks), lambda of: tran_fast_nms(of, self.nms_overlap))
        chosen = tune_nested(kept, expressions_of(tracks, expressions), ME)
        return {"score": chosen.value if np.isfinite(chosen.value) else None}

    def intervals(self, track: ScoreTrack) -> pd.DataFrame:
        """Return the windows that are left after suppression and threshold."""
        least = self.thresholds_["score"]
        kept = tran_fast_nms(track.boxes(ME), self.nms_overlap)
        kept = scored_at_least(kept, np.inf if least is None else least)
        return prediction_table(track.video, ME, kept).drop(columns="video")

    def cost(self, work: Work) -> Cost | None:
        """Estimate from a measured step of training and one of scoring."""
        from mebench.baselines.spotting.costs import estimate

        return estimate(self, work)

    def inputs_of(self, video: Video, keep: NDArray[np.bool_]) -> Inputs:
        """Return the inputs of some windows of a video."""
        pieces = [tuple(array[keep[rows]] for array in inputs) for rows, inputs in self._pieces(video)]
        return tuple(np.concatenate(arrays) for arrays in zip(*pieces, strict=True))

    def schedule(self, sampling: Sampling, seed: int) -> Schedule:
        """Return how the network learns: binary cross-entropy of the mean over samples."""
        import torch

        from mebench.baselines.training import Schedule

        def optimiser(weights: Any) -> torch.optim.Optimizer:
            if self.optimiser == "sgd":
                return torch.optim.SGD(weights, self.rate, momentum=self.momentum, weight_decay=self.decay)
            return torch.optim.Adam(weights, self.rate, weight_decay=self.decay)

        def loss(said: Tensor, goal: Tensor) -> Tensor:
            return torch.nn.functional.binary_cross_entropy_with_logits(said, (goal == POSITIVE).to(said.dtype))

        def draw(epoch: int, kinds: Kinds) -> NDArray[np.int64]:
            return sampling.epoch(kinds, np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(epoch,))))

        return Schedule(self.epochs, self.batch, optimiser, loss, draw=draw)

    def network(self, geometry: NDArray[np.float32] | None = None) -> Fusion:
        """Build the network; with the geometry of the training side, its scale is learnt from it."""
        from mebench.baselines.spotting.networks import Fusion

        made = Fusion(self.shape())
        if made.geometry is not None and geometry is not None:
            made.geometry.learn_scale(geometry)
        return made

    def _learn(
        self, samples: _Samples, run: Run, sampling: Sampling, at: int, trainings: int, last: bool = False
    ) -> None:
        """Train a network and keep it as the present one."""
        from mebench.baselines.training import fitted

        if not (samples.kinds == POSITIVE).any():
            raise UserError(
                "There is no window with a micro-expression to learn from. Take a dataset with more of them."
            )
        seed = int(np.random.SeedSequence(run.seed, spawn_key=(at,)).generate_state(1)[0])
        self.device_ = run.device
        geometry = samples.inputs[-1] if self.shape().geometry else None
        self.network_, self.epochs_ = fitted(
            lambda: self.network(geometry),
            samples.inputs,
            samples.kinds,
            self.schedule(sampling, seed),
            seed=seed,
            device=run.device,
            mixed_precision=run.mixed_precision,
            selection=run.selection,
            subjects=samples.subjects,
            score=average_precision,
            progress=lambda done, of, loss: run.progress(at * of + done, trainings * of, loss),
            after_epoch=self._observed(run) if last else None,
        )

    def _observed(self, run: Run) -> Callable[[int, Any], None] | None:
        """Return what lets the runner look on, with the network as it is after an epoch."""
        watch = run.on_epoch
        if watch is None:
            return None

        def look(epoch: int, network: Any) -> None:
            self.network_ = network
            watch(epoch, self.track)

        return look

    def _pieces(self, video: Video) -> Iterator[tuple[slice, Inputs]]:
        """Yield the inputs of a video's windows piece by piece, with their places; the first recipe's pieces count."""
        first, *others = self.recipes(video)
        whole = [video.features(recipe)[_array(recipe)] for recipe in others]
        begin = 0
        for part in video.parts(first):
            images = part[_array(first)]
            rows = slice(begin, begin + len(images))
            begin = rows.stop
            yield rows, (images, *(array[rows] for array in whole))

    def _inner_parts(self, samples: _Samples, run: Run) -> list[set[str]]:
        """Return the groups of subjects that are left out one after the other."""
        names = sorted(set(samples.all_subjects))
        if len(names) < 2 or not 1 <= self.inner_used <= self.inner_parts or self.inner_parts < 2:
            raise UserError(
                f"{len(names)} train subjects in {self.inner_parts} parts, of which {self.inner_used} are left out: a "
                "threshold needs at least two subjects, two parts and one to leave out."
            )
        weights = [samples.events.get(name, 0) for name in names]
        return windows.parted(names, weights, self.inner_parts, run.rng(1))[: self.inner_used]

    def _sampling(self) -> Sampling:
        return Sampling.of(
            self.positive_iou, self.negative_iou, self.macro_part, self.negatives, self.macro_share, self.pool
        )


@dataclass(frozen=True)
class _Samples:
    """The windows that are learnt from: inputs, what they are, and whose; `events` counts the MEs of each subject."""

    inputs: Inputs
    kinds: Kinds
    subjects: NDArray[np.str_]
    all_subjects: tuple[str, ...]
    events: dict[str, int]

    @classmethod
    def of(
        cls,
        method: WindowNetwork,
        videos: Sequence[Video],
        expressions: pd.DataFrame,
        sampling: Sampling,
        run: Run,
    ) -> _Samples:
        """Choose windows of the videos, and read those."""
        kinds = [_kinds(method, video, expressions, sampling) for video in videos]
        of_video = np.repeat(np.arange(len(videos)), [len(each) for each in kinds])
        joined = np.concatenate(kinds)
        held = np.zeros(len(joined), dtype=bool)
        held[sampling.held(joined, run.rng(0))] = True
        if not held.any():
            raise UserError(
                "There is no window with a micro-expression to learn from. Take a dataset with more of them."
            )
        there = np.unique(of_video[held])
        read = [method.inputs_of(videos[i], held[of_video == i]) for i in there]
        subjects = [windows.subject_of(video) for video in videos]
        whose = expressions[expressions["type"] == ME]
        counts = (whose["dataset"] + "/" + whose["subject"]).value_counts()
        return cls(
            tuple(np.concatenate(arrays) for arrays in zip(*read, strict=True)),
            joined[held],
            np.array(subjects)[of_video[held]],
            tuple(subjects),
            {str(name): int(n) for name, n in counts.items()},
        )

    def take(self, rows: NDArray[np.bool_]) -> _Samples:
        """Return some of the samples."""
        return replace(
            self,
            inputs=tuple(array[rows] for array in self.inputs),
            kinds=self.kinds[rows],
            subjects=self.subjects[rows],
        )


def _kinds(method: WindowNetwork, video: Video, expressions: pd.DataFrame, sampling: Sampling) -> Kinds:
    rows = np.array(windows.rows_of(video, method.recipes(video)[0]), dtype=np.int64)
    of_video = (expressions["dataset"] == video.dataset) & (expressions["video"] == video.video)
    return sampling.kinds(rows[:, 0], rows[:, 1], expressions[of_video])


def _array(recipe: Recipe) -> str:
    return "geometry" if recipe.name == "face-geometry" else "image"


def average_precision(said: NDArray[np.float64], kinds: NDArray[Any]) -> float:
    """Return the mean precision at each example, over windows in falling order of their score; nan without examples."""
    hit = (kinds == POSITIVE)[np.argsort(-said, kind="stable")]
    if not hit.any():
        return float("nan")
    precision = np.cumsum(hit) / np.arange(1, len(hit) + 1)
    return float(precision[hit].mean())
