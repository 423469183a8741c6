"""A twin stays synthetic however it is saved, and a real copy never becomes it."""

import re

import openpyxl
import pandas as pd
import pytest

from mebench.datasets import library
from mebench.datasets.resemblance import holds_twin
from mebench.datasets.sheets import Sheet, read_workbook, says_synthetic, sheets_say_synthetic
from mebench.datasets.twin.generate import twin
from mebench.datasets.twin.write import write_twin
from tests.datasets import layouts

NAMES = ("samm-lv", "casme-sq", "smic-e-long", "casme2", "smic", "samm")
HEADER = {"samm-lv": 9, "casme-sq": None, "samm": 13}


def written(name, folder, seed=0):
    return write_twin(twin(f"{name}-twin", seed), folder)


def resaved(name, folder, kind, seed=0):
    """Save the table alone by way of pandas, which drops properties, preamble and further sheets."""
    header = HEADER.get(name, 0)
    table = pd.read_excel(written(name, folder / "twin", seed)[0], header=header, engine="openpyxl")
    path = folder / f"resaved.{kind}"
    save = table.to_csv if kind == "csv" else table.to_excel
    save(path, index=False, header=header is not None)
    return path


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("name", NAMES)
def test_a_resaved_twin_is_known_by_its_rows(name, kind, tmp_path):
    path = resaved(name, tmp_path, kind)
    assert not says_synthetic(path), "the mark is gone, or this test shows nothing"
    assert library.add(name, path).synthetic
    assert library.entry(name).synthetic
    assert library.load(name).synthetic
    assert library.load(name).title.endswith("synthetic twin")


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_with_all_its_sheets_keeps_the_mark_for_any_seed(name, tmp_path):
    sheets = pd.read_excel(written(name, tmp_path / "twin", 7)[0], header=None, sheet_name=None, engine="openpyxl")
    path = tmp_path / "all.xlsx"
    with pd.ExcelWriter(path, engine="openpyxl") as writer:
        for title, sheet in sheets.items():
            sheet.to_excel(writer, sheet_name=title, index=False, header=False)
    assert openpyxl.load_workbook(path).properties.title is None
    assert says_synthetic(path)
    assert library.add(name, path).synthetic


def test_the_canonical_csv_of_a_twin_is_known_under_any_name(tmp_path):
    for name in ("samm-lv", "casme-sq", "smic-e-long"):
        table = library.load_dataset(f"{name}-twin").annotations
        path = tmp_path / f"{name}.csv"
        table[["video", "onset", "offset", "type"]].to_csv(path, index=False)
        assert library.add(f"my-{name}", path).synthetic
    clips = library.load_clips("casme2-twin").clips
    clips[["subject", "clip", "onset", "offset", "emotion"]].to_csv(tmp_path / "clips.csv", index=False)
    assert library.add("my-clips", tmp_path / "clips.csv").synthetic


def test_a_trimmed_twin_is_still_one(tmp_path):
    path = resaved("smic-e-long", tmp_path, "csv")
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], *lines[60:]]))
    assert library.add("smic-e-long", path).synthetic


def test_what_is_no_twin_is_not_taken_for_one(tmp_path):
    complete = (layouts.complete_samm_lv(), layouts.complete_casme_sq(), layouts.complete_smic_e_long())
    for name, sheets in zip(NAMES, complete, strict=False):
        loaded = library.add(name, layouts.write_xlsx(tmp_path / f"{name}.xlsx", sheets))
        assert not loaded.synthetic
        assert not holds_twin(loaded)
    (tmp_path / "gt.csv").write_text("subject,clip,emotion\n01,EP02_01f,happiness\n")
    assert not library.add("mine", tmp_path / "gt.csv").synthetic, "names without frames are nobody's"


def test_a_hidden_test_set_of_a_twins_videos_is_synthetic(tmp_path):
    listed = written("smic-e-long", tmp_path, 3)[1]
    assert library.add("hidden", videos=listed).synthetic, "the first line says so"
    first, rest = written("smic-e-long", tmp_path / "b")[1].read_text().split("\n", 1)
    assert first.startswith("# SYNTHETIC")
    (tmp_path / "bare.csv").write_text(rest)
    assert library.add("bare", videos=tmp_path / "bare.csv").synthetic, "its lengths say so"
    (tmp_path / "own.csv").write_text("video,n_frames\na,10\nb,20\n")
    assert not library.add("own", videos=tmp_path / "own.csv").synthetic


def test_a_file_that_took_the_place_of_a_twin_is_looked_at_anew(tmp_path):
    path = resaved("smic-e-long", tmp_path, "xlsx")
    library.add("smic-e-long", path)
    layouts.write_xlsx(path, layouts.complete_smic_e_long())
    assert not library.load_dataset("smic-e-long").synthetic
    resaved("smic-e-long", tmp_path, "xlsx")
    assert library.load_dataset("smic-e-long").synthetic


def test_where_a_mark_is_looked_for(tmp_path):
    assert sheets_say_synthetic([Sheet("a", [["", "SYNTHETIC TWIN of something"]])])
    assert sheets_say_synthetic([Sheet("a", [[1]]), Sheet("SYNTHETIC", [])])
    assert not sheets_say_synthetic([Sheet("a", [["synthetic data"], [2], [3], ["SYNTHETIC"]])])
    for text, said in (("\ufeff# SYNTHETIC x\nvideo\n", True), ("video\n# SYNTHETIC\n", False), ("", False)):
        (tmp_path / "x.csv").write_text(text)
        assert says_synthetic(tmp_path / "x.csv") == said
    assert not says_synthetic(tmp_path / "nowhere.csv")
    assert not says_synthetic(tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_every_written_file_says_so_in_plain_sight(name, tmp_path):
    workbook, listed, readme = written(name, tmp_path, 5)
    assert read_workbook(workbook)[-1].name == "SYNTHETIC"
    sentence = read_workbook(workbook)[-1].rows[0][0]
    assert re.match(rf"SYNTHETIC data of {name}-twin, made by mebench from seed 5", sentence)
    assert listed.read_text().splitlines()[0] == f"# {sentence}"
    assert readme.read_text().startswith("SYNTHETIC")
