"""Figures as a whole: readable, reproducible, marked; and what each of them draws."""

import re
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from figure_boards import NAMES, TWIN, board, spotting_tables

import mebench.pages
from mebench.figures import canvas
from mebench.figures.canvas import COLUMN, PAGE, SMALLEST, paper, rendered
from mebench.figures.cd_figure import cd
from mebench.figures.confusion import confusion
from mebench.figures.errors import errors
from mebench.figures.names import clipped, report_names, system_names
from mebench.figures.outcomes import outcomes
from mebench.figures.ranking import ranking
from mebench.figures.subjects import subjects
from mebench.figures.sweep import sweep
from mebench.figures.timeline import timeline
from mebench.problems import UserError

TEXT = "{http://www.w3.org/2000/svg}text"


KINDS = ["ranking", "cd", "sweep", "errors", "subjects", "subjects of clips", "confusion", "timeline"]


@pytest.mark.parametrize("width", [COLUMN, PAGE])
@pytest.mark.parametrize("kind", KINDS)
def test_type_is_readable_and_lies_within_the_figure(drawings, kind, width):
    with paper():
        figure = drawings[kind](width).figure
        figure.draw_without_rendering()
        assert figure.get_figwidth() * 2.54 == pytest.approx(width)
        drawn, (high, wide) = figure.get_tightbbox(), figure.get_size_inches()[::-1]
        assert -0.02 <= drawn.x0 <= drawn.x1 <= wide + 0.02
        assert -0.02 <= drawn.y0 <= drawn.y1 <= high + 0.02
        shown = [t for t in figure.findobj(matplotlib.text.Text) if t.get_visible() and t.get_text().strip()]
        assert len(shown) > 5
        assert min(text.get_fontsize() for text in shown) >= SMALLEST
        assert any(text.get_text().startswith("SYNTHETIC: ") for text in shown)


@pytest.mark.parametrize("form", canvas.FORMS)
def test_the_same_data_give_the_same_bytes(drawings, form):
    one, caption = rendered(lambda: drawings["sweep"](COLUMN), form)
    assert (one, caption) == rendered(lambda: drawings["sweep"](COLUMN), form)
    assert one.startswith({"pdf": b"%PDF", "svg": b"<?xml", "png": b"\x89PNG"}[form])
    assert not re.search(rb"20[2-9]\d-\d\d-\d\d|CreationDate", one)
    assert "SYNTHETIC data" in caption


def test_type_in_svg_and_pdf_is_type(drawings):
    root = ElementTree.fromstring(rendered(lambda: drawings["ranking"](PAGE), "svg")[0])
    said = {"".join(text.itertext()) for text in root.iter(TEXT)}
    assert {"F1, ME", "rank, ties", "plain", "W" * 22 + "…(cpu)"} <= said
    pdf = rendered(lambda: drawings["sweep"](PAGE), "pdf")[0]
    assert b"/CIDFontType2" in pdf or b"/TrueType" in pdf
    assert b"/Type3" not in pdf


def test_hostile_names_stay_text(drawings):
    data, _ = rendered(lambda: drawings["ranking"](PAGE), "svg")
    root = ElementTree.fromstring(data)
    assert b"<script" not in data
    said = {"".join(text.itertext()) for text in root.iter(TEXT)}
    assert {"<script>alert(1)</script>", "$x_1$ 100% {{7*7}}", "\\u202egnp\\x07", "長" * 13 + "…"} <= said


def test_real_data_are_not_marked(systems):
    real = systems | {"synthetic": False, "dataset": "casme-sq"}
    data, caption = rendered(lambda: ranking(real, "me"), "svg")
    assert b"SYNTHETIC" not in data
    assert "SYNTHETIC" not in caption


def test_colours_are_those_of_the_pages():
    style = (Path(mebench.pages.__file__).parent / "assets" / "look.css").read_text()
    light = dict(re.findall(r"--(\w+): (#\w{6})", style.partition("@media")[0]))
    ours = {name.lower(): getattr(canvas, name) for name in ("INK", "SOFT", "LINE", "TP", "FP", "FN", "TRUTH", "WARN")}
    assert ours == {name: light[name] for name in ours}


def test_another_amplitude_of_a_twin_is_said(systems):
    data, caption = rendered(lambda: ranking(systems | {"variant": "amplitude 2"}, "me"), "svg")
    assert b"SYNTHETIC: casme-sq-twin, amplitude 2" in data
    assert "SYNTHETIC data (casme-sq-twin, amplitude 2)" in caption


def test_choices_made_on_the_test_labels_are_marked(report, submission):
    oracle = report | {"submission": report["submission"] | {"threshold_source": "oracle"}}
    for draw in (lambda: sweep([report, oracle]), lambda: errors(oracle), lambda: subjects([oracle])):
        data, caption = rendered(draw, "svg")
        assert b"ORACLE: chosen on the test labels" in data
        assert b"(ORACLE" in data or "(ORACLE" in caption
    data, caption = rendered(lambda: timeline(outcomes(submission, TWIN)._replace(oracle=True)), "svg")
    assert b"ORACLE: chosen on the test labels" in data
    assert "(ORACLE)" in caption
    assert b"ORACLE" not in rendered(lambda: errors(report), "svg")[0]


def test_the_users_settings_neither_matter_nor_change(drawings):
    usual, _ = rendered(lambda: drawings["confusion"](COLUMN), "svg")
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "path"}):
        assert rendered(lambda: drawings["confusion"](COLUMN), "svg")[0] == usual
        assert matplotlib.rcParams["font.size"] == 30


def shown_ticks(axes):
    """The labels of the ticks that lie within the limits."""
    for axis in (axes.xaxis, axes.yaxis):
        low, high = sorted(axis.get_view_interval())
        yield from (tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high)


def mixed(report):
    """A report with a kind of each sort: false positives, misses, both, nothing."""
    counts = {"wrong type": (0, 0), "too short": (17, 9), "duplicate": (3, 0), "missed": (0, 160)}
    kinds = [
        {"kind": kind, "me": {"fp": fp, "fn": fn, "gain": 0.1 if fp + fn else 0.0}} for kind, (fp, fn) in counts.items()
    ]
    return report | {"errors": report["errors"] | {"kinds": kinds}}


def test_false_positives_and_misses_look_different_and_nothing_is_drawn_of_none(report):
    with paper():
        axes = errors(mixed(report), "me").figure.axes[0]
    wrong, missed = axes.containers
    assert [(round(bar.get_y() + 0.35), bar.get_width()) for bar in wrong] == [(1, 17), (2, 3)]
    assert [(round(bar.get_y() + 0.35), bar.get_width()) for bar in missed] == [(1, 9), (3, 160)]
    assert {bar.get_hatch() for bar in wrong} == {"/////"}
    assert {bar.get_hatch() for bar in missed} == {None}
    assert {matplotlib.colors.to_hex(bar.get_edgecolor()) for bar in wrong} == {canvas.FP}
    assert all(bar.get_linewidth() == 0 for bar in missed)  # no edge over a short neighbour
    assert [text.get_text() for text in axes.texts] == ["17 FP, 9 FN", "3 FP", "160 FN"]


@pytest.mark.parametrize("width", [6, COLUMN, PAGE])
@pytest.mark.parametrize("part", ["me", "overall"])
def test_the_type_of_an_errors_figure_does_not_collide(report, width, part):
    with paper():
        figure = errors(report, part, width).figure
        figure.draw_without_rendering()
        texts = [
            text.get_window_extent()
            for axes in figure.axes
            for text in (
                axes.xaxis.label,
                *axes.texts,
                *shown_ticks(axes),
            )
            if text.get_text() and text.get_visible()
        ]
    assert len(texts) > 15
    for one, other in combinations(texts, 2):
        wide = min(one.x1, other.x1) - max(one.x0, other.x0)
        high = min(one.y1, other.y1) - max(one.y0, other.y0)
        assert min(wide, high) < 2  # pixels of 1/100 inch
    assert max(text.x1 for text in texts) <= figure.get_figwidth() * figure.dpi


@pytest.mark.parametrize(("width", "least"), [(6, 0.49), (COLUMN, 0.49), (PAGE, 0.6)])
def test_the_scale_of_a_diagram_takes_the_width_that_the_labels_leave(width, least):
    tables = spotting_tables((0.9, 0.7, 0.5, 0.3, 0.2), subjects=10)
    for names in (["plain", "a", "b", "c", "d"], ["W" * 60 + f" ({c})" for c in "abcde"]):
        with paper():
            figure = cd(board(tables, names, tested=False), "me", width).figure
            figure.draw_without_rendering()
            (axes,) = figure.axes
            scale = axes.lines[0].get_window_extent().width / figure.dpi * 2.54
            labels = [text.get_window_extent() for text in axes.texts if "." in text.get_text()]
            assert scale / width >= (least if names[0] == "plain" else 0.45)
            # Nothing is left empty: the widest labels end at the edges of the figure.
            edge = 4 / 25.4 * figure.dpi  # 4 mm
            assert 0 <= min(label.x0 for label in labels) < edge
            right = figure.get_figwidth() * figure.dpi - max(label.x1 for label in labels)
            assert 0 <= right < edge
    assert len(labels) == 5


def test_the_ranks_of_a_ranking_stand_on_the_line_of_their_row(systems):
    with paper():
        axes = ranking(systems, "me").figure.axes[0]
    assert {text.get_va() for text in axes.texts[:6]} == {axes.get_yticklabels()[0].get_va()}


def test_subjects_are_called_by_their_database_where_there_are_several(labels, report):
    with paper():
        several = subjects([labels], "full", 60).figure.axes[-1].get_xticklabels()
        samm = subjects([labels], "samm-twin", 60).figure.axes[-1].get_xticklabels()
        spotted = subjects([report], width=60).figure.axes[-1].get_xticklabels()
    rows = labels["by_subject"]
    assert [one.get_text() for one in several] == [f"{row['dataset']} {row['subject']}" for row in rows]
    assert [one.get_text() for one in samm] == [row["subject"] for row in rows if row["dataset"] == "samm-twin"]
    assert [one.get_text() for one in spotted] == [row["subject"] for row in report["by_subject"]]


def test_a_curve_and_its_bars_are_the_report(report):
    with paper():
        curve = sweep([report], "me").figure.axes[0].lines[0]
        counted = subjects([report], "me").figure
        strips = counted.axes
        kinds = errors(report, "me").figure.axes[0]
    assert list(curve.get_ydata()) == report["sweep"]["iou"]["scores"]["me"]["f1"]
    assert [(patch.get_hatch(), patch.get_visible()) for patch in counted.legends[0].get_patches()] == [
        (None, True),
        (None, True),
        ("/////", True),
    ]
    heights = [[bar.get_height() for bar in stack] for axes in strips for stack in axes.containers]
    assert heights == [[row["me"][name] for row in report["by_subject"]] for name in ("tp", "fn", "fp")]
    assert all(
        bar.get_visible() == (bar.get_height() > 0) for axes in strips for stack in axes.containers for bar in stack
    )
    widths = [[bar.get_width() for bar in stack] for stack in kinds.containers]
    counts = [[row["me"][name] for row in report["errors"]["kinds"]] for name in ("fp", "fn")]
    assert widths == [[count for count in some if count] for some in counts]


def test_a_confusion_shows_clips_and_shares(labels):
    with paper():
        axes = confusion(labels).figure.axes[0]
    shown = [text.get_text() for text in axes.texts]
    clips = np.array(labels["scores"]["full"]["confusion"])
    assert [int(words.split("\n")[0]) for words in shown] == clips.ravel().tolist()
    assert shown[0] == f"{clips[0, 0]}\n{clips[0, 0] / clips[0].sum():.0%}"


def test_a_ranking_puts_unranked_systems_below_and_says_why(systems):
    rows = [dict(row) for row in systems["rows"]]
    rows[0] |= {"ranked": False, "selection": "oracle", "rank": {"me": None}, "ties": {"me": ""}}
    rows[5] = rows[5] | {"scores": {"me": {"f1": [None, None, None]}}}
    with paper():
        drawn = ranking(systems | {"rows": rows}, "me")
        axes = drawn.figure.axes[0]
        names = [label.get_text() for label in axes.get_yticklabels()]
    assert names[-1] == clipped(NAMES[0], 18)
    assert len(names) == 5  # an undefined score has no place on an axis
    assert axes.texts[4].get_text() == "oracle"
    assert "Hollow: not ranked" in drawn.caption


def test_what_does_not_go_together_is_refused(report, labels):
    other = report | {"ground_truth": report["ground_truth"] | {"sha256": "f" * 64}}
    with paper():
        with pytest.raises(UserError, match="different events"):
            sweep([report, other])
        with pytest.raises(UserError, match=f"one dataset, and these are of {TWIN} and megc2019-twin"):
            subjects([report, labels])
        with pytest.raises(UserError, match="a confusion matrix is of recognition"):
            confusion(report)
        with pytest.raises(UserError, match="score it with --sweep iou"):
            sweep([report | {"sweep": {}}])
        with pytest.raises(UserError, match="score it with --errors"):
            errors(report | {"errors": {}})
        with pytest.raises(UserError, match="room for the subjects of 8 submissions, not of 9"):
            subjects([report] * 9)


def test_names_tell_systems_apart():
    rows = [{"method": "a", "preset": p, "seed": s, "id": i} for p, s, i in (("cpu", 0, "x"), ("cpu", 1, "y"))]
    assert system_names([*rows, {"method": "b", "id": "z"}]) == ["a (cpu, seed 0)", "a (cpu, seed 1)", "b"]
    same = [{"method": "a", "id": "1234567"}, {"method": "a", "id": "7654321"}, {"file": "said.csv", "id": "1"}]
    assert system_names(same) == ["a (123456)", "a (765432)", "said"]
    unnamed = [{"method": "said.csv", "file": "said.csv"}, {"method": "v1.csv", "file": "said.csv"}]
    assert system_names(unnamed) == ["said", "v1.csv"]  # a board says the file where there is no method
    twin = {"submission": {"method": "a", "sha256": "0", "meta": {"extra": {"amplitude": 0.5}}}}
    assert report_names([twin]) == ["a (amplitude 0.5)"]


def test_no_two_lines_look_alike():
    looks = [tuple(sorted((k, str(v)) for k, v in canvas.style_of(i).items())) for i in range(canvas.MOST_LINES)]
    assert len(set(looks)) == canvas.MOST_LINES
