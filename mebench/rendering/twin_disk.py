"""A twin with frames on the disk: rendered by video in several processes, and never half a video.

A video grows in a hidden folder beside its place and moves there when it is complete. So whatever interrupts a run,
the next one removes what was left half done, skips what is complete and ends with the bytes of an undisturbed run.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from mebench.datasets.twin.generate import twin
from mebench.datasets.twin.write import README_NAME, list_name, write_twin
from mebench.extras import needed
from mebench.files import cache_folder, half_written
from mebench.problems import UserError, plural, size_text
from mebench.rendering import manifest
from mebench.rendering.dials import Dials
from mebench.rendering.estimate import n_bytes
from mebench.rendering.lock import alone

with needed("twins"):
    from mebench.rendering import sizes
    from mebench.rendering.one_video import Job, is_part, remove, render_video
    from mebench.rendering.plan import Plan

Progress = Callable[[int, int], None]
"""Called with the frames that are done and all of them, at the start and after every video."""

_SHARES = 3
"""So many shares of the videos for every process, so that all end at about the same time."""
_FULL_DISK = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True)
class Rendered:
    """What a run did: the annotation files, and how many videos and frames were made now, or were there already.

    ``damaged`` says for every video that was there and had to be made again what was wrong with it.
    """

    files: list[Path]
    videos: int
    frames: int
    videos_before: int
    damaged: list[str]


def render(
    plan: Plan,
    workers: int | None = None,
    progress: Progress | None = None,
    force: bool = False,
    waiting: Callable[[], None] | None = None,
) -> Rendered:
    """Write a twin with its frames, or whatever of it is not there yet.

    Parameters
    ----------
    plan : Plan
    workers : int or None
        Processes; None takes one for each core.
    progress : callable or None
    force : bool
        Replace annotation files and frames of another twin.
    waiting : callable or None
        Called once if another run writes to the folder, whose end is waited for; None refuses.

    Raises
    ------
    UserError
        If the folder holds something else, the disk is full, or a process was killed.
    KeyboardInterrupt
        Complete videos stay; the same call goes on with the others.
    """
    with alone(plan.out, waiting):
        wanted = plan.manifest()
        roots = manifest.begin(plan.out, wanted, plan.frame_roots, force)
        for root in sorted(roots):
            remove(plan.out / root)
        if roots:
            (plan.out / sizes.NAME).unlink(missing_ok=True)
            manifest.cleared(plan.out, wanted)
        _remove_parts(plan.jobs)
        for name in (plan.twin.workbook_name, list_name(plan.twin), README_NAME, manifest.NAME, sizes.NAME):
            for path in half_written(plan.out / name):
                path.unlink(missing_ok=True)
        files = [*write_twin(plan.twin, plan.out, force), plan.out / manifest.NAME, plan.out / sizes.NAME]
        recorded = sizes.read(plan.out)
        faults = {job: fault for job in plan.jobs if (fault := sizes.damage(plan.out, job, recorded)) is not None}
        left = list(faults)
        _check_room(plan, left)
        _render_all(plan, left, workers, progress)
    frames = sum(job.n_frames for job in left)
    return Rendered(files, len(left), frames, len(plan.jobs) - len(left), [fault for fault in faults.values() if fault])


def _render_all(plan: Plan, left: Sequence[Job], workers: int | None, progress: Progress | None) -> None:
    """Render videos, and record the sizes of all that are complete, after an interruption too."""
    done = plan.n_frames - sum(job.n_frames for job in left)
    try:
        if progress:
            progress(done, plan.n_frames)
        for n in _rendered(left, workers):
            done += n
            if progress:
                progress(done, plan.n_frames)
    except BaseException:
        with contextlib.suppress(UserError):  # the disk may be full; what stopped the run is what the user reads
            sizes.write(plan.out, plan.jobs)
        raise
    sizes.write(plan.out, plan.jobs)


def ensure(
    name: str,
    seed: int = 0,
    dials: Dials | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Path:
    """Return the root of a rendered twin in the user's cache; what is not there yet is rendered.

    Parameters
    ----------
    name : str
        E.g. ``"casme-sq-twin-small"``.
    seed : int
    dials : Dials or None
        None takes the defaults.
    workers : int or None
        Processes; None takes one for each core.
    progress : callable or None
        Called with the frames that are done and all of them.

    Raises
    ------
    UserError
        If there is no such twin, or it cannot be rendered here.
    """
    made = twin(name, seed)
    dials = dials or Dials()
    out = cache_folder() / "twins-1" / f"{name}-{seed}-{Plan(made, dials, Path()).key()}"
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"{out}: the twin cannot be rendered there ({error.strerror}). Name another folder with MEBENCH_CACHE."
        ) from error
    plan = Plan(made, dials, out)
    if manifest.read(out / manifest.NAME) is None and any((out / name).exists() for name in plan.frame_roots):
        shutil.rmtree(out, ignore_errors=True)  # clearing the cache was cut short: nobody else puts frames here
    render(plan, workers, progress, waiting=lambda: None)
    return out


def _remove_parts(jobs: Sequence[Job]) -> None:
    """Remove what killed runs left; nobody else writes while this run holds the lock."""
    for folder in {job.target.parent for job in jobs}:
        if folder.is_dir():
            for name in filter(is_part, os.listdir(folder)):
                remove(folder / name)


def _check_room(plan: Plan, left: Sequence[Job]) -> None:
    share = sum(job.n_frames for job in left) / plan.n_frames
    need, free = share * n_bytes(plan.twin), shutil.disk_usage(plan.out).free
    if need > free:
        raise UserError(
            f"{plan.out}: the frames need about {size_text(round(need))}, and {size_text(free)} are free. Make room, "
            "choose another disk, or a smaller --size."
        )


def _rendered(jobs: Sequence[Job], workers: int | None) -> Iterable[int]:
    """Render videos and yield numbers of frames as they are done."""
    from joblib import cpu_count

    n = min(workers or cpu_count(), len(jobs))
    try:
        if n < 2:
            for job in jobs:
                yield render_video(job)
        else:
            yield from _in_processes(_shares(jobs, n), n)
    except OSError as error:
        if error.errno in _FULL_DISK:
            raise UserError(
                f"{jobs[0].target.parent}: the disk is full. Make room and give the same command again; complete "
                "videos are kept."
            ) from error
        raise UserError(f"{error.filename or jobs[0].target.parent}: cannot be written ({error.strerror}).") from error
    finally:
        _remove_parts(jobs)


def _shares(jobs: Sequence[Job], workers: int) -> list[list[Job]]:
    """Return the videos in shares of one person each, the largest share first, some for every process."""
    most = sum(job.n_frames for job in jobs) / (_SHARES * workers)
    shares: list[list[Job]] = []
    room = 0.0
    for k, job in enumerate(jobs):
        if k == 0 or job.person != jobs[k - 1].person or job.n_frames > room:
            shares.append([])
            room = most
        shares[-1].append(job)
        room -= job.n_frames
    return sorted(shares, key=lambda share: -sum(job.n_frames for job in share))


def _in_processes(shares: Sequence[list[Job]], workers: int) -> Iterable[int]:
    from joblib import Parallel, delayed
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    pool = Parallel(n_jobs=workers, backend="loky", return_as="generator_unordered", batch_size=1, pre_dispatch=workers)
    try:
        with closing(pool(delayed(_undisturbed)(share) for share in shares)) as results:
            yield from results
    except TerminatedWorkerError as error:
        raise UserError(
            f"A process was killed while it rendered (out of memory?); complete videos are kept. Give the same command "
            f"again, with fewer than {plural(workers, 'worker')} (--workers)."
        ) from error


def _undisturbed(share: list[Job]) -> int:
    """Render some videos in a process that leaves Ctrl-C to the one that started it."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return sum(render_video(job) for job in share)
