"""The small charts of the pages."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mebench.pages.charts import curve, strip, whisker


@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 1000))
def test_a_whisker_lies_in_order_on_its_axis(a, b, c):
    low, at, high = (n / 1000 for n in sorted((a, b, c)))
    drawn = whisker(at, (low, high))
    assert 0 <= drawn["low"] <= drawn["at"] <= drawn["high"] <= drawn["width"]
    assert drawn["at"] == pytest.approx(at * drawn["width"], abs=0.06)


def test_what_is_undefined_or_no_share_has_no_whisker():
    assert whisker(None, None) is None
    assert whisker(1.2, None) is None


@given(st.lists(st.none() | st.floats(0, 1), min_size=9, max_size=9))
def test_a_curve_is_broken_where_it_is_undefined(scores):
    thresholds = [str(Fraction(k, 10)) for k in range(1, 10)]
    line = curve(thresholds, {"f1": scores})["lines"][0]
    drawn = [point for run in line["paths"] for point in run.split()]
    assert drawn == [f"{x},{y}" for x, y, *_ in line["points"]]
    assert len(drawn) == sum(score is not None for score in scores)
    gaps = "".join(" " if score is None else "x" for score in scores).split()
    assert len(line["paths"]) == len(gaps)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=80))
def test_the_bars_of_the_subjects_are_as_tall_as_their_counts(counts):
    columns = [(f"s{i}", f"subject {i}", dict(zip(("tp", "fn", "fp"), c, strict=True))) for i, c in enumerate(counts)]
    chart = strip(columns, ("tp", "fn"), ("fp",))
    drawn = [
        (part["height"], column["counts"][part["name"]]) for column in chart["columns"] for part in column["parts"]
    ]
    unit = 150 / max(max(a + b for a, b, _ in counts) + max(c for *_, c in counts), 1)
    assert all(height == pytest.approx(n * unit, abs=0.06) for height, n in drawn)
    assert len(drawn) == sum(n > 0 for three in counts for n in three)
    for column in chart["columns"]:
        for part in column["parts"]:
            above = part["y"] + part["height"] <= chart["axis"] + 0.11
            assert above == (part["name"] != "fp")
