"""``mebench leaderboard``: add, show and render, from the command line."""

import csv
import io
import json

import pytest
from entries_made import report, save

from mebench.leaderboard.store import read_entries

HOSTILE = [
    "<script>alert(1)</script>",
    '=HYPERLINK("http://a")',
    "\u202egnitrow\u202c\u200b",
    "a\nb\x00\x1b[31mred",
    "[bold]rich[/bold]",
    "x" * 10_000,
]


@pytest.fixture
def folder(tmp_path, run):
    """A leaderboard of two boards: two ranked rows and an oracle, and a recognition run."""
    reports = [
        report(submission__sha256=f"{i:064x}", submission__method=f"method {i}", submission__selection=selection)
        for i, selection in enumerate(("last", "inner", "oracle"))
    ]
    paths = [save(tmp_path, f"r{i}.json", one) for i, one in enumerate([*reports, report("recognition")])]
    assert run("leaderboard", "add", *paths, "--folder", tmp_path / "board")[0] == 0
    return tmp_path / "board"


def test_what_was_added_and_what_was_refused_is_said(tmp_path, run):
    good, bad = save(tmp_path, "good.json", report()), save(tmp_path, "bad.json", "{")
    code, out, error = run("leaderboard", "add", bad, good, good, "--folder", tmp_path / "b")
    assert code == 2
    [entry] = read_entries(tmp_path / "b").entries
    assert f"added {entry.id}: made to spotting/casme-sq-twin-tiny/loso" in out
    assert "1 report added, 2 refused" in out
    assert f"{bad}: the report is no JSON" in error
    assert f"already there as {entry.id}" in error
    assert "Traceback" not in error


def test_an_oracle_run_is_added_with_a_remark(tmp_path, run):
    path = save(tmp_path, "r.json", report(submission__threshold_source="oracle"))
    code, out, _ = run("leaderboard", "add", path, "--folder", tmp_path / "b")
    assert code == 0
    assert "not ranked: ORACLE: its thresholds were chosen on the test labels" in out


def test_a_scored_submission_goes_from_file_to_board(tmp_path, run):
    said = tmp_path / "said.csv"
    said.write_text("video,onset,offset,type\ns15_0101,10,20,me\n")
    (tmp_path / "said.meta.json").write_text('{"method": "by hand", "preset": "mine", "notes": "one guess"}')
    scored = tmp_path / "report.json"
    assert run("score", said, "--dataset", "casme-sq-twin", "--protocol", "loso", "--json", scored)[0] == 0
    assert json.loads(scored.read_text())["submission"]["meta"] == {"preset": "mine", "notes": "one guess"}
    assert run("leaderboard", "add", scored, "--folder", tmp_path / "b")[0] == 0
    code, out, _ = run("leaderboard", "show", "--folder", tmp_path / "b")
    assert code == 0
    for words in ("spotting: casme-sq-twin, protocol loso, rule megc/1", "SYNTHETIC", "by hand", "mine"):
        assert words in out


def test_all_rules_at_once_are_no_entry(tmp_path, run):
    said, scored = tmp_path / "said.csv", tmp_path / "all.json"
    said.write_text("video,onset,offset,type\ns15_0101,10,20,me\n")
    assert run("score", said, "--dataset", "casme-sq-twin", "--rule", "all", "--json", scored)[0] == 0
    code, _, error = run("leaderboard", "add", scored, "--folder", tmp_path / "b")
    assert code == 2
    assert "under all rules" in error


@pytest.mark.parametrize("columns", [80, 200])
def test_boards_fit_the_terminal(folder, run, columns):
    code, out, _ = run("leaderboard", "show", "--folder", folder)
    assert code == 0
    assert max(map(len, out.splitlines())) <= columns
    lines = out.splitlines()
    ranked = next(line for line in lines if "method 0" in line)
    assert ranked.split()[:3] == ["1", "to", "2"]
    assert ranked.rstrip().endswith("a") or columns == 200
    assert next(line for line in lines if "method 2" in line).split()[0] == "-"
    assert "not ranked: method 2, ORACLE: its epoch was chosen on the test labels" in out
    assert "megc2019-twin-tiny" in out
    assert ("precision" in out) == (columns == 200)


def test_one_board_can_be_asked_for(folder, run):
    code, out, _ = run("leaderboard", "show", "--board", "MEGC2019", "--folder", folder)
    assert code == 0
    assert "casme-sq-twin-tiny" not in out
    code, _, error = run("leaderboard", "show", "--board", "spoting", "--folder", folder)
    assert code == 2
    assert "Did you mean 'spotting'?" in error


def test_another_metric_orders_the_boards_that_have_it(folder, run):
    code, out, _ = run("leaderboard", "show", "--metric", "recall", "--folder", folder)
    assert code == 0
    assert "recall" in out
    assert "megc2019" not in out.replace("rule megc2019", "")
    code, _, error = run("leaderboard", "show", "--metric", "recal", "--folder", folder)
    assert code == 2
    assert "Did you mean 'recall'?" in error


@pytest.mark.parametrize("form", ["csv", "md", "latex", "json"])
def test_other_forms_hold_the_same_rows(folder, run, form):
    code, out, _ = run("leaderboard", "show", "--format", form, "--folder", folder)
    assert code == 0
    for name in ("method 0", "method 1", "method 2", "made"):
        assert name in out
    if form == "json":
        json.loads(out)


def test_hostile_names_stay_text_in_the_terminal_and_in_csv(tmp_path, run):
    paths = [
        save(tmp_path, f"r{i}.json", report(submission__sha256=f"{i:064x}", submission__method=text))
        for i, text in enumerate(HOSTILE)
    ]
    code, out, error = run("leaderboard", "add", *paths, "--folder", tmp_path / "b")
    assert code == 0, error
    code, shown, _ = run("leaderboard", "show", "--folder", tmp_path / "b")
    assert code == 0
    for text in (out, shown):
        assert all(c.isprintable() or c == "\n" for c in text)
        assert "\u202e" not in text
    assert "[bold]rich[/bold]" in shown
    assert "<script>alert(1)</script>" in shown
    code, table, _ = run("leaderboard", "show", "--format", "csv", "--folder", tmp_path / "b")
    assert code == 0
    cells = [cell for row in csv.reader(io.StringIO(table)) for cell in row]
    assert not [cell for cell in cells if cell[:1] in {"=", "@", "\t", "\r"}]


def test_a_leaderboard_without_entries_is_a_sentence(tmp_path, run):
    code, _, error = run("leaderboard", "show", "--folder", tmp_path)
    assert code == 2
    assert "there is no entry" in error
    assert "leaderboard add" in error


def test_damaged_files_are_named_and_the_rest_is_shown(folder, run):
    (folder / "entries" / "0123456789abcdef.json").write_text("{")
    code, out, error = run("leaderboard", "show", "--folder", folder)
    assert code == 0
    assert "method 0" in out
    assert "0123456789abcdef.json: this entry is no JSON" in error
    assert "Remove that file and add the report again." in error


def test_the_page_is_written_whole_and_its_place_is_said(folder, run):
    (folder / "entries" / "note.txt").write_text("hello")
    code, out, error = run("leaderboard", "render", "--folder", folder)
    assert code == 0, error
    page = folder / "index.html"
    assert out.startswith(f"{page}: 4 entries on 2 boards")
    assert "note.txt" in error
    text = page.read_text(encoding="utf-8")
    assert text.lstrip().lower().startswith("<!doctype html>")
    assert "method 0" in text
    again = folder / "again.html"
    assert run("leaderboard", "render", "--folder", folder, "--out", again)[0] == 0
    assert again.read_bytes() == page.read_bytes()
    code, _, error = run("leaderboard", "render", "--folder", folder, "--out", folder)
    assert code == 2
    assert "folder" in error


def test_the_page_is_written_over_nothing_else(folder, tmp_path, run):
    entry = next((folder / "entries").glob("*.json"))
    said = save(tmp_path, "said.csv", "video,onset,offset,type\n")
    link = tmp_path / "link.html"
    link.symlink_to(said)
    for place in (
        entry,
        said,
        link,
        folder / "entries" / "index.html",
        folder / "entries" / ".." / "entries" / "x.htm",
    ):
        before = place.read_bytes() if place.exists() else None
        code, _, error = run("leaderboard", "render", "--folder", folder, "--out", place)
        assert code == 2, place
        assert "--out" in error
        assert "Traceback" not in error
        assert (place.read_bytes() if place.exists() else None) == before
    assert run("leaderboard", "render", "--folder", folder, "--out", folder / "page.HTM")[0] == 0


def test_a_folder_that_is_not_there_is_a_sentence_and_an_empty_one_a_page(tmp_path, run):
    nope, there = tmp_path / "nope", tmp_path / "there"
    there.mkdir()
    for command in ("render", "show"):
        for folders in (("--folder", nope), ("--folder", there, "--folder", nope)):
            code, out, error = run("leaderboard", command, *folders)
            assert (code, out) == (2, "")
            assert f"{nope}: there is no such folder" in error
    assert not nope.exists()
    assert run("leaderboard", "render", "--folder", there)[0] == 0
    assert (there / "index.html").is_file()
