"""``mebench plot``: what it draws from, what it writes, and what it says when it cannot."""

import json
import re
import sys
from importlib import import_module
from inspect import signature

import pytest

from mebench.cli.plot import _DEFAULTS, KINDS

TWIN = "casme-sq-twin"


@pytest.fixture
def said(tmp_path):
    """Three submissions that differ."""
    rows = ["s15_0101,10,20,me", "s15_0101,100,160,mae", "s16_0101,5,30,me"]
    paths = []
    for i in range(3):
        path = tmp_path / f"said{i}.csv"
        path.write_text("\n".join(["video,onset,offset,type", *rows[: i + 1]]) + "\n")
        paths.append(path)
    return paths


def test_a_figure_is_written_and_its_caption_printed(run, said, tmp_path):
    out = tmp_path / "new" / "kinds.svg"
    code, words, err = run("plot", "errors", said[2], "-d", TWIN, "-o", out, "--width", "10", "--name", "Ours")
    assert code == 0
    assert words.startswith(f"Errors of Ours on SYNTHETIC data ({TWIN}), ME")
    assert f"figure: {out}" in err
    assert 'width="283.46' in out.read_text()


def test_reports_and_submissions_make_one_board(run, said, tmp_path):
    reports = []
    for path in said[:2]:
        reports.append(path.with_suffix(".json"))
        assert run("score", path, "-d", TWIN, "--protocol", "loso", "--json", reports[-1])[0] == 0
    out = tmp_path / "cd.pdf"
    names = ("--name", "A", "--name", "B", "--name", "C")
    options = ("-d", TWIN, "--protocol", "loso", "--part", "overall", "-o", out, *names)
    code, words, _ = run("plot", "cd", *reports, said[2], *options)
    assert code == 0
    assert words.startswith("Mean rank over ")
    assert out.read_bytes().startswith(b"%PDF")
    folder = tmp_path / "board"
    assert run("leaderboard", "add", *reports, "--folder", folder)[0] == 0
    assert run("plot", "ranking", folder, "--metric", "recall", "-o", tmp_path / "r.png")[1].startswith("recall of ME")
    code, _, err = run("plot", "cd", folder, "-o", out)
    assert code == 2
    assert "3 to 32 ranked systems; spotting/casme-sq-twin/loso has 2" in err


def test_a_timeline_is_of_the_videos_that_are_asked_for(run, said, tmp_path):
    out = tmp_path / "t.svg"
    code, words, err = run("plot", "timeline", said[2], "-d", TWIN, "-o", out, "--video", "s16_0101", "--part", "me")
    assert code == 0
    assert "in 1 video of the" in words
    assert "licence" not in err
    assert "s16_0101" in out.read_text()
    assert "s15_0101" not in out.read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("rankin", "A", "-o", "x.pdf"), "no figure 'rankin'. Did you mean 'ranking'?"),
        (("sweep", "A", "-o", "x.pd"), "ends in .pdf, .svg, .png, not '.pd'. Did you mean '.pdf'?"),
        (("sweep", "A", "-o", "x.pdf"), "say of which dataset this submission is, with --dataset"),
        (("sweep", "A", "-o", "x.pdf", "-d", TWIN, "--width", "colum"), "Did you mean 'column'?"),
        (("sweep", "A", "-o", "x.pdf", "-d", TWIN, "--width", "nan"), "6 to 60 cm wide"),
        (("sweep", "A", "-o", "x.pdf", "-d", TWIN, "--part", "mi"), "no part 'mi'. Known: mae, me, overall"),
        (("sweep", "A", "-o", "x.pdf", "-d", TWIN, "--video", "v"), "--video is for timeline, not for sweep"),
        (("sweep", "A", "-o", "x.pdf", "-d", TWIN, "--name", "a", "--name", "b"), "2 names for 1 inputs"),
        (("errors", "A", "A", "-o", "x.pdf", "-d", TWIN), "errors shows one submission or report, not 2"),
        (("confusion", "A", "-o", "x.pdf", "-d", TWIN), "a confusion matrix is of recognition"),
        (("timeline", "A", "-o", "x.pdf", "-d", TWIN, "--video", "s15_010"), "Did you mean 's15_0101'?"),
        (("timeline", "A", "-o", "x.pdf", "-d", "megc2019-twin"), "megc2019-twin has clips to name"),
        (("ranking", "A", "A", "-o", "x.pdf", "-d", TWIN), "the same result as one before it"),
        (("ranking", "EMPTY", "-o", "x.pdf"), "no entry in this leaderboard"),
        (("errors", "BAD", "-o", "x.pdf"), "this is no report"),
        (("errors", "NOT", "-o", "x.pdf"), "the report is no JSON"),
        (("errors", "GONE", "-o", "x.pdf"), "gone.json: there is no such file."),
        (("ranking", "none", "-o", "x.pdf"), "none: there is no such file or folder."),
        (("cd", "A", "none", "-o", "x.pdf", "-d", TWIN), "none: there is no such file or folder."),
        (("timeline", "none.csv", "-o", "x.pdf"), "none.csv: there is no such file."),
        (("sweep", "EMPTY", "-o", "x.pdf", "-d", TWIN), "this is a folder; name a file"),
    ],
)
def test_a_mistake_is_one_sentence(run, said, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.json").write_text(json.dumps({"schema": "mebench/report/1"}))
    (tmp_path / "not.json").write_text("{")
    places = {"A": said[0], "EMPTY": tmp_path, "BAD": "bad.json", "NOT": "not.json", "GONE": "gone.json"}
    code, out, err = run("plot", *(places.get(one, one) for one in arguments))
    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) == 1
    assert not (tmp_path / "x.pdf").exists()


def test_a_system_without_a_name_is_called_by_its_file_in_every_figure(run, said, tmp_path):
    for kind in ("sweep", "subjects", "ranking", "cd"):
        out = tmp_path / f"{kind}.svg"
        assert run("plot", kind, *said, "-d", TWIN, "--protocol", "loso", "--part", "overall", "-o", out)[0] == 0
        drawn = out.read_text()
        assert all(f"said{i}" in drawn for i in range(3))
        assert ".csv" not in drawn


def test_the_help_names_the_usual_width_of_each_kind(run):
    columns, pages = (
        part.replace(" and ", ", ").split(", ") for part in re.findall(r"for (.*?)(?:, page|\.)", _DEFAULTS)
    )
    usual = {}
    for kind in KINDS:
        module = import_module(f"mebench.figures.{'cd_figure' if kind == 'cd' else kind}")
        usual[kind] = signature(getattr(module, kind)).parameters["width"].default
    assert usual == dict.fromkeys(columns, 8.5) | dict.fromkeys(pages, 17.5)
    words = run("plot", "--help")[1]
    assert re.sub(r"\W+", "", _DEFAULTS) in re.sub(r"\W+", "", words)


def test_a_report_that_does_not_agree_with_itself_is_refused(run, said, tmp_path):
    path = tmp_path / "report.json"
    assert run("score", said[0], "-d", TWIN, "--json", path)[0] == 0
    report = json.loads(path.read_text())
    del report["by_subject"][3]["me"]
    path.write_text(json.dumps(report))
    code, out, err = run("plot", "subjects", path, "-o", tmp_path / "x.pdf")
    assert (code, out) == (2, "")
    assert "report.json: " in err
    assert len(err.strip().splitlines()) == 1


def test_an_input_is_never_overwritten(run, said, tmp_path):
    before = tmp_path / "said.svg"
    before.write_text("kept")
    code, _, err = run("plot", "sweep", before, "-d", TWIN, "-o", before)
    assert code == 2
    assert "that is an input" in err
    assert before.read_text() == "kept"


def test_a_missing_matplotlib_is_named_with_its_extra(run, said, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    code, _, err = run("plot", "sweep", said[0], "-d", TWIN, "-o", tmp_path / "x.pdf")
    assert code == 2
    assert err == "mebench: matplotlib is not installed. Get it with: pip install 'mebench[plots]'\n"
