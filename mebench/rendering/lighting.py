"""Light every vertex: a soft key that reddens where skin turns from it, a fill, the room, and gloss (compiled)."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SKIN_LIKE, EYE_LIKE, HAIR_LIKE, FLAT = 0, 1, 2, 3
"""Kinds of vertices."""
KEY = np.array([1.62, 1.53, 1.40], np.float32)
FILL = np.array([0.17, 0.18, 0.20], np.float32)
SKY = np.array([0.40, 0.42, 0.45], np.float32)
GROUND = np.array([0.17, 0.145, 0.13], np.float32)


@numba.njit(cache=True, nogil=True)
def light_vertices(
    posed: Floats,
    normal: Floats,
    kind: NDArray[np.uint8],
    tint: Floats,
    gloss: Floats,
    cover: Floats,
    open_to: Floats,
    key: Floats,
    distance: np.float32,
    lit: Floats,
) -> None:
    """Write light (red, green, blue), highlight and opacity of every vertex.

    ``open_to`` holds how much of the room and of the key light reaches a vertex (ambient occlusion, soft shadow).
    """
    one, half = np.float32(1), np.float32(0.5)
    for i in range(posed.shape[0]):
        nx, ny, nz = normal[i, 0], normal[i, 1], normal[i, 2]
        vx, vy, vz = -posed[i, 0], -posed[i, 1], distance - posed[i, 2]
        inverse = one / np.sqrt(vx * vx + vy * vy + vz * vz)
        vx, vy, vz = vx * inverse, vy * inverse, vz * inverse
        facing = nx * vx + ny * vy + nz * vz
        if kind[i] == 0 and facing < np.float32(-0.5):
            lit[i, :] = 0  # skin that looks away from the camera
            continue
        to_key = nx * key[0] + ny * key[1] + nz * key[2]
        to_fill = max(np.float32(0), half + half * (-nx * key[0] * np.float32(0.8) + nz * np.float32(0.6)))
        up = half - half * ny
        room, direct = open_to[i, 0], open_to[i, 1]
        skin = kind[i] == 0
        for c in range(3):
            wrap = np.float32(0.12)
            bleed = one
            if skin:
                wrap = np.float32(0.44) - np.float32(0.15) * c
                bleed = one - np.float32(0.13) * c * (one - room)
            diffuse = max(np.float32(0), (to_key + wrap) / (one + wrap))
            if skin:
                diffuse = diffuse * (np.float32(0.6) + np.float32(0.4) * diffuse)
            ambient = (GROUND[c] + (SKY[c] - GROUND[c]) * up) * room * bleed
            lit[i, c] = tint[i, c] * (KEY[c] * direct * diffuse + FILL[c] * to_fill * room + ambient)
        hx, hy, hz = vx + key[0], vy + key[1], vz + key[2]
        length = one / np.sqrt(hx * hx + hy * hy + hz * hz)
        to_half = max(np.float32(0), (nx * hx + ny * hy + nz * hz) * length)
        shine = np.float32(0)
        if skin:
            edge = max(np.float32(0), one - facing)
            fresnel = np.float32(0.55) + np.float32(1.6) * edge * edge * edge
            shine = (np.float32(0.16) * to_half**14 + np.float32(0.10) * to_half**48) * fresnel + np.float32(
                0.03
            ) * edge * edge * edge * room
        elif kind[i] == 2:
            # a band of light across the strands, which run downwards along the surface
            tx, ty, tz = -ny * nx, one - ny * ny, -ny * nz
            norm = one / np.sqrt(tx * tx + ty * ty + tz * tz + np.float32(1e-6))
            along = (tx * hx + ty * hy + tz * hz) * norm * length
            shine = (
                np.float32(0.03)
                * max(facing, np.float32(0))
                * max(np.float32(0), one - along * along) ** 20
                * max(np.float32(0), to_key)
            )
        elif kind[i] == 1:
            shine = np.float32(0.02) * to_half**10
        lit[i, 3] = gloss[i] * shine * direct
        opacity = cover[i]
        if kind[i] == 2:
            fade = min(max(abs(facing) * np.float32(2.6) - np.float32(0.05), np.float32(0)), one)
            opacity = opacity * fade
        lit[i, 4] = opacity


@numba.njit(cache=True, nogil=True)
def shade_eye(posed: Floats, first: int, last: int, lid: NDArray[np.int32], radius: np.float32, lit: Floats) -> None:
    """Darken the vertices ``first:last`` of an eyeball near the edge of the upper lid."""
    reach = np.float32(0.75) * radius
    for i in range(first, last):
        nearest = np.float32(1e9)
        for k in range(lid.shape[0]):
            j = lid[k]
            x, y, z = posed[i, 0] - posed[j, 0], posed[i, 1] - posed[j, 1], posed[i, 2] - posed[j, 2]
            nearest = min(nearest, x * x + y * y + z * z)
        shade = np.float32(0.38) + np.float32(0.62) * min(np.sqrt(nearest) / reach, np.float32(1))
        for c in range(3):
            lit[i, c] *= shade
