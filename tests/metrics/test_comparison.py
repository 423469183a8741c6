import math
from itertools import combinations, permutations, product

import numpy as np
import populations as of
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from mebench.metrics import ranking, recognition, resampling, spotting
from mebench.metrics.comparison import holm, paired_difference, pairwise_tests, permutation_test
from mebench.metrics.resampling import METHODS

every_method = pytest.mark.parametrize("method", METHODS)
fewer = settings(max_examples=50)


def two_systems(seed=0, n_subjects=12, better=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 5, (n_subjects, 3)) + np.array([better, 0, 0]), rng.integers(0, 5, (n_subjects, 3))


pairs_of_tables = st.integers(1, 6).flatmap(
    lambda n: st.tuples(*[arrays.arrays(np.int64, (n, 3), elements=st.integers(0, 4))] * 2)
)


# Paired differences


def test_a_replicate_draws_the_same_subjects_for_both():
    a, b = two_systems()
    found = paired_difference(a, b, spotting.f1, "percentile", seed=4)
    weights = resampling.multiplicities(len(a), resampling.REPLICATES, seed=4)
    replicates = spotting.f1(weights @ a) - spotting.f1(weights @ b)
    low, high = np.quantile(replicates, [0.025, 0.975])
    assert found.interval == (pytest.approx(low), pytest.approx(high), 0)
    assert found.value == pytest.approx(float(spotting.f1(a.sum(axis=0)) - spotting.f1(b.sum(axis=0))))


@every_method
def test_swapping_the_systems_turns_the_difference_round(method):
    a, b = two_systems(better=1)
    there, back = (paired_difference(*pair, spotting.f1, method, seed=1) for pair in ((a, b), (b, a)))
    assert there.value == pytest.approx(-back.value)
    assert there.interval[:2] == (pytest.approx(-back.interval.high), pytest.approx(-back.interval.low))


@every_method
def test_a_system_against_itself_differs_by_nothing_and_nothing_varies(method):
    a, _ = two_systems()
    assert paired_difference(a, a, spotting.f1, method) == (0.0, None)


def test_pairing_gains_where_the_systems_err_on_the_same_subjects():
    population = of.Spotting(of.SAMM_LV, 0.5, 2)
    ours, theirs = (tables[:, 0] for tables in population.draw(np.random.default_rng(0), 30, 1, systems=2))
    paired = paired_difference(ours, theirs, spotting.f1).interval
    apart = [resampling.interval(tables, spotting.f1) for tables in (ours, theirs)]
    unpaired = math.hypot(*(each.high - each.low for each in apart))
    assert paired.high - paired.low < 0.8 * unpaired


def test_a_difference_against_an_undefined_score_is_undefined():
    a, _ = two_systems()
    silent = np.zeros_like(a)
    found = paired_difference(a, silent, spotting.f1)
    assert math.isnan(found.value)
    assert found.interval is None


def test_a_difference_keeps_to_its_range():
    a = np.tile([1, 0, 0], (8, 1))
    b = np.tile([0, 1, 1], (8, 1))
    b[0] = 1, 0, 0
    found = paired_difference(a, b, spotting.f1).interval
    assert -1 < found.low < 0.6 < found.high < 1
    wide = paired_difference(100 * a, 100 * b, lambda counts: 5 * spotting.f1(counts), width=5.0).interval
    assert wide[:2] == (pytest.approx(5 * found.low), pytest.approx(5 * found.high))


PAIRED = [
    (of.Spotting(of.CASME_SQ, 0.35, 3), 22, spotting.f1),
    (of.Spotting(of.SAMM_LV, 0.2, 6), 30, spotting.f1),
    (of.Spotting(of.SAMM_LV, 0.6, 2), 68, spotting.f1),
    (of.Recognition(of.MEGC2019, of.FAIR), 30, recognition.uf1),
    (of.Recognition(of.MEGC2019, of.GOOD), 30, recognition.uar),
    (of.Recognition(of.MEGC2019, of.FAIR), 68, recognition.uf1),
]


@pytest.mark.parametrize(("population", "size", "statistic"), PAIRED)
def test_the_interval_of_a_difference_covers_within_two_points_of_nominal(population, size, statistic):
    tables = population.draw(np.random.default_rng(3), size, 2000, systems=2)
    found = resampling.limits(
        np.stack(tables, axis=1), lambda c: statistic(c[:, 0]) - statistic(c[:, 1]), bounds=(-1.0, 1.0)
    )
    # The systems are alike, so that the true difference is 0. Standard error of the estimate: 0.5 points.
    assert np.mean((found.low <= 0) & (found.high >= 0)) == pytest.approx(0.95, abs=0.02)
    first = paired_difference(tables[0][:, 0], tables[1][:, 0], statistic).interval
    assert first[:2] == (pytest.approx(found.low[0]), pytest.approx(found.high[0]))


# Permutation tests


def every_swap(a, b, alternative):
    """The exact p-value by trying every choice of subjects to swap, one by one."""

    def f1(rows):
        tp, fp, fn = sum(rows)
        return 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else math.nan

    def difference(swapped):
        ours = [b[s] if swap else a[s] for s, swap in enumerate(swapped)]
        theirs = [a[s] if swap else b[s] for s, swap in enumerate(swapped)]
        return f1(ours) - f1(theirs)

    observed = difference([False] * len(a))
    if math.isnan(observed):
        return math.nan
    extreme = {
        "two-sided": lambda value: abs(value) >= abs(observed) - 1e-9,
        "greater": lambda value: value >= observed - 1e-9,
        "less": lambda value: value <= observed + 1e-9,
    }[alternative]
    found = [difference(swapped) for swapped in product([False, True], repeat=len(a))]
    return sum(math.isnan(value) or extreme(value) for value in found) / len(found)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
@fewer
@given(tables=pairs_of_tables)
def test_few_subjects_are_tested_exactly(tables, alternative):
    found = permutation_test(*tables, spotting.f1, alternative=alternative)
    assert found.exact
    assert found.p_value == pytest.approx(every_swap(*tables, alternative), nan_ok=True)


def test_all_swaps_are_tried_where_they_are_no_more_than_asked_for_and_drawn_otherwise():
    a, b = two_systems(n_subjects=8)
    differing = int((a != b).any(axis=1).sum())
    assert permutation_test(a, b, spotting.f1, permutations=2**differing)[2:4] == (2**differing, True)
    assert permutation_test(a, b, spotting.f1, permutations=2**differing - 1)[2:4] == (2**differing - 1, False)


def test_subjects_on_whom_the_systems_agree_need_no_swap():
    a, b = two_systems(n_subjects=8, better=2)
    alike = np.random.default_rng(1).integers(0, 5, (60, 3))
    found = permutation_test(np.concatenate([a, alike]), np.concatenate([b, alike]), spotting.f1)
    assert found.exact
    assert found.permutations == 2**8


def test_drawn_swaps_come_near_the_exact_p_value_and_the_seed_alone_decides():
    a, b = two_systems(seed=5, n_subjects=12, better=2)
    exact = permutation_test(a, b, spotting.f1)
    drawn = permutation_test(a, b, spotting.f1, permutations=4000, seed=1)
    assert exact.exact
    assert not drawn.exact
    assert 0.001 < exact.p_value < 0.2
    assert drawn.p_value == pytest.approx(exact.p_value, abs=4 * math.sqrt(exact.p_value / 4000))
    assert drawn == permutation_test(a, b, spotting.f1, permutations=4000, seed=1)
    assert drawn != permutation_test(a, b, spotting.f1, permutations=4000, seed=2)


@given(pairs_of_tables, st.integers(1, 30))
def test_a_p_value_is_never_zero(tables, n):
    found = permutation_test(*tables, spotting.f1, permutations=n)
    assert math.isnan(found.difference) or 1 / (n + 1) <= found.p_value <= 1


def test_the_clearest_difference_has_the_smallest_p_value_there_is():
    a, b = np.tile([3, 0, 1], (30, 1)), np.tile([0, 3, 4], (30, 1))
    assert permutation_test(a, b, spotting.f1, permutations=499).p_value == 1 / 500
    assert permutation_test(a, b, spotting.f1, permutations=499, alternative="less").p_value == 1
    assert permutation_test(a[:5], b[:5], spotting.f1).p_value == 2 / 32


@fewer
@given(pairs_of_tables)
def test_the_two_sided_test_knows_no_first_and_second(tables):
    a, b = tables
    there, back = permutation_test(a, b, spotting.f1), permutation_test(b, a, spotting.f1)
    assert there.p_value == pytest.approx(back.p_value, nan_ok=True)
    less = permutation_test(b, a, spotting.f1, alternative="less").p_value
    assert permutation_test(a, b, spotting.f1, alternative="greater").p_value == pytest.approx(less, nan_ok=True)


def test_swaps_that_leave_a_score_undefined_speak_against_the_claim_and_are_counted():
    # Each system predicts for one subject only, and not the same one: two of the four swaps leave one of them silent.
    a, b = np.array([[3, 0, 1], [0, 0, 2]]), np.array([[0, 0, 4], [1, 2, 1]])
    found = permutation_test(a, b, spotting.precision)
    assert found.undefined == 2
    assert found.p_value == 1
    assert math.isnan(permutation_test(a, np.array([[0, 0, 4], [0, 0, 2]]), spotting.precision).p_value)


NULLS = [
    (of.Spotting(of.SAMM_LV, 0.35, 3), 30, spotting.f1),
    (of.Recognition(of.MEGC2019, of.FAIR), 30, recognition.uf1),
    (of.Recognition(of.MEGC2019, of.FAIR), 68, recognition.uar),
]


@pytest.mark.parametrize(
    ("population", "size", "statistic", "alternative"),
    [*((*null, "two-sided") for null in NULLS), (*NULLS[1], "greater")],
)
def test_p_values_are_uniform_where_the_systems_are_alike(population, size, statistic, alternative):
    ours, theirs = population.draw(np.random.default_rng(999), size, 1500, systems=2)
    p_values = [
        permutation_test(ours[:, i], theirs[:, i], statistic, 199, seed=i, alternative=alternative).p_value
        for i in range(1500)
    ]
    # Drawn p-values are multiples of 1/200: spread over their cells they are uniform, so the plain test applies.
    spread = np.array(p_values) - np.random.default_rng(0).random(1500) / 200
    assert stats.kstest(spread, "uniform").pvalue > 0.01
    assert np.mean(np.array(p_values) <= 0.05) == pytest.approx(0.05, abs=0.015)


def test_where_scores_are_coarse_a_p_value_errs_on_the_safe_side():
    # Few events and rare hits: many swaps tie, and a tie counts as extreme.
    ours, theirs = of.Spotting(of.CASME_SQ, 0.1, 0.5).draw(np.random.default_rng(2), 22, 800, systems=2)
    tests = [permutation_test(ours[:, i], theirs[:, i], spotting.f1, 199, seed=i) for i in range(800)]
    p_values = np.array([test.p_value for test in tests if math.isfinite(test.p_value)])
    assert len(p_values) > 700
    for level in (0.01, 0.05, 0.1, 0.2, 0.5):
        assert np.mean(p_values <= level) <= level + 3 * math.sqrt(level * (1 - level) / len(p_values))


def test_a_real_difference_is_found():
    population = of.Recognition(of.MEGC2019, of.FAIR)
    better = of.Recognition(of.MEGC2019, of.GOOD)
    ours = better.draw(np.random.default_rng(4), 68, 50)[0]
    theirs = population.draw(np.random.default_rng(4), 68, 50)[0]
    found = [permutation_test(ours[:, i], theirs[:, i], recognition.uf1, 199).p_value <= 0.05 for i in range(50)]
    assert np.mean(found) > 0.8


# Several systems


@given(st.lists(st.floats(0, 1) | st.just(math.nan), max_size=8))
def test_holm_is_the_step_down_rule(p_values):
    adjusted = holm(p_values)
    tested = sorted(p for p in p_values if not math.isnan(p))
    for p, value in zip(p_values, adjusted, strict=True):
        if math.isnan(p):
            assert math.isnan(value)
        else:
            steps = [min(1.0, (len(tested) - i) * q) for i, q in enumerate(tested) if q <= p]
            assert value == pytest.approx(max(steps))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_holm_heeds_no_order_and_lies_between_nothing_and_bonferroni(p_values, random):
    order = random.sample(range(len(p_values)), len(p_values))
    adjusted = holm(p_values)
    assert np.array_equal(holm([p_values[i] for i in order]), adjusted[order])
    assert (adjusted >= p_values).all()
    assert (adjusted <= np.minimum(1, len(p_values) * np.array(p_values)) + 1e-12).all()


def test_holm_holds_the_chance_of_any_false_claim():
    p_values = np.random.default_rng(0).random((4000, 6))
    assert np.mean([(holm(row) <= 0.05).any() for row in p_values]) == pytest.approx(0.05, abs=0.012)


def test_pairwise_tests_are_the_tests_of_the_pairs():
    systems = [two_systems(seed, better=better)[0] for seed, better in ((0, 0), (1, 1), (2, 4))]
    found = pairwise_tests(systems, spotting.f1, permutations=300, seed=2)
    expected = {}
    for i, j in combinations(range(3), 2):
        single = permutation_test(systems[i], systems[j], spotting.f1, permutations=300, seed=2)
        assert found.difference[i, j] == -found.difference[j, i] == single.difference
        assert found.p_value[i, j] == found.p_value[j, i] == single.p_value
        expected[i, j] = single.p_value
    for (i, j), value in zip(expected, holm(list(expected.values())), strict=True):
        assert found.adjusted[i, j] == found.adjusted[j, i] == value
    assert np.diag(found.adjusted).tolist() == [1, 1, 1]


@st.composite
def rankings(draw, most=6):
    """Scores, often tied, and symmetric p-values of which some are undefined."""
    n = draw(st.integers(1, most))
    scores = draw(st.lists(st.sampled_from([0.1, 0.3, 0.5, 0.7]), min_size=n, max_size=n))
    p_values = np.ones((n, n))
    for i, j in combinations(range(n), 2):
        p_values[i, j] = p_values[j, i] = draw(st.sampled_from([0.001, 0.05, 0.051, 0.6, math.nan]))
    return scores, p_values


def apart(p_values, i, j):
    return p_values[i, j] <= 0.05


@given(rankings())
def test_two_systems_share_a_group_if_and_only_if_they_are_not_separable(drawn):
    scores, p_values = drawn
    groups = ranking.tie_groups(scores, p_values)
    for i, j in combinations(range(len(scores)), 2):
        assert any({i, j} <= set(group) for group in groups) == (not apart(p_values, i, j))
    assert {system for group in groups for system in group} == set(range(len(scores)))


@given(rankings())
def test_tie_groups_are_the_maximal_sets_by_trying_every_set(drawn):
    scores, p_values = drawn
    everyone = range(len(scores))
    tied = [
        set(group)
        for size in range(1, len(scores) + 1)
        for group in combinations(everyone, size)
        if not any(apart(p_values, i, j) for i, j in combinations(group, 2))
    ]
    maximal = [group for group in tied if not any(group < other for other in tied)]
    groups = ranking.tie_groups(scores, p_values)
    assert sorted(map(sorted, groups)) == sorted(map(sorted, maximal))
    for group in groups:
        assert [scores[i] for i in group] == sorted((scores[i] for i in group), reverse=True)


@given(rankings(), st.randoms(use_true_random=False))
def test_the_order_of_systems_plays_no_part_in_groups_and_ranks(drawn, random):
    scores, p_values = drawn
    order = random.sample(range(len(scores)), len(scores))
    moved_scores, moved = [scores[i] for i in order], p_values[np.ix_(order, order)]
    groups = {frozenset(group) for group in ranking.tie_groups(scores, p_values)}
    assert {frozenset(order[i] for i in group) for group in ranking.tie_groups(moved_scores, moved)} == groups
    ranks = ranking.rank_intervals(scores, p_values)
    assert np.array_equal(ranking.rank_intervals(moved_scores, moved), ranks[order])


@given(rankings(most=5))
def test_ranks_are_those_of_all_orders_that_respect_what_is_separable(drawn):
    # The claims "i is better than j" need not be transitive; where they are, ranks are those of the orders that agree.
    scores, p_values = drawn
    n = len(scores)
    better = {(i, j) for i, j in permutations(range(n), 2) if apart(p_values, i, j) and scores[i] > scores[j]}
    found = ranking.rank_intervals(scores, p_values)
    for i in range(n):
        assert found[i, 0] == 1 + sum((j, i) in better for j in range(n))
        assert found[i, 1] == n - sum((i, j) in better for j in range(n))
    if all((i, k) in better for i, j in better for other, k in better if other == j):
        orders = [o for o in permutations(range(n)) if all(o.index(i) < o.index(j) for i, j in better)]
        places = np.array([[order.index(i) + 1 for i in range(n)] for order in orders])
        assert np.array_equal(found, np.stack([places.min(axis=0), places.max(axis=0)], axis=1))


def test_from_tables_to_groups_and_ranks():
    better = of.Spotting(of.SAMM_LV, 0.8, 0.5)
    worse = of.Spotting(of.SAMM_LV, 0.2, 4)
    systems = [
        *(t[:, 0] for t in worse.draw(np.random.default_rng(0), 30, 1, systems=2)),
        better.draw(np.random.default_rng(0), 30, 1)[0][:, 0],
    ]
    scores = [float(spotting.f1(system.sum(axis=0))) for system in systems]
    tests = pairwise_tests(systems, spotting.f1, permutations=999)
    groups = ranking.tie_groups(scores, tests.adjusted)
    assert groups == [(2,), (0, 1) if scores[0] >= scores[1] else (1, 0)]
    assert ranking.rank_intervals(scores, tests.adjusted).tolist() == [[2, 3], [2, 3], [1, 1]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: paired_difference(np.ones((3, 3)), np.ones((4, 3)), spotting.f1), "not of the same subjects"),
        (lambda: permutation_test(np.ones((3, 3)), np.ones((4, 3)), spotting.f1), "not of the same subjects"),
        (lambda: permutation_test(*two_systems(), spotting.f1, alternative="both"), "not 'both'"),
        (lambda: ranking.tie_groups([1, 2], [[1.0, 0.1], [0.2, 1.0]]), "symmetric square"),
        (lambda: ranking.rank_intervals([1, 2, 3], [[1.0, 0.1], [0.1, 1.0]]), "3 scores for the p-values of 2"),
    ],
)
def test_wrong_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
