import csv
import io
import json
from pathlib import Path

import pandas as pd
import pytest

import mebench
from mebench.metrics.rules import RULES
from mebench.report.difference import details, one_line
from mebench.report.render import render
from mebench.report.rules_table import render_rules, rules_page
from mebench.scoring import score_all_rules

TWIN = "casme-sq-twin"
PAGE = Path(__file__).parents[2] / "docs" / "rules.md"


@pytest.fixture(scope="module")
def said():
    """Two predictions of one ME: the script of kddi stops."""
    event = mebench.load_dataset(TWIN).annotations.query("type == 'me'").iloc[0]
    onset, offset = int(event["onset"]), int(event["offset"])
    return pd.DataFrame({"video": event["video"], "onset": onset, "offset": [offset, offset + 1], "type": "me"})


@pytest.fixture(scope="module")
def results(said):
    return score_all_rules(said, TWIN)


def test_the_page_is_written_from_the_registry():
    assert PAGE.read_text(encoding="utf-8") == rules_page(), "run: mebench rule list --page > docs/rules.md"


def test_the_page_names_every_rule_with_its_source_and_quirks():
    page = rules_page()
    for rule in RULES.values():
        assert f"`{rule.name}`/{rule.version}" in page
        assert rule.source in page
        assert rule.quirks in page


@pytest.mark.parametrize("form", ["table", "md", "latex", "csv", "json"])
def test_every_form_has_a_row_for_every_rule_and_says_why_one_has_none(results, form):
    text = render_rules(results, form, width=120)
    assert "\x1b" not in text
    for rule in RULES:
        assert rule in text
    flat = " ".join(text.replace("\\", "").split())
    assert "Rule kddi cannot score this: the script stops with a KeyError where two predictions match one event" in flat
    assert "SYNTHETIC" in text or form in {"csv", "json"}


def test_the_csv_holds_all_counts(results):
    rows = list(csv.DictReader(io.StringIO(render_rules(results, "csv"))))
    assert len(rows) == 3 * (len(RULES) - 1) + 1
    by_key = {(row["rule"], row["type"]): row for row in rows}
    assert by_key["megc/1", "me"]["tp"] == "1"
    assert by_key["mtsn/1", "me"]["tp"] == "2"
    assert by_key["kddi/1", ""]["refused"].startswith("Rule kddi")
    assert float(by_key["megc/1", "overall"]["f1"]) == pytest.approx(2 / (2 + 1 + 356))


def test_the_json_holds_the_reports(results):
    entries = json.loads(render_rules(results, "json"))
    assert [entry["rule"] for entry in entries] == list(RULES)
    assert all((entry["report"] is None) != (entry["refused"] is None) for entry in entries)
    assert entries[0]["report"]["scores"]["me"]["tp"] == 1


def test_numbers_stand_in_their_columns(results):
    lines = render_rules(results, "md").splitlines()
    header = [cell.strip() for cell in lines[2].strip("|").split("|")]
    assert header == ["rule", "F1 ME", "F1 MaE", "TP", "FP", "FN", "P", "R", "F1", "differs"]
    mtsn = next(line for line in lines if line.startswith("| mtsn "))
    assert [cell.strip() for cell in mtsn.strip("|").split("|")][3:7] == ["2", "0", "355", "1.0000"]


def test_a_legacy_report_says_in_one_line_how_it_differs_here(said):
    report = mebench.score(said, TWIN, rule="mtsn")
    line = one_line(report)
    assert line == (
        "F1 0.0056 under megc, 0.0111 under mtsn: 1 event is counted once for every prediction that hits; "
        "1 prediction of an event that is found already is no false positive"
    )
    assert details(report)[0].startswith("counted-repeatedly (TP +1, FP +0, FN -1); events in row ")
    assert details(report)[1] == "duplicate-forgiven (TP +0, FP -1, FN +0); predictions in row 2"
    for form in ("table", "md", "latex"):
        assert "F1 0.0056 under megc, 0.0111 under mtsn" in " ".join(render(report, form, width=300).split())


def test_the_canonical_report_says_nothing_of_the_kind(said):
    report = mebench.score(said, TWIN)
    assert one_line(report) is None
    assert details(report) == []
    assert "differs" not in render(report, "table")


def test_long_lists_of_rows_are_cut_on_the_screen_only():
    quiet = sorted(mebench.load_dataset(TWIN).video_ids - set(mebench.load_dataset(TWIN).annotations["video"]))[0]
    frame = pd.DataFrame({"video": quiet, "onset": range(1, 40, 3), "offset": range(3, 42, 3), "type": "me"})
    report = mebench.score(frame, TWIN, rule="softnet")
    (line,) = [line for line in details(report) if line.startswith("not-counted")]
    assert line.endswith("predictions in rows 1, 2, 3, 4, 5, 6, 7, 8 and 5 more")
    (reason,) = [r for r in report.rule["difference"]["reasons"] if r["kind"].startswith("not-counted")]
    assert reason["predictions"] == list(range(1, 14))
