"""How good the synthetic faces are: dlib's verdict, TV-L1 against the exact flow, and speed.

Usage: ``python -m benchmarks.faces [persons] [poses of each]`` (20 and 25; needs the extra ``faces``).
"""

from __future__ import annotations

import importlib.util
import sys
import time
from pathlib import Path

import cv2
import dlib
import numpy as np

from mebench.datasets.twin.sampling import Draws
from mebench.rendering.camera import Camera
from mebench.rendering.face import REST, Face, State
from mebench.rendering.identity import identity
from mebench.rendering.units import CHANNELS, channels_of

PEAK = 3.0
"""Pixels that the strongest point moves in the flow test."""


def models() -> Path:
    """Return the folder of dlib's models (importing their package fails with new setuptools)."""
    spec = importlib.util.find_spec("face_recognition_models")
    if spec is None or not spec.submodule_search_locations:
        sys.exit("face_recognition_models is not installed: pip install 'mebench[faces]'")
    return Path(spec.submodule_search_locations[0]) / "models"


def random_state(draws: Draws) -> State:
    """Return a mild expression in a near-frontal pose."""
    units = np.zeros(len(CHANNELS))
    for _ in range(3):
        units[draws.below(len(CHANNELS))] = draws.between(0, 0.5)
    turn = np.radians([draws.between(-12, 12), draws.between(-20, 20), draws.between(-10, 10)])
    return State(units=units, turn=turn)


def detection(persons: int, poses: int) -> None:
    """Print how often dlib finds exactly one face, the error of its landmarks, and how far apart persons are."""
    detect = dlib.get_frontal_face_detector()
    predict = dlib.shape_predictor(str(models() / "shape_predictor_68_face_landmarks.dat"))
    describe = dlib.face_recognition_model_v1(str(models() / "dlib_face_recognition_resnet_model_v1.dat"))
    errors, descriptors, within, missed = [], [], [], 0
    for person in range(persons):
        face, draws, own = Face(identity(person), Camera.square(256)), Draws(0, "poses", str(person)), []
        for pose in range(poses):
            state = random_state(draws) if pose else REST
            image = face.render(state)
            boxes = detect(image, 1)
            if len(boxes) != 1:
                missed += 1
                continue
            shape = predict(image, boxes[0])
            exact = face.landmarks(state)
            found = np.array([[p.x, p.y] for p in shape.parts()], float)
            eyes = np.linalg.norm(exact[36:42].mean(axis=0) - exact[42:48].mean(axis=0))
            errors.append(np.linalg.norm(found - exact, axis=1) / eyes)
            if len(own) < 3:
                own.append(np.array(describe.compute_face_descriptor(image, shape)))
        descriptors += own[:1]
        within += [np.linalg.norm(own[0] - other) for other in own[1:]]
    between = np.linalg.norm(np.array(descriptors)[:, None] - np.array(descriptors), axis=2)
    total = persons * poses
    print(f"dlib finds the face in            {100 * (1 - missed / total):.1f} % of {total} frames at 256 px")
    print(f"landmark error, median            {100 * np.median(errors):.2f} % of the inter-ocular distance")
    print(f"descriptor distance, different    {between[np.triu_indices(len(between), 1)].mean():.2f} (mean)")
    print(f"descriptor distance, same person  {np.mean(within):.2f} (mean)")


def flow(persons: int = 6) -> None:
    """Print the correlation of TV-L1 with the exact flow where the exact flow exceeds a quarter of its peak."""
    method = cv2.optflow.DualTVL1OpticalFlow_create()
    for name, written in (("brow raise", "1+2"), ("brow lower", "4"), ("corner up", "12"), ("corner down", "15")):
        found = []
        for person in range(persons):
            face = Face(identity(person), Camera(256, 256, 76.8, colour=False))
            channels = [CHANNELS.index(channel) for channel in channels_of(written)]
            units = np.zeros(len(CHANNELS))
            units[channels] = PEAK / face.reach()[channels].max()
            state = State(units=units)
            exact, visible = face.flow(REST, state)
            size = np.where(visible, np.linalg.norm(np.nan_to_num(exact), axis=2), 0)
            moving = size > 0.25 * size.max()
            measured = method.calc(face.render(REST), face.render(state), None)
            found.append(np.corrcoef(exact[moving].ravel(), measured[moving].ravel())[0, 1])
        print(f"TV-L1 correlation, {name:14s} {np.mean(found):.2f} (lowest {min(found):.2f}, {persons} persons)")


def speed() -> None:
    """Print frames a second on one core."""
    for size in (128, 256):
        face = Face(identity(0), Camera.square(size))
        draws = Draws(0, "speed")
        states = [random_state(draws) for _ in range(100)]
        face.render(REST)
        start = time.process_time()
        for state in states:
            face.render(state)
        print(f"frames a second at {size} px       {len(states) / (time.process_time() - start):.0f}")


if __name__ == "__main__":
    cv2.setNumThreads(1)
    numbers = [int(word) for word in sys.argv[1:]] + [20, 25][len(sys.argv) - 1 :]
    speed()
    flow()
    detection(*numbers)
