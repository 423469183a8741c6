import json

import pytest

from mebench.datasets import library
from mebench.problems import UserError

GT = "subject,video,onset,apex,offset,type,emotion\n01,a,10,15,20,me,happy\n02,b,30,40,60,mae,\n"
VIDEOS = "subject,video,fps,n_frames\n01,a,30,100\n02,b,30,100\n02,c,30,100\n"


@pytest.fixture
def files(tmp_path):
    (tmp_path / "gt.csv").write_text(GT)
    (tmp_path / "videos.csv").write_text(VIDEOS)
    return tmp_path


def test_a_private_set_is_added_listed_loaded_and_removed(files):
    added = library.add("mine", files / "gt.csv", files / "videos.csv")
    assert library.registered() == ("mine",)
    loaded = library.load_dataset("mine")
    assert loaded.videos["video"].tolist() == added.videos["video"].tolist() == ["a", "b", "c"]
    assert not loaded.synthetic
    library.remove("mine")
    assert library.registered() == ()
    assert (files / "gt.csv").read_text() == GT
    with pytest.raises(UserError, match="no dataset 'mine'"):
        library.load_dataset("mine")


def test_the_library_lies_where_the_environment_says(files, own_library):
    library.add("mine", files / "gt.csv")
    entry = json.loads((own_library / "datasets" / "mine.json").read_text())
    assert entry["annotations"] == str(files / "gt.csv")


def test_without_an_environment_variable_platformdirs_decides(monkeypatch):
    monkeypatch.delenv("MEBENCH_HOME")
    assert library.home().name == "mebench"


def test_a_set_without_its_list_of_videos_says_so(files):
    assert "only those with events" in library.add("mine", files / "gt.csv").universe


def test_a_hidden_test_set_needs_only_its_videos(files):
    hidden = library.add("hidden", videos=files / "videos.csv")
    assert hidden.annotations is None
    assert len(library.load_dataset("hidden").videos) == 3


def test_a_name_is_not_taken_twice_unless_told(files):
    library.add("mine", files / "gt.csv")
    with pytest.raises(UserError, match="--replace"):
        library.add("mine", files / "gt.csv")
    library.add("mine", files / "gt.csv", files / "videos.csv", replace_existing=True)
    assert len(library.load_dataset("mine").videos) == 3


def test_nothing_is_registered_if_the_file_is_wrong(files):
    (files / "gt.csv").write_text(GT.replace("10,15,20", "ten,15,20"))
    with pytest.raises(UserError, match=r"gt\.csv, row 2, column onset"):
        library.add("mine", files / "gt.csv")
    assert library.registered() == ()


def test_a_changed_annotation_file_is_noticed(files):
    library.add("mine", files / "gt.csv")
    (files / "gt.csv").write_text(GT + "02,b,80,85,90,me,\n")
    assert any("has changed since" in note for note in library.load_dataset("mine").notes)


def test_a_vanished_annotation_file_is_one_sentence(files):
    library.add("mine", files / "gt.csv")
    (files / "gt.csv").unlink()
    with pytest.raises(UserError, match=r"gt\.csv"):
        library.load_dataset("mine")


def test_a_damaged_registration_says_how_to_mend_it(files, own_library):
    library.add("mine", files / "gt.csv")
    for content in ('{"name": "mine"}', "not json", '["a"]', '{"unknown": 1}'):
        (own_library / "datasets" / "mine.json").write_text(content)
        with pytest.raises(UserError, match="--replace"):
            library.load_dataset("mine")


@pytest.mark.parametrize("name", ["../evil", "A", "", "x" * 65, "a/b", ".hidden", "samm lv", "con\x1b[31m"])
def test_a_name_that_could_leave_the_folder_is_refused(name, files):
    with pytest.raises(UserError, match="cannot name a dataset"):
        library.add(name, files / "gt.csv")
    with pytest.raises(UserError, match="cannot name a dataset"):
        library.load_dataset(name)


def test_the_name_of_a_twin_is_not_to_be_had(files):
    with pytest.raises(UserError, match="embedded twin"):
        library.add("samm-lv-twin", files / "gt.csv")


def test_a_licensed_dataset_that_is_not_here_says_how_to_get_it_and_what_to_try():
    with pytest.raises(UserError) as caught:
        library.load_dataset("samm-lv")
    text = str(caught.value)
    assert "mebench dataset add samm-lv --annotations" in text
    assert "samm-lv-twin" in text


def test_a_near_miss_is_answered_with_the_name():
    with pytest.raises(UserError, match="Did you mean 'samm-lv"):
        library.load_dataset("sam-lv")


def test_a_workbook_under_a_private_name_needs_to_be_told_whose_it_is(tmp_path):
    from mebench.datasets.twin.generate import twin
    from mebench.datasets.twin.write import write_twin

    workbook = next(p for p in write_twin(twin("samm-lv-twin"), tmp_path) if p.suffix == ".xlsx")
    with pytest.raises(UserError, match="--like"):
        library.add("my-v3", workbook)
    loaded = library.add("my-v3", workbook, like="samm-lv")
    assert loaded.reader == "samm-lv"
    assert set(loaded.videos["dataset"]) == {"my-v3"}
    assert loaded.synthetic, "a twin that was written and registered is still synthetic"


def test_a_folder_of_frames_gives_lengths_and_further_videos(tmp_path, files):
    for video, n in (("a", 3), ("d", 2)):
        folder = tmp_path / "frames" / video
        folder.mkdir(parents=True)
        for i in range(n):
            (folder / f"img{i + 1:03d}.jpg").touch()
    loaded = library.add("mine", files / "gt.csv", frames=tmp_path / "frames", fps=25)
    lengths = dict(zip(loaded.videos["video"], loaded.videos["n_frames"], strict=True))
    assert lengths["a"] == 3
    assert lengths["d"] == 2
    assert library.load_dataset("mine").videos["video"].tolist() == loaded.videos["video"].tolist()


def test_a_folder_without_any_video_is_refused(tmp_path, files):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="no folder below it"):
        library.add("mine", files / "gt.csv", frames=tmp_path / "empty")
    with pytest.raises(UserError, match="no such folder"):
        library.add("mine", files / "gt.csv", frames=tmp_path / "nowhere")
