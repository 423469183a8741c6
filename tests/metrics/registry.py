"""The list that every metric joins, and what holds for all of them is tested in test_common.py.

To join, add one line to ``METRICS``: a family (how rows become a count table) and the function that maps a summed table
to scores. A metric whose rows are of another kind brings a ``Family`` of its own; one that takes rows instead of tables
also names itself as ``direct``. A public function of mebench.metrics that returns floats and is no metric goes into
``NOT_METRICS`` with the reason: test_common.py fails for one that is in neither.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st
from strategies import interval, interval_lists
from test_intervals import spans

from mebench.metrics import anatomy, recognition, spot_then_recognise, spotting, sweep

SUBJECTS = 3
CLASSES = 4
TYPES = 2
LEVELS = 4
HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Family:
    """How rows become an additive table, one row of it a subject.

    A sample is whatever the family's functions understand; ``count`` maps it to a table of shape (SUBJECTS, ...).
    """

    samples: st.SearchStrategy
    empty: Any
    count: Callable[[Any], np.ndarray]
    of_subject: Callable[[Any, int], Any]  # the rows of one subject
    shuffled: Callable[[Any, Any], Any]  # the same rows in an order that a random.Random decides
    twice: Callable[[Any], Any]  # every row two times
    perfect: Callable[[Any], Any]  # the same truth, predicted perfectly


@dataclass(frozen=True)
class Metric:
    family: Family
    score: Callable[[np.ndarray], np.ndarray]  # from summed tables (..., *table) to scores (..., *scores)
    low: float = 0.0
    high: float = 1.0
    perfect: float = 1.0
    unmoved_by_repetition: bool = True  # whether having every row twice leaves the score as it is
    direct: Callable[[Any], Any] | None = None  # the public function on rows, which must say the same


def family_of_two_lists(subject_of=lambda row: row[0], said=lambda row: row, **options):
    """A family whose samples are two lists of rows, events and predictions; ``said`` predicts an event as it is."""
    return Family(
        empty=([], []),
        of_subject=lambda sides, subject: tuple([row for row in rows if subject_of(row) == subject] for rows in sides),
        shuffled=lambda sides, random: tuple(random.sample(rows, len(rows)) for rows in sides),
        twice=lambda sides: tuple(rows + rows for rows in sides),
        perfect=lambda sides: (sides[0], [said(row) for row in sides[0]]),
        **options,
    )


CLIPS = Family(
    samples=st.lists(
        st.tuples(st.integers(0, SUBJECTS - 1), st.integers(0, CLASSES - 1), st.integers(0, CLASSES - 1)), max_size=20
    ),
    empty=[],
    count=lambda rows: recognition.tally(*(np.array(rows, dtype=int).reshape(-1, 3).T), SUBJECTS, CLASSES),
    of_subject=lambda rows, subject: [row for row in rows if row[0] == subject],
    shuffled=lambda rows, random: random.sample(rows, len(rows)),
    twice=lambda rows: rows + rows,
    perfect=lambda rows: [(subject, true, true) for subject, true, _ in rows],
)
"""Rows are (subject, true, predicted)."""


INTERVALS = family_of_two_lists(
    samples=st.tuples(interval_lists(groups=SUBJECTS), interval_lists(groups=SUBJECTS)),
    count=lambda sides: spotting.count(spans(sides[0]), spans(sides[1]), SUBJECTS, HALF)[0],
)
"""Rows are (subject, onset, offset); each subject has one video."""


def with_codes(low, high):
    return st.lists(
        st.tuples(interval(groups=SUBJECTS), st.integers(low, high)).map(lambda r: (*r[0], r[1])), max_size=7
    )


def codes(rows):
    return np.array([row[3] for row in rows], dtype=np.int64)


def bare(rows):
    return spans([row[:3] for row in rows])


def count_emotions(sides):
    events, said = sides
    tables = spot_then_recognise.count(bare(events), bare(said), codes(events), codes(said), SUBJECTS, CLASSES, HALF)
    return spot_then_recognise.pack(tables.spotting, tables.confusion)


EMOTIONS = family_of_two_lists(
    samples=st.tuples(with_codes(0, CLASSES - 1), with_codes(spot_then_recognise.NOT_ANALYSED, CLASSES - 1)),
    count=count_emotions,
)
"""Rows are (subject, onset, offset, emotion)."""


def of_confusion(score):
    return lambda packed: score(spot_then_recognise.unpack(packed, CLASSES)[1])


def entering(sides):
    events, said = sides
    return sweep.enlarging(bare([(*row, 0) for row in events]), bare(said), codes(said).astype(float), HALF)


def count_levels(sides):
    """Hits and false positives that enter at each score, and the events in the place of the highest."""
    events, said = sides
    table = np.zeros((SUBJECTS, LEVELS, 3), dtype=np.int64)
    for (subject, *_, level), hit in zip(said, entering(sides), strict=True):
        table[subject, LEVELS - 1 - level, 0 if hit else 1] += 1
    for subject, *_ in events:
        table[subject, 0, 2] += 1
    return table


def area(tables):
    """Average precision of each table: of the levels at which anything enters."""
    scores = []
    for table in tables.reshape(-1, LEVELS, 3):
        some = table[:, :2].any(axis=-1)
        tp, fp = np.cumsum(table[some, :2], axis=0).T
        scores.append(sweep.average_precision(sweep.Curve(np.flatnonzero(some), tp, fp, table[:, 2].sum())))
    return np.array(scores).reshape(tables.shape[:-2])


SCORED = family_of_two_lists(
    samples=st.tuples(interval_lists(groups=SUBJECTS), with_codes(0, LEVELS - 1)),
    count=count_levels,
    said=lambda row: (*row, 0),
)
"""Events are (subject, onset, offset), predictions also have a score, of few so that ties are the rule."""


def typed(kinds):
    """Rows are (subject * TYPES + type, onset, offset); counts as they are, and with errors of some kinds fixed."""

    def count(sides):
        reference, estimated = (spans(rows) for rows in sides)
        found = anatomy.anatomise(reference, estimated, TYPES, HALF)
        # With a type of its own for each subject and type, the counts come apart by subject.
        tables = [anatomy.fixed_counts(found, reference, estimated, SUBJECTS * TYPES, k) for k in ((), kinds)]
        return np.stack(tables).reshape(2, SUBJECTS, TYPES, 3).swapaxes(0, 1)

    rows = interval_lists(groups=SUBJECTS * TYPES)
    return family_of_two_lists(samples=st.tuples(rows, rows), subject_of=lambda row: row[0] // TYPES, count=count)


def gained(tables):
    """F1 after less F1 before, of each type and of all together."""
    together = np.concatenate([tables, tables.sum(axis=-2, keepdims=True)], axis=-2)
    return spotting.f1(together[..., 1, :, :]) - spotting.f1(together[..., 0, :, :])


def gain(kinds):
    def of(sides):
        reference, estimated = (spans(rows) for rows in sides)
        found = anatomy.anatomise(reference, estimated, TYPES, HALF)
        return anatomy.gain(found, reference, estimated, TYPES, kinds)

    return of


QUIET = ("background", "missed")

METRICS = {
    "spotting.precision": Metric(INTERVALS, spotting.precision),
    "spotting.recall": Metric(INTERVALS, spotting.recall),
    "spotting.f1": Metric(INTERVALS, spotting.f1),
    "recognition.precision": Metric(CLIPS, recognition.precision),
    "recognition.recall": Metric(CLIPS, recognition.recall),
    "recognition.f1": Metric(CLIPS, recognition.f1),
    "recognition.uf1": Metric(CLIPS, recognition.uf1),
    "recognition.uar": Metric(CLIPS, recognition.uar),
    "recognition.accuracy": Metric(CLIPS, recognition.accuracy),
    "spot_then_recognise.precision": Metric(EMOTIONS, of_confusion(spot_then_recognise.precision)),
    "spot_then_recognise.recall": Metric(EMOTIONS, of_confusion(spot_then_recognise.recall)),
    "spot_then_recognise.analysis": Metric(EMOTIONS, of_confusion(spot_then_recognise.analysis)),
    "spot_then_recognise.strs": Metric(
        EMOTIONS, lambda packed: spot_then_recognise.strs(*spot_then_recognise.unpack(packed, CLASSES))
    ),
    "sweep.average_precision": Metric(
        SCORED,
        area,
        direct=lambda sides: sweep.average_precision(
            sweep.curve(codes(sides[1]).astype(float), entering(sides), len(sides[0]))
        ),
    ),
    "anatomy.gain of what nobody saw": Metric(typed(QUIET), gained, perfect=0.0, direct=gain(QUIET)),
    # Two of the same prediction in one event are a split one: another kind.
    "anatomy.gain of a better place": Metric(
        typed(anatomy.LOCALISATION), gained, perfect=0.0, unmoved_by_repetition=False, direct=gain(anatomy.LOCALISATION)
    ),
}
"""By the name of the function, and where there are several of it, what of it."""

NOT_METRICS = {
    "comparison.holm": "p-values from p-values",
    "margins.scores": "the scores of recognition from margins, held against them in test_feasibility.py",
    "ratios.mean_of_defined": "the averaging inside metrics",
    "ratios.ratio": "the division inside metrics",
    "recognition.one_against_rest": "counts",
    "resampling.leave_one_out": "any metric without each subject in turn",
    "resampling.multiplicities": "draws",
    "resampling.replicate": "any metric of each bootstrap replicate",
    "resampling.weighted_sums": "counts",
    "rules.base.precision": "what a script says of its own columns, which may be no precision at all",
}
