"""Where a micro-expression is strongest, for clips whose apex nobody annotated (SMIC).

``flow_peak`` takes the frame that moved most since the onset. ``divide_and_conquer`` is the search of D&C-RoIs in any
curve, and ``region_distances`` the curve that it searches: how far the texture of both eyes with their brows and of the
mouth is from that of the first frame.

References
----------
Liong, See, Wong, Le Ngo, Oh, Phan, ACPR 2015 (D&C-RoIs), as recalled: no text or code of it was at hand.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mebench.features.arrays import Array, clip_of
from mebench.features.flow import Estimator
from mebench.features.lbp import lbp_histograms

REGIONS = ((0.0, 0.06, 0.45, 0.40), (0.55, 0.06, 1.0, 0.40), (0.2, 0.62, 0.8, 0.95))
"""Left eye, right eye, mouth: (x0, y0, x1, y1) as shares of a crop from the brows to the chin.

choice: the paper draws them around landmarks; in a crop placed by landmarks shares of it lie on the same skin.
"""


def flow_peak(frames: Iterable[Array], solve: Estimator) -> int:
    """Return the place (from 1 on) of the frame with the largest mean flow from the first one.

    Parameters
    ----------
    frames : iterable of ndarray, shape (H, W)
        At least two; of equal maxima the first counts.
    solve : Estimator

    Raises
    ------
    ValueError
        If there are fewer than two frames, or they differ in size.
    """
    given = iter(frames)
    first = next(given, None)
    means = [float(np.hypot(*np.moveaxis(solve(first, frame), -1, 0)).mean()) for frame in given if first is not None]
    if not means:
        raise ValueError("an apex is sought among at least two frames")
    return int(np.argmax(means)) + 1


def region_distances(
    clip: ArrayLike, regions: Iterable[tuple[float, float, float, float]] = REGIONS
) -> NDArray[np.float64]:
    """Return how far the texture of some regions is from that of the first frame.

    The uniform LBP histograms (P 8, R 1) of the regions are joined; the distance is 1 less their correlation.

    Parameters
    ----------
    clip : array_like, shape (T, H, W)
    regions : iterable of (x0, y0, x1, y1)
        As shares of width and height.

    Returns
    -------
    ndarray of float64, shape (T,)
        0 in the first frame.

    Raises
    ------
    ValueError
        If the clip is not one, or a region is too small for a pattern.
    """
    frames = clip_of(clip)
    height, width = frames.shape[1:]
    boxes = [
        (slice(round(y0 * height), round(y1 * height)), slice(round(x0 * width), round(x1 * width)))
        for x0, y0, x1, y1 in regions
    ]
    texture = np.stack(
        [
            np.concatenate([lbp_histograms(frame[box], (1, 1), 8, 1.0, border="inside").ravel() for box in boxes])
            for frame in frames
        ]
    ).astype(np.float64)
    texture -= texture.mean(axis=1, keepdims=True)
    norms = np.linalg.norm(texture, axis=1)
    products = texture @ texture[0]
    same: NDArray[np.float64] = np.divide(
        products, norms * norms[0], out=np.ones(len(texture)), where=norms * norms[0] > 0
    )
    return 1 - same


def divide_and_conquer(curve: ArrayLike) -> int:
    """Return the peak of a curve to which halving leads: the half with the larger sum of peaks is kept every time.

    A peak is higher than the value before it and not lower than the one after it; the last value is one if it is higher
    than the one before. A curve without any gives its largest value; of equal halves the first is kept.

    Parameters
    ----------
    curve : array_like, shape (n,)

    Raises
    ------
    ValueError
        If there is nothing in it, or a number is not finite.

    Examples
    --------
    >>> divide_and_conquer([0, 3, 0, 0, 0, 2, 1, 2, 0, 0])
    5
    """
    values = np.asarray(curve, np.float64)
    if values.ndim != 1 or not values.size or not np.isfinite(values).all():
        raise ValueError(f"an apex is sought in a curve of finite numbers, not one of shape {values.shape}")
    padded = np.concatenate([[np.inf], values, [-np.inf]])
    peaks = np.flatnonzero((values > padded[:-2]) & (values >= padded[2:]))
    if not len(peaks):
        return int(values.argmax())
    low, high = 0, len(values)
    while len(peaks) > 1:
        middle = (low + high) // 2
        left, right = peaks[peaks < middle], peaks[peaks >= middle]
        keep_left = values[left].sum() >= values[right].sum() if len(left) and len(right) else len(left) > 0
        peaks = left if keep_left else right
        low, high = (low, middle) if keep_left else (middle, high)
    return int(peaks[0])
