"""Landmarks and boxes drawn onto an image, to look at."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from mebench.video.boxes import Box

_POINT = (60, 220, 60)
_BOX = (255, 190, 40)


def draw(
    image: NDArray[np.uint8],
    points: NDArray[np.float64] | None = None,
    boxes: Iterable[Box] = (),
    *,
    zoom: int = 1,
    numbered: bool = False,
) -> NDArray[np.uint8]:
    """Return a colour copy of an image with landmarks and boxes on it.

    Parameters
    ----------
    image : (H, W) or (H, W, 3) uint8
        Grey or RGB.
    points : (n, 2) float64, optional
    boxes : iterable of Box
        Drawn along their outermost pixels.
    zoom : int
        How often each pixel is repeated.
    numbered : bool
        Write the index of each point beside it.

    Returns
    -------
    (H * zoom, W * zoom, 3) uint8
    """
    colour = image if image.ndim == 3 else np.repeat(image[:, :, None], 3, axis=2)
    canvas = np.ascontiguousarray(np.repeat(np.repeat(colour, zoom, axis=0), zoom, axis=1))
    for box in boxes:
        corner = (box.x1 * zoom - 1, box.y1 * zoom - 1)
        cv2.rectangle(canvas, (box.x0 * zoom, box.y0 * zoom), corner, _BOX, 1)
    for i, point in enumerate([] if points is None else points):
        if not np.isfinite(point).all():
            continue
        x, y = (int(v) for v in np.floor((point + 0.5) * zoom))
        cv2.circle(canvas, (x, y), max(zoom // 2, 1), _POINT, -1)
        if numbered:
            cv2.putText(canvas, str(i), (x + zoom, y - zoom), cv2.FONT_HERSHEY_PLAIN, 0.6, _POINT, 1)
    return canvas
