"""Division and averages in which undefined stays undefined: the one place where that is decided."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64] | NDArray[np.float64]


def ratio(numerator: Numbers, denominator: Numbers) -> NDArray[np.float64]:
    """Divide two arrays of the same shape; nan where the denominator is 0."""
    undefined = np.full(np.shape(denominator), np.nan)
    return np.divide(numerator, denominator, out=undefined, where=np.asarray(denominator) != 0)


def mean_of_defined(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Average over the last axis, leaving nan out; nan where nothing is left."""
    defined = np.isfinite(values)
    return ratio(values.sum(axis=-1, where=defined), defined.sum(axis=-1))
