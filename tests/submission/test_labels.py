"""Recognition submissions: every spelling that is accepted, and what follows from it; nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from label_samples import CLASSES, PROBABILITIES, ROWS, composite, five, lines, with_probabilities

from mebench.datasets.samples import Samples, same_number
from mebench.datasets.tables import LABELS, conform
from mebench.problems import InvalidInput, UserError
from mebench.submission.classes import class_of
from mebench.submission.columns import fold
from mebench.submission.export import labels_csv
from mebench.submission.label_columns import LABEL_ALIASES, label_vocabulary
from mebench.submission.labels import labels_from_frame, read_labels
from mebench.submission.model import LabelSubmission

Write = Callable[..., Path]
SAMPLES = composite()
TRUTH = [row[3] for row in ROWS]


def labels_of(read: LabelSubmission) -> list[str]:
    return read.labels["label"].tolist()


def rules(read: LabelSubmission) -> list[str]:
    return [warning.rule for warning in read.warnings]


# --- What is accepted.


def test_a_right_file_gives_one_row_for_every_sample_in_their_order(written: Write) -> None:
    head, *rows = lines().splitlines()
    read = read_labels(written("\n".join([head, *reversed(rows)])), SAMPLES)
    assert labels_of(read) == TRUTH
    assert list(zip(*(read.labels[n] for n in ("dataset", "subject", "clip")), strict=True)) == list(SAMPLES.keys)
    assert read.labels["row"].tolist() == list(range(len(ROWS) + 1, 1, -1))
    assert (read.format, read.warnings, read.meta) == ("csv", (), {})
    assert conform(read.labels, LABELS, "labels").columns.tolist() == ["dataset", "subject", "clip", "label", "row"]


ALIASES = [
    (meaning, change(alias))
    for meaning in ("dataset", "subject", "clip", "label")
    for alias in LABEL_ALIASES[meaning]
    for change in (str, str.upper, lambda name: name.title().replace("_", " "), lambda name: name.replace("_", ""))
]


@pytest.mark.parametrize(("meaning", "alias"), ALIASES, ids=str)
def test_columns_by_any_name(meaning: str, alias: str, written: Write) -> None:
    names = [alias if name == meaning else name for name in ("dataset", "subject", "clip", "label")]
    assert labels_of(read_labels(written(lines(header=",".join(names))), SAMPLES)) == TRUTH


def test_no_alias_means_two_things() -> None:
    for classes in (CLASSES, five().classes):
        vocabulary = label_vocabulary(classes)
        folded = [fold(alias) for aliases in vocabulary.aliases.values() for alias in dict.fromkeys(aliases)]
        by_meaning = {fold(alias): meaning for meaning, aliases in vocabulary.aliases.items() for alias in aliases}
        assert vocabulary.meanings() == by_meaning
        assert all(by_meaning[fold(a)] == m for m, aliases in vocabulary.aliases.items() for a in aliases)
        assert len(set(folded)) == len(by_meaning)


SPELLINGS = [
    (0, "casme2,1,EP81_01f"),
    (0, "CASME II,01,EP81_01f.avi"),
    (0, ",sub01,ep81_01f"),
    (0, ",,sub01/EP81_01f"),
    (0, ",,sub01_EP81_01f"),
    (0, ",sub01,sub01_EP81_01f"),
    (0, r",,casme2\sub01\EP81_01f"),
    (3, ",,EP84_03f"),  # the only clip of that name
    (3, "casme2,,EP84_03f"),
    (4, "smic,s1,s1_ne_91"),
    (4, "SMIC-HS,1,s01_ne_91"),
    (4, ",,s1_ne_91"),
    (4, ",,s01_s01_ne_91"),
    (4, ",,HS/s1/micro/negative/s1_ne_91"),
    (8, "samm,6,006_9_1"),
    (8, "SAMM,06,6_9_1"),
    (8, "samm,6.0,006_9_1"),
    (8, ",,006_9_1"),
    (8, ",,006_006_9_1"),
    (8, ",6,006/006_9_1"),
]


@pytest.mark.parametrize(("row", "spelling"), SPELLINGS)
def test_clips_by_any_spelling(row: int, spelling: str, written: Write) -> None:
    assert labels_of(read_labels(written(lines({row: f"{spelling},surprise"})), SAMPLES))[row] == "surprise"


def test_neither_dataset_nor_subject_is_needed_where_the_clip_says_both(written: Write) -> None:
    smic = Samples.of("smic", SAMPLES.samples[4:8], CLASSES, SAMPLES.resolvers)
    content = "file,pred\n" + "".join(f"{row[2]},{i % 3}\n" for i, row in enumerate(ROWS[4:8]))
    assert labels_of(read_labels(written(content), smic)) == [CLASSES[i % 3] for i in range(4)]


@pytest.mark.parametrize("spelling", ["1", "1.0", "+1", "01", "positive", "POSITIVE", " Positive ", "pos", "po"])
def test_labels_by_any_spelling(spelling: str, written: Write) -> None:
    assert labels_of(read_labels(written(lines({1: f"casme2,sub01,EP81_02,{spelling}"})), SAMPLES))[1] == "positive"


@pytest.mark.parametrize(
    ("spelling", "meant"),
    [("Disgust", "disgust"), ("other", "others"), ("OTHERS", "others"), ("0", None), ("neg", None), ("fear", None)],
)
def test_codes_belong_to_the_three_classes_alone(spelling: str, meant: str | None) -> None:
    assert class_of(spelling, five().classes) == meant


def test_probabilities_are_kept_as_written(written: Write) -> None:
    content = "dataset,subject,clip,label,prob_0,P_positive,Probability Surprise\n" + "".join(
        ",".join([*row[:3], "negative", ".5", "0.3", "2e-1"]) + "\n" for row in ROWS
    )
    read = read_labels(written(content), SAMPLES)
    assert [name for name in read.labels if name.startswith("prob")] == PROBABILITIES.split(",")
    assert np.array_equal(read.labels[PROBABILITIES.split(",")].to_numpy(), np.tile([0.5, 0.3, 0.2], (12, 1)))


@pytest.mark.parametrize(
    ("label", "values", "said"),
    [
        ("negative", (0.3, 0.4, 0.3), True),
        ("positive", (0.3, 0.4, 0.3), False),
        ("surprise", (0.4, 0.2, 0.4), False),  # a tie
        ("positive", (0.3334, 0.3334, 0.3334), False),
    ],
)
def test_a_label_that_is_not_the_likeliest_is_a_warning(label: str, values: tuple, said: bool, written: Write) -> None:
    read = read_labels(written(with_probabilities(label, *values)), SAMPLES)
    assert ("label-not-likeliest" in rules(read)) == said
    assert labels_of(read)[0] == label


def test_the_truth_in_a_file_is_compared_and_never_used(written: Write) -> None:
    rows = {i: ",".join([*row[:3], row[3], "0"]) for i, row in enumerate(ROWS)}
    rows[11] = ",".join([*ROWS[11][:3], "positive", "-"])  # a blank truth claims nothing
    read = read_labels(written(lines(rows, "dataset,subject,clip,pred,gt")), SAMPLES)
    assert labels_of(read) == [*TRUTH[:11], "positive"]
    warning = next(w for w in read.warnings if w.rule == "truth-disagrees")
    wrong = sum(label != "negative" for label in TRUTH[:11])
    assert f"in {wrong} of 11 clips (first casme2/sub01/EP81_01f: '0' there, positive here)" in warning.message


def test_one_class_for_all_is_said(written: Write) -> None:
    read = read_labels(written(lines({i: ",".join([*row[:3], "0"]) for i, row in enumerate(ROWS)})), SAMPLES)
    assert rules(read) == ["one-class"]


def test_a_column_that_means_nothing_is_said(written: Write) -> None:
    rows = {i: ",".join([*row, str(i)]) for i, row in enumerate(ROWS)}
    assert rules(read_labels(written(lines(rows, "dataset,subject,clip,label,epoch")), SAMPLES)) == ["unused-column"]


def test_metadata_beside_the_file_is_read(written: Write) -> None:
    written('{"method": "constant", "selection": "last"}', "pred.meta.json")
    assert read_labels(written(lines()), SAMPLES).meta == {"method": "constant", "selection": "last"}
    written('{"method": 3}', "pred.meta.json")
    with pytest.raises(InvalidInput, match=r"\$\.method"):
        read_labels(written(lines()), SAMPLES)


def test_a_twin_goes_by_the_name_of_its_original_and_not_the_reverse(written: Write) -> None:
    twin = composite("-twin")
    assert labels_of(read_labels(written(lines()), twin)) == TRUTH
    own = lines({i: ",".join([row[0] + "-twin", *row[1:]]) for i, row in enumerate(ROWS)})
    assert labels_of(read_labels(written(own), twin)) == TRUTH
    with pytest.raises(InvalidInput, match=r"no dataset 'casme2-twin' in mini \(in 4 rows\)"):
        read_labels(written(own), SAMPLES)


def test_cas_me_2_is_not_casme2() -> None:
    assert [SAMPLES.match_dataset(name) for name in ("CASME2", "CASME II", "CAS(ME)^2", "casme-sq", "")] == [
        "casme2",
        "casme2",
        None,
        None,
        None,
    ]


# --- Tables in memory.


def frame() -> pd.DataFrame:
    return pd.DataFrame(ROWS, columns=["dataset", "subject", "clip", "label"])


def test_a_table_in_memory_is_checked_like_a_file(written: Write) -> None:
    from_file = read_labels(written(lines()), SAMPLES).labels
    from_memory = labels_from_frame(frame(), SAMPLES)
    pd.testing.assert_frame_equal(from_memory.labels.drop(columns="row"), from_file.drop(columns="row"))
    assert from_memory.labels["row"].tolist() == list(range(1, 13))
    codes = frame().assign(label=[CLASSES.index(label) for label in TRUTH])
    assert labels_of(labels_from_frame(codes, SAMPLES)) == TRUTH
    assert labels_of(labels_from_frame(codes.astype({"label": float}), SAMPLES)) == TRUTH


def test_faults_of_a_table_in_memory_name_rows_from_one() -> None:
    with pytest.raises(InvalidInput) as caught:
        labels_from_frame(frame().replace("surprise", "joy"), SAMPLES, name="mine", meta={"selection": "best"})
    assert [(p.rule, p.row) for p in caught.value.problems] == [
        *(("unknown-label", i) for i in (4, 7, 8, 11)),
        ("meta", None),
    ]
    assert str(caught.value.problems[0]).startswith("mine, row 4, column label")
    with pytest.raises(UserError, match="not a pandas DataFrame"):
        labels_from_frame([("casme2", "sub01")], SAMPLES)  # type: ignore[arg-type]


def test_the_hash_of_a_table_does_not_depend_on_its_order() -> None:
    hashes = {labels_from_frame(frame().sample(frac=1, random_state=seed), SAMPLES).sha256 for seed in range(4)}
    assert len(hashes) == 1
    assert labels_from_frame(frame().assign(label="negative"), SAMPLES).sha256 not in hashes


# --- Properties.


@given(st.permutations(range(len(ROWS))), st.lists(st.sampled_from(CLASSES), min_size=12, max_size=12))
@settings(max_examples=40)
def test_the_order_of_rows_plays_no_part(scratch: Path, order: list[int], said: list[str]) -> None:
    rows = [",".join([*ROWS[i][:3], said[i]]) for i in order]
    scratch.write_text("\n".join(["dataset,subject,clip,label", *rows]))
    assert labels_of(read_labels(scratch, SAMPLES)) == said


@given(st.lists(st.tuples(*[st.floats(0, 1)] * 3).filter(lambda p: sum(p) > 0.01), min_size=12, max_size=12))
@settings(max_examples=40)
def test_what_is_written_reads_back_as_the_same(scratch: Path, odds: list[tuple[float, ...]]) -> None:
    shares = np.array(odds) / np.array(odds).sum(axis=1, keepdims=True)
    table = frame().assign(label=[CLASSES[i] for i in shares.argmax(axis=1)])
    table[PROBABILITIES.split(",")] = shares
    checked = labels_from_frame(table, SAMPLES)
    scratch.write_text(labels_csv(checked.labels, ["a comment"]))
    back = read_labels(scratch, SAMPLES)
    pd.testing.assert_frame_equal(back.labels.drop(columns="row"), checked.labels.drop(columns="row"), check_exact=True)
    assert "label-not-likeliest" not in rules(back)


CELLS = st.sampled_from(
    ["casme2", "smic", "samm", "sub01", "006", "6", "s1", "EP81_01f", "006_9_1", "s1_ne_91", "0", "1", "surprise", "",
     "nan", "-1", "x", '"', "#", "clip", "label", "subject", "dataset", "gt", "prob_0", ".5", "Subject: 006", "[0, 1]"]
)  # fmt: skip


@given(st.lists(st.lists(CELLS, max_size=6), max_size=8), st.sampled_from([",", " ", ", "]))
@settings(max_examples=300)
def test_any_table_of_such_cells_is_read_or_refused(scratch: Path, table: list[list[str]], separator: str) -> None:
    scratch.write_text("\n".join(separator.join(row) for row in table))
    with pytest.raises(UserError) as caught:
        read_labels(scratch, SAMPLES)  # eight rows never hold twelve clips
    assert str(caught.value).strip()


@given(st.binary(max_size=200))
@settings(max_examples=300)
def test_no_bytes_make_a_traceback(scratch: Path, data: bytes) -> None:
    scratch.write_bytes(data)
    with pytest.raises(UserError):
        read_labels(scratch, SAMPLES)


PREFIXES = [
    b"dataset,subject,clip,label\n",
    b"clip,prob_0,prob_1,prob_2,label\n",
    b"casme2 sub01\nEP81_02 0 0\n",
    b"Subject: 006 \nPredicted   : [0, 1] \nGround Truth: [0, 1] \n",
    b"Subject: 006\nPredicted: [",
]


@given(
    st.sampled_from(PREFIXES),
    st.binary(max_size=120) | st.text(max_size=120).map(lambda text: text.encode("utf-8", "replace")),
)
@settings(max_examples=300)
def test_no_bytes_behind_a_good_beginning_make_a_traceback(scratch: Path, prefix: bytes, data: bytes) -> None:
    scratch.write_bytes(prefix + data)
    with pytest.raises(UserError):
        read_labels(scratch, SAMPLES)


# --- Samples.


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"classes": ()}, "none"),
        ({"classes": ("negative", "positive")}, "is none of"),
        ({"classes": ("negative", "negative", "positive", "surprise")}, "twice"),
        ({"resolvers": {"casme2": lambda s, c: None}}, "has no resolver"),
        (
            {"table": pd.DataFrame([*ROWS, ROWS[0]], columns=["dataset", "subject", "clip", "label"])},
            "clip stands twice",
        ),
    ],
)
def test_samples_that_cannot_be(change: dict[str, object], says: str) -> None:
    arguments = {"table": frame(), "classes": CLASSES, "resolvers": dict(SAMPLES.resolvers)} | change
    with pytest.raises(ValueError, match=says):
        Samples.of("bad", **arguments)  # type: ignore[arg-type]


def test_samples_know_their_codes_and_datasets() -> None:
    assert SAMPLES.codes.tolist() == [CLASSES.index(label) for label in TRUTH]
    assert SAMPLES.datasets == ("casme2", "smic", "samm")
    assert (len(SAMPLES), len(SAMPLES.keys)) == (12, 12)
    assert SAMPLES.find("EP81_01f") == (0, 2)
    assert SAMPLES.find("EP81_01f", "2") == (2,)
    assert SAMPLES.find("EP81_01f", "2", "smic") == ()
    assert SAMPLES.find("x" * 1000) == SAMPLES.find("") == ()


@pytest.mark.parametrize(("a", "b", "same"), [("6", "006", True), ("s10", "s1", False), ("x", "sub01", True)])
def test_subjects_by_their_numbers(a: str, b: str, same: bool) -> None:
    assert same_number(a, b) == same_number(b, a) == same
