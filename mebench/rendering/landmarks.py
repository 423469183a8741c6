"""The 68 landmarks of iBUG as points of the mesh.

The points of lids and inner lips are the mesh's own edges, those of the brows lie on the person's brows. The others are
where dlib's predictor put them, on the median of 40 synthetic persons, made symmetric and fixed to the surface once and
for all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mebench.rendering import atlas, skin
from mebench.rendering.identity import Identity
from mebench.rendering.pack import SKIN, HeadPack

_POINTS = (  # three vertices of the head pack, and the weights of the second and the third
    (2710, 2709, 2726, 0.451, 0.418), (2417, 2426, 2448, 0.161, 0.064),
    (2730, 859, 2068, 0.226, 0.014), (270, 910, 2213, 0.126, 0.705),
    (735, 2211, 2212, 0.267, 0.230), (737, 2270, 2269, 0.024, 0.635),
    (2268, 2266, 917, 0.444, 0.480), (914, 918, 727, 0.270, 0.114),
    (2267, 732, 732, 0.466, 0.000), (3602, 3606, 3435, 0.270, 0.114),
    (4906, 4905, 3605, 0.444, 0.480), (3443, 4908, 4907, 0.024, 0.635),
    (3441, 4853, 4854, 0.267, 0.230), (3025, 3598, 4855, 0.126, 0.705),
    (5360, 3550, 4716, 0.226, 0.014), (5049, 5058, 5080, 0.161, 0.064),
    (5340, 5339, 5356, 0.451, 0.418), (261, 2232, 262, 0.073, 0.574),
    (232, 231, 224, 0.017, 0.507), (231, 229, 222, 0.314, 0.656),
    (230, 233, 223, 0.300, 0.642), (233, 228, 208, 0.576, 0.176),
    (2992, 2987, 2969, 0.576, 0.176), (2989, 2992, 2983, 0.300, 0.642),
    (2990, 2988, 2982, 0.314, 0.656), (2991, 2990, 2984, 0.017, 0.507),
    (3016, 4873, 3017, 0.073, 0.574), (132, 136, 136, 0.045, 0.000),
    (131, 135, 135, 0.195, 0.000), (164, 201, 201, 0.465, 0.000),
    (294, 2105, 2105, 0.358, 0.000), (286, 320, 334, 0.282, 0.579),
    (285, 313, 314, 0.572, 0.402), (317, 343, 343, 0.398, 0.000),
    (3040, 3062, 3063, 0.572, 0.402), (3041, 3068, 3082, 0.282, 0.579),
    (1089, 1089, 1089, 0.000, 0.000), (1081, 1081, 1081, 0.000, 0.000),
    (1099, 1099, 1099, 0.000, 0.000), (1104, 1104, 1104, 0.000, 0.000),
    (1096, 1096, 1096, 0.000, 0.000), (1094, 1094, 1094, 0.000, 0.000),
    (3782, 3782, 3782, 0.000, 0.000), (3777, 3777, 3777, 0.000, 0.000),
    (3759, 3759, 3759, 0.000, 0.000), (3767, 3767, 3767, 0.000, 0.000),
    (3772, 3772, 3772, 0.000, 0.000), (3774, 3774, 3774, 0.000, 0.000),
    (1845, 429, 1846, 0.488, 0.050), (2322, 2323, 448, 0.070, 0.144),
    (450, 460, 457, 0.205, 0.332), (466, 467, 467, 0.140, 0.000),
    (3196, 3205, 3202, 0.205, 0.332), (4957, 4958, 3194, 0.070, 0.144),
    (4501, 3175, 4502, 0.488, 0.050), (3221, 3219, 3225, 0.413, 0.414),
    (3221, 3231, 3227, 0.570, 0.402), (492, 496, 496, 0.479, 0.000),
    (480, 490, 486, 0.570, 0.402), (480, 478, 484, 0.413, 0.414),
    (475, 476, 438, 0.038, 0.843), (471, 471, 471, 0.000, 0.000),
    (474, 474, 474, 0.000, 0.000), (3213, 3213, 3213, 0.000, 0.000),
    (3216, 3217, 3184, 0.038, 0.843), (3228, 3228, 3228, 0.000, 0.000),
    (493, 493, 493, 0.000, 0.000), (487, 487, 487, 0.000, 0.000),
)  # fmt: skip
BROWS = range(17, 27)
_ALONG_BROW = np.array([0.97, 0.74, 0.49, 0.25, 0.03])
"""Where the brow's landmarks lie along it, from the temple (17, 26) to the nose (21, 22)."""


def anchors(pack: HeadPack, who: Identity) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return vertices and weights, each (68, 3), of a person's landmarks; those of the brows lie where brows grow."""
    vertices = np.array([point[:3] for point in _POINTS], np.int64)
    weights = np.array([(1 - point[3] - point[4], point[3], point[4]) for point in _POINTS])
    left = skin.brow_curve(who, _ALONG_BROW)
    curve = np.concatenate([left * [-1, 1], left[::-1]])
    flat = atlas.skin(pack.vertices)
    quads = pack.quads[(pack.parts == SKIN) & (np.abs(pack.vertices[pack.quads][..., 1] + 0.3) < 0.4).all(axis=1)]
    quads = quads[(pack.vertices[quads][..., 2] > -0.5).all(axis=1)]
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    a, b, c = (flat[triangles[:, k]] for k in range(3))
    area = _cross(b - a, c - a)
    for k, place in zip(BROWS, skin.texels(curve), strict=True):
        shares = np.stack([_cross(b - place, c - place), _cross(c - place, a - place)]) / area
        shares = np.stack([*shares, 1 - shares.sum(axis=0)], axis=1)
        best = int(shares.min(axis=1).argmax())
        vertices[k], weights[k] = triangles[best], shares[best]
    return vertices, weights


def _cross(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return twice the signed area between vectors of the plane."""
    found: NDArray[np.float64] = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    return found


def on_screen(
    points: NDArray[np.int64], weights: NDArray[np.float64], screen: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Return the (68, 2) landmarks of projected vertices (x, y, nearness)."""
    found: NDArray[np.float64] = np.einsum("kc,kcd->kd", weights, screen[points, :2].astype(np.float64))
    return found
