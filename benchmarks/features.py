"""How fast are features? Prints one table; run with ``make bench``.

Every figure stands beside a peer that is measured in the same run, in turn with it: the bare OpenCV function in a loop,
a naive program, or one worker. A ratio of throughputs of 1 means that we cost nothing on top. OpenCV has one thread,
and seconds are those of the processor, so that others on the machine count less; two workers are measured by the clock.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mebench.features.extract import extract
from mebench.features.flow import estimator
from mebench.features.recipes import recipe
from mebench.features.recipes.common import Source
from mebench.video.cache import Cache
from mebench.video.frames import open_frames

SIDE = 128
ROW = tuple[str, str, str, str]
FLOWS = {
    "tvl1 ipol": ("tvl1", "ipol", 12),
    "tvl1 opencv": ("tvl1", "opencv", 6),
    "farneback": ("farneback", "he", 96),
    "rlof": ("rlof", "opencv", 24),
    "dis medium": ("dis", "medium", 192),
    "dis ultrafast": ("dis", "ultrafast", 384),
}


def texture(side: int, seed: int = 0) -> NDArray[np.uint8]:
    """A picture with structure of the sizes that skin has."""
    rng = np.random.default_rng(seed)
    scales = [cv2.resize(rng.normal(size=(n, n)), (side, side), interpolation=cv2.INTER_CUBIC) for n in (6, 18, 54)]
    picture = sum(scales) * 25 + 128
    return np.clip(picture, 0, 255).astype(np.uint8)


def clip(n: int, side: int = SIDE, seed: int = 0) -> NDArray[np.uint8]:
    """`n` frames in which the texture drifts by a fraction of a pixel, with some sensor noise."""
    rng, base = np.random.default_rng(seed), texture(side, seed)
    frames = []
    for i in range(n):
        shift = np.array([[1, 0, 0.3 * np.sin(i / 7)], [0, 1, 0.2 * np.cos(i / 5)]])
        moved = cv2.warpAffine(base, shift, (side, side), borderMode=cv2.BORDER_REFLECT).astype(np.float32)
        frames.append(np.clip(moved + rng.normal(size=moved.shape) * 1.5, 0, 255).astype(np.uint8))
    return np.stack(frames)


def write(frames: NDArray[np.uint8], folder: Path) -> Path:
    folder.mkdir(parents=True)
    for i, image in enumerate(frames, 1):
        cv2.imwrite(str(folder / f"img{i}.jpg"), image)
    return folder


def in_turn(ours: Callable[[], object], peer: Callable[[], object], runs: int = 4) -> tuple[float, float]:
    """Best seconds of two programs that are run in turn, so that a busy machine slows both."""
    best = [float("inf"), float("inf")]
    for _ in range(runs):
        for i, work in enumerate((ours, peer)):
            begin = time.process_time()
            work()
            best[i] = min(best[i], time.process_time() - begin)
    return best[0], best[1]


def row(what: str, ours: float, peer: float, n: int, peer_name: str, bound: str = "") -> ROW:
    return what, f"{n / ours:,.0f} a second", f"{peer_name}: {n / peer:,.0f}, ratio {peer / ours:.2f}", bound


def bare_solver(method: str, preset: str) -> Callable[[NDArray[np.uint8], NDArray[np.uint8]], object]:
    """The bare OpenCV function with the parameters of our estimator."""
    ours = estimator(method, preset)
    if method == "farneback":
        values = tuple(ours.parameters.values())
        return lambda a, b: cv2.calcOpticalFlowFarneback(a, b, None, *values)  # type: ignore[call-overload]
    solver = ours._make()
    return lambda a, b: solver.calc(a, b, None)


def flow_rows(folder: Path) -> Iterator[ROW]:
    for name, (method, preset, n) in FLOWS.items():
        frames = clip(n + 1)
        place = write(frames, folder / name)
        ours, bare = estimator(method, preset), bare_solver(method, preset)
        asked = recipe("flow", {"method": method, "preset": preset, "size": SIDE})
        ended: list[Path] = []

        def pairs(solve, frames=frames) -> None:
            for a, b in pairwise(frames):
                solve(a, b)

        def read_bare(place=place, bare=bare, n=n) -> None:
            paths = (str(place / f"img{i}.jpg") for i in range(1, n + 2))
            for a, b in pairwise(cv2.imread(path, cv2.IMREAD_GRAYSCALE) for path in paths):
                bare(a, b)

        def read_ours(place=place, asked=asked) -> None:
            source = Source(open_frames(place))
            for some in asked.chunks(source):
                asked.make(source, some)

        def whole(place=place, asked=asked, ended=ended, name=name) -> None:
            ended.append(folder / f"cache {name} {len(ended)}")
            extract({name: open_frames(place)}, asked, Cache(ended[-1]))

        memory = in_turn(lambda ours=ours: pairs(ours), lambda bare=bare: pairs(bare))
        yield row(f"flow {name}, pairs in memory", *memory, n, "bare OpenCV in a loop", ">= 0.90")
        yield row(f"flow {name}, reading frames", *in_turn(read_ours, read_bare), n, "imread + bare", ">= 0.90")
        yield row(f"flow {name}, extract into the cache", *in_turn(whole, read_bare), n, "imread + bare", ">= 0.90")


def texture_rows() -> Iterator[ROW]:
    """Strain and LBP-TOP beside plain programs of the same numbers."""
    from skimage.feature import local_binary_pattern

    from mebench.features.lbp_top import lbp_top
    from mebench.features.strain import strain

    flow = np.random.default_rng(0).normal(size=(SIDE, SIDE, 2)).astype(np.float32)

    def naive_strain() -> None:
        (uy, ux), (vy, vx) = np.gradient(flow[..., 0]), np.gradient(flow[..., 1])
        np.sqrt(ux**2 + vy**2 + 0.5 * (uy + vx) ** 2)

    ours, peer = in_turn(lambda: [strain(flow) for _ in range(50)], lambda: [naive_strain() for _ in range(50)])
    yield row(f"strain, {SIDE} x {SIDE}", ours, peer, 50, "numpy.gradient")
    frames = clip(24, 112)

    def naive_lbp_top() -> None:
        for axis in range(3):
            for i in range(frames.shape[axis]):
                codes = local_binary_pattern(np.take(frames, i, axis), 8, 1, "nri_uniform")
                for rows in np.array_split(codes, 5):
                    for block in np.array_split(rows, 5, axis=1):
                        np.bincount(block.astype(int).ravel(), minlength=59)

    ours, peer = in_turn(lambda: lbp_top(frames, radii=(1, 1, 1)), naive_lbp_top, 3)
    yield row("LBP-TOP, 24 frames of 112 x 112, 5 x 5", ours, peer, 24, "scikit-image, plane by plane")


def cache_rows(folder: Path) -> Iterator[ROW]:
    """Features that are there already, beside numpy's own way to store them."""
    n = 256
    place, cache = write(clip(n + 1), folder / "hits"), Cache(folder / "cache of hits")
    asked = recipe("flow", {"method": "dis", "preset": "ultrafast", "size": SIDE})
    features = extract({"v": open_frames(place)}, asked, cache)
    flows = features["v"]["flow"]
    paths = []
    for i in range(0, n, 64):
        paths.append(folder / f"part{i}.npz")
        np.savez(paths[-1], flow=flows[i : i + 64].astype(np.float16))

    def peer() -> None:
        np.concatenate([np.load(path)["flow"].astype(np.float32) for path in paths])

    ours, theirs = in_turn(lambda: features["v"], peer)
    size = sum(entry.size for entry in cache.entries("flow")) / 1e6
    yield row(f"cache hit, {n} flows of {SIDE} x {SIDE}, {size:.0f} MB", ours, theirs, n, "numpy.load of .npz")
    again, _ = in_turn(lambda: extract({"v": open_frames(place)}, asked, cache), lambda: None)
    yield "extract when all is there, 1 video", f"{again * 1e3:.1f} ms", "", ""


def scaling_row(folder: Path) -> ROW:
    """Wall seconds of one worker and of two; the first call of two starts the processes and is not counted."""
    sources = {i: open_frames(write(clip(97, seed=i), folder / f"scaling{i}")) for i in range(4)}
    asked = recipe("flow", {"method": "farneback", "size": SIDE})
    extract(sources, asked, Cache(folder / "warm"), workers=2)
    walls = {1: [], 2: []}
    for turn in range(3):
        for workers, seconds in walls.items():
            begin = time.perf_counter()
            extract(sources, asked, Cache(folder / f"scaling {workers} {turn}"), workers=workers)
            seconds.append(time.perf_counter() - begin)
    one, two = min(walls[1]), min(walls[2])
    return (
        "extract farneback, 4 videos, two workers",
        f"{4 * 96 / two:,.0f} a second",
        f"one worker: {4 * 96 / one:,.0f}, ratio {one / two:.2f}",
        "2 with two free cores",
    )


def show(cells: ROW) -> None:
    print("  ".join(cell.ljust(width) for cell, width in zip(cells, (48, 17, 56, 0), strict=True)).rstrip(), flush=True)


def main() -> None:
    cv2.setNumThreads(1)
    show(("what", "mebench", "peer in the same run, ratio of throughputs", "bound"))
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        for rows in (flow_rows(folder), texture_rows(), cache_rows(folder)):
            for cells in rows:
                show(cells)
        show(scaling_row(folder))


if __name__ == "__main__":
    main()
