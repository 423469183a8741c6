"""Registering a copy: what does not fit is said once, or refused."""

import shutil
import zipfile

import pytest

from mebench.datasets import library
from mebench.datasets.sheets import Sheet, is_workbook, read_export, read_workbook
from mebench.datasets.twin.generate import twin
from mebench.datasets.twin.write import write_twin
from mebench.datasets.verify import verify
from mebench.problems import InvalidInput, UserError, plural
from tests.datasets import layouts
from tests.datasets.layouts import samm_row, samm_sheets

GT = "subject,video,onset,apex,offset,type\n01,a,10,15,20,me\n01,b,30,40,60,mae\n01,c,5,6,90,mae\n"


@pytest.fixture
def gt(tmp_path):
    path = tmp_path / "gt.csv"
    path.write_text(GT)
    return path


def folder(root, name, numbers):
    path = root / name
    path.mkdir(parents=True)
    for i in numbers:
        (path / f"img{i:05d}.jpg").touch()


def lengths(loaded):
    return dict(zip(loaded.videos["video"], loaded.videos["n_frames"], strict=True))


def note(loaded, words):
    found = [n for n in loaded.notes if words in n]
    assert len(found) == 1, (words, loaded.notes)
    return found[0]


@pytest.mark.parametrize(
    ("numbers", "length", "words"),
    [
        (range(1, 101), 100, None),
        ([*range(1, 41), *range(60, 101)], 100, "gaps (19 images missing)"),
        (range(5, 101, 5), 100, "gaps (76 images missing)"),
        (range(0, 100), 100, "begin with 0"),
        (range(3, 101), 100, "another number than the first frame"),
        (range(50_001, 50_101), 100, "another number than the first frame"),
        (range(1, 21), 20, "goes on far beyond the last image"),
    ],
)
def test_the_length_is_the_last_number_and_what_is_odd_is_said(gt, tmp_path, numbers, length, words):
    root = tmp_path / "frames"
    folder(root, "a", range(1, 101))
    folder(root, "b", range(1, 101))
    folder(root, "c", numbers)
    loaded = library.add("mine", gt, frames=root)
    assert lengths(loaded) == {"a": 100, "b": 100, "c": length}
    said = [n for n in loaded.notes if n.endswith("1 video: c")]
    assert sum(words in n for n in said) == 1 if words else not said
    assert library.load_dataset("mine").notes == loaded.notes


def test_an_event_past_the_end_is_not_a_folder_of_too_few_images(gt, tmp_path):
    root = tmp_path / "frames"
    for name, n in (("a", 20), ("b", 25), ("c", 50)):
        folder(root, name, range(1, n + 1))
    loaded = library.add("mine", gt, frames=root)
    said = note(loaded, "goes on far beyond the last image")
    assert said.endswith("1 video: b"), "b's event begins behind the last image, c's only ends there"


def test_missing_and_empty_folders_and_mere_video_files_are_said(gt, tmp_path):
    root = tmp_path / "frames"
    folder(root, "a", [])
    root.joinpath("b.avi").touch()
    folder(root, "d", range(1, 5))
    loaded = library.add("mine", gt, frames=root)
    assert note(loaded, "folder is empty for").endswith("1 video: a")
    assert note(loaded, "only a video file is there").endswith("1 video: b")
    assert note(loaded, "there is no folder of frames for").endswith("1 video: c")
    assert lengths(loaded)["d"] == 4


def test_videos_csv_wins_over_the_folder(gt, tmp_path):
    (tmp_path / "videos.csv").write_text("subject,video,n_frames\n01,a,100\n01,b,100\n01,c,\n")
    root = tmp_path / "frames"
    for name, n in (("a", 100), ("b", 80), ("c", 95)):
        folder(root, name, range(1, n + 1))
    loaded = library.add("mine", gt, tmp_path / "videos.csv", frames=root)
    assert lengths(loaded) == {"a": 100, "b": 100, "c": 95}
    assert note(loaded, "differ, and videos.csv wins").endswith("in the length of 1 video: b")


def test_the_camera_numbers_of_smic_are_compared_with_the_workbook(tmp_path):
    rows = [layouts.smic_row(1, f"s01_po_0{i}", 500_000, 500_099, (f"s01_po_0{i}", 500_010, 500_030)) for i in (1, 2)]
    workbook = layouts.write_xlsx(tmp_path / "smic.xlsx", layouts.smic_sheets(rows))
    folder(tmp_path / "frames", "s01_po_01", range(500_000, 500_100))
    folder(tmp_path / "frames", "s01_po_02", range(1, 101))
    folder(tmp_path / "frames", "s01_po_03", range(700_000, 700_050))
    loaded = library.add("smic-e-long", workbook, frames=tmp_path / "frames")
    assert note(loaded, "another number than the first frame").endswith("1 video: s01_po_02")
    extra = loaded.videos.set_index("video").loc["s01_po_03"]
    assert (extra["first_frame"], extra["n_frames"]) == (700_000, 50)


def test_verify_does_not_ask_for_a_folder_that_is_registered(tmp_path):
    workbook = layouts.write_xlsx(tmp_path / "samm.xlsx", layouts.complete_samm_lv())
    videos = library.add("samm-lv", workbook).videos["video"].tolist()
    for video in videos[1:]:
        folder(tmp_path / "frames", video, [1])
    loaded = library.add("samm-lv", workbook, frames=tmp_path / "frames", replace_existing=True)
    said = {check.means for check in verify(loaded) if check.verdict == "not measurable"}
    assert said == {f"the length of 1 video is not known ({videos[0]}): no images under frames"}


def test_a_trimmed_copy_is_said_in_one_note(tmp_path):
    sheets = samm_sheets([samm_row("006_1_1", 30, 40, 50), samm_row("007_1_1", 30, 40, 50, "Micro - 1/2")])
    workbook = layouts.write_xlsx(tmp_path / "samm.xlsx", sheets)
    loaded = library.add("my-samm", workbook, like="samm-lv")
    assert note(loaded, "this copy has") == (
        "this copy has 2 videos, 2 subjects, 1 ME and 1 MaE; a complete one has 147, 30, 159 and 343: "
        "see 'mebench dataset verify my-samm'"
    )
    assert "2 in this copy" in loaded.universe
    assert "147" not in loaded.universe
    for n, (name, sheets) in enumerate(
        {"samm-lv": layouts.complete_samm_lv(), "casme-sq": layouts.complete_casme_sq()}.items()
    ):
        complete = library.add(name, layouts.write_xlsx(tmp_path / f"{n}.xlsx", sheets))
        assert not [said for said in complete.notes if "this copy has" in said]


def test_a_trimmed_set_of_clips_is_said(tmp_path):
    (tmp_path / "casme2.csv").write_text("subject,clip,emotion\nsub01,EP02_01f,happiness\n")
    loaded = library.add("casme2", tmp_path / "casme2.csv")
    assert "this copy has 1 clip and 1 subject; a complete one has 255 or 256 and 26" in loaded.notes[-1]
    (tmp_path / "mine.csv").write_text("subject,clip,emotion\n01,a,happiness\n")
    assert not any("this copy has" in said for said in library.add("mine", tmp_path / "mine.csv").notes)


def test_folders_of_videos_that_an_own_table_spells_in_another_way_are_found_once(tmp_path):
    (tmp_path / "mine.csv").write_text("subject,video,onset,offset,type\n15,15_0101,5,9,me\n")
    folder(tmp_path / "Aufnahmen für alle" / "s15", "15_0101disgustingteeth", range(1, 31))
    loaded = library.add("casme-sq", tmp_path / "mine.csv", frames=tmp_path)
    assert lengths(loaded) == {"15_0101": 30}


def test_an_event_free_video_that_is_only_supposed_gives_way_to_a_list_without_it(tmp_path):
    made = twin("casme-sq-twin-tiny")
    write_twin(made, tmp_path)
    workbook, listed = tmp_path / made.workbook_name, tmp_path / "videos.csv"
    assert "s23_0503" in set(library.add("mine", workbook, like="casme-sq").videos["video"])
    loaded = library.add("mine", workbook, listed, like="casme-sq", replace_existing=True)
    assert set(loaded.videos["video"]) == set(made.videos["video"])


def test_lists_of_another_dataset_are_refused(tmp_path):
    workbook = layouts.write_xlsx(tmp_path / "samm.xlsx", samm_sheets([samm_row("006_1_1", 30, 40, 50)]))
    videos = tmp_path / "v.csv"
    videos.write_text("video,n_frames\ns15_0101,9\ns15_0502,9\n")
    with pytest.raises(UserError, match="2 names cannot be of a video of samm-lv: 's15_0101', 's15_0502'"):
        library.add("samm-lv", workbook, videos)
    with pytest.raises(UserError, match="cannot be of a video of samm-lv"):
        library.add("samm-lv", None, videos)
    videos.write_text("video,n_frames\n036_7,9\n")
    with pytest.raises(UserError, match="none of the listed videos is in the annotation"):
        library.add("samm-lv", workbook, videos)
    videos.write_text("video,n_frames\n6_1.avi,90\n036_7,9\n")
    loaded = library.add("samm-lv", workbook, videos)
    assert lengths(loaded) == {"006_1": 90, "036_7": 9}
    assert library.registered() == ("samm-lv",)


def test_the_rate_of_a_catalogued_dataset_is_fixed(tmp_path):
    workbook = layouts.write_xlsx(tmp_path / "samm.xlsx", samm_sheets([samm_row("006_1_1", 30, 40, 50)]))
    with pytest.raises(UserError, match="--fps 30: samm-lv has 200 frames a second"):
        library.add("samm-lv", workbook, fps=30)
    assert library.add("samm-lv", workbook, fps=200).videos["fps"].tolist() == [200]


def test_a_folder_is_no_annotation(tmp_path):
    for name in ("samm-lv", "casme2", "mine"):
        with pytest.raises(UserError, match="this is a folder; give the workbook"):
            library.add(name, tmp_path)


def test_a_negative_length_is_a_plain_sentence(gt, tmp_path):
    (tmp_path / "videos.csv").write_text("subject,video,n_frames\n01,a,-5\n01,b,ten\n01,c,1.5\n")
    with pytest.raises(InvalidInput) as caught:
        library.add("mine", gt, tmp_path / "videos.csv")
    assert [p.message for p in caught.value.problems] == [
        f"{cell} is no whole number from 1 up" for cell in ("'-5'", "'ten'", "'1.5'")
    ]


def test_columns_that_moved_are_one_sentence(tmp_path):
    sheets = layouts.complete_casme_sq()
    rows = [[row[0], *row[2:]] for row in sheets[0].rows]
    path = layouts.write_xlsx(tmp_path / "x.xlsx", [Sheet(sheets[0].name, rows), *sheets[1:]])
    with pytest.raises(UserError, match=r"columns look shifted: \d+ of 35\d rows") as caught:
        library.add("casme-sq", path)
    assert not isinstance(caught.value, InvalidInput)
    rows = [list(row) for row in layouts.complete_casme_sq()[0].rows]
    rows[20][7] = "blink"
    path = layouts.write_xlsx(tmp_path / "y.xlsx", [Sheet(sheets[0].name, rows), *sheets[1:]])
    with pytest.raises(InvalidInput, match="'blink' is no expression type"):
        library.add("casme-sq", path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_workbook_exported_to_csv_is_read_as_the_workbook(tmp_path, delimiter):
    sheets = layouts.complete_samm_lv()
    workbook = library.add("samm-lv", layouts.write_xlsx(tmp_path / "x.xlsx", sheets))
    lines = [delimiter.join(str(cell).replace(delimiter, " ") for cell in row) for row in sheets[1].rows]
    (tmp_path / "x.csv").write_text("\n".join(lines))
    exported = library.add("samm-lv", tmp_path / "x.csv", replace_existing=True)
    assert exported.annotations.equals(workbook.annotations)
    assert exported.reader == "samm-lv"
    assert exported.notes == workbook.notes
    (tmp_path / "x.csv").write_text("\n".join(lines).replace("Macro", "Makro", 1))
    with pytest.raises(InvalidInput, match=r"x\.csv.*row 11.*'Makro'"):
        library.add("samm-lv", tmp_path / "x.csv", replace_existing=True)


def test_an_export_keeps_zeros_and_line_numbers(tmp_path):
    (tmp_path / "x.csv").write_text('# remark\n"0101",disgust1\n\n1,"a, b"\n')
    assert read_export(tmp_path / "x.csv").rows[:4] == [[], ["0101", "disgust1"], [], ["1", "a, b"]]


def test_the_canonical_csv_of_a_catalogued_dataset_is_still_one(tmp_path):
    (tmp_path / "gt.csv").write_text(GT.replace(",a,", ",006_1,").replace(",b,", ",007_1,").replace(",c,", ",008_1,"))
    assert library.add("samm-lv", tmp_path / "gt.csv").reader == "csv"
    (tmp_path / "wrong.csv").write_text("video,start,offset,type\n006_1,1,2,me\n")
    with pytest.raises(UserError, match="the column onset is missing"):
        library.add("samm-lv", tmp_path / "wrong.csv", replace_existing=True)


def test_a_workbook_is_known_by_its_content(tmp_path):
    path = layouts.write_xlsx(tmp_path / "x.xlsx", layouts.complete_smic_e_long())
    for name in ("y.xls", "y.csv", "y"):
        shutil.copy(path, tmp_path / name)
        assert is_workbook(tmp_path / name)
        assert read_workbook(tmp_path / name) == read_workbook(path)
        assert len(library.add("smic-e-long", tmp_path / name, replace_existing=True).videos) == 162


def test_what_is_no_workbook_is_said_without_jargon(tmp_path):
    whole = layouts.write_xlsx(tmp_path / "whole.xlsx", layouts.complete_smic_e_long()).read_bytes()
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as archive:
        archive.writestr("a.txt", "a")
    cases = {
        whole[:2000]: "damaged or was not copied to its end",
        b"": "the file is empty",
        b"<html><body><table>": "web page",
        b"\xef\xbb\xbf <?xml version='1.0'?>": "web page or XML",
        b"a,b\n1,2\n": "rename it to .csv",
        bytes(500) + b"x": r"no \.xlsx or \.xls file",
        old: "damaged or incomplete",
        old + "EncryptedPackage".encode("utf-16-le"): "protected by a password",
        (tmp_path / "other.xlsx").read_bytes(): "a zip archive",
    }
    for content, words in cases.items():
        path = tmp_path / "book.xls"
        path.write_bytes(content)
        with pytest.raises(UserError, match=words) as caught:
            library.add("samm-lv", path)
        for jargon in ("Cfb", "EOCD", "Zip", "calamine", "export"):
            assert jargon not in str(caught.value)


def test_nothing_can_be_removed_of_a_twin():
    with pytest.raises(UserError, match="samm-lv-twin is embedded, there is nothing to remove"):
        library.remove("samm-lv-twin")


def test_a_length_in_videos_csv_of_a_twin_marks_the_copy(tmp_path):
    listed = write_twin(twin("samm-lv-twin"), tmp_path / "twin")[1]
    workbook = layouts.write_xlsx(tmp_path / "samm.xlsx", layouts.complete_samm_lv())
    assert library.add("samm-lv", workbook, listed).synthetic


def test_plural():
    assert [plural(n, "video") for n in (0, 1, 2)] == ["0 videos", "1 video", "2 videos"]
