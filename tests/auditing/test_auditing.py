import pytest
from published_rows import EMR, LBP_TOP, REGIONS_LSTM, STSTNET

import mebench
from mebench.auditing.recognition import audit_recognition
from mebench.auditing.spotting import audit_spotting
from mebench.problems import UserError
from mebench.protocols import published_counts


def rows_of(table):
    return {name: {"uf1": uf1, "uar": uar} for name, (uf1, uar) in table.items()}


@pytest.mark.parametrize(
    ("table", "word"),
    [
        (STSTNET, "possible only as mean precision"),
        (EMR, "unique: these margins"),
        (LBP_TOP, "impossible"),
    ],
)
def test_the_verdict_over_a_table(table, word):
    assert audit_recognition(rows_of(table), "megc2019").word == word


def test_cut_digits_are_found_out():
    audit = audit_recognition(rows_of(REGIONS_LSTM), "megc2019")
    assert audit.word == "impossible"
    remark = "With the numbers cut off after the last digit (--rounding cut): unique: these margins."
    assert audit.remarks == (remark,)


def test_the_public_names_are_these_functions():
    assert mebench.audit_recognition is audit_recognition
    assert mebench.audit_spotting is audit_spotting


def test_rows_without_the_whole_are_checked_one_by_one():
    some = {name: row for name, row in rows_of(EMR).items() if name in {"smic", "samm"}}
    audit = audit_recognition(some, "megc2019")
    assert (audit.joint, audit.decisive) == (None, None)
    assert audit.word == "possible"
    assert audit.remarks == ("Each row was checked by itself; together they can be checked with full, casme2 too.",)


def test_rows_that_need_different_readings_are_impossible_together():
    """CASME II is possible as mean precision only, SAMM as recall only: one table cannot print both under one head."""
    rows = {"casme2": rows_of(STSTNET)["casme2"], "samm": rows_of(EMR)["samm"]}
    assert [audit_recognition({name: row}, "megc2019").word for name, row in rows.items()] == [
        "possible only as mean precision",
        "unique: these margins",
    ]
    assert audit_recognition(rows, "megc2019").word == "impossible"


def test_the_closed_form_gives_the_other_mean():
    """STSTNet's Table III prints an F1-score as well: .7389 with the UAR .7605 implies the true .7185 (log: .7186)."""
    row = {"uf1": ".7353", "uar": ".7605", "accuracy": ".7692", "harmonic": ".7389"}
    audit = audit_recognition({"full": row}, "megc2019", rounding="unit")
    assert audit.word == "possible only as mean precision"
    assert "the other is 0.7185" in audit.remarks[0]


def test_five_classes_are_possible_or_open():
    assert audit_recognition({"full": {"uf1": ".7353", "uar": ".7605"}}, "casme2").word == "possible"
    tight = audit_recognition({"full": {"uf1": ".999999", "uar": ".999998"}}, "casme2")
    assert tight.word == "undecided"
    assert "proves nothing" in tight.remarks[0]


def test_types_are_joined_with_the_overall_row():
    """MDMD (He et al. 2020): TP, FP and FN of both types add up, except for 5 FP too few overall."""
    rows = {
        "mae": {"tp": "109", "fp": "1414", "fn": "191", "f1": ".1196"},
        "me": {"tp": "21", "fp": "5014", "fn": "36", "f1": ".0082"},
        "overall": {"tp": "130", "fp": "6428", "fn": "227", "f1": ".0376"},
    }
    audit = audit_spotting(rows, "casme-sq")
    assert audit.word == "possible"
    assert audit.together == {"me": (21, 5014, 36), "mae": (109, 1414, 191)}
    wrong = audit_spotting(rows | {"overall": rows["overall"] | {"fp": "6433"}}, "casme-sq")
    assert wrong.word == "impossible"
    assert "no counts of the types add up" in wrong.remarks[0]


def test_a_type_that_is_not_printed_may_be_anything():
    rows = {"me": {"recall": ".2456"}, "overall": {"recall": ".0392"}}
    audit = audit_spotting(rows, "casme-sq")
    assert audit.word == "possible"
    assert audit.together is not None
    assert audit.together["mae"][0] == 0  # 14 of 357 are those 14 ME
    fewer = audit_spotting(rows | {"overall": {"recall": ".0364"}}, "casme-sq")
    assert fewer.word == "impossible"


def test_with_one_annotated_type_overall_is_that_type():
    same = {"me": {"recall": ".500"}, "overall": {"recall": ".500"}}
    assert audit_spotting(same, "smic-e-long").word == "possible"
    other = {"me": {"recall": ".500"}, "overall": {"recall": ".512"}}
    assert audit_spotting(other, "smic-e-long").word == "impossible"


def test_events_that_the_protocol_does_not_have_are_said():
    """MEGC2025's baseline on SAMM: TP 6 and FN 202 are 208 events, where SAMM-LV has 159 ME."""
    row = {"tp": "6", "fp": "217", "fn": "202", "precision": ".0269", "recall": ".0288", "f1": ".0278"}
    audit = audit_spotting({"me": row}, "samm-lv")
    assert audit.word == "impossible"
    assert audit.remarks[0] == "ME: TP + FN = 208, but the protocol has 159 events."
    assert audit_spotting({"me": row}, events={"me": 208}).word == "possible"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: audit_recognition({"full": {"uf1": ".5", "uar": ".5", "f1": ".5"}}, "megc2019"), "recognition score"),
        (lambda: audit_recognition({}, "megc2019"), "nothing to audit"),
        (lambda: audit_recognition({"full": {"uf1": ".5", "uar": ".5"}}, "megc2019", rounding="up"), "rounding"),
        (lambda: audit_spotting({"me": {"uar": ".5"}}, "casme-sq"), "spotting score"),
        (lambda: audit_spotting({"me": {"f1": ".5"}}, "casme-sq", events={"me": 5}), "either --dataset"),
    ],
)
def test_wrong_arguments_are_one_sentence(call, words):
    with pytest.raises(UserError, match=words):
        call()


def test_published_counts_are_those_of_the_protocols_and_cards():
    from mebench.datasets import catalog
    from mebench.protocols import composite
    from mebench.protocols.classes import SCHEMES

    megc2019 = published_counts.class_counts("megc2019")
    assert dict(megc2019.parts) == dict(composite.COUNTS)
    assert megc2019.classes == composite.CLASSES
    for name in published_counts.recognition_names():
        for scheme, counts in published_counts._RECOGNITION[name].items():
            assert len(counts.classes) == len(counts.total)
            if counts.parts:
                assert tuple(map(sum, zip(*counts.parts.values(), strict=True))) == counts.total
            if scheme in SCHEMES:
                assert counts.classes == SCHEMES[scheme].classes
    for name in ("casme-sq", "samm-lv", "smic-e-long"):
        expected = {count.what: count.values for count in catalog.card(name).expected}
        for kind, n in published_counts.event_counts(name).events.items():
            assert n in expected[kind]


def test_a_twin_has_the_counts_of_its_original():
    assert published_counts.class_counts("megc2019-twin") == published_counts.class_counts("megc2019")
    assert published_counts.event_counts("samm-lv-twin").overall == 502
