"""What is computed once for all folds: features of videos, and of clips the stacked array."""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mebench.baselines.crashes import blamed
from mebench.baselines.data import Clip, Video
from mebench.baselines.jobs import made
from mebench.baselines.kinds import find_kind
from mebench.baselines.material import Told
from mebench.baselines.method import Method, Recogniser
from mebench.baselines.threads import one_thread
from mebench.problems import UserError, printable

if TYPE_CHECKING:
    from mebench.features.recipes.common import Recipe

_SHARE = 8
"""Clips that a worker takes at a time."""


def compute_features(method: Method, handles: Sequence[Video | Clip], workers: int, tell: Told) -> None:
    """Compute the recipes that a method declares, into the cache; what is there is not computed again.

    Raises
    ------
    UserError
        If frames cannot be read, or the disk is full.
    """
    from mebench.video.cache import Cache

    for recipe, of in _by_recipe(method, handles):
        from mebench.features.extract import extract

        sources = {handle.key: handle.source_for(recipe) for handle in of}
        extract(
            sources,
            recipe,
            Cache(of[0].cache_root),
            workers=workers,
            progress=lambda now, name=recipe.name: tell(f"features: {name}", "rows", now.done, now.total),  # type: ignore[misc]
        )


def stacked_features(
    name: str, parameters: Mapping[str, Any], clips: Sequence[Clip], path: Path, workers: int, tell: Told
) -> None:
    """Write the features of all clips as one array, (n, ...), for all folds to read.

    Raises
    ------
    UserError
        If the disk is full.
    ValueError
        If the clips' features differ in shape.
    """
    from mebench.features.workers import each

    shares = [tuple(clips[i : i + _SHARE]) for i in range(0, len(clips), _SHARE)]
    parts: list[NDArray[Any]] = [np.empty(0)] * len(shares)
    done = 0
    tell("features of clips", "clips", 0, len(clips))
    for place, part in each(_features, [(name, dict(parameters), path.parent, share) for share in shares], workers):
        parts[place] = part
        done += len(part)
        tell("features of clips", "clips", done, len(clips))
    shapes = {part.shape[1:] for part in parts}
    with blamed(name, path.parent, "the features of clips"):
        if len(shapes) > 1:
            raise ValueError(f"{name}.features gives arrays of several shapes: {sorted(shapes)}")
    _save(path, np.concatenate(parts))


def _features(name: str, parameters: dict[str, Any], folder: Path, clips: tuple[Clip, ...]) -> NDArray[Any]:
    method: Recogniser = made(name, parameters, Recogniser)
    with blamed(name, folder, "the features of clips"), one_thread(find_kind(name).REQUIRES):
        return np.stack([method.features(clip) for clip in clips])


def _save(path: Path, array: NDArray[Any]) -> None:
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            np.save(stream, array)
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise UserError(
            f"{printable(str(path))}: cannot be written ({error.strerror}). Make room, or choose another --out; what "
            "is finished is kept."
        ) from error


def _by_recipe(method: Method, handles: Sequence[Video | Clip]) -> list[tuple[Recipe, list[Video | Clip]]]:
    """Return every recipe with the handles that it is asked of; equal recipes are computed in one go."""
    groups: list[tuple[Recipe, list[Video | Clip]]] = []
    for handle in handles:
        for recipe in method.needs(handle):
            for known, of in groups:
                if known == recipe:
                    of.append(handle)
                    break
            else:
                groups.append((recipe, [handle]))
    return groups
