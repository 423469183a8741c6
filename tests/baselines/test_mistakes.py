"""Whatever can go wrong for a user is a sentence with the remedy, and nothing is left half or lost."""

import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import mebench
from mebench.baselines.runner import run_baseline
from mebench.problems import UserError

TINY = "casme-sq-twin-tiny"
CLIPS = "casme2-twin-tiny"
ROOT = Path(mebench.__file__).parent.parent

FAILS = '''
from mebench.baselines.floors.empty import Empty
from mebench.problems import UserError

class Fails(Empty):
    """Fails in some folds."""

    def __init__(self, folds: str = "") -> None:
        self.folds = folds

    def fit(self, videos, expressions, run):
        if run.fold in self.folds.split("+"):
            raise UserError(f"no luck with {run.fold}.")
        return super().fit(videos, expressions, run)
'''


@pytest.fixture
def fails(tmp_path):
    file = tmp_path / "fails.py"
    file.write_text(FAILS)
    return f"{file}:Fails"


def files_below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


EARLY = {
    ("geonet", "-p", "rate=-1"): "geonet: rate=-1.0: give a number above 0.",
    ("geonet", "-p", "epochs=0"): "geonet: epochs=0: give at least 1.",
    ("geonet", "-p", "momentum=2"): "geonet: momentum=2.0: give a number from 0 to 1.",
    ("geonet", "-p", "decay=-1"): "geonet: decay=-1.0: give a number of at least 0.",
    ("geonet", "-p", "optimiser=sdg"): "There is no optimiser 'sdg'. Did you mean 'sgd'?",
    ("geonet", "--landmarks", "dlibb"): "There is no landmark source 'dlibb'. Did you mean 'dlib'?",
    ("geonet", "--landmarks", "openface=/no/where"): "--landmarks openface=/no/where: there is no such file or folder.",
    ("geonet", "--missing", "nearst"): "Did you mean 'nearest'?",
    ("empty", "--missing", "nearst"): "Did you mean 'nearest'?",
    ("empty", "--engine", "slurm", "-E", "cluster=slurn"): "Did you mean 'slurm'?",
    ("empty", "--engine", "slurm"): "there is no slurm here (no srun). Run this on a cluster's login node",
}


@pytest.mark.parametrize("words", EARLY)
def test_what_can_be_known_at_once_is_said_before_anything_is_rendered(run, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))  # no srun, whatever machine this is
    monkeypatch.setenv("MEBENCH_CACHE", str(tmp_path / "cache"))
    for more in ([], ["--dry-run"]):
        code, out, err = run("baseline", "run", *words, "-d", TINY, "--workers", "1", *more)
        assert (code, out) == (2, "")
        assert EARLY[words] in err
        assert len(err.splitlines()) == 1
        assert files_below(tmp_path) == []


def test_frames_that_are_not_registered_leave_no_folder_behind(run, tmp_path):
    table = mebench.load_dataset(TINY)
    table.videos[["subject", "video", "fps", "first_frame", "n_frames"]].to_csv(tmp_path / "videos.csv", index=False)
    events = mebench.load_dataset(TINY).annotations
    events.assign(video=events["video"])[["subject", "video", "onset", "apex", "offset", "type"]].to_csv(
        tmp_path / "gt.csv", index=False
    )
    words = ("--annotations", tmp_path / "gt.csv", "--videos", tmp_path / "videos.csv")
    assert run("dataset", "add", "mine", *words)[0] == 0
    code, _, err = run("baseline", "run", "lbp-chi2", "-d", "mine", "--out", tmp_path / "out")
    assert code == 2
    assert "mine is registered without its frames" in err
    assert not (tmp_path / "out").exists()


def test_a_folder_in_which_no_fold_is_finished_can_be_used_again(tmp_path, fails):
    out = tmp_path / "out"
    with pytest.raises(UserError, match=r"no luck with s16\."):
        run_baseline(fails, TINY, out=out, workers=1, params={"folds": "s16+s22+s23"})
    assert not out.exists()
    out.mkdir()
    (out / "run.json").write_text('{"key": "of a run that was killed"}')
    assert run_baseline("random-spotter", TINY, out=out, workers=1).folds_before == 0
    (out / "submission.csv").unlink()
    with pytest.raises(UserError, match="holds another run"):
        run_baseline("random-spotter", TINY, out=out, workers=1, seed=1)


def test_features_of_another_run_are_not_taken_up(tmp_path):
    out = tmp_path / "out"
    (out / "work").mkdir(parents=True)
    (out / "run.json").write_text('{"key": "of a run that was killed"}')
    np.save(out / "work" / "features.npy", np.zeros((1, 1)))  # too short for any clip's place
    result = run_baseline("constant", CLIPS, out=out, workers=1)
    assert result.folds == 5


def test_a_fold_that_failed_is_not_counted_and_the_others_are_kept(tmp_path, fails):
    told = []
    with pytest.raises(UserError, match=r"^no luck with s22\.$"):
        run_baseline(
            fails, TINY, out=tmp_path / "a", workers=1, params={"folds": "s22"}, progress=lambda *now: told.append(now)
        )
    assert max(done for stage, _, done, _ in told if stage.startswith("folds")) < 3
    assert len(list((tmp_path / "a" / "folds").glob("*.json"))) == 2


PLACES = ("run.json", "s22.json", "submission.csv", "submission.meta.json", "report.json", "floor.json")


@pytest.mark.parametrize("name", PLACES)
def test_a_full_disk_leaves_nothing_half_and_the_same_command_ends_well(run, tmp_path, monkeypatch, name):
    out, replace = tmp_path / "out", os.replace

    def full(source, target):
        if Path(target).name == name:
            raise OSError(errno.ENOSPC, "No space left on device")
        replace(source, target)

    words = ("baseline", "run", "random-spotter", "-d", TINY, "--workers", "1", "--out")
    monkeypatch.setattr(os, "replace", full)
    code, printed, err = run(*words, out)
    monkeypatch.undo()
    assert (code, printed) == (2, "")
    said = err.splitlines()[-1]
    assert f"{name}: cannot be written (No space left on device). Make room" in said
    kept = files_below(out)
    assert not [path for path in kept if ".part" in path or name in path]
    if name != "run.json":
        assert said.endswith("Finished folds are kept: give the same command again.")
        assert len([path for path in kept if path.startswith("folds")]) == (2 if name == "s22.json" else 3)
    assert run(*words, out)[0] == 0
    assert run(*words, tmp_path / "whole")[0] == 0
    for file in ("submission.csv", "submission.meta.json", "floor.json"):
        assert (out / file).read_bytes() == (tmp_path / "whole" / file).read_bytes()


def test_a_disk_that_is_full_before_the_features_of_clips_are_stored_is_a_sentence(run, tmp_path, monkeypatch):
    def full(stream, array):
        raise OSError(errno.ENOSPC, "No space left on device")

    words = ("baseline", "run", "constant", "-d", CLIPS, "--workers", "1", "--out", tmp_path / "out")
    monkeypatch.setattr(np, "save", full)
    code, _, err = run(*words)
    monkeypatch.undo()
    assert code == 2
    assert "features.npy: cannot be written (No space left on device). Make room" in err
    assert not [path for path in files_below(tmp_path) if ".part" in path]
    assert run(*words)[0] == 0


@pytest.mark.parametrize("out", ["file", "file/below"])
def test_a_folder_that_cannot_be_written_to_is_a_sentence(run, tmp_path, out):
    (tmp_path / "file").touch()
    code, _, err = run("baseline", "run", "empty", "-d", TINY, "--out", tmp_path / out)
    assert code == 2
    assert "Choose a folder that you may write to." in err
    assert files_below(tmp_path) == ["file"]


HIDING = """
import importlib.machinery, sys
finder, hidden = importlib.machinery.PathFinder, {hidden!r}
class Hiding:
    invalidate_caches = finder.invalidate_caches
    find_distributions = finder.find_distributions
    @staticmethod
    def find_spec(name, path=None, target=None):
        return None if name.partition(".")[0] == hidden else finder.find_spec(name, path, target)
sys.meta_path[:] = [Hiding if one is finder else one for one in sys.meta_path]
from mebench.cli import main
sys.argv = ["mebench", *{words!r}]
main()
"""


@pytest.mark.parametrize(
    ("hidden", "words", "says"),
    [
        ("torch", ["geonet"], "geonet needs torch, which is not installed. Get it with: pip install 'mebench[base"),
        ("torch", ["empty", "--device", "cuda"], "torch is not installed. Get it with: pip install 'mebench[baselin"),
        ("dlib", ["lbp-chi2"], "dlib is not installed. Get it with: pip install 'mebench[faces]'"),
        ("distributed", ["empty", "--engine", "dask"], "Get it with: pip install 'mebench[dask]'"),
    ],
)
def test_a_package_that_is_not_installed_is_named_before_any_work(tmp_path, hidden, words, says):
    line = ["baseline", "run", *words, "-d", TINY, "--out", str(tmp_path / "out")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MEBENCH_CACHE": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", HIDING.format(hidden=hidden, words=line)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert files_below(tmp_path) == []


def test_other_methods_run_without_torch(tmp_path):
    line = ["baseline", "run", "random-spotter", "-d", TINY, "--out", str(tmp_path / "out"), "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", HIDING.format(hidden="torch", words=line)],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["folds"] == 3


def test_a_cache_that_cannot_be_written_to_names_its_remedy(run, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("MEBENCH_CACHE", str(tmp_path / "file"))
    code, _, err = run("baseline", "run", "lbp-chi2", "-d", TINY, "--out", tmp_path / "out")
    assert code == 2
    assert "Name another folder with MEBENCH_CACHE." in err
    assert not (tmp_path / "out").exists()


RAISES = """
from helping_hand import halve
from mebench.baselines.floors.empty import Empty

class Raises(Empty):
    '''Fails in some folds.'''

    def fit(self, videos, expressions, run):
        if run.fold != "s16":
            halve(None)
        return super().fit(videos, expressions, run)
"""


@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_a_method_of_ones_own_raises_is_a_sentence(run, tmp_path, workers):
    (tmp_path / "mine.py").write_text(RAISES)
    (tmp_path / "helping_hand.py").write_text("def halve(x):\n    return x / 2\n")
    out = tmp_path / "out"
    code, printed, err = run(
        "baseline", "run", f"{tmp_path / 'mine.py'}:Raises", "-d", TINY, "--out", out, "--workers", workers
    )
    assert (code, printed) == (2, "")
    (said,) = [line for line in err.splitlines() if line.startswith("mebench: ")]
    assert re.match(
        r"mebench: Raises failed in fold s2[23] with TypeError in helping_hand\.py, line 2: unsupported", said
    )
    assert said.endswith("1 more fold did the same.")
    assert "Traceback" not in err
    trace = Path(re.search(r"traceback in (.*?);", said)[1])
    assert trace.is_relative_to(out / "work")
    assert "mine.py" in trace.read_text()
    assert [path.name for path in (out / "folds").glob("*.json")] == ["s16.json"]


def test_what_features_of_ones_own_raise_is_a_sentence(run, tmp_path):
    (tmp_path / "mine.py").write_text(
        "from mebench.baselines.floors.constant import Constant\nclass Mine(Constant):\n"
        "    def features(self, clip):\n        raise KeyError('eyes')\n"
    )
    words = ("baseline", "run", f"{tmp_path / 'mine.py'}:Mine", "-d", CLIPS, "--workers", "2", "--out", tmp_path / "a")
    code, _, err = run(*words)
    assert code == 2
    assert "Mine failed in the features of clips with KeyError in mine.py, line 4: 'eyes' (traceback in " in err


def test_what_a_constructor_of_ones_own_raises_is_a_sentence(run, tmp_path):
    (tmp_path / "mine.py").write_text(
        "from mebench.baselines.floors.empty import Empty\nclass Mine(Empty):\n"
        "    def __init__(self, n: int = 0) -> None:\n        self.n = n\n        {}['eyes']\n"
    )
    code, _, err = run("baseline", "run", f"{tmp_path / 'mine.py'}:Mine", "-d", TINY, "--out", tmp_path / "a")
    assert (code, err) == (2, "mebench: Mine cannot be made: KeyError in mine.py: 'eyes'.\n")


def test_what_ours_raises_is_a_defect(run, tmp_path, monkeypatch):
    from mebench.baselines.floors.empty import Empty

    monkeypatch.setattr(Empty, "track", lambda self, video: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run("baseline", "run", "empty", "-d", TINY, "--workers", "1", "--out", tmp_path / "a")


DIFFERENCES = {
    "random-spotter/seed": ({"seed": 1}, "seed 0 there, 1 asked"),
    "a parameter": ({"params": {"rate": 2}}, "rate 1.0 there, 2.0 asked"),
    "data and two more": (
        {"dataset": "samm-lv-twin-tiny", "seed": 1},
        "dataset casme-sq-twin-tiny there, samm-lv-twin-tiny asked; other folds; other truth; seed 0 there, 1 asked",
    ),
}


@pytest.mark.parametrize("what", DIFFERENCES)
def test_a_folder_of_another_run_is_refused_with_what_differs(tmp_path, what):
    asked, said = DIFFERENCES[what]
    run_baseline("random-spotter", TINY, out=tmp_path, workers=1)
    with pytest.raises(UserError, match=re.escape(f"holds another run ({said}). Choose")):
        run_baseline("random-spotter", **{"dataset": TINY, "out": tmp_path, "workers": 1} | asked)
