"""A missing extra is named with its command; a missing module of our own stays our defect."""

import tomllib
from pathlib import Path

import pytest

from mebench.extras import needed
from mebench.problems import UserError

EXTRAS = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"][
    "optional-dependencies"
]


def test_the_missing_module_and_the_command_are_named():
    words = r"^nowhere is not installed\. Get it with: pip install 'mebench\[faces\]'$"
    with pytest.raises(UserError, match=words), needed("faces"):
        import nowhere.deep  # noqa: F401


def test_a_module_of_our_own_that_is_missing_is_no_fault_of_the_user():
    with pytest.raises(ModuleNotFoundError, match=r"mebench\.nowhere"), needed("twins"):
        import mebench.nowhere  # noqa: F401


def test_other_errors_pass():
    with pytest.raises(ImportError, match="cannot import name"), needed("twins"):
        from mebench.problems import nothing_of_that_name  # noqa: F401


@pytest.mark.parametrize("extra", ["baselines", "twins"])
def test_what_renders_twins_comes_with_both_extras(extra):
    names = {requirement.split(">")[0] for requirement in EXTRAS[extra]}
    assert {"numba", "opencv-contrib-python-headless"} <= names
