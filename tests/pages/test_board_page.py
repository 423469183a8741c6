"""The leaderboard's file: what stands in it, that it is small, the same each time, and holds no code of a user's."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import boards_made
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mebench.pages.board_page import VERDICTS, board_page, visible
from mebench.pages.look import POLICY


class Tree(HTMLParser):
    """Elements with their attributes, and the text of scripts."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.scripts, self.here = [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")
        self.here = tag

    def handle_endtag(self, tag):
        self.here = None

    def handle_data(self, data):
        if self.here == "script":
            self.scripts[-1] += data


def data_of(html):
    return json.loads(Tree(html).scripts[0])


@pytest.fixture(scope="module")
def boards():
    return [
        boards_made.spotting_board(8, permutations=199),
        boards_made.recognition_board(4, 20, permutations=199),
        boards_made.strs_board(),
    ]


def unpacked_counts(board, row, part):
    """Counts by subject as the page's script unpacks them, in Python."""
    if board["task"] != "spotting":
        return np.reshape(row["subjects"][part], (len(board["subjects"]), -1)).tolist()
    if part == "overall":
        return np.add(unpacked_counts(board, row, "me"), unpacked_counts(board, row, "mae")).tolist()
    said = np.reshape(row["subjects"][part], (-1, 2))
    return np.column_stack([said, np.array(board["events"][part]) - said[:, 0]]).tolist()


def test_all_that_a_board_says_is_on_the_page(boards):
    page = data_of(board_page(boards, boards_made.published_rows()))
    for given_, shown in zip(boards, page["boards"], strict=True):
        columns = shown["rows"]["columns"]
        assert len(shown["rows"]["values"]) == len(given_["rows"])
        for row, values in zip(given_["rows"], shown["rows"]["values"], strict=True):
            made = dict(zip(columns, values, strict=True))
            for key in set(row) - {"scores", "subjects"}:
                assert made[key] == row[key]
            for p, part in enumerate(given_["parts"]):
                for m, metric in enumerate(given_["metrics"]):
                    assert made["scores"][p][m] == pytest.approx(row["scores"][part][metric], abs=5.1e-7)
            for part, counts in row["subjects"].items():
                assert unpacked_counts(shown, made, part) == counts
    assert [row["verdict"] for row in page["published"]] == list(VERDICTS)


def test_the_same_data_give_the_same_bytes(boards):
    assert board_page(boards) == board_page(boards)


def test_it_asks_for_nothing_and_runs_only_its_own_script(boards):
    html = board_page(boards, boards_made.published_rows())
    tree = Tree(html)
    assert [tag for tag, _ in tree.elements if tag in {"img", "iframe", "object", "embed", "base", "form"}] == []
    assert [given_ for tag, given_ in tree.elements if tag == "script" and "src" in given_] == []
    assert [given_["href"] for tag, given_ in tree.elements if tag == "link"] == ["data:,"]
    assert [given_["content"] for tag, given_ in tree.elements if given_.get("http-equiv")] == [POLICY]
    assert POLICY.startswith("default-src 'none'")
    assert not re.search(r"url\(|@import|\beval\b|innerHTML|insertAdjacentHTML|document\.write", html)


def test_an_empty_leaderboard_says_how_to_begin():
    html = board_page([], [])
    assert "mebench leaderboard add" in html
    assert "No result on a real dataset yet" in html


def test_twins_carry_the_banner(boards):
    assert "SYNTHETIC: rendered faces" in board_page(boards)
    real = boards_made.spotting_board(3, 5, dataset="my-own-set", synthetic=False, permutations=99)
    assert "SYNTHETIC: rendered faces" not in board_page([real])


def test_without_scripts_the_main_table_stands_in_order(boards):
    html = board_page(boards)
    table = html[html.index("<noscript>", html.index('id="view-twins"')) :].split("</table>")[0]
    methods = re.findall(r"<bdi>(.*?)</bdi>", table)
    rows = sorted((r for r in boards[0]["rows"] if r["ranked"]), key=lambda r: -r["scores"]["me"]["f1"][0])
    assert methods == [*(r["method"] for r in rows), "oracle-threshold"]
    assert "not ranked" in table


def test_an_undefined_score_is_said(boards):
    board = boards_made.spotting_board(4, 6, permutations=99)
    board["rows"][0]["scores"]["me"]["f1"] = [None, None, None]
    html = board_page([board])
    table = html[html.index("<noscript>", html.index('id="view-twins"')) :].split("</table>")[0]
    assert '<td class="number">undefined</td>' in table


def test_without_scripts_what_is_missing_is_said_once_and_before_tables():
    twin = boards_made.spotting_board(3, 5, permutations=99)
    real = boards_made.spotting_board(3, 5, dataset="my-own-set", synthetic=False, permutations=99)
    for some in ([twin], [real], [real, twin], [twin, boards_made.spotting_board(3, 5, variant="amplitude 2")]):
        html = board_page(some)
        assert html.count("Its main tables:") == 1
        assert re.search(r"Its main tables:</p>\s*<h2>", html)
        assert html.count("<noscript>") == len({board["synthetic"] for board in some}) + 1
        assert len(re.findall(r"<h2>Spotting, [^<]*, LOSO</h2>", html)) == len(some)
    assert "Its main tables" not in board_page([])


def test_hostile_text_is_never_an_element():
    hostile = board_page([boards_made.hostile_board()], boards_made.hostile_published())
    plain = board_page([boards_made.spotting_board(12, 6, oracle=False, permutations=99)], boards_made.published_rows())
    ours, theirs = Tree(plain).elements, Tree(hostile).elements
    assert {tag for tag, _ in theirs} == {tag for tag, _ in ours}
    assert sum(tag == "script" for tag, _ in theirs) == 2
    assert {key for _, given_ in theirs for key in given_ if key.startswith("on")} == set()
    said = data_of(hostile)["boards"][0]["rows"]
    methods = [dict(zip(said["columns"], values, strict=True))["method"] for values in said["values"]]
    assert methods == [visible(name) for name in boards_made.HOSTILE.values()]
    hostile.encode("utf-8")  # a lone surrogate could not be written


def test_numbers_that_are_not_finite_become_undefined():
    board = boards_made.spotting_board(3, 5, permutations=99)
    board["rows"][0]["seed"] = float("nan")
    said = data_of(board_page([board]))["boards"][0]["rows"]
    assert said["values"][0][said["columns"].index("seed")] is None


@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_visible_text_hides_nothing(text):
    shown = visible(text)
    assert all(c.isprintable() or c == "\n" for c in shown)
    assert text.isprintable() <= (shown == text)


@pytest.mark.parametrize("make", [boards_made.spotting_board, boards_made.recognition_board])
def test_a_thousand_entries_stay_under_three_megabytes(make):
    assert len(board_page([make(1000, 68)]).encode()) < 3_000_000


def test_drawings_stand_in_templates_of_their_board(boards):
    html = board_page(boards, (), {boards[0]["id"]: {"me": "<svg><desc>Mean rank</desc></svg>"}})
    assert f'<template data-diagram="{boards[0]["id"]} me"><svg><desc>Mean rank</desc></svg></template>' in html
