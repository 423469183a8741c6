"""LBP-TOP of a clip, or of windows that slide over a long video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from mebench.features.recipes.common import Arrays, Row, Source, Windows, about, named, stack
from mebench.problems import UserError

if TYPE_CHECKING:
    from mebench.features.grid import Norm
    from mebench.features.lbp import Codes

_LARGEST_TRIAL = 300
_MOST_FRAMES = 1_000


@dataclass(frozen=True)
class LBPTop(Windows):
    """LBP-TOP histograms, ``lbp_top`` (rows, blocks * 3 * 59) float32 for uniform codes of 8 neighbours.

    Parameters
    ----------
    grid : (int, int) or (int, int, int)
        Rows and columns of blocks, and if wanted blocks in time.
    radii : (int, int, int)
        In x, y and time.
    neighbours : (int, int, int)
        On the planes XY, XT and YT.
    codes : {"uniform", "all"}
    norm : {"l1", "l2", "none"}
    frames : int, optional
        The clip is first interpolated in time to so many frames (TIM).
    window, stride, size
        A window of so many frames every `stride` frames; without, the whole clip. Images are scaled to `size` x `size`.
    """

    grid: tuple[int, ...] = (5, 5)
    radii: tuple[int, int, int] = (1, 1, 4)
    neighbours: tuple[int, int, int] = (8, 8, 8)
    codes: Codes = "uniform"
    norm: Norm = "l1"
    frames: int | None = None

    name: ClassVar[str] = "lbp-top"
    summary: ClassVar[str] = "LBP on three orthogonal planes, of a clip or of sliding windows."
    reference: ClassVar[str] = "Zhao and Pietikainen 2007"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.frames is not None and not 1 <= self.frames <= _MOST_FRAMES:
            raise UserError(f"frames {self.frames}: a clip is interpolated to 1 to {_MOST_FRAMES} frames.")

    def held(self, n_frames: int) -> int:
        """Return the frames of a window before or after it is interpolated, whichever are more."""
        return max(n_frames, self.frames or 0)

    def check(self) -> None:
        """Try the parameters on the smallest clip that suits them."""
        along_x, along_y, along_t = self.radii
        sides = (2 * along_t + 3, 2 * along_y + self.grid[0] + 2, 2 * along_x + self.grid[1] + 2)
        t, y, x = (min(max(side, 1), _LARGEST_TRIAL) for side in sides)
        self._descriptor(np.zeros((min(self.frames or t, _LARGEST_TRIAL), y, x), np.uint8), interpolate=False)

    def make(self, source: Source, rows: Sequence[Row]) -> Arrays:
        """Return ``lbp_top`` with what :func:`about` says of the rows."""
        found = []
        for row, clip in stack(source, rows, size=self.size, grey=True):
            with named(source, row):
                found.append(self._descriptor(clip))
        return {"lbp_top": np.stack(found), **about(source, rows, windows=True)}

    def _descriptor(self, clip: NDArray[np.uint8], interpolate: bool = True) -> NDArray[np.float32]:
        from mebench.features.lbp_top import lbp_top
        from mebench.features.tim import interpolated

        whole: NDArray[Any] = interpolated(clip, self.frames) if interpolate and self.frames is not None else clip
        return lbp_top(whole, self.grid, self.radii, self.neighbours, self.codes, self.norm)
