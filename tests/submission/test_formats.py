"""Formats in the wild, with invented contents: what tells each, spot-then-recognise tables, pairs and unseen sets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from label_samples import label_log, lines, ststnet_log

from mebench.datasets import library
from mebench.datasets.dataset import Dataset
from mebench.datasets.readers.casme_sq import folders_of_numbers
from mebench.problems import InvalidInput, UserError
from mebench.submission.formats import FORMATS, detect
from mebench.submission.pairs import find_pair, part_of, read_pair
from mebench.submission.read import from_frame, read_submission

Write = Callable[..., Path]


def warned(read: object, rule: str) -> str:
    return next(w.message for w in read.warnings if w.rule == rule)  # type: ignore[attr-defined]


# --- Spot-then-recognise.

STR = "subject,video,onset,offset,emotion\n"


def test_every_interval_of_a_str_file_is_an_me(written: Write, samm: Dataset) -> None:
    path = written(STR + "6,006_1,10,400,negative\n007,007_2,5,90,positive\n")
    read = read_submission(path, samm)
    assert read.format == "str-csv"
    assert read.predictions["type"].tolist() == ["me", "me"]
    assert read.predictions["emotion"].tolist() == ["negative", "positive"]
    assert "spot-then-recognise" in warned(read, "type-assumed")
    assert "type-assumed" not in [w.rule for w in read_submission(path, samm, default_type="me").warnings]
    assert read_submission(path, samm, default_type="mae").predictions["type"].tolist() == ["mae", "mae"]


def test_a_table_in_memory_is_one_too(samm: Dataset, written: Write) -> None:
    import pandas as pd

    table = pd.DataFrame({"subject": [6], "video": ["006_1"], "onset": [1], "offset": [9], "emotion": ["others"]})
    assert from_frame(table, samm).predictions["type"].tolist() == ["me"]


def test_a_type_column_or_no_subject_makes_no_str_file(written: Write, samm: Dataset) -> None:
    typed = read_submission(written("subject,video,onset,offset,emotion,type\n6,006_1,1,9,others,mae\n"), samm)
    assert (typed.format, typed.predictions["type"].tolist()) == ("csv", ["mae"])
    with pytest.raises(InvalidInput, match="no column holds the type"):
        read_submission(written("video,onset,offset,emotion\n006_1,1,9,others\n"), samm)


NUMBERED = [
    # One number below 15 can be no folder: all are counts.
    ([("2", "anger1"), ("1", "disgust2")], ["s16_0401", "s15_0102"]),
    ([("02", "anger1"), ("1", "disgust2")], ["s16_0401", "s15_0102"]),
    # One above 22 can be no count: all are folders.
    ([("16", "anger1"), ("15", "disgust2")], None),
    # A folder that is named as one, or a code instead of a stimulus, is what it says.
    ([("s16", "anger1"), ("15", "0102")], ["s16_0401", "s15_0102"]),
    ([("16", "16_0401girlcrashing"), ("s15", "disgust2")], ["s16_0401", "s15_0102"]),
]


@pytest.mark.parametrize(("pairs_", "videos"), NUMBERED)
def test_subjects_that_the_workbook_counts(
    pairs_: list[tuple[str, str]], videos: list[str] | None, written: Write, casme: Dataset
) -> None:
    path = written(STR + "".join(f"{subject},{video},10,20,others\n" for subject, video in pairs_))
    if videos is None:
        with pytest.raises(InvalidInput) as caught:
            read_submission(path, casme)
        assert [p.rule for p in caught.value.problems] == ["ambiguous-subject"]
        return
    read = read_submission(path, casme)
    assert read.predictions["video"].tolist() == videos
    counted = all(subject.isdigit() and int(subject) < 15 for subject, _ in pairs_)
    assert ("subjects-counted" in [w.rule for w in read.warnings]) == counted


def test_numbers_of_subjects_decide_together() -> None:
    assert folders_of_numbers([("5", "anger1"), ("15", "happy2")]) == {("5", "anger1"): "s21", ("15", "happy2"): "s32"}
    assert folders_of_numbers([("23", "anger1"), ("15", "happy2")]) == {}
    assert folders_of_numbers([("22", "anger1"), ("15", "happy2")]) is None
    assert folders_of_numbers([("0", "anger1"), ("3", "anger1_1")]) == {}
    assert folders_of_numbers([]) == folders_of_numbers([("s15", "anger1"), ("15", "0401")]) == {}


# --- A pair of MEGC2022.

PAIR = "vid,pred_onset,pred_offset,type\n"


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    folder = tmp_path / "team"
    folder.mkdir()
    (folder / "cas_pred.csv").write_text(PAIR + "s15_0101,10,22,me\ns16_0401,100,160,mae\n")
    (folder / "samm_pred.csv").write_text("vid,onset,offset,type\n006_1,10,80,me\n")
    return folder


def test_a_pair_is_one_submission_with_two_parts(pair: Path, casme: Dataset, samm: Dataset) -> None:
    read = read_pair(pair, {"cas": casme, "samm": samm})
    assert list(read.parts) == ["cas", "samm"]
    assert [len(part.predictions) for part in read.parts.values()] == [2, 1]
    assert (read.name, read.format, read.meta) == (str(pair), "megc2022-pair", {})
    assert {w.file for w in read.warnings} == {str(pair / "cas_pred.csv"), str(pair / "samm_pred.csv")}
    before = read.sha256
    (pair / "samm_pred.csv").write_text("vid,onset,offset,type\n006_1,10,81,me\n")
    assert read_pair(pair, {}).sha256 != before


def test_all_problems_of_both_files_in_one_pass(pair: Path, casme: Dataset, samm: Dataset) -> None:
    (pair / "cas_pred.csv").write_text(PAIR + "s15_0101,10,2,me\nnowhere,1,2,me\n")
    (pair / "samm_pred.csv").write_bytes(b"PK\x03\x04")
    (pair.parent / "team.meta.json").write_text('{"method": 1}')
    with pytest.raises(InvalidInput) as caught:
        read_pair(pair, {"cas": casme, "samm": samm})
    assert [p.rule for p in caught.value.problems] == ["offset-before-onset", "unknown-video", "unreadable", "meta"]
    assert "samm_pred.csv" in str(caught.value)
    assert "a zip archive" in str(caught.value)


def test_the_metadata_of_a_pair(pair: Path) -> None:
    (pair / "cas_pred.meta.json").write_text('{"method": "x", "seed": 1}')
    (pair / "samm_pred.meta.json").write_text('{"method": "x", "seed": 2}')
    assert read_pair(pair, {}).meta == {"method": "x"}
    (pair.parent / "team.meta.json").write_text('{"method": "y"}')
    assert read_pair(pair, {}).meta == {"method": "y"}


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ([], "no file for cas and no file for samm (found nothing)"),
        (["cas_pred.csv"], "no file for samm (found cas_pred.csv)"),
        (["cas_pred.csv", "cas_old.csv", "samm_pred.csv"], "2 files for cas (cas_old.csv, cas_pred.csv)"),
        (["cas_pred.meta.json", "samm_pred.csv"], "no file for cas"),
        (["cas_samm.csv", "samm.csv"], "no file for cas"),
    ],
)
def test_folders_that_hold_no_pair(names: list[str], says: str, tmp_path: Path) -> None:
    for name in names:
        (tmp_path / name).write_text(PAIR)
    with pytest.raises(UserError) as caught:
        find_pair(tmp_path)
    assert says in str(caught.value)


def test_what_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="this is no folder"):
        find_pair(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("name", "part"),
    [("CAS_pred.csv", "cas"), ("pred-samm.CSV", "samm"), ("casme3_pred.csv", "cas"), ("casual.csv", None),
     ("samm_pred.zip", None), ("cas_pred.meta.json", None), (".cas_pred.csv", None), ("cas_samm.csv", None)],
)  # fmt: skip
def test_the_part_that_a_file_is_for(name: str, part: str | None) -> None:
    assert part_of(name) == part


def test_an_unseen_set_is_registered_with_the_organisers_own_table(tmp_path: Path, pair: Path) -> None:
    """As docs/formats.md tells an organiser to: two private sets, hidden from the teams, and a list of all videos."""
    sets = {
        "samm": ("megc2022-samm", 200, "006_1,10,45,80,me\n", "006_1,900\n006_2,800\n"),
        "cas": ("megc2022-cas", 30, "s15_0101,10,15,22,me\ns16_0401,300,320,360,mae\n", "s15_0101,500\ns16_0401,600\n"),
    }
    for name, fps, events, videos in sets.values():
        truth, listed = tmp_path / f"{name}-gt.csv", tmp_path / f"{name}-videos.csv"
        truth.write_text("video,onset,apex,offset,type\n" + events)
        listed.write_text("video,n_frames\n" + videos)
        library.add(name, truth, listed, fps)
    loaded: dict[str, Dataset | None] = {part: library.load_dataset(name) for part, (name, *_) in sets.items()}
    read = read_pair(pair, loaded)
    assert [len(part.predictions) for part in read.parts.values()] == [2, 1]
    (pair / "samm_pred.csv").write_text("vid,onset,offset,type\n006_9,10,80,me\n006_2,10,801,me\n")
    with pytest.raises(InvalidInput) as caught:
        read_pair(pair, loaded)
    assert [p.rule for p in caught.value.problems] == ["unknown-video", "frame-beyond-video"]


# --- Which is which.

EXAMPLES = {
    ("spotting", "csv"): [
        "video,onset,offset,type\n",
        "# c\nvid,pred_onset,pred_offset,type\na,1,2,me\n",
        "onset\n",
        "x\n",
    ],
    ("spotting", "str-csv"): [STR, "Subject,Vid,Onset,Offset,Emotion\n"],
    ("spotting", "megc-log"): ["1\n006_1 - - 1 2 FP\n", "Video_ID GT_on GT_off Pred_on Pred_off Result\n"],
    ("recognition", "csv"): [
        lines(),
        "file,pred\n",
        '"clip","label"\n',
        "dataset,subject,clip,label\ncasme2,sub01,x,0\n",
    ],
    ("recognition", "megc2019-log"): [
        label_log(),
        "casme2 sub01\nEP81_02 0 1\n",
        "006_9_1 ? 2\n",
        "samm 006\n006_9_1 neg pos\n",
    ],
    ("recognition", "ststnet-log"): [ststnet_log(), "lr=0.1\n\nSubject: 006\nPredicted    : [1]\n"],
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in EXAMPLES.items() for text in texts])
def test_the_content_tells_the_format(kind: tuple[str, str], text: str) -> None:
    assert detect(text) is FORMATS[kind]


def test_every_format_has_an_example() -> None:
    assert set(EXAMPLES) == set(FORMATS)


@given(st.text(max_size=300))
def test_any_text_has_a_format(text: str) -> None:
    assert detect(text) in FORMATS.values()
