import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mebench.datasets.dataset import Dataset
from mebench.datasets.ground_truth import CHOICES, Policy, ground_truth
from mebench.datasets.tables import empty
from mebench.problems import UserError

NAN = np.nan


def dataset(rows, fps=30.0, n_frames=1000):
    """One video, s1_a; rows are (onset, apex, offset, type)."""
    annotations = pd.DataFrame(
        [
            {
                "dataset": "toy",
                "subject": "s1",
                "video": "s1_a",
                "event": f"e{i}",
                "onset": float(onset),
                "apex": float(apex),
                "offset": float(offset),
                "type": kind,
                "emotion": None,
                "action_units": None,
                "row": i + 1,
            }
            for i, (onset, apex, offset, kind) in enumerate(rows)
        ]
    )
    videos = pd.DataFrame(
        {
            "dataset": ["toy", "toy"],
            "subject": ["s1", "s1"],
            "video": ["s1_a", "s1_b"],
            "fps": [fps, fps],
            "first_frame": [1, 1],
            "n_frames": pd.array([n_frames, None], dtype="Int64"),
        }
    )
    return Dataset("toy", "Toy", videos, annotations, "made here", lambda w: w, "csv", "toy.csv")


def intervals_of(rows, policy=None, **options):
    truth = ground_truth(dataset(rows, **options), Policy.parse(policy))
    return list(zip(truth.expressions["onset"], truth.expressions["offset"], strict=True))


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (None, [(10, 20)]),
        ("apex", [(10, 20)]),
        ("apex_plus", [(10, 40)]),
        ("mirror", [(10, 30)]),
        ("drop", []),
        ("unmatchable", [(10, 9)]),
    ],
)
def test_a_missing_offset_follows_the_named_policy(policy, expected):
    assert intervals_of([(10, 20, NAN, "mae")], policy) == expected


def test_apex_plus_counts_two_thirds_of_a_second_and_needs_the_rate():
    assert intervals_of([(10, 20, NAN, "mae")], "apex_plus", fps=200.0) == [(10, 153)]
    with pytest.raises(UserError, match="frame rate"):
        intervals_of([(10, 20, NAN, "mae")], "apex_plus", fps=NAN)


@pytest.mark.parametrize("policy", ["apex", "apex_plus", "mirror", "unmatchable"])
def test_an_event_that_cannot_be_completed_stays_and_has_no_frames(policy):
    assert intervals_of([(10, NAN, NAN, "mae")], policy) == [(10, 9)]


@pytest.mark.parametrize(
    ("policy", "expected"), [(None, [(567, 648)]), ("half_up", [(567, 648)]), ("truncate", [(566, 647)])]
)
def test_fractional_frames_are_rounded_half_up_or_cut(policy, expected):
    assert intervals_of([(566.5, NAN, 647.6, "me")], policy) == expected


def test_half_up_is_not_bankers_rounding():
    assert intervals_of([(0.5, NAN, 2.5, "me"), (1.5, NAN, 3.5, "me")]) == [(1, 3), (2, 4)]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (None, [(0, 50), (990, 1010), (1100, 1200)]),
        ("drop_onset_zero", [(990, 1010), (1100, 1200)]),
        ("clip_to_video", [(0, 50), (990, 1000), (1100, 1099)]),
        ("drop_past_end", [(0, 50)]),
        ("drop_onset_zero,drop_past_end", []),
    ],
)
def test_onset_zero_and_rows_past_the_end(policy, expected):
    rows = [(0, 20, 50, "mae"), (990, 1000, 1010, "mae"), (1100, 1150, 1200, "mae")]
    assert intervals_of(rows, policy) == expected


def test_repeated_rows_stay_unless_told_otherwise():
    rows = [(10, 15, 20, "me"), (10, 16, 20, "me"), (10, 15, 20, "mae")]
    assert len(intervals_of(rows)) == 3
    assert len(intervals_of(rows, "drop_duplicates")) == 2


def test_what_each_choice_concerns_is_counted():
    rows = [(0, 5, NAN, "mae"), (1.5, 5, 9, "me"), (3, 5, 2000, "me"), (3, 5, 2000, "me")]
    changes = ground_truth(dataset(rows)).changes
    assert changes == {
        "fractional": 1,
        "missing_offset": 1,
        "onset_zero": 1,
        "past_end": 2,
        "unmatchable": 0,
        "duplicates": 1,
    }


def test_the_hash_knows_the_events_and_the_universe_but_not_the_order():
    rows = [(10, 15, 20, "me"), (30, 35, 40, "me")]
    first = ground_truth(dataset(rows))
    assert ground_truth(dataset(rows[::-1])).sha256 == first.sha256
    assert ground_truth(dataset([(10, 15, 21, "me"), rows[1]])).sha256 != first.sha256
    fewer = dataset(rows)
    smaller = Dataset(**{**vars(fewer), "videos": fewer.videos.iloc[:1]})
    assert ground_truth(smaller).sha256 != first.sha256


def test_a_missing_apex_stays_missing():
    truth = ground_truth(dataset([(10, NAN, 20, "me"), (30, 35, 40, "me")]))
    assert truth.expressions["apex"].isna().tolist() == [True, False]
    assert truth.expressions["apex"].dtype == "Int64"


def test_a_hidden_test_set_has_no_ground_truth():
    hidden = dataset([(1, 2, 3, "me")])
    with pytest.raises(UserError, match="without annotations"):
        ground_truth(Dataset(**{**vars(hidden), "annotations": None}))


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("mirrored", "Did you mean 'mirror'"),
        ("fractional=mirror", "no ground-truth policy"),
        ("apex,mirror", "two choices"),
        ("a" * 10_000, "no ground-truth policy"),
    ],
)
def test_a_policy_that_does_not_exist_is_refused_in_words(written, words):
    with pytest.raises(UserError, match=words):
        Policy.parse(written)


@given(st.fixed_dictionaries({name: st.sampled_from(sorted(values)) for name, values in CHOICES.items()}))
def test_a_policy_reads_its_own_name_back(chosen):
    policy = Policy(**chosen)
    assert Policy.parse(str(policy).rpartition("/")[0]) == policy
    assert Policy.parse(",".join(f"{k}={v}" for k, v in chosen.items())) == policy


def test_the_default_is_the_first_choice_of_each():
    assert Policy().as_dict() == {name: next(iter(values)) for name, values in CHOICES.items()}


def test_an_empty_annotation_gives_no_events():
    from mebench.datasets.tables import ANNOTATIONS

    nothing = Dataset(**{**vars(dataset([(1, 2, 3, "me")])), "annotations": empty(ANNOTATIONS)})
    assert ground_truth(nothing).expressions.empty


@pytest.mark.parametrize(
    ("row", "policy"),
    [((20, 25, 10, "me"), None), ((20, NAN, NAN, "me"), "mirror"), ((20, 25, NAN, "me"), "unmatchable")],
)
def test_events_that_nothing_can_match_are_counted(row, policy):
    assert ground_truth(dataset([row]), Policy.parse(policy)).changes["unmatchable"] == 1
