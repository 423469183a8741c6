"""What looks odd is said, what is honest is not, and the labels are never looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mebench.datasets.dataset import Dataset
from mebench.submission.read import from_frame


def honest(dataset: Dataset, seed: int, n: int = 40) -> pd.DataFrame:
    """Intervals at random places of random videos, with the frame numbers that the dataset has."""
    rng = np.random.default_rng(seed)
    place = rng.integers(len(dataset.videos), size=n)
    first = dataset.videos["first_frame"].to_numpy()[place]
    length = dataset.videos["n_frames"].fillna(3000).to_numpy(np.int64)[place]
    onset = first + (rng.random(n) * (length - 120)).astype(np.int64)
    kinds = rng.choice(dataset.types, size=n)
    kinds[: len(dataset.types)] = dataset.types
    offset = onset + rng.integers(5, 110, size=n)
    return pd.DataFrame(
        {"video": dataset.videos["video"].to_numpy()[place], "onset": onset, "offset": offset, "type": kinds}
    ).drop_duplicates()


def said(table: pd.DataFrame, dataset: Dataset | None) -> dict[str, str]:
    warnings = from_frame(table, dataset).warnings
    assert all(warning.severity == "warning" for warning in warnings)
    return {warning.rule: str(warning) for warning in warnings}


@pytest.mark.parametrize("short", ["samm", "casme", "smic"])
def test_honest_submissions_raise_no_suspicion(short: str, datasets: dict[str, Dataset]) -> None:
    for seed in range(60):
        assert set(said(honest(datasets[short], seed), datasets[short])) <= {"videos-without-predictions"}


def test_every_video_covered_and_both_types_is_silence(samm: Dataset) -> None:
    table = pd.concat([honest(samm, seed, 60) for seed in range(5)]).drop_duplicates()
    assert said(table, samm) == {}


def test_videos_without_predictions(samm: Dataset) -> None:
    table = pd.DataFrame({"video": ["006_1"] * 2, "onset": [1, 4000], "offset": [50, 4500], "type": ["me", "mae"]})
    text = said(table, samm)["videos-without-predictions"]
    assert "11 of 12 videos" in text
    assert "'006_2', '006_3', '007_1', ..." in text


def test_frames_counted_from_zero(samm: Dataset, smic: Dataset) -> None:
    table = honest(samm, 1)
    table.loc[[3, 4], "onset"] = 0
    assert "2 intervals begin at frame 0" in said(table, samm)["looks-shifted"]
    from_zero = replace(samm, videos=samm.videos.assign(first_frame=0))
    assert "looks-shifted" not in said(table, from_zero)


@pytest.mark.parametrize(("factor", "rate"), [(8, 25), (4, 50), (10, 20)])
def test_frames_of_a_slower_rate(factor: int, rate: int, samm: Dataset) -> None:
    table = pd.concat([honest(samm, seed, 60) for seed in range(3)]).drop_duplicates()
    slow = table.assign(onset=table["onset"] // factor, offset=table["offset"] // factor).drop_duplicates()
    text = said(slow, samm)["looks-rescaled"]
    assert f"counted at {rate} instead of 200 a second" in text


def test_few_intervals_tell_nothing_of_the_rate(samm: Dataset) -> None:
    table = honest(samm, 2, 9)
    slow = table.assign(onset=table["onset"] // 8, offset=table["offset"] // 8)
    assert "looks-rescaled" not in said(slow, samm)


def annotated(dataset: Dataset, share: float) -> Dataset:
    """The dataset with one event a video, whose offset is that share of 3000 frames."""
    n = len(dataset.videos)
    events = dataset.videos[["dataset", "subject", "video"]].assign(
        event="x", onset=1.0, apex=np.nan, offset=3000 * share, type="me", emotion=None, action_units=None, row=range(n)
    )
    return replace(dataset, annotations=events)


def test_without_lengths_the_annotated_extent_stands_in(casme: Dataset) -> None:
    many = pd.concat([honest(casme, seed, 60) for seed in range(3)]).drop_duplicates()
    slow = many.assign(onset=many["onset"] // 8, offset=many["offset"] // 8).drop_duplicates()
    assert "looks-rescaled" not in said(slow, casme), "nothing is known of the lengths of a hidden test set"
    assert "looks-rescaled" in said(slow, annotated(casme, 0.9))
    assert "looks-rescaled" not in said(many, annotated(casme, 0.9))


def test_without_lengths_frames_of_a_faster_rate(casme: Dataset) -> None:
    ids = [f"s{subject}_0101" for subject in range(15, 27)]
    videos = pd.concat([casme.videos.iloc[:1]] * 12, ignore_index=True).assign(video=ids, subject=[i[:3] for i in ids])
    wide = annotated(replace(casme, videos=videos), 0.9)
    table = pd.concat([honest(wide, seed, 100) for seed in range(3)]).drop_duplicates()
    fast = table.assign(onset=table["onset"] * 200 // 30, offset=table["offset"] * 200 // 30)
    assert "more than four times" in said(fast, wide)["looks-rescaled"]
    assert "looks-rescaled" not in said(table, wide)


@pytest.mark.parametrize(("length", "says"), [(1, "apex frames"), (31, "31 frames")])
def test_every_interval_the_same_length(length: int, says: str, samm: Dataset) -> None:
    table = honest(samm, 3)
    table["offset"] = table["onset"] + length - 1
    assert says in said(table, samm)["same-length"]
    assert says in said(table, None)["same-length"]
    table.loc[table.index[0], "offset"] += 1
    assert "same-length" not in said(table, samm)


def test_one_type_only(samm: Dataset, smic: Dataset) -> None:
    assert "one-type-only" not in said(honest(samm, 4).assign(type="me"), samm), "a hidden set may have one type"
    events = {"video": "006_1", "onset": 1.0, "apex": 5.0, "offset": 9.0}
    samm = replace(samm, annotations=pd.DataFrame([{**events, "type": kind} for kind in ("me", "mae")]))
    assert "Every MaE will count as missed" in said(honest(samm, 4).assign(type="me"), samm)["one-type-only"]
    assert "one-type-only" not in said(honest(smic, 4), smic)


def test_labels_change_no_more_than_the_lengths_they_imply(samm: Dataset) -> None:
    """Where the lengths of the videos are known, the warnings are the same with the ground truth as without."""
    for seed in range(10):
        table = honest(samm, seed)
        assert said(table, samm) == said(table, annotated(samm, seed / 10))


def test_warnings_name_the_file(tmp_path: Path, samm: Dataset, written: Callable[..., Path]) -> None:
    from mebench.submission.read import read_submission

    read = read_submission(written("video,onset,offset,type\n"), samm)
    assert "pred.csv" in str(read.warnings[0])


def test_types_that_look_swapped(samm: Dataset) -> None:
    table = honest(samm, 0, 60)
    lengths = {"me": 400, "mae": 60}
    swapped = table.assign(onset=1, type=[("me", "mae")[i % 2] for i in range(len(table))])
    swapped["offset"] = [lengths[kind] + i for i, kind in enumerate(swapped["type"])]
    swapped = swapped.drop_duplicates()
    assert "swapped" in said(swapped, samm)["looks-swapped"]
    right = swapped.assign(type=swapped["type"].map({"me": "mae", "mae": "me"}))
    assert "looks-swapped" not in said(right, samm)
