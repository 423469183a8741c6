"""Windows of a fixed length that slide over long videos: which are learnt from, and as what.

DynGeoNet says how long a window is and nothing else. The rest follows the benchmark that its authors use (Tran et al.
2017): a window whose IoU with a micro-expression reaches one half is an example of one. What overlaps one a little is
neither example nor counterexample. Windows of one micro-expression are nearly the same picture, so whatever divides
windows into parts divides them by subject.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mebench.baselines.data import Video
from mebench.baselines.postprocess.boxes import share
from mebench.datasets.tables import MAE, ME
from mebench.features.recipes.common import Recipe, Row
from mebench.metrics.intervals import overlaps
from mebench.problems import UserError

LENGTHS: Mapping[str, int] = {"smic-e-long": 35, "casme-sq": 11, "samm-lv": 65}
"""Frames a window, by the original dataset's name (DynGeoNet, section 4.1): .35, .37 and .325 s."""
SECONDS = 0.35
"""choice: the length of a window of any other dataset, about that of the three."""

REST, POSITIVE, MACRO, IGNORED = range(4)
"""What a window is: nothing annotated, a micro-expression, within a macro-expression, or neither one nor the other."""

Kinds = NDArray[np.int64]
Places = NDArray[np.int64]


def length_of(video: Video, given: int | None = None) -> int:
    """Return the frames of a window for a video: what is given, the dataset's, or those of :data:`SECONDS`, odd.

    Raises
    ------
    UserError
        If neither length nor frame rate is known.
    """
    if given is not None:
        return given
    if video.original in LENGTHS:
        return LENGTHS[video.original]
    if not video.fps > 0:
        raise UserError(f"{video.dataset} has no frame rate, so the length of a window is not known. Give window=.")
    return max(2 * int(video.fps * SECONDS / 2) + 1, 3)


def stride_of(length: int, given: int | None = None) -> int:
    """Return the frames from a window to the next: what is given, or an eighth of the length, at least 1."""
    return given if given is not None else max(1, length // 8)


def kinds_of(
    first: Places, last: Places, expressions: pd.DataFrame, positive: Fraction, negative: Fraction, macro: Fraction
) -> Kinds:
    """Return what each window of one video is.

    Parameters
    ----------
    first, last : (n,) int
        The windows, inclusive frames.
    expressions : pandas.DataFrame
        Columns onset, offset, type: those of the video.
    positive, negative : Fraction
        IoU with an ME from which a window is an example, and from which on it is no counterexample any more.
    macro : Fraction
        Share of the window's own frames within an MaE from which a counterexample counts as one of an MaE.

    Returns
    -------
    ndarray of int64, shape (n,)
        ``REST``, ``POSITIVE``, ``MACRO`` or ``IGNORED``.
    """
    kinds = np.full(len(first), REST, dtype=np.int64)
    onset, offset = (expressions[name].to_numpy(dtype=np.int64) for name in ("onset", "offset"))
    is_of = {kind: expressions["type"].to_numpy() == kind for kind in (ME, MAE)}
    length = (last - first + 1)[:, None]
    shared, _ = overlaps(first[:, None], last[:, None], onset[is_of[MAE]][None], offset[is_of[MAE]][None])
    kinds[(shared * macro.denominator >= length * macro.numerator).any(1)] = MACRO
    shared, union = overlaps(first[:, None], last[:, None], onset[is_of[ME]][None], offset[is_of[ME]][None])
    kinds[(shared * negative.denominator >= union * negative.numerator).any(1)] = IGNORED
    kinds[(shared * positive.denominator >= union * positive.numerator).any(1)] = POSITIVE
    return kinds


@dataclass(frozen=True)
class Sampling:
    """Which windows are learnt from.

    Parameters
    ----------
    positive, negative, macro : Fraction
        See :func:`kinds_of`.
    negatives : float
        Counterexamples an epoch for each example, drawn anew every epoch.
    macro_share : float
        Of the counterexamples those that lie in MaE, as far as there are enough.
    pool : float
        Counterexamples for each example from which they are drawn; others are never read.
    """

    positive: Fraction
    negative: Fraction
    macro: Fraction
    negatives: float
    macro_share: float
    pool: float

    @classmethod
    def of(
        cls, positive: float, negative: float, macro: float, negatives: float, macro_share: float, pool: float
    ) -> Sampling:
        """Check the numbers and return them.

        Raises
        ------
        UserError
            If one is out of range.
        """
        if not (0 < negative <= positive <= 1 and 0 < macro <= 1 and 0 <= macro_share <= 1 and 0 < negatives <= pool):
            raise UserError(
                "The sampling of windows needs 0 < negative_iou <= positive_iou <= 1, shares between 0 and 1, and "
                "0 < negatives <= pool."
            )
        return cls(share(positive), share(negative), share(macro), negatives, macro_share, pool)

    def kinds(self, first: Places, last: Places, expressions: pd.DataFrame) -> Kinds:
        """Return what each window of one video is, see :func:`kinds_of`."""
        return kinds_of(first, last, expressions, self.positive, self.negative, self.macro)

    def chosen(self, kinds: Kinds, rng: np.random.Generator, ratio: float) -> Places:
        """Draw all examples and `ratio` counterexamples for each; return their places, ascending.

        Of the counterexamples a part lies in MaE; where one sort has too few, the other makes up for it.
        """
        positives, rest, macro = (np.flatnonzero(kinds == kind) for kind in (POSITIVE, REST, MACRO))
        wanted = min(round(ratio * len(positives)), len(rest) + len(macro))
        of_macro = min(max(round(wanted * self.macro_share), wanted - len(rest)), len(macro), wanted)
        drawn = [rng.permutation(macro)[:of_macro], rng.permutation(rest)[: wanted - of_macro]]
        return np.sort(np.concatenate([positives, *drawn]))

    def epoch(self, kinds: Kinds, rng: np.random.Generator) -> Places:
        """Return the places of one epoch's samples, in random order."""
        return rng.permutation(self.chosen(kinds, rng, self.negatives))

    def held(self, kinds: Kinds, rng: np.random.Generator) -> Places:
        """Return the places of all samples that are read at all."""
        return self.chosen(kinds, rng, self.pool)


def rows_of(video: Video, recipe: Recipe) -> list[Row]:
    """Return the windows of a video that a recipe makes a row of each."""
    return recipe.rows(video.source_for(recipe))


def subject_of(video: Video) -> str:
    """Return the person of a video; the same number in two datasets is two people."""
    return f"{video.dataset}/{video.subject}"


def parted(subjects: Sequence[str], weights: Sequence[int], parts: int, rng: np.random.Generator) -> list[set[str]]:
    """Divide subjects into parts of about equal weight; none is empty, so there may be fewer.

    Parameters
    ----------
    subjects : sequence of str
        Each once.
    weights : sequence of int
        Of each, e.g. how many micro-expressions there are.
    parts : int
    rng : numpy.random.Generator
        Decides between equals.
    """
    order = rng.permutation(len(subjects))
    order = order[np.argsort(-np.asarray(weights)[order], kind="stable")]
    found: list[set[str]] = [set() for _ in range(min(parts, len(subjects)))]
    load = [0.0] * len(found)
    for at in order.tolist():
        lightest = load.index(min(load))
        found[lightest].add(subjects[at])
        load[lightest] += weights[at] + 1e-3  # those without any are spread too
    return found
