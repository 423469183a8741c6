"""The page of a submission without ground truth: nothing in it tells where an event is."""

import dataclasses

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from submissions_made import EVENTS, SUBJECTS, TWIN, Seen, page_of, private, same_for_all, write

from mebench.datasets.library import load_dataset
from mebench.pages.submission_page import submission_page
from mebench.pages.told import NO_TIMELINE, tell
from mebench.protocols.registry import plan


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


def test_a_page_of_recognition_without_ground_truth_names_no_clip(labels):
    hidden = tell(labels, "megc2019-twin", ground_truth=False)
    seen = Seen(submission_page(hidden))
    assert hidden.misnamed is None
    clips = {clip for _, _, clip in plan(None, "megc2019-twin").samples.keys if len(clip) > 6}
    assert clips
    assert not [clip for clip in clips if clip in seen.text]
    assert "classes of megc2019-twin are not in this page" in seen.text
