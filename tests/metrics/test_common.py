"""What holds for every metric of mebench.metrics, in the manner of scikit-learn's test_common: see registry.py."""

import importlib
import inspect
import pkgutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from registry import METRICS, NOT_METRICS, SUBJECTS

import mebench.metrics

every_metric = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())
RATIOS = {name: metric for name, metric in METRICS.items() if metric.unmoved_by_repetition}
DIRECT = {name: metric for name, metric in METRICS.items() if metric.direct is not None}
# Many metrics share few families, so each needs few examples.
few = settings(max_examples=20)


def functions_returning_floats():
    """Names like ``recognition.uf1`` of the public functions whose return annotation speaks of floats."""
    found = set()
    for module in pkgutil.walk_packages(mebench.metrics.__path__, "mebench.metrics."):
        for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            returned = str(inspect.signature(function).return_annotation)
            if function.__module__ == module.name and not name.startswith("_") and "float" in returned.lower():
                found.add(f"{module.name.removeprefix('mebench.metrics.')}.{name}")
    return found


def total(metric, sample):
    return metric.family.count(sample).sum(axis=0)


def score(metric, sample):
    return metric.score(total(metric, sample))


def test_every_metric_is_in_the_list():
    found = functions_returning_floats()
    listed = {name.split(" ")[0] for name in METRICS}
    missing = sorted(found - listed - set(NOT_METRICS))
    assert not missing, f"join tests/metrics/registry.py: {', '.join(missing)}"
    gone = sorted((listed | set(NOT_METRICS)) - found)
    assert not gone, f"no longer there: {', '.join(gone)}"
    assert not listed & set(NOT_METRICS)


@every_metric
@few
@given(data=st.data())
def test_row_order_plays_no_part(metric, data):
    sample = data.draw(metric.family.samples)
    shuffled = metric.family.shuffled(sample, data.draw(st.randoms(use_true_random=False)))
    assert np.array_equal(metric.family.count(sample), metric.family.count(shuffled))


@pytest.mark.parametrize("metric", DIRECT.values(), ids=DIRECT.keys())
@few
@given(data=st.data())
def test_the_function_on_rows_says_what_the_table_says(metric, data):
    sample = data.draw(metric.family.samples)
    np.testing.assert_allclose(metric.direct(sample), score(metric, sample), rtol=0, atol=1e-12)


@every_metric
@few
@given(data=st.data())
def test_counts_are_additive_over_subjects(metric, data):
    sample = data.draw(metric.family.samples)
    table = metric.family.count(sample)
    assert table.shape[0] == SUBJECTS
    assert table.dtype == np.int64
    assert (table >= 0).all()
    alone = [metric.family.count(metric.family.of_subject(sample, subject)) for subject in range(SUBJECTS)]
    assert np.array_equal(sum(alone), table)
    for subject, counts in enumerate(alone):
        assert not np.delete(counts, subject, axis=0).any()


@every_metric
@few
@given(data=st.data())
def test_scores_stay_in_their_range(metric, data):
    scores = score(metric, data.draw(metric.family.samples))
    defined = scores[np.isfinite(scores)]
    assert ((defined >= metric.low) & (defined <= metric.high)).all()
    assert not np.isinf(scores).any()


@every_metric
@few
@given(data=st.data())
def test_a_perfect_prediction_scores_its_best_wherever_it_is_defined(metric, data):
    sample = data.draw(metric.family.samples)
    scores = score(metric, metric.family.perfect(sample))
    assert np.allclose(scores[np.isfinite(scores)], metric.perfect, rtol=0, atol=1e-12)
    if total(metric, metric.family.perfect(sample)).any():
        assert np.isfinite(scores).any()


@every_metric
def test_without_any_row_a_score_is_undefined_and_not_zero(metric):
    assert np.isnan(score(metric, metric.family.empty)).all()


@pytest.mark.parametrize("metric", RATIOS.values(), ids=RATIOS.keys())
@few
@given(data=st.data())
def test_having_every_row_twice_doubles_the_counts_and_leaves_the_score(metric, data):
    sample = data.draw(metric.family.samples)
    again = metric.family.twice(sample)
    assert np.array_equal(total(metric, again), 2 * total(metric, sample))
    np.testing.assert_allclose(score(metric, again), score(metric, sample), rtol=1e-12)


@every_metric
@few
@given(data=st.data())
def test_many_tables_at_once_score_as_one_by_one_and_as_fractions_do(metric, data):
    samples = data.draw(st.lists(metric.family.samples, min_size=1, max_size=4))
    tables = np.stack([total(metric, sample) for sample in samples])
    together = metric.score(tables)
    one_by_one = np.stack([metric.score(table) for table in tables])
    np.testing.assert_allclose(together, one_by_one, rtol=1e-12)
    np.testing.assert_allclose(metric.score(tables[:, np.newaxis].astype(float))[:, 0], together, rtol=1e-12)
