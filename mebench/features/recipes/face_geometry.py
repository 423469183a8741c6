"""How brows and lips move between the first and the middle frame of windows of a long video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from mebench.features.recipes.common import Arrays, Row, Source, Windows, about, named
from mebench.problems import UserError, unknown_name

if TYPE_CHECKING:
    from mebench.features.geometry import LipClosure, Scale

Still = Literal["nothing", "stable"]


@dataclass(frozen=True)
class FaceGeometry(Windows):
    """The 67 numbers of DynGeoNet, ``geometry`` (rows, 67) float32: 22 deformations, then 45 ratios.

    The onset is the first frame of a window of L frames, the apex its frame ``L // 2``, counted from 0.

    Parameters
    ----------
    lip_closure, scale
        See :mod:`mebench.features.geometry`.
    still : {"nothing", "stable"}
        What is held still between onset and apex: nothing, as one transform for all frames of a window does; or eye
        corners and nose, onto which the apex is brought by a similarity, so that a moving head deforms nothing.
    smooth : int
        Median of the landmarks over so many frames.
    window, stride
        A window of so many frames every `stride` frames; without, the whole clip.
    """

    lip_closure: LipClosure = "close"
    scale: Scale = "inter-ocular"
    still: Still = "nothing"
    smooth: int = 5

    name: ClassVar[str] = "face-geometry"
    summary: ClassVar[str] = "How brows and lips moved from the first to the middle frame of a window, 67 numbers."
    reference: ClassVar[str] = "DynGeoNet"
    of_landmarks: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.smooth < 1 or self.smooth % 2 == 0:
            raise UserError(f"smooth {self.smooth}: landmarks are smoothed over an odd number of frames, e.g. 3 or 5.")

    def check(self) -> None:
        """Try the parameters on an average face."""
        from mebench.features.geometry import geometry
        from mebench.video.canonical import canonical_points

        face = canonical_points("face", (64, 64))
        geometry(face, face, self.lip_closure, self.scale)
        if self.still not in ("nothing", "stable"):
            raise unknown_name("choice of still points", self.still, ("nothing", "stable"))

    def make(self, source: Source, rows: Sequence[Row]) -> Arrays:
        """Return ``geometry`` with what :func:`about` says of the rows."""
        from mebench.features.geometry import geometry
        from mebench.features.tracks import track
        from mebench.video.alignment import similarity, transformed
        from mebench.video.canonical import STABLE

        landmarks = track(source, self.smooth)
        numbers = source.within()
        found = np.empty((len(rows), 67), np.float32)
        for i, row in enumerate(rows):
            first, last = np.searchsorted(numbers, row)
            onset, apex = (landmarks.at(int(numbers[at])) for at in (first, first + (last - first + 1) // 2))
            if self.still == "stable":
                apex = transformed(similarity(apex[list(STABLE)], onset[list(STABLE)]), apex)
            with named(source, row):
                found[i] = geometry(onset, apex, self.lip_closure, self.scale)
        return {"geometry": found, **about(source, rows, windows=True)}
