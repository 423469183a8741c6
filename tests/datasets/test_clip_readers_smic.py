"""The SMIC family: camera numbers, second micro-expressions, names without a row, and folders of clips."""

import math

import pytest

from mebench.datasets.readers import smic, smic_e, smic_nir, smic_vis
from mebench.datasets.readers._smic import WITHOUT_ROW
from tests.datasets import clip_layouts as layouts
from tests.datasets.clip_layouts import smic_row, smic_sheets, vis_row


def clips_of(read):
    return read.clips.set_index("clip")


def complete_rows():
    """157 invented rows under the names that SMIC-HS has, four of them with a second micro-expression."""
    quotas = {"ne": 70, "po": 51, "sur": 43}
    subjects = [1, 2, 3, 4, 5, 6, 8, 9, 11, 12, 13, 14, 15, 18, 19, 20]
    names = list(WITHOUT_ROW)
    for short, count in quotas.items():
        have = sum(f"_{short}_" in name for name in names)
        place = 0
        while have < count:
            subject, number = subjects[place % 16], place // 16 + 1
            name = f"s{subject:02d}_{short}_{number:02d}"
            place += 1
            if name not in names:
                names.append(name)
                have += 1
    rows = []
    for place, name in enumerate(sorted(set(names) - set(WITHOUT_ROW))):
        subject = int(name[1:3])
        written = name if place % 2 else name.replace(f"s{subject:02d}", f"s{subject}", 1)
        rows.append(smic_row(subject, written, 100_000 + 1000 * place, 100_030 + 1000 * place))
    return rows


def with_second(rows, *names):
    for row in rows:
        if smic.canonical_clip("", row[1])[1] in names:
            row[5], row[6] = row[4] + 50, row[4] + 80
    return rows


def test_157_rows_with_four_second_micro_expressions_are_164_clips():
    rows = complete_rows()
    assert len(rows) == 157
    seconds = ("s01_ne_01", "s03_ne_02", "s04_ne_04", "s09_sur_01")
    read = smic.parse(smic_sheets(with_second(rows, *seconds)), "smic.xlsx")
    clips = clips_of(read)
    assert len(clips) == len(set(clips.index)) == 164
    assert clips["emotion"].value_counts().to_dict() == {"negative": 70, "positive": 51, "surprise": 43}
    assert clips["subject"].nunique() == 16
    for row_of, name in zip(seconds, ("s01_ne_02", "s03_ne_03", "s04_ne_05", "s09_sur_02"), strict=True):
        assert clips.loc[name, "onset"] == clips.loc[row_of, "offset"] + 50
        assert clips.loc[name, "row"] == clips.loc[row_of, "row"]
    lost = clips.loc[["s02_sur_05", "s03_ne_20", "s04_ne_06"]]
    assert lost[["onset", "offset"]].isna().all(axis=None)
    assert set(lost["row"]) == {0}
    said = " ".join(read.notes)
    assert "in 4 clips: s01_ne_02, s03_ne_03, s04_ne_05, s09_sur_02" in said
    assert "in 3 clips: s02_sur_05, s03_ne_20, s04_ne_06" in said


def test_smic_e_has_the_second_ones_but_not_the_lost_ones():
    read = smic_e.parse(
        smic_sheets(with_second(complete_rows(), "s01_ne_01", "s03_ne_02", "s04_ne_04", "s09_sur_01")), "x"
    )
    assert len(read.clips) == 161
    assert read.clips["onset"].notna().all()
    assert not set(read.clips["clip"]) & {"s02_sur_05", "s03_ne_20", "s04_ne_06"}


def test_a_third_micro_expression_gets_a_name_too():
    rows = [smic_row(4, "s4_ne_04", 1000, 1030, (1100, 1130), (1200, 1230))]
    clips = clips_of(smic.parse(smic_sheets(rows), "x"))
    assert clips.loc["s04_ne_05", ["onset", "offset"]].tolist() == [1100, 1130]
    assert clips.loc["s04_ne_06", ["onset", "offset"]].tolist() == [1200, 1230]
    assert len(clips) == 3


def test_a_second_one_takes_a_name_of_its_class_before_one_behind_it_and_of_its_subject_at_least():
    of_class = clips_of(smic.parse(smic_sheets([smic_row(3, "s3_ne_10", 1000, 1030, (1100, 1130))]), "x"))
    assert of_class.loc["s03_ne_20", "onset"] == 1100
    assert math.isnan(of_class.loc["s03_ne_03", "onset"])
    before = clips_of(smic.parse(smic_sheets([smic_row(3, "s3_ne_30", 1000, 1030, (1100, 1130))]), "x"))
    assert before.loc["s03_ne_03", "onset"] == 1100
    other_class = clips_of(smic.parse(smic_sheets([smic_row(2, "s2_po_01", 1000, 1030, (1100, 1130))]), "x"))
    assert other_class.loc["s02_sur_05", ["onset", "emotion"]].tolist() == [1100, "surprise"]


def test_a_second_one_without_any_name_left_gets_a_running_number():
    clips = clips_of(smic.parse(smic_sheets([smic_row(11, "s11_po_01", 1000, 1030, (1100, 1130))]), "x"))
    assert clips.loc["s11_po_01#2", ["onset", "emotion"]].tolist() == [1100, "positive"]
    assert list(clips.index) == ["s11_po_01", "s11_po_01#2"]


def test_nobody_who_is_not_in_the_table_is_invented():
    read = smic.parse(smic_sheets([smic_row(20, "s20_sur_03", 90_800, 90_823)]), "x")
    assert read.clips["clip"].tolist() == ["s20_sur_03"]
    assert read.notes == ()


def test_a_table_of_the_164_short_clips_needs_no_inference():
    header = ["Subject", "Filename", "OnsetF", "OffsetF", "Emotion"]
    rows = [[int(row[0]), row[1], row[3], row[4], ""] for row in complete_rows()]
    rows += [[int(name[1:3]), name, 5000, 5030, ""] for name in WITHOUT_ROW]
    read = smic.parse(layouts.sheet_of(header, rows), "short.xlsx")
    assert len(read.clips) == 164
    assert read.clips["onset"].notna().all()
    assert read.notes == ()


def test_frames_are_camera_numbers_and_there_is_no_apex():
    clips = smic.parse(smic_sheets([smic_row(11, "s11_po_02", 17_581_039, 17_581_070)]), "x").clips
    assert clips[["onset", "offset"]].to_numpy().tolist() == [[17_581_039, 17_581_070]]
    assert clips["apex"].isna().all()


def test_frames_relative_to_the_clip_are_noticed():
    row = smic_row(11, "s11_po_02", 5000, 5030)
    row[3], row[4] = 51, 81
    read = smic.parse(smic_sheets([row]), "x")
    assert read.notes == ("frames outside FirstF..LastF in 1 clip: s11_po_02",)


def test_a_row_whose_original_video_was_lost_says_so_in_words():
    row = smic_row(3, "s3_ne_20", 5000, 5030)
    row[10], row[11] = "missing", "missing"
    clips = clips_of(smic.parse(smic_sheets([row]), "x"))
    assert clips.loc["s03_ne_20", "onset"] == 5000


def test_an_apex_that_somebody_added_is_left_aside():
    header = [*layouts.SMIC_HEADER[:17], "ApexF", ""]
    row = smic_row(11, "s11_po_02", 5000, 5030)
    row[17] = 15
    read = smic.parse(smic_sheets([row], header), "SMIC-HS-E_annotation_2019.xlsx")
    assert read.clips["apex"].isna().all()
    assert "the column of this copy was left aside" in read.notes[0]


def test_the_name_decides_against_the_emotion_column():
    rows = [
        smic_row(11, "s11_po_02", 5000, 5030, emotion="negative"),
        smic_row(11, "s11_po_03", 9000, 9030, emotion="x"),
    ]
    read = smic.parse(smic_sheets(rows), "x")
    assert read.clips["emotion"].tolist() == ["positive", "positive"]
    assert read.notes == ("an Emotion that is not that of the name, which counts, in 1 clip: s11_po_02",)


@pytest.mark.parametrize("reader", [smic_vis, smic_nir])
def test_the_tables_of_the_other_cameras_have_two_columns_less(reader):
    rows = [vis_row(13, "s13_ne_01", 2100, 2109), vis_row(14, "s14_po_01", 30, 40)]
    rows[0][5:7] = [2115, 2120]
    read = reader.parse(layouts.sheet_of(layouts.VIS_HEADER, rows), "x")
    assert read.clips["clip"].tolist() == ["s13_ne_01", "s13_ne_01#2", "s14_po_01"]
    assert read.clips["onset"].tolist() == [2100, 2115, 30]
    assert "is not verified" in reader.CARD.unverified


@pytest.mark.parametrize(
    ("subject", "clip"),
    [("s01", "s01_ne_01"), ("s1", "s1_ne_01"), ("1", "s01_ne_1"), ("", "s1_ne_01"), ("01", "S1_NE_01"),
     ("", "HS/s1/micro/negative/s1_ne_01"), ("", "SMIC-HS-E/s01/s01_ne_01"), ("s1", "s1_neg_01")],
)  # fmt: skip
def test_spellings_of_a_clip(subject, clip):
    assert smic.canonical_clip(subject, clip) == ("s01", "s01_ne_01")


def test_what_is_no_clip_of_smic():
    for subject, clip in (("s2", "s1_ne_01"), ("", "ne_01"), ("s1", "s1_non_01"), ("s1", "s1_ne"), ("", "s0_ne_01"),
                          ("sub01", "s1_ne_01"), ("", "s02/s1_ne_01")):  # fmt: skip
        assert smic.canonical_clip(subject, clip) is None
