"""``mebench dataset`` with copies that are odd: twins in disguise, vanished files, lists for beginners."""

import csv
import io
import json
import sys

import pytest

import mebench
from mebench.cli import main
from mebench.datasets import library
from mebench.datasets.twin.generate import twin
from mebench.datasets.twin.write import write_twin
from tests.datasets import layouts
from tests.datasets.layouts import samm_row, samm_sheets


@pytest.fixture
def run(monkeypatch, capsys):
    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["mebench", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "200")
        code = 0
        try:
            main()
        except SystemExit as done:
            code = done.code or 0
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture
def samm_twin(tmp_path):
    return write_twin(twin("samm-lv-twin"), tmp_path / "twin")


def states(run):
    return {row["name"]: row["state"] for row in json.loads(run("dataset", "list", "--json")[1])}


def test_a_registered_twin_is_marked_on_every_screen(run, samm_twin):
    code, out, _ = run("dataset", "add", "samm-lv", "--annotations", samm_twin[0])
    assert (code, out.startswith("samm-lv: SYNTHETIC, 159 ME")) == (0, True)
    assert states(run)["samm-lv"] == "registered, SYNTHETIC"
    for name in ("samm-lv", "samm-lv-twin"):
        shown = json.loads(run("dataset", "show", name, "--json")[1])
        assert shown["synthetic"] is True
        assert shown["title"] == "SAMM Long Videos, synthetic twin"
        assert shown["licence"] == "Apache-2.0, like mebench: no real data"
        assert shown["twin_of"] == "samm-lv (SAMM Long Videos)"
        assert not {"access", "citation"} & set(shown)
        assert "twin of: samm-lv" in run("dataset", "show", name)[1]
    real = json.loads(run("dataset", "show", "casme-sq", "--json")[1])
    assert not real["synthetic"]
    assert "twin_of" not in real
    assert real["access"]


def test_a_private_copy_of_a_twin_is_marked_too(run, tmp_path):
    table = library.load_dataset("smic-e-long-twin").annotations
    table[["video", "onset", "offset", "type"]].to_csv(tmp_path / "gt.csv", index=False)
    assert "mine: SYNTHETIC, " in run("dataset", "add", "mine", "--annotations", tmp_path / "gt.csv")[1]
    assert states(run)["mine"] == "registered, SYNTHETIC"
    assert "licence: Apache-2.0" in run("dataset", "show", "mine")[1]
    assert run("dataset", "show", "mine", "--json")[0] == 0


def test_a_trimmed_copy_says_so_when_it_is_scored(run, tmp_path):
    workbook = layouts.write_xlsx(tmp_path / "x.xlsx", samm_sheets([samm_row("006_1_1", 30, 40, 50)]))
    code, out, err = run("dataset", "add", "samm-lv", "--annotations", workbook)
    assert "1 video, 1 subject (" in out
    assert "this copy has 1 video, 1 subject, 0 ME and 1 MaE; a complete one has" in err
    (tmp_path / "said.csv").write_text("video,onset,offset,type\n006_1,30,50,mae\n")
    code, out, _ = run("score", tmp_path / "said.csv", "-d", "samm-lv", "-f", "json")
    assert code == 0
    truth = json.loads(out)["ground_truth"]
    assert any("this copy has 1 video" in note for note in truth["notes"])
    assert "147" not in truth["universe"]
    code, out, err = run("dataset", "verify", "samm-lv")
    assert code == 1
    assert "this copy has" not in err, "the table says it better"
    *_, last = out.splitlines()
    assert last.endswith("differ, 2 could not be measured.")


def test_the_last_line_of_verify_counts_what_could_not_be_measured(run, samm_twin):
    run("dataset", "add", "samm-lv", "--annotations", samm_twin[0])
    code, out, _ = run("dataset", "verify", "samm-lv")
    assert (code, out.splitlines()[-1]) == (0, "14 agree, 2 could not be measured.")
    run("dataset", "add", "samm-lv", "--annotations", samm_twin[0], "--videos", samm_twin[1], "--replace")
    assert run("dataset", "verify", "samm-lv")[1].splitlines()[-1] == "16 agree."


def test_a_vanished_workbook_leaves_the_card(run, samm_twin):
    run("dataset", "add", "samm-lv", "--annotations", samm_twin[0])
    samm_twin[0].unlink()
    assert states(run)["samm-lv"] == "registered, SYNTHETIC, file missing"
    code, out, _ = run("dataset", "show", "samm-lv")
    assert code == 0
    assert f"missing: {samm_twin[0]}" in out
    assert "no longer there: put it back, or register it anew" in out
    assert "title: SAMM Long Videos" in out
    assert "counts" not in json.loads(run("dataset", "show", "samm-lv", "--json")[1])
    code, _, err = run("dataset", "verify", "samm-lv")
    assert (code, "no such file" in err) == (2, True)


@pytest.mark.parametrize("name", ["samm-lv-twin", "casme-sq-twin", "smic-e-long-twin"])
def test_the_videos_can_be_listed(run, name, tmp_path):
    code, out, _ = run("dataset", "videos", name, "--format", "csv")
    assert code == 0
    assert out.startswith(f"# SYNTHETIC data: {name}\nsubject,video,fps,first_frame,n_frames\n")
    rows = list(csv.DictReader(io.StringIO(out.partition("\n")[2])))
    table = library.load_dataset(name).videos
    assert [row["video"] for row in rows] == table["video"].tolist()
    assert [int(row["first_frame"]) for row in rows] == table["first_frame"].tolist()
    assert [int(row["n_frames"]) for row in rows] == table["n_frames"].tolist()
    assert {float(row["fps"]) for row in rows} == set(table["fps"])
    (tmp_path / "v.csv").write_text(out)
    assert run("dataset", "add", "again", "--videos", tmp_path / "v.csv")[0] == 0, "what is listed can be registered"
    code, out, _ = run("dataset", "videos", name)
    assert f"{name} (SYNTHETIC): {len(table)} videos" in out
    assert all(video in out for video in table["video"])


def test_the_clips_can_be_listed_without_their_labels(run):
    code, out, _ = run("dataset", "clips", "smic-twin", "-f", "csv")
    rows = list(csv.DictReader(io.StringIO(out.partition("\n")[2])))
    assert (code, len(rows)) == (0, 164)
    assert list(rows[0]) == ["subject", "clip", "fps", "first_frame", "n_frames"]
    table = library.load_clips("smic-twin").clips
    assert [(row["subject"], row["clip"]) for row in rows] == list(zip(table["subject"], table["clip"], strict=True))
    assert [int(row["first_frame"]) for row in rows] == table["onset"].tolist()
    assert [int(row["n_frames"]) for row in rows] == (table["offset"] - table["onset"] + 1).tolist()
    assert "smic-twin (SYNTHETIC): 164 clips" in run("dataset", "clips", "smic-twin")[1]


def test_unknown_lengths_are_empty_cells(run, tmp_path):
    (tmp_path / "gt.csv").write_text("subject,video,onset,offset,type\n01,a,1,2,me\n")
    run("dataset", "add", "mine", "--annotations", tmp_path / "gt.csv")
    assert run("dataset", "videos", "mine", "-f", "csv")[1] == "subject,video,fps,first_frame,n_frames\n01,a,,1,\n"
    assert "mine: 1 video\n" in run("dataset", "videos", "mine")[1]


WRONG = {
    "videos of clips": (["videos", "smic-twin"], "mebench dataset clips smic-twin"),
    "clips of videos": (["clips", "samm-lv-twin"], "mebench dataset videos samm-lv-twin"),
    "videos of nothing": (["videos", "nothing"], "no dataset"),
    "videos that are not here": (["videos", "samm-lv"], "not registered"),
    "remove a twin": (["remove", "samm-lv-twin"], "samm-lv-twin is embedded, there is nothing to remove"),
    "a folder": (["add", "samm-lv", "--annotations", "."], "give the workbook"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_users_mistake_is_a_sentence(run, name):
    arguments, words = WRONG[name]
    code, out, err = run("dataset", *arguments)
    assert (code, out) == (2, "")
    assert words in err


def test_the_list_of_another_dataset_is_refused(run, samm_twin, tmp_path):
    other = write_twin(twin("casme-sq-twin"), tmp_path / "casme")[1]
    code, out, err = run("dataset", "add", "samm-lv", "--annotations", samm_twin[0], "--videos", other)
    assert (code, out) == (2, "")
    assert "97 names cannot be of a video of samm-lv" in err
    assert library.registered() == ()


def test_the_package_shows_its_public_names_alone():
    assert dir(mebench) == sorted([*mebench.__all__, "__version__"])
    assert mebench.load_clips is library.load_clips
    assert all(hasattr(mebench, name) for name in dir(mebench))
