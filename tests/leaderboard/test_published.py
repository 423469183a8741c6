import csv
import importlib.util
import json
import random
import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import product
from pathlib import Path

import published_rows
import pytest

from mebench.auditing.recognition import audit_recognition
from mebench.leaderboard.published import VERDICTS, published, why
from mebench.leaderboard.published.table import PRINTED, RECOVERED, TASKS, path, results, sources
from mebench.leaderboard.published.verdicts import audited, judge
from mebench.metrics.feasibility import IMPOSSIBLE, POSSIBLE, UNIQUE
from mebench.metrics.printed import printed
from mebench.metrics.rules import RULES
from mebench.protocols.published_counts import class_counts, event_counts, spotting_names

ROOT = Path(__file__).parent.parent.parent
SPOTTING = [r for r in results() if r.task == "spotting"]
RECOGNITION = [r for r in results() if r.task == "recognition"]
WITH_COUNTS = [r for r in SPOTTING if r.counts]
PAIRED = [
    r for r in RECOGNITION if r.caveat is None and any({"uf1", "uar"} <= set(scores) for scores in r.parts.values())
]


def name_of(result):
    return f"{result.dataset}-{result.method}-{result.source}"


def find(method, **wanted):
    (found,) = [
        r for r in results() if r.method == method and all(getattr(r, key) == value for key, value in wanted.items())
    ]
    return found


# --- The tables -------------------------------------------------------------------------------------------------------


def test_no_printed_number_is_lost():
    assert Counter(r.task for r in results() for _ in r.parts) == {"spotting": 301, "recognition": 152}


def test_records_are_whole_and_told_apart():
    rows = published()
    assert len({row["id"] for row in rows}) == len(rows) == len(results())
    assert {row["source"] for row in rows} == {source.words for source in sources().values()}
    for row in rows:
        assert row["verdict"] in VERDICTS
        assert row["why"].endswith(".")
        assert 2010 < row["year"] < 2030
        assert row["parts"]
        assert row["link"] is None or row["link"].startswith("https://")
        for scores in row["parts"].values():
            assert scores
            assert all(0 <= printed(text).value <= 1 for text in scores.values())
        assert set(row["counts"]) <= set(row["parts"])
        assert bool(row["counts"]) == (row["counts_are"] in {PRINTED, RECOVERED})
    assert json.loads(json.dumps(rows)) == rows


def test_rules_are_ours_by_name_or_said_in_words():
    for row in published():
        if row["rule"] and re.fullmatch(r"[\w-]+", row["rule"]):
            assert row["rule"] in {*RULES, "megc2019"}


def test_a_choice_on_test_is_said_and_never_without_words():
    for result in results():
        if result.on_test:
            assert result.selection
            assert f"Chosen on test: {result.selection}." in why(result)
            assert result.verdict not in {"consistent", "unverified"}
        else:
            assert result.verdict != "test-selected"


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("LBP-TOP, MEGC2019 baseline", "LBP_TOP"),
        ("EMR / NMER (Liu et al.)", "EMR"),
        ("Dual-Inception (Zhou et al.)", "DUAL_INCEPTION"),
        ("STSTNet, as published", "STSTNET"),
        ("Bi-WOOF", "BI_WOOF"),
        ("OFF-ApexNet", "OFF_APEXNET"),
        ("AlexNet on STSTNet input", "ALEXNET"),
        ("GoogLeNet on STSTNet input", "GOOGLENET"),
        ("VGG16 on STSTNet input", "VGG16"),
        ("HTNet", "HTNET"),
        ("FeatRef", "FEATREF"),
        ("RCN-A", "RCN_A"),
        ("Region CNNs + LSTM (Aouayeb et al.)", "REGIONS_LSTM"),
    ],
)
def test_numbers_are_those_of_another_transcription(method, name):
    parts = find(method).parts
    shown = {part: (scores["uf1"][1:], scores["uar"][1:]) for part, scores in parts.items()}
    assert shown == getattr(published_rows, name)


# --- Verdicts of spotting: all of them, and their counts by hand ------------------------------------------------------


@pytest.mark.parametrize("result", SPOTTING, ids=name_of)
def test_a_spotting_verdict_is_what_the_audit_finds(result):
    assert tuple(judge(result)) == (result.verdict, result.finding)


@pytest.mark.parametrize("result", WITH_COUNTS, ids=name_of)
def test_counts_give_the_printed_scores_by_hand(result):
    for part, counts in result.counts.items():
        tp, fp, fn = (counts[name] for name in ("tp", "fp", "fn"))
        exact = {
            "precision": Fraction(tp, tp + fp),
            "recall": Fraction(tp, tp + fn),
            "f1": Fraction(2 * tp, 2 * tp + fp + fn),
        }
        for metric, text in result.parts[part].items():
            assert printed(text, "unit").allows(exact[metric]), (part, metric)
        events = dict(result.events or event_counts(result.dataset).events)
        assert tp + fn == events.get(part, sum(events.values()))


def test_recovered_counts_are_results_that_the_audit_allows():
    checked = 0
    for result in WITH_COUNTS:
        if result.counts_are == RECOVERED and result.verdict != "impossible":
            assert audited(replace(result, counts_are=PRINTED)).verdict == "consistent"
            checked += 1
    assert checked >= 35


def test_types_that_cannot_make_the_overall_row():
    """MaE .272 and ME .044 over 343 and 159 events: even with the fewest ME predictions overall stays below .264."""
    result = find("I3D+BiFPN, Top_threshold 0.35", dataset="samm-lv")
    assert result.verdict == "impossible"
    best = 0.0
    for tp_me, tp_mae in product(range(160), range(344)):
        # The largest F1 that still prints so needs the fewest predictions, which are at least the hits.
        total_me = max(2 * tp_me / 0.0445, 159 + tp_me)
        total_mae = max(2 * tp_mae / 0.2725, 343 + tp_mae)
        if tp_me and tp_mae and 2 * tp_me / total_me > 0.0435 and 2 * tp_mae / total_mae > 0.2715:
            best = max(best, 2 * (tp_me + tp_mae) / (total_me + total_mae))
    assert 0.25 < best < 0.2635


def test_a_wrong_digit_or_count_is_found():
    sound = find("MDMD, MEGC2020 baseline", dataset="samm-lv")
    assert audited(sound).verdict == "consistent"
    digit = replace(sound, parts={**sound.parts, "me": {**sound.parts["me"], "f1": "0.0374"}})
    assert audited(digit).verdict == "impossible"
    count = replace(sound, counts={**sound.counts, "overall": {**sound.counts["overall"], "fp": 1742}})
    assert audited(count).verdict == "impossible"


# --- Precedence -------------------------------------------------------------------------------------------------------


def test_arithmetic_goes_before_selection_and_selection_before_the_rest():
    impossible = find("Yap 3D-CNN", source="yap2022-text")
    sound = find("MDMD, MEGC2020 baseline", dataset="casme-sq")
    lone = find("DynGeoNet", dataset="casme-sq", source="dyngeonet-1")
    for result, honest in ((impossible, "impossible"), (sound, "consistent"), (lone, "unverified")):
        assert judge(replace(result, on_test=False)).verdict == honest
        chosen = judge(replace(result, on_test=True))
        assert chosen.verdict == ("impossible" if honest == "impossible" else "test-selected")
        assert chosen.finding == audited(result).finding


def test_what_is_known_at_second_hand_is_never_called_consistent():
    result = find("SODA4MER")
    assert judge(result).verdict == "unverified"
    assert judge(replace(result, caveat=None)).verdict == "consistent"


def test_scores_on_other_clips_are_not_held_against_the_protocol():
    result = find("CapsuleNet (Quang et al.)")
    assert (judge(result).verdict, result.verdict) == ("test-selected", "test-selected")
    assert "not those of the protocol" in result.finding


# --- Verdicts of recognition: cheap parts of all, the whole search of some --------------------------------------------


def pairs_of(result):
    return {part: scores for part, scores in result.parts.items() if {"uf1", "uar"} <= set(scores)}


@pytest.mark.parametrize("result", PAIRED, ids=name_of)
def test_closed_forms_agree_with_the_stored_verdict(result):
    """UF1 is at most 2 a / (1 + a) where a is the mean recall, or the mean precision: impossible if it is above."""
    for scores in pairs_of(result).values():
        uf1, a = printed(scores["uf1"], "unit").low, printed(scores["uar"], "unit").high
        if result.verdict != "impossible":
            assert uf1 <= 2 * a / (1 + a)


@pytest.mark.parametrize("result", PAIRED, ids=name_of)
def test_one_database_of_each_table_agrees_with_the_stored_verdict(result):
    counts = class_counts(result.dataset, "megc3")
    databases = [part for part in pairs_of(result) if part in counts.parts]
    if not databases:
        assert list(pairs_of(result)) == ["full"]
        return
    drawn = random.Random(result.method).choice(databases)
    word = audit_recognition({drawn: pairs_of(result)[drawn]}, result.dataset, rounding="unit").word
    if result.verdict in {"consistent", "test-selected"}:
        assert word in {POSSIBLE, UNIQUE}
    named = re.search(r"No confusion matrix gives ([a-z0-9 ]+),", result.finding)
    if result.verdict == "impossible" and named:
        assert (word == IMPOSSIBLE) == (drawn in named[1].split(" or "))


def searched():
    """One table of each arithmetic verdict, and a seeded draw of the others."""
    first = [find("STSTNet, as published"), find("LBP-TOP, MEGC2019 baseline")]
    rest = [r for r in RECOGNITION if r not in first and r.caveat is None]
    return [*first, *random.Random(6).sample(rest, 3)]


@pytest.mark.parametrize("result", searched(), ids=name_of)
def test_a_recognition_verdict_is_what_the_whole_search_finds(result):
    """tools/published_verdicts.py --check does this for every row."""
    assert tuple(judge(result)) == (result.verdict, result.finding)


def test_the_slip_of_ststnet_stands_beside_its_log():
    slip, log = find("STSTNet, as published"), find("STSTNet, its log scored anew")
    assert (slip.verdict, log.verdict) == ("precision printed as recall", "consistent")
    for part, scores in log.parts.items():
        assert slip.parts[part]["uf1"] == scores["uf1"]
        assert f"{part} {scores['uar']}" in slip.finding


# --- The tool and the page --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", TASKS)
def test_the_tool_writes_the_tables_as_they_stand(task):
    spec = importlib.util.spec_from_file_location("published_verdicts", ROOT / "tools" / "published_verdicts.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    stored = [tool.Judged(r.verdict, r.finding) for r in results() if r.task == task]
    assert tool.as_csv(task, stored) == path(task).read_text(encoding="utf-8")
    other = tool.as_csv(task, [tool.Judged("impossible", "because"), *stored[1:]])
    assert next(csv.DictReader(other.splitlines()))["finding"] == "because"


def test_the_page_counts_as_the_tables_do():
    page = (ROOT / "docs" / "published.md").read_text(encoding="utf-8")
    counted = {task: Counter(r.verdict for r in results() if r.task == task) for task in TASKS}
    for verdict in VERDICTS:
        cells = [str(counted[task][verdict]) for task in TASKS]
        assert f"| {verdict} | {' | '.join(cells)} |" in page
    assert set(spotting_names()) >= {r.dataset for r in WITH_COUNTS if r.events is None}
