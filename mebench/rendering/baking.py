"""How much of the room and of the key light reaches each vertex of a head at rest (ambient occlusion, soft shadows)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mebench.rendering.lighting import FLAT
from mebench.rendering.mesh import Mesh
from mebench.rendering.raster import fill
from mebench.rendering.surface import normals

Floats = NDArray[np.float32]

_SIZE = 224
_REACH = 2.9
_SLACK = 0.035
"""Depth (eye distances) within which a vertex counts as lying on the surface that hides it."""


def directions(n: int, centre: NDArray[np.floating], spread: float) -> Floats:
    """Return ``n`` unit directions spread evenly over a cap of a sphere of half-angle ``spread`` about a centre."""
    k = np.arange(n) + 0.5
    height = 1 - (1 - np.cos(spread)) * k / n
    turn = k * np.pi * (3 - np.sqrt(5))
    flat = np.sqrt(1 - height**2)
    local = np.stack([flat * np.cos(turn), flat * np.sin(turn), height], axis=1)
    axis = np.asarray(centre, float) / np.linalg.norm(centre)
    side = np.cross(axis, [0.0, 1.0, 0.0] if abs(axis[1]) < 0.9 else [1.0, 0.0, 0.0])
    side /= np.linalg.norm(side)
    frame = np.stack([side, np.cross(axis, side), axis])
    found: Floats = (local @ frame).astype(np.float32)
    return found


def _visible(mesh: Mesh, direction: Floats, outward: Floats) -> NDArray[np.bool_]:
    """Return which vertices are seen from infinitely far in a direction."""
    side = np.cross(direction, [0.0, 1.0, 0.0] if abs(direction[1]) < 0.9 else [1.0, 0.0, 0.0])
    side /= np.linalg.norm(side)
    down = np.cross(direction, side)
    screen = np.empty((len(mesh.rest), 3), np.float32)
    screen[:, 0] = mesh.rest @ side
    screen[:, 1] = mesh.rest @ down
    screen[:, :2] = screen[:, :2] * (_SIZE / (2 * _REACH)) + _SIZE / 2
    screen[:, 2] = mesh.rest @ direction
    owner = np.full((_SIZE, _SIZE), -1, np.int32)
    near = np.full((_SIZE, _SIZE), -1e9, np.float32)
    fill(screen, mesh.triangles, 0, mesh.opaque[1], True, owner, near)
    for first, last, both in mesh.layers[:-1]:
        if both or (first, last, both) == mesh.layers[-2]:
            fill(screen, mesh.triangles, first, last, True, owner, near)
    lifted = screen[:, :2] + 0.02 * _SIZE / (2 * _REACH) * np.stack([outward @ side, outward @ down], axis=1)
    x = np.clip(np.rint(lifted[:, 0]).astype(int), 0, _SIZE - 1)
    y = np.clip(np.rint(lifted[:, 1]).astype(int), 0, _SIZE - 1)
    found: NDArray[np.bool_] = screen[:, 2] + np.float32(_SLACK) >= near[y, x]
    return found


def open_to(mesh: Mesh, key: NDArray[np.floating]) -> Floats:
    """Return, for every vertex, the share of the room and of the key light (a disc of 16 degrees) that reaches it."""
    outward = np.empty_like(mesh.rest)
    normals(mesh.rest, mesh.triangles, outward)
    room = np.zeros(len(mesh.rest), np.float32)
    weights = np.full(len(mesh.rest), 1e-3, np.float32)
    for direction in directions(56, np.array([0.0, -0.35, 1.0]), 1.9):
        weight = np.clip(outward @ direction, 0, 1) + np.float32(0.05)
        room += weight * _visible(mesh, direction, outward)
        weights += weight
    lamp = directions(14, key, 0.28)
    direct = np.mean([_visible(mesh, direction, outward) for direction in lamp], axis=0, dtype=np.float32)
    found = _soften(mesh, np.stack([room / weights, direct], axis=1))
    inside = mesh.kind == FLAT
    found[inside] = np.maximum(found[inside], np.float32(0.35))
    return found


def _soften(mesh: Mesh, values: Floats) -> Floats:
    """Average values over neighbours, which hides the grain of the sampling."""
    edges = np.concatenate([mesh.triangles[:, [0, 1]], mesh.triangles[:, [1, 2]], mesh.triangles[:, [2, 0]]])
    n = len(mesh.rest)
    count = np.bincount(edges[:, 0], minlength=n) + np.bincount(edges[:, 1], minlength=n)
    for _ in range(2):
        around = np.empty_like(values)
        for k in (0, 1):
            total = np.bincount(edges[:, 0], values[edges[:, 1], k], n) + np.bincount(
                edges[:, 1], values[edges[:, 0], k], n
            )
            around[:, k] = total / np.maximum(count, 1)
        values = (np.float32(0.5) * values + np.float32(0.5) * around).astype(np.float32)
    return values
