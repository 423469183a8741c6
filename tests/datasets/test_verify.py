import json
import math
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mebench.datasets import catalog
from mebench.datasets.dataset import Dataset
from mebench.datasets.readers._rows import Event, Video, annotations_table, videos_table
from mebench.datasets.sheets import Sheet, read_workbook
from mebench.datasets.verify import TITLES, measure, verify
from tests.datasets import layouts

COMPLETE = {
    "samm-lv": layouts.complete_samm_lv,
    "casme-sq": layouts.complete_casme_sq,
    "smic-e-long": layouts.complete_smic_e_long,
}


def load(name, sheets, n_frames=None):
    reader = catalog.reader(name)
    read = reader.parse(sheets, f"{name}.xlsx")
    videos = (
        read.videos
        if n_frames is None
        else read.videos.assign(n_frames=pd.array([n_frames] * len(read.videos), "Int64"))
    )
    return dataset(name, videos, read.annotations, reader.canonical_video)


def dataset(name, videos, annotations, canonical_video=lambda written: written, reader=None):
    return Dataset(
        name=name, title=name, videos=videos, annotations=annotations, universe="", canonical_video=canonical_video,
        reader=reader or name, source="",
    )  # fmt: skip


def lines(checks):
    return {check.what: check for check in checks}


def drop_rows(sheets, keep):
    """Leave out rows of the sheet of events; a row without a number in the onset's column is no event."""
    place = max(range(len(sheets)), key=lambda i: len(sheets[i].rows))
    events = [row for row in sheets[place].rows if len(row) < 8 or not isinstance(row[2], int | float) or keep(row)]
    return [*sheets[:place], Sheet(sheets[place].name, events), *sheets[place + 1 :]]


@pytest.mark.parametrize("name", COMPLETE)
def test_a_complete_copy_agrees_in_every_line(name, tmp_path):
    path = layouts.write_xlsx(tmp_path / "x.xlsx", COMPLETE[name]())
    checks = verify(load(name, read_workbook(path)))
    assert {check.verdict for check in checks if check.found is not None} == {"agrees"}
    unknown = {check.what for check in checks if check.verdict == "not measurable"}
    assert unknown == (set() if name == "smic-e-long" else {"past_end_rows", "total_frames"})
    assert all("--frames" in check.means for check in checks if check.found is None)


def test_what_is_asked_for():
    asked = {name: {e.what: e.values for e in catalog.card(name).expected} for name in COMPLETE}
    samm, casme, smic = asked["samm-lv"], asked["casme-sq"], asked["smic-e-long"]
    assert [samm[w] for w in ("me", "mae", "videos", "subjects", "rows")] == [(159,), (343,), (147,), (30,), (502,)]
    assert [casme[w] for w in ("me", "mae", "videos", "subjects", "rows")] == [(57,), (300,), (97,), (22,), (357,)]
    assert [smic[w] for w in ("me", "mae", "videos", "subjects")] == [(166,), (0,), (162,), (16,)]
    assert {w for expected in asked.values() for w in expected if "_emotion_" not in w} <= set(TITLES)


def test_the_336_row_table_is_recognised():
    lost = {"micro-expression": 3, "macro-expression": 18}

    def keep(row):
        if lost[row[7]] and len(row[1].partition("_")[2]) == 2:
            lost[row[7]] -= 1
            return False
        return True

    sheets = layouts.complete_casme_sq()
    micro = [row for row in sheets[0].rows if row[7] == "micro-expression"]
    for row, number in zip(micro, ("31", "32", "33"), strict=False):
        row[1] = f"{row[1].partition('_')[0]}_{number}"
    checks = lines(verify(load("casme-sq", drop_rows(sheets, keep))))
    assert [checks[w].found for w in ("rows", "me", "mae")] == [336, 54, 282]
    assert all("two-digit" in checks[w].means for w in ("rows", "me", "mae"))
    assert checks["subjects"].verdict == "agrees"


def test_the_usual_differences_are_named():
    checks = lines(verify(load("samm-lv", drop_rows(layouts.complete_samm_lv(), lambda row: row[3] != 0))))
    assert (checks["mae"].found, checks["mae"].verdict) == (333, "differs")
    assert "onset 0 were left out (SOFTNet)" in checks["mae"].means
    assert checks["rows"].found == 492

    v3 = layouts.complete_samm_lv()
    for row in v3[1].rows:
        if len(row) > 7 and row[3] == 0:
            row[3] = 1
    checks = lines(verify(load("samm-lv", v3)))
    assert [what for what, check in checks.items() if check.verdict == "differs"] == ["onset_zero_rows"]
    assert "V3 writes onset 1" in checks["onset_zero_rows"].means

    only_me = lines(verify(load("samm-lv", drop_rows(layouts.complete_samm_lv(), lambda row: row[7] != "Macro"))))
    assert only_me["videos"].found == 79
    assert "MEGC2019" in only_me["videos"].means

    videos = load("casme-sq", layouts.complete_casme_sq())
    for gone, said in (({"s15_0508", "s23_0503"}, "only the annotated videos"), (set(), "")):
        kept = videos.videos[~videos.videos["video"].isin(gone)].reset_index(drop=True)
        line = lines(verify(dataset("casme-sq", kept, videos.annotations)))["videos"]
        assert said in line.means
        assert bool(line.means) == (line.verdict == "differs")


def test_every_difference_is_explained():
    trimmed = drop_rows(layouts.complete_casme_sq(), lambda row: row[0] == 1)
    checks = verify(load("casme-sq", trimmed))
    differing = [check for check in checks if check.verdict == "differs"]
    assert len(differing) > 8
    assert all(check.means for check in differing)
    # An emotion that does not occur at all is counted as none, not left unmeasured.
    assert all(check.found is not None for check in checks if "_emotion_" in check.what)


def test_lengths_make_the_last_lines_measurable():
    found = measure(load("samm-lv", layouts.complete_samm_lv(), n_frames=3284))
    assert found["total_frames"] == 147 * 3284
    events = load("samm-lv", layouts.complete_samm_lv()).annotations
    assert found["past_end_rows"] == int((np.floor(events["offset"] + 0.5) > 3284).sum())
    assert 0 < found["past_end_rows"] < 502


@pytest.mark.parametrize(("offset", "outside"), [(100, 0), (100.4, 0), (100.5, 1), (math.nan, 0)])
def test_a_fraction_of_a_frame_is_rounded_before_it_is_past_the_end(offset, outside):
    events = [Event("a", "a_1", None, 90.0, 95.0, offset, "me", None, None, 1)]
    videos = [Video("a", "a_1", None, 1, 100)]
    found = measure(dataset("x", videos_table("x", videos), annotations_table("x", events)))
    assert found["past_end_rows"] == outside


def test_a_hidden_set_and_a_private_one():
    videos = videos_table("x", [Video("a", "a_1", None)])
    assert measure(dataset("x", videos, None)) == {"videos": 1, "subjects": 1}
    assert verify(dataset("x", videos, None, reader="csv")) == []
    hidden = lines(verify(dataset("samm-lv", videos, None, reader="csv")))
    assert hidden["videos"].verdict == "differs"
    assert hidden["me"].verdict == "not measurable"
    assert "without annotations" in hidden["me"].means
    assert json.loads(json.dumps(hidden["videos"].as_dict()))["expected"] == [147]


def test_relative_frames_in_smic_are_noticed():
    sheets = layouts.complete_smic_e_long()
    for row in sheets[0].rows[1:]:
        for column in range(8, len(row)):
            if isinstance(row[column], int):
                row[column] -= row[4]
    line = lines(verify(load("smic-e-long", sheets)))["past_end_rows"]
    assert line.verdict == "differs"
    assert "absolute camera numbers" in line.means
    assert line.found == 166


EVENTS = st.lists(
    st.tuples(
        st.sampled_from("ab"), st.sampled_from("12"), st.integers(0, 30),
        st.one_of(st.just(math.nan), st.integers(0, 30)), st.one_of(st.just(math.nan), st.integers(0, 40)),
        st.sampled_from(["me", "mae"]), st.sampled_from([None, "positive"]),
    ),
    min_size=1, max_size=12,
)  # fmt: skip


@given(EVENTS, st.integers(1, 40), st.integers(0, 2))
def test_the_counts_equal_their_definitions(drawn, n_frames, first):
    events = [
        Event(s, f"{s}_{v}", None, float(on), float(apex), float(off), kind, emotion, None, i)
        for i, (s, v, on, apex, off, kind, emotion) in enumerate(drawn)
    ]
    videos = [Video(s, f"{s}_{v}", None, first, n_frames) for s in "abc" for v in "12"]
    found = measure(dataset("x", videos_table("x", videos), annotations_table("x", events)))
    assert found["rows"] == len(events)
    assert found["me"] + found["mae"] == len(events)
    for kind in ("me", "mae"):
        assert found[f"videos_{kind}"] == len({e.video for e in events if e.type == kind})
        assert found[f"subjects_{kind}"] == len({e.subject for e in events if e.type == kind})
        positive = sum(e.type == kind and e.emotion == "positive" for e in events)
        assert found.get(f"{kind}_emotion_positive", 0) == positive
    both = {e.video for e in events if e.type == "me"} & {e.video for e in events if e.type == "mae"}
    assert found["videos_both"] == len(both)
    assert found["videos_annotated"] == len({e.video for e in events})
    assert found["offset_missing_rows"] == sum(math.isnan(e.offset) for e in events)
    assert found["apex_missing_rows"] == sum(math.isnan(e.apex) for e in events)
    assert found["offset_before_apex_rows"] == sum(e.offset < e.apex for e in events)
    assert found["offset_before_onset_rows"] == sum(e.offset < e.onset for e in events)
    assert found["onset_zero_rows"] == sum(e.onset == 0 for e in events)

    def end(event):
        return next(f for f in (event.offset, event.apex, event.onset) if not math.isnan(f))

    last = first + n_frames - 1
    from_zero = first == 1  # then onset 0 says "from the beginning"
    outside = sum(end(e) > last or e.onset > last or e.onset < first - from_zero for e in events)
    assert found["past_end_rows"] == outside
    pairs = 0
    for video in {e.video for e in events}:
        ordered = sorted((e.onset, end(e)) for e in events if e.video == video)
        pairs += sum(b[0] <= a[1] for a, b in pairwise(ordered))
    assert found["overlapping_pairs"] == pairs
    assert found["total_frames"] == 6 * n_frames


def test_a_specific_cause_is_named_only_if_every_number_fits():
    loaded = load("casme-sq", layouts.complete_casme_sq())

    def means(*gone, what="videos"):
        videos = loaded.videos[~loaded.videos["video"].isin(gone)].reset_index(drop=True)
        events = loaded.annotations[~loaded.annotations["video"].isin(gone)].reset_index(drop=True)
        return lines(verify(dataset("casme-sq", videos, events)))[what].means

    assert "only the annotated videos" in means("s15_0508", "s23_0503")
    for gone in (["s16_0508", "s16_0503"], ["s16_0508"], ["s23_0502"]):
        assert means(*gone) == "videos are missing: false positives in them would not count"
        assert "97-folder" not in means(*gone, what="mae")

    smic = load("smic-e-long", layouts.complete_smic_e_long())
    events = smic.annotations.iloc[:164]
    assert lines(verify(dataset("smic-e-long", smic.videos, events)))["me"].means == "rows were removed or edited"
    samm = load("samm-lv", drop_rows(layouts.complete_samm_lv(), lambda row: row[7] != "Macro" or row[3] > 400.1))
    assert all("SOFTNet" not in check.means for check in verify(samm))
    samm = load("samm-lv", layouts.complete_samm_lv())
    ten = samm.annotations.index[(samm.annotations["type"] == "mae") & (samm.annotations["onset"] > 0)][:10]
    ten_others = lines(verify(dataset("samm-lv", samm.videos, samm.annotations.drop(ten))))
    assert (ten_others["mae"].found, ten_others["rows"].found) == (333, 492)
    assert all("SOFTNet" not in ten_others[what].means for what in ("rows", "mae"))


def test_s23_lost_with_the_misplaced_folder_is_recognised():
    loaded = load("casme-sq", layouts.complete_casme_sq())
    events = loaded.annotations
    of_video = events.index[events["video"] == "s23_0502"]
    macros = events.index[(events["type"] == "mae") & (events["video"] != "s23_0502")]
    moved = events.loc[of_video].assign(video="s15_0502", subject="s15")
    kept = pd.concat([events.drop([*of_video, *macros[:2]]), moved], ignore_index=True)
    kept = kept.assign(type=[*["me"] * 57, *["mae"] * 298])
    videos = loaded.videos[loaded.videos["video"] != "s23_0502"].reset_index(drop=True)
    checks = lines(verify(dataset("casme-sq", videos, kept)))
    for what in ("rows", "mae", "videos"):
        assert "97-folder release" in checks[what].means


def test_more_than_published_is_never_called_removed():
    loaded = load("samm-lv", layouts.complete_samm_lv())
    events = pd.concat([loaded.annotations, loaded.annotations.assign(video="099_1", subject="099")])
    extra = loaded.videos.iloc[:1].assign(video="099_1", subject="099")
    videos = pd.concat([loaded.videos, extra], ignore_index=True)
    checks = lines(verify(dataset("samm-lv", videos, events.reset_index(drop=True))))
    assert checks["videos"].means == "videos were added"
    for what in ("rows", "me", "mae", "subjects", "videos_me", "videos_both"):
        assert checks[what].found > checks[what].expected[0]
        assert checks[what].means == "rows were added or edited"


@pytest.mark.parametrize("name", COMPLETE)
def test_a_single_backward_row_differs(name):
    loaded = load(name, COMPLETE[name]())
    events = loaded.annotations.copy()
    events.loc[5, "onset"], events.loc[5, "offset"] = 200.0, 100.0
    line = lines(verify(dataset(name, loaded.videos, events)))["offset_before_onset_rows"]
    assert (line.found, line.expected, line.verdict) == (1, (0,), "differs")


@pytest.mark.parametrize("name", catalog.names())
def test_every_line_says_something_of_every_other_count(name):
    for expected in catalog.card(name).expected:
        assert expected.otherwise, expected
        assert set(expected.only_if) <= set(expected.means), "a condition without a cause is never read"
        assert not set(expected.means) & set(expected.values)
