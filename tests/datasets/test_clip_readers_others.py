"""MMEW, 4DME and DFME: read as public loaders describe them, and said to be unverified."""

import pytest

from mebench.datasets.readers import dfme, fourdme, mmew
from mebench.problems import InvalidInput
from tests.datasets import clip_layouts as layouts
from tests.datasets.clip_layouts import dfme_row, fourdme_row, mmew_row


def mmew_of(*rows):
    return mmew.parse(layouts.sheet_of(layouts.MMEW_HEADER, rows), "mmew.xlsx")


@pytest.mark.parametrize("subject", [3, "3", "03", "S03", 3.0])
def test_a_subject_of_mmew_in_any_form(subject):
    clips = mmew_of(mmew_row(subject, "S03-01-002", 1, 12, 40)).clips
    assert clips[["subject", "clip"]].to_numpy().tolist() == [["S03", "S03-01-002"]]


def test_rows_of_mmew_with_a_wrong_apex_are_named():
    read = mmew_of(
        mmew_row(3, "S03-01-002", 1, 90, 40), mmew_row(3, "S03-01-003", 30, 35, 20), mmew_row(4, "S04-1-1", 1, 5, 9)
    )
    assert read.notes == (
        "the offset before the onset in 1 clip: S03-01-003",
        "the apex outside onset..offset in 1 clip: S03-01-002",
    )
    assert read.clips["clip"].tolist()[2] == "S04-01-001"


def test_spellings_of_a_clip_of_mmew():
    for subject, clip in (
        ("", "S03/happiness/S03-01-002"),
        ("3", "s3-1-2"),
        ("S03", "Micro_Expression/fear/S03-01-002"),
    ):
        assert mmew.canonical_clip(subject, clip) == ("S03", "S03-01-002")
    for subject, clip in (("4", "S03-01-002"), ("", "S03-01"), ("", "happiness")):
        assert mmew.canonical_clip(subject, clip) is None


def fourdme_of(*rows, header=layouts.FOURDME_HEADER):
    return fourdme.parse(layouts.sheet_of(header, rows), "4dme.xlsx")


def test_4dme_keeps_several_emotions_and_static_action_units():
    read = fourdme_of(
        fourdme_row(1, "1_2_3", 100, 110, 120, "Negative+Repression"),
        fourdme_row("007", "A b", 0, 4, 9, "Others"),
        fourdme_row(2, "x", 5, 6, 9, "Tired"),
    )
    assert read.clips["emotion"].tolist() == ["negative+repression", "others", "tired"]
    assert read.clips["subject"].tolist() == ["1", "7", "2"]
    assert read.clips["clip"].tolist() == ["1_2_3", "a b", "x"]
    assert read.clips["action_units"].tolist() == ["AU4+AU7(k)"] * 3
    assert read.notes == ("an emotion that the dataset does not have ('tired') in 1 clip: 2/x",)


def test_the_other_header_of_4dme_and_its_folders():
    header = ["SubID", *layouts.FOURDME_HEADER[1:]]
    assert fourdme_of(fourdme_row(1, "1_2_3", 1, 2, 3), header=header).clips["subject"].tolist() == ["1"]
    assert fourdme.canonical_clip("", "gray_micro/01/1_2_3") == ("1", "1_2_3")
    assert fourdme.canonical_clip("1", "1_2_3") == ("1", "1_2_3")
    assert fourdme.canonical_clip("", "1_2_3") is None


def dfme_of(*rows, header=layouts.DFME_HEADER):
    return dfme.parse(layouts.sheet_of(header, rows), "dfme.xlsx")


def test_dfme_may_count_from_zero_and_has_three_rates():
    read = dfme_of(
        dfme_row("sub0003", "sub0003_01", 0, 20, 60, fps=200),
        dfme_row("sub0003", "sub0003_02", 0, 20, 60, fps=500),
        dfme_row("sub0004", "sub0004_01", 1, 20, 60, fps=500),
    )
    assert read.clips["onset"].tolist() == [0, 0, 1]
    assert read.notes == ("frame rates: 200 fps in 1 clips, 500 fps in 2 clips",)


def test_an_emotion_id_stands_in_for_the_emotion_and_a_contradiction_is_named():
    read = dfme_of(
        *(dfme_row("sub0003", f"sub0003_{k:02d}", 0, 2, 6, "", k - 1) for k in range(1, 8)),
        dfme_row("sub0004", "sub0004_01", 0, 2, 6, "Fear", 0),
        dfme_row("sub0004", "sub0004_02", 0, 2, 6, "", 9),
        dfme_row("sub0004", "sub0004_03", 0, 2, 6, "", ""),
    )
    named = read.clips["emotion"].tolist()
    assert named[:7] == ["anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise"]
    assert named[7] == "fear"
    assert read.clips["emotion"].isna().tolist()[8:] == [True, True]
    assert any(
        note.startswith("an EmotionId that is not that of the Emotion") and "sub0004_01" in note for note in read.notes
    )
    assert any(note == "no emotion in 2 clips: sub0004_02, sub0004_03" for note in read.notes)


def test_a_test_part_of_dfme_without_emotions():
    header = layouts.DFME_HEADER[:5]
    read = dfme_of(dfme_row("sub0003", "sub0003_01", 0, 20, 60)[:5], header=header)
    assert read.clips["emotion"].isna().all()
    assert read.notes == ("no emotion in 1 clip: sub0003_01",)


def test_spellings_of_a_clip_of_dfme():
    for subject, clip in (("3", "sub0003_01"), ("", "sub0003_1"), ("sub0003", "part/sub0003/sub0003_01")):
        assert dfme.canonical_clip(subject, clip) == ("sub0003", "sub0003_01")
    assert dfme.canonical_clip("4", "sub0003_01") is None
    with pytest.raises(InvalidInput, match="'sub0004_01' name no clip of DFME"):
        dfme_of(dfme_row("sub0003", "sub0004_01", 0, 2, 6))
