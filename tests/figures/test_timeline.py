"""The timeline figure: every event and prediction in its place, outcomes told apart without colour."""

from collections import Counter

import numpy as np
import pytest
from figure_boards import TWIN
from hypothesis import given
from hypothesis import strategies as st

from mebench.figures import timeline as timeline_module
from mebench.figures.canvas import COLUMN, PAGE, paper
from mebench.figures.outcomes import outcomes
from mebench.figures.timeline import FALSE, FOUND, HIT, MISSED, timeline


def test_a_timeline_shows_every_event_and_prediction_with_its_outcome(report, submission, said):
    lines = outcomes(submission, TWIN, "loso")
    found = {kind: Counter() for kind in ("me", "mae")}
    for line in lines.videos:
        for span in line.events:
            found[span.kind]["tp" if span.matched else "fn"] += 1
        for span in line.predictions:
            found[span.kind]["hit" if span.matched else "fp"] += 1
    for kind, counts in found.items():
        expected = report["scores"][kind]
        assert (counts["tp"], counts["fp"], counts["fn"]) == tuple(expected[name] for name in ("tp", "fp", "fn"))
        assert counts["hit"] == counts["tp"] > 0
    drawn = {(line.video, span.onset, span.offset) for line in lines.videos for span in line.predictions}
    assert drawn == set(said[["video", "onset", "offset"]].itertuples(index=False, name=None))


def test_a_timeline_draws_spans_where_they_are(submission):
    lines = outcomes(submission, TWIN, "loso")
    there = [line for line in lines.videos if line.events and line.predictions]
    line = max(there, key=lambda line: (line.last - line.first) / line.fps)
    with paper():
        axes = timeline(lines, [line.video], width=6).figure.axes[0]
        axes.figure.draw_without_rendering()
        centimetre = axes.get_xlim()[1] / (axes.get_window_extent().width / axes.figure.dpi * 2.54)
    boxes = sorted((p.get_x() + p.get_width() / 2, p.get_width()) for p in axes.patches)
    spans = (*line.events, *line.predictions)
    wanted = sorted(
        (((s.onset + s.offset + 1) / 2 - line.first) / line.fps, (s.offset - s.onset + 1) / line.fps) for s in spans
    )
    drawn = [(middle, max(long, 0.05 * centimetre)) for middle, long in wanted]
    assert np.array(boxes) == pytest.approx(np.array(drawn), rel=1e-3)
    assert [long for _, long in drawn] != [long for _, long in wanted]  # a short one is drawn wider
    marks = sorted(line.get_xdata()[0] for line in axes.lines)
    assert marks == pytest.approx([middle for middle, _ in wanted])


@pytest.mark.parametrize("width", [6, COLUMN, PAGE])
def test_outcomes_differ_without_colour_and_lanes_have_room(submission, width):
    """One video has as much height as one of many, and no two outcomes share their mark."""
    lines = outcomes(submission, TWIN, "loso")
    line = next(line for line in lines.videos if line.events and line.predictions)
    two = [line.video, next(other.video for other in lines.videos if other.video != line.video)]
    for videos in (two[:1], two):
        with paper():
            figure = timeline(lines, videos, width=width).figure
            figure.draw_without_rendering()
            (axes,) = figure.axes
            lane = axes.get_window_extent().height / figure.dpi * 2.54 / len(videos)
            assert 1.1 < lane < 1.3  # cm
            low = [box.get_window_extent() for box in axes.patches]
            assert min(box.width for box in low) / figure.dpi * 25.4 > 0.49  # mm
            legend = figure.legends[0].get_window_extent()
            assert legend.x1 <= figure.get_figwidth() * figure.dpi
    hollow = {FOUND: False, MISSED: True, HIT: False, FALSE: False}
    looks = {(look.mark, hollow[look]) for look in hollow}
    assert len(looks) == len(hollow)
    drawn = Counter((mark.get_marker(), mark.get_markerfacecolor() == "white") for mark in axes.lines)
    shown = [found for found in lines.videos if found.video in two]
    expected = Counter()
    for found in shown:
        for spans, right, wrong in ((found.events, FOUND, MISSED), (found.predictions, HIT, FALSE)):
            for span in spans:
                look = right if span.matched else wrong
                expected[look.mark, hollow[look]] += 1
    assert drawn == expected


@given(st.lists(st.floats(0, 10), max_size=20))
def test_marks_that_would_overlap_are_set_in_two_lines(middles):
    levels = timeline_module._levels(middles, 1.0)
    assert set(levels) <= {0, 1}
    for i, x in enumerate(middles):
        near = [j for j, other in enumerate(middles) if j != i and abs(other - x) < 1]
        if not near:
            assert levels[i] == 0
        if len(near) == 1 and not [j for j, y in enumerate(middles) if j not in (i, near[0]) and abs(y - x) < 3]:
            assert levels[i] != levels[near[0]]


def test_a_timeline_says_how_its_videos_were_chosen(submission):
    lines = outcomes(submission, TWIN, "loso")
    there = sorted(line.video for line in lines.videos if line.events or line.predictions)
    backward = lines._replace(videos=lines.videos[::-1])
    with paper():
        drawn = timeline(backward)
        few = timeline(lines._replace(videos=tuple(line for line in lines.videos if line.video in there[:3])))
        one = timeline(lines, there[:1])
    assert [label.get_text() for label in drawn.figure.axes[0].get_yticklabels()] == there[:12]
    assert f"the first 12 by name of the {len(there)} videos with an event or a prediction" in drawn.caption
    assert "choose with --video" in drawn.caption
    assert "in all 3 videos with an event or a prediction" in few.caption
    assert f"in 1 video of the {len(lines.videos)} of" in one.caption
