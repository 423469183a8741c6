"""Folds computed in a process of their own, where nothing was computed before and ``hash()`` orders differently."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mebench.baselines.contract import Broken, Line, Trial, same_json
from mebench.baselines.jobs import Job, SpottingJob
from mebench.baselines.kinds import find_kind
from mebench.baselines.predicted import track_record
from mebench.baselines.threads import one_thread
from mebench.problems import printable


def lines_apart(trial: Trial) -> list[Line]:
    """Return the lines of the contract on what a fold depends on beside its own data.

    A second fold, which learns from the subjects that the first one tests and the other way round, is computed here,
    where the first was computed before, and in a process of its own. If the results differ, a third computation, of
    both folds in a process of their own, tells whether the fold before or the process is the reason.
    """
    found: dict[str, str] = {}

    def fold_before() -> None:
        tested = set(trial.fold.test)
        second = next(fold for fold in trial.plan.folds if tested <= set(fold.train))
        jobs = [trial.job(trial.fold), trial.job(second)]
        found["here"] = same_json(result_of(jobs[1]))
        found["alone"] = same_json(last_apart(jobs[1:]))
        if found["here"] != found["alone"] and found["here"] == same_json(last_apart(jobs)):
            raise Broken(
                f"after the fold {trial.fold.name}, the fold {second.name} is predicted otherwise than alone: "
                "something is kept on the class or the module; keep it on self"
            )

    def process() -> None:
        if found["here"] != found["alone"]:
            raise Broken(
                "with another PYTHONHASHSEED it predicts something else: look for the order of a set, hash(), id(), or "
                "random numbers that are not made of run.seed"
            )

    return [
        ("predictions of a fold do not depend on folds computed before", fold_before),
        ("another process gives the same predictions", process),
    ]


def result_of(job: Job) -> dict[str, Any]:
    """Return the result of a fold, computed here as a run computes it; of a spotter with its evidence."""
    with one_thread(find_kind(job.method).REQUIRES):
        if not isinstance(job, SpottingJob):
            return job.result(job.run)
        result, tracks = job.with_evidence(job.run)
        return {**result, "tracks": [track_record(track) for track in tracks]}


def last_apart(jobs: Sequence[Job]) -> dict[str, Any]:
    """Return the result of the last of some folds, computed one after the other in a fresh process.

    Raises
    ------
    Broken
        If it fails there.
    """
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    paths = os.pathsep.join(path or os.getcwd() for path in sys.path)
    with tempfile.TemporaryDirectory(prefix="mebench-apart-") as folder:
        given, made = Path(folder, "jobs"), Path(folder, "result")
        given.write_bytes(pickle.dumps(list(jobs)))
        done = subprocess.run(
            [sys.executable, "-P", "-m", "mebench.baselines.apart", str(given), str(made)],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": paths},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
        if not made.is_file():
            said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
            raise Broken(f"in a process of its own the fold fails: {printable(said[-1])}")
        result: dict[str, Any] = pickle.loads(made.read_bytes())
        return result


if __name__ == "__main__":
    results = [result_of(job) for job in pickle.loads(Path(sys.argv[1]).read_bytes())]
    Path(sys.argv[2]).write_bytes(pickle.dumps(results[-1]))
