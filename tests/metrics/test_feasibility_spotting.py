from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mebench.metrics import feasibility_spotting as spotting
from mebench.metrics.feasibility_spotting import UNBOUNDED, Claim, Run, how_many, joint, runs
from mebench.metrics.printed import printed

MOST = 60


def text(value, digits):
    units = int(value * 10**digits + F(1, 2))
    return f"{units // 10**digits}.{units % 10**digits:0{digits}d}"


def claim(precision=None, recall=None, f1=None, rounding="nearest", **counts):
    rates = {"precision": precision, "recall": recall, "f1": f1}
    return Claim(**{k: printed(v, rounding) for k, v in rates.items() if v is not None}, **counts)


def fits(said, tp, n, m):
    """Whether TP hits of n predictions print as said: the definitions, written down once more."""
    pairs = ((said.tp, tp), (said.fp, n - tp), (said.fn, m - tp))
    if any(wanted not in {None, value} for wanted, value in pairs):
        return False
    if said.recall is not None and not said.recall.allows(F(tp, m)):
        return False
    if said.precision is not None and not (n > 0 and said.precision.allows(F(tp, n))):
        return False
    return said.f1 is None or said.f1.allows(F(2 * tp, n + m))


def enumerated(said, m):
    return {(tp, n) for tp in range(m + 1) for n in range(tp, MOST) if fits(said, tp, n, m)}


maybe = st.none() | st.tuples(st.fractions(0, 1, max_denominator=30), st.integers(1, 3)).map(lambda pair: text(*pair))
claims = st.builds(
    claim,
    maybe,
    maybe,
    maybe,
    st.sampled_from(["nearest", "cut", "unit"]),
    tp=st.none() | st.integers(0, 9),
    fp=st.none() | st.integers(0, 9),
    fn=st.none() | st.integers(0, 9),
)


@given(claims, st.integers(1, 12))
def test_the_runs_are_what_enumeration_finds(said, m):
    found = runs(said, m)
    assert {(run.tp, n) for run in found for n in range(run.least, min(run.most, MOST - 1) + 1)} == enumerated(said, m)
    assert [run.tp for run in found] == sorted({run.tp for run in found})


@given(st.integers(1, 400), st.data(), st.integers(2, 6))
def test_no_real_result_is_called_impossible(m, data, digits):
    tp = data.draw(st.integers(0, m))
    n = data.draw(st.integers(max(tp, 1), 6000))
    said = claim(text(F(tp, n), digits), text(F(tp, m), digits), text(F(2 * tp, n + m), digits))
    assert any(run.tp == tp and run.least <= n <= run.most for run in runs(said, m))
    assert runs(claim(tp=tp, fp=n - tp, fn=m - tp), m) == (Run(tp, n, n),)


@given(claims, claims, claims, st.integers(1, 5), st.integers(1, 5))
def test_types_and_overall_agree_with_enumeration(one, other, whole, m, k):
    parts = {"me": runs(one, m), "mae": runs(other, k)}
    found = joint(parts, runs(whole, m + k))
    expected = any(fits(whole, tp + tq, n + o, m + k) for tp, n in enumerated(one, m) for tq, o in enumerated(other, k))
    if found is None:
        assert not expected
    else:
        (tp, n, _), (tq, o, _) = found["me"], found["mae"]
        assert fits(one, tp, n, m)
        assert fits(other, tq, o, k)
        assert fits(whole, tp + tq, n + o, m + k)


def test_no_hits_bound_nothing():
    assert runs(claim(recall=".000"), 57) == (Run(0, 0, UNBOUNDED),)
    assert how_many(runs(claim(f1=".000"), 57)) is None
    assert runs(claim(precision=".500", recall=".000"), 57) == ()
    # With precision printed there was a prediction.
    assert runs(claim(precision=".000", recall=".000"), 57) == (Run(0, 1, UNBOUNDED),)


# DynGeoNet (Tran et al. 2021), Table 2: cross-database spotting, events, TP, FP, FN, printed F1.
DYNGEONET = [
    (159, 45, 2157, 114, ".0381"),
    (159, 49, 1830, 110, ".0481"),
    (166, 58, 2340, 108, ".0452"),
    (166, 48, 1260, 118, ".06512"),
    (57, 11, 2521, 46, ".0085"),
    (57, 12, 1509, 45, ".01521"),
]


@pytest.mark.parametrize(("m", "tp", "fp", "fn", "f1"), DYNGEONET)
def test_every_f1_of_dyngeonet_follows_from_its_counts(m, tp, fp, fn, f1):
    """One of the six, .06512, is cut off after five digits instead of rounded to .06513."""
    assert tp + fn == m
    rounding = "cut" if f1 == ".06512" else "nearest"
    assert len(runs(claim(f1=f1, rounding=rounding, tp=tp, fp=fp, fn=fn), m)) == 1
    assert printed(f1, rounding).allows(spotting.from_counts(tp, fp, fn)["f1"])


def test_the_one_f1_of_dyngeonet_that_was_not_rounded():
    assert runs(claim(f1=".06512", tp=48, fp=1260, fn=118), 166) == ()


# I3D and BiFPN (2023), Table 1, CAS(ME)^2: precision, recall and F1 of MaE, of ME, and overall, by IoU threshold.
I3D_BIFPN = {
    "0.50": ((".314", ".513", ".390"), (".067", ".235", ".104"), (".259", ".515", ".345")),
    "0.40": ((".358", ".681", ".467"), (".113", ".362", ".171"), (".347", ".669", ".455")),
    "0.35": ((".366", ".694", ".478"), (".127", ".384", ".190"), (".356", ".688", ".468")),
    "0.30": ((".410", ".712", ".520"), (".145", ".432", ".216"), (".402", ".724", ".511")),
}


@pytest.mark.parametrize(("iou", "side"), [("0.50", "above"), ("0.40", None), ("0.35", None), ("0.30", "above")])
def test_overall_recalls_of_i3d_bifpn_above_both_parts_are_flagged(iou, side):
    mae, me, overall = ([printed(number) for number in row] for row in I3D_BIFPN[iou])
    assert spotting.outside(overall[1], [mae[1], me[1]]) == side
    # The others are not sums over 300 and 57 events either.
    low, high = spotting.pooled_recall([mae[1], me[1]], [300, 57])
    assert high < overall[1].low
    assert {"0.50": 0.469, "0.40": 0.630, "0.35": 0.645, "0.30": 0.667}[iou] == round(float(low + high) / 2, 3)


@pytest.mark.parametrize("iou", I3D_BIFPN)
def test_no_count_of_57_events_gives_the_recalls_of_i3d_bifpn(iou):
    assert runs(claim(recall=I3D_BIFPN[iou][1][1]), 57) == ()


@pytest.mark.parametrize(
    ("row", "f1", "agrees"),
    [
        (("0.40", 0), "0.4693", False),
        (("0.40", 1), "0.1722", False),
        (("0.35", 2), "0.4692", False),
        (("0.50", 0), "0.39", True),
    ],
)
def test_f1_from_printed_precision_and_recall(row, f1, agrees):
    precision, recall, said = (printed(number) for number in I3D_BIFPN[row[0]][row[1]])
    low, high = spotting.f1_of(precision, recall)
    assert low <= F(f1) <= high
    assert (low <= said.high and said.low <= high) is agrees


def test_an_overall_score_below_both_parts_is_flagged():
    """3D-CNN (Yap et al. 2022) on aligned CAS(ME)^2: MaE .0686, ME .119, overall .0497."""
    assert spotting.outside(printed(".0497"), [printed(".0686"), printed(".119")]) == "below"
    assert spotting.outside(printed(".0497"), [printed(".0686"), printed(".0119")]) is None


# MEGC2022, leaderboard: precision, recall and F1 over 31 and 36 events and over both, and the counts behind them.
MEGC2022 = [
    ((".4762", ".3226", ".3846"), (".2667", ".4444", ".3333"), (".3210", ".3881", ".3514"), (10, 11), (16, 44)),
    ((".4444", ".2581", ".3265"), (".2769", ".5000", ".3564"), (".3133", ".3881", ".3467"), (8, 10), (18, 47)),
    ((".2727", ".1935", ".2264"), (".3750", ".3333", ".3529"), (".3333", ".2687", ".2975"), (6, 16), (12, 20)),
]


@pytest.mark.parametrize(("samm", "casme3", "both", "first", "second"), MEGC2022)
def test_the_leaderboard_of_megc2022_follows_from_the_known_counts(samm, casme3, both, first, second):
    parts = {"samm": runs(claim(*samm), 31), "casme3": runs(claim(*casme3), 36)}
    for found, (tp, fp) in zip(parts.values(), (first, second), strict=True):
        assert found == (Run(tp, tp + fp, tp + fp),)
    assert joint(parts, runs(claim(*both), 67)) is not None


def test_undefined_scores_of_counts_are_said():
    assert spotting.from_counts(0, 0, 5) == {"precision": None, "recall": F(0), "f1": F(0)}
    assert spotting.from_counts(0, 0, 0) == {"precision": None, "recall": None, "f1": None}
