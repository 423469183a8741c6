import numpy as np
import pytest

from mebench.metrics import resampling, spotting


def test_each_replicate_draws_as_many_subjects_as_there_are_and_every_subject_can_be_drawn():
    weights = resampling.multiplicities(7, 500, seed=1)
    assert (weights.sum(axis=1) == 7).all()
    assert (weights.sum(axis=0) > 0).all()
    # A subject is left out of a replicate with probability (6/7)**7.
    assert (weights == 0).mean() == pytest.approx((6 / 7) ** 7, abs=0.03)


def test_the_matrix_product_equals_the_loop_over_drawn_subjects():
    counts = np.random.default_rng(0).integers(0, 5, (6, 2, 3))
    scores = resampling.replicate(counts, spotting.f1, replicates=50, seed=4)
    weights = resampling.multiplicities(6, 50, seed=4)
    for r in range(50):
        drawn = [s for s in range(6) for _ in range(int(weights[r, s]))]
        for kind in range(2):
            tp, fp, fn = sum(counts[s, kind] for s in drawn)
            assert scores[r, kind] == pytest.approx(2 * tp / (2 * tp + fp + fn))


def test_the_seed_alone_decides():
    counts = np.random.default_rng(0).integers(0, 5, (9, 3))
    same = [resampling.replicate(counts, spotting.f1, 100, seed=2) for _ in range(2)]
    assert np.array_equal(*same)
    assert not np.array_equal(same[0], resampling.replicate(counts, spotting.f1, 100, seed=3))


def test_an_interval_holds_the_middle_of_the_replicates_and_counts_the_undefined():
    interval = resampling.percentile_interval(np.append(np.linspace(0, 1, 1001), [np.nan, np.nan]))
    assert interval == (pytest.approx(0.025), pytest.approx(0.975), 2)
    assert resampling.percentile_interval(np.full(5, np.nan)) is None
