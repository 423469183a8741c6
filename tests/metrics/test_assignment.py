from fractions import Fraction

import numpy as np
import pytest
from brute_force import PARTS, canonical_matching
from hypothesis import given
from hypothesis import strategies as st
from strategies import GROUPS, interval_lists, thresholds
from test_intervals import spans

from mebench.metrics.assignment import UNIT, assign
from mebench.metrics.matching import match

HALF = Fraction(1, 2)


def ranked(**options):
    return (
        interval_lists(**options)
        .flatmap(lambda rows: st.tuples(*(st.integers(0, 2).map(lambda k, row=row: (*row, k)) for row in rows)))
        .map(lambda rows: list(dict.fromkeys(rows)))
    )


def found(references, estimates, threshold):
    matched = assign(
        spans([r[:3] for r in references]),
        spans([e[:3] for e in estimates]),
        threshold,
        np.array([r[3] for r in references], dtype=np.int64),
        np.array([e[3] for e in estimates], dtype=np.int64),
    )
    return {references[i]: estimates[j] for i, j in enumerate(matched.tolist()) if j >= 0}


@given(ranked(most=5, span=12), ranked(most=5, span=12), thresholds)
def test_it_is_the_best_of_all_assignments(references, estimates, threshold):
    assert found(references, estimates, threshold) == canonical_matching(references, estimates, GROUPS, threshold)
    assert UNIT == PARTS


@given(ranked(most=8, span=10), ranked(most=8, span=10), thresholds, st.randoms(use_true_random=False))
def test_row_order_shift_and_names_play_no_part(references, estimates, threshold, random):
    before = found(references, estimates, threshold)
    names = random.sample(range(GROUPS), GROUPS)
    shift = random.randint(-(10**9), 10**9)

    def other(row):
        return names[row[0]], row[1] + shift, row[2] + shift, row[3]

    moved = [[other(row) for row in random.sample(rows, len(rows))] for rows in (references, estimates)]
    assert found(*moved, threshold) == {other(r): other(e) for r, e in before.items()}


@given(interval_lists(12, empty=True), interval_lists(12, empty=True), thresholds)
def test_it_is_as_large_as_the_largest(references, estimates, threshold):
    ours, largest = (f(spans(references), spans(estimates), threshold) for f in (assign, match))
    assert (ours >= 0).sum() == (largest >= 0).sum()
    used = ours[ours >= 0]
    assert len(set(used.tolist())) == len(used)


@pytest.mark.parametrize(
    ("references", "estimates", "expected"),
    [
        pytest.param([(0, 3, 14)], [(0, 1, 10), (0, 3, 12)], [1], id="the better overlap"),
        pytest.param([(0, 1, 10)], [(0, 2, 11), (0, 0, 9)], [1], id="equal overlap, the earlier prediction"),
        pytest.param([(0, 11, 20), (0, 1, 10)], [(0, 6, 15)], [-1, 0], id="equal overlap, the earlier event"),
        pytest.param([(0, 1, 10), (0, 2, 11)], [(0, 1, 10)], [0, -1], id="the exact one of two events"),
        # The exact pair alone would be one hit; two worse pairs are two.
        pytest.param([(0, 1, 10), (0, 3, 12)], [(0, 3, 12), (0, 7, 15)], [0, 1], id="two pairs before one good one"),
    ],
)
def test_the_three_criteria_in_their_order(references, estimates, expected):
    assert assign(spans(references), spans(estimates), Fraction(1, 3)).tolist() == expected


def test_a_chain_of_ties_is_moved_to_its_early_end():
    n = 3000
    references = [(0, 10 * i, 10 * i + 9) for i in range(n)]
    estimates = [(0, 10 * i - 5, 10 * i + 4) for i in range(n + 1)]
    assert assign(spans(references), spans(estimates), Fraction(1, 3)).tolist() == list(range(n))


def test_ties_among_thousands_are_settled_by_the_intervals_alone():
    rng = np.random.default_rng(0)
    rows = [
        [(int(g), int(a), int(a + n)) for g, a, n in rng.integers([0, 0, 8], [30, 300, 16], (2000, 3))] for _ in "ab"
    ]
    references, estimates = ([(*row, i) for i, row in enumerate(dict.fromkeys(side))] for side in rows)
    before = found(references, estimates, HALF)
    assert len(before) > 1000
    order = [[side[i] for i in rng.permutation(len(side))] for side in (references, estimates)]
    assert found(*order, HALF) == before
