"""Recognition through the engine: the constant floor, epochs chosen by the truth, and features made once."""

import numpy as np
import pandas as pd
import pytest

from mebench.baselines.oracle import best_epochs, best_rows
from mebench.baselines.runner import run_baseline
from mebench.problems import UserError
from mebench.submission.meta import read_meta

CLIPS = "casme2-twin-tiny"

GUESSING = '''
import numpy as np
from mebench.baselines.method import Recogniser

class Guessing(Recogniser):
    """Guesses anew in every epoch."""

    NEEDS_FRAMES = False

    def __init__(self, epochs: int = 25, log: str = "") -> None:
        self.epochs, self.log = epochs, log

    def features(self, clip):
        assert not hasattr(clip, "label") and not hasattr(clip, "emotion")
        if self.log:
            with open(self.log, "a") as stream:
                stream.write(clip.name + "\\n")
        return np.array([clip.onset, clip.offset], dtype=float)

    def fit(self, clips, labels, subjects, run):
        assert len(clips) == len(labels) == len(subjects)
        self.classes_ = run.classes
        for epoch in range(1, self.epochs + 1):
            self.seed_ = run.seed + epoch
            run.progress(epoch, self.epochs, 1.0)
            if run.on_epoch is not None:
                assert run.on_epoch(epoch, self.predict_proba) is None
        return self

    def predict_proba(self, clips):
        rng = np.random.default_rng(self.seed_)
        return rng.dirichlet(np.ones(len(self.classes_)), len(clips))
'''


@pytest.fixture
def guessing(tmp_path):
    file = tmp_path / "guessing.py"
    file.write_text(GUESSING)
    return f"{file}:Guessing"


def test_constant_is_the_published_floor(tmp_path):
    result = run_baseline("constant", out=tmp_path / "a", workers=1)
    assert round(result.report.scores["full"].uf1, 4) == 0.2408
    assert round(result.report.scores["full"].uar, 4) == 0.3333
    assert result.floor.value == pytest.approx(result.report.scores["full"].uf1)
    said = pd.read_csv(result.submission)
    assert len(said) == 442
    assert set(said["label"]) == {"negative"}
    assert np.allclose(said.filter(like="probability_").sum(axis=1), 1)


def test_choosing_epochs_by_the_truth_raises_the_score_and_is_marked(tmp_path, guessing):
    how = {"classes": "megc3", "workers": 1}
    last = run_baseline(guessing, CLIPS, out=tmp_path / "last", **how)
    oracle = run_baseline(guessing, CLIPS, out=tmp_path / "oracle", selection="oracle", **how)
    assert oracle.report.scores["full"].accuracy > last.report.scores["full"].accuracy + 0.2
    meta = read_meta(oracle.submission)[0]
    assert meta["selection"] == "oracle"
    assert set(meta["extra"]["epochs"].values()) <= set(range(1, 26))
    assert "ORACLE" in str(oracle.report)
    assert "ORACLE" not in str(last.report)


def test_features_are_made_once_for_all_folds_and_each_fold_has_its_clips(tmp_path, guessing):
    log = tmp_path / "log.txt"
    result = run_baseline(
        guessing, CLIPS, out=tmp_path / "a", classes="megc3", workers=2, params={"log": str(log), "epochs": 1}
    )
    made = log.read_text().split()
    assert len(made) == len(set(made)) == len(pd.read_csv(result.submission))
    assert not (tmp_path / "a" / "work").exists()


def test_workers_do_not_change_a_byte(tmp_path, guessing):
    runs = [run_baseline(guessing, CLIPS, classes="megc3", out=tmp_path / str(n), workers=n) for n in (1, 2)]
    assert len({run.submission.read_bytes() for run in runs}) == 1


def test_words_that_mean_nothing_here_are_refused(tmp_path, guessing):
    with pytest.raises(UserError, match="has no thresholds"):
        run_baseline(guessing, CLIPS, threshold_source="published", out=tmp_path / "a")
    with pytest.raises(UserError, match="learns nothing in epochs"):
        run_baseline("constant", selection="oracle", out=tmp_path / "a")


def test_the_best_epoch_is_that_with_most_hits_and_of_equals_the_last():
    labels = np.array([0, 1])
    rows = {"right": [[0.9, 0.1], [0.2, 0.8]], "half": [[0.9, 0.1], [0.8, 0.2]]}
    trajectory = np.array([rows["half"], rows["right"], rows["right"], rows["half"]])
    assert best_epochs(trajectory, labels) == 2


def test_the_best_epoch_of_a_spotter_counts_misses_in_silent_videos():
    truth = pd.DataFrame({"video": ["a", "b"], "onset": [1, 1], "offset": [10, 10], "type": ["me", "me"]})
    one = [["a", 1, 10, "me", 1.0]]
    both = [*one, ["b", 2, 10, "me", 1.0]]
    assert best_rows([one, both, one], one, truth) == (2, both)
    assert best_rows([], one, truth) == (0, one)
    nothing = truth.iloc[:0]
    assert best_rows([both, []], one, nothing) == (2, [])
