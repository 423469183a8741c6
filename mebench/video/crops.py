"""The face crops of the papers: from the 68 landmarks of one frame to one box, by name.

Each is a small pure function of the landmarks (68, 2) and the shape (H, W, ...) of the image, and returns a half-open
box clipped to the image. Points are counted from 0 as in iBUG-68. The same box is meant for all frames of a clip or
section.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mebench.problems import unknown_name
from mebench.video.boxes import Box, bounds, clipped, rounded

Points = NDArray[np.float64]
Crop = Callable[[Points, tuple[int, ...]], Box]


def eye_centres(points: Points) -> tuple[Points, Points]:
    """Return the centres (2,) of the eye on the left and on the right of the image: the means of their six points."""
    return points[36:42].mean(axis=0), points[42:48].mean(axis=0)


def landmark_bounds(points: Points, shape: tuple[int, ...], margin: float = 0.2) -> Box:
    """Return the bounds of all points with a margin, as a share of their width and height.

    Source: the public preprocessing of CASME II, SAMM, SMIC and MMEW by M. Wei, with margin 0.2.
    """
    width, height = np.ptp(points, axis=0)
    return clipped(
        bounds(points, left=margin * width, right=margin * width, up=margin * height, down=margin * height), shape
    )


def casme2(points: Points, shape: tuple[int, ...]) -> Box:
    """Return a box like those of CASME II's ``Cropped`` folder: 280 wide to 340 high, from the brows to the chin.

    The data set does not say how its crops follow from landmarks. Choice: the chin and the height of the brows, 8 % of
    the face's height above and 2 % below, give the height; the width follows from 280:340, centred on the face.
    """
    top, bottom = points[17:27, 1].min(), points[6:11, 1].max()
    face = bottom - top
    y0, y1 = top - 0.08 * face, bottom + 0.02 * face
    centre, half = (points[:17, 0].min() + points[:17, 0].max()) / 2, (y1 - y0) * 280 / 340 / 2
    return clipped(Box(rounded(centre - half), rounded(y0), rounded(centre + half), rounded(y1)), shape)


def li2018(points: Points, shape: tuple[int, ...]) -> Box:
    """Return the box by eye distance of Pfister et al. (2011) and Li et al. (2018), for SMIC and CASME.

    With e the distance of the eye centres: from 0.4 e outside and 0.6 e above the left eye, 1.8 e wide and 2.2 e high.
    The four factors are recalled, not read: they agree with each other (0.4 + 1 + 0.4 = 1.8).
    """
    left, right = eye_centres(points)
    distance = float(np.hypot(*(right - left)))
    centre = (left + right) / 2
    x0, y0 = centre[0] - 0.9 * distance, centre[1] - 0.6 * distance
    return clipped(Box(rounded(x0), rounded(y0), rounded(x0 + 1.8 * distance), rounded(y0 + 2.2 * distance)), shape)


def aouayeb2019(points: Points, shape: tuple[int, ...]) -> Box:
    """Return the box of Aouayeb et al. (MLSP 2019; their code of 2022): brow ends 17 and 26, brows 18/25, chin 8."""
    x0, x1 = points[17, 0], points[26, 0]
    y0, y1 = min(points[18, 1], points[25, 1]), points[8, 1]
    return clipped(Box(rounded(x0), rounded(y0), rounded(x1), rounded(y1)), shape)


def mdmd(points: Points, shape: tuple[int, ...], lowest: float | None = None) -> Box:
    """Return the box of MDMD, the baseline of MEGC2020 (He et al. 2020).

    The width of all points; above the highest one as much again as from the brow (18) down to the eye (36); down to the
    lowest point.

    Parameters
    ----------
    points, shape
        See the module's head.
    lowest : float, optional
        The lowest point of a second detection inside the first box, which then is the lower edge.
    """
    (x0, top), (x1, bottom) = points.min(axis=0), points.max(axis=0)
    y0 = top - (points[36, 1] - points[18, 1])
    y1 = bottom if lowest is None else lowest
    return clipped(Box(rounded(x0), rounded(y0), rounded(x1) + 1, rounded(y1) + 1), shape)


def eye_corner_units(
    points: Points, shape: tuple[int, ...], up: float = 3, down: float = 5, left: float = 4, right: float = 4
) -> Box:
    """Return the box of He et al. (2021): so many half distances of the inner eye corners around their middle.

    On CAS(ME)^2 up 3, down 5, left and right 4, then 256 x 256; on SAMM-LV 3.5, 5.5, 4.5, 4.5 and 320 x 320. Zhao et
    al. (2022) take the first on both, with 284 x 284 on SAMM-LV. Half distance and middle are cut to whole pixels.
    """
    unit = int((points[42, 0] - points[39, 0]) / 2)
    x, y = (int(v) for v in (points[39] + points[42]) / 2)
    return clipped(Box(x - int(left * unit), y - int(up * unit), x + int(right * unit), y + int(down * unit)), shape)


def he2021_samm(points: Points, shape: tuple[int, ...]) -> Box:
    """Return the wider box of He et al. (2021) on SAMM-LV; see :func:`eye_corner_units`."""
    return eye_corner_units(points, shape, up=3.5, down=5.5, left=4.5, right=4.5)


def softnet(points: Points, shape: tuple[int, ...]) -> Box:
    """Return the box of SOFTNet (Liong et al. 2021), MTSN and others: that of dlib's face detector, then 128 x 128.

    It is rebuilt from the landmarks, so that any source serves: a square as dlib's boxes lie in the median around
    dlib's points on 40 rendered faces (5th to 95th percentile of the side: 0.99 to 1.11 widths of the points; the
    detector itself looks for faces in steps of a fifth in size).
    """
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    side = SOFTNET_SIDE * (x1 - x0)
    centre_x, centre_y = (x0 + x1) / 2, y0 + SOFTNET_CENTRE * (y1 - y0)
    left, top = rounded(centre_x - side / 2), rounded(centre_y - side / 2)
    return clipped(Box(left, top, left + rounded(side), top + rounded(side)), shape)


SOFTNET_SIDE = 1.06
SOFTNET_CENTRE = 0.40

CROPS: dict[str, Crop] = {
    "aouayeb2019": aouayeb2019,
    "bounds": landmark_bounds,
    "casme2": casme2,
    "he2021": eye_corner_units,
    "he2021-samm": he2021_samm,
    "li2018": li2018,
    "mdmd": mdmd,
    "softnet": softnet,
}
"""The crops by name; ``he2021`` is that for CAS(ME)^2, which Zhao et al. (2022) take for SAMM-LV as well."""


def crop_box(name: str, points: Points, shape: tuple[int, ...]) -> Box:
    """Return the box of a crop by name.

    Raises
    ------
    UserError
        If there is no such crop.
    """
    if name not in CROPS:
        raise unknown_name("crop", name, CROPS)
    return CROPS[name](points, shape)
