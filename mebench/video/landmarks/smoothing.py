"""A median over a few frames: dlib's points jitter by as much as a weak movement moves them."""

from __future__ import annotations

import dataclasses

from scipy.ndimage import median_filter

from mebench.problems import UserError
from mebench.video.landmarks.types import Landmarks


def smoothed(landmarks: Landmarks, window: int = 5) -> Landmarks:
    """Return landmarks whose every coordinate is the median over `window` successive rows.

    Parameters
    ----------
    landmarks : Landmarks
        Finite, one row a frame; the ends are continued with the first and last row.
    window : int
        Odd; 1 changes nothing. 3 to 5 frames for geometric features: a longer one flattens short movements.

    Raises
    ------
    UserError
        If `window` is even or below 1.
    """
    if window < 1 or window % 2 == 0:
        raise UserError(
            f"A median over {window} frames has no middle. Smooth over an odd number of frames, e.g. 3 or 5."
        )
    if window == 1:
        return landmarks
    points = median_filter(landmarks.points, size=(window, 1, 1), mode="nearest")
    return dataclasses.replace(landmarks, points=points)
