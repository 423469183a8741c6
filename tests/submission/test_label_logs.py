"""Recognition logs with invented contents: of MEGC2019, and of the Python code of STSTNet."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from label_samples import CLASSES, ROWS, composite, five, label_log, ststnet_log

from mebench.datasets.samples import Samples
from mebench.problems import InvalidInput
from mebench.submission.labels import read_labels
from mebench.submission.model import LabelSubmission

Write = Callable[..., Path]
SAMPLES = composite()
TRUTH = [row[3] for row in ROWS]


def labels_of(read: LabelSubmission) -> list[str]:
    return read.labels["label"].tolist()


def warned(read: object, rule: str) -> str:
    return next(w.message for w in read.warnings if w.rule == rule)  # type: ignore[attr-defined]


def faults(path: Path, samples: Samples = SAMPLES) -> list[tuple[str, int | None]]:
    with pytest.raises(InvalidInput) as caught:
        read_labels(path, samples)
    assert all(problem.remedy for problem in caught.value.problems)
    return [(problem.rule, problem.row) for problem in caught.value.problems]


# --- The recognition log of MEGC2019.


def test_a_log_is_read_by_subjects(written: Write) -> None:
    said = [CLASSES[i % 3] for i in range(12)]
    read = read_labels(written(label_log(said), "log.txt"), SAMPLES)
    assert (read.format, labels_of(read), read.warnings) == ("megc2019-log", said, ())
    assert read.labels["row"].tolist()[:3] == [2, 3, 5]


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.replace(" ", "\t"),
        lambda t: t.replace("\n", "\r\n"),
        lambda t: "# a comment\n\n" + t.replace("\n", " \n\n"),
        lambda t: t.replace("casme2 sub0", "CASME2 ").replace("samm 00", "SAMM "),
        lambda t: t.replace("smic s0", "smic s").replace("s01_", "s1_").replace("s02_", "s2_"),
        lambda t: re.sub(r"(?<=[0-9f] )[012](?=\s)", lambda code: CLASSES[int(code[0])], t),
        lambda t: "\ufeff" + t,
    ],
)
def test_logs_as_people_write_them(change: Callable[[str], str], written: Write) -> None:
    said = [CLASSES[(i + 1) % 3] for i in range(12)]
    assert labels_of(read_labels(written(change(label_log(said)), "log.txt"), SAMPLES)) == said


def test_the_truth_of_a_log_is_never_trusted(written: Write) -> None:
    lie = ["negative"] * 12
    read = read_labels(written(label_log(["surprise"] * 12, lie)), SAMPLES)
    assert labels_of(read) == ["surprise"] * 12
    n = sum(label != "negative" for label in TRUTH)
    assert f"not that of mini in {n} of 12 clips (first casme2/sub01/EP81_01f: '0' there" in warned(
        read, "truth-disagrees"
    )
    blank = read_labels(written(label_log(["surprise"] * 12, ["-"] * 12)), SAMPLES)
    assert "truth-disagrees" not in [w.rule for w in blank.warnings]


def test_a_log_of_twins(written: Write) -> None:
    assert labels_of(read_labels(written(label_log()), composite("-twin"))) == TRUTH
    own = label_log().replace("casme2 ", "casme2-twin ").replace("smic ", "smic-twin ").replace("samm ", "samm-twin ")
    assert labels_of(read_labels(written(own), composite("-twin"))) == TRUTH


def test_a_log_without_subjects_is_read_where_names_suffice(written: Write) -> None:
    samm = Samples.of("samm", SAMPLES.samples[8:], CLASSES, SAMPLES.resolvers)
    assert labels_of(read_labels(written("006_9_1 0 2\n006_9_2 1 2\n007_9_1 2 0\n7_9_2 0 1\n"), samm)) == [
        "surprise",
        "surprise",
        "negative",
        "positive",
    ]
    assert {rule for rule, _ in faults(written(label_log(people=False)))} == {"ambiguous-clip", "clips-not-predicted"}


LOG_FAULTS = {
    "a clip that is none": (label_log() + "006_9_9 0 0\n", [("unknown-clip", 19)]),
    "a clip twice": (label_log() + "007_9_2 0 0\n", [("duplicate-clip", 19)]),
    "a clip twice, otherwise": (label_log() + "007_9_2 0 1\n", [("conflicting-clip", 19)]),
    "a clip short": (label_log().replace("006_9_1 0 0\n", ""), [("clips-not-predicted", None)]),
    "no such class": (label_log().replace("006_9_1 0 0", "006_9_1 0 3"), [("unknown-label", 14)]),
    "a word short": (
        label_log().replace("006_9_1 0 0", "006_9_1 0"),
        [("clips-not-predicted", None), ("malformed-log-line", 14)],
    ),
    "a word too many": (label_log() + "UF1 0.7 UAR 0.7\n", [("malformed-log-line", 19)]),
    "a dataset that is none": (label_log().replace("samm 006", "sam 006"), [("unknown-dataset", 14)]),
    "a subject of another": (
        label_log().replace("smic s01", "smic s02"),
        [("clips-not-predicted", None), ("unknown-clip", 8), ("unknown-clip", 9)],
    ),
}


@pytest.mark.parametrize("name", LOG_FAULTS)
def test_faults_of_a_log(name: str, written: Write) -> None:
    content, expected = LOG_FAULTS[name]
    assert faults(written(content, "log.txt")) == expected


# --- The log of STSTNet.


@pytest.mark.parametrize("padded", [True, False])
def test_a_log_of_lists_gives_each_prediction_to_a_clip_of_its_subject_and_class(padded: bool, written: Write) -> None:
    read = read_labels(written(ststnet_log(padded=padded), "log.txt"), SAMPLES)
    assert read.format == "ststnet-log"
    assert "names no clips" in warned(read, "clips-not-named")
    # sub01 has one clip of class 0 (predicted 0) and one of class 1 (predicted 2): whichever stands first in the table.
    assert labels_of(read)[:2] == ["surprise", "negative"]
    # s02 has two of class 2, predicted 2 and 0, in the order of their names.
    assert labels_of(read)[6:8] == ["surprise", "negative"]
    assert [w.rule for w in read.warnings] == ["clips-not-named"]


def pairs(read: LabelSubmission) -> list[tuple[str, str, str]]:
    return sorted(zip(read.labels["subject"], TRUTH, read.labels["label"], strict=True))


@given(st.randoms())
@settings(max_examples=25)
def test_the_table_that_is_scored_does_not_depend_on_the_order_of_subjects_or_clips(
    scratch: Path, random: object
) -> None:
    scratch.write_text(ststnet_log())
    expected = pairs(read_labels(scratch, SAMPLES))
    blocks = ststnet_log().split("Subject: ")[1:]
    random.shuffle(blocks)  # type: ignore[attr-defined]
    shuffled = []
    for block in blocks:
        said, truth = (line.split("[")[1].split("]")[0].split(", ") for line in block.split("\n")[1:3])
        both = list(zip(said, truth, strict=True))
        random.shuffle(both)  # type: ignore[attr-defined]
        shuffled.append(
            f"Subject: {block.splitlines()[0]}\nPredicted: [{', '.join(s for s, _ in both)}]\n"
            f"Ground Truth: [{', '.join(t for _, t in both)}]"
        )
    scratch.write_text("\n".join(shuffled))
    assert pairs(read_labels(scratch, SAMPLES)) == expected


def test_lists_of_the_best_epoch_are_said_and_not_used(written: Write) -> None:
    plain = labels_of(read_labels(written(ststnet_log()), SAMPLES))
    both = ststnet_log(change=lambda t: t.replace("Ground Truth: [", "Best Predicted    : [0, 0]\nGround Truth : ["))
    read = read_labels(written(both), SAMPLES)
    assert labels_of(read) == plain
    assert "are not used" in warned(read, "best-epoch")
    only = read_labels(written(ststnet_log(change=lambda t: t.replace("Predicted", "Best Predicted"))), SAMPLES)
    assert labels_of(only) == plain
    assert "best on the test subject" in warned(only, "best-epoch")


STSTNET_FAULTS = {
    "no such subject": (lambda t: t.replace("Subject: 006", "Subject: 099"), [("unknown-subject", 1)]),
    "a subject twice": (lambda t: t.replace("Subject: 007", "Subject: 6"), [("duplicate-subject", 5)]),
    "a subject short": (lambda t: t.split("Subject: sub02")[0], [("subjects-not-predicted", None)]),
    "other truths": (lambda t: t.replace("Ground Truth: [0, 1]", "Ground Truth: [0, 2]", 1), [("truths-differ", 3)]),
    "a clip too many": (
        lambda t: t.replace("[0, 1]", "[0, 1, 1]", 1).replace("[0, 2]", "[0, 2, 1]", 1),
        [("truths-differ", 3)],
    ),
    "lists of two lengths": (lambda t: t.replace("[0, 1]", "[0, 1, 1]", 1), [("lists-differ", 2)]),
    "no truths": (lambda t: t.replace("Ground Truth", "Truth", 1), [("incomplete-subject", 1)]),
    "no predictions": (lambda t: t.replace("Predicted", "Said", 1), [("incomplete-subject", 1)]),
    "a list that does not end": (
        lambda t: t.replace("[0, 1] ", "[0,", 1),
        [("incomplete-subject", 1), ("malformed-log-line", 3)],
    ),
    "a list twice": (lambda t: t.replace("UF1", "Predicted: [0, 0]\nUF1", 1), [("malformed-log-line", 4)]),
    "a list before all": (lambda t: "Predicted: [1]\n" + t, [("malformed-log-line", 1)]),
    "no such class": (lambda t: t.replace("Predicted   : [0, 2]", "Predicted   : [0, 7]", 1), [("unknown-label", 2)]),
}


@pytest.mark.parametrize("name", STSTNET_FAULTS)
def test_faults_of_a_log_of_lists(name: str, written: Write) -> None:
    change, expected = STSTNET_FAULTS[name]
    text = ststnet_log(change=change)
    assert text != ststnet_log()
    assert faults(written(text, "log.txt")) == expected


def test_a_subject_that_two_datasets_have(written: Write) -> None:
    table = SAMPLES.samples.iloc[[0, 4]].assign(subject="01")
    both = Samples.of("both", table, CLASSES, SAMPLES.resolvers)
    assert faults(written("Subject: 1\nPredicted: [0]\nGround Truth: [0]\n"), both) == [("unknown-subject", 1)]


def test_a_log_of_codes_for_classes_that_have_none(written: Write) -> None:
    content = "Subject: sub01\nPredicted: [0, 1, 2]\nGround Truth: [0, 1, 2]\n"
    assert faults(written(content), five()) == [("truths-differ", 3)]


def test_hostile_lines_take_no_time(written: Write) -> None:
    content = ststnet_log() + "\n".join(
        ["Predicted :" + " " * 90_000 + "x", "Subject:" + " " * 90_000 + "a b", "Subject" * 12_000, "[" * 90_000]
    )
    assert ("malformed-log-line", 27) in faults(written(content))
