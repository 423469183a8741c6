import pandas as pd
import pytest

from mebench.datasets.readers import smic_e_long
from mebench.datasets.sheets import Sheet, read_workbook
from mebench.datasets.tables import ANNOTATIONS, VIDEOS, conform
from mebench.problems import InvalidInput, UserError
from tests.datasets import layouts
from tests.datasets.layouts import SMIC_HEADER, smic_row, smic_sheets

ROWS = [
    smic_row(1, "s01_po_01", 563_000, 563_599, ("s01_po_01", 563_100, 563_130)),
    smic_row(1, "s1_ne_05", 564_000, 564_299, ("s1_ne_05", 564_010, 564_040), ("s01_sur_06", 564_100, 564_150)),
    smic_row(2, "s02_ne_01", 17_581_000, 17_581_999),
]


def parse(rows, **how):
    return smic_e_long.parse(smic_sheets(rows, **how), "smic.xlsx")


def test_tables_follow_the_contracts():
    read = parse(ROWS)
    conform(read.videos, VIDEOS, "videos")
    conform(read.annotations, ANNOTATIONS, "annotations")
    assert read.notes == ()


def test_videos_without_events_belong_to_the_universe():
    videos = parse(ROWS).videos
    assert videos["video"].tolist() == ["s01_ne_05", "s01_po_01", "s02_ne_01"]
    assert videos["subject"].tolist() == ["s01", "s01", "s02"]
    assert set(videos["fps"]) == {100.0}


def test_frames_stay_absolute():
    read = parse(ROWS)
    assert read.videos["first_frame"].tolist() == [564_000, 563_000, 17_581_000]
    assert read.videos["n_frames"].tolist() == [300, 600, 1000]
    assert read.annotations["onset"].tolist() == [563_100.0, 564_010.0, 564_100.0]
    assert read.annotations["offset"].tolist() == [563_130.0, 564_040.0, 564_150.0]
    assert read.annotations["apex"].isna().all()


def test_events_and_emotions():
    table = parse(ROWS).annotations
    assert table["event"].tolist() == ["s01_po_01", "s01_ne_05", "s01_sur_06"]
    assert table["emotion"].tolist() == ["positive", "negative", "surprise"]
    assert table["video"].tolist() == ["s01_po_01", "s01_ne_05", "s01_ne_05"]
    assert set(table["type"]) == {"me"}
    assert table["row"].tolist() == [2, 3, 3]


@pytest.mark.parametrize("spelling", ["ME Type", "ME_Type", "me type", "METype", "ME-Type "])
def test_the_type_column_is_found_by_its_header(spelling):
    pd.testing.assert_frame_equal(parse(ROWS, spelling=spelling).annotations, parse(ROWS).annotations)


def test_headers_that_pandas_numbered_or_left_out():
    numbered = [*SMIC_HEADER, "ME Type", "onset", "offset", "ME Type.1", "onset.1", "offset.1"]
    first_only = [*SMIC_HEADER, "ME_Type", "Onset", "Offset"]
    other_names = ["Subject", "Video", "video name", "numme", "Start_Frame", "EndFrame", "", "ME Type", "", ""]
    for header in (numbered, first_only, other_names):
        table = smic_e_long.parse([Sheet("x", [header, *ROWS])], "x").annotations
        pd.testing.assert_frame_equal(table, parse(ROWS).annotations)


def test_the_triples_may_stand_elsewhere():
    header = [*SMIC_HEADER, "another", "ME Type", "onset", "offset", "spare", "ME Type", "onset", "offset"]
    rows = [[*row[:7], "?", *row[7:10], "!", *row[10:]] for row in ROWS]
    pd.testing.assert_frame_equal(
        smic_e_long.parse([Sheet("x", [header, *rows])], "x").annotations, parse(ROWS).annotations
    )


@pytest.mark.parametrize("subject", [1, 1.0, "1", "01", "s1", "s01", "S01"])
def test_subjects_and_names_are_padded(subject):
    read = parse([smic_row(subject, "S1_PO_01", 5, 9)])
    assert read.videos["subject"].tolist() == ["s01"]
    assert read.videos["video"].tolist() == ["s01_po_01"]


def test_a_video_name_without_its_subject():
    assert parse([smic_row(3, "po_01", 5, 9)]).videos["video"].tolist() == ["s03_po_01"]


def test_only_the_valid_triples_count():
    row = smic_row(1, "s01_po_01", 100, 900, ("s01_po_01", 200, 230), ("s01_po_02", 300, 330), count=1)
    read = parse([row])
    assert read.annotations["onset"].tolist() == [200.0]
    assert "behind the NumME valid ones of their rows: 1 triple" in read.notes[0]
    assert len(parse([smic_row(1, "s01_po_01", 100, 900, count="")]).annotations) == 0


def test_a_workbook_without_any_event_has_videos():
    read = parse([smic_row(1, "s01_po_01", 100, 900)])
    assert len(read.videos) == 1
    conform(read.annotations, ANNOTATIONS, "annotations")


def test_remarks():
    rows = [
        smic_row(1, "s01_po_01", 5000, 5900, ("s01_po_01", 200, 230)),
        smic_row(1, "s01_po_02", 5000, 5900, ("micro", 5200, 5230), ("", 5300, 5330)),
    ]
    read = parse(rows)
    assert read.annotations["emotion"].isna().tolist() == [False, True, True]
    assert read.annotations["event"].isna().tolist() == [False, False, True]
    assert "begin outside StartFrame..Endframe: 1 event;" in read.notes[0]
    assert "ME Type without ne, po or sur, so no emotion is known: 2 events" in read.notes[1]


def test_every_mistake_is_named_in_one_pass():
    rows = [
        smic_row("x", "s01_po_01", 100, 900),
        smic_row(1, "", 100, 900),
        smic_row(1, "s02_po_01", 100, 900),
        smic_row(1, "s01_po_03", 900, 100),
        smic_row(1, "s01_po_04", "", 900),
        smic_row(1, "s01_po_05", 100, 900.5),
        smic_row(1, "s01_po_06", 100, 900, count=1),
        smic_row(1, "s01_po_07", 100, 900, ("s01_po_07", "x", 230)),
        smic_row(1, "s01_po_08", 100, 900, count="two"),
        smic_row(1, "s01_po_09", 100, 900, ("s01_po_09", 100, 130), count=2),
        smic_row(1, "s01_po_09", 100, 900),
        smic_row(1, "s01_po_10", 100, 900, ("s01_po_10", 100, 130), count=""),
    ]
    with pytest.raises(InvalidInput) as caught:
        parse(rows)
    assert [(p.rule, p.row, p.column) for p in caught.value.problems] == [
        ("bad-subject", 2, "subject"),
        ("bad-video-name", 3, "video_name"),
        ("subject-disagrees", 4, "video_name"),
        ("end-before-start", 5, "Endframe"),
        ("frame-missing", 6, "StartFrame"),
        ("frame-not-whole", 7, "Endframe"),
        ("count-disagrees", 8, "NumME"),
        ("frame-missing", 8, "onset"),
        ("frame-not-a-number", 9, "onset"),
        ("bad-count", 10, "NumME"),
        ("count-disagrees", 11, "NumME"),
        ("frame-missing", 11, "onset"),
        ("duplicate-video", 12, "video_name"),
        ("bad-count", 13, "NumME"),
    ]


def test_workbooks_of_something_else():
    for sheets, said in (
        ([Sheet("Sheet1", [["Subject", "Filename", "OnsetF"]])], "no sheet has a header row with subject, video_name"),
        ([Sheet("Sheet1", [SMIC_HEADER, ROWS[2]])], "no column is headed 'ME Type'"),
        (
            [Sheet("Sheet1", [[*SMIC_HEADER, "ME Type", "offset", "onset"], *ROWS])],
            "Expected the triple ME Type, onset",
        ),
        (smic_sheets([]), "there is no video below the header"),
    ):
        with pytest.raises(UserError, match=said):
            smic_e_long.parse(sheets, "smic.xlsx")


def test_a_real_workbook_reads_like_the_sheets(tmp_path):
    path = layouts.write_xlsx(tmp_path / "SMIC_HS_E_spotting.xlsx", smic_sheets(ROWS))
    back = smic_e_long.parse(read_workbook(path), "x")
    pd.testing.assert_frame_equal(back.annotations, parse(ROWS).annotations)
    pd.testing.assert_frame_equal(back.videos, parse(ROWS).videos)


@pytest.mark.parametrize(
    "written",
    ["s01_po_01", "s1_po_01", "S1_PO_01", "cropped/s01/s01_po_01", "cropped\\s01\\s1_po_01", "s01_po_01.avi",
     "s01/po_01", "SMIC_crop/cropped/s01/s01_po_01/", " s01_po_01 "],
)  # fmt: skip
def test_spellings_of_a_video(written):
    assert smic_e_long.canonical_video(written) == "s01_po_01"


@pytest.mark.parametrize(
    "written",
    ["", "s01", "cropped/s01", "po_01", "01_po_01", "s001x", "s100_po_01", "s0_po_01", "s01_", "s01 po 01",
     "cropped/s01/s01_po_01/image000001.jpg", "x/po_01", "/", "x" * 100_000],
)  # fmt: skip
def test_what_is_no_video(written):
    assert smic_e_long.canonical_video(written) is None
