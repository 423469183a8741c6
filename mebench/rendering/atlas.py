"""Where things lie in the texture of a head: skin, hair, eyes, torso and plain white, in one image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 1024, 2048
SKIN_BOX = (0, 0, 1024, 1024)
HAIR_BOX = (0, 1024, 1024, 512)
TORSO_BOX = (0, 1536, 512, 512)
EYE_BOX = (512, 1536, 384, 384)
WHITE_BOX = (928, 1536, 64, 64)
"""Left, top, width, height in texels of the full atlas."""

AXIS_DEPTH = -1.2
"""Depth of the vertical axis about which skin and hair are unrolled, between the ears."""
SKIN_ANGLE = 1.8
SKIN_TOP, SKIN_BOTTOM = -2.1, 2.2
HAIR_TOP, HAIR_BOTTOM = -2.3, 4.2
TORSO_LEFT, TORSO_TOP, TORSO_SIZE = -5.4, 1.4, 10.8

Points = NDArray[np.floating]


def angle(points: Points) -> NDArray[np.float64]:
    """Return the angle of (n, 3) points about the vertical axis: 0 in front, positive to the right of the image."""
    found: NDArray[np.float64] = np.arctan2(points[..., 0], points[..., 2] - AXIS_DEPTH)
    return found


def _inside(box: tuple[int, int, int, int], u: Points, v: Points) -> NDArray[np.float64]:
    """Return texel positions of fractions of a box, kept one texel away from its neighbours."""
    left, top, width, height = box
    x = left + 2 + np.clip(u, 0, 1) * (width - 5)
    y = top + 2 + np.clip(v, 0, 1) * (height - 5)
    return np.stack([x, y], axis=-1)


def skin(points: Points) -> NDArray[np.float64]:
    """Return where points of the average head's skin lie in the atlas (texels)."""
    u = angle(points) / SKIN_ANGLE / 2 + 0.5
    return _inside(SKIN_BOX, u, (points[..., 1] - SKIN_TOP) / (SKIN_BOTTOM - SKIN_TOP))


def hair(points: Points) -> NDArray[np.float64]:
    """Return where points of hair lie."""
    u = angle(points) / (2 * np.pi) + 0.5
    return _inside(HAIR_BOX, u, (points[..., 1] - HAIR_TOP) / (HAIR_BOTTOM - HAIR_TOP))


def torso(points: Points) -> NDArray[np.float64]:
    """Return where points of neck and shoulders lie."""
    return _inside(TORSO_BOX, (points[..., 0] - TORSO_LEFT) / TORSO_SIZE, (points[..., 1] - TORSO_TOP) / TORSO_SIZE)


def eye(directions: Points) -> NDArray[np.float64]:
    """Return where unit directions from the centre of an eyeball lie; the pupil is in the middle."""
    return _inside(EYE_BOX, directions[..., 0] / 2 + 0.5, directions[..., 1] / 2 + 0.5)


def white(n: int) -> NDArray[np.float64]:
    """Return ``n`` positions in the plain white box."""
    left, top, width, height = WHITE_BOX
    return np.tile([left + width / 2, top + height / 2], (n, 1)).astype(np.float64)


def grid(box: tuple[int, int, int, int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return fractions (u, v) of every texel of a box, each (height, width)."""
    _, _, width, height = box
    u = (np.arange(width, dtype=np.float32) - 2) / (width - 5)
    v = (np.arange(height, dtype=np.float32) - 2) / (height - 5)
    across, down = np.meshgrid(u, v)
    return across.astype(np.float32), down.astype(np.float32)
