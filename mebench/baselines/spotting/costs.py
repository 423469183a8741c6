"""What a run of a spotting method costs: steps of the network and images are measured, the rest is counted."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mebench.baselines.config import Cost, Work
from mebench.baselines.data import Video
from mebench.features.recipes.common import Recipe

if TYPE_CHECKING:
    from mebench.baselines.spotting.lbp_chi2 import LBPChi2
    from mebench.baselines.spotting.window_network import WindowNetwork

LANDMARKS_SECONDS = 0.015
"""Of dlib for a frame: 7 ms to find the face in 280 pixels (22 ms in 512) and some to fit 68 points (measured)."""
TEXTURE_SECONDS = 0.004
"""Of the LBP histograms of 36 blocks of a frame (measured, faces of 70 to 320 pixels: 2 to 4 ms)."""
FRAME_PIXELS = (480, 640)
_MOST_MEASURED = 4
_UNKNOWN_LENGTH, _UNKNOWN_FPS = 35, 100.0


def estimate(method: WindowNetwork, work: Work) -> Cost:
    """Return what a run of a window network costs in one process."""
    stand_in = {name: _video(name) for name in work.by_dataset}
    spans = {name: method.window_of(video) for name, video in stand_in.items()}
    all_windows = {name: frames / spans[name][1] for name, frames in work.by_dataset.items()}
    total = sum(all_windows.values())
    per_frame = total / max(sum(work.by_dataset.values()), 1)
    length = sum(spans[name][0] * n for name, n in all_windows.items()) / max(total, 1)
    features, size = 0.0, 0.0
    for name, video in stand_in.items():
        seconds, n_bytes = _of_recipes(method.recipes(video))
        features += seconds * all_windows[name] + LANDMARKS_SECONDS * work.by_dataset[name]
        size += n_bytes * all_windows[name] + 68 * 2 * 8 * work.by_dataset[name]
    step, score = _measured(method, work.device)
    # A window of an event's own length is an example when it is at most a third of it away, on either side.
    examples = work.events * (1 + 2 * length / 3 * per_frame)
    shown = examples * (1 + method.negatives) * method.epochs
    part = method.inner_used / method.inner_parts
    learnt = shown * (1 + method.inner_used * (1 - 1 / method.inner_parts))
    scored = (work.frames / work.folds + part * work.train_frames) * per_frame
    made = f"one step of training took {step * 1000:.3g} ms a sample here, scoring {score * 1000:.3g} ms a window"
    return Cost(features, step * learnt + score * scored, size, made)


def of_texture(method: LBPChi2, work: Work) -> Cost:
    """Return what a run of LBP-chi2 costs in one process."""
    frames = sum(work.by_dataset.values())
    compared = 3 if method.follow == "window" else 1
    seconds = (LANDMARKS_SECONDS + compared * TEXTURE_SECONDS) * frames
    fold = (work.train_frames + work.frames / work.folds) * 1e-4
    return Cost(seconds, fold, frames * (68 * 2 * 8 + 36 * 4), "from times measured once, and the number of frames")


def _video(dataset: str) -> Video:
    return Video(dataset, "", "", _UNKNOWN_FPS, 1, _UNKNOWN_LENGTH)


def _of_recipes(recipes: tuple[Recipe, ...]) -> tuple[float, float]:
    """Return seconds and bytes of one window, images measured on noise of the size of a usual frame."""
    from mebench.features.recipes.face_window import FaceWindow

    seconds, size = 0.0, 0.0
    for recipe in recipes:
        if isinstance(recipe, FaceWindow):
            seconds += _seconds(lambda of=recipe: of.trial(FRAME_PIXELS), _MOST_MEASURED)  # type: ignore[misc]
            size += (recipe.size or 0) ** 2 * (3 if recipe.colour else 1)
        else:
            seconds += 3e-4
            size += 67 * 4
    return seconds, size


def _measured(method: WindowNetwork, device: str) -> tuple[float, float]:
    """Return seconds a sample of a step of training, and of scoring."""
    from mebench.baselines.spotting.windows import Sampling
    from mebench.baselines.training import outputs, reproducible, train

    few = min(method.batch, _MOST_MEASURED if device == "cpu" and method.shape().backbone == "vgg16" else method.batch)
    inputs = _noise(method, few)
    kinds = (np.arange(few) % 2).astype(np.int64)
    sampling = Sampling.of(0.5, 0.2, 0.5, 1.0, 0.5, 1.0)
    with reproducible(0, device) as place:
        network = method.network(inputs[-1] if method.shape().geometry else None)
        schedule = method.schedule(sampling, 0)
        once = type(schedule)(1, few, schedule.optimiser, schedule.loss)
        steps = 1 if few < method.batch else 3
        train(network, inputs, kinds, once, place)
        learning = _seconds(lambda: train(network, inputs, kinds, once, place), steps)
        scoring = _seconds(lambda: outputs(network, inputs, place, few), steps)
    return learning / few, scoring / few


def _noise(method: WindowNetwork, n: int) -> tuple[NDArray[Any], ...]:
    shape, rng = method.shape(), np.random.default_rng(0)
    inputs: list[NDArray[Any]] = []
    if shape.appearance:
        colours = (3,) if shape.colours == 3 else ()
        inputs.append(rng.integers(0, 256, (n, shape.size, shape.size, *colours), dtype=np.uint8))
    if shape.geometry:
        inputs.append(rng.standard_normal((n, 67)).astype(np.float32))
    return tuple(inputs)


def _seconds(work: Callable[[], Any], times: int) -> float:
    """Return the least time of a few runs."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return min(found)
