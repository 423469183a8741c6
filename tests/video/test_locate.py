import os
import pickle
from pathlib import Path

import pandas as pd
import pytest

from mebench.datasets import library
from mebench.datasets.dataset import ClipDataset, Dataset
from mebench.datasets.loading import plain_video_id, private_clip_resolver
from mebench.datasets.readers import casme_sq
from mebench.problems import UserError
from mebench.video.locate import clip_frames, frames_of, video_frames
from tests.video.disk import number_in, write_images, write_video


def casme_of(*names, first=1, n=None):
    """CAS(ME)^2 with these videos only."""
    videos = pd.DataFrame({"dataset": "x", "subject": "s15", "video": names, "fps": 30.0, "first_frame": first})
    videos = videos.assign(n_frames=pd.array([n] * len(names), "Int64"))
    return Dataset("casme-sq", "", videos, None, "", casme_sq.canonical_video, "casme-sq", "x.xlsx")


@pytest.fixture
def casme():
    codes = ("0101", "0102", "0502")
    return casme_of(*(f"s{subject}_{code}" for subject in (15, 16, 19, 23) for code in codes))


def test_videos_of_casme_sq_lie_where_the_readers_say(casme, tmp_path):
    write_images(tmp_path / "rawpic/s15/15_0101disgustingteeth", range(1, 5), "img{:03d}.jpg")
    write_images(tmp_path / "rawpic/s19/23_0502funnyerrors", range(1, 6), "img{:03d}.jpg")
    write_images(tmp_path / "cropped/s15/anger1_1", range(40, 44), "img{}.jpg")
    write_video(tmp_path / "rawvideo/s16/16_0102eatingworms.avi", 20)
    found = video_frames(casme, tmp_path)
    assert set(found) == {"s15_0101", "s16_0102", "s23_0502"}
    assert len(found) + len(found.absent) == 12
    assert found["s15_0101"].numbers.tolist() == [1, 2, 3, 4]
    assert found["s15_0101"].name == "s15_0101"
    assert found["s15_0101"].fps == 30
    assert number_in(found["s23_0502"].read(5)) == 5
    assert number_in(found["s16_0102"].read(20)) == 20
    assert found.path("s16_0102").name == "16_0102eatingworms.avi"
    with pytest.raises(UserError, match=f"^{tmp_path}: there are no frames of s15_0102"):
        found["s15_0102"]
    with pytest.raises(KeyError):
        found["nobody"]
    assert "s15_0102" not in found


def test_videos_may_be_spelled_in_another_way(tmp_path):
    write_images(tmp_path / "15_0101disgustingteeth", [1, 2])
    assert video_frames(casme_of("15_101", "s15_0102"), tmp_path)["15_101"].numbers.tolist() == [1, 2]


def test_a_folder_goes_before_a_video_file_and_more_images_before_fewer(casme, tmp_path):
    write_video(tmp_path / "rawvideo/s15/15_0101disgustingteeth.avi", 20)
    write_images(tmp_path / "rawpic/s15/15_0101disgustingteeth", range(1, 3))
    write_images(tmp_path / "rawpic/s19/23_0502funnyerrors", range(1, 4))
    write_images(tmp_path / "rawpic/s23/23_0502funnyerrors", range(1, 5))
    found = video_frames(casme, tmp_path)
    assert found.path("s15_0101").parent.parent.name == "rawpic"
    assert found.path("s23_0502").parent.name == "s23"
    assert found.notes == ("s23_0502 lies there 2 times; rawpic/s23/23_0502funnyerrors is taken",)


def test_two_copies_in_one_folder_are_one_sentence(casme, tmp_path):
    for copy in ("rawpic", "longVideoFaceCropped"):
        for video in ("s15/15_0101disgustingteeth", "s15/15_0102eatingworms"):
            write_images(tmp_path / copy / video, [1])
    with pytest.raises(
        UserError, match=r"2 videos lie there twice, under 'longVideoFaceCropped' and 'rawpic'\. Give the folder of one"
    ):
        video_frames(casme, tmp_path)
    assert len(video_frames(casme, tmp_path / "rawpic")) == 2


def test_images_from_0_are_mapped_to_an_annotation_from_1(casme, tmp_path):
    write_images(tmp_path / "15_0101x", range(4), shown=lambda n: n + 1)
    frames = video_frames(casme, tmp_path)["s15_0101"]
    assert frames.numbers.tolist() == [1, 2, 3, 4]
    assert number_in(frames.read(1)) == 1
    assert "image 0 is taken for frame 1" in frames.report.sentences()[0]
    assert video_frames(casme, tmp_path, shift=0)["s15_0101"].numbers[0] == 0


def test_an_excerpt_keeps_its_numbers_in_images_and_in_files(tmp_path):
    dataset = casme_of("s15_0101", "s15_0102", first=[501, 701], n=20)
    write_images(tmp_path / "15_0101x", range(501, 521))
    write_video(tmp_path / "15_0102x.avi", 20, first=701)
    found = video_frames(dataset, tmp_path)
    for video, first in (("s15_0101", 501), ("s15_0102", 701)):
        assert found[video].numbers[[0, -1]].tolist() == [first, first + 19]
        assert number_in(found[video].read(first + 7)) == first + 7


def test_smic_e_long_keeps_the_numbers_of_the_camera(tmp_path):
    dataset = library.load_dataset("smic-e-long-twin")
    row = dataset.videos.iloc[0]
    first = int(row["first_frame"])
    assert first > 1
    folder = tmp_path / "cropped" / row["subject"] / row["video"]
    write_images(folder, range(first, first + 3), "image{:06d}.jpg", shown=lambda n: n % 4096)
    frames = video_frames(dataset, tmp_path)[row["video"]]
    assert frames.numbers.tolist() == [first, first + 1, first + 2]
    assert number_in(frames.read(first + 1)) == (first + 1) % 4096


CLIPS = {
    "casme2-twin": "CASME2_RAW_selected/{subject}/{clip}/img{{}}.jpg",
    "samm-twin": "SAMM/{subject}/{clip}/{subject}_{{:05d}}.jpg",
    "smic-twin": "HS/{subject}/micro/negative/{clip}/image{{:06d}}.bmp",
}


@pytest.mark.parametrize("name", CLIPS)
def test_clips_keep_the_numbers_of_the_annotation(name, tmp_path):
    dataset = library.load_clips(name)
    subject, clip, onset = dataset.clips[["subject", "clip", "onset"]].iloc[3]
    folder, _, pattern = CLIPS[name].format(subject=subject, clip=clip).rpartition("/")
    first = int(onset)
    write_images(tmp_path / folder, range(first, first + 3), pattern, shown=lambda n: n % 4096)
    found = clip_frames(dataset, tmp_path)
    assert list(found) == [(subject, clip)]
    frames = found[subject, clip]
    assert (frames.name, frames.numbers[0]) == (f"{subject}/{clip}", first)
    assert number_in(frames.read(first + 2)) == (first + 2) % 4096
    assert pickle.loads(pickle.dumps(frames)).identity == frames.identity


def test_smic_looks_into_the_folders_of_its_camera_only(tmp_path):
    dataset = library.load_clips("smic-twin")
    subject, clip = dataset.clips[["subject", "clip"]].iloc[0]
    for camera in ("HS", "VIS", "NIR"):
        write_images(tmp_path / camera / subject / clip, [1, 2])
    assert clip_frames(dataset, tmp_path).path((subject, clip)).relative_to(tmp_path).parts[0] == "HS"


def test_a_repeated_clip_lies_in_the_folder_of_its_name(tmp_path):
    twin = library.load_clips("casme2-twin")
    rows = twin.clips.iloc[[0, 0]].assign(clip=["EP01_12", "EP01_12#2"], subject="sub01", onset=1.0, offset=3.0)
    dataset = ClipDataset("casme2", "", rows, twin.canonical_clip, "casme2", "x.xlsx")
    write_images(tmp_path / "sub01/EP01_12", range(1, 4))
    found = clip_frames(dataset, tmp_path)
    assert found["sub01", "EP01_12#2"].numbers.tolist() == found["sub01", "EP01_12"].numbers.tolist() == [1, 2, 3]


def test_depth_is_left_aside(tmp_path):
    from mebench.datasets.readers import casme3

    rows = (
        library.load_clips("casme2-twin")
        .clips.iloc[[0, 1]]
        .assign(subject="spNO.1", clip=["a", "b"], onset=1.0, offset=2.0)
    )
    dataset = ClipDataset("casme3", "", rows, casme3.canonical_clip, "casme3", "x.xlsx")
    for clip in "ab":
        write_images(tmp_path / "part_A" / "spNO.1" / clip / "color", [1, 2], "{}.jpg")
        write_images(tmp_path / "part_A" / "spNO.1" / clip / "depth", [1, 2, 3], "{}.png")
    assert clip_frames(dataset, tmp_path).path(("spNO.1", "b")).name == "color"


def private(names):
    videos = pd.DataFrame({"dataset": "x", "subject": "s", "video": names, "fps": 25.0, "first_frame": 1})
    videos = videos.assign(n_frames=pd.array([pd.NA] * len(names), "Int64"))
    return Dataset("x", "", videos, None, "", plain_video_id, "csv", "gt.csv")


def test_private_videos_may_be_named_by_paths(tmp_path):
    write_images(tmp_path / "data/a/1", [1, 2])
    write_images(tmp_path / "data/b/1", [1, 2, 3])
    write_video(tmp_path / "talk.mp4", 20, code="mp4v")
    found = video_frames(private(["a/1", "b/1", "talk", "c"]), tmp_path)
    assert {name: len(found[name].numbers) for name in found} == {"a/1": 2, "b/1": 3, "talk": 20}
    assert found.absent == ("c",)


@pytest.mark.parametrize("name", ["../outside", "a/../../outside", "/etc", "..\\outside", "C:\\outside", "~/outside"])
def test_an_annotation_cannot_name_a_path_out_of_the_folder(tmp_path, name):
    write_images(tmp_path / "outside", [1])
    (tmp_path / "root").mkdir()
    with pytest.raises(UserError, match=r"^gt\.csv: the name '[^\n]+' leads out of the folder of frames\.[^\n]+$"):
        video_frames(private([name]), tmp_path / "root")
    clips = library.load_clips("casme2-twin").clips.iloc[:1].assign(clip=name)
    dataset = ClipDataset("x", "", clips, private_clip_resolver(clips), "csv", "gt.csv")
    with pytest.raises(UserError, match="leads out of the folder"):
        clip_frames(dataset, tmp_path / "root")


def test_links_out_of_the_folder_are_said_and_not_followed(casme, tmp_path):
    outside = write_images(tmp_path / "outside/15_0101x", [1])
    film = write_video(tmp_path / "outside/16_0101x.avi", 20)
    root = tmp_path / "root"
    root.mkdir()
    (root / "15_0101x").symlink_to(outside, target_is_directory=True)
    (root / "16_0101x.avi").symlink_to(film)
    write_video(root / "data.avi", 20)
    (root / "19_0101x.avi").symlink_to(root / "data.avi")  # a link inside is harmless
    found = video_frames(casme, root)
    assert list(found) == ["s19_0101"]
    for video in ("s15_0101", "s16_0101"):
        with pytest.raises(UserError, match=r"0101x(\.avi)?: this is a link to outside of the folder of frames"):
            found[video]


def test_frames_by_name(tmp_path):
    with pytest.raises(
        UserError, match=r"casme-sq-twin is embedded without its frames\. Write them with 'mebench dataset tw"
    ):
        frames_of("casme-sq-twin")
    write_images(tmp_path / "frames/15_0101x", [1, 2])
    assert list(frames_of("casme-sq-twin", tmp_path / "frames")) == ["s15_0101"]
    (tmp_path / "gt.csv").write_text("video,onset,offset,type\n15_0101,1,2,me\n")
    library.add("casme-sq", tmp_path / "gt.csv")
    with pytest.raises(
        UserError, match=r"mebench dataset add casme-sq --annotations '[^']*gt\.csv' --frames DIR --replace"
    ):
        frames_of("casme-sq")
    library.add("casme-sq", tmp_path / "gt.csv", frames=tmp_path / "frames", replace_existing=True)
    found = frames_of("casme-sq", missing="nearest")
    assert number_in(found["15_0101"].read(2)) == 2
    with pytest.raises(UserError, match="there is no such folder"):
        frames_of("casme-sq", tmp_path / "nowhere")
    os.rename(tmp_path / "frames", tmp_path / "moved")
    with pytest.raises(UserError, match="there is no such folder"):
        frames_of("casme-sq")


def test_a_name_that_the_dataset_does_not_have_is_a_key_error_with_a_sentence(casme, tmp_path):
    write_images(tmp_path / "15_0101x", [1])
    found = video_frames(casme, tmp_path)
    with pytest.raises(UserError, match=r"^There is no video 's15_0103' in this dataset\. Did you mean 's15_0102'\?$"):
        found["s15_0103"]
    assert found.get("nobody") is None
    assert repr(found) == f"<frames of 1 of 12 videos under {tmp_path}>"
    clips = library.load_clips("casme2-twin-tiny")
    subject, clip = clips.clips[["subject", "clip"]].iloc[0]
    located = clip_frames(clips, tmp_path)
    with pytest.raises(KeyError) as caught:
        located[f"{subject}/{clip}"]
    assert str(caught.value).endswith(f"A clip is named by its subject and clip: ('{subject}', '{clip}').")
    with pytest.raises(UserError, match=rf"no clip '3' .*\. Give subject and clip, e\.g\. \('{subject}', "):
        located[3]
    assert located.get((subject, "nothing")) is None


@pytest.mark.parametrize("name", [3, None, b"casme-sq", ("casme-sq",)])
def test_frames_of_something_that_is_no_name_is_a_sentence(name, tmp_path):
    with pytest.raises(UserError, match=r"^frames_of\(.*\): this is no name of a dataset\. Give one, e\.g\. "):
        frames_of(name, tmp_path)


def test_the_example_of_the_page_on_frames_runs_without_a_licence(tmp_path, capsys):
    page = (Path(__file__).parents[2] / "docs/frames.md").read_text()
    lines = page.partition("**In Python**")[2].splitlines()
    example = "\n".join(line[4:] for line in lines if line.startswith("    "))
    folder = tmp_path / "rawpic/s16/16_0502funnyerrors"
    write_images(folder, range(125, 276), "img{:03d}.jpg")
    exec(example.replace('"twins/tiny"', repr(str(tmp_path))))
    assert capsys.readouterr().out == f"<s16_0502: frames 125 to 275, 100x32, folder {folder}>\n"
