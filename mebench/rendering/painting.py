"""Paint the atlas of one person: skin, hair, eyes and clothes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mebench.rendering import atlas, skin
from mebench.rendering.hairstyle import STYLES, above_line
from mebench.rendering.identity import Identity
from mebench.rendering.patterns import Grain, Image, encode, spot, step

Box = tuple[int, int, int, int]


def paint(who: Identity) -> NDArray[np.uint8]:
    """Return the full atlas, (height, width, 4) bytes: square roots of linear albedo, and of gloss or opacity."""
    grain = Grain(who.noise)
    image = np.zeros((atlas.HEIGHT, atlas.WIDTH, 4), np.uint8)
    parts: tuple[tuple[Box, Image], ...] = (
        (atlas.SKIN_BOX, skin.paint(who, grain)),
        (atlas.HAIR_BOX, _hair(who, grain)),
        (atlas.TORSO_BOX, _torso(who, grain)),
        (atlas.EYE_BOX, _eye(who, grain)),
        (atlas.WHITE_BOX, np.ones((64, 64, 4), np.float32)),
    )
    for (left, top, width, height), painted in parts:
        image[top : top + height, left : left + width] = encode(painted)
    return image


def _hair(who: Identity, grain: Grain) -> Image:
    """Return strands: colour that varies along combed lines, and opacity that ends in tips at the hairline."""
    u, v = atlas.grid(atlas.HAIR_BOX)
    shape = (u.shape[0], u.shape[1])
    style = STYLES[who.style]
    turn = (u - np.float32(0.5)) * np.float32(2 * np.pi)
    y = v * np.float32(atlas.HAIR_BOTTOM - atlas.HAIR_TOP) + np.float32(atlas.HAIR_TOP)
    rows, columns = np.meshgrid(np.arange(shape[0]), np.arange(shape[1]), indexing="ij")
    lift = np.clip(-y - np.float32(0.3), 0, 2)
    slant = np.float32(style.comb * np.sign(who.parting) * 60) * lift * np.tanh(np.abs(turn) * 0 + 1)
    wander = np.float32(7) * grain.smooth(shape, 70, 160) + np.float32(2.5) * grain.smooth(shape, 18, 60)
    map_x = (columns + slant + wander).astype(np.float32) % (shape[1] - 1)
    curl = 14 if who.african > 0.6 else 70
    strands, fine = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    for cell, weight in ((2.2, 0.5), (5.0, 0.5), (16.0, 0.45)):
        lines = grain.smooth(shape, cell, curl + 2 * cell)
        combed = cv2.remap(lines, map_x, rows.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        strands += np.float32(weight) * combed
        if cell < 10:
            fine += np.float32(0.7) * combed
    points = np.stack([np.sin(turn), y, np.cos(turn) + np.float32(atlas.AXIS_DEPTH)], axis=-1)
    height = above_line(points, who).astype(np.float32)
    edge = np.float32(0.24)
    opacity = step(0.0, 1.0, (height + np.float32(0.028) * fine) / edge) ** np.float32(1.5)
    opacity *= np.clip(np.float32(0.86) + np.float32(0.22) * strands, 0.25, 1)
    if style.curtain is not None:
        side = np.abs(turn) > 1.1
        tips = step(0.0, 0.3, style.curtain - y + np.float32(0.09) * fine - np.float32(0.05))
        opacity = np.where(side & (y > -0.9), np.clip(0.93 + 0.1 * strands, 0.5, 1) * tips, opacity)
    value = np.exp(np.float32(0.36) * strands)
    painted = np.empty((*shape, 4), np.float32)
    for k in range(3):
        painted[..., k] = np.float32(who.hair[k]) * value ** np.float32(1 + 0.08 * k)
    painted[..., 3] = opacity
    return painted


def _torso(who: Identity, grain: Grain) -> Image:
    """Return neck and shirt, seen from the front."""
    u, v = atlas.grid(atlas.TORSO_BOX)
    shape = (u.shape[0], u.shape[1])
    x = u * np.float32(atlas.TORSO_SIZE) + np.float32(atlas.TORSO_LEFT)
    y = v * np.float32(atlas.TORSO_SIZE) + np.float32(atlas.TORSO_TOP)
    open_neck = 0.55 * (who.noise % 3)
    collar = (
        np.float32(2.75)
        - np.float32(0.30) * np.clip(np.abs(x) - 0.2, 0, 1.0)
        + np.float32(open_neck) * np.clip(1 - np.abs(x) / 0.8, 0, 1)
    )
    cloth = step(-0.02, 0.02, y - collar)[..., None]
    weave = 1 + np.float32(0.05) * grain.smooth(shape, 2) + np.float32(0.06) * grain.smooth(shape, 30)
    bare = skin.tone(who) * (1 + np.float32(0.02) * grain.smooth(shape, 5))[..., None]
    hem = 1 - np.float32(0.35) * np.exp(-(((y - collar - 0.06) / 0.05) ** 2))[..., None]
    painted = np.empty((*shape, 4), np.float32)
    painted[..., :3] = bare * (1 - cloth) + np.array(who.cloth, np.float32) * (weave[..., None] * hem) * cloth
    painted[..., 3] = np.float32(0.5) * (1 - cloth[..., 0])
    return painted


def _eye(who: Identity, grain: Grain) -> Image:
    """Return the eyeball from the front: sclera with fine vessels, iris with fibres and a dark rim, pupil."""
    u, v = atlas.grid(atlas.EYE_BOX)
    x, y = 2 * u - 1, 2 * v - 1
    radius, turn = np.hypot(x, y), np.arctan2(y, x)
    shape = (u.shape[0], u.shape[1])
    vessels = np.clip(np.abs(grain.smooth(shape, 26)), 0, 1)
    red = step(0.12, 0.0, vessels) * step(0.55, 0.95, radius) * np.float32(0.12)
    red += np.float32(0.10) * step(0.5, 0.95, np.abs(x))
    painted = np.empty((*shape, 4), np.float32)
    white = np.array([0.66, 0.62, 0.57], np.float32) * np.float32(1 - 0.08 * who.age - 0.06 * who.african)
    for k, loss in enumerate((0.25, 1.0, 1.0)):
        painted[..., k] = white[k] * (1 - np.float32(loss) * red)
    rim, pupil = np.float32(0.485), np.float32(0.165)
    ring = cv2.remap(
        grain.smooth((64, 512), 5, 40),
        ((turn / (2 * np.pi) + 0.5) * 511).astype(np.float32),
        (radius / rim * 63).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    inner = np.exp(-(((radius - 0.22) / 0.07) ** 2))
    iris = np.exp(np.float32(0.22) * ring) * (1 + np.float32(0.35) * inner)
    iris *= 1 - np.float32(0.72) * step(0.36, 0.485, radius)
    inside = step(0.505, 0.465, radius)
    hole = step(0.18, 0.15, radius) if pupil else inside
    for k in range(3):
        colour = np.float32(who.iris[k]) * iris * (1 - hole) + np.float32(0.004) * hole
        painted[..., k] += inside * (colour - painted[..., k])
    painted[..., 3] = 1
    painted[..., :3] *= 1 - np.float32(0.25) * spot(radius, radius, (0.5, 0.5), (0.05, 0.05))[..., None]
    return painted
