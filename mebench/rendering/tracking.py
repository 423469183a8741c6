"""Exact optical flow: which surface point a pixel shows, and where it goes (compiled)."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from mebench.rendering.camera import Camera
from mebench.rendering.mesh import Mesh
from mebench.rendering.raster import fill

Floats = NDArray[np.float32]


def _surface(mesh: Mesh, screen: Floats, camera: Camera) -> tuple[NDArray[np.int32], Floats]:
    """Return the triangle that every pixel shows (-1: none), hair as opaque, and its nearness."""
    owner = np.full((camera.height, camera.width), -1, np.int32)
    near = np.zeros((camera.height, camera.width), np.float32)
    fill(screen, mesh.triangles, *mesh.opaque, False, owner, near)
    for first, last, both in mesh.layers[:-1]:
        fill(screen, mesh.triangles, first, last, both, owner, near)
    return owner, near


def seen(mesh: Mesh, screen: Floats, camera: Camera) -> NDArray[np.int32]:
    """Return the vertices of the triangles that some pixel shows."""
    owner, _ = _surface(mesh, screen, camera)
    return np.unique(mesh.triangles[np.unique(owner[owner >= 0])])


@numba.njit(cache=True, nogil=True)
def _carry(
    before: Floats,
    after: Floats,
    triangles: NDArray[np.int32],
    owner: NDArray[np.int32],
    near_after: Floats,
    slack: np.float32,
    found: Floats,
    visible: NDArray[np.bool_],
) -> None:
    """Carry the surface point of each pixel to the second state, and look whether something lies before it there."""
    height, width = owner.shape
    for y in range(height):
        for x in range(width):
            t = owner[y, x]
            if t < 0:
                continue
            a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
            x0, y0, x1, y1, x2, y2 = before[a, 0], before[a, 1], before[b, 0], before[b, 1], before[c, 0], before[c, 1]
            area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
            w0 = ((x1 - x) * (y2 - y) - (x2 - x) * (y1 - y)) / area
            w1 = ((x2 - x) * (y0 - y) - (x0 - x) * (y2 - y)) / area
            w2 = np.float32(1) - w0 - w1
            # weights on the surface from weights on the image, then the same point in the second image
            s0, s1, s2 = w0 / before[a, 2], w1 / before[b, 2], w2 / before[c, 2]
            q0, q1, q2 = s0 * after[a, 2], s1 * after[b, 2], s2 * after[c, 2]
            total = q0 + q1 + q2
            px = (q0 * after[a, 0] + q1 * after[b, 0] + q2 * after[c, 0]) / total
            py = (q0 * after[a, 1] + q1 * after[b, 1] + q2 * after[c, 1]) / total
            nearness = total / (s0 + s1 + s2)
            found[y, x, 0] = px - x
            found[y, x, 1] = py - y
            i, j = int(np.rint(px)), int(np.rint(py))
            if 0 <= i < width and 0 <= j < height:
                visible[y, x] = nearness >= near_after[j, i] - slack


def flow(mesh: Mesh, before: Floats, after: Floats, camera: Camera) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the flow (height, width, 2) between two projections of a mesh and where its points are seen in both."""
    owner, _ = _surface(mesh, before, camera)
    _, near = _surface(mesh, after, camera)
    found = np.full((*owner.shape, 2), np.nan, np.float32)
    visible = np.zeros(owner.shape, np.bool_)
    slack = np.float32(0.06 / camera.distance**2)
    _carry(before, after, mesh.triangles, owner, near, slack, found, visible)
    return found, visible
