"""What all recipes share: the source of a video, rows of work, and how images are read for them.

A recipe turns frames into rows. A row is about the frames from `first` to `last`: a pair of frames for flow, a window
of frames for LBP-TOP or a dynamic image. Rows are computed and cached in chunks, so that a long video needs little
memory and an interrupted run loses little.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from mebench.problems import UserError, plural, printable

if TYPE_CHECKING:
    from mebench.video.frames import Frames

Arrays = dict[str, NDArray[Any]]
Image = NDArray[np.uint8]
Row = tuple[int, int]
"""The first and the last frame that a row is about, as numbers of the annotation."""

CHUNK = 64
"""Rows a chunk, unless the images are large."""
CHUNK_PIXELS = CHUNK * 256 * 256
LARGEST_SIZE = 2048
"""Width and height that images are scaled to at most: no dataset has larger faces."""
LARGEST_WINDOW = 1 << 28
"""Pixels of all images that a single row may need."""


@dataclass(frozen=True)
class Source:
    """One video or clip: its frames, and where its movement begins, peaks and ends, as far as that is known.

    `is_clip` says that it is one movement even where the onset is not known: then it is all of the frames.
    """

    frames: Frames
    onset: int | None = None
    apex: int | None = None
    offset: int | None = None
    is_clip: bool = False

    @property
    def first(self) -> int:
        """The onset, or the first frame there is."""
        return int(self.frames.numbers[0]) if self.onset is None else self.onset

    @property
    def last(self) -> int:
        """The offset, or the last frame there is."""
        return int(self.frames.numbers[-1]) if self.offset is None else self.offset

    @property
    def middle(self) -> int:
        """The frame in the middle between `first` and `last`."""
        numbers = self.within()
        return int(numbers[len(numbers) // 2])

    def within(self) -> NDArray[np.int64]:
        """Return the numbers of the frames from `first` to `last`.

        Raises
        ------
        UserError
            If there is none.
        """
        numbers = np.asarray(self.frames.numbers, dtype=np.int64)
        inside = numbers[(numbers >= self.first) & (numbers <= self.last)]
        if not len(inside):
            raise UserError(
                f"{printable(self.frames.name)}: there is no frame from {self.first} to {self.last}; the frames are "
                f"{int(numbers[0])} to {int(numbers[-1])}. Check that they are those of the annotation."
            )
        return inside


@dataclass(frozen=True)
class Recipe:
    """The base of all recipes: a frozen dataclass of parameters.

    Class attributes: `name`; `summary`, one line for the list; `reference`, where it comes from; `half`, the arrays
    that lose nothing that matters as float16, with the largest harmless absolute error; `planning`, the parameters that
    decide which rows there are but not what is in them, and so are no part of the key; `windows`, whether a row needs
    all frames from its first to its last, not these two alone; `of_landmarks`, whether it needs frames that know their
    landmarks (:class:`mebench.features.landmarked.LandmarkedFrames`).
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    reference: ClassVar[str] = ""
    half: ClassVar[Mapping[str, float]] = {}
    planning: ClassVar[frozenset[str]] = frozenset()
    windows: ClassVar[bool] = False
    of_landmarks: ClassVar[bool] = False

    size: int | None = None

    def __post_init__(self) -> None:
        if self.size is not None and self.size < 8:
            raise UserError(f"size {self.size}: images are scaled to at least 8 x 8 pixels.")
        if self.size is not None and self.size > LARGEST_SIZE:
            raise UserError(f"size {self.size}: images are scaled to at most {LARGEST_SIZE} x {LARGEST_SIZE} pixels.")

    def rows(self, source: Source) -> list[Row]:
        """Return the rows of a source, ascending."""
        raise NotImplementedError

    def make(self, source: Source, rows: Sequence[Row]) -> Arrays:
        """Return arrays with one entry a row along the first axis."""
        raise NotImplementedError

    def base(self) -> Recipe | None:
        """Return the recipe whose rows this one is made of, or None; those rows are cached too."""
        return None

    def derive(self, rows: Arrays) -> Arrays:
        """Return arrays made of those of :meth:`base`."""
        raise NotImplementedError

    def check(self) -> None:
        """Raise ValueError or TypeError if a parameter is wrong that only the computation knows."""

    def computing(self) -> dict[str, Any]:
        """Return the parameters that decide what is in a row."""
        return {name: value for name, value in asdict(self).items() if name not in self.planning}

    def held(self, n_frames: int) -> int:
        """Return how many images are held at once for a window of `n_frames`."""
        return n_frames

    def chunks(self, source: Source) -> list[tuple[Row, ...]]:
        """Return the rows in chunks; larger images make shorter ones.

        Raises
        ------
        UserError
            If a single window of images is too large to be held.
        """
        rows = self.rows(source)
        pixels = self.size**2 if self.size else _pixels(source.frames, rows[0][0])
        per_row = pixels
        if self.windows:
            longest = self.held(max(last - first + 1 for first, last in rows))
            if pixels * longest > LARGEST_WINDOW:
                raise UserError(
                    f"{printable(source.frames.name)}: a window of {longest} frames of {plural(pixels, 'pixel')} is "
                    "too large to be held. Give a window=, or a size=."
                )
            per_row *= rows[1][0] - rows[0][0] if len(rows) > 1 else 1
        n = max(1, min(CHUNK, CHUNK_PIXELS // per_row))
        return [tuple(rows[i : i + n]) for i in range(0, len(rows), n)]


def _pixels(frames: Frames, number: int) -> int:
    """Return how many pixels a frame has; it is read only if the frames do not tell their size."""
    width, height = getattr(frames, "size", None) or frames.read(number, grey=True).shape[:2]
    return int(width) * int(height)


@dataclass(frozen=True)
class Windows(Recipe):
    """The base of recipes whose rows are windows: the whole clip, or `window` frames every `stride` frames.

    A window is counted in frames that exist. One that would run past the end is left out; a source that is shorter than
    one window is a window itself.
    """

    window: int | None = None
    stride: int = 1

    planning: ClassVar[frozenset[str]] = frozenset({"window", "stride"})
    windows: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.stride < 1 or (self.window is not None and self.window < 2):
            raise UserError(
                f"window {self.window}, stride {self.stride}: a window has at least 2 frames, a stride at least 1."
            )

    def rows(self, source: Source) -> list[Row]:
        """Return the windows over a source."""
        numbers = source.within()
        if self.window is None or len(numbers) <= self.window:
            return [(int(numbers[0]), int(numbers[-1]))]
        starts = range(0, len(numbers) - self.window + 1, self.stride)
        return [(int(numbers[i]), int(numbers[i + self.window - 1])) for i in starts]


def images(source: Source, rows: Sequence[Row], *, size: int | None, grey: bool) -> Iterator[tuple[int, Image]]:
    """Yield the frames that pairs need, each once and ascending, scaled to `size` x `size` where that is given.

    Frames that follow one another are read as a section, which suits video files; others each for itself.
    """
    wanted = np.unique(np.array(rows, dtype=np.int64))
    for run in np.split(wanted, np.flatnonzero(np.diff(wanted) > 1) + 1):
        for number, image in source.frames.section(int(run[0]), int(run[-1]), grey=grey):
            yield number, scaled(image, size)


def stack(
    source: Source, rows: Sequence[Row], *, size: int | None, grey: bool
) -> Iterator[tuple[Row, NDArray[np.uint8]]]:
    """Yield every window as (T, H, W[, 3]), scaled; a frame that several windows share is read once.

    The rows ascend. A window may not span a gap unless the frames' policy fills it.
    """
    waiting: dict[int, Image] = {}
    for row in rows:
        first, last = row
        waiting = {number: image for number, image in waiting.items() if number >= first}
        for number, image in source.frames.section(max([first, *(n + 1 for n in waiting)]), last, grey=grey):
            waiting[number] = scaled(image, size)
        yield row, np.stack(list(waiting.values()))


def scaled(image: Image, size: int | None) -> Image:
    """Return an image scaled to `size` x `size` pixels: by area where it shrinks, bilinear where it grows."""
    if size is None or image.shape[:2] == (size, size):
        return image
    import cv2

    smaller = size <= min(image.shape[:2])
    method = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (size, size), interpolation=method), dtype=np.uint8)


@contextmanager
def named(source: Source, row: Row) -> Iterator[None]:
    """Let what a feature says of its input be a sentence with the video and the frames in it."""
    try:
        yield
    except ValueError as error:
        raise UserError(f"{printable(source.frames.name)}, frames {row[0]} to {row[1]}: {error}.") from error


def about(source: Source, rows: Sequence[Row], *, windows: bool = False) -> Arrays:
    """Return what is known of rows that have been made, one entry a row.

    ``first`` and ``last`` are the frames that a row is about; ``replaced`` says whether a frame that was missing or
    unreadable had to be replaced by another for it.
    """
    first, last = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    replaced = np.array(sorted(source.frames.report.replaced), dtype=np.int64)
    if windows:
        touched = np.searchsorted(replaced, first) < np.searchsorted(replaced, last, side="right")
    else:
        touched = np.isin(first, replaced) | np.isin(last, replaced)
    return {"first": first.copy(), "last": last.copy(), "replaced": touched}
