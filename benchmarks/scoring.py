"""How fast is scoring? Prints one table; run with ``make bench``.

Each figure is the best of several runs, beside its bound and a named peer measured in the same run, so that the ratio
holds on another machine. Nothing here is a test: a slow machine fails nobody.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from mebench.metrics.intervals import Intervals, intervals, iou_threshold
from mebench.metrics.matching import match

HALF = iou_threshold("1/2")


def best_of(runs: int, work: Callable[[], object]) -> float:
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


def crowd(seed: int, frames: int, videos: int = 100, each: int = 1000) -> Intervals:
    """ME-like intervals (30 to 101 frames) spread evenly over videos of ``frames`` frames."""
    rng = np.random.default_rng(seed)
    length = rng.integers(30, 102, videos * each)
    onset = rng.integers(1, frames - length)
    return intervals(np.repeat(np.arange(videos), each), onset, onset + length - 1)


def dense_matrix_peer(reference: Intervals, estimated: Intervals) -> int:
    """The usual way: an n x m IoU matrix a video, then the Hungarian algorithm."""
    from scipy.optimize import linear_sum_assignment

    hits = 0
    for video in range(100):
        r, e = reference.group == video, estimated.group == video
        a, b = reference.onset[r, None], reference.offset[r, None]
        c, d = estimated.onset[e], estimated.offset[e]
        shared = np.maximum(np.minimum(b, d) - np.maximum(a, c) + 1, 0)
        enough = 2 * shared >= (b - a + 1) + (d - c + 1) - shared
        rows, columns = linear_sum_assignment(enough, maximize=True)
        hits += int(enough[rows, columns].sum())
    return hits


def matching_rows() -> list[tuple[str, str, str, str]]:
    rows = []
    for name, frames, bound in (("sparse, 200,000 frames", 200_000, 0.15), ("dense, 5,000 frames", 5_000, 0.40)):
        reference, estimated = crowd(0, frames), crowd(1, frames)
        match(reference.take(np.arange(5000)), estimated, HALF)  # warm-up: imports, first pages
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        ours = best_of(5, lambda r=reference, e=estimated: match(r, e, HALF))
        extra = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        peer = best_of(1, lambda r=reference, e=estimated: dense_matrix_peer(r, e))
        agree = int((match(reference, estimated, HALF) >= 0).sum()) == dense_matrix_peer(reference, estimated)
        peer_name = f"dense IoU + Hungarian {peer:.2f} s, {peer / ours:.0f} x{'' if agree else ', HITS DIFFER'}"
        rows.append(
            (f"match 100 x 1000 x 1000, {name}", f"{ours:.3f} s, +{extra:.0f} MiB", f"{bound} s, 60 MiB", peer_name)
        )
    return rows


def diagnosis_rows() -> list[tuple[str, str, str, str]]:
    """Error anatomy, sweep over scores and the canonical matching, beside the plain matching in the same run."""
    from mebench.metrics.anatomy import KINDS, anatomise, gain
    from mebench.metrics.assignment import assign
    from mebench.metrics.sweep import average_precision, curve, enlarging

    reference, estimated = crowd(0, 200_000), crowd(1, 200_000)
    sides = reference._replace(group=2 * reference.group), estimated._replace(group=2 * estimated.group)
    score = np.random.default_rng(2).random(len(estimated.onset))

    def anatomy() -> None:
        found = anatomise(*sides, 2, HALF)
        for kind in KINDS:
            gain(found, *sides, 2, [kind])

    def sweep() -> None:
        average_precision(curve(score, enlarging(*sides, score, HALF), len(reference.onset)))

    peer = best_of(5, lambda: match(reference, estimated, HALF))
    return [
        (
            f"{name} 100 x 1000 x 1000, 200,000 frames",
            f"{ours:.3f} s",
            "1 s",
            f"counts alone {peer:.3f} s, {ours / peer:.1f} x",
        )
        for name, ours in (
            ("assign", best_of(5, lambda: assign(reference, estimated, HALF))),
            ("anatomy with all gains,", best_of(5, anatomy)),
            ("sweep over all scores,", best_of(5, sweep)),
        )
    ]


LAUNCHER = """
import os, resource, subprocess, sys, time
begin = time.perf_counter()
command = [sys.executable, "-m", "mebench", *sys.argv[1:]]
done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
wall = time.perf_counter() - begin
if done.returncode:
    sys.exit(done.stderr.decode())
print(wall, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""A process starts with the peak of the one that forked it: so a small one does it, not this one."""


def command(arguments: list[str]) -> tuple[float, float]:
    """Wall seconds and peak MiB of one mebench command."""
    launch = [sys.executable, "-c", LAUNCHER, *arguments]
    wall, peak = subprocess.run(launch, capture_output=True, text=True, check=True).stdout.split()
    return float(wall), float(peak) / 1024


def command_rows(folder: Path) -> list[tuple[str, str, str, str]]:
    python = best_of(5, lambda: subprocess.run([sys.executable, "-c", "import numpy, pandas"], check=True))
    rows = []
    files = {name: folder / f"{name}.csv" for name in ("samm", "large")}
    write_predictions(files["samm"], 2_000)
    write_predictions(files["large"], 100_000)
    for name, arguments, bound in (
        ("--help", ["--help"], "0.3 s"),
        ("score, SAMM-LV size", ["score", str(files["samm"]), "--dataset", "samm-lv-twin"], "1.0 s, 150 MiB"),
        ("validate, 100,000 rows, as a process", ["validate", str(files["large"]), "--dataset", "samm-lv-twin"], ""),
    ):
        runs = [command(arguments) for _ in range(5)]
        wall, peak = min(w for w, _ in runs), max(p for _, p in runs)
        rows.append(
            (
                f"mebench {name}",
                f"{wall:.2f} s, {peak:.0f} MiB",
                bound,
                f"import numpy, pandas {python:.2f} s, {wall / python:.1f} x",
            )
        )
    rows.append(validation_row(files["large"]))
    return rows


def validation_row(path: Path) -> tuple[str, str, str, str]:
    import pandas as pd

    from mebench.datasets.library import load_dataset
    from mebench.submission.read import read_submission

    dataset = load_dataset("samm-lv-twin")
    ours = best_of(5, lambda: read_submission(path, dataset))
    peer = best_of(5, lambda: pd.read_csv(path))
    return (
        "read and validate 100,000 rows",
        f"{ours:.2f} s",
        "0.5 s",
        f"pandas.read_csv alone {peer:.2f} s, {ours / peer:.1f} x",
    )


def twin_rows() -> list[tuple[str, str, str, str]]:
    import io

    import pandas as pd

    from mebench.datasets.twin.generate import twin
    from mebench.datasets.twin.write import workbook_bytes

    content = workbook_bytes(twin("samm-lv-twin", 1))
    peer = best_of(5, lambda: pd.read_excel(io.BytesIO(content), engine="calamine"))
    rows = []
    for name in ("samm-lv-twin", "casme-sq-twin", "samm-twin", "casme2-twin"):
        ours = best_of(5, lambda n=name: twin(n, 1))
        rows.append((f"make {name}", f"{ours:.3f} s", "0.1 s", f"read a workbook {peer:.3f} s, {ours / peer:.1f} x"))
    return rows


def write_predictions(path: Path, n: int) -> None:
    from mebench.datasets.library import load_dataset

    videos = load_dataset("samm-lv-twin").videos
    rng = np.random.default_rng(0)
    chosen = rng.integers(0, len(videos), n)
    lengths = videos["n_frames"].to_numpy(np.int64)[chosen]
    length = rng.integers(30, 102, n)
    onset = rng.integers(1, lengths - length)
    names = videos["video"].to_numpy()[chosen]
    rows = {
        f"{v},{a},{a + k},{t}"
        for v, a, k, t in zip(names, onset, length, np.where(rng.random(n) < 0.5, "me", "mae"), strict=True)
    }
    path.write_text("video,onset,offset,type\n" + "\n".join(sorted(rows)) + "\n")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows = [*matching_rows(), *diagnosis_rows(), *twin_rows(), *command_rows(Path(folder))]
    table = [("what", "mebench", "bound", "peer in the same run, ratio"), *rows]
    widths = [max(len(row[i]) for row in table) for i in range(4)]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


if __name__ == "__main__":
    main()
