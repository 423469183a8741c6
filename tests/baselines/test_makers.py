"""Each interval maker against its definition, position by position."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mebench.baselines.postprocess.makers import (
    argmax_boundaries,
    chunk_fill,
    fixed_halfwidth,
    runs,
    walk_to_fraction,
    walk_to_threshold,
)
from mebench.baselines.postprocess.peaks import Peaks, peaks

tracks = st.lists(st.integers(0, 6), min_size=1, max_size=40).map(lambda v: np.array(v, dtype=float))
levels = st.sampled_from([-1, 0, 1, 2.5, 4, 7])


def rows_of(made):
    return list(zip(made.onset.tolist(), made.offset.tolist(), made.score.tolist(), strict=True))


def some_peaks(values):
    return peaks(values, -np.inf)


@given(tracks, st.integers(0, 50))
def test_a_fixed_half_width_is_cut_at_the_ends(values, k):
    of, n = some_peaks(values), len(values)
    made = fixed_halfwidth(of, k, n)
    for (onset, offset, score), at in zip(rows_of(made), of.position.tolist(), strict=True):
        assert set(range(onset, offset + 1)) == set(range(at - k, at + k + 1)) & set(range(n))
        assert score == values[at]


@given(tracks, levels, st.integers(1, 5), st.one_of(st.none(), st.integers(1, 9)), st.integers(0, 4))
def test_runs_by_definition(values, level, shortest, longest, gap):
    mask = values >= level
    filled = mask.copy()
    inside = np.flatnonzero(mask)
    for a, b in pairwise(inside):
        if b - a - 1 <= gap:
            filled[a:b] = True
    expected, at = [], 0
    while at < len(filled):
        end = at
        while end < len(filled) and filled[end]:
            end += 1
        if shortest <= end - at <= (len(filled) if longest is None else longest):
            expected.append((at, end - 1, values[at:end].max()))
        at = end + 1
    assert rows_of(runs(mask, values, shortest, longest, gap)) == expected


@given(tracks, levels, st.integers(1, 12), st.integers(1, 6))
def test_chunks_by_definition(values, level, chunk, at_least):
    mask = values >= level
    expected = []
    for start in range(0, len(values), chunk):
        held = [i for i in range(start, min(start + chunk, len(values))) if mask[i]]
        if len(held) >= at_least:
            expected.append((held[0], held[-1], values[held[0] : held[-1] + 1].max()))
    assert rows_of(chunk_fill(mask, values, chunk, at_least)) == expected


def walk(values, at, step, reach, go):
    """The last position that ``go`` lets one reach from the peak, one step at a time."""
    here = at
    for _ in range(reach):
        following = here + step
        if not 0 <= following < len(values) or not go(here, following):
            break
        here = following
    return here


@given(tracks, levels, st.integers(0, 8), st.integers(0, 8))
def test_a_walk_over_the_run_above_a_threshold(values, level, left, right):
    of = some_peaks(values)
    made = walk_to_threshold(values, of, level, left, right)
    for (onset, offset, score), at in zip(rows_of(made), of.position.tolist(), strict=True):
        above = lambda _, following: values[following] >= level  # noqa: E731
        assert onset == walk(values, at, -1, left, above)
        assert offset == walk(values, at, 1, right, above)
        assert score == values[at]


@given(tracks, levels, st.integers(0, 8), st.integers(0, 8))
def test_the_lowest_value_above_a_threshold_within_reach(values, level, left, right):
    of = some_peaks(values)
    made = walk_to_threshold(values, of, level, left, right, stop="lowest")
    for (onset, offset, _), at in zip(rows_of(made), of.position.tolist(), strict=True):
        for found, reached in ((onset, range(at, at - left - 1, -1)), (offset, range(at, at + right + 1))):
            allowed = [i for i in reached if 0 <= i < len(values) and values[i] > level]
            assert found == min(allowed, key=lambda i: (values[i], abs(i - at)), default=at)


@given(tracks, st.sampled_from([0.0, 0.25, 1 / 3, 0.5, 1.0]), st.integers(0, 10))
def test_a_walk_down_to_a_fraction_of_the_height(values, fraction, reach):
    of = some_peaks(values)
    made = walk_to_fraction(values, of, fraction, reach)
    for (onset, offset, _), at in zip(rows_of(made), of.position.tolist(), strict=True):
        for found, step in ((onset, -1), (offset, 1)):
            side = [i for i in range(at, at + step * (reach + 1), step) if 0 <= i < len(values)]
            valley = min(values[i] for i in side)

            def go(here, following, valley=valley, peak=values[at]):
                high = values[here] - valley > fraction * (peak - valley)
                return high and values[following] <= values[here]

            assert found == walk(values, at, step, reach, go)


def test_the_walk_ends_at_a_third_of_the_height():
    values = np.array([0, 1, 2, 3, 6, 9, 7, 8, 0], dtype=float)
    top = Peaks(np.array([5]), np.array([9.0]))
    # 9 to 0: a third is left at 3. To the right the track turns upward first.
    assert rows_of(walk_to_fraction(values, top)) == [(3, 6, 9)]
    assert rows_of(walk_to_fraction(values, top, fraction=0)) == [(0, 6, 9)]
    assert rows_of(walk_to_fraction(values, top, fraction=1)) == [(5, 5, 9)]
    assert rows_of(walk_to_fraction(np.ones(9), top)) == [(5, 5, 9)]


@given(tracks, st.data())
def test_the_likeliest_boundaries_around_an_apex(start, data):
    end = data.draw(st.permutations(start.tolist()).map(np.array))
    nearest = data.draw(st.integers(0, 5))
    farthest = nearest + data.draw(st.integers(0, 6))
    apexes, n = some_peaks(start), len(start)
    expected = []
    for at, height in zip(apexes.position.tolist(), apexes.height.tolist(), strict=True):
        before = [i for i in range(at - nearest, at - farthest - 1, -1) if i >= 0]
        behind = [i for i in range(at + nearest, at + farthest + 1) if i < n]
        if before and behind:
            onset = min(before, key=lambda i: (-start[i], at - i))
            expected.append((onset, min(behind, key=lambda i: (-end[i], i - at)), height))
    assert rows_of(argmax_boundaries(start, end, apexes, nearest, farthest)) == expected


@given(tracks, levels)
def test_every_interval_lies_inside_the_track(values, level):
    of = some_peaks(values)
    for made in (
        fixed_halfwidth(of, 6, len(values)),
        runs(values >= level, values, gap=2),
        chunk_fill(values >= level, values, 5, 2),
        walk_to_threshold(values, of, level, 9, 9),
        walk_to_fraction(values, of),
        argmax_boundaries(values, values[::-1], of, 1, 9),
    ):
        assert (made.onset >= 0).all()
        assert (made.onset <= made.offset).all()
        assert (made.offset < len(values)).all()


@given(tracks, st.integers(1, 6))
def test_makers_that_look_both_ways_treat_them_alike(values, reach):
    """Of a track read backwards come the same intervals, backwards."""
    last = len(values) - 1
    of = Peaks(np.arange(len(values)), values)
    back = Peaks(of.position, values[::-1])
    for make in (
        lambda v, p: walk_to_threshold(v, p, 2.5, reach, reach),
        lambda v, p: walk_to_threshold(v, p, 2.5, reach, reach, stop="lowest"),
        lambda v, p: walk_to_fraction(v, p, reach=reach),
        lambda v, p: fixed_halfwidth(p, reach, len(v)),
        lambda v, p: argmax_boundaries(v, v, p, 1, reach),
    ):
        there = [(last - b, last - a, s) for a, b, s in rows_of(make(values[::-1].copy(), back))]
        assert sorted(there) == sorted(rows_of(make(values, of)))


def test_an_empty_track_gives_nothing():
    empty = np.empty(0)
    no_peaks = Peaks(np.empty(0, dtype=np.intp), empty)
    for made in (
        runs(empty > 0, empty),
        chunk_fill(empty > 0, empty, 5, 1),
        fixed_halfwidth(no_peaks, 3, 0),
        walk_to_threshold(empty, no_peaks, 0, 1, 1),
        walk_to_fraction(empty, no_peaks),
        argmax_boundaries(empty, empty, no_peaks, 1, 2),
    ):
        assert made.n == 0
        assert made.onset.dtype == np.int64
        assert made.score.dtype == np.float64


def test_what_cannot_be_is_refused():
    values, top = np.ones(5), Peaks(np.array([2]), np.array([1.0]))
    for wrong in (
        lambda: fixed_halfwidth(top, -1, 5),
        lambda: runs(values, values),
        lambda: runs(values > 0, values[1:]),
        lambda: chunk_fill(values > 0, values, 0, 1),
        lambda: chunk_fill(values > 0, values, 3, 0),
        lambda: walk_to_threshold(values, top, 0, -1, 2),
        lambda: walk_to_threshold(values, top, 0, 1, 2, stop="first"),
        lambda: walk_to_fraction(values, top, fraction=1.5),
        lambda: walk_to_fraction(values, top, reach=-1),
        lambda: argmax_boundaries(values, values[1:], top, 1, 2),
        lambda: argmax_boundaries(values, values, top, 3, 2),
    ):
        with pytest.raises(ValueError, match=r"."):
            wrong()
