"""Where folds are computed: in processes of this machine, by dask, or by a cluster that runs slurm.

All of them do the same: call one function for every item and yield (place, result) in whatever order they finish. The
function saves what it made itself, so that nothing is lost with the one who waits.
"""

from __future__ import annotations

import importlib
import os
import shutil
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from mebench.extras import needed
from mebench.problems import UserError, quoted, unknown_name

Engine = Literal["local", "dask", "slurm"]
ENGINES: tuple[str, ...] = get_args(Engine)

Item = TypeVar("Item")
Result = TypeVar("Result")
Finished = Generator[tuple[int, Result], None, None]

_POLL = 0.2
_CLUSTERS = ("local", "slurm")
_DASK = ("address",)
_SLURM = ("cluster", "timeout_min", "mem_gb", "partition", "qos", "account", "gpus_per_node", "array_parallelism")


def check_engine(engine: str, options: Mapping[str, Any]) -> None:
    """Raise if there is no such engine, an option is not its own, or its package is missing.

    Raises
    ------
    UserError
    """
    if engine not in ENGINES:
        raise unknown_name("engine", engine, ENGINES)
    known = {"local": (), "dask": _DASK, "slurm": _SLURM}[engine]
    for name in options:
        if not known:
            raise UserError(f"The engine local has no options; {quoted(name)} is for dask or slurm.")
        if name not in known:
            raise unknown_name(f"option of the engine {engine}", name, known)
    if engine == "dask":
        with needed("dask"):
            import distributed  # noqa: F401
    elif engine == "slurm":
        with needed("slurm"):
            import submitit  # noqa: F401
        _check_cluster(options.get("cluster"))


def _check_cluster(cluster: object) -> None:
    """Raise where there is no slurm: submitit would quietly compute on this machine."""
    if cluster not in (None, *_CLUSTERS):
        raise unknown_name("cluster of the engine slurm", str(cluster), _CLUSTERS)
    if cluster != "local" and shutil.which("srun") is None:
        raise UserError(
            "--engine slurm: there is no slurm here (no srun). Run this on a cluster's login node, leave --engine out, "
            "or give --engine-option cluster=local to try it on this machine."
        )


def compute(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    engine: str = "local",
    workers: int = 1,
    options: Mapping[str, Any] | None = None,
    folder: Path | None = None,
) -> Finished[Result]:
    """Yield (place, result) of every item when it is done.

    Parameters
    ----------
    work : callable
        Of one item; both can be pickled.
    items : sequence
    engine : {"local", "dask", "slurm"}
    workers : int
        Processes, or jobs at a time.
    options : mapping, optional
        dask: ``address`` of a running scheduler; without, a cluster on this machine is started. slurm: ``partition``,
        ``timeout_min``, ``mem_gb``, ...; ``cluster="local"`` runs the jobs on this machine.
    folder : Path, optional
        For the logs of slurm.

    Raises
    ------
    UserError
        If a worker dies, or the engine cannot be reached.
    """
    options = dict(options or {})
    if not items:
        return
    if engine == "dask":
        yield from _dask(work, items, workers, options)
    elif engine == "slurm":
        yield from _slurm(work, items, workers, options, folder or Path("slurm"))
    else:
        from mebench.features.workers import each

        yield from each(work, [(item,) for item in items], workers)


def _dask(
    work: Callable[[Item], Result], items: Sequence[Item], workers: int, options: dict[str, Any]
) -> Finished[Result]:
    distributed: Any = importlib.import_module("distributed")

    address = options.get("address")
    try:
        cluster = (
            None
            if address
            else distributed.LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)
        )
        client = distributed.Client(address or cluster, timeout="20s", set_as_default=False)
    except OSError as error:
        raise UserError(f"There is no dask scheduler at {address}. Check the address.") from error
    try:
        places = {client.submit(work, item, pure=False): place for place, item in enumerate(items)}
        for future in distributed.as_completed(list(places), loop=client.loop):
            try:
                yield places[future], future.result()
            except Exception as error:
                if type(error).__name__ == "KilledWorker":
                    raise UserError(
                        "A dask worker was killed, most likely because the memory was not enough. Finished folds are "
                        "kept: run the same again with fewer workers."
                    ) from error
                raise
    finally:
        client.close()
        if cluster is not None:
            cluster.close()


def _slurm(
    work: Callable[[Item], Result], items: Sequence[Item], workers: int, options: dict[str, Any], folder: Path
) -> Finished[Result]:
    import submitit

    executor = submitit.AutoExecutor(folder=str(folder), cluster=options.pop("cluster", None) or "slurm")
    named = {f"slurm_{name}" if name in {"partition", "qos", "account"} else name: v for name, v in options.items()}
    if executor.cluster == "slurm":
        named.setdefault("slurm_array_parallelism", named.pop("array_parallelism", workers))
    executor.update_parameters(**{"timeout_min": 24 * 60, "cpus_per_task": 1, "name": "mebench", **named})
    # Jobs on this machine start all at once, so they are handed out a few at a time.
    at_once = workers if executor.cluster == "local" else len(items)
    waiting = list(enumerate(items))[::-1]
    running: dict[int, Any] = {}
    try:
        while waiting or running:
            new = [waiting.pop() for _ in range(min(at_once - len(running), len(waiting)))]
            jobs = []
            if new:
                with executor.batch():
                    jobs = [executor.submit(work, item) for _, item in new]
            running |= {place: job for (place, _), job in zip(new, jobs, strict=True)}
            done = [place for place, job in running.items() if job.done()]
            for place in done:
                yield place, _result(running.pop(place))
            if not done:
                time.sleep(_POLL if executor.cluster == "local" else 10 * _POLL)
    finally:
        for job in running.values():
            job.cancel()


def _result(job: Any) -> Any:
    import submitit

    try:
        return job.result()
    except (submitit.core.utils.UncompletedJobError, submitit.core.utils.FailedJobError) as error:
        lines = [line for line in str(error).splitlines() if line.strip()]
        raise UserError(
            f"The slurm job {job.job_id} failed: {lines[-1] if lines else error}. Its log is {job.paths.stderr}. "
            "Finished folds are kept: run the same again."
        ) from error


def processors() -> int:
    """Return how many processes this machine should run."""
    from joblib import cpu_count

    return int(cpu_count()) or os.cpu_count() or 1
