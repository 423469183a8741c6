"""Regions of a cropped face that the papers look at: boxes from the 68 landmarks of the crop, each with its source.

Pure functions of the landmarks (68, 2), in pixels of the crop and counted from 0 as in iBUG-68, and of the shape
(H, W, ...) of the crop; boxes are half-open and clipped. Sizes in pixels are those of the paper's own crop, which the
docstring names: ``scale`` multiplies them for another size.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from mebench.problems import unknown_name
from mebench.video.boxes import Box, around, bounds, clipped, expanded, rounded

Points = NDArray[np.float64]
Layout = Callable[[Points, tuple[int, ...]], list[Box]]

ROI12 = (18, 19, 20, 23, 24, 25, 28, 30, 48, 51, 54, 57)
"""The landmarks of ABPN, AUW-GCN and SP-pattern: three a brow, two of the nose, four of the mouth."""
LTP_ML = (17, 20, 21, 22, 23, 26, 27, 30, 48, 51, 54, 57)

AOUAYEB_CANVAS = (240, 280)
"""Width and height of the canvas of Aouayeb et al. (2019)."""
AOUAYEB2019 = (
    Box(0, 20, 100, 100),
    Box(140, 20, 240, 100),
    Box(60, 80, 180, 160),
    Box(0, 120, 60, 180),
    Box(180, 120, 240, 180),
    Box(40, 180, 200, 240),
)
"""Eye and brow left, right; nose; cheek left, right; mouth, on their canvas (code of 2022; sizes as in the paper)."""


def dyngeonet(points: Points, shape: tuple[int, ...]) -> list[Box]:
    """Return eyes with brows (17-26, 36-47, +10 %), nose (27-35) and mouth (48-67, +15 %).

    DynGeoNet looks at "only eye, nose and mouth area" without giving boxes; these are our choice. Everything outside
    them is made neutral: :func:`mebench.video.boxes.only`.
    """
    eyes = expanded(np.vstack([points[17:27], points[36:48]]), 0.10)
    return [clipped(box, shape) for box in (eyes, expanded(points[27:36], 0.0), expanded(points[48:68], 0.15))]


def dc_rois(points: Points, shape: tuple[int, ...], margin: float = 0.10) -> list[Box]:
    """Return left eye with brow, right eye with brow, and mouth: the regions of D&C-RoIs (Liong et al. 2015).

    The margin, a share of each region's width and height, is our choice.
    """
    left = np.vstack([points[17:22], points[36:42]])
    right = np.vstack([points[22:27], points[42:48]])
    return [clipped(expanded(part, margin), shape) for part in (left, right, points[48:68])]


def roi12(points: Points, shape: tuple[int, ...], radius: int = 5) -> list[Box]:
    """Return the 11 x 11 boxes of ABPN and AUW-GCN (2022, 2023) around :data:`ROI12`."""
    return [clipped(around(points[i], radius, radius, radius + 1, radius + 1), shape) for i in ROI12]


def sp_pattern(points: Points, shape: tuple[int, ...], half: int = 8) -> list[Box]:
    """Return the 16 x 16 boxes of SP-pattern (Zhang et al. 2020) around :data:`ROI12`; point 28 is its reference."""
    return [clipped(around(points[i], half, half, half, half), shape) for i in ROI12]


def ltp_ml(points: Points, shape: tuple[int, ...], half: int = 5) -> list[Box]:
    """Return the 10 x 10 boxes of LTP-ML, the baseline of MEGC2019.

    Its points 1, 4, 5, 6, 7, 10, 11, 14, 32, 35, 38, 41 are read as those of the 49-point order (brows 1-10, nose
    11-19, eyes 20-31, mouth from 32), which makes them symmetric: brow ends, nose root and tip, mouth corners and
    middles.
    """
    return [clipped(around(points[i], half, half, half, half), shape) for i in LTP_ML]


def he2021(points: Points, shape: tuple[int, ...], scale: float = 1.0) -> list[Box]:
    """Return the sixteen patches of He et al. (2021) on a crop of 256 (CAS(ME)^2) or 320 (SAMM-LV).

    In the order of their signals: left brow and its points 20, 19, 18; right brow and 23, 24, 25; mouth and 48, 54,
    51, 57, 62; nose wings 31, 35. Sizes and order as in the authors' code of 2024; Zhao et al. (2022) scale them by
    size/256.
    """

    def px(*sizes: int) -> list[int]:
        return [int(size * scale) for size in sizes]

    def region(part: Points, *sizes: int) -> Box:
        left, up, right, down = px(*sizes)
        box = bounds(part, left=left, up=up, right=right, down=down)
        return Box(box.x0, box.y0, box.x1 - 1, box.y1 - 1)  # their slices end before the last point

    def patch(i: int, *sizes: int) -> Box:
        return around(points[i], *px(*sizes))

    brows_left = [region(points[17:22], 5, 15, 0, 5), *(patch(i, 10, 10, 10, 10) for i in (20, 19, 18))]
    brows_right = [region(points[22:27], 0, 15, 0, 5), *(patch(i, 10, 10, 10, 10) for i in (23, 24, 25))]
    corners = [patch(48, 10, 10, 20, 10), patch(54, 20, 10, 10, 10)]
    mouth = [region(points[48:67], 20, 15, 20, 10), *corners, *(patch(i, 10, 10, 10, 10) for i in (51, 57, 62))]
    nose = [patch(31, 20, 20, 10, 5), patch(35, 10, 20, 20, 5)]
    return [clipped(box, shape) for box in (*brows_left, *brows_right, *mouth, *nose)]


def he2021_nose_tip(points: Points, shape: tuple[int, ...], scale: float = 1.0) -> Box:
    """Return the patch whose flow He et al. (2021) subtract as head motion: 13 px around the points 29 and 30."""
    more = int(13 * scale)
    box = bounds(points[29:31], left=more, up=more, right=more, down=more)
    return clipped(Box(box.x0, box.y0, box.x1 - 1, box.y1 - 1), shape)


def abpn_nose_tip(points: Points, shape: tuple[int, ...]) -> Box:
    """Return the patch of ABPN's head motion: the points 29 and 30, plus .35 of half the inner eye distance."""
    more = 0.35 * float(np.hypot(*(points[42] - points[39]))) / 2
    return clipped(bounds(points[29:31], left=more, up=more, right=more, down=more), shape)


def softnet_nose(points: Points, shape: tuple[int, ...]) -> Box:
    """Return the 11 x 11 patch around point 28 whose mean flow and strain SOFTNet subtracts, on a crop of 128."""
    return clipped(around(points[28], 5, 5, 6, 6), shape)


def softnet(points: Points, shape: tuple[int, ...], margin: int = 12) -> list[Box]:
    """Return SOFTNet's band over brows and eyes, and its mouth, on a crop of 128 x 128.

    Band: rows from the brows (19, 24) to the eyes (41, 46), columns from 17 to 26; mouth: rows from 50 to 57, columns
    from 60 to 64; each 12 px larger on every side. They are resized to 42 x 21 and stacked.
    """
    band = Box(
        rounded(points[17, 0]) - margin,
        rounded(min(points[19, 1], points[24, 1])) - margin,
        rounded(points[26, 0]) + margin,
        rounded(max(points[41, 1], points[46, 1])) + margin,
    )
    mouth = Box(
        rounded(points[60, 0]) - margin,
        rounded(points[50, 1]) - margin,
        rounded(points[64, 0]) + margin,
        rounded(points[57, 1]) + margin,
    )
    return [clipped(band, shape), clipped(mouth, shape)]


def softnet_eyes(points: Points, shape: tuple[int, ...], margin: int = 15) -> NDArray[np.bool_]:
    """Return the two eye polygons (36-41, 42-47) that SOFTNet sets to zero against blinks, as a mask (H, W).

    On a crop of 128: the corners are moved 15 px outwards, the points of the lids 15 px up and down.
    """
    away = np.array([(-1, 0), (0, -1), (0, -1), (1, 0), (0, 1), (0, 1)]) * margin
    polygons = [np.floor(points[first : first + 6] + away + 0.5).astype(np.int32) for first in (36, 42)]
    return np.asarray(cv2.fillPoly(np.zeros(shape[:2], np.uint8), polygons, 1), dtype=bool)


def lbp_chi2(points: Points, shape: tuple[int, ...]) -> list[Box]:
    """Return the 6 x 6 blocks of LBP-chi2 (Moilanen et al. 2014; baseline of MEGC2019), row by row.

    With Dh the distance of the inner eye corners (39, 42) and Dv that of the nasal base (33) from their line: blocks
    of W = Dh / 2 by H = Dv / (1 + Dv / Dh), the first at (x of the nose - 3 W, y of the nose - 4 H), each enlarged 1.2
    times in width and 1.3 in height. Their landmarks were another scheme's; these three are the nearest.
    """
    left, right, nose = points[39], points[42], points[33]
    across = float(np.hypot(*(right - left)))
    direction = (right - left) / across
    down = abs(float(direction[0] * (nose - left)[1] - direction[1] * (nose - left)[0]))
    width, height = across / 2, down / (1 + down / across)
    blocks = []
    for row in range(6):
        for column in range(6):
            x, y = nose[0] + (column - 2.5) * width, nose[1] + (row - 3.5) * height
            half_x, half_y = 1.2 * width / 2, 1.3 * height / 2
            box = Box(rounded(x - half_x), rounded(y - half_y), rounded(x + half_x), rounded(y + half_y))
            blocks.append(clipped(box, shape))
    return blocks


LAYOUTS: dict[str, Layout] = {
    "dc-rois": dc_rois,
    "dyngeonet": dyngeonet,
    "he2021": he2021,
    "lbp-chi2": lbp_chi2,
    "ltp-ml": ltp_ml,
    "roi12": roi12,
    "softnet": softnet,
    "sp-pattern": sp_pattern,
}
"""The layouts by name."""


def region_boxes(name: str, points: Points, shape: tuple[int, ...]) -> list[Box]:
    """Return the boxes of a layout by name.

    Raises
    ------
    UserError
        If there is no such layout.
    """
    if name not in LAYOUTS:
        raise unknown_name("layout of regions", name, LAYOUTS)
    return LAYOUTS[name](points, shape)


def on_canvas(
    crop: NDArray[np.uint8], size: tuple[int, int] = AOUAYEB_CANVAS, enlarge: bool = False
) -> NDArray[np.uint8]:
    """Put a crop on the transparent canvas of Aouayeb et al. (2019).

    Shrunk only if it is larger, its aspect kept, in the middle of a white canvas with alpha 0; the crop has alpha 255.

    Parameters
    ----------
    crop : (H, W, 3) or (H, W) uint8
    size : (width, height)
    enlarge : bool
        Enlarge a smaller crop as well. The fixed regions fit faces about as large as the canvas, as those of CASME II
        are; smaller ones do not reach into them.

    Returns
    -------
    (height, width, 4) uint8
    """
    width, height = size
    colour = crop if crop.ndim == 3 else np.repeat(crop[:, :, None], 3, axis=2)
    factor = min(width / colour.shape[1], height / colour.shape[0])
    if factor < 1 or enlarge:
        fitted = (max(round(colour.shape[1] * factor), 1), max(round(colour.shape[0] * factor), 1))
        how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
        colour = np.asarray(cv2.resize(colour, fitted, interpolation=how), dtype=np.uint8)
    canvas = np.full((height, width, 4), (255, 255, 255, 0), dtype=np.uint8)
    y, x = (height - colour.shape[0]) // 2, (width - colour.shape[1]) // 2
    canvas[y : y + colour.shape[0], x : x + colour.shape[1]] = np.dstack(
        [colour, np.full(colour.shape[:2], 255, np.uint8)]
    )
    return canvas
