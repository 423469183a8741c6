"""Colour, gloss and opacity of the vertices of the head, over what its texture says."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mebench.rendering.identity import Identity
from mebench.rendering.lighting import FLAT, SKIN_LIKE
from mebench.rendering.pack import LASHES, LOWER_TEETH, MOUTH, SKIN, SOCKET, TONGUE, UPPER_TEETH, HeadPack


def kinds(pack: HeadPack) -> NDArray[np.uint8]:
    """Return the kind of every vertex of the pack."""
    found = np.full(len(pack.vertices), SKIN_LIKE, np.uint8)
    found[pack.of_part(MOUTH, SOCKET, TONGUE, UPPER_TEETH, LOWER_TEETH, LASHES)] = FLAT
    found[pack.of_part(SKIN)] = SKIN_LIKE
    return found


def tints(pack: HeadPack, who: Identity) -> NDArray[np.float64]:
    """Return factors of the texture: lips, lids and ears redder, teeth and mouth in their own colour."""
    tinted: NDArray[np.float64] = np.ones((len(pack.vertices), 3))
    pale = 1 - who.melanin
    lip = np.array([0.86, 0.48 + 0.10 * who.melanin, 0.50 + 0.08 * who.melanin])
    amount = (pack.lips * (0.45 + 0.65 * who.lip))[:, None]
    tinted = tinted * (1 - amount) + amount * lip
    lid = np.array([0.90, 0.82, 0.82])
    tinted *= 1 - 0.9 * pack.lids[:, None] * (1 - lid)
    ear = np.array([1.0, 0.86, 0.84])
    tinted *= 1 - (0.3 + 0.5 * pale) * pack.ears[:, None] * (1 - ear)
    tinted[np.setdiff1d(pack.of_part(MOUTH), pack.of_part(SKIN))] = (0.20, 0.055, 0.05)
    tinted[np.setdiff1d(pack.of_part(SOCKET), pack.of_part(SKIN))] = (0.42, 0.19, 0.15)
    tinted[pack.of_part(TONGUE)] = (0.38, 0.13, 0.12)
    teeth = pack.of_part(UPPER_TEETH, LOWER_TEETH)
    back = np.clip((pack.vertices[teeth, 2] + 0.1) / 0.45, 0.1, 1)[:, None]
    tinted[teeth] = np.array([0.66, 0.60, 0.50]) * back
    tinted[pack.of_part(LASHES)] = np.minimum(np.array(who.hair) * 0.4, 0.03)
    return tinted


def gloss(pack: HeadPack, who: Identity) -> NDArray[np.float64]:
    """Return how much skin shines: forehead, nose and lips most."""
    x, y, z = pack.vertices.astype(np.float64).T
    nose = np.exp(-((x / 0.2) ** 2) - (((y - 0.45) / 0.35) ** 2)) * (z > 0.2)
    brow = np.exp(-((x / 0.6) ** 2) - (((y + 0.7) / 0.35) ** 2))
    found: NDArray[np.float64] = who.gloss * (0.5 + 0.6 * nose + 0.35 * brow) * (1 + 0.9 * pack.lips)
    return found


def lash_cover(pack: HeadPack, who: Identity) -> NDArray[np.float64]:
    """Return the opacity of lashes: dense at the lid, nothing at the tips, weaker below."""
    cover = np.ones(len(pack.vertices))
    skin = pack.vertices[np.setdiff1d(pack.of_part(SKIN, SOCKET), pack.of_part(LASHES))]
    skin = skin[(np.abs(skin[:, 1]) < 0.4) & (skin[:, 2] > -0.2)]
    lashes = pack.of_part(LASHES)
    points = pack.vertices[lashes]
    gap = np.sqrt(((points[:, None] - skin) ** 2).sum(axis=2).min(axis=1))
    upper = points[:, 1] < -0.0
    strength = np.where(upper, 0.95 + 0.4 * who.female, 0.35 + 0.2 * who.female)
    cover[lashes] = strength * np.clip(1 - gap / 0.10, 0, 1) ** 1.3
    return cover
