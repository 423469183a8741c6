"""CASME II, CASME and CAS(ME)^3 with the defects that their tables are known for."""

import math

import pandas as pd
import pytest

from mebench.datasets.readers import casme, casme2, casme3
from mebench.datasets.sheets import Sheet
from mebench.problems import InvalidInput, UserError
from tests.datasets import clip_layouts as layouts
from tests.datasets.clip_layouts import casme2_row, casme3_row, casme3_typed_row, casme_row


def parse(*rows, header=layouts.CASME2_HEADER):
    return casme2.parse(layouts.casme2_sheets(rows, header), "casme2.xlsx")


@pytest.mark.parametrize("subject", ["01", "1", 1, 1.0, "sub01", " 01 "])
def test_a_subject_is_text_or_has_become_a_number(subject):
    assert parse(casme2_row(subject, "EP02_01f", 1, 5, 9)).clips["subject"].tolist() == ["sub01"]


def test_the_only_slash_of_the_release_is_an_apex_that_nobody_annotated():
    read = parse(casme2_row("04", "EP12_01f", 10, "/", 90, "disgust"), casme2_row("04", "EP12_02f", 10, 50, 90))
    assert read.clips["apex"].isna().tolist() == [True, False]
    assert read.notes == ("no apex in 1 clip: sub04/EP12_01f",)


def test_irregular_names_stay_as_they_are():
    names = ["EP01_2", "EP08_1", "EP06_02_01", "EP06_02_02", "EP09f", "EP02_01f", "EP19_06"]
    read = parse(*(casme2_row("03", name, 1, 5, 9) for name in names))
    assert read.clips["clip"].tolist() == names
    assert read.notes == ()


def test_the_same_name_belongs_to_several_subjects():
    read = parse(casme2_row("01", "EP02_01f", 1, 5, 9), casme2_row("02", "EP02_01f", 1, 5, 9))
    assert read.clips["clip"].tolist() == ["EP02_01f", "EP02_01f"]
    assert read.clips["subject"].tolist() == ["sub01", "sub02"]


def test_action_units_are_text_whatever_a_spreadsheet_made_of_them():
    units = [4, 4.0, "4+7", "L7+L10", "R2+15", "?", ""]
    read = parse(*(casme2_row(k + 1, "EP02_01f", 1, 5, 9, au=unit) for k, unit in enumerate(units)))
    assert [None if pd.isna(u) else u for u in read.clips["action_units"]] == [
        "4",
        "4",
        "4+7",
        "L7+L10",
        "R2+15",
        "?",
        None,
    ]


def test_a_header_of_pandas_and_a_trimmed_one_are_read_too():
    header = [cell or f"Unnamed: {place}" for place, cell in enumerate(layouts.CASME2_HEADER)]
    row = casme2_row("01", "EP02_01f", 1, 5, 9, "happiness")
    expected = parse(row).clips
    pd.testing.assert_frame_equal(parse(row, header=header).clips, expected)
    places = [8, 5, 4, 3, 1, 0, 7]
    trimmed = casme2.parse(
        [Sheet("x", [[layouts.CASME2_HEADER[i] for i in places], [row[i] for i in places]])], "casme2.xlsx"
    )
    pd.testing.assert_frame_equal(trimmed.clips, expected)


def test_nobody_is_corrected_but_contradictions_are_named():
    read = parse(
        casme2_row("01", "EP01_01", 66, 111, 111),  # the apex at the offset is no contradiction
        casme2_row("02", "EP01_01", 50, 20, 90),
        casme2_row("03", "EP01_01", 50, 95, 90),
        casme2_row("04", "EP01_01", 50, 40, 30),
        casme2_row("05", "EP01_01", 0, 10, 30),
        casme2_row("06", "EP01_01", "", 10, 30),
        casme2_row("07", "EP01_01", 5, 10, 30, "disguts"),
        casme2_row("08", "EP01_01", 5, 10, 30, ""),
    )
    assert read.clips["offset"].tolist() == [111, 90, 90, 30, 30, 30, 30, 30]
    assert read.notes == (
        "no onset or no offset in 1 clip: sub06/EP01_01",
        "the offset before the onset in 1 clip: sub04/EP01_01",
        "the apex outside onset..offset in 2 clips: sub02/EP01_01, sub03/EP01_01",
        "a frame 0, although frames count from 1 in 1 clip: sub05/EP01_01",
        "no emotion in 1 clip: sub08/EP01_01",
        "an emotion that the dataset does not have ('disguts') in 1 clip: sub07/EP01_01",
    )


@pytest.mark.parametrize(
    ("subject", "clip"),
    [("sub01", "EP02_01f"), ("01", "EP02_01f"), ("1", "EP02_01f"), ("SUB1", "ep02_01f"), ("", "sub01/EP02_01f"),
     ("1", "sub01/EP02_01f"), ("", "CASME2_RAW_selected/sub01/EP02_01f"), ("01", "Cropped\\sub01\\EP02_01f"),
     ("s1", "EP02_01F.avi"), ("", "1/EP02_01f"), ("1", "somewhere/EP02_01f")],
)  # fmt: skip
def test_spellings_of_a_clip(subject, clip):
    assert casme2.canonical_clip(subject, clip) == ("sub01", "EP02_01f")


@pytest.mark.parametrize(
    ("subject", "clip"),
    [("", "EP02_01f"), ("2", "sub01/EP02_01f"), ("sub01", "006_1_2"), ("sub01", "EP02_01f/img46.jpg"),
     ("0", "EP02_01f"), ("100", "EP02_01f"), ("sub01", "sub01"),
     ("sub01", "EP02-01f"), ("sub01", "EP02_01_02_03"), ("x", "EP02_01f")],
)  # fmt: skip
def test_what_is_no_clip_of_casme2(subject, clip):
    assert casme2.canonical_clip(subject, clip) is None


def test_clips_of_casme_are_numbered_where_a_name_repeats():
    rows = [
        casme_row(1, "EP01_12", 200, 205, 220),
        casme_row(1, "EP01_12", 73, 80, 90),
        casme_row(2, "EP01_12", 10, 15, 20),
        casme_row(1, "EP01_12", 300, 305, 320, "disgust"),
    ]
    read = casme.parse(layouts.sheet_of(layouts.CASME_HEADER, rows), "casme.xls")
    assert read.clips["clip"].tolist() == ["EP01_12#2", "EP01_12", "EP01_12", "EP01_12#3"]
    assert read.clips["row"].tolist() == [2, 3, 4, 5]
    assert read.notes == ("names that repeat and got a running number (#2, ...): 2 (sub01/EP01_12)",)
    assert casme.canonical_clip("1", "EP01_12#2") == ("sub01", "EP01_12#2")


def test_the_first_apex_of_casme_counts():
    row = casme_row(1, "EP01_12", 73, 80, 90)
    row[5] = 85
    read = casme.parse(layouts.sheet_of(layouts.CASME_HEADER, [row]), "casme.xls")
    assert read.clips["apex"].tolist() == [80.0]


def casme3_of(*rows, header=layouts.CASME3_HEADER, name="label"):
    return casme3.parse(layouts.sheet_of(header, rows, name), "casme3.xlsx")


def test_casme3_has_letters_in_both_cases_and_several_clips_a_video():
    read = casme3_of(
        casme3_row("spNO.3", "J", 5, 8, 20, "happy"),
        casme3_row("spNO.3", "j", 50, 58, 70, "sad"),
        casme3_row("spNO.40", "e", 9, 12, 30, "Others"),
    )
    assert read.clips["clip"].tolist() == ["j", "j#2", "e"]
    assert read.clips["subject"].tolist() == ["spNO.3", "spNO.3", "spNO.40"]
    assert read.clips["emotion"].tolist() == ["happiness", "sadness", "others"]
    assert read.clips["objective_class"].tolist() == ["4", "4", "4"]
    assert "spNO.3/j" in read.notes[0]


def test_the_known_contradictions_of_casme3_are_kept_and_named():
    read = casme3_of(
        casme3_row("spNO.40", "e", 90, 95, 0),
        casme3_row("spNO.216", "e", 0, 0, 25),
        casme3_row("spNO.149", "d", 50, 40, 70),
        casme3_row("spNO.216", "d", 900, 300, 400),
    )
    assert read.clips["offset"].tolist() == [0, 25, 70, 400]
    assert read.notes == (
        "the offset before the onset in 2 clips: spNO.40/e, spNO.216/d",
        "the apex outside onset..offset in 1 clip: spNO.149/d",
        "a frame 0, although frames count from 1 in 2 clips: spNO.40/e, spNO.216/e",
    )


def test_the_table_with_types_gives_the_micro_expressions_and_no_emotions():
    rows = [
        casme3_typed_row("spNO.1", "a", 5, 8, 20, "Micro-expression"),
        casme3_typed_row("spNO.1", "a", 50, 80, 120, "Macro-expression"),
        casme3_typed_row("spNO.1", "b", 50, 60, 70, "Micro-expression"),
    ]
    blinks = Sheet(
        "eye blink", [layouts.CASME3_TYPED_HEADER, casme3_typed_row("spNO.9", "a", 1, 2, 3, "Micro-expression")]
    )
    table = layouts.sheet_of(layouts.CASME3_TYPED_HEADER, rows, "AU+Emotion")
    read = casme3.parse([blinks, *table], "casme3.xls")
    assert list(zip(read.clips["subject"], read.clips["clip"], strict=True)) == [("spNO.1", "a"), ("spNO.1", "b")]
    assert read.clips["emotion"].isna().all()
    assert read.notes[0] == "macro-expressions left aside: 1"
    assert "no emotion in 2 clips" in read.notes[1]
    with pytest.raises(InvalidInput, match="'Mikro' is no expression type"):
        casme3.parse(
            layouts.sheet_of(layouts.CASME3_TYPED_HEADER, [casme3_typed_row("spNO.1", "a", 5, 8, 20, "Mikro")]), "c.xls"
        )


def test_part_c_is_refused_by_name():
    with pytest.raises(UserError, match="the table of part C"):
        casme3.parse(layouts.sheet_of(layouts.PART_C_HEADER, [[1, 1, 10, 20, "4，7", "negative"]]), "c.xlsx")


@pytest.mark.parametrize(
    ("subject", "clip"),
    [("spNO.12", "a"), ("12", "A"), ("", "spNO.12/a"), ("", "part_A/spNO.12/a/color"), ("spno.12", "a/depth/"),
     ("spNO12", "a")],
)  # fmt: skip
def test_spellings_of_a_clip_of_casme3(subject, clip):
    assert casme3.canonical_clip(subject, clip) == ("spNO.12", "a")


def test_what_is_no_clip_of_casme3():
    for subject, clip in (("", "a"), ("spNO.12", "ab"), ("spNO.12", "1"), ("spNO.1", "spNO.12/a"), ("spNO.0", "a")):
        assert casme3.canonical_clip(subject, clip) is None


def test_missing_frames_are_missing_and_not_zero():
    read = parse(casme2_row("01", "EP01_01", 5, "", ""), casme2_row("02", "EP01_01", 5, -1, 9))
    assert math.isnan(read.clips["offset"][0])
    assert read.clips["apex"].isna().all()
