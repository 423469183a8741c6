"""A rendered twin on the disk: the same bytes however often it was interrupted, and never over something else."""

import dataclasses
import errno
import json
import os
from collections import namedtuple

import cv2
import numpy as np
import pytest

from mebench.datasets.twin.generate import of_subjects, twin
from mebench.problems import UserError
from mebench.rendering import lock, one_video, sizes, twin_disk
from mebench.rendering.dials import Dials
from mebench.rendering.lock import alone
from mebench.rendering.plan import Plan
from mebench.rendering.twin_disk import ensure, render


def short(name="casme-sq-twin-tiny", n_frames=3, videos=3, seed=0):
    """The first frames of the first videos: names and rows are those of the twin."""
    made = twin(name, seed)
    few = made.videos.head(videos).assign(n_frames=n_frames)
    return dataclasses.replace(made, videos=few)


def content(root):
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


@pytest.fixture
def blank(monkeypatch):
    """No face is drawn: grey frames that tell their number."""

    def frames(job):
        for number in range(job.first, job.last + 1):
            yield number, np.full((job.camera.height, job.camera.width, 3), number % 200, np.uint8)

    monkeypatch.setattr(one_video, "frames", frames)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    root = tmp_path_factory.mktemp("rendered")
    render(Plan(short(), Dials(), root), workers=1)
    return root


def test_frames_are_pictures_of_a_face(rendered):
    paths = sorted(rendered.rglob("*.jpg"))
    assert len(paths) == 9
    pictures = [cv2.imread(str(path)) for path in paths]
    assert {picture.shape for picture in pictures} == {(112, 112, 3)}
    for picture in pictures:
        assert picture.std() > 15, "there is something to see"
        assert np.abs(picture.astype(int) - picture.mean(2, keepdims=True)).max() > 10, "in colour"
    assert len({path.read_bytes() for path in paths}) == 9, "no two frames are alike"


def test_grey_twins_are_grey_on_the_disk(tmp_path):
    render(Plan(short("samm-twin-tiny", 1, 1), Dials(), tmp_path), workers=1)
    (path,) = tmp_path.rglob("*.jpg")
    assert cv2.imread(str(path), cv2.IMREAD_UNCHANGED).ndim == 2


def test_processes_write_the_bytes_of_one(rendered, tmp_path):
    seen = []
    render(Plan(short(), Dials(), tmp_path), workers=2, progress=lambda done, total: seen.append((done, total)))
    assert content(tmp_path) == content(rendered)
    assert seen[0] == (0, 9)
    assert seen[-1] == (9, 9)
    assert seen == sorted(seen)


def test_the_manifest_says_what_the_frames_are(rendered):
    manifest = json.loads((rendered / "twin.json").read_text())
    assert manifest["synthetic"] is True
    assert (manifest["name"], manifest["size"], manifest["seed"]) == ("casme-sq-twin-tiny", "tiny", 0)
    assert manifest["counts"] == {"videos": 3, "frames": 9, "events": len(twin("casme-sq-twin-tiny").movements)}
    assert manifest["dials"] == Dials().identity()
    assert {"numba", "numpy", "opencv-contrib-python-headless", "renderer"} == set(manifest["made_with"])


def test_amplitude_noise_and_seed_change_the_frames(rendered, tmp_path):
    def frames(folder, dials=None, seed=0):
        render(Plan(short(seed=seed, videos=1, n_frames=2), dials or Dials(), tmp_path / folder), workers=1)
        return [path.read_bytes() for path in sorted((tmp_path / folder).rglob("*.jpg"))]

    usual = frames("usual")
    assert usual == [path.read_bytes() for path in sorted(rendered.rglob("*.jpg"))][:2]
    assert all(a != b for a, b in zip(usual, frames("still", Dials(noise=0)), strict=True))
    assert all(a != b for a, b in zip(usual, frames("other", seed=1), strict=True))


def test_the_next_run_skips_what_is_there_and_removes_what_is_half_done(tmp_path, blank):
    plan = Plan(short(), Dials(), tmp_path)
    first = render(plan, workers=1)
    assert (first.videos, first.frames, first.videos_before) == (3, 9, 0)
    before = content(tmp_path)
    one, two, _ = plan.jobs
    stamps = {path: path.stat().st_mtime_ns for path in two.target.iterdir()}
    (one.target / one.place.file(one.first)).unlink()
    left = one.target.with_name(f".{one.target.name}.4711.part")
    left.mkdir()
    (left / "img001.jpg").write_text("half")
    (tmp_path / ".videos.csv.abc123.part").write_text("half")
    again = render(Plan(short(), Dials(), tmp_path), workers=1)
    assert (again.videos, again.frames, again.videos_before) == (1, 3, 2)
    assert content(tmp_path) == before
    assert {path: path.stat().st_mtime_ns for path in two.target.iterdir()} == stamps


@pytest.mark.parametrize("harm", ["emptied", "cut", "deleted"])
def test_a_damaged_frame_is_noticed_named_and_repaired(tmp_path, blank, harm):
    plan = Plan(short(), Dials(), tmp_path)
    assert render(plan, workers=1).damaged == []
    before = content(tmp_path)
    job = plan.jobs[1]
    frame = job.target / job.place.file(job.first + 1)
    size = frame.stat().st_size
    says = {"emptied": f"has 0 bytes instead of {size:,}", "cut": f"has 99 bytes instead of {size:,}"}
    if harm == "deleted":
        frame.unlink()
    else:
        frame.write_bytes(frame.read_bytes()[: 0 if harm == "emptied" else 99])
    again = render(Plan(short(), Dials(), tmp_path), workers=1)
    assert again.damaged == [f"{frame.relative_to(tmp_path).as_posix()} {says.get(harm, 'is missing')}"]
    assert (again.videos, again.videos_before) == (1, 2)
    assert content(tmp_path) == before


def test_an_empty_frame_is_noticed_without_the_record_and_with_a_damaged_one(tmp_path, blank):
    plan = Plan(short(), Dials(), tmp_path)
    render(plan, workers=1)
    before = content(tmp_path)
    frame = plan.jobs[0].target / plan.jobs[0].place.file(plan.jobs[0].first)
    for record in (None, "", "[]", '{"schema": "mebench/twin-sizes/1", "bytes": {"rawpic/s15": 3}}'):
        frame.write_bytes(b"")
        if record is None:
            (tmp_path / sizes.NAME).unlink()
        else:
            (tmp_path / sizes.NAME).write_text(record)
        again = render(Plan(short(), Dials(), tmp_path), workers=1)
        assert again.damaged == [f"{frame.relative_to(tmp_path).as_posix()} has 0 bytes"]
        assert content(tmp_path) == before


def test_a_damaged_video_file_is_made_again(tmp_path, blank):
    plan = Plan(short(videos=1), Dials(), tmp_path, as_video=True)
    render(plan, workers=1)
    before = content(tmp_path)
    plan.jobs[0].target.write_bytes(plan.jobs[0].target.read_bytes()[:-1])
    again = render(Plan(short(videos=1), Dials(), tmp_path, as_video=True), workers=1)
    assert [fault.partition(" has ")[0] for fault in again.damaged] == [next(k for k in before if k.endswith(".avi"))]
    assert content(tmp_path) == before


def test_another_twin_is_refused_and_replaced_only_by_force(tmp_path, blank):
    render(Plan(short(), Dials(), tmp_path), workers=1)
    before = content(tmp_path)
    with pytest.raises(UserError, match=r"differs in amplitude \(the default amplitude there, 2 here\)"):
        render(Plan(short(), Dials(amplitude=2), tmp_path), workers=1)
    with pytest.raises(UserError, match=r"differs in seed \(0 there, 1 here\)"):
        render(Plan(short(seed=1), Dials(), tmp_path), workers=1)
    with pytest.raises(UserError, match=r"differs in how frames are stored \(images there, video files here\)"):
        render(Plan(short(), Dials(), tmp_path, as_video=True), workers=1)
    one = of_subjects(short(), 1)
    with pytest.raises(UserError, match=r"differs in subjects \(all subjects there, 1 here\)"):
        render(Plan(one, Dials(), tmp_path), workers=1)
    assert content(tmp_path) == before
    (tmp_path / "mine.txt").write_text("mine")
    forced = render(Plan(short(seed=1), Dials(), tmp_path), workers=1, force=True)
    assert forced.videos_before == 0
    fresh = tmp_path / "fresh"
    render(Plan(short(seed=1), Dials(), fresh), workers=1)
    assert {k: v for k, v in content(tmp_path).items() if not k.startswith("fresh/")} == {
        **content(fresh),
        "mine.txt": b"mine",
    }


def test_a_forced_run_that_dies_while_it_clears_goes_on_clearing(tmp_path, blank, monkeypatch):
    render(Plan(short(), Dials(), tmp_path), workers=1)

    def dies(path):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(twin_disk, "remove", dies)
        with pytest.raises(KeyboardInterrupt):
            render(Plan(short(seed=1), Dials(), tmp_path), workers=1, force=True)
    done = render(Plan(short(seed=1), Dials(), tmp_path), workers=1, force=True)
    assert done.videos == 3, "no frame of seed 0 was taken for one of seed 1"
    assert "clearing" not in json.loads((tmp_path / "twin.json").read_text())


def test_frames_of_somebody_else_are_never_touched(tmp_path, blank):
    own = tmp_path / "rawpic" / "s15" / "15_0101disgustingteeth"
    own.mkdir(parents=True)
    (own / "img001.jpg").write_bytes(b"licensed")
    for force in (False, True):
        with pytest.raises(UserError, match=r"rawpic: these frames are not of a twin .* Choose an empty folder"):
            render(Plan(short(), Dials(), tmp_path), workers=1, force=force)
    assert (own / "img001.jpg").read_bytes() == b"licensed"
    assert not (tmp_path / "twin.json").exists()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"schema": "mine"}'])
def test_a_file_that_is_no_manifest_is_named(tmp_path, text, blank):
    (tmp_path / "twin.json").write_text(text)
    with pytest.raises(UserError, match=r"twin\.json: this is not the manifest of a rendered twin"):
        render(Plan(short(), Dials(), tmp_path), workers=1)


def test_annotations_written_before_are_no_obstacle(tmp_path, blank):
    from mebench.datasets.twin.write import write_twin

    write_twin(twin("casme-sq-twin-tiny"), tmp_path)
    made = of_subjects(twin("casme-sq-twin-tiny"), 3)
    assert render(Plan(twin("casme-sq-twin-tiny"), Dials(), tmp_path), workers=1).videos == len(made.videos)


def test_too_little_room_is_said_before_anything_is_rendered(tmp_path, monkeypatch, blank):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(twin_disk.shutil, "disk_usage", lambda path: usage(10, 9, 1))
    with pytest.raises(UserError, match=r"the frames need about [0-9.]+ kB, and 1 byte are free\. Make room"):
        render(Plan(short(), Dials(), tmp_path), workers=1)
    assert not list(tmp_path.rglob("*.jpg"))


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.ENOSPC, "the disk is full. Make room and give the same command again"), (errno.EIO, "cannot")],
)
def test_a_full_disk_is_a_sentence_and_keeps_complete_videos(tmp_path, monkeypatch, code, words, blank):
    plan = Plan(short(), Dials(), tmp_path)
    encoded, written = one_video._encoded, []

    def full(image, ending):
        written.append(ending)
        if len(written) == 5:
            raise OSError(code, os.strerror(code), "a/frame.jpg")
        return encoded(image, ending)

    monkeypatch.setattr(one_video, "_encoded", full)
    with pytest.raises(UserError, match=words):
        render(plan, workers=1)
    assert [job.is_complete() for job in plan.jobs] == [True, False, False]
    assert not list(tmp_path.rglob(".*.part"))
    monkeypatch.setattr(one_video, "_encoded", encoded)
    assert render(Plan(short(), Dials(), tmp_path), workers=1).videos == 2


def test_two_runs_in_one_folder_do_not_meet(tmp_path, blank):
    with alone(tmp_path, None), pytest.raises(UserError, match="another run is writing here"):
        render(Plan(short(), Dials(), tmp_path), workers=1)
    assert render(Plan(short(), Dials(), tmp_path), workers=1).videos == 3


def test_no_lock_is_left_and_a_run_that_waited_holds_a_new_one(tmp_path, blank):
    render(Plan(short(), Dials(), tmp_path), workers=1)
    assert not list(tmp_path.glob(".*"))
    first = alone(tmp_path, None)
    first.__enter__()
    waited = []

    def waiting():
        waited.append(True)
        first.__exit__(None, None, None)

    with alone(tmp_path, waiting):
        with pytest.raises(UserError, match="another run is writing here"), alone(tmp_path, None):
            pass
        assert (tmp_path / ".lock").exists(), "a run that is refused leaves the other's lock"
    assert waited == [True]
    assert not list(tmp_path.glob(".*"))


def test_a_lock_that_was_removed_under_the_hands_is_not_held(tmp_path, monkeypatch):
    taken = lock._taken

    def removed_in_between(stream):
        (tmp_path / ".lock").unlink()
        monkeypatch.setattr(lock, "_taken", taken)
        return taken(stream)

    monkeypatch.setattr(lock, "_taken", removed_in_between)
    with alone(tmp_path, None):
        assert (tmp_path / ".lock").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"file/twin: the twin cannot be written here"):
        render(Plan(short(), Dials(), tmp_path / "file" / "twin"), workers=1)


def test_a_video_file_has_the_frames_in_order(tmp_path, blank):
    plan = Plan(short(n_frames=5, videos=1), Dials(), tmp_path, as_video=True)
    render(plan, workers=1)
    (path,) = tmp_path.rglob("*.avi")
    reader = cv2.VideoCapture(str(path))
    shades = []
    while (read := reader.read())[0]:
        shades.append(read[1].mean())
    job = plan.jobs[0]
    assert shades == pytest.approx([number % 200 for number in range(job.first, job.last + 1)], abs=3)
    before = path.read_bytes()
    path.unlink()
    render(Plan(short(n_frames=5, videos=1), Dials(), tmp_path, as_video=True), workers=1)
    assert path.read_bytes() == before


def test_only_one_original_has_video_files(tmp_path):
    with pytest.raises(UserError, match="samm-lv-twin-tiny comes as images; only the twins of casme-sq"):
        Plan(short("samm-lv-twin-tiny"), Dials(), tmp_path, as_video=True)


def test_a_twin_in_the_cache_is_rendered_once_and_by_its_dials(tmp_path, monkeypatch, blank):
    monkeypatch.setenv("MEBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(twin_disk, "twin", lambda name, seed: short(name, seed=seed))
    root = ensure("casme-sq-twin-tiny", workers=1)
    assert root.is_relative_to(tmp_path / "cache")
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*.jpg")}
    assert len(before) == 9
    assert ensure("casme-sq-twin-tiny", workers=1) == root
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*.jpg")} == before
    (root / "twin.json").unlink()  # as clearing the cache may leave it that was cut short
    assert ensure("casme-sq-twin-tiny", workers=1) == root
    assert set(root.rglob("*.jpg")) == set(before)
    assert (root / "twin.json").is_file()
    assert ensure("casme-sq-twin-tiny", dials=Dials(amplitude=2), workers=1) != root
    assert ensure("casme-sq-twin-tiny", seed=1, workers=1) != root
