import csv
import io
from fractions import Fraction

import jsonschema
import numpy as np
import pandas as pd
import pytest

import mebench
from mebench.datasets import library
from mebench.datasets.ground_truth import ground_truth
from mebench.datasets.library import load_dataset
from mebench.diagnosis.diagnose import diagnose
from mebench.metrics.anatomy import KINDS
from mebench.problems import UserError
from mebench.report.model import schema
from mebench.report.render import render
from mebench.report.sweep import bars, precision_at

TWINS = ("samm-lv-twin", "casme-sq-twin", "smic-e-long-twin")


def guesses(name, seed=0):
    """Some of a twin's events, moved, mistyped, cut or repeated, and some intervals at random, with scores."""
    dataset = load_dataset(name)
    rng = np.random.default_rng(seed)
    events = ground_truth(dataset).expressions
    said = events[rng.random(len(events)) < 0.7][["video", "onset", "offset", "type"]].copy()
    length = (said["offset"] - said["onset"] + 1).to_numpy()
    said["onset"] += (rng.uniform(-0.6, 0.6, len(said)) * length).astype(int)
    said["offset"] = said["onset"] + (rng.uniform(0.3, 1.6, len(said)) * length).astype(int)
    mistyped = rng.random(len(said)) < 0.1
    said.loc[mistyped, "type"] = rng.choice(dataset.types, mistyped.sum())
    videos = dataset.videos.iloc[rng.integers(0, len(dataset.videos), 60)]
    onset = videos["first_frame"].to_numpy() + rng.integers(0, 200, 60)
    stray = pd.DataFrame({"video": videos["video"].to_numpy(), "onset": onset, "offset": onset + 12})
    stray["type"] = dataset.types[0]
    said = pd.concat([said, stray], ignore_index=True).drop_duplicates()
    first = said["video"].map(dataset.videos.set_index("video")["first_frame"]).to_numpy()
    last = first + said["video"].map(dataset.videos.set_index("video")["n_frames"]).to_numpy() - 1
    inside = (said["onset"] >= first) & (said["offset"] <= last) & (said["onset"] <= said["offset"])
    said = said[inside].reset_index(drop=True)
    said["score"] = rng.integers(1, 30, len(said)) / 32
    return said


@pytest.fixture(scope="module", params=TWINS)
def diagnosed(request):
    return guesses(request.param), diagnose(guesses(request.param), request.param, over=("iou", "score"))


def test_the_report_follows_its_schema_and_is_the_plain_one_but_for_what_was_asked(diagnosed):
    said, report = diagnosed
    jsonschema.validate(report.as_dict(), schema())
    plain, full = mebench.score(said, report.dataset).as_dict(), report.as_dict()
    assert not plain["errors"]
    assert "sweep" not in plain
    for name in ("errors", "environment"):
        plain.pop(name)
        full.pop(name)
    assert set(full.pop("sweep")) == {"iou", "score"}
    assert full == plain


def test_kinds_add_up_to_the_false_positives_and_misses_and_everything_gains_the_rest(diagnosed):
    _, report = diagnosed
    rows = report.errors["kinds"]
    assert [row["kind"] for row in rows] == list(KINDS)
    together = {row["kind"]: row for row in report.errors["families"]}["everything"]
    for kind, score in report.scores.items():
        assert sum(row[kind]["fp"] for row in rows) == together[kind]["fp"] == score.fp
        assert sum(row[kind]["fn"] for row in rows) == together[kind]["fn"] == score.fn
        assert together[kind]["gain"] == pytest.approx(1 - score.f1)
        assert all(0 <= row[kind]["gain"] <= 1 - score.f1 for row in rows)
    assert sum(row["overall"]["fp"] > 0 for row in rows) >= 6


def test_oracles_are_the_f1_without_false_positives_and_without_misses(diagnosed):
    _, report = diagnosed
    for kind, score in report.scores.items():
        no_fp = 2 * score.tp / (2 * score.tp + score.fn)
        events = score.tp + score.fn
        no_fn = 2 * events / (2 * events + score.fp)
        gains = report.errors["oracles"]
        assert gains["no false positives"][kind] == pytest.approx(no_fp - score.f1)
        assert gains["no misses"][kind] == pytest.approx(no_fn - score.f1)


def test_every_event_is_in_one_slice_by_duration_and_by_subject(diagnosed):
    _, report = diagnosed
    for by in ("duration", "subject"):
        for kind in (k for k in report.scores if k != "overall"):
            rows = [row for row in report.errors["recall"][by] if row["type"] == kind]
            assert sum(row["found"] for row in rows) == report.scores[kind].tp
            assert sum(row["events"] for row in rows) == report.scores[kind].tp + report.scores[kind].fn
            assert all(row["recall"] == row["found"] / row["events"] for row in rows)
            assert len({row["slice"] for row in rows}) == len(rows)


def test_recall_by_emotion_speaks_of_the_annotated_ones_only():
    events = ground_truth(load_dataset("casme-sq-twin")).expressions
    rows = diagnose(guesses("casme-sq-twin"), "casme-sq-twin").errors["recall"]["emotion"]
    found = {(row["type"], row["slice"]): row["events"] for row in rows}
    assert found == events.groupby(["type", "emotion"]).size().to_dict()
    assert diagnose(guesses("samm-lv-twin"), "samm-lv-twin").errors["recall"]["emotion"] == []


def test_durations_are_in_seconds_of_the_videos_own_rate():
    dataset = load_dataset("casme-sq-twin")
    events = ground_truth(dataset).expressions
    seconds = (events["offset"] - events["onset"] + 1) / 30
    rows = diagnose(guesses("casme-sq-twin"), dataset).errors["recall"]["duration"]
    mae = {row["slice"]: row["events"] for row in rows if row["type"] == "mae"}
    of_mae = seconds[events["type"] == "mae"]
    assert mae["0.5 to 1 s"] == ((of_mae >= 0.5) & (of_mae < 1)).sum()
    assert mae["below 0.2 s"] == (of_mae < 0.2).sum()


def test_false_positives_a_video_and_a_minute(diagnosed):
    _, report = diagnosed
    videos = load_dataset(report.dataset).videos
    minutes = (videos["n_frames"] / videos["fps"]).sum() / 60
    for kind, score in report.scores.items():
        rate = report.errors["false_positives"][kind]
        assert rate["per_video"] == score.fp / len(videos)
        assert rate["per_minute"] == pytest.approx(score.fp / minutes)


def test_without_lengths_durations_are_in_frames_and_there_is_no_rate_a_minute(tmp_path):
    (tmp_path / "gt.csv").write_text("subject,video,onset,apex,offset,type\n1,a,10,15,16,me\n1,a,50,60,150,mae\n")
    dataset = library.add("mine", tmp_path / "gt.csv")
    said = pd.DataFrame({"video": ["a"], "onset": [10], "offset": [16], "type": ["me"]})
    errors = diagnose(said, dataset).errors
    assert [row["slice"] for row in errors["recall"]["duration"]] == ["below 8 frames", "64 to 128 frames"]
    assert errors["false_positives"]["me"] == {"per_video": 0.0, "per_minute": None}


def test_events_without_frames_have_a_slice_of_their_own():
    errors = diagnose(guesses("casme-sq-twin"), "casme-sq-twin", gt_policy="unmatchable").errors
    none = [row for row in errors["recall"]["duration"] if row["slice"] == "no frames"]
    assert [(row["type"], row["events"], row["found"]) for row in none] == [("mae", 44, 0)]


@pytest.mark.parametrize("rule", ["megc", "mdmd2020", "joint"])
def test_the_sweep_over_iou_is_the_score_at_each_threshold(rule):
    said = guesses("casme-sq-twin")
    found = diagnose(said, "casme-sq-twin", errors=False, over=["iou"], rule=rule).sweep["iou"]
    assert found["thresholds"] == [str(Fraction(tenths, 10)) for tenths in range(1, 10)]
    for k in (0, 4, 8):
        scores = mebench.score(said, "casme-sq-twin", iou=found["thresholds"][k], rule=rule).scores
        for kind, score in scores.items():
            columns = found["scores"][kind]
            assert [columns[name][k] for name in ("tp", "fp", "fn")] == [score.tp, score.fp, score.fn]
            assert columns["f1"][k] == score.f1


def test_the_sweep_over_scores_is_the_score_of_what_is_kept(diagnosed):
    said, report = diagnosed
    found = report.sweep["score"]
    assert found["oracle"] is True
    thresholds = found["scores"]["overall"]["points"]["score"]
    for threshold in thresholds[:: max(1, len(thresholds) // 5)]:
        scores = mebench.score(said[said["score"] >= threshold], report.dataset).scores
        for kind, score in scores.items():
            points = found["scores"][kind]["points"]
            at = np.flatnonzero(np.array(points["score"]) >= threshold)[-1]
            assert [points[name][at] for name in ("tp", "fp", "fn")] == [score.tp, score.fp, score.fn]
    best = found["scores"]["overall"]["best"]
    kept = mebench.score(said[said["score"] >= best["score"]], report.dataset).scores["overall"]
    assert (best["f1"], best["precision"], best["recall"]) == (kept.f1, kept.precision, kept.recall)
    assert best["f1"] >= report.scores["overall"].f1


def test_a_long_curve_is_thinned_but_not_its_average_precision():
    said = guesses("samm-lv-twin")
    said["score"] = np.linspace(0.1, 0.9, len(said))
    curve = diagnose(said, "samm-lv-twin", errors=False, over=["score"]).sweep["score"]["scores"]["overall"]
    assert curve["thresholds"] == len(said) > 200
    assert len(curve["points"]["score"]) == 200
    whole = diagnose(said.iloc[:150], "samm-lv-twin", errors=False, over=["score"]).sweep["score"]["scores"]["overall"]
    tp, fp = (np.array(whole["points"][name]) for name in ("tp", "fp"))
    expected = (np.diff(tp, prepend=0) * tp / (tp + fp)).sum() / whole["events"]
    assert whole["average_precision"] == pytest.approx(expected)


def test_nothing_predicted_is_all_missed_and_has_no_best_threshold():
    nothing = pd.DataFrame({"video": [], "onset": [], "offset": [], "type": [], "score": []})
    report = diagnose(nothing, "smic-e-long-twin", over=["iou", "score"])
    jsonschema.validate(report.as_dict(), schema())
    missed = {row["kind"]: row["me"] for row in report.errors["kinds"]}["missed"]
    assert (missed["fn"], missed["gain"]) == (report.scores["me"].fn, 1.0)
    curve = report.sweep["score"]["scores"]["me"]
    assert (curve["average_precision"], curve["best"], curve["points"]["score"]) == (0.0, None, [])
    assert "missed" in render(report)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"rule": "mdmd2020"}, "--errors can be had under the rule megc only"),
        ({"errors": False, "over": ["score"], "rule": "joint"}, "--sweep score can be had"),
        ({"over": ["time"]}, "sweeps over iou and score only"),
        ({"near": ".6"}, "near .6"),
        ({"near": "half"}, "not a number"),
        ({"errors": False, "over": ["iou"], "rule": "kddi"}, "--sweep iou: rule kddi stops"),
    ],
)
def test_wrong_options_are_one_sentence(options, words):
    said = pd.DataFrame({"video": ["s15_0101"] * 2, "onset": [1808, 1850], "offset": [1880, 1880], "type": ["mae"] * 2})
    with pytest.raises(UserError, match=words) as caught:
        diagnose(said, "casme-sq-twin", **options)
    assert str(caught.value).count("\n") == 0


def test_a_sweep_over_scores_needs_a_score_for_every_prediction(tmp_path):
    said = guesses("casme-sq-twin")
    with pytest.raises(UserError, match="no column score"):
        diagnose(said.drop(columns="score"), "casme-sq-twin", over=["score"])
    path = tmp_path / "said.csv"
    path.write_text("video,onset,offset,type,score\ns15_0101,10,20,me,0.5\ns15_0101,30,40,me,\n")
    with pytest.raises(UserError, match=r"said\.csv, row 3: one prediction has no score"):
        diagnose(path, "casme-sq-twin", over=["score"])


def test_row_order_changes_nothing(diagnosed):
    said, report = diagnosed
    shuffled = said.sample(frac=1, random_state=3).reset_index(drop=True)
    again = diagnose(shuffled, report.dataset, over=("iou", "score"))
    assert (again.errors, again.sweep) == (report.errors, report.sweep)


@pytest.mark.parametrize("form", ["table", "md", "latex"])
def test_every_form_shows_all_of_it(diagnosed, form):
    _, report = diagnosed
    text = render(report, form, width=80)
    for words in (*KINDS, "badly localised", "AP", "oracle", "0.9"):
        assert words in text
    if form == "table":
        assert max(map(len, text.splitlines())) <= 80
        assert "…" not in text
        assert "recall by duration" in text


def test_csv_is_one_table(diagnosed):
    said, report = diagnosed
    with pytest.raises(UserError, match="one table"):
        render(report, "csv")
    errors = diagnose(said, report.dataset)
    rows = list(csv.DictReader(io.StringIO(render(errors, "csv"))))
    told = {(row["kind"], row["type"]): row for row in rows}
    assert int(told["everything", "overall"]["fp"]) == report.scores["overall"].fp
    assert {row["kind"] for row in rows} == {*KINDS, "badly localised", "everything"}
    with pytest.raises(UserError, match="one table"):
        render(errors, "csv", by="subject")
    swept = diagnose(said, report.dataset, errors=False, over=["iou", "score"])
    rows = list(csv.DictReader(io.StringIO(render(swept, "csv"))))
    at_half = next(
        row for row in rows if row["over"] == "iou" and row["threshold"] == "1/2" and row["type"] == "overall"
    )
    assert float(at_half["f1"]) == report.scores["overall"].f1
    assert {(row["over"], row["oracle"]) for row in rows} == {("iou", "false"), ("score", "true")}


def test_bars_and_precision_at_recall_levels():
    assert bars([0.0, 1.0, None]) == " █·"
    curve = {"events": 4, "points": {"tp": [1, 1, 2], "fp": [0, 1, 2], "fn": [3, 3, 2]}}
    assert precision_at(curve, levels=5) == [1.0, 1.0, 0.5, None, None]
    assert precision_at({"events": 0, "points": {"tp": [0], "fp": [1], "fn": [0]}}, levels=2) == [None, None]


def test_a_protocol_that_leaves_subjects_and_types_out_is_followed():
    said = guesses("casme-sq-twin")
    report = diagnose(said, "casme-sq-twin", protocol="loso-me", over=["iou", "score"])
    jsonschema.validate(report.as_dict(), schema())
    plain = mebench.score(said, "casme-sq-twin", protocol="loso-me")
    assert report.scores == plain.scores
    assert list(report.scores) == ["me", "overall"]
    everything = {row["kind"]: row for row in report.errors["families"]}["everything"]["me"]
    assert (everything["fp"], everything["fn"]) == (plain.scores["me"].fp, plain.scores["me"].fn)
    assert sum(row["events"] for row in report.errors["recall"]["subject"]) == 57
    assert len(report.errors["recall"]["subject"]) == 14
    assert report.sweep["iou"]["scores"]["me"]["fp"][4] == plain.scores["me"].fp
    lowest = {name: report.sweep["score"]["scores"]["me"]["points"][name][-1] for name in ("tp", "fp", "fn")}
    assert lowest == {name: getattr(plain.scores["me"], name) for name in ("tp", "fp", "fn")}


def test_clips_have_no_intervals_to_diagnose():
    with pytest.raises(UserError, match="clips to name"):
        diagnose(guesses("casme-sq-twin"), "casme2-twin")


@pytest.mark.parametrize("rule", ["megc", "abpn", "mtsn"])
def test_a_sweep_over_iou_says_at_the_threshold_what_the_score_says(rule):
    from test_scoring import guesses as some

    from mebench import scoring
    from mebench.diagnosis.diagnose import diagnose as diagnosed

    said = some("casme-sq-twin")
    whole = scoring.score(said, "casme-sq-twin", rule=rule)
    found = diagnosed(said, "casme-sq-twin", errors=False, over=["iou"], rule=rule).sweep["iou"]
    at = found["thresholds"].index("1/2")
    for kind, score in whole.scores.items():
        for name in ("precision", "recall", "f1"):
            assert found["scores"][kind][name][at] == getattr(score, name)
