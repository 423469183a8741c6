"""On what terms a report becomes an entry, and what no report may pretend."""

import json

import pytest
from entries_made import report

from mebench.datasets.catalog import is_twin_source, twin_source
from mebench.leaderboard.intake import Refused, entry_of

LONG = "x" * 5000


def refusal(said):
    with pytest.raises(Refused) as told:
        entry_of(said)
    sentence = str(told.value)
    assert sentence.isprintable()
    assert len(sentence) < 400, "a long value was not cut"
    return sentence


@pytest.mark.parametrize("task", ["spotting", "recognition", "spot-then-recognise"])
@pytest.mark.parametrize("synthetic", [False, True])
def test_a_twin_under_another_name_is_refused(task, synthetic):
    said = report(task, dataset="casme-sq", synthetic=synthetic)
    sentence = refusal(said)
    assert "synthetic twin" in sentence
    assert ("real data" in sentence) != synthetic
    assert "mebench score" in sentence


def test_a_copy_of_a_twin_that_says_so_and_real_data_are_taken():
    for synthetic, source in ((True, "casme-sq-twin"), (False, "casme-sq-twin"), (False, "a folder of mine")):
        made = entry_of(report(dataset="mine", synthetic=synthetic, ground_truth__source=source))
        assert made.document["synthetic"] == synthetic


def test_a_database_that_is_a_twin_gives_a_recognition_report_away():
    said = report("recognition", dataset="megc2019", synthetic=False, ground_truth__source="casme2, samm, smic")
    assert "real data" in refusal(said)


def test_reports_say_it_in_the_words_that_are_looked_for():
    assert report()["ground_truth"]["source"] == twin_source(0)
    assert is_twin_source(twin_source(7).upper())
    assert not is_twin_source("CAS(ME)^2 of the authors")
    assert not is_twin_source("the twin of seed 3.csv")


@pytest.mark.parametrize(
    ("task", "change", "words"),
    [
        ("spotting", {"rule__iou": "3/4"}, "IoU threshold is '3/4'"),
        ("spotting", {"rule__iou": "2/4"}, "IoU threshold is '2/4'"),
        ("spot-then-recognise", {"rule__iou": "1/3"}, "without --iou"),
        ("spotting", {"rule__name": LONG}, "canonical rule megc/1"),
        ("spotting", {"ground_truth__policy": "mirror/1"}, "policy is 'mirror/1'"),
        ("spotting", {"ground_truth__policy": LONG}, "without --gt-policy"),
        ("spotting", {"ground_truth__choices": {"missing_offset": "mirror"}}, "choices are 'missing_offset mirror'"),
        ("spotting", {"ground_truth__choices": {}}, "choices"),
        ("spotting", {"protocol": "LOSO"}, "protocol 'LOSO'"),
        ("spotting", {"protocol": ""}, "with --protocol"),
        ("recognition", {"protocol": LONG}, "with --protocol"),
        ("recognition", {"protocol": "loso"}, "policy"),
        ("recognition", {"ground_truth__policy": "megc2019/9, classes megc3"}, "policy 'megc2019/9"),
        ("recognition", {"ground_truth__policy": "nonsense, classes megc3"}, "policy 'nonsense"),
        ("recognition", {"ground_truth__choices": {"classes": LONG}}, "choices are 'classes xxx"),
        ("recognition", {"submission__predictions": 1}, "1 predictions"),
        ("spotting", {"submission__predictions": 0}, "0 predictions, and its hits and false alarms are"),
        ("spot-then-recognise", {"submission__predictions": 1}, "1 predictions"),
        ("spotting", {"ground_truth__counts__videos": 2}, "2 videos, and 3 subjects"),
        ("spotting", {"ground_truth__counts__videos_with_events": 99}, "99 videos with events"),
        ("spotting", {"ground_truth__counts__subjects": 2}, "3 subjects, and its ground truth has 2"),
        ("spotting", {"ground_truth__counts": {"videos": 5}}, "no count of me, mae, subjects"),
        ("recognition", {"ground_truth__counts": {}}, "no count of clips, subjects, negative"),
        ("spotting", {"synthetic": LONG}, "schema"),
        ("spotting", {"submission__selection": LONG}, "selection"),
        ("spotting", {"by_subject": [LONG] * 30}, "schema"),
    ],
)
def test_other_terms_are_refused_with_the_value_and_the_remedy(task, change, words):
    entry_of(report(task))
    sentence = refusal(report(task, **change))
    assert words in sentence
    assert "core" in sentence, "what to do is not said"


def test_metadata_that_break_their_schema_are_not_told_at_length():
    said = report()
    said["submission"]["meta"]["seed"] = LONG
    assert "metadata" in refusal(said)


@pytest.mark.parametrize("protocol", [None, "loso", "loso-me", "cross-a", "hold-out", "my.own_5-fold"])
def test_plain_protocols_are_taken(protocol):
    assert entry_of(report(protocol=protocol)).document["protocol"] == protocol


@pytest.mark.parametrize(
    ("task", "dataset", "protocol"),
    [
        ("spotting", "casme-sq-twin", "loso"),
        ("spotting", "casme-sq-twin", "loso-me"),
        ("spotting", "casme-sq-twin", None),
        ("spotting", "samm-lv-twin", "loso-me"),
        ("spotting", "smic-e-long-twin", "cross-b"),
        ("recognition", "megc2019-twin", None),
        ("recognition", "casme2-twin", None),
    ],
)
def test_what_the_scorer_writes_is_taken(task, dataset, protocol):
    import pandas as pd

    from mebench.datasets.ground_truth import ground_truth
    from mebench.datasets.library import load_dataset
    from mebench.protocols.registry import plan
    from mebench.scoring import score

    if task == "spotting":
        events = ground_truth(load_dataset(dataset)).expressions
        kept = events[events["offset"] >= events["onset"]].drop_duplicates(["video", "onset", "offset", "type"])
        said = kept[["video", "onset", "offset", "type"]].iloc[::2].copy()
        said["offset"] = said[["onset", "offset"]].assign(offset=said["offset"] - 1).max(axis=1)  # none past the end
    else:
        samples = plan(protocol, dataset).samples
        said = pd.DataFrame(samples.samples).assign(label=samples.classes[0])
    made = entry_of(json.loads(score(said, dataset, protocol=protocol).to_json()))
    assert made.document["dataset"] == dataset
