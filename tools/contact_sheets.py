"""Draw the contact sheets of ``docs/faces.md``: identities, action units, and one movement over time.

Usage: ``python tools/contact_sheets.py docs/images``. Every sheet says that it is synthetic.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mebench.rendering.camera import Camera
from mebench.rendering.envelope import Movement
from mebench.rendering.face import REST, Face, State
from mebench.rendering.identity import identity
from mebench.rendering.motion import alone
from mebench.rendering.units import CHANNELS, channels_of

Image = NDArray[np.uint8]

NAMES = {
    "1": "inner brow raiser", "2": "outer brow raiser", "4": "brow lowerer", "5": "upper lid raiser",
    "6": "cheek raiser", "7": "lid tightener", "9": "nose wrinkler", "10": "upper lip raiser",
    "12": "lip corner puller", "14": "dimpler", "15": "lip corner depressor", "16": "lower lip depressor",
    "17": "chin raiser", "18": "lip pucker", "20": "lip stretcher", "22": "lip funneler", "23": "lip tightener",
    "24": "lip pressor", "25": "lips part", "26": "jaw drop", "28": "lip suck", "45": "blink",
}  # fmt: skip


def label(image: Image, text: str) -> Image:
    """Return an image with a line of text in its lower left corner."""
    marked = image.copy()
    place = (5, image.shape[0] - 7)
    for colour, thickness in (((0, 0, 0), 3), ((255, 255, 255), 1)):
        cv2.putText(marked, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.36, colour, thickness, cv2.LINE_AA)
    return marked


def tiled(images: Sequence[Image], columns: int, title: str) -> Image:
    """Return images in rows under a title that says they are synthetic."""
    blank = np.zeros_like(images[0])
    full = [*images, *[blank] * (-len(images) % columns)]
    rows = [np.hstack(full[k : k + columns]) for k in range(0, len(full), columns)]
    head = np.full((30, rows[0].shape[1], 3), 245, np.uint8)
    text = f"{title} - SYNTHETIC: no real person"
    cv2.putText(head, text, (8, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (20, 20, 20), 1, cv2.LINE_AA)
    return np.vstack([head, *rows])


def state_of(action_units: str, intensity: float) -> State:
    """Return a state in which some action units have one intensity."""
    units = np.zeros(len(CHANNELS))
    for channel, weight in channels_of(action_units).items():
        units[CHANNELS.index(channel)] = weight * intensity
    return State(units=units)


def identities(size: int = 224, n: int = 16, first: int = 0) -> Image:
    """Return a sheet of different persons."""
    pictures = [Face(identity(first + k), Camera.square(size)).render(REST) for k in range(n)]
    return tiled(pictures, 8 if n % 8 == 0 else 4, "Identities")


def action_units(size: int = 160, seed: int = 5, intensity: float = 1.0) -> Image:
    """Return a sheet of every action unit: one person at rest, then each unit at its apex."""
    face = Face(identity(seed), Camera.square(size))
    pictures = [label(face.render(REST), "rest")]
    for number, name in NAMES.items():
        pictures.append(label(face.render(state_of(number, intensity)), f"{number} {name}"))
    return tiled(pictures, 6, f"Action units at full strength (person {seed})")


def over_time(face: Face, states: Sequence[State], labels: Sequence[str], title: str, gain: float = 8.0) -> Image:
    """Return a sheet of a movement: the frames above, and how they differ from the first (times ``gain``) below."""
    frames = [face.render(state) for state in states]
    first = frames[0].astype(np.float64)
    changes = [np.clip(128 + gain * (frame - first), 0, 255).astype(np.uint8) for frame in frames]
    upper = [label(frame, text) for frame, text in zip(frames, labels, strict=True)]
    return tiled([*upper, *changes], len(frames), title)


def micro_expression(size: int = 176, seed: int = 1, units: str = "1+2") -> Image:
    """Return a sheet of one ME over time, at the strength that the twins have, and ten times the change it makes."""
    face, camera = Face(identity(seed), Camera.square(size)), Camera.square(size)
    movement = Movement(1, "me", 11, 43, 75, units)
    motion = alone(movement, face.reach(), camera.eye_distance)
    numbers = [5, 11, 22, 32, 43, 54, 64, 75]
    labels = [f"frame {n}" + {11: " onset", 43: " apex", 75: " offset"}.get(n, "") for n in numbers]
    states = [motion.state(motion.index(n)) for n in numbers]
    title = f"A micro-expression, action units {units}, 200 frames a second; below: its change, ten times"
    return over_time(face, states, labels, title, gain=10.0)


def write(path: Path, sheet: Image) -> None:
    """Write a sheet as a JPEG."""
    cv2.imwrite(str(path), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 88])


def main(folder: Path) -> None:
    """Write all sheets into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "identities.jpg", identities())
    write(folder / "action-units.jpg", action_units())
    write(folder / "micro-expression.jpg", micro_expression())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
