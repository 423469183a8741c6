"""Which windows are examples, by plain definition; how they are drawn, and by whom they are divided."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mebench.baselines.data import Video
from mebench.baselines.spotting import windows
from mebench.baselines.spotting.windows import IGNORED, MACRO, POSITIVE, REST, Sampling
from mebench.problems import UserError

event = st.tuples(st.integers(1, 60), st.integers(1, 30), st.sampled_from(["me", "mae"]))
SAMPLING = Sampling.of(0.5, 0.2, 0.5, 3.0, 0.5, 10.0)


def table(events):
    rows = [(onset, onset + length - 1, kind) for onset, length, kind in events]
    return pd.DataFrame(rows, columns=["onset", "offset", "type"])


def by_definition(first, last, events):
    window = set(range(first, last + 1))
    spans = [(set(range(onset, onset + length)), kind) for onset, length, kind in events]
    iou = max((Fraction(len(window & of), len(window | of)) for of, kind in spans if kind == "me"), default=0)
    if iou >= Fraction(1, 2):
        return POSITIVE
    if iou >= Fraction(1, 5):
        return IGNORED
    within = any(2 * len(window & of) >= len(window) for of, kind in spans if kind == "mae")
    return MACRO if within else REST


@given(st.lists(event, max_size=4), st.integers(1, 40), st.integers(1, 25))
def test_a_window_is_what_the_definition_says(events, first, length):
    firsts = np.arange(first, first + 20)
    found = SAMPLING.kinds(firsts, firsts + length - 1, table(events))
    assert found.tolist() == [by_definition(a, a + length - 1, events) for a in firsts.tolist()]


@given(st.lists(st.sampled_from([REST, POSITIVE, MACRO, IGNORED]), max_size=80), st.integers(0, 5))
def test_an_epoch_holds_every_example_and_so_many_counterexamples(kinds, seed):
    kinds = np.array(kinds, dtype=np.int64)
    drawn = SAMPLING.epoch(kinds, np.random.default_rng(seed))
    n = {kind: int((kinds == kind).sum()) for kind in range(4)}
    of = {kind: int((kinds[drawn] == kind).sum()) for kind in range(4)}
    assert len(set(drawn.tolist())) == len(drawn)
    assert of[POSITIVE] == n[POSITIVE]
    assert of[IGNORED] == 0
    assert of[REST] + of[MACRO] == min(3 * n[POSITIVE], n[REST] + n[MACRO])
    half = min(3 * n[POSITIVE], n[REST] + n[MACRO]) / 2
    assert of[MACRO] <= max(np.ceil(half), 2 * half - n[REST])
    assert of[MACRO] >= min(np.floor(half), n[MACRO])


def test_counterexamples_are_drawn_anew():
    kinds = np.array([POSITIVE] * 3 + [REST] * 200)
    epochs = [set(SAMPLING.epoch(kinds, np.random.default_rng(i)).tolist()) for i in range(3)]
    assert epochs[0] != epochs[1] != epochs[2]


@given(st.lists(st.integers(0, 9), min_size=2, max_size=12), st.integers(2, 5))
def test_subjects_are_divided_evenly(weights, parts):
    names = [f"s{i}" for i in range(len(weights))]
    found = windows.parted(names, weights, parts, np.random.default_rng(0))
    assert sorted(name for part in found for name in part) == sorted(names)
    assert all(found)
    loads = [sum(weights[names.index(name)] for name in part) for part in found]
    assert max(loads) - min(loads) <= max(weights)


@pytest.mark.parametrize(
    ("dataset", "fps", "length", "stride"),
    [
        ("smic-e-long", 100.0, 35, 4),
        ("casme-sq-twin-small", 30.0, 11, 1),
        ("samm-lv-twin", 200.0, 65, 8),
        ("mine", 60.0, 21, 2),
    ],
)
def test_each_dataset_keeps_its_own_window(dataset, fps, length, stride):
    found = windows.length_of(Video(dataset, "s", "v", fps, 1, 100))
    assert (found, windows.stride_of(found)) == (length, stride)


def test_numbers_out_of_range_are_said():
    with pytest.raises(UserError, match="negative_iou <= positive_iou"):
        Sampling.of(0.2, 0.5, 0.5, 3.0, 0.5, 10.0)
    with pytest.raises(UserError, match="negatives <= pool"):
        Sampling.of(0.5, 0.2, 0.5, 30.0, 0.5, 10.0)
    with pytest.raises(UserError, match="Give window="):
        windows.length_of(Video("mine", "s", "v", float("nan"), 1, 100))
