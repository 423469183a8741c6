"""Runs a named recipe over many videos: in parallel, cached in chunks, so that it can be interrupted anywhere.

The unit of work is a chunk of rows (:mod:`mebench.features.recipes.common`), which is one entry of the cache, written
whole or not at all. A run that is killed leaves whole chunks; the next one does what is missing, and the result is the
same, byte for byte. Nothing depends on the number of workers or on the order in which they finish.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

import numpy as np

from mebench.extras import needed
from mebench.features import code
from mebench.features.recipes.common import Arrays, Recipe, Row, Source
from mebench.features.workers import each
from mebench.problems import UserError, printable
from mebench.video.cache import Cache, CacheUnwritable, Key, key
from mebench.video.cache_format import Settled

if TYPE_CHECKING:
    from mebench.video.frames import Frames
    from mebench.video.missing import Replacement

Id = TypeVar("Id", bound=Hashable)
_SHOWN = 5


class Progress(NamedTuple):
    """How far a run is, in rows: `found` were in the cache before, `done` are there now.

    `left` is the estimate of the seconds to come, None until something has been computed.
    """

    done: int
    total: int
    found: int
    seconds: float
    left: float | None


class Task(NamedTuple):
    """One chunk of one source; what a worker gets."""

    source: Source
    recipe: Recipe
    rows: tuple[Row, ...]

    def key(self) -> Key:
        """Return under what the cache knows it."""
        return chunk_key(self.source, self.recipe, self.rows)


class Done(NamedTuple):
    """What a worker says of a chunk: an error of the user's, what the cache noted, which frames were replaced."""

    error: str = ""
    unwritable: bool = False
    notes: tuple[str, ...] = ()
    replaced: Mapping[int, Replacement] = {}


@dataclass(frozen=True)
class Features(Mapping[Id, Arrays], Generic[Id]):
    """The features of many videos: read from the cache when they are asked for.

    A value is a dict of arrays with one entry a row along the first axis; besides those of the recipe they are what
    :func:`mebench.features.recipes.common.about` says of a row. What has vanished from the cache in
    the meantime is computed again.

    Parameters
    ----------
    tasks : mapping of id to tuple of Task
    failed : mapping of id to str
        The videos that could not be computed, each with a sentence that says why.
    cache : Cache
    """

    tasks: Mapping[Id, tuple[Task, ...]]
    failed: Mapping[Id, str]
    cache: Cache

    def __getitem__(self, name: Id) -> Arrays:
        parts = list(self.parts(name))
        return {array: np.concatenate([part[array] for part in parts]) for array in parts[0]}

    def __iter__(self) -> Iterator[Id]:
        return iter(self.tasks)

    def __len__(self) -> int:
        return len(self.tasks)

    def parts(self, name: Id) -> Iterator[Arrays]:
        """Yield the features of one video chunk by chunk, for videos that are too long to be held."""
        for task in self.tasks[name]:
            yield compute(task, self.cache)

    def keys_of(self, name: Id) -> tuple[Key, ...]:
        """Return the keys of the chunks of one video."""
        return tuple(task.key() for task in self.tasks[name])


def chunk_key(source: Source, recipe: Recipe, rows: tuple[Row, ...]) -> Key:
    """Return the key of a chunk: frames, rows, parameters, and the code and libraries that compute it."""
    frames = source.frames
    return key(
        recipe.name,
        video=frames.name,
        frames=frames.identity,
        rows=rows,
        parameters=recipe.computing(),
        code=code.identity((type(recipe).__module__, type(frames).__module__)),
    )


def compute(task: Task, cache: Cache) -> Arrays:
    """Return a chunk from the cache, or compute and store it; what it is derived from is stored too.

    Raises
    ------
    CacheUnwritable
        If it cannot be stored.
    UserError
        If the frames cannot be read or do not suit the recipe.
    """
    found = _found_or_made(task, cache)
    return found.arrays() if isinstance(found, Settled) else found


def _found_or_made(task: Task, cache: Cache) -> Arrays | Settled:
    where = task.key()
    if (found := cache.get(where)) is not None:
        return found
    base = task.recipe.base()
    with _in_words(task):
        if base is None:
            made = task.recipe.make(task.source, task.rows)
        else:
            made = task.recipe.derive(compute(task._replace(recipe=base), cache))
        return cache.put(where, made, task.recipe.half)


@contextmanager
def _in_words(task: Task) -> Iterator[None]:
    """Let memory that is not enough, and what OpenCV refuses, be a sentence with the video and the frames in it."""
    with needed("twins"):
        import cv2
    rows = f"{printable(task.source.frames.name)}, frames {task.rows[0][0]} to {task.rows[-1][1]}"
    try:
        yield
    except (MemoryError, cv2.error) as error:
        if isinstance(error, MemoryError) or getattr(error, "code", None) == cv2.Error.StsNoMem:
            raise UserError(
                f"{rows}: the memory is not enough for {task.recipe.name}. Give a smaller size=, a shorter window=, or "
                "fewer workers."
            ) from error
        why = " ".join(str(getattr(error, "err", "") or error).split())
        raise UserError(f"{rows}: OpenCV cannot compute {task.recipe.name} ({printable(why)}).") from error


def extract(
    sources: Mapping[Id, Frames | Source],
    recipe: Recipe,
    cache: Cache | None = None,
    *,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
    keep_going: bool = False,
) -> Features[Id]:
    """Compute a recipe over videos; what the cache holds is not computed again.

    Parameters
    ----------
    sources : mapping of id to Frames or Source
        A :class:`Source` also says where onset, apex and offset are.
    recipe : Recipe
        See :func:`mebench.features.recipes.recipe`.
    cache : Cache, optional
        Default the user's.
    workers : int
        Processes, each with one thread of OpenCV. The result does not depend on it.
    progress : callable, optional
        Called with a :class:`Progress` at the beginning and after every chunk.
    keep_going : bool
        Leave out videos that cannot be computed and tell them in ``failed``; otherwise they are raised, after all
        others are done.

    Raises
    ------
    UserError
        If a video cannot be computed, or a worker dies.
    CacheUnwritable
        If the disk is full or the cache cannot be written to: the run stops, and what is finished is kept.
    """
    if workers < 1:
        raise UserError(f"{workers} workers: give at least 1.")
    cache = cache or Cache()
    tasks, missing, failed = _plan(sources, recipe, cache)
    if missing:
        cache.prepare()
    count = _Count(tasks, missing, progress)
    for name, task, done in _run(missing, cache, workers):
        for note in done.notes:
            cache.note(note)
        task.source.frames.report.replaced.update(done.replaced)
        if done.unwritable:
            raise CacheUnwritable(done.error)
        if done.error:
            failed.setdefault(name, done.error)
        count.add(task)
    kept = {name: of for name, of in tasks.items() if name not in failed}
    if failed and not keep_going:
        raise UserError(_failures(failed))
    return Features(kept, failed, cache)


def _plan(
    sources: Mapping[Id, Frames | Source], recipe: Recipe, cache: Cache
) -> tuple[dict[Id, tuple[Task, ...]], list[tuple[Id, Task]], dict[Id, str]]:
    """Return the chunks of every source, those that are not there yet, and why a source has none."""
    tasks: dict[Id, tuple[Task, ...]] = {}
    missing: list[tuple[Id, Task]] = []
    failed: dict[Id, str] = {}
    for name, given in sources.items():
        source = given if isinstance(given, Source) else Source(given)
        try:
            chunks = tuple(Task(source, recipe, rows) for rows in recipe.chunks(source))
            missing += [(name, task) for task in chunks if not cache.contains(task.key())]
            tasks[name] = chunks
        except UserError as error:
            failed[name] = str(error)
    return tasks, missing, failed


class _Count:
    """Counts rows for the progress."""

    def __init__(
        self,
        tasks: Mapping[Id, tuple[Task, ...]],
        missing: list[tuple[Id, Task]],
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.total = sum(len(task.rows) for of in tasks.values() for task in of)
        self.found = self.done = self.total - sum(len(task.rows) for _, task in missing)
        self.begin = time.monotonic()
        self.progress = progress
        self.tell()

    def add(self, task: Task) -> None:
        self.done += len(task.rows)
        self.tell()

    def tell(self) -> None:
        if self.progress is None:
            return
        seconds, made = time.monotonic() - self.begin, self.done - self.found
        left = seconds * (self.total - self.done) / made if made else None
        self.progress(Progress(self.done, self.total, self.found, seconds, left))


def _run(missing: list[tuple[Id, Task]], cache: Cache, workers: int) -> Iterator[tuple[Id, Task, Done]]:
    """Yield every missing chunk when it is done, in whatever order."""
    with closing(each(_work, [(cache.root, task) for _, task in missing], workers)) as finished:
        for i, done in finished:
            yield *missing[i], done


def _work(root: Path, task: Task) -> Done:
    """Compute one chunk into the cache; what the user has to know comes back as words, not as an exception."""
    notes: list[str] = []
    try:
        with one_thread():
            _found_or_made(task, Cache(root, notes.append))
    except CacheUnwritable as error:
        return Done(str(error), unwritable=True, notes=tuple(notes))
    except UserError as error:
        return Done(str(error), notes=tuple(notes))
    return Done(notes=tuple(notes), replaced=dict(task.source.frames.report.replaced))


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep OpenCV to one thread: the processors are shared by processes."""
    with needed("twins"):
        import cv2
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)


def _failures(failed: Mapping[Id, str]) -> str:
    """Return one line for each video that could not be computed, the first few spelled out."""
    lines = list(dict.fromkeys(failed.values()))
    more = [f"... and {len(lines) - _SHOWN} more."] if len(lines) > _SHOWN else []
    return "\n".join([*lines[:_SHOWN], *more])
