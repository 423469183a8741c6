"""A twin on the disk: the same bytes every time, read back as what was written, never over another file."""

import time
import zipfile

import openpyxl
import pandas as pd
import pytest

from mebench.datasets import catalog
from mebench.datasets.sheets import read_workbook, says_synthetic
from mebench.datasets.twin.generate import twin
from mebench.datasets.twin.write import write_twin
from mebench.problems import UserError

NAMES = ("samm-lv-twin", "casme-sq-twin", "smic-e-long-twin")
WORKBOOKS = {
    "samm-lv-twin": "SAMM_LongVideos_V2_Release.xlsx",
    "casme-sq-twin": "CAS(ME)^2code_final.xlsx",
    "smic-e-long-twin": "SMIC_HS_E_spotting.xlsx",
}


def workbook(name, folder, seed=0):
    return next(path for path in write_twin(twin(name, seed), folder) if path.suffix == ".xlsx")


@pytest.mark.parametrize("name", NAMES)
def test_three_files_are_written_under_their_names(name, tmp_path):
    paths = write_twin(twin(name), tmp_path / "new" / "folder")
    assert [path.name for path in paths] == [WORKBOOKS[name], "videos.csv", "README.txt"]
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == sorted(path.name for path in paths)
    assert WORKBOOKS[name] in catalog.card(name).workbooks


@pytest.mark.parametrize("name", NAMES)
def test_the_reader_sees_the_same_in_memory_and_on_the_disk(name, tmp_path):
    made, reader = twin(name), catalog.reader(name)
    sheets = read_workbook(workbook(name, tmp_path))
    assert sheets[-1].name == "SYNTHETIC"
    assert [(s.name, [list(row) for row in s.rows]) for s in sheets[:-1]] == [
        (s.name, [list(row) for row in s.rows]) for s in made.sheets
    ]
    from_memory, from_disk = reader.parse(made.sheets, "twin"), reader.parse(sheets, "twin")
    pd.testing.assert_frame_equal(from_memory.videos, from_disk.videos)
    pd.testing.assert_frame_equal(from_memory.annotations, from_disk.annotations)
    assert from_memory.notes == from_disk.notes


def test_text_stays_text_on_the_disk(tmp_path):
    casme = openpyxl.load_workbook(workbook("casme-sq-twin", tmp_path / "a"))
    samm = openpyxl.load_workbook(workbook("samm-lv-twin", tmp_path / "b"))
    assert [row[0].value for row in casme["naming rule2"].iter_rows()][:2] == ["0101", "0102"]
    assert samm["FACS_Movement_Only"]["A11"].value == "006"


@pytest.mark.parametrize("name", NAMES)
def test_every_file_says_that_it_is_synthetic(name, tmp_path):
    path = workbook(name, tmp_path, seed=7)
    assert says_synthetic(path)
    properties = openpyxl.load_workbook(path).properties
    assert properties.title == f"SYNTHETIC: {name}"
    assert f"mebench dataset twin {name} --seed 7 --out DIR" in properties.description
    readme = (tmp_path / "README.txt").read_text()
    assert readme.startswith("SYNTHETIC DATA")
    assert f"mebench dataset twin {name} --seed 7 --out DIR" in readme


@pytest.mark.parametrize("name", NAMES)
def test_the_videos_are_listed_with_their_lengths(name, tmp_path):
    write_twin(twin(name), tmp_path)
    listed = pd.read_csv(tmp_path / "videos.csv", comment="#", dtype={"subject": str, "video": str})
    made = twin(name).videos
    assert listed.columns.tolist() == ["subject", "video", "fps", "first_frame", "n_frames"]
    assert listed.to_numpy().tolist() == made.to_numpy().tolist()


@pytest.mark.parametrize("name", NAMES)
def test_the_same_twin_gives_the_same_bytes(name, tmp_path, monkeypatch):
    first = write_twin(twin(name), tmp_path / "a")
    later = time.time() + 1e7
    monkeypatch.setattr(time, "time", lambda: later)
    second = write_twin(twin(name), tmp_path / "b")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    with zipfile.ZipFile(first[0]) as archive:
        assert len({entry.date_time for entry in archive.infolist()}) == 1
    other = write_twin(twin(name, 1), tmp_path / "c")
    assert all(a.read_bytes() != b.read_bytes() for a, b in zip(first, other, strict=True))


def test_writing_again_changes_nothing(tmp_path):
    paths = write_twin(twin("casme-sq-twin"), tmp_path)
    before = [path.stat().st_mtime_ns for path in paths]
    assert write_twin(twin("casme-sq-twin"), tmp_path) == paths
    assert [path.stat().st_mtime_ns for path in paths] == before


def test_another_file_is_never_overwritten_unasked(tmp_path):
    (tmp_path / "videos.csv").write_text("mine")
    with pytest.raises(UserError, match=r"videos\.csv: this file exists and differs .* --force"):
        write_twin(twin("casme-sq-twin"), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["videos.csv"], "nothing else was written either"
    assert (tmp_path / "videos.csv").read_text() == "mine"
    write_twin(twin("casme-sq-twin"), tmp_path, force=True)
    assert (tmp_path / "videos.csv").read_text().startswith("# SYNTHETIC data of casme-sq-twin")
    with pytest.raises(UserError, match="seed 1"):
        write_twin(twin("casme-sq-twin", 1), tmp_path)


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(UserError, match=r"out.*cannot be written"):
        write_twin(twin("casme-sq-twin"), tmp_path / "out")
