import pytest
from hypothesis import given
from hypothesis import strategies as st

from mebench.datasets.types import expression_type


@pytest.mark.parametrize(
    "written",
    ["me", "ME", "Me", "micro", "Micro", " MICRO ", "Micro - 1/2", "Micro - 1", "micro-expression", "Micro-Expressions",
     "micro expression", "micro_expression", "microexpression", "micro\u2013expression", "MicroExp"],
)  # fmt: skip
def test_micro(written):
    assert expression_type(written) == "me"


@pytest.mark.parametrize(
    "written",
    ["mae", "MaE", "MAE", "macro", "Macro", "macro-expression", "Macro-Expressions", "macro_expression", "Macro "],
)
def test_macro(written):
    assert expression_type(written) == "mae"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "m",
        "1",
        "2",
        "0",
        "maee",
        "mee",
        "meme",
        "micro-macro",
        "blink",
        "micr",
        "Micro - 3",
        "me,mae",
        "me你",
        "None",
    ],
)
def test_anything_else_is_no_type(written):
    assert expression_type(written) is None


@given(st.sampled_from(["micro", "macro", "me", "mae", "microexpression"]), st.data())
def test_case_and_separators_do_not_count(word, data):
    noisy = "".join(data.draw(st.sampled_from([c, c.upper(), c + "-", c + " ", "_" + c])) for c in word)
    assert expression_type(noisy) == expression_type(word)
