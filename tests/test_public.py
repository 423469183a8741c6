"""The public names exist, and importing the package costs nothing."""

import subprocess
import sys

import mebench


def test_every_public_name_is_there_and_nothing_else_is_shown():
    for name in mebench.__all__:
        assert callable(getattr(mebench, name))
    assert {name for name in dir(mebench) if not name.startswith("__")} == set(mebench.__all__)


def test_importing_the_package_imports_no_numpy():
    code = "import mebench, sys; print('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
