"""Scripts that count every pair of a prediction and an event that overlap enough."""

from __future__ import annotations

import numpy as np

from mebench.metrics.rules.base import Case, Outcome, Rule, as_pairs, book, tally
from mebench.metrics.rules.overlap import Overlap, clamped, inclusive, passing

BASELINE = Overlap(clamped)
INCLUSIVE = Overlap(inclusive)


def hp1023(case: Case) -> Outcome:
    """Count the pairs as TP, and what remains of the predictions and of the events as FP and FN.

    Both can fall below 0, and precision and recall rise above 1. The overlap is that of the MEGC2020 baseline: cut at 0
    before one frame is added, none for an interval of one frame.
    """
    row, column = passing(case.reference, case.estimated, BASELINE, case.threshold)
    hits = tally(row, len(case.reference.onset))
    alarms = 1 - tally(column, len(case.estimated.onset))
    return book(case, as_pairs(row, column), hits, 1 - hits, alarms)


def mtsn(case: Case) -> Outcome:
    """Count the pairs as TP, the predictions that hit nothing as FP, and events minus TP as FN.

    FN can fall below 0 and recall rise above 1; TP + FP is not the number of predictions. A video without a peak or
    without an event gets a placeholder that is counted nowhere.
    """
    row, column = passing(case.reference, case.estimated, INCLUSIVE, case.threshold)
    hits = tally(row, len(case.reference.onset))
    alarms = (tally(column, len(case.estimated.onset)) == 0).astype(np.int64)
    return book(case, as_pairs(row, column), hits, 1 - hits, alarms)


def tsmsnet(case: Case) -> Outcome:
    """Count the events that are hit as TP, and as FP the predictions minus the pairs.

    A second prediction of the same event is forgiven, and one that hits two events takes another's false positive
    away, so FP can fall below 0. The script prints recall as precision and precision as recall; here each has its
    name. An onset of 0 becomes the apex there.
    """
    row, column = passing(case.reference, case.estimated, INCLUSIVE, case.threshold)
    hits = (tally(row, len(case.reference.onset)) > 0).astype(np.int64)
    alarms = 1 - tally(column, len(case.estimated.onset))
    return book(case, as_pairs(row, column), hits, 1 - hits, alarms)


HP1023 = Rule(
    name="hp1023",
    version=1,
    statement="TP = pairs of a prediction and an event of its type with IoU >= threshold",
    source="hp1023/MEGC2020: result_helper.py: pred_clips_analysis",
    judge=hp1023,
    may_match=BASELINE,
    differs="every pair counts as a hit, so each side is used several times; an interval of one frame matches nothing",
    gt_policy="apex,clip_to_video",
    negative=True,
)

MTSN = Rule(
    name="mtsn",
    version=1,
    statement="TP = pairs with IoU >= threshold, FP = predictions in no pair, FN = events - TP",
    source=(
        "genbing99/MTSN-Spot-ME-MaE: Utils/mean_average_precision: check_box; the same in SFAMNet, ME-TST, BoostingVRME"
    ),
    judge=mtsn,
    may_match=INCLUSIVE,
    differs="every pair counts as a hit, and a second prediction of the same event is no false positive",
    gt_policy="apex,truncate",
    negative=True,
)

TSMSNET = Rule(
    name="tsmsnet",
    version=1,
    statement="TP = events that any prediction hits with IoU >= threshold, FP = predictions - pairs",
    source="xly135846/MEGC2021: calculate.py: spotting_evaluation_V2",
    judge=tsmsnet,
    may_match=INCLUSIVE,
    differs="one prediction may serve several events, and a second prediction of the same event is forgiven",
    gt_policy="apex",
    negative=True,
)
