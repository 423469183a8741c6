import pickle

import numpy as np
import pandas as pd
import pytest

from mebench.baselines.evidence import ScoreTrack, proposals_of


def windows(*rows):
    return pd.DataFrame(rows, columns=["onset", "offset", "type", "score"])


def dense(**other):
    given = {
        "video": "a",
        "first_frame": 1,
        "last_frame": 30,
        "frames": np.array([1, 8, 15, 22]),
        "scores": {"me": np.array([0.1, 0.2, 0.9, 0.3])},
    }
    return ScoreTrack(**(given | other))


def test_a_dense_track_and_proposals():
    given = windows((3, 9, "me", 0.5), (4, 30, "mae", 1))
    track = dense(proposals=given.assign(other="left out"))
    assert track.track("me").tolist() == [0.1, 0.2, 0.9, 0.3]
    assert track.proposals.columns.tolist() == ["onset", "offset", "type", "score"]
    assert [part.tolist() for part in track.boxes("mae")] == [[4], [30], [1.0]]
    assert dense().boxes("me").n == 0
    with pytest.raises(KeyError):
        track.track("mae")


def test_what_was_given_can_change_without_the_track():
    scores, frames, table = np.array([0.5, 0.25]), np.array([3, 4]), windows((3, 9, "me", 0.5))
    track = ScoreTrack("a", 1, 30, frames, {"me": scores}, table)
    scores[0], frames[0], table.loc[0, "score"] = 9, 1, 9.0
    assert track.scores["me"][0] == 0.5
    assert track.frames[0] == 3
    assert track.proposals["score"].tolist() == [0.5]
    with pytest.raises(ValueError, match="read-only"):
        track.scores["me"][0] = 1


def test_nothing_found_is_evidence_and_nothing_given_is_none():
    nothing = ScoreTrack("a", 1, 30, proposals=windows())
    assert nothing.boxes("me").n == nothing.boxes("mae").n == 0
    assert ScoreTrack("a", 1, 30, scores={"me": []}).track("me").tolist() == []
    with pytest.raises(ValueError, match="neither scores nor proposals"):
        ScoreTrack("a", 1, 30)


def test_tracks_travel_between_processes_and_are_compared_bit_for_bit():
    track = dense(proposals=windows((3, 9, "me", 0.5)))
    assert pickle.loads(pickle.dumps(track)).same_as(track)
    assert not track.same_as(dense())
    assert not dense().same_as(track)
    assert not dense().same_as(dense(scores={"me": np.array([0.1, 0.2, 0.9, np.nextafter(0.3, 1)])}))
    assert not dense().same_as(dense(scores={"mae": dense().scores["me"]}))
    assert not dense().same_as(dense(last_frame=31))
    assert not track.same_as(dense(proposals=windows((3, 9, "me", 0.25))))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"video": ""}, "names no video"),
        ({"video": 7}, "names no video"),
        ({"first_frame": 1.0}, "first_frame is no whole number"),
        ({"last_frame": 0}, "lies before the first"),
        ({"frames": np.array([1, 8, 8, 22])}, "do not ascend"),
        ({"frames": np.array([8, 1, 15, 22])}, "do not ascend"),
        ({"frames": np.array([1.0, 8, 15, 22])}, "whole numbers"),
        ({"frames": np.array([[1, 8, 15, 22]])}, "one row"),
        ({"frames": np.array([0, 8, 15, 22])}, "leave the video"),
        ({"frames": np.array([1, 8, 15, 31])}, "frames 1 to 31 leave the video, 1 to 30"),
        ({"scores": {"micro": np.zeros(4)}}, "type me or mae, not 'micro'"),
        ({"scores": {"me": np.zeros(3)}}, "4 frames need as many scores"),
        ({"scores": {"me": np.zeros((4, 1))}}, "as many scores"),
        ({"scores": {"me": np.array(["a"] * 4)}}, "as many scores"),
        ({"scores": {"me": np.array([0, np.nan, 0, 0])}}, "type me at frame 8 is not a finite number"),
        ({"scores": {"me": np.array([0, 0, 0, np.inf])}}, "frame 22"),
        ({"proposals": windows((3, 9, "me", 0.5)).drop(columns="score")}, "lack the column score"),
        ({"proposals": windows((9, 3, "me", 0.5))}, "before its onset"),
        ({"proposals": windows((3, 9, "blink", 0.5))}, "not 'blink'"),
        ({"proposals": windows((3.5, 9.0, "me", 0.5))}, "integers"),
        ({"proposals": windows((3, 9, "me", np.nan))}, "nan"),
        ({"proposals": windows((3, 9, "me", np.inf))}, "finite"),
        ({"proposals": windows((0, 9, "me", 0.5))}, "leave the video"),
        ({"proposals": windows((3, 31, "me", 0.5))}, "proposals from 3 to 31 leave the video"),
    ],
)
def test_a_wrong_track_is_refused_in_one_sentence(wrong, said):
    with pytest.raises(ValueError, match=said):
        dense(**wrong)


def test_proposals_of_many_videos_in_one_table():
    tracks = [
        ScoreTrack("a", 1, 30, proposals=windows((3, 9, "me", 0.5), (4, 9, "mae", 0.25))),
        ScoreTrack("b", 1, 30, proposals=windows()),
        dense(video="c"),
        ScoreTrack("d", 1, 30, proposals=windows((1, 2, "me", 1.0))),
    ]
    table = proposals_of(tracks)
    assert table.to_numpy().tolist() == [["a", 3, 9, "me", 0.5], ["a", 4, 9, "mae", 0.25], ["d", 1, 2, "me", 1.0]]
    assert proposals_of([]).columns.tolist() == table.columns.tolist()
