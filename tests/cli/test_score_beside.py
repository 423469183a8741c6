import json
import subprocess
import sys

import jsonschema
import pytest

from mebench.report.model import schema

SAMPLE = "video,onset,offset,type,score\ns15_0101,10,20,me,0.5\ns15_0101,1800,1880,mae,0.9\n"
STR = "subject,video,onset,offset,emotion\ns15,s15_0101,10,20,negative\n"


@pytest.fixture
def columns():
    return 80


@pytest.fixture
def said(tmp_path):
    path = tmp_path / "said.csv"
    path.write_text(SAMPLE)
    return path


def test_errors_and_sweeps_are_shown_below_the_score_and_stand_in_the_json(run, said, tmp_path):
    out_file = tmp_path / "report.json"
    arguments = ["score", said, "-d", "casme-sq-twin", "--errors", "--sweep", "iou", "--sweep", "score"]
    code, out, _ = run(*arguments, "--json", out_file)
    assert code == 0
    places = [out.index(words) for words in ("F1 interval", "kind of error", "IoU >=  ", "ORACLE: chosen")]
    assert places == sorted(places)
    written = json.loads(out_file.read_text())
    jsonschema.validate(written, schema())
    assert {row["kind"] for row in written["errors"]["kinds"]} >= {"background", "missed", "too early"}
    assert set(written["sweep"]) == {"iou", "score"}


@pytest.mark.parametrize("flags", [("--errors",), ("--sweep", "score")])
@pytest.mark.parametrize("form", ["json", "csv", "md", "latex"])
def test_every_format(run, said, flags, form):
    code, out, _ = run("score", said, "-d", "casme-sq-twin", *flags, "-f", form)
    assert code == 0
    assert ("background" in out) == (flags == ("--errors",))
    if form == "json":
        jsonschema.validate(json.loads(out), schema())


@pytest.mark.parametrize(
    "flags", [("--task", "strs"), ("--emotions", "negative,positive"), ("--rule", "megc", "--task", "strs")]
)
def test_spot_then_recognise(run, tmp_path, flags):
    path = tmp_path / "str.csv"
    path.write_text(STR)
    code, out, _ = run("score", path, "-d", "casme-sq-twin", *flags, "-f", "json")
    assert code == 0
    report = json.loads(out)
    jsonschema.validate(report, schema())
    assert report["task"] == "spot-then-recognise"
    assert report["scores"]["spotting"]["fp"] == 1
    assert report["rule"]["emotions"][:2] == ["negative", "positive"]
    assert len(report["rule"]["emotions"]) == (2 if "--emotions" in flags else 3)
    assert "STRS" in run("score", path, "-d", "casme-sq-twin", *flags)[1]


WRONG = {
    "errors of a legacy rule": (["--errors", "--rule", "mdmd2020"], "--errors can be had under the rule megc only"),
    "errors of all rules": (["--errors", "--rule", "all"], "--errors: the table of all rules"),
    "emotions of all rules": (["--emotions", "negative", "--rule", "all"], "--emotions: the table of all rules"),
    "errors of emotions": (["--errors", "--task", "strs"], "--errors and --sweep are of spotting"),
    "emotions of plain spotting": (["--emotions", "negative", "--task", "spotting"], "--task strs"),
    "two tables as csv": (["--errors", "--sweep", "iou", "-f", "csv"], "one table"),
    "a sweep over nothing": (["--sweep", "time"], "time"),
    "a task that is none": (["--task", "recognising"], "recognising"),
    "no emotions in the file": (["--task", "strs"], "said.csv has no column emotion"),
    "emotions under another rule": (["--task", "strs", "--rule", "softnet"], "megc and strs-official"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_users_mistake_is_a_sentence_and_exit_code_2(run, said, name):
    flags, words = WRONG[name]
    code, out, err = run("score", said, "-d", "casme-sq-twin", *flags)
    assert code == 2, (out, err)
    assert words in err
    assert "Traceback" not in err + out
    assert not out


def test_the_plain_score_loads_none_of_it(said):
    code = (
        "import sys\n"
        f"sys.argv = ['mebench', 'score', {str(said)!r}, '--dataset', 'casme-sq-twin']\n"
        "from mebench.cli import app\n"
        "try:\n    app()\nexcept SystemExit as done:\n    assert not done.code\n"
        "print(' '.join(m for m in sys.modules if m.startswith('mebench')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split("\n")[-2].split())
    assert "mebench.scoring" in loaded
    assert not loaded & {"mebench.diagnosis.diagnose", "mebench.scoring.spot_then_recognise", "mebench.metrics.anatomy"}
