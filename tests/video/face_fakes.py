"""Frames, faces and detectors for the tests of landmarks and alignment: numbers in memory, no dlib."""

import dataclasses

import numpy as np

from mebench.video.detection import Found
from mebench.video.missing import Report

SIDE = 16


@dataclasses.dataclass
class MemoryFrames:
    """The Frames protocol over arrays; counts what is read."""

    images: dict
    name: str = "s15/15_0101"
    fps: float | None = 30.0
    reads: list = dataclasses.field(default_factory=list)
    report: Report = dataclasses.field(default_factory=lambda: Report("s15/15_0101"))

    @property
    def numbers(self):
        return np.array(sorted(self.images), dtype=np.int64)

    @property
    def identity(self):
        return "memory"

    def read(self, number, grey=False):
        self.reads.append(number)
        image = self.images[number]
        return image[:, :, 0].copy() if grey and image.ndim == 3 else image.copy()

    def section(self, first, last, grey=False):
        for number in self.numbers:
            if first <= number <= last:
                yield int(number), self.read(int(number), grey)


class SquareDetector:
    """Finds white squares of 16 pixels; the points of a square lie on it like those of a face."""

    name = "squares"

    def __init__(self):
        self.sought = 0

    def find(self, image):
        self.sought += 1
        rows, columns = np.nonzero(image == 255)
        if not len(rows):
            return []
        x, y = int(columns.min()), int(rows.min())
        return [Found((x, y, x + SIDE, y + SIDE), 1.0)]

    def fit(self, image, face):
        x0, y0, x1, y1 = face.box
        return np.array([x0, y0]) + FACE * [x1 - x0, y1 - y0]


def square_at(x, y, shape=(60, 80)):
    image = np.zeros(shape, np.uint8)
    image[y : y + SIDE, x : x + SIDE] = 255
    return image


def _ring(n, centre, radii, start=0.0):
    angles = start + 2 * np.pi * np.arange(n) / n
    return np.stack([centre[0] + radii[0] * np.cos(angles), centre[1] + radii[1] * np.sin(angles)], axis=1)


def _face():
    """A symmetric face in the unit square, in iBUG order; y down."""
    angles = np.linspace(np.pi, 0, 17)
    jaw = np.stack([0.5 + 0.5 * np.cos(angles), 0.35 + 0.65 * np.sin(angles)], axis=1)
    left_brow = np.stack([np.linspace(0.1, 0.4, 5), [0.2, 0.14, 0.12, 0.14, 0.18]], axis=1)
    right_brow = np.stack([1 - left_brow[::-1, 0], left_brow[::-1, 1]], axis=1)
    bridge = np.stack([np.full(4, 0.5), np.linspace(0.32, 0.55, 4)], axis=1)
    base = np.stack([np.linspace(0.4, 0.6, 5), [0.6, 0.62, 0.63, 0.62, 0.6]], axis=1)
    eye = [(0.18, 0.32), (0.24, 0.28), (0.31, 0.28), (0.37, 0.32), (0.31, 0.35), (0.24, 0.35)]
    left_eye = np.array(eye)
    right_eye = np.array([(1 - x, y) for x, y in (eye[3], eye[2], eye[1], eye[0], eye[5], eye[4])])
    outer = _ring(12, (0.5, 0.78), (0.17, 0.07), np.pi)
    inner = _ring(8, (0.5, 0.78), (0.13, 0.03), np.pi)
    return np.vstack([jaw, left_brow, right_brow, bridge, base, left_eye, right_eye, outer, inner])


FACE = _face()
assert FACE.shape == (68, 2)
