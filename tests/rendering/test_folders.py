"""Frames lie where those of the originals lie, and a copy registered from there has every video and clip."""

import dataclasses
import re

import numpy as np
import pytest

from mebench.datasets import catalog, library
from mebench.datasets.twin.generate import twin
from mebench.rendering import one_video
from mebench.rendering.dials import Dials
from mebench.rendering.plan import Plan
from mebench.rendering.twin_disk import render

TWINS = catalog.twins()
# The folder and the name of a frame, as the originals have them.
PATHS = {
    "casme-sq-twin": r"rawpic/s(?P<s>\d\d)/(?P=s)_0\d0\d[a-z]+/img\d{3,}\.jpg",
    "samm-lv-twin": r"SAMM_longvideos/(?P<v>\d{3}_\d)/(?P=v)_\d{4,5}\.jpg",
    "smic-e-long-twin": r"SMIC_crop/cropped/(?P<s>s\d\d)/(?P=s)_(ne|po|sur|non)_\d\d/image\d{6,8}\.jpg",
    "casme2-twin": r"CASME2-RAW/sub\d\d/EP\d\d_?[\d_]*f?/img[1-9]\d*\.jpg",
    "smic-twin": r"SMIC_all_raw/HS/(?P<s>s[1-9]\d?)/micro/(negative|positive|surprise)/(?P=s)_(ne|po|sur)_\d\d/"
    r"image\d{6,8}\.bmp",
    "samm-twin": r"SAMM/(?P<s>\d{3})/(?P=s)_\d_\d+/(?P=s)_\d{4,5}\.jpg",
}


@pytest.fixture
def blank(monkeypatch):
    """Frames without a face, and only two of every video: the names are what is looked at."""

    def two(job):
        shape = (4, 6, 3) if job.camera.colour else (4, 6)
        for number in dict.fromkeys((job.first, job.last)):
            yield number, np.full(shape, 128, np.uint8)

    monkeypatch.setattr(one_video, "frames", two)


def plan_of(name, out, **options):
    return Plan(twin(name), Dials(), out, **options)


def files(root):
    return sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.suffix in {".jpg", ".bmp", ".avi"})


@pytest.mark.parametrize("name", TWINS)
def test_the_names_are_those_of_the_original(name, tmp_path, blank):
    plan = plan_of(name, tmp_path)
    for job in plan.jobs[::7]:
        one_video.render_video(job)
    found = files(tmp_path)
    assert len(found) == sum(2 - (job.first == job.last) for job in plan.jobs[::7])
    assert [path for path in found if not re.fullmatch(PATHS[name], path)] == []


@pytest.mark.parametrize("size", catalog.SIZES)
@pytest.mark.parametrize("original", [catalog.original_name(name) for name in TWINS])
def test_a_copy_registered_from_there_is_complete(original, size, tmp_path, blank):
    name = catalog.of_size(original, size)
    plan = plan_of(name, tmp_path)
    done = render(plan, workers=1)
    clips = catalog.task_of(name) == catalog.RECOGNITION
    copy = library.add("copy", done.files[0], None if clips else done.files[1], frames=tmp_path, like=original)
    notes = " ".join(copy.notes)
    assert copy.synthetic
    embedded = library.load(name)
    if clips:
        assert set(copy.clip_ids) == set(embedded.clip_ids)
        assert "folder of frames is missing" not in notes
        columns = ["subject", "clip", "onset", "offset"]
        assert copy.clips[columns].to_numpy().tolist() == embedded.clips[columns].to_numpy().tolist()
    else:
        ours, theirs = (d.videos.set_index("video")[["first_frame", "n_frames"]] for d in (copy, embedded))
        assert ours.loc[theirs.index].to_numpy().tolist() == theirs.to_numpy().tolist()
        # CAS(ME)^2's reader adds two videos without events, which an excerpt may leave out.
        assert len(ours) - len(theirs) <= (2 if size != "full" else 0)
        assert "begin with another number" not in notes
        assert "wins" not in notes


@pytest.mark.parametrize("name", ["samm-lv-twin", "samm-twin"])
def test_padding_differs_from_video_to_video_and_is_never_too_short(name, tmp_path):
    digits = {}
    for job in plan_of(name, tmp_path).jobs:
        widths = {len(job.place.file(n).rpartition("_")[2]) - len(".jpg") for n in (job.first, job.last)}
        assert len(widths) == 1
        digits.setdefault(widths.pop(), []).append(job.last)
    assert set(digits) == {4, 5}
    assert max(digits[4]) <= 9_999
    assert min(digits[5]) <= 9_999, "five digits are no sign of a long video"


def test_video_files_lie_beside_the_folders_of_the_original(tmp_path, blank):
    plan = plan_of("casme-sq-twin-tiny", tmp_path, as_video=True)
    names = [job.target.relative_to(tmp_path).as_posix() for job in plan.jobs]
    assert all(re.fullmatch(r"rawvideo/s(\d\d)/\1_0\d0\d[a-z]+\.avi", name) for name in names)


@pytest.mark.parametrize("name", TWINS)
def test_who_is_the_same_in_two_twins_looks_the_same(name):
    from mebench.rendering.pictures import camera, person

    other = {"samm-lv-twin": "samm-twin-tiny", "smic-twin": "smic-e-long-twin-small"}.get(name, name)
    subject = twin(name).videos["subject"].iloc[0]
    assert person(name, 3, subject) == person(other, 3, subject)
    assert person(name, 3, subject) != person(name, 4, subject)
    strangers = [
        n for n in TWINS if {n, name} not in ({"samm-lv-twin", "samm-twin"}, {"smic-twin", "smic-e-long-twin"})
    ]
    assert all(person(n, 3, subject) != person(name, 3, subject) for n in strangers if n != name)
    view, small, tiny = (camera(catalog.of_size(name, size)) for size in catalog.SIZES)
    assert view.colour == small.colour == tiny.colour == (not name.startswith("samm"))
    assert (small.width, tiny.width) == (128, 112)
    assert 0.1 < view.eye_distance / view.width < 0.3
    assert dataclasses.replace(small, colour=True) == type(small).square(128)
