"""How much the skin's texture differs between a frame and the frames before and after it, block by block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from mebench.features.recipes.common import Arrays, Image, Row, Source, Windows, about, named
from mebench.problems import UserError, unknown_name

if TYPE_CHECKING:
    from mebench.video.landmarks.types import Landmarks

Follow = Literal["frame", "window", "video"]
_LEFT, _UP = 3, 4
"""The nasal base lies 3 blocks from the left edge of the grid and 4 from its upper one."""
_WIDER, _HIGHER = 1.2, 1.3


@dataclass(frozen=True)
class LBPChi2(Windows):
    """Chi-square distances of LBP histograms, ``distance`` (rows, 36) float32; blocks row by row from the upper left.

    A row is a window of ``2 k + 1`` frames; its middle frame is compared with the mean of the histograms of the first
    and the last. Blocks are half the distance of the inner eye corners wide, six by six around the nasal base, each
    enlarged by 1.2 in x and 1.3 in y; their size is that of the mean landmarks of the video.

    Parameters
    ----------
    neighbours : int
    radius : float
        Of the patterns, in pixels of the frames.
    follow : {"frame", "window", "video"}
        Whether the grid follows the face in every frame; or lies, for the three frames that are compared, where the
        middle one has it, so that nothing is resampled differently; or lies still for the whole video.
    smooth : int
        Median of the landmarks over so many frames.
    window, stride
        ``2 k + 1`` and the step.
    """

    window: int | None = 11
    neighbours: int = 8
    radius: float = 3.0
    follow: Follow = "window"
    smooth: int = 5

    name: ClassVar[str] = "lbp-chi2"
    summary: ClassVar[str] = "Distance of a frame's LBP histograms from those of the frames around it, in 36 blocks."
    reference: ClassVar[str] = "Moilanen et al. 2014"
    of_landmarks: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.window is None or self.window % 2 == 0:
            raise UserError(f"window {self.window}: a frame in the middle needs an odd number of frames, 2 k + 1.")
        if self.size is not None:
            raise UserError("lbp-chi2: size is not for this feature; blocks are measured by the face itself.")
        if self.smooth < 1 or self.smooth % 2 == 0:
            raise UserError(f"smooth {self.smooth}: landmarks are smoothed over an odd number of frames, e.g. 3 or 5.")

    def check(self) -> None:
        """Try the parameters on a small image."""
        from mebench.features.lbp import lbp_codes

        if self.follow not in ("frame", "window", "video"):
            raise unknown_name("way to follow the face", self.follow, ("frame", "window", "video"))
        side = 2 * int(np.ceil(min(max(self.radius, 1), 99))) + 1
        lbp_codes(np.zeros((side, side), np.uint8), self.neighbours, self.radius)

    def make(self, source: Source, rows: Sequence[Row]) -> Arrays:
        """Return ``distance`` with what :func:`about` says of the rows."""
        from mebench.features.grid import chi_square
        from mebench.features.tracks import track

        landmarks = track(source, self.smooth)
        blocks = Blocks.of(landmarks)
        distances = np.empty((len(rows), 36), np.float32)
        for i, (row, three) in enumerate(self._histograms(source, rows, landmarks, blocks)):
            with named(source, row):
                distances[i] = chi_square(three[1], (three[0] + three[2]) / 2)
        return {"distance": distances, **about(source, rows, windows=True)}

    def _histograms(
        self, source: Source, rows: Sequence[Row], landmarks: Landmarks, blocks: Blocks
    ) -> Iterator[tuple[Row, list[NDArray[np.float32]]]]:
        """Yield for every row the histograms (36, codes) of its first, middle and last frame."""
        numbers = source.within()
        images = dict(source.frames.section(rows[0][0], rows[-1][1], grey=True))
        made: dict[int, NDArray[np.float32]] = {}
        for row in rows:
            at = np.searchsorted(numbers, row)
            three = [int(numbers[i]) for i in (at[0], at.sum() // 2, at[1])]
            if self.follow == "window":
                points = landmarks.at(three[1])
                yield row, [self._of(images[number], points, blocks) for number in three]
                continue
            for number in three:
                if number not in made:
                    points = landmarks.at(number) if self.follow == "frame" else landmarks.points[0]
                    made[number] = self._of(images[number], points, blocks)
            yield row, [made[number] for number in three]

    def _of(self, image: Image, points: NDArray[np.float64], blocks: Blocks) -> NDArray[np.float32]:
        """Return the histograms (36, codes) of one frame, each of unit sum."""
        from mebench.features.grid import box_histograms, normalised
        from mebench.features.lbp import lbp_codes, n_codes

        codes = lbp_codes(blocks.crop(image, points, int(np.ceil(self.radius))), self.neighbours, self.radius)
        margin = int(np.ceil(self.radius))
        return normalised(box_histograms(codes, n_codes(self.neighbours), blocks.boxes() + margin))


@dataclass(frozen=True)
class Blocks:
    """The grid of a video: width and height of a block in pixels, before it is enlarged."""

    width: float
    height: float

    @classmethod
    def of(cls, landmarks: Landmarks) -> Blocks:
        """Measure a face by the means over a video.

        The width is half the distance D_h of the inner eye corners; the height ``D_v / (1 + D_v / D_h)``, with D_v the
        distance of the nasal base from the line through them.

        Raises
        ------
        ValueError
            If the face has no extent.
        """
        from mebench.video.canonical import THREE

        right, left, nose = (landmarks.points[:, i] for i in THREE)
        along, down = left - right, nose - right
        apart = np.hypot(*along.T)
        if not (apart > 0).all():
            raise ValueError("the eyes coincide")
        across = float(apart.mean())
        below = float((np.abs(along[:, 0] * down[:, 1] - along[:, 1] * down[:, 0]) / apart).mean())
        if not below > 0:
            raise ValueError("the nose lies between the eyes")
        return cls(across / 2, below / (1 + below / across))

    def boxes(self) -> NDArray[np.int64]:
        """Return left, top, right, bottom of the 36 blocks in pixels of the crop, enlarged."""
        i, j = np.meshgrid(np.arange(6), np.arange(6), indexing="ij")
        more_x, more_y = (_WIDER - 1) / 2, (_HIGHER - 1) / 2
        left, right = (j.ravel() * self.width, (j.ravel() + 1 + 2 * more_x) * self.width)
        top, bottom = (i.ravel() * self.height, (i.ravel() + 1 + 2 * more_y) * self.height)
        return np.floor(np.column_stack([left, top, right, bottom]) + 0.5).astype(np.int64)

    def crop(self, image: Image, points: NDArray[np.float64], margin: int) -> Image:
        """Return the part of a frame that the blocks cover and `margin` pixels around, with the eyes level."""
        from mebench.video.alignment import warped
        from mebench.video.canonical import THREE

        right, left, nose = points[list(THREE)]
        across, down = (left - right) / np.hypot(*(left - right))
        turn = np.array([[across, down], [-down, across]])
        x = (_LEFT + (_WIDER - 1) / 2) * self.width + margin
        y = (_UP + (_HIGHER - 1) / 2) * self.height + margin
        matrix = np.column_stack([turn, [x, y] - turn @ nose])
        boxes = self.boxes()
        size = (int(boxes[:, 2].max()) + 2 * margin, int(boxes[:, 3].max()) + 2 * margin)
        return warped(image, matrix, size)
