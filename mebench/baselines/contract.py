"""What the lines of the contract share: how they are written, and the tiny twin that they are tried on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mebench.baselines.data import Clip, Video
from mebench.baselines.material import Material, Places, frames_root, gathered
from mebench.baselines.method import Method
from mebench.baselines.prepare import compute_features
from mebench.baselines.spy import forbidden
from mebench.protocols.folds import Fold, Subject
from mebench.protocols.registry import Plan, plan

if TYPE_CHECKING:
    from mebench.baselines.jobs import Job

FIT_LINE = (
    "fit returns self; meanwhile Python opens no frames or declared features of the test side, and mebench loads no "
    "dataset by name"
)
"""What is looked at while a method learns, and no more than that."""

Line = tuple[str, Callable[[], str | None]]
"""A line of the contract, and what looks whether it is kept: it raises if not, or returns a remark."""


class Broken(Exception):
    """The contract is broken; the text says how."""


class Trial:
    """A method on a tiny twin: one fold, learned with the test side out of reach.

    Parameters
    ----------
    method : Method
    dataset : str
        A tiny twin.
    """

    def __init__(self, method: Method, dataset: str, classes: str | None = None) -> None:
        self.method = method
        self.plan: Plan = plan(None, dataset, classes)
        # The first subject is learned by nobody: whatever of it is touched is a leak.
        self.fold: Fold = self.plan.folds[0]
        self.places = Places()

    def job(self, fold: Fold) -> Job:
        """Return the work of a fold as a run would do it."""
        raise NotImplementedError

    def prepare(self) -> None:
        """Render the twin and compute what the method declares."""
        self.material: Material = gathered(self.plan, self.method, self.places, 2, _silent)
        compute_features(self.method, self.material.everything(), 2, _silent)

    @contextmanager
    def test_side_out_of_reach(self) -> Iterator[None]:
        """Let everything of the test subject, and all annotations, raise when they are touched."""
        if not self.method.NEEDS_FRAMES:
            with forbidden(None, ()):
                yield
            return
        from mebench.datasets import library
        from mebench.datasets.dataset import Dataset
        from mebench.video.locate import clip_frames, video_frames

        root = frames_root(self.plan.dataset, self.places, 2, _silent)
        loaded = library.load(self.plan.dataset)
        if isinstance(loaded, Dataset):
            located: Any = video_frames(loaded, root)
            of = dict(zip(loaded.videos["video"], loaded.videos["subject"], strict=True))
        else:
            located = clip_frames(loaded, root)
            of = {key: key[0] for key in located}
        tested = {who.subject for who in self.fold.test}
        allowed = [located.path(key) for key in located if of[key] not in tested]
        with forbidden(root, allowed, list(self._cached())):
            yield

    def _cached(self) -> Iterable[Path]:
        """Yield the cached features of the test side."""
        from mebench.features.extract import extract
        from mebench.video.cache import Cache

        handles: list[Video | Clip] = [
            handle
            for handle in self.material.everything()
            if Subject(handle.dataset, handle.subject) in set(self.fold.test)
        ]
        for handle in handles:
            cache = Cache(handle.cache_root)
            for recipe in self.method.needs(handle):
                found = extract({0: handle.source_for(recipe)}, recipe, cache)
                yield from (cache.path(key) for key in found.keys_of(0))


def same_json(value: Any) -> str:
    """Return a value as text by which two are compared.

    Raises
    ------
    Broken
        If JSON cannot hold it.
    """
    try:
        return json.dumps(value, sort_keys=True)
    except TypeError as error:
        raise Broken(f"no plain JSON value: {error}") from error


def learned_names(method: Method) -> None:
    """Raise if what was learned does not end in ``_``.

    Raises
    ------
    Broken
    """
    parameters = method.get_params()
    for word in vars(method):
        if word not in parameters and not word.startswith("_") and not word.endswith("_"):
            raise Broken(f"fit sets {word}; what is learned ends in _")


def _silent(stage: str, unit: str, done: int, total: int) -> None:
    """Tell nothing."""
