"""One video of a twin, from its movements to the files of its frames: complete, or not there."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mebench.rendering.camera import Camera
from mebench.rendering.dials import Dials
from mebench.rendering.face import Face
from mebench.rendering.folders import Place
from mebench.rendering.identity import Identity
from mebench.rendering.motion import motion_of
from mebench.rendering.sensor import Sensor

JPEG_QUALITY = 92
"""choice: the compression of the distributed frames is not known; blocks are faint at this quality."""

Image = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Job:
    """Everything that one process needs to render one video, small enough to be sent to it.

    Parameters
    ----------
    target : Path
        The folder of frames, or the ``.avi`` file.
    place : Place
    twin : str
        The full twin, whose streams all its excerpts share.
    seed : int
    video : dict
        The row of the whole video in the full twin.
    movements : pandas.DataFrame
        Of the whole video.
    first, last : int
        The frames to render, both included.
    person : Identity
    camera : Camera
    dials : Dials
    run : int
        The process that started the run. Without it nobody wants the video any more.
    """

    target: Path
    place: Place
    twin: str
    seed: int
    video: dict[str, Any]
    movements: pd.DataFrame
    first: int
    last: int
    person: Identity
    camera: Camera
    dials: Dials
    run: int

    @property
    def n_frames(self) -> int:
        """How many frames it has."""
        return self.last - self.first + 1

    @property
    def part(self) -> Path:
        """Where the video grows until it is complete; see :func:`is_part`."""
        return self.target.with_name(f".{self.target.stem}.{self.run}.part{self.target.suffix}")

    @property
    def is_file(self) -> bool:
        """Whether it becomes one video file."""
        return self.target.suffix == ".avi"

    def sizes(self) -> list[int]:
        """Return the bytes of every frame's file in order, or of the one video file; 0 where there is none."""
        if self.is_file:
            return [self.target.stat().st_size if self.target.is_file() else 0]
        if not self.target.is_dir():
            return [0] * self.n_frames
        with os.scandir(self.target) as entries:
            there = {entry.name: entry.stat().st_size for entry in entries if entry.is_file()}
        return [there.get(self.place.file(number), 0) for number in range(self.first, self.last + 1)]

    def is_complete(self) -> bool:
        """Return whether the video lies there with all its frames, none of them empty."""
        return all(self.sizes())


def is_part(name: str) -> bool:
    """Return whether a file or folder of this name is a video that grows, or stopped growing."""
    return re.fullmatch(r"\..+\.[0-9]+\.part(\.avi)?", name) is not None


def remove(path: Path) -> None:
    """Remove a file, or a folder with all that is in it, if it is there."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def render_video(job: Job) -> int:
    """Render a video and move it to its place when it is complete.

    Returns
    -------
    int
        The number of frames.

    Raises
    ------
    OSError
        If a file cannot be written; nothing of the video is left then.
    """
    cv2.setNumThreads(1)  # one process a core already
    remove(job.target)
    job.target.parent.mkdir(parents=True, exist_ok=True)
    try:
        if job.is_file:
            _write_file(job)
        else:
            _write_folder(job)
        os.replace(job.part, job.target)
    except OSError:
        remove(job.part)
        # A process that outlived its killed run may have been quicker; its bytes are the same.
        if not job.is_complete():
            raise
    return job.n_frames


def frames(job: Job) -> Iterator[tuple[int, Image]]:
    """Yield the number and the picture of every frame, as the camera records it: ``(H, W, 3)`` RGB or ``(H, W)``."""
    face = _face(job.person, job.camera)
    motion = motion_of(
        job.video,
        job.movements,
        face.reach(),
        job.camera.eye_distance,
        job.dials,
        job.seed,
        job.twin,
        job.first,
        job.last,
    )
    sensor = Sensor(job.seed, job.twin, str(job.video["video"]), job.dials.noise)
    for index, number in enumerate(motion.numbers.tolist()):
        if os.name == "posix" and job.run not in {os.getpid(), os.getppid()}:
            os._exit(1)  # the run was killed; nobody is there to be told
        yield number, sensor.expose(face.render(motion.state(index)), number)


@lru_cache(maxsize=2)
def _face(person: Identity, camera: Camera) -> Face:
    """Return a face; painting its skin takes as long as some hundred frames, so that of the last video is kept."""
    return Face(person, camera)


def _write_folder(job: Job) -> None:
    job.part.mkdir()
    for number, image in frames(job):
        name = job.place.file(number)
        (job.part / name).write_bytes(_encoded(image, Path(name).suffix))


def _encoded(image: Image, ending: str) -> bytes:
    pixels = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    done, data = cv2.imencode(ending, pixels, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY] if ending == ".jpg" else [])
    if not done:
        raise RuntimeError(f"a frame cannot be encoded as {ending}")
    return data.tobytes()


def _write_file(job: Job) -> None:
    """Write the frames as Motion JPEG; the writer reports no errors, so its frames are counted afterwards."""
    size = (job.camera.width, job.camera.height)
    code = cv2.VideoWriter.fourcc(*"MJPG")
    writer = cv2.VideoWriter(str(job.part), cv2.CAP_OPENCV_MJPEG, code, float(job.video["fps"]), size)
    for _, image in frames(job):
        writer.write(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR if image.ndim == 2 else cv2.COLOR_RGB2BGR))
    writer.release()
    reader = cv2.VideoCapture(str(job.part))
    count = int(reader.get(cv2.CAP_PROP_FRAME_COUNT))
    reader.release()
    if count != job.n_frames:
        raise OSError(errno.ENOSPC, f"{count} of {job.n_frames} frames were written", str(job.target))
