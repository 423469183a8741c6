"""The work of one fold, in whatever process: learn, predict, save."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mebench.baselines.crashes import Crashed, blamed
from mebench.baselines.data import Video
from mebench.baselines.evidence import ScoreTrack
from mebench.baselines.folds_store import Store
from mebench.baselines.kinds import find_kind
from mebench.baselines.method import Labels, Names, Recogniser, Run, Spotter
from mebench.baselines.predicted import checked_intervals, checked_probabilities, track_record
from mebench.baselines.threads import one_thread
from mebench.problems import UserError

_BETWEEN = 0.5
"""Seconds between two notes of progress."""


@dataclass(frozen=True)
class Done:
    """What comes back from a worker: the fold, and what the user has to know.

    ``crash`` is what a method of somebody else's raised, without the fold's name.
    """

    fold: str
    error: str = ""
    crash: str = ""


@dataclass(frozen=True, eq=False)
class SpottingJob:
    """A fold of spotting: all that its process needs, and nothing of the test side's truth.

    Parameters
    ----------
    method : str
        Its name, or ``FILE.py:Class``.
    parameters : mapping
    run : Run
        Without callbacks, which are made where the job runs.
    store : Store
    train, test : tuple of Video
    expressions : pandas.DataFrame
        Of the train side.
    truth : pandas.DataFrame or None
        Of the test side, for an upper bound only.
    """

    method: str
    parameters: Mapping[str, Any]
    run: Run
    store: Store
    train: tuple[Video, ...]
    test: tuple[Video, ...]
    expressions: pd.DataFrame
    truth: pd.DataFrame | None = None

    def result(self, run: Run) -> dict[str, Any]:
        """Learn and predict; see :func:`do`."""
        return self.with_evidence(run)[0]

    def with_evidence(self, run: Run) -> tuple[dict[str, Any], list[ScoreTrack]]:
        """Learn and predict, and return the evidence of the test videos too."""
        method = made(self.method, self.parameters, Spotter)
        epochs: list[list[ScoreTrack]] = []
        if run.selection == "oracle":
            run = with_callback(run, lambda epoch, track: epochs.append([track(video) for video in self.test]))
        method.fit(self.train, self.expressions, run)
        if self.truth is not None:
            method.show_truth(self.truth)
        tracks = [method.track(video) for video in self.test]
        if run.threshold_source == "oracle":
            return {"tracks": [track_record(track) for track in tracks]}, tracks
        result: dict[str, Any] = {
            "thresholds": method.thresholds_,
            "predictions": self._rows(method, tracks),
        }
        if run.selection == "oracle":
            result["trajectory"] = [self._rows(method, of_epoch) for of_epoch in epochs]
        return result, tracks

    def _rows(self, method: Spotter, tracks: list[ScoreTrack]) -> list[list[Any]]:
        rows: list[list[Any]] = []
        for video, track in zip(self.test, tracks, strict=True):
            rows += checked_intervals(method, video, method.intervals(track))
        return rows


@dataclass(frozen=True, eq=False)
class RecognitionJob:
    """A fold of recognition; ``features`` is the file of all clips' features, and the test labels are not here.

    Parameters
    ----------
    method, parameters, run, store
        See :class:`SpottingJob`.
    features : Path
    train, test : tuple of int
        Places in the features.
    labels, subjects : ndarray
        Of the train clips.
    """

    method: str
    parameters: Mapping[str, Any]
    run: Run
    store: Store
    features: Path
    train: tuple[int, ...]
    test: tuple[int, ...]
    labels: Labels
    subjects: Names

    def result(self, run: Run) -> dict[str, Any]:
        """Learn and predict; see :func:`do`."""
        method = made(self.method, self.parameters, Recogniser)
        features = np.load(self.features, mmap_mode="r")
        test: NDArray[Any] = np.array(features[list(self.test)])
        trajectory: list[list[list[float]]] = []
        n, classes = len(self.test), len(run.classes)
        if run.selection == "oracle":
            run = with_callback(
                run,
                lambda epoch, predict: trajectory.append(
                    checked_probabilities(method, predict(test), n, classes).tolist()
                ),
            )
        method.fit(np.array(features[list(self.train)]), self.labels, self.subjects, run)
        found = checked_probabilities(method, method.predict_proba(test), n, classes)
        result: dict[str, Any] = {"clips": list(self.test), "probabilities": found.tolist()}
        if run.selection == "oracle":
            result["trajectory"] = trajectory
        return result


Job = SpottingJob | RecognitionJob


def do(job: Job) -> Done:
    """Do the work of a fold and save its result; what the user has to know comes back as words."""
    began = time.perf_counter()
    kind = find_kind(job.method)
    run = replace(job.run, progress=_Teller(job.store, job.run.fold))
    try:
        with blamed(job.method, job.store.work, f"fold {run.fold}"), one_thread(kind.REQUIRES):
            result = job.result(run)
        job.store.put(run.fold, {**result, "seconds": round(time.perf_counter() - began, 3)})
    except UserError as error:
        job.store.forget_progress(run.fold)
        return Done(run.fold, str(error), error.what if isinstance(error, Crashed) else "")
    return Done(run.fold)


def made(name: str, parameters: Mapping[str, Any], base: type[Any]) -> Any:
    """Return a method with its parameters."""
    kind = find_kind(name)
    if not issubclass(kind, base):
        raise TypeError(f"{name} is no {base.__name__}")
    return kind(**parameters)


def with_callback(run: Run, callback: Callable[[int, Callable[[Any], Any]], None]) -> Run:
    """Return the circumstances with something to be called after every epoch."""
    return replace(run, on_epoch=callback)


class _Teller:
    """Leaves notes of the epochs, not too many."""

    def __init__(self, store: Store, fold: str) -> None:
        self._store, self._fold, self._last = store, fold, 0.0

    def __call__(self, epoch: int, epochs: int, loss: float) -> None:
        now = time.monotonic()
        if epoch == 1 or epoch == epochs or now - self._last > _BETWEEN:
            self._last = now
            self._store.tell_progress(self._fold, epoch, epochs)
