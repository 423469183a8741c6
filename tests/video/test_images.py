"""Every kind of image becomes 8 bits RGB or grey; every kind of broken one is one sentence."""

import os
import struct
import zlib

import cv2
import numpy as np
import pytest

from mebench.video.images import BadFrame, read_image
from tests.video.disk import encoded, frame

rng = np.random.default_rng(5)
NOISE = rng.integers(0, 256, (40, 56, 3), dtype=np.uint8)
LOSSLESS = [".png", ".bmp", ".tif", ".tiff"]


@pytest.fixture
def put(tmp_path):
    def write(data, name="img1.png"):
        (tmp_path / name).write_bytes(data)
        return str(tmp_path / name)

    return write


@pytest.mark.parametrize("ending", LOSSLESS)
def test_colour_is_rgb_and_grey_has_the_weights_of_opencv(put, ending):
    path = put(encoded(NOISE, ending), "img1" + ending)
    assert np.array_equal(read_image(path), NOISE)
    grey = read_image(path, grey=True)
    assert grey.shape == (40, 56)
    assert np.abs(grey - NOISE @ [0.299, 0.587, 0.114]).max() <= 0.51


@pytest.mark.parametrize("ending", [*LOSSLESS, ".pgm", ".jpg"])
def test_a_grey_image_has_three_equal_channels(put, ending):
    image = cv2.GaussianBlur(NOISE[..., 0], (9, 9), 0)
    path = put(encoded(image, ending), "img1" + ending)
    grey, colour = read_image(path, grey=True), read_image(path)
    assert all(np.array_equal(grey, colour[..., i]) for i in range(3))
    assert np.abs(grey.astype(int) - image).max() <= (12 if ending == ".jpg" else 0)


@pytest.mark.parametrize("ending", [".png", ".tif", ".pgm"])
def test_16_bits_keep_the_upper_8(put, ending):
    image = rng.integers(0, 65536, (20, 30), dtype=np.uint16)
    path = put(encoded(image, ending), "img1" + ending)
    assert np.array_equal(read_image(path, grey=True), image >> 8)
    assert read_image(path).dtype == np.uint8


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def test_a_palette_is_resolved_and_alpha_dropped(put):
    palette = rng.integers(0, 256, (16, 3), dtype=np.uint8)
    indices = rng.integers(0, 16, (24, 24), dtype=np.uint8)
    rows = b"".join(b"\0" + row.tobytes() for row in indices)
    header = struct.pack(">IIBBBBB", 24, 24, 8, 3, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"PLTE", palette.tobytes()), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    path = put(b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks))
    assert np.array_equal(read_image(path), palette[indices])
    transparent = np.dstack([NOISE[..., ::-1], rng.integers(0, 256, NOISE.shape[:2], dtype=np.uint8)])
    path = put(cv2.imencode(".png", transparent)[1].tobytes())
    assert np.array_equal(read_image(path), NOISE)


@pytest.mark.parametrize("ending", [".jpg", ".png", ".bmp", ".tif", ".pgm"])
@pytest.mark.parametrize("share", [0.001, 0.3, 0.9, 0.999])
def test_a_truncated_image_never_passes(put, ending, share, capfd):
    image = NOISE[..., 0] if ending == ".pgm" else NOISE
    whole = encoded(image, ending)
    path = put(whole[: max(int(len(whole) * share), 4)], "img1" + ending)
    with pytest.raises(BadFrame):
        read_image(path)
    assert capfd.readouterr() == ("", "")


def test_a_truncated_jpg_with_a_whole_preview_is_cut_off(put):
    whole = encoded(NOISE, ".jpg")
    preview = b"Exif\0\0" + encoded(NOISE[:16, :16], ".jpg")
    with_preview = whole[:2] + b"\xff\xe1" + struct.pack(">H", len(preview) + 2) + preview + whole[2:]
    assert read_image(put(with_preview, "img1.jpg")).shape == NOISE.shape
    with pytest.raises(BadFrame, match="is cut off: the end of the JPEG is not there"):
        read_image(put(with_preview[:-40], "img1.jpg"))


def test_a_jpg_with_a_hole_is_damaged_although_it_decodes(put, capfd):
    whole = bytearray(encoded(cv2.GaussianBlur(frame(1, 240, 320), (5, 5), 0), ".jpg"))
    middle = len(whole) // 2
    whole[middle : middle + 300] = bytes(300)
    assert cv2.imdecode(np.frombuffer(whole, np.uint8), cv2.IMREAD_COLOR) is not None
    assert "Corrupt JPEG" in capfd.readouterr().err  # what a user would see without us
    with pytest.raises(BadFrame, match="is damaged: Corrupt JPEG data"):
        read_image(put(bytes(whole), "img1.jpg"))
    assert capfd.readouterr() == ("", "")


def test_what_others_print_meanwhile_is_passed_on(capfd):
    from mebench.video.quiet import quiet

    with quiet() as heard:
        os.write(2, b"50 % done\n")
    assert heard.text == "50 % done\n"
    assert capfd.readouterr().err == "50 % done\n"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", r"is empty \(0 bytes\)"),
        (b"this is no image\n" * 9, "is a text file, no image"),
        (b"\0\1\2" * 50, "is no image"),
        (b"\xff\xd8\xff\xd9", "is damaged"),
        (b"\xff\xd8\xff\xe0", "ends within its header"),
        (b"\x89PNG\r\n\x1a\n", "ends within its header"),
        (b"BM12", "ends within its header"),
        (b"II*\0\xff\xff\xff\x7f", "ends within its header"),
        (b"P5 ", "ends within its header"),
        (b"P5 x y 255\n", "ends within its header"),
        (encoded(NOISE[:1, :1], ".png"), "is too small for a face: 1x1 pixels"),
        (encoded(NOISE[:15, :40], ".bmp"), "is too small for a face: 40x15 pixels"),
    ],
)
def test_a_broken_image_is_one_sentence(put, data, why):
    with pytest.raises(BadFrame, match=f"^[^\n]*img1.jpg {why}[^\n]*$"):
        read_image(put(data, "img1.jpg"))


@pytest.mark.parametrize(("width", "height"), [(60_000, 60_000), (2**31 - 1, 2**31 - 1), (64_000_001, 16)])
def test_a_decompression_bomb_is_not_decoded(put, width, height):
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(bytes(1000))) + png_chunk(b"IEND", b"")
    with pytest.raises(BadFrame, match=f"is too large for a frame: {width}x{height} pixels"):
        read_image(put(b"\x89PNG\r\n\x1a\n" + body))


def test_a_folder_a_pipe_and_a_link_to_nothing_are_no_images(tmp_path):
    (tmp_path / "img1.jpg").mkdir()
    os.mkfifo(tmp_path / "img2.jpg")
    (tmp_path / "img3.jpg").symlink_to(tmp_path / "nowhere")
    for name, why in [("img1", "is a folder"), ("img2", "is no regular file"), ("img3", "is a link to nothing")]:
        with pytest.raises(BadFrame, match=why):
            read_image(str(tmp_path / f"{name}.jpg"))
    with pytest.raises(BadFrame, match="is missing") as error:
        read_image(str(tmp_path / "img4.jpg"))
    assert error.value.is_missing


def test_an_image_that_may_not_be_read_is_said(put, monkeypatch):
    path = put(encoded(NOISE))
    os.chmod(path, 0)

    def refused(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refused)  # the superuser may read everything
    with pytest.raises(BadFrame, match=r"img1\.png cannot be read \(Permission denied\)"):
        read_image(path)
