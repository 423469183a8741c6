"""The paired jackknife of many systems at once, and which test fits how many."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from mebench.metrics import recognition, spotting
from mebench.metrics.comparison import compare_pairs, fitting_test, holm, jackknife_tests, pairwise_tests
from mebench.metrics.ratios import Numbers


def by_hand(a: Numbers, b: Numbers, statistic):
    """Difference and p-value of one pair, subject by subject."""
    value = float(statistic(a.sum(axis=0))) - float(statistic(b.sum(axis=0)))
    if np.isnan(value):
        return value, np.nan
    left = []
    for s in range(len(a)):
        rest = np.arange(len(a)) != s
        left.append(float(statistic(a[rest].sum(axis=0))) - float(statistic(b[rest].sum(axis=0))))
    left = np.array([d for d in left if not np.isnan(d)])
    n = len(left)
    error = np.sqrt((n - 1) / n * ((left - left.mean()) ** 2).sum()) if n > 1 else np.nan
    if not error > 1e-7:
        return value, 1.0 if abs(value) < 1e-12 else np.nan
    return value, 2 * stats.t(n - 1).sf(abs(value) / error)


@settings(max_examples=80)
@given(
    st.tuples(st.integers(1, 4), st.integers(1, 6)).flatmap(
        lambda size: arrays.arrays(np.int64, (*size, 3), elements=st.integers(0, 3))
    )
)
def test_every_pair_is_what_it_is_by_hand(tables):
    found = jackknife_tests(list(tables), spotting.f1)
    expected = [by_hand(a, b, spotting.f1) for a, b in combinations(tables, 2)]
    upper = np.triu_indices(len(tables), 1)
    assert found.difference[upper] == pytest.approx([d for d, _ in expected], nan_ok=True)
    assert found.p_value[upper] == pytest.approx([p for _, p in expected], nan_ok=True, rel=1e-5, abs=1e-9)
    assert found.adjusted[upper] == pytest.approx(holm(found.p_value[upper]), nan_ok=True)
    assert np.array_equal(found.p_value, found.p_value.T, equal_nan=True)
    assert np.array_equal(found.difference, -found.difference.T, equal_nan=True)
    assert (found.p_value.diagonal() == 1).all()


def test_confusions_are_tested_the_same_way():
    rng = np.random.default_rng(0)
    tables = rng.integers(0, 4, (4, 15, 3, 3))
    found = jackknife_tests(list(tables), recognition.uf1)
    for i, j in combinations(range(4), 2):
        value, p = by_hand(tables[i], tables[j], recognition.uf1)
        assert (found.difference[i, j], found.p_value[i, j]) == pytest.approx((value, p))


def test_it_tells_what_the_permutation_test_tells_where_both_can():
    rng = np.random.default_rng(2)
    truth = rng.integers(3, 9, 30)
    tables = []
    for hit in (0.2, 0.5, 0.5, 0.8):
        tp = rng.binomial(truth, hit)
        tables.append(np.stack([tp, rng.integers(0, 4, 30), truth - tp], axis=1))
    one, other = (compare_pairs(tables, spotting.f1, test) for test in ("permutation", "jackknife"))
    assert np.array_equal(one.adjusted <= 0.05, other.adjusted <= 0.05)
    assert np.array_equal(one.adjusted, pairwise_tests(tables, spotting.f1).adjusted)


def test_like_systems_are_told_apart_as_seldom_as_the_level_says():
    rng = np.random.default_rng(3)
    n, subjects = 1500, 22
    truth = rng.integers(1, 6, (n, subjects))
    pair = []
    for _ in range(2):
        tp = rng.binomial(truth, 0.5)
        pair.append(np.stack([tp, rng.poisson(2, truth.shape), truth - tp], axis=-1))
    p = np.array([jackknife_tests([a, b], spotting.f1).p_value[0, 1] for a, b in zip(*pair, strict=True)])
    # Four standard errors of a share of 5 % among 1500.
    assert abs((p <= 0.05).mean() - 0.05) < 4 * np.sqrt(0.05 * 0.95 / n)


def test_a_thousand_systems_of_which_two_are_apart():
    rng = np.random.default_rng(4)
    tables = [rng.integers(1, 5, (68, 3)) for _ in range(998)]
    tables += [np.tile([9, 0, 0], (68, 1)) + np.eye(68, 3, dtype=int), np.tile([0, 9, 9], (68, 1))]
    tables[-1][0] = [1, 9, 9]
    found = jackknife_tests(tables, spotting.f1)
    assert found.adjusted.shape == (1000, 1000)
    assert found.adjusted[-2, -1] < 1e-6


@pytest.mark.parametrize("systems", range(2, 60))
@pytest.mark.parametrize("permutations", [99, 999, 9999])
def test_the_permutation_test_is_chosen_only_where_it_can_part_any_pair(systems, permutations):
    smallest = 1 / (permutations + 1) * (systems * (systems - 1) / 2)
    chosen = fitting_test(systems, permutations)
    assert (chosen == "permutation") == (smallest <= 0.05 + 1e-12 and systems <= 32)
