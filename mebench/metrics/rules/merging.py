"""The baseline of MEGC2019, which joins all predictions that touch an event into one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mebench.metrics.intervals import Intervals
from mebench.metrics.matching import canonical_order
from mebench.metrics.rules.base import Case, Index, Mask, Outcome, Rule, RuleCannotScore, book, has_events
from mebench.metrics.rules.overlap import Overlap, inclusive

INCLUSIVE = Overlap(inclusive)


def ltp2019(case: Case) -> Outcome:
    """Join the predictions around an event into one.

    They are those from the first that ends after its onset to the last that starts before its offset. Their overlap
    with the event is counted with both ends, less the gaps, and divided by a hull that is counted without one end:
    an identical prediction scores above 1, and so do predictions that overlap each other. The joined predictions
    are no false positives, but one whose overlap is too small counts one for the event; an event that lies between
    two predictions and touches neither counts one as well. The script divides by 0 where the hull is a single frame
    (MATLAB gives infinity). It scores ME alone; every type is scored here. The predictions are taken in the order
    of time. These are its counts for every video; the F1 that it prints last is ``ltp2019-me``.
    """
    return _joined(case, np.ones(case.n_groups, dtype=bool))


def ltp2019_me(case: Case) -> Outcome:
    """Count as ``ltp2019``, in the videos that hold an event of the type only.

    From these counts the script takes its last line; what it calls the precision there is TP / (TP + FN).
    """
    return _joined(case, has_events(case))


class _Verdicts(NamedTuple):
    hits: NDArray[np.int64]
    absorbed: Mask
    alarms: NDArray[np.int64]
    invented: NDArray[np.int64]
    pairs: list[tuple[int, int]]


def _joined(case: Case, evaluated: Mask) -> Outcome:
    n, m = len(case.reference.onset), len(case.estimated.onset)
    verdicts = _Verdicts(
        hits=np.zeros(n, np.int64),
        absorbed=np.zeros(m, dtype=bool),
        alarms=np.zeros(m, np.int64),
        invented=np.zeros(case.n_groups, np.int64),
        pairs=[],
    )
    order = canonical_order(case.estimated)
    said = case.estimated.take(order)
    begin, end = (np.searchsorted(said.group, case.reference.group, side=side) for side in ("left", "right"))
    for event in np.flatnonzero((begin < end) & (case.reference.offset >= case.reference.onset)).tolist():
        here = slice(int(begin[event]), int(end[event]))
        _join(case, event, order[here], Intervals(*(column[here] for column in said)), verdicts)
    alarms = np.where(verdicts.absorbed, verdicts.alarms, evaluated[case.estimated.group])
    pairs = np.array(verdicts.pairs, dtype=np.intp).reshape(-1, 2)
    return book(case, pairs, verdicts.hits, 1 - verdicts.hits, alarms, invented=verdicts.invented)


def _join(case: Case, event: int, index: Index, said: Intervals, verdicts: _Verdicts) -> None:
    """Book the verdict on one event, given the predictions of its video and type in the order of time."""
    onset, offset = int(case.reference.onset[event]), int(case.reference.offset[event])
    starts, ends = np.flatnonzero(said.onset <= offset), np.flatnonzero(said.offset >= onset)
    if not starts.size or not ends.size:
        return
    first, last = int(ends[0]), int(starts[-1])
    left, right = int(said.onset[first]), int(said.offset[last])
    gaps = sum(int(said.onset[k] - said.offset[k - 1]) + 1 for k in range(first + 1, last + 1))
    shared = min(offset, right) - max(onset, left) - gaps + 1
    hull = max(offset, right) - min(onset, left)
    if hull == 0:
        raise RuleCannotScore(
            "the script divides by 0 where an event and what it joins are a single frame.", event, int(index[first])
        )
    joined = index[first : last + 1]
    fresh = joined[~verdicts.absorbed[joined]]
    verdicts.absorbed[joined] = True
    if case.threshold.denominator * shared >= case.threshold.numerator * hull:
        verdicts.hits[event] = 1
        verdicts.pairs.extend((event, int(prediction)) for prediction in joined)
    elif fresh.size:
        verdicts.alarms[fresh[0]] = 1
    else:
        verdicts.invented[case.reference.group[event]] += 1


LTP2019 = Rule(
    name="ltp2019",
    version=1,
    statement="all predictions that touch an event are joined; TP if shared frames / (hull - 1) >= threshold",
    source="jingtingEmmaLi/MEGC_spotting: samm/compareGT.m, CAS(ME)2_LBP/compareGT_lbp.m: finalCompare",
    judge=ltp2019,
    may_match=INCLUSIVE,
    differs=(
        "predictions around an event are joined into one, which may serve several events; its overlap is too large by "
        "one frame, and by more where predictions overlap each other"
    ),
    joins=True,
)

LTP2019_ME = Rule(
    name="ltp2019-me",
    version=1,
    statement="as ltp2019, counted in the videos that hold an event of the type only",
    source="jingtingEmmaLi/MEGC_spotting: samm/compareGT.m, CAS(ME)2_LBP/compareGT_lbp.m: final_ME",
    judge=ltp2019_me,
    may_match=INCLUSIVE,
    differs="as ltp2019, and predictions in videos without an event of their type are not counted",
    joins=True,
)
