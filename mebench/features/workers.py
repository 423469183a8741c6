"""Many independent pieces of work, in this process or in several; interrupted cleanly."""

from __future__ import annotations

import os
import signal
import threading
import time
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from mebench.problems import UserError

Result = TypeVar("Result")
_watched = False


def each(
    work: Callable[..., Result], items: Sequence[tuple[Any, ...]], workers: int
) -> Generator[tuple[int, Result], None, None]:
    """Yield (place, result) of every item when it is done, in whatever order.

    Parameters
    ----------
    work : callable
        Called with the parts of an item; for several workers it and they can be pickled.
    items : sequence of tuple
    workers : int
        Processes; with 1, or one item, all is done in this one.

    Raises
    ------
    UserError
        If a worker is killed, mostly because the memory is not enough.
    """
    if workers == 1 or len(items) < 2:
        for place, item in enumerate(items):
            yield place, work(*item)
        return
    from joblib import Parallel, delayed
    from joblib.externals.loky import get_reusable_executor
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    _quiet_about_workers()
    run = Parallel(n_jobs=min(workers, len(items)), backend="loky", return_as="generator_unordered", batch_size=1)
    with _deaf_to_interrupts():
        done = run(delayed(_in_worker)(work, os.getpid(), place, item) for place, item in enumerate(items))
    finished = False
    try:
        yield from done
        finished = True
    except TerminatedWorkerError as error:
        raise UserError(
            "A worker process was killed, most likely because the memory was not enough. What is finished is kept: run "
            "the same again with fewer workers."
        ) from error
    finally:
        if not finished:  # an interrupt or an error: nobody waits for the rest
            get_reusable_executor().shutdown(wait=True, kill_workers=True)
            done.close()


def _quiet_about_workers() -> None:
    """Keep two remarks of joblib's from the user, neither of which is about a fault.

    A worker that has grown by 300 MB since its first task is replaced before its next, and ``import torch`` between
    features and folds is enough for that: nothing is lost. And whoever leaves :func:`each` early means to.
    """
    for message in ("A worker stopped while some jobs were given", r"\d+ tasks (which were still|have been success)"):
        warnings.filterwarnings("ignore", message, UserWarning, "joblib")


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Ctrl-C reaches the whole group of processes: those that are started in here leave it to this one."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _in_worker(work: Callable[..., Result], parent: int, place: int, item: tuple[Any, ...]) -> tuple[int, Result]:
    global _watched
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not _watched:
        _watched = True
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    return place, work(*item)


def _end_with(parent: int) -> None:
    """End this process when its parent has been killed: nobody waits for it any more."""
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)
