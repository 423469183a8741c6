"""The sample submission in the repository is the one that its script writes, and says what it is."""

import importlib.util
import json
from pathlib import Path

import pytest

import mebench
from mebench.datasets.library import load_dataset
from mebench.submission.read import read_submission

SUBMISSIONS = Path(__file__).parent.parent / "submissions"
SAMPLE = SUBMISSIONS / "casme-sq-twin" / "sample.csv"


@pytest.fixture(scope="module")
def make_samples():
    spec = importlib.util.spec_from_file_location("make_samples", SUBMISSIONS / "make_samples.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_script_writes_the_committed_bytes(make_samples, tmp_path):
    written = make_samples.main(tmp_path)
    assert written.read_bytes() == SAMPLE.read_bytes()
    assert (tmp_path / "sample.meta.json").read_bytes() == SAMPLE.with_suffix(".meta.json").read_bytes()


def test_it_passes_every_check_and_names_all_columns():
    read = read_submission(SAMPLE, load_dataset("casme-sq-twin"))
    assert read.predictions.columns.tolist() == ["video", "onset", "offset", "type", "score", "row"]
    assert set(read.predictions["type"]) == {"me", "mae"}


def test_it_says_that_it_is_made_from_the_answers():
    comments = [line for line in SAMPLE.read_text().splitlines() if line.startswith("#")]
    assert "no result" in comments[0]
    assert "Made from the ground truth" in comments[1]
    meta = json.loads(SAMPLE.with_suffix(".meta.json").read_text())
    assert meta["method"] == "sample"
    assert (meta["selection"], meta["threshold_source"]) == ("oracle", "oracle")
    assert "never ranked" in meta["notes"]


def test_its_scores_are_those_of_a_middling_method():
    scores = mebench.score(SAMPLE, dataset="casme-sq-twin").scores
    assert 0.2 <= scores["me"].f1 <= 0.4
    assert 0.4 <= scores["mae"].f1 <= 0.5
