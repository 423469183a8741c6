"""A run is the same however it is computed, goes on where it stopped, and lets nobody learn from the test side."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import mebench
from mebench.baselines.folds_store import Store
from mebench.baselines.runner import run_baseline
from mebench.baselines.seeds import fold_seed
from mebench.problems import UserError
from mebench.submission.meta import read_meta

ROOT = Path(mebench.__file__).parent.parent
TINY = "casme-sq-twin-tiny"

SLOW = '''
import time
from pathlib import Path
from mebench.baselines.floors.random_spotter import RandomSpotter

class Slow(RandomSpotter):
    """Takes its time."""

    def __init__(self, rate: float = 3.0, pause: float = 0.0, note: str = "") -> None:
        super().__init__(rate)
        self.pause, self.note = pause, note

    def fit(self, videos, expressions, run):
        if self.note:
            seen = {("v", v.dataset, v.subject) for v in videos} | {
                ("e", d, s) for d, s in zip(expressions["dataset"], expressions["subject"])
            }
            with open(f"{self.note}/{run.fold}.txt", "a") as stream:
                stream.write("\\n".join(",".join(row) for row in sorted(seen)) + "\\n")
        for epoch in range(1, 4):
            run.progress(epoch, 3, 1.0)
        time.sleep(self.pause)
        return super().fit(videos, expressions, run)
'''


def bytes_of(result):
    return result.submission.read_bytes(), result.submission.with_name("submission.meta.json").read_bytes()


@pytest.fixture
def slow(tmp_path):
    file = tmp_path / "slow.py"
    file.write_text(SLOW)
    return f"{file}:Slow"


def test_workers_and_engines_do_not_change_a_byte(tmp_path, slow):
    runs = {
        "one": {"workers": 1},
        "two": {"workers": 2},
        "dask": {"workers": 2, "engine": "dask"},
        "slurm": {"workers": 2, "engine": "slurm", "engine_options": {"cluster": "local"}},
    }
    found = {name: bytes_of(run_baseline(slow, TINY, out=tmp_path / name, **how)) for name, how in runs.items()}
    assert len(set(found.values())) == 1
    other_seed = run_baseline(slow, TINY, out=tmp_path / "other", workers=1, seed=1)
    assert other_seed.submission.read_bytes() != found["one"][0]


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def started(slow, out, *options):
    words = ["baseline", "run", slow, "-d", "casme-sq-twin-small", "-p", "pause=0.15", "--out", str(out), *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "mebench", *words], env=environment, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_killed_run_goes_on_and_ends_with_the_same_bytes(tmp_path, slow, workers):
    out = tmp_path / "killed"
    process = started(slow, out, "--workers", workers)
    wait_for(lambda: len(list((out / "folds").glob("*.json"))) >= 3)
    process.kill()
    process.communicate()
    wait_for(lambda: not list((out / "folds").glob("*.part")), 5)
    kept = {path: path.stat().st_mtime_ns for path in (out / "folds").glob("*.json")}
    assert 3 <= len(kept) < 14
    params = {"pause": 0.15}
    again = run_baseline(slow, "casme-sq-twin-small", out=out, workers=2, params=params)
    assert 3 <= again.folds_before < 14
    assert all(path.stat().st_mtime_ns == before for path, before in kept.items())
    whole = run_baseline(slow, "casme-sq-twin-small", out=tmp_path / "whole", workers=2, params=params)
    assert bytes_of(again) == bytes_of(whole)


def test_an_interrupt_says_how_to_go_on(tmp_path, slow):
    out = tmp_path / "stopped"
    process = started(slow, out, "--workers", "1")
    wait_for(lambda: len(list((out / "folds").glob("*.json"))) >= 2)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert f"of 14 folds are kept in {out}" in said
    assert "mebench baseline run" in said
    assert "pause=0.15" in said


def test_a_finished_run_is_not_computed_again_and_a_damaged_fold_is(tmp_path):
    first = run_baseline("random-spotter", TINY, out=tmp_path / "a", workers=1)
    again = run_baseline("random-spotter", TINY, out=tmp_path / "a", workers=1)
    assert (first.folds_before, again.folds_before, again.folds) == (0, 3, 3)
    before = bytes_of(first)
    damaged = next((tmp_path / "a" / "folds").glob("*.json"))
    damaged.write_text(damaged.read_text()[:50])
    repaired = run_baseline("random-spotter", TINY, out=tmp_path / "a", workers=1)
    assert repaired.folds_before == 2
    assert bytes_of(repaired) == before


def test_a_folder_of_something_else_is_refused(tmp_path):
    run_baseline("random-spotter", TINY, out=tmp_path / "a", workers=1)
    with pytest.raises(UserError, match="holds another run"):
        run_baseline("random-spotter", TINY, out=tmp_path / "a", workers=1, seed=5)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "thesis.tex").write_text("x")
    with pytest.raises(UserError, match="not empty"):
        run_baseline("random-spotter", TINY, out=tmp_path / "b", workers=1)


def test_fit_is_given_the_train_subjects_and_nobody_else(tmp_path, slow):
    note = tmp_path / "seen"
    note.mkdir()
    run_baseline(slow, TINY, out=tmp_path / "a", workers=1, params={"note": str(note)})
    subjects = set(mebench.load_dataset(TINY).subjects)
    files = list(note.glob("*.txt"))
    assert {file.stem for file in files} == subjects
    for file in files:
        rows = {tuple(line.split(",")) for line in file.read_text().split()}
        assert {subject for kind, _, subject in rows if kind == "v"} == subjects - {file.stem}
        assert {subject for kind, _, subject in rows if kind == "e"} <= subjects - {file.stem}


def test_types_that_the_tested_dataset_lacks_are_left_out(tmp_path):
    result = run_baseline(
        "random-spotter", "smic-e-long-twin-tiny", protocol="cross-b", out=tmp_path, workers=1, params={"rate": 5.0}
    )
    with result.submission.open(encoding="utf-8", newline="") as stream:
        kinds = {row["type"] for row in csv.DictReader(stream)}
    assert kinds == {"me"}  # MaE are annotated where it learned, not where it is tested
    assert result.report.scores["me"].fp > 0


def test_cross_database_learns_from_the_other_two(tmp_path, slow):
    note = tmp_path / "seen"
    note.mkdir()
    result = run_baseline(slow, TINY, protocol="cross-c", out=tmp_path / "a", workers=1, params={"note": str(note)})
    (file,) = note.glob("*.txt")
    datasets = {line.split(",")[1] for line in file.read_text().split()}
    assert datasets == {"smic-e-long-twin-tiny", "samm-lv-twin-tiny"}
    said = pd.read_csv(result.submission)
    assert set(said["video"]) <= set(mebench.load_dataset(TINY).videos["video"])
    assert read_meta(result.submission)[0]["training_data"] == ["smic-e-long-twin-tiny", "samm-lv-twin-tiny"]


def test_the_truth_is_shown_with_the_flag_only_and_marked(tmp_path):
    with pytest.raises(UserError, match="--threshold-source oracle"):
        run_baseline("oracle-boundaries", TINY, out=tmp_path / "a")
    result = run_baseline("oracle-boundaries", TINY, out=tmp_path / "a", threshold_source="oracle", workers=1)
    assert result.report.scores["overall"].f1 == 1.0
    assert "ORACLE" in str(result.report)
    assert read_meta(result.submission)[0]["threshold_source"] == "oracle"


def test_the_sidecar_says_everything_that_a_repetition_needs(tmp_path):
    result = run_baseline("random-spotter", TINY, out=tmp_path / "a", workers=1, seed=3, params={"rate": 2})
    meta, problems = read_meta(result.submission)
    assert not problems
    assert meta["method"] == "random-spotter"
    assert meta["seed"] == 3
    assert meta["preset"] == "cpu"
    assert meta["protocol"] == "loso"
    assert meta["selection"] == "last"
    assert meta["threshold_source"] == "train"
    extra = meta["extra"]
    assert extra["parameters"] == {"rate": 2.0}
    assert extra["synthetic"] is True
    assert set(extra["thresholds"]) == set(mebench.load_dataset(TINY).subjects)
    assert len(extra["folds_sha256"]) == len(extra["code_sha256"]) == 64
    report = json.loads(result.report_path.read_text())
    assert report["submission"]["method"] == "random-spotter"


def test_seeds_differ_by_fold_and_by_base_alone():
    seeds = {fold_seed(base, fold) for base in range(20) for fold in ("s01", "s02", "casme2/s01")}
    assert len(seeds) == 60
    assert all(0 <= seed < 2**32 for seed in seeds)


@pytest.mark.parametrize("name", ["..", "a/b", "ü b", "x" * 300, "con"])
def test_any_fold_name_has_a_file_below_the_folder(tmp_path, name):
    store = Store(tmp_path, "key")
    store.put(name, {"predictions": [1.5]})
    assert store.get(name) == {"predictions": [1.5]}
    assert store.path(name).parent == tmp_path / "folds"
    assert Store(tmp_path, "other").get(name) is None


def test_chance_is_what_the_random_spotter_scores_on_the_mean(tmp_path):
    from mebench.baselines.chance import floor_of
    from mebench.baselines.floors.random_spotter import RandomSpotter
    from mebench.baselines.material import Places, gathered
    from mebench.baselines.method import Run
    from mebench.protocols.registry import plan

    made = plan(None, "casme-sq-twin-small")
    floor = floor_of(made, ("me", "mae"))
    material = gathered(made, RandomSpotter(), Places(), 1, lambda *_: None)
    scores = []
    for draw in range(12):
        rows = []
        for fold in made.folds:
            method = RandomSpotter().fit(*material.train(fold), Run(seed=fold_seed(draw, fold.name)))
            videos = material.test(fold)
            rows += [method.intervals(method.track(video)).assign(video=video.video) for video in videos]
        said = pd.concat([row for row in rows if len(row)]).drop_duplicates(["video", "onset", "offset", "type"])
        scores.append(mebench.score(said, "casme-sq-twin-small").scores["overall"].f1)
    error = 4 * (floor.high - floor.low) / 3.9 / np.sqrt(len(scores))  # the draws' own spread, from 95 % of them
    assert abs(np.mean(scores) - floor.value) < error
    assert floor.low <= floor.value <= floor.high
