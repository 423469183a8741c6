"""Scripts that go through the events and look for a prediction for each: one prediction may serve several events."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mebench.metrics.intervals import Intervals
from mebench.metrics.matching import canonical_order, largest_matching
from mebench.metrics.rules.base import (
    Case,
    Index,
    Mask,
    Outcome,
    Rule,
    as_pairs,
    book,
    extent,
    tally,
    type_by_length,
)
from mebench.metrics.rules.overlap import Overlap, best_partner, clamped, exclusive, inclusive, passing

BASELINE = Overlap(clamped)
HULL = Overlap(exclusive)
STRICT_HULL = Overlap(exclusive, strict=True)
INCLUSIVE = Overlap(inclusive)

LGSNET_FRAMES = 15
"""LGSNet's longest micro-expression, offset - onset, at every frame rate."""

ABPN_RATE = 25
"""ABPN scores at 25 frames a second: the 200 of SAMM are divided by 8, the 30 of CAS(ME)^2 stay."""


def mdmd2020(case: Case) -> Outcome:
    """Count the events that any prediction hits; FP is what remains of the predictions.

    One prediction may serve several events, so FP can be -1. The overlap is cut at 0 before one frame is added, and an
    interval of one frame overlaps nothing. The lengths that the baseline admits (7 to 16 frames for an ME of
    CAS(ME)^2, and so on) belong to its spotter and are not applied. The script also computes a precision from
    (prediction, event) pairs; the published one is from the events. The log file that goes with it lists one line a
    prediction and event, so its FP lines need not agree with the printed FP.
    """
    row, column = passing(case.reference, case.estimated, BASELINE, case.threshold)
    found = (tally(row, len(case.reference.onset)) > 0).astype(np.int64)
    pairs = _credit(case, row, column)
    alarms = 1 - tally(pairs[:, 1], len(case.estimated.onset))
    return book(case, pairs, found, 1 - found, alarms)


def _credit(case: Case, row: Index, column: Index) -> Index:
    """Credit each event that is hit to one prediction, to as many different ones as there can be."""
    if not row.size:
        return as_pairs(row, column)
    rank, place = (np.argsort(canonical_order(spans)) for spans in (case.reference, case.estimated))
    order = np.lexsort((place[column], rank[row]))
    row, column = row[order], column[order]
    partner = largest_matching(rank[row], place[column])
    credited = partner[rank[row]]
    first = np.flatnonzero(np.diff(row, prepend=-1))  # where nothing is left, the first prediction that hits
    chosen = np.where(credited[first] >= 0, canonical_order(case.estimated)[credited[first]], column[first])
    return as_pairs(row[first], chosen)


def abpn(case: Case) -> Outcome:
    """Let each event claim the prediction that overlaps it most, and count the predictions that were claimed.

    Lengths are offset - onset and the threshold itself is too little. The frames are divided by 8 first, rounding
    down, where the video runs at 200 frames a second. Recall is claimed / events and F1 is 2 claimed / (predictions +
    events), but precision is taken from the other side: the predictions whose best event overlaps enough / predictions.
    So the three do not satisfy F1 = 2PR / (P + R). The .01 that the script adds to the counts of each subject while it
    chooses an epoch is left out.
    """
    reference, estimated = _slowed(case, case.reference), _slowed(case, case.estimated)
    claimed = best_partner(reference, estimated, STRICT_HULL, case.threshold)
    event = np.flatnonzero(claimed >= 0)
    _, first = np.unique(claimed[event], return_index=True)
    pairs = as_pairs(event[first], claimed[event[first]])
    hits = tally(pairs[:, 0], len(reference.onset))
    alarms = 1 - tally(pairs[:, 1], len(estimated.onset))
    _, column = passing(reference, estimated, STRICT_HULL, case.threshold)
    confirmed = tally(case.estimated.group[np.unique(column)], case.n_groups)
    return book(case, pairs, hits, 1 - hits, alarms, confirmed=confirmed)


def _slowed(case: Case, spans: Intervals) -> Intervals:
    """Return the intervals in frames of about 1/25 s."""
    step = np.maximum(case.frame_rate(spans, "abpn") // ABPN_RATE, 1).astype(np.int64)
    valid = spans.offset >= spans.onset
    offset = np.where(valid, spans.offset // step, spans.onset // step - 1)
    return Intervals(spans.group, spans.onset // step, offset)


def _abpn_overlaps(case: Case, reference: Index, estimated: Index) -> Mask:
    slowed = case._replace(reference=_slowed(case, case.reference), estimated=_slowed(case, case.estimated))
    return STRICT_HULL(slowed, reference, estimated)


def lssnet(case: Case) -> Outcome:
    """Let each event take the prediction that overlaps it most, of any type, and drop it if that is of another type.

    One prediction may serve several events. Lengths are offset - onset. FN and FP change names in the script's log.
    The script reads at most 70 (SAMM) or 8 predictions a video above a threshold that it tunes on the test set, joins
    the videos of a SAMM subject into one and counts every fifth frame there; a submission holds what was left, in the
    frames of its videos. Its numbers of events are written into the code (282 + 84 for CAS(ME)^2).
    """
    reference, estimated, order = _by_onset(case)
    best = best_partner(reference, estimated, HULL, case.threshold)
    event = np.flatnonzero(best >= 0)
    prediction = order[best[event]]
    agreed = case.reference.group[event] == case.estimated.group[prediction]
    pairs = as_pairs(event[agreed], prediction[agreed])
    hits = tally(pairs[:, 0], len(reference.onset))
    return book(case, pairs, hits, 1 - hits, 1 - tally(pairs[:, 1], len(order)))


def lgsnet(case: Case) -> Outcome:
    """Let each event take the prediction that overlaps it most, whatever the types.

    One prediction may serve several events. Hits are filed under the event's length and predictions under their own:
    more than 15 frames from onset to offset is an MaE at every frame rate; the numbers of events are those of the
    annotated types. An event of one frame is never a hit. The script reads at most 14 predictions a video above a
    threshold that it tunes, with the epoch, on the test set; a submission holds what was left.
    """
    reference, estimated, order = _by_onset(case)
    best = best_partner(reference, estimated, INCLUSIVE, case.threshold)
    event = np.flatnonzero((best >= 0) & (extent(reference) > 0))
    pairs = as_pairs(event, order[best[event]])
    hits = tally(pairs[:, 0], len(reference.onset))
    return book(
        case,
        pairs,
        hits,
        1 - hits,
        1 - tally(pairs[:, 1], len(order)),
        reference_type=type_by_length(extent(case.reference) > LGSNET_FRAMES, case.n_types),
        estimated_type=type_by_length(extent(case.estimated) > LGSNET_FRAMES, case.n_types),
        missed_type=case.kind(case.reference),
        remainder=True,
    )


def _lgsnet_overlaps(case: Case, reference: Index, estimated: Index) -> Mask:
    return INCLUSIVE(case, reference, estimated) & (extent(case.reference)[reference] > 0)


def _by_onset(case: Case) -> tuple[Intervals, Intervals, NDArray[np.intp]]:
    """Return both sides without types, the predictions by onset (equal ones as in the file), and that order."""
    order = np.argsort(case.estimated.onset, kind="stable")
    return case.untyped(case.reference), case.untyped(case.estimated).take(order), order


MDMD2020 = Rule(
    name="mdmd2020",
    version=1,
    statement="TP = events that any prediction of their type hits with IoU >= threshold, FP = predictions - TP",
    source="HeyingGithub/Baseline-project-for-MEGC2020_spotting: MDMD_results/result_helper.py: pred_clips_analysis",
    judge=mdmd2020,
    may_match=BASELINE,
    differs="one prediction may serve several events; an interval of one frame matches nothing",
    gt_policy="apex,half_up",
    negative=True,
)

ABPN = Rule(
    name="abpn",
    version=1,
    statement="TP = predictions that are the best of some event, with overlap > threshold by offset - onset",
    source="wenhaocold/USTC_ME_Spotting: post_process.py: iou_for_find, iou_for_tp; abfcm.py: abfcm_final_result_best",
    judge=abpn,
    may_match=_abpn_overlaps,
    differs=(
        "exclusive lengths and a strict threshold; each event asks for its best prediction only; precision counts "
        "predictions and recall events; 200 frames a second are scored at 25"
    ),
    gt_policy="unmatchable",
    order="predictions",
)

LSSNET = Rule(
    name="lssnet",
    version=1,
    statement="TP = events whose best prediction has their type and overlap >= threshold by offset - onset",
    source="williamlee91/mer_spot: tools/F1_score_new.py: main_threshold",
    judge=lssnet,
    may_match=HULL,
    differs=(
        "exclusive lengths; one prediction may serve several events; an event whose best prediction is of the other "
        "type is missed"
    ),
    gt_policy="drop,drop_past_end",
    negative=True,
    order="predictions",
)

LGSNET = Rule(
    name="lgsnet",
    version=1,
    statement="TP = events whose best prediction of any type has IoU >= threshold, filed under ME or MaE by length",
    source="williamlee91/LGSNet: LGSNet/tools/F1_score_last.py: main_threshold",
    judge=lgsnet,
    may_match=_lgsnet_overlaps,
    differs="types are ignored and filed by length; one prediction may serve several events",
    gt_policy="apex_plus,truncate,drop_past_end",
    types="ignored",
    negative=True,
)
