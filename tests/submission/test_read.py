"""What a submission may look like: names of columns, spellings of ids and types, files and tables in memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mebench.datasets.dataset import Dataset
from mebench.datasets.tables import PREDICTIONS, conform
from mebench.problems import InvalidInput, UserError
from mebench.submission.cells import read_frames, read_scores
from mebench.submission.columns import ALIASES
from mebench.submission.read import from_frame, read_submission

HEAD = "video,onset,offset,type\n"
Write = Callable[..., Path]


def plain(predictions: pd.DataFrame) -> list[tuple[object, ...]]:
    return list(predictions[["video", "onset", "offset", "type"]].itertuples(index=False, name=None))


def rules(error: InvalidInput) -> list[str]:
    return [problem.rule for problem in error.problems]


def test_a_submission_as_it_should_be(written: Write, samm: Dataset) -> None:
    path = written(
        "# by us\nvideo,onset,offset,type,score,emotion\n006_1,10,50,me,0.5,surprise\n\n007_2,60,300,mae,,\n"
    )
    read = read_submission(path, samm)
    conform(read.predictions, PREDICTIONS, "predictions")
    assert plain(read.predictions) == [("006_1", 10, 50, "me"), ("007_2", 60, 300, "mae")]
    assert read.predictions["row"].tolist() == [3, 5]
    assert read.predictions["score"].isna().tolist() == [False, True]
    assert read.predictions["emotion"].isna().tolist() == [False, True]
    assert read.predictions["emotion"][0] == "surprise"
    assert (read.format, read.name, read.meta) == ("csv", str(path), {})
    assert read.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_score_and_emotion_are_there_only_if_the_file_has_them(written: Write, samm: Dataset) -> None:
    read = read_submission(written(HEAD + "006_1,1,2,me\n"), samm)
    assert list(read.predictions.columns) == ["video", "onset", "offset", "type", "row"]


SPELLINGS = [
    (meaning, change(alias))
    for meaning in ("video", "onset", "offset", "type")
    for alias in ALIASES[meaning]
    for change in (str, str.upper, lambda name: name.title().replace("_", " "), lambda name: name.replace("_", ""))
]


@pytest.mark.parametrize(("meaning", "alias"), SPELLINGS, ids=lambda value: str(value))
def test_columns_by_any_name(meaning: str, alias: str, written: Write, samm: Dataset) -> None:
    names = {name: alias if name == meaning else name for name in ("video", "onset", "offset", "type")}
    read = read_submission(written(",".join(names.values()) + "\n006_1,10,50,me\n"), samm)
    assert plain(read.predictions) == [("006_1", 10, 50, "me")]


def test_no_alias_means_two_things() -> None:
    folded = [alias.replace("_", "") for aliases in ALIASES.values() for alias in aliases]
    assert len({*folded}) == len({alias for aliases in ALIASES.values() for alias in aliases}) == len(folded)


@pytest.mark.parametrize(
    "header",
    ["vid,pred_onset,pred_offset,type", "vid,onset,offset,type", "Video_ID,Onset Frame,Offset Frame,Expression Type"],
)
def test_challenge_headers_with_a_mark_and_other_line_ends(header: str, written: Write, samm: Dataset) -> None:
    content = "\ufeff" + f"{header}\n006_1, 10 ,50.0,Micro - 1/2\n".replace("\n", "\r\n")
    assert plain(read_submission(written(content), samm).predictions) == [("006_1", 10, 50, "me")]


@pytest.mark.parametrize(
    "spelling", ["s15_0101", "15_0101disgustingteeth", "s15/15_0101disgustingteeth", "s15_disgust1"]
)
def test_videos_by_any_spelling(spelling: str, written: Write, casme: Dataset) -> None:
    read = read_submission(written(f"{HEAD}{spelling},10,20,me\n"), casme)
    assert read.predictions["video"].tolist() == ["s15_0101"]


@pytest.mark.parametrize(("subject", "video"), [("s15", "0101"), ("15", "0101disgustingteeth"), ("s15", "disgust1")])
def test_a_subject_column_helps_to_find_the_video(subject: str, video: str, written: Write, casme: Dataset) -> None:
    content = f"subject,video,onset,offset,emotion\n{subject},{video},10,20,negative\n"
    read = read_submission(written(content), casme, default_type="me")
    assert plain(read.predictions) == [("s15_0101", 10, 20, "me")]


def test_a_subject_keeps_videos_of_one_name_apart_without_a_dataset(written: Write) -> None:
    content = "subject,video,onset,offset,type\ns15,0101,10,20,me\ns16,0101,10,20,me\n"
    assert read_submission(written(content), None).predictions["video"].tolist() == ["s15/0101", "s16/0101"]


def test_ids_stay_text_without_a_dataset(written: Write) -> None:
    assert read_submission(written(f"{HEAD}0101,1,2,me\n"), None).predictions["video"].tolist() == ["0101"]


def test_type_of_rows_without_one(written: Write, samm: Dataset, smic: Dataset) -> None:
    blank = written(f"{HEAD}006_1,1,2,me\n006_1,3,4,\n")
    assert read_submission(blank, samm, default_type="Macro").predictions["type"].tolist() == ["me", "mae"]
    assumed = read_submission(written("video,onset,offset\ns01_po_01,5100,5120\n"), smic)
    assert assumed.predictions["type"].tolist() == ["me"]
    assert "type-assumed" in [warning.rule for warning in assumed.warnings]


def test_unused_columns_are_said(written: Write, samm: Dataset) -> None:
    read = read_submission(written(",video,onset,apex,offset,type\n0,006_1,1,2,3,me\n"), samm)
    assert [w.message for w in read.warnings if w.rule == "unused-column"] == [
        "a column without a name is not used",
        "the column 'apex' is not used",
    ]


def test_duplicates_are_kept_on_request(written: Write, samm: Dataset) -> None:
    read = read_submission(written(HEAD + "006_1,10,50,me\n" * 3), samm, allow_duplicates=True)
    assert len(read.predictions) == 3
    assert "2 duplicate rows" in next(w.message for w in read.warnings if w.rule == "duplicates-kept")


def test_nearly_duplicates_are_none(written: Write, samm: Dataset) -> None:
    rows = ["006_1,10,50,me", "006_1,10,50,mae", "006_1,10,51,me", "006_1,11,50,me", "006_2,10,50,me"]
    assert len(read_submission(written(HEAD + "\n".join(rows)), samm).predictions) == 5


@given(st.lists(st.tuples(st.sampled_from(["006_1", "006_2"]), st.integers(1, 3), st.integers(3, 4)), max_size=30))
def test_duplicates_are_what_a_loop_finds(samm: Dataset, rows: list[tuple[str, int, int]]) -> None:
    first: dict[tuple[str, int, int], int] = {}
    expected = []
    for i, row in enumerate(rows, start=1):
        if row in first:
            expected.append((i, f"stands in row {first[row]} already"))
        first.setdefault(row, i)
    table = pd.DataFrame(rows, columns=["video", "onset", "offset"]).assign(type="me")
    if not expected:
        assert len(from_frame(table, samm).predictions) == len(rows)
        return
    with pytest.raises(InvalidInput) as caught:
        from_frame(table, samm)
    assert set(rules(caught.value)) == {"duplicate-row"}
    assert [(p.row, p.message[p.message.index("stands") :]) for p in caught.value.problems] == expected


def test_an_empty_table_is_a_submission_that_predicts_nothing(written: Write, samm: Dataset) -> None:
    for read in (
        read_submission(written(HEAD), samm),
        from_frame(pd.DataFrame(columns=["video", "onset", "offset", "type"]), samm),
    ):
        conform(read.predictions, PREDICTIONS, "predictions")
        assert len(read.predictions) == 0
        assert [warning.rule for warning in read.warnings] == ["no-predictions"]


# Frames and scores, cell by cell.


@pytest.mark.parametrize(
    ("cell", "frame"),
    [
        ("0", 0),
        ("12", 12),
        ("12.", 12),
        ("12.0", 12),
        ("12.000", 12),
        ("+7", 7),
        ("0012", 12),
        ("-0", 0),
        ("0" * 9000 + "7", 7),
    ],
)
def test_whole_numbers_are_frames(cell: str, frame: int) -> None:
    read = read_frames([cell])
    assert (read.values[0], read.good[0], read.faults) == (frame, True, {})


@given(st.lists(st.integers(0, 10**9), min_size=1), st.booleans())
def test_integers_read_back(frames: list[int], as_float: bool) -> None:
    read = read_frames([f"{frame}.0" if as_float else str(frame) for frame in frames])
    assert read.values.tolist() == frames
    assert read.good.all()


@given(
    st.lists(st.one_of(st.integers(-50, 2 * 10**9).map(str), st.floats().map(repr), st.text(max_size=6)), min_size=1)
)
def test_a_column_of_frames_is_read_as_its_cells(cells: list[str]) -> None:
    together = read_frames(cells)
    alone = [read_frames([cell]) for cell in cells]
    assert together.values.tolist() == [one.values[0] for one in alone]
    assert together.good.tolist() == [one.good[0] for one in alone]
    by_row = {i: rule for rule, rows in together.faults.items() for i in rows.tolist()}
    assert by_row == {i: next(iter(one.faults)) for i, one in enumerate(alone) if not one.good[0]}


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_scores_read_back_to_the_last_bit(scores: list[float]) -> None:
    values, faulty = read_scores([repr(score) for score in scores])
    assert values.tolist() == scores
    assert len(faulty) == 0


@given(st.lists(st.one_of(st.floats().map(repr), st.text(max_size=4), st.just("")), min_size=1))
def test_a_column_of_scores_is_read_as_its_cells(cells: list[str]) -> None:
    values, faulty = read_scores(cells)
    alone = [read_scores([cell]) for cell in cells]
    np.testing.assert_array_equal(values, [one[0][0] for one in alone])
    assert faulty.tolist() == [i for i, one in enumerate(alone) if len(one[1])]


# Tables in memory.


def test_a_table_in_memory_is_checked_like_a_file(written: Write, samm: Dataset) -> None:
    content = "vid,pred_onset,pred_offset,type,score\n006_1,10,50,ME,.25\n6_2,60,300.0,macro,\n"
    from_file = read_submission(written(content), samm)
    in_memory = from_frame(pd.read_csv(written(content)), samm)
    pd.testing.assert_frame_equal(
        from_file.predictions.drop(columns="row"), in_memory.predictions.drop(columns="row"), check_dtype=False
    )
    assert in_memory.predictions["row"].tolist() == [1, 2]
    assert in_memory.format == "dataframe"
    assert in_memory.sha256 == from_frame(in_memory.predictions, samm).sha256


def test_the_hash_of_a_table_is_that_of_its_values(samm: Dataset) -> None:
    table = pd.DataFrame({"video": ["006_1"], "onset": [10], "offset": [50], "type": ["me"]})
    same = table.set_index(pd.Index([99])).assign(offset=50.0, type="Micro")
    assert from_frame(table, samm).sha256 == from_frame(same, samm).sha256
    assert from_frame(table, samm).sha256 != from_frame(table.assign(offset=51), samm).sha256


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("onset", float("nan"), "missing-frame"),
        ("onset", None, "missing-frame"),
        ("onset", pd.NA, "missing-frame"),
        ("onset", 1.5, "fractional-frame"),
        ("onset", float("inf"), "frame-too-large"),
        ("onset", True, "not-a-frame"),
        ("onset", -1, "negative-frame"),
        ("onset", 2**70, "frame-too-large"),
        ("onset", pd.Timestamp(0), "not-a-frame"),
        ("onset", ["a", "list"], "not-a-frame"),
        ("video", None, "missing-video"),
        ("video", 7, "unknown-video"),
        ("video", "\ud800", "unknown-video"),
        ("type", None, "unknown-type"),
        ("type", 1, "unknown-type"),
        ("score", "high", "score-not-a-number"),
        ("score", float("inf"), "score-not-a-number"),
    ],
)
def test_wrong_values_in_memory(column: str, value: object, rule: str, samm: Dataset) -> None:
    table = pd.DataFrame(
        {"video": ["006_1"] * 2, "onset": [1, 2], "offset": [9, 9], "type": ["me"] * 2, "score": [0.5, 0.5]}
    ).astype(object)
    table[column] = pd.Series([table[column][0], value], dtype="object")
    with pytest.raises(InvalidInput, match=r"predictions, row 2") as caught:
        from_frame(table, samm)
    assert rules(caught.value) == [rule]


def test_half_a_character_does_no_harm(samm: Dataset) -> None:
    table = pd.DataFrame({"video": ["006_1"], "onset": [10], "offset": [50], "type": ["me"]})
    emotions = pd.Series(["\ud800"], dtype="object")
    assert from_frame(table.assign(emotion=emotions), samm).predictions["emotion"].tolist() == ["\\ud800"]


def test_what_is_no_table_is_refused(samm: Dataset) -> None:
    with pytest.raises(UserError, match="predictions are a list"):
        from_frame([("006_1", 1, 2, "me")], samm)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="no column holds the onset"):
        from_frame(pd.DataFrame({"video": ["006_1"]}), samm)
    twice = pd.DataFrame([["006_1", 1, 1, 2, "me"]], columns=["video", "onset", "onset", "offset", "type"])
    with pytest.raises(InvalidInput, match="both mean the onset"):
        from_frame(twice, samm)
    with pytest.raises(InvalidInput, match="looks like data"):
        from_frame(pd.DataFrame([["006_1", 1, 2, "me"]]), samm)


# Metadata beside the file.

META = {
    "method": "ours",
    "authors": ["A. One", "B. Two"],
    "training_data": "casme-sq",
    "code": "https://example.org/code@abc",
    "seed": 3,
    "preset": None,
    "selection": "last",
    "threshold_source": "train",
    "notes": "",
    "extra": {"lr": 0.1, "nested": [{"a": None}]},
}


def test_metadata_beside_the_file(written: Write, samm: Dataset) -> None:
    path = written(HEAD + "006_1,1,2,me\n", "a.b.csv")
    written(json.dumps(META), "a.b.meta.json")
    assert read_submission(path, samm).meta == META
    assert from_frame(read_submission(path, samm).predictions, samm, meta=META).meta == META


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"selection": "best"}', "$.selection: 'best' is not one of"),
        ('{"threshold_source": 1}', "$.threshold_source"),
        ('{"seed": 1.5}', "$.seed"),
        ('{"seed": "1"}', "$.seed"),
        ('{"authors": ["A", 5]}', "$.authors[1]: 5 is not of type 'string'"),
        ('{"method": ""}', "$.method"),
        ('{"metod": "x"}', "Did you mean 'method'?"),
        ('{"lr": 1}', 'under "extra"'),
        ('{"extra": 1}', "$.extra"),
        ('{"notes": "\\u001b[2J", "x\\u001b": 1}', r"x\x1b"),
        ("", "no JSON"),
        ("[]", "a JSON list, not an object"),
        ("{", "line 1, column"),
        ('{"a": NaN}', "NaN is no JSON number"),
        ('{"seed": 1, "seed": 2}', "'seed' is given twice"),
        ('{"extra": ' + "[" * 100_000, "nested too deeply"),
        ('{"seed": ' + "9" * 10_000 + "}", "no JSON"),
        ('{"method": "\\ud800"}', "surrogate"),
        ("\udcff", "not UTF-8"),
        ('{"notes": "' + "x" * 1_000_001 + '"}', "larger than 1 MB"),
    ],
)
def test_wrong_metadata(content: str, says: str, written: Write, samm: Dataset) -> None:
    path = written(HEAD + "006_1,1.5,2,me\n")
    written(content.encode("utf-8", "surrogateescape"), "pred.meta.json")
    with pytest.raises(InvalidInput) as caught:
        read_submission(path, samm)
    assert "fractional-frame" in rules(caught.value), "the file's own problems are reported in the same pass"
    assert "meta" in rules(caught.value)
    assert "pred.meta.json" in str(caught.value)
    assert says in str(caught.value)
    assert all(line.isprintable() for line in str(caught.value).splitlines())


def test_metadata_that_is_a_folder(tmp_path: Path, written: Write, samm: Dataset) -> None:
    path = written(HEAD + "006_1,1,2,me\n")
    (tmp_path / "pred.meta.json").mkdir()
    with pytest.raises(InvalidInput, match="the metadata cannot be read"):
        read_submission(path, samm)


def test_wrong_metadata_of_a_table(samm: Dataset) -> None:
    table = pd.DataFrame({"video": ["006_1"], "onset": [10], "offset": [50], "type": ["me"]})
    with pytest.raises(InvalidInput, match="metadata of predictions: at"):
        from_frame(table, samm, meta={"selection": "best"})
