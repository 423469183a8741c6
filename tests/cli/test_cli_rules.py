import json

import pytest

from mebench.metrics.rules import RULES

GOOD = "video,onset,offset,type\ns15_0101,10,20,me\ns15_0101,100,160,mae\n"


@pytest.fixture
def said(tmp_path):
    path = tmp_path / "said.csv"
    path.write_text(GOOD)
    return path


def test_rule_all_prints_one_row_a_rule(run, said):
    code, out, err = run("score", said, "-d", "casme-sq-twin", "--rule", "all")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()[4 : 4 + len(RULES)]] == list(RULES)
    assert "SYNTHETIC" in out
    assert "no prediction" in err


def test_rule_all_writes_the_reports_as_json(run, said, tmp_path):
    code, out, _ = run(
        "score", said, "-d", "casme-sq-twin", "--rule", "all", "-f", "json", "--json", tmp_path / "o.json"
    )
    assert code == 0
    assert json.loads(out) == json.loads((tmp_path / "o.json").read_text())
    assert [entry["rule"] for entry in json.loads(out)] == list(RULES)


def test_rule_all_has_no_breakdown(run, said):
    code, out, err = run("score", said, "-d", "casme-sq-twin", "--rule", "all", "--by", "video")
    assert (code, out) == (2, "")
    assert "--by video" in err


def test_a_legacy_rule_says_how_it_differs_and_has_breakdowns(run, said):
    code, out, _ = run(
        "score", said, "-d", "casme-sq-twin", "--rule", "softnet", "--by", "video", "--gt-policy", "rule"
    )
    assert code == 0
    assert "under megc," in out
    assert "truncate,drop_onset_zero/1" in out


def test_a_rule_that_cannot_score_is_a_sentence_and_exit_code_2(run, said):
    code, out, err = run("score", said, "-d", "casme-sq-twin", "--rule", "strs-official")
    assert (code, out) == (2, "")
    assert err.strip() == (
        "mebench: Rule strs-official cannot score this: the script stops with a KeyError where no prediction at all "
        "matches an event."
    )


def test_rules_are_listed_and_shown(run):
    code, out, _ = run("rule", "list")
    assert code == 0
    assert all(name in out for name in RULES)
    listed = json.loads(run("rule", "list", "--json")[1])
    assert [entry["rule"] for entry in listed] == [f"{name}/1" for name in RULES]
    code, out, _ = run("rule", "show", "kddi")
    assert code == 0
    assert "KDDI-AI-Center/FME-2021" in out
    assert "half a second" in out
    assert json.loads(run("rule", "show", "kddi", "--json")[1])["types"] == "length"
    assert run("rule", "list", "--page")[1].startswith("# Rules")


def test_an_unknown_rule_is_a_sentence(run):
    code, out, err = run("rule", "show", "mdmd")
    assert (code, out) == (2, "")
    assert "Did you mean 'mdmd2020'" in err
