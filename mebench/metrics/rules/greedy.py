"""Scripts that go through the file and give each interval what is left: most depend on the order of the rows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mebench.metrics.intervals import Intervals
from mebench.metrics.rules.base import (
    Case,
    Index,
    Outcome,
    Rule,
    RuleCannotScore,
    as_pairs,
    book,
    extent,
    has_events,
    tally,
    type_by_length,
)
from mebench.metrics.rules.canonical import one_to_one
from mebench.metrics.rules.overlap import Overlap, best_partner, blocks, clamped, exclusive, inclusive, passing

INCLUSIVE = Overlap(inclusive)
STRICT = Overlap(inclusive, strict=True)
BASELINE = Overlap(clamped)
HULL = Overlap(exclusive)

ENOUGH_TO_STOP = (1, 5)
"""At an overlap of .2 the script of shengjianda stops looking, whatever the threshold."""


def softnet(case: Case) -> Outcome:
    """Let each prediction claim the event that it overlaps most; an event goes to the first that claims it.

    Only videos with an event of the type are evaluated, and one of them without any prediction gets a placeholder
    that counts as a false positive. Of two events that a prediction overlaps equally, the later one in the file is
    asked. The library sorts the predictions by a constant confidence first; that changes no count.
    """
    return _voc(case, INCLUSIVE)


def sl_swin(case: Case) -> Outcome:
    """Count as ``softnet``, with a strict threshold.

    The script adds the machine epsilon to precision, recall and F1 so as not to divide by 0.
    """
    return _voc(case, STRICT)


def _voc(case: Case, overlap: Overlap) -> Outcome:
    n, m = len(case.reference.onset), len(case.estimated.onset)
    backwards = np.arange(n)[::-1]
    best = best_partner(case.estimated, case.reference.take(backwards), overlap, case.threshold)
    claiming = np.flatnonzero(best >= 0)
    event, first = np.unique(backwards[best[claiming]], return_index=True)
    pairs = as_pairs(event, claiming[first])
    hits = tally(event, n)
    evaluated = has_events(case)
    alarms = np.where(evaluated[case.estimated.group], 1 - tally(pairs[:, 1], m), 0)
    silent = evaluated & (tally(case.estimated.group, case.n_groups) == 0)
    return book(case, pairs, hits, 1 - hits, alarms, invented=silent.astype(np.int64))


def zhang_macro(case: Case) -> Outcome:
    """Give each prediction, in the order of the file, the free event that it overlaps most.

    Only videos with an event of the type are evaluated. The script scores MaE alone and joins neighbouring windows
    first; both belong to its spotter, so every type is scored here and nothing is joined.
    """
    taken = np.full(len(case.reference.onset), -1, dtype=np.intp)
    for prediction, events in _by_prediction(*passing(case.reference, case.estimated, INCLUSIVE, case.threshold)):
        free = events[taken[events] < 0]
        if free.size:
            said = case.estimated.take(np.full(len(free), prediction))
            shared, united = inclusive(case.reference.take(free), said)
            taken[free[np.argmax(shared / united)]] = prediction
    outcome = one_to_one(case, taken)
    alarms = np.where(has_events(case)[case.estimated.group], outcome.alarms, 0)
    return book(case, outcome.pairs, outcome.hits, outcome.misses, alarms)


def strs_official(case: Case) -> Outcome:
    """Give each prediction, in the order of the file, every free event that it overlaps enough.

    A prediction that gets at least one event is no false positive, so TP + FP is not the number of predictions. Only
    subjects with a prediction are looked at, and of these only the videos with an event: predictions in videos without
    an event and events of subjects without a prediction are counted nowhere. The script knows no types; it is applied
    to each type by itself. It stops where nothing at all matches.
    """
    n, m = len(case.reference.onset), len(case.estimated.onset)
    taken = np.full(n, -1, dtype=np.intp)
    for prediction, events in _by_prediction(*passing(case.reference, case.estimated, INCLUSIVE, case.threshold)):
        taken[events[taken[events] < 0]] = prediction
    event = np.flatnonzero(taken >= 0)
    if not event.size:
        raise RuleCannotScore("the script stops with a KeyError where no prediction at all matches an event.")
    said = np.zeros((case.subject.max() + 1, case.n_types), dtype=bool)
    said[case.subject[case.video(case.estimated)], case.kind(case.estimated)] = True
    looked_at = said[case.subject[case.video(case.reference)], case.kind(case.reference)]
    pairs = as_pairs(event, taken[event])
    hits = tally(event, n)
    alarms = (has_events(case)[case.estimated.group] & (tally(pairs[:, 1], m) == 0)).astype(np.int64)
    return book(case, pairs, hits, np.where(looked_at, 1 - hits, 0), alarms)


def kddi(case: Case) -> Outcome:
    """Take a prediction and an event out of the lists as soon as they match, one to one.

    Predictions and events are typed by length alone: below half a second from onset to offset is an ME (15 frames in
    CAS(ME)^2, 100 in SAMM-LV, where the script reads the length of an event from the workbook). The overlap is that of
    the MEGC2020 baseline. The loop goes on with the event that it has just taken out, so a second free prediction that
    matches the same event stops the script with a KeyError.
    """
    reference_type, estimated_type = (
        type_by_length(2 * extent(spans) >= case.frame_rate(spans, "kddi"), case.n_types)
        for spans in (case.reference, case.estimated)
    )
    retyped = [
        Intervals(case.video(spans) * case.n_types + kind, spans.onset, spans.offset)
        for spans, kind in ((case.reference, reference_type), (case.estimated, estimated_type))
    ]
    free = np.ones(len(case.estimated.onset), dtype=bool)
    taken = np.full(len(case.reference.onset), -1, dtype=np.intp)
    for event, predictions in _runs(*passing(retyped[0], retyped[1], BASELINE, case.threshold)):
        left = predictions[free[predictions]]
        if len(left) > 1:
            raise RuleCannotScore(
                "the script stops with a KeyError where two predictions match one event: it takes the event out of its "
                "list twice.",
                reference=event,
                estimated=int(left[1]),
            )
        if len(left):
            taken[event] = left[0]
            free[left[0]] = False
    hit = np.flatnonzero(taken >= 0)
    found = (taken >= 0).astype(np.int64)
    return book(
        case,
        as_pairs(hit, taken[hit]),
        found,
        1 - found,
        free.astype(np.int64),
        reference_type=reference_type,
        estimated_type=estimated_type,
    )


def shengjianda(case: Case) -> Outcome:
    """Give each event the first prediction of any type that overlaps it by .2.

    It is a hit if that overlap reaches the threshold. A later prediction that fits better is not looked at, and one
    prediction may serve several events. Lengths are offset - onset, so an event and a prediction of one and the
    same frame stop the script. Hits are filed under the event's length and predictions under their own: up to half
    a second is an ME; the numbers of events are those of the annotated types. The script adds 1 to its own
    predictions, which count from 0; a submission is in the frames of the dataset already. Below a threshold of .2
    an event is counted once for every prediction before the one that stops the search.
    """
    reference, estimated = case.untyped(case.reference), case.untyped(case.estimated)
    _refuse_single_frames(reference, estimated)
    p, q = ENOUGH_TO_STOP
    pairs = []
    lowest = min(case.threshold, type(case.threshold)(p, q))
    for event, predictions in _runs(*passing(reference, estimated, HULL, lowest)):
        of = case.reference.take(np.full(len(predictions), event))
        shared, hull = exclusive(of, case.estimated.take(predictions))
        stop = np.flatnonzero(q * shared >= p * hull)
        looked_at = np.arange(len(predictions)) <= (stop[0] if stop.size else len(predictions))
        hit = HULL.passes((shared, hull), case.threshold) & looked_at
        pairs += [(event, int(prediction)) for prediction in predictions[hit]]
    found = np.array(pairs, dtype=np.intp).reshape(-1, 2)
    hits = tally(found[:, 0], len(reference.onset))
    return book(
        case,
        found,
        hits,
        1 - hits,
        1 - tally(found[:, 1], len(estimated.onset)),
        reference_type=_half_second(case, case.reference),
        estimated_type=_half_second(case, case.estimated),
        missed_type=case.kind(case.reference),
        remainder=True,
    )


def _half_second(case: Case, spans: Intervals) -> NDArray[np.int64]:
    return type_by_length(extent(spans) > case.frame_rate(spans, "shengjianda") // 2, case.n_types)


def _refuse_single_frames(reference: Intervals, estimated: Intervals) -> None:
    for row, column in blocks(reference, estimated):
        same = (reference.onset[row] == estimated.onset[column]) & (reference.offset[row] == estimated.offset[column])
        same &= reference.onset[row] == reference.offset[row]
        if same.any():
            first = int(np.flatnonzero(same)[0])
            raise RuleCannotScore(
                "the script divides by 0 where an event and a prediction are one and the same frame.",
                reference=int(row[first]),
                estimated=int(column[first]),
            )


def _by_prediction(row: Index, column: Index) -> Iterator[tuple[int, Index]]:
    """Yield each prediction that hits something, in the order of the file, with its events."""
    order = np.lexsort((row, column))
    return _runs(column[order], row[order])


def _runs(key: Index, value: Index) -> Iterator[tuple[int, Index]]:
    """Yield each key of a sorted array with its values."""
    borders = np.append(np.flatnonzero(np.diff(key, prepend=-1)), len(key))
    for begin, end in pairwise(borders.tolist()):
        yield int(key[begin]), value[begin:end]


SOFTNET = Rule(
    name="softnet",
    version=1,
    statement="each prediction claims its best event with IoU >= threshold, the first claim counts (PASCAL VOC)",
    source="genbing99/SoftNet-SpotME: training.py: spotting, evaluation; mean_average_precision: check_box; also MEAN",
    judge=softnet,
    may_match=INCLUSIVE,
    differs=(
        "predictions in videos without an event of their type are not counted; a video with events and no prediction "
        "counts one false positive; a prediction asks for its best event only"
    ),
    gt_policy="apex,truncate,drop_onset_zero",
    order="events",
)

SL_SWIN = Rule(
    name="sl-swin",
    version=1,
    statement="each prediction claims its best event with IoU > threshold, the first claim counts (PASCAL VOC)",
    source="eddiehe99/pytorch-expression-spotting: evaluation.py: evaluate; the same in tensorflow-expression-spotting",
    judge=sl_swin,
    may_match=STRICT,
    differs="as softnet, and a pair whose IoU is the threshold itself does not match",
    gt_policy="apex,truncate,drop_onset_zero",
    order="events",
)

ZHANG_MACRO = Rule(
    name="zhang-macro",
    version=1,
    statement="each prediction in the order of the file takes its best free event with IoU >= threshold",
    source="zhang-0829/MEGC2021: macro/evaluation/util.py: count, is_true_positive",
    judge=zhang_macro,
    may_match=INCLUSIVE,
    differs="the order of the file decides; predictions in videos without an event of their type are not counted",
    gt_policy="apex,half_up,clip_to_video",
    order="both",
)

STRS_OFFICIAL = Rule(
    name="strs-official",
    version=1,
    statement="each prediction in the order of the file takes every free event with IoU >= threshold",
    source="genbing99/STRS-Metric: strs_metric.py: evaluate_spotting, evaluate_STRS",
    judge=strs_official,
    may_match=INCLUSIVE,
    differs=(
        "predictions in videos without an event and events of subjects without a prediction are not counted; one "
        "prediction may serve several events; the order of the file decides"
    ),
    order="predictions",
)

KDDI = Rule(
    name="kddi",
    version=1,
    statement="one to one in the order of the file, within ME and MaE by length: below half a second is an ME",
    source="KDDI-AI-Center/FME-2021: log_generator.py: generate_df_log",
    judge=kddi,
    may_match=BASELINE,
    differs=(
        "types are by length, not as given; it stops where two predictions match one event; an interval of one frame "
        "matches nothing"
    ),
    gt_policy="mirror",
    types="length",
    order="events",
)

SHENGJIANDA = Rule(
    name="shengjianda",
    version=1,
    statement="each event looks at the first prediction that overlaps it by .2, by offset - onset",
    source="shengjianda/micro-expression-spot: main_casme2.py: metrics; the same in MEGC2024-CODE of hitheyuhong",
    judge=shengjianda,
    may_match=HULL,
    differs=(
        "types are ignored and filed by length; exclusive lengths; only the first overlapping prediction is looked at; "
        "one prediction may serve several events"
    ),
    gt_policy="apex_plus,truncate",
    types="ignored",
    negative=True,
    order="predictions",
)
