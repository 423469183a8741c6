"""``mebench dataset twin`` with frames: what it does, what it says, and how it is stopped."""

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial

import numpy as np
import pytest

from mebench.cli import main, progress
from mebench.rendering import compiled, one_video, twin_disk

DRAWN = {"casme-sq-twin-tiny": 5, "smic-e-long-twin-tiny": 3}


@pytest.fixture
def run(run):
    """Run ``mebench dataset twin``: (exit code, standard output, standard error)."""
    return partial(run, "dataset", "twin")


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
    assert f"{len(frames):,} frames of {DRAWN[manifest['name']]} videos" in out
    assert "twin.json" in out
    assert f"rendering: 0 of {len(frames):,} frames" in err
    assert f"rendering: {len(frames):,} of {len(frames):,} frames" in err
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
    "a composite": (
        ["megc2019-twin-tiny"],
        "megc2019-twin-tiny is made of casme2-twin-tiny, smic-twin-tiny and samm-twin-tiny: write each of them",
    ),
    "a dial without end": (["casme-sq-twin-tiny", "--amplitude", "inf"], "amplitude cannot be inf"),
    "video files of clips": (["casme2-twin", "--size", "tiny", "--as", "video"], "comes as images"),
    "video files of long videos": (["smic-e-long-twin-tiny", "--as", "video"], "comes as images"),
    "a dial that is no number": (["casme-sq-twin-tiny", "--noise", "inf"], "noise cannot be inf"),
}


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
@pytest.mark.parametrize("name", WRONG)
def test_a_users_mistake_is_a_sentence(run, tmp_path, name, more):
    arguments, words = WRONG[name]
    code, out, err = run(*arguments, "--out", tmp_path / "out", "--workers", "1", *more)
    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err
    assert not (tmp_path / "out").exists()


def test_a_dry_run_refuses_what_a_run_refuses(run, tmp_path):
    small = ["casme-sq-twin-tiny", "--subjects", 1, "--out", tmp_path, "--workers", 1]
    assert run(*small)[0] == 0
    files = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    for more in ([], ["--dry-run"]):
        code, out, err = run(*small, "--amplitude", 2, *more)
        assert (code, out) == (2, "")
        assert "differs in amplitude (the default amplitude there, 2 here)" in err
    assert run(*small, "--dry-run")[0] == 0
    assert run(*small, "--amplitude", 2, "--force", "--dry-run")[0] == 0
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == files


def test_an_amplitude_beyond_the_strength_of_a_face_is_noted(run, tmp_path):
    noted = "note: --amplitude 1000 is more than 17 pixels, half the distance between the eyes"
    assert noted in run("casme-sq-twin-tiny", "--amplitude", 1000, "--out", tmp_path, "--dry-run")[2]
    assert "note" not in run("casme-sq-twin-tiny", "--amplitude", 16, "--out", tmp_path, "--dry-run")[2]


def test_a_first_run_says_that_it_compiles(run, tmp_path, monkeypatch):
    monkeypatch.setattr(compiled, "is_compiled", lambda: False)
    code, out, _ = run("casme-sq-twin-tiny", "--out", tmp_path, "--dry-run")
    assert (code, "a first run compiles too" in out) == (0, True)
    monkeypatch.setattr(compiled, "is_compiled", lambda: True)
    assert "compiles" not in run("casme-sq-twin-tiny", "--out", tmp_path, "--dry-run")[1]


def test_what_is_compiled_is_known_from_the_cache(tmp_path):
    code = "from mebench.rendering.compiled import is_compiled as f, _COMPILED, _in_cache\n"
    code += "from mebench.rendering.raster import resolve\nprint(f())\n"
    code += "for function in _COMPILED:\n    path = function.stats.cache_path\n"
    code += "    code = function.py_func.__code__\n    stem = code.co_filename.rpartition('/')[2][:-3]\n"
    code += "    open(f'{path}/{stem}.{code.co_name}-{code.co_firstlineno}.py3.nbi', 'w').close()\nprint(f())"
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.stdout.split() == ["False", "True"], done.stderr


def test_a_damaged_frame_is_named_and_one_video_was_there(run, tmp_path):
    command = ["casme-sq-twin-tiny", "--subjects", 1, "--out", tmp_path, "--workers", "1"]
    assert run(*command)[0] == 0
    frames = sorted(tmp_path.rglob("*.jpg"))
    videos = {frame.parent for frame in frames}
    frames[0].write_bytes(b"")
    code, out, err = run(*command)
    assert code == 0
    assert f"note: {frames[0].relative_to(tmp_path).as_posix()} has 0 bytes instead of" in err
    assert frames[0].stat().st_size > 0
    there = len(videos) - 1
    assert (f"({there} {'was' if there == 1 else 'were'} there already)" in out) is (there > 0)


def test_a_terminated_run_clears_away_and_says_how_to_go_on(tmp_path):
    command = [sys.executable, "-m", "mebench", "dataset", "twin", "casme-sq-twin-tiny", "--out", str(tmp_path)]
    run = subprocess.Popen([*command, "--workers", "2"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert run.stderr is not None
    while "rendering: 0 of" not in run.stderr.readline():
        assert run.poll() is None
    while not list(tmp_path.rglob(".*.part/*")):
        time.sleep(0.05)
    run.terminate()
    out, err = run.communicate(timeout=60)
    assert (run.returncode, out) == (143, "")
    assert err == "Interrupted. Complete videos are kept: give the same command again to go on.\n"
    assert not list(tmp_path.rglob(".*")), "nothing half done is left"


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
    clock = iter([0.0, 31.0, 42.0, 43.0, 44.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with progress.progress("rendering", "frames") as show:
        for done in (1000, 2000, 4000, 5000, 10000):
            show(done, 10000)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "rendering: 1,000 of 10,000 frames",
        "rendering: 2,000 of 10,000 frames",
        "rendering: 4,000 of 10,000 frames, 33 s left",
        "rendering: 10,000 of 10,000 frames",
    ], "the half minute before the first part was done is no part of the rate"


def test_long_work_says_after_its_first_part_how_long_it_takes(capsys, monkeypatch):
    clock = iter([0.0, 600.0, 601.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with progress.progress("rendering", "frames") as show:
        for done in (0, 1, 2):
            show(done, 4)
    assert capsys.readouterr().err.splitlines() == [
        "rendering: 0 of 4 frames",
        "rendering: 1 of 4 frames, 30 min left",
    ]


def test_progress_in_a_terminal_is_a_bar(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress.progress("rendering", "frames") as show:
        show(1000, 1000)
    shown = capsys.readouterr().err
    assert "rendering" in shown
    assert "1,000 of 1,000" in shown


def test_a_process_that_was_killed_is_named(run, tmp_path, monkeypatch):
    def dies(share):
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(twin_disk, "_undisturbed", dies)
    code, out, err = run("casme-sq-twin-tiny", "--out", tmp_path, "--workers", "2")
    assert (code, out) == (2, "")
    assert "was killed while it rendered (out of memory?)" in err
    assert "with fewer than 2 workers (--workers)" in err
