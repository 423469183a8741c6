"""Windows of a long video as one face image each: the dynamic image, or the frame in the middle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from mebench.features.recipes.common import Arrays, Image, Row, Source, Windows, about, named, stack
from mebench.problems import UserError, unknown_name

if TYPE_CHECKING:
    from mebench.features.dynamic_image import Alpha
    from mebench.video.landmarks.types import Landmarks

Content = Literal["dynamic", "apex"]
Region = Literal["eyes-nose-mouth", "face"]


@dataclass(frozen=True)
class FaceWindow(Windows):
    """One face image a window, ``image`` (rows, size, size[, 3]) uint8.

    All frames of a window are brought onto the canonical face by the landmarks of its first frame, by one and the same
    transform: what moves in the window has moved in the video.

    Parameters
    ----------
    content : {"dynamic", "apex"}
        The dynamic image of the window, or the frame in its middle (frame ``L // 2`` of L, counted from 0).
    alpha
        The weights of the dynamic image, see :func:`mebench.features.dynamic_image.rank_weights`.
    span : float, optional
        How a dynamic image becomes bytes. None stretches the least value to 0 and the greatest to 255, in each channel
        by itself, as Bilen's code does: a window in which nothing moves then shows its noise at full contrast. A number
        keeps the strength of the movement: so many grey levels between the later and the earlier frames (the weighted
        mean) give the full range, with 128 in the middle.
    region : {"eyes-nose-mouth", "face"}
        Outside the boxes of :func:`mebench.video.regions.dyngeonet` all is 0; or the whole crop.
    layout, fit
        The canonical face and how it is reached, see :mod:`mebench.video.canonical`.
    smooth : int
        Median of the landmarks over so many frames.
    colour : bool
    window, stride, size
        A window of so many frames every `stride` frames; without, the whole clip. The face is `size` x `size` pixels.
    """

    size: int | None = 224
    content: Content = "dynamic"
    alpha: Alpha = "corrected"
    span: float | None = None
    region: Region = "eyes-nose-mouth"
    layout: str = "face"
    fit: str = "three"
    smooth: int = 5
    colour: bool = True

    name: ClassVar[str] = "face-window"
    summary: ClassVar[str] = "A face image for each window of a long video: its dynamic image, or its middle frame."
    reference: ClassVar[str] = "Bilen et al. 2016; DynGeoNet"
    of_landmarks: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.size is None:
            raise UserError("A canonical face has no size of its own. Give size=, e.g. 224.")
        if self.smooth < 1 or self.smooth % 2 == 0:
            raise UserError(f"smooth {self.smooth}: landmarks are smoothed over an odd number of frames, e.g. 3 or 5.")
        if self.span is not None and not 0 < self.span <= 255:
            raise UserError(f"span {self.span}: give a number of grey levels above 0, or none.")

    def check(self) -> None:
        """Try the parameters on an average face."""
        from mebench.features.dynamic_image import rank_weights
        from mebench.video.canonical import canonical_points, canonical_transform

        rank_weights(5, self.alpha)
        canonical_transform(canonical_points("face", (64, 64)), self.layout, self._shape, self.fit)
        if self.content not in ("dynamic", "apex"):
            raise unknown_name("content of a window", self.content, ("dynamic", "apex"))
        if self.region not in ("eyes-nose-mouth", "face"):
            raise unknown_name("region", self.region, ("eyes-nose-mouth", "face"))

    def make(self, source: Source, rows: Sequence[Row]) -> Arrays:
        """Return ``image`` with what :func:`about` says of the rows."""
        from mebench.features.tracks import track

        landmarks = track(source, self.smooth)
        found = []
        for row, clip in stack(source, rows, size=None, grey=not self.colour):
            with named(source, row):
                found.append(self._image(clip, landmarks, row[0]))
        return {"image": np.stack(found), **about(source, rows, windows=True)}

    def trial(self, shape: tuple[int, int]) -> Image:
        """Return the image of a window of noise with an average face in frames of `shape`, to measure what it takes."""
        from mebench.video.canonical import canonical_points
        from mebench.video.landmarks.types import Landmarks

        colours = (3,) if self.colour else ()
        noise = np.random.default_rng(0).integers(0, 256, (*shape, *colours), dtype=np.uint8)
        points = canonical_points("face", (min(shape), min(shape)))[None]
        face = Landmarks(np.array([1]), points, np.full(1, np.nan), np.ones(1, dtype=bool), "trial")
        return self._image(np.stack([noise] * (self.window or 2)), face, 1)

    @property
    def _shape(self) -> tuple[int, int]:
        side = self.size or 0
        return side, side

    def _image(self, clip: Image, landmarks: Landmarks, first: int) -> NDArray[np.uint8]:
        from mebench.features.dynamic_image import dynamic_image
        from mebench.video.alignment import transformed, warped
        from mebench.video.boxes import mask
        from mebench.video.canonical import canonical_transform
        from mebench.video.regions import dyngeonet

        points = landmarks.at(first)
        matrix = canonical_transform(points, self.layout, self._shape, self.fit)
        outside = np.zeros(self._shape, dtype=bool)
        if self.region == "eyes-nose-mouth":
            outside = ~mask(dyngeonet(transformed(matrix, points), self._shape), self._shape)
        if self.content == "apex":
            face = warped(clip[len(clip) // 2], matrix, self._shape)
            face[outside] = 0
            return face
        summed = dynamic_image(np.stack([warped(frame, matrix, self._shape) for frame in clip]), self.alpha)
        summed[outside] = 0
        return self._bytes(summed, len(clip))

    def _bytes(self, summed: NDArray[np.float32], n_frames: int) -> NDArray[np.uint8]:
        from mebench.features.dynamic_image import rank_weights, rescaled

        if self.span is None:
            return rescaled(summed)
        # Half of the weight, counted without signs, lies on the later frames.
        change = summed / max(np.abs(rank_weights(n_frames, self.alpha)).sum() / 2, 1.0)
        made: NDArray[np.uint8] = np.clip(np.rint(128 + change * (127 / self.span)), 0, 255).astype(np.uint8)
        return made
