"""Every way to get a submission wrong ends in a sentence that names the file and the row; nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from mebench.datasets.dataset import Dataset
from mebench.problems import InvalidInput, UserError
from mebench.submission.read import read_submission

HEAD = "video,onset,offset,type\n"
GOOD = "006_1,10,50,me\n"


class Rows(NamedTuple):
    """A file whose problems belong to rows or columns: ``expected`` has every (rule, row), sorted by row."""

    name: str
    content: str
    expected: list[tuple[str, int | None]]
    says: str = ""
    dataset: str = "samm"


class Whole(NamedTuple):
    """A file that is refused as a whole."""

    name: str
    content: bytes
    says: str


def cells(onset: str, offset: str = "90", kind: str = "me", video: str = "006_1") -> str:
    return f"{HEAD}{GOOD}{video},{onset},{offset},{kind}\n"


ROWS = [
    # Frames that are none.
    Rows("fraction", cells("12.5"), [("fractional-frame", 3)], "'12.5' is not a whole frame"),
    Rows("seconds", cells(".25"), [("fractional-frame", 3)], "native rate"),
    Rows("fraction-just-off", cells("12.000001"), [("fractional-frame", 3)]),
    Rows("word", cells("ten"), [("not-a-frame", 3)], "plain digits"),
    Rows("exponent", cells("1e3", "2000"), [("not-a-frame", 3)], "'1e3'"),
    Rows("exponent-upper", cells("1E+03", "2000"), [("not-a-frame", 3)]),
    Rows("thousands-point", f'{HEAD}006_1,"1,250",1300,me\n', [("not-a-frame", 2)], "'1,250'"),
    Rows("underscore", cells("1_0"), [("not-a-frame", 3)]),
    Rows("hexadecimal", cells("0x10"), [("not-a-frame", 3)]),
    Rows("unit", cells("12f"), [("not-a-frame", 3)]),
    Rows("time", cells("0:12"), [("not-a-frame", 3)]),
    Rows("arabic-digits", cells("١٢"), [("not-a-frame", 3)]),
    Rows("full-width-digits", cells("１２"), [("not-a-frame", 3)]),
    Rows("minus-sign", cells("−12"), [("not-a-frame", 3)]),
    Rows("two-points", cells("1.2.3"), [("not-a-frame", 3)]),
    Rows("boolean", cells("True"), [("not-a-frame", 3)]),
    Rows("range", cells("10-20"), [("not-a-frame", 3)]),
    Rows("blank-onset", cells(""), [("missing-frame", 3)], "the onset is missing"),
    Rows("blank-offset", cells("10", ""), [("missing-frame", 3)], "the offset is missing"),
    Rows("nan", cells("nan"), [("missing-frame", 3)], "'nan'"),
    Rows("nan-upper", cells("NaN"), [("missing-frame", 3)]),
    Rows("none", cells("None"), [("missing-frame", 3)]),
    Rows("pandas-na", cells("<NA>"), [("missing-frame", 3)]),
    Rows("dash", cells("-"), [("missing-frame", 3)]),
    Rows("infinite", cells("10", "inf"), [("frame-too-large", 3)]),
    Rows("minus-infinite", cells("-Infinity"), [("frame-too-large", 3)]),
    Rows("negative-onset", cells("-5"), [("negative-frame", 3)], "onset '-5' is negative"),
    Rows("negative-offset", cells("10", "-1"), [("negative-frame", 3)]),
    Rows("negative-whole-float", cells("-5.0"), [("negative-frame", 3)]),
    Rows("huge", cells("10", "1000000001"), [("frame-too-large", 3)]),
    Rows("past-int64", cells("10", "9" * 30), [("frame-too-large", 3)]),
    Rows("past-python-int", cells("10", "9" * 9000), [("frame-too-large", 3)]),
    Rows("both-cells", cells("x", "1.5"), [("not-a-frame", 3), ("fractional-frame", 3)]),
    # Intervals that cannot be.
    Rows("reversed", cells("90", "10"), [("offset-before-onset", 3)], "offset 10 lies before onset 90"),
    Rows("length-for-offset", cells("500", "40"), [("offset-before-onset", 3)], "not a length"),
    Rows("past-the-end", cells("10", "8001"), [("frame-beyond-video", 3)], "last frame 8000 of '006_1'"),
    Rows("one-past-the-end", cells("10", "8001"), [("frame-beyond-video", 3)], "subtract 1"),
    Rows("wholly-past-the-end", cells("9000", "9100"), [("frame-beyond-video", 3)], "counted from 1"),
    Rows(
        "other-frame-rate",
        HEAD
        + "".join(f"{video},{9000 + i},30000,me\n" for i, video in enumerate(["006_1", "006_2", "007_1", "008_1"])),
        [("frame-beyond-video", i) for i in (2, 3, 4, 5)],
        "another rate",
    ),
    Rows(
        "relative-frames-in-smic",
        "video,onset,offset\ns01_po_01,5100,5120\ns01_po_01,100,120\n",
        [("frame-before-video", 3)],
        "absolute camera numbers",
        "smic",
    ),
    Rows(
        "past-the-end-in-smic", "video,onset,offset\ns01_po_01,5100,6001\n", [("frame-beyond-video", 2)], "6000", "smic"
    ),
    # Videos.
    Rows("unknown-video", cells("10", video="006_9"), [("unknown-video", 3)], "there is no video '006_9' in samm-lv"),
    Rows("did-you-mean", cells("10", video="006_2x"), [("unknown-video", 3)], "Did you mean '006_2'?"),
    Rows("event-for-video", cells("10", video="006_1_1"), [("unknown-video", 3)], "Did you mean '006_1'?"),
    Rows("nothing-near", cells("10", video="zzz"), [("unknown-video", 3)], "Write it as samm-lv does, such as 006_1"),
    Rows("missing-video", cells("10", video=""), [("missing-video", 3)], "Name the video"),
    Rows("unknown-video-twice", cells("10", video="x") + "x,1,2,me\n", [("unknown-video", 3), ("unknown-video", 4)]),
    Rows(
        "wrong-dataset",
        f"{HEAD}s15_0101,1,20,me\ns16_0102,1,20,me\n15_0401girlcrashing,1,20,me\n",
        [("no-known-video", None)],
        "They are written like those of casme-sq: check --dataset",
    ),
    Rows("bare-numbers", f"{HEAD}1,1,20,me\n2,1,20,me\n", [("no-known-video", None)], "bare numbers"),
    Rows("wrong-column", f"{HEAD}anger,1,20,me\njoy,1,20,me\n", [("no-known-video", None)], "names videos"),
    Rows("terminal-escape", cells("10", video="\x1b[31m006_1\x07"), [("unknown-video", 3)], r"'\x1b[31m006_1\x07'"),
    Rows("right-to-left", cells("10", video="\u202e1_600"), [("unknown-video", 3)], r"'\u202e1_600'"),
    Rows("long-id", cells("10", video="x" * 5000), [("unknown-video", 3)], "…"),
    # Types.
    Rows("unknown-type", cells("10", kind="blink"), [("unknown-type", 3)], "there is no type 'blink'"),
    Rows("misspelt-type", cells("10", kind="mirco"), [("unknown-type", 3)], "Did you mean 'micro'?"),
    Rows("type-code", cells("10", kind="1"), [("unknown-type", 3)], "the type is the code '1'"),
    Rows("missing-type-cell", cells("10", kind=""), [("unknown-type", 3)], "the type is missing"),
    Rows("no-type-column", "video,onset,offset\n006_1,1,2\n", [("missing-type", None)], "--type me"),
    Rows(
        "not-annotated", "vid,onset,offset,type\ns01_po_01,5100,5120,mae\n", [("type-not-annotated", 2)], "ME", "smic"
    ),
    # Rows and columns.
    Rows("duplicate", HEAD + GOOD + GOOD, [("duplicate-row", 3)], "'006_1' 10-50 stands in row 2 already"),
    Rows("duplicate-otherwise-spelled", HEAD + GOOD + "6_1.avi,10.0,50,Micro\n", [("duplicate-row", 3)], "row 2"),
    Rows("triplicate", HEAD + GOOD * 3, [("duplicate-row", 3), ("duplicate-row", 4)], "row 2 already"),
    Rows("score-word", f"{HEAD[:-1]},score\n006_1,1,2,me,high\n", [("score-not-a-number", 2)], "'high'"),
    Rows("score-nan", f"{HEAD[:-1]},score\n006_1,1,2,me,nan\n", [("score-not-a-number", 2)]),
    Rows("score-infinite", f"{HEAD[:-1]},score\n006_1,1,2,me,1e999\n", [("score-not-a-number", 2)]),
    Rows("score-percent", f"{HEAD[:-1]},score\n006_1,1,2,me,73%\n", [("score-not-a-number", 2)]),
    Rows("too-few-cells", f"{HEAD}{GOOD}006_1,10,50\n", [("too-few-cells", 3)]),
    Rows("too-many-cells", f"{HEAD}{GOOD}006_1,10,50,me,0.5\n", [("too-many-cells", 3)]),
    Rows("open-quote", f'{HEAD}{GOOD}"006_1,10,50,me\n', [("unbalanced-quotes", 3)]),
    Rows("huge-cell", f"{HEAD}{GOOD}{'9' * 20_000},10,50,me\n", [("cell-too-long", 3)]),
    Rows("no-video-column", "onset,offset,type\n1,2,me\n", [("missing-column", 1)], "no column holds the video"),
    Rows("no-offset-column", "video,onset,type\n006_1,1,me\n", [("missing-column", 1)], "no column holds the offset"),
    Rows("misspelt-column", "video,onst,offset,type\n006_1,1,2,me\n", [("missing-column", 1)], "Did you mean 'onst'?"),
    Rows("foreign-columns", "a,b\nx,y\n", [("missing-column", 1)] * 3 + [("missing-type", None)], "found 'a', 'b'"),
    Rows("two-onsets", "video,onset,pred_onset,offset,type\n006_1,1,1,2,me\n", [("ambiguous-column", 1)], "both mean"),
    Rows("header-missing", "006_1,10,50,me\n006_1,60,90,me\n", [("header-missing", 1)], "video,onset,offset,type"),
    Rows("header-missing-below-comments", "# mine\n\n006_1,10,50,me\n", [("header-missing", 3)]),
    Rows(
        "everything-at-once",
        "# comment\nvid,onset,offset,type\n\nx,1.5,-2,blink\n006_1,90,10,me\n006_1,1\n006_2,3,4,me\n006_2,3,4,me\n",
        [
            ("unknown-video", 4),
            ("fractional-frame", 4),
            ("negative-frame", 4),
            ("unknown-type", 4),
            ("offset-before-onset", 5),
            ("too-few-cells", 6),
            ("duplicate-row", 8),
        ],
    ),
    # Logs.
    Rows("log-five-cells", "1\n006_1 1 9 1 9 TP\n006_1 - - 10 20\n", [("malformed-log-line", 3)], "5 cells"),
    Rows("log-result", "1\n006_1 1 9 1 9 TP\n006_1 - - 10 20 XX\n", [("malformed-log-line", 3)], "'XX'"),
    Rows("log-all-blank", "1\n006_1 - - - - FN\n", [("malformed-log-line", 2)], "neither an event nor a prediction"),
    Rows("log-half-a-prediction", "1\n006_1 - - 10 - FP\n", [("missing-frame", 2)], "column pred_offset"),
    Rows("log-fraction", "1\n006_1 - - 10.5 20 FP\n", [("fractional-frame", 2)], "column pred_onset"),
    Rows("log-negative", "1\n006_1 - - -3 20 FP\n", [("negative-frame", 2)]),
    Rows("log-reversed", "1\n006_1 - - 20 10 FP\n", [("offset-before-onset", 2)]),
    Rows("log-unknown-video", "1\n006_1 - - 1 9 FP\n006_9 - - 1 9 FP\n", [("unknown-video", 3)]),
    Rows("log-duplicate", "1\n006_1 1 9 2 9 TP\n006_1 - - 2 9 FP\n", [("duplicate-row", 3)], "row 2"),
    Rows("log-other-dataset", "2\n15_0101 - - 1 9 FP\n", [("log-section", None)], "has the number 1"),
    Rows("log-no-number-of-its-own", "1\n006_1 - - 1 9 FP\n", [("log-section", None)], "no such number", "smic"),
    Rows("log-number-late", "006_1 - - 1 9 FP\n1\n006_1 - - 2 9 FP\n", [("log-without-number", 1)]),
]

WHOLE = [
    Whole("empty", b"", "the file is empty"),
    Whole("blank", b" \n\n\t\n", "the file is empty"),
    Whole("comments-only", b"# one\n# two\n", "comments"),
    Whole("semicolons", b"video;onset;offset;type\n006_1;1;2;me\n", "separated by semicolons"),
    Whole("tabs", b"video\tonset\toffset\ttype\n006_1\t1\t2\tme\n", "separated by tabs"),
    Whole("spaces", b"video onset offset type\n006_1 1 2 me\n", "separated by spaces"),
    Whole("bars", b"video|onset|offset|type\n006_1|1|2|me\n", "separated by vertical bars"),
    Whole("utf-16", "video,onset,offset,type\n".encode("utf-16"), "UTF-16"),
    Whole("latin-1", "video,onset,offset,type\n006_1,1,2,mé\n".encode("latin-1"), "row 2: the text is not UTF-8"),
    Whole("gbk", "video,onset,offset,type\n微表情,1,2,me\n".encode("gbk"), "GBK"),
    Whole("cut-in-a-character", "video,onset,offset,type\n006_1,1,2,mé".encode()[:-1], "not UTF-8"),
    Whole("nul", b"video,onset,offset,type\n006_1,1,2,m\0e\n", "NUL"),
    Whole("workbook", b"PK\x03\x04rest", "workbook"),
    Whole("pickle", b"\x80\x04\x95rest", "pickle"),
    Whole("json", b'{"video": "006_1"}\n', "JSON"),
    Whole("html", b"<html></html>\n", "HTML"),
    Whole("repeated-column", b"video,onset,onset,type\n006_1,1,2,me\n", "more than once"),
    Whole("header-quote", b'"video,onset,offset,type\n', "row 1"),
    Whole("too-many-rows", HEAD.encode() + b"\n" * 2_000_002, "at most 2,000,000"),
]


def refusal(path: Path, dataset: Dataset | None) -> UserError:
    """Return the error, after checking that reading left nothing behind."""
    before = {entry.name: entry.stat().st_size for entry in path.parent.iterdir()}
    with pytest.raises(UserError) as caught:
        read_submission(path, dataset)
    assert {entry.name: entry.stat().st_size for entry in path.parent.iterdir()} == before
    return caught.value


@pytest.mark.parametrize("case", ROWS, ids=lambda case: case.name)
def test_every_problem_of_a_row_is_reported(
    case: Rows, written: Callable[..., Path], datasets: dict[str, Dataset]
) -> None:
    error = refusal(written(case.content), datasets[case.dataset])
    assert isinstance(error, InvalidInput)
    assert [(problem.rule, problem.row) for problem in error.problems] == case.expected
    lines = str(error).splitlines()
    for problem, line in zip(error.problems, lines, strict=True):
        assert "pred.csv" in line
        assert problem.row is None or f"row {problem.row}" in line
        assert problem.severity == "error"
        assert problem.remedy, "every problem says what to do"
        assert line.isprintable()
    assert case.says in str(error)


@pytest.mark.parametrize("case", WHOLE, ids=lambda case: case.name)
def test_a_file_that_is_no_table_is_refused_in_a_sentence(
    case: Whole, written: Callable[..., Path], samm: Dataset
) -> None:
    text = str(refusal(written(case.content), samm))
    assert "pred.csv" in text
    assert case.says in text
    assert len(text) < 1000


def test_there_are_enough_cases() -> None:
    names = [*(case.name for case in ROWS), *(case.name for case in WHOLE)]
    assert len(set(names)) == len(names) >= 70


ABOUT_DATASET = {
    *("unknown-video", "no-known-video", "frame-before-video", "frame-beyond-video", "type-not-annotated"),
    *("missing-type", "log-section"),
}
WITHOUT_DATASET = [
    case._replace(expected=[found for found in case.expected if found[0] not in ABOUT_DATASET])
    for case in ROWS
    if any(found[0] not in ABOUT_DATASET for found in case.expected) and case.name != "duplicate-otherwise-spelled"
]


@pytest.mark.parametrize("case", WITHOUT_DATASET, ids=lambda case: case.name)
def test_without_a_dataset_only_what_it_alone_knows_is_lost(case: Rows, written: Callable[..., Path]) -> None:
    error = refusal(written(case.content), None)
    assert isinstance(error, InvalidInput)
    assert [(p.rule, p.row) for p in error.problems if p.rule not in ABOUT_DATASET] == case.expected


def test_missing_file_and_folder(tmp_path: Path, samm: Dataset, written: Callable[..., Path]) -> None:
    written(HEAD + GOOD, "predictions.csv")
    with pytest.raises(UserError, match=r"there is no such file. Did you mean 'predictions.csv'\?"):
        read_submission(tmp_path / "prediction.csv", samm)
    with pytest.raises(UserError, match="this is a folder"):
        read_submission(tmp_path, samm)
    with pytest.raises(UserError, match="cannot be read"):
        read_submission("nul\0byte.csv", samm)
    with pytest.raises(UserError):
        read_submission(tmp_path / ("x" * 5000), samm)
    with pytest.raises(UserError):
        read_submission("", samm)


def test_odd_paths_are_read_and_printed_safely(tmp_path: Path, written: Callable[..., Path], samm: Dataset) -> None:
    odd = written(HEAD + GOOD, "pre\x1b[2Jd \u202e.csv")
    assert len(read_submission(odd, samm).predictions) == 1
    odd.write_text(HEAD)
    odd.write_text(f"{HEAD}006_1,x,2,me\n")
    with pytest.raises(InvalidInput) as caught:
        read_submission(odd, samm)
    assert str(caught.value).isprintable()
    link = tmp_path / "link.csv"
    link.symlink_to(written(HEAD + GOOD, "real.csv"))
    assert read_submission(link, samm).sha256 == read_submission(tmp_path / "real.csv", samm).sha256
    loop = tmp_path / "loop.csv"
    loop.symlink_to(loop)
    with pytest.raises(UserError, match=r"loop\.csv"):
        read_submission(loop, samm)


def test_many_faulty_rows_are_counted_and_the_first_listed(written: Callable[..., Path], samm: Dataset) -> None:
    path = written(HEAD + "".join(f"006_1,{i}.5,{i + 1},blink\n" for i in range(9000)))
    with pytest.raises(InvalidInput) as caught:
        read_submission(path, samm)
    first = caught.value.problems[0]
    assert first.rule == "too-many-problems"
    assert "18,000 faults in 9,000 rows" in first.message
    assert len(caught.value.problems) == 10_001
    rows = [problem.row or 0 for problem in caught.value.problems[1:]]
    assert rows == sorted(rows)
    assert len(str(caught.value).splitlines()) == 21


def test_a_table_of_unknown_ids_costs_no_minutes(written: Callable[..., Path], samm: Dataset) -> None:
    """Did-you-mean is worked out for the first distinct ids only."""
    path = written(HEAD + GOOD + "".join(f"006_1{i:x},1,20,me\n" for i in range(20_000)))
    with pytest.raises(InvalidInput) as caught:
        read_submission(path, samm)
    assert len(caught.value.problems) == 10_001
    assert "Did you mean '006_1'?" in str(caught.value)


@pytest.mark.parametrize("wanted", ["both", "", "1"])
def test_an_unknown_default_type_is_refused(wanted: str, written: Callable[..., Path], samm: Dataset) -> None:
    with pytest.raises(UserError, match="--type me or --type mae"):
        read_submission(written(HEAD + GOOD), samm, default_type=wanted)


def test_a_default_type_that_is_not_annotated_is_refused(written: Callable[..., Path], smic: Dataset) -> None:
    with pytest.raises(UserError, match="cannot be scored"):
        read_submission(written("video,onset,offset\ns01_po_01,5100,5120\n"), smic, default_type="mae")
