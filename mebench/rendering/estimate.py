"""About how long the frames of a twin take, and how much room: known before anything is installed or written."""

from __future__ import annotations

from mebench.datasets.catalog import original_name, size_of
from mebench.datasets.twin.generate import Twin
from mebench.rendering.pictures import camera

_SPEED_128 = 130.0
"""Frames a second on one core at 128 x 128 pixels."""
_FIXED = 0.2
"""The share of that time that does not grow with the pixels."""
_START = 4.0
"""Seconds until every process has drawn its first frame."""
_JPEG_BYTES_PER_PIXEL = {"full": 0.17, "small": 0.29, "tiny": 0.29}
"""Larger pictures have fewer edges for their pixels."""
_BMP = ("smic",)


def n_bytes(twin: Twin) -> int:
    """Return about how many bytes the frames of a twin take on the disk."""
    view = camera(twin.name)
    per_pixel = (
        (3.0 if view.colour else 1.0) if original_name(twin.name) in _BMP else _JPEG_BYTES_PER_PIXEL[size_of(twin.name)]
    )
    return round(per_pixel * view.width * view.height * int(twin.videos["n_frames"].sum()))


def seconds(twin: Twin, workers: int) -> float:
    """Return about how many seconds the frames of a twin take in so many processes; a video is rendered in one."""
    view = camera(twin.name)
    frame = (_FIXED + (1 - _FIXED) * view.width * view.height / 128**2) / _SPEED_128
    lengths = twin.videos["n_frames"]
    return _START + frame * max(float(lengths.sum()) / workers, float(lengths.max()))
