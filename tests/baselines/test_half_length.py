import math
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mebench.baselines.postprocess.half_length import PUBLISHED, from_source, half_length, published, trained
from mebench.problems import UserError

durations = st.lists(st.integers(0, 6000), min_size=1, max_size=40)


@given(durations)
def test_k_is_the_whole_part_of_half_the_mean_plus_one(frames):
    mean = Fraction(sum(frames), len(frames))
    assert half_length(frames) == math.floor((mean + 1) / 2)


@given(durations, st.integers(1, 5))
def test_k_depends_on_the_distribution_only(frames, times):
    assert half_length(frames * times) == half_length(sorted(frames))


def with_mean(hundredths):
    """A hundred whole durations with this mean, given in hundredths."""
    low, above = divmod(hundredths, 100)
    return [low] * (100 - above) + [low + 1] * above


@pytest.mark.parametrize(
    ("mean", "dataset", "kind", "by"),
    [
        # The means of offset - onset over the annotated sets, in hundredths of a frame.
        (1258, "casme-sq", "me", "softnet"),
        (3544, "casme-sq", "mae", "softnet"),
        (3752, "casme-sq", "mae", "yap"),
        (7331, "samm-lv", "me", "softnet"),
        (34841, "samm-lv", "mae", "softnet"),
        (43379, "samm-lv", "mae", "yap"),
    ],
)
def test_k_of_the_known_means_is_the_published_one(mean, dataset, kind, by):
    assert half_length(with_mean(mean)) == published(dataset, kind, by)


def test_published_values():
    assert [published("casme-sq", kind) for kind in ("me", "mae")] == [6, 18]
    assert [published("samm-lv", kind) for kind in ("me", "mae")] == [37, 174]
    assert [published("samm-lv", kind, "yap") for kind in ("me", "mae")] == [37, 217]
    assert published("casme-sq", "mae", "yap") == 19
    assert published("samm-lv-twin-small", "mae") == published("samm-lv-twin", "mae") == 174
    for values in PUBLISHED.values():
        assert all(values[dataset, "me"] < values[dataset, "mae"] for dataset in ("casme-sq", "samm-lv"))


def table(*rows):
    return pd.DataFrame(rows, columns=["onset", "offset", "type"])


def test_trained_on_the_rows_of_the_type_that_have_frames():
    rows = table((1, 11, "me"), (5, 19, "me"), (1, 101, "mae"), (7, 6, "me"), (9, 0, "mae"))
    assert trained(rows, "me") == 6  # mean 12
    assert trained(rows, "mae") == 50
    # A single frame is an expression of duration 0; that without any, just above, is none.
    assert trained(table((7, 7, "me"), (1, 4, "me"), (7, 6, "me")), "me") == 1


def test_a_source_by_name():
    rows = table((1, 41, "me"))
    assert from_source("train", rows, "me", "samm-lv") == 20
    assert from_source("published", rows, "me", "samm-lv") == 37


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: trained(table((1, 9, "me")), "mae"), "no MaE.*k_source=published"),
        (lambda: published("smic-e-long", "me"), "smic-e-long ME.*k_source=train"),
        (lambda: published("samm-lv", "me", by="softnett"), "Did you mean 'softnet'"),
        (lambda: from_source("test", table((1, 9, "me")), "me", "samm-lv"), "k_source.*train"),
    ],
)
def test_what_a_user_can_get_wrong_is_a_sentence(ask, said):
    with pytest.raises(UserError, match=said):
        ask()


@pytest.mark.parametrize("wrong", [[], [3, -1], [1.5], [[1, 2]]])
def test_durations_are_checked(wrong):
    with pytest.raises(ValueError, match="whole numbers"):
        half_length(wrong)
