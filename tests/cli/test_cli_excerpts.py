"""The small and the tiny twins on the command line: one line in the list, and a name that every command takes."""

import json

import openpyxl
import pytest

from mebench.datasets.twin.generate import twin
from mebench.datasets.twin.write import write_twin


def test_the_list_names_the_sizes_of_a_twin_in_its_line(run):
    rows = {row["name"]: row for row in json.loads(run("dataset", "list", "--json")[1])}
    assert rows["casme-sq-twin"]["sizes"] == ["full", "small", "tiny"]
    assert not any(name.endswith(("-small", "-tiny")) for name in rows)
    assert "sizes" not in rows["casme-sq"]
    lines = run("dataset", "list")[1].splitlines()
    of_twins = [line for line in lines if "-twin" in line]
    assert len(of_twins) == 6
    assert all("SYNTHETIC, also -small, -tiny" in line for line in of_twins)


@pytest.mark.parametrize(("name", "noun"), [("casme-sq-twin-small", "videos"), ("samm-twin-tiny", "clips")])
def test_an_excerpt_can_be_shown_and_listed(run, name, noun):
    code, out, _ = run("dataset", "show", name)
    assert (code, "synthetic twin" in out) == (0, True)
    assert name.rpartition("-")[2] in out.splitlines()[2]
    code, out, _ = run("dataset", noun, name, "-f", "csv")
    assert (code, out.startswith(f"# SYNTHETIC data: {name}")) == (0, True)


def test_an_excerpt_is_scored_and_has_protocols(run, tmp_path):
    first = run("dataset", "videos", "casme-sq-twin-small", "-f", "csv")[1].splitlines()[2].split(",")
    onset = int(first[3]) + 5
    (tmp_path / "said.csv").write_text(f"video,onset,offset,type\n{first[1]},{onset},{onset + 12},me\n")
    code, out, _ = run("score", tmp_path / "said.csv", "--dataset", "casme-sq-twin-small")
    assert (code, "casme-sq-twin-small (SYNTHETIC)" in out) == (0, True)
    code, out, _ = run("protocol", "show", "megc2019-twin-small")
    assert (code, "442" in out) == (0, True)
    code, out, _ = run("protocol", "show", "cross-a", "--dataset", "samm-lv-twin-tiny")
    assert code == 0


def test_an_excerpt_cannot_be_verified_registered_or_removed(run, tmp_path):
    code, _, err = run("dataset", "verify", "casme-sq-twin-tiny")
    assert (code, "is an excerpt of a twin" in err) == (2, True)
    code, _, err = run("dataset", "add", "casme-sq-twin-tiny", "--annotations", tmp_path / "x.csv")
    assert (code, "the name of an embedded twin" in err) == (2, True)
    code, _, err = run("dataset", "remove", "casme-sq-twin-tiny")
    assert (code, "is embedded" in err) == (2, True)


@pytest.mark.parametrize("resaved", [False, True])
@pytest.mark.parametrize(("name", "seed"), [("casme2-twin-tiny", 0), ("casme-sq-twin-tiny", 3)])
def test_a_registered_excerpt_is_not_compared_with_the_whole(run, tmp_path, name, seed, resaved):
    made = twin(name, seed)
    workbook = write_twin(made, tmp_path)[0]
    if resaved:  # a spreadsheet program drops the properties, and keeps the sheets
        book = openpyxl.load_workbook(workbook)
        book.properties.title = book.properties.description = None
        book.save(workbook)
    original = name.removesuffix("-twin-tiny")
    code, out, err = run("dataset", "add", "mine", "--like", original, "--annotations", workbook)
    assert (code, out.splitlines()[-1]) == (0, "Next: mebench dataset show mine")
    assert f"note: this is the tiny twin of {original}, which is meant to be smaller" in err
    assert "a complete one has" not in err
    code, out, err = run("dataset", "verify", "mine")
    assert (code, err) == (0, "")
    said = f"mine: this is the tiny twin of {original}, meant to be smaller: there is nothing to compare it with.\n"
    assert out == said
    assert run("dataset", "verify", "mine", "--json") == (0, "[]\n", "")


def test_a_small_twin_of_clips_that_has_every_row_is_compared(run, tmp_path):
    workbook = write_twin(twin("smic-twin-small"), tmp_path)[0]
    run("dataset", "add", "mine", "--like", "smic", "--annotations", workbook)
    code, out, _ = run("dataset", "verify", "mine")
    assert (code, "agree." in out) == (0, True)


def test_the_next_step_of_a_twin_with_frames_is_to_look_at_them(run, tmp_path):
    made = twin("casme2-twin-tiny")
    workbook = write_twin(made, tmp_path)[0]
    folder, first = made.videos[["video", "first_frame"]].iloc[0]
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / f"img{first}.jpg").touch()
    out = run("dataset", "add", "mine", "--like", "casme2", "--annotations", workbook, "--frames", tmp_path)[1]
    assert out.splitlines()[-1] == "Next: mebench dataset frames mine"
    (row,) = (row for row in json.loads(run("dataset", "list", "--json")[1]) if row["name"] == "mine")
    assert (row["title"], row["state"]) == ("twin of casme2", "registered, SYNTHETIC")
