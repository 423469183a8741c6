"""Whoever does not look at the faces scores at chance: no frame number, length, film or subject tells of a movement.

Each shortcut learns from all other subjects and is compared with guesses that are as many and as long but know nothing.
"""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linear_sum_assignment

from mebench.datasets.ground_truth import ground_truth
from mebench.datasets.library import load_dataset
from mebench.protocols.registry import plan

SPOTTING = ("casme-sq-twin", "casme-sq-twin-small", "samm-lv-twin", "samm-lv-twin-small", "smic-e-long-twin")
GUESSES = 100


def f1(said, truth):
    """F1 of intervals by video at an IoU of .5, matched one to one."""
    hits = 0
    for video, intervals in said.items():
        known = truth.get(video, [])
        fits = np.array([[iou(a, b) >= 0.5 for b in known] for a in intervals]).reshape(len(intervals), len(known))
        hits += fits[linear_sum_assignment(fits, maximize=True)].sum()
    return 2 * hits / (sum(map(len, said.values())) + sum(map(len, truth.values())))


def iou(one, other):
    common = min(one[1], other[1]) - max(one[0], other[0]) + 1
    return max(0, common) / (one[1] - one[0] + other[1] - other[0] + 2 - common)


class Copy:
    """The videos of a twin and their ME, as seconds play no role: subject, first frame, length, intervals."""

    def __init__(self, name):
        loaded = load_dataset(name)
        events = ground_truth(loaded).expressions.query("type == 'me'")
        columns = ["video", "subject", "first_frame", "n_frames"]
        self.videos = {v: (s, int(a), int(n)) for v, s, a, n in loaded.videos[columns].itertuples(index=False)}
        self.truth = {v: [] for v in self.videos}
        for video, onset, offset in events[["video", "onset", "offset"]].itertuples(index=False):
            self.truth[video].append((int(onset), int(offset)))

    def elsewhere(self, video):
        """The videos of other subjects."""
        return [other for other in self.videos if self.videos[other][0] != self.videos[video][0]]

    def moved(self, source, video):
        """The intervals of a video, counted from the beginning of another one."""
        shift = self.videos[video][1] - self.videos[source][1]
        return [(a + shift, b + shift) for a, b in self.truth[source]]

    def chance(self, said):
        """The best of many guesses with the same lengths somewhere in the same videos."""
        draws = np.random.default_rng(0)

        def guess():
            return {video: [self.anywhere(video, b - a, draws) for a, b in said[video]] for video in said}

        return np.quantile([f1(guess(), self.truth) for _ in range(GUESSES)], 0.99)

    def anywhere(self, video, length, draws):
        _, first, n = self.videos[video]
        onset = first + int(draws.integers(max(1, n - length)))
        return onset, onset + length


def by_length(copy, video):
    """The events of the video of another subject that is as long: of the same film in CAS(ME)^2."""
    n = copy.videos[video][2]
    nearest = min(copy.elsewhere(video), key=lambda other: (abs(copy.videos[other][2] - n), not copy.truth[other]))
    return copy.moved(nearest, video)


def by_first_frame(copy, video):
    """The events of the video of another subject that begins at the nearest frame number."""
    first = copy.videos[video][1]
    nearest = min(copy.elsewhere(video), key=lambda other: (abs(copy.videos[other][1] - first), not copy.truth[other]))
    return copy.moved(nearest, video)


def by_subject(copy, video):
    """As many events as the next subject shows in a video, where that one shows them."""
    subjects = sorted({subject for subject, _, _ in copy.videos.values()})
    after = subjects[(subjects.index(copy.videos[video][0]) + 1) % len(subjects)]
    theirs = [other for other, (subject, _, _) in copy.videos.items() if subject == after]
    return copy.moved(max(theirs, key=lambda other: len(copy.truth[other])), video)


def by_place(copy, video):
    """The one place, as a share of the video, where most events of the others lie."""
    places, lengths = [], []
    for other in copy.elsewhere(video):
        _, first, n = copy.videos[other]
        places += [((a + b) / 2 - first) / n for a, b in copy.truth[other]]
        lengths += [b - a for a, b in copy.truth[other]]
    counts, edges = np.histogram(places, bins=20, range=(0, 1))
    _, first, n = copy.videos[video]
    middle = first + n * (edges[counts.argmax()] + 0.025)
    half = float(np.median(lengths)) / 2
    return [(round(middle - half), round(middle + half))]


@pytest.mark.parametrize("shortcut", [by_length, by_first_frame, by_subject, by_place])
@pytest.mark.parametrize("name", SPOTTING)
def test_no_shortcut_finds_an_event(name, shortcut):
    copy = Copy(name)
    said = {video: shortcut(copy, video) for video in copy.videos}
    assert sum(map(len, said.values())) > 10, "it does guess"
    # One event more than the guesses, for a twin has few.
    events = sum(map(len, copy.truth.values()))
    floor = copy.chance(said) + 2 / (events + sum(map(len, said.values())))
    assert f1(said, copy.truth) <= floor
    assert f1(said, copy.truth) < 0.12


def test_the_chance_floor_of_spotting_can_be_left():
    copy = Copy("casme-sq-twin-small")
    said = {video: [(a + 2, b + 2) for a, b in copy.truth[video]] for video in copy.videos}
    assert f1(said, copy.truth) > 0.9 > copy.chance(said) + 0.3


def uf1(said, truth):
    scores = []
    for label in np.unique(truth):
        hits = np.sum((said == label) & (truth == label))
        scores.append(2 * hits / (np.sum(said == label) + np.sum(truth == label)))
    return float(np.mean(scores))


@pytest.fixture(scope="module")
def clips():
    """Every clip of the composite twin: label, subject, and what can be known without looking at it."""
    from mebench.datasets.library import load_clips

    samples = plan("megc2019", "megc2019-twin").samples.samples
    tables = [
        load_clips(name).clips[["dataset", "clip", "subject", "onset", "offset"]] for name in set(samples["dataset"])
    ]
    known = samples[["dataset", "subject", "clip", "label"]].merge(pd.concat(tables), on=["dataset", "subject", "clip"])
    assert len(known) == 442
    return known.assign(who=known["dataset"] + known["subject"], length=known["offset"] - known["onset"])


def permuted(said, labels, draws):
    return np.quantile([uf1(said, draws.permutation(labels)) for _ in range(GUESSES)], 0.99)


@pytest.mark.parametrize("columns", [["length"], ["onset"], ["place"], ["length", "place"]])
@pytest.mark.parametrize("dataset", ["casme2-twin", "smic-twin", "samm-twin"])
def test_the_nearest_clip_of_somebody_else_does_not_tell_the_class(clips, dataset, columns):
    own = clips[clips["dataset"] == dataset].reset_index(drop=True)
    own = own.assign(place=own.groupby("who").cumcount() if dataset != "smic-twin" else own["onset"] % 1000)
    table = own[columns].to_numpy(float)
    table = (table - table.mean(0)) / table.std(0)
    labels, who = own["label"].to_numpy(str), own["who"].to_numpy()
    far = np.abs(table[:, None] - table[None]).sum(2) + np.where(who[:, None] == who[None], np.inf, 0)
    said = labels[far.argmin(1)]
    assert uf1(said, labels) <= permuted(said, labels, np.random.default_rng(0))


@pytest.mark.parametrize("dataset", ["casme2-twin", "smic-twin", "samm-twin"])
def test_the_class_that_the_next_subject_shows_most_is_no_better_than_chance(clips, dataset):
    own = clips[clips["dataset"] == dataset]
    most = own.groupby("who")["label"].agg(lambda labels: labels.value_counts().idxmax())
    neighbour = dict(zip(most.index, np.roll(most.to_numpy(), -1), strict=True))
    said, labels = own["who"].map(neighbour).to_numpy(str), own["label"].to_numpy(str)
    assert uf1(said, labels) <= permuted(said, labels, np.random.default_rng(0))
