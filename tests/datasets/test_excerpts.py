"""The small and the tiny twins: parts of the full one with its frame numbers and its rows, and no movement cut."""

from functools import cache

import pandas as pd
import pytest

from mebench.datasets import catalog, library
from mebench.datasets.ground_truth import ground_truth
from mebench.datasets.resemblance import holds_twin
from mebench.datasets.twin.generate import of_subjects, restricted, twin
from mebench.problems import UserError
from mebench.protocols.registry import plan

SEEDS = range(4)
SPOTTING = ("samm-lv", "casme-sq", "smic-e-long")
RECOGNITION = ("casme2", "smic", "samm")
EXCERPTS = [(name, size) for name in (*SPOTTING, *RECOGNITION) for size in ("small", "tiny")]


@cache
def made(name, seed=0):
    return twin(name, seed)


def excerpt(name, size, seed=0):
    return made(catalog.of_size(name, size), seed)


def full(name, seed=0):
    return made(catalog.of_size(name, "full"), seed)


def lines(sheet):
    return [tuple(map(repr, row)) for row in sheet.rows]


def with_ends(part):
    moved = part.movements.merge(part.videos, on=["subject", "video"])
    return moved.assign(last=moved["first_frame"] + moved["n_frames"] - 1)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("name", "size"), EXCERPTS)
def test_an_excerpt_holds_rows_of_the_full_twin_and_nothing_else(name, size, seed):
    part, whole = excerpt(name, size, seed), full(name, seed)
    assert [sheet.name for sheet in part.sheets] == [sheet.name for sheet in whole.sheets]
    for few, all_ in zip(part.sheets, whole.sheets, strict=True):
        rows = iter(lines(all_))
        assert all(row in rows for row in lines(few)), "in the same order"
    merged = part.movements.merge(whole.movements, how="left", indicator=True)
    assert (merged["_merge"] == "both").all()
    videos = part.videos.merge(whole.videos, on=["subject", "video", "fps"], suffixes=("", "_whole"))
    assert len(videos) == len(part.videos)
    last, last_whole = (videos[f"first_frame{k}"] + videos[f"n_frames{k}"] for k in ("", "_whole"))
    assert (videos["first_frame"] >= videos["first_frame_whole"]).all()
    assert (last <= last_whole).all()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("name", "size"), [(n, s) for n, s in EXCERPTS if n in SPOTTING])
def test_no_movement_is_cut_and_none_inside_is_left_out(name, size, seed):
    part, whole = excerpt(name, size, seed), full(name, seed)
    moved = whole.movements.merge(part.videos, on=["subject", "video"]).merge(
        whole.videos.assign(end=whole.videos["first_frame"] + whole.videos["n_frames"] - 1)[["video", "end"]],
        on="video",
    )
    last = moved["first_frame"] + moved["n_frames"] - 1
    seen = moved["offset"].clip(upper=moved["end"])  # a face does nothing behind the end of its video
    meets = (moved["onset"] <= last) & (seen >= moved["first_frame"])
    assert ((moved["onset"] >= moved["first_frame"]) & (seen <= last))[meets].all()
    kept = part.movements[["video", "number"]].apply(tuple, axis=1)
    assert set(moved.loc[meets, ["video", "number"]].apply(tuple, axis=1)) <= set(kept)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("name", "videos", "subjects", "me"),
    [("casme-sq", 39, 14, 40), ("samm-lv", 24, 20, 33), ("smic-e-long", 24, 16, 30)],
)
def test_a_small_twin_is_large_enough_to_learn_from(name, videos, subjects, me, seed):
    part = excerpt(name, "small", seed)
    assert 12_000 <= part.videos["n_frames"].sum() <= 14_000
    assert len(part.videos) >= videos
    assert part.videos["subject"].nunique() == subjects
    moved = part.movements[part.movements["type"] == "me"]
    assert len(moved) >= me
    assert moved["subject"].nunique() == subjects, "a fold of its own for everybody, with something to find"
    still = set(part.videos["video"]) - set(moved["video"])
    assert len(still) >= 3, "false positives count"


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", SPOTTING)
def test_a_tiny_twin_shows_three_people_with_an_me_each(name, seed):
    part = excerpt(name, "tiny", seed)
    assert part.videos["subject"].nunique() == 3
    assert part.movements.loc[part.movements["type"] == "me", "subject"].nunique() == 3
    assert part.videos["n_frames"].sum() <= {"casme-sq": 900, "samm-lv": 1_500, "smic-e-long": 2_200}[name]
    if name != "smic-e-long":
        assert (part.movements["type"] == "mae").any()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", RECOGNITION)
def test_clips_are_cut_to_the_movement(name, seed):
    small, tiny, whole = excerpt(name, "small", seed), excerpt(name, "tiny", seed), full(name, seed)
    assert small.sheets == whole.sheets
    for part in (small, tiny):
        moved = with_ends(part)
        assert len(moved) == len(part.videos) == len(part.movements)
        assert (moved["onset"] == moved["first_frame"]).all()
        assert (moved["offset"] == moved["last"]).all()
    assert tiny.videos["subject"].nunique() == 5
    assert 15 <= len(tiny.videos) <= 20
    assert len(library.load_clip_twin(f"{name}-twin-tiny", seed).clips) == len(tiny.videos), "no clip without frames"


def test_the_composite_of_excerpts_has_all_classes_and_in_the_small_one_all_subjects():
    small, tiny = plan("megc2019", "megc2019-twin-small"), plan("megc2019", "megc2019-twin-tiny")
    assert (len(small.folds), len(small.samples)) == (68, 442)
    assert len(tiny.folds) == 15
    counts = tiny.samples.samples.groupby("dataset")["label"].nunique()
    assert counts.to_dict() == {f"{name}-twin-tiny": 3 for name in RECOGNITION}


@pytest.mark.parametrize(("name", "size"), EXCERPTS)
def test_an_excerpt_is_loaded_by_its_name_wherever_a_twin_is(name, size):
    of = catalog.of_size(name, size)
    loaded = library.load(of)
    assert (loaded.name, loaded.reader, loaded.synthetic) == (of, name, True)
    assert loaded.title.endswith(f"{size} synthetic twin")
    assert catalog.is_twin(of)
    assert (catalog.original_name(of), catalog.size_of(of), catalog.task_of(of)) == (name, size, catalog.task_of(name))
    assert plan(None, of).dataset == of
    table = loaded.videos if name in SPOTTING else loaded.clips
    assert set(table["dataset"]) == {of}
    assert of not in library.known_names(), "one line a twin in listings"


@pytest.mark.parametrize("name", SPOTTING)
@pytest.mark.parametrize("size", ["small", "tiny"])
def test_a_loaded_excerpt_knows_where_its_stretches_begin(name, size):
    loaded, part = library.load_dataset(catalog.of_size(name, size)), excerpt(name, size)
    columns = ["video", "first_frame", "n_frames"]
    assert sorted(loaded.videos[columns].astype(str).to_numpy().tolist()) == sorted(
        part.videos[columns].astype(str).to_numpy().tolist()
    )
    assert ground_truth(loaded).expressions["video"].isin(part.videos["video"]).all()


def test_a_perfect_submission_on_an_excerpt_scores_one():
    import mebench

    loaded = library.load_dataset("casme-sq-twin-small")
    truth = ground_truth(loaded).expressions[["video", "onset", "offset", "type"]]
    scored = mebench.score(truth, dataset="casme-sq-twin-small")
    assert scored.scores["overall"].f1 == 1.0


def test_the_rows_of_an_excerpt_are_known_as_those_of_a_twin(tmp_path):
    part = library.load_dataset("casme-sq-twin-small")
    assert holds_twin(part)
    table = part.videos[["subject", "video", "fps", "first_frame", "n_frames"]]
    table.to_csv(tmp_path / "stretches.csv", index=False)
    assert library.add("hidden", videos=tmp_path / "stretches.csv").synthetic


def test_a_part_by_subjects_keeps_their_rows_and_videos_alone():
    whole = made("casme-sq-twin")
    part = of_subjects(whole, 3)
    assert part.subjects == 3
    assert list(part.videos["subject"].unique()) == list(whole.videos["subject"].unique())[:3]
    wanted = whole.movements["subject"].isin(part.videos["subject"])
    pd.testing.assert_frame_equal(part.movements, whole.movements[wanted].reset_index(drop=True))
    assert len(part.sheets[0].rows) == len(part.sheets[1].rows) == wanted.sum()
    for wrong in (0, 23):
        with pytest.raises(UserError, match=r"--subjects \d+: casme-sq-twin has 22\. Give a number from 1 to 22"):
            of_subjects(whole, wrong)


@pytest.mark.parametrize("name", [*SPOTTING, *RECOGNITION])
def test_keeping_every_video_keeps_everything(name):
    whole = full(name)
    again = restricted(whole, whole.videos, whole.name)
    assert [lines(sheet) for sheet in again.sheets] == [lines(sheet) for sheet in whole.sheets]
    pd.testing.assert_frame_equal(again.movements, whole.movements)


def test_an_excerpt_has_no_published_counts():
    from mebench.datasets.verify import verify

    assert verify(library.load_dataset("casme-sq-twin-small")) == []
    assert verify(library.load_dataset("casme-sq-twin")) != []


def test_a_size_that_does_not_exist_is_answered_with_the_nearest():
    with pytest.raises(UserError, match="Did you mean 'casme-sq-twin-small'"):
        library.load_dataset("casme-sq-twin-smal")
    with pytest.raises(UserError, match="Did you mean 'casme-sq-twin-tiny'"):
        twin("casme-sq-twin-tinny")
