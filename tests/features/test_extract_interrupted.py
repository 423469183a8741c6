"""Interrupted at any moment and run again, an extraction ends with the bytes of an undisturbed one."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mebench.features.extract import extract
from mebench.features.recipes import common, recipe
from mebench.problems import UserError
from mebench.video.cache import Cache
from tests.features.made_frames import MadeFrames

ROOT = Path(__file__).parents[2]
RUN = """
import sys
from pathlib import Path
import cv2
from tests.features.made_frames import MadeFrames
from mebench.features.extract import extract
from mebench.features.recipes import common, recipe
from mebench.features.strain import strain
from mebench.features.flow import flow
from mebench.video.cache import Cache
common.CHUNK = 5
print("ready", flush=True)
sys.stdin.readline()
sources = {n: MadeFrames("v" * n) for n in range(1, 5)}
seen = lambda p: print(p.done, flush=True)
asked = recipe("strain", {"method": "dis", "preset": "ultrafast", "size": 32})
extract(sources, asked, Cache(Path(sys.argv[1])), workers=int(sys.argv[2]), progress=seen)
"""


def tree(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def started(root, workers):
    """A run that has imported everything and waits; it leads a group of its own."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = [sys.executable, "-c", RUN, str(root), str(workers)]
    process = subprocess.Popen(command, **pipes, text=True, cwd=ROOT, start_new_session=True)
    if process.stdout.readline() != "ready\n":
        pytest.fail(process.communicate(timeout=60)[1])
    return process


def go(process):
    process.stdin.write("\n")
    process.stdin.flush()
    return process


def finished(root, workers):
    begin = time.monotonic()
    process = go(started(root, workers))
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    return time.monotonic() - begin


def all_gone(group, within):
    end = time.monotonic() + within
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The bytes of a run that nobody interrupts, and how long the work takes."""
    root = tmp_path_factory.mktemp("undisturbed")
    process = started(root, 1)
    begin = time.monotonic()
    _, errors = go(process).communicate(timeout=60)
    assert errors == ""
    assert len(tree(root)) == 2 * 4 * 8
    return tree(root), time.monotonic() - begin


def test_killed_at_ten_random_moments_it_ends_with_the_same_bytes(tmp_path, undisturbed):
    expected, seconds = undisturbed
    rng = random.Random(4)
    killed = 0
    for round_ in range(10):
        root = tmp_path / str(round_ // 5)  # each is killed five times before it may end
        process = go(started(root, 1))
        time.sleep(rng.uniform(0.05, 0.5) * seconds)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        killed += process.returncode == -signal.SIGKILL
        left = {name: content for name, content in tree(root).items() if not name.endswith(".part")}
        assert left.items() <= expected.items()
    assert killed >= 5
    for root in tmp_path.iterdir():
        finished(root, 1)
        assert tree(root) == expected


def test_killed_with_two_workers_no_process_stays_and_the_bytes_are_the_same(tmp_path, undisturbed):
    expected, _ = undisturbed
    process = go(started(tmp_path, 2))
    for line in process.stdout:
        if int(line) >= 25:
            break
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    assert all_gone(process.pid, within=10)
    finished(tmp_path, 2)
    assert tree(tmp_path) == expected


def test_ctrl_c_ends_all_processes_without_a_word_of_the_workers(tmp_path, undisturbed):
    expected, _ = undisturbed
    process = go(started(tmp_path, 2))
    for line in process.stdout:
        if int(line) >= 10:
            break
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode != 0
    assert errors.count("Traceback") == 1
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert all_gone(process.pid, within=10)
    # A worker may have been stopped while it wrote; what is left of that goes with the next run.
    left = {name: content for name, content in tree(tmp_path).items() if not name.endswith(".part")}
    assert left.items() <= expected.items()
    finished(tmp_path, 2)
    assert tree(tmp_path) == expected


def test_a_worker_that_is_killed_is_said_and_the_rest_can_be_made_later(tmp_path, monkeypatch):
    monkeypatch.setattr(common, "CHUNK", 5)
    trap = tmp_path / "trap"
    trap.touch()
    sources = {"v": MadeFrames(deadly=33, trap=trap), "w": MadeFrames("other")}
    asked = recipe("flow", {"method": "dis", "preset": "ultrafast", "size": 32})
    cache = Cache(tmp_path / "cache")
    with pytest.raises(UserError, match="fewer workers"):
        extract(sources, asked, cache, workers=2)
    assert not trap.exists()
    again = extract(sources, asked, cache, workers=2)
    assert len(again["v"]["flow"]) == 39
    extract({"v": MadeFrames(), "w": MadeFrames("other")}, asked, Cache(tmp_path / "calm"))
    assert tree(tmp_path / "cache") == tree(tmp_path / "calm")
