"""How large the frames of a twin are, whether they have colour, and who is in them."""

from __future__ import annotations

from collections.abc import Mapping

from mebench.datasets.catalog import original_name, size_of
from mebench.rendering.camera import Camera
from mebench.rendering.identity import Identity, identity

_SQUARE = {"small": 128, "tiny": 112}
_FULL: Mapping[str, tuple[int, int, float]] = {
    # Half the originals' width and height (640x480, SAMM 960x650), and half the distance between the eyes there.
    # choice: .39 of the width of the face, which is 280 px in CASME II, 190 px in SMIC and about 400 px in SAMM.
    "casme-sq": (320, 240, 55.0),
    "casme2": (320, 240, 55.0),
    "smic": (320, 240, 37.0),
    "smic-e-long": (320, 240, 37.0),
    "samm": (480, 325, 78.0),
    "samm-lv": (480, 325, 78.0),
}
_GREY = ("samm", "samm-lv")
_FAMILY: Mapping[str, str] = {"samm-lv": "samm", "smic-e-long": "smic"}
"""The clips and the long videos of SAMM and of SMIC show the same people."""


def camera(name: str) -> Camera:
    """Return the camera of a twin of any size: a square around the face, or in full size half of the original."""
    original, size = original_name(name), size_of(name)
    if size in _SQUARE:
        return Camera.square(_SQUARE[size], colour=original not in _GREY)
    return Camera(*_FULL[original], colour=original not in _GREY)


def person(name: str, seed: int, subject: str) -> Identity:
    """Return who a subject is: the same in every size, and in both twins that show the people of one original."""
    original = original_name(name)
    return identity(seed, "face", _FAMILY.get(original, original), subject)
