"""Frames made from numbers alone, as a source for recipes; they count how often they are read."""

import os
import signal
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np

from mebench.problems import UserError
from mebench.video.missing import Report


@dataclass(frozen=True)
class MadeFrames:
    """A texture that drifts to the right by a quarter of a pixel a frame.

    `log` gets a line for every frame that is read; reading frame `broken` is a mistake of the user's; reading frame
    `deadly` kills the process while `trap` exists, which it removes.
    """

    name: str = "made"
    held: tuple = tuple(range(1, 41))
    side: int = 48
    colour: bool = False
    log: Path | None = None
    broken: int | None = None
    deadly: int | None = None
    trap: Path | None = None
    fps = 100.0

    @cached_property
    def report(self):
        return Report(self.name)

    @property
    def numbers(self):
        return np.array(self.held, dtype=np.int64)

    @property
    def identity(self):
        return f"{self.name} {self.held} {self.side}"

    def read(self, number, grey=False):
        if number not in self.held:
            raise KeyError(number)
        if self.log:
            with self.log.open("a") as out:
                out.write(f"{number}\n")
        if number == self.broken:
            raise UserError(f"{self.name}: frame {number} cannot be read. Copy it again.")
        if number == self.deadly and self.trap.exists():
            self.trap.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        texture = np.random.default_rng(len(self.name)).integers(0, 256, (12, 12), dtype=np.uint8)
        image = cv2.resize(texture, (self.side, self.side), interpolation=cv2.INTER_CUBIC)
        shift = np.array([[1, 0, number / 4], [0, 1, 0]], np.float64)
        image = cv2.warpAffine(image, shift, (self.side, self.side), borderMode=cv2.BORDER_REFLECT)
        return np.dstack([image, image[::-1], image]) if self.colour and not grey else image

    def section(self, first, last, grey=False):
        for number in self.held:
            if first <= number <= last:
                yield number, self.read(number, grey)
