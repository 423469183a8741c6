"""``mebench dataset twin`` with frames: what it does, what it says, and how it is stopped."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from mebench.cli import main, progress
from mebench.rendering import one_video, twin_disk

DRAWN = {"casme-sq-twin-tiny": 5, "smic-e-long-twin-tiny": 3}


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command line in this process: (exit code, standard output, standard error)."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["mebench", "dataset", "twin", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as done:
            code = done.code or 0
        return (code, *capsys.readouterr())

    return call


@pytest.fixture(autouse=True)
def blank(monkeypatch):
    """No face is drawn."""

    def frames(job):
        for number in range(job.first, job.last + 1):
            yield number, np.full((4, 6, 3), number % 200, np.uint8)

    monkeypatch.setattr(one_video, "frames", frames)


@pytest.mark.parametrize(
    ("name", "options"),
    [("casme-sq-twin", ["--size", "tiny"]), ("casme-sq-twin-tiny", []), ("smic-e-long-twin-tiny", [])],
)
def test_a_tiny_twin_has_frames_unasked(run, tmp_path, name, options):
    code, out, err = run(name, *options, "--out", tmp_path, "--workers", "1")
    assert code == 0
    manifest = json.loads((tmp_path / "twin.json").read_text())
    frames = list(tmp_path.rglob("*.jpg"))
    assert len(frames) == manifest["counts"]["frames"] > 100
    assert f"{len(frames)} frames of {DRAWN[manifest['name']]} videos" in out
    assert "twin.json" in out
    assert f"rendering: 0 of {len(frames)} frames" in err
    assert f"rendering: {len(frames)} of {len(frames)} frames" in err
    assert "Next: mebench dataset add" in err
    code, out, _ = run(name, *options, "--out", tmp_path, "--workers", "1")
    assert (code, f"({DRAWN[manifest['name']]} were there already)" in out) == (0, True)


def test_the_command_that_it_names_registers_the_copy(run, tmp_path, monkeypatch):
    import shlex

    out = tmp_path / "a folder"
    _, _, err = run("samm-lv-twin-tiny", "--out", out, "--workers", "1")
    command = shlex.split(next(line for line in err.splitlines() if line.startswith("Next: ")).removeprefix("Next: "))
    monkeypatch.setattr(sys, "argv", command)
    main_code = 0
    try:
        main()
    except SystemExit as done:
        main_code = done.code or 0
    assert main_code == 0

    from mebench.datasets import library

    assert library.load_dataset("my-samm-lv-twin-tiny").synthetic


def test_a_full_twin_is_written_without_frames_and_says_how_to_get_them(run, tmp_path):
    code, out, err = run("casme-sq-twin", "--out", tmp_path)
    assert code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        line.rpartition("/")[2] for line in out.split("\n") if line
    )
    assert "251,821 frames" in err
    assert "--frames" in err
    assert "--size small" in err


def test_no_frames_means_none(run, tmp_path):
    code, out, err = run("casme-sq-twin-small", "--no-frames", "--out", tmp_path)
    assert (code, err) == (0, "")
    assert len(out.splitlines()) == 3
    assert not (tmp_path / "twin.json").exists()


def test_a_dry_run_writes_nothing(run, tmp_path):
    code, out, _ = run("casme-sq-twin-small", "--out", tmp_path / "new", "--dry-run", "--workers", "2")
    assert code == 0
    assert "would render 12,815 frames" in out
    assert "2 processes" in out
    assert not (tmp_path / "new").exists()


def test_the_dials_and_the_subjects_arrive(run, tmp_path):
    options = ["--amplitude", 2.5, "--noise", 0, "--head-motion", 0.5, "--seed", 3, "--subjects", 1]
    assert run("casme-sq-twin-tiny", "--out", tmp_path, *options, "--workers", "1")[0] == 0
    manifest = json.loads((tmp_path / "twin.json").read_text())
    assert manifest["dials"] == {"amplitude": 2.5, "noise": 0, "head_motion": 0.5, "distractors": 1, "flicker": 1}
    assert (manifest["seed"], manifest["subjects"]) == (3, 1)
    assert "--seed 3 --subjects 1 --out DIR" in (tmp_path / "README.txt").read_text()


WRONG = {
    "two sizes": (["casme-sq-twin-tiny", "--size", "small"], "is tiny already"),
    "a dial without frames": (["casme-sq-twin", "--amplitude", "1"], "--amplitude is for frames"),
    "video files without frames": (["casme-sq-twin", "--as", "video"], "--as video is for frames"),
    "video files of images": (["samm-twin-tiny", "--as", "video"], "comes as images"),
    "no twin": (["casme-sq-twin-tin"], "Did you mean 'casme-sq-twin-tiny'"),
    "too many subjects": (["casme-sq-twin-tiny", "--subjects", "9"], "casme-sq-twin-tiny has 3"),
    "a dial that is no number": (["casme-sq-twin-tiny", "--noise", "inf"], "noise cannot be inf"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_users_mistake_is_a_sentence(run, tmp_path, name):
    arguments, words = WRONG[name]
    code, out, err = run(*arguments, "--out", tmp_path / "out", "--workers", "1")
    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err
    assert not (tmp_path / "out").exists()


def test_ctrl_c_says_how_to_go_on(run, tmp_path, monkeypatch):
    def stopped(job):
        yield job.first, np.zeros((4, 4, 3), np.uint8)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(one_video, "frames", stopped)
        code, out, err = run("casme-sq-twin-tiny", "--out", tmp_path, "--workers", "1")
    assert (code, out) == (130, "")
    assert err.endswith("Interrupted. Complete videos are kept: give the same command again to go on.\n")
    assert not list(tmp_path.rglob("*.jpg")), "nothing half done is left"
    assert run("casme-sq-twin-tiny", "--out", tmp_path, "--workers", "1")[0] == 0


def test_without_the_extra_the_annotation_is_written_and_the_frames_are_offered(tmp_path):
    code = (
        "import sys; sys.modules['numba'] = None; sys.argv = ['mebench', 'dataset', 'twin', *sys.argv[1:]]\n"
        "from mebench.cli import main; main()"
    )

    def without_numba(*arguments):
        command = [sys.executable, "-c", code, *arguments, "--out", str(tmp_path)]
        return subprocess.run(command, capture_output=True, text=True)

    unasked = without_numba("casme-sq-twin-tiny")
    assert unasked.returncode == 0, unasked.stderr
    assert (
        "no frames were rendered: numba is not installed. Get it with: pip install 'mebench[twins]'" in unasked.stderr
    )
    assert len(list(tmp_path.iterdir())) == 3
    asked = without_numba("casme-sq-twin-tiny", "--frames")
    assert asked.returncode == 2
    assert "mebench: numba is not installed" in asked.stderr


def test_progress_outside_a_terminal_is_a_line_now_and_then(capsys, monkeypatch):
    clock = iter([0.0, 1.0, 12.0, 13.0, 14.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with progress.progress("rendering", "frames") as show:
        for done in (10, 20, 40, 50, 100):
            show(done, 100)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "rendering: 10 of 100 frames",
        "rendering: 40 of 100 frames, 24 s left",
        "rendering: 100 of 100 frames",
    ]


def test_progress_in_a_terminal_is_a_bar(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress.progress("rendering", "frames") as show:
        show(100, 100)
    shown = capsys.readouterr().err
    assert "rendering" in shown
    assert "100/100" in shown


def test_a_process_that_was_killed_is_named(run, tmp_path, monkeypatch):
    def dies(share):
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(twin_disk, "_undisturbed", dies)
    code, out, err = run("casme-sq-twin-tiny", "--out", tmp_path, "--workers", "2")
    assert (code, out) == (2, "")
    assert "was killed while it rendered (out of memory?)" in err
    assert "with fewer than 2 workers (--workers)" in err
