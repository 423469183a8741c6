"""Recognition datasets in the user's library: workbooks, canonical CSV, folders of clips, and the two tasks apart."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mebench.datasets import catalog, library
from mebench.datasets.clip_frames import with_clip_frames
from mebench.datasets.dataset import ClipDataset, Dataset
from mebench.datasets.readers._clip_folders import clips_on_disk
from mebench.datasets.readers._clips import Clip, clips_table
from mebench.datasets.twin.generate import twin
from mebench.datasets.twin.write import write_twin
from mebench.datasets.verify import measure, verify
from mebench.problems import InvalidInput, UserError
from tests.datasets import layouts
from tests.datasets.clip_layouts import SMALL

GT = (
    "subject,clip,onset,apex,offset,emotion,action_units\n"
    "A,one,1,5,9,Happy,6+12\nA,two,11,,19,other,\nB,one,3,4,8,anger,4\n"
)
SPOTTING_GT = "subject,video,onset,apex,offset,type\n01,a,10,15,20,me\n"


@pytest.fixture
def gt(tmp_path):
    path = tmp_path / "gt.csv"
    path.write_text(GT)
    return path


def folder(root, name, first, n, pattern="image{:06d}.bmp"):
    path = root / name
    path.mkdir(parents=True)
    for k in range(first, first + n):
        (path / pattern.format(k)).touch()


@pytest.mark.parametrize("name", catalog.names(catalog.RECOGNITION))
def test_every_workbook_can_be_registered_loaded_and_shown_as_unverified_where_it_is(name, tmp_path):
    path = layouts.write_xlsx(tmp_path / "book.xlsx", SMALL[name]())
    added = library.add(name, path)
    loaded = library.load_clips(name)
    assert isinstance(added, ClipDataset)
    assert loaded.clips.equals(added.clips)
    assert (loaded.name, loaded.reader, loaded.source) == (name, name, "book.xlsx")
    assert set(loaded.clips["dataset"]) == {name}
    assert not loaded.synthetic
    assert loaded.unverified == catalog.card(name).unverified
    if loaded.unverified:
        assert loaded.notes[0] == loaded.unverified
        assert "verified" in loaded.unverified
    assert library.task_of(name) == "recognition"
    assert isinstance(library.load(name), ClipDataset)


def test_a_private_set_is_for_recognition_if_its_csv_has_clips(gt, tmp_path):
    added = library.add("mine", gt)
    assert isinstance(added, ClipDataset)
    clips = library.load_clips("mine").clips
    assert clips["emotion"].tolist() == ["happiness", "others", "anger"]
    assert clips["apex"].isna().tolist() == [False, True, False]
    assert clips["row"].tolist() == [2, 3, 4]
    assert measure(added) == {
        "rows": 3, "subjects": 2, "onset_missing_rows": 0, "apex_missing_rows": 1, "offset_missing_rows": 0,
        "emotion_missing_rows": 0, "offset_before_onset_rows": 0, "apex_outside_rows": 0, "repeated_rows": 0,
        "emotion_anger": 1, "emotion_happiness": 1, "emotion_others": 1,
    }  # fmt: skip
    assert verify(added) == []
    other = tmp_path / "spotting.csv"
    other.write_text(SPOTTING_GT)
    assert isinstance(library.add("long", other), Dataset)
    assert [library.task_of(name) for name in ("mine", "long")] == ["recognition", "spotting"]


def test_each_task_refuses_the_datasets_of_the_other(gt, tmp_path):
    library.add("mine", gt)
    other = tmp_path / "spotting.csv"
    other.write_text(SPOTTING_GT)
    library.add("long", other)
    for name in ("mine", "casme2", "samm-twin"):
        with pytest.raises(UserError, match=rf"{name} is a recognition dataset.*samm-lv"):
            library.load_dataset(name)
    for name in ("long", "samm-lv", "casme-sq-twin"):
        with pytest.raises(UserError, match=rf"{name} is a spotting dataset.*casme2"):
            library.load_clips(name)
    with pytest.raises(UserError, match="recognition dataset"):
        catalog.reader("casme2")
    with pytest.raises(UserError, match="spotting dataset"):
        catalog.clip_reader("samm-lv")


def test_what_is_not_here_says_how_to_get_it():
    with pytest.raises(UserError, match="dataset add casme2 --annotations 'CASME2-coding-20140508") as caught:
        library.load_clips("casme2")
    assert "--dataset casme2-twin" in str(caught.value)
    with pytest.raises(UserError, match="MMEW_Micro_Exp") as caught:
        library.load_clips("mmew")
    assert "twin" not in str(caught.value), "it has none"
    for name in ("mmew-twin", "smic-e-twin", "casme-twin"):
        assert not catalog.is_twin(name)
        with pytest.raises(UserError, match="There is no dataset"):
            library.load_clips(name)
    with pytest.raises(UserError, match="Did you mean 'casme2"):
        library.task_of("casme-2")


def test_the_entry_says_what_it_is_for_and_an_older_entry_is_for_spotting(gt, own_library, tmp_path):
    library.add("mine", gt)
    path = own_library / "datasets" / "mine.json"
    entry = json.loads(path.read_text())
    assert entry["task"] == "recognition"
    other = tmp_path / "spotting.csv"
    other.write_text(SPOTTING_GT)
    library.add("long", other)
    old = own_library / "datasets" / "long.json"
    entry = {k: v for k, v in json.loads(old.read_text()).items() if k not in {"task", "clip_frames"}}
    old.write_text(json.dumps(entry))
    assert library.task_of("long") == "spotting"
    assert len(library.load_dataset("long").videos) == 1


def test_options_of_spotting_are_refused(gt, tmp_path):
    for options in ({"videos": gt}, {"fps": 25.0}):
        with pytest.raises(UserError, match="--videos and --fps are for spotting"):
            library.add("mine", gt, **options)
    with pytest.raises(UserError, match="Give the annotation file of casme2"):
        library.add("casme2")
    with pytest.raises(UserError, match="how a private set names its clips' folders"):
        library.add("mine", gt, frames=tmp_path)
    assert library.registered() == ()


def test_a_csv_of_a_catalogued_dataset_is_read_with_its_names(tmp_path):
    path = tmp_path / "smic.csv"
    path.write_text("clip,emotion,onset,offset\ns1_ne_01,negative,5,9\ns01_po_1,positive,,\n")
    loaded = library.add("smic", path)
    assert loaded.clips["clip"].tolist() == ["s01_ne_01", "s01_po_01"]
    assert loaded.clips["subject"].tolist() == ["s01", "s01"]
    assert {check.what: check.found for check in verify(loaded)}["rows"] == 2
    path.write_text("subject,clip,emotion\n1,s1_ne_01,negative\n2,s1_ne_02,negative\n")
    with pytest.raises(InvalidInput, match=r"row 3, column clip: subject '2' and clip 's1_ne_02' name no clip of smic"):
        library.add("smic", path, replace_existing=True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("subject,clip,onset\nA,one,1\n", "the column emotion is missing"),
        ("clip,emotion\none,anger\n", "the column subject is missing"),
        ("subject,clip,emotion\n", "no clip"),
        (
            "subject,clip,emotion\nA,one,anger\nA,one,fear\n",
            r"row 3, column clip: the clip 'one' of 'A' stands in row 2",
        ),
        ("subject,clip,emotion\nA,,anger\n", "row 2, column clip: there is no clip"),
        ("subject,clip,emotion\n,one,anger\n", "row 2, column subject: there is no subject"),
        ("subject,clip,emotion,onset\nA,one,anger,x\n", "row 2, column onset: 'x' is no frame number"),
        ("subject,clip,emotion\nA,one\n", "row 2: 2 cells where the header names 3"),
    ],
)
def test_a_csv_that_will_not_do_is_refused_and_nothing_is_registered(text, words, gt):
    gt.write_text(text)
    with pytest.raises(UserError, match=words):
        library.add("mine", gt)
    assert library.registered() == ()


def test_contradictions_in_a_csv_are_said_and_kept(gt):
    gt.write_text(GT.replace("3,4,8", "3,40,8"))
    notes = library.add("mine", gt).notes
    assert notes == ("the apex outside onset..offset in 1 clip: B/one", "no apex in 1 clip: A/two")


def test_the_clips_of_a_private_set_are_found_by_its_own_table(gt):
    mine = library.add("mine", gt)
    for subject, clip in (
        ("A", "two"),
        ("a", "TWO"),
        ("", "two"),
        ("", "A/two"),
        ("", "x\\A\\two.avi"),
        ("A", " two "),
    ):
        assert mine.resolve(subject, clip) == ("A", "two")
    for subject, clip in (("", "one"), ("B", "two"), ("", "B/nothing"), ("C", "one"), ("", "")):
        assert mine.resolve(subject, clip) is None
    assert mine.resolve("", "B/one") == ("B", "one")


def test_a_second_version_of_a_workbook_is_registered_like_the_first(tmp_path):
    path = layouts.write_xlsx(tmp_path / "book.xlsx", SMALL["casme2"]())
    with pytest.raises(UserError, match=r"--like.*subject,clip,onset"):
        library.add("casme2-updated", path)
    loaded = library.add("casme2-updated", path, like="casme2")
    assert set(loaded.clips["dataset"]) == {"casme2-updated"}
    assert loaded.resolve("1", "EP02_01f") == ("sub01", "EP02_01f")
    assert loaded.resolve("1", "EP02_02f") is None
    assert len(verify(loaded)) == len(catalog.card("casme2").expected)


@pytest.mark.parametrize("name", ["casme2", "smic", "samm"])
def test_a_twin_on_the_disk_is_registered_as_a_copy_and_stays_synthetic(name, tmp_path):
    path = write_twin(twin(f"{name}-twin"), tmp_path)[0]
    loaded = library.add(name, path)
    assert loaded.synthetic
    assert {check.verdict for check in verify(loaded)} == {"agrees"}


def test_a_changed_table_is_noticed(gt):
    library.add("mine", gt)
    gt.write_text(GT + "B,two,1,2,3,fear,\n")
    assert any("has changed since" in note for note in library.load_clips("mine").notes)


def test_the_folder_of_short_clips_alone_makes_smic(tmp_path):
    root = tmp_path / "SMIC_all_cropped"
    folder(root, "HS/s1/micro/negative/s1_ne_01", 563_854, 20, "reg_image{:06d}.bmp")
    folder(root, "HS/s3/micro/surprise/s3_sur_02", 90_800, 5)
    folder(root, "HS/s3/non_micro/s3_ne_09", 100, 5)
    folder(root, "VIS/s1/micro/negative/s1_ne_02", 100, 5)
    loaded = library.add("smic", frames=root)
    assert loaded.clips[["subject", "clip", "onset", "offset", "emotion"]].to_numpy().tolist() == [
        ["s01", "s01_ne_01", 563_854, 563_873, "negative"],
        ["s03", "s03_sur_02", 90_800, 90_804, "surprise"],
    ]
    assert loaded.source == "SMIC_all_cropped"
    assert library.load_clips("smic").clips.equals(loaded.clips)
    folder(root, "sub01/EP02_01f", 1, 5)
    with pytest.raises(UserError, match=r"casme2 do not tell the emotions.*--annotations"):
        library.add("casme2", frames=root)
    with pytest.raises(UserError, match="named like a clip of samm"):
        library.add("samm", frames=root)
    with pytest.raises(UserError, match="no such folder"):
        library.add("samm", frames=root / "nowhere")


def test_folders_add_the_frames_that_the_table_of_smic_lacks(tmp_path):
    workbook = layouts.write_xlsx(tmp_path / "book.xlsx", SMALL["smic"]())
    root = tmp_path / "HS"
    folder(root, "s1/micro/negative/s1_ne_02", 563_990, 30)
    folder(root, "s1/micro/negative/s1_ne_01", 563_905, 40)
    folder(root, "s18/micro/positive/s18_po_01", 5, 3)
    loaded = library.add("smic", workbook, frames=root)
    table = loaded.clips.set_index("clip")
    assert table.loc["s01_ne_02", ["onset", "offset"]].tolist() == [563_990, 564_019]
    assert table.loc["s01_ne_01", ["onset", "offset"]].tolist() == [563_900, 563_930], "what is annotated stays"
    said = loaded.notes[-5:-1]
    assert said == (
        "the frames come from the first and last image of 1 clip: s01/s01_ne_02",
        "the folder of frames is missing for 2 clips: s11/s11_po_02, s20/s20_sur_03",
        "annotated frames are not among the images of 1 clip: s01/s01_ne_01",
        "there are folders, but no row of the table, of 1 clip: s18/s18_po_01",
    )
    assert library.load_clips("smic").notes == loaded.notes


def test_several_clips_of_one_video_share_its_folder():
    clips = clips_table("casme3", [Clip("spNO.1", "a", 5, 8, 9, "fear"), Clip("spNO.1", "a#2", 50, 60, 99, "fear")])
    filled, notes = with_clip_frames(clips, {("spNO.1", "a"): (1, 70)})
    assert filled["offset"].tolist() == [9, 99]
    assert notes == ["annotated frames are not among the images of 1 clip: spNO.1/a#2"]


def test_a_folder_may_be_one_subject_and_a_clip_may_lie_there_twice(tmp_path):
    canonical = catalog.clip_reader("casme2").canonical_clip
    folder(tmp_path, "raw/sub01/EP02_01f", 1, 100, "img{}.jpg")
    folder(tmp_path, "Cropped/sub01/EP02_01f", 46, 80, "reg_img{}.jpg")
    (tmp_path / "raw/sub01/EP02_02f").mkdir()
    assert clips_on_disk(tmp_path, canonical) == {("sub01", "EP02_01f"): (1, 125)}
    assert clips_on_disk(tmp_path / "raw" / "sub01", canonical) == {("sub01", "EP02_01f"): (1, 100)}
    assert clips_on_disk(tmp_path, canonical, {"raw"}) == {("sub01", "EP02_01f"): (46, 125)}


FRAME = st.one_of(st.just(float("nan")), st.integers(0, 12).map(float))
ROW = st.builds(
    Clip, st.sampled_from(["a", "b"]), st.sampled_from(["x", "y", "x#2"]), FRAME, FRAME, FRAME,
    st.sampled_from([None, "fear", "others"]), st.none(), st.sampled_from([None, "1", "7"]), st.just(2),
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(ROW, min_size=1, max_size=10))
def test_the_counts_equal_their_definitions(clips):
    found = measure(ClipDataset("x", "x", clips_table("x", clips), lambda s, c: (s, c), "csv", "x.csv"))
    assert found["rows"] == len(clips)
    assert found["subjects"] == len({c.subject for c in clips})
    assert found["apex_missing_rows"] == sum(c.apex != c.apex for c in clips)
    assert found["onset_missing_rows"] == sum(c.onset != c.onset for c in clips)
    assert found["offset_missing_rows"] == sum(c.offset != c.offset for c in clips)
    assert found["offset_before_onset_rows"] == sum(c.offset < c.onset for c in clips)
    assert found["apex_outside_rows"] == sum(
        c.onset <= c.offset and (c.apex < c.onset or c.apex > c.offset) for c in clips
    )
    assert found["repeated_rows"] == sum("#" in c.clip for c in clips)
    for emotion in ("fear", "others"):
        assert found.get(f"emotion_{emotion}", 0) == sum(c.emotion == emotion for c in clips)
    assert found["emotion_missing_rows"] == sum(c.emotion is None for c in clips)
    for number in ("1", "7"):
        assert found.get(f"objective_class_{number}", 0) == sum(c.objective_class == number for c in clips)


def test_a_trimmed_copy_is_told_what_it_lacks():
    loaded = library.load_clip_twin("casme2-twin", 0)
    four = loaded.clips[loaded.clips["emotion"].isin(["disgust", "repression", "happiness", "surprise"])]
    trimmed = ClipDataset("casme2", "", four.reset_index(drop=True), loaded.canonical_clip, "casme2", "")
    checks = {check.what: check for check in verify(trimmed)}
    assert (checks["rows"].found, checks["rows"].verdict) == (147, "differs")
    assert "only disgust, repression, happiness and surprise" in checks["rows"].means
    assert checks["emotion_fear"].found == 0
    assert "as most papers do" in checks["emotion_fear"].means
    assert checks["emotion_disgust"].verdict == "agrees"
    assert checks["rows"].title == "clips"
    assert checks["emotion_fear"].title == "clips of emotion fear"


def test_what_is_asked_for():
    asked = {n: {e.what: e.values for e in catalog.card(n).expected} for n in catalog.names(catalog.RECOGNITION)}
    assert asked["casme2"]["rows"] == (255, 256)
    of_casme2 = [
        asked["casme2"][f"emotion_{e}"][0] for e in ("others", "disgust", "happiness", "repression", "surprise")
    ]
    assert of_casme2 == [99, 63, 32, 27, 25]
    of_smic = [asked["smic"][f"emotion_{e}"] for e in ("negative", "positive", "surprise")]
    assert [asked["smic"]["rows"], asked["smic"]["subjects"], *of_smic] == [(164,), (16,), (70,), (51,), (43,)]
    assert [asked["samm"][f"objective_class_{n}"] for n in range(1, 8)] == [
        (24,),
        (13,),
        (20,),
        (8,),
        (3,),
        (7,),
        (84,),
    ]
    for name, total in (("casme2", 255), ("smic", 164), ("samm", 159), ("casme", 189), ("casme3", 860), ("mmew", 300)):
        assert asked[name]["rows"][0] == total
        assert sum(values[0] for what, values in asked[name].items() if what.startswith("emotion_")) == total, name
    assert [asked[n]["rows"] for n in ("smic-e", "smic-vis", "smic-nir", "4dme")] == [(161,), (71,), (71,), (267,)]
    assert asked["dfme"]["rows"] == (1856, 474, 299)
    assert (asked["casme3"]["subjects"], asked["casme"]["subjects"]) == ((94,), (18,))
