import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mebench.datasets.readers import casme_sq
from mebench.datasets.sheets import Sheet, read_workbook
from mebench.datasets.tables import ANNOTATIONS, VIDEOS, conform
from mebench.problems import InvalidInput, UserError
from tests.datasets import layouts
from tests.datasets.layouts import CASME_CODES, CASME_FOLDERS, casme_row, casme_sheets

ROWS = [
    casme_row(1, "disgust1_1", 100, 110, 130),
    casme_row(1, "disgust1_2", 0, 7, 13, "micro-expression"),
    casme_row(1, "anger1_10", 300, 310, 0),
    casme_row(7, "happy1_3", 300, 0, 320),
    casme_row(22, "happy5_11", 30, 44, 37),
]


def parse(rows, **how):
    return casme_sq.parse(casme_sheets(rows, **how), "code_final.xlsx")


def test_tables_follow_the_contracts():
    read = parse(ROWS)
    conform(read.videos, VIDEOS, "videos")
    conform(read.annotations, ANNOTATIONS, "annotations")
    assert set(read.annotations["dataset"]) == {"casme-sq"}
    assert set(read.videos["fps"]) == {30.0}
    assert read.videos["n_frames"].isna().all()
    assert read.notes == ()


def test_names_become_videos():
    table = parse(ROWS).annotations
    assert table["video"].tolist() == ["s15_0101", "s15_0101", "s15_0401", "s23_0502", "s40_0508"]
    assert table["subject"].tolist() == ["s15", "s15", "s15", "s23", "s40"]
    assert table["event"].tolist() == ["disgust1_1", "disgust1_2", "anger1_10", "happy1_3", "happy5_11"]
    assert table["type"].tolist() == ["mae", "me", "mae", "mae", "mae"]
    assert set(table["emotion"]) == {"negative"}
    assert table["row"].tolist() == [1, 2, 3, 4, 5]


def test_zero_means_not_annotated_for_apex_and_offset_only():
    table = parse(ROWS).annotations
    assert table["onset"].tolist() == [100.0, 0.0, 300.0, 300.0, 30.0]
    assert table["offset"].isna().tolist() == [False, False, True, False, False]
    assert table["apex"].isna().tolist() == [False, False, False, True, False]
    assert table["apex"].tolist()[4] > table["offset"].tolist()[4]


def test_two_digit_event_numbers_are_kept():
    rows = [casme_row(1, f"happy4_{n}", 10 * n, 10 * n + 1, 10 * n + 2) for n in range(1, 14)]
    assert parse(rows).annotations["video"].tolist() == ["s15_0507"] * 13


def test_the_event_free_videos_belong_to_the_universe():
    assert parse(ROWS).videos["video"].tolist() == [
        "s15_0101", "s15_0401", "s15_0508", "s23_0502", "s23_0503", "s40_0508",
    ]  # fmt: skip
    assert parse([casme_row(2, "disgust1_1", 1, 2, 3)]).videos["video"].tolist() == ["s16_0101"]
    twice = [casme_row(1, "happy5_1", 1, 2, 3)]
    assert parse(twice).videos["video"].tolist() == ["s15_0508"]


@pytest.mark.parametrize("index", range(1, 23))
def test_every_index_has_its_folder(index):
    row = [casme_row(index, "disgust1_1", 1, 2, 3)]
    expected = f"s{CASME_FOLDERS[index - 1]}"
    for how in ({}, {"rule1": False}):
        assert expected in set(parse(row, **how).annotations["subject"])


def test_the_sheet_of_subjects_is_believed_before_the_published_rule():
    sheets = [Sheet("CASFEcode_final", ROWS[:1]), Sheet("naming rule1", [[77, "s77", 1]])]
    assert casme_sq.parse(sheets, "x").annotations["video"].tolist() == ["s77_0101"]


def test_missing_naming_rules_are_replaced_and_said():
    read = parse(ROWS, rule1=False, rule2=False)
    pd.testing.assert_frame_equal(read.annotations, parse(ROWS).annotations)
    assert len(read.notes) == 2
    assert "no sheet 'naming rule1'" in read.notes[0]
    assert "no sheet 'naming rule2'" in read.notes[1]


# A spreadsheet, pandas or a careless copy turns '0101' into the number 101. It must not come back.
@pytest.mark.parametrize("coerce", [str, int, float, lambda code: str(int(code)), lambda code: f" {code} "])
def test_codes_that_became_numbers_get_their_zero_back(coerce):
    rows = [casme_row(1, f"{name}_1", 1, 2, 3) for name in CASME_CODES]
    sheets = [
        Sheet("CASFEcode_final", rows),
        Sheet("naming rule1", [[15, "s15", 1]]),
        Sheet("naming rule2", [[coerce(code), name] for name, code in CASME_CODES.items()]),
    ]
    assert casme_sq.parse(sheets, "x").annotations["video"].tolist() == [f"s15_{c}" for c in CASME_CODES.values()]


def test_coercion_by_pandas_does_not_come_back(tmp_path):
    path = layouts.write_xlsx(tmp_path / "original.xlsx", casme_sheets(ROWS))
    frames = pd.read_excel(path, sheet_name=None, header=None, engine="openpyxl")
    frames["naming rule2"][0] = frames["naming rule2"][0].astype(int)
    assert frames["naming rule2"][0].tolist()[0] == 101
    coerced = tmp_path / "coerced.xlsx"
    with pd.ExcelWriter(coerced, engine="openpyxl") as writer:
        for name, frame in frames.items():
            frame.to_excel(writer, sheet_name=name, header=False, index=False)
    expected = casme_sq.parse(read_workbook(path), "x").annotations
    pd.testing.assert_frame_equal(casme_sq.parse(read_workbook(coerced), "x").annotations, expected)
    assert expected["video"].tolist() == ["s15_0101", "s15_0101", "s15_0401", "s23_0502", "s40_0508"]
    assert [v for v in expected["video"] if not v.partition("_")[2].startswith("0")] == []


@pytest.mark.parametrize("coerce", [int, float, str])
def test_subject_indices_as_text_or_number(coerce):
    rows = [[coerce(row[0]), *row[1:]] for row in ROWS]
    sheets = casme_sheets(ROWS)
    sheets[0] = Sheet(sheets[0].name, rows)
    sheets[1] = Sheet(sheets[1].name, [[a, b, coerce(c)] for a, b, c in sheets[1].rows])
    pd.testing.assert_frame_equal(casme_sq.parse(sheets, "x").annotations, parse(ROWS).annotations)


def test_edited_copies_with_more_columns_and_headers():
    extra = [[*row, "extra", f"rawpic/s15/{row[1]}"] for row in ROWS]
    for head in (
        ["###"] * 11,
        ["###", "video", "onset"],
        ["Participant", "Video", "Onset", "Apex", "Offset", "AUs", "Emotion", "Type", "Self"],
        ["CAS(ME)^2"],
    ):
        sheets = casme_sheets(ROWS)
        sheets[0] = Sheet("CASFEcode_final", [head, *extra])
        table = casme_sq.parse(sheets, "x").annotations
        assert table["row"].tolist() == [2, 3, 4, 5, 6]
        pd.testing.assert_frame_equal(table.drop(columns="row"), parse(ROWS).annotations.drop(columns="row"))


def test_sheets_are_found_by_content_in_any_order():
    sheets = [Sheet(f"Tabelle{i}", sheet.rows) for i, sheet in enumerate(reversed(casme_sheets(ROWS)))]
    read = casme_sq.parse([Sheet("notes", [["hello"]]), *sheets], "x")
    assert read.notes == ()
    pd.testing.assert_frame_equal(read.annotations, parse(ROWS).annotations)


def test_a_header_above_the_naming_rules():
    sheets = casme_sheets(ROWS)
    sheets[1] = Sheet(sheets[1].name, [["number", "folder", "index"], *sheets[1].rows])
    sheets[2] = Sheet(sheets[2].name, [["code", "stimulus"], *sheets[2].rows])
    assert casme_sq.parse(sheets, "x").notes == ()


def test_every_mistake_is_named_in_one_pass():
    rows = [
        ROWS[0],
        casme_row(23, "disgust1_1", 100, 110, 130),
        casme_row(1, "fear1_1", 100, 110, 130),
        casme_row(1, "disgust1", 100, 110, 130),
        casme_row(1, "disgust1_3", "soon", 110, 130),
        casme_row(1, "disgust1_4", 100, 110, -5),
        casme_row(1, "disgust1_5", 100, 110, 130, "minor-expression"),
        casme_row(1, "disgust1_6", "", 110, 130),
        [*casme_row(1, "disgust1_7", 100, 110, 130)[:6], "sleepy", "macro-expression"],
        ["x", "disgust1_8", 1, 2, 3, "", "", "macro-expression"],
    ]
    with pytest.raises(InvalidInput) as caught:
        parse(rows)
    assert [(p.rule, p.row, p.column) for p in caught.value.problems] == [
        ("unknown-subject-index", 2, "A (subject)"),
        ("unknown-stimulus", 3, "B (event)"),
        ("bad-event", 4, "B (event)"),
        ("frame-not-a-number", 5, "C (onset)"),
        ("negative-frame", 6, "E (offset)"),
        ("unknown-type", 7, "H (type)"),
        ("frame-missing", 8, "C (onset)"),
        ("unknown-emotion", 9, "G (emotion)"),
        ("unknown-subject-index", 10, "A (subject)"),
    ]
    assert "code_final.xlsx, sheet 'CASFEcode_final', row 3, column B (event): the stimulus 'fear1'" in str(
        caught.value
    )


def test_naming_rules_that_contradict_are_named():
    sheets = casme_sheets(ROWS)
    sheets[1] = Sheet("naming rule1", [*sheets[1].rows, [16, "s16", 1], ["?", "?", "?"]])
    sheets[2] = Sheet("naming rule2", [["0102", "disgust1"], *sheets[2].rows[1:], ["0999", "fear1"]])
    with pytest.raises(InvalidInput) as caught:
        casme_sq.parse(sheets, "x.xlsx")
    assert {p.rule for p in caught.value.problems} == {
        "naming-rule-contradicts", "bad-naming-rule", "stimulus-code-disagrees",
    }  # fmt: skip
    assert any(p.file == "x.xlsx, sheet 'naming rule2'" for p in caught.value.problems)


def test_workbooks_of_something_else():
    with pytest.raises(UserError, match=r"x.xlsx: no sheet holds events of CAS\(ME\)\^2 .*'Sheet1'"):
        casme_sq.parse([Sheet("Sheet1", [["a", "b"], [1, 2]])], "x.xlsx")
    with pytest.raises(UserError, match="there is no event"):
        casme_sq.parse([Sheet("CASFEcode_final", [["###"]])], "x.xlsx")


def test_a_real_workbook_reads_like_the_sheets(tmp_path):
    path = layouts.write_xlsx(tmp_path / "CAS(ME)^2code_final.xlsx", casme_sheets(ROWS))
    back = read_workbook(path)
    assert [sheet.name for sheet in back] == ["CASFEcode_final", "naming rule1", "naming rule2"]
    assert back[2].rows[0][0] == "0101"
    pd.testing.assert_frame_equal(casme_sq.parse(back, "x").annotations, parse(ROWS).annotations)


@pytest.mark.parametrize(
    "written",
    [
        "s15_0101", "S15_0101", "15_0101", "15_0101disgustingteeth", "s15/15_0101disgustingteeth",
        "rawpic/s15/15_0101disgustingteeth", "rawpic\\s15\\15_0101disgustingteeth",
        "rawvideo/s15/15_0101disgustingteeth.avi",
        "s15_disgust1", "s15/disgust1", "15_disgust1", "S15/Disgust1", "15_101", "s15_101", " s15_0101 ", "s15/0101",
        "s15/0101disgustingteeth", "s15_0101.avi", "s19/15_0101disgustingteeth/", "15/disgust1",
        "CAS(ME)2_longVideoFaceCropped/longVideoFaceCropped/s15/15_0101disgustingteeth", "15_0101misspeltteeth",
    ],
)  # fmt: skip
def test_spellings_of_a_video(written):
    assert casme_sq.canonical_video(written) == "s15_0101"


def test_the_misplaced_folder_belongs_to_s23():
    assert casme_sq.canonical_video("rawpic/s19/23_0502funnyerrors") == "s23_0502"
    assert casme_sq.canonical_video("s19/23_0502funnyerrors") == casme_sq.canonical_video("s23/23_0502funnyerrors")


@pytest.mark.parametrize(
    "written",
    ["", "s15", "0101", "disgust1", "15_0103", "15_01011", "s15_0101_1", "s15_disgust1_1", "s15/disgust1_1",
     "disgust1_1", "s5_0101", "5_0101", "s150_0101", "15-0101", "s15 0101", "s15_fear1",
     "cropped/s15/anger1_1", "006_1", "15_1",
     "s15/15_0101disgustingteeth/img001.jpg", "s15_0101disgusting2", "x/0101", "s15_", "_0101", "/", "x" * 100_000,
     "s１5_0101"],
)  # fmt: skip
def test_what_is_no_video(written):
    assert casme_sq.canonical_video(written) is None


@given(st.sampled_from(CASME_FOLDERS), st.sampled_from(sorted(CASME_CODES.items())), st.sampled_from(["", "s", "S"]))
def test_name_and_code_name_the_same_video(folder, stimulus, prefix):
    name, code = stimulus
    expected = f"s{folder}_{code}"
    for spelled in (name, code, code.lstrip("0"), code + "anything"):
        assert casme_sq.canonical_video(f"{prefix}{folder}_{spelled}") == expected
        assert casme_sq.canonical_video(f"root/s{folder}/{spelled}.AVI") == expected
