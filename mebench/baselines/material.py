"""What a protocol learns from and tests, as handles: the one place where frames, truth and folds meet.

Whoever wants training material gets that of a fold's train subjects alone, with their expressions or labels; the test
side comes as handles without any. The truth of the test side has a door of its own, which only oracle runs open.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mebench.baselines.data import Clip, Video
from mebench.baselines.method import Labels, Method, Names
from mebench.datasets import catalog, library
from mebench.datasets.dataset import ClipDataset, Dataset
from mebench.datasets.ground_truth import ground_truth
from mebench.datasets.tables import EXPRESSIONS, empty
from mebench.extras import needed
from mebench.problems import UserError, plural, printable, quoted, unknown_name
from mebench.protocols.folds import Fold, Subject
from mebench.protocols.registry import Plan

if TYPE_CHECKING:
    from mebench.features.recipes.common import Source

_SHOWN = 3
Told = Callable[[str, str, int, int], None]
"""Called with a stage, a unit, how much is done, and how much there is."""


@dataclass(frozen=True)
class Places:
    """Where frames and landmarks come from.

    Parameters
    ----------
    frames : Path or None
        The folder of frames, if not the registered one.
    landmarks : str
        ``dlib``, ``openface=PATH`` or ``file=PATH``.
    missing : {"error", "previous", "nearest"}
        What to do about missing frames.
    amplitude : float or None
        How large the movements of a twin are, times the usual.
    cache : Path or None
        The folder of features; None takes the user's.
    """

    frames: Path | None = None
    landmarks: str = "dlib"
    missing: str = "error"
    amplitude: float | None = None
    cache: Path | None = None


@dataclass(frozen=True)
class SpottingMaterial:
    """The videos and expressions of every subject of a plan.

    Parameters
    ----------
    plan : Plan
    videos : mapping of Subject to tuple of Video
    expressions : pandas.DataFrame
        Of all videos; those that nothing can match are left out.
    """

    plan: Plan
    videos: Mapping[Subject, tuple[Video, ...]]
    expressions: pd.DataFrame = field(repr=False)

    def train(self, fold: Fold) -> tuple[tuple[Video, ...], pd.DataFrame]:
        """Return what may be learned from: videos of the train subjects, and their expressions."""
        return self._videos(fold.train), self._expressions(fold.train)

    def test(self, fold: Fold) -> tuple[Video, ...]:
        """Return what is to be predicted."""
        return self._videos(fold.test)

    def truth(self, fold: Fold) -> pd.DataFrame:
        """Return the expressions of the test side: for oracle runs."""
        return self._expressions(fold.test)

    def everything(self) -> list[Video]:
        """Return all videos, each once."""
        return [video for of in self.videos.values() for video in of]

    def _videos(self, subjects: Iterable[Subject]) -> tuple[Video, ...]:
        return tuple(video for who in subjects for video in self.videos[who])

    def _expressions(self, subjects: Sequence[Subject]) -> pd.DataFrame:
        if not subjects or self.expressions.empty:
            return self.expressions.iloc[:0].reset_index(drop=True)
        people = set(subjects)
        columns = zip(self.expressions["dataset"], self.expressions["subject"], strict=True)
        return self.expressions[[Subject(*who) in people for who in columns]].reset_index(drop=True)


@dataclass(frozen=True)
class RecognitionMaterial:
    """The clips of a plan, in its order.

    Parameters
    ----------
    plan : Plan
    clips : tuple of Clip
    """

    plan: Plan
    clips: tuple[Clip, ...]

    def train(self, fold: Fold) -> tuple[list[int], Labels, Names]:
        """Return the places of the train clips, their labels, and whose they are."""
        places = self._places(fold.train)
        subjects = np.array([f"{self.clips[i].dataset}/{self.clips[i].subject}" for i in places], dtype=np.str_)
        return places, self._codes()[places], subjects

    def test(self, fold: Fold) -> list[int]:
        """Return the places of the clips that are to be predicted."""
        return self._places(fold.test)

    def truth(self, fold: Fold) -> Labels:
        """Return the labels of the test side: for oracle runs."""
        return self._codes()[self._places(fold.test)]

    def everything(self) -> list[Clip]:
        """Return all clips."""
        return list(self.clips)

    def _places(self, subjects: Sequence[Subject]) -> list[int]:
        people = set(subjects)
        return [i for i, clip in enumerate(self.clips) if Subject(clip.dataset, clip.subject) in people]

    def _codes(self) -> Labels:
        if self.plan.samples is None:
            raise ValueError("a plan of spotting has no labels of clips")
        return self.plan.samples.codes


Material = SpottingMaterial | RecognitionMaterial


def gathered(plan: Plan, method: Method, places: Places, workers: int, tell: Told) -> Material:
    """Return the material of a plan, with frames as the method wants them.

    Twins are rendered if they are not there yet.

    Raises
    ------
    UserError
        If a dataset is not registered, frames are missing, or a package is.
    """
    names = datasets_of(plan)
    if plan.task == "recognition":
        return _clips(plan, names, method, places, workers, tell)
    return _videos(plan, names, method, places, workers, tell)


def _videos(
    plan: Plan, names: Sequence[str], method: Method, places: Places, workers: int, tell: Told
) -> SpottingMaterial:
    of_subject: dict[Subject, list[Video]] = {}
    for name in names:
        dataset = _loaded(plan, name)
        sources = _sources(name, dataset, method, places, workers, tell)
        for subject, video, fps, first, n in dataset.videos[
            ["subject", "video", "fps", "first_frame", "n_frames"]
        ].itertuples(index=False):
            handle = _video(name, str(subject), str(video), fps, int(first), n, sources.get(str(video)), places)
            of_subject.setdefault(Subject(name, str(subject)), []).append(handle)
    videos = {who: tuple(of) for who, of in of_subject.items()}
    return SpottingMaterial(plan, videos, expressions_of_plan(plan))


def datasets_of(plan: Plan) -> list[str]:
    """Return the datasets that a plan learns from or tests, the tested ones first."""
    return list(
        dict.fromkeys(
            [who.dataset for fold in plan.folds for who in fold.test]
            + [who.dataset for fold in plan.folds for who in fold.train]
        )
    )


def expressions_of_plan(plan: Plan) -> pd.DataFrame:
    """Return the expressions of all datasets of a spotting plan; those that nothing can match are left out."""
    tables = []
    for name in datasets_of(plan):
        dataset = _loaded(plan, name)
        if dataset.annotations is not None:
            events = ground_truth(dataset).expressions
            tables.append(events[events["offset"] >= events["onset"]].assign(dataset=name))
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else empty(EXPRESSIONS)


def _loaded(plan: Plan, name: str) -> Dataset:
    return plan.spotting if plan.spotting is not None and plan.dataset == name else library.load_dataset(name)


def _video(
    dataset: str, subject: str, video: str, fps: Any, first: int, n: Any, found: Found | None, places: Places
) -> Video:
    source = found.source if found else None
    if pd.isna(n) and source is not None:
        n = int(source.frames.numbers[-1]) - first + 1
    if pd.isna(fps) and source is not None and source.frames.fps is not None:
        fps = source.frames.fps
    if pd.isna(n) or pd.isna(fps):
        what, option = ("length", "--videos or --frames") if pd.isna(n) else ("frame rate", "--fps")
        raise UserError(
            f"{dataset}: the {what} of the video {printable(video)} is not known. Register the copy again with "
            f"{option}."
        )
    return Video(
        dataset, subject, video, float(fps), first, int(n), source, found.landmarks if found else None, places.cache
    )


def _clips(
    plan: Plan, names: Sequence[str], method: Method, places: Places, workers: int, tell: Told
) -> RecognitionMaterial:
    if plan.samples is None:
        raise ValueError(f"{plan.protocol} over {plan.dataset} has no clips")
    known: dict[tuple[str, str, str], Clip] = {}
    for name in names:
        dataset = library.load_clips(name)
        sources = _sources(name, dataset, method, places, workers, tell)
        fps = catalog.card(name).fps if name in catalog.names() or catalog.is_twin(name) else None
        columns = dataset.clips[["subject", "clip", "onset", "apex", "offset"]]
        for subject, clip, *frames in columns.itertuples(index=False):
            found = sources.get(f"{subject}/{clip}")
            at = [None if math.isnan(number) or number < 0 else math.floor(number) for number in frames]
            known[name, str(subject), str(clip)] = Clip(
                name, str(subject), str(clip), at[0], at[1], at[2], fps,
                found.source if found else None, found.landmarks if found else None, places.cache,
            )  # fmt: skip
    lacking = [key for key in plan.samples.keys if key not in known]
    if lacking:
        raise UserError(
            f"{plan.dataset}: {plural(len(lacking), 'clip')} of the protocol are not in the registered copies, first "
            f"{printable('/'.join(lacking[0]))}. Complete them: see 'mebench dataset verify'."
        )
    return RecognitionMaterial(plan, tuple(known[key] for key in plan.samples.keys))


@dataclass(frozen=True)
class Found:
    """The frames of one video or clip, and where its landmarks come from."""

    source: Source
    landmarks: Any


def _sources(
    name: str, dataset: Dataset | ClipDataset, method: Method, places: Places, workers: int, tell: Told
) -> dict[str, Found]:
    """Return the frames of a dataset by id; nothing for a method that needs none."""
    if not method.NEEDS_FRAMES:
        return {}
    with needed("twins"):
        from mebench.features.cropped import Crop
        from mebench.features.sources import cropped, sources_of
    from mebench.video.cache import Cache

    root = frames_root(name, places, workers, tell)
    found = sources_of(dataset, root, missing=places.missing)
    if found.absent:
        raise UserError(
            f"{name}: {found.sentences()[-1]}, under {printable(str(root))}. Complete the folder, because whoever is "
            "left out cannot be scored."
        )
    face = method.face()
    landmarks = _landmark_source(places.landmarks) if face is not None or method.NEEDS_LANDMARKS else None
    if face is not None and landmarks is not None:
        found = cropped(found, Crop(landmarks, face), Cache(places.cache))
    return {key: Found(source, landmarks) for key, source in found.by_id.items()}


def frames_root(name: str, places: Places, workers: int, tell: Told) -> Path:
    """Return the folder of a dataset's frames; a twin is rendered into the user's cache first."""
    from mebench.video.locate import registered_root

    if places.frames is not None:
        return places.frames
    if not (catalog.is_twin(name) and name not in library.registered()):
        return registered_root(name)
    from mebench.rendering.twin_disk import ensure

    return ensure(
        name,
        dials=twin_dials(name, places.amplitude),
        workers=workers,
        progress=lambda done, total: tell(f"rendering {name}", "frames", done, total),
    )


def twin_dials(name: str, amplitude: float | None) -> Any:
    """Return the dials of a twin whose movements are so many times as large as usual.

    Raises
    ------
    UserError
        If the amplitude is negative or no number.
    """
    from mebench.rendering.dials import DEFAULT_AMPLITUDE, Dials

    if amplitude is None or amplitude == 1:
        return Dials()
    from mebench.rendering.pictures import camera

    return Dials(amplitude=amplitude * DEFAULT_AMPLITUDE * camera(name).eye_distance)


def _landmark_source(written: str) -> Any:
    with needed("twins"):
        from mebench.video.landmarks.sources import landmark_source

    name, equals, path = written.partition("=")
    if path and not Path(path).expanduser().exists():
        raise UserError(f"--landmarks {printable(written)}: there is no such file or folder. Check the path.")
    return landmark_source(name, Path(path).expanduser().resolve() if equals else None)


def check_places(plan: Plan, method: Method, places: Places) -> None:
    """Refuse options that mean nothing for a plan's datasets, and frames or landmarks that cannot be had at all.

    Whatever can be known at once is known before anything is rendered.

    Raises
    ------
    UserError
    """
    from mebench.video.locate import registered_root
    from mebench.video.missing import POLICIES

    names = datasets_of(plan)
    real = [name for name in names if not catalog.is_twin(name)]
    if places.amplitude is not None:
        if real:
            raise UserError(f"--amplitude is a dial of twins; {real[0]} is none.")
        if not method.NEEDS_FRAMES:
            raise UserError(f"--amplitude changes frames, which {type(method).__name__} does not look at.")
        if not (math.isfinite(places.amplitude) and places.amplitude >= 0):
            raise UserError(f"--amplitude {quoted(places.amplitude)}: give a factor of at least 0.")
    if places.missing not in POLICIES:
        raise unknown_name("policy for missing frames", places.missing, POLICIES)
    if places.frames is not None and len(names) > 1:
        raise UserError(
            f"--frames {printable(str(places.frames))}: the protocol needs {', '.join(names)}, and one folder cannot "
            "hold them all. Register each with its frames."
        )
    if not method.NEEDS_FRAMES:
        return
    if places.frames is None:
        for name in set(names) & set(library.registered()):
            registered_root(name)
    if method.NEEDS_LANDMARKS or method.face() is not None:
        _landmark_source(places.landmarks)
