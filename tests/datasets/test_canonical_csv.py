import math

import pandas as pd
import pytest

from mebench.datasets.readers.canonical_clips import read_canonical_clips
from mebench.datasets.readers.canonical_csv import read_canonical, read_videos
from mebench.datasets.tables import ANNOTATIONS, VIDEOS, conform
from mebench.problems import InvalidInput, UserError

EVENTS = """subject,video,onset,apex,offset,type,emotion
# our pilot
A,A_1,10,15,20.5,Micro - 1/2,positive
A,A_1,100,,,macro,
B,B_7,0,5,30,MaE,negative
"""
VIDEOS_CSV = "subject,video,fps,n_frames,first_frame\nB,B_7,200,1000,\nA,A_1,200,2000,0\nA,A_2,200,,\n"


@pytest.fixture
def files(tmp_path):
    def write(events: str | None, videos: str | None = None, encoding="utf-8"):
        paths = []
        for name, content in (("gt.csv", events), ("videos.csv", videos)):
            path = tmp_path / name
            if content is not None:
                path.write_text(content, encoding=encoding)
            paths.append(path if content is not None else None)
        return paths

    return write


def read(files, events, videos=None, fps=None, encoding="utf-8"):
    return read_canonical(*files(events, videos, encoding), "mine", fps)


def test_annotations_as_written(files):
    got = read(files, EVENTS, VIDEOS_CSV, encoding="utf-8-sig")
    conform(got.annotations, ANNOTATIONS, "annotations")
    conform(got.videos, VIDEOS, "videos")
    table = got.annotations
    assert set(table["dataset"]) == {"mine"}
    assert table["video"].tolist() == ["A_1", "A_1", "B_7"]
    assert table["onset"].tolist() == [10.0, 100.0, 0.0]
    assert table["offset"].isna().tolist() == [False, True, False]
    assert table["offset"].tolist()[0] == 20.5
    assert table["apex"].isna().tolist() == [False, True, False]
    assert table["type"].tolist() == ["me", "mae", "mae"]
    assert table["emotion"].isna().tolist() == [False, True, False]
    assert table["row"].tolist() == [3, 4, 5]
    assert got.notes == ()


def test_the_universe_is_the_list_of_videos(files):
    videos = read(files, EVENTS, VIDEOS_CSV).videos
    assert videos["video"].tolist() == ["B_7", "A_1", "A_2"]
    assert videos["subject"].tolist() == ["B", "A", "A"]
    assert videos["first_frame"].tolist() == [1, 0, 1]
    assert videos["n_frames"].isna().tolist() == [False, False, True]
    assert videos["n_frames"].tolist()[:2] == [1000, 2000]
    assert set(videos["fps"]) == {200.0}


def test_without_a_list_the_annotated_videos_are_the_universe_and_a_note_says_so(files):
    got = read(files, EVENTS, fps=30.0)
    assert got.videos["video"].tolist() == ["A_1", "B_7"]
    assert set(got.videos["fps"]) == {30.0}
    assert "list the others with --videos" in got.notes[0]


def test_least_columns_and_defaults(files):
    got = read(files, "onset,Offset,TYPE,Video,confidence,,dataset\n1,2,me,A_1_x,.5,0,d\n3,4,me,interview,.5,1,d\n")
    assert got.videos["subject"].tolist() == ["A", "interview"]
    assert got.videos["fps"].isna().all()
    assert got.annotations["apex"].isna().all()
    assert any("left aside the columns 'confidence'" in note for note in got.notes)
    assert any("no subject is given" in note for note in got.notes)


def test_subjects_come_from_the_list_of_videos(files):
    got = read(files, "video,onset,offset,type\nx,1,2,me\n", "video,subject\nx,P9\n")
    assert got.annotations["subject"].tolist() == ["P9"]
    assert got.notes == ()


def test_ids_stay_text(files):
    got = read(files, "subject,video,onset,offset,type\n01,0101,1,2,me\n", "subject,video\n01,0101\n")
    assert got.annotations["video"].tolist() == ["0101"]
    assert got.videos["subject"].tolist() == ["01"]


def test_every_mistake_of_both_files_is_named_in_one_pass(files):
    events = (
        "subject,video,onset,apex,offset,type\n"
        "A,A_1,x,,20,me\n"
        "A,A_1,,5,20,me\n"
        "A,A_1,-1,5,20,me\n"
        "A,A_1,30,5,20,me\n"
        "A,A_1,3,5,20,minor\n"
        "A,,3,5,20,me\n"
        "A,A_l,3,5,20,me\n"
        "B,A_1,3,5,20,me\n"
        "A,A_1,3,5,20\n"
        "A,A_1,3,1_0,20,me\n"
    )
    videos = (
        "subject,video,fps,n_frames\nA,A_1,200,100\nA,A_1,200,101\nA,A_2,0,100\nA,A_3,,1.5\nA,A_4,,0\nA,,,\nA,A_5,30,\n"
    )
    with pytest.raises(InvalidInput) as caught:
        read(files, events, videos, fps=200.0)
    found = [(p.file.rpartition("/")[2], p.rule, p.row, p.column) for p in caught.value.problems]
    assert sorted(found, key=lambda f: (f[0], f[2])) == [
        ("gt.csv", "frame-not-a-number", 2, "onset"),
        ("gt.csv", "frame-missing", 3, "onset"),
        ("gt.csv", "negative-frame", 4, "onset"),
        ("gt.csv", "offset-before-onset", 5, "offset"),
        ("gt.csv", "unknown-type", 6, "type"),
        ("gt.csv", "video-missing", 7, "video"),
        ("gt.csv", "unknown-video", 8, "video"),
        ("gt.csv", "subject-contradicts", 9, "subject"),
        ("gt.csv", "too-few-cells", 10, None),
        ("gt.csv", "frame-not-a-number", 11, "apex"),
        ("videos.csv", "video-contradicts", 3, "video"),
        ("videos.csv", "bad-fps", 4, "fps"),
        ("videos.csv", "not-a-whole-number", 5, "n_frames"),
        ("videos.csv", "not-a-whole-number", 6, "n_frames"),
        ("videos.csv", "video-missing", 7, "video"),
        ("videos.csv", "fps-contradicts", 8, "fps"),
    ]
    assert "another n_frames in row 2" in next(
        p.message for p in caught.value.problems if p.rule == "video-contradicts"
    )
    assert "(Did you mean 'A_" in next(p.message for p in caught.value.problems if p.rule == "unknown-video")


@pytest.mark.parametrize(
    ("events", "videos", "said"),
    [
        ("video,onset,offset\nx,1,2\n", None, "the column type is missing. Columns: subject, video"),
        ("video,onset,offsets,type\nx,1,2,me\n", None, "column offset is missing. Did you mean 'offsets'?"),
        ("x,1,2,me\n", None, "the first row is data .* so the header is missing"),
        ("video,onset,offset,type\n", None, "there is a header but no event"),
        ("video;onset;offset;type\nx;1;2;me\n", None, "separated by semicolons"),
        (EVENTS, "video,subject\n", "there is a header but no video"),
        (EVENTS, "subject,fps\nA,2\n", "the column video is missing"),
    ],
)
def test_files_that_are_no_such_table(files, events, videos, said):
    with pytest.raises(UserError, match=said):
        read(files, events, videos)


@pytest.mark.parametrize("fps", [0.0, -1.0, math.nan, math.inf])
def test_a_rate_that_is_none(files, fps):
    with pytest.raises(UserError, match="frame rate"):
        read(files, EVENTS, fps=fps)


def test_hidden_sets_have_videos_only(files):
    path = files(None, "video\n002_1\ndzw_d1\n002_1\n")[1]
    videos = read_videos(path, "hidden", 30.0)
    conform(videos, VIDEOS, "videos")
    assert videos["video"].tolist() == ["002_1", "dzw_d1"]
    assert videos["subject"].tolist() == ["002", "dzw"]
    assert videos["n_frames"].isna().all()
    assert set(videos["fps"]) == {30.0}


def test_a_long_file_of_unknown_videos_is_reported_soon(files):
    rows = "".join(f"nobody_{i},1,2,me\n" for i in range(3000))
    listed = "video\n" + "".join(f"someone_{i}\n" for i in range(300))
    with pytest.raises(InvalidInput) as caught:
        read(files, "video,onset,offset,type\n" + rows, listed)
    assert len(caught.value.problems) == 3000


def test_exported_tables_are_read_back(files):
    first = read(files, EVENTS, VIDEOS_CSV)
    again = read(files, first.annotations.to_csv(index=False), first.videos.to_csv(index=False))
    pd.testing.assert_frame_equal(again.annotations.drop(columns="row"), first.annotations.drop(columns="row"))
    pd.testing.assert_frame_equal(again.videos, first.videos)
    assert again.notes == ()


OUTSIDE = ("../../etc", "/etc/passwd", "a/../../b", "..\\b", "C:\\b", "c:b", "\\\\host\\b", "~/b")


def test_names_that_lead_out_of_the_frames_are_all_named(files):
    events = "video,onset,offset,type\n" + "".join(f"{name},1,2,me\n" for name in ("a..b", "a/b", *OUTSIDE))
    videos = "video\na..b\na/b\n" + "".join(f"{name}\n" for name in OUTSIDE)
    for listed, n_files in ((None, 1), (videos, 2)):
        with pytest.raises(InvalidInput) as caught:
            read(files, events, listed)
        found = [(problem.rule, problem.file.rpartition("/")[2], problem.row) for problem in caught.value.problems]
        rows = [("path-leads-out", "gt.csv", row) for row in range(4, 12)]
        assert found == rows + [("path-leads-out", "videos.csv", row) for row in range(4, 12)] * (n_files - 1)
        assert [problem.value for problem in caught.value.problems[:8]] == list(OUTSIDE)
        first = str(caught.value).splitlines()[0]
        assert "gt.csv, row 4, column video: the name '../../etc' leads out of the folder of frames. Name the" in first
    with pytest.raises(InvalidInput, match=r"videos\.csv, row 4, column video"):
        read_videos(files(None, videos)[1], "mine")


def test_clips_that_lead_out_of_the_frames_are_all_named(tmp_path):
    path = tmp_path / "clips.csv"
    path.write_text("subject,clip,emotion\ns1,a,happiness\n../s1,a,fear\ns1,/etc/passwd,fear\ns1,..\\b,fear\n")
    with pytest.raises(InvalidInput) as caught:
        read_canonical_clips(path, "mine")
    found = [(problem.rule, problem.row, problem.column) for problem in caught.value.problems]
    assert found == [("path-leads-out", 3, "subject"), ("path-leads-out", 4, "clip"), ("path-leads-out", 5, "clip")]
