"""Optical flow: from onset to apex in a clip, between frames `step` apart in a long video."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, get_args

import numpy as np

from mebench.features.recipes.common import Arrays, Image, Recipe, Row, Source, about, images, named
from mebench.problems import UserError, plural, printable, unknown_name

Pairs = Literal["auto", "onset-apex", "steps", "from-onset"]


@dataclass(frozen=True)
class Flow(Recipe):
    """Dense flow, ``flow`` (rows, H, W, 2) float32 in pixels: x to the right, y down, from `first` to `last`.

    Parameters
    ----------
    method, preset, settings
        The back-end, its parameter set and single parameters, see :func:`mebench.features.flow.estimator`.
    pairs : {"auto", "onset-apex", "steps", "from-onset"}
        Which frames are paired: onset and apex; each frame and that `step` later; the onset and every `step`-th frame
        after it. ``auto`` is ``onset-apex`` of a clip and ``steps`` of a long video. A clip without an apex (SMIC)
        takes the frame in its middle.
    step : int
        In frames of the annotation; a pair of which a frame does not exist is left out.
    size : int, optional
        Images are scaled to `size` x `size` first.
    """

    method: str = "tvl1"
    preset: str | None = None
    pairs: Pairs = "auto"
    step: int = 1
    settings: Mapping[str, Any] = field(default_factory=dict)

    name: ClassVar[str] = "flow"
    summary: ClassVar[str] = "Optical flow: onset to apex of a clip, or every frame to that some steps later."
    reference: ClassVar[str] = "TV-L1: Zach et al. 2007; others: see mebench.features.flow"
    half: ClassVar[Mapping[str, float]] = {"flow": 0.01}  # a tenth of the best back-end's own error
    planning: ClassVar[frozenset[str]] = frozenset({"pairs", "step"})

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.step < 1:
            raise UserError(f"step {self.step}: flow goes from a frame to a later one, so give at least 1.")
        if self.pairs not in get_args(Pairs):
            raise unknown_name("choice of pairs", self.pairs, get_args(Pairs))

    def computing(self) -> dict[str, Any]:
        """Return all parameters of the back-end, whichever way they were given."""
        from mebench.features.flow import estimator

        return {"size": self.size, **estimator(self.method, self.preset, **self.settings).identity()}

    def check(self) -> None:
        """Make the estimator once, so that a wrong parameter is known before any frame is read."""
        self.computing()

    def rows(self, source: Source) -> list[Row]:
        """Return the pairs of frames."""
        pairs = self.pairs
        if pairs == "auto":
            pairs = "onset-apex" if source.is_clip or source.onset is not None else "steps"
        if pairs == "onset-apex":
            return [onset_to_apex(source)]
        numbers = [int(n) for n in source.within()]
        if pairs == "steps":
            there = set(numbers)
            found = [(n, n + self.step) for n in numbers if n + self.step in there]
        else:
            found = [(numbers[0], n) for n in numbers[self.step :: self.step]]
        if not found:
            raise UserError(
                f"{printable(source.frames.name)}: no two of its {plural(len(numbers), 'frame')} are {self.step} "
                "apart, so there is no flow. Give a smaller step."
            )
        return found

    def make(self, source: Source, rows: Sequence[Row]) -> Arrays:
        """Return ``flow`` with what :func:`about` says of the rows."""
        from mebench.features.flow import estimator

        solve = estimator(self.method, self.preset, **self.settings)
        ends: dict[int, list[int]] = {}
        needed_until: dict[int, int] = {}
        for i, (first, last) in enumerate(rows):
            ends.setdefault(last, []).append(i)
            needed_until[first] = max(last, needed_until.get(first, last))
        waiting: dict[int, Image] = {}
        found = np.empty(0, np.float32)
        for number, image in images(source, rows, size=self.size, grey=True):
            for i in ends.get(number, ()):
                with named(source, rows[i]):
                    field = solve(waiting[rows[i][0]], image)
                found = np.empty((len(rows), *field.shape), np.float32) if not found.size else found
                found[i] = field
            waiting[number] = image
            waiting = {n: kept for n, kept in waiting.items() if needed_until.get(n, n) > number}
        return {"flow": found, **about(source, rows)}


def onset_to_apex(source: Source) -> Row:
    """Return the frames of a clip between which it moved most, as far as is known.

    The apex has to lie after the onset (some annotations have it on the onset, or before); else, and where it is not
    known, it is the frame in the middle.

    Raises
    ------
    UserError
        If the clip has a single frame.
    """
    numbers = source.within()
    if len(numbers) < 2:
        raise UserError(
            f"{printable(source.frames.name)}: a clip of one frame has no flow. Check its onset and offset."
        )
    inside = source.apex is not None and source.first < source.apex <= int(numbers[-1])
    apex = source.apex if inside and source.apex is not None else source.middle
    return int(numbers[0]), int(apex)
