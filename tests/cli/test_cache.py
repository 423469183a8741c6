"""``mebench cache``: shows, and removes only what was meant."""

import io
import json
import os
import time

import numpy as np
import pytest

from mebench.cli.cache import size_text
from mebench.video.cache import Cache, key


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MEBENCH_CACHE", str(tmp_path / "cache"))
    return Cache()


@pytest.fixture
def filled(cache):
    for n in range(7):
        cache.put(key("flow", video="s15_0101", first=n), {"flow": np.zeros((n, 100))})
    cache.put(key("strain", video="s15_0101"), {"strain": np.zeros(3)})
    return cache


def test_an_empty_cache_says_so(run, cache):
    code, out, err = run("cache")
    assert (code, out, err) == (0, f"{cache.root}: nothing is cached.\n", "")
    assert json.loads(run("cache", "--json")[1])["entries"] == 0
    assert not cache.root.exists()


def test_what_is_there_is_counted_by_kind_and_explained(run, filled):
    shown = json.loads(run("cache", "--json")[1])
    assert shown["path"] == str(filled.root)
    assert shown["entries"] == 8
    assert shown["bytes"] == filled.size() == sum(of["bytes"] for of in shown["kinds"].values())
    assert {kind: of["entries"] for kind, of in shown["kinds"].items()} == {"flow": 7, "strain": 1}
    assert [entry["made_of"]["first"] for entry in shown["biggest"]] == [6, 5, 4, 3, 2]
    assert shown["biggest"][0]["arrays"] == {"flow": ["<f8", "<f8", [6, 100]]}
    code, out, _ = run("cache")
    assert code == 0
    assert "8 entries" in out
    assert "video s15_0101, first 6" in out


def test_rows_are_told_by_their_ends(run, cache):
    cache.put(key("flow", video="v", rows=[(n, n + 3) for n in range(5, 500)]), {"x": np.zeros(3)})
    shown = json.loads(run("cache", "--json")[1])
    assert shown["biggest"][0]["made_of"]["rows"] == {"first": 5, "last": 502, "count": 495}


@pytest.mark.parametrize("columns", [80])
def test_no_line_is_wider_than_the_terminal(run, cache):
    parts = {f"parameter_{n}": "x" * 20 for n in range(6)}
    cache.put(key("a-kind-with-a-long-name", video="s15/s15_0101_long", **parts), {"x": np.zeros(3)})
    lines = run("cache")[1].splitlines()[1:]
    assert max(map(len, lines)) <= 80
    assert "--yes" in lines[-1]


def test_a_damaged_entry_is_shown_as_such(run, cache):
    cache.put(key("flow", n=1), {"x": np.zeros(3)})
    cache.path(key("flow", n=1)).write_bytes(b"\x1b[2J" * 40)
    code, out, _ = run("cache")
    assert code == 0
    assert "damaged" in out
    assert "\x1b" not in out


def test_hostile_parts_do_not_reach_the_terminal(run, cache):
    cache.put(key("flow", video="\x1b[2J" + "x" * 5, n=["x" * 500]), {"x": np.zeros(3)})
    out = run("cache")[1]
    assert "\x1b" not in out
    assert max(map(len, out.splitlines())) < 200


def test_the_path_is_printed_alone(run, cache):
    assert run("cache", "path") == (0, f"{cache.root}\n", "")


def test_nothing_is_removed_without_yes_where_nobody_can_be_asked(run, filled, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    code, _, err = run("cache", "clear")
    assert code == 2
    assert "--yes" in err
    assert len(list(filled.entries())) == 8


def test_clear_removes_what_is_named(run, filled):
    assert run("cache", "clear", "--kind", "flow", "--older-than", "1", "--yes")[1].startswith("0 entries removed")
    old = next(filled.entries("flow")).path
    os.utime(old, (time.time() - 2 * 86400,) * 2)
    assert run("cache", "clear", "--kind", "flow", "--older-than", "1", "-y")[1].startswith("1 entry removed")
    assert not old.exists()
    assert run("cache", "clear", "--kind", "flow", "--yes")[1].startswith("6 entries removed")
    assert [entry.kind for entry in filled.entries()] == ["strain"]
    before = filled.size()
    assert run("cache", "clear", "--yes")[1] == f"1 entry removed, {before} bytes, from {filled.root}\n"
    assert list(filled.entries()) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--kind", "flov"], "Did you mean 'flow'?"),
        (["--kind", "../.."], "There is no kind of cached feature"),
        (["--older-than", "nan"], "older-than"),
        (["--older-than", "-1"], "older-than"),
        (["--older-than", "soon"], "older-than"),
    ],
)
def test_a_wrong_option_removes_nothing(run, filled, arguments, sentence):
    code, _, err = run("cache", "clear", "--yes", *arguments)
    assert code == 2
    assert sentence in err
    assert len(list(filled.entries())) == 8


def test_an_endless_age_is_longer_than_any(run, filled):
    assert run("cache", "clear", "--yes", "--older-than", "inf")[1].startswith("0 entries removed")


@pytest.mark.parametrize(
    ("n", "text"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB"), (999_949, "999.9 kB"), (999_960, "1.0 MB")],
)
def test_sizes_are_written_in_the_unit_that_fits(n, text):
    assert size_text(n) == text
    assert size_text(5 * 10**15) == "5000.0 TB"


@pytest.fixture
def rendered(cache, tmp_path):
    """Two rendered twins, beside a link and a folder that is none."""
    for name in ("a-twin-tiny-0-1", "b-twin-small-0-2"):
        (cache.root / "twins-1" / name / "frames").mkdir(parents=True)
        (cache.root / "twins-1" / name / "twin.json").write_text("{}")
        (cache.root / "twins-1" / name / "frames" / "img1.jpg").write_bytes(b"x" * 98)
    (cache.root / "twins-1" / "mine").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "twin.json").write_text("{}")
    (cache.root / "twins-1" / "link").symlink_to(tmp_path / "outside")
    return cache.root / "twins-1"


def test_rendered_twins_are_counted(run, filled, rendered):
    shown = json.loads(run("cache", "--json")[1])
    assert shown["kinds"]["twins"] == {"entries": 2, "bytes": 200}
    assert shown["bytes"] == filled.size() + 200
    assert "Rendered twins: a-twin-tiny-0-1, b-twin-small-0-2" in run("cache")[1]


def test_rendered_twins_are_removed_with_all_or_by_their_kind(run, filled, rendered, tmp_path):
    assert run("cache", "clear", "--kind", "flow", "--yes")[1].startswith("7 entries")
    os.utime(rendered / "a-twin-tiny-0-1" / "twin.json", (0, 0))
    assert run("cache", "clear", "--kind", "twins", "--older-than", 30, "--yes")[1].startswith("1 entry removed, 100")
    assert sorted(p.name for p in rendered.iterdir()) == ["b-twin-small-0-2", "link", "mine"]
    assert len(list(filled.entries())) == 1
    assert run("cache", "clear", "--yes")[1].startswith("2 entries removed")
    assert sorted(p.name for p in rendered.iterdir()) == ["link", "mine"]
    assert (tmp_path / "outside" / "twin.json").exists()
