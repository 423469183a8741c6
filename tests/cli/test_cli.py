import json
import os
import subprocess
import sys

import pytest

import mebench

GOOD = "video,onset,offset,type\ns15_0101,10,20,me\ns15_0101,100,160,mae\n"
GT = "subject,video,onset,apex,offset,type\n01,a,10,15,20,me\n02,b,30,40,60,mae\n"
VIDEOS = "subject,video,fps,n_frames\n01,a,30,100\n02,b,30,100\n02,c,30,100\n"


@pytest.fixture
def said(tmp_path):
    path = tmp_path / "said.csv"
    path.write_text(GOOD)
    return path


def test_score_prints_the_table_and_where_it_comes_from(run, said):
    code, out, err = run("score", said, "--dataset", "casme-sq-twin")
    assert code == 0
    assert "SYNTHETIC" in out
    for words in ("TP", "F1 interval", "ME", "MaE", "overall", "megc/1", "default/1", "57 ME, 300 MaE", "97 videos"):
        assert words in out
    assert "undefined" not in out
    assert "95 of 97 videos have no prediction" in err or "96 of 97 videos have no prediction" in err


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("json", '"schema": "mebench/report/1"'),
        ("csv", "dataset,type,tp,fp,fn"),
        ("md", "| | TP |"),
        ("latex", r"\begin{tabular}"),
    ],
)
def test_every_format_goes_to_standard_output_alone(run, said, form, words):
    code, out, _ = run("score", said, "-d", "casme-sq-twin", "--format", form)
    assert code == 0
    assert words in out
    if form == "json":
        assert json.loads(out)["scores"]["me"]["fp"] == 1


@pytest.mark.parametrize("by", ["subject", "video"])
@pytest.mark.parametrize("form", ["table", "csv", "md", "latex"])
def test_breakdowns(run, said, by, form):
    code, out, _ = run("score", said, "-d", "casme-sq-twin", "--by", by, "-f", form)
    assert code == 0
    assert ("s15_0101" in out.replace("\\_", "_")) == (by == "video")
    assert "s15" in out


def test_the_json_report_is_what_python_gives(run, said, tmp_path):
    out = tmp_path / "deep" / "report.json"
    assert run("score", said, "-d", "casme-sq-twin", "--json", out)[0] == 0
    written = json.loads(out.read_text())
    expected = mebench.score(said, dataset="casme-sq-twin").as_dict()
    written.pop("environment")
    expected.pop("environment")
    assert written == json.loads(json.dumps(expected))
    assert [p.name for p in out.parent.iterdir()] == ["report.json"]


def test_the_report_never_overwrites_the_submission(run, said):
    code, _, err = run("score", said, "-d", "casme-sq-twin", "--json", said)
    assert code == 2
    assert "submission itself" in err
    assert said.read_text() == GOOD


WRONG = {
    "no such file": (["score", "nowhere.csv", "-d", "casme-sq-twin"], "nowhere.csv"),
    "a folder": (["score", ".", "-d", "casme-sq-twin"], "folder"),
    "no dataset of that name": (["score", "said.csv", "-d", "casme-sq-tiwn"], "Did you mean 'casme-sq-twin'"),
    "a dataset that is not here": (["score", "said.csv", "-d", "samm-lv"], "mebench dataset add samm-lv"),
    "no dataset at all": (["score", "said.csv"], "--dataset"),
    "a rule that does not exist": (["score", "said.csv", "-d", "casme-sq-twin", "--rule", "mgec"], "megc"),
    "a threshold out of range": (["score", "said.csv", "-d", "casme-sq-twin", "--iou", "2"], "--iou"),
    "a policy that does not exist": (["score", "said.csv", "-d", "casme-sq-twin", "--gt-policy", "x"], "policy"),
    "a format that does not exist": (["score", "said.csv", "-d", "casme-sq-twin", "-f", "xml"], "xml"),
    "a command that does not exist": (["scroe"], "scroe"),
    "a wrong row": (["score", "bad.csv", "-d", "casme-sq-twin"], "bad.csv, row 3"),
    "validate: a wrong row": (["validate", "bad.csv"], "bad.csv, row 3"),
    "add: no file": (["dataset", "add", "mine"], "--annotations"),
    "add: a file that is not there": (["dataset", "add", "mine", "--annotations", "x.csv"], "x.csv"),
    "add: a workbook that is none": (["dataset", "add", "samm-lv", "--annotations", "bad.xlsx"], "bad.xlsx"),
    "add: a name that is a path": (["dataset", "add", "../x", "--annotations", "said.csv"], "cannot name"),
    "show: unknown": (["dataset", "show", "nothing"], "no dataset"),
    "verify: unknown": (["dataset", "verify", "nothing"], "no dataset"),
    "remove: not registered": (["dataset", "remove", "samm-lv"], "not registered"),
    "twin: not a twin": (["dataset", "twin", "samm-lv", "--out", "t"], "samm-lv-twin"),
    "twin: out is a file": (["dataset", "twin", "samm-lv-twin", "--out", "said.csv"], "folder"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_users_mistake_is_a_sentence_and_exit_code_2(run, said, tmp_path, monkeypatch, name):
    arguments, words = WRONG[name]
    (tmp_path / "bad.csv").write_text(GOOD.replace("100,160", "160,100"))
    (tmp_path / "bad.xlsx").write_bytes(b"PK\x03\x04 not really")
    monkeypatch.chdir(tmp_path)
    before = sorted(p.name for p in tmp_path.iterdir())
    code, out, err = run(*arguments)
    assert code == 2, (out, err)
    assert words in err
    assert "Traceback" not in err + out
    assert not out
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_validate_needs_no_ground_truth(run, said, tmp_path):
    code, out, err = run("validate", said)
    assert (code, "valid" in out) == (0, True)
    assert "only the form was checked" in err
    code, out, err = run("validate", said, "--dataset", "casme-sq")
    assert code == 0
    assert "not registered here" in err
    (tmp_path / "videos.csv").write_text("subject,video,fps,n_frames\ns15,s15_0101,30,150\n")
    code, _, err = run("validate", said, "--videos", tmp_path / "videos.csv")
    assert code == 2
    assert "150" in err


def test_validate_as_json_lists_every_problem(run, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("video,onset,offset,type\ns15_0101,x,20,me\ns15_0101,9,3,me\ns15_0101,1,2,blink\n")
    code, out, _ = run("validate", path, "-d", "casme-sq-twin", "--format", "json")
    found = json.loads(out)
    assert code == 2
    assert not found["valid"]
    assert [p["row"] for p in found["problems"]] == [2, 3, 4]
    path.write_text(GOOD)
    code, out, _ = run("validate", path, "-d", "casme-sq-twin", "--format", "json")
    assert (code, json.loads(out)["valid"]) == (0, True)


def test_the_life_of_a_private_dataset(run, tmp_path):
    (tmp_path / "gt.csv").write_text(GT)
    (tmp_path / "videos.csv").write_text(VIDEOS)
    (tmp_path / "said.csv").write_text("vid,pred_onset,pred_offset,type\na,10,20,me\nc,1,9,mae\n")
    add = ["dataset", "add", "mine", "--annotations", tmp_path / "gt.csv", "--videos", tmp_path / "videos.csv"]
    code, out, _ = run(*add)
    assert code == 0
    assert "1 ME, 1 MaE, 3 videos, 2 subjects" in out
    assert run(*add)[0] == 2
    assert run(*add, "--replace")[0] == 0
    rows = json.loads(run("dataset", "list", "--json")[1])
    assert {"name": "mine", "title": "private", "task": "spotting", "state": "registered"} in rows
    assert "mine" in run("dataset", "list")[1]
    assert json.loads(run("dataset", "show", "mine", "--json")[1])["counts"]["me"] == 1
    assert "videos.csv" in run("dataset", "show", "mine")[1]
    code, out, _ = run("score", tmp_path / "said.csv", "-d", "mine", "-f", "json")
    scores = json.loads(out)["scores"]
    assert [scores["overall"][k] for k in ("tp", "fp", "fn")] == [1, 1, 1]
    assert not json.loads(out)["synthetic"]
    assert run("dataset", "verify", "mine")[0] == 2
    assert run("dataset", "remove", "mine")[0] == 0
    assert (tmp_path / "gt.csv").read_text() == GT


@pytest.mark.parametrize("name", ["samm-lv", "casme-sq", "smic-e-long"])
def test_a_twin_on_disk_is_registered_as_a_copy_and_verified(run, tmp_path, name):
    code, out, _ = run("dataset", "twin", f"{name}-twin", "--out", tmp_path / "copy")
    assert code == 0
    workbook = next(line for line in out.splitlines() if line.endswith(".xlsx"))
    videos = next(line for line in out.splitlines() if line.endswith("videos.csv"))
    assert run("dataset", "add", name, "--annotations", workbook, "--videos", videos)[0] == 0
    code, out, _ = run("dataset", "verify", name)
    assert code == 0, out
    assert "differ" not in out.splitlines()[-1]
    assert "SYNTHETIC" in out
    assert run("dataset", "list")[1].count("registered, SYNTHETIC") == 1


def test_verify_tells_what_a_trimmed_copy_lacks_and_exits_with_1(run, tmp_path):
    (tmp_path / "gt.csv").write_text(GT.replace(",a,", ",006_1,").replace(",b,", ",007_1,"))
    assert run("dataset", "add", "samm-lv", "--annotations", tmp_path / "gt.csv")[0] == 0
    code, out, _ = run("dataset", "verify", "samm-lv")
    assert code == 1
    assert "differs" in out
    assert "159" in out
    assert json.loads(run("dataset", "verify", "samm-lv", "--json")[1])


def test_show_tells_of_every_catalogued_dataset(run):
    for name in ("samm-lv", "casme-sq", "smic-e-long", "samm-lv-twin"):
        code, out, _ = run("dataset", "show", name)
        assert code == 0
        for heading in ("licence", "videos come from"):
            assert heading in out
        for heading in ("access: ", "citation: "):
            assert (heading in out) == (name != "samm-lv-twin"), "nobody is to be asked for a twin"


def test_version_and_help(run):
    assert run("--version")[1].strip() == f"mebench {mebench.__version__}"
    code, out, _ = run("--help")
    assert code == 0
    assert "score" in out
    assert "dataset" in out


def test_a_closed_pipe_is_no_error(said):
    command = f"{sys.executable} -m mebench score {said} -d casme-sq-twin --by video -f csv | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=os.environ, check=True)
    assert done.stdout.startswith("dataset,subject,video,type")
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_no_colour_and_no_control_characters_reach_a_pipe(run, tmp_path):
    path = tmp_path / "said.csv"
    path.write_text('video,onset,offset,type\n"\x1b[31mred\u202e",1,2,me\n')
    code, out, err = run("validate", path)
    assert code in {0, 2}
    assert "\x1b" not in out + err
    assert "\u202e" not in out + err
