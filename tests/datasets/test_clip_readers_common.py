"""What holds for every reader of a recognition dataset, in one list that a new reader must join."""

import datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mebench.datasets import catalog
from mebench.datasets.readers._clips import Clip, clips_table, emotion_of, number_repeats
from mebench.datasets.sheets import Sheet, read_workbook
from mebench.datasets.tables import CLIPS, conform
from mebench.problems import InvalidInput, UserError
from tests.datasets import layouts
from tests.datasets.clip_layouts import SMALL

NAMES = catalog.names(catalog.RECOGNITION)
CELL = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6), st.just(datetime.date(2020, 1, 2)),
    st.sampled_from(["sub01", "1", "Other", "-1", "EP02_01f", "006_1_2", "s1_ne_01", "Subject", "Onset", "/", "a#2"]),
)  # fmt: skip


def ids(read):
    return list(zip(read.clips["subject"], read.clips["clip"], strict=True))


def test_every_reader_is_in_the_list():
    assert set(SMALL) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_small_workbook_follows_the_contract_and_needs_no_remark(name):
    read = catalog.clip_reader(name).parse(SMALL[name](), "book.xlsx")
    conform(read.clips, CLIPS, "clips")
    assert set(read.clips["dataset"]) == {name}
    assert read.clips["emotion"].notna().all()
    assert all(emotion == emotion_of(emotion) for emotion in read.clips["emotion"])
    known = {"casme2": ["no apex in 1 clip"], "dfme": ["frame rates: "], "smic": ["no row in this table"]}.get(name, [])
    assert len(read.notes) == len(known)
    assert all(note.startswith(words) for note, words in zip(read.notes, known, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_a_real_workbook_reads_like_the_sheets(name, tmp_path):
    sheets = SMALL[name]()
    path = layouts.write_xlsx(tmp_path / "book.xlsx", sheets)
    parse = catalog.clip_reader(name).parse
    from_disk, from_memory = parse(read_workbook(path), "book.xlsx"), parse(sheets, "book.xlsx")
    pd.testing.assert_frame_equal(from_disk.clips, from_memory.clips)
    assert from_disk.notes == from_memory.notes


@pytest.mark.parametrize("name", NAMES)
def test_the_card_says_what_a_recognition_dataset_says(name):
    card = catalog.card(name)
    assert (card.name, card.task, card.types) == (name, "recognition", ("me",))
    for fact in (card.title, card.licence, card.access, card.citation, card.universe, card.frames_are):
        assert fact
    assert card.workbooks
    assert {expected.what for expected in card.expected} >= {"rows"}
    assert (card.unverified == "") == (name in {"casme2", "smic", "smic-e", "samm", "casme3"})


@pytest.mark.parametrize("name", NAMES)
def test_canonical_names_are_fixed_points_and_folders_do_not_count(name):
    reader = catalog.clip_reader(name)
    for subject, clip in ids(reader.parse(SMALL[name](), "book.xlsx")):
        assert reader.canonical_clip(subject, clip) == (subject, clip)
        assert reader.canonical_clip("", f"some/where/{subject}/{clip}") == (subject, clip)
        assert reader.canonical_clip("", f"some\\{subject}\\{clip}") == (subject, clip)
        assert reader.canonical_clip(f" {subject.upper()} ", clip.upper()) == (subject, clip)
        assert reader.canonical_clip(subject, f"{clip}#2") == (subject, f"{clip}#2")
        assert reader.canonical_clip("nobody", clip) is None


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=30)
@given(subject=st.text(max_size=8), clip=st.text(max_size=20))
def test_any_text_is_a_clip_or_none(name, subject, clip):
    canonical_clip = catalog.clip_reader(name).canonical_clip
    found = canonical_clip(subject, clip)
    assert found is None or canonical_clip(*found) == found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("clip", ["", "/", "x" * 100_000, "a#1", "a#0", "EP02_01f#1", "00６_1_2", "#2", "..", "a\nb"])
def test_what_is_no_clip_of_anybody(name, clip):
    assert catalog.clip_reader(name).canonical_clip("1", clip) is None


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=30)
@given(data=st.data())
def test_any_cells_give_a_table_or_a_sentence(name, data):
    sheets = [Sheet(sheet.name, [list(row) for row in sheet.rows]) for sheet in SMALL[name]()]
    filled = [row for sheet in sheets for row in sheet.rows if row]
    for _ in range(data.draw(st.integers(1, 4))):
        row = data.draw(st.sampled_from(filled))
        row[data.draw(st.integers(0, len(row) - 1))] = data.draw(CELL)
    try:
        read = catalog.clip_reader(name).parse(sheets, "book.xlsx")
    except UserError as error:
        said = str(error)
    else:
        said = ""
    if said:
        assert said.startswith("book.xlsx")
        return
    conform(read.clips, CLIPS, "clips")
    assert len(set(ids(read))) == len(read.clips)
    canonical_clip = catalog.clip_reader(name).canonical_clip
    assert all(canonical_clip(*key) == key for key in ids(read))


@pytest.mark.parametrize("name", NAMES)
def test_workbooks_of_something_else(name):
    parse = catalog.clip_reader(name).parse
    with pytest.raises(UserError, match=r"book\.xlsx: no sheet has a header row .*sheets found: none"):
        parse([], "book.xlsx")
    with pytest.raises(UserError, match="no sheet has a header row"):
        parse([Sheet("Sheet1", [["video", "onset", "offset", "type"], ["a", 1, 2, "me"]])], "book.xlsx")
    sheets = SMALL[name]()
    header_only = [
        Sheet(s.name, [row for row in s.rows if "ilename" in str(row) or "fold_name" in row]) for s in sheets
    ]
    with pytest.raises(UserError, match="there is no clip below the header"):
        parse(header_only, "book.xlsx")


@pytest.mark.parametrize("name", NAMES)
def test_every_mistake_is_named_in_one_pass(name):
    sheets = SMALL[name]()
    sheet = max(sheets, key=lambda s: len(s.rows))
    header = next(i for i, row in enumerate(sheet.rows) if "ilename" in str(row) or "fold_name" in row)
    folded = [str(cell).casefold().replace(" ", "").replace("_", "") for cell in sheet.rows[header]]
    onset = next(i for i, cell in enumerate(folded) if cell.startswith("onset"))
    offset = next(i for i, cell in enumerate(folded) if cell.startswith("offset"))
    first, second = sheet.rows[header + 1], sheet.rows[header + 2]
    first[onset], second[offset], second[1] = "about 5", -3, "EP/€"
    with pytest.raises(InvalidInput) as caught:
        catalog.clip_reader(name).parse(sheets, "book.xlsx")
    found = [(problem.rule, problem.row) for problem in caught.value.problems]
    assert found == [
        ("frame-not-a-number", header + 2), ("negative-frame", header + 3), ("bad-clip-name", header + 3),
    ]  # fmt: skip
    assert "Expected " in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_text_below_the_table_is_left_aside_and_said(name):
    sheets = SMALL[name]()
    sheet = max(sheets, key=lambda s: len(s.rows))
    end = len(sheet.rows) + 3
    rows = [*sheet.rows, [], ["mean length 34 frames"], ["", "checked by two coders"]]
    below = [s if s is not sheet else Sheet(sheet.name, rows) for s in sheets]
    parse = catalog.clip_reader(name).parse
    read = parse(below, "book.xlsx")
    pd.testing.assert_frame_equal(read.clips, parse(SMALL[name](), "book.xlsx").clips)
    assert any(n == f"2 rows below the table were taken for text: rows {end - 1}, {end}" for n in read.notes)
    last = [s if s is not sheet else Sheet(sheet.name, rows[:-1]) for s in sheets]
    assert f"1 row below the table was taken for text: row {end - 1}" in parse(last, "book.xlsx").notes


@pytest.mark.parametrize(
    ("written", "emotion"),
    [("Other", "others"), ("Others", "others"), ("others", "others"), ("Happiness", "happiness"),
     ("happy", "happiness"), ("sad", "sadness"), ("Angry", "anger"), (" Tense ", "tense"),
     ("Negative+Repression", "negative+repression"),
     ("positive + Other", "positive+others"), ("disguts", "disguts"), ("", None), (None, None), ("+", None)],
)  # fmt: skip
def test_spellings_of_an_emotion(written, emotion):
    assert emotion_of(written) == emotion


CLIP = st.builds(
    Clip, st.sampled_from(["a", "b"]), st.sampled_from(["x", "y"]), st.integers(0, 9).map(float), st.just(1.0),
    st.just(20.0), st.just("tense"),
)  # fmt: skip


@settings(max_examples=50)
@given(st.lists(CLIP, min_size=1, max_size=12))
def test_repeats_are_numbered_by_onset_within_their_name_and_nothing_else_changes(clips):
    clips = [clip._replace(row=row) for row, clip in enumerate(clips)]
    numbered, notes = number_repeats(clips)
    assert [c._replace(clip=c.clip.split("#")[0]) for c in numbered] == clips
    assert len({(c.subject, c.clip) for c in numbered}) == len(clips)
    for key in {(c.subject, c.clip) for c in clips}:
        of_key = sorted(
            (c for c in numbered if (c.subject, c.clip.split("#")[0]) == key), key=lambda c: (c.onset, c.row)
        )
        assert [c.clip for c in of_key] == [key[1], *(f"{key[1]}#{k}" for k in range(2, len(of_key) + 1))]
    repeats = len(clips) - len({(c.subject, c.clip) for c in clips})
    assert [note.split(": ")[1].split()[0] for note in notes] == ([str(repeats)] if repeats else [])


@settings(max_examples=50)
@given(st.lists(CLIP, max_size=4), st.randoms())
def test_sorting_the_workbook_changes_no_name(clips, random):
    distinct = list({(c.subject, c.clip, c.onset): c for c in clips}.values())
    mixed = list(distinct)
    random.shuffle(mixed)
    assert set(number_repeats(distinct)[0]) == set(number_repeats(mixed)[0])


def test_a_table_without_objective_classes_has_no_such_column():
    with_class = clips_table("x", [Clip("a", "b", 1, 2, 3, "tense", None, "7", 2)])
    assert with_class["objective_class"].tolist() == ["7"]
    assert "objective_class" not in clips_table("x", [Clip("a", "b", 1, 2, 3, None)])
