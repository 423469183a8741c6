"""Hair as geometry: two shells over the scalp, and a curtain for long hair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mebench.rendering import atlas
from mebench.rendering.identity import Identity
from mebench.rendering.pack import SKIN, HeadPack

Floats = NDArray[np.float64]

_LINE_ANGLES = np.array([0.0, 0.3, 0.55, 0.75, 0.95, 1.1, 1.22, 1.34, 1.5, 1.75, 1.95, 2.2, 2.6, np.pi])
_LINE_HEIGHTS = np.array([-1.3, -1.3, -1.2, -1.04, -0.72, -0.52, -0.28, 0.12, -0.2, -0.1, 0.55, 0.95, 1.15, 1.2])
"""Lower edge of the hair around the head: forehead, temple, sideburn, above and behind the ear, nape."""


@dataclass(frozen=True)
class Style:
    """What a hair style does to the shells.

    Attributes
    ----------
    top, side : float
        Thickness on the crown and above the ears, in eye distances.
    front : float
        How much the hairline is lowered (positive) or raised over the forehead.
    curtain : float or None
        How far below the eyes loose hair reaches; None for none.
    behind_ears : bool
        Whether that hair is tucked behind the ears.
    comb : float
        Slant of the strands towards the parting's far side.
    opacity : float
        Of the scalp's hair.
    """

    top: float
    side: float
    front: float = 0.0
    curtain: float | None = None
    behind_ears: bool = False
    comb: float = 0.3
    opacity: float = 1.0


STYLES = {
    "cropped": Style(0.05, 0.03, opacity=0.9, comb=0.1),
    "short": Style(0.17, 0.07, comb=0.4),
    "side": Style(0.20, 0.08, front=0.10, comb=1.4),
    "swept": Style(0.24, 0.06, front=-0.03, comb=0.25),
    "receding": Style(0.07, 0.05, front=-0.30, opacity=0.85),
    "bob": Style(0.20, 0.14, front=0.12, curtain=1.6, comb=0.9),
    "long": Style(0.18, 0.10, front=0.02, curtain=3.4, comb=0.6),
    "tied": Style(0.10, 0.06, front=-0.02, comb=0.2),
}


def above_line(points: Floats, who: Identity) -> Floats:
    """Return how far points of the average head lie above the hairline, in eye distances."""
    turn = np.abs(atlas.angle(points))
    line = np.interp(turn, _LINE_ANGLES, _LINE_HEIGHTS)
    front = np.exp(-((turn / 0.75) ** 4))
    style = STYLES[who.style]
    line = line + front * (style.front - who.hairline)
    if who.style == "receding":
        line = line - 0.25 * np.exp(-(((turn - 0.6) / 0.25) ** 2))
    if who.female > 0.5:
        line = np.where((turn > 1.1) & (turn < 1.5), np.minimum(line, -0.12), line)
    found: Floats = line - points[..., 1]
    return found


@dataclass(frozen=True)
class Shell:
    """Hair over the scalp: copies of skin vertices moved outwards.

    Attributes
    ----------
    source : (k,) array
        The skin vertex under each vertex.
    offset : (k, 3) array
        From the skin vertex.
    triangles : (t, 3) array
        Indices into this shell.
    """

    source: NDArray[np.int64]
    offset: Floats
    triangles: NDArray[np.int64]


def shells(pack: HeadPack, who: Identity, outward: Floats) -> list[Shell]:
    """Return the layers of hair over the scalp, the innermost first."""
    style = STYLES[who.style]
    points = pack.vertices.astype(np.float64)
    height = above_line(points, who)
    ear = pack.ears > 0.3
    quads = pack.quads[pack.parts == SKIN]
    quads = quads[(height[quads] > -0.16).all(axis=1) & ~ear[quads].any(axis=1)]
    source, local = np.unique(quads, return_inverse=True)
    local = local.reshape(quads.shape)
    triangles = np.concatenate([local[:, [0, 1, 2]], local[:, [0, 2, 3]]])
    above = height[source]
    crown = np.clip((-points[source, 1] - 0.5) / 1.1, 0, 1)
    rise = np.clip(above / 0.45, 0, 1)
    rise = rise * rise * (3 - 2 * rise)
    thickness = who.volume * (style.side + (style.top - style.side) * crown) * rise + 0.004
    lean = np.zeros((len(source), 3))
    lean[:, 0] = -0.25 * style.comb * np.sign(who.parting) * thickness
    lean[:, 1] = 0.0
    offset = thickness[:, None] * outward[source] + lean
    return [Shell(source, share * offset, triangles) for share in (0.35, 0.7, 1.0)]


def curtain(who: Identity, size: Floats) -> tuple[Floats, Floats, NDArray[np.int64]] | None:
    """Return loose hair as vertices, as they would lie on the average head, and triangles; None for short hair.

    ``size`` are the head's half width, half depth and height relative to the average.
    """
    style = STYLES[who.style]
    if style.curtain is None:
        return None
    start = 1.72 if style.behind_ears else 1.2
    turns = np.linspace(start, 2 * np.pi - start, 40)
    fall = np.linspace(-0.9, style.curtain, 16)
    turn, y = np.meshgrid(turns, fall)
    grow = np.clip((y + 0.9) / 1.1, 0, 1)
    half_width = 1.16 + 0.30 * grow * who.volume**0.5 + 0.05 * np.clip(y - 0.8, 0, 3)
    half_depth = 1.55 + 0.1 * grow - 0.25 * np.clip(y - 0.4, 0, 2)
    if style.curtain < 2:
        half_width = half_width - 0.12 * np.clip((y - 0.9) / 0.7, 0, 1) ** 2
    wave = 0.03 * np.sin(9 * turn + 2.5 * y + who.noise % 7) + 0.02 * np.sin(23 * turn - 1.3 * y)
    x = (half_width + wave) * np.sin(turn)
    z = atlas.AXIS_DEPTH + (half_depth + wave) * np.cos(turn)
    flat = np.stack([np.arctan2(np.sin(turn), np.cos(turn)), y], axis=-1).reshape(-1, 2)
    points = np.stack([x * size[0], y * size[2], atlas.AXIS_DEPTH + (z - atlas.AXIS_DEPTH) * size[1]], axis=-1)
    rows, columns = turn.shape
    first = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).reshape(-1)
    triangles = np.concatenate(
        [
            np.stack([first, first + 1, first + columns], axis=1),
            np.stack([first + 1, first + columns + 1, first + columns], axis=1),
        ]
    )
    return points.reshape(-1, 3), flat, triangles
