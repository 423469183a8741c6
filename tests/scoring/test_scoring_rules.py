import json

import jsonschema
import numpy as np
import pandas as pd
import pytest
from test_scoring import guesses

import mebench
from mebench.datasets import library
from mebench.datasets.library import load_dataset
from mebench.metrics.rules import RULES
from mebench.problems import UserError
from mebench.report.model import Report, schema
from mebench.scoring import score as score_one
from mebench.scoring import score_all_rules

TWIN = "casme-sq-twin"
COUNTS = ("tp", "fp", "fn")


@pytest.fixture(scope="module")
def said():
    return guesses(TWIN, share=0.7)


@pytest.fixture(scope="module")
def everything(said):
    return score_all_rules(said, TWIN)


def totals(report):
    return [getattr(report.scores["overall"], count) for count in COUNTS]


def test_every_rule_gives_a_valid_report_or_a_sentence(everything):
    assert [rule.name for rule, _ in everything] == list(RULES)
    refused = [rule.name for rule, found in everything if isinstance(found, str)]
    assert set(refused) <= {"kddi", "shengjianda", "ltp2019", "ltp2019-me"}
    for rule, found in everything:
        if isinstance(found, str):
            assert found.startswith(f"Rule {rule.name} cannot score this: ")
            assert found.endswith(".")
        else:
            document = found.as_dict()
            jsonschema.validate(document, schema())
            json.dumps(document, allow_nan=False)


def test_the_reasons_in_a_report_add_up_to_the_difference(everything):
    canonical = everything[0][1]
    assert "difference" not in canonical.rule
    seen = set()
    for _, found in everything[1:]:
        if isinstance(found, Report):
            block = found.rule["difference"]
            assert [block["overall"][count] for count in COUNTS] == totals(canonical)
            change = [sum(reason[count] for reason in block["reasons"]) for count in COUNTS]
            assert change == np.subtract(totals(found), totals(canonical)).tolist()
            seen |= {reason["kind"] for reason in block["reasons"]}
    assert {"not-counted-video-without-events", "iou-below"} <= seen


def test_rows_of_videos_and_subjects_add_up_under_every_rule(everything):
    for _, found in everything:
        if isinstance(found, Report):
            for kind in ("me", "mae"):
                for rows in (found.by_video, found.by_subject):
                    summed = [sum(row[kind][count] for row in rows) for count in COUNTS]
                    assert summed == [getattr(found.scores[kind], count) for count in COUNTS]


def test_a_single_rule_scores_as_it_does_among_all(said, everything):
    among = {rule.name: found for rule, found in everything}
    alone = score_one(said, TWIN, rule="softnet")
    assert alone.scores == among["softnet"].scores
    assert alone.rule == among["softnet"].rule
    assert alone.by_subject == among["softnet"].by_subject


def test_the_reasons_name_rows_of_the_submission_and_of_the_annotation():
    quiet = sorted(load_dataset(TWIN).video_ids - set(load_dataset(TWIN).annotations["video"]))[0]
    frame = pd.DataFrame({"video": ["s15_0101", quiet], "onset": [1, 5], "offset": [2, 20], "type": ["me", "mae"]})
    (reason,) = [
        r
        for r in mebench.score(frame, TWIN, rule="softnet").rule["difference"]["reasons"]
        if r["kind"] == "not-counted-video-without-events"
    ]
    assert 2 in reason["predictions"]
    assert reason["fp"] == -len(reason["predictions"])


def test_precision_of_abpn_is_taken_from_the_predictions_in_every_row():
    event = load_dataset(TWIN).annotations.query("type == 'me'").iloc[0]
    onset, offset = int(event["onset"]), int(event["offset"])
    frame = pd.DataFrame(
        {"video": event["video"], "onset": [onset, onset + 1], "offset": [offset, offset + 1], "type": "me"}
    )
    report = mebench.score(frame, TWIN, rule="abpn")
    score = report.scores["me"]
    assert (score.tp, score.fp) == (1, 1)
    assert score.precision == 1
    row = next(row for row in report.by_video if row["video"] == event["video"])
    assert row["me"]["confirmed"] == 2


@pytest.fixture
def overlapping(tmp_path, own_library):
    """A private dataset in which one prediction of subject 1 can hit two events."""
    gt, videos = tmp_path / "gt.csv", tmp_path / "videos.csv"
    gt.write_text("subject,video,onset,apex,offset,type\n1,a,1,5,14,me\n1,a,7,9,20,me\n2,b,1,5,14,me\n3,c,1,5,14,me\n")
    videos.write_text("subject,video,n_frames\n1,a,100\n2,b,100\n3,c,100\n")
    library.add("mine", gt, videos, None, None, None, False)
    return pd.DataFrame({"video": ["a", "b"], "onset": [1, 2], "offset": [20, 14], "type": "me"})


def test_scores_outside_0_to_1_have_no_interval(overlapping):
    report = mebench.score(overlapping, "mine", rule="hp1023")
    score = report.scores["me"]
    assert (score.tp, score.fp, score.fn) == (3, -1, 1)
    assert score.precision == 1.5
    assert score.interval["precision"] is None
    assert score.recall == 0.75
    assert score.interval["recall"] is not None
    jsonschema.validate(report.as_dict(), schema())


def test_the_policy_called_rule_is_what_the_script_chose(said):
    own = mebench.score(said, TWIN, rule="lssnet", gt_policy="rule")
    named = mebench.score(said, TWIN, rule="lssnet", gt_policy="drop,drop_past_end")
    assert own.ground_truth == named.ground_truth
    assert own.scores == named.scores
    assert own.ground_truth["counts"]["mae"] == 256
    policies = {
        f.ground_truth["policy"] for _, f in score_all_rules(said, TWIN, gt_policy="rule") if isinstance(f, Report)
    }
    assert {"default/1", "mirror/1", "apex_plus,truncate/1", "unmatchable/1"} - {"mirror/1"} <= policies


def test_a_policy_of_the_user_that_is_wrong_is_one_sentence_and_not_one_a_rule(said):
    with pytest.raises(UserError, match="policy"):
        score_all_rules(said, TWIN, gt_policy="nothing")


def test_a_rule_that_cannot_score_is_a_sentence_with_the_place():
    event = load_dataset(TWIN).annotations.query("type == 'me'").iloc[0]
    onset, offset = int(event["onset"]), int(event["offset"])
    frame = pd.DataFrame(
        {"video": event["video"], "onset": [onset, onset], "offset": [offset, offset + 1], "type": "me"}
    )
    with pytest.raises(
        UserError, match=rf"^Rule kddi cannot score this: .*event {onset} to {offset} of video"
    ) as caught:
        mebench.score(frame, TWIN, rule="kddi")
    assert "\n" not in str(caught.value)


def test_a_rule_that_types_by_length_needs_the_frame_rate(overlapping):
    assert mebench.score(overlapping, "mine").scores["me"].tp == 2
    with pytest.raises(UserError, match="frame rate"):
        mebench.score(overlapping, "mine", rule="kddi")
    results = score_all_rules(overlapping, "mine", gt_policy="rule")
    assert {rule.name for rule, found in results if isinstance(found, str)} == {"kddi", "abpn", "shengjianda"}


def test_the_schema_lets_only_legacy_rules_leave_the_range(said):
    document = mebench.score(said, TWIN).as_dict()
    legacy = mebench.score(said, TWIN, rule="mtsn").as_dict()
    for place in ("scores", "by_video"):
        for report, allowed in ((document, False), (legacy, True)):
            broken = json.loads(json.dumps(report))
            (broken[place]["me"] if place == "scores" else broken[place][0]["me"])["fn"] = -1
            if allowed:
                jsonschema.validate(broken, schema())
            else:
                with pytest.raises(jsonschema.ValidationError):
                    jsonschema.validate(broken, schema())
