"""Small frames on the disk for the tests of frame access: each shows its own number, in binary."""

import cv2
import numpy as np

BITS = 12
HEIGHT, WIDTH = 32, 4 + 8 * BITS


def frame(number, height=HEIGHT, width=WIDTH):
    """An image, RGB, with its number as black and white bars on the left and a coloured ground."""
    image = np.full((height, width, 3), (90, 120, 150), np.uint8)
    for bit in range(BITS):
        image[8:24, 4 + 8 * bit : 10 + 8 * bit] = 250 if number >> bit & 1 else 5
    return image


def number_in(image):
    """The number that an image shows, however it was compressed."""
    grey = image if image.ndim == 2 else image.mean(axis=2)
    return sum(int(grey[11:21, 5 + 8 * bit : 9 + 8 * bit].mean() > 128) << bit for bit in range(BITS))


def encoded(image, ending=".png"):
    return cv2.imencode(ending, np.ascontiguousarray(image[..., ::-1]) if image.ndim == 3 else image)[1].tobytes()


def write_images(folder, numbers, pattern="img{:03d}.png", shown=None):
    """Write images named by `numbers` that show the same (or `shown(number)`)."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        name = pattern.format(number)
        shows = number if shown is None else shown(number)
        (folder / name).write_bytes(encoded(frame(shows), "." + name.rpartition(".")[2].lower()))
    return folder


def write_video(path, n, fps=30.0, code="MJPG", first=1):
    """Write a video whose images show `first`, `first` + 1, ..."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter_fourcc(*code), fps, (WIDTH, HEIGHT))
    assert writer.isOpened()
    for number in range(first, first + n):
        writer.write(np.ascontiguousarray(frame(number)[..., ::-1]))
    writer.release()
    return path
