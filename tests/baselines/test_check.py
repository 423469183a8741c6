"""``baseline check`` finds each way to break the contract, and says which."""

import re

import pytest

from mebench.baselines.check import check_method
from mebench.baselines.runner import run_baseline
from mebench.problems import UserError

GOOD = '''
import numpy as np
import pandas as pd
from mebench.baselines.evidence import ScoreTrack
from mebench.baselines.method import Spotter

class Mean(Spotter):
    """Takes the brightness of a few frames for evidence."""

    LEARNS = False

    def __init__(self, every: int = 20, names: tuple[str, ...] = ("a",)) -> None:
        self.every = every
        self.names = names

    def fit(self, videos, expressions, run):
        self.seed_ = run.seed
        return self.choose_thresholds([self.track(video) for video in videos], expressions, run)

    def track(self, video):
        numbers = np.arange(video.first_frame, video.last_frame + 1, self.every)
        values = [float(video.frames.read(int(n), grey=True).mean()) for n in numbers]
        scores = np.array(values) - np.mean(values)
        return ScoreTrack(video.video, video.first_frame, video.last_frame, numbers, {"me": scores})

    def tune(self, tracks, expressions):
        return {"above": float(np.median(np.concatenate([track.track("me") for track in tracks])))}

    def intervals(self, track):
        scores = track.track("me")
        chosen = track.frames[scores > self.thresholds_["above"]]
        table = pd.DataFrame({"onset": chosen, "offset": np.minimum(chosen + 9, track.last_frame)})
        return table.assign(type="me", score=1.0)
'''

BREACHES = {
    "the constructor takes": ("self.names = names", "self.names = names\n        self.model = None"),
    "get_params gives": ("self.every = every", "self.every = every + 1"),
    "there are the presets": ("    LEARNS = False", '    LEARNS = False\n    PRESETS = {"cpu": {}}'),
    "fit returns self": ("self.seed_ = run.seed", "return None"),
    "what fit learns": ("self.seed_ = run.seed", "self.seed = run.seed"),
    "track gives": ("values = [float(", "values = [np.random.default_rng().random() + float("),
    "intervals lie inside": ("np.minimum(chosen + 9, track.last_frame)", "chosen + 900"),
    "thresholds come from fit": (
        "scores = track.track",
        'self.thresholds_["above"] = self.thresholds_["above"] - 0.1\n        scores = track.track',
    ),
    "tune works": ("def tune(self, tracks, expressions):", "def tune(self, tracks, expressions):\n        self.seed_"),
    "the same seed": ("score=1.0", "score=np.random.default_rng().random()"),
}  # fmt: skip

LEAKS = {
    "loads the annotations": "import mebench; mebench.load_dataset('casme-sq-twin-tiny')",
    "loads them by another way": "from mebench.protocols.registry import plan; plan(None, 'casme-sq-twin-tiny')",
    "opens a frame of another subject": """
        from pathlib import Path
        here = Path(videos[0].frames.path)
        for folder in sorted(here.parent.parent.rglob("*")):
            if folder.is_file():
                folder.read_bytes()
""",
}


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def verdicts(cache, tmp_path, monkeypatch):
    monkeypatch.setenv("MEBENCH_CACHE", str(cache))

    def check(text, name="Mean"):
        file = tmp_path / "mine.py"
        file.write_text(text)
        return list(check_method(f"{file}:{name}"))

    return check


def test_a_good_method_keeps_every_line(verdicts):
    found = verdicts(GOOD)
    assert [verdict.line for verdict in found if not verdict.passed] == ["time"]
    assert len(found) >= 13


def test_a_method_that_looks_at_frames_runs_the_same_with_one_or_two_workers(cache, tmp_path, monkeypatch):
    monkeypatch.setenv("MEBENCH_CACHE", str(cache))
    file = tmp_path / "mine.py"
    file.write_text(GOOD)
    runs = [
        run_baseline(f"{file}:Mean", "casme-sq-twin-tiny", out=tmp_path / str(n), workers=n, params={"every": 40})
        for n in (1, 2)
    ]
    assert len({run.submission.read_bytes() for run in runs}) == 1
    assert runs[0].report.submission["predictions"] > 0


@pytest.mark.parametrize("line", BREACHES)
def test_each_breach_is_found_at_its_line(verdicts, line):
    before, after = BREACHES[line]
    assert before in GOOD
    found = verdicts(GOOD.replace(before, after))
    broken = [verdict for verdict in found if verdict.passed is False]
    assert [verdict.line[: len(line)] for verdict in broken] == [line]
    assert broken[0].detail


@pytest.mark.parametrize("how", LEAKS)
def test_a_look_at_the_test_side_is_a_leak(verdicts, how):
    found = verdicts(GOOD.replace("        self.seed_ = run.seed", f"        {LEAKS[how].strip()}"))
    (broken,) = [verdict for verdict in found if verdict.passed is False]
    assert broken.line.startswith("fit returns self; meanwhile Python opens no frames")
    assert re.search("was opened|annotations were loaded", broken.detail)


def test_an_error_in_the_method_names_its_line(verdicts):
    found = verdicts(GOOD.replace("self.seed_ = run.seed", "1 / 0"))
    (broken,) = [verdict for verdict in found if verdict.passed is False]
    number = next(i for i, line in enumerate(GOOD.splitlines(), 1) if "self.seed_ = run.seed" in line)
    assert broken.detail == f"ZeroDivisionError: division by zero (mine.py, line {number})"
    assert found[-2].passed is None


@pytest.mark.parametrize(
    ("text", "name", "sentence"),
    [
        (None, "Mean", "there is no such file"),
        ("def f(:\n", "Mean", "line 1: it cannot be imported"),
        ("x = 1\nraise ValueError('no')\n", "Mean", "line 2: it cannot be imported"),
        (GOOD, "Maen", "Did you mean 'Mean'"),
        ("class Mean:\n    pass\n", "Mean", "no class that derives from"),
        ("x = 1\n", "Mean", "there is no class"),
    ],
)
def test_a_wrong_file_is_one_sentence(tmp_path, text, name, sentence):
    file = tmp_path / "mine.py"
    if text is not None:
        file.write_text(text)
    with pytest.raises(UserError, match=sentence) as error:
        list(check_method(f"{file}:{name}"))
    assert "\n" not in str(error.value)


def test_recognisers_are_checked_too(tmp_path):
    good = list(check_method("constant"))
    assert all(verdict.passed for verdict in good[:-1])
    file = tmp_path / "mine.py"
    file.write_text(
        "from mebench.baselines.floors.constant import Constant\n"
        "class Batch(Constant):\n"
        '    """Judges clips by their company."""\n'
        "    def predict_proba(self, clips):\n"
        "        found = super().predict_proba(clips)\n"
        "        return found[:, ::-1] if len(clips) == 1 else found\n"
    )
    (broken,) = [verdict for verdict in check_method(f"{file}:Batch") if verdict.passed is False]
    assert broken.line.startswith("each clip is judged for itself")


STATEFUL = {
    "labels of all folds gathered on the class": (
        "    LEARNS = False\n    seen = {}",
        "self.seen.update((key, 1.0) for key in expressions['video']); self.seed_ = run.seed",
        "np.mean(values) + self.seen.get(video.video, 0.0)",
    ),
    "what the first fold saw kept for all": (
        "    LEARNS = False\n    seen = []",
        "self.seen or self.seen.append(run.seed % 97); self.seed_ = run.seed",
        "np.mean(values) + self.seen[0]",
    ),
}


@pytest.mark.parametrize("how", STATEFUL)
def test_what_is_kept_from_fold_to_fold_is_seen(verdicts, how):
    kept, filled, used = STATEFUL[how]
    text = GOOD.replace("    LEARNS = False", kept).replace("self.seed_ = run.seed", filled)
    text = text.replace("np.mean(values)", used)
    (broken,) = [verdict for verdict in verdicts(text) if verdict.passed is False]
    assert broken.line == "predictions of a fold do not depend on folds computed before"
    assert "kept on the class or the module" in broken.detail


def test_what_depends_on_the_order_of_a_set_is_seen(verdicts):
    text = GOOD.replace("score=1.0", "score=float(hash(track.video) % 997)")
    (broken,) = [verdict for verdict in verdicts(text) if verdict.passed is False]
    assert broken.line == "another process gives the same predictions"
    assert "PYTHONHASHSEED" in broken.detail


RECOGNISER = """
from mebench.baselines.floors.constant import Constant

class Mine(Constant):
    '''Says something that depends on more than it was given.'''

    first = {}

    def fit(self, clips, labels, subjects, run):
        self.shift_ = SHIFT
        return super().fit(clips, labels, subjects, run)

    def predict_proba(self, clips):
        found = super().predict_proba(clips) + self.shift_
        return found / found.sum(axis=1, keepdims=True)
"""


@pytest.mark.parametrize(
    ("shift", "lines"),
    [
        ("self.first.setdefault(0, run.seed) % 97", ["predictions of a fold do not depend on folds computed before"]),
        ("hash(run.fold) % 997", ["another process gives the same predictions"]),
        ("run.seed % 97", []),
    ],
)
def test_recognisers_are_held_to_it_too(tmp_path, shift, lines):
    file = tmp_path / "mine.py"
    file.write_text(RECOGNISER.replace("SHIFT", shift))
    assert [verdict.line for verdict in check_method(f"{file}:Mine") if verdict.passed is False] == lines


def test_a_class_to_be_named_is_asked_for(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text("class Helper:\n    pass\n" + GOOD)
    with pytest.raises(
        UserError, match=r"name the class too, FILE:CLASS, as in mine\.py:Mean\. The classes in it: Helper, Mean\.$"
    ):
        list(check_method(str(file)))
    with pytest.raises(UserError, match=r"There is no class in mine\.py 'Nope'\. Known: Helper, Mean\.$"):
        list(check_method(f"{file}:Nope"))
