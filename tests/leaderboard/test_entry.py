"""A report becomes an entry, or is refused by name; an entry is known by what it says."""

import copy
import json
from functools import cache

import jsonschema
import numpy as np
import pytest
from entries_made import CLASSES, entry, random_spotting, recognition_rows, report, save, spotting_rows
from hypothesis import given, settings
from hypothesis import strategies as st

from mebench.leaderboard.checking import fault_of, form_fault
from mebench.leaderboard.entry import Entry, schema
from mebench.leaderboard.intake import Refused, entry_of, entry_of_file
from mebench.report.model import schema as report_schema

TASKS = ("spotting", "recognition", "spot-then-recognise")
HOSTILE = [
    "<script>alert(1)</script>",
    "</script>",
    "\"quotes' and {{7*7}}",
    "\u202egnitrow\u202c \u200b\u2066",
    "=HYPERLINK(1)",
    "a\nb\x00\x1b[31m",
    "é" * 10_000,
]


def valid(document):
    return not list(jsonschema.Draft202012Validator(schema()).iter_errors(document))


@pytest.mark.parametrize("task", TASKS)
def test_a_report_of_the_scorer_becomes_an_entry_with_its_scores(task):
    said = report(task)
    assert not list(jsonschema.Draft202012Validator(report_schema()).iter_errors(said))
    made = entry_of(said)
    assert valid(made.document)
    assert fault_of(made.document) is None
    assert "by_video" not in made.document
    if task == "spot-then-recognise":
        blocks = {"me": {"strs": said["scores"]["strs"]["strs"], "spotting_f1": said["scores"]["spotting"]["f1"]}}
        ends = {"strs": said["scores"]["strs"]["interval"]["strs"]}
        assert made.scores["me"]["strs"][1:] == pytest.approx(ends["strs"], abs=1e-9)
    else:
        blocks = said["scores"]
        for part, scores in made.scores.items():
            for name, (_, low, high) in scores.items():
                assert [low, high] == pytest.approx(said["scores"][part]["interval"][name] or [None, None], abs=1e-9)
    assert list(made.scores) == list(blocks)
    for part, scores in made.scores.items():
        for name in scores.keys() & blocks[part].keys():
            assert scores[name][0] == pytest.approx(blocks[part][name], abs=1e-9)


def test_it_keeps_what_the_makers_said_under_meta():
    said = report()
    said["submission"]["meta"] |= {"training_data": "own", "code": "at home", "notes": "none"}
    kept = entry_of(said).submission
    assert (kept["authors"], kept["preset"], kept["seed"], kept["code"]) == ("A, B", "cpu", 3, "at home")
    assert kept["training_data"] == ["own"]
    assert kept["notes"] == "none"
    del said["submission"]["meta"]
    assert entry_of(said).submission["authors"] == ""


def test_the_id_rests_on_all_but_clock_and_machine():
    first = entry_of(report())
    assert entry_of(report(environment__time="2001-01-01T00:00:00+00:00", environment__python="2.7")).id == first.id
    assert entry_of(report(submission__method="other")).id != first.id
    assert entry_of(report(submission__sha256="0" * 64)).id != first.id


def test_the_file_is_one_ascii_text_that_says_the_same():
    made = entry_of(report(submission__method="é\u202e<script>"))
    assert made.to_json().isascii()
    again = Entry(json.loads(made.to_json()))
    assert (again.id, again.document) == (made.id, made.document)


@pytest.mark.parametrize(("factor", "variant"), [(1, None), (1.0, None), (2, "amplitude 2"), (0.5, "amplitude 0.5")])
def test_another_amplitude_is_another_board(factor, variant):
    said = report()
    said["submission"]["meta"]["extra"] = {"amplitude": factor}
    made = entry_of(said)
    assert made.document["variant"] == variant
    assert made.board == "spotting/casme-sq-twin-tiny/loso" + (f"/amplitude-{factor}" if variant else "")


@pytest.mark.parametrize("factor", ["2", True, -1, 1e300, [], {}])
def test_an_amplitude_that_is_none_is_refused(factor):
    said = report()
    said["submission"]["meta"]["extra"] = {"amplitude": factor}
    with pytest.raises(Refused, match="amplitude"):
        entry_of(said)


def moved(said, *path):
    """Add one to a count or a tenth to a score deep in a report."""
    place = said
    for name in path[:-1]:
        place = place[name]
    value = place[path[-1]]
    place[path[-1]] = value + 1 if isinstance(value, int) else 1 - value / 2
    return said


SPOTTING, FULL = ("scores", "me"), ("scores", "full")


@pytest.mark.parametrize(
    ("task", "path"),
    [
        ("spotting", (*SPOTTING, "tp")),
        ("spotting", ("scores", "overall", "fn")),
        ("spotting", (*SPOTTING, "f1")),
        ("spotting", (*SPOTTING, "precision")),
        ("spotting", ("by_subject", 0, "me", "fp")),
        ("spotting", (*SPOTTING, "interval", "f1", 0)),
        ("spotting", ("ground_truth", "counts", "me")),
        ("recognition", (*FULL, "uf1")),
        ("recognition", (*FULL, "uar")),
        ("recognition", (*FULL, "confusion", 0, 0)),
        ("recognition", ("by_subject", 1, "confusion", 0, 1)),
        ("recognition", ("scores", "casme2-twin-tiny", "accuracy")),
        ("recognition", ("ground_truth", "counts", "surprise")),
        ("spot-then-recognise", ("scores", "strs", "strs")),
        ("spot-then-recognise", ("scores", "spotting", "fp")),
        ("spot-then-recognise", ("by_subject", 0, "me", "fp")),
        ("spot-then-recognise", ("scores", "strs", "interval", "strs", 1)),
    ],
)
def test_scores_that_are_not_those_of_the_counts_are_refused(task, path):
    entry_of(report(task))
    with pytest.raises(Refused, match="not those of its"):
        entry_of(moved(report(task), *path))


def test_a_score_for_an_undefined_one_is_refused():
    said = report()
    for row in said["by_subject"]:
        row["me"] = {"tp": 0, "fp": 0, "fn": row["me"]["tp"] + row["me"]["fn"]}
    said["scores"]["me"] |= {"tp": 0, "fp": 0, "fn": said["ground_truth"]["counts"]["me"], "recall": 0, "f1": 0}
    said["scores"]["me"]["precision"] = 0
    with pytest.raises(Refused, match=r"precision is 0 in the report\s+and undefined from the counts"):
        entry_of(said)


def test_intervals_of_other_methods_are_left_out_for_ours():
    plain, other = report(), report()
    for block in other["scores"].values():
        block["interval"] |= {"method": "percentile over subjects", "f1": [0.0, 1.0]}
    assert entry_of(other).scores == entry_of(plain).scores


def test_rules_other_than_the_canonical_one_are_refused():
    from mebench.scoring import score

    said = report()
    with pytest.raises(Refused, match=r"megc/2.*canonical rule megc/1"):
        entry_of(report(rule=said["rule"] | {"version": 2}))
    import pandas as pd

    table = pd.DataFrame({"video": [], "onset": [], "offset": [], "type": []}).astype({"onset": int, "offset": int})
    legacy = score(table, "casme-sq-twin-tiny", rule="softnet").as_dict()
    with pytest.raises(Refused, match=r"softnet/1.*without --rule"):
        entry_of(legacy)


def test_a_twin_that_calls_itself_real_is_refused():
    with pytest.raises(Refused, match="synthetic twin"):
        entry_of(report(synthetic=False))
    with pytest.raises(Refused, match="synthetic twin"):
        entry_of(report("recognition", synthetic=False))


@pytest.mark.parametrize("marks", [{"selection": "oracle"}, {"threshold_source": "oracle"}])
def test_oracle_runs_are_taken_and_marked(marks):
    made = entry_of(report(**{f"submission__{name}": value for name, value in marks.items()}))
    assert "ORACLE" in made.unranked_because
    assert "test labels" in made.unranked_because
    assert entry_of(report()).unranked_because is None


BROKEN = {
    "no JSON": ("{", "no JSON"),
    "half": ('{"schema": "\\ud800"}', "surrogate"),
    "twice": ('{"a": 1, "a": 2}', "twice"),
    "nan": ('{"a": NaN}', "NaN"),
    "deep": ("[" * 100_000, "nested"),
    "digits": ('{"a": ' + "9" * 5000 + "}", "kept"),
    "list": ("[]", "all rules"),
    "other": ('{"schema": "mebench/pooled/1"}', "pooled"),
    "nothing": ("{}", "no report"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_files_that_are_no_reports_are_named_in_a_sentence(tmp_path, name):
    text, words = BROKEN[name]
    path = save(tmp_path, "r.json", text)
    with pytest.raises(Refused, match=words) as told:
        entry_of_file(path)
    assert str(told.value).startswith(str(path))
    assert "\n" not in str(told.value)


def test_a_file_that_is_not_there_and_a_folder_are_named(tmp_path):
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(Refused, match="cannot be read"):
            entry_of_file(path)


def damaged(document, rng):
    """A document with one value, somewhere, replaced, removed or added; nothing is said of whether it still is one."""
    found = copy.deepcopy(document)
    place = found
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            break
        key = rng.choice(keys)
        if isinstance(place[key], dict | list) and place[key] and rng.random() < 0.75:
            place = place[key]
            continue
        what = rng.random()
        if what < 0.15:
            del place[key]
        elif what < 0.25 and isinstance(place, dict):
            place["extra"] = 1
        else:
            place[key] = rng.choice(
                [None, True, -1, 0, 2, 0.5, 1.5, 10**10, "", "x", "e" * 64, "1/2", [], [1], [[0, 1]], {}, {"a": 1}]
            )
        break
    return found


@settings(max_examples=150)
@given(st.randoms(use_true_random=False), st.sampled_from(TASKS))
def test_a_damaged_report_is_refused_in_a_sentence_or_gives_a_sound_entry(rng, task):
    said = damaged(report(task), rng)
    try:
        made = entry_of(said)
    except Refused:
        return
    assert valid(made.document)
    assert fault_of(made.document) is None


@cache
def sound(task):
    return entry_of(report(task)).document


@settings(max_examples=150)
@given(st.randoms(use_true_random=False), st.sampled_from(TASKS))
def test_the_check_by_hand_agrees_with_the_schema(rng, task):
    document = damaged(sound(task), rng)
    assert (form_fault(document) is None) == valid(document)
    fault_of(document)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_kept_as_they_are(text):
    said = report(submission__method=text, submission__file=text)
    said["submission"]["meta"] |= {"authors": [text[:200]], "notes": text, "code": text[:500]}
    made = entry_of(said)
    assert (made.method, made.submission["file"]) == (text, text)
    assert Entry(json.loads(made.to_json())).id == made.id
    assert all(c.isalnum() or c in "/-._~%" for c in made.board)


@pytest.mark.parametrize("blank", ["", "   ", "\t\n", "\u200b\u2066", "\u00a0"])
def test_a_name_that_shows_nothing_is_none(blank):
    said = report(submission__method=blank, submission__file="mine.csv")
    made = entry_of(said)
    assert made.submission["method"] is None
    assert made.method == "mine.csv"
    assert entry(spotting_rows([[[1, 0, 1]]]), submission__method=blank, submission__file="a.csv").method == "a.csv"
    nameless = entry_of(report(submission__method=blank, submission__file=blank))
    assert nameless.method == nameless.id


def test_counts_by_hand():
    made = entry(spotting_rows([[[1, 0, 1]], [[1, 2, 0]]]))
    assert made.scores["me"]["f1"][0] == pytest.approx(4 / 7)
    assert made.scores["me"]["precision"][0] == 0.5
    assert made.scores["me"]["recall"][0] == pytest.approx(2 / 3)
    assert made.scores["overall"] == made.scores["me"]
    confusion = np.array([[[2, 0, 0], [0, 0, 0], [0, 0, 0]], [[0, 0, 0], [1, 1, 0], [0, 0, 0]]])
    made = entry(recognition_rows(confusion, ["a", "b"]), task="recognition", classes=CLASSES)
    assert made.scores["full"]["accuracy"][0] == 0.75
    assert made.scores["full"]["uar"][0] == 0.75
    assert made.scores["a"]["uf1"][0] == 1.0
    assert made.scores["b"]["uf1"][0] == pytest.approx((0 + 2 / 3) / 2)


def test_a_table_of_spotting_sums_its_types():
    table = random_spotting(1)
    made = entry(spotting_rows(table, ("me", "mae")))
    assert np.array_equal(made.tables["overall"], table.sum(axis=1))
