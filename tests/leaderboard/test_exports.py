"""Exports: what the boards hold, and whatever a name is, it stays text."""

import csv
import html
import io
import json
import re

import numpy as np
import pytest
from figure_boards import board, recognition_board, spotting_tables
from hypothesis import given
from hypothesis import strategies as st

from mebench.leaderboard.exports import export
from mebench.problems import UserError
from mebench.report.text import latex_cell

FORMULAS = ["=HYPERLINK(1)", "+1", "-2", "@SUM(A1)", "\t=1", "\r=1"]
HOSTILE = [
    *FORMULAS,
    "<script>alert(1)</script>",
    "a|b\n| c",
    "{{7*7}} [x](javascript:1) `c` ![i](u) $m$",
    "\u202egnp\u200b\x07\x1b[31m",
    r"\input{x} % & # _ ^ ~",
    "&lt;b&gt;",
    "\ud800 half",
    "x" * 10_000,
    '"quotes", and\'more',
]
FORMS = ("csv", "md", "latex", "json")
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60) | st.sampled_from(HOSTILE)


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(scope="module")
def hostile():
    """Boards whose every text is hostile."""
    made = board(spotting_tables([0.5] * len(HOSTILE), 6), HOSTILE, tested=False)
    for row, name in zip(made["rows"], HOSTILE, strict=True):
        row.update(dict.fromkeys(("preset", "authors", "code", "notes", "file"), name), training_data=[name, name])
    return made


def test_csv_holds_every_entry_and_part_at_full_precision():
    spotted = board(spotting_tables([0.8, 0.3]))
    named = recognition_board(np.arange(2 * 6 * 9).reshape(2, 6, 3, 3) % 5, ["a", "b"], ["casme2"] * 3 + ["samm"] * 3)
    rows = rows_of(export([spotted, named], "csv"))
    assert len(rows) == 2 * 3 + 2 * 3
    for made, own in ((spotted, rows[:6]), (named, rows[6:])):
        found = iter(own)
        for entry in made["rows"]:
            for part in made["parts"]:
                row = next(found)
                assert (row["board"], row["entry"], row["part"]) == (made["id"], entry["id"], part)
                assert [int(row["rank_best"]), int(row["rank_worst"])] == entry["rank"][part]
                for metric, (value, low, high) in entry["scores"][part].items():
                    said = [row[f"{metric}{end}"] for end in ("", "_low", "_high")]
                    assert [float(one) if one else None for one in said] == [value, low, high]
                assert row["synthetic"] == "true"
    assert [int(rows[0][n]) for n in ("tp", "fp", "fn")] == list(spotted["rows"][0]["counts"]["me"].values())
    assert rows[0]["uf1"] == rows[6]["f1"] == rows[6]["tp"] == ""


def test_undefined_is_empty_or_said_and_never_zero():
    made = board(spotting_tables([0.8, 0.3]))
    made["rows"][1]["scores"]["me"]["f1"] = [None, None, None]
    made["rows"][1]["rank"]["me"] = None
    row = rows_of(export([made], "csv"))[3]
    assert row["f1"] == row["f1_low"] == row["rank_best"] == ""
    for form in ("md", "latex"):
        assert "undefined" in export([made], form)


def test_no_cell_is_a_formula_and_numbers_are_numbers(hostile):
    text = export([hostile], "csv")
    rows = rows_of(text)
    assert len(rows) == 3 * len(HOSTILE)
    for row in rows:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())
        float(row["f1"]), int(row["tp"])
    for i, name in enumerate(FORMULAS):
        assert rows[3 * i]["method"] in {f"'{name}", name.encode("unicode_escape").decode()}
    assert rows[3 * HOSTILE.index("x" * 10_000)]["method"] == "x" * 10_000


@pytest.mark.parametrize("form", FORMS)
def test_no_control_or_direction_character_gets_out(hostile, form):
    text = export([hostile], form)
    assert all(c.isprintable() or c == "\n" for c in text)
    text.encode()


def test_a_name_is_no_markup_in_markdown(hostile):
    text = export([hostile], "md")
    rows = [line for line in text.splitlines() if line.startswith("| 1 to")]
    assert len(rows) == len(HOSTILE)
    for line in rows:
        assert len(re.findall(r"(?<!\\)\|", line)) == 10
        assert len(line) < 1000
        # An @ stands in an element of its own: no mention, no mailbox.
        assert not re.search(r"<|\{\{|(?<!\\)[\[\]`*$]", line.replace("<span>@</span>", ""))
    assert "&amp;lt;b" in text


def test_a_name_is_no_command_in_latex(hostile):
    text = export([hostile], "latex")
    ours = set(re.findall(r"\\(begin|end|toprule|midrule|bottomrule|multicolumn|emph|usepackage)", text))
    rest = re.sub(r"(?m)^%.*$", "", text)
    commands = set(re.findall(r"\\([a-zA-Z]+)", rest))
    signs = {"textbackslash", "textasciitilde", "textasciicircum", "textless", "textgreater", "textbar", "char"}
    assert commands <= ours | signs
    rows = [line for line in rest.splitlines() if line.startswith("1--")]
    assert len(rows) == len(HOSTILE)
    for line in rows:
        assert len(re.findall(r"(?<!\\)&", line)) == 8
        assert line.endswith(r" \\")
        assert not re.search(r"(?<!\\)[%#$_]", line)


LINKS = [
    "http://a.example/x",
    "see HTTPS://a.example",
    "ftp://a.example",
    "www.a.example",
    "(WWW.a.example)",
    "_www.a.example_",
    "@someone",
    "me@a.example",
    "mailto:me@a.example",
]


@pytest.mark.parametrize("name", LINKS)
def test_no_name_becomes_a_link_or_a_mention_in_markdown(name):
    text = export([board(spotting_tables([0.5], 3), [name], tested=False)], "md")
    (line,) = [one for one in text.splitlines() if one.startswith("| 1 ")]
    assert not re.search(r"(?i)://|www\.|mailto:|[^>]@|@[^<]", line)
    shown = html.unescape(re.sub("</?span>", "", line)).replace("\\", "")
    assert name in shown, "it is not what readers see"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a|b", r"a\textbar{}b"),
        ("!`x?`", "{!}{`}x{?}{`}"),
        ("a--b---c-d", "a{-}{-}b{-}{-}{-}c-d"),
        ('"x"', r"\char34{}x\char34{}"),
        ("``x''", "{`}{`}x{'}{'}"),
        ("[1cm]*", "{[}1cm]{*}"),
    ],
)
def test_what_old_fonts_draw_otherwise_is_written_so_that_they_do_not(name, safe):
    assert latex_cell(name) == safe
    assert safe in export([board(spotting_tables([0.5], 3), [name], tested=False)], "latex")


def test_ranks_and_intervals_have_a_dash_of_ours_in_latex():
    text = export([board(spotting_tables([0.5, 0.5], 3))], "latex")
    assert re.search(r"(?m)^1--2 & .* \(0\.\d+--0\.\d+\)", text)


@given(ANY_TEXT)
def test_json_gives_back_what_was_given(name):
    made = {"rows": [{"method": name}], "metrics": []}
    text = export([made], "json")
    assert text.isascii()
    assert json.loads(text) == {"schema": "mebench/leaderboard/1", "boards": [made]}


@given(ANY_TEXT)
def test_any_name_is_one_cell(name):
    made = board(spotting_tables([0.5], 3), [name], tested=False)
    assert len(list(csv.reader(io.StringIO(export([made], "csv"))))) == 4
    (line,) = [one for one in export([made], "md").splitlines() if one.startswith("| 1 ")]
    assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) == 10


def test_oracle_runs_have_no_rank_in_any_table():
    made = board(spotting_tables([0.8, 0.3]))
    made["rows"][0] |= {"ranked": False, "unranked_because": "oracle", "selection": "oracle", "rank": {}, "ties": {}}
    for form in ("md", "latex"):
        (line,) = [line for line in export([made], form).splitlines() if "system-0" in line]
        assert line.lstrip("| ").startswith("ORACLE")
    assert rows_of(export([made], "csv"))[0]["rank_best"] == ""


def test_synthetic_data_are_marked_and_real_data_are_not():
    tables = spotting_tables([0.8, 0.3])
    for form in ("md", "latex"):
        assert "SYNTHETIC" in export([board(tables)], form)
        assert "SYNTHETIC" not in export([board(tables, synthetic=False)], form)


def test_an_unknown_form_is_named():
    with pytest.raises(UserError, match="no form of export 'markdown'"):
        export([], "markdown")


def test_nothing_is_exported_from_nothing():
    assert export([], "md") == export([], "latex") == ""
    assert rows_of(export([], "csv")) == []
