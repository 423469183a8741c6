"""What a rule takes and gives: a case of intervals in, counts and the verdict on every single interval out.

Conventions
-----------
The group code of an interval is ``video * n_types + type``. Types are ordered from the shorter expression to the longer
one (micro- before macro-expression), because several scripts tell them apart by length. Arrays are in the order of
their files: some scripts depend on it. An event without frames (its offset lies before its onset) matches nothing
under any rule.

A rule books the verdict interval by interval, in whole numbers that add up to its counts:

    TP = sum of ``hits`` over the events               FN = sum of ``misses`` over the events
    FP = sum of ``alarms`` over the predictions + the false positives that no prediction made (``invented``)

For the canonical rule these are 0 or 1. A script that lets one prediction serve two events and then takes FP as
predictions minus hits books -1 alarms for it; that is how its FP can fall below 0.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mebench.metrics import spotting
from mebench.metrics.intervals import Frames, Intervals, lengths
from mebench.metrics.ratios import ratio

Index = NDArray[np.intp]
Mask = NDArray[np.bool_]

SHORT, LONG = 0, 1
"""Positions of the micro- and the macro-expression among the types."""


class Case(NamedTuple):
    """Everything that some script looks at.

    Parameters
    ----------
    reference, estimated : Intervals
        The n events and the m predictions, each in the order of its file.
    n_videos, n_types : int
        All videos of the dataset, whether they hold an interval or not, and its annotated types.
    subject : ndarray of int, shape (n_videos,)
        A code for the subject of each video.
    fps : ndarray of float, shape (n_videos,)
        Frames a second, nan where it is not known.
    threshold : Fraction
        From :func:`mebench.metrics.intervals.iou_threshold`.
    """

    reference: Intervals
    estimated: Intervals
    n_videos: int
    n_types: int
    subject: NDArray[np.intp]
    fps: NDArray[np.float64]
    threshold: Fraction

    @property
    def n_groups(self) -> int:
        """The number of (video, type) groups."""
        return self.n_videos * self.n_types

    def video(self, spans: Intervals) -> Frames:
        """Return the video of each interval."""
        return spans.group // self.n_types

    def kind(self, spans: Intervals) -> Frames:
        """Return the type of each interval, as given."""
        return spans.group % self.n_types

    def untyped(self, spans: Intervals) -> Intervals:
        """Return the intervals grouped by video alone."""
        return Intervals(self.video(spans), spans.onset, spans.offset)

    def frame_rate(self, spans: Intervals, rule: str) -> NDArray[np.float64]:
        """Return the frame rate of each interval's video.

        Raises
        ------
        RuleCannotScore
            If one of them is not known.
        """
        rate = self.fps[self.video(spans)]
        if np.isnan(rate).any():
            n = len(np.unique(self.video(spans)[np.isnan(rate)]))
            raise RuleCannotScore(f"{rule} needs the frame rate, which is not known for {n} of the videos.")
        return rate


class RuleCannotScore(ValueError):
    """The script that a rule follows stops on this input; the message is one sentence that says where and why.

    Attributes
    ----------
    reference, estimated : int or None
        The event and the prediction at which it stops, as far as there is one.
    """

    def __init__(self, message: str, reference: int | None = None, estimated: int | None = None) -> None:
        super().__init__(message)
        self.reference = reference
        self.estimated = estimated


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a rule makes of a case of n events and m predictions.

    Parameters
    ----------
    counts : ndarray of int64, shape (n_videos, n_types, 3)
        TP, FP, FN as the script counts them. Under some rules they fall below 0 or do not add up to the predictions.
    pairs : ndarray of int, shape (k, 2)
        (event, prediction) of every hit; where several predictions can claim an event that counts once, the one that
        is credited.
    hits, misses : ndarray of int64, shape (n,)
        How often each event is counted as TP and as FN; 0 and 0 where the script never looks at it.
    alarms : ndarray of int64, shape (m,)
        How often each prediction is counted as FP.
    invented : int
        False positives that no prediction made.
    reference_type, estimated_type : ndarray of int64, shape (n,) and (m,)
        The type under which the script files each interval.
    confirmed : ndarray of int64, shape (n_videos, n_types), or None
        Predictions that hit something, where the script takes its precision from them and not from TP.
    """

    counts: spotting.Counts
    pairs: Index
    hits: Frames
    misses: Frames
    alarms: Frames
    invented: int
    reference_type: Frames
    estimated_type: Frames
    confirmed: spotting.Counts | None = None

    @property
    def matched_reference(self) -> Mask:
        """Where an event counts as found."""
        return self.hits > 0

    @property
    def matched_estimated(self) -> Frames:
        """How many events each prediction is credited with."""
        return np.bincount(self.pairs[:, 1], minlength=len(self.alarms)).astype(np.int64)

    def table(self) -> spotting.Counts:
        """Return the counts, with ``confirmed`` as a fourth column where there is one: (n_videos, n_types, 3 or 4)."""
        if self.confirmed is None:
            return self.counts
        return np.concatenate([self.counts, self.confirmed[..., np.newaxis]], axis=-1)


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
    judge : callable
        Maps a :class:`Case` to an :class:`Outcome`; its docstring holds the quirks of the script. It raises
        :class:`RuleCannotScore` where the script stops.
    may_match : callable
        Maps (case, events, predictions), two index arrays of equal length, to whether each pair overlaps enough.
    differs : str
        How it differs from the canonical rule, in one sentence; empty for the canonical rule.
    gt_policy : str
        The ground-truth choices that the script made, by the names of the ground-truth policy.
    types : {"given", "ignored", "length"}
        By which types it matches: those of the file, none, or types by length.
    negative : bool
        Whether a count can fall below 0.
    order : {"", "predictions", "events", "both"}
        Whose order in the file can change the counts.
    joins : bool
        Whether predictions are joined before they are compared.
    """

    name: str
    version: int
    statement: str
    source: str
    judge: Callable[[Case], Outcome]
    may_match: Callable[[Case, Index, Index], Mask]
    differs: str = ""
    gt_policy: str = "default"
    types: str = "given"
    negative: bool = False
    order: str = ""
    joins: bool = False

    @property
    def canonical(self) -> bool:
        """Whether this is the rule that the others are compared with."""
        return not self.differs

    @property
    def quirks(self) -> str:
        """What else the script does, in prose."""
        return inspect.cleandoc(self.judge.__doc__ or "")


def as_pairs(reference: Index, estimated: Index) -> Index:
    """Return two index arrays of equal length as an array of shape (k, 2)."""
    return np.stack([reference, estimated], axis=-1).astype(np.intp).reshape(-1, 2)


def tally(index: NDArray[np.integer], size: int) -> Frames:
    """Return how often each position 0 to ``size - 1`` occurs in ``index``."""
    return np.bincount(index, minlength=size).astype(np.int64)


def book(
    case: Case,
    pairs: Index,
    hits: Frames,
    misses: Frames,
    alarms: Frames,
    *,
    invented: spotting.Counts | None = None,
    reference_type: Frames | None = None,
    estimated_type: Frames | None = None,
    missed_type: Frames | None = None,
    remainder: bool = False,
    confirmed: spotting.Counts | None = None,
) -> Outcome:
    """Sum the verdicts over (video, type) and return the outcome.

    Parameters
    ----------
    reference_type, estimated_type : ndarray of int64, optional
        The type under which the script files each interval, if it is not the given one.
    missed_type : ndarray of int64, optional
        The type under which it counts the events themselves (TP + FN), if it is not ``reference_type``.
    remainder : bool
        Whether the script takes FP of a type as its predictions minus the hits of that type: a hit across two types
        then counts against the prediction's type and in favour of the event's.
    invented : ndarray of int64, shape (n_groups,), optional
        False positives that no prediction made, by group.
    """
    kinds, n = case.n_types, case.n_groups
    of_reference = case.kind(case.reference) if reference_type is None else reference_type
    of_estimated = case.kind(case.estimated) if estimated_type is None else estimated_type
    counted_as = of_reference if missed_type is None else missed_type
    hit_cell = case.video(case.reference) * kinds + of_reference
    miss_cell = case.video(case.reference) * kinds + counted_as
    alarm_cell = case.video(case.estimated) * kinds + of_estimated

    found = _sum(hit_cell, hits, n)
    false = _sum(alarm_cell, alarms, n) + (0 if invented is None else invented)
    if remainder:
        false += tally(alarm_cell[pairs[:, 1]], n) - tally(hit_cell[pairs[:, 0]], n)
    missed = _sum(miss_cell, hits + misses, n) - found
    return Outcome(
        counts=np.stack([found, false, missed], axis=-1).reshape(case.n_videos, kinds, 3),
        pairs=pairs,
        hits=hits,
        misses=misses,
        alarms=alarms,
        invented=0 if invented is None else int(invented.sum()),
        reference_type=of_reference,
        estimated_type=of_estimated,
        confirmed=None if confirmed is None else confirmed.reshape(case.n_videos, kinds),
    )


def _sum(cell: Frames, number: Frames, size: int) -> Frames:
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, cell, number)
    return total


def has_events(case: Case) -> Mask:
    """Return for each group, shape (n_groups,), whether it holds an event."""
    return tally(case.reference.group, case.n_groups) > 0


def extent(spans: Intervals) -> Frames:
    """Return offset minus onset, the length that most scripts type by; -1 for an interval without frames."""
    return lengths(spans) - 1


def type_by_length(longer: Mask, n_types: int) -> Frames:
    """Return the type of each interval given whether it is long; with one annotated type everything is of that."""
    return np.minimum(longer.astype(np.int64), n_types - 1)


def precision(table: NDArray[np.int64] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the precision from sums of :meth:`Outcome.table`: confirmed / (TP + FP) where there is such a column."""
    if table.shape[-1] == 3:
        return spotting.precision(table)
    said = table[..., spotting.TP] + table[..., spotting.FP]
    return ratio(table[..., 3], said)
