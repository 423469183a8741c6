"""The whole mesh of one person: skin, mouth, teeth, eyeballs, hair and lashes, ready to be drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mebench.rendering import atlas, hairstyle, landmarks, materials
from mebench.rendering.identity import Identity
from mebench.rendering.lighting import EYE_LIKE, HAIR_LIKE, SKIN_LIKE
from mebench.rendering.pack import (
    LASHES,
    LEFT_EYE,
    LOWER_TEETH,
    MOUTH,
    RIGHT_EYE,
    SKIN,
    SOCKET,
    TONGUE,
    UPPER_TEETH,
    HeadPack,
    eye_centres,
    head_pack,
)
from mebench.rendering.surface import normals
from mebench.rendering.units import MIXTURES

Floats = NDArray[np.float32]
Indices = NDArray[np.int32]

_LOOKS = {"down": "eyeLookDown", "up": "eyeLookUp"}
EYE_RINGS, EYE_SPOKES = 13, 28
EYE_VERTICES = EYE_RINGS * EYE_SPOKES + 1


@dataclass
class Mesh:
    """Everything about one person that does not change from frame to frame.

    Attributes
    ----------
    rest : (n, 3) array
        Vertices at rest in the person's eye distances, origin between the eyes.
    base : (n, 3) array
        Where each vertex lies on the average head.
    triangles, corners : (t, 3) arrays
        Vertices of every triangle, and its positions in ``texels``.
    texels : (m, 2) array
    opaque, eyes : (int, int)
        Ranges of triangles.
    layers : list of (first, last, both sides)
        Translucent triangles in the order in which they are drawn.
    kind, tint, gloss, cover : per vertex
        For the light.
    share : (n,) array
        Part of the head's rotation that a vertex follows.
    starts, index, delta : arrays
        Displacements of the channels, and after them of the lids that follow the gaze (down, then up).
    eye_centre : (2, 3) array
    eye_radius : (2,) array
    eye_first : tuple of int
        First vertex of each eyeball.
    points, weights : (68, 3) arrays
        Vertices and weights of the landmarks.
    near_eye : tuple of arrays
        Vertices of lids and lashes of each side.
    lid_edges : tuple of arrays
        Vertices of the upper lid's edge of each side.
    """

    rest: Floats
    base: Floats
    triangles: Indices
    corners: Indices
    texels: Floats
    opaque: tuple[int, int]
    eyes: tuple[int, int]
    layers: list[tuple[int, int, bool]]
    kind: NDArray[np.uint8]
    tint: Floats
    gloss: Floats
    cover: Floats
    share: Floats
    starts: Indices
    index: Indices
    delta: Floats
    eye_centre: Floats
    eye_radius: Floats
    eye_first: tuple[int, int]
    near_eye: tuple[Indices, Indices]
    points: NDArray[np.int64]
    weights: NDArray[np.float64]
    lid_edges: tuple[Indices, Indices]


def shaped(pack: HeadPack, who: Identity) -> tuple[NDArray[np.float64], float]:
    """Return the vertices of a person's head, origin between the eyes and eyes one apart, and the scale used."""
    vertices = pack.vertices.astype(np.float64)
    for name, weight in who.shape:
        index, delta = pack.targets[name]
        vertices[index] += weight * delta
    _close_lips(vertices, pack)
    centres = eye_centres(vertices, pack)
    scale = 1.0 / float(np.linalg.norm(centres[0] - centres[1]))
    return (vertices - centres.mean(axis=0)) * scale, scale


def _close_lips(vertices: NDArray[np.float64], pack: HeadPack) -> None:
    """Bring the lips together where targets of the mouth have parted them more than on the average head."""
    usual = pack.vertices.astype(np.float64)
    fall = np.zeros(len(usual))
    index, delta = pack.targets["unit/jawOpen"]
    fall[index] = delta[:, 1]
    near = np.flatnonzero((np.abs(usual[:, 1] - 1.1) < 0.2) & (usual[:, 2] > 0.1) & (np.abs(usual[:, 0]) < 0.6))
    edge = near[(pack.lips[near] > 0.5) & (np.abs(usual[near, 1] - 1.1) < 0.018)]
    upper, lower = edge[fall[edge] < 0.2], edge[fall[edge] > 0.3]
    partner = lower[np.abs(usual[upper, None, 0] - usual[None, lower, 0]).argmin(axis=1)]
    gap = (vertices[partner, 1] - vertices[upper, 1]) - (usual[partner, 1] - usual[upper, 1])
    order = np.argsort(usual[upper, 0])
    own = np.interp(usual[near, 0], usual[upper[order], 0], np.maximum(gap[order], -0.01) + 0.012)
    close = np.exp(-(((usual[near, 1] - 1.1) / 0.075) ** 2)) * np.exp(-((usual[near, 0] / 0.42) ** 8))
    vertices[near, 1] += 0.5 * own * close * np.where(fall[near] > 0.25, -1, 1)


def _eyeball(radius: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the front of an eyeball about the origin, with its cornea, and its triangles."""
    tilt = np.linspace(0, np.radians(84), EYE_RINGS + 1)[1:]
    spoke = np.arange(EYE_SPOKES) * 2 * np.pi / EYE_SPOKES
    bulge = radius * (1 + 0.045 * np.exp(-((tilt / 0.42) ** 4)))
    ring = np.stack(
        [
            np.outer(bulge * np.sin(tilt), np.cos(spoke)),
            np.outer(bulge * np.sin(tilt), np.sin(spoke)),
            np.outer(bulge * np.cos(tilt), np.ones(EYE_SPOKES)),
        ],
        axis=-1,
    ).reshape(-1, 3)
    points = np.concatenate([[[0, 0, radius * 1.045]], ring])
    following = (np.arange(EYE_SPOKES) + 1) % EYE_SPOKES
    triangles = [np.stack([np.zeros(EYE_SPOKES, int), 1 + following, 1 + np.arange(EYE_SPOKES)], axis=1)]
    for k in range(EYE_RINGS - 1):
        a, b = 1 + k * EYE_SPOKES, 1 + (k + 1) * EYE_SPOKES
        here, there = np.arange(EYE_SPOKES), following
        triangles.append(np.stack([a + here, a + there, b + here], axis=1))
        triangles.append(np.stack([a + there, b + there, b + here], axis=1))
    return points, np.concatenate(triangles)


def _split(quads: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return two triangles for each quad."""
    return np.stack([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]], axis=1).reshape(-1, 3)


class _Builder:
    """Collects vertices, triangles and texture positions of the parts of a mesh."""

    def __init__(self) -> None:
        self.rest: list[NDArray[np.floating]] = []
        self.base: list[NDArray[np.floating]] = []
        self.source: list[NDArray[np.int64]] = []
        self.kind: list[NDArray[np.uint8]] = []
        self.tint: list[NDArray[np.floating]] = []
        self.gloss: list[NDArray[np.floating]] = []
        self.cover: list[NDArray[np.floating]] = []
        self.triangles: list[NDArray[np.int64]] = []
        self.corners: list[NDArray[np.int64]] = []
        self.texels: list[NDArray[np.floating]] = []
        self.n = self.m = self.t = 0

    def vertices(
        self,
        rest: NDArray[np.floating],
        base: NDArray[np.floating],
        kind: int,
        *,
        source: NDArray[np.int64] | None = None,
        tint: NDArray[np.floating] | float = 1.0,
        gloss: NDArray[np.floating] | float = 0.0,
        cover: NDArray[np.floating] | float = 1.0,
    ) -> int:
        """Add vertices and return the index of the first; ``source`` is the pack vertex whose movements they follow."""
        n = len(rest)
        first = self.n
        self.rest.append(rest)
        self.base.append(base)
        self.source.append(np.full(n, -1) if source is None else source)
        self.kind.append(np.full(n, kind, np.uint8))
        self.tint.append(np.broadcast_to(tint, (n, 3)))
        self.gloss.append(np.broadcast_to(gloss, n))
        self.cover.append(np.broadcast_to(cover, n))
        self.n += n
        return first

    def draw(
        self, triangles: NDArray[np.int64], corners: NDArray[np.int64], texels: NDArray[np.floating]
    ) -> tuple[int, int]:
        """Add triangles with their texture positions and return their range."""
        first = self.t
        self.triangles.append(triangles)
        self.corners.append(corners + self.m)
        self.texels.append(texels)
        self.m += len(texels)
        self.t += len(triangles)
        return first, self.t


def build(who: Identity) -> Mesh:
    """Return the mesh of a person."""
    pack = head_pack()
    rest, scale = shaped(pack, who)
    b = _Builder()
    b.vertices(
        rest,
        pack.vertices,
        SKIN_LIKE,
        source=np.arange(len(rest)),
        tint=materials.tints(pack, who),
        gloss=materials.gloss(pack, who),
        cover=materials.lash_cover(pack, who),
    )
    b.kind[0] = materials.kinds(pack)
    skin = _draw_skin(b, pack)
    _draw_flat(b, pack, (MOUTH, SOCKET, UPPER_TEETH, LOWER_TEETH, TONGUE))
    centres, radii, firsts, eyes = _add_eyes(b, pack, rest)
    layers = _add_hair(b, pack, who, rest)
    layers.append((*_draw_flat(b, pack, (LASHES,)), True))
    base = np.concatenate(b.base).astype(np.float32)
    starts, index, delta = _movements(pack, np.concatenate(b.source), scale)
    points, weights = landmarks.anchors(pack, who)
    near = tuple(_near(pack, rest, centres[k], radii[k]) for k in (0, 1))
    edges = tuple(_lid_edge(pack, centre) for centre in eye_centres(pack.vertices, pack))
    return Mesh(
        rest=np.concatenate(b.rest).astype(np.float32),
        base=base,
        triangles=np.concatenate(b.triangles).astype(np.int32),
        corners=np.concatenate(b.corners).astype(np.int32),
        texels=np.concatenate(b.texels).astype(np.float32),
        opaque=(skin[0], eyes[1]),
        eyes=eyes,
        layers=layers,
        kind=np.concatenate(b.kind),
        tint=np.concatenate(b.tint).astype(np.float32),
        gloss=np.concatenate(b.gloss).astype(np.float32),
        cover=np.concatenate(b.cover).astype(np.float32),
        share=_share(base),
        starts=starts,
        index=index,
        delta=delta,
        eye_centre=centres.astype(np.float32),
        eye_radius=radii.astype(np.float32),
        eye_first=firsts,
        points=points,
        weights=weights,
        near_eye=(near[0], near[1]),
        lid_edges=(edges[0], edges[1]),
    )


def _draw_skin(b: _Builder, pack: HeadPack) -> tuple[int, int]:
    """Draw the skin: the head with its own texture, neck and shoulders with the torso's."""
    quads = _split(pack.quads[pack.parts == SKIN])
    low = (pack.vertices[quads][:, :, 1] > 1.75).all(axis=1) & (pack.vertices[quads][:, :, 2] < -0.15).all(axis=1)
    low |= (pack.vertices[quads][:, :, 1] > 2.0).any(axis=1)
    first, _ = b.draw(quads[~low], quads[~low], atlas.skin(pack.vertices))
    _, last = b.draw(quads[low], quads[low], atlas.torso(pack.vertices))
    return first, last


def _draw_flat(b: _Builder, pack: HeadPack, parts: tuple[int, ...]) -> tuple[int, int]:
    """Draw parts that have no texture."""
    triangles = _split(pack.quads[np.isin(pack.parts, parts)])
    return b.draw(triangles, np.zeros_like(triangles), atlas.white(1))


def _add_eyes(
    b: _Builder, pack: HeadPack, rest: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], tuple[int, int], tuple[int, int]]:
    """Add both eyeballs; return centres, radii, first vertices and the range of triangles."""
    centres = eye_centres(rest, pack)
    usual = eye_centres(pack.vertices, pack)
    radii, firsts, ranges = [], [], []
    for k, part in enumerate((LEFT_EYE, RIGHT_EYE)):
        own = rest[pack.of_part(part)]
        radius = float(np.ptp(own[:, :2], axis=0).mean()) / 2
        ball, triangles = _eyeball(radius)
        first = b.vertices(ball + centres[k], ball + usual[k], EYE_LIKE, gloss=1.0)
        directions = ball / np.linalg.norm(ball, axis=1, keepdims=True)
        ranges.append(b.draw(triangles + first, triangles, atlas.eye(directions)))
        radii.append(radius)
        firsts.append(first)
    return centres, np.array(radii), (firsts[0], firsts[1]), (ranges[0][0], ranges[1][1])


def _add_hair(b: _Builder, pack: HeadPack, who: Identity, rest: NDArray[np.float64]) -> list[tuple[int, int, bool]]:
    """Add the hair; return its layers."""
    triangles = _split(pack.quads[pack.parts == SKIN]).astype(np.int32)
    outward = np.zeros((len(rest), 3), np.float32)
    normals(rest.astype(np.float32), triangles, outward)
    layers: list[tuple[int, int, bool]] = []
    scalp = pack.vertices[:, 1] < 0.2
    scalp &= pack.ears < 0.3
    size = np.ptp(rest[scalp], axis=0) / np.ptp(pack.vertices[scalp], axis=0)
    loose = hairstyle.curtain(who, size[[0, 2, 1]])
    if loose is not None:
        points, flat, faces = loose
        base = points / size[[0, 1, 2]]
        top = np.clip((flat[:, 1] + 0.9) / 0.5, 0, 1)
        bottom = np.clip((hairstyle.STYLES[who.style].curtain or 0) - flat[:, 1], 0, 0.25) / 0.25
        first = b.vertices(points, base, HAIR_LIKE, tint=np.array([0.8, 0.8, 0.8]), gloss=0.4, cover=5.0 * bottom * top)
        layers.append((*b.draw(faces + first, faces, atlas.hair(base)), True))
    style = hairstyle.STYLES[who.style]
    for k, shell in enumerate(hairstyle.shells(pack, who, outward.astype(np.float64))):
        base = pack.vertices[shell.source]
        first = b.vertices(
            rest[shell.source] + shell.offset,
            base,
            HAIR_LIKE,
            source=shell.source,
            tint=np.full(3, (0.6, 0.8, 1.0)[k]),
            gloss=(0.2, 0.6, 1.0)[k],
            cover=style.opacity * (2.0, 1.8, 1.5)[k],
        )
        layers.append((*b.draw(shell.triangles + first, shell.triangles, atlas.hair(base)), False))
    return layers


def _share(base: Floats) -> Floats:
    """Return the part of the head's rotation that vertices follow: all on the head, none on the shoulders."""
    low = np.clip((base[:, 1] - 0.45 * base[:, 2] - 1.9) / 1.3, 0, 1)
    found: Floats = (1 - low * low * (3 - 2 * low)).astype(np.float32)
    return found


def _movements(pack: HeadPack, source: NDArray[np.int64], scale: float) -> tuple[Indices, Indices, Floats]:
    """Return the displacements of all channels and of the lids that follow the gaze, vertices in ascending order."""
    mixtures = list(MIXTURES.values())
    mixtures += [{unit + side: 1.0 for side in ("Left", "Right")} for unit in _LOOKS.values()]
    followers = np.flatnonzero(source >= 0)
    starts, indices, deltas = [0], [], []
    for mixture in mixtures:
        total = np.zeros((len(pack.vertices), 3), np.float32)
        for unit, weight in mixture.items():
            index, delta = pack.targets[f"unit/{unit}"]
            total[index] += np.float32(weight * scale) * delta
        moving = total[source[followers]]
        active = np.abs(moving).max(axis=1) > 1e-5
        indices.append(followers[active])
        deltas.append(moving[active])
        starts.append(starts[-1] + int(active.sum()))
    return np.array(starts, np.int32), np.concatenate(indices).astype(np.int32), np.concatenate(deltas)


def _near(pack: HeadPack, rest: NDArray[np.float64], centre: NDArray[np.float64], radius: float) -> Indices:
    """Return vertices of skin and lashes near an eyeball."""
    outer = pack.of_part(SKIN, LASHES)
    gap = np.linalg.norm(rest[outer] - centre, axis=1)
    found: Indices = outer[gap < 2.2 * radius].astype(np.int32)
    return found


def _lid_edge(pack: HeadPack, centre: NDArray[np.float64]) -> Indices:
    """Return the vertices of the upper lid's edge: where its lashes begin."""
    lashes = pack.vertices[pack.of_part(LASHES)]
    upper = lashes[(lashes[:, 1] < 0) & (np.sign(lashes[:, 0]) == np.sign(centre[0]))]
    skin = np.intersect1d(pack.of_part(SKIN), pack.of_part(SOCKET))
    skin = skin[np.linalg.norm(pack.vertices[skin] - centre, axis=1) < 0.5]
    gap = np.sqrt(((pack.vertices[skin][:, None] - upper) ** 2).sum(axis=2).min(axis=1))
    found: Indices = skin[gap < 0.05].astype(np.int32)
    return found
