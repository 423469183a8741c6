import itertools
from fractions import Fraction as F

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published_rows import (
    ALEXNET,
    BI_WOOF,
    CLASSES,
    DUAL_INCEPTION,
    EMR,
    FEATREF,
    FULL,
    GOOGLENET,
    HTNET,
    LBP_TOP,
    OFF_APEXNET,
    RCN_A,
    REGIONS_LSTM,
    STSTNET,
    VGG16,
)

from mebench.metrics import feasibility, margins
from mebench.metrics.feasibility import attainable_uf1, audit_row, audit_rows
from mebench.metrics.margins import PRECISION, READINGS, RECALL, Targets, Window, find_margins
from mebench.metrics.printed import printed

TINY = [(3, 2), (1, 1), (2, 2, 1), (3, 2, 2), (1, 1, 1, 1), (2, 1, 1, 1)]


def splits(total, parts):
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in splits(total - first, parts - 1):
            yield (first, *rest)


def matrices(counts):
    """Every confusion matrix, as tuples of rows."""
    return itertools.product(*(list(splits(n, len(counts))) for n in counts))


def margins_of(matrix):
    """Hits and predicted of each class."""
    columns = list(zip(*matrix, strict=True))
    return tuple((matrix[c][c], sum(columns[c])) for c in range(len(matrix)))


def exact_scores(table, counts):
    """UF1, mean recall and mean precision as fractions: the definitions, written down once more."""
    n = len(counts)
    f1 = sum(F(2 * t, 2 * t + (p - t) + (m - t)) for (t, p), m in zip(table, counts, strict=True)) / n
    recall = sum(F(t, m) for (t, _), m in zip(table, counts, strict=True)) / n
    precision = sum(F(t, p) if p else F(0) for t, p in table) / n
    return f1, {RECALL: recall, PRECISION: precision}


def as_set(array):
    return {tuple(map(tuple, table)) for table in array.tolist()}


def window(text, rounding="nearest"):
    number = printed(text, rounding)
    return Window(float(number.low), float(number.high))


def targets(uf1, uar, rounding="nearest", **more):
    return Targets(window(uf1, rounding), window(uar, rounding), **{k: window(v, rounding) for k, v in more.items()})


def text(value, digits):
    units = int(value * 10**digits + F(1, 2))
    return f"{units // 10**digits}.{units % 10**digits:0{digits}d}"


def audit_table(row, rounding="nearest"):
    """The verdict over the rows of all three databases and the full row."""
    parts = [audit_row(CLASSES[name], targets(*row[name], rounding)) for name in CLASSES]
    return audit_rows(parts, FULL, targets(*row["full"], rounding))


def hits(verdict, solution=0):
    """TP of each class over all databases."""
    return tuple(verdict.found[verdict.reading].margins[solution, :, :, 0].sum(axis=0).tolist())


@pytest.mark.parametrize("counts", TINY)
def test_margins_belong_to_a_matrix_exactly_if_enumeration_finds_one(counts):
    total = sum(counts)
    box = itertools.product(*(itertools.product(range(n + 2), range(total + 2)) for n in counts))
    every = np.array(list(box))
    accepted = every[margins.belong_to_a_matrix(every, np.array(counts))]
    assert as_set(accepted) == {margins_of(matrix) for matrix in matrices(counts)}


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("counts", TINY)
def test_the_search_finds_what_enumeration_of_all_matrices_finds(counts, reading):
    tables = {margins_of(matrix) for matrix in matrices(counts)}
    scored = {table: exact_scores(table, counts) for table in tables}
    wanted = [
        ("0.5", "0.5"),
        ("0.50", "0.50"),
        ("0.667", "0.833"),
        ("0.0", "0.0"),
        ("1.000", "1.000"),
        ("0.71", "0.75"),
    ]
    wanted += [(text(f1, 4), text(means[reading], 4)) for f1, means in list(scored.values())[::7]]
    found_any = 0
    for uf1, uar in wanted:
        one, other = printed(uf1), printed(uar)
        expected = {table for table, (f1, means) in scored.items() if one.allows(f1) and other.allows(means[reading])}
        found = find_margins(counts, targets(uf1, uar), reading)
        assert found.complete
        assert as_set(found.margins) == expected, (uf1, uar)
        found_any += bool(expected)
    assert found_any > 2


confusions = (
    st.integers(2, 4)
    .flatmap(
        lambda c: st.lists(
            st.lists(st.integers(0, {2: 15, 3: 5, 4: 2}[c]), min_size=c, max_size=c), min_size=c, max_size=c
        )
    )
    .filter(lambda rows: all(sum(row) for row in rows))
)


@settings(max_examples=60)
@given(confusions, st.integers(3, 4))
def test_no_real_confusion_matrix_is_called_impossible(rows, digits):
    matrix = tuple(map(tuple, rows))
    counts, table = tuple(map(sum, matrix)), margins_of(matrix)
    uf1, means = exact_scores(table, counts)
    accuracy = F(sum(t for t, _ in table), sum(counts))
    for reading in READINGS:
        wanted = targets(text(uf1, digits), text(means[reading], digits), accuracy=text(accuracy, digits))
        found = find_margins(counts, wanted, reading)
        assert found.complete
        assert table in as_set(found.margins)
    room = attainable_uf1(counts, window(text(means[RECALL], digits)))
    assert room.low - 1e-9 <= float(uf1) <= room.high + 1e-9


@pytest.mark.parametrize("seed", range(2))
def test_on_the_442_clips_a_real_matrix_is_among_the_margins(seed):
    rng = np.random.default_rng(seed)
    matrix = [rng.multinomial(n, rng.dirichlet(1 + 4 * np.eye(3)[c])).tolist() for c, n in enumerate(FULL)]
    table = margins_of(matrix)
    uf1, means = exact_scores(table, FULL)
    for reading in READINGS:
        found = find_margins(FULL, targets(text(uf1, 4), text(means[reading], 4)), reading)
        assert found.complete
        assert table in as_set(found.margins)


def test_the_order_of_the_classes_is_of_no_account():
    wanted = targets(".6801", ".7013")
    found = find_margins((70, 51, 43), wanted)
    turned = find_margins((43, 70, 51), wanted)
    assert as_set(found.margins) == as_set(turned.margins[:, [1, 2, 0]])
    assert len(found.margins) == 13


def test_five_classes_are_searched_at_random_and_found_or_left_open():
    counts = (64, 32, 27, 25, 99)
    matrix = [[50, 2, 5, 1, 6], [3, 20, 2, 2, 5], [4, 1, 18, 1, 3], [1, 1, 1, 21, 1], [8, 6, 7, 2, 76]]
    uf1, means = exact_scores(margins_of(matrix), counts)
    for reading in READINGS:
        wanted = targets(text(uf1, 4), text(means[reading], 4))
        found = find_margins(counts, wanted, reading)
        assert len(found.margins)
        assert not found.complete
        assert margins.fits(found.margins, np.array(counts), wanted, reading).all()
        assert margins.belong_to_a_matrix(found.margins, np.array(counts)).all()
    assert audit_row(counts, wanted).word == feasibility.POSSIBLE
    # UF1 can never be above 2 a / (1 + a), which needs no search.
    assert audit_row(counts, targets(".9500", ".6000")).word == feasibility.IMPOSSIBLE


def test_a_limit_stops_the_search_and_is_owned_up_to():
    found = find_margins(FULL, targets(".74", ".76"), limit=50)
    assert len(found.margins) == 50
    assert not found.complete


@pytest.mark.parametrize("counts", [(5,), (5, 0), (), (9000, 2000)])
def test_counts_that_cannot_be_searched_are_refused(counts):
    with pytest.raises(ValueError, match="two or more classes"):
        find_margins(counts, targets(".5", ".5"))


@pytest.mark.parametrize("counts", [(4, 3), (3, 2, 2), (4, 2, 1)])
def test_attainable_uf1_is_what_enumeration_finds(counts):
    scored = [exact_scores(margins_of(matrix), counts) for matrix in matrices(counts)]
    for uar in ("0.0", "0.25", "0.4", "0.55", "0.5", "0.6", "0.71", "0.9", "1.0"):
        within = [float(f1) for f1, means in scored if printed(uar).allows(means[RECALL])]
        room, outer = attainable_uf1(counts, window(uar)), feasibility._outer_bounds(np.array(counts), window(uar))
        assert room.exact
        if within:
            assert (room.low, room.high) == (pytest.approx(min(within)), pytest.approx(max(within)))
            assert outer.low <= min(within) + 1e-9
            assert max(within) <= outer.high + 1e-9
        else:
            assert np.isnan([room.low, room.high]).all()


def test_published_ranges_of_uf1_at_a_uar():
    """STSTNet's CASME II row lies below .8622, and LBP-TOP's SMIC row below .3983."""
    casme2 = attainable_uf1(CLASSES["casme2"], window(".8686"))
    assert round(casme2.low, 4) == 0.8622
    smic = attainable_uf1(CLASSES["smic"], window(".5280"))
    assert (round(smic.low, 4), round(smic.high, 4)) == (0.3983, 0.5553)


def test_ststnet_is_impossible_as_recall_and_unique_as_mean_precision():
    verdict = audit_table(STSTNET)
    assert verdict.word == feasibility.ONLY_PRECISION
    assert verdict.unique
    assert len(verdict.found[RECALL].margins) == 0
    assert hits(verdict) == (219, 62, 59)
    full = verdict.found[PRECISION].margins.sum(axis=1)
    assert round(float(margins.scores(full, np.array(FULL))["recall"][0]), 4) == 0.7186  # from the authors' log
    # Neither would other habits of rounding make it a recall.
    assert audit_table(STSTNET, "unit").word == feasibility.ONLY_PRECISION


@pytest.mark.parametrize(
    ("row", "tp", "accuracy"),
    [
        (EMR, (220, 68, 70), 0.8100),
        (DUAL_INCEPTION, (207, 65, 63), 0.7579),
        (FEATREF, (209, 77, 67), 0.7986),
        (HTNET, (235, 88, 66), None),
    ],
)
def test_rows_with_exactly_one_solution(row, tp, accuracy):
    verdict = audit_table(row)
    assert verdict.word == feasibility.UNIQUE
    assert hits(verdict) == tp
    assert len(verdict.found[PRECISION].margins) == 0
    if accuracy is not None:
        assert round(sum(tp) / 442, 4) == accuracy


@pytest.mark.parametrize("row", [LBP_TOP, OFF_APEXNET, RCN_A])
def test_rows_that_no_confusion_matrix_gives(row):
    assert audit_table(row).word == feasibility.IMPOSSIBLE
    assert audit_table(row, "unit").word == feasibility.IMPOSSIBLE


def test_lbp_top_fails_on_smic_alone():
    words = {name: audit_row(CLASSES[name], targets(*LBP_TOP[name])).word for name in CLASSES}
    assert words == {"smic": "impossible", "casme2": "possible", "samm": "possible"}


@pytest.mark.parametrize(("row", "accuracy"), [(ALEXNET, ".7308"), (GOOGLENET, ".6335"), (VGG16, ".6833")])
def test_the_table_of_ststnet_prints_precision_throughout_and_the_accuracies_agree(row, accuracy):
    verdict = audit_table(row)
    assert verdict.word == feasibility.ONLY_PRECISION
    assert verdict.unique
    assert f"{sum(hits(verdict)) / 442:.4f}".lstrip("0") == accuracy


def test_bi_woof_is_one_unit_away_from_one_solution_with_another_accuracy():
    assert audit_table(BI_WOOF).word == feasibility.IMPOSSIBLE
    loose = audit_table(BI_WOOF, "unit")
    assert loose.word == feasibility.ONLY_PRECISION
    assert f"{sum(hits(loose)) / 442:.4f}" != "0.6833"


def test_a_row_whose_digits_were_cut_off():
    assert audit_table(REGIONS_LSTM).word == feasibility.IMPOSSIBLE
    cut = audit_table(REGIONS_LSTM, "cut")
    assert cut.word == feasibility.UNIQUE
    assert hits(cut) == (231, 97, 74)


def test_parts_and_whole_agree_with_enumeration_of_all_pairs_of_matrices():
    one, other = (2, 1), (1, 2)
    whole = (3, 3)
    tables = [sorted({margins_of(m) for m in matrices(counts)}) for counts in (one, other)]
    checked = 0
    for uf1, uar in (("0.6", "0.7"), ("0.67", "0.67"), ("0.5", "0.5"), ("0.33", "0.33")):
        for reading in READINGS:
            loose = Targets(Window(0, 1), Window(0, 1))
            parts = [audit_row(counts, loose) for counts in (one, other)]
            found = audit_rows(parts, whole, targets(uf1, uar)).found[reading]
            expected = set()
            for a, b in itertools.product(*tables):
                total = tuple((t + u, p + q) for (t, p), (u, q) in zip(a, b, strict=True))
                f1, means = exact_scores(total, whole)
                if printed(uf1).allows(f1) and printed(uar).allows(means[reading]):
                    expected.add((a, b))
            assert found.complete
            assert {(tuple(map(tuple, a)), tuple(map(tuple, b))) for a, b in found.margins.tolist()} == expected
            checked += len(expected)
    assert checked > 10


def test_an_undecided_part_leaves_the_whole_undecided_unless_another_is_impossible():
    found, open_, none = (
        margins.Found(np.array([[[1, 1], [1, 1]]] * n).reshape(n, 2, 2), complete)
        for n, complete in ((1, True), (0, False), (0, True))
    )

    def word(*parts):
        verdicts = [feasibility.Verdict({RECALL: part, PRECISION: part}) for part in parts]
        return audit_rows(verdicts, (2, 2), targets("1.0", "1.0")).word

    assert word(found, found) == feasibility.UNIQUE
    assert word(found, open_) == feasibility.UNDECIDED
    assert word(open_, none) == feasibility.IMPOSSIBLE


def test_too_many_combinations_are_sampled(monkeypatch):
    monkeypatch.setattr(feasibility, "_PAIRS", 10)
    parts = [
        audit_row(CLASSES[name], targets(text_, uar))
        for name, text_, uar in (("smic", ".553", ".543"), ("casme2", ".798", ".775"), ("samm", ".496", ".482"))
    ]
    verdict = audit_rows(parts, FULL, targets(".631", ".613"))  # ATNet (Peng et al. 2019)
    assert verdict.word == feasibility.POSSIBLE
    assert not verdict.decided(RECALL)
    total = verdict.found[RECALL].margins.sum(axis=1)
    assert margins.fits(total, np.array(FULL), targets(".631", ".613"), RECALL).all()


def test_accuracy_and_harmonic_narrow_the_margins():
    wanted = {"uf1": ".7353", "uar": ".7605"}
    found = find_margins(FULL, targets(**wanted, accuracy=".7692", harmonic=".7389"), PRECISION).margins
    assert ((219, 280), (62, 87), (59, 75)) in as_set(found)
    for table in as_set(found):
        _, means = exact_scores(table, FULL)
        assert printed(".7692").allows(F(sum(t for t, _ in table), 442))
        assert printed(".7389").allows(2 / (1 / means[RECALL] + 1 / means[PRECISION]))
    assert len(found) < 20  # of 423 that have this UF1 and mean precision
