import json

import jsonschema
import numpy as np
import pandas as pd
import pytest

import mebench
from mebench.datasets.ground_truth import ground_truth
from mebench.datasets.library import load_dataset
from mebench.problems import InvalidInput, UserError
from mebench.report.model import schema

TWINS = ("samm-lv-twin", "casme-sq-twin", "smic-e-long-twin")


def guesses(name, seed=0, share=0.5):
    """Some of a twin's events, moved by a few frames, and some intervals at random."""
    dataset = load_dataset(name)
    rng = np.random.default_rng(seed)
    events = ground_truth(dataset).expressions
    inside = events[rng.random(len(events)) < share][["video", "onset", "offset", "type"]].copy()
    inside["onset"] += rng.integers(0, 6, len(inside))
    inside["offset"] += rng.integers(0, 6, len(inside))
    videos = dataset.videos.iloc[rng.integers(0, len(dataset.videos), 60)]
    onset = videos["first_frame"].to_numpy() + rng.integers(0, 200, 60)
    other = pd.DataFrame(
        {"video": videos["video"].to_numpy(), "onset": onset, "offset": onset + 12, "type": dataset.types[0]}
    )
    last = (dataset.videos["first_frame"] + dataset.videos["n_frames"] - 1).set_axis(dataset.videos["video"])
    said = pd.concat([inside, other], ignore_index=True).drop_duplicates()
    kept = (said["offset"] <= said["video"].map(last).to_numpy()) & (said["onset"] <= said["offset"])
    return said[kept].reset_index(drop=True)


def faults(document):
    """What the published schema finds wrong with a report."""
    return [error.message for error in jsonschema.Draft202012Validator(schema()).iter_errors(document)]


@pytest.mark.parametrize("name", TWINS)
def test_a_report_follows_its_schema(name):
    assert not faults(mebench.score(guesses(name), dataset=name).as_dict())


def test_the_schema_is_one_and_can_be_broken():
    jsonschema.Draft202012Validator.check_schema(schema())
    document = mebench.score(guesses(TWINS[0]), dataset=TWINS[0]).as_dict()
    assert faults({**document, "task": "guessing"})
    assert faults({**document, "dataset": "../x"})
    assert faults({name: value for name, value in document.items() if name != "rule"})


@pytest.mark.parametrize("name", TWINS)
def test_counts_add_up_over_videos_subjects_and_types(name):
    report = mebench.score(guesses(name), dataset=name)
    for kind, score in report.scores.items():
        kinds = [k for k in report.scores if k != "overall"] if kind == "overall" else [kind]
        for rows in (report.by_video, report.by_subject):
            assert [sum(row[k][c] for row in rows for k in kinds) for c in ("tp", "fp", "fn")] == [
                score.tp,
                score.fp,
                score.fn,
            ]
    overall = report.scores["overall"]
    assert overall.tp + overall.fp == report.submission["predictions"]
    assert overall.tp + overall.fn == sum(report.ground_truth["counts"][k] for k in report.scores if k != "overall")


def test_the_events_themselves_score_one_in_every_dataset():
    for name in TWINS:
        dataset = load_dataset(name)
        last = (dataset.videos["first_frame"] + dataset.videos["n_frames"] - 1).set_axis(dataset.videos["video"])
        events = ground_truth(dataset).expressions[["video", "onset", "offset", "type"]]
        possible = events[events["offset"] <= events["video"].map(last).to_numpy()].drop_duplicates()
        score = mebench.score(possible, dataset=name).scores["overall"]
        assert score.fp == 0
        assert score.fn == len(events) - len(possible) <= 3


@pytest.mark.parametrize("name", TWINS)
def test_a_frame_and_its_file_score_the_same(name, tmp_path):
    said = guesses(name)
    path = tmp_path / "said.csv"
    mebench.write_submission(said, path)
    from_file, from_memory = mebench.score(path, dataset=name), mebench.score(said, dataset=name)
    assert from_file.scores == from_memory.scores
    assert from_file.by_video == from_memory.by_video


def test_scoring_twice_gives_the_same_bytes_apart_from_clock_and_machine(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    texts = []
    for folder in (tmp_path, tmp_path / "elsewhere"):
        mebench.write_submission(guesses("casme-sq-twin"), folder / "said.csv")
        report = mebench.score(folder / "said.csv", dataset="casme-sq-twin").as_dict()
        report.pop("environment")
        texts.append(json.dumps(report))
    assert texts[0] == texts[1]
    assert str(tmp_path) not in texts[0]


def test_false_positives_in_videos_without_events_count():
    dataset = load_dataset("casme-sq-twin")
    quiet = sorted(dataset.video_ids - set(dataset.annotations["video"]))
    assert len(quiet) == 2
    said = pd.DataFrame({"video": quiet, "onset": [5, 5], "offset": [20, 20], "type": ["me", "mae"]})
    scores = mebench.score(said, dataset=dataset).scores
    assert (scores["me"].fp, scores["mae"].fp, scores["overall"].fp) == (1, 1, 2)


def test_saying_nothing_leaves_precision_undefined_and_f1_zero():
    nothing = pd.DataFrame({"video": [], "onset": [], "offset": [], "type": []})
    score = mebench.score(nothing, dataset="casme-sq-twin").scores["me"]
    assert score.precision is None
    assert score.interval["precision"] is None
    assert score.f1 == score.recall == 0


def test_a_type_that_is_not_annotated_has_no_score():
    report = mebench.score(guesses("smic-e-long-twin"), dataset="smic-e-long-twin")
    assert list(report.scores) == ["me", "overall"]


def test_the_policy_changes_the_events_and_is_named():
    dropped = mebench.score(guesses("casme-sq-twin"), dataset="casme-sq-twin", gt_policy="drop")
    kept = mebench.score(guesses("casme-sq-twin"), dataset="casme-sq-twin")
    assert kept.ground_truth["counts"]["mae"] - dropped.ground_truth["counts"]["mae"] == 44
    assert (kept.ground_truth["policy"], dropped.ground_truth["policy"]) == ("default/1", "drop/1")
    assert kept.ground_truth["sha256"] != dropped.ground_truth["sha256"]


def test_events_that_cannot_be_matched_are_always_missed():
    dataset = load_dataset("casme-sq-twin")
    everything = ground_truth(dataset).expressions[["video", "onset", "offset", "type"]].drop_duplicates()
    report = mebench.score(everything, dataset=dataset, gt_policy="unmatchable")
    assert report.scores["mae"].fn >= 44
    assert report.scores["mae"].tp + report.scores["mae"].fn == 300


def test_a_stricter_threshold_never_scores_higher():
    hits = [
        mebench.score(guesses("samm-lv-twin"), "samm-lv-twin", iou=t).scores["overall"].tp
        for t in (".1", ".5", ".9", "1")
    ]
    assert hits == sorted(hits, reverse=True)
    assert hits[0] > hits[-1]


def test_intervals_hold_the_score_and_follow_the_seed():
    said = guesses("samm-lv-twin")
    options = {"dataset": "samm-lv-twin", "interval": "percentile"}
    first, again, other = (mebench.score(said, seed=s, **options).scores["me"] for s in (0, 0, 1))
    low, high = first.interval["f1"]
    assert low < first.f1 < high
    assert first.interval == again.interval != other.interval


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"rule": "mgec"}, "Did you mean 'megc'"),
        ({"iou": "0"}, "--iou"),
        ({"iou": "half"}, "--iou"),
        ({"gt_policy": "nothing"}, "ground-truth policy"),
        ({"dataset": "casme-sqq-twin"}, "no dataset"),
    ],
)
def test_wrong_options_are_one_sentence(options, words):
    arguments = {"dataset": "casme-sq-twin", **options}
    with pytest.raises(UserError, match=words):
        mebench.score(guesses("casme-sq-twin"), **arguments)


def test_a_wrong_frame_is_refused_with_its_row():
    said = pd.DataFrame({"video": ["s15_0101", "nobody"], "onset": [9, 1], "offset": [3, 4], "type": ["me", "me"]})
    with pytest.raises(InvalidInput) as caught:
        mebench.score(said, dataset="casme-sq-twin")
    assert {p.rule for p in caught.value.problems} >= {"offset-before-onset"}


def test_duplicates_are_refused_or_counted_as_false_positives():
    said = guesses("casme-sq-twin")
    twice = pd.concat([said, said.iloc[:5]], ignore_index=True)
    with pytest.raises(InvalidInput, match="row"):
        mebench.score(twice, dataset="casme-sq-twin")
    allowed = mebench.score(twice, dataset="casme-sq-twin", allow_duplicates=True).scores["overall"]
    once = mebench.score(said, dataset="casme-sq-twin").scores["overall"]
    assert allowed.fp == once.fp + 5


@pytest.mark.parametrize("method", ["jackknife", "percentile", "bca"])
def test_every_interval_method_is_named_in_the_report(method):
    report = mebench.score(guesses("samm-lv-twin"), "samm-lv-twin", interval=method)
    assert method in report.uncertainty["method"]
    low, high = report.scores["overall"].interval["f1"]
    assert low < report.scores["overall"].f1 < high


def test_a_protocol_decides_which_subjects_and_types_count():
    said = guesses("casme-sq-twin")
    whole, part = (mebench.score(said, "casme-sq-twin", protocol=p) for p in (None, "loso-me"))
    assert (whole.protocol, part.protocol) == (None, "loso-me")
    assert list(part.scores) == ["me", "overall"]
    assert len(part.by_subject) == 14
    assert part.scores["me"].tp == whole.scores["me"].tp
    assert part.scores["me"].fn == whole.scores["me"].fn
    assert part.scores["me"].fp < whole.scores["me"].fp
    assert part.ground_truth["sha256"] != whole.ground_truth["sha256"]
    assert any("left out" in note for note in part.ground_truth["notes"])
    loso = mebench.score(said, "casme-sq-twin", protocol="loso")
    assert loso.scores == whole.scores


def test_a_protocol_of_another_dataset_is_refused():
    with pytest.raises(UserError, match="samm-lv"):
        mebench.score(guesses("casme-sq-twin"), "casme-sq-twin", protocol="cross-a")
    with pytest.raises(UserError, match="by its name"):
        mebench.score(guesses("casme-sq-twin"), load_dataset("casme-sq-twin"), protocol="loso")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"interval": "wald"}, "interval method"),
        ({"seed": -1}, "seed"),
        ({"seed": "x"}, "seed"),
        ({"classes": "megc3"}, "--classes"),
    ],
)
def test_wrong_values_from_python_are_one_sentence_too(options, words):
    with pytest.raises(UserError, match=words):
        mebench.score(guesses("casme-sq-twin"), "casme-sq-twin", **options)


@pytest.mark.parametrize("nothing", [None, {}, [], 3])
def test_what_is_no_table_is_a_type_error_that_says_so(nothing):
    with pytest.raises(TypeError, match="DataFrame, a path or a Submission"):
        mebench.score(nothing, "casme-sq-twin")


def test_under_a_protocol_only_the_rows_that_count_are_said_to_be_concerned():
    said = guesses("casme-sq-twin")
    assert mebench.score(said, "casme-sq-twin").ground_truth["touched"]["missing_offset"] == 44
    part = mebench.score(said, "casme-sq-twin", protocol="loso-me")
    assert part.ground_truth["touched"]["missing_offset"] == 0, "all of them are MaE"
    only_me = said[said["type"] == "me"]
    assert any("MaE" in w for w in mebench.score(only_me, "casme-sq-twin").warnings)
    assert not any("MaE" in w for w in mebench.score(only_me, "casme-sq-twin", protocol="loso-me").warnings)


def test_classes_of_clips_are_told_from_intervals(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("dataset,subject,clip,label\ncasme2,sub01,EP02_01f,2\ncasme2,sub01,EP02_02f,1\n")
    with pytest.raises(UserError, match=r"labels\.csv: this is a table of predicted classes"):
        mebench.score(path, "casme-sq-twin")


def test_the_report_carries_what_the_metadata_say_beside_the_method(tmp_path):
    said = tmp_path / "said.csv"
    said.write_text("video,onset,offset,type\ns15_0101,10,20,me\n")
    meta = {"method": "m", "selection": "last", "authors": ["A", "B"], "seed": 3, "extra": {"amplitude": 2.0}}
    (tmp_path / "said.meta.json").write_text(json.dumps({"schema": "mebench/submission-meta/1", **meta}))
    block = mebench.score(said, dataset="casme-sq-twin").as_dict()["submission"]
    assert block["meta"] == {"authors": ["A", "B"], "seed": 3, "extra": {"amplitude": 2.0}}
    assert (block["method"], block["selection"], block["threshold_source"]) == ("m", "last", None)
    (tmp_path / "said.meta.json").unlink()
    plain = mebench.score(said, dataset="casme-sq-twin")
    assert plain.submission["meta"] == {}
    assert not faults(plain.as_dict())


def test_a_report_of_classes_carries_the_metadata_too(tmp_path):
    from mebench.protocols.registry import plan

    said = tmp_path / "labels.csv"
    plan(None, "casme2-twin-tiny").samples.samples.to_csv(said, index=False)
    (tmp_path / "labels.meta.json").write_text('{"preset": "cpu", "notes": "by hand"}')
    report = mebench.score(said, dataset="casme2-twin-tiny").as_dict()
    assert report["submission"]["meta"] == {"preset": "cpu", "notes": "by hand"}
    assert not faults(report)
