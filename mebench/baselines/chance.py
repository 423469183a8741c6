"""What chance scores: the floor that a method's score has to be read beside."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mebench.baselines.floors.random_spotter import RandomSpotter
from mebench.baselines.material import Places, SpottingMaterial, gathered
from mebench.baselines.method import Run
from mebench.datasets.tables import ME
from mebench.metrics import spotting
from mebench.metrics.intervals import intervals, iou_threshold
from mebench.metrics.matching import match
from mebench.problems import UserError
from mebench.protocols.registry import Plan

DRAWS = 1000
_LEVEL = (2.5, 97.5)


@dataclass(frozen=True)
class Floor:
    """A score of chance.

    Parameters
    ----------
    method : str
        ``random-spotter`` or ``constant``.
    metric : str
        ``f1`` or ``uf1``.
    value : float
        The expectation.
    low, high : float or None
        Between them lie 95 % of the draws; None where nothing is drawn.
    draws : int
    of : str
        What it is a score of: ``me``, ``overall``, ``full``.
    """

    method: str
    metric: str
    value: float
    low: float | None
    high: float | None
    draws: int
    of: str

    def as_dict(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        return asdict(self)

    def text(self) -> str:
        """Return it as a line."""
        between = "" if self.low is None else f", 95 % of {self.draws} draws in [{self.low:.4f}, {self.high:.4f}]"
        return f"chance ({self.method}): {self.metric.upper()} {self.value:.4f}{between}"


def floor_of(plan: Plan, types: tuple[str, ...] = (ME,), seed: int = 0) -> Floor | None:
    """Return what chance scores under a plan; None if there is no truth or nobody to learn the rate from.

    Parameters
    ----------
    plan : Plan
    types : tuple of str
        The types that a spotter tells; chance is told of the same ones.
    seed : int
    """
    if not all(fold.train for fold in plan.folds):
        return None
    if plan.task == "recognition":
        return _constant(plan)
    if plan.spotting is None or plan.spotting.annotations is None:
        return None
    counted = tuple(kind for kind in plan.types if kind in types)
    try:
        material = gathered(plan, RandomSpotter(), Places(), 1, lambda *_: None)
    except UserError:
        return None  # lengths or rates of the videos are not known
    assert isinstance(material, SpottingMaterial)
    return _random(plan, material, counted, seed) if counted else None


def _random(plan: Plan, material: SpottingMaterial, types: tuple[str, ...], seed: int) -> Floor:
    """Return the F1 of a random spotter over all draws at once: a draw is a set of videos of its own."""
    counts = np.zeros((DRAWS, 3), dtype=np.int64)
    place = 0
    real: list[NDArray[np.int64]] = []
    said: list[NDArray[np.int64]] = []
    rng = np.random.default_rng(seed)
    for fold in plan.folds:
        method = RandomSpotter().fit(*material.train(fold), Run())
        truth = material.truth(fold)
        for video in material.test(fold):
            of_video = truth[truth["video"] == video.video]
            for kind in types:
                groups = place * DRAWS + np.arange(DRAWS)
                place += 1
                events = of_video.loc[of_video["type"] == kind, ["onset", "offset"]].to_numpy(np.int64)
                real.append(np.column_stack([np.repeat(groups, len(events)), np.tile(events, (DRAWS, 1))]))
                if not method.lengths_[kind]:
                    continue
                n = rng.poisson(method.rate_[kind] * video.n_frames / video.fps, DRAWS)
                frames = np.rint(rng.choice(method.lengths_[kind], n.sum()) * video.fps).astype(np.int64)
                frames = np.clip(frames, 1, video.n_frames)
                onset = video.first_frame + rng.integers(video.n_frames - frames + 1)
                said.append(np.column_stack([np.repeat(groups, n), onset, onset + frames - 1]))
    events, alarms = _stacked(real), _stacked(said)
    hit = match(intervals(*events.T), intervals(*alarms.T), iou_threshold("1/2")) >= 0
    counts[:, 0] = np.bincount(events[hit, 0] % DRAWS, minlength=DRAWS)
    counts[:, 1] = np.bincount(alarms[:, 0] % DRAWS, minlength=DRAWS) - counts[:, 0]
    counts[:, 2] = np.bincount(events[:, 0] % DRAWS, minlength=DRAWS) - counts[:, 0]
    f1 = np.nan_to_num(spotting.f1(counts))
    low, high = np.percentile(f1, _LEVEL)
    of = types[0] if len(types) == 1 else "overall"
    return Floor("random-spotter", "f1", float(f1.mean()), float(low), float(high), DRAWS, of)


def _stacked(parts: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate(parts) if parts else np.empty((0, 3), dtype=np.int64)


def _constant(plan: Plan) -> Floor | None:
    from mebench.scoring.recognition import score_labels

    samples = plan.samples
    if samples is None:
        return None
    codes = pd.Series(samples.codes)
    who = pd.MultiIndex.from_frame(samples.samples[["dataset", "subject"]])
    said = np.zeros(len(samples), dtype=np.intp)
    for fold in plan.folds:
        train = who.isin(list(fold.train))
        said[who.isin(list(fold.test))] = np.bincount(codes[train], minlength=len(samples.classes)).argmax()
    table = samples.samples[["dataset", "subject", "clip"]].assign(label=[samples.classes[i] for i in said])
    value = score_labels(table, plan).scores["full"].uf1
    return None if value is None else Floor("constant", "uf1", float(value), None, None, 0, "full")
