import math
from fractions import Fraction

import numpy as np
import pytest
from brute_force import canonical_matching, frames, iou_reaches, parts
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import interval_lists, thresholds
from test_intervals import spans

from mebench.metrics import spotting
from mebench.metrics.anatomy import HIT, KINDS, LOCALISATION, anatomise, fixed_counts, gain, tally

HALF = Fraction(1, 2)
VIDEOS, TYPES = 2, 2
GROUPS = VIDEOS * TYPES

# Distinct intervals only: identical ones are interchangeable, so a definition by trying everything cannot name them.
crowded = interval_lists(most=6, groups=GROUPS, span=14).map(lambda rows: list(dict.fromkeys(rows)))
nears = st.sampled_from([Fraction(0), Fraction(1, 10), Fraction(1, 4)])


def told(references, estimates, threshold=HALF, near=Fraction(0)):
    return anatomise(spans(references), spans(estimates), TYPES, threshold, near)


def names(kinds):
    return ["hit" if k == HIT else KINDS[k] for k in kinds]


def gains(references, estimates, kinds, threshold=HALF, near=Fraction(0)):
    sides = spans(references), spans(estimates)
    return gain(anatomise(*sides, TYPES, threshold, near), *sides, TYPES, kinds)


class ByHand:
    """The definitions of the module's docstring, word by word, over sets of frames."""

    def __init__(self, references, estimates, threshold, near):
        self.references, self.estimates, self.threshold, self.near = references, estimates, threshold, near
        self.hits = canonical_matching(references, estimates, GROUPS, threshold)

    def reaches(self, p, e):
        return iou_reaches(p[1:], e[1:], self.threshold)

    def shared(self, p, e):
        return len(frames(*p[1:]) & frames(*e[1:]))

    def touches(self, p, e):
        if p[0] // TYPES != e[0] // TYPES or not self.shared(p, e):
            return False
        return self.near == 0 or iou_reaches(p[1:], e[1:], self.near)

    def over(self, p, e):
        return self.touches(p, e) and 2 * self.shared(p, e) >= len(frames(*e[1:]))

    def within(self, p, e):
        return self.touches(p, e) and 2 * self.shared(p, e) >= len(frames(*p[1:]))

    def place(self, p, e, merged):
        if merged:
            return "merged"
        inside = [q for q in self.estimates if q[0] == e[0] and self.within(q, e)]
        if p in inside and len(inside) >= 2:
            return "split"
        (start, end), (onset, offset) = p[1:], e[1:]
        if start <= onset and offset <= end:
            return "too long"
        if onset <= start and end <= offset:
            return "too short"
        return "too early" if start < onset else "too late"

    def events_under(self, p):
        return [e for e in self.references if e[0] == p[0] and self.over(p, e)]

    def prediction(self, p):
        """(kind, event) of a prediction."""
        if p in self.hits.values():
            return "hit", None
        touched = [e for e in self.references if self.touches(p, e)]
        same, other = ([e for e in touched if (e[0] == p[0]) is is_same] for is_same in (True, False))
        for kind, events in (
            ("duplicate", [e for e in same if self.reaches(p, e)]),
            ("wrong type", [e for e in other if self.reaches(p, e)]),
            ("placed", same),
            ("wrong type and place", other),
        ):
            if events:
                e = min(events, key=lambda e: (-parts(p[1:], e[1:]), e in self.hits, e[1:], e[0]))
                return (self.place(p, e, len(self.events_under(p)) >= 2) if kind == "placed" else kind), e
        return "background", None

    def event(self, e):
        """What an event is lost to."""
        if e in self.hits:
            return "hit"
        touching = [p for p in self.estimates if self.touches(p, e)]
        wrong = [p for p in touching if p not in self.hits.values()]
        if any(p[0] == e[0] and (self.reaches(p, e) or self.over(p, e)) for p in touching if p not in wrong):
            return "merged"
        if any(p[0] != e[0] and self.reaches(p, e) for p in wrong):
            return "wrong type"
        of_type = [p for p in wrong if p[0] == e[0]]
        if of_type:
            p = min(of_type, key=lambda p: (-parts(p[1:], e[1:]), p[1:]))
            return self.place(p, e, self.over(p, e) and len(self.events_under(p)) >= 2)
        return "wrong type and place" if wrong else "missed"

    def counts_after(self, kinds):
        lost = {e: self.event(e) for e in self.references}
        said = [self.prediction(p) for p in self.estimates]
        found = {e for e in self.references if lost[e] == "hit" or lost[e] in kinds}
        found |= {e for kind, e in said if kind in kinds and e is not None}
        table = []
        for k in range(TYPES):
            events = [e for e in self.references if e[0] % TYPES == k]
            tp = sum(e in found for e in events)
            wrong = [
                p for p, (kind, _) in zip(self.estimates, said, strict=True) if kind not in kinds and kind != "hit"
            ]
            table.append([tp, sum(p[0] % TYPES == k for p in wrong), len(events) - tp])
        return table


@settings(max_examples=300)
@given(crowded, crowded, thresholds, nears)
def test_every_kind_is_the_one_of_the_written_definition(references, estimates, threshold, near):
    near = min(near, threshold)
    by_hand, found = ByHand(references, estimates, threshold, near), told(references, estimates, threshold, near)
    said = [by_hand.prediction(p) for p in estimates]
    assert names(found.estimated_kind) == [kind for kind, _ in said]
    assert [references[i] if i >= 0 else None for i in found.event] == [e for _, e in said]
    assert names(found.reference_kind) == [by_hand.event(e) for e in references]


@given(crowded, crowded, thresholds, st.sets(st.sampled_from(KINDS)))
def test_fixing_some_kinds_gives_the_counts_and_the_gain_of_the_definition(references, estimates, threshold, kinds):
    sides = spans(references), spans(estimates)
    after = fixed_counts(anatomise(*sides, TYPES, threshold), *sides, TYPES, sorted(kinds))
    assert after.tolist() == ByHand(references, estimates, threshold, 0).counts_after(kinds)
    before = spotting.count(*sides, GROUPS, threshold)[0].reshape(VIDEOS, TYPES, 3).sum(axis=0)
    gained = gains(references, estimates, sorted(kinds), threshold)
    for k, (b, a) in enumerate([*zip(before, after, strict=True), (before.sum(axis=0), after.sum(axis=0))]):
        np.testing.assert_allclose(gained[k], spotting.f1(a) - spotting.f1(b))


@given(interval_lists(10, groups=GROUPS, empty=True), interval_lists(10, groups=GROUPS), thresholds)
def test_every_false_positive_and_every_miss_has_exactly_one_kind(references, estimates, threshold):
    sides = spans(references), spans(estimates)
    table = tally(anatomise(*sides, TYPES, threshold), *sides, TYPES)
    counts = spotting.count(*sides, GROUPS, threshold)[0].reshape(VIDEOS, TYPES, 3).sum(axis=0)
    assert table.sum(axis=0).tolist() == counts[:, [spotting.FP, spotting.FN]].tolist()
    assert not table[KINDS.index("missed"), :, 0].any()
    assert not table[[KINDS.index("duplicate"), KINDS.index("background")], :, 1].any()


@given(interval_lists(10, groups=GROUPS, empty=True), interval_lists(10, groups=GROUPS), thresholds)
def test_a_gain_lies_between_nothing_and_all_that_is_missing(references, estimates, threshold):
    sides = spans(references), spans(estimates)
    counts = spotting.count(*sides, GROUPS, threshold)[0].reshape(VIDEOS, TYPES, 3).sum(axis=0)
    missing = 1 - spotting.f1(np.vstack([counts, counts.sum(axis=0)]))
    for kinds in (*((kind,) for kind in KINDS), LOCALISATION):
        gained = gains(references, estimates, kinds, threshold)
        defined = np.isfinite(gained)
        assert ((gained[defined] >= 0) & (gained[defined] <= missing[defined] + 1e-12)).all()
    everything = gains(references, estimates, KINDS, threshold)
    has_events = np.append(counts[:, spotting.TP] + counts[:, spotting.FN] > 0, bool(references))
    np.testing.assert_allclose(everything[has_events], missing[has_events], atol=1e-12)
    assert np.isnan(everything[~has_events]).all()


@given(interval_lists(8, groups=GROUPS), thresholds)
def test_a_perfect_prediction_has_no_errors(references, threshold):
    found = told(references, references, threshold)
    assert set(names([*found.estimated_kind, *found.reference_kind])) <= {"hit"}
    gained = gains(references, references, KINDS, threshold)
    assert not gained[np.isfinite(gained)].any()


@given(
    interval_lists(8, groups=GROUPS),
    interval_lists(8, groups=GROUPS),
    st.randoms(use_true_random=False),
    st.integers(-(10**9), 10**9),
)
def test_row_order_shift_and_the_names_of_videos_play_no_part(references, estimates, random, shift):
    videos = random.sample(range(VIDEOS), VIDEOS)

    def other(rows):
        return [
            (videos[g // TYPES] * TYPES + g % TYPES, a + shift, b + shift) for g, a, b in random.sample(rows, len(rows))
        ]

    before, after = (references, estimates), (other(references), other(estimates))
    tables = [tally(told(*sides), *map(spans, sides), TYPES).tolist() for sides in (before, after)]
    assert tables[0] == tables[1]
    for kind in KINDS:
        np.testing.assert_array_equal(gains(*before, [kind]), gains(*after, [kind]))


# One video with the types 0 and 1: predictions and events as (type, onset, offset).
EXAMPLES = {
    "a hit": ([(0, 1, 10)], [(0, 1, 10)], ["hit"], ["hit"]),
    "a hit and a duplicate": ([(0, 1, 10)], [(0, 1, 10), (0, 2, 11)], ["hit", "duplicate"], ["hit"]),
    "background": ([(0, 1, 10)], [(0, 50, 60)], ["background"], ["missed"]),
    "missed": ([(0, 1, 10)], [], [], ["missed"]),
    "wrong type": ([(1, 1, 10)], [(0, 1, 9)], ["wrong type"], ["wrong type"]),
    "a hit of the other type beside it is no error": (
        [(0, 1, 10), (1, 1, 10)],
        [(1, 1, 10)],
        ["hit"],
        ["missed", "hit"],
    ),
    "wrong type and place": ([(1, 1, 60)], [(0, 20, 30)], ["wrong type and place"], ["wrong type and place"]),
    "too early": ([(0, 11, 20)], [(0, 2, 12)], ["too early"], ["too early"]),
    "too late": ([(0, 11, 20)], [(0, 19, 30)], ["too late"], ["too late"]),
    "too short": ([(0, 1, 100)], [(0, 40, 60)], ["too short"], ["too short"]),
    "too long": ([(0, 40, 60)], [(0, 1, 100)], ["too long"], ["too long"]),
    "merged": ([(0, 1, 10), (0, 31, 40)], [(0, 1, 40)], ["merged"], ["merged", "merged"]),
    "one prediction that reaches two events": ([(0, 1, 14), (0, 7, 20)], [(0, 1, 20)], ["hit"], ["hit", "merged"]),
    "split": ([(0, 1, 100)], [(0, 1, 30), (0, 60, 99)], ["split", "split"], ["split"]),
    "split beside a hit": ([(0, 1, 100)], [(0, 1, 60), (0, 70, 99)], ["hit", "split"], ["hit"]),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples(name):
    references, estimates, said, lost = EXAMPLES[name]
    found = told(references, estimates)
    assert (names(found.estimated_kind), names(found.reference_kind)) == (said, lost)


def test_another_video_is_out_of_sight():
    found = told([(0, 1, 10)], [(TYPES, 1, 10), (TYPES + 1, 1, 10)])
    assert names(found.estimated_kind) == ["background", "background"]
    assert names(found.reference_kind) == ["missed"]


def test_near_tells_a_slight_touch_from_a_bad_place():
    event, said = [(0, 1, 10)], [(0, 10, 40)]  # one shared frame of forty
    assert names(told(event, said).estimated_kind) == ["too late"]
    found = told(event, said, near=Fraction(1, 10))
    assert (names(found.estimated_kind), names(found.reference_kind)) == (["background"], ["missed"])
    with pytest.raises(ValueError, match="near"):
        told(event, said, near=Fraction(2, 3))


def test_gains_of_a_worked_case():
    # Type 0: a hit, one event lost to a prediction that is too late, one missed, one duplicate. TP 1, FP 2, FN 2.
    references = [(0, 1, 10), (0, 101, 110), (0, 201, 210)]
    estimates = [(0, 1, 10), (0, 2, 11), (0, 109, 120)]
    f1 = 2 / 6
    for kind, expected in (("too late", 4 / 6), ("duplicate", 2 / 5), ("missed", 4 / 7), ("split", f1)):
        gained = gains(references, estimates, [kind])
        assert gained[0] == pytest.approx(expected - f1)
        assert math.isnan(gained[1])
        assert gained[2] == gained[0]


def test_a_wrong_type_is_taken_from_one_type_and_given_to_the_other():
    gained = gains([(0, 1, 10), (1, 101, 110)], [(0, 1, 10), (0, 101, 110)], ["wrong type"])
    assert gained.tolist() == pytest.approx([1 - 2 / 3, 1.0, 1 - 1 / 2])


def test_videos_taken_a_few_at_a_time_give_the_same_kinds(monkeypatch):
    rng = np.random.default_rng(1)
    rows = [
        [(int(g), int(a), int(a + n)) for g, a, n in rng.integers([0, 0, 5], [40, 300, 60], (500, 3))] for _ in "ab"
    ]
    sides = [spans(side) for side in rows]
    whole = anatomise(*sides, TYPES, HALF)
    monkeypatch.setattr("mebench.metrics.anatomy._PRODUCT_AT_ONCE", 100)
    pieces = anatomise(*sides, TYPES, HALF)
    assert all(np.array_equal(a, b) for a, b in zip(whole, pieces, strict=True))
    assert len(set(names(whole.estimated_kind))) >= 9
