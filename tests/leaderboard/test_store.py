"""The folder of entries: whole files, none lost, none twice, and a sentence for whatever does not belong there."""

import json
import os
import subprocess
import sys

import pytest
from entries_made import entry, random_spotting, report, save, spotting_rows

from mebench.leaderboard import store
from mebench.leaderboard.intake import Refused
from mebench.leaderboard.store import add, check, read_entries
from mebench.problems import UserError

ADD = """
import os, sys, time
from pathlib import Path
import jsonschema, mebench.submission.meta
from mebench.leaderboard.store import add

folder, out, *reports = map(Path, sys.argv[1:])
gate, opener = os.pipe()
children = []
for i, report in enumerate(reports):
    child = os.fork()
    if child == 0:
        os.close(opener)
        os.read(gate, 1)  # until the last process has closed the other end
        [found] = add([report], folder)
        (out / str(i)).write_text(found.entry.id if found.entry else found.refusal)
        os._exit(0)
    children.append(child)
os.close(opener)
sys.exit(any(os.waitpid(child, 0)[1] for child in children))
"""


def many(reports, folder, out):
    """Add each report in a process of its own, all at once; what each of them says."""
    out.mkdir()
    command = [sys.executable, "-W", "ignore", "-c", ADD, str(folder), str(out), *map(str, reports)]
    subprocess.run(command, check=True, env=os.environ | {"OPENBLAS_NUM_THREADS": "1"})
    return [(out / str(i)).read_text() for i in range(len(reports))]


def files(folder):
    return sorted(path.name for path in (folder / "entries").iterdir())


def test_twenty_processes_at_once_lose_nothing_and_add_nothing_twice(tmp_path):
    reports = [
        save(tmp_path, f"r{i}.json", report(submission__sha256=f"{i:064x}", submission__method=f"m{i}"))
        for i in range(15)
    ]
    reports += [reports[0]] * 4
    # The same submission with other notes: another id, and yet the same.
    reports.append(save(tmp_path, "again.json", report(submission__sha256=f"{1:064x}", submission__method="again")))
    said = many(reports, tmp_path / "board", tmp_path / "said")
    found = read_entries(tmp_path / "board")
    assert not found.remarks
    assert sorted(e.submission["sha256"] for e in found.entries) == [f"{i:064x}" for i in range(15)]
    assert files(tmp_path / "board") == sorted(f"{e.id}.json" for e in found.entries), "something half-written is left"
    ids = {e.id for e in found.entries}
    first = next(e.id for e in found.entries if e.submission["sha256"] == f"{0:064x}")
    same = [said[0], *said[15:19]]
    assert sorted(words == first for words in same) == [False] * 4 + [True]
    assert all("already there as" in words for words in same if words != first)
    assert ids <= set(said)


def test_an_entry_is_added_once(tmp_path):
    path = save(tmp_path, "r.json", report())
    first, again = add([path, path], tmp_path)
    assert first.entry is not None
    assert again.refusal.startswith(f"{path}: already there as {first.entry.id} (made)")
    [later] = add([path], tmp_path)
    assert first.entry.id in later.refusal
    renamed = save(tmp_path, "other.json", report(submission__method="another name"))
    assert f"already there as {first.entry.id}" in add([renamed], tmp_path)[0].refusal
    assert len(files(tmp_path)) == 1


@pytest.mark.parametrize("mine_is_lower", [True, False])
def test_two_entries_of_one_submission_that_both_landed_become_one(tmp_path, monkeypatch, mine_is_lower):
    """Another process adds the same submission, with other words, between our look and our writing."""
    reports = {name: save(tmp_path, f"{name}.json", report(submission__method=name)) for name in "ab"}
    low, high = sorted("ab", key=lambda name: store.entry_of_file(reports[name]).id)
    mine, theirs = (low, high) if mine_is_lower else (high, low)
    write = store._write

    def write_both(entry, place):
        write(store.entry_of_file(reports[theirs]), place)
        write(entry, place)

    monkeypatch.setattr(store, "_write", write_both)
    [added] = add([reports[mine]], tmp_path)
    winner = store.entry_of_file(reports[low])
    assert files(tmp_path) == [f"{winner.id}.json"]
    assert (added.entry is not None) == mine_is_lower
    assert mine_is_lower or f"already there as {winner.id}" in added.refusal


def test_of_two_entries_of_a_submission_in_merged_folders_one_is_shown(tmp_path):
    both = [store.entry_of_file(save(tmp_path, "r.json", report(submission__method=name))) for name in "ab"]
    (tmp_path / "entries").mkdir()
    for one in both:
        (tmp_path / "entries" / f"{one.id}.json").write_text(one.to_json())
    low, high = sorted(one.id for one in both)
    found = read_entries(tmp_path)
    assert [one.id for one in found.entries] == [low]
    [remark] = found.remarks
    assert high in remark
    assert f"already there as {low}" in remark


def test_one_bad_report_keeps_no_other_out(tmp_path):
    good = save(tmp_path, "good.json", report())
    bad = save(tmp_path, "bad.json", "{")
    results = add([bad, good, tmp_path / "none.json"], tmp_path)
    assert [r.entry is not None for r in results] == [False, True, False]
    assert all(str(r.report) in r.refusal for r in results if r.refusal)
    assert len(read_entries(tmp_path).entries) == 1


def test_what_cannot_be_compared_is_refused_with_the_name_of_the_other(tmp_path):
    [first] = add([save(tmp_path, "a.json", report())], tmp_path)
    other = report(ground_truth__sha256="0" * 64, submission__sha256="1" * 64)
    [second] = add([save(tmp_path, "b.json", other)], tmp_path)
    assert "its ground truth is 0000" in second.refusal
    assert f"entry {first.entry.id} (made)" in second.refusal
    assert len(files(tmp_path)) == 1


def test_other_subjects_and_other_types_are_refused():
    both = ("me", "mae")
    there = entry(spotting_rows(random_spotting(1), both), name="a")
    fewer = spotting_rows(random_spotting(2, subjects=11), both)
    with pytest.raises(Refused, match=f"subjects are not those of entry {there.id}"):
        check(entry(fewer, name="b"), [there])
    with pytest.raises(Refused, match="types are me, overall, not the me, mae, overall"):
        check(entry(spotting_rows(random_spotting(2)[:, :1]), name="b"), [there])
    check(entry(fewer, name="b", dataset="other"), [there])
    check(entry(fewer, name="b", protocol="holdout"), [there])


def filled(tmp_path):
    [added] = add([save(tmp_path, "r.json", report())], tmp_path)
    return added.entry, tmp_path / "entries" / f"{added.entry.id}.json"


def test_an_edited_entry_is_named_and_left_out(tmp_path):
    _, path = filled(tmp_path)
    path.write_text(path.read_text().replace('"preset":"cpu"', '"preset":"gpu"'))
    found = read_entries(tmp_path)
    assert not found.entries
    assert str(path) in found.remarks[0]
    assert "renamed or edited" in found.remarks[0]
    [again] = add([tmp_path / "r.json"], tmp_path)
    assert "is not what its name says" in again.refusal
    # Both sentences give the same advice, and it helps.
    for sentence in (found.remarks[0], again.refusal):
        assert sentence.endswith("Remove that file and add the report again.")
    path.unlink()
    [added] = add([tmp_path / "r.json"], tmp_path)
    assert added.entry is not None


def test_a_renamed_entry_is_named_and_left_out(tmp_path):
    made, path = filled(tmp_path)
    path.rename(path.with_name("0123456789abcdef.json"))
    [remark] = read_entries(tmp_path).remarks
    assert made.id in remark


def test_scores_that_were_edited_with_their_id_are_named(tmp_path):
    made, path = filled(tmp_path)
    document = json.loads(path.read_text())
    document["scores"]["me"]["f1"][0] = 1.0
    forged = type(made)(document)
    path.with_name(f"{forged.id}.json").write_text(forged.to_json())
    [remark] = read_entries(tmp_path).remarks
    assert forged.id in remark
    assert "me f1 is not that of its counts" in remark


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"schema": 1}', "\x00", '{"a":' * 50_000, '{"a": 1' + "0" * 5000 + "}"]
)
def test_a_damaged_entry_is_named_in_one_sentence(tmp_path, text):
    made, path = filled(tmp_path)
    path.with_name("0123456789abcdef.json").write_text(text)
    found = read_entries(tmp_path)
    assert [e.id for e in found.entries] == [made.id]
    [remark] = found.remarks
    assert "0123456789abcdef.json" in remark
    assert "\n" not in remark


def test_foreign_files_folders_and_links_are_named_and_hidden_files_are_not(tmp_path):
    made, path = filled(tmp_path)
    place = path.parent
    (place / "README.md").write_text("hello")
    (place / "a\u202e\n.json").write_text("{}")
    (place / "aaaaaaaaaaaaaaaa.json").mkdir()
    (place / "bbbbbbbbbbbbbbbb.json").symlink_to(path)
    os.mkfifo(place / "cccccccccccccccc.json")
    (place / ".hidden").write_text("")
    found = read_entries(tmp_path)
    assert [e.id for e in found.entries] == [made.id]
    assert len(found.remarks) == 5
    assert all(remark.isprintable() for remark in found.remarks)


def test_where_links_are_not_to_be_had_entries_are_added_all_the_same(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    made, _ = filled(tmp_path)
    assert files(tmp_path) == [f"{made.id}.json"]
    with pytest.raises(Refused, match="already there"):
        store._write(made, tmp_path / "entries")


def test_a_folder_that_is_a_file_is_a_sentence(tmp_path):
    path = save(tmp_path, "r.json", report())
    place = save(tmp_path, "taken", "")
    with pytest.raises(UserError, match="taken"):
        add([path], place)
    inner = tmp_path / "board"
    inner.mkdir()
    (inner / "entries").write_text("")
    with pytest.raises(UserError, match="entries"):
        add([path], inner)


@pytest.mark.parametrize(
    "change",
    [{"protocol": "LOSO!"}, {"rule__iou": "1/3"}, {"ground_truth__policy": "mirror/1"}, {"submission__predictions": 0}],
)
def test_an_entry_on_other_terms_that_was_put_there_keeps_no_honest_one_out(tmp_path, change):
    made = store.entry_of_file(save(tmp_path, "r.json", report()))
    document = json.loads(made.to_json())
    for path, value in change.items():
        *folders, last = path.split("__")
        (document[folders[0]] if folders else document)[last] = value
    strange = type(made)(document)
    (tmp_path / "entries").mkdir()
    (tmp_path / "entries" / f"{strange.id}.json").write_text(strange.to_json())
    [remark] = read_entries(tmp_path).remarks
    assert strange.id in remark
    assert remark.endswith("Remove that file and add the report again.")
    [added] = add([tmp_path / "r.json"], tmp_path)
    assert added.entry is not None


def test_an_empty_leaderboard_has_no_entries(tmp_path):
    assert read_entries(tmp_path / "nowhere") == ([], [])


def test_leaderboards_are_read_together_and_what_both_have_counts_once(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    mine = save(tmp_path, "mine.json", report(submission__method="mine"))
    same = save(tmp_path, "same.json", report(submission__method="the same submission, described again"))
    theirs = save(tmp_path, "theirs.json", report(submission__method="theirs", submission__sha256="1" * 64))
    add([mine], one)
    assert len(add([same, theirs], other)) == 2
    (other / "entries" / "x.json").write_text("{")
    found = read_entries(one, other)
    assert sorted(entry.method for entry in found.entries) == ["mine", "theirs"]
    assert [entry.id for entry in found.entries] == sorted(entry.id for entry in found.entries)
    [remark] = found.remarks
    assert "x.json" in remark
