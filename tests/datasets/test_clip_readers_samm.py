"""SAMM's clips: header below a preamble or not, subjects as text, and three rows that contradict themselves."""

import pandas as pd
import pytest

from mebench.datasets.readers import samm, samm_lv
from mebench.datasets.sheets import Sheet
from mebench.problems import InvalidInput, UserError
from tests.datasets import clip_layouts as layouts
from tests.datasets.clip_layouts import samm_row, samm_sheets

ROWS = [
    samm_row("006_1_2", 5562, 5590, 5630, "Anger", 3),
    samm_row("006_1_3", 6000, 6030, 6060, "Other", 7),
    samm_row("037_7_2", 12000, 12040, 12080, "Happiness", 1),
]


def parse(rows, **how):
    return samm.parse(samm_sheets(rows, **how), "samm.xlsx")


@pytest.mark.parametrize("preamble", [layouts.SAMM_PREAMBLE, [], [[]] * 13])
@pytest.mark.parametrize("name", ["MICRO_ONLY", "Micro only", "Sheet1"])
def test_the_header_stands_on_row_14_or_on_row_1(preamble, name):
    read = parse(ROWS, preamble=preamble, name=name)
    assert read.clips["row"].tolist() == [len(preamble) + k for k in (2, 3, 4)]
    assert read.clips["clip"].tolist() == ["006_1_2", "006_1_3", "037_7_2"]
    assert read.notes == ()


@pytest.mark.parametrize("subject", ["006", "6", 6, 6.0])
def test_a_subject_that_became_a_number(subject):
    assert parse([samm_row("006_1_2", 1, 2, 3, subject=subject)]).clips["subject"].tolist() == ["006"]


def test_a_subject_that_is_not_that_of_the_name_is_a_mistake():
    with pytest.raises(InvalidInput, match=r"row 15, column Filename: subject '7' and clip '006_1_2' name no clip"):
        parse([samm_row("006_1_2", 1, 2, 3, subject=7)])


def test_emotions_are_in_lower_case_and_other_is_others():
    rows = [samm_row(f"006_1_{k}", 1, 2, 3, e) for k, e in enumerate(("Other", "Others", "Contempt", "Surprise"), 1)]
    assert parse(rows).clips["emotion"].tolist() == ["others", "others", "contempt", "surprise"]


@pytest.mark.parametrize("written", [7, 7.0, "7", "VII", "vii"])
def test_objective_classes_are_arabic(written):
    assert parse([samm_row("006_1_2", 1, 2, 3, objective=written)]).clips["objective_class"].tolist() == ["7"]


def test_the_three_known_contradictions_are_named_and_nothing_is_corrected():
    typo = samm_row("013_1_9", 100, 120, 181)
    typo[5] = 811  # the Duration stays 82
    rows = [typo, samm_row("028_4_1", 100, 300, 180), samm_row("032_3_1", 400, 300, 480), *ROWS]
    read = parse(rows)
    assert read.clips["offset"].tolist()[:3] == [811, 180, 480]
    assert read.clips["apex"].tolist()[:3] == [120, 300, 300]
    assert read.notes == (
        "a Duration that is not offset - onset + 1 in 1 clip: 013_1_9",
        "the apex outside onset..offset in 2 clips: 028_4_1, 032_3_1",
    )


def test_action_units_that_the_coders_were_not_sure_of_stay_as_written():
    rows = [samm_row("006_1_2", 1, 2, 3)]
    rows[0][8] = "L12 or L14"
    assert parse(rows).clips["action_units"].tolist() == ["L12 or L14"]


def test_the_workbook_of_the_long_videos_is_another_one():
    header = ["Subject", "Filename", "Inducement Code", "Onset", "Apex", "Offset", "Duration", "Type", "Action Units"]
    long = [Sheet("FACS_Movement_Only", [header, ["006", "006_1_1", 1, 5, 9, 90, 86, "Macro", "AU4"]])]
    with pytest.raises(UserError, match=r"SAMM \(clips, not the long videos\).*SAMM_Micro_FACS_Codes_v2"):
        samm.parse(long, "samm-lv.xlsx")
    with pytest.raises(UserError, match="not that of the SAMM clips"):
        samm_lv.parse(samm_sheets(ROWS), "samm.xlsx")


@pytest.mark.parametrize(
    ("subject", "clip"),
    [("006", "006_1_2"), ("6", "006_1_2"), ("06", "6_1_2"), ("", "006_1_2"), ("", "SAMM/006/006_1_2"),
     ("6", "006_01_02"), ("", "6/006_1_2.avi")],
)  # fmt: skip
def test_spellings_of_a_clip(subject, clip):
    assert samm.canonical_clip(subject, clip) == ("006", "006_1_2")


def test_what_is_no_clip_of_samm():
    for subject, clip in (("7", "006_1_2"), ("", "006_1"), ("", "007/006_1_2"), ("006", "006_1_2_3"),
                          ("006", "EP02_01f"), ("sub6", "006_1_2"), ("", "006_1_2/006_05562.jpg")):  # fmt: skip
        assert samm.canonical_clip(subject, clip) is None


def test_a_trimmed_copy_reads_like_the_whole(tmp_path):
    whole, trimmed = parse(ROWS), parse(ROWS, preamble=[])
    pd.testing.assert_frame_equal(whole.clips.drop(columns="row"), trimmed.clips.drop(columns="row"))
