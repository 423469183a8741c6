"""Where this user's copies of the datasets are: one small JSON file a dataset, which points at the files in place.

Nothing is copied: the annotations are licensed and stay where the user keeps them. The folder is found by
platformdirs, or named by the environment variable ``MEBENCH_HOME``.
"""

from __future__ import annotations

import datetime
import json
import os
import re
from dataclasses import asdict, replace
from pathlib import Path

from mebench.datasets import catalog
from mebench.datasets.catalog import RECOGNITION, SPOTTING, VideoResolver
from mebench.datasets.dataset import ClipDataset, Dataset
from mebench.datasets.entries import CSV, WORKBOOKS, Entry
from mebench.datasets.loading import (
    AnyDataset,
    as_synthetic,
    load_clip_entry,
    load_clip_twin,
    load_entry,
    load_twin,
    plain_video_id,
    video_resolver,
)
from mebench.datasets.sheets import is_workbook, read_export, text
from mebench.files import sha256_of, write_atomically
from mebench.problems import InvalidInput, UserError, quoted, suggest

__all__ = [
    "CSV",
    "Entry",
    "add",
    "entry",
    "for_validation",
    "home",
    "known_names",
    "load",
    "load_clip_twin",
    "load_clips",
    "load_dataset",
    "load_entry",
    "load_twin",
    "not_registered",
    "plain_video_id",
    "registered",
    "remove",
    "task_of",
]

_PREAMBLE = 40
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


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
    """Return every name that ``--dataset`` takes here: registered copies, catalogued datasets, twins in full size."""
    return tuple(sorted({*registered(), *catalog.names(), *catalog.twins()}))


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
        twin = name + catalog.TWIN_SUFFIX
        return UserError(
            f"{name} ({card.title}) is not registered on this machine. It is licensed: {card.access}\n"
            f"Register your copy: mebench dataset add {name} --annotations '{card.workbooks[0]}'"
            + (f"\nOr try the synthetic twin: --dataset {twin}" if catalog.is_twin(twin) else "")
        )
    if name in catalog.COMPOSITES:
        return UserError(
            f"{name} is made of casme2, smic and samm by a protocol and is no dataset of its own: see 'mebench "
            f"protocol show {name}'; 'mebench protocol export {name} --samples --out FILE' lists its clips."
        )
    known = known_names()
    near = suggest(name, [*known, *(twin for size in catalog.SIZES for twin in catalog.twins(size))])
    return UserError(
        f"There is no dataset {quoted(name)}.{near} Known: {', '.join(known)}. Register a private one "
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
) -> Dataset | ClipDataset:
    """Register a copy and return it loaded; nothing is written unless it loads.

    Whether it is for spotting or recognition follows from the catalogued dataset that it is (or is ``like``); of a
    private set from its CSV, which has a column ``clip`` instead of ``video``.

    Parameters
    ----------
    name : str
        A catalogued dataset's name, or any name for a private set.
    annotations : Path or None
        The distributed workbook, or a canonical CSV. None registers a hidden test set of which only the videos are
        known, or clips whose folders tell all (SMIC).
    videos : Path or None
        Canonical CSV of all videos, with events or without (spotting).
    fps : float or None
        Frame rate of a canonical CSV that has no such column (spotting).
    frames : Path or None
        The folder of frame folders: gives the list of videos on disk and their lengths, or the frames of clips.
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
        raise UserError(f"{name} is registered already ({entry(name).source}). Give --replace to replace it.")
    if annotations is not None and annotations.is_dir():
        raise UserError(
            f"--annotations {annotations}: this is a folder; give the workbook (or CSV) itself. The folder of frames "
            "goes with --frames."
        )
    task = _task_for(name, annotations, like)
    _check_options(name, task, annotations, videos, fps, frames)
    reader = _reader_for(name, task, annotations, like)
    _check_rate(name, reader, fps)
    new = Entry(
        name=name,
        reader=reader,
        annotations=_absolute(annotations),
        videos=_absolute(videos),
        fps=fps,
        frames=_absolute(frames),
        added=datetime.date.today().isoformat(),
        sha256=sha256_of(annotations) if annotations and annotations.is_file() else None,
        task=task,
    )
    if frames is not None and task == RECOGNITION:
        from mebench.datasets.clip_frames import scan

        new = replace(new, clip_frames=scan(frames, name, new.known))
    elif frames is not None:
        new = replace(new, frame_numbers=_scan_frames(frames, video_resolver(new)))
    loaded: Dataset | ClipDataset = _marked(load_clip_entry(new)) if task == RECOGNITION else _marked(load_entry(new))
    new = replace(new, synthetic=loaded.synthetic)
    write_atomically(_entry_path(name), json.dumps(asdict(new), indent=1, ensure_ascii=False) + "\n")
    return loaded


def remove(name: str) -> Entry:
    """Forget a registered copy; its files are not touched.

    Raises
    ------
    UserError
        If nothing is registered under that name, or it is an embedded twin.
    """
    if catalog.is_twin(name):
        raise UserError(f"{name} is embedded, there is nothing to remove.")
    gone = entry(name)
    _entry_path(name).unlink()
    return gone


def task_of(name: str) -> str:
    """Return ``"spotting"`` or ``"recognition"``: what a registered copy, a catalogued dataset or a twin is for.

    Raises
    ------
    UserError
        If there is none of that name.
    """
    if name in registered():
        return entry(name).task
    if name in catalog.names() or catalog.is_twin(name):
        return catalog.task_of(name)
    raise not_registered(checked_name(name))


def load_dataset(name: str) -> Dataset:
    """Return a spotting dataset by name: a registered copy, or an embedded synthetic twin.

    Raises
    ------
    UserError
        If there is none of that name, it is for recognition, or its files are missing or wrong.

    Examples
    --------
    >>> load_dataset("casme-sq-twin").synthetic
    True
    """
    if task_of(name) != SPOTTING:
        raise catalog.wrong_task(name, RECOGNITION)
    return load_twin(name) if catalog.is_twin(name) else load_entry(entry(name))


def load_clips(name: str) -> ClipDataset:
    """Return a recognition dataset by name: a registered copy, or an embedded synthetic twin.

    What of it was never verified is its first note.

    Raises
    ------
    UserError
        If there is none of that name, it is for spotting, or its files are missing or wrong.

    Examples
    --------
    >>> len(load_clips("smic-twin").clips)
    164
    """
    if task_of(name) != RECOGNITION:
        raise catalog.wrong_task(name, SPOTTING)
    return load_clip_twin(name) if catalog.is_twin(name) else load_clip_entry(entry(name))


def load(name: str) -> Dataset | ClipDataset:
    """Return a dataset of either task by name; see :func:`load_dataset` and :func:`load_clips`."""
    return load_clips(name) if task_of(name) == RECOGNITION else load_dataset(name)


def for_validation(name: str | None, videos: Path | None) -> tuple[Dataset | None, str]:
    """Return what a submission can be checked against, and a remark about what it cannot.

    No ground truth is needed: a hidden test set's list of videos will do, and for a catalogued dataset of which no
    copy is registered the form alone is checked.
    """
    if videos is not None:
        stem = re.sub(r"[^a-z0-9._-]+", "-", videos.stem.lower()).strip("-._") or "videos"
        if name is not None and (name in registered() or catalog.is_twin(name)):
            raise UserError(f"Give --dataset {name} or --videos {videos}, not both: {name} has a list of videos.")
        unnamed = Entry(name or stem, CSV, None, str(videos), None, None, "", None)
        return load_entry(unnamed), ""
    if name is None:
        return None, "only the form was checked; give --dataset or --videos to check the video ids too"
    if name in catalog.names(SPOTTING) and name not in registered():
        return None, f"{name} is not registered here, so only the form was checked, not the video ids"
    return load_dataset(name), ""


def _task_for(name: str, annotations: Path | None, like: str | None) -> str:
    """Return what a copy is for: as the catalogued dataset, else by the columns of its CSV."""
    if like is not None or name in catalog.names():
        return catalog.task_of(like or name)
    if annotations is None or _is_book(annotations):
        return SPOTTING
    from mebench.datasets.delimited import read_table

    columns = {column.casefold() for column in read_table(annotations, problems=[]).header}
    return RECOGNITION if "clip" in columns and "video" not in columns else SPOTTING


def _check_options(
    name: str, task: str, annotations: Path | None, videos: Path | None, fps: float | None, frames: Path | None
) -> None:
    if task == RECOGNITION:
        if videos is not None or fps is not None:
            raise UserError(
                f"--videos and --fps are for spotting; {name} is a recognition dataset, whose clips are all in the "
                "annotation file."
            )
        if annotations is None and frames is None:
            raise UserError(f"Give the annotation file of {name} with --annotations.")
    elif annotations is None and videos is None:
        raise UserError(f"Give the annotation file of {name} with --annotations, or at least its videos with --videos.")


def _check_rate(name: str, reader: str, fps: float | None) -> None:
    known = next((n for n in (reader, name) if n in catalog.names(SPOTTING)), None)
    rate = catalog.card(known).fps if known else None
    if fps is not None and rate is not None and fps != rate:
        raise UserError(f"--fps {fps:g}: {known} has {rate:g} frames a second. Leave --fps out.")


def _reader_for(name: str, task: str, annotations: Path | None, like: str | None) -> str:
    if like is not None:
        return catalog.card(like).name
    known = name in catalog.names()
    if annotations is None:
        return CSV
    if not _is_book(annotations):
        return name if known and _is_export(annotations, name, task) else CSV
    if known:
        return name
    raise UserError(
        f"{annotations}: a workbook needs a reader, and {quoted(name)} has none. Give --like with one of "
        f"{', '.join(catalog.names())}, or make a CSV with subject,video,onset,apex,offset,type "
        "(recognition: subject,clip,onset,apex,offset,emotion) of the table."
    )


def _is_book(path: Path) -> bool:
    return path.suffix.lower() in WORKBOOKS or is_workbook(path)


def _is_export(path: Path, name: str, task: str) -> bool:
    """Return whether a CSV has the columns of the workbook of a dataset, and not those of the canonical CSV."""
    sheet = read_export(path)
    wanted = {"clip", "emotion"} if task == RECOGNITION else {"video", "onset", "offset", "type"}
    for row in sheet.rows[:_PREAMBLE]:
        if wanted <= {text(cell).casefold() for cell in row}:
            return False
    parse = (catalog.clip_reader(name) if task == RECOGNITION else catalog.reader(name)).parse
    try:
        parse([sheet], str(path))
    except InvalidInput:
        return True  # its table was found, and has faults that the reader will name
    except UserError as error:
        return "columns look shifted" in str(error)
    return True


def _marked(loaded: AnyDataset) -> AnyDataset:
    """Return a copy, marked as synthetic if it holds a twin."""
    from mebench.datasets.resemblance import holds_twin

    if loaded.synthetic or not holds_twin(loaded):
        return loaded
    return as_synthetic(loaded)


def _scan_frames(frames: Path, resolver: VideoResolver) -> dict[str, tuple[int, int, int, str]]:
    from mebench.datasets.readers._folders import videos_on_disk

    if not frames.is_dir():
        raise UserError(f"{frames}: there is no such folder. Give the folder that holds one folder of frames a video.")
    found = videos_on_disk(frames, resolver)
    if not found:
        raise UserError(f"{frames}: no folder below it is named like a video of this dataset.")
    return {video: (disk.first, disk.last, disk.n_images, disk.kind) for video, disk in found.items()}


def _absolute(path: Path | None) -> str | None:
    return None if path is None else str(path.expanduser().resolve())
