from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mebench.metrics.printed import ROUNDINGS, printed

ratios = st.integers(1, 700).flatmap(lambda n: st.integers(0, n).map(lambda k: F(k, n)))


def text_of(units, digits, percent):
    whole, rest = divmod(units, 10**digits)
    return f"{whole}.{rest:0{digits}d}" + ("%" if percent else "")


@pytest.mark.parametrize(
    ("text", "value", "half"),
    [
        (".8390", F(839, 1000), F(1, 20000)),
        (".839", F(839, 1000), F(1, 2000)),
        ("0.839", F(839, 1000), F(1, 2000)),
        (" 1.000 ", F(1), F(1, 2000)),
        ("83.9%", F(839, 1000), F(1, 2000)),
        ("83.90 %", F(839, 1000), F(1, 20000)),
        ("90%", F(9, 10), F(1, 200)),
        ("0.0", F(0), F(1, 20)),
    ],
)
def test_the_printed_digits_set_how_exact_a_number_is(text, value, half):
    assert printed(text)[1:] == (value, value - half, value + half)


@pytest.mark.parametrize(
    "text",
    ["", ".", "%", "nan", "1", "0", "-.5", "1.1", "83.9", "100.1%", ".8,3", "1e-3", "½", "٠.٥", ". 5", "." + "1" * 13],
)
def test_what_is_no_printed_score_is_said(text):
    with pytest.raises(ValueError, match=r"is not a score|no digit after|is above"):
        printed(text)


def test_a_percentage_without_its_sign_is_recognised():
    with pytest.raises(ValueError, match=r"write 83\.9%"):
        printed("83.9")


@given(ratios, st.integers(1, 6), st.booleans())
def test_whatever_is_rounded_or_cut_is_allowed_again(value, digits, percent):
    scaled = value * 10**digits * (100 if percent else 1)
    cut, nearest = int(scaled), int(scaled + F(1, 2))
    assert printed(text_of(cut, digits, percent), "cut").allows(value)
    assert printed(text_of(nearest, digits, percent)).allows(value)
    for units in {cut, nearest, -(-scaled.numerator // scaled.denominator)}:
        if units <= 10**digits * (100 if percent else 1):
            assert printed(text_of(units, digits, percent), "unit").allows(value)


@given(ratios, st.integers(1, 6))
def test_a_neighbouring_number_is_not_allowed(value, digits):
    cut = int(value * 10**digits)
    if cut + 2 <= 10**digits:
        far = text_of(cut + 2, digits, False)
        assert not printed(far, "nearest").allows(value)
        assert not printed(far, "cut").allows(value)


def test_ties_go_either_way_and_cut_numbers_never_reach_the_next():
    assert printed(".12").allows(F(125, 1000))
    assert printed(".13").allows(F(125, 1000))
    assert not printed(".12", "cut").allows(F(13, 100))
    assert set(ROUNDINGS) == {"nearest", "cut", "unit"}
