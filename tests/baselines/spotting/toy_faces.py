"""Toy videos: an average face whose mouth opens in a micro-expression, with landmarks that say so."""

from dataclasses import dataclass

import cv2
import numpy as np
import pandas as pd

from mebench.baselines.data import Video
from mebench.features.recipes.common import Source
from mebench.video.canonical import canonical_points
from mebench.video.landmarks.types import Landmarks, carried
from mebench.video.missing import Report

SIDE = 64
COLUMNS = ["dataset", "subject", "video", "onset", "apex", "offset", "type", "emotion", "action_units", "row"]


def strength(number, onset, offset):
    """From 0 to 1 and back between onset and offset."""
    return float(np.sin(np.pi * np.clip((number - onset) / (offset - onset), 0, 1)))


@dataclass(frozen=True)
class ToyFrames:
    """Skin and noise of a seed, and a mouth that goes down by four pixels."""

    name: str
    n: int = 60
    onset: int = 20
    offset: int = 32
    seed: int = 0
    moves: float = 4.0
    fps = 30.0

    @property
    def report(self):
        return Report(self.name)

    @property
    def numbers(self):
        return np.arange(1, self.n + 1)

    @property
    def identity(self):
        return f"toy {self.name} {self.n} {self.onset} {self.offset} {self.seed} {self.moves}"

    def points(self, number):
        points = canonical_points("face", (SIDE, SIDE)).copy()
        points[48:68, 1] += self.moves * strength(number, self.onset, self.offset)
        return points + 0.05 * np.random.default_rng([self.seed, number]).standard_normal((68, 2))

    def read(self, number, grey=False):
        rng = np.random.default_rng([self.seed, number])
        skin = np.random.default_rng(self.seed).integers(60, 200, (16, 16), dtype=np.uint8)
        image = cv2.resize(skin, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
        x, y = np.rint(canonical_points("face", (SIDE, SIDE))[48:60].mean(0)).astype(int)
        down = round(self.moves * strength(number, self.onset, self.offset))
        cv2.ellipse(image, (int(x), int(y) + down), (8, 3), 0, 0, 360, 30, -1)
        image = np.clip(image + rng.normal(0, 1, image.shape), 0, 255).astype(np.uint8)
        return image if grey else np.dstack([image] * 3)

    def section(self, first, last, grey=False):
        for number in self.numbers.tolist():
            if first <= number <= last:
                yield number, self.read(number, grey)


class ToyLandmarks:
    """Knows where the points of toy frames are; not in the frames of `lost`."""

    name = "toy"
    licence = ""

    def __init__(self, lost=()):
        self.lost = tuple(lost)

    def identity(self, frames):
        return f"toy {self.lost}"

    def landmarks(self, frames, numbers):
        wanted = np.asarray(numbers)
        points = np.array([frames.points(int(n)) for n in wanted])
        seen = ~np.isin(wanted, self.lost)
        return carried(Landmarks(wanted, points, np.full(len(wanted), np.nan), seen, "toy"), wanted, frames.name)


def video(subject, name, cache, dataset="casme-sq-twin-tiny", **how):
    frames = ToyFrames(name, **how)
    source = Source(frames)
    return Video(dataset, subject, name, 30.0, 1, frames.n, source, ToyLandmarks(), cache)


def people(cache, n=4, **how):
    """One video a person, each with one micro-expression, and the table of these."""
    videos = [video(f"s{i}", f"v{i}", cache, onset=12 + 5 * i, offset=24 + 5 * i, seed=i, **how) for i in range(n)]
    rows = [
        ("casme-sq-twin-tiny", f"s{i}", f"v{i}", 12 + 5 * i, 18 + 5 * i, 24 + 5 * i, "me", None, None, i)
        for i in range(n)
    ]
    return videos, pd.DataFrame(rows, columns=COLUMNS)
