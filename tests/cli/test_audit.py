import json
import sys

import pytest

from mebench.cli import main

STSTNET = ("--row", "smic=.6801,.7013", "--row", "casme2=.8382,.8686", "--row", "samm=.6588,.6810")
BIFPN = ("--row", "mae=.314,.513,.390", "--row", "me=.067,.235,.104", "--row", "overall=.259,.515,.345")


@pytest.fixture
def audit(monkeypatch, capsys):
    """Run ``mebench audit`` in this process: (exit code, standard output, standard error)."""

    def call(*arguments, columns="80"):
        monkeypatch.setattr(sys, "argv", ["mebench", "audit", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", columns)
        code = 0
        try:
            main()
        except SystemExit as done:
            code = done.code or 0
        return code, *capsys.readouterr()

    return call


def test_a_whole_table_is_audited_and_its_margins_named(audit):
    code, out, err = audit("-d", "megc2019", *STSTNET, "--full", ".7353,.7605")
    assert (code, err) == (0, "")
    assert "verdict: possible only as mean precision, unique: these margins" in out
    assert "full 0.7186, smic 0.6703, casme2" in out
    assert "0.8622 to 0.8899" in out
    rows = [line.split() for line in out.splitlines()]
    assert ["full", "negative", "250", "219", "61", "31"] in rows
    assert ["together", "none", "1"] in rows
    assert max(map(len, out.splitlines())) <= 80


def test_a_single_row_with_its_printed_digits(audit):
    code, out, _ = audit("-d", "megc2019", "--database", "casme2", "--uf1", ".8382", "--uar", ".8686")
    assert code == 0
    assert "possible only as mean precision" in out
    code, out, _ = audit("-d", "megc2019", "--database", "casme2", "--uf1", ".84", "--uar", ".87")
    assert code == 0
    assert "verdict: possible\n" in out


def test_spotting_rows_with_what_is_wrong(audit):
    code, out, err = audit("-d", "casme-sq", *BIFPN)
    assert (code, err) == (0, "")
    assert "verdict: impossible" in out
    words = " ".join(out.split())
    assert "overall recall .515 is above both parts, .235 (ME) and .513 (MaE)" in words
    assert "13 hits are a recall of 0.2281 and 14 are 0.2456; .235 lies between" in words
    assert max(map(len, out.splitlines())) <= 80


def test_spotting_counts_and_one_type(audit):
    options = ("-d", "samm-lv", "--type", "me", "--tp", 45, "--fp", 2157, "--fn", 114, "--f1", ".0381")
    code, out, _ = audit(*options)
    assert code == 0
    assert "verdict: possible\n" in out
    code, out, _ = audit(*options[:-1], ".0384")
    assert code == 0
    assert "verdict: impossible" in out
    assert "from TP, FP and FN the F1 is 0.038119, printed is .0384" in " ".join(out.split())


def test_digits_that_were_cut_are_recognised_and_can_be_declared(audit):
    options = ("-d", "smic-e-long", "--type", "me", "--tp", 48, "--fp", 1260, "--fn", 118, "--f1", ".06512")
    assert "cut off after the last digit (--rounding cut): possible" in " ".join(audit(*options)[1].split())
    assert "verdict: possible\n" in audit(*options, "--rounding", "cut")[1]


def test_chance_with_the_subjects_of_the_twin(audit):
    code, out, err = audit("-d", "megc2019", "--best-of", 800, "--uf1", ".8100", "--uar", ".8000", "--format", "json")
    assert (code, err) == (0, "")
    record = json.loads(out)
    assert record["verdict"] == "possible"
    chance = record["chance"]
    assert (chance["subjects_of"], chance["synthetic"], chance["subjects"]) == ("megc2019-twin", True, 68)
    assert chance["levels"]["full"]["uf1"] == pytest.approx(0.827, abs=0.02)
    assert set(chance["levels"]) == {"full", "smic", "casme2", "samm"}


def test_chance_alone_and_beside_a_claim(audit):
    code, out, _ = audit("-d", "megc2019-twin", "--best-of", 1)
    assert code == 0
    assert "SYNTHETIC" in out
    assert "verdict" not in out
    out = " ".join(audit("-d", "megc2019", "--best-of", 800, "--uf1", ".8100", "--uar", ".8000")[1].split())
    assert "the claimed UF1 .8100 is no more than chance reaches" in out
    out = " ".join(audit("-d", "megc2019", "--best-of", 800, "--uf1", ".9022", "--uar", ".9018")[1].split())
    assert "the claimed UF1 .9022 is above what chance reaches" in out
    assert max(map(len, audit("-d", "megc2019", "--best-of", 800)[1].splitlines())) <= 80


def test_json_holds_the_same(audit):
    record = json.loads(audit("-d", "megc2019", *STSTNET, "--row", "full=.7353,.7605", "-f", "json")[1])
    assert record["verdict"] == "possible only as mean precision"
    assert record["together"]["as_recall"] == {"margins": 0, "all_found": True}
    assert record["together"]["as_precision"] == {"margins": 1, "all_found": True}
    assert record["margins"][0]["full"][2] == {"class": "surprise", "clips": 83, "tp": 59, "fp": 16, "fn": 24}
    record = json.loads(audit("-d", "casme-sq", *BIFPN, "-f", "json")[1])
    assert [row["verdict"] for row in record["rows"]] == ["unique: these margins", "impossible", "possible"]
    assert record["together"] == {"possible": False, "example": {}}


def test_counts_instead_of_a_dataset(audit):
    assert "verdict: possible only as mean" in audit("--counts", "88,32,25", "--uf1", ".8382", "--uar", ".8686")[1]
    assert "13 hits" in audit("--counts", "me=57", "--type", "me", "--recall", ".235")[1]
    code, out, _ = audit("--counts", "overall=67", "--row", "overall=.3210,.3881,.3514")
    assert code == 0
    assert "verdict: unique" in out
    assert "26/55/41" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "nothing to audit"),
        (("-d", "megc2019"), "nothing to audit"),
        (("--uf1", ".83", "--uar", ".82"), "--dataset NAME or --counts"),
        (("-d", "megc2019", "--counts", "1,2", "--uf1", ".83", "--uar", ".82"), "either --dataset"),
        (("-d", "megc2019", "--uf1", ".83"), "uar is missing"),
        (("-d", "megc2019", "--uf1", "83.9", "--uar", ".8"), "write 83.9%"),
        (("-d", "megc2019", "--uf1", "1", "--uar", ".8"), "no digit after the point"),
        (("-d", "megc2019", "--uf1", "x", "--uar", ".8"), "is not a score"),
        (("-d", "megc2020", "--uf1", ".8", "--uar", ".8"), "Did you mean 'megc2019'?"),
        (("-d", "megc2019", "--database", "sam", "--uf1", ".8", "--uar", ".8"), "Did you mean 'samm'?"),
        (("-d", "casme2", "--classes", "megc", "--uf1", ".8", "--uar", ".8"), "Did you mean 'megc3'?"),
        (("-d", "megc2019", "--row", "smic"), "write NAME=NUMBERS"),
        (("-d", "megc2019", "--row", "smic=.5"), "write smic=uf1,uar,[accuracy],[harmonic]"),
        (("-d", "megc2019", "--row", "smic=-,.5"), "uf1 is missing"),
        (("-d", "megc2019", "--row", "full=.5,.5", "--full", ".5,.5"), "given twice"),
        (("-d", "megc2019", "--uf1", ".8", "--uar", ".8", "--f1", ".2"), "audit them one after the other"),
        (("-d", "megc2019", "--best-of", "0"), "at least one epoch"),
        (("--counts", "1,2", "--uf1", ".8", "--uar", ".8", "--best-of", "5"), "needs subjects"),
        (("-d", "casme-sq", "--best-of", "5"), "spotting dataset"),
        (("--counts", "5", "--uf1", ".8", "--uar", ".8"), "two or more classes"),
        (("--counts", "5,x", "--uf1", ".8", "--uar", ".8"), "e.g. 88,32,25"),
        (("--counts", "9000,9000", "--uf1", ".8", "--uar", ".8"), "10000 in all at most"),
        (("--counts", "57", "--type", "me", "--f1", ".8"), "e.g. me=57,mae=300"),
        (("--counts", "mee=57", "--type", "me", "--f1", ".8"), "Did you mean 'me'?"),
        (("--counts", "me=0", "--type", "me", "--f1", ".8"), "at least one event"),
        (("--counts", "me=5,overall=9", "--type", "me", "--f1", ".8"), "not both"),
        (("-d", "casme-sq", "--f1", ".3"), "--type me, mae or overall"),
        (("-d", "smic-e-long", "--type", "mae", "--f1", ".3"), "no row of smic-e-long 'mae'"),
        (("-d", "casme-sq", "--type", "me", "--tp", "many"), "not a whole number"),
        (("-d", "casme-sq", "--type", "me"), "nothing to audit"),
        (("-d", "samm", "--type", "me", "--f1", ".3"), "samm-lv"),
    ],
)
def test_wrong_input_is_one_sentence_and_exit_code_2(audit, arguments, words):
    code, out, err = audit(*arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert err.startswith("mebench: ")
    assert err.count("\n") == 1


def test_a_row_that_a_spotting_dataset_does_not_have_is_named_as_such(run):
    code, out, err = run("audit", "-d", "casme-sq", "--row", "foo=.1,.2,.3")
    assert (code, out) == (2, "")
    assert "There is no row of casme-sq 'foo'. Known: mae, me, overall." in err
