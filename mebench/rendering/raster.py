"""Draw triangles: z-buffer, deferred shading, translucent layers, and the resolve to 8 bits (compiled)."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Indices = NDArray[np.int32]

OPAQUE, EYE, HAIR, LASH = 0, 1, 2, 3
"""Materials of triangles."""


@numba.njit(cache=True, nogil=True)
def fill(
    screen: Floats, triangles: Indices, first: int, last: int, both_sides: bool, owner: Indices, near: Floats
) -> None:
    """Write the nearest triangle of every sample (-1: none) and its nearness into ``owner`` and ``near``."""
    height, width = owner.shape
    for t in range(first, last):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        x0, y0, x1, y1, x2, y2 = screen[a, 0], screen[a, 1], screen[b, 0], screen[b, 1], screen[c, 0], screen[c, 1]
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if (area > 0 and not both_sides) or area == 0:
            continue
        top, bottom = min(y0, y1, y2), max(y0, y1, y2)
        left, right = min(x0, x1, x2), max(x0, x1, x2)
        if right < 0 or bottom < 0 or left > width - 1 or top > height - 1:
            continue
        inverse = np.float32(1) / area
        dwx0, dwx1 = (y1 - y2) * inverse, (y2 - y0) * inverse
        ya, yb = max(int(np.ceil(top)), 0), min(int(np.floor(bottom)), height - 1)
        xa, xb = max(int(np.ceil(left)), 0), min(int(np.floor(right)), width - 1)
        za, zb, zc = screen[a, 2], screen[b, 2], screen[c, 2]
        for y in range(ya, yb + 1):
            fy = np.float32(y)
            w0 = ((x1 - xa) * (y2 - fy) - (x2 - xa) * (y1 - fy)) * inverse
            w1 = ((x2 - xa) * (y0 - fy) - (x0 - xa) * (y2 - fy)) * inverse
            for x in range(xa, xb + 1):
                w2 = np.float32(1) - w0 - w1
                if w0 >= 0 and w1 >= 0 and w2 >= 0:
                    z = w0 * za + w1 * zb + w2 * zc
                    if z > near[y, x]:
                        near[y, x] = z
                        owner[y, x] = t
                w0 += dwx0
                w1 += dwx1


@numba.njit(cache=True, nogil=True)
def shade(
    screen: Floats,
    triangles: Indices,
    corners: Indices,
    texels: Floats,
    atlas: NDArray[np.uint8],
    lit: Floats,
    shine: Floats,
    eyes: tuple[int, int],
    owner: Indices,
    colour: Floats,
) -> None:
    """Write the linear colour of every covered sample.

    The atlas holds square roots of linear albedo (and gloss) as bytes; ``shine`` holds, for every vertex, how near its
    normal is to the mirror direction of the key light, which makes the sharp highlight of the eyes.
    """
    height, width = owner.shape
    one = np.float32(1)
    scale = one / np.float32(255 * 255)
    for y in range(height):
        fy = np.float32(y)
        for x in range(width):
            t = owner[y, x]
            if t < 0:
                continue
            fx = np.float32(x)
            a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
            x0, y0, x1, y1, x2, y2 = screen[a, 0], screen[a, 1], screen[b, 0], screen[b, 1], screen[c, 0], screen[c, 1]
            inverse = one / ((x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0))
            w0 = ((x1 - fx) * (y2 - fy) - (x2 - fx) * (y1 - fy)) * inverse
            w1 = ((x2 - fx) * (y0 - fy) - (x0 - fx) * (y2 - fy)) * inverse
            w2 = one - w0 - w1
            ta, tb, tc = corners[t, 0], corners[t, 1], corners[t, 2]
            u = w0 * texels[ta, 0] + w1 * texels[tb, 0] + w2 * texels[tc, 0]
            v = w0 * texels[ta, 1] + w1 * texels[tb, 1] + w2 * texels[tc, 1]
            iu, iv = int(u), int(v)
            fu, fv = u - iu, v - iv
            k00, k01, k10, k11 = (one - fu) * (one - fv), fu * (one - fv), (one - fu) * fv, fu * fv
            gloss = w0 * lit[a, 3] + w1 * lit[b, 3] + w2 * lit[c, 3]
            root = (
                k00 * atlas[iv, iu, 3] + k01 * atlas[iv, iu + 1, 3] + k10 * atlas[iv + 1, iu, 3]
                + k11 * atlas[iv + 1, iu + 1, 3]
            )  # fmt: skip
            gloss *= root * root * scale
            if eyes[0] <= t < eyes[1]:
                s = w0 * shine[a] + w1 * shine[b] + w2 * shine[c]
                if s > np.float32(0.97):
                    s = (s - np.float32(0.97)) / np.float32(0.03)
                    gloss += np.float32(0.9) * s * s * s * (w0 * lit[a, 4] + w1 * lit[b, 4] + w2 * lit[c, 4])
            for k in range(3):
                root = (
                    k00 * atlas[iv, iu, k] + k01 * atlas[iv, iu + 1, k] + k10 * atlas[iv + 1, iu, k]
                    + k11 * atlas[iv + 1, iu + 1, k]
                )  # fmt: skip
                light = w0 * lit[a, k] + w1 * lit[b, k] + w2 * lit[c, k]
                colour[y, x, k] = root * root * scale * light + gloss


@numba.njit(cache=True, nogil=True)
def lay_over(
    screen: Floats,
    triangles: Indices,
    corners: Indices,
    texels: Floats,
    atlas: NDArray[np.uint8],
    lit: Floats,
    layer: tuple[int, int, bool],
    wall: Floats,
    owner: Indices,
    near: Floats,
    colour: Floats,
) -> None:
    """Blend a layer of translucent triangles over the samples; where it is nearly opaque it becomes the surface."""
    height, width = owner.shape
    one = np.float32(1)
    scale = one / np.float32(255 * 255)
    for t in range(layer[0], layer[1]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        if lit[a, 4] + lit[b, 4] + lit[c, 4] < np.float32(0.01):
            continue
        x0, y0, x1, y1, x2, y2 = screen[a, 0], screen[a, 1], screen[b, 0], screen[b, 1], screen[c, 0], screen[c, 1]
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if (area > 0 and not layer[2]) or area == 0:
            continue
        inverse = one / area
        top, bottom, left, right = min(y0, y1, y2), max(y0, y1, y2), min(x0, x1, x2), max(x0, x1, x2)
        if right < 0 or bottom < 0 or left > width - 1 or top > height - 1:
            continue
        ta, tb, tc = corners[t, 0], corners[t, 1], corners[t, 2]
        for y in range(max(int(np.ceil(top)), 0), min(int(np.floor(bottom)), height - 1) + 1):
            fy = np.float32(y)
            for x in range(max(int(np.ceil(left)), 0), min(int(np.floor(right)), width - 1) + 1):
                fx = np.float32(x)
                w0 = ((x1 - fx) * (y2 - fy) - (x2 - fx) * (y1 - fy)) * inverse
                w1 = ((x2 - fx) * (y0 - fy) - (x0 - fx) * (y2 - fy)) * inverse
                w2 = one - w0 - w1
                if w0 < 0 or w1 < 0 or w2 < 0:
                    continue
                z = w0 * screen[a, 2] + w1 * screen[b, 2] + w2 * screen[c, 2]
                if z < near[y, x]:
                    continue
                u = w0 * texels[ta, 0] + w1 * texels[tb, 0] + w2 * texels[tc, 0]
                v = w0 * texels[ta, 1] + w1 * texels[tb, 1] + w2 * texels[tc, 1]
                iu, iv = int(u), int(v)
                fu, fv = u - iu, v - iv
                k00, k01, k10, k11 = (one - fu) * (one - fv), fu * (one - fv), (one - fu) * fv, fu * fv
                root = (
                    k00 * atlas[iv, iu, 3] + k01 * atlas[iv, iu + 1, 3] + k10 * atlas[iv + 1, iu, 3]
                    + k11 * atlas[iv + 1, iu + 1, 3]
                )  # fmt: skip
                alpha = root * root * scale * (w0 * lit[a, 4] + w1 * lit[b, 4] + w2 * lit[c, 4])
                if alpha <= np.float32(0.004):
                    continue
                alpha = min(alpha, one)
                gloss = w0 * lit[a, 3] + w1 * lit[b, 3] + w2 * lit[c, 3]
                bare = near[y, x] == 0 and owner[y, x] < 0
                for k in range(3):
                    root = (
                        k00 * atlas[iv, iu, k] + k01 * atlas[iv, iu + 1, k] + k10 * atlas[iv + 1, iu, k]
                        + k11 * atlas[iv + 1, iu + 1, k]
                    )  # fmt: skip
                    albedo = root * root * scale
                    light = w0 * lit[a, k] + w1 * lit[b, k] + w2 * lit[c, k]
                    behind = wall[y // 2, x // 2, k] if bare else colour[y, x, k]
                    colour[y, x, k] = behind + alpha * (albedo * light + gloss * (np.float32(0.3) + albedo) - behind)
                if bare or alpha > np.float32(0.5):
                    owner[y, x] = t
                if alpha > np.float32(0.95):
                    near[y, x] = z


@numba.njit(cache=True, nogil=True)
def resolve(
    colour: Floats, owner: Indices, wall: Floats, gain: np.float32, tone: NDArray[np.uint8], image: NDArray[np.uint8]
) -> None:
    """Average 2 x 2 samples over the wall and write bytes through the tone curve, a table over 0 to 4 (times gain)."""
    height, width, _ = wall.shape
    steps = np.float32(tone.shape[0] / 4)
    last = tone.shape[0] - 1
    for y in range(height):
        for x in range(width):
            for k in range(3):
                total = np.float32(0)
                for j in range(2):
                    for i in range(2):
                        if owner[2 * y + j, 2 * x + i] >= 0:
                            total += colour[2 * y + j, 2 * x + i, k]
                        else:
                            total += wall[y, x, k]
                image[y, x, k] = tone[min(int(total * np.float32(0.25) * gain * steps), last)]
