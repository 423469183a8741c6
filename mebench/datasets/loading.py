"""From a registered copy, or the seed of a twin, to a loaded dataset."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path, PurePosixPath

import pandas as pd

from mebench.datasets import catalog
from mebench.datasets.catalog import Annotation, ClipAnnotation, ClipResolver, VideoResolver
from mebench.datasets.clip_frames import ClipFrames, clips_of_folders, emotion_teller, with_clip_frames
from mebench.datasets.dataset import ClipDataset, Dataset
from mebench.datasets.entries import CSV, Entry
from mebench.datasets.sheets import read_workbook, says_synthetic
from mebench.datasets.tables import TYPES, VIDEOS, conform
from mebench.files import sha256_of
from mebench.problems import UserError


def load_entry(registered_copy: Entry) -> Dataset:
    """Load a registered copy of a spotting dataset from the files that its entry names."""
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
        notes.extend(_changed(registered_copy, path))
    if registered_copy.videos and registered_copy.annotations and registered_copy.reader != CSV:
        listed = canonical_csv.read_videos(Path(registered_copy.videos), name, registered_copy.fps)
        videos = _with_frame_counts(videos, _lengths(listed), name, registered_copy.fps)
        universe += f", and {Path(registered_copy.videos).name}"
    if registered_copy.frame_counts:
        videos = _with_frame_counts(videos, registered_copy.frame_counts, name, registered_copy.fps)
        universe += f", and the folders under {Path(str(registered_copy.frames)).name}"
    known = registered_copy.card
    return Dataset(
        name=name,
        title=known.title if known else name,
        videos=conform(videos, VIDEOS, "videos"),
        annotations=annotations,
        universe=universe,
        canonical_video=video_resolver(registered_copy),
        reader=registered_copy.reader,
        source=registered_copy.source,
        types=known.types if known else TYPES,
        me_longest=known.me_longest if known else None,
        log_number=known.log_number if known else None,
        frames_are=known.frames_are if known else "",
        synthetic=_is_synthetic(registered_copy),
        notes=tuple(notes),
    )


def load_clip_entry(registered_copy: Entry) -> ClipDataset:
    """Load a registered copy of a recognition dataset from the files that its entry names."""
    card = registered_copy.card
    notes = [card.unverified] if card and card.unverified else []
    resolver = clip_resolver(registered_copy)
    if registered_copy.annotations is None:
        read = ClipAnnotation(_clips_of_folders(registered_copy))
    else:
        path = Path(registered_copy.annotations)
        read = _read_clips(registered_copy, path, resolver)
        notes += [*read.notes, *_changed(registered_copy, path)]
    clips = read.clips
    if registered_copy.annotations is not None and registered_copy.clip_frames is not None:
        clips, remarks = with_clip_frames(clips, _split_keys(registered_copy.clip_frames))
        notes += remarks
    return ClipDataset(
        name=registered_copy.name,
        title=card.title if card else registered_copy.name,
        clips=clips,
        canonical_clip=resolver or private_clip_resolver(clips),
        reader=registered_copy.reader,
        source=registered_copy.source,
        synthetic=_is_synthetic(registered_copy),
        unverified=card.unverified if card else "",
        notes=tuple(notes),
    )


@cache
def load_twin(name: str, seed: int = 0) -> Dataset:
    """Return an embedded twin for spotting: annotations from the seed alone, read by the reader of the original."""
    from mebench.datasets.twin.generate import twin

    reader = catalog.reader(name)
    made = twin(name, seed)
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


@cache
def load_clip_twin(name: str, seed: int = 0) -> ClipDataset:
    """Return an embedded twin for recognition: annotations from the seed alone, read by the reader of the original."""
    from mebench.datasets.twin.generate import twin

    reader = catalog.clip_reader(name)
    made = twin(name, seed)
    read = reader.parse(made.sheets, made.workbook_name)
    frames: dict[tuple[str, str], tuple[int, int]] = {}
    for folder, first, n_frames in made.videos[["video", "first_frame", "n_frames"]].itertuples(index=False):
        if (clip := reader.canonical_clip("", str(folder))) is not None:
            frames[clip] = int(first), int(first) + int(n_frames) - 1
    clips, remarks = with_clip_frames(read.clips.assign(dataset=name), frames)
    return ClipDataset(
        name=name,
        title=f"{reader.CARD.title}, synthetic twin",
        clips=clips,
        canonical_clip=reader.canonical_clip,
        reader=reader.CARD.name,
        source=f"the twin of seed {seed}",
        synthetic=True,
        unverified=reader.CARD.unverified,
        notes=(*read.notes, *remarks),
    )


def video_resolver(registered_copy: Entry) -> VideoResolver:
    """Return what recognises the videos of a copy."""
    known = registered_copy.known
    return catalog.reader(known).canonical_video if known else plain_video_id


def clip_resolver(registered_copy: Entry) -> ClipResolver | None:
    """Return what recognises the clips of a copy; None for a private set, which only its own table can tell."""
    known = registered_copy.known
    return catalog.clip_reader(known).canonical_clip if known else None


def plain_video_id(written: str) -> str | None:
    """Return a video's id without folders, a file ending and blanks around it."""
    bare = PurePosixPath(written.strip().replace("\\", "/")).name
    stem, dot, ending = bare.rpartition(".")
    return (stem if dot and ending.lower() in {"avi", "mp4", "mov", "mkv"} else bare) or None


def private_clip_resolver(clips: pd.DataFrame) -> ClipResolver:
    """Return what recognises the clips of a set that has no reader, by its own table.

    Letter case, folders and the ending of a video file do not count. Without a subject the folder around the clip is
    it, or the clip's name decides where only one subject has it.
    """
    owners: dict[str, list[tuple[str, str]]] = {}
    for subject, clip in clips[["subject", "clip"]].itertuples(index=False):
        owners.setdefault(str(clip).casefold(), []).append((str(subject), str(clip)))

    def canonical_clip(subject: str, clip: str) -> tuple[str, str] | None:
        exact = [key for key in owners.get(clip.strip().casefold(), []) if not subject or key[0] == subject]
        if len(exact) == 1:
            return exact[0]
        name = (plain_video_id(clip) or "").casefold()
        around = PurePosixPath(clip.strip().replace("\\", "/")).parent.name
        wanted = (subject.strip() or around).casefold()
        candidates = owners.get(name, [])
        of_subject = [key for key in candidates if key[0].casefold() == wanted]
        if len(of_subject) == 1:
            return of_subject[0]
        return candidates[0] if len(candidates) == 1 and not subject.strip() else None

    return canonical_clip


def _is_synthetic(registered_copy: Entry) -> bool:
    return registered_copy.annotations is not None and says_synthetic(Path(registered_copy.annotations))


def _changed(registered_copy: Entry, path: Path) -> list[str]:
    if not registered_copy.sha256 or sha256_of(path) == registered_copy.sha256:
        return []
    return [
        f"{path.name} has changed since it was registered on {registered_copy.added}: "
        f"check it with 'mebench dataset verify {registered_copy.name}'"
    ]


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


def _read_clips(registered_copy: Entry, path: Path, resolver: ClipResolver | None) -> ClipAnnotation:
    from mebench.datasets.readers import canonical_clips

    if registered_copy.reader == CSV:
        return canonical_clips.read_canonical_clips(path, registered_copy.name, resolver)
    read = catalog.clip_reader(registered_copy.reader).parse(read_workbook(path), str(path))
    return ClipAnnotation(read.clips.assign(dataset=registered_copy.name), read.notes)


def _clips_of_folders(registered_copy: Entry) -> pd.DataFrame:
    """Return the clips that only folders tell of, if their names tell the emotion."""
    emotion_of = emotion_teller(registered_copy.known) if registered_copy.known else None
    if emotion_of is None:
        raise UserError(
            f"The folders of {registered_copy.name} do not tell the emotions. Give the annotation file with "
            "--annotations."
        )
    return clips_of_folders(registered_copy.name, _split_keys(registered_copy.clip_frames or {}), emotion_of)


def _split_keys(frames: Mapping[str, tuple[int, int]]) -> ClipFrames:
    return {(key.split("/", 1)[0], key.split("/", 1)[1]): (first, last) for key, (first, last) in frames.items()}


def _universe(registered_copy: Entry, path: Path) -> str:
    if registered_copy.reader != CSV:
        return catalog.card(registered_copy.reader).universe
    if registered_copy.videos:
        return f"the videos of {Path(registered_copy.videos).name}"
    return f"the videos of {path.name}, which lists only those with events: register the others with --videos"


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
