import dataclasses
import json
import re
from fractions import Fraction
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from submissions_made import EVENTS, HOSTILE, SUBJECTS, guesses, private, same_for_all, write

from mebench.datasets.library import load_dataset
from mebench.metrics.rules import RULES
from mebench.pages.charts import curve, strip, whisker
from mebench.pages.submission_page import submission_page
from mebench.pages.told import NO_TIMELINE, tell
from mebench.protocols.registry import plan
from mebench.scoring import score
from mebench.scoring.spot_then_recognise import score_spot_then_recognise

TWIN = "casme-sq-twin"


class Seen(HTMLParser):
    """What a page holds: the texts outside scripts and styles, the data, and every element."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.texts, self.data, self.attributes = [], [], "", []
        self._in = None
        self.feed(page)
        self.text = re.sub(r"\s+", " ", " ".join(self.texts))
        self.data = json.loads(self.data) if self.data else None

    def handle_starttag(self, tag, attributes):
        self.elements.append(tag)
        self.attributes += [(tag, *pair) for pair in attributes]
        self._in = (tag, dict(attributes)) if tag in {"script", "style"} else self._in

    def handle_endtag(self, tag):
        self._in = None if tag in {"script", "style"} else self._in

    def handle_data(self, data):
        if self._in is None:
            self.texts.append(data)
        elif self._in[1].get("type") == "application/json":
            self.data += data


def page_of(file, dataset, **options):
    return submission_page(tell(file, dataset, **options))


@pytest.fixture(scope="module")
def twin(tmp_path_factory):
    """A submission on a twin, told with and without ground truth."""
    folder = tmp_path_factory.mktemp("twin")
    file = write(folder / "said.csv", guesses(TWIN), {"method": "guesses", "preset": "cpu", "extra": {"k": [1, 2]}})
    few = write(folder / "few.csv", guesses(TWIN, found=0.1), {"method": "guesses"})
    told, hidden = tell(file, TWIN), tell(few, TWIN, ground_truth=False)
    return SimpleNamespace(
        file=file, told=told, hidden=hidden, page=submission_page(told), hidden_page=submission_page(hidden)
    )


def test_the_timeline_counts_what_the_report_counts_in_every_video(twin):
    data = Seen(twin.page).data
    report = score(twin.file, TWIN)
    assert len(data["videos"]) == len(report.by_video) == len(load_dataset(TWIN).videos)
    kinds = set()
    for (name, subject, *_, said, events), row in zip(data["videos"], report.by_video, strict=True):
        assert (name, subject) == (row["video"], row["subject"])
        for code, kind in enumerate(("me", "mae")):
            assert row[kind] == {
                "tp": sum(1 for event in events if event[2] == code and event[3] == -1),
                "fp": sum(1 for one in said if one[2] == code and one[5] != -1),
                "fn": sum(1 for event in events if event[2] == code and event[3] != -1),
            }
        kinds |= {data["kinds"][one[5]] for one in said if one[5] >= 0}
        for place, event in enumerate(events):
            if event[3] == -1:
                prediction = said[event[4]]
                assert prediction[5:] == [-1, place]
                shared = min(event[0] + event[1], prediction[0] + prediction[1]) - max(event[0], prediction[0])
                assert 2 * shared >= event[1] + prediction[1] - shared
    assert {"background", "too early", "too late"} & kinds


def test_the_timeline_holds_every_row_of_the_file(twin):
    rows = [line.split(",") for line in twin.file.read_text().splitlines()]
    for name, *_, said, _events in Seen(twin.page).data["videos"]:
        for onset, frames, kind, row, confidence, *_ in said:
            video, first, last, written, value = rows[row - 1]
            assert (video, int(first), int(last), written) == (name, onset, onset + frames - 1, ("me", "mae")[kind])
            assert float(value) == confidence
    assert sum(len(video[6]) for video in Seen(twin.page).data["videos"]) == len(rows) - 1


def test_the_page_says_the_scores_of_every_rule_and_threshold_and_where_they_come_from(twin):
    text = Seen(twin.page).text
    for rule in RULES.values():
        assert f"{rule.name}/{rule.version}" in text
    for kind in ("me", "mae", "overall"):
        assert f"{twin.told.report.scores[kind].f1:.4f}" in text
        for f1 in twin.told.report.sweep["iou"]["scores"][kind]["f1"]:
            assert f"{f1:.4f}" in text
    for rule, found in twin.told.rules:
        if not isinstance(found, str):
            assert f"{found.scores['overall'].f1:.4f}" in text, rule.name
    for fact in (
        twin.told.report.submission["sha256"],
        twin.told.report.ground_truth["sha256"],
        twin.told.report.rule["statement"],
        "guesses",
        "jackknife over subjects",
    ):
        assert fact in text
    assert "SYNTHETIC" in text
    assert twin.told.report.environment["time"] not in text


def test_the_kinds_of_error_add_up_to_the_errors(twin):
    text = Seen(twin.page).text
    for row in twin.told.report.errors["kinds"]:
        assert row["kind"] in text
    counted = [sum(row["overall"][side] for row in twin.told.report.errors["kinds"]) for side in ("fp", "fn")]
    assert counted == [twin.told.report.scores["overall"].fp, twin.told.report.scores["overall"].fn]


def test_the_same_data_make_the_same_bytes_and_one_file_that_loads_nothing(twin):
    assert twin.page == page_of(twin.file, TWIN)
    seen = Seen(twin.page)
    loading = [(tag, name, value) for tag, name, value in seen.attributes if name in {"src", "href", "action"}]
    assert {value for _, _, value in loading if not value.startswith("#")} == {"data:,"}
    assert not {"iframe", "object", "embed", "img", "video", "form action"} & set(seen.elements)
    assert not re.search(r"\binnerHTML\b|\beval\(|new Function|document\.write", twin.page)


# Without ground truth


def pairs_of(events):
    """Every way in which an event's frames could stand in a page."""
    for video, onset, offset in events:
        yield from (f"{onset},{offset}", f"{onset},{offset - onset + 1}", f"{onset} to {offset}", f"{onset}-{offset}")
        yield from (f"{onset}–{offset}", f"[{onset}", f"{video},{onset}")


def test_no_event_stands_in_a_page_without_ground_truth(tmp_path):
    name = private(tmp_path)
    file = same_for_all(tmp_path / "said.csv")
    page = page_of(file, name)
    events = [(f"{who}_1", onset, offset) for who, of in EVENTS.items() for onset, offset, _ in of]
    found = [words for words in pairs_of(events) if words in page]
    assert not found
    assert not [n for _, onset, offset in events for n in (onset, offset) if str(n) in page]
    data = Seen(page).data
    assert not data["truth"]
    for *_, said, events_of in data["videos"]:
        assert events_of == []
        assert {len(one) for one in said} == {5}
    shown = page_of(file, name, ground_truth=True)
    assert all(f"[{onset},{offset - onset + 1}," in shown for _, onset, offset in events)


@pytest.mark.parametrize("given", [("bert", "anna", "dora", "cleo"), ("dora", "cleo", "bert", "anna")])
def test_whose_the_events_are_changes_no_byte_without_ground_truth(tmp_path, given):
    """All videos have the same predictions: with the same sums, only the hash may tell two truths apart."""
    pages = []
    for i, of in enumerate((SUBJECTS, given)):
        folder = tmp_path / str(i)
        folder.mkdir()
        name = private(folder, f"mine-{i}", of)
        told = tell(same_for_all(tmp_path / "said.csv"), name)
        assert told.videos is not None
        page = submission_page(told).replace(told.report.ground_truth["sha256"], "TRUTH").replace(name, "NAME")
        pages.append(page)
        assert "TRUTH" in page
    assert pages[0] == pages[1]
    differ = [page_of(tmp_path / "said.csv", f"mine-{i}", ground_truth=True) for i in range(2)]
    assert differ[0].replace("mine-0", "NAME") != differ[1].replace("mine-1", "NAME")


def test_a_real_dataset_hides_its_events_by_default_and_says_so(tmp_path):
    name = private(tmp_path)
    file = same_for_all(tmp_path / "said.csv")
    hidden, open_ = tell(file, name), tell(file, name, ground_truth=True)
    assert not hidden.truth
    assert "must not leak" in hidden.because
    assert open_.truth
    assert "do not publish" in open_.because
    for told in (hidden, open_):
        assert told.because in Seen(submission_page(told)).text
    assert "Subjects" not in Seen(submission_page(hidden)).text.split("Under every rule")[0]


def test_a_twin_shows_its_events_unless_asked_not_to(twin):
    assert twin.told.truth
    assert twin.told.sentences() == []
    assert not twin.hidden.truth
    assert "--no-ground-truth" in twin.hidden.because
    data = Seen(twin.hidden_page).data
    assert all(video[7] == [] for video in data["videos"])


def test_remarks_about_rows_of_the_annotation_stay_with_the_ground_truth(twin):
    assert twin.hidden.videos is not None
    for told, there in ((twin.told, True), (twin.hidden, False)):
        truth = {**told.report.ground_truth, "notes": ["row 3: 10211 to 10229"]}
        noted = dataclasses.replace(told, report=dataclasses.replace(told.report, ground_truth=truth))
        assert ("10211 to 10229" in submission_page(noted)) == there


def test_a_script_that_stops_does_not_name_the_event_at_which_it_does(twin):
    stopped = [(rule, found) for rule, found in twin.told.rules if isinstance(found, str) and "event" in found]
    assert stopped
    hidden = Seen(page_of(twin.file, TWIN, ground_truth=False)).text
    for _, found in stopped:
        assert found in Seen(twin.page).text
        assert found not in hidden
    assert "Its script stops on this file." in hidden


def _events(move=0):
    return [(f"{who}_1", a + move, b + move, kind, 0.5) for who, of in EVENTS.items() for a, b, kind in of]


def _shifted(percent):
    return [(video, *((b - a) * percent // 100 + n for n in (a, b)), *more) for video, a, b, *more in _events()]


def _far(n):
    """As many predictions of each type that meet no event."""
    return [("dora_1", 14000 + 40 * i, 14030 + 40 * i, kind, 0.5) for i in range(n) for kind in ("me", "mae")]


BETRAYING = {
    "the events themselves": (_events(), {}),
    "the events, one frame off": (_events(1), {}),
    "one event among much else": ([*_events()[:1], *((f"{w}_1", 14000, 14030, "me", 0.5) for w in SUBJECTS)], {}),
    "every ME near an event": ([*_events(4)[3:4], ("dora_1", 14000, 14090, "mae", 0.5)], {}),
    "the events, one frame off, among others": (
        [*_events(1), ("anna_1", 14000, 14030, "me", 0.5), ("dora_1", 14000, 14090, "mae", 0.5)],
        {},
    ),
    "an oracle": (  # of it nothing is near an event
        [("anna_1", 14000, 14030, "me", 0.5), ("anna_1", 14100, 14130, "mae", 0.5)],
        {"selection": "oracle"},
    ),
    "the events, moved by 15 %, and false ones": ([*_shifted(15), *_far(1)], {}),
    "less than half of the events, one frame off, and false ones": ([*_events(1)[:2], *_far(1)], {}),
    "two frames an event, and false ones": (
        [
            *((video, a, a + 1, *more) for video, a, _, *more in _events()),
            *(("dora_1", 14000 + 100 * i, 14030 + 100 * i, ("me", "mae")[i % 2], 0.5) for i in range(5)),
        ],
        {},
    ),
    "the events, moved by 40 %, among much else": ([*_shifted(40), *_far(50)], {}),
    "the events of the other type": (
        [*((*row[:3], "mae" if row[3] == "me" else "me", 0.5) for row in _events(2)), *_far(1)],
        {},
    ),
}


@pytest.mark.parametrize("case", BETRAYING)
def test_predictions_that_would_tell_the_events_are_left_out(tmp_path, case):
    rows, meta = BETRAYING[case]
    name = private(tmp_path)
    file = write(tmp_path / "said.csv", rows, meta)
    told = tell(file, name)
    page = submission_page(told)
    assert told.videos is None
    assert NO_TIMELINE in told.sentences()
    assert NO_TIMELINE in Seen(page).text
    assert Seen(page).data is None
    assert not [row for row in rows if str(row[1]) in page]
    assert tell(file, name, ground_truth=True).videos is not None


@given(
    share=st.floats(0.5, 1),
    move=st.floats(-0.9, 0.9),
    size=st.floats(0.05, 3),
    false=st.integers(0, 60),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_good_predictions_are_never_in_a_page_without_ground_truth(good, share, move, size, false, seed):
    """Half of the events of a type or more are hinted at, whatever the shift, the length and the false ones."""
    rng = np.random.default_rng(seed)
    said = set()
    for kind in ("me", "mae"):
        true = [event for event in _events() if event[3] == kind]
        for i in rng.permutation(len(true))[: int(np.ceil(share * len(true)))]:
            video, a, b, *_ = true[i]
            length = max(1, round((b - a + 1) * size))
            # Frames that meet the event: its own, or the first or last of it.
            onset = min(max(a + round(move * (b - a)), a - length + 1), b)
            said.add((video, onset, onset + length - 1, kind))
    for onset in rng.choice(np.arange(14000, 19000, 41), false, replace=False).tolist():
        said.add((f"{SUBJECTS[int(rng.integers(4))]}_1", onset, onset + 20, ("me", "mae")[int(rng.integers(2))]))
    rows = sorted(said)
    file = write(good / "said.csv", [(*row, 0.5) for row in rows])
    seen = Seen(page_of(file, "mine"))
    assert seen.data is None
    assert NO_TIMELINE in seen.text


@given(near=st.integers(0, 6), false=st.integers(0, 12))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_predictions_stay_exactly_below_half(good, near, false):
    """Only ME, each near prediction in one of the four ME events: a reader's count decides."""
    true = [event for event in _events(2) if event[3] == "me"][:near]
    rows = [*true, *(("dora_1", 14000 + 100 * i, 14030 + 100 * i, "me", 0.5) for i in range(false))]
    told = tell(write(good / "said.csv", rows), "mine")
    half = bool(rows) and (2 * len(true) >= len(rows) or 2 * len(true) >= 4)
    assert (told.videos is None) == half


@pytest.fixture
def good(tmp_path):
    private(tmp_path)
    return tmp_path


def test_every_section_has_a_link_at_the_top(twin, labels):
    for told in (twin.told, twin.hidden, tell(labels, "megc2019-twin")):
        page = submission_page(told)
        contents = re.search(r'<nav class="contents.*?</nav>', page, re.DOTALL)[0]
        links = re.findall(r'href="#(\w+)"', contents)
        names = [value for _, name, value in Seen(page).attributes if name == "id"]
        assert [names.count(link) for link in links] == [1] * len(links)
        headed = set(re.findall(r'<section aria-labelledby="(\w+)"', page))
        assert headed | ({"confusions"} & set(names)) == set(links)
        assert page.index("</nav>") < page.index("<section")


def test_without_lengths_the_axis_ends_with_the_predictions_and_not_with_the_events(tmp_path):
    name = private(tmp_path)
    dataset = load_dataset(name)
    unknown = dataclasses.replace(dataset, videos=dataset.videos.assign(n_frames=np.array([None] * 4, dtype=object)))
    unknown = dataclasses.replace(unknown, videos=unknown.videos.astype({"n_frames": "Int64"}))
    from mebench.datasets.ground_truth import ground_truth
    from mebench.metrics import anatomy
    from mebench.metrics.intervals import iou_threshold
    from mebench.pages.timelines import timelines
    from mebench.scoring.case import case_of
    from mebench.submission.read import read_submission

    said = read_submission(write(tmp_path / "said.csv", [("anna_1", 10, 20, "me", 0.5)]), unknown).predictions
    events = ground_truth(unknown).expressions
    case = case_of(unknown, events, said, iou_threshold("1/2"))
    found = anatomy.anatomise(case.reference, case.estimated, 2, case.threshold)
    hidden, shown = (timelines(unknown, truth, said, found) for truth in (None, events))
    assert [video["last"] for video in hidden] == [20, 1, 1, 1]
    assert [video["last"] for video in shown] == [13023, 12893, 12221, 1]


# Hostile text


@pytest.mark.parametrize("truth", [True, False])
@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_text_stays_text(tmp_path, case, truth):
    words = HOSTILE[case]
    meta = {
        "method": words[:200],
        "authors": [words[:200]],
        "code": words[:500],
        "preset": words[:200],
        "training_data": [words[:200]],
        "notes": words,
        "extra": {"thing": {words: [words]}},
    }
    name = "said.csv" if "/" in words or "\x00" in words else f"{words}.csv"
    file = write(tmp_path / name, guesses("casme-sq-twin-tiny"), meta)
    page = page_of(file, "casme-sq-twin-tiny", ground_truth=truth)
    seen = Seen(page)
    assert [tag for tag in seen.elements if tag == "script"] in (["script"] * 2, [])
    assert not {"img", "b onmouseover", "iframe"} & set(seen.elements)
    assert not [name for _, name, _ in seen.attributes if name.startswith("on")]
    assert not set(page) & set("\u202e\u2066\u200b\x00\x1b\r")
    if case in {"script", "end", "quotes", "template", "formula"}:
        assert words in seen.text


def test_long_names_are_cut_where_they_lead_and_whole_where_they_are_facts(tmp_path):
    meta = {"method": "m" * 200, "notes": "n" * 10_000}
    file = write(tmp_path / "said.csv", guesses("casme-sq-twin-tiny"), meta)
    page = page_of(file, "casme-sq-twin-tiny")
    assert "m" * 121 not in re.search(r"<h1>.*?</h1>", page, re.DOTALL)[0]
    assert "m" * 200 in page
    assert "n" * 10_000 in page


def test_names_of_videos_and_subjects_stay_text(tmp_path):
    words = "<script>alert(1)</script>\u202e"
    truth = write(tmp_path / "t.csv", [(words, f"{words}1", 10, 20, "me")], header="subject,video,onset,offset,type")
    videos = write(tmp_path / "v.csv", [(words, f"{words}1", 25, 900)], header="subject,video,fps,n_frames")
    from mebench.datasets.library import add

    add("hostile", annotations=truth, videos=videos)
    file = write(tmp_path / "said.csv", [(f"{words}1", 12, 21, "me", 0.5), (f"{words}1", 400, 420, "me", 0.5)])
    page = page_of(file, "hostile", ground_truth=True)
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert Seen(page).data["videos"][0][:2] == [r"<script>alert(1)</script>\u202e1", r"<script>alert(1)</script>\u202e"]


# Recognition, and spot-then-recognise


@pytest.fixture(scope="module")
def labels(tmp_path_factory):
    samples = plan(None, "megc2019-twin").samples
    rng = np.random.default_rng(0)
    said = [
        label if rng.random() < 0.7 else samples.classes[int(rng.integers(3))] for label in samples.samples["label"]
    ]
    rows = [(*key, label) for key, label in zip(samples.keys, said, strict=True)]
    return write(tmp_path_factory.mktemp("labels") / "said.csv", rows, header="dataset,subject,clip,label")


def test_a_page_of_recognition_has_its_confusions_and_its_wrong_clips(labels):
    told = tell(labels, "megc2019-twin")
    text = Seen(submission_page(told)).text
    full = told.report.scores["full"]
    wrong = sum(sum(row) for row in full.confusion) - sum(full.confusion[i][i] for i in range(3))
    assert len(told.misnamed) == wrong > 0
    assert f"Clips named wrong: {wrong}" in text
    for part, found in told.report.scores.items():
        assert f"Confusion: {part}" in text
        cells = " ".join(str(n) for row in found.confusion for n in row)
        shown = re.search(rf"Confusion: {part} true, predicted as .*? F1 (.*?)(Confusion|Clips)", text)[1]
        counts = re.findall(r"(\d+) \d+ %", shown)
        assert " ".join(counts) == cells
        assert f"{found.uf1:.4f}" in text


def test_a_page_of_recognition_without_ground_truth_names_no_clip(labels):
    hidden = tell(labels, "megc2019-twin", ground_truth=False)
    seen = Seen(submission_page(hidden))
    assert hidden.misnamed is None
    clips = {clip for _, _, clip in plan(None, "megc2019-twin").samples.keys if len(clip) > 6}
    assert clips
    assert not [clip for clip in clips if clip in seen.text]
    assert "classes of megc2019-twin are not in this page" in seen.text


def test_intervals_with_emotions_have_their_analysis(tmp_path):
    events = load_dataset(TWIN).annotations
    events = events[(events["type"] == "me") & events["offset"].notna()]
    rows = [(e.video, int(e.onset) + 1, int(e.offset) + 1, "me", e.emotion) for e in events.itertuples()]
    file = write(tmp_path / "said.csv", rows, header="video,onset,offset,type,emotion")
    text = Seen(page_of(file, TWIN)).text
    found = score_spot_then_recognise(file, TWIN)
    assert f"STRS {found.scores['strs'].strs:.4f}" in text
    assert "Confusion: analysis of the" in text
    file = write(
        tmp_path / "odd.csv", [(*row[:4], "boredom") for row in rows], header="video,onset,offset,type,emotion"
    )
    assert "Not scored" in Seen(page_of(file, TWIN)).text


def test_a_submission_without_predictions_has_a_page(tmp_path):
    text = Seen(page_of(write(tmp_path / "none.csv", []), TWIN)).text
    assert "undefined" in text
    assert "there are no predictions" in text


def test_a_page_of_the_size_of_samm_lv_stays_small(tmp_path):
    rows = list(guesses("samm-lv-twin", background=10))
    assert len(rows) > 5000
    assert len(page_of(write(tmp_path / "said.csv", rows), "samm-lv-twin").encode()) < 1_000_000


# Charts


@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 1000))
def test_a_whisker_lies_in_order_on_its_axis(a, b, c):
    low, at, high = (n / 1000 for n in sorted((a, b, c)))
    drawn = whisker(at, (low, high))
    assert 0 <= drawn["low"] <= drawn["at"] <= drawn["high"] <= drawn["width"]
    assert drawn["at"] == pytest.approx(at * drawn["width"], abs=0.06)


def test_what_is_undefined_or_no_share_has_no_whisker():
    assert whisker(None, None) is None
    assert whisker(1.2, None) is None


@given(st.lists(st.none() | st.floats(0, 1), min_size=9, max_size=9))
def test_a_curve_is_broken_where_it_is_undefined(scores):
    thresholds = [str(Fraction(k, 10)) for k in range(1, 10)]
    line = curve(thresholds, {"f1": scores})["lines"][0]
    drawn = [point for run in line["paths"] for point in run.split()]
    assert drawn == [f"{x},{y}" for x, y, *_ in line["points"]]
    assert len(drawn) == sum(score is not None for score in scores)
    gaps = "".join(" " if score is None else "x" for score in scores).split()
    assert len(line["paths"]) == len(gaps)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=80))
def test_the_bars_of_the_subjects_are_as_tall_as_their_counts(counts):
    columns = [(f"s{i}", f"subject {i}", dict(zip(("tp", "fn", "fp"), c, strict=True))) for i, c in enumerate(counts)]
    chart = strip(columns, ("tp", "fn"), ("fp",))
    drawn = [
        (part["height"], column["counts"][part["name"]]) for column in chart["columns"] for part in column["parts"]
    ]
    unit = 150 / max(max(a + b for a, b, _ in counts) + max(c for *_, c in counts), 1)
    assert all(height == pytest.approx(n * unit, abs=0.06) for height, n in drawn)
    assert len(drawn) == sum(n > 0 for three in counts for n in three)
    for column in chart["columns"]:
        for part in column["parts"]:
            above = part["y"] + part["height"] <= chart["axis"] + 0.11
            assert above == (part["name"] != "fp")
