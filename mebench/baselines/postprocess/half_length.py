"""k, half the mean length of the expressions of a type: the yardstick of most spotting methods.

Defined by the code of SOFTNet as ``k = int((N + 1) / 2)`` with N the mean of ``offset - onset``. The published values
were computed from all subjects, the tested one included: a small leak. ``train`` computes it from the training side.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from mebench.datasets.catalog import original_name
from mebench.datasets.tables import MAE, ME, TYPE_TITLES
from mebench.problems import UserError, unknown_name

SOURCES = ("train", "published")

PUBLISHED: Mapping[str, Mapping[tuple[str, str], int]] = {
    # cal_k of the released code: missing offsets at the apex, SAMM-LV without the ten MaE whose onset is 0.
    "softnet": {("casme-sq", ME): 6, ("casme-sq", MAE): 18, ("samm-lv", ME): 37, ("samm-lv", MAE): 174},
    # spot_interval.py of the released code; 111 is not half of any mean length that we could compute.
    "mtsn": {("casme-sq", ME): 6, ("casme-sq", MAE): 18, ("samm-lv", ME): 37, ("samm-lv", MAE): 111},
    # Yap et al., table 1: all 343 MaE of SAMM-LV; 19 results from missing offsets at 2 * apex - onset.
    "yap": {("casme-sq", ME): 6, ("casme-sq", MAE): 19, ("samm-lv", ME): 37, ("samm-lv", MAE): 217},
}
"""By who printed it: k in native frames of (dataset, type)."""


def half_length(durations: ArrayLike) -> int:
    """Return ``int((N + 1) / 2)``, N the mean of ``durations`` (offset - onset, in frames), without rounding errors.

    Parameters
    ----------
    durations : array-like of int, shape (n,)

    Raises
    ------
    ValueError
        If there is none, or one is negative or no whole number.

    Examples
    --------
    >>> half_length([12, 13, 12]), half_length([1, 0])
    (6, 0)
    """
    frames = np.asarray(durations)
    if not frames.size or frames.ndim != 1 or frames.dtype.kind not in "iu" or frames.min() < 0:
        raise ValueError(
            "half the mean length needs at least one duration, all whole numbers of frames and none negative"
        )
    return (int(frames.sum()) + len(frames)) // (2 * len(frames))


def trained(expressions: pd.DataFrame, kind: str) -> int:
    """Return k of the expressions of type ``kind``; those without frames (offset before onset) do not count.

    Parameters
    ----------
    expressions : pandas.DataFrame
        Columns onset, offset and type, of training subjects only.
    kind : {"me", "mae"}

    Raises
    ------
    UserError
        If no expression of the type is left.
    """
    duration = (expressions["offset"] - expressions["onset"])[expressions["type"] == kind].to_numpy(dtype=np.int64)
    duration = duration[duration >= 0]
    if not duration.size:
        raise UserError(
            f"The training side has no {TYPE_TITLES.get(kind, kind)} from which half the mean length could be taken. "
            "Take the published one (k_source=published), or spot the other type only."
        )
    return half_length(duration)


def published(dataset: str, kind: str, by: str = "softnet") -> int:
    """Return the printed k of a dataset, or of the original of a twin.

    Parameters
    ----------
    dataset : str
    kind : {"me", "mae"}
    by : str
        Who printed it, a key of :data:`PUBLISHED`: values differ with the choices made for defects of the annotation.

    Raises
    ------
    UserError
        If ``by`` is unknown or printed none for this dataset and type.

    Examples
    --------
    >>> published("samm-lv", "mae"), published("samm-lv-twin", "mae", by="yap")
    (174, 217)
    """
    if by not in PUBLISHED:
        raise unknown_name("source of published half lengths", by, PUBLISHED)
    try:
        return PUBLISHED[by][original_name(dataset), kind]
    except KeyError:
        known = ", ".join(f"{name} {TYPE_TITLES[of]}" for name, of in PUBLISHED[by])
        raise UserError(
            f"{by} printed no half length for {dataset} {TYPE_TITLES.get(kind, kind)}, only for {known}. "
            "Compute it from the training side (k_source=train)."
        ) from None


def from_source(source: str, expressions: pd.DataFrame, kind: str, dataset: str, by: str = "softnet") -> int:
    """Return k from ``"train"`` or ``"published"``; see :func:`trained` and :func:`published`.

    Raises
    ------
    UserError
        If the source is neither, or gives no k.
    """
    if source not in SOURCES:
        raise unknown_name("source of half lengths (k_source)", source, SOURCES)
    return trained(expressions, kind) if source == "train" else published(dataset, kind, by)
