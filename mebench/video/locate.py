"""The frames of all videos or clips of a dataset, through the folder rules of its reader."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Mapping
from pathlib import Path
from typing import Generic, TypedDict, TypeVar, Unpack

import numpy as np
import pandas as pd

from mebench.datasets import catalog, library
from mebench.datasets.dataset import ClipDataset, Dataset
from mebench.problems import UserError, plural, printable, quoted, suggest
from mebench.video.annotated import Annotated
from mebench.video.frames import Frames, later
from mebench.video.missing import WITHIN, Policy
from mebench.video.places import Places, find_places, names_below, refuse_paths_out

Id = TypeVar("Id", bound=Hashable)


class Options(TypedDict, total=False):
    """How frames are opened: see :func:`mebench.video.frames.open_frames`."""

    missing: str
    within: int
    keep: int
    shift: int | None


class NotInDataset(UserError, KeyError):
    """The dataset has no video or clip of this id; a KeyError too, as every mapping raises it."""

    __str__ = Exception.__str__  # that of KeyError quotes its sentence


class Located(Mapping[Id, Frames], Generic[Id]):
    """The frames of each video or clip that was found; each access opens them anew, and reads nothing yet.

    Parameters
    ----------
    root : Path
    places : Places
    specs : mapping of id to (name, fps, Annotated)
        Every video or clip of the dataset.
    options : Options
    """

    def __init__(
        self,
        root: Path,
        places: Places[Id],
        specs: Mapping[Id, tuple[str, float | None, Annotated]],
        options: Options,
        place_of: Callable[[Id], Id] = lambda key: key,
    ) -> None:
        self.root, self.places, self._specs, self._place_of = root, places, specs, place_of
        self._policy = Policy(options.get("missing", "error"), options.get("within", WITHIN))
        self._keep, self._shift = options.get("keep", 0), options.get("shift")
        self._ids = tuple(key for key in specs if place_of(key) in places.found)

    @property
    def absent(self) -> tuple[Id, ...]:
        """Those of the dataset that have no frames here."""
        return tuple(key for key in self._specs if self._place_of(key) not in self.places.found)

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks on the folder."""
        return tuple(self.places.notes)

    @property
    def noun(self) -> str:
        """What it has frames of: ``video`` or ``clip``."""
        return "clip" if isinstance(next(iter(self._specs), None), tuple) else "video"

    def link_to_outside(self, key: Id) -> str | None:
        """Return the link in the place of a video or clip that is not followed, None if there is none."""
        return self.places.links.get(self._place_of(key))

    def path(self, key: Id) -> Path:
        """Return the folder or file of a video or clip; see :meth:`__getitem__`."""
        place = self._place_of(key)
        if place not in self.places.found:
            raise self._not_there(key)
        return self.root / self.places.found[place].relative

    def __getitem__(self, key: Id) -> Frames:
        """Return the frames of a video or clip.

        Raises
        ------
        UserError
            If the dataset has it, but the folder does not.
        NotInDataset
            If the dataset does not have it; this is a KeyError too.
        """
        if key not in self._specs:
            raise self._unknown(key)
        name, fps, annotated = self._specs[key]
        return later(self.path(key), name, fps, annotated, self._shift, self._policy, self._keep)

    def __contains__(self, key: object) -> bool:
        return key in self._ids

    def __iter__(self) -> Iterator[Id]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    def __repr__(self) -> str:
        n = len(self._specs)
        return f"<frames of {len(self)} of {plural(n, self.noun)} under {printable(str(self.root), 300)}>"

    def _unknown(self, key: object) -> NotInDataset:
        written = "/".join(map(str, key)) if isinstance(key, tuple) else str(key)
        names = {"/".join(known) if isinstance(known, tuple) else str(known): known for known in self._specs}
        sentence = f"There is no {self.noun} {quoted(written)} in this dataset."
        if self.noun == "clip" and written in names:
            return NotInDataset(f"{sentence} A clip is named by its subject and clip: {names[written]!r}.")
        form = " Give subject and clip, e.g. {!r}." if self.noun == "clip" and not isinstance(key, tuple) else ""
        example = next(iter(self._specs), "")
        return NotInDataset(f"{sentence}{suggest(written, names)}{form.format(example)}")

    def _not_there(self, key: Id) -> UserError:
        name, root = printable(self._specs[key][0]), printable(str(self.root))
        if link := self.link_to_outside(key):
            return UserError(
                f"{printable(link)}: this is a link to outside of the folder of frames, which is not followed. Give "
                "the folder that it leads to, or copy it here."
            )
        return UserError(
            f"{root}: there are no frames of {name}. Give the folder that holds one folder of frames (or one video "
            f"file) a {self.noun}."
        )


def video_frames(dataset: Dataset, root: Path | str, **options: Unpack[Options]) -> Located[str]:
    """Return the frames of the videos of a spotting dataset, by video id.

    Parameters
    ----------
    dataset : Dataset
    root : Path or str
        The folder that holds one folder of images, or one video file, a video; subject folders in between do not
        matter.
    **options
        See :class:`Options`.

    Raises
    ------
    UserError
        If the folder is missing, holds two copies, or the annotation names a video by a path that leads out of it.
    """
    root = Path(root)
    refuse_paths_out(dataset.videos["video"], dataset.source)
    known = dataset.reader in catalog.names(catalog.SPOTTING) or dataset.name in catalog.names(catalog.SPOTTING)
    canonical = dataset.canonical_video if known else names_below(dataset.videos["video"])
    places = find_places(root, canonical)
    outer = _outermost(dataset.annotations)
    specs = {
        str(video): (str(video), _known(fps), _of_video(int(first), n_frames, outer.get(str(video))))
        for video, fps, first, n_frames in dataset.videos[["video", "fps", "first_frame", "n_frames"]].itertuples(
            index=False
        )
    }
    # A canonical CSV may spell its videos in another way than the reader does.
    spelled = {video: canonical(video) or video if known else video for video in specs}
    return Located(root, places, specs, options, spelled.__getitem__)


def clip_frames(dataset: ClipDataset, root: Path | str, **options: Unpack[Options]) -> Located[tuple[str, str]]:
    """Return the frames of the clips of a recognition dataset, by (subject, clip).

    A clip with a running number (``a#2``) lies in the folder of its name without it.

    Parameters
    ----------
    dataset : ClipDataset
    root : Path or str
        The folder that holds one folder of images, or one video file, a clip.
    **options
        See :class:`Options`.

    Raises
    ------
    UserError
        See :func:`video_frames`.
    """
    root = Path(root)
    refuse_paths_out([part for clip in dataset.clip_ids for part in clip], dataset.source, "clip")
    known = next((n for n in (dataset.reader, dataset.name) if n in catalog.names(catalog.RECOGNITION)), None)
    reader = catalog.clip_reader(known) if known else None
    skipped: frozenset[str] = getattr(reader, "SKIPPED_FOLDERS", frozenset())
    from_one: bool = getattr(getattr(reader, "LAYOUT", None), "counts_from_one", True)
    fps = reader.CARD.fps if reader else None
    # The root itself may be one subject's folder, which its clips do not name.
    around = root.resolve().name
    places = find_places(root, lambda relative: dataset.canonical_clip("", f"{around}/{relative}"), skipped, "clip")
    specs = {
        (str(s), str(c)): (f"{s}/{c}", fps, _of_clip(onset, offset, from_one))
        for s, c, onset, offset in dataset.clips[["subject", "clip", "onset", "offset"]].itertuples(index=False)
    }
    return Located(root, places, specs, options, lambda key: (key[0], key[1].split("#", 1)[0]))


def frames_of(
    name: str, root: Path | str | None = None, **options: Unpack[Options]
) -> Located[str] | Located[tuple[str, str]]:
    """Return the frames of a dataset by its name.

    Parameters
    ----------
    name : str
        A registered copy, or an embedded twin.
    root : Path or str, optional
        Default the folder that was registered with ``--frames``.
    **options
        See :class:`Options`.

    Raises
    ------
    UserError
        If there is no such dataset, or no folder of its frames is known.
    """
    if not isinstance(name, str):
        raise UserError(
            f"frames_of({printable(repr(name), 60)}): this is no name of a dataset. Give one, e.g. 'casme-sq'; the "
            "frames of a dataset that is loaded already come from video_frames and clip_frames."
        )
    dataset = library.load(name)
    folder = registered_root(name) if root is None else Path(root)
    if isinstance(dataset, Dataset):
        return video_frames(dataset, folder, **options)
    return clip_frames(dataset, folder, **options)


def registered_root(name: str) -> Path:
    """Return the folder of frames that a copy was registered with.

    Raises
    ------
    UserError
        If there is none.
    """
    if catalog.is_twin(name) and name not in library.registered():
        raise UserError(
            f"{name} is embedded without its frames. Write them with 'mebench dataset twin {name} --out DIR' and give "
            "that folder as the root."
        )
    entry = library.entry(name)
    if not entry.frames:
        annotations = f" --annotations '{entry.annotations}'" if entry.annotations else ""
        raise UserError(
            f"{name} is registered without its frames. Register them with: mebench dataset add {name}{annotations} "
            "--frames DIR --replace"
        )
    return Path(entry.frames)


def _outermost(annotations: pd.DataFrame | None) -> dict[str, tuple[int, int]]:
    """Return the first and the last annotated frame of each video that has any."""
    if annotations is None or not len(annotations):
        return {}
    frames = annotations[["onset", "apex", "offset"]].to_numpy(np.float64)
    frames = np.where(frames > 0, frames, np.nan)  # 0 and -1 mean that it was not annotated
    outer: dict[str, tuple[int, int]] = {}
    for video, row in zip(annotations["video"], frames, strict=True):
        if np.isnan(row).all():
            continue
        low, high = outer.get(str(video), (math.inf, -math.inf))
        outer[str(video)] = int(min(low, np.nanmin(row))), int(max(high, np.nanmax(row)))
    return outer


def _of_video(first: int, n_frames: object, outer: tuple[int, int] | None) -> Annotated:
    low, high = outer or (None, None)
    length = None if pd.isna(n_frames) else int(n_frames)  # type: ignore[call-overload]
    return Annotated(first, length, low, high)


def _of_clip(onset: object, offset: object, from_one: bool) -> Annotated:
    low, high = (None if pd.isna(frame) else int(frame) for frame in (onset, offset))  # type: ignore[call-overload]
    length = high - low + 1 if low is not None and high is not None else None
    return Annotated(None, length, low, high, from_one)


def _known(fps: object) -> float | None:
    return None if pd.isna(fps) else float(fps)  # type: ignore[arg-type, call-overload]
