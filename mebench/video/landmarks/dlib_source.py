"""Landmarks by dlib: its detector on histograms of gradients, and its 68 points (Kazemi and Sullivan 2014).

The model is for research only: see :data:`mebench.video.landmarks.model_file.LICENCE_NOTE`. dlib rounds its points to
whole pixels, and they jitter by 0.3 to 0.5 pixel a frame. Fitted in an enlarged patch they are fractions of a pixel and
calmer (noise of 2 grey levels on rendered faces: 0.28 and 0.14 pixel in a box of 87 pixels, 0.52 and 0.38 in one of
180), which is still as much as a weak movement: place a face once per clip or section, and smooth before measuring
distances.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mebench.extras import needed
from mebench.video.detection import Found, detect
from mebench.video.landmarks.model_file import LICENCE_NOTE, MODEL_SHA256, model_file
from mebench.video.landmarks.types import FaceReport, Landmarks

if TYPE_CHECKING:
    from mebench.video.frames import Frames

_MOST_PIXELS = 20_000_000
"""An image is not enlarged beyond this for the detector: it would take seconds."""
_LEAST_SIDE = 16
_FINE_SIDE = 400
_MOST_ENLARGED = 6


class DlibSource:
    """The landmark source ``dlib``.

    Parameters
    ----------
    model : Path or str, optional
        The model file, or its folder; by default where ``pip install 'mebench[faces]'`` puts it.
    every : int
        The face is sought in every so manyth of the wanted frames.
    upsample : int
        How often an image in which no face is found is doubled for another try: the detector sees faces of 80 pixels
        and more, each doubling halves that.
    fine : bool
        Fit the points in a patch enlarged to 400 pixels, instead of to whole pixels as dlib does and the papers did.

    Raises
    ------
    UserError
        If dlib or the model is missing.
    """

    name = "dlib"
    licence = LICENCE_NOTE

    def __init__(
        self, model: Path | str | None = None, *, every: int = 1, upsample: int = 2, fine: bool = True
    ) -> None:
        with needed("faces"):
            import dlib
        self.model = model_file(model)
        self.every = every
        self.upsample = upsample
        self.fine = fine
        self._version = str(dlib.__version__)

    def identity(self, frames: Frames) -> str:
        """Return what the landmarks depend on, besides the frames."""
        del frames
        options = f"every={self.every} upsample={self.upsample} fine={self.fine}"
        return f"dlib {self._version} {MODEL_SHA256[:16]} {options}"

    def landmarks(self, frames: Frames, numbers: Sequence[int] | NDArray[np.int64]) -> tuple[Landmarks, FaceReport]:
        """Find the landmarks of the wanted frames; see :func:`mebench.video.detection.detect`."""
        return detect(frames, self, numbers, every=self.every)

    def find(self, image: NDArray[np.uint8]) -> list[Found]:
        """Return all faces of a grey image, enlarging it only if none is found."""
        if min(image.shape[:2]) < _LEAST_SIDE:
            return []
        detector, _ = _models(self.model)
        image = np.ascontiguousarray(image)
        for doublings in range(self.upsample + 1):
            if doublings and image.size * 4**doublings > _MOST_PIXELS:
                break
            boxes, scores, _ = detector.run(image, doublings, 0.0)
            if len(boxes):
                return [
                    Found((box.left(), box.top(), box.right() + 1, box.bottom() + 1), float(score))
                    for box, score in zip(boxes, scores, strict=True)
                ]
        return []

    def fit(self, image: NDArray[np.uint8], face: Found) -> NDArray[np.float64]:
        """Return the points (68, 2) of a face."""
        import dlib

        _, predictor = _models(self.model)
        x0, y0, x1, y1 = face.box
        side = max(x1 - x0, y1 - y0, 1)
        times = min(max(-(-_FINE_SIDE // side), 1), _MOST_ENLARGED) if self.fine else 1
        if times == 1:
            shape = predictor(np.ascontiguousarray(image), dlib.rectangle(x0, y0, x1 - 1, y1 - 1))
            return _array(shape)
        left, top = max(x0 - side // 2, 0), max(y0 - side // 2, 0)
        patch = image[top : y1 + side // 2, left : x1 + side // 2]
        large = cv2.resize(patch, None, fx=times, fy=times, interpolation=cv2.INTER_LINEAR)
        box = [(x0 - left) * times, (y0 - top) * times, (x1 - left) * times - 1, (y1 - top) * times - 1]
        return (_array(predictor(large, dlib.rectangle(*box))) + 0.5) / times - 0.5 + [left, top]


def _array(shape: Any) -> NDArray[np.float64]:
    return np.array([(point.x, point.y) for point in shape.parts()], dtype=np.float64)


@functools.lru_cache(maxsize=1)
def _models(path: Path) -> tuple[Any, Any]:
    """Load detector and predictor once a process; kept out of the source, so that it can be sent to a worker."""
    import dlib

    return dlib.get_frontal_face_detector(), dlib.shape_predictor(str(path))
