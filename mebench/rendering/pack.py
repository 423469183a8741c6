"""The head pack: mesh, identity targets and expression units (CC0, see HEAD_PACK.md), in the axes of the camera."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

SKIN, MOUTH, SOCKET, LEFT_EYE, RIGHT_EYE, UPPER_TEETH, LOWER_TEETH, TONGUE, LASHES = range(9)
"""Parts of the mesh."""

PIVOT = np.array([0.0, 0.75, -1.75], np.float32)
"""Top of the neck, about which the head turns."""

Target = tuple[NDArray[np.int64], NDArray[np.float32]]


@dataclass(frozen=True)
class HeadPack:
    """The average head and what deforms it.

    Lengths are in eye distances of the average head, the origin lies between its eyes, x points to the right of the
    image (the person's left), y down and z to the camera.

    Attributes
    ----------
    vertices : (n, 3) array
    quads : (q, 4) array
    parts : (q,) array
        Part of each quad.
    lips, lids, ears : (n,) arrays
        How much each vertex belongs to them, 0 to 1.
    targets : dict
        Name to indices and displacements of the vertices that a target moves.
    """

    vertices: NDArray[np.float32]
    quads: NDArray[np.int64]
    parts: NDArray[np.uint8]
    lips: NDArray[np.float32]
    lids: NDArray[np.float32]
    ears: NDArray[np.float32]
    targets: dict[str, Target]

    def of_part(self, *parts: int) -> NDArray[np.int64]:
        """Return the vertices of some parts."""
        return np.unique(self.quads[np.isin(self.parts, parts)])

    def names(self, *folders: str) -> list[str]:
        """Return the names of the targets in some folders, in the order of the pack."""
        return [name for name in self.targets if name.partition("/")[0] in folders]


def eye_centres(vertices: NDArray[np.floating], pack: HeadPack) -> NDArray[np.float64]:
    """Return the (2, 3) centres of the person's left and right eyeball."""
    ends = [vertices[pack.of_part(part)].astype(np.float64) for part in (LEFT_EYE, RIGHT_EYE)]
    return np.stack([(e.min(axis=0) + e.max(axis=0)) / 2 for e in ends])


@lru_cache(maxsize=1)
def head_pack() -> HeadPack:
    """Return the pack that lies beside this module."""
    with (
        resources.as_file(resources.files("mebench.rendering") / "head.npz") as path,
        np.load(path, allow_pickle=False) as stored,
    ):
        raw = {name: stored[name] for name in stored.files}
    eyes = [raw["vertices"][np.unique(raw["quads"][raw["parts"] == part])] for part in (LEFT_EYE, RIGHT_EYE)]
    centres = np.stack([(e.min(axis=0) + e.max(axis=0)) / 2 for e in eyes])
    scale = np.array([1.0, -1.0, 1.0], np.float32) / np.linalg.norm(centres[0] - centres[1])
    starts = raw["starts"]
    indices = raw["indices"].astype(np.int64)
    deltas = raw["deltas"].astype(np.float32) * scale
    targets = {
        str(name): (indices[a:b], deltas[a:b]) for name, a, b in zip(raw["names"], starts[:-1], starts[1:], strict=True)
    }
    lips, lids, ears = raw["masks"].astype(np.float32) / 255
    vertices = ((raw["vertices"] - centres.mean(axis=0)) * scale).astype(np.float32)
    quads = raw["quads"].astype(np.int64)
    _split_inner_brow(targets, vertices)
    return HeadPack(vertices, quads, raw["parts"], lips, lids, ears, targets)


def _split_inner_brow(targets: dict[str, Target], vertices: NDArray[np.float32]) -> None:
    """Give the inner brow raiser, which the source has for both sides at once, a left and a right half."""
    index, delta = targets.pop("unit/browInnerUp")
    left = 1 / (1 + np.exp(-vertices[index, 0] / 0.06))
    targets["unit/browInnerUpLeft"] = (index, delta * left[:, None].astype(np.float32))
    targets["unit/browInnerUpRight"] = (index, delta * (1 - left)[:, None].astype(np.float32))
