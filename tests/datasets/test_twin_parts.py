"""The steps of which a twin is made: draws, arrangement, seating, timelines."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mebench.datasets.twin.arrangement import arrange
from mebench.datasets.twin.sampling import Draws, at, half_up, stratified
from mebench.datasets.twin.seating import seat
from mebench.datasets.twin.statistics import Events
from mebench.datasets.twin.timeline import DoesNotFit, Event, Timeline, place

seeds = st.integers(0, 2**70)
TABLE = ((0, 2.0), (25, 4.0), (50, 10.0), (90, 11.0), (100, 50.0))


def events(per_video, per_subject):
    return Events(TABLE, ((0, 0.2), (100, 0.8)), per_video, per_subject)


@given(seeds, st.text(max_size=10), st.text(max_size=10))
def test_a_stream_is_fixed_by_its_name(seed, one, other):
    def numbers(*name):
        draws = Draws(seed, *name)
        return [draws.uniform() for _ in range(4)]

    assert numbers(one) == numbers(one)
    assert (numbers(one) == numbers(other)) == (one == other)
    assert numbers(one) != numbers(one, "more")


@given(seeds, st.lists(st.integers(), max_size=30))
def test_shuffling_and_sampling_keep_the_items(seed, items):
    draws = Draws(seed)
    assert sorted(draws.shuffled(items)) == sorted(items)
    assert not Counter(draws.sample(items, len(items) // 2)) - Counter(items)
    with pytest.raises(ValueError, match="cannot take"):
        draws.sample(items, len(items) + 1)


def test_every_order_is_as_likely():
    draws = Draws(0)
    orders = Counter(tuple(draws.shuffled("abc")) for _ in range(6000))
    assert len(orders) == 6
    assert max(abs(n - 1000) for n in orders.values()) < 120  # four standard deviations


@given(st.floats(0, 100), st.floats(0, 100))
def test_percentiles_rise(low, high):
    low, high = sorted((low, high))
    assert TABLE[0][1] <= at(TABLE, low) <= at(TABLE, high) <= TABLE[-1][1]


def test_the_points_of_a_table_are_met():
    assert [at(TABLE, percent) for percent, _ in TABLE] == [value for _, value in TABLE]
    assert at(TABLE, 37.5) == 7.0


@given(seeds, st.integers(0, 60))
def test_a_stratified_draw_takes_one_value_from_each_slice(seed, n):
    values = sorted(stratified(TABLE, n, Draws(seed)))
    assert len(values) == n
    for k, value in enumerate(values):
        assert at(TABLE, 100 * k / n) <= value <= at(TABLE, 100 * (k + 1) / n)
    upper = stratified(TABLE, 5, Draws(seed), low=50, high=90)
    assert all(10 <= value <= 11 for value in upper)


def test_halves_are_rounded_up():
    assert [half_up(x) for x in (0.5, 1.5, 2.4, -0.5, -1.6)] == [1, 2, 2, 0, -2]


@given(seeds)
def test_an_arrangement_has_every_total(seed):
    draws = Draws(seed)
    videos = draws.shuffled([4, 3, 3, 2, 1])
    me = events({1: 3, 2: 2}, (4, 2, 1))
    mae = events({1: 6, 2: 2, 3: 1, 4: 1}, (8, 4, 3, 2))
    loads = arrange(videos, me, mae, draws)
    assert [len(subject) for subject in loads] == videos
    assert all(a + b > 0 for subject in loads for a, b in subject), "no video without any event"
    for side, known in enumerate((me, mae)):
        counts = [load[side] for subject in loads for load in subject if load[side]]
        assert Counter(counts) == Counter(known.per_video)
        totals = [sum(load[side] for load in subject) for subject in loads]
        assert sorted((t for t in totals if t), reverse=True) == list(known.per_subject)


def test_totals_that_contradict_each_other_are_refused():
    with pytest.raises(ValueError, match="no arrangement"):
        arrange([3, 1], events({1: 1}, (1,)), events({1: 1}, (1,)), Draws(0))


@given(seeds)
def test_everyone_and_every_film_has_its_number(seed):
    each, viewers = [4, 3, 2, 2, 1, 1], {"a": 5, "b": 4, "c": 3, "d": 1}
    seats = seat(list("uvwxyz"), each, viewers, [("v", "d"), ("x", "b")], Draws(seed))
    assert list(seats) == list("uvwxyz")
    assert sorted(map(len, seats.values())) == sorted(each)
    assert Counter(film for films in seats.values() for film in films) == Counter(viewers)
    assert "d" in seats["v"]
    assert "b" in seats["x"]
    assert min(len(seats["v"]), len(seats["x"])) > 1
    assert all(len(films) == len(set(films)) for films in seats.values())


def test_seats_differ_from_seed_to_seed():
    tables = {str(seat(list("uvwx"), [2, 2, 1, 1], {"a": 2, "b": 2, "c": 2}, [], Draws(seed))) for seed in range(20)}
    assert len(tables) > 5


def timelines(lengths, n_frames):
    return [
        Timeline(f"s{k}", f"v{k}", n, first_frame=100, events=[Event("me", length, 0.5) for length in of_video])
        for k, (of_video, n) in enumerate(zip(lengths, n_frames, strict=True))
    ]


def laid_out(seed, lengths, n_frames, gaps):
    videos = timelines(lengths, n_frames)
    place(videos, gaps, Draws(seed), [Draws(seed, t.video) for t in videos])
    return videos


@given(seeds, st.lists(st.lists(st.integers(5, 40), max_size=5), min_size=1, max_size=6), st.data())
def test_events_keep_their_lengths_and_stay_inside(seed, lengths, data):
    pairs = sum(max(0, len(of_video) - 1) for of_video in lengths)
    gaps = data.draw(st.lists(st.integers(-60, 300), min_size=pairs, max_size=pairs))
    n_frames = [sum(of_video) + data.draw(st.integers(3, 400)) for of_video in lengths]
    for timeline, wanted in zip(laid_out(seed, lengths, n_frames, gaps), lengths, strict=True):
        assert [e.offset - e.onset + 1 for e in timeline.events] == wanted
        assert all(
            timeline.first_frame + 2 <= e.onset <= e.apex <= e.offset < timeline.last_frame for e in timeline.events
        )
        onsets = [e.onset for e in timeline.events]
        assert all(a < b for a, b in pairwise(onsets))


@given(seeds)
def test_gaps_come_out_as_given_where_there_is_room(seed):
    gaps = [-12, 0, 7, 40, 200, 900]
    videos = laid_out(seed, [[20] * 4, [20] * 4], [9000, 9000], gaps)
    found = [b.onset - a.offset for t in videos for a, b in pairwise(t.events)]
    assert sorted(found) == gaps


def test_a_gap_that_fits_nowhere_is_shortened():
    (video,) = laid_out(0, [[20, 20]], [100], [5000])
    assert 20 <= video.events[1].onset - video.events[0].offset <= 57


def test_events_longer_than_their_video_do_not_fit():
    with pytest.raises(DoesNotFit):
        laid_out(0, [[50, 48]], [100], [3])
    with pytest.raises(ValueError, match="2 gaps for 1 pairs"):
        laid_out(0, [[5, 5]], [100], [3, 4])


def test_the_margin_before_the_first_event_is_random():
    starts = [laid_out(seed, [[10]], [1000], [])[0].events[0].onset - 100 for seed in range(300)]
    assert np.percentile(starts, (25, 50, 75)) == pytest.approx([249, 496, 743], abs=110)
