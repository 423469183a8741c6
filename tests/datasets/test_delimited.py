import csv
import gzip
import hashlib
import io
import pickle
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mebench.datasets import delimited
from mebench.datasets.delimited import header_is_data, parse_table, read_table, read_text
from mebench.problems import InvalidInput, Problem, UserError

GOOD = "video,onset,offset,type\n006_1,1,20,me\n006_2,5,9,mae\n"


@pytest.fixture
def table_of(tmp_path):
    def read(content: str | bytes, problems: list[Problem] | None = None):
        path = tmp_path / "table.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_table(path, problems)

    return read


def test_a_table_as_written(table_of, tmp_path):
    table = table_of(GOOD)
    assert table.header == ["video", "onset", "offset", "type"]
    assert table.rows == [["006_1", "1", "20", "me"], ["006_2", "5", "9", "mae"]]
    assert table.lines == [2, 3]
    assert table.delimiter == ","
    assert table.path == str(tmp_path / "table.csv")
    assert table.sha256 == hashlib.sha256(GOOD.encode()).hexdigest()


def test_nothing_is_coerced(table_of):
    assert table_of("code,n\n0101,1e3\n").rows == [["0101", "1e3"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_comments_blanks_and_lines(table_of, end):
    content = end.join(
        ["", '# made by hand, with "quotes', "a, b ,c", "  ", "1,2,3", ",,", "#4,5,6", "  # x", " 7 ,8,9", ""]
    )
    table = table_of("\ufeff" + content)
    assert table.header == ["a", "b", "c"]
    assert table.rows == [["1", "2", "3"], ["7", "8", "9"]]
    assert table.lines == [5, 9]


def test_quotes(table_of):
    table = table_of('"a","b","c"\n"1,5","say ""hi""",""\n1, "2",3\n')
    assert table.header == ["a", "b", "c"]
    assert table.rows == [["1,5", 'say "hi"', ""], ["1", "2", "3"]]


def test_the_index_column_of_pandas_and_trailing_commas(table_of):
    assert table_of(",video,onset\n0,006_1,5\n").header == ["", "video", "onset"]
    table = table_of("video,onset,,\n006_1,5,,\n006_2,6\n")
    assert table.header == ["video", "onset"]
    assert table.rows == [["006_1", "5"], ["006_2", "6"]]


def test_a_header_alone_is_a_table_without_rows(table_of):
    assert table_of("video,onset\n").rows == []


def test_faulty_rows_are_all_named(table_of):
    content = 'a,b,c\n1,2\n1,2,3\n1,2,3,4\n1;2;3\n"1,2,3\n1,"2"x,3\n' + "y" * 10_001 + ",2,3\n"
    with pytest.raises(InvalidInput) as caught:
        table_of(content)
    found = [(p.rule, p.row) for p in caught.value.problems]
    assert found == [
        ("too-few-cells", 2),
        ("too-many-cells", 4),
        ("too-few-cells", 5),
        ("unbalanced-quotes", 6),
        ("unbalanced-quotes", 7),
        ("cell-too-long", 8),
    ]
    text = str(caught.value)
    assert "table.csv, row 2: 2 cells where the header names 3 ('1,2')." in text
    assert "instead of semicolons" in text
    assert len(text) < 3000


def test_faulty_rows_can_be_collected(table_of):
    problems: list[Problem] = []
    table = table_of("a,b\n1\n2,3\n", problems)
    assert table.rows == [["2", "3"]]
    assert table.lines == [3]
    assert [p.row for p in problems] == [2]


def test_a_file_of_faults_stops_the_reading(table_of):
    content = "a,b\n" + "1\n" * (delimited.MAX_PROBLEMS + 50)
    with pytest.raises(InvalidInput) as caught:
        table_of(content, [])
    assert len(caught.value.problems) == delimited.MAX_PROBLEMS


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x.csv", GOOD)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"  \n\n", "the file is empty"),
        (b"\xef\xbb\xbf", "comments and blank lines only"),
        (b"# only a comment\n\n", "comments and blank lines only"),
        (GOOD.encode("utf-16"), "UTF-16, not UTF-8 (byte 0"),
        (GOOD.encode("utf-16-le"), "UTF-16, not UTF-8 (byte 1 is 0x00)"),
        (GOOD.encode("utf-16-be"), "UTF-16, not UTF-8"),
        (GOOD.encode() + "café,1,2,me\n".encode("latin-1"), "row 4: the text is not UTF-8 (byte 55 is 0xe9)"),
        (GOOD.encode() + "café,1,2,me\n".encode("latin-1"), "it looks like Latin-1"),
        (GOOD.encode() + "视频,1,2,me\n".encode("gbk"), "it looks like GBK"),
        (GOOD.encode() + "频".encode()[:2], "ends within a character"),
        (GOOD.encode() + b"006_1,\0,2,me\n", "row 4: byte 58 is NUL"),
        (zipped(), "a zip archive or an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Excel workbook"),
        (gzip.compress(GOOD.encode(), mtime=0), "a gzip archive"),
        (pickle.dumps({"video": [1, 2]}), "a Python pickle"),
        (b"\x93NUMPY\x01\x00", "a NumPy array"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"video;onset;offset;type\n006_1;1;2;me\n", "separated by semicolons"),
        (b"video\tonset\toffset\n006_1\t1\t2\n", "separated by tabs"),
        (b"video|onset|offset\n", "separated by vertical bars"),
        (b"video onset offset type\n006_1 1 2 me\n", "separated by spaces"),
        ("video，onset，offset\n".encode(), "separated by full-width commas"),
        (b'{"video": "006_1", "onset": 1}\n', "looks like JSON"),
        (b"<!DOCTYPE html>\n<html></html>\n", "looks like HTML"),
        (b"video,onset,Video\n", "names 'video' more than once"),
        (b",,,\n1,2,3\n", "the header row is blank"),
        (b'"video,onset\n1,2\n', "row 1: a quotation mark is not closed"),
    ],
)
def test_what_is_refused(table_of, content, said):
    with pytest.raises(UserError) as caught:
        table_of(content)
    message = str(caught.value)
    assert said in message
    assert "table.csv" in message
    assert "\n" not in message


def test_paths_that_cannot_be_read(tmp_path):
    (tmp_path / "prediction.csv").write_text(GOOD)
    for path, said in (
        (tmp_path / "predictions.csv", "no such file. Did you mean 'prediction.csv'?"),
        (tmp_path / "nowhere" / "x.csv", "no such file. Check the path."),
        (tmp_path, "this is a folder"),
        ("a\0b.csv", "cannot be read"),
        (tmp_path / ("x" * 300), "cannot be read"),
    ):
        with pytest.raises(UserError, match=said.replace("?", r"\?")):
            read_table(path)


def test_a_large_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "MAX_BYTES", 20)
    (tmp_path / "big.csv").write_text(GOOD)
    with pytest.raises(UserError, match="larger than"):
        read_text(tmp_path / "big.csv")


@pytest.mark.parametrize(
    ("header", "data"),
    [
        (["006_1", "1", "20", "me"], True),
        (["video", "-3.5"], True),
        (["video", "onset2", "1_1"], False),
        (["", "a"], False),
    ],
)
def test_header_is_data(header, data):
    assert header_is_data(header) is data


# A first cell that begins with # would be a comment, and one without letters or digits could be a blank row.
CELL = st.text(st.characters(codec="utf-8", exclude_characters="\r\n#\0\x1c\x1d\x1e\x1f\x85\u2028\u2029"), max_size=8)


@given(st.lists(st.lists(CELL.map(str.strip), min_size=3, max_size=3).filter(any), max_size=6))
def test_whatever_the_csv_module_writes_is_read_back(rows):
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["x", "y", "z"], *rows])
    table = parse_table(delimited.Text("t.csv", buffer.getvalue().replace("\r\n", "\n"), ""))
    assert table.rows == rows


@given(st.binary(max_size=200))
def test_any_bytes_give_a_table_or_a_sentence(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("bytes") / "x.csv"
    path.write_bytes(content)
    said = ""
    try:
        table = read_table(path)
    except UserError as error:
        table, said = None, str(error)
    if table is None:
        assert "x.csv" in said
    else:
        assert all(len(row) == len(table.header) for row in table.rows)
        assert len(table.rows) == len(table.lines)
