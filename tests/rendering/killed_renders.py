"""Run by test_killed_renders.py: renders are killed at random moments, in processes forked from this one.

Everything is imported and compiled before, so that the moments fall into the work and not into its preparation.
"""

import dataclasses
import hashlib
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from mebench.datasets.twin.generate import twin
from mebench.rendering.dials import Dials
from mebench.rendering.plan import Plan
from mebench.rendering.twin_disk import render

KILLS = 10


def made():
    """The videos of one person of the tiny twin, with some frames of each, so that a render takes half a second."""
    whole = twin("casme-sq-twin-tiny")
    videos = whole.videos[whole.videos["subject"] == whole.videos["subject"].mode()[0]]
    return dataclasses.replace(whole, videos=videos.assign(n_frames=16))


def content(root):
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def killed(root, delay):
    """Render in a process of its own and kill it after a while; return whether it was still at work."""
    child = os.fork()
    if child == 0:
        render(Plan(made(), Dials(), root), workers=1)
        os._exit(0)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] != 0


def main(folder):
    render(Plan(made(), Dials(), folder / "warm"), workers=1)
    start = time.perf_counter()
    render(Plan(made(), Dials(), folder / "undisturbed"), workers=1)
    whole = time.perf_counter() - start
    draws, found = random.Random(0), []
    while sum(at_work for _, at_work, _ in found) < KILLS:
        root = folder / str(len(found))
        at_work = killed(root, draws.uniform(0, whole))
        before = len(list(root.rglob("*.jpg"))) if root.exists() else 0
        render(Plan(made(), Dials(), root), workers=1)
        found.append((before, at_work, content(root) == content(folder / "undisturbed")))
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
