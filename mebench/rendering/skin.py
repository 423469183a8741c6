"""Paint the skin: tone, redness, pores, spots, stubble, wrinkles and brows."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mebench.rendering import atlas
from mebench.rendering.identity import Identity
from mebench.rendering.patterns import Grain, Image, spot, step

PALE = np.array([0.74, 0.485, 0.375], np.float32)
DARK = np.array([0.085, 0.038, 0.021], np.float32)
YELLOW = np.array([1.0, 0.97, 0.84], np.float32)


def tone(who: Identity) -> NDArray[np.float32]:
    """Return the mean linear albedo of a person's skin."""
    mixed = np.exp((1 - who.melanin) * np.log(PALE) + who.melanin * np.log(DARK))
    mixed = mixed * (1 - who.yellow * (1 - YELLOW))
    flush = 1 - 0.12 * (who.blood - 0.5) * np.array([0.2, 1.0, 0.9])
    found: NDArray[np.float32] = (mixed * flush).astype(np.float32)
    return found


def paint(who: Identity, grain: Grain) -> Image:
    """Return the skin's (height, width, 4) linear albedo and gloss over its box of the atlas."""
    u, v = atlas.grid(atlas.SKIN_BOX)
    turn = (u - np.float32(0.5)) * np.float32(2 * atlas.SKIN_ANGLE)
    y = v * np.float32(atlas.SKIN_BOTTOM - atlas.SKIN_TOP) + np.float32(atlas.SKIN_TOP)
    x = np.float32(1.55) * np.sin(np.clip(turn, -1.57, 1.57))
    shape = (u.shape[0], u.shape[1])
    red = _redness(who, x, y) + np.float32(0.10) * grain.smooth(shape, 90) + np.float32(0.07) * grain.smooth(shape, 28)
    red += np.float32(0.05) * grain.smooth(shape, 9)
    brown = np.float32(0.035) * grain.smooth(shape, 140) + np.float32(0.03) * grain.smooth(shape, 22)
    brown += np.float32(0.030) * grain.smooth(shape, 7)
    pores = np.float32(0.036) * grain.smooth(shape, 3.2) + np.float32(0.022) * grain.white(*shape)
    brown += pores * (np.float32(0.7) + np.float32(0.8) * spot(np.abs(x), y, (0.25, 0.5), (0.55, 0.5)))
    brown += _shadows(who, x, y) + _wrinkles(who, x, y, grain)
    if who.freckles > 0:
        brown += _freckles(who, x, y, grain)
    for mole_x, mole_y, radius in who.moles:
        brown += np.float32(0.9) * step(1.0, 0.5, np.hypot(x - mole_x, y - mole_y) / np.float32(radius))
    blood = np.array([0.10, 0.30, 0.27], np.float32) * np.float32(1 - 0.45 * who.melanin)
    pigment = np.array([0.75, 1.0, 1.15], np.float32)
    painted = np.empty((*shape, 4), np.float32)
    for k in range(3):
        painted[..., k] = tone(who)[k] * np.exp(-blood[k] * red - pigment[k] * brown)
    painted[..., 3] = np.clip(np.float32(0.8) - np.float32(5.0) * pores, 0.1, 1)
    if who.stubble > 0:
        _stubble(who, painted, x, y, grain)
    _brows(who, painted, x, y, grain)
    return painted


def _redness(who: Identity, x: Image, y: Image) -> Image:
    """Return where blood shows: cheeks, tip of the nose, chin, round the eyes."""
    side = np.abs(x)
    red = np.float32(1.1) * spot(side, y, (0.72, 0.55), (0.34, 0.32))
    red += np.float32(0.9) * spot(x, y, (0, 0.62), (0.22, 0.20))
    red += np.float32(0.45) * spot(x, y, (0, 1.62), (0.3, 0.2)) + np.float32(0.5) * spot(
        side, y, (0.55, 0.02), (0.32, 0.22)
    )
    red += np.float32(0.5) * spot(side, y, (0.23, 0.68), (0.08, 0.12))
    red -= np.float32(0.35) * spot(x, y, (0, -0.75), (0.8, 0.35))
    found: Image = red * np.float32(0.5 + 0.9 * who.blood)
    return found


def _shadows(who: Identity, x: Image, y: Image) -> Image:
    """Return darker pigment under the eyes, on the lids and beside the nose."""
    side = np.abs(x)
    under = spot(side, y, (0.50, 0.27), (0.24, 0.085)) * np.float32(0.10 + 0.12 * who.age)
    inner = spot(side, y, (0.24, 0.10), (0.09, 0.16)) * np.float32(0.10)
    lid = spot(side, y, (0.55, -0.17), (0.30, 0.09)) * np.float32(0.08 + 0.08 * who.asian)
    mouth = spot(side, y, (0.44, 1.10), (0.07, 0.07)) * np.float32(0.16)
    found: Image = under + inner + lid + mouth
    return found


def _wrinkles(who: Identity, x: Image, y: Image, grain: Grain) -> Image:
    """Return fine lines that deepen with age: forehead, corners of the eyes, between the brows."""
    depth = np.float32(0.02 + 0.13 * who.age**1.5)
    wave = np.float32(0.02) * grain.smooth((x.shape[0], x.shape[1]), 160)
    lines = np.zeros_like(x)
    for k, level in enumerate(grain.uniform(4) * 0.06 + np.array([-0.62, -0.76, -0.90, -1.03])):
        fade = np.exp(-((np.abs(x) / np.float32(0.62 - 0.06 * k)) ** 4))
        gap = y - np.float32(level) - np.float32(0.05) * np.abs(x) + wave
        lines += fade * (
            np.exp(-((gap / np.float32(0.014)) ** 2)) - np.float32(0.4) * np.exp(-(((gap + 0.03) / 0.018) ** 2))
        )
    for side in (-1.0, 1.0):
        gap = x * side - np.float32(0.09) - np.float32(0.12) * (y + np.float32(0.25)) + wave
        lines += np.exp(-((gap / np.float32(0.016)) ** 2)) * spot(x, y, (side * 0.1, -0.32), (0.2, 0.12))
        for slope in (-0.45, 0.0, 0.4):
            gap = y - np.float32(slope) * (x * side - np.float32(0.85)) + wave
            lines += (
                np.float32(0.8)
                * np.exp(-((gap / np.float32(0.012)) ** 2))
                * spot(x * side, y, (1.0, slope * 0.12), (0.11, 0.1))
            )
    found: Image = depth * lines
    return found


def _freckles(who: Identity, x: Image, y: Image, grain: Grain) -> Image:
    """Return freckles over nose and cheeks."""
    shape = (x.shape[0], x.shape[1])
    dots = step(1.55, 2.2, grain.smooth(shape, 6)) + step(1.7, 2.4, grain.smooth(shape, 9))
    where = spot(x, y, (0, 0.42), (0.95, 0.38)) + np.float32(0.25) * spot(x, y, (0, -0.7), (0.8, 0.5))
    found: Image = np.float32(0.6 * who.freckles) * dots * where
    return found


def beard_zone(x: Image, y: Image) -> Image:
    """Return where a beard grows, 0 to 1."""
    side = np.abs(x)
    jaw = step(0.75, 1.15, y + np.float32(0.25) * side**2) * step(1.45, 1.2, side)
    upper = spot(x, y, (0, 0.93), (0.36, 0.09)) * np.float32(1.2)
    cheek = step(0.95, 1.15, side) * step(0.25, 0.6, y) * step(1.5, 1.3, side)
    lips = step(1.0, 0.75, np.hypot(x / np.float32(0.46), (y - np.float32(1.14)) / np.float32(0.17)))
    zone = np.clip(np.maximum(np.maximum(jaw, upper), cheek), 0, 1) * (1 - lips)
    found: Image = zone * step(2.2, 1.75, y)
    return found


def _stubble(who: Identity, painted: Image, x: Image, y: Image, grain: Grain) -> None:
    """Darken the beard zone, with single dots."""
    shape = (x.shape[0], x.shape[1])
    zone = cv2.GaussianBlur(beard_zone(x, y), (0, 0), 8)
    dots = step(0.2, 1.6, grain.smooth(shape, 2.4))
    amount = np.float32(who.stubble) * zone * (np.float32(0.28) + np.float32(0.4) * dots)
    hair = np.maximum(np.array(who.hair, np.float32), 0.015) * np.array([1.0, 1.05, 1.15], np.float32)
    for k in range(3):
        painted[..., k] += amount * (hair[k] - painted[..., k]) * np.float32(0.75)


def brow_curve(who: Identity, t: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return points (x, y) of the brow on the right of the image, ``t`` from the nose (0) to the temple (1)."""
    x = 0.17 + 0.80 * t
    arch = 0.03 + 0.05 * who.brow_arch
    y = -0.315 + who.brow_height - arch * np.sin(np.pi * np.clip(t, 0, 1) ** 1.35) + 0.06 * np.clip(t - 0.6, 0, 1)
    return np.stack([x, y], axis=-1)


def brow_colour(who: Identity) -> NDArray[np.float32]:
    """Return the linear colour of the brows: darker than the hair, and well darker than the skin where hair is grey."""
    found: NDArray[np.float32] = np.minimum(np.array(who.hair, np.float32) * 0.5, tone(who) * 0.3)
    return found


def _brows(who: Identity, painted: Image, x: Image, y: Image, grain: Grain) -> None:
    """Draw both brows as single hairs over a soft ground."""
    cover = np.zeros(x.shape, np.uint8)
    soft = np.zeros(x.shape, np.float32)
    for side in (-1.0, 1.0):
        t = np.clip((side * x - np.float32(0.17)) / np.float32(0.80), -0.2, 1.2)
        middle = brow_curve(who, t)[..., 1].astype(np.float32)
        half = np.float32(0.058 * who.brow_thickness) * (1.0 - 0.50 * np.clip(t, 0, 1) ** 2)
        inside = np.exp(-(((y - middle) / half) ** 4)) * step(-0.05, 0.2, t) * step(1.05, 0.8, t)
        soft = np.maximum(soft, inside.astype(np.float32))
        _brow_hairs(who, side, cover, grain)
    strokes = cv2.GaussianBlur(cover, (0, 0), 0.7).astype(np.float32) / 255
    amount = np.clip(np.float32(0.50) * soft + np.float32(0.70) * strokes, 0, 0.95) * np.float32(who.brow_density)
    dark = np.maximum(brow_colour(who), 0.006)
    for k in range(3):
        painted[..., k] += amount * (dark[k] - painted[..., k])
    painted[..., 3] *= 1 - np.float32(0.9) * amount


def _brow_hairs(who: Identity, side: float, cover: NDArray[np.uint8], grain: Grain) -> None:
    """Draw the single hairs of one brow into a byte image of the skin's box."""
    n = int(380 * who.brow_density)
    draws = grain.uniform(4 * n).reshape(4, n)
    t = draws[0]
    start = brow_curve(who, t)
    half = 0.058 * who.brow_thickness * (1 - 0.55 * t**2)
    start[:, 1] += (draws[1] * 1.6 - 0.7) * half
    lean = np.radians(-62 + 72 * t**0.7 + 26 * (draws[2] - 0.5)) + np.where(draws[1] < 0.3, 0.5, 0.0) * t
    length = (0.06 + 0.05 * draws[3]) * (1.15 - 0.5 * t)
    end = start + length[:, None] * np.stack([np.cos(lean), np.sin(lean)], axis=1)
    for points in (start, end):
        points[:, 0] *= side
    ends = [np.rint(16 * texels(points)).astype(np.int64) for points in (start, end)]
    for a, b in zip(*ends, strict=True):
        cv2.line(cover, tuple(int(c) for c in a), tuple(int(c) for c in b), 255, 1, cv2.LINE_AA, 4)


def texels(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return texels of points (x, y) of the painted plane."""
    _, _, width, height = atlas.SKIN_BOX
    turn = np.arcsin(np.clip(points[:, 0] / 1.55, -1, 1))
    u = turn / atlas.SKIN_ANGLE / 2 + 0.5
    v = (points[:, 1] - atlas.SKIN_TOP) / (atlas.SKIN_BOTTOM - atlas.SKIN_TOP)
    return np.stack([u * (width - 5) + 2, v * (height - 5) + 2], axis=1)
