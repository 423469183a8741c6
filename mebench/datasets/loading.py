"""From a registered copy, or the seed of a twin, to a loaded dataset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TypeVar

import pandas as pd

from mebench.datasets import catalog
from mebench.datasets.catalog import Annotation, ClipAnnotation, ClipResolver, VideoResolver
from mebench.datasets.clip_frames import ClipFrames, clips_of_folders, emotion_teller, with_clip_frames
from mebench.datasets.completeness import completeness_note
from mebench.datasets.dataset import ClipDataset, Dataset
from mebench.datasets.entries import CSV, Entry
from mebench.datasets.readers._folders import OnDisk
from mebench.datasets.sheets import read_sheets, says_synthetic, sheets_say_synthetic, twin_named_in
from mebench.datasets.tables import ANNOTATIONS, TYPES, VIDEOS, conform, empty
from mebench.datasets.video_frames import frames_notes, lengths_of
from mebench.files import sha256_of
from mebench.problems import UserError, plural, printable, quoted

AnyDataset = TypeVar("AnyDataset", Dataset, ClipDataset)


def load_entry(registered_copy: Entry) -> Dataset:
    """Load a registered copy of a spotting dataset from the files that its entry names."""
    name, known = registered_copy.name, registered_copy.card
    read, marked, changed = _read_spotting(registered_copy)
    videos, notes, universe = read.videos, [*read.notes, *changed], _universe(registered_copy)
    listed_in = "the workbook"
    if registered_copy.videos:
        listed_in = Path(registered_copy.videos).name
        annotated = set(read.annotations["video"])
        videos = _with_listed_videos(videos, annotated, registered_copy, Path(registered_copy.videos))
        if registered_copy.annotations and registered_copy.reader != CSV:
            universe += f", and {listed_in}"
    annotations = read.annotations if registered_copy.annotations else None
    if registered_copy.frame_numbers:
        # A CSV of one's own may spell the videos in another way than the folders are called.
        resolve = video_resolver(registered_copy)
        written = {resolve(video) or video: video for video in videos["video"]}
        found = {written.get(video, video): OnDisk(*n) for video, n in registered_copy.frame_numbers.items()}
        notes += frames_notes(videos, annotations, found, listed_in)
        lengths = {video: n or 0 for video, n in lengths_of(videos, annotations, found).items()}
        videos = _with_frame_counts(videos, lengths, name, registered_copy.fps, found)
        universe += f", and the folders under {Path(str(registered_copy.frames)).name}"
    if registered_copy.reader != CSV:
        universe += f"; {len(videos)} in this copy"
    loaded = Dataset(
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
        frames=Path(registered_copy.frames).name if registered_copy.frames else "",
    )
    loaded = replace(loaded, notes=(*notes, *_completeness(registered_copy, loaded, marked)))
    return as_synthetic(loaded) if _is_synthetic(registered_copy, loaded, marked, bool(changed)) else loaded


def load_clip_entry(registered_copy: Entry) -> ClipDataset:
    """Load a registered copy of a recognition dataset from the files that its entry names."""
    card = registered_copy.card
    notes = [card.unverified] if card and card.unverified else []
    resolver = clip_resolver(registered_copy)
    marked, changed = False, []
    if registered_copy.annotations is None:
        read = ClipAnnotation(_clips_of_folders(registered_copy))
    else:
        path = Path(registered_copy.annotations)
        read, marked = _read_clips(registered_copy, path, resolver)
        changed = _changed(registered_copy, path)
        notes += [*read.notes, *changed]
    clips = read.clips
    if registered_copy.annotations is not None and registered_copy.clip_frames is not None:
        clips, remarks = with_clip_frames(clips, _split_keys(registered_copy.clip_frames))
        notes += remarks
    loaded = ClipDataset(
        name=registered_copy.name,
        title=card.title if card else registered_copy.name,
        clips=clips,
        canonical_clip=resolver or private_clip_resolver(clips),
        reader=registered_copy.reader,
        source=registered_copy.source,
        unverified=card.unverified if card else "",
    )
    loaded = replace(loaded, notes=(*notes, *_completeness(registered_copy, loaded, marked)))
    return as_synthetic(loaded) if _is_synthetic(registered_copy, loaded, marked, bool(changed)) else loaded


@cache
def load_twin(name: str, seed: int = 0) -> Dataset:
    """Return an embedded twin for spotting: annotations from the seed alone, read by the reader of the original."""
    from mebench.datasets.twin.generate import twin

    reader = catalog.reader(name)
    made = twin(name, seed)
    read = reader.parse(made.sheets, made.workbook_name)
    # A reader may know of videos without events that an excerpt leaves out.
    present = read.videos[read.videos["video"].isin(made.videos["video"])].reset_index(drop=True)
    videos = _with_frame_counts(present, _lengths(made.videos), name, reader.CARD.fps)
    frames = made.videos.set_index("video").loc[videos["video"]]
    videos = videos.assign(
        first_frame=frames["first_frame"].to_numpy(), n_frames=frames["n_frames"].to_numpy(), dataset=name
    )
    whole = catalog.size_of(name) == "full"
    return Dataset(
        name=name,
        title=catalog.title_of(name),
        videos=conform(videos, VIDEOS, "videos"),
        annotations=read.annotations.assign(dataset=name),
        universe="the videos of the twin" if whole else "stretches of videos of the twin",
        canonical_video=reader.canonical_video,
        reader=reader.CARD.name,
        source=catalog.twin_source(seed),
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
        title=catalog.title_of(name),
        clips=clips,
        canonical_clip=reader.canonical_clip,
        reader=reader.CARD.name,
        source=catalog.twin_source(seed),
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


def as_synthetic(loaded: AnyDataset) -> AnyDataset:
    """Return a copy marked as that of a twin."""
    if loaded.synthetic:
        return loaded
    return replace(loaded, synthetic=True, title=f"{loaded.title}, synthetic twin")


def excerpt_in(registered_copy: Entry) -> str:
    """Return which small or tiny twin the files of a copy say that they hold; empty if they name none, or a whole one.

    Twins of any seed say so; one that was saved without its mark does not.
    """
    for path in (registered_copy.annotations, registered_copy.videos):
        name = twin_named_in(Path(path)) if path else ""
        if catalog.is_twin(name) and catalog.size_of(name) != "full":
            return name
    return ""


def _completeness(registered_copy: Entry, loaded: Dataset | ClipDataset, marked: bool) -> list[str]:
    """Return the note on what a copy lacks, or why it may."""
    note = completeness_note(loaded)
    part = excerpt_in(registered_copy) if note and marked else ""
    return [f"this is {catalog.excerpt_title(part)}, which is meant to be smaller"] if part else note


def _is_synthetic(registered_copy: Entry, loaded: Dataset | ClipDataset, marked: bool, changed: bool) -> bool:
    """Return whether a copy is that of a twin: its files say so, or its content, compared when it was added."""
    if marked:
        return True
    if changed:
        from mebench.datasets.resemblance import holds_twin

        return holds_twin(loaded)
    return registered_copy.synthetic


def _changed(registered_copy: Entry, path: Path) -> list[str]:
    if not registered_copy.sha256 or sha256_of(path) == registered_copy.sha256:
        return []
    return [
        f"{path.name} has changed since it was registered on {registered_copy.added}: "
        f"check it with 'mebench dataset verify {registered_copy.name}'"
    ]


def _read_spotting(registered_copy: Entry) -> tuple[Annotation, bool, list[str]]:
    """Return the tables of a copy, whether a file says that it is synthetic, and whether it has changed.

    Without annotations the videos alone are known; the table of events is empty then.
    """
    from mebench.datasets.readers import canonical_csv

    name, videos_path = registered_copy.name, Path(registered_copy.videos) if registered_copy.videos else None
    marked = videos_path is not None and says_synthetic(videos_path)
    if registered_copy.annotations is None:
        videos = canonical_csv.read_videos(Path(str(videos_path)), name, registered_copy.fps)
        return Annotation(videos, empty(ANNOTATIONS)), marked, []
    path = Path(registered_copy.annotations)
    if registered_copy.reader == CSV:
        read = canonical_csv.read_canonical(path, videos_path, name, registered_copy.fps)
    else:
        sheets = read_sheets(path)
        marked = marked or sheets_say_synthetic(sheets)
        read = catalog.reader(registered_copy.reader).parse(sheets, str(path))
    if name != registered_copy.reader:
        read = Annotation(read.videos.assign(dataset=name), read.annotations.assign(dataset=name), read.notes)
    return read, marked or says_synthetic(path), _changed(registered_copy, path)


def _read_clips(registered_copy: Entry, path: Path, resolver: ClipResolver | None) -> tuple[ClipAnnotation, bool]:
    """Return the clips of a copy, and whether the file says that it is synthetic."""
    from mebench.datasets.readers import canonical_clips

    if registered_copy.reader == CSV:
        read = canonical_clips.read_canonical_clips(path, registered_copy.name, resolver)
        return read, says_synthetic(path)
    sheets = read_sheets(path)
    read = catalog.clip_reader(registered_copy.reader).parse(sheets, str(path))
    marked = sheets_say_synthetic(sheets) or says_synthetic(path)
    return ClipAnnotation(read.clips.assign(dataset=registered_copy.name), read.notes), marked


def _with_listed_videos(videos: pd.DataFrame, annotated: set[str], registered_copy: Entry, path: Path) -> pd.DataFrame:
    """Check the listed videos of a catalogued dataset, and add what they tell to those of its workbook.

    Raises
    ------
    UserError
        If the list names a video that cannot be one of the dataset, or none of those that are annotated.
    """
    from mebench.datasets.readers import canonical_csv

    known = registered_copy.known
    if known is None:
        return videos
    resolve = video_resolver(registered_copy)
    listed = canonical_csv.read_videos(path, registered_copy.name, registered_copy.fps)
    ids = {video: resolve(video) for video in listed["video"]}
    strangers = [video for video, resolved in ids.items() if resolved is None]
    if strangers:
        some = ", ".join(map(quoted, strangers[:5])) + (", ..." if len(strangers) > 5 else "")
        raise UserError(
            f"{printable(str(path))}: {plural(len(strangers), 'name')} cannot be of a video of {known}: {some}. Give "
            f"the list of the videos of {known} with --videos."
        )
    listed = listed.assign(video=[str(resolved) for resolved in ids.values()])
    if registered_copy.annotations is None:
        return listed.drop_duplicates("video", ignore_index=True)
    if not set(listed["video"]) & set(videos["video"]):
        raise UserError(
            f"{printable(str(path))}: none of the listed videos is in the annotation, which has "
            f"{', '.join(map(quoted, videos['video'][:3]))} and others. Give the list of the same copy with --videos."
        )
    if registered_copy.reader == CSV:
        return videos  # the canonical reader has joined the two
    # What the reader only supposes to be there gives way to a list that does not have it.
    supposed = set(getattr(catalog.reader(registered_copy.reader), "EVENT_FREE", ())) - annotated - set(listed["video"])
    videos = videos[~videos["video"].isin(supposed)].reset_index(drop=True)
    both = _with_frame_counts(videos, _lengths(listed), registered_copy.name, registered_copy.fps)
    # A list without such a column says 1 of all.
    first = {video: n for video, n in zip(listed["video"], listed["first_frame"], strict=True) if n != 1}
    own = zip(both["video"], both["first_frame"], strict=True)
    return both.assign(first_frame=[first.get(video, n) for video, n in own])


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


def _universe(registered_copy: Entry) -> str:
    if registered_copy.annotations and registered_copy.reader != CSV:
        return catalog.card(registered_copy.reader).universe
    if registered_copy.videos:
        return f"the videos of {Path(registered_copy.videos).name}"
    path = Path(str(registered_copy.annotations))
    return f"the videos of {path.name}, which lists only those with events: register the others with --videos"


def _with_frame_counts(
    videos: pd.DataFrame,
    counts: Mapping[str, int],
    name: str,
    fps: float | None,
    on_disk: Mapping[str, OnDisk] | None = None,
) -> pd.DataFrame:
    """Fill in lengths that the annotation does not tell, and add the videos that only the folder knows."""
    known = pd.array([counts.get(video) or pd.NA for video in videos["video"]], dtype="Int64")
    filled = videos.assign(n_frames=videos["n_frames"].fillna(pd.Series(known, index=videos.index)))
    subject_of = dict(zip(videos["video"], videos["subject"], strict=True))
    extra = sorted(set(counts) - set(subject_of))
    if not extra:
        return filled
    by_camera = on_disk is not None and bool((videos["first_frame"] != 1).any())
    more = pd.DataFrame(
        {
            "dataset": name,
            "subject": [video.split("_", 1)[0] for video in extra],
            "video": extra,
            "fps": videos["fps"].iloc[0] if len(videos) else fps,
            "first_frame": [on_disk[video].first if by_camera and on_disk else 1 for video in extra],
            "n_frames": pd.array([counts[video] or pd.NA for video in extra], dtype="Int64"),
        }
    )
    if by_camera and on_disk:
        spans = [on_disk[v].last - on_disk[v].first + 1 if on_disk[v].n_images else pd.NA for v in extra]
        more = more.assign(n_frames=pd.array(spans, dtype="Int64"))
    return pd.concat([filled, more], ignore_index=True)


def _lengths(videos: pd.DataFrame) -> dict[str, int]:
    """Return each video's number of frames, 0 where it is not known."""
    return dict(zip(videos["video"], videos["n_frames"].fillna(0).astype("int64"), strict=True))
