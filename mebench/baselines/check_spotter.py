"""The contract of spotters, line by line."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pandas as pd

from mebench.baselines.apart import lines_apart
from mebench.baselines.contract import FIT_LINE, Broken, Line, Trial, learned_names, same_json
from mebench.baselines.evidence import ScoreTrack
from mebench.baselines.folds_store import Store
from mebench.baselines.jobs import SpottingJob
from mebench.baselines.material import SpottingMaterial
from mebench.baselines.method import Run, Spotter
from mebench.baselines.predicted import checked_intervals, track_of, track_record
from mebench.baselines.seeds import fold_seed
from mebench.problems import plural
from mebench.protocols.folds import Fold

TWIN = "casme-sq-twin-tiny"


class _Trial(Trial):
    """A spotter on the tiny twin of CAS(ME)^2."""

    material: SpottingMaterial

    def __init__(self, name: str, kind: type[Spotter], values: dict[str, Any], folder: Path) -> None:
        super().__init__(kind(**values), TWIN)
        self.name, self.kind, self.values, self.folder = name, kind, values, folder
        self.oracle = "oracle" if kind.SEES_TRUTH else "train"
        self.fitted: Spotter | None = None
        self.rows: list[list[Any]] = []

    def run(self, fold: Fold, seed: int = 0) -> Run:
        """Return the circumstances of a fold."""
        return Run(
            seed=fold_seed(seed, fold.name), fold=fold.name, dataset="casme-sq",
            threshold_source=self.oracle,  # type: ignore[arg-type]
        )  # fmt: skip

    def job(self, fold: Fold) -> SpottingJob:
        """Return the work of a fold as a run would do it."""
        truth = self.material.truth(fold) if self.kind.SEES_TRUTH else None
        store, (videos, expressions) = Store(self.folder, "check"), self.material.train(fold)
        test = self.material.test(fold)
        return SpottingJob(self.name, self.values, self.run(fold), store, videos, test, expressions, truth)

    def fit(self, seed: int = 0) -> Spotter:
        """Return a fresh method, fitted to the train side."""
        method = self.kind(**self.values)
        videos, expressions = self.material.train(self.fold)
        given = expressions.copy(deep=True)
        run = self.run(self.fold, seed)
        with self.test_side_out_of_reach():
            found = method.fit(videos, given, run)
        if found is not method:
            raise Broken(f"fit returns {type(found).__name__}, not self")
        if not given.equals(expressions):
            raise Broken("fit writes into the table of expressions")
        if self.kind.SEES_TRUTH:
            method.show_truth(self.material.truth(self.fold))
            method.thresholds_ = method.tune([], expressions)
        return method

    def predicted(self, method: Spotter) -> list[list[Any]]:
        """Return the predictions of the test videos."""
        rows: list[list[Any]] = []
        for video in self.material.test(self.fold):
            rows += checked_intervals(method, video, method.intervals(method.track(video)))
        return rows


def spotter_lines(name: str, kind: type[Any], values: dict[str, Any], folder: Path) -> list[Line]:
    """Return the lines of the contract for a spotter, in the order in which they build on each other."""
    trial = _Trial(name, kind, values, folder)
    return [
        (f"the tiny twin is there ({TWIN}: 3 subjects, one of them tested)", lambda: trial.prepare()),
        (FIT_LINE, lambda: _fit(trial)),
        ("what fit learns ends in _, and thresholds_ is among it, as plain values", lambda: _learned(trial)),
        ("track gives a ScoreTrack of the video, the same each time", lambda: _track(trial)),
        ("intervals lie inside the video, with types of TYPES and finite scores", lambda: _intervals(trial)),
        ("thresholds come from fit: track and intervals do not change them", lambda: _thresholds(trial)),
        ("tune works on a method that was not fitted (for oracle thresholds)", lambda: _tune(trial)),
        ("the same seed gives the same predictions", lambda: _deterministic(trial)),
        *lines_apart(trial),
        ("the submission is valid and can be scored", lambda: _submission(trial)),
    ]


def _fit(trial: _Trial) -> None:
    trial.fitted = trial.fit()


def _method(trial: _Trial) -> Spotter:
    assert trial.fitted is not None
    return trial.fitted


def _learned(trial: _Trial) -> None:
    learned_names(_method(trial))
    if not isinstance(getattr(_method(trial), "thresholds_", None), dict):
        raise Broken("fit sets no thresholds_: end it with self.choose_thresholds(tracks, expressions, run)")
    same_json(_method(trial).thresholds_)


def _track(trial: _Trial) -> None:
    method = _method(trial)
    videos = trial.material.test(trial.fold)
    tracks = [method.track(video) for video in videos]
    again = [method.track(video) for video in reversed(videos)][::-1]
    for video, one, other in zip(videos, tracks, again, strict=True):
        if not isinstance(one, ScoreTrack):
            raise Broken(f"track returns {type(one).__name__}, not ScoreTrack")
        if (one.video, one.first_frame, one.last_frame) != (video.video, video.first_frame, video.last_frame):
            raise Broken(f"the track is of {one.video}, frames {one.first_frame} to {one.last_frame}, not of the video")
        if not one.same_as(other):
            raise Broken(f"the second track of {video.video} differs from the first")
        if not one.same_as(track_of(track_record(one))):
            raise Broken(f"the track of {video.video} does not survive being saved")


def _intervals(trial: _Trial) -> str:
    trial.rows = trial.predicted(_method(trial))
    for video in trial.material.train(trial.fold)[0]:
        checked_intervals(_method(trial), video, _method(trial).intervals(_method(trial).track(video)))
    return f"{len(trial.rows)} in {plural(len(trial.material.test(trial.fold)), 'video')}"


def _thresholds(trial: _Trial) -> None:
    method = _method(trial)
    before = copy.deepcopy(method.thresholds_)
    trial.predicted(method)
    if same_json(method.thresholds_) != same_json(before):
        raise Broken(f"thresholds_ was {before} and is {method.thresholds_}")


def _tune(trial: _Trial) -> None:
    method = _method(trial)
    tracks = [method.track(video) for video in trial.material.test(trial.fold)]
    fresh = trial.kind(**trial.values)
    fresh.thresholds_ = fresh.tune(tracks, trial.material.truth(trial.fold))
    same_json(fresh.thresholds_)
    for video, track in zip(trial.material.test(trial.fold), tracks, strict=True):
        checked_intervals(fresh, video, fresh.intervals(track))


def _deterministic(trial: _Trial) -> None:
    if trial.predicted(trial.fit()) != trial.rows:
        raise Broken("fitted anew with the same seed, it predicts something else")


def _submission(trial: _Trial) -> str:
    from mebench.scoring import score
    from mebench.submission.write import write_submission

    table = pd.DataFrame(trial.rows, columns=["video", "onset", "offset", "type", "score"])
    path = write_submission(table, trial.folder / "submission.csv", {"method": trial.kind.__name__})
    f1 = score(path, TWIN).scores["overall"].f1
    return f"{len(trial.rows)} predictions for one of three subjects" + (f", F1 {f1:.3f}" if f1 is not None else "")
