"""The two kinds of methods, and what is asked of them.

They follow scikit-learn's habits: the constructor takes named parameters with defaults and only stores them,
``get_params`` gives them back, ``fit`` returns self, what is learned ends in ``_``. The seed comes with the run.

A method sees handles (:mod:`mebench.baselines.data`), which carry no label. What there is to learn from are the
expressions, or labels, that ``fit`` is given: those of the train subjects, and of nobody else.

What the runner does with a spotter, for each fold::

    method = kind(**parameters)
    method.fit(train_videos, train_expressions, run)     # ends with self.choose_thresholds(tracks, expressions, run)
    for video in test_videos:
        track = method.track(video)
        predictions = method.intervals(track)

and with a recogniser::

    X = stack of method.features(clip), once for all folds       # before fit: depends on the parameters only
    method.fit(X[train], labels, subjects, run)
    probabilities = method.predict_proba(X[test])
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mebench.baselines.config import CPU_PRESET, PAPER_PRESET, Cost, Paper, Parameter, Work, configured, parameters_of
from mebench.baselines.data import Clip, Face, Video
from mebench.baselines.evidence import ScoreTrack
from mebench.datasets.tables import ME
from mebench.problems import UserError

if TYPE_CHECKING:
    from mebench.features.recipes.common import Recipe

ThresholdSource = Literal["train", "published", "oracle"]
Selection = Literal["last", "inner", "oracle"]
Labels = NDArray[np.intp]
Names = NDArray[np.str_]
Features = NDArray[Any]


def _ignore(epoch: int, epochs: int, loss: float) -> None:
    """Do nothing."""


@dataclass(frozen=True)
class Run:
    """The circumstances of one fit.

    Parameters
    ----------
    seed : int
        Of every random choice, made of the base seed and the fold's name.
    device : {"cpu", "cuda"}
    mixed_precision : bool
        Only on cuda.
    classes : tuple of str
        The class list of the protocol (recognition).
    selection : {"last", "inner", "oracle"}
        Which epoch to keep: the last, or the best for validation subjects that ``fit`` takes from those it was given.
        With ``oracle`` a method does as with ``last``, and calls `on_epoch`.
    threshold_source : {"train", "published", "oracle"}
        See :meth:`Spotter.choose_thresholds`.
    dataset : str
        What is tested, by its original's name (``casme-sq``), for published thresholds.
    fold : str
    progress : callable
        ``progress(epoch, epochs, loss)`` after every epoch, counted from 1.
    on_epoch : callable or None
        ``on_epoch(epoch, predictor)`` after every epoch, if it is not None. ``predictor`` is a method that predicts
        with the weights of that epoch: ``self.track`` of a spotter, ``self.predict_proba`` of a recogniser. It is
        called at once, with test data but without labels: what comes back to the method is nothing.
    """

    seed: int = 0
    device: str = "cpu"
    mixed_precision: bool = False
    classes: tuple[str, ...] = ()
    selection: Selection = "last"
    threshold_source: ThresholdSource = "train"
    dataset: str = ""
    fold: str = ""
    progress: Callable[[int, int, float], None] = _ignore
    on_epoch: Callable[[int, Callable[[Any], Any]], None] | None = None

    def rng(self, *purpose: int) -> np.random.Generator:
        """Return a stream of random numbers; another purpose (whole numbers) gives an independent one."""
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=purpose)))


class Method:
    """What spotters and recognisers share. The first line of a subclass's docstring is its summary.

    Class attributes
    ----------------
    PRESETS : {"paper": {...}, "cpu": {...}}
        Values that differ from the constructor's defaults.
    PARAMETERS : mapping of str to Parameter
        Meaning and source of each parameter of the constructor; complete.
    PAPER : Paper or None
    SLIPS : tuple of str
        What the paper got wrong or contradicts itself in, a sentence each.
    REQUIRES : tuple of str
        Modules that are needed beside the core, e.g. ``("torch", "cv2")``; looked for before any work begins.
    NEEDS_FRAMES, NEEDS_LANDMARKS : bool
        Whether handles must have frames; whether ``landmarks`` is called on them.
    LEARNS : bool
        Whether ``fit`` learns weights, so that `selection` means something and epochs are told.
    SEES_TRUTH : bool
        An upper bound that is shown the test side's expressions; possible only with oracle thresholds.
    """

    PRESETS: ClassVar[Mapping[str, Mapping[str, Any]]] = {PAPER_PRESET: {}, CPU_PRESET: {}}
    PARAMETERS: ClassVar[Mapping[str, Parameter]] = {}
    PAPER: ClassVar[Paper | None] = None
    SLIPS: ClassVar[tuple[str, ...]] = ()
    REQUIRES: ClassVar[tuple[str, ...]] = ()
    NEEDS_FRAMES: ClassVar[bool] = True
    NEEDS_LANDMARKS: ClassVar[bool] = False
    LEARNS: ClassVar[bool] = True
    SEES_TRUTH: ClassVar[bool] = False

    def get_params(self) -> dict[str, Any]:
        """Return the parameters by name, as they were given to the constructor."""
        return {name: getattr(self, name) for name in parameters_of(type(self))}

    @classmethod
    def of_preset(cls, preset: str, **overrides: Any) -> Self:
        """Return the method with a preset's parameters; those that are given win."""
        return cls(**configured(cls, cls.__name__, preset, overrides))

    @classmethod
    def parameter_count(cls, preset: str = PAPER_PRESET) -> int | None:
        """Return how many weights are learned; None of a method without."""
        return None

    @classmethod
    def summary(cls) -> str:
        """Return the first line of the docstring."""
        return (inspect.getdoc(cls) or cls.__name__).partition("\n")[0]

    def face(self) -> Face | None:
        """Return how faces are cut out of the frames, or None to have the frames as they are."""
        return None

    def needs(self, of: Video | Clip) -> Sequence[Recipe]:
        """Return the recipes that will be asked of a video or clip: they are computed first, in parallel."""
        return ()

    def cost(self, work: Work) -> Cost | None:
        """Return an estimate of time and disk, from a table or by measuring a few steps; None if it is not known."""
        return None

    def pretrained_on(self) -> tuple[str, ...]:
        """Return the names of data that weights from elsewhere were learned from, for the submission's metadata."""
        return ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.get_params().items())})"


class Spotter(Method):
    """A method that finds expressions in long videos.

    Class attributes
    ----------------
    TYPES : tuple of str
        The expression types that it can tell.
    PUBLISHED_THRESHOLDS : mapping of str to dict
        The thresholds of the paper, by the original dataset's name; ``"*"`` stands for any other.
    """

    TYPES: ClassVar[tuple[str, ...]] = (ME,)
    PUBLISHED_THRESHOLDS: ClassVar[Mapping[str, Mapping[str, Any]]] = {}

    thresholds_: dict[str, Any]

    def show_truth(self, expressions: pd.DataFrame) -> Self:
        """Take the expressions of the test side: called for a method that says ``SEES_TRUTH``, and for no other."""
        raise NotImplementedError

    def fit(self, videos: Sequence[Video], expressions: pd.DataFrame, run: Run) -> Self:
        """Learn from the train side.

        Parameters
        ----------
        videos : sequence of Video
        expressions : pandas.DataFrame
            Contract :data:`mebench.datasets.tables.EXPRESSIONS`, of these videos, under the ground-truth policy; those
            that cannot be matched (offset before onset) are left out.
        run : Run

        Notes
        -----
        It must end with :meth:`choose_thresholds`. The tracks that it hands over must not be of videos that the
        weights were fitted on: a learned method keeps out some of the train subjects, and says in its docstring
        whether it learns again with all of them afterwards.
        """
        raise NotImplementedError

    def track(self, video: Video) -> ScoreTrack:
        """Return the evidence for one video; no threshold plays a part in it."""
        raise NotImplementedError

    def tune(self, tracks: Sequence[ScoreTrack], expressions: pd.DataFrame) -> dict[str, Any]:
        """Return the best thresholds, and every other number that ``intervals`` needs, as plain JSON values.

        It may depend on parameters, but on nothing that ``fit`` learned: with oracle thresholds the runner calls it on
        the evidence of all folds at once, on an unfitted method.

        Parameters
        ----------
        tracks : sequence of ScoreTrack
            Evidence of videos that the weights were not fitted on.
        expressions : pandas.DataFrame
            May hold those of other videos too, from which a mean length can be taken; match against
            :func:`expressions_of` these tracks only.
        """
        raise NotImplementedError

    def intervals(self, track: ScoreTrack) -> pd.DataFrame:
        """Return predictions (onset, offset, type, score), made of the evidence with ``self.thresholds_`` alone."""
        raise NotImplementedError

    def choose_thresholds(self, tracks: Sequence[ScoreTrack], expressions: pd.DataFrame, run: Run) -> Self:
        """Set ``thresholds_`` from where the run says, and return self.

        With ``train`` they are tuned on the tracks (:meth:`tune`); with ``published`` they are the paper's; with
        ``oracle`` they stay unset, and the runner tunes them on the test side's evidence.

        Raises
        ------
        UserError
            If the paper gives none for the dataset that is learned from.
        """
        if run.threshold_source == "train":
            self.thresholds_ = self.tune(tracks, expressions)
        elif run.threshold_source == "published":
            self.thresholds_ = self.published_thresholds(run.dataset)
        return self

    def published_thresholds(self, dataset: str) -> dict[str, Any]:
        """Return the thresholds of the paper for a dataset, by its original's name.

        Raises
        ------
        UserError
            If the paper gives none.
        """
        found = self.PUBLISHED_THRESHOLDS.get(dataset, self.PUBLISHED_THRESHOLDS.get("*"))
        if found is None:
            known = ", ".join(self.PUBLISHED_THRESHOLDS)
            raise UserError(
                f"{type(self).__name__} has no published thresholds for {dataset}"
                f"{f', only for {known}' if known else ''}. Leave --threshold-source at train."
            )
        return dict(found)


def expressions_of(tracks: Sequence[ScoreTrack], expressions: pd.DataFrame) -> pd.DataFrame:
    """Return the expressions of the videos that there are tracks of."""
    videos = {track.video for track in tracks}
    return expressions[expressions["video"].isin(videos)].reset_index(drop=True)


class Recogniser(Method):
    """A method that names the emotion of clips.

    ``fit`` and ``predict_proba`` take clips, or an array of what ``features`` returned for each of them, shape
    (n, ...), which is what the runner gives.
    """

    classes_: tuple[str, ...]

    def features(self, clip: Clip) -> Features:
        """Return the features of one clip, of the same shape for all clips; they depend on the parameters only."""
        raise NotImplementedError

    def fit(self, clips: Sequence[Clip] | Features, labels: Labels, subjects: Names, run: Run) -> Self:
        """Learn from the train side.

        Parameters
        ----------
        clips : sequence of Clip, or ndarray of shape (n, ...)
        labels : (n,) int
            Places in ``run.classes``; a class may have no clip.
        subjects : (n,) str
            ``dataset/subject`` of each clip, to keep some out.
        run : Run
        """
        raise NotImplementedError

    def predict_proba(self, clips: Sequence[Clip] | Features) -> NDArray[np.float64]:
        """Return the probability of each class, shape (n, classes), in the order of ``run.classes``."""
        raise NotImplementedError

    def arrays(self, clips: Sequence[Clip] | Features) -> Features:
        """Return features of clips stacked; an array is returned as it is."""
        if isinstance(clips, np.ndarray):
            return clips
        return np.stack([self.features(clip) for clip in clips])
