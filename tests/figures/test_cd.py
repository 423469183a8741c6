"""The critical-difference diagram: ranks and bars by their definitions, and an element that holds nothing but text."""

import subprocess
import sys
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pytest
from figure_boards import board, recognition_board, spotting_tables
from hypothesis import given
from hypothesis import strategies as st

from mebench.figures.cd import cd_svg, layout
from mebench.figures.mean_ranks import caption, diagram, mean_ranks, why_not
from mebench.metrics import recognition
from mebench.problems import UserError

STRENGTHS = (0.85, 0.8, 0.5, 0.45, 0.1)
TEXT = "{http://www.w3.org/2000/svg}text"
HOSTILE = [
    "<script>alert(1)</script>",
    "</script>\"'&amp;",
    "{{7*7}}\x00\x1b[31m",
    "\u202egnp.exe\u200b",
    "x" * 10_000,
    "\ud800 half",
    "=HYPERLINK(1)\n@SUM",
]


@pytest.fixture(scope="module")
def five():
    return board(spotting_tables(STRENGTHS, subjects=20))


def rank_by_hand(scores):
    """1 + how many are better + half of how many others are equal, averaged over subjects."""
    n, subjects = scores.shape
    ranks = np.zeros(n)
    for s in range(subjects):
        for i in range(n):
            better = sum(scores[j, s] > scores[i, s] for j in range(n))
            equal = sum(scores[j, s] == scores[i, s] for j in range(n) if j != i)
            ranks[i] += (1 + better + equal / 2) / subjects
    return ranks


@given(st.integers(1, 6).flatmap(lambda n: st.lists(st.lists(st.integers(0, 4), min_size=n, max_size=n), min_size=1)))
def test_mean_ranks_are_those_of_the_definition(rows):
    scores = np.array(rows, dtype=float).T / 4
    found = mean_ranks(scores)
    assert found == pytest.approx(rank_by_hand(scores))
    assert found.sum() == pytest.approx(len(scores) * (len(scores) + 1) / 2)


def test_ranks_are_of_single_subjects(five):
    drawn = diagram(five, "me")
    tables = np.array([row["subjects"]["me"] for row in five["rows"]])
    tp, fp, fn = tables.transpose(2, 0, 1)
    expected = rank_by_hand(2 * tp / (2 * tp + fp + fn))
    assert dict(zip(drawn.rows, drawn.ranks, strict=True)) == pytest.approx(dict(enumerate(expected)))
    assert list(drawn.ranks) == sorted(drawn.ranks)
    assert drawn.names == tuple(f"system-{i}" for i in drawn.rows)


def test_two_share_a_bar_where_they_are_not_separable(five):
    """Against the p-values of the pairs, not the letters that the bars are read from."""
    drawn = diagram(five, "me")
    joined = {pair for bar in drawn.bars for pair in combinations(sorted(drawn.rows[i] for i in bar.members), 2)}
    tied = {(i, j) for i, j, *_, adjusted in five["pairs"]["me"] if adjusted > 0.05}
    assert joined == tied
    assert 0 < len(tied) < 10


def test_bars_of_one_level_do_not_touch(five):
    drawn = diagram(five, "me")
    for one, other in combinations(drawn.bars, 2):
        if one.level == other.level:
            assert one.members[-1] < other.members[0] or other.members[-1] < one.members[0]


def test_a_subject_without_a_score_of_every_system_ranks_nobody():
    tables = spotting_tables(STRENGTHS, subjects=8)
    tables[:, 3, 0] = 0  # no ME, and only one system predicts any
    tables[0, 3, 0, 1] = 2
    drawn = diagram(board(tables), "me")
    assert (drawn.subjects, drawn.asked) == (7, 8)
    assert "over 7 subjects (1 subject without a score of every system left out)" in caption(drawn)


def test_unranked_systems_are_left_out(five):
    rows = [row | ({"ranked": False, "rank": {"me": None}} if i == 1 else {}) for i, row in enumerate(five["rows"])]
    assert 1 not in diagram(five | {"rows": rows}, "me").rows


def test_a_database_is_ranked_on_its_own_subjects():
    rng = np.random.default_rng(3)
    tables = rng.integers(0, 4, size=(3, 12, 3, 3))
    made = recognition_board(tables, ["a", "b", "c"], ["casme2"] * 7 + ["samm"] * 5)
    drawn = diagram(made, "samm")
    expected = rank_by_hand(recognition.uf1(tables[:, 7:]))
    assert drawn.subjects == 5
    assert [drawn.ranks[drawn.rows.index(i)] for i in range(3)] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("systems", "subjects", "words"),
    [(2, 14, "3 to 32 ranked systems; .* has 2"), (3, 4, "at least 5 subjects .* has 4"), (33, 5, "has 33")],
)
def test_what_cannot_be_drawn_is_said(systems, subjects, words):
    made = board(spotting_tables([0.5] * systems, subjects), tested=False)
    with pytest.raises(UserError, match=words):
        cd_svg(made, "me")
    assert why_not(made, "me")


def test_a_part_that_is_not_there_is_named(five):
    with pytest.raises(UserError, match="no part 'full'; it has me, mae, overall"):
        cd_svg(five, "full")
    assert why_not(five, "mae") == ""


def test_the_element_is_well_formed_and_the_same_every_time(five):
    made = cd_svg(five, "overall")
    root = ElementTree.fromstring(made)
    assert made == cd_svg(five, "overall")
    said = ["".join(text.itertext()) for text in root.iter(TEXT)]
    for name, rank in zip(diagram(five, "overall").names, diagram(five, "overall").ranks, strict=True):
        assert any(name in words and f"{rank:.2f}" in words for words in said)
    assert "id=" not in made
    assert "<style" not in made


def test_everything_lies_within_the_element(five):
    for systems in (five, board(spotting_tables(np.linspace(0.1, 0.9, 32), 6), tested=False)):
        laid = layout(diagram(systems, "me"))
        left, right, axis = laid.axis
        assert all(left <= stem.x <= right and axis < stem.y < laid.height - 4 for stem in laid.stems)
        assert all(axis < y < min(stem.y for stem in laid.stems) for y, _ in laid.bars)
        for side in (True, False):
            heights = sorted(stem.y for stem in laid.stems if stem.left is side)
            assert np.diff(heights).min() > 14  # lines of type of 12


def test_hostile_names_stay_text():
    made = cd_svg(board(spotting_tables([0.5] * len(HOSTILE), 6), HOSTILE), "me")
    root = ElementTree.fromstring(made)
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags <= {"svg", "desc", "g", "title", "path", "text", "tspan", "circle"}
    assert "<script>alert(1)</script>" in "".join(root.itertext())
    assert made.isascii() or all(c.isprintable() or c == "\n" for c in made)
    assert len(made) < 20_000


def test_it_needs_no_matplotlib():
    code = "import sys; import mebench.figures.cd; print('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
