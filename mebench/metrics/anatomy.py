"""What went wrong, how often, and what is it worth? Error kinds of a spotting score under the rule ``megc``.

This is TIDE [1]_ in one dimension. Hits are the pairs of the canonical matching (:mod:`mebench.metrics.assignment`).
Every other prediction (a false positive) and every other event (a miss) gets exactly one kind, the first that applies.
Within one video: a prediction *reaches* an event if their IoU is at least the threshold, *touches* it if they share a
frame and their IoU is at least ``near`` (default 0: any shared frame), and *lies over* it if it touches it and holds at
least half of its frames; it *lies within* an event that it touches and that holds at least half of the prediction's
frames. *The* event of a prediction is, among those that its kind speaks of, the one with the highest IoU (in units of
``assignment.UNIT``; of equal ones first those without a hit, then the earliest by onset, then offset), and likewise
*the* prediction of an event.

A prediction without an event is

1. ``duplicate``: it reaches an event of its type. (That event has a hit already, or this would be one.)
2. ``wrong type``: it reaches an event of another type.
3. badly localised: it touches an event of its type, and is
   ``merged`` if it lies over two or more events of its type, else
   ``split`` if it and another prediction of its type lie within its event, else
   ``too long`` if it holds its whole event, ``too short`` if its event holds all of it, ``too early`` if it starts and
   ends before its event does, ``too late`` if it starts and ends after it.
4. ``wrong type and place``: it touches an event of another type.
5. ``background``: it touches nothing.

An event without a prediction is lost to one of these, where only predictions that are no hits count as errors:

1. ``merged``: a hit of another event of its type reaches it or lies over it, so one prediction serves two events.
2. ``wrong type``: a wrong prediction of another type reaches it.
3. badly localised: a wrong prediction of its type touches it. By the best of those the event is lost to ``merged`` if
   that prediction lies over it and over another event of the type, else to ``split`` if that prediction and another
   one lie within it, else to ``too long``, ``too short``, ``too early`` or ``too late`` as above.
4. ``wrong type and place``: a wrong prediction of another type touches it.
5. ``missed``: nothing of the kind.

What fixing a kind alone would gain
-----------------------------------
Every false positive of the kind goes: it is corrected to its event where that has no hit yet, else removed. Every
missed event that is so found, or that was lost to the kind, becomes a hit. With the counts so changed the score is
computed again; the gain is the difference, never below 0. Fixing every kind at once gives 1. Gains do not add up.

TIDE's own defects are absent: nothing is cut off after 100 predictions, and a video without events is no error.

.. [1] Bolya, D., Foley, S., Hays, J., Hoffman, J. (2020). TIDE: A General Toolbox for Identifying Object Detection
   Errors. ECCV.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mebench.metrics import spotting
from mebench.metrics.assignment import assign, overlap_units
from mebench.metrics.intervals import Frames, Intervals, blocks_of, lengths, overlaps, reaches, touching_pairs

Index = NDArray[np.intp]

LOCALISATION = ("too early", "too late", "too short", "too long", "merged", "split")
KINDS = ("wrong type", *LOCALISATION, "wrong type and place", "duplicate", "background", "missed")
"""Every kind; the codes below are positions in this list. No event is lost to ``duplicate`` or ``background``, and no
prediction is ``missed``."""

(
    _WRONG_TYPE,
    _TOO_EARLY,
    _TOO_LATE,
    _TOO_SHORT,
    _TOO_LONG,
    _MERGED,
    _SPLIT,
    _WRONG_TYPE_AND_PLACE,
    _DUPLICATE,
    _BACKGROUND,
    _MISSED,
) = range(len(KINDS))

HIT = -1
ANY_FRAME = Fraction(0)

_PRODUCT_AT_ONCE = 4_000_000
"""Videos are taken together as long as events times predictions stays below this: it bounds the touching pairs."""


class Anatomy(NamedTuple):
    """The kind of every prediction and every event.

    ``matched`` has for each reference its estimated interval or -1; ``reference_kind`` (n,) and ``estimated_kind`` (m,)
    have codes into :data:`KINDS`, or ``HIT``; ``event`` (m,) the reference that a wrong prediction is put down to, or
    -1 where it is a hit or background.
    """

    matched: Index
    reference_kind: Index
    estimated_kind: Index
    event: Index


def anatomise(
    reference: Intervals,
    estimated: Intervals,
    n_types: int,
    threshold: Fraction,
    near: Fraction = ANY_FRAME,
) -> Anatomy:
    """Tell the kind of every error.

    Parameters
    ----------
    reference, estimated : Intervals, of n and m intervals, in any order
        Their group is ``video * n_types + type``.
    n_types : int
    threshold : Fraction
        IoU from which a pair may match.
    near : Fraction, default 0
        IoU from which a pair that shares a frame touches; 1/10 is TIDE's background threshold.

    Raises
    ------
    ValueError
        If ``near`` is negative or above the threshold.

    Examples
    --------
    >>> from mebench.metrics.intervals import intervals, iou_threshold
    >>> reference = intervals([0, 0], [1, 100], [10, 109])
    >>> found = anatomise(reference, intervals([0, 0], [1, 104], [9, 120]), 1, iou_threshold(".5"))
    >>> [KINDS[k] if k >= 0 else "hit" for k in (*found.estimated_kind, *found.reference_kind)]
    ['hit', 'too late', 'hit', 'too late']
    """
    if not 0 <= near <= threshold:
        raise ValueError(f"near lies between 0 and the IoU threshold {threshold}, not at {near}")
    matched = assign(reference, estimated, threshold)
    reference_kind = np.where(matched >= 0, HIT, _MISSED)
    estimated_kind = np.full(len(estimated.onset), _BACKGROUND, dtype=np.intp)
    estimated_kind[matched[matched >= 0]] = HIT
    event = np.full(len(estimated.onset), -1, dtype=np.intp)
    for rows, columns in _videos(reference, estimated, n_types):
        pairs = _touching(reference.take(rows), estimated.take(columns), n_types, threshold, near)
        found, wrong = reference_kind[rows] == HIT, estimated_kind[columns] != HIT
        kind, put_down_to = _kinds_of_predictions(pairs, found, len(columns))
        estimated_kind[columns] = np.where(wrong, kind, HIT)
        event[columns] = np.where(wrong & (put_down_to >= 0), rows[put_down_to], -1)
        reference_kind[rows] = np.where(found, HIT, _kinds_of_events(pairs, wrong, len(rows)))
    return Anatomy(matched, reference_kind, estimated_kind, event)


class _Pairs(NamedTuple):
    """Touching pairs of some videos, sorted by reference, then by estimate; both are numbered in canonical order."""

    row: Index
    column: Index
    units: Frames
    same_type: NDArray[np.bool_]
    reach: NDArray[np.bool_]
    over: NDArray[np.bool_]
    within: NDArray[np.bool_]
    shape: Index
    merging: NDArray[np.bool_]  # the prediction lies over two or more events of its type
    splitting: NDArray[np.bool_]  # two or more predictions of its type lie within the event


def _videos(reference: Intervals, estimated: Intervals, n_types: int) -> Iterator[tuple[Index, Index]]:
    """Yield the references and estimates of a few videos at a time, each in canonical order."""
    rows, columns = (
        np.lexsort((spans.group, spans.offset, spans.onset, spans.group // n_types)) for spans in (reference, estimated)
    )
    of_row, of_column = reference.group[rows] // n_types, estimated.group[columns] // n_types
    videos = np.intersect1d(of_row, of_column)
    (row_start, row_stop), (column_start, column_stop) = (
        (np.searchsorted(of, videos, side="left"), np.searchsorted(of, videos, side="right"))
        for of in (of_row, of_column)
    )
    weight = (row_stop - row_start) * (column_stop - column_start)
    for first, last in blocks_of(weight, limit=_PRODUCT_AT_ONCE):
        yield rows[row_start[first] : row_stop[last - 1]], columns[column_start[first] : column_stop[last - 1]]


def _touching(reference: Intervals, estimated: Intervals, n_types: int, threshold: Fraction, near: Fraction) -> _Pairs:
    of_video = [spans._replace(group=spans.group // n_types) for spans in (reference, estimated)]
    row, column = touching_pairs(*of_video)
    event, said = reference.take(row), estimated.take(column)
    shared, union = overlaps(event.onset, event.offset, said.onset, said.offset)
    if near > 0:
        kept = reaches(shared, union, near)
        row, column, shared, union = (part[kept] for part in (row, column, shared, union))
        event, said = reference.take(row), estimated.take(column)
    same_type = event.group == said.group
    over, within = 2 * shared >= lengths(event), 2 * shared >= lengths(said)
    events_under = np.bincount(column[same_type & over], minlength=len(estimated.onset))
    predictions_in = np.bincount(row[same_type & within], minlength=len(reference.onset))
    return _Pairs(
        row,
        column,
        overlap_units(shared, union),
        same_type,
        reaches(shared, union, threshold),
        over,
        within,
        np.select(
            [
                (said.onset <= event.onset) & (said.offset >= event.offset),
                (said.onset >= event.onset) & (said.offset <= event.offset),
                said.onset < event.onset,
            ],
            [_TOO_LONG, _TOO_SHORT, _TOO_EARLY],
            _TOO_LATE,
        ),
        events_under[column] >= 2,
        predictions_in[row] >= 2,
    )


def _kinds_of_predictions(pairs: _Pairs, found: NDArray[np.bool_], n: int) -> tuple[Index, Index]:
    """Return the kind of each of n predictions, as if it were no hit, and the event that it is put down to, or -1."""
    kind, event = np.full(n, _BACKGROUND, dtype=np.intp), np.full(n, -1, dtype=np.intp)
    placed = np.select([pairs.merging, pairs.splitting & pairs.within], [_MERGED, _SPLIT], pairs.shape)
    by_rank = np.lexsort((found[pairs.row], -pairs.units, pairs.column))
    # From the last rule to the first: each overwrites those behind it.
    for concerned, told in (
        (~pairs.same_type, _WRONG_TYPE_AND_PLACE),
        (pairs.same_type, placed),
        (~pairs.same_type & pairs.reach, _WRONG_TYPE),
        (pairs.same_type & pairs.reach, _DUPLICATE),
    ):
        best = _first_of_each(pairs.column, by_rank[concerned[by_rank]])
        kind[pairs.column[best]] = told[best] if isinstance(told, np.ndarray) else told
        event[pairs.column[best]] = pairs.row[best]
    return kind, event


def _kinds_of_events(pairs: _Pairs, wrong: NDArray[np.bool_], n: int) -> Index:
    """Return what each of n events is lost to, as if it had no hit."""
    kind = np.full(n, _MISSED, dtype=np.intp)
    error = wrong[pairs.column]
    placed = np.select([pairs.merging & pairs.over, pairs.splitting & pairs.within], [_MERGED, _SPLIT], pairs.shape)
    by_rank = np.lexsort((-pairs.units, pairs.row))
    concerned = pairs.same_type & error
    best = _first_of_each(pairs.row, by_rank[concerned[by_rank]])
    kind[pairs.row[~pairs.same_type & error]] = _WRONG_TYPE_AND_PLACE
    kind[pairs.row[best]] = placed[best]
    kind[pairs.row[~pairs.same_type & error & pairs.reach]] = _WRONG_TYPE
    kind[pairs.row[pairs.same_type & ~error & (pairs.reach | pairs.over)]] = _MERGED
    return kind


def _first_of_each(key: Index, index: Index) -> Index:
    """Return the first position of each key among ``index``, at which the keys are sorted."""
    return index[np.flatnonzero(np.diff(key[index], prepend=-1))]


def tally(anatomy: Anatomy, reference: Intervals, estimated: Intervals, n_types: int) -> NDArray[np.int64]:
    """Return how many predictions and events of each type have each kind, shape (n_kinds, n_types, 2).

    ``[..., 0]`` are false positives, ``[..., 1]`` misses.
    """
    counted = np.zeros((len(KINDS), n_types, 2), dtype=np.int64)
    for side, (kind, group) in enumerate(
        ((anatomy.estimated_kind, estimated.group), (anatomy.reference_kind, reference.group))
    ):
        error = kind != HIT
        np.add.at(counted[..., side], (kind[error], group[error] % n_types), 1)
    return counted


def fixed_counts(
    anatomy: Anatomy, reference: Intervals, estimated: Intervals, n_types: int, kinds: Sequence[str]
) -> spotting.Counts:
    """Return TP, FP and FN of each type after fixing all errors of some kinds, shape (n_types, 3).

    With no kinds these are the counts as they are.
    """
    codes = [KINDS.index(kind) for kind in kinds]
    corrected = np.isin(anatomy.estimated_kind, codes)
    found = (anatomy.reference_kind == HIT) | np.isin(anatomy.reference_kind, codes)
    found[anatomy.event[corrected & (anatomy.event >= 0)]] = True

    def per_type(group: Frames) -> spotting.Counts:
        return np.bincount(group % n_types, minlength=n_types).astype(np.int64)

    wrong = (anatomy.estimated_kind != HIT) & ~corrected
    return np.stack(
        [per_type(part) for part in (reference.group[found], estimated.group[wrong], reference.group[~found])], axis=-1
    )


def gain(
    anatomy: Anatomy, reference: Intervals, estimated: Intervals, n_types: int, kinds: Sequence[str]
) -> NDArray[np.float64]:
    """Return the F1 gained by fixing all errors of some kinds and nothing else, shape (n_types + 1,).

    One number a type, then that of all types together; nan where F1 is undefined, before or after.
    """
    before, after = (fixed_counts(anatomy, reference, estimated, n_types, fixed) for fixed in ((), kinds))
    scores = [spotting.f1(np.concatenate([c, c.sum(axis=0, keepdims=True)])) for c in (before, after)]
    return scores[1] - scores[0]
