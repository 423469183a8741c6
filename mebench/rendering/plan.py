"""What rendering a twin into a folder takes: a job for every video, and the manifest of the whole."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from mebench import __version__
from mebench.datasets.catalog import RECOGNITION, of_size, size_of, task_of
from mebench.datasets.twin.generate import Twin, twin
from mebench.extras import needed
from mebench.rendering import manifest
from mebench.rendering.dials import Dials
from mebench.rendering.folders import check_video_files, place, video_file
from mebench.rendering.pictures import camera, person

with needed("twins"):
    from mebench.rendering.one_video import Job


@dataclass(frozen=True, eq=False)
class Plan:
    """A twin, its difficulty, and where its frames shall lie.

    Parameters
    ----------
    twin : Twin
        Of any size, perhaps with fewer subjects.
    dials : Dials
    out : Path
    as_video : bool
        Video files instead of folders of images (CAS(ME)^2).

    Raises
    ------
    UserError
        If video files are wanted of a dataset that has none.
    """

    twin: Twin
    dials: Dials
    out: Path
    as_video: bool = False

    def __post_init__(self) -> None:
        if self.as_video:
            check_video_files(self.twin.name)

    @cached_property
    def jobs(self) -> list[Job]:
        """One job a video, in the order of the twin."""
        return list(self._jobs())

    def _jobs(self) -> Iterable[Job]:
        made = self.twin
        full = twin(of_size(made.name, "full"), made.seed)
        uncut = full.videos.set_index("video", drop=False)
        of_video: dict[object, pd.DataFrame] = dict(list(full.movements.groupby("video")))
        people = {subject: person(made.name, made.seed, subject) for subject in set(made.videos["subject"])}
        whole = task_of(made.name) != RECOGNITION or size_of(made.name) == "full"
        columns = ["subject", "video", "first_frame", "n_frames"]
        for subject, video, first, n in made.videos[columns].itertuples(index=False):
            row = uncut.loc[video].to_dict()
            lies = place(made.name, made.seed, subject, video, row["first_frame"] + row["n_frames"] - 1, whole)
            yield Job(
                target=self.out / (video_file(lies) if self.as_video else lies.folder),
                place=lies,
                twin=full.name,
                seed=full.seed,
                video=row,
                movements=of_video.get(video, full.movements.iloc[:0]),
                first=first,
                last=first + n - 1,
                person=people[subject],
                camera=camera(made.name),
                dials=self.dials,
                run=os.getpid(),
            )

    @property
    def n_frames(self) -> int:
        """How many frames there are."""
        return int(self.twin.videos["n_frames"].sum())

    @cached_property
    def frame_roots(self) -> set[str]:
        """The folders below the root in which frames lie."""
        return {job.target.relative_to(self.out).parts[0] for job in self.jobs}

    def manifest(self) -> dict[str, object]:
        """Return what decides over the bytes of the frames."""
        made, view = self.twin, camera(self.twin.name)
        parts = {
            "name": made.name,
            "size": size_of(made.name),
            "seed": made.seed,
            "subjects": made.subjects,
            "frames_are": "video files" if self.as_video else "images",
            "dials": self.dials.identity(),
            "picture": {
                "width": view.width,
                "height": view.height,
                "eye_distance": view.eye_distance,
                "colour": view.colour,
            },
            "counts": {"videos": len(made.videos), "frames": self.n_frames, "events": len(made.movements)},
            "annotation": hash_of(made.videos.to_csv() + made.movements.to_csv()),
            "frames_in": sorted(self.frame_roots),
            "mebench": __version__,
        }
        return manifest.manifest(parts)

    def key(self) -> str:
        """Return a name for everything that decides over the bytes."""
        return hash_of(manifest.text(self.manifest()))


def hash_of(text: str) -> str:
    """Return 16 hexadecimal digits of the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
