"""What is written reads back as it was, and what would not is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mebench.datasets.dataset import Dataset
from mebench.problems import InvalidInput, UserError
from mebench.submission.read import from_frame, read_submission
from mebench.submission.write import write_submission

TABLE = pd.DataFrame(
    {
        "video": ["006_1", "007_2"],
        "onset": [10, 60],
        "offset": [50, 300],
        "type": ["me", "mae"],
        "score": [0.1, float("nan")],
        "emotion": [None, "surprise"],
    }
)

texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
rows = st.tuples(texts, st.integers(0, 10**9), st.integers(0, 10**9), st.sampled_from(["me", "mae"]))
scores = st.floats(allow_infinity=False)


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """Tables of predictions, some of which must be refused for the text in them."""
    drawn = draw(st.lists(rows, max_size=8))
    table = pd.DataFrame(drawn, columns=["video", "onset", "offset", "type"])
    low, high = table[["onset", "offset"]].min(axis=1), table[["onset", "offset"]].max(axis=1)
    table = table.assign(onset=low, offset=high).astype({"onset": "int64", "offset": "int64"})
    n = len(table)
    if draw(st.booleans()):
        table["score"] = pd.array(draw(st.lists(scores, min_size=n, max_size=n)), dtype="float64")
    if draw(st.booleans()):
        table["emotion"] = pd.Series(
            draw(st.lists(st.one_of(st.none(), texts), min_size=n, max_size=n)), dtype="object"
        )
    return table


@given(tables())
def test_what_is_written_reads_back(scratch: Path, table: pd.DataFrame) -> None:
    scratch.unlink(missing_ok=True)
    try:
        write_submission(table, scratch)
    except InvalidInput:
        assert not scratch.exists()
        return
    once = from_frame(table, None)
    again = read_submission(scratch, None)
    pd.testing.assert_frame_equal(
        again.predictions.drop(columns="row"), once.predictions.drop(columns="row"), check_exact=True
    )
    assert again.sha256 == once.sha256
    assert [entry.name for entry in scratch.parent.iterdir()] == [scratch.name]


def test_the_bytes_of_a_submission(tmp_path: Path, samm: Dataset) -> None:
    path = write_submission(TABLE, tmp_path / "new" / "a.csv", {"method": "ours", "seed": 1}, comments=["by us"])
    assert path.read_bytes() == (
        b"# by us\nvideo,onset,offset,type,score,emotion\n006_1,10,50,me,0.1,\n007_2,60,300,mae,,surprise\n"
    )
    assert json.loads((tmp_path / "new" / "a.meta.json").read_text()) == {"method": "ours", "seed": 1}
    read = read_submission(path, samm)
    assert read.meta == {"method": "ours", "seed": 1}
    assert read.predictions["row"].tolist() == [3, 4]
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["a.csv", "a.meta.json"]


def test_an_empty_table_is_written(tmp_path: Path, samm: Dataset) -> None:
    path = write_submission(TABLE.iloc[:0], tmp_path / "none.csv")
    assert path.read_text() == "video,onset,offset,type,score,emotion\n"
    read = read_submission(path, samm).predictions
    assert list(read.columns) == ["video", "onset", "offset", "type", "score", "emotion", "row"]
    assert len(read) == 0


@pytest.mark.parametrize(
    ("column", "text", "says"),
    [
        ("video", "=1+1", "formula"),
        ("video", "+1", "formula"),
        ("video", "@SUM(A1)", "formula"),
        ("emotion", "-cmd|' /C calc'!A0", "formula"),
        ("emotion", '=HYPERLINK("x")', "formula"),
        ("video", "#1", "comment"),
        ("video", "a\nb", "printed"),
        ("emotion", "a\0", "printed"),
        ("video", "a\x1b[2Jb", "printed"),
        ("emotion", "\u202eyppah", "printed"),
        ("emotion", "x" * 1001, "1,001 characters"),
    ],
)
def test_text_that_would_do_harm_is_refused(column: str, text: str, says: str, tmp_path: Path) -> None:
    table = TABLE.copy()
    table.loc[1, column] = text
    with pytest.raises(InvalidInput, match=says) as caught:
        write_submission(table, tmp_path / "bad.csv", {"method": "ours"})
    assert [(p.rule, p.row, p.column) for p in caught.value.problems] == [("unsafe-text", 2, column)]
    assert list(tmp_path.iterdir()) == []


def test_wrong_tables_metadata_and_comments_write_nothing(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    with pytest.raises(InvalidInput, match="lies before onset"):
        write_submission(TABLE.assign(offset=1), path)
    with pytest.raises(InvalidInput, match="already"):
        write_submission(pd.concat([TABLE, TABLE]), path)
    with pytest.raises(InvalidInput, match=r"\$\.selection"):
        write_submission(TABLE, path, {"selection": "best"})
    with pytest.raises(UserError, match="cannot be written as JSON"):
        write_submission(TABLE, path, {"extra": {"x": float("nan")}})
    with pytest.raises(UserError, match="cannot be written as JSON"):
        write_submission(TABLE, path, {"extra": {"x": object()}})
    with pytest.raises(UserError, match="not one line"):
        write_submission(TABLE, path, comments=["one\ntwo"])
    assert list(tmp_path.iterdir()) == []


def test_duplicates_are_written_on_request(tmp_path: Path, samm: Dataset) -> None:
    path = write_submission(pd.concat([TABLE, TABLE]), tmp_path / "twice.csv", allow_duplicates=True)
    assert len(read_submission(path, samm, allow_duplicates=True).predictions) == 4


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        write_submission(TABLE, tmp_path / "file" / "a.csv")
