"""The small and the tiny twins on the command line: one line in the list, and a name that every command takes."""

import json

import pytest


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
