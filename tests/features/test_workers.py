"""Work in several processes: what joblib remarks on and is no fault does not reach the user."""

import inspect
import warnings

import pytest
from joblib import parallel
from joblib.externals.loky import process_executor

from mebench.features.workers import each


def double(number):
    return 2 * number


def letters(text):
    return "".join(c for c in text if c.isalpha())


@pytest.mark.parametrize(
    ("home", "remark"),
    [
        (process_executor, "A worker stopped while some jobs were given to the executor."),
        (parallel, "3 tasks which were still being processed by the workers have been cancelled."),
        (parallel, "3 tasks have been successfully executed but not used."),
    ],
)
def test_joblib_remarks_on_workers_in_vain(home, remark):
    assert letters(remark) in letters(inspect.getsource(home)), "joblib says it in other words now"
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        assert sorted(each(double, [(1,), (2,)], 2)) == [(0, 2), (1, 4)]
        warnings.warn_explicit(remark, UserWarning, home.__file__, 1, module=home.__name__)
        warnings.warn_explicit("Something else.", UserWarning, home.__file__, 1, module=home.__name__)
    assert [str(one.message) for one in heard] == ["Something else."]
