import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import confusion_matrix, f1_score, recall_score
from test_scoring import faults

from mebench.datasets.library import load_clips
from mebench.problems import UserError
from mebench.protocols.published_counts import class_counts
from mebench.protocols.registry import plan
from mebench.report.render import render
from mebench.scoring import score


def guesses(dataset="megc2019-twin", right=0.6, seed=0):
    samples = plan(None, dataset).samples
    rng = np.random.default_rng(seed)
    table = samples.samples.copy()
    wrong = rng.random(len(table)) > right
    table.loc[wrong, "label"] = rng.choice(samples.classes, int(wrong.sum()))
    return samples, table.sample(frac=1, random_state=seed).reset_index(drop=True)


@pytest.mark.parametrize("dataset", ["megc2019-twin", "casme2-twin", "smic-twin", "samm-twin"])
def test_scores_agree_with_scikit_learn_called_with_the_full_list(dataset):
    samples, said = guesses(dataset)
    report = score(said, dataset)
    merged = samples.samples.merge(said, on=["dataset", "subject", "clip"], suffixes=("", "_said"))
    parts = {"full": merged} | {
        n: merged[merged["dataset"] == n] for n in samples.datasets if len(samples.datasets) > 1
    }
    assert set(report.scores) == set(parts)
    for name, part in parts.items():
        found, labels = report.scores[name], list(samples.classes)
        truth, guess = part["label"], part["label_said"]
        assert found.uf1 == pytest.approx(f1_score(truth, guess, labels=labels, average="macro", zero_division=0))
        assert found.uar == pytest.approx(recall_score(truth, guess, labels=labels, average="macro", zero_division=0))
        assert found.accuracy == pytest.approx((truth == guess).mean())
        assert np.array_equal(found.confusion, confusion_matrix(truth, guess, labels=labels))


def test_the_databases_add_up_to_the_whole():
    report = score(guesses()[1], "megc2019-twin")
    parts = [np.array(s.confusion) for name, s in report.scores.items() if name != "full"]
    assert np.array_equal(sum(parts), report.scores["full"].confusion)
    assert sum(np.array(row["confusion"]).sum() for row in report.by_subject) == 442
    assert len(report.by_subject) == 68


def test_all_negative_gives_the_published_floor():
    _, said = guesses()
    found = score(said.assign(label="negative"), "megc2019-twin").scores
    assert found["full"].uf1 == pytest.approx(0.2408, abs=5e-5)
    assert found["full"].uar == pytest.approx(1 / 3)
    assert found["full"].accuracy == pytest.approx(0.5656, abs=5e-5)
    assert found["smic-twin"].uf1 == pytest.approx(0.1994, abs=5e-5)
    assert found["casme2-twin"].uf1 == pytest.approx(0.2518, abs=5e-5)
    assert found["samm-twin"].uf1 == pytest.approx(0.2726, abs=5e-5)


def test_perfect_is_one():
    samples, _ = guesses()
    full = score(samples.samples, "megc2019-twin").scores["full"]
    assert full.uf1 == full.uar == full.accuracy == 1


def test_a_report_follows_its_schema_and_is_the_same_twice():
    said = guesses()[1]
    documents = [score(said, "megc2019-twin").as_dict() for _ in range(2)]
    for document in documents:
        assert not faults(document)
        document.pop("environment")
    assert documents[0] == documents[1]


@pytest.mark.parametrize("form", ["table", "json", "csv", "md", "latex"])
@pytest.mark.parametrize("by", [None, "subject"])
def test_every_form_names_the_databases_and_the_hash(form, by):
    report = score(guesses()[1], "megc2019-twin")
    text = render(report, form, by, width=100)
    assert "casme2-twin" in text
    assert report.ground_truth["sha256"][:16] in text
    assert "synthetic" in text.lower()


def test_a_class_that_is_never_predicted_scores_zero_and_a_missing_clip_is_refused():
    _, said = guesses()
    full = score(said.replace({"label": {"surprise": "negative"}}), "megc2019-twin").scores["full"]
    surprise = next(c for c in full.classes if c.label == "surprise")
    assert surprise.f1 == 0
    assert surprise.precision is None
    assert not full.absent
    with pytest.raises(UserError, match="clip"):
        score(said.iloc[:-1], "megc2019-twin")


def test_classes_can_be_chosen_where_the_protocol_leaves_it():
    samples = plan("loso", "casme2-twin", "megc3").samples
    report = score(samples.samples, "casme2-twin", classes="megc3")
    assert [c.label for c in report.scores["full"].classes] == ["negative", "positive", "surprise"]
    with pytest.raises(UserError, match="label"):
        score(samples.samples, "casme2-twin")


def test_intervals_hold_the_score():
    full = score(guesses()[1], "megc2019-twin").scores["full"]
    for name in ("uf1", "uar", "accuracy"):
        low, high = full.interval[name]
        assert low < getattr(full, name) < high


def test_a_spotting_rule_is_no_rule_of_recognition():
    with pytest.raises(UserError, match="rule"):
        score(guesses()[1], "megc2019-twin", rule="softnet")


def test_labels_for_a_spotting_dataset_are_refused():
    with pytest.raises(UserError):
        score(pd.DataFrame({"clip": ["a"], "label": ["b"]}), "casme-sq-twin")


def test_a_loaded_recognition_dataset_is_scored_by_its_name():
    said = guesses("casme2-twin")[1]
    assert score(said, load_clips("casme2-twin")).scores == score(said, "casme2-twin").scores


@pytest.mark.parametrize("options", [{"iou": ".3"}, {"allow_duplicates": True}, {"gt_policy": "mirror"}])
def test_options_of_spotting_are_refused_and_not_ignored(options):
    with pytest.raises(UserError, match="is for spotting"):
        score(guesses("casme2-twin")[1], "casme2-twin", **options)


@pytest.mark.parametrize(("dataset", "classes"), [("casme2-twin", "megc3"), ("casme2-twin", None), ("samm-twin", None)])
def test_the_audit_counts_the_clips_that_score_counts(dataset, classes):
    samples = plan("loso", dataset, classes).samples
    found = score(samples.samples, dataset, classes=classes).scores["full"]
    assert tuple(row.clips for row in found.classes) == class_counts(dataset, classes).total


def test_the_class_scheme_is_named_in_the_report():
    for classes in ("megc3", "casme2-5"):
        samples = plan("loso", "casme2-twin", classes).samples
        report = score(samples.samples, "casme2-twin", classes=classes)
        assert classes in report.ground_truth["policy"]
        assert classes in render(report, "csv")


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("dataset", ["megc2019-twin", "casme2-twin"])
def test_no_name_or_number_is_cut_in_a_terminal(dataset, width):
    text = render(score(guesses(dataset)[1], dataset), width=width)
    assert "…" not in text
    for name in ("full", "surprise", *(("samm-twin",) if dataset == "megc2019-twin" else ("repression",))):
        assert name in text
