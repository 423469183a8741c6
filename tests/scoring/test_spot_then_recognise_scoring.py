import csv
import io

import numpy as np
import pandas as pd
import pytest
from test_scoring import faults

from mebench.datasets.ground_truth import ground_truth
from mebench.datasets.library import load_dataset
from mebench.metrics import spot_then_recognise as metric
from mebench.problems import InvalidInput, UserError
from mebench.report.render import render
from mebench.scoring import score
from mebench.scoring.spot_then_recognise import score_spot_then_recognise

TWINS = ("casme-sq-twin", "smic-e-long-twin")


def events_of(name):
    events = ground_truth(load_dataset(name)).expressions
    return events[events["type"] == "me"][["video", "onset", "offset", "type", "emotion"]].reset_index(drop=True)


def guesses(name, seed=0):
    """Some of a twin's ME, moved, some misnamed, and false alarms."""
    rng = np.random.default_rng(seed)
    said = events_of(name).drop_duplicates(["video", "onset", "offset"])
    said = said[rng.random(len(said)) < 0.8].copy()
    first = said["video"].map(load_dataset(name).videos.set_index("video")["first_frame"])
    said["onset"] = np.maximum(said["onset"] - rng.integers(0, 8, len(said)), first)
    emotions = sorted(set(said["emotion"]))
    said["emotion"] = said["emotion"].where(rng.random(len(said)) < 0.6, rng.choice(emotions, len(said)))
    videos = load_dataset(name).videos.iloc[rng.integers(0, 60, 25)]
    onset = videos["first_frame"].to_numpy() + rng.integers(0, 300, 25)
    stray = pd.DataFrame({"video": videos["video"].to_numpy(), "onset": onset, "offset": onset + 10, "type": "me"})
    stray["emotion"] = rng.choice(emotions, 25)
    return pd.concat([said, stray], ignore_index=True).drop_duplicates(["video", "onset", "offset"])


@pytest.fixture(scope="module", params=TWINS)
def scored(request):
    return guesses(request.param), score_spot_then_recognise(guesses(request.param), request.param)


def test_the_report_follows_its_schema(scored):
    said, report = scored
    assert not faults(report.as_dict())
    official = score_spot_then_recognise(said, report.dataset, rule="strs-official")
    assert not faults(official.as_dict())


def test_spotting_is_that_of_megc_for_me(scored):
    said, report = scored
    expected = score(said, report.dataset).scores["me"]
    found = report.scores["spotting"]
    assert (found.tp, found.fp, found.fn, found.f1) == (expected.tp, expected.fp, expected.fn, expected.f1)


def test_strs_is_the_product_and_analysis_follows_from_the_confusion(scored):
    _, report = scored
    told = report.scores["analysis"]
    assert report.scores["strs"].strs == pytest.approx(report.scores["spotting"].f1 * told.f1)
    assert told.f1 == pytest.approx(2 * told.precision * told.recall / (told.precision + told.recall))
    confusion = np.array(told.confusion)
    assert confusion.sum() == told.hits <= report.scores["spotting"].tp
    for i, row in enumerate(told.emotions):
        assert (row.tp, row.fn) == (confusion[i, i], confusion[i].sum() - confusion[i, i])
        assert row.fp == confusion[:, i].sum() - confusion[i, i]
    assert told.precision == pytest.approx(np.mean([row.precision for row in told.emotions]))


def test_tables_are_additive_over_subjects_and_videos(scored):
    _, report = scored
    spotted, told = report.scores["spotting"], report.scores["analysis"]
    for rows in (report.by_subject, report.by_video):
        assert [sum(row["me"][c] for row in rows) for c in ("tp", "fp", "fn")] == [spotted.tp, spotted.fp, spotted.fn]
    assert np.array_equal(sum(np.array(row["confusion"]) for row in report.by_subject), told.confusion)


def test_intervals_hold_the_scores(scored):
    _, report = scored
    for name, key in (("strs", "strs"), ("spotting", "f1"), ("analysis", "f1")):
        low, high = report.scores[name].interval[key]
        assert low < getattr(report.scores[name], key) < high


@pytest.mark.parametrize("name", TWINS)
def test_the_events_and_their_emotions_score_one(name):
    scores = score_spot_then_recognise(events_of(name).drop_duplicates(["video", "onset", "offset"]), name).scores
    assert scores["spotting"].fp == 0
    assert scores["analysis"].f1 == 1
    assert scores["strs"].strs == scores["spotting"].f1 > 0.98


def test_others_are_spotted_but_not_analysed_unless_asked_for():
    said = guesses("casme-sq-twin")
    plain = score_spot_then_recognise(said, "casme-sq-twin")
    assert plain.rule["emotions"] == ["negative", "positive", "surprise"]
    assert plain.scores["analysis"].hits < plain.scores["spotting"].tp
    every = score_spot_then_recognise(said, "casme-sq-twin", emotions="Others, neg,positive,surprise,negative")
    assert every.rule["emotions"] == ["negative", "others", "positive", "surprise"]
    assert every.scores["analysis"].hits == every.scores["spotting"].tp == plain.scores["spotting"].tp
    two = score_spot_then_recognise(said, "casme-sq-twin", emotions=["positive", "negative"])
    assert len(two.scores["analysis"].confusion) == 2
    assert sum(row[-1] for row in two.scores["analysis"].confusion) > 0


def test_emotions_are_read_in_any_letter_case_and_in_short():
    said = guesses("casme-sq-twin")
    short = {"negative": "NEG", "positive": "pos", "surprise": "Surprise", "others": "other"}
    again = said.assign(emotion=said["emotion"].map(short))
    first, second = (score_spot_then_recognise(table, "casme-sq-twin").scores for table in (said, again))
    assert first == second


def test_row_order_plays_no_part_but_for_the_official_script():
    said = guesses("casme-sq-twin")
    shuffled = said.sample(frac=1, random_state=1).reset_index(drop=True)
    first, second = (score_spot_then_recognise(table, "casme-sq-twin") for table in (said, shuffled))
    assert first.scores == second.scores
    assert first.by_video == second.by_video


def test_mae_are_not_scored_and_the_report_says_so():
    said = guesses("casme-sq-twin")
    with_mae = pd.concat([said, said.assign(type="mae")], ignore_index=True)
    first, second = (score_spot_then_recognise(table, "casme-sq-twin") for table in (said, with_mae))
    assert first.scores == second.scores
    assert second.submission["predictions"] == len(said)
    assert any(f"{len(said)} MaE of the file are not scored" in warning for warning in second.warnings)


def test_a_file_without_types_holds_me(tmp_path):
    said = guesses("casme-sq-twin")
    path = tmp_path / "str.csv"
    said.drop(columns="type").to_csv(path, index=False)
    assert (
        score_spot_then_recognise(path, "casme-sq-twin").scores
        == score_spot_then_recognise(said, "casme-sq-twin").scores
    )


def test_the_official_script_prints_what_its_metric_says_and_looks_away():
    said = guesses("casme-sq-twin")
    ours, theirs = (score_spot_then_recognise(said, "casme-sq-twin", rule=r) for r in ("megc", "strs-official"))
    assert theirs.rule["emotions"] == ["negative", "others", "positive", "surprise"]
    assert theirs.scores["spotting"].fp < ours.scores["spotting"].fp
    told = theirs.scores["analysis"]
    assert told.printed["uar"] == told.precision != told.recall
    assert told.printed["fn"] == told.printed["fp"]
    assert theirs.scores["strs"].strs == pytest.approx(theirs.scores["spotting"].f1 * told.f1)
    assert theirs.scores["strs"].interval == {"strs": None}
    assert sum(row["me"]["fp"] for row in theirs.by_subject) == theirs.scores["spotting"].fp


def test_nothing_hit_is_said_and_stops_the_official_script():
    said = pd.DataFrame({"video": ["s15_0101"], "onset": [1], "offset": [2], "type": ["me"], "emotion": ["positive"]})
    scores = score_spot_then_recognise(said, "casme-sq-twin").scores
    assert (scores["strs"].strs, scores["analysis"].f1) == (0, None)
    assert "undefined" in render(score_spot_then_recognise(said, "casme-sq-twin"))
    with pytest.raises(UserError, match="strs-official cannot score this: the script stops"):
        score_spot_then_recognise(said, "casme-sq-twin", rule="strs-official")


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        ({}, {"rule": "mdmd2020"}, "megc and strs-official"),
        ({}, {"rule": "mgec"}, "Did you mean 'megc'"),
        ({}, {"iou": "2"}, "--iou"),
        ({}, {"emotions": "negative,hapy"}, "no emotion 'hapy'"),
        ({}, {"default_type": "mae"}, "of ME"),
        ({}, {"dataset": "samm-lv-twin"}, "no emotions of ME annotated"),
        ({"emotion": None}, {}, "no column emotion"),
    ],
)
def test_wrong_options_are_one_sentence(change, options, words):
    said = pd.DataFrame({"video": ["s15_0101"], "onset": [1], "offset": [2], "type": ["me"], "emotion": ["positive"]})
    if options.get("dataset"):
        said["video"] = "006_1"
    said = said.drop(columns=list(change))
    with pytest.raises(UserError, match=words):
        score_spot_then_recognise(said, **{"dataset": "casme-sq-twin", **options})


def test_every_emotion_that_is_none_is_told_with_its_row():
    said = pd.DataFrame(
        {
            "video": ["s15_0101"] * 5,
            "onset": [1, 11, 21, 31, 41],
            "offset": [9, 19, 29, 39, 49],
            "type": ["me"] * 4 + ["mae"],
            "emotion": ["positive", "positif", None, "1", "nonsense in a row that is not scored"],
        }
    )
    with pytest.raises(InvalidInput) as caught:
        score_spot_then_recognise(said, "casme-sq-twin")
    found = [(p.rule, p.row, p.column) for p in caught.value.problems]
    assert found == [
        ("unknown-emotion", 2, "emotion"),
        ("missing-emotion", 3, "emotion"),
        ("unknown-emotion", 4, "emotion"),
    ]
    assert "Did you mean 'positive'?" in str(caught.value)


@pytest.mark.parametrize("by", [None, "subject", "video"])
@pytest.mark.parametrize("form", ["table", "json", "csv", "md", "latex"])
def test_every_form_shows_the_score(scored, form, by):
    _, report = scored
    text = render(report, form, by, width=80)
    assert report.submission["sha256"][:16] in text
    if by is None and form in {"table", "md", "latex"}:
        assert f"{report.scores['strs'].strs:.4f}" in text
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(text)))
        assert sum(int(row["tp"]) for row in rows) == report.scores["spotting"].tp
        assert by or float(rows[0]["strs"]) == report.scores["strs"].strs
    if form == "table":
        assert max(map(len, text.splitlines())) <= 80
        assert "…" not in text


def test_the_metric_is_the_one_of_the_metrics_room(scored):
    said, report = scored
    counts = np.array([getattr(report.scores["spotting"], name) for name in ("tp", "fp", "fn")])
    assert report.scores["strs"].strs == metric.strs(counts, np.array(report.scores["analysis"].confusion))
    assert len(said) == counts[:2].sum()


def test_a_protocol_that_leaves_subjects_out_is_followed():
    said = guesses("casme-sq-twin")
    report = score_spot_then_recognise(said, "casme-sq-twin", protocol="loso-me")
    expected = score(said, "casme-sq-twin", protocol="loso-me")
    found = report.scores["spotting"]
    assert (found.tp, found.fp, found.fn) == tuple(getattr(expected.scores["me"], n) for n in ("tp", "fp", "fn"))
    assert report.protocol == expected.protocol
    assert len(report.by_subject) == 14
    # Only hits are analysed, and a subject without an event has none.
    everyone = score_spot_then_recognise(said, "casme-sq-twin").scores["analysis"]
    assert report.scores["analysis"].confusion == everyone.confusion
    left_out = len(said) - report.submission["predictions"]
    assert left_out > 0
    assert f"{left_out} predictions are of what the protocol leaves out" in report.ground_truth["notes"]


def test_clips_are_named_but_not_spotted():
    with pytest.raises(UserError, match="clips to name"):
        score_spot_then_recognise(guesses("casme-sq-twin"), "casme2-twin")
