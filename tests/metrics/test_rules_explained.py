"""Why two rules differ: the reasons add up to the difference, and read as one line."""

import numpy as np
import pytest
from hypothesis import given
from strategies import interval, thresholds
from test_rules import LEGACY, TOYS, case, for_every, judged, sides, total, toy

from mebench.metrics.rules import CANONICAL, KINDS, RULES, explain, in_words


def reasons(name, of):
    return explain(of, CANONICAL.judge(of), RULES[name].judge(of), RULES[name], CANONICAL)


@for_every(LEGACY, both=sides(), threshold=thresholds)
def test_the_reasons_add_up_to_the_difference_and_leave_nothing_out(name, both, threshold):
    events, said = both
    of = case(events, said, threshold)
    legacy, canonical = judged(name, of), CANONICAL.judge(of)
    if legacy is None:
        return
    found = explain(of, canonical, legacy, RULES[name], CANONICAL)
    difference = np.subtract(total(legacy), total(canonical)).tolist()
    assert [sum(r.tp for r in found), sum(r.fp for r in found), sum(r.fn for r in found)] == difference
    counted = [r for r in found if r.kind != "filed-by-length"]
    judged_otherwise = set(np.flatnonzero(legacy.alarms != canonical.alarms))
    assert judged_otherwise <= {j for r in counted for j in r.predictions.tolist()}
    missed_otherwise = set(np.flatnonzero((legacy.hits != canonical.hits) | (legacy.misses != canonical.misses)))
    assert missed_otherwise == {i for r in counted for i in r.events.tolist()}
    assert [r.kind for r in found] == sorted({r.kind for r in found}, key=list(KINDS).index)
    assert all(str(r) and not str(r).startswith("0 ") for r in found)


def test_the_canonical_rule_does_not_differ_from_itself():
    of = case([(0, 1, 10), (1, 1, 10)], [(0, 2, 10), (0, 50, 60)])
    assert explain(of, CANONICAL.judge(of), CANONICAL.judge(of), CANONICAL, CANONICAL) == []
    assert in_words([]) == "every prediction and every event is judged the same"


FILLER = ([(4, 1, 10)], [(4, 1, 10)])  # a match elsewhere, for the script that stops without any


@pytest.mark.parametrize(
    ("name", "events", "said", "kind", "change"),
    [
        ("mdmd2020", *TOYS["D"], "serves-several-events", (1, -1, -1)),
        ("strs-official", *TOYS["D"], "serves-several-events", (1, 0, -1)),
        ("tsmsnet", *TOYS["E"], "duplicate-forgiven", (0, -1, 0)),
        ("mtsn", *TOYS["E"], "counted-repeatedly", (1, 0, -1)),
        ("ltp2019", *TOYS["E"], "merged", (0, -1, 0)),
        ("softnet", *TOYS["I"], "not-counted-video-without-events", (0, -1, 0)),
        ("softnet", *TOYS["H"], "no-prediction-made-it", (0, 1, 0)),
        ("sl-swin", *TOYS["B"], "iou-below", (-1, 1, 1)),
        ("zhang-macro", *TOYS["F"], "other-partner", (-1, 1, 1)),
        ("ltp2019", [(1, 20)], [(1, 9)], None, (0, 0, 0)),
        ("ltp2019", [(1, 21)], [(1, 10)], "iou-above", (1, -1, -1)),
        ("kddi", [(1, 20)], [(1, 14)], "retyped-by-length", (-1, 1, 1)),
        ("lgsnet", *TOYS["B"], "filed-by-length", (0, 0, 0)),
    ],
)
def test_each_kind_of_reason(name, events, said, kind, change):
    found = reasons(name, case([(0, *e) for e in events] + FILLER[0], [(0, *p) for p in said] + FILLER[1]))
    if kind is None:
        assert found == []
    else:
        (reason,) = [r for r in found if r.kind == kind]
        assert (reason.tp, reason.fp, reason.fn) == change


def test_a_hit_across_types_and_an_ignored_subject_have_reasons():
    (reason,) = reasons("joint", case([(0, 1, 10)], [(1, 1, 10)]))
    assert (reason.kind, reason.tp, reason.fp, reason.fn) == ("other-type", 1, -1, -1)
    (reason,) = reasons("strs-official", case([(0, 1, 10), (2, 1, 10)], [(0, 1, 10)]))
    assert (reason.kind, reason.events.tolist(), reason.fn) == ("not-counted-subject-without-predictions", [1], -1)


def test_the_reasons_read_as_one_line():
    doubles = [(0, start + a, start + b) for start in (0, 100, 200, 300) for a, b in TOYS["D"][0]]
    said = [(0, start + 1, start + 20) for start in (0, 100, 200, 300)]
    quiet = [(2, 10 * k, 10 * k + 5) for k in range(12)]
    assert in_words(reasons("strs-official", case(doubles, said + quiet))) == (
        "4 predictions serve 2 events each; 12 predictions in videos without an event of the type are not counted"
    )
    assert in_words(reasons("mdmd2020", toy(*TOYS["D"]))) == "1 prediction serves 2 events"


@given(interval(groups=1), interval(groups=1))
def test_one_pair_is_explained_by_its_overlap_alone(event, said):
    """With a single event and prediction only the measure can part a rule that matches within types."""
    for name in ("sl-swin", "lssnet", "abpn", "mdmd2020"):
        kinds = {r.kind for r in reasons(name, case([event], [said]))}
        assert kinds <= {"iou-below", "iou-above"}
