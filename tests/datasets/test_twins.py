"""The twins have the counts of the originals exactly, their distributions closely, and a seed fixes every cell."""

import hashlib
import json
from collections import Counter
from functools import cache

import numpy as np
import pandas as pd
import pytest

from mebench.datasets import catalog
from mebench.datasets.ground_truth import ground_truth
from mebench.datasets.library import load_twin
from mebench.datasets.twin import generate, statistics
from mebench.datasets.twin.generate import twin
from mebench.datasets.twin.timeline import DoesNotFit
from mebench.datasets.verify import verify
from mebench.problems import UserError

SEEDS = range(5)
NAMES = ("samm-lv-twin", "casme-sq-twin", "smic-e-long-twin")
TYPED = {
    "samm-lv-twin": {"me": statistics.SAMM_LV_ME, "mae": statistics.SAMM_LV_MAE},
    "casme-sq-twin": {"me": statistics.CASME_SQ_ME, "mae": statistics.CASME_SQ_MAE},
}
# Submissions in this repository are scored against seed 0: if it changes, so does every number they have.
SEED_ZERO = {
    "samm-lv-twin": "922622e175c05589",
    "casme-sq-twin": "6ee175d942bd2788",
    "smic-e-long-twin": "3f3a0b11ad8eb80c",
}


@cache
def made(name, seed=0):
    return twin(name, seed)


def whole(value):
    return isinstance(value, int) or float(value).is_integer()


def samm_rows(seed):
    rows = made("samm-lv-twin", seed).sheets[0].rows
    return pd.DataFrame([list(row) for row in rows[10:]], columns=list(rows[9]))


def casme_rows(seed):
    columns = ["subject", "name", "onset", "apex", "offset", "units", "emotion", "type", "report"]
    return pd.DataFrame([list(row) for row in made("casme-sq-twin", seed).sheets[0].rows], columns=columns)


def histogram(counts):
    return dict(Counter(counts.tolist()))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", NAMES)
def test_a_twin_agrees_with_the_card_of_its_original_in_every_line(name, seed):
    checks = verify(load_twin(name, seed))
    assert checks
    assert [(check.what, check.found) for check in checks if check.verdict != "agrees"] == []


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", TYPED)
def test_events_per_video_and_subject_are_those_of_the_original(name, seed):
    movements = made(name, seed).movements
    for kind, known in TYPED[name].items():
        of_type = movements[movements["type"] == kind]
        assert histogram(of_type.groupby("video").size()) == dict(known.per_video)
        assert sorted(of_type.groupby("subject").size(), reverse=True) == list(known.per_subject)


@pytest.mark.parametrize("seed", SEEDS)
def test_videos_per_subject_are_those_of_the_original(seed):
    samm, casme = made("samm-lv-twin", seed).videos, made("casme-sq-twin", seed).videos
    assert tuple(sorted(samm.groupby("subject").size(), reverse=True)) == statistics.SAMM_LV_VIDEOS_PER_SUBJECT
    assert tuple(sorted(casme.groupby("subject").size(), reverse=True)) == statistics.CASME_SQ_VIDEOS_PER_SUBJECT
    assert set(samm["subject"]) == {f"{n:03d}" for n in range(6, 38)} - {"027", "029"}
    assert not samm["video"].duplicated().any()
    assert not casme["video"].duplicated().any()


@pytest.mark.parametrize("seed", SEEDS)
def test_samm_lv_has_the_layout_and_the_defects_of_the_workbook(seed):
    sheet = made("samm-lv-twin", seed).sheets[0]
    assert sheet.name == "FACS_Movement_Only"
    assert len(sheet.rows) == 512
    assert "SYNTHETIC" in sheet.rows[0][0]
    rows = samm_rows(seed)
    assert list(rows.columns) == [
        "Subject", "Filename", "Inducement Code", "Onset", "Apex", "Offset", "Duration", "Type", "Action Units",
        "Notes",
    ]  # fmt: skip
    assert Counter(rows["Type"]) == {"Macro": 343, "Micro - 1/2": 159}
    zero = rows[rows["Onset"] == 0]
    assert (len(zero), set(zero["Type"])) == (10, {"Macro"})
    assert zero["Duration"].min() > 800, "such events are extremely long"
    assert Counter(rows.loc[rows["Apex"] == -1, "Type"]) == {"Macro": 4, "Micro - 1/2": 2}
    assert rows.loc[rows["Onset"] != 0, "Onset"].min() >= 2, "onset 1 would read as onset 0 of V3"
    fractional = sum(not whole(cell) for name in ("Onset", "Apex", "Offset") for cell in rows[name])
    assert 143 <= fractional <= 154
    steps = rows.loc[[not whole(cell) for cell in rows["Onset"]], "Onset"] * 5
    assert np.allclose(steps, steps.round()), "fractional frames are fifths"
    assert all(isinstance(cell, str) and len(cell) == 3 for cell in rows["Subject"])
    assert (rows["Filename"].str.split("_").str[:1].str.join("") == rows["Subject"]).all()
    assert (rows["Filename"].str.split("_").str[1] == rows["Inducement Code"].astype(str)).all()
    assert not rows["Filename"].duplicated().any()


@pytest.mark.parametrize("seed", SEEDS)
def test_samm_lv_runs_past_the_end_in_three_rows_and_nowhere_else(seed):
    rows, videos = samm_rows(seed), made("samm-lv-twin", seed).videos.set_index("video")
    last = rows["Filename"].str.rsplit("_", n=1).str[0].map(videos["n_frames"])
    past = rows[rows["Offset"] > last]
    assert len(past) == 3
    assert (past["Onset"] > last[past.index]).sum() == 1, "one lies wholly outside"
    assert sorted((past["Offset"] - last[past.index])[past["Onset"] <= last[past.index]]) == [1, 1]
    assert (videos["n_frames"] > 9999).sum() == 1, "one video needs five digits"


@pytest.mark.parametrize("seed", SEEDS)
def test_casme_sq_has_the_layout_and_the_defects_of_the_workbook(seed):
    sheets = made("casme-sq-twin", seed).sheets
    assert [sheet.name for sheet in sheets] == ["CASFEcode_final", "naming rule1", "naming rule2"]
    assert [len(sheet.rows) for sheet in sheets] == [357, 357, 9]
    assert {len(row) for row in sheets[0].rows} == {9}
    rows = casme_rows(seed)
    assert Counter(rows["type"]) == {"macro-expression": 300, "micro-expression": 57}
    assert set(rows["subject"]) == set(range(1, 23))
    assert [row[2] for row in sheets[1].rows] == rows["subject"].tolist(), "naming rule1 stands beside the events"
    assert all(row[1] == f"s{row[0]}" for row in sheets[1].rows)
    assert ["0101", "disgust1"] in [list(row) for row in sheets[2].rows]
    assert Counter(rows.loc[rows["offset"] == 0, "type"]) == {"macro-expression": 44}
    assert (rows["apex"] == 0).sum() == 1
    backwards = rows[(rows["offset"] < rows["apex"]) & (rows["offset"] != 0)]
    assert Counter(backwards["type"]) == {"macro-expression": 3}
    assert (backwards["offset"] > backwards["onset"]).all()
    numbers = rows["name"].str.rsplit("_", n=1).str[1].astype(int)
    assert (numbers >= 10).sum() == 21
    assert not rows.duplicated(["subject", "name"]).any()


@pytest.mark.parametrize("seed", SEEDS)
def test_casme_sq_videos_are_as_long_as_their_stimulus(seed):
    made_twin = made("casme-sq-twin", seed)
    codes = made_twin.videos["video"].str.split("_").str[1]
    for stimulus in statistics.CASME_SQ_STIMULI:
        lengths = made_twin.videos.loc[codes == stimulus.code, "n_frames"]
        assert len(lengths) == stimulus.videos
        assert stimulus.shortest <= lengths.min() <= lengths.max() <= stimulus.longest
    assert set(made_twin.videos["video"]) - set(made_twin.movements["video"]) == {"s15_0508", "s23_0503"}


@pytest.mark.parametrize("seed", SEEDS)
def test_smic_has_camera_numbers_triples_and_videos_without_any_event(seed):
    made_twin = made("smic-e-long-twin", seed)
    header, *rows = made_twin.sheets[0].rows
    assert list(header[:6]) == ["subject", "video", "video_name", "NumME", "StartFrame", "Endframe"]
    assert list(header[7:]) == ["ME_Type", "onset", "offset"] * 3
    assert len(rows) == 162
    assert sum(row[3] for row in rows) == 166
    assert {0, 1, 2, 3} == {row[3] for row in rows}
    assert {len(str(row[4])) for row in rows} == {6, 8}
    named = [row[k] for row in rows for k in (7, 10, 13) if row[k]]
    assert Counter(name.split("_")[1] for name in named) == {"ne": 71, "po": 52, "sur": 43}
    assert len(set(named)) == 166
    for row in rows:
        assert all((row[k] == "") == (place >= row[3]) for place, k in enumerate((7, 10, 13)))
        for k in range(7, 7 + 3 * row[3], 3):
            assert row[4] <= row[k + 1] < row[k + 2] <= row[5]
    assert made_twin.videos["n_frames"].mean() == pytest.approx(590, rel=0.03)
    assert made_twin.videos.groupby("subject").size().index.tolist() == list(statistics.SMIC_SUBJECTS)
    assert set(made_twin.movements["subject"]) == set(statistics.SMIC_SUBJECTS), "nobody is left without an event"


@pytest.mark.parametrize(
    ("name", "kind", "quartiles", "ends"),
    [
        ("samm-lv-twin", "me", (59.5, 78, 89.5), (30, 101)),
        ("samm-lv-twin", "mae", (153.8, 223, 390.1), (102, 5176)),
        ("casme-sq-twin", "me", (13, 14, 15), (9, 17)),
        ("casme-sq-twin", "mae", (21, 31, 49), (3, 118)),
        ("smic-e-long-twin", "me", (27, 34, 41), (16, 58)),
    ],
)
@pytest.mark.parametrize("seed", SEEDS)
def test_lengths_follow_the_original(name, kind, quartiles, ends, seed):
    events = ground_truth(load_twin(name, seed)).expressions
    events = events[events["type"] == kind]
    lengths = (events["offset"] - events["onset"] + 1).to_numpy()
    assert np.percentile(lengths, (25, 50, 75)) == pytest.approx(quartiles, rel=0.06, abs=1)
    assert ends[0] <= lengths.min() <= lengths.max() <= ends[1]


@pytest.mark.parametrize(
    ("name", "kind", "quartiles"),
    [
        ("samm-lv-twin", "me", (0.34, 0.44, 0.56)),
        ("samm-lv-twin", "mae", (0.32, 0.44, 0.56)),
        ("casme-sq-twin", "me", (0.38, 0.43, 0.50)),
        ("casme-sq-twin", "mae", (0.28, 0.37, 0.46)),
    ],
)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_apex_lies_where_it_lies_in_the_original(name, kind, quartiles, seed):
    events = made(name, seed).movements.query("type == @kind")
    rise = (events["apex"] - events["onset"]) / (events["offset"] - events["onset"])
    assert np.percentile(rise, (25, 50, 75)) == pytest.approx(quartiles, abs=0.03)
    assert rise.between(0, 1).all()


def gaps_and_overlaps(name, seed):
    events = ground_truth(load_twin(name, seed)).expressions.sort_values(["video", "onset", "offset"])
    gap = (events["onset"] - events.groupby("video")["offset"].shift()).dropna()
    return gap.to_numpy(), int((gap <= 0).sum())


@pytest.mark.parametrize(
    ("name", "quartiles", "overlaps"),
    [("samm-lv-twin", (8, 245.6, 1014), 70), ("casme-sq-twin", (43, 191, 419), 17)],
)
@pytest.mark.parametrize("seed", SEEDS)
def test_gaps_and_overlaps_are_of_the_size_of_the_original(name, quartiles, overlaps, seed):
    gap, overlapping = gaps_and_overlaps(name, seed)
    assert np.percentile(gap, (25, 50, 75)) == pytest.approx(quartiles, rel=0.2, abs=20)
    assert overlapping == pytest.approx(overlaps, rel=0.2)


def same_type_pairs(events, iou):
    """Pairs of one video and type whose intersection over union reaches ``iou``."""
    found = 0
    for _, group in events.groupby(["video", "type"]):
        spans = list(zip(group["onset"], group["offset"], strict=True))
        for k, (a, b) in enumerate(spans):
            for c, d in spans[k + 1 :]:
                common = min(b, d) - max(a, c) + 1
                found += common > 0 and common >= iou * (max(b, d) - min(a, c) + 1)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_events_of_a_type_rarely_coincide(name):
    pairs = [same_type_pairs(ground_truth(load_twin(name, seed)).expressions, 0.5) for seed in SEEDS]
    assert max(pairs) <= 12
    assert (sum(pairs) > 0) == (name != "smic-e-long-twin"), "but it happens, as in the originals"


def test_micro_expressions_within_macro_expressions_occur():
    events = made("samm-lv-twin").movements
    both = events[events["type"] == "me"].merge(events[events["type"] == "mae"], on="video", suffixes=("", "_mae"))
    assert ((both["onset"] >= both["onset_mae"]) & (both["offset"] <= both["offset_mae"])).sum() >= 3


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", NAMES)
def test_movements_lie_within_their_video_and_are_spread_over_it(name, seed):
    made_twin = made(name, seed)
    movements = made_twin.movements.merge(made_twin.videos, on=["subject", "video"])
    last = movements["first_frame"] + movements["n_frames"] - 1
    assert (movements["onset"] > movements["first_frame"]).all()
    assert (movements["offset"] > last).sum() == (3 if name == "samm-lv-twin" else 0)
    assert (movements["onset"] <= movements["apex"]).all()
    assert (movements["apex"] <= movements["offset"]).all()
    place = (movements["onset"] - movements["first_frame"]) / (movements["n_frames"])
    assert 0.3 < place.median() < 0.6
    assert (place < 0.25).mean() > 0.1
    assert (place > 0.7).mean() > 0.1


@pytest.mark.parametrize("name", NAMES)
def test_the_workbook_reports_the_movements_where_it_has_no_defect(name):
    written, moved = load_twin(name, 3).annotations, made(name, 3).movements
    assert len(written) == len(moved)
    onset, offset = np.floor(written["onset"] + 0.5), np.floor(written["offset"] + 0.5)
    agree = (onset == moved["onset"]) & (offset == moved["offset"]) & (written["video"] == moved["video"])
    assert len(moved) - agree.sum() == {"samm-lv-twin": 10, "casme-sq-twin": 47, "smic-e-long-twin": 0}[name]
    assert written["type"].tolist() == moved["type"].tolist()


@pytest.mark.parametrize("name", NAMES)
def test_the_listed_videos_are_those_that_the_reader_finds(name):
    read = catalog.reader(name).parse(made(name).sheets, made(name).workbook_name)
    listed = made(name).videos.set_index("video")
    assert set(read.videos["video"]) == set(listed.index)
    assert all(catalog.reader(name).canonical_video(video) == video for video in listed.index)
    known = read.videos.dropna(subset="n_frames").set_index("video")
    assert len(known) == (162 if name == "smic-e-long-twin" else 0)
    assert known["n_frames"].tolist() == listed.loc[known.index, "n_frames"].tolist()
    assert known["first_frame"].tolist() == listed.loc[known.index, "first_frame"].tolist()


def test_who_has_most_events_changes_with_the_seed():
    leaders = {made("casme-sq-twin", seed).movements["subject"].value_counts().idxmax() for seed in SEEDS}
    assert len(leaders) > 1


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_fixes_every_cell(name):
    again = twin(name, 0)
    assert again.sheets == made(name).sheets
    pd.testing.assert_frame_equal(again.videos, made(name).videos)
    pd.testing.assert_frame_equal(again.movements, made(name).movements)
    assert len({repr(made(name, seed).sheets) for seed in SEEDS}) == len(SEEDS)
    cells = json.dumps([[sheet.name, [list(row) for row in sheet.rows]] for sheet in again.sheets])
    assert hashlib.sha256(cells.encode()).hexdigest()[:16] == SEED_ZERO[name]


@pytest.mark.parametrize("name", ["samm-lv-twin", "casme-sq-twin"])
def test_many_seeds_come_out(name):
    for seed in range(20, 60):
        made_twin = twin(name, seed)
        assert len(made_twin.movements) == {"samm-lv-twin": 502, "casme-sq-twin": 357}[name]


def test_draws_that_do_not_come_out_are_drawn_anew_from_other_streams(monkeypatch):
    layout = generate._LAYOUTS["smic-e-long-twin"]
    tried = []

    def build(seed, stream):
        tried.append(stream("events").uniform())
        if len(tried) < 3:
            raise DoesNotFit("too long")
        return layout.build(seed, stream)

    monkeypatch.setattr(generate, "_LAYOUTS", {"smic-e-long-twin": layout._replace(build=build)})
    assert len(twin("smic-e-long-twin").videos) == 162
    assert len(set(tried)) == 3


def test_an_unknown_twin_is_answered_with_the_nearest_name():
    with pytest.raises(UserError, match="Did you mean 'casme-sq-twin'"):
        twin("casme_sq_twin")


@pytest.mark.parametrize("seed", [-1, 1.5, True, "0", None])
def test_a_seed_is_a_whole_number_from_zero(seed):
    with pytest.raises(UserError, match="is no seed"):
        twin("samm-lv-twin", seed)


@pytest.mark.parametrize("name", ["SAMM_LV_ME", "SAMM_LV_MAE", "CASME_SQ_ME", "CASME_SQ_MAE"])
def test_the_statistics_do_not_contradict_each_other(name):
    known = getattr(statistics, name)
    assert sum(n * videos for n, videos in known.per_video.items()) == known.count
    assert sum(known.video_counts()) == known.count
    assert len(known.video_counts()) == known.videos
    for table in (known.lengths, known.apex):
        percents, values = zip(*table, strict=True)
        assert (percents[0], percents[-1]) == (0, 100)
        assert list(percents) == sorted(set(percents))
        assert list(values) == sorted(values)
