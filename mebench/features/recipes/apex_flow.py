"""Optical flow from the onset to an apex that is sought, for clips where none is annotated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

import numpy as np

from mebench.features.recipes.common import Arrays, Image, Row, Source, images, named
from mebench.features.recipes.flow import Flow, onset_to_apex
from mebench.problems import unknown_name

Apex = Literal["middle", "flow", "dc-rois"]


@dataclass(frozen=True)
class ApexFlow(Flow):
    """Flow from the onset to a sought apex, ``flow`` (1, H, W, 2) float32 in pixels; ``last`` is that apex.

    Parameters
    ----------
    apex : {"middle", "flow", "dc-rois"}
        The frame in the middle; the one that moved most since the onset (by DIS, which is quick); the one that D&C-RoIs
        finds. See :mod:`mebench.features.apex`.
    method, preset, settings, size
        Those of the flow; `pairs` and `step` play no part.
    """

    apex: Apex = "flow"

    name: ClassVar[str] = "apex-flow"
    summary: ClassVar[str] = "Optical flow of a clip from the onset to an apex that is sought, not annotated."
    reference: ClassVar[str] = "D&C-RoIs: Liong et al. 2015"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.apex not in get_args(Apex):
            raise unknown_name("way to seek an apex", self.apex, get_args(Apex))

    def computing(self) -> dict[str, object]:
        """Return its own parameter and those of the flow."""
        return {**super().computing(), "apex": self.apex}

    def rows(self, source: Source) -> list[Row]:
        """Return the clip as one row."""
        numbers = source.within()
        if len(numbers) < 2:
            onset_to_apex(source)  # says so
        return [(int(numbers[0]), int(numbers[-1]))]

    def make(self, source: Source, rows: Sequence[Row]) -> Arrays:
        """Return ``flow`` with what :func:`about` says of the pairs."""
        pairs = [(first, self._apex(source, first, last)) for first, last in rows]
        return super().make(source, pairs)

    def _apex(self, source: Source, first: int, last: int) -> int:
        from mebench.features.apex import divide_and_conquer, flow_peak, region_distances
        from mebench.features.flow import estimator

        numbers = [int(n) for n in source.within() if first <= n <= last]
        if self.apex == "middle":
            return numbers[len(numbers) // 2]
        with named(source, (first, last)):
            if self.apex == "flow":
                return numbers[flow_peak(self._read(source, first, last), estimator("dis"))]
            found = divide_and_conquer(region_distances(np.stack(list(self._read(source, first, last)))))
            return numbers[max(found, 1)]

    def _read(self, source: Source, first: int, last: int) -> Iterator[Image]:
        for _, image in images(
            source, [(n, n) for n in source.within() if first <= n <= last], size=self.size, grey=True
        ):
            yield image
