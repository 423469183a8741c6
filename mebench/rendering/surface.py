"""Move the vertices of a head: expression, closing lids, gaze, pose, projection, normals (compiled)."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Indices = NDArray[np.int32]


@numba.njit(cache=True, nogil=True)
def express(rest: Floats, intensities: Floats, starts: Indices, index: Indices, delta: Floats, moved: Floats) -> None:
    """Add the active channels to the rest shape. Channel ``c`` owns rows ``starts[c]:starts[c + 1]`` of the deltas."""
    moved[:] = rest
    for c in range(intensities.shape[0]):
        a = intensities[c]
        if a != 0:
            for k in range(starts[c], starts[c + 1]):
                i = index[k]
                moved[i, 0] += a * delta[k, 0]
                moved[i, 1] += a * delta[k, 1]
                moved[i, 2] += a * delta[k, 2]


@numba.njit(cache=True, nogil=True)
def keep_outside(moved: Floats, near: Indices, centre: Floats, radius: np.float32) -> None:
    """Push vertices of the lids radially out of the eyeball."""
    for k in range(near.shape[0]):
        i = near[k]
        x, y, z = moved[i, 0] - centre[0], moved[i, 1] - centre[1], moved[i, 2] - centre[2]
        d = np.sqrt(x * x + y * y + z * z)
        if np.float32(0) < d < radius:
            f = radius / d
            moved[i, 0] = centre[0] + x * f
            moved[i, 1] = centre[1] + y * f
            moved[i, 2] = centre[2] + z * f


@numba.njit(cache=True, nogil=True)
def rotate_eye(moved: Floats, first: int, last: int, centre: Floats, turn: Floats) -> None:
    """Turn the vertices ``first:last`` of an eyeball about its centre by a rotation matrix."""
    for i in range(first, last):
        x, y, z = moved[i, 0] - centre[0], moved[i, 1] - centre[1], moved[i, 2] - centre[2]
        for c in range(3):
            moved[i, c] = centre[c] + turn[c, 0] * x + turn[c, 1] * y + turn[c, 2] * z


@numba.njit(cache=True, nogil=True)
def project(
    moved: Floats,
    share: Floats,
    turn: Floats,
    pivot: Floats,
    shift: Floats,
    distance: np.float32,
    focal: np.float32,
    centre: Floats,
    posed: Floats,
    screen: Floats,
) -> None:
    """Turn and shift the head, then project it: ``screen`` gets x, y (pixels) and the nearness 1 / depth.

    ``share`` is the part of the rotation that a vertex follows (1 on the head, less on the neck, 0 on the shoulders).
    """
    for i in range(moved.shape[0]):
        x, y, z = moved[i, 0] - pivot[0], moved[i, 1] - pivot[1], moved[i, 2] - pivot[2]
        s = share[i]
        for c in range(3):
            turned = turn[c, 0] * x + turn[c, 1] * y + turn[c, 2] * z
            posed[i, c] = moved[i, c] + s * (turned + pivot[c] - moved[i, c]) + shift[c]
        nearness = np.float32(1) / (distance - posed[i, 2])
        screen[i, 0] = centre[0] + focal * posed[i, 0] * nearness
        screen[i, 1] = centre[1] + focal * posed[i, 1] * nearness
        screen[i, 2] = nearness


@numba.njit(cache=True, nogil=True)
def normals(posed: Floats, triangles: Indices, found: Floats) -> None:
    """Write the area-weighted unit normals of the vertices, outwards."""
    found[:] = 0
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ux, uy, uz = posed[b, 0] - posed[a, 0], posed[b, 1] - posed[a, 1], posed[b, 2] - posed[a, 2]
        vx, vy, vz = posed[c, 0] - posed[a, 0], posed[c, 1] - posed[a, 1], posed[c, 2] - posed[a, 2]
        nx, ny, nz = uz * vy - uy * vz, ux * vz - uz * vx, uy * vx - ux * vy
        for k in range(3):
            i = triangles[t, k]
            found[i, 0] += nx
            found[i, 1] += ny
            found[i, 2] += nz
    for i in range(found.shape[0]):
        length = np.sqrt(found[i, 0] ** 2 + found[i, 1] ** 2 + found[i, 2] ** 2) + np.float32(1e-12)
        for c in range(3):
            found[i, c] /= length


def rotation(pitch: float, yaw: float, roll: float) -> Floats:
    """Return the rotation of a head: pitch looks down, yaw to the right of the image, roll clockwise in it."""
    cp, sp, cy, sy, cr, sr = np.cos(pitch), np.sin(pitch), np.cos(yaw), np.sin(yaw), np.cos(roll), np.sin(roll)
    down = np.array([[1, 0, 0], [0, cp, sp], [0, -sp, cp]])
    right = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    clockwise = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    turned: Floats = (clockwise @ right @ down).astype(np.float32)
    return turned
