"""Where this user's copies of the datasets are: one small JSON file a dataset, which points at the files in place.

Nothing is copied: the annotations are licensed and stay where the user keeps them. The folder is found by
platformdirs, or named by the environment variable ``MEBENCH_HOME``.
"""

from __future__ import annotations

import datetime
import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path, PurePosixPath

import pandas as pd

from mebench.datasets import catalog
from mebench.datasets.catalog import Annotation, VideoResolver
from mebench.datasets.dataset import Dataset
from mebench.datasets.sheets import read_workbook, says_synthetic
from mebench.datasets.tables import TYPES, VIDEOS, conform
from mebench.files import sha256_of, write_atomically
from mebench.problems import UserError, quoted, suggest

CSV = "csv"
"""The reader of the canonical CSV, for any dataset."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Entry:
    """One registered copy: which reader reads which files.

    ``sha256`` is that of the annotation file when it was added; ``frame_counts`` maps each video found under ``frames``
    to its number of frames.
    """

    name: str
    reader: str
    annotations: str | None
    videos: str | None
    fps: float | None
    frames: str | None
    added: str
    sha256: str | None
    frame_counts: Mapping[str, int] | None = None


def home() -> Path:
    """Return the folder that holds this user's library (it need not exist yet)."""
    if named := os.environ.get("MEBENCH_HOME"):
        return Path(named).expanduser()
    import platformdirs

    return Path(platformdirs.user_data_dir("mebench", appauthor=False))


def _entry_path(name: str) -> Path:
    return home() / "datasets" / f"{name}.json"


def registered() -> tuple[str, ...]:
    """Return the names of all registered copies, sorted."""
    folder = home() / "datasets"
    return tuple(sorted(p.stem for p in folder.glob("*.json"))) if folder.is_dir() else ()


def known_names() -> tuple[str, ...]:
    """Return every name that ``--dataset`` takes here: registered copies, catalogued datasets, twins."""
    originals = catalog.names()
    return tuple(sorted({*registered(), *originals, *(n + catalog.TWIN_SUFFIX for n in originals)}))


def entry(name: str) -> Entry:
    """Return the registration of a copy.

    Raises
    ------
    UserError
        If nothing is registered under that name, or its file is damaged.
    """
    path = _entry_path(checked_name(name))
    if not path.is_file():
        raise not_registered(name)
    try:
        return Entry(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise UserError(
            f"{path}: the registration of {name} is damaged ({error}). Register it again with "
            f"'mebench dataset add {name} --annotations FILE --replace'."
        ) from error


def checked_name(name: str) -> str:
    """Return ``name`` if it can name a dataset (it also becomes a file name)."""
    if not _NAME.fullmatch(name):
        raise UserError(
            f"{quoted(name)} cannot name a dataset: use up to 64 lower-case letters, digits, '-', '_' and '.', "
            "starting with a letter or digit."
        )
    return name


def not_registered(name: str) -> UserError:
    """Return the error for a dataset that is not here, with the commands that bring it here."""
    if name in catalog.names():
        card = catalog.card(name)
        return UserError(
            f"{name} ({card.title}) is not registered on this machine. It is licensed: {card.access}\n"
            f"Register your copy: mebench dataset add {name} --annotations '{card.workbooks[0]}'\n"
            f"Or try the synthetic twin: --dataset {name}{catalog.TWIN_SUFFIX}"
        )
    known = known_names()
    return UserError(
        f"There is no dataset {quoted(name)}.{suggest(name, known)} Known: {', '.join(known)}. Register a private one "
        f"with 'mebench dataset add NAME --annotations gt.csv --videos videos.csv --fps N'."
    )


def add(
    name: str,
    annotations: Path | None = None,
    videos: Path | None = None,
    fps: float | None = None,
    frames: Path | None = None,
    like: str | None = None,
    replace_existing: bool = False,
) -> Dataset:
    """Register a copy and return it loaded; nothing is written unless it loads.

    Parameters
    ----------
    name : str
        A catalogued dataset's name, or any name for a private set.
    annotations : Path or None
        The distributed workbook, or a canonical CSV. None registers a hidden test set of which only the videos are
        known.
    videos : Path or None
        Canonical CSV of all videos, with events or without.
    fps : float or None
        Frame rate of a canonical CSV that has no such column.
    frames : Path or None
        The folder of frame folders: gives the list of videos on disk and their lengths.
    like : str or None
        Read the workbook as that of another catalogued dataset (for a second version of it).

    Raises
    ------
    UserError
        If a file is missing or wrong, or the name is taken.
    """
    checked_name(name)
    if catalog.is_twin(name):
        raise UserError(f"{name} is the name of an embedded twin, which needs no registration; choose another name.")
    if _entry_path(name).exists() and not replace_existing:
        raise UserError(f"{name} is registered already ({entry(name).annotations}). Give --replace to replace it.")
    if annotations is None and videos is None:
        raise UserError(f"Give the annotation file of {name} with --annotations, or at least its videos with --videos.")
    new = Entry(
        name=name,
        reader=_reader_for(name, annotations, like),
        annotations=_absolute(annotations),
        videos=_absolute(videos),
        fps=fps,
        frames=_absolute(frames),
        added=datetime.date.today().isoformat(),
        sha256=sha256_of(annotations) if annotations and annotations.is_file() else None,
    )
    if frames is not None:
        new = replace(new, frame_counts=_count_frames(frames, _resolver(new)))
    loaded = load_entry(new)
    write_atomically(_entry_path(name), json.dumps(asdict(new), indent=1, ensure_ascii=False) + "\n")
    return loaded


def remove(name: str) -> Entry:
    """Forget a registered copy; its files are not touched."""
    gone = entry(name)
    _entry_path(name).unlink()
    return gone


def load_dataset(name: str) -> Dataset:
    """Return a dataset by name: a registered copy, or an embedded synthetic twin.

    Raises
    ------
    UserError
        If there is none of that name, or its files are missing or wrong.

    Examples
    --------
    >>> load_dataset("casme-sq-twin").synthetic
    True
    """
    return load_twin(name) if catalog.is_twin(name) else load_entry(entry(name))


def for_validation(name: str | None, videos: Path | None) -> tuple[Dataset | None, str]:
    """Return what a submission can be checked against, and a remark about what it cannot.

    No ground truth is needed: a hidden test set's list of videos will do, and for a catalogued dataset of which no
    copy is registered the form alone is checked.
    """
    if videos is not None:
        stem = re.sub(r"[^a-z0-9._-]+", "-", videos.stem.lower()).strip("-._") or "videos"
        if name is not None and (name in registered() or catalog.is_twin(name)):
            raise UserError(f"Give --dataset {name} or --videos {videos}, not both: {name} has a list of videos.")
        unnamed = Entry(name or stem, _reader_for(name or stem, None, None), None, str(videos), None, None, "", None)
        return load_entry(unnamed), ""
    if name is None:
        return None, "only the form was checked; give --dataset or --videos to check the video ids too"
    if name in catalog.names() and name not in registered():
        return None, f"{name} is not registered here, so only the form was checked, not the video ids"
    return load_dataset(name), ""


def load_entry(registered_copy: Entry) -> Dataset:
    """Load a registered copy from the files that its entry names."""
    from mebench.datasets.readers import canonical_csv

    name = registered_copy.name
    notes: list[str] = []
    annotations: pd.DataFrame | None
    if registered_copy.annotations is None:
        videos_path = Path(str(registered_copy.videos))
        videos, annotations = canonical_csv.read_videos(videos_path, name, registered_copy.fps), None
        universe = f"the videos of {videos_path.name}"
    else:
        path = Path(registered_copy.annotations)
        read = _read_annotation(registered_copy, path)
        videos, annotations = read.videos, read.annotations
        notes.extend(read.notes)
        universe = _universe(registered_copy, path)
        if registered_copy.sha256 and sha256_of(path) != registered_copy.sha256:
            notes.append(
                f"{path.name} has changed since it was registered on {registered_copy.added}: "
                f"check it with 'mebench dataset verify {name}'"
            )
    if registered_copy.videos and registered_copy.annotations and registered_copy.reader != CSV:
        listed = canonical_csv.read_videos(Path(registered_copy.videos), name, registered_copy.fps)
        videos = _with_frame_counts(videos, _lengths(listed), name, registered_copy.fps)
        universe += f", and {Path(registered_copy.videos).name}"
    if registered_copy.frame_counts:
        videos = _with_frame_counts(videos, registered_copy.frame_counts, name, registered_copy.fps)
        universe += f", and the folders under {Path(str(registered_copy.frames)).name}"
    card = None if registered_copy.reader == CSV else catalog.card(registered_copy.reader)
    known = card or (catalog.card(name) if name in catalog.names() else None)
    return Dataset(
        name=name,
        title=known.title if known else name,
        videos=conform(videos, VIDEOS, "videos"),
        annotations=annotations,
        universe=universe,
        canonical_video=_resolver(registered_copy),
        reader=registered_copy.reader,
        source=Path(registered_copy.annotations or str(registered_copy.videos)).name,
        types=known.types if known else TYPES,
        me_longest=known.me_longest if known else None,
        log_number=known.log_number if known else None,
        frames_are=known.frames_are if known else "",
        synthetic=registered_copy.annotations is not None and says_synthetic(Path(registered_copy.annotations)),
        notes=tuple(notes),
    )


@cache
def load_twin(name: str, seed: int = 0) -> Dataset:
    """Return an embedded twin: annotations from the seed alone, read by the reader of the original."""
    from mebench.datasets.twin.generate import twin

    made = twin(name, seed)
    reader = catalog.reader(name)
    read = reader.parse(made.sheets, made.workbook_name)
    return Dataset(
        name=name,
        title=f"{reader.CARD.title}, synthetic twin",
        videos=conform(_with_frame_counts(read.videos, _lengths(made.videos), name, reader.CARD.fps), VIDEOS, "videos"),
        annotations=read.annotations,
        universe="the videos of the twin",
        canonical_video=reader.canonical_video,
        reader=reader.CARD.name,
        source=f"the twin of seed {seed}",
        types=reader.CARD.types,
        synthetic=True,
        me_longest=reader.CARD.me_longest,
        log_number=reader.CARD.log_number,
        frames_are=reader.CARD.frames_are,
        notes=read.notes,
    )


def _read_annotation(registered_copy: Entry, path: Path) -> Annotation:
    from mebench.datasets.readers import canonical_csv

    if registered_copy.reader == CSV:
        videos = Path(registered_copy.videos) if registered_copy.videos else None
        return canonical_csv.read_canonical(path, videos, registered_copy.name, registered_copy.fps)
    read = catalog.reader(registered_copy.reader).parse(read_workbook(path), str(path))
    if registered_copy.name != registered_copy.reader:
        read = Annotation(
            read.videos.assign(dataset=registered_copy.name),
            read.annotations.assign(dataset=registered_copy.name),
            read.notes,
        )
    return read


def _universe(registered_copy: Entry, path: Path) -> str:
    if registered_copy.reader != CSV:
        return catalog.card(registered_copy.reader).universe
    if registered_copy.videos:
        return f"the videos of {Path(registered_copy.videos).name}"
    return f"the videos of {path.name}, which lists only those with events: register the others with --videos"


def _reader_for(name: str, annotations: Path | None, like: str | None) -> str:
    if like is not None:
        return catalog.card(like).name
    if name in catalog.names() and annotations is not None and annotations.suffix.lower() in {".xls", ".xlsx", ".xlsm"}:
        return name
    if annotations is not None and annotations.suffix.lower() in {".xls", ".xlsx", ".xlsm"}:
        raise UserError(
            f"{annotations}: a workbook needs a reader, and {quoted(name)} has none. Give --like with one of "
            f"{', '.join(catalog.names())}, or export the table as a CSV with subject,video,onset,apex,offset,type."
        )
    return CSV


def _resolver(registered_copy: Entry) -> VideoResolver:
    for candidate in (registered_copy.reader, registered_copy.name):
        if candidate in catalog.names():
            return catalog.reader(candidate).canonical_video
    return plain_video_id


def plain_video_id(written: str) -> str | None:
    """Return a video's id without folders, a file ending and blanks around it."""
    bare = PurePosixPath(written.strip().replace("\\", "/")).name
    stem, dot, ending = bare.rpartition(".")
    return (stem if dot and ending.lower() in {"avi", "mp4", "mov", "mkv"} else bare) or None


def _count_frames(frames: Path, resolver: VideoResolver) -> dict[str, int]:
    from mebench.datasets.readers._folders import videos_on_disk

    if not frames.is_dir():
        raise UserError(f"{frames}: there is no such folder. Give the folder that holds one folder of frames a video.")
    found = videos_on_disk(frames, resolver)
    if not found:
        raise UserError(f"{frames}: no folder below it is named like a video of this dataset.")
    return found


def _with_frame_counts(videos: pd.DataFrame, counts: Mapping[str, int], name: str, fps: float | None) -> pd.DataFrame:
    """Fill in lengths that the annotation does not tell, and add the videos that only the folder knows."""
    known = pd.array([counts.get(video) or pd.NA for video in videos["video"]], dtype="Int64")
    videos = videos.assign(n_frames=videos["n_frames"].fillna(pd.Series(known, index=videos.index)))
    subject_of = dict(zip(videos["video"], videos["subject"], strict=True))
    extra = sorted(set(counts) - set(subject_of))
    if not extra:
        return videos
    more = pd.DataFrame(
        {
            "dataset": name,
            "subject": [video.split("_", 1)[0] for video in extra],
            "video": extra,
            "fps": videos["fps"].iloc[0] if len(videos) else fps,
            "first_frame": 1,
            "n_frames": pd.array([counts[video] or pd.NA for video in extra], dtype="Int64"),
        }
    )
    return pd.concat([videos, more], ignore_index=True)


def _lengths(videos: pd.DataFrame) -> dict[str, int]:
    """Return each video's number of frames, 0 where it is not known."""
    return dict(zip(videos["video"], videos["n_frames"].fillna(0).astype("int64"), strict=True))


def _absolute(path: Path | None) -> str | None:
    return None if path is None else str(path.expanduser().resolve())
