"""The canonical rule, and its reading that ignores the types."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mebench.metrics import spotting
from mebench.metrics.matching import match
from mebench.metrics.rules.base import Case, Outcome, Rule, as_pairs, book, tally
from mebench.metrics.rules.overlap import Overlap, inclusive

INCLUSIVE = Overlap(inclusive)


def megc(case: Case) -> Outcome:
    """Match one to one within each video and type, as many pairs as there can be."""
    counts, matched = spotting.count(case.reference, case.estimated, case.n_groups, case.threshold)
    hit = np.flatnonzero(matched >= 0)
    return Outcome(
        counts=counts.reshape(case.n_videos, case.n_types, 3),
        pairs=as_pairs(hit, matched[hit]),
        hits=(matched >= 0).astype(np.int64),
        misses=(matched < 0).astype(np.int64),
        alarms=1 - tally(matched[hit], len(case.estimated.onset)),
        invented=0,
        reference_type=case.kind(case.reference),
        estimated_type=case.kind(case.estimated),
    )


def joint(case: Case) -> Outcome:
    """Match one to one within each video whatever the types, as many pairs as there can be.

    A hit counts for the type of the event, a false positive for the type of the prediction.
    """
    matched = match(case.untyped(case.reference), case.untyped(case.estimated), case.threshold)
    return one_to_one(case, matched)


def one_to_one(case: Case, matched: NDArray[np.intp]) -> Outcome:
    """Return the outcome of a one-to-one assignment: for each event its prediction, or -1."""
    hit = np.flatnonzero(matched >= 0)
    found = (matched >= 0).astype(np.int64)
    alarms = 1 - tally(matched[hit], len(case.estimated.onset))
    return book(case, as_pairs(hit, matched[hit]), found, 1 - found, alarms)


MEGC = Rule(
    name="megc",
    version=1,
    statement=(
        "inclusive frames, IoU >= threshold in integers, one-to-one matching of maximum cardinality per video and "
        "type, every listed video counts, counts summed over the dataset"
    ),
    source="MEGC2019 spotting guideline; overall = sum of the typed counts (MEGC2020)",
    judge=megc,
    may_match=INCLUSIVE,
)

JOINT = Rule(
    name="joint",
    version=1,
    statement="as megc, but a prediction may match an event of either type",
    source="MEGC2019 spotting guideline, read without types",
    judge=joint,
    may_match=INCLUSIVE,
    differs="types are ignored in the matching",
    types="ignored",
)
