"""Intervals and thresholds for the property tests: crowded on purpose, so that ties and overlaps are the rule."""

from fractions import Fraction

from hypothesis import strategies as st

GROUPS = 3

thresholds = st.one_of(
    st.sampled_from([Fraction(1, 2), Fraction(1, 3), Fraction(1), Fraction(1, 10), Fraction(9, 10)]),
    st.integers(1, 40).flatmap(lambda q: st.integers(1, q).map(lambda p: Fraction(p, q))),
)


@st.composite
def interval(draw, groups=GROUPS, span=24, empty=False):
    onset = draw(st.integers(-4, span))
    length = draw(st.integers(0 if empty else 1, 16))
    return draw(st.integers(0, groups - 1)), onset, onset + length - 1


def interval_lists(most=7, **options):
    return st.lists(interval(**options), max_size=most)
