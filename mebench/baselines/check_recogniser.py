"""The contract of recognisers, line by line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mebench.baselines.apart import lines_apart
from mebench.baselines.contract import FIT_LINE, Broken, Line, Trial, learned_names
from mebench.baselines.folds_store import Store
from mebench.baselines.jobs import RecognitionJob
from mebench.baselines.material import RecognitionMaterial
from mebench.baselines.method import Recogniser, Run
from mebench.baselines.predicted import checked_probabilities
from mebench.baselines.seeds import fold_seed
from mebench.protocols.folds import Fold

TWIN = "casme2-twin-tiny"
CLASSES = "megc3"


class _Trial(Trial):
    """A recogniser on the tiny twin of CASME II."""

    material: RecognitionMaterial

    def __init__(self, name: str, kind: type[Recogniser], values: dict[str, Any], folder: Path) -> None:
        super().__init__(kind(**values), TWIN, CLASSES)
        self.name, self.kind, self.values, self.folder = name, kind, values, folder
        self.fitted: Recogniser | None = None
        self.features: NDArray[Any] = np.empty(0)
        self.found: NDArray[np.float64] = np.empty(0)

    def run(self, fold: Fold) -> Run:
        """Return the circumstances of a fold."""
        assert self.plan.samples is not None
        return Run(seed=fold_seed(0, fold.name), fold=fold.name, classes=self.plan.samples.classes)

    def job(self, fold: Fold) -> RecognitionJob:
        """Return the work of a fold as a run would do it."""
        file = self.folder / "features.npy"
        np.save(file, self.features)
        places, labels, subjects = self.material.train(fold)
        test = tuple(self.material.test(fold))
        store = Store(self.folder, "check")
        return RecognitionJob(
            self.name, self.values, self.run(fold), store, file, tuple(places), test, labels, subjects
        )

    def fit(self) -> Recogniser:
        """Return a fresh method, fitted to the train side's features."""
        method = self.kind(**self.values)
        places, labels, subjects = self.material.train(self.fold)
        given = self.features[places].copy()
        run = self.run(self.fold)
        with self.test_side_out_of_reach():
            found = method.fit(given, labels.copy(), subjects.copy(), run)
        if found is not method:
            raise Broken(f"fit returns {type(found).__name__}, not self")
        if not np.array_equal(given, self.features[places], equal_nan=given.dtype.kind == "f"):
            raise Broken("fit writes into the features that it was given")
        return method

    @property
    def tested(self) -> NDArray[Any]:
        """The features of the test side."""
        return self.features[self.material.test(self.fold)]

    def probabilities(self, method: Recogniser, given: Any) -> NDArray[np.float64]:
        """Return what a method says of some clips."""
        assert self.plan.samples is not None
        return checked_probabilities(method, method.predict_proba(given), len(given), len(self.plan.samples.classes))


def recogniser_lines(name: str, kind: type[Any], values: dict[str, Any], folder: Path) -> list[Line]:
    """Return the lines of the contract for a recogniser, in the order in which they build on each other."""
    trial = _Trial(name, kind, values, folder)
    return [
        (f"the tiny twin is there ({TWIN}: 5 subjects, one of them tested)", lambda: trial.prepare()),
        ("features gives arrays of one shape, finite, the same each time, without fit", lambda: _features(trial)),
        (FIT_LINE, lambda: _fit(trial)),
        ("what fit learns ends in _", lambda: learned_names(_method(trial))),
        ("predict_proba gives (n, classes) probabilities", lambda: _proba(trial)),
        ("each clip is judged for itself: order and company do not matter", lambda: _alone(trial)),
        ("clips serve as well as their features", lambda: _clips(trial)),
        ("the same seed gives the same predictions", lambda: _deterministic(trial)),
        *lines_apart(trial),
        ("the submission is valid and can be scored", lambda: _submission(trial)),
    ]


def _features(trial: _Trial) -> str:
    arrays = [np.asarray(trial.method.features(clip)) for clip in trial.material.clips]  # type: ignore[attr-defined]
    shapes = {array.shape for array in arrays}
    if len(shapes) > 1:
        raise Broken(f"the shapes differ: {sorted(shapes)[:3]}")
    trial.features = np.stack(arrays)
    if trial.features.dtype.kind not in "fiub":
        raise Broken(f"they are {trial.features.dtype}, not numbers")
    if trial.features.dtype.kind == "f" and not np.isfinite(trial.features).all():
        raise Broken("some are not finite")
    if not np.array_equal(trial.kind(**trial.values).features(trial.material.clips[0]), arrays[0]):
        raise Broken("a second time they differ")
    return f"{trial.features.dtype} of shape {arrays[0].shape}"


def _fit(trial: _Trial) -> None:
    trial.fitted = trial.fit()


def _method(trial: _Trial) -> Recogniser:
    assert trial.fitted is not None
    return trial.fitted


def _proba(trial: _Trial) -> None:
    trial.found = trial.probabilities(_method(trial), trial.tested)


def _alone(trial: _Trial) -> None:
    method = _method(trial)
    turned = trial.probabilities(method, trial.tested[::-1].copy())[::-1]
    single = np.concatenate([trial.probabilities(method, trial.tested[i : i + 1]) for i in range(len(trial.tested))])
    for found, how in ((turned, "in another order"), (single, "one at a time")):
        if not np.allclose(found, trial.found, atol=1e-4):
            raise Broken(f"{how}, the probabilities are others")


def _clips(trial: _Trial) -> None:
    clips = [trial.material.clips[i] for i in trial.material.test(trial.fold)]
    if not np.allclose(trial.probabilities(_method(trial), clips), trial.found, atol=1e-6):
        raise Broken("given clips, predict_proba says something else than given their features")


def _deterministic(trial: _Trial) -> None:
    if not np.array_equal(trial.probabilities(trial.fit(), trial.tested), trial.found):
        raise Broken("fitted anew with the same seed, it predicts something else")


def _submission(trial: _Trial) -> str:
    from mebench.scoring.recognition import score_labels

    samples = trial.plan.samples
    assert samples is not None
    said = trial.probabilities(_method(trial), trial.features).argmax(axis=1)
    table = samples.samples[["dataset", "subject", "clip"]].assign(label=[samples.classes[i] for i in said])
    uf1 = score_labels(table, trial.plan).scores["full"].uf1
    return f"all clips, most of them learned from: UF1 {uf1:.3f}" if uf1 is not None else ""
