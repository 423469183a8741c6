from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mebench.problems import UserError
from mebench.video.annotated import Annotated, shift_of
from mebench.video.numbering import gaps_in, numbering_of

numbers = st.sets(st.integers(0, 10**12), min_size=1, max_size=30)


@given(numbers, st.integers(0, 14), st.sampled_from(["", "img", "006_1_", "EP01_12-", "s3_"]), st.data())
def test_numbers_are_found_under_any_padding_prefix_and_order(wanted, padding, prefix, data):
    endings = st.sampled_from(["jpg", "JPG", "jpeg", "png", "bmp", "tif", "tiff", "pgm"])
    names = {n: f"{prefix}{n:0{padding}d}.{data.draw(endings)}" for n in wanted}
    listing = data.draw(st.permutations([*names.values(), "Thumbs.db", "._img1.jpg", ".hidden7.png", "notes7.txt"]))
    found = numbering_of(listing, "x")
    assert found.numbers.tolist() == sorted(wanted)
    assert found.numbers.dtype == np.int64
    assert list(found.names) == [names[n] for n in sorted(wanted)]


@given(st.sets(st.integers(0, 60), min_size=1))
def test_gaps_are_the_runs_that_are_absent(present):
    gaps = gaps_in(np.array(sorted(present)))
    absent = {n for first, last in gaps for n in range(first, last + 1)}
    assert absent == set(range(min(present), max(present) + 1)) - present
    assert all(a[1] + 1 < b[0] for a, b in pairwise(gaps))


@pytest.mark.parametrize(
    "names",
    [
        ["img1.jpg", "img2.jpg", "reg_img1.jpg", "reg_img2.jpg"],
        ["img1.jpg", "img2.jpg", "reg_img3.jpg"],
        ["1.jpg", "01.jpg"],
        ["img1.jpg", "img1.bmp"],
        ["img1.jpg", "img1 (2).jpg"],
    ],
)
def test_two_numberings_are_one_sentence(names):
    with pytest.raises(UserError, match=r"^the/folder: two numberings lie in one folder, e\.g\. '[^']+' and '[^']+'\."):
        numbering_of(names, "the/folder")


def test_endings_and_letter_case_may_differ():
    assert numbering_of(["IMG1.JPG", "img2.png"], "x").numbers.tolist() == [1, 2]


@pytest.mark.parametrize("names", [[], ["cover.jpg"], ["1.txt", "Thumbs.db", ".1.jpg"]])
def test_a_folder_without_numbered_images_is_said(names):
    with pytest.raises(UserError, match="holds no numbered image"):
        numbering_of(names, "x")


@pytest.mark.parametrize("digits", ["9" * 19, str(2**63), "1" + "0" * 200])
def test_numbers_beyond_64_bits_are_said(digits):
    with pytest.raises(UserError, match=r"the frame number of .* is too large"):
        numbering_of([f"img{digits}.jpg"], "x")
    assert numbering_of([f"img{'0' * 100}{2**59}.jpg"], "x").numbers[0] == 2**59


def test_an_absent_file_is_named_like_its_neighbours():
    assert numbering_of(["img001.jpg", "img1000.jpg"], "x").name_for(12) == "img012.jpg"
    assert numbering_of(["img_8.jpg", "img_11.jpg"], "x").name_for(9) == "img_9.jpg"
    assert numbering_of(["006_1_0999.jpg", "006_1_1001.jpg"], "x").name_for(1000) == "006_1_1000.jpg"
    assert numbering_of(["image563854.bmp", "image563856.bmp"], "x").name_for(563855) == "image563855.bmp"


def shift(begin, end, **known):
    return shift_of(begin, end, Annotated(**known), "FOLDER", "VIDEO")


def test_numbers_of_a_complete_copy_stay():
    assert shift(1, 2052, first=1, n_frames=2052, lowest=40, highest=1900) == (0, "")
    assert shift(563854, 564100, first=563854, n_frames=247) == (0, "")  # SMIC: the camera's numbers
    assert shift(46, 90, lowest=46, highest=90, n_frames=45) == (0, "")  # CASME II, selected
    assert shift(1, 150, lowest=46, highest=90, n_frames=45) == (0, "")  # CASME II, raw
    assert shift(0, 100, lowest=0, highest=100, n_frames=101, from_one=False) == (0, "")  # DFME
    assert shift(501, 800, first=501, n_frames=300, lowest=520, highest=540) == (0, "")  # an excerpt of a twin
    assert shift(1, 1000, first=1, n_frames=1000, lowest=1341, highest=1525) == (0, "")  # SAMM-LV 012_4
    assert shift(5, 9) == (0, "")


def test_images_from_0_are_one_early_where_the_annotation_counts_from_1():
    early = "the images begin with 0 where the annotation begins with 1, so image 0 is taken for frame 1"
    assert shift(0, 999, first=1, n_frames=1000) == (1, early)
    assert shift(0, 150, lowest=46, highest=90, n_frames=45) == (1, early)


def test_images_that_were_counted_anew_are_recognised_by_their_count():
    moved, note = shift(1, 74, lowest=5562, highest=5635, n_frames=74)
    assert moved == 5561
    assert "counted anew" in note
    assert shift(1, 65, lowest=46, highest=110, n_frames=65)[0] == 45  # although some numbers are the same
    assert shift(1, 300, first=563854, n_frames=300)[0] == 563853


def test_frames_of_something_else_are_an_error():
    with pytest.raises(
        UserError, match=r"^FOLDER: the images are numbered 1 to 70, but VIDEO is annotated from frame 556"
    ):
        shift(1, 70, lowest=5562, highest=5635, n_frames=74)
