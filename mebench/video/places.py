"""Where the frames of each video or clip lie under a folder, found by the names that the dataset's reader knows.

An id of the annotation is never made a path: folders are walked, and their names are compared. So an id cannot lead out
of the folder, and what a link leads to is not followed, but said.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from mebench.datasets.readers._folders import frame_numbers, is_image, is_video_file, walk
from mebench.datasets.readers._names import leads_out
from mebench.problems import UserError, plural, printable, quoted

Id = TypeVar("Id", bound=Hashable)
Resolve = Callable[[str], Id | None]
"""Maps a path relative to the root, with ``/``, to the id of a video or clip."""

_NOT_COLOUR = frozenset({"depth"})
_PATHS = re.compile(r"[/\\]")


class Place(NamedTuple):
    """A folder of images or a video file: its path relative to the root, and how many images there are."""

    relative: str
    n_images: int
    is_folder: bool


@dataclass
class Places(Generic[Id]):
    """What was found: the place of each id, links that are not followed, and remarks."""

    found: dict[Id, Place] = field(default_factory=dict)
    links: dict[Id, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def find_places(root: Path, resolve: Resolve[Id], skipped: Collection[str] = (), noun: str = "video") -> Places[Id]:
    """Find the frames of every video or clip.

    A folder of images goes before a video file, and more images before fewer (CAS(ME)^2 has s23's ``23_0502`` under
    ``s19`` as well). Images of depth beside those of colour are left aside.

    Parameters
    ----------
    root : Path
    resolve : callable
    skipped : collection of str
        Names of folders, in lower case, that are not looked into.
    noun : {"video", "clip"}
        What lies there, for messages.

    Raises
    ------
    UserError
        If the folder is missing, or holds two copies of the dataset (raw and cropped), so that it is open which of them
        is meant.
    """
    if not root.is_dir():
        raise UserError(
            f"{printable(str(root))}: there is no such folder. Give the folder that holds one folder of frames a "
            f"{noun}."
        )
    all_places: dict[Id, list[Place]] = {}
    places: Places[Id] = Places()
    real_root = os.path.realpath(root)
    for relative, folders, files in walk(root, skipped):
        prefix = f"{relative}/" if relative else ""
        numbers = frame_numbers(files)
        if relative and (numbers or (not folders and not files)) and (here := resolve(relative)) is not None:
            all_places.setdefault(here, []).append(Place(relative, len(numbers), True))
        for name in files:
            if is_image(name):
                continue
            path = os.path.join(root, prefix + name)
            is_linked_folder = os.path.islink(path) and os.path.isdir(path)
            if not (is_linked_folder or is_video_file(name)) or (there := resolve(prefix + name)) is None:
                continue
            if is_linked_folder or not _is_below(path, real_root):
                places.links.setdefault(there, path)
            else:
                all_places.setdefault(there, []).append(Place(prefix + name, 0, False))
    _refuse_two_copies(root, all_places, noun)
    places.found = {key: _best(candidates) for key, candidates in all_places.items()}
    twice = {key: c for key, c in all_places.items() if len([p for p in c if p.is_folder and _is_colour(p)]) > 1}
    places.notes = [
        f"{_said(key)} lies there {len(c)} times; {printable(places.found[key].relative)} is taken"
        for key, c in twice.items()
    ]
    return places


def names_below(ids: Iterable[str]) -> Resolve[str]:
    """Return what recognises the videos of a private set by their own names, which may be paths below the root.

    Raises
    ------
    UserError
        If a name leads out of the root.
    """
    known = {"/".join(part for part in _PATHS.split(name) if part not in {"", "."}): name for name in ids}

    def resolve(relative: str) -> str | None:
        bare, dot, _ = relative.rpartition(".")
        for path in (relative, bare if dot and is_video_file(relative) else relative):
            parts = path.split("/")
            for i in range(len(parts)):
                if (name := known.get("/".join(parts[i:]))) is not None:
                    return name
        return None

    return resolve


def refuse_paths_out(ids: Iterable[str], source: str, noun: str = "video") -> None:
    """Raise if a video or clip is named by a path that leads out of the folder of frames.

    Raises
    ------
    UserError
        Naming the first of them and how many more there are. The readers of canonical CSV name the rows; this stands
        behind them, for copies that were registered before.
    """
    names = list(dict.fromkeys(ids))
    if outside := [name for name in names if leads_out(name)]:
        more = f" (and {plural(len(outside) - 1, 'other')})" if len(outside) > 1 else ""
        raise UserError(
            f"{printable(source)}: the name {quoted(outside[0])}{more} leads out of the folder of frames. Name each "
            f"{noun} by its folder below that one."
        )
    for name in names:
        if "\0" in name:
            raise UserError(f"{printable(source)}: {quoted(name)} is no name of a folder. Correct it.")


def _is_below(path: str, real_root: str) -> bool:
    return os.path.realpath(path).startswith(os.path.join(real_root, ""))


def _is_colour(place: Place) -> bool:
    return place.relative.rpartition("/")[2].casefold() not in _NOT_COLOUR


def _best(candidates: Sequence[Place]) -> Place:
    return min(candidates, key=lambda p: (not p.n_images, not _is_colour(p), -p.n_images, not p.is_folder, p.relative))


def _refuse_two_copies(root: Path, all_places: Mapping[Id, Sequence[Place]], noun: str) -> None:
    """Raise if many videos or clips lie there twice, in folders that differ in the same way."""
    pairs: Counter[tuple[str, str]] = Counter()
    for candidates in all_places.values():
        folders = sorted(p.relative for p in candidates if p.n_images and _is_colour(p))
        pairs.update({_difference(folders[0], other) for other in folders[1:]})
    if not pairs:
        return
    (one, other), n = pairs.most_common(1)[0]
    if n > 1:
        raise UserError(
            f"{printable(str(root))}: {plural(n, noun)} lie there twice, under {quoted(one)} and {quoted(other)}. Give "
            "the folder of one of the two copies."
        )


def _difference(one: str, other: str) -> tuple[str, str]:
    """Return what two paths do not have in common at their ends, at least one folder each.

    Examples
    --------
    >>> _difference("rawpic/s15/15_0101", "longVideoFaceCropped/s15/15_0101")
    ('rawpic', 'longVideoFaceCropped')
    """
    a, b = one.split("/"), other.split("/")
    while len(a) > 1 and len(b) > 1 and a[-1] == b[-1]:
        a.pop()
        b.pop()
    while len(a) > 1 and len(b) > 1 and a[0] == b[0]:
        del a[0], b[0]
    return "/".join(a), "/".join(b)


def _said(key: object) -> str:
    return printable("/".join(key) if isinstance(key, tuple) else str(key))
