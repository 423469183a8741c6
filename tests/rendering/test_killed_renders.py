"""kill -9 at any moment, and the next run ends with the bytes of an undisturbed one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import mebench

SCRIPT = Path(__file__).with_name("killed_renders.py")


def test_a_render_that_was_killed_ends_with_the_same_bytes(tmp_path):
    path = os.pathsep.join([str(Path(mebench.__file__).parent.parent), os.environ.get("PYTHONPATH", "")])
    run = subprocess.run(
        [sys.executable, str(SCRIPT), str(tmp_path)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert sum(at_work for _, at_work, _ in found) == 10
    assert all(same for _, _, same in found)
    assert len({before for before, _, _ in found}) > 2, "the moments differ"
