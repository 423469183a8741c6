"""What ``mebench feature run`` does: frames, faces, features, and the files that are asked for."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mebench.cli.cache import size_text
from mebench.cli.terminal import say
from mebench.extras import needed
from mebench.files import write_atomically
from mebench.problems import UserError, plural, printable, quoted, unknown_name
from mebench.video.cache import Cache

with needed("twins"):
    from mebench.features.cropped import Crop, CroppedFrames
    from mebench.features.extract import Features, Progress, extract
    from mebench.features.recipes.common import Recipe
    from mebench.features.sources import Sources, cropped, sources_of

if TYPE_CHECKING:
    from mebench.datasets.dataset import ClipDataset, Dataset

_SHOWN = 5
MANIFEST = "features.json"


@dataclass(frozen=True)
class Request:
    """What is to be computed, of what, and where it goes."""

    recipe: Recipe
    dataset: str
    frames: Path | None
    missing: str
    workers: int | None
    out: Path | None


@dataclass(frozen=True)
class Summary:
    """What was computed."""

    feature: str
    dataset: str
    synthetic: bool
    parameters: dict[str, Any]
    videos: int
    rows: int
    rows_before: int
    bytes: int
    place: str
    failed: dict[str, str]
    absent: tuple[str, ...]
    noun: str = "video"

    def as_dict(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        return {**vars(self), "absent": list(self.absent)}

    def text(self) -> str:
        """Return it as one line."""
        mark = " (SYNTHETIC)" if self.synthetic else ""
        before = f" ({self.rows_before} were there already)" if self.rows_before else ""
        return (
            f"{self.feature} of {self.dataset}{mark}: {plural(self.videos, self.noun)}, {plural(self.rows, 'row')}"
            f"{before}, {size_text(self.bytes)} in {self.place}"
        )

    def failures(self) -> list[str]:
        """Return one line for each video that could not be computed, the first few spelled out."""
        lines = list(self.failed.values())
        return [*lines[:_SHOWN], *([f"... and {len(lines) - _SHOWN} more."] if len(lines) > _SHOWN else [])]


def run(request: Request, face: Crop | None) -> Summary:
    """Compute a feature over a dataset; what cannot be computed is in ``failed``.

    Raises
    ------
    UserError
        If there is no such dataset or no frames, or the disk is full.
    """
    from mebench.cli.progress import progress
    from mebench.datasets import library

    dataset = library.load(request.dataset)
    root = request.frames or _frames_root(request.dataset, request.workers)
    cache = Cache(note=say)
    sources = sources_of(dataset, root, missing=request.missing)
    if face is not None:
        sources = cropped(sources, face, cache)
    counted: list[Progress] = []
    with progress(request.recipe.name, "rows") as show:

        def tell(now: Progress) -> None:
            counted.append(now)
            show(now.done, now.total)

        features = extract(
            sources.by_id,
            request.recipe,
            cache,
            workers=request.workers or _processors(),
            progress=tell,
            keep_going=True,
        )
    _say_remarks(sources, features)
    size = sum(cache.path(key).stat().st_size for name in features for key in features.keys_of(name))
    place = str(cache.root)
    if request.out is not None:
        size, place = _write(features, request, dataset), str(request.out)
    rows = sum(len(task.rows) for tasks in features.tasks.values() for task in tasks)
    return Summary(
        request.recipe.name,
        dataset.name,
        dataset.synthetic,
        request.recipe.computing(),
        len(features),
        rows,
        counted[-1].found,
        size,
        place,
        dict(features.failed),
        sources.absent,
        sources.noun,
    )


def crop_of(crop: str, size: int, align: str, landmarks: str) -> Crop:
    """Return how faces are cut out, from the options of the command line.

    Raises
    ------
    UserError
        If a name is unknown, or the source of the landmarks is missing.
    """
    with needed("twins"):
        from mebench.video.canonical import LAYOUTS
        from mebench.video.crops import CROPS
        from mebench.video.landmarks.sources import landmark_source

    if crop not in LAYOUTS and crop not in CROPS:
        raise unknown_name("crop", crop, [*LAYOUTS, *CROPS])
    if align not in {"clip", "section", "frame"}:
        raise unknown_name("alignment", align, ["clip", "section", "frame"])
    source, _, path = landmarks.partition("=")
    return Crop(landmark_source(source, path or None), crop, size, align)


def _frames_root(name: str, workers: int | None) -> Path:
    """Return where the frames of a dataset are; those of a small twin are rendered first."""
    from mebench.datasets import catalog, library
    from mebench.video.locate import registered_root

    if not catalog.is_twin(name) or name in library.registered():
        return registered_root(name)
    if catalog.size_of(name) == "full":
        small = catalog.of_size(name, "small")
        raise UserError(
            f"The frames of {name} are not rendered unasked, for they are many: take {small}, or write them with "
            f"'mebench dataset twin {name} --frames --out DIR' and give --frames DIR."
        )
    from mebench.cli.progress import progress
    from mebench.rendering.twin_disk import ensure

    with progress(f"rendering {name}", "frames") as show:
        return ensure(name, workers=workers, progress=show)


def _processors() -> int:
    from joblib import cpu_count

    return int(cpu_count())


def _say_remarks(sources: Sources, features: Features[str]) -> None:
    """Say what was odd about the frames and the faces; many videos are told together."""
    said = sources.sentences()
    for name in features:
        frames = features.tasks[name][0].source.frames
        said += frames.report.sentences()
        if isinstance(frames, CroppedFrames) and len(frames.carried):
            said.append(
                f"{name}: no face in {plural(len(frames.carried), 'frame')} by which it is placed; others serve"
            )
    for sentence in said[:_SHOWN]:
        say(f"note: {sentence}")
    if len(said) > _SHOWN:
        say(f"note: ... and {len(said) - _SHOWN} more remarks like these")


def _write(features: Features[str], request: Request, dataset: Dataset | ClipDataset) -> int:
    """Write one folder a video with one .npy an array, and a manifest; return the bytes."""
    out = request.out or Path()
    size, listed = 0, {}
    for name in features:
        shapes: dict[str, list[Any]] = {}
        for array, shape, dtype, n in _write_video(features, name, _folder(out, name)):
            shapes[array] = [dtype, list(shape)]
            size += n
        listed[name] = shapes
    manifest = {
        "schema": "mebench/features/1",
        "synthetic": dataset.synthetic,
        "dataset": dataset.name,
        "feature": request.recipe.name,
        "parameters": request.recipe.computing(),
        "arrays": listed,
        "failed": dict(features.failed),
    }
    text = json.dumps(manifest, indent=1, sort_keys=True) + "\n"
    write_atomically(out / MANIFEST, text)
    return size + len(text)


def _write_video(features: Features[str], name: str, folder: Path) -> list[tuple[str, tuple[int, ...], str, int]]:
    """Write the arrays of one video part by part, so that its length does not matter."""
    import numpy as np

    n = sum(len(task.rows) for task in features.tasks[name])
    written: dict[str, Any] = {}
    at = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for part in features.parts(name):
            for array, values in part.items():
                if array not in written:
                    shape = (n, *values.shape[1:])
                    place = folder / f".{array}.npy.part"
                    written[array] = np.lib.format.open_memmap(place, mode="w+", dtype=values.dtype, shape=shape)
                written[array][at : at + len(values)] = values
            at += len(next(iter(part.values())))
        for array, mapped in written.items():
            mapped.flush()
            os.replace(folder / f".{array}.npy.part", folder / f"{array}.npy")
    except OSError as error:
        raise UserError(f"{printable(str(folder))}: the features cannot be written ({error.strerror}).") from error
    return [(a, m.shape, m.dtype.str, (folder / f"{a}.npy").stat().st_size) for a, m in written.items()]


def _folder(out: Path, name: str) -> Path:
    """Return the folder of a video below `out`.

    Raises
    ------
    UserError
        If its name leads elsewhere.
    """
    parts = name.split("/")
    if any(part in {"", ".", ".."} or "\\" in part or "\0" in part or ":" in part for part in parts):
        raise UserError(f"The video {quoted(name)} cannot name a folder. Correct it in the annotation.")
    return out.joinpath(*parts)
