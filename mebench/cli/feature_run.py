"""What ``mebench feature run`` does: frames, faces, features, and the files that are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mebench.cli.cache import size_text
from mebench.cli.terminal import say
from mebench.extras import needed
from mebench.problems import UserError, plural, quoted, unknown_name
from mebench.video.cache import Cache

with needed("twins"):
    from mebench.features.cropped import Crop, CroppedFrames, Face
    from mebench.features.extract import Features, Progress, extract
    from mebench.features.landmarked import LandmarkedFrames
    from mebench.features.recipes.common import Recipe, Source
    from mebench.features.recipes.landmarks import FacialPoints
    from mebench.features.sources import Sources, chosen, cropped, landmarked, sources_of

if TYPE_CHECKING:
    from mebench.video.landmarks.types import LandmarkSource

_SHOWN = 5


@dataclass(frozen=True)
class Request:
    """What is to be computed, of what, and where it goes; no `videos` are all of them."""

    recipe: Recipe
    dataset: str
    frames: Path | None
    missing: str
    workers: int | None
    out: Path | None
    videos: tuple[str, ...] = ()
    face: Crop | None = None
    landmarks: LandmarkSource | None = None


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
        lines = list(dict.fromkeys(self.failed.values()))
        return [*lines[:_SHOWN], *([f"... and {len(lines) - _SHOWN} more."] if len(lines) > _SHOWN else [])]


def run(request: Request) -> Summary:
    """Compute a feature over a dataset; what cannot be computed is in ``failed``.

    Raises
    ------
    UserError
        If there is no such dataset or no frames, or the disk is full.
    """
    from mebench.cli.feature_files import write_features
    from mebench.datasets import library

    dataset = library.load(request.dataset)
    root = request.frames or _frames_root(request.dataset, request.workers)
    cache = Cache(note=say)
    sources = sources_of(dataset, root, missing=request.missing)
    if request.videos:
        sources = chosen(sources, request.videos)
    if request.face is not None:
        sources = cropped(sources, request.face, cache)
    features, failed, found = _computed(sources, request, cache)
    _say_remarks(sources, features)
    size = sum(cache.path(key).stat().st_size for name in features for key in features.keys_of(name))
    place = str(cache.root)
    if request.out is not None and features:
        about = {
            "schema": "mebench/features/1",
            "synthetic": dataset.synthetic,
            "dataset": dataset.name,
            "feature": request.recipe.name,
            "parameters": request.recipe.computing(),
            "failed": failed,
        }
        size, place = write_features(features, request.out, about), str(request.out)
    rows = sum(len(task.rows) for tasks in features.tasks.values() for task in tasks)
    return Summary(
        request.recipe.name,
        dataset.name,
        dataset.synthetic,
        request.recipe.computing(),
        len(features),
        rows,
        found,
        size,
        place,
        failed,
        sources.absent,
        sources.noun,
    )


def _computed(sources: Sources, request: Request, cache: Cache) -> tuple[Features[str], dict[str, str], int]:
    """Return the features, why a video has none, and how many rows were there before.

    Landmarks that a recipe is made of are found first, so that every worker gets a video of its own.
    """
    given: dict[str, Source] = sources.by_id
    failed: dict[str, str] = {}
    if request.landmarks is not None:
        given = landmarked(sources, request.landmarks, cache).by_id
        points, _ = _extracted(
            {name: Source(one.frames) for name, one in given.items()}, FacialPoints(), request, cache
        )
        failed.update(points.failed)
        given = {name: source for name, source in given.items() if name not in failed}
    features, found = _extracted(given, request.recipe, request, cache)
    return features, {**failed, **features.failed}, found


def _extracted(sources: dict[str, Source], recipe: Recipe, request: Request, cache: Cache) -> tuple[Features[str], int]:
    """Return the rows of a recipe, and how many were there before; what cannot be computed is left out."""
    from mebench.cli.progress import progress

    counted: list[Progress] = []
    with progress(recipe.name, "rows") as show:

        def tell(now: Progress) -> None:
            counted.append(now)
            if now.total:
                show(now.done, now.total)

        workers = request.workers or _processors()
        features = extract(sources, recipe, cache, workers=workers, progress=tell, keep_going=True)
    return features, counted[-1].found


def landmarks_of(written: str) -> LandmarkSource:
    """Return the source of landmarks that is written as NAME or NAME=PATH.

    Raises
    ------
    UserError
        If there is no such source or path, or a package or the model is missing.
    """
    with needed("twins"):
        from mebench.video.landmarks.sources import landmark_source

    name, equals, path = written.partition("=")
    place = Path(path).expanduser().resolve() if equals and path else None
    source = landmark_source(name, place)
    if place is not None and not place.exists():
        raise UserError(f"--landmarks {quoted(written)}: there is no such file or folder. Check the path.")
    return source


def crop_of(crop: str, size: int, align: str, landmarks: LandmarkSource) -> Crop:
    """Return how faces are cut out, from the options of the command line.

    Raises
    ------
    UserError
        If a name is unknown.
    """
    with needed("twins"):
        from mebench.video.canonical import LAYOUTS
        from mebench.video.crops import CROPS

    if crop not in LAYOUTS and crop not in CROPS:
        raise unknown_name("crop", crop, [*LAYOUTS, *CROPS])
    if align not in {"clip", "section", "frame"}:
        raise unknown_name("alignment", align, ["clip", "section", "frame"])
    return Crop(landmarks, Face(crop, size, align))


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
        if isinstance(frames, LandmarkedFrames):
            frames = frames.frames
        said += frames.report.sentences()
        if isinstance(frames, CroppedFrames) and len(frames.carried):
            said.append(
                f"{name}: no face in {plural(len(frames.carried), 'frame')} by which it is placed; others serve"
            )
    for sentence in said[:_SHOWN]:
        say(f"note: {sentence}")
    if len(said) > _SHOWN:
        say(f"note: ... and {len(said) - _SHOWN} more remarks like these")
