"""``mebench feature`` where OpenCV is not installed: lists work, and what needs it says how to get it."""

import subprocess
import sys

import pytest

WITHOUT = """
import sys
for module in ("cv2", "numba"):
    sys.modules[module] = None
from mebench.cli import main
sys.argv = ["mebench", *sys.argv[1:]]
main()
"""


def without_opencv(*arguments):
    run = subprocess.run([sys.executable, "-c", WITHOUT, *arguments], capture_output=True, text=True)
    return run.returncode, run.stdout, run.stderr


def test_features_are_listed_and_explained_without_opencv():
    code, out, err = without_opencv("feature", "list")
    assert (code, err) == (0, "")
    assert "lbp-top" in out
    assert without_opencv("feature", "show", "strain")[0] == 0


@pytest.mark.parametrize("name", ["flow", "lbp-top"])
def test_computing_them_says_what_is_missing(name, tmp_path):
    code, out, err = without_opencv("feature", "run", name, "-d", "casme2-twin-tiny", "--frames", str(tmp_path))
    assert (code, out) == (2, "")
    assert "pip install 'mebench[twins]'" in err
    assert "Traceback" not in err
