"""A table never cuts a number, however narrow the terminal is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mebench.report.text import grid, terminal

NAMES = ("full", "casme2-twin-small", "smic-twin-small", "samm-twin-small")
NUMBERS = ("442", "0.2408", "0.213 to 0.271", "0.3333", "0.124 to 0.304", "0.5656")
HEADINGS = ("clips", "UF1", "UF1 interval", "UAR", "UAR interval", "acc.")


def page(width, names=NAMES, rows=NUMBERS):
    table = grid(["", *HEADINGS[: len(rows)]])
    for name in names:
        table.add_row(name, *rows)
    return terminal("heading", [table], [], [], width, False).splitlines()[2:]


@given(st.integers(20, 120), st.lists(st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True), min_size=1, max_size=4))
def test_no_number_and_no_letter_is_lost(width, names):
    lines = page(width, names)
    text = "\n".join(lines)
    assert "…" not in text
    assert all(text.count(number) >= len(names) for number in NUMBERS)
    start = min(line.index(NUMBERS[0]) for line in lines if NUMBERS[0] in line)
    first = "".join(line[: start - 1].strip() for line in lines[2:])
    assert first == "".join(names)


@pytest.mark.parametrize("width", [80, 100])
def test_recognition_on_the_composite_twin_fits_a_terminal_of_80_columns(width):
    lines = page(width)
    assert max(map(len, lines)) <= width
    assert "…" not in "".join(lines)
    assert len([line for line in lines if line.strip()]) == 2 + len(NAMES)


def test_a_table_that_fits_is_left_as_it_is():
    assert page(200) == page(100)
