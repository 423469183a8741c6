import math

import pandas as pd
import pytest

from mebench.datasets.readers import samm_lv
from mebench.datasets.sheets import Sheet, read_workbook
from mebench.datasets.tables import ANNOTATIONS, VIDEOS, conform
from mebench.problems import InvalidInput, UserError
from tests.datasets import layouts
from tests.datasets.layouts import SAMM_HEADER, samm_row, samm_sheets

ROWS = [
    samm_row("006_1_1", 100, 150, 201.4, "Macro"),
    samm_row("006_1_2", 566.5, 600, 640.6, "Micro - 1/2"),
    samm_row("011_6_8", 0, 40, 900, "Macro"),
    samm_row("012_4_1", 1, 40, 90, "Macro"),
    samm_row("028_4_1", 300, -1, 380, "Micro - 1/2"),
    samm_row("006_2_10", 7, 9, 99, "Macro"),
]


def parse(rows, **how):
    return samm_lv.parse(samm_sheets(rows, **how), "samm.xlsx")


def test_tables_follow_the_contracts():
    read = parse(ROWS)
    conform(read.videos, VIDEOS, "videos")
    conform(read.annotations, ANNOTATIONS, "annotations")
    assert set(read.annotations["dataset"]) == {"samm-lv"}
    assert read.notes == ()


def test_the_annotator_is_not_corrected():
    table = parse(ROWS).annotations
    assert table["event"].tolist() == ["006_1_1", "006_1_2", "011_6_8", "012_4_1", "028_4_1", "006_2_10"]
    assert table["onset"].tolist() == [100.0, 566.5, 0.0, 1.0, 300.0, 7.0]
    assert table["offset"].tolist() == [201.4, 640.6, 900.0, 90.0, 380.0, 99.0]
    assert table["apex"].isna().tolist() == [False, False, False, False, True, False]
    assert table["type"].tolist() == ["mae", "me", "mae", "mae", "me", "mae"]
    assert table["row"].tolist() == [11, 12, 13, 14, 15, 16]
    assert table["emotion"].isna().all()
    assert set(table["action_units"]) == {"AU12"}


def test_videos_come_from_the_file_names():
    videos = parse(ROWS).videos
    assert videos["video"].tolist() == ["006_1", "006_2", "011_6", "012_4", "028_4"]
    assert videos["subject"].tolist() == ["006", "006", "011", "012", "028"]
    assert set(videos["fps"]) == {200.0}
    assert set(videos["first_frame"]) == {1}
    assert videos["n_frames"].isna().all()


@pytest.mark.parametrize("subject", ["006", "6", 6, 6.0, " 006 "])
def test_a_subject_that_became_a_number(subject):
    videos = parse([samm_row("006_1_1", 1, 2, 3, subject=subject)]).videos
    assert videos["subject"].tolist() == ["006"]


@pytest.mark.parametrize("preamble", [layouts.SAMM_PREAMBLE, [], [[]] * 39, [["x"] * 10] * 12])
@pytest.mark.parametrize("name", ["FACS_Movement_Only", "facs movement only", "Sheet1"])
def test_the_header_is_found_wherever_it_stands(preamble, name):
    read = parse(ROWS, preamble=preamble, name=name)
    assert len(read.annotations) == len(ROWS)
    assert read.annotations["row"].tolist()[0] == len(preamble) + 2


def test_header_spelling_does_not_matter():
    header = [
        "SUBJECT",
        "file name",
        "Inducement_Code",
        "onset ",
        "APEX",
        "Off-set",
        "Duration",
        "type",
        "action units",
        "",
    ]
    assert len(parse(ROWS, header=header).annotations) == len(ROWS)


def test_columns_may_stand_in_another_order():
    order = [7, 5, 0, 3, 4, 1, 2, 8, 9, 6]
    header, rows = [SAMM_HEADER[i] for i in order], [[row[i] for i in order] for row in ROWS]
    pd.testing.assert_frame_equal(parse(rows, header=header).annotations, parse(ROWS).annotations)


def test_the_named_sheet_wins_over_another_with_the_same_header():
    decoy = Sheet("Draft", [SAMM_HEADER, samm_row("030_1_1", 1, 2, 3)])
    read = samm_lv.parse([decoy, *samm_sheets(ROWS)], "samm.xlsx")
    assert len(read.annotations) == len(ROWS)


def test_blank_rows_are_passed_over():
    blank = [["", None, "", "", ""], [], [" "]]
    read = parse([*blank, ROWS[0], *blank, ROWS[1], *blank, ["", "", 4, "", "", "", "", "", "", "checked"]])
    assert read.annotations["row"].tolist() == [14, 18]


def test_a_copy_without_apex_says_so():
    header = [h for h in SAMM_HEADER if h != "Apex"]
    read = parse([row[:4] + row[5:] for row in ROWS], header=header)
    assert read.annotations["apex"].isna().all()
    assert "no column Apex" in read.notes[0]


@pytest.mark.parametrize("missing", ["", "-", "/", None, -1, -1.0, "-1"])
def test_an_apex_that_is_not_annotated(missing):
    assert parse([samm_row("006_1_1", 1, missing, 30)]).annotations["apex"].isna().all()


def test_events_that_end_before_they_begin_are_kept_and_said():
    read = parse([samm_row("006_1_1", 30, 20, 10)])
    assert read.annotations["offset"].tolist() == [10.0]
    assert "1 event ends before it begins" in read.notes[0]


def test_every_mistake_is_named_in_one_pass():
    rows = [
        samm_row("006_1_1", "about 5", 9, 10),
        samm_row("006_1_2", 5, "x", 10),
        samm_row("006_1_3", 5, 7, -10),
        samm_row("006_1_4", 5, 7, 10, "Mikro"),
        samm_row("006_1_5", "", 7, 10),
        samm_row("006_1_6", 5, 7, 10, subject="007"),
        samm_row("006_1_7", 5, 7, 1e12),
        samm_row("006_1_8", "1_0", 7, 10),
        ["006", "006_1", 1, 5, 7, 10, "", "Macro", "", ""],
        ["006", "", 1, 5, 7, 10, "", "", "", ""],
    ]
    with pytest.raises(InvalidInput) as caught:
        parse(rows)
    found = [(p.rule, p.row, p.column) for p in caught.value.problems]
    assert found == [
        ("frame-not-a-number", 11, "Onset"),
        ("frame-not-a-number", 12, "Apex"),
        ("negative-frame", 13, "Offset"),
        ("unknown-type", 14, "Type"),
        ("frame-missing", 15, "Onset"),
        ("subject-disagrees", 16, "Subject"),
        ("frame-too-large", 17, "Offset"),
        ("frame-not-a-number", 18, "Onset"),
        ("bad-filename", 19, "Filename"),
        ("unknown-type", 20, "Type"),
        ("bad-filename", 20, "Filename"),
    ]
    text = str(caught.value)
    assert "samm.xlsx, sheet 'FACS_Movement_Only', row 14, column Type: 'Mikro' is no expression type. Write me" in text
    assert all(p.remedy for p in caught.value.problems)


def test_infinite_frames_are_mistakes():
    with pytest.raises(InvalidInput) as caught:
        parse([samm_row("006_1_1", float("inf"), float("-inf"), "inf")])
    assert [(p.rule, p.column) for p in caught.value.problems] == [
        ("frame-too-large", "Onset"),
        ("negative-frame", "Apex"),
        ("frame-not-a-number", "Offset"),
    ]


def test_workbooks_of_something_else():
    micro = Sheet("MICRO_ONLY", [["Subject", "Filename", "Onset Frame", "Apex Frame", "Offset Frame", "Micro"]])
    with pytest.raises(
        UserError, match=r"samm.xlsx: no sheet has a header row .*'MICRO_ONLY'.* not that of the SAMM clips"
    ):
        samm_lv.parse([micro], "samm.xlsx")
    with pytest.raises(UserError, match="sheets found: none"):
        samm_lv.parse([], "samm.xlsx")
    with pytest.raises(UserError, match="there is no event below the header"):
        parse([])
    with pytest.raises(UserError, match="no sheet has a header row"):
        parse(ROWS, preamble=[[]] * 40)


def test_a_real_workbook_reads_like_the_sheets(tmp_path):
    sheets = samm_sheets([*ROWS, samm_row("007_1_1", 3, 4, 5, subject=7)])
    path = layouts.write_xlsx(tmp_path / "SAMM_LongVideos_V1_Release.xlsx", sheets)
    from_disk = samm_lv.parse(read_workbook(path), "samm.xlsx")
    pd.testing.assert_frame_equal(from_disk.annotations, samm_lv.parse(sheets, "samm.xlsx").annotations)
    assert from_disk.annotations["row"].tolist()[0] == 11


def test_leading_blank_rows_of_a_real_workbook_are_counted(tmp_path):
    sheets = samm_sheets(ROWS, preamble=[[]] * 9)
    path = layouts.write_xlsx(tmp_path / "trimmed.xlsx", sheets)
    assert samm_lv.parse(read_workbook(path), "x").annotations["row"].tolist()[0] == 11


@pytest.mark.parametrize(
    "written",
    ["006_1", "6_1", "06_1", " 006_1 ", "006_01", "SAMM_longvideos/006_1", "006/006_1", "006_1.avi", "006_1.MP4",
     "SAMM_longvideos\\006_1", "./006_1/", "a/b/c/006_1.mov"],
)  # fmt: skip
def test_spellings_of_a_video(written):
    assert samm_lv.canonical_video(written) == "006_1"


@pytest.mark.parametrize(
    "written",
    ["", "006", "006_1_1", "006_1/006_1_0001.jpg", "0_1", "006_0", "s15_0101", "006-1", "006_1.jpg", "1006_1",
     "006_123", "006_1x", "/", "006_1\n006_2", "x" * 100_000, "００6_1", "006_1.0"],
)  # fmt: skip
def test_what_is_no_video(written):
    assert samm_lv.canonical_video(written) is None


def test_canonical_ids_are_fixed_points():
    for video in parse(ROWS).videos["video"]:
        assert samm_lv.canonical_video(video) == video


def test_apex_minus_one_only_means_missing_for_the_apex():
    with pytest.raises(InvalidInput, match="frame -1 is negative"):
        parse([samm_row("006_1_1", -1, 5, 30)])
    assert math.isnan(parse([samm_row("006_1_1", 1, 5, "")]).annotations["offset"][0])
