import json

import pytest

from mebench.protocols.registry import plan


@pytest.fixture
def said(tmp_path):
    path = tmp_path / "said.csv"
    path.write_text("video,onset,offset,type\ns15_0101,10,20,me\ns15_0101,100,160,mae\n")
    return path


@pytest.fixture
def labels(tmp_path):
    path = tmp_path / "labels.csv"
    plan("megc2019", "megc2019-twin").samples.samples.to_csv(path, index=False)
    return path


def test_recognition_is_scored_validated_and_compared(run, labels, tmp_path):
    code, out, _ = run("score", labels, "-d", "megc2019-twin")
    assert code == 0
    for words in ("SYNTHETIC", "UF1", "UAR", "full", "casme2-twin", "megc2019/1", "442 clips", "jackknife"):
        assert words in out
    assert "442 predictions" in run("validate", labels, "-d", "megc2019-twin")[1]
    worse = tmp_path / "worse.csv"
    worse.write_text(labels.read_text().replace("positive", "negative"))
    code, out, _ = run("compare", labels, worse, "-d", "megc2019-twin", "--permutations", "199", "-f", "json")
    assert code == 0
    found = json.loads(out)
    assert found["metric"] == "uf1"
    assert found["pairs"][0]["difference"] > 0.2
    assert found["synthetic"]


def test_problems_of_labels_are_listed_in_one_pass(run, labels):
    lines = labels.read_text().splitlines()
    lines[1] = lines[1].rsplit(",", 1)[0] + ",anger"
    labels.write_text("\n".join(lines[:-1]) + "\n")
    code, out, _ = run("validate", labels, "-d", "megc2019-twin", "-f", "json")
    found = json.loads(out)
    assert code == 2
    assert not found["valid"]
    assert len({problem["rule"] for problem in found["problems"]}) == 2
    code, out, err = run("score", labels, "-d", "megc2019-twin")
    assert (code, out) == (2, "")
    assert "labels.csv, row 2" in err


def test_a_comparison_prints_differences_ranks_and_ties(run, said, tmp_path):
    again = tmp_path / "again.csv"
    again.write_text(said.read_text())
    code, out, _ = run("compare", said, again, "-d", "casme-sq-twin", "--permutations", "99")
    assert code == 0
    for words in ("SYNTHETIC", "said - again", "+0.0000", "1 to 2", "not separable", "22 subjects"):
        assert words in out


def test_sets_are_pooled(run, said, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("video,onset,offset,type\n006_1,10,70,me\n")
    out_file = tmp_path / "pooled.json"
    code, out, _ = run("pool", f"casme-sq-twin={said}", f"samm-lv-twin={other}", "--json", out_file)
    assert code == 0
    assert "pooled" in out
    written = json.loads(out_file.read_text())
    assert written["scores"]["me"]["fn"] >= 57 + 159 - 2
    assert set(written["sets"]) == {"casme-sq-twin", "samm-lv-twin"}


def test_protocols_are_listed_shown_and_exported(run, tmp_path):
    listed = json.loads(run("protocol", "list", "--json")[1])
    assert {"loso", "loso-me", "cross-a", "cross-b", "cross-c", "hold-out", "megc2019"} == {p["name"] for p in listed}
    assert "14" in run("protocol", "show", "loso-me", "-d", "casme-sq-twin")[1]
    assert "negative 250" in run("protocol", "show", "megc2019-twin")[1]
    folds = tmp_path / "folds.csv"
    code, out, _ = run("protocol", "export", "megc2019-twin", "--out", folds)
    assert code == 0
    assert "68 folds" in out
    assert len(folds.read_text().splitlines()) == 69
    assert run("protocol", "export", "megc2019-twin", "--out", folds)[0] == 2
    again = tmp_path / "again.csv"
    assert run("protocol", "export", "megc2019-twin", "--out", again)[1].split()[-1] == out.split()[-1]
    clips = tmp_path / "clips.csv"
    assert run("protocol", "export", "megc2019", "-d", "megc2019-twin", "--samples", "--out", clips)[0] == 0
    assert len(clips.read_text().splitlines()) == 442
    code, out, _ = run("protocol", "adopt", clips)
    assert code == 0
    assert "442 clips" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["compare", "said.csv", "-d", "casme-sq-twin"], "at least two"),
        (["compare", "said.csv", "said.csv", "-d", "casme-sq-twin"], "same name"),
        (["compare", "said.csv", "none.csv", "-d", "casme-sq-twin"], "none.csv"),
        (["pool", "said.csv"], "DATASET=FILE"),
        (["pool", "casme-sq-twin=said.csv", "casme-sq-twin=said.csv"], "twice"),
        (["pool", "casme-sqtwin=said.csv"], "Did you mean"),
        (["protocol", "show", "lossso"], "Did you mean"),
        (["protocol", "export", "loso", "--out", "x.csv"], "--dataset"),
        (["protocol", "export", "loso", "-d", "casme-sq-twin", "--samples", "--out", "x.csv"], "--samples"),
        (["protocol", "adopt", "said.csv"], "none of casme2, smic, samm"),
        (["score", "said.csv", "-d", "megc2019-twin"], "said.csv"),
        (["score", "said.csv", "-d", "megc2019"], "casme2"),
        (["score", "said.csv", "-d", "casme-sq-twin", "--classes", "megc3"], "--classes"),
        (["score", "said.csv", "-d", "casme-sq-twin", "--protocol", "cross-a"], "samm-lv"),
        (["score", "said.csv", "-d", "megc2019-twin", "--gt-policy", "mirror"], "--gt-policy"),
        (["score", "said.csv", "-d", "megc2019-twin", "--rule", "all"], "rules of spotting"),
        (["validate", "none.csv", "-d", "megc2019-twin"], "none.csv"),
    ],
)
def test_a_mistake_is_a_sentence_and_exit_code_2(run, said, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*arguments)
    assert (code, out) == (2, ""), (out, err)
    assert words in err
    assert "Traceback" not in err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["said.csv"]


def test_a_file_that_cannot_be_read_is_one_problem_as_json(run, tmp_path):
    (tmp_path / "semicolons.csv").write_text("video;onset;offset;type\na;1;2;me\n")
    code, out, _ = run("validate", tmp_path / "semicolons.csv", "-f", "json")
    assert code == 2
    assert json.loads(out)["problems"][0]["rule"] == "unusable"
