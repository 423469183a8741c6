import numpy as np
import pytest

from mebench.metrics.chance import chance_level, pooled_confusion

# Clips of each class in SMIC, CASME II and SAMM within the composite of MEGC2019, and their subjects.
DATABASES = [((70, 51, 43), 16), ((88, 32, 25), 24), ((92, 26, 15), 28)]


def invented_subjects(seed, evenness=(2.0, 1.0, 1.0), spread=1.0):
    """68 subjects who share out the 442 clips at random: all totals are right, nobody is real.

    ``evenness`` (one a database) is the shape of the gamma law of clips a subject, ``spread`` that of classes within.
    """
    rng = np.random.default_rng(seed)
    tables = []
    for (totals, n), shape in zip(DATABASES, evenness, strict=True):
        while True:
            share = rng.gamma(shape, size=n)
            columns = []
            for total in totals:
                weight = share * rng.gamma(spread, size=n)
                columns.append(rng.multinomial(total, weight / weight.sum()))
            table = np.stack(columns, axis=1)
            if table.any(axis=1).all():
                break
        tables.append(table)
    return np.concatenate(tables)


# 68 subjects, median of 5 clips, 26 with at most 3, 8 with one; 22 of one class, 27 of two, 19 of three: close to what
# is known of the real ones (4, 26, 8; 23, 29, 16).
SUBJECTS = invented_subjects(seed=0)


def test_the_invented_subjects_are_shaped_as_is_known_of_the_real_ones():
    clips = SUBJECTS.sum(axis=1)
    assert SUBJECTS.shape == (68, 3)
    assert SUBJECTS.sum(axis=0).tolist() == [250, 109, 83]
    assert np.median(clips) == pytest.approx(4, abs=1)
    assert (clips <= 3).sum() == pytest.approx(26, abs=3)
    assert (clips == 1).sum() == pytest.approx(8, abs=3)
    classes = np.bincount((SUBJECTS > 0).sum(axis=1), minlength=4)[1:]
    assert np.abs(classes - [23, 29, 16]).max() <= 3


@pytest.mark.parametrize(
    ("epochs", "uf1"), [(1, 0.334), (10, 0.587), (50, 0.707), (100, 0.737), (200, 0.775), (800, 0.827)]
)
def test_random_labels_with_the_best_of_many_epochs(epochs, uf1):
    """Published: an independent simulation of the real 68 subjects, epoch by epoch."""
    assert chance_level(SUBJECTS, epochs).uf1 == pytest.approx(uf1, abs=0.02)


def test_how_much_it_depends_on_how_clips_are_shared_out():
    levels = [chance_level(invented_subjects(seed), 800, replicates=200).uf1 for seed in range(8)]
    assert 0.78 < min(levels) < max(levels) < 0.85
    # Shared out evenly, nobody has so many clips that even the best of 800 epochs gets half of them wrong.
    even = chance_level(invented_subjects(0, (100, 100, 100), 100), 800, replicates=200).uf1
    assert max(levels) < even < 0.9


def drawn_epoch_by_epoch(counts, epochs, prior, replicates, rng):
    """The definition: every epoch of every subject is drawn, the most accurate is kept, confusions are pooled."""
    n_classes = counts.shape[1]
    pooled = np.zeros((replicates, n_classes, n_classes), dtype=int)
    for row in counts:
        true = np.repeat(np.arange(n_classes), row)
        labels = rng.choice(n_classes, p=prior, size=(replicates, epochs, len(true)))
        best = (labels == true).sum(axis=2).argmax(axis=1)
        kept = labels[np.arange(replicates), best]
        np.add.at(pooled, (np.arange(replicates)[:, None], true, kept), 1)
    return pooled


@pytest.mark.parametrize("epochs", [1, 7])
def test_it_is_the_law_of_drawing_every_epoch(epochs):
    counts = np.array([[3, 1, 0], [0, 2, 2], [1, 0, 0], [4, 3, 2], [0, 0, 5]])
    prior = np.array([0.5, 0.3, 0.2])
    replicates = 20000
    slow = drawn_epoch_by_epoch(counts, epochs, prior, replicates, np.random.default_rng(1))
    fast = pooled_confusion(counts, epochs, prior, replicates, np.random.default_rng(2))
    assert np.array_equal(fast.sum(axis=2), slow.sum(axis=2))
    error = np.sqrt((slow.var(axis=0) + fast.var(axis=0)) / replicates)
    assert (np.abs(slow.mean(axis=0) - fast.mean(axis=0)) < 4.5 * error + 1e-12).all()
    assert slow.std(axis=0) == pytest.approx(fast.std(axis=0), abs=0.04)
    # Not only each cell: hits of different classes hang together.
    assert np.cov(slow[:, 0, 0], slow[:, 1, 1])[0, 1] == pytest.approx(
        np.cov(fast[:, 0, 0], fast[:, 1, 1])[0, 1], abs=0.05
    )


def test_certain_cases():
    alone = np.ones((6, 2), dtype=np.int64) * [[1, 0]] * [[1], [1], [1], [0], [0], [0]]
    alone[3:, 1] = 1
    # With one clip a subject, the best of many is right everywhere.
    level = chance_level(alone, 500)
    assert (level.uf1, level.uar, level.uf1_sd) == (1, 1, 0)
    # Whoever says one class only cannot choose.
    stuck = chance_level(alone, 500, prior=np.array([1.0, 0.0]))
    assert (stuck.uf1, stuck.uar) == (pytest.approx(1 / 3), pytest.approx(1 / 2))


def test_more_epochs_never_lower_chance():
    levels = [chance_level(SUBJECTS, epochs, replicates=300).uf1 for epochs in (1, 3, 10, 100, 10**6)]
    assert levels == sorted(levels)


def test_a_database_is_scored_with_the_prior_of_all():
    of = np.repeat([0, 1, 2], [16, 24, 28])
    levels = [chance_level(SUBJECTS, 800, scored=of == i).uf1 for i in range(3)]
    # Published, for the real subjects: .760, .854, .893.
    assert levels == pytest.approx([0.760, 0.854, 0.893], abs=0.05)
    prior = SUBJECTS.sum(axis=0) / 442
    assert levels[0] == chance_level(SUBJECTS[:16], 800, prior=prior).uf1


def test_the_seed_alone_decides():
    assert chance_level(SUBJECTS, 800, seed=3) == chance_level(SUBJECTS, 800, seed=3)
    assert chance_level(SUBJECTS, 800, seed=3) != chance_level(SUBJECTS, 800, seed=4)


def test_the_interval_is_that_of_the_replicates():
    level = chance_level(SUBJECTS, 800, replicates=1000)
    low, high = level.uf1_interval
    assert low < level.uf1 < high
    assert level.uf1_sd == pytest.approx((high - low) / 3.92, rel=0.1)


@pytest.mark.parametrize(
    ("counts", "options"),
    [
        ([[1, 1]], {"epochs": 0}),
        ([[1, 1]], {"epochs": 1, "replicates": 0}),
        ([], {"epochs": 1}),
        ([[-1, 2]], {"epochs": 1}),
        ([[1, 0]], {"epochs": 1}),
        ([[1, 1]], {"epochs": 1, "prior": [0.5, 0.4]}),
        ([[1, 1]], {"epochs": 1, "prior": [1.0]}),
    ],
)
def test_input_without_an_answer_is_refused(counts, options):
    with pytest.raises(ValueError, match=r"needed|no sample|prior"):
        chance_level(np.array(counts), **options)
