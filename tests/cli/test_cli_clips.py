"""``mebench dataset`` with recognition datasets."""

import json

import pytest

GT = "subject,clip,onset,apex,offset,emotion\nA,one,1,5,9,happy\nB,one,3,4,8,anger\n"


@pytest.mark.parametrize("name", ["casme2", "smic", "samm"])
def test_a_twin_on_disk_is_registered_as_a_copy_and_verified(run, tmp_path, name):
    code, out, _ = run("dataset", "twin", f"{name}-twin", "--out", tmp_path / "copy")
    assert code == 0
    workbook = next(line for line in out.splitlines() if line.endswith(".xlsx"))
    code, out, _ = run("dataset", "add", name, "--annotations", workbook)
    assert code == 0
    assert " clips, " in out
    assert f"Next: mebench dataset verify {name}" in out
    code, out, _ = run("dataset", "verify", name)
    assert code == 0, out
    assert "SYNTHETIC" in out
    assert "differ" not in out.splitlines()[-1]
    rows = json.loads(run("dataset", "verify", name, "--json")[1])
    assert {row["verdict"] for row in rows} == {"agrees"}


def test_the_life_of_a_private_set_of_clips(run, tmp_path):
    (tmp_path / "gt.csv").write_text(GT)
    code, out, _ = run("dataset", "add", "mine", "--annotations", tmp_path / "gt.csv")
    assert (code, out) == (0, "mine: 2 clips, 2 subjects (anger 1, happiness 1).\n")
    rows = json.loads(run("dataset", "list", "--json")[1])
    assert {"name": "mine", "title": "private", "task": "recognition", "state": "registered"} in rows
    shown = json.loads(run("dataset", "show", "mine", "--json")[1])
    assert shown["counts"]["emotion_anger"] == 1
    assert shown["copy"]["task"] == "recognition"
    assert run("dataset", "verify", "mine")[0] == 2
    code, _, err = run("score", tmp_path / "gt.csv", "--dataset", "casme2")
    assert code == 2
    assert "Traceback" not in err
    assert run("dataset", "remove", "mine")[0] == 0
    assert (tmp_path / "gt.csv").read_text() == GT


def test_the_list_names_every_dataset_with_its_task_and_survives_a_damaged_entry(run, own_library):
    (own_library / "datasets").mkdir(parents=True)
    (own_library / "datasets" / "broken.json").write_text("{")
    code, out, _ = run("dataset", "list", "--json")
    assert code == 0
    tasks = {row["name"]: row["task"] for row in json.loads(out)}
    assert (tasks["casme2"], tasks["casme2-twin"], tasks["samm-lv"]) == ("recognition", "recognition", "spotting")
    assert tasks["broken"] == "registration damaged"
    assert "mmew-twin" not in tasks
    assert "recognition" in run("dataset", "list")[1]


@pytest.mark.parametrize("name", ["mmew", "dfme", "4dme", "casme", "smic-vis", "smic-nir"])
def test_show_says_what_was_never_verified(run, name):
    code, out, _ = run("dataset", "show", name)
    assert code == 0
    assert "verified" in next(line for line in out.splitlines() if line.startswith("note:"))
    assert "clips come from" in out
    assert "recognition" in out


def test_what_was_never_verified_is_said_when_a_copy_is_added_and_checked(run, tmp_path):
    (tmp_path / "mmew.csv").write_text("clip,emotion\nS03-01-002,fear\n")
    code, _, err = run("dataset", "add", "mmew", "--annotations", tmp_path / "mmew.csv")
    assert code == 0
    assert "MMEW is not verified" in err
    code, out, err = run("dataset", "verify", "mmew")
    assert code == 1
    assert "MMEW is not verified" in err
    assert "differs" in out
