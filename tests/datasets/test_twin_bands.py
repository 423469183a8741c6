"""The full twins are shaped like their originals: within the percentiles of those, and spread over them as evenly.

The tables are aggregates of the originals (percentiles and shares, never an event).
"""

from functools import cache

import numpy as np
import pytest

from mebench.datasets.library import load_twin
from mebench.datasets.twin.generate import twin

SEEDS = range(5)
# 5, 25, 50, 75 and 95 %, mean: lengths in frames, both ends included.
LENGTHS = {
    ("casme-sq-twin", "me"): (9, 13, 14, 15, 16, 13.58),
    ("casme-sq-twin", "mae"): (12, 21, 31, 49, 74.05, 36.44),
    ("samm-lv-twin", "me"): (39.9, 59.5, 78, 89.5, 100, 74.31),
    ("samm-lv-twin", "mae"): (113.1, 153.8, 223, 390.1, 1779.4, 434.8),
    ("smic-e-long-twin", "me"): (20, 27, 34, 41, 50, 34.0),
    ("casme2-twin", "me"): (36, 51, 61, 86, 100, 67.2),
    ("smic-twin", "me"): (20, 27, 34, 41, 50, 34.0),
    ("samm-twin", "me"): (39.9, 59.5, 78, 89.5, 100, 74.31),
}
APEX = {
    ("casme-sq-twin", "me"): (0.28, 0.38, 0.43, 0.50, 0.62, 0.441),
    ("casme-sq-twin", "mae"): (0.17, 0.28, 0.37, 0.46, 0.62, 0.375),
    ("samm-lv-twin", "me"): (0.23, 0.34, 0.44, 0.56, 0.74, 0.46),
    ("samm-lv-twin", "mae"): (0.18, 0.32, 0.44, 0.56, 0.84, 0.463),
    ("samm-twin", "me"): (0.23, 0.34, 0.44, 0.56, 0.74, 0.46),
}
# From the end of an event to the onset of the next.
GAPS = {
    "casme-sq-twin": (-4.9, 43.25, 191, 419, 1038.9, 301.4),
    "samm-lv-twin": (-292.3, 8, 245.6, 1014.3, 2668.6, 562.2),
}
VIDEOS = {
    "casme-sq-twin": (660, 2052, 2304, 3265, 4371, 2596.1),
    "samm-lv-twin": (731.4, 1001, 3000, 4937.5, 8141, 3284.3),
}
# Mean number of events of a video, and the share of all frames inside an event.
DENSITY = {
    ("casme-sq-twin", "me"): (57 / 97, 0.00307),
    ("casme-sq-twin", "mae"): (300 / 97, 0.04342),
    ("samm-lv-twin", "me"): (159 / 147, 0.02447),
    ("samm-lv-twin", "mae"): (343 / 147, 0.30889),
}


def assert_within(values, band):
    """The quartiles and the mean lie inside the band, which holds about nine tenths of the values."""
    values = np.asarray(values, float)
    low, first, _, third, high, mean = band
    assert low <= np.percentile(values, 25) <= np.percentile(values, 50) <= np.percentile(values, 75) <= high
    assert low <= values.mean() <= high
    assert values.mean() == pytest.approx(mean, rel=0.2), "and the mean near that of the original"
    assert np.mean((low <= values) & (values <= high)) >= 0.8
    assert 0.35 <= np.mean((first <= values) & (values <= third)) <= 0.72  # ties on the quartiles of short ME


@cache
def written(name, seed):
    """What the workbook says, with the apex for an offset that it does not give."""
    rows = load_twin(name, seed).annotations
    return rows.assign(offset=rows["offset"].fillna(rows["apex"]))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("name", "kind"), LENGTHS)
def test_lengths(name, kind, seed):
    rows = written(name, seed) if name in VIDEOS else twin(name, seed).movements
    of_type = rows[rows["type"] == kind]
    assert_within(of_type["offset"] - of_type["onset"] + 1, LENGTHS[name, kind])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("name", "kind"), APEX)
def test_where_the_apex_lies(name, kind, seed):
    moved = twin(name, seed).movements.query("type == @kind")
    assert_within((moved["apex"] - moved["onset"]) / (moved["offset"] - moved["onset"]), APEX[name, kind])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", GAPS)
def test_gaps(name, seed):
    rows = written(name, seed).sort_values(["video", "onset", "offset"], kind="stable")
    follows = rows["video"].eq(rows["video"].shift())
    assert_within((rows["onset"] - rows["offset"].shift())[follows], GAPS[name])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", VIDEOS)
def test_lengths_of_videos(name, seed):
    assert_within(twin(name, seed).videos["n_frames"], VIDEOS[name])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("name", "kind"), DENSITY)
def test_how_much_happens(name, kind, seed):
    videos, rows = twin(name, seed).videos, written(name, seed).query("type == @kind")
    per_video, share = DENSITY[name, kind]
    assert len(rows) / len(videos) == pytest.approx(per_video)
    inside = (rows["offset"] - rows["onset"] + 1).sum() / videos["n_frames"].sum()
    assert inside == pytest.approx(share, rel=0.1)
