"""Running recipes over videos: the same features, whoever computes them, however often, and whatever interrupts it."""

import errno
import os

import cv2
import numpy as np
import pytest

from mebench.features import extract as module
from mebench.features.extract import extract
from mebench.features.flow import flow
from mebench.features.recipes import common, recipe, recipe_class
from mebench.features.recipes.common import Source
from mebench.problems import UserError
from mebench.video.cache import Cache, CacheUnwritable
from tests.features.made_frames import MadeFrames

DIS = {"method": "dis", "preset": "ultrafast"}


@pytest.fixture
def notes():
    return []


@pytest.fixture
def cache(tmp_path, notes):
    return Cache(tmp_path / "cache", notes.append)


@pytest.fixture
def short_chunks(monkeypatch):
    monkeypatch.setattr(common, "CHUNK", 7)


def tree(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def same(a, b):
    return a.keys() == b.keys() and all(a[k].dtype == b[k].dtype and a[k].tobytes() == b[k].tobytes() for k in a)


@pytest.mark.parametrize("step", [1, 3, 10])
def test_flow_of_a_long_video_is_that_of_every_pair(cache, short_chunks, step):
    frames = MadeFrames()
    found = extract({"v": frames}, recipe("flow", {**DIS, "step": step}), cache)["v"]
    assert found["first"].tolist() == list(range(1, 41 - step))
    assert found["last"].tolist() == [n + step for n in range(1, 41 - step)]
    assert found["flow"].dtype == np.float32
    for n, computed in zip(found["first"], found["flow"], strict=True):
        direct = flow(frames.read(n), frames.read(n + step), **DIS)
        assert np.abs(direct - computed).max() <= 0.01
    assert abs(float(np.median(found["flow"][..., 0])) - step / 4) < 0.15


def test_the_order_of_axes_and_the_direction_of_time_are_kept(cache):
    clip = Source(MadeFrames(), onset=2, apex=10, offset=20)
    moved = extract({"v": clip}, recipe("flow", {"method": "farneback"}), cache)["v"]["flow"][0]
    assert abs(float(np.median(moved[..., 0])) - 2.0) < 0.2
    assert abs(float(np.median(moved[..., 1]))) < 0.1


def test_what_was_computed_is_not_read_again(cache, tmp_path, short_chunks):
    log = tmp_path / "log"
    sources = {"v": MadeFrames(log=log)}
    first = extract(sources, recipe("flow", DIS), cache)
    before = first["v"]
    log.write_text("")
    again = extract(sources, recipe("flow", DIS), cache)
    assert same(again["v"], before)
    # Where no size is given, one frame is looked at to plan the chunks.
    assert log.read_text().split() == ["1"]
    planned = recipe("flow", {**DIS, "size": 48})
    extract(sources, planned, cache)
    log.write_text("")
    extract(sources, planned, cache)
    assert log.read_text() == ""


def test_a_chunk_that_is_missing_is_made_alone(cache, tmp_path, short_chunks):
    log = tmp_path / "log"
    sources = {"v": MadeFrames(log=log)}
    asked = recipe("flow", {**DIS, "size": 48})
    features = extract(sources, asked, cache)
    before = tree(cache.root)
    cache.path(features.keys_of("v")[2]).unlink()
    log.write_text("")
    extract(sources, asked, cache)
    assert tree(cache.root) == before
    assert sorted(map(int, log.read_text().split())) == list(range(15, 23))


def test_the_number_of_workers_does_not_matter(tmp_path, short_chunks):
    sources = {n: MadeFrames("v" * n) for n in (1, 2, 3)}
    for workers in (1, 3):
        got = extract(sources, recipe("flow", DIS), Cache(tmp_path / str(workers)), workers=workers)
        assert [got[n]["flow"].shape for n in sources] == [(39, 48, 48, 2)] * 3
    assert tree(tmp_path / "1") == tree(tmp_path / "3")


def test_large_images_make_short_chunks(monkeypatch):
    small, large = (Source(MadeFrames(side=side)) for side in (48, 96))
    monkeypatch.setattr(common, "CHUNK_PIXELS", 48 * 48 * 20)
    assert [len(chunk) for chunk in recipe("flow", DIS).chunks(small)] == [20, 19]
    assert [len(chunk) for chunk in recipe("flow", DIS).chunks(large)] == [5] * 7 + [4]
    assert [len(chunk) for chunk in recipe("flow", {**DIS, "size": 48}).chunks(large)] == [20, 19]
    monkeypatch.setattr(common, "CHUNK_PIXELS", 1)
    assert len(recipe("flow", DIS).chunks(small)) == 39


def test_images_are_scaled_where_a_size_is_given(cache):
    got = extract({"v": MadeFrames(held=(1, 2))}, recipe("flow", {**DIS, "size": 24}), cache)["v"]
    assert got["flow"].shape == (1, 24, 24, 2)


def test_strain_is_that_of_the_flow_as_it_is_stored(tmp_path):
    from mebench.features.strain import strain

    sources = {"v": MadeFrames()}
    alone, after = Cache(tmp_path / "alone"), Cache(tmp_path / "after")
    flows = extract(sources, recipe("flow", DIS), after)["v"]
    for cache in (alone, after):
        got = extract(sources, recipe("strain", DIS), cache)["v"]
        expected = np.stack([strain(f) for f in flows["flow"]])
        assert np.abs(got["strain"] - expected).max() <= 1e-3
        assert np.array_equal(got["first"], flows["first"])
    assert tree(alone.root) == tree(after.root)
    assert {entry.kind for entry in alone.entries()} == {"flow", "strain"}


def test_progress_counts_rows_and_estimates(cache, short_chunks):
    seen = []
    extract({"v": MadeFrames()}, recipe("flow", DIS), cache, progress=seen.append)
    assert [p.done for p in seen] == [0, 7, 14, 21, 28, 35, 39]
    assert {p.total for p in seen} == {39}
    assert seen[0].left is None
    assert seen[-1].left == 0
    assert all(p.left > 0 for p in seen[1:-1])
    seen.clear()
    extract({"v": MadeFrames(), "w": MadeFrames("other", (1, 2))}, recipe("flow", DIS), cache, progress=seen.append)
    assert [(p.done, p.found, p.total) for p in seen] == [(39, 39, 40), (40, 39, 40)]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_broken_video_is_named_and_the_others_are_done(cache, short_chunks, workers):
    sources = {"good": MadeFrames("good"), "bad": MadeFrames("bad", broken=30), "short": MadeFrames("short", (1,))}
    with pytest.raises(UserError, match="bad: frame 30 cannot be read") as caught:
        extract(sources, recipe("flow", DIS), cache, workers=workers)
    assert "short: no two of its 1 frame are 1 apart" in str(caught.value)
    kept = extract(sources, recipe("flow", DIS), cache, workers=workers, keep_going=True)
    assert list(kept) == ["good"]
    assert set(kept.failed) == {"bad", "short"}
    assert len(kept["good"]["flow"]) == 39


def test_a_picture_that_the_flow_cannot_take_is_a_sentence(cache):
    with pytest.raises(UserError, match=r"tiny, frames 1 to 2: .*too small"):
        extract({"v": MadeFrames("tiny", (1, 2), side=1)}, recipe("flow", DIS), cache)


def test_a_full_disk_stops_the_run_and_keeps_what_is_done(cache, short_chunks, monkeypatch):
    sync, calls = os.fsync, []

    def full_after_two(handle):
        calls.append(handle)
        if len(calls) > 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(handle)

    monkeypatch.setattr(os, "fsync", full_after_two)
    with pytest.raises(CacheUnwritable, match="the disk is full"):
        extract({"v": MadeFrames()}, recipe("flow", DIS), cache)
    assert len(calls) == 3
    monkeypatch.setattr(os, "fsync", sync)
    seen = []
    extract({"v": MadeFrames()}, recipe("flow", DIS), cache, progress=seen.append)
    assert seen[0].found == 14


def test_features_that_vanish_or_rot_are_made_again(cache, notes, short_chunks):
    features = extract({"v": MadeFrames()}, recipe("flow", DIS), cache)
    before = features["v"]
    first, second = (cache.path(k) for k in features.keys_of("v")[:2])
    first.unlink()
    second.write_bytes(second.read_bytes()[:-900] + b"x" * 900)
    assert same(features["v"], before)
    assert len(notes) == 1
    assert "damaged" in notes[0]


def test_notes_of_workers_arrive(cache, notes, short_chunks):
    sources = {"v": MadeFrames()}
    features = extract(sources, recipe("strain", DIS), cache)
    for key in features.keys_of("v"):
        cache.path(key).unlink()
    for entry in list(cache.entries("flow")):
        data = bytearray(entry.path.read_bytes())
        data[len(data) // 2] ^= 1
        entry.path.write_bytes(bytes(data))
    extract(sources, recipe("strain", DIS), cache, workers=2)
    assert len(notes) == 6


def test_one_thread_of_opencv_while_it_runs_and_the_old_number_after(cache, monkeypatch):
    import cv2

    during = []
    monkeypatch.setattr(module, "_found_or_made", lambda task, where: during.append(cv2.getNumThreads()))
    cv2.setNumThreads(2)
    before = cv2.getNumThreads()
    extract({"v": MadeFrames(held=(1, 2))}, recipe("flow", DIS), cache)
    assert during == [1]
    assert cv2.getNumThreads() == before


def test_no_workers_are_refused(cache):
    with pytest.raises(UserError, match="at least 1"):
        extract({"v": MadeFrames()}, recipe("flow", DIS), cache, workers=0)


def test_the_key_follows_frames_parameters_and_code_and_nothing_else(monkeypatch):
    source, rows = Source(MadeFrames()), ((1, 2),)
    base = module.chunk_key(source, recipe("flow", DIS), rows)
    assert base == module.chunk_key(source, recipe("flow", {**DIS, "pairs": "steps", "step": 5}), rows)
    others = [
        module.chunk_key(Source(MadeFrames(side=50)), recipe("flow", DIS), rows),
        module.chunk_key(source, recipe("flow", {**DIS, "size": 20}), rows),
        module.chunk_key(source, recipe("flow", {"method": "dis", "preset": "fast"}), rows),
        module.chunk_key(source, recipe("flow", {"method": "tvl1"}), rows),
        module.chunk_key(source, recipe("flow", {"method": "tvl1", "warps": 4}), rows),
        module.chunk_key(source, recipe("flow", DIS), ((1, 3),)),
        module.chunk_key(source, recipe("strain", DIS), rows),
    ]
    monkeypatch.setattr(module.code, "identity", lambda modules: {"mebench": "other"})
    others.append(module.chunk_key(source, recipe("flow", DIS), rows))
    assert len({key.digest for key in [base, *others]}) == len(others) + 1


@pytest.mark.parametrize("workers", [1, 2])
def test_what_opencv_or_memory_refuse_is_a_sentence_about_the_video(cache, workers):
    class Refusing(recipe_class("flow")):
        def make(self, source, rows):
            if source.frames.name == "big":
                raise MemoryError
            return cv2.resize(np.zeros((4, 4), np.uint8), (-1, 5))

    names = ("big", "odd")
    found = extract({n: MadeFrames(n) for n in names}, Refusing(method="dis"), cache, workers=workers, keep_going=True)
    assert found.failed["big"].startswith("big, frames 1 to 40: the memory is not enough for flow")
    assert found.failed["odd"].startswith("odd, frames 1 to 40: OpenCV cannot compute flow (")
    assert all("\n" not in sentence for sentence in found.failed.values())
