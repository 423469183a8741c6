import pytest

from mebench.datasets.readers import casme_sq, samm_lv, smic_e_long
from mebench.datasets.readers._folders import OnDisk, frame_numbers, videos_on_disk
from mebench.datasets.readers._names import natural
from mebench.problems import UserError


def folder(root, name, n, pattern="img{:03d}.jpg"):
    path = root / name
    path.mkdir(parents=True)
    for i in range(1, n + 1):
        (path / pattern.format(i)).touch()
    return path


@pytest.fixture
def casme_release(tmp_path):
    """97 folders of CAS(ME)^2 in which s23's 0502 lies under s19 only, with a few frames each."""
    root = tmp_path / "rawpic"
    codes = ["0101", "0102", "0401", "0402", "0502", "0503", "0505", "0507", "0508"]
    subjects = [15, 16, 19, 20, 21, 22, 23, 24, 25, 26, 27]
    for subject in subjects:
        for code in codes:
            if (subject, code) in {(23, "0502"), (19, "0502")} or (subject == 27 and code > "0505"):
                continue
            folder(root, f"s{subject}/{subject}_{code}sometext", 3)
    folder(root, "s19/23_0502funnyerrors", 4)
    return root


def test_a_misplaced_folder_counts_for_its_subject(casme_release):
    found = videos_on_disk(casme_release, casme_sq.canonical_video)
    assert found["s23_0502"] == OnDisk(1, 4, 4)
    assert "s19_0502" not in found
    n = len(found)
    folder(casme_release, "s23/23_0502funnyerrors", 4)  # the 98-folder release has both copies
    again = videos_on_disk(casme_release, casme_sq.canonical_video)
    assert again == found
    assert len(again) == n
    assert list(found) == sorted(found)


def test_only_folders_of_long_videos_count(tmp_path):
    folder(tmp_path, "cropped/s15/anger1_1", 5)
    folder(tmp_path, "selectedpic/s15/disgust1_2", 5)
    folder(tmp_path, "rawpic/s15/15_0101disgustingteeth", 7)
    folder(tmp_path, "longVideoFaceCropped/s15/15_0101disgustingteeth", 6, "img_{}.jpg")
    assert videos_on_disk(tmp_path, casme_sq.canonical_video) == {"s15_0101": OnDisk(1, 7, 7)}


def test_a_folder_of_folders_is_no_video(tmp_path):
    folder(tmp_path, "HS/s01/micro/positive/s1_po_01", 2, "image{:06d}.bmp")
    assert smic_e_long.canonical_video("HS/s01/micro") == "s01_micro"  # by its name alone it could be one
    assert videos_on_disk(tmp_path, smic_e_long.canonical_video) == {"s01_po_01": OnDisk(1, 2, 2)}


def test_padding_does_not_matter(tmp_path):
    folder(tmp_path, "006_1", 12, "006_1_{:04d}.jpg")
    folder(tmp_path, "006_2", 13, "006_2_{:05d}.jpg")
    folder(tmp_path, "006_3", 11, "006_3_{}.png")
    assert videos_on_disk(tmp_path, samm_lv.canonical_video) == {
        "006_1": OnDisk(1, 12, 12), "006_2": OnDisk(1, 13, 13), "006_3": OnDisk(1, 11, 11)
    }  # fmt: skip


def test_video_files_and_empty_folders_have_no_frames(tmp_path):
    (tmp_path / "007_1.avi").touch()
    (tmp_path / "007_2").mkdir()
    (tmp_path / "007_3.txt").touch()
    folder(tmp_path, "007_4", 2)
    (tmp_path / "007_4.mp4").touch()
    assert videos_on_disk(tmp_path, samm_lv.canonical_video) == {
        "007_1": OnDisk(0, 0, 0, "file"), "007_2": OnDisk(0, 0, 0), "007_4": OnDisk(1, 2, 2)
    }  # fmt: skip


def test_links_are_not_followed(tmp_path):
    outside = folder(tmp_path, "outside/006_9", 5)
    root = tmp_path / "root"
    inside = folder(root, "006_1", 2)
    (root / "006_9").symlink_to(outside, target_is_directory=True)
    (root / "loop").symlink_to(root, target_is_directory=True)
    (inside / "006_1_003.jpg").symlink_to(outside / "img001.jpg")  # a linked image is an image
    assert videos_on_disk(root, samm_lv.canonical_video) == {"006_1": OnDisk(1, 3, 3)}


def test_a_frame_is_told_by_the_last_group_of_digits():
    names = [
        "006_1_0001.jpg",
        "006_1_0002.JPG",
        "006_1_0002.png",
        "._006_1_0003.jpg",
        "cover.jpg",
        "Thumbs.db",
        "1.txt",
        ".jpg",
    ]
    assert frame_numbers(names) == {1, 2}


def test_a_missing_folder_is_said(tmp_path):
    with pytest.raises(UserError, match="there is no such folder"):
        videos_on_disk(tmp_path / "nowhere", samm_lv.canonical_video)


def test_natural_order():
    names = ["s10_1", "s9_2", "s9_10", "s9_010", "a", "", "s" + "9" * 5000, "²"]
    ordered = sorted(names, key=natural)
    assert ordered.index("s9_2") < ordered.index("s9_10") < ordered.index("s10_1") < ordered.index(names[-2])
