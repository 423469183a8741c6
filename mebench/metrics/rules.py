"""The rules by which intervals are scored, by name: the canonical one, and those that others have used.

A rule is a function from intervals to an additive count table. Group codes are ``video * n_types + type``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mebench.metrics import spotting
from mebench.metrics.intervals import Intervals

CountTable = Callable[[Intervals, Intervals, int, Fraction], tuple[spotting.Counts, NDArray[np.intp]]]


@dataclass(frozen=True)
class Rule:
    """How intervals are counted.

    Parameters
    ----------
    name, version
        Both are part of every report: a changed definition gets a new version.
    statement : str
        The rule in one sentence.
    source : str
        Where it is written or coded.
    count : callable
        Maps (reference, estimated, n_groups, threshold) to the counts of shape (n_groups, 3) and, for each reference,
        the index of its estimated interval or -1.
    """

    name: str
    version: int
    statement: str
    source: str
    count: CountTable


RULES: Mapping[str, Rule] = {
    "megc": Rule(
        name="megc",
        version=1,
        statement=(
            "inclusive frames, IoU >= threshold in integers, one-to-one matching of maximum cardinality per video and "
            "type, every listed video counts, counts summed over the dataset"
        ),
        source="MEGC2019 spotting guideline; overall = sum of the typed counts (MEGC2020)",
        count=spotting.count,
    ),
}
