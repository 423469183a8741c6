"""The dynamic image of a clip, or of windows that slide over a long video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from mebench.features.recipes.common import Arrays, Row, Source, Windows, about, named, stack

if TYPE_CHECKING:
    from mebench.features.dynamic_image import Alpha


@dataclass(frozen=True)
class DynamicImage(Windows):
    """Approximate rank pooling, ``image`` (rows, H, W[, 3]) float32: a weighted sum of the frames, not rescaled.

    Parameters
    ----------
    alpha
        The form of the weights, see :func:`mebench.features.dynamic_image.rank_weights`.
    colour : bool
        Pool the three channels; otherwise grey levels.
    window, stride, size
        A window of so many frames every `stride` frames; without, the whole clip. Images are scaled to `size` x `size`.
    """

    alpha: Alpha = "corrected"
    colour: bool = True

    name: ClassVar[str] = "dynamic-image"
    summary: ClassVar[str] = "Frames pooled by their rank into one image, of a clip or of sliding windows."
    reference: ClassVar[str] = "Bilen et al. 2016"

    def check(self) -> None:
        """Try the parameters on a small clip."""
        from mebench.features.dynamic_image import rank_weights

        rank_weights(5, self.alpha)

    def make(self, source: Source, rows: Sequence[Row]) -> Arrays:
        """Return ``image`` with what :func:`about` says of the rows."""
        from mebench.features.dynamic_image import dynamic_image

        found = []
        for row, clip in stack(source, rows, size=self.size, grey=not self.colour):
            with named(source, row):
                found.append(dynamic_image(clip, self.alpha))
        return {"image": np.stack(found), **about(source, rows, windows=True)}
