"""Protocol x method -> submission: in parallel by fold, each finished fold saved at once, taken up where it stopped."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mebench.baselines.chance import Floor, floor_of
from mebench.baselines.crashes import blamed
from mebench.baselines.engines import compute
from mebench.baselines.folds_store import KEPT, Store
from mebench.baselines.jobs import Done, Job, RecognitionJob, SpottingJob, do
from mebench.baselines.material import Material, Places, RecognitionMaterial, SpottingMaterial, Told, gathered
from mebench.baselines.method import Spotter
from mebench.baselines.outcome import Results, write_outcome
from mebench.baselines.prepare import compute_features, stacked_features
from mebench.baselines.seeds import fold_seed
from mebench.baselines.settings import Asked, Settings, settled
from mebench.files import Unwritable, write_atomically
from mebench.problems import UserError, plural
from mebench.protocols.folds import Fold
from mebench.report.model import Report

_WATCH = 1.0
"""Seconds between two looks at the epochs of folds that are at work."""
_SHOWN = 3


class Interrupted(KeyboardInterrupt):
    """Somebody pressed Ctrl-C: `done` of `total` folds are kept in `out`."""

    def __init__(self, out: Path, done: int, total: int) -> None:
        self.out, self.done, self.total = out, done, total
        super().__init__(f"{done} of {plural(total, 'fold')} are kept in {out}")


@dataclass(frozen=True)
class Result:
    """What a run leaves.

    Parameters
    ----------
    out : Path
        The folder of the run.
    submission : Path
        The predictions; their metadata lie beside them.
    report_path : Path or None
    report : Report or None
        The score; None of a hidden test set.
    floor : Floor or None
        What chance scores.
    folds, folds_before : int
        How many there are, and how many were there already.
    """

    out: Path
    submission: Path
    report_path: Path | None
    report: Report | None
    floor: Floor | None
    folds: int
    folds_before: int


def run_baseline(
    name: str,
    dataset: str | None = None,
    *,
    protocol: str | None = None,
    classes: str | None = None,
    preset: str = "cpu",
    params: Mapping[str, Any] | None = None,
    seed: int = 0,
    workers: int | None = None,
    engine: str = "local",
    engine_options: Mapping[str, Any] | None = None,
    device: str = "cpu",
    mixed_precision: bool = False,
    out: Path | str | None = None,
    threshold_source: str | None = None,
    selection: str | None = None,
    amplitude: float | None = None,
    frames: Path | str | None = None,
    landmarks: str = "dlib",
    missing: str = "error",
    progress: Told | None = None,
) -> Result:
    """Run a baseline under a protocol: learn and predict fold by fold, write the submission and score it.

    Interrupted or killed, the same call goes on where it was and ends with the same submission, byte for byte.

    Parameters
    ----------
    name : str
        See ``mebench baseline list``; or ``FILE.py:Class`` of a method of your own.
    dataset : str or None
        A registered copy or a twin; None takes the small twin of what the protocol tests.
    protocol, classes : str or None
        See :func:`mebench.protocols.registry.plan`.
    preset : str
        ``cpu`` or ``paper``.
    params : mapping, optional
        Parameters that are to differ from the preset's.
    seed : int
        The seed of each fold is made of it and the fold's name.
    workers : int or None
        Processes; None takes one for each core. The result does not depend on it.
    engine : {"local", "dask", "slurm"}
    engine_options : mapping, optional
        See :func:`mebench.baselines.engines.compute`.
    device : {"cpu", "cuda"}
    mixed_precision : bool
        On cuda.
    out : Path, str or None
        Folder of the run; by default one of its own below ``runs``.
    threshold_source : {"train", "published", "oracle"}, optional
        Where a spotter's thresholds come from. ``oracle`` takes the test labels: marked, and never ranked.
    selection : {"last", "inner", "oracle"}, optional
        Which epoch counts. ``oracle`` takes the test labels: marked, and never ranked.
    amplitude : float or None
        How large a twin's movements are, times the usual.
    frames : Path, str or None
        Folder of the frames, if not the registered one.
    landmarks : str
        ``dlib``, ``openface=PATH`` or ``file=PATH``.
    missing : {"error", "previous", "nearest"}
        What to do about missing frames.
    progress : callable, optional
        Called with a stage, a unit, how much is done and how much there is.

    Raises
    ------
    UserError
        If a name is unknown, a dataset is not registered, frames or packages are missing, or the disk is full.
    Interrupted
        On Ctrl-C.
    """
    places = Places(Path(frames) if frames is not None else None, landmarks, missing, amplitude)
    asked = Asked(
        name, dataset, protocol, classes, preset, dict(params or {}), seed, workers, engine,
        dict(engine_options or {}), device, mixed_precision, Path(out) if out is not None else None,
        threshold_source, selection, places,
    )  # fmt: skip
    return run(settled(asked), progress or _silent)


def run(settings: Settings, tell: Told) -> Result:
    """Do what :func:`run_baseline` describes, of settings that have been checked."""
    store = Store(settings.out.resolve(), settings.key)
    store.begin({"run": settings.facts})
    folds = settings.plan.folds
    before = [fold for fold in folds if store.get(fold.name) is not None]
    left = [fold for fold in folds if fold not in before]
    try:
        if left:
            with blamed(settings.name, store.work):
                _compute(settings, store, left, tell)
    except KeyboardInterrupt as error:
        done = sum(store.get(fold.name) is not None for fold in folds)
        raise Interrupted(settings.out, done, len(folds)) from error
    except UserError:
        store.abandon()
        raise
    results = {fold.name: found for fold in folds if (found := store.get(fold.name)) is not None}
    if len(results) < len(folds):
        raise UserError(f"{settings.out}: folds have vanished while others were computed. Run the same again.")
    store.tidy()
    try:
        with blamed(settings.name, store.work):
            return _finished(settings, results, len(before))
    except Unwritable as error:
        raise UserError(f"{error} {KEPT}") from error


def _finished(settings: Settings, results: Results, folds_before: int) -> Result:
    """Write submission, score and floor."""
    submission = write_outcome(settings, results)
    report, report_path = _scored(settings, submission)
    types = settings.kind.TYPES if issubclass(settings.kind, Spotter) else ()
    floor = floor_of(settings.plan, types)
    if floor is not None:
        write_atomically(settings.out / "floor.json", json.dumps(floor.as_dict(), indent=1) + "\n")
    return Result(settings.out, submission, report_path, report, floor, len(results), folds_before)


def _silent(stage: str, unit: str, done: int, total: int) -> None:
    """Tell nothing."""


def _compute(settings: Settings, store: Store, left: Sequence[Fold], tell: Told) -> None:
    """Prepare features, then compute folds, each saved by its worker.

    Raises
    ------
    UserError
        If folds could not be computed, after all others are done.
    """
    method = settings.method()
    workers = settings.feature_workers
    material = gathered(settings.plan, method, settings.asked.places, workers, tell)
    compute_features(method, material.everything(), workers, tell)
    features = store.work / "features.npy"
    if isinstance(material, RecognitionMaterial) and not features.is_file():
        stacked_features(settings.name, settings.parameters, material.clips, features, workers, tell)
    jobs = [_job(settings, store, material, fold, features) for fold in left]
    failed: dict[str, list[str]] = {}
    with _watched(store, settings, tell) as count:
        found: Iterator[tuple[int, Done]] = compute(
            do,
            jobs,
            engine=settings.asked.engine,
            workers=settings.workers,
            options=settings.asked.engine_options,
            folder=store.work / "slurm",
        )
        for _, done in found:
            if done.error:
                failed.setdefault(done.crash or done.error, []).append(done.error)
            else:
                count()
    if failed:
        lines = [
            first if what == first or not rest else f"{first} {plural(len(rest), 'more fold')} did the same."
            for what, (first, *rest) in failed.items()
        ]
        more = [f"... and {len(lines) - _SHOWN} more."] if len(lines) > _SHOWN else []
        raise UserError("\n".join([*lines[:_SHOWN], *more]))


def _job(settings: Settings, store: Store, material: Material, fold: Fold, features: Path) -> Job:
    """Return the work of a fold: the train side with its truth, the test side without."""
    run = replace(settings.run, fold=fold.name, seed=fold_seed(settings.asked.seed, fold.name))
    common = (settings.name, settings.parameters, run, store)
    if isinstance(material, SpottingMaterial):
        videos, expressions = material.train(fold)
        truth = material.truth(fold) if settings.kind.SEES_TRUTH else None
        return SpottingJob(*common, videos, material.test(fold), expressions, truth)
    places, labels, subjects = material.train(fold)
    return RecognitionJob(*common, features, tuple(places), tuple(material.test(fold)), labels, subjects)


@contextmanager
def _watched(store: Store, settings: Settings, tell: Told) -> Iterator[Callable[[], None]]:
    """Tell how far the folds are while the block runs, with the epochs of those at work counted as parts."""
    folds = settings.plan.folds
    finished = sum(store.get(fold.name) is not None for fold in folds)
    lock, stop = threading.Lock(), threading.Event()
    stage = f"folds of {settings.short}"

    def show() -> None:
        with lock:
            at_work = [now for fold in folds if (now := store.progress_of(fold.name)) is not None]
            epochs = max((total for _, total in at_work), default=0)
            if epochs > 1:
                done = finished * epochs + sum(min(epoch, epochs) for epoch, _ in at_work)
                tell(f"{stage} ({finished} of {len(folds)} done)", "epochs", done, len(folds) * epochs)
            else:
                tell(stage, "folds", finished, len(folds))

    def count() -> None:
        nonlocal finished
        finished += 1
        if finished == len(folds):
            tell(stage, "folds", finished, len(folds))

    def watch() -> None:
        while not stop.wait(_WATCH):
            show()

    watcher = threading.Thread(target=watch, daemon=True)
    tell(stage, "folds", finished, len(folds))
    watcher.start()
    try:
        yield count
    finally:
        stop.set()
        watcher.join(timeout=5 * _WATCH)


def _scored(settings: Settings, submission: Path) -> tuple[Report | None, Path | None]:
    """Return the score of a submission, saved beside it; nothing for a hidden test set."""
    from mebench.scoring import score

    plan = settings.plan
    if plan.spotting is not None and plan.spotting.annotations is None:
        return None, None
    report = score(submission, plan.dataset, protocol=plan.protocol, classes=settings.asked.classes)
    path = settings.out / "report.json"
    report.save(path)
    return report, path
