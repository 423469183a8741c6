"""The canonical face onto which faces are aligned: where the 68 points of an average face lie in a crop.

The shape is the mean over synthetic heads of CC0 data (no photograph, no data set went into it), made symmetric.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mebench.problems import unknown_name
from mebench.video.alignment import Matrix, affine, similarity
from mebench.video.landmarks.types import INNER_EYE_CORNERS, NASAL_BASE

# fmt: off
_POINTS = (
    # jaw
    (-1.151, -0.034), (-1.138, 0.239), (-1.093, 0.542), (-1.035, 0.850), (-0.935, 1.154), (-0.765, 1.407),
    (-0.540, 1.621), (-0.285, 1.770), (0.000, 1.808), (0.285, 1.770), (0.540, 1.621), (0.765, 1.407),
    (0.935, 1.154), (1.035, 0.850), (1.093, 0.542), (1.138, 0.239), (1.151, -0.034),
    # brows
    (-0.890, -0.282), (-0.732, -0.379), (-0.550, -0.420), (-0.362, -0.403), (-0.174, -0.318), (0.174, -0.318),
    (0.362, -0.403), (0.550, -0.420), (0.732, -0.379), (0.890, -0.282),
    # nose
    (0.000, -0.017), (0.000, 0.192), (0.000, 0.389), (0.000, 0.573), (-0.209, 0.717), (-0.110, 0.759),
    (0.000, 0.789), (0.110, 0.759), (0.209, 0.717),
    # eyes
    (-0.709, -0.007), (-0.563, -0.095), (-0.412, -0.080), (-0.317, 0.028), (-0.428, 0.073), (-0.572, 0.081),
    (0.317, 0.028), (0.412, -0.080), (0.563, -0.095), (0.709, -0.007), (0.572, 0.081), (0.428, 0.073),
    # outer lips
    (-0.363, 1.138), (-0.236, 1.041), (-0.101, 0.988), (0.000, 1.020), (0.101, 0.988), (0.236, 1.041),
    (0.363, 1.138), (0.239, 1.246), (0.106, 1.299), (0.000, 1.309), (-0.106, 1.299), (-0.239, 1.246),
    # inner lips
    (-0.299, 1.136), (-0.134, 1.112), (0.000, 1.117), (0.134, 1.112), (0.299, 1.136), (0.091, 1.140),
    (0.000, 1.140), (-0.091, 1.140),
)
# fmt: on
SHAPE: NDArray[np.float64] = np.array(_POINTS)
"""In eye distances, from the middle between the eye centres, x right, y down; (68, 2)."""


class Layout(NamedTuple):
    """Size and place of the canonical face: eye distance as a share of the width, eye line as one of the height."""

    eye_distance: float
    eye_line: float


LAYOUTS = {"face": Layout(0.36, 0.31), "openface": Layout(0.40, 0.31), "inner": Layout(0.50, 0.30)}
"""``face``: forehead to chin; ``openface``: about as tight as OpenFace 2.0 aligns; ``inner``: brows to mouth."""

STABLE = (36, 39, 42, 45, 27, 28, 29, 30, 31, 32, 33, 34, 35)
"""Eye corners and nose: the points that expressions move least."""
THREE = (*INNER_EYE_CORNERS, NASAL_BASE)
"""Inner eye corners and nasal base (Li et al. 2018; DynGeoNet as we read it)."""
FITS = ("stable", "three", "affine", "all")


def canonical_points(layout: str, size: tuple[int, int]) -> NDArray[np.float64]:
    """Return where the 68 points of the average face lie in a crop.

    Parameters
    ----------
    layout : {"face", "openface", "inner"}
    size : (width, height)
        Of the crop.

    Returns
    -------
    (68, 2) float64

    Raises
    ------
    UserError
        If there is no such layout.
    """
    if layout not in LAYOUTS:
        raise unknown_name("canonical face", layout, LAYOUTS)
    width, height = size
    eye_distance, eye_line = LAYOUTS[layout]
    middle = np.array([(width - 1) / 2, eye_line * height - 0.5])
    return np.asarray(middle + SHAPE * eye_distance * width, dtype=np.float64)


def canonical_transform(points: NDArray[np.float64], layout: str, size: tuple[int, int], fit: str = "stable") -> Matrix:
    """Return the transform that brings a face onto the canonical one.

    Parameters
    ----------
    points : (68, 2) float64
        In the image.
    layout, size
        See :func:`canonical_points`.
    fit : {"stable", "three", "affine", "all"}
        A similarity from eye corners and nose; from inner eye corners and nasal base alone; the affine map that brings
        these three exactly onto their places (it shears a turned face); a similarity from all points.

    Returns
    -------
    (2, 3) float64

    Raises
    ------
    UserError
        If there is no such layout or fit, or the points do not span a face.
    """
    if fit not in FITS:
        raise unknown_name("fit", fit, FITS)
    target = canonical_points(layout, size)
    chosen = {"stable": STABLE, "all": tuple(range(68))}.get(fit, THREE)
    solve = affine if fit == "affine" else similarity
    return solve(points[list(chosen)], target[list(chosen)])
