"""``mebench convert``: what can be kept is kept, what cannot is named first, and no file is overwritten by accident."""

import json
from functools import partial

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mebench
from mebench.datasets import library
from mebench.datasets.delimited import Text
from mebench.problems import UserError
from mebench.protocols import registry
from mebench.submission.convert import TARGETS, convert_labels, convert_spotting
from mebench.submission.export import labels_csv, labels_log
from mebench.submission.labels import labels_from_frame, read_labels
from mebench.submission.read import read_submission

HEAD = "video,onset,offset,type"
PLAIN = f"{HEAD}\ns15_0101,10,20,me\ns15_0502,100,160,mae\ns16_0101,10,400,mae\n"
TWIN = "casme-sq-twin"


@pytest.fixture
def run(run, monkeypatch, tmp_path):
    """Run ``mebench convert`` in a folder of its own: (exit code, standard output, standard error)."""
    monkeypatch.chdir(tmp_path)
    return partial(run, "convert")


@pytest.fixture
def said(tmp_path):
    def write(content=PLAIN, name="said.csv"):
        path = tmp_path / name
        path.write_text(content)
        return path

    return write


@pytest.fixture(scope="module")
def samples():
    return registry.plan(None, "megc2019-twin").samples


def to(form, out, dataset=TWIN):
    return ["--to", form, "--dataset", dataset, "--out", out]


# --- Spotting.


def test_nothing_is_lost_between_csv_and_megc2022(run, said, tmp_path):
    code, out, _ = run(said(), *to("megc2022", "a.csv"))
    assert code == 0
    assert out == "a.csv: 3 predictions as megc2022, read from CSV of intervals (also MEGC2022 to MEGC2025).\n"
    assert (tmp_path / "a.csv").read_text() == PLAIN.replace(HEAD, "vid,pred_onset,pred_offset,type")
    assert run("a.csv", *to("csv", "b.csv"))[0] == 0
    assert (tmp_path / "b.csv").read_text() == PLAIN


def test_what_would_be_lost_is_named_and_nothing_written(run, said, tmp_path):
    path = said(
        "# by me\nvideo,onset,offset,type,score,emotion,epoch\ns15_0101,10,20,me,.5,negative,3\ns15_0101,1,5,me,,,4\n"
    )
    code, out, err = run(path, *to("megc2022", "a.csv"))
    assert (code, out) == (2, "")
    listed = [line.strip() for line in err.splitlines() if line.startswith("  ")]
    assert listed == [
        "the column 'epoch'",
        "1 comment line",
        "the score of 1 prediction",
        "the emotion of 1 prediction",
    ]
    assert "--force" in err
    assert not (tmp_path / "a.csv").exists()
    code, _, err = run(path, *to("megc2022", "a.csv"), "--force")
    assert code == 0
    assert [line.removeprefix("lost: ") for line in err.splitlines() if line.startswith("lost: ")] == listed
    assert (tmp_path / "a.csv").read_text().endswith("type\ns15_0101,10,20,me\ns15_0101,1,5,me\n")


def test_csv_keeps_scores_emotions_and_comments(run, said, tmp_path):
    path = said("# by me\nVid,start,end,class,conf,emotion\n15_0101disgustingteeth,10,20,Micro,.50,negative\n#\n")
    assert run(path, *to("csv", "a.csv"))[0] == 0
    assert (tmp_path / "a.csv").read_text() == (
        "# by me\nvideo,onset,offset,type,score,emotion\ns15_0101,10,20,me,0.5,negative\n"
    )


def test_a_log_holds_the_counts_of_the_score(run, said, tmp_path):
    truth = mebench.load_dataset(TWIN).annotations
    events = truth[(truth["type"] == "me") & truth["offset"].notna()].head(4)
    rows = "".join(
        f"{v},{a:.0f},{b:.0f},me\n" for v, a, b in events[["video", "onset", "offset"]].itertuples(index=False)
    )
    path = said(f"{HEAD}\n{rows}s15_0101,1,9,me\n")
    assert run(path, *to("megc2019-log", "log.txt"))[0] == 0
    lines = [line.split() for line in (tmp_path / "log.txt").read_text().splitlines()]
    assert lines[0] == ["2"]
    counted = {result: sum(line[-1] == result for line in lines) for result in ("TP", "FP", "FN")}
    score = mebench.score(path, dataset=TWIN).scores["overall"]
    assert counted == {"TP": score.tp, "FP": score.fp, "FN": score.fn}
    assert all(len(line) == 6 for line in lines[1:])
    assert run("log.txt", *to("csv", "back.csv"))[0] == 0
    back = read_submission(tmp_path / "back.csv", None).predictions
    wanted = read_submission(path, None).predictions
    keys = ["video", "onset", "offset", "type"]
    assert sorted(back[keys].itertuples(index=False)) == sorted(wanted[keys].itertuples(index=False))


def test_types_that_a_log_would_turn_are_a_loss(run, said):
    path = said(f"{HEAD}\ns15_0101,10,26,me\ns15_0101,100,160,mae\n")  # 17 frames: longer than an ME of the challenge
    code, _, err = run(path, *to("megc2019-log", "log.txt"))
    assert code == 2
    assert "the type of 1 prediction, which would be read as the other one" in err


def test_a_log_of_a_set_without_lengths_needs_the_type(run, said, tmp_path):
    said("video,onset,offset,type\na b,10,20,me\n", "gt.csv")
    library.add("mine", tmp_path / "gt.csv", fps=30)
    code, _, err = run(said(f"{HEAD}\na b,10,20,me\n"), *to("megc2019-log", "log.txt", "mine"))
    assert code == 2
    assert "'a b' cannot stand in a log" in err
    said("video,onset,offset,type\na,10,20,me\nb,1,4,mae\n", "gt.csv")
    library.add("mine", tmp_path / "gt.csv", fps=30, replace_existing=True)
    code, _, err = run(said(f"{HEAD}\na,10,19,mae\nb,10,12,mae\n"), *to("megc2019-log", "log.txt", "mine"))
    assert code == 0
    assert "give --type mae when you read it" in err
    assert "the log holds the ground truth of mine" in err
    assert (tmp_path / "log.txt").read_text() == "a 10 20 - - FN\na - - 10 19 FP\nb 1 4 - - FN\nb - - 10 12 FP\n"


def test_a_hidden_set_has_no_log(run, said, tmp_path):
    said("video,n_frames\na,100\n", "videos.csv")
    library.add("hidden", videos=tmp_path / "videos.csv", fps=30)
    code, _, err = run(said(f"{HEAD}\na,10,19,mae\n"), *to("megc2019-log", "log.txt", "hidden"))
    assert code == 2
    assert "hidden has no annotations here" in err
    assert run(said(f"{HEAD}\na,10,19,mae\n"), *to("megc2022", "a.csv", "hidden"))[0] == 0


def test_a_section_of_a_log_that_is_left_behind_is_said(run, said, tmp_path):
    path = said("1\n006_1 - - 1 30 FP\n2\n15_0101 5 9 10 20 TP\n", "log.txt")
    code, _, err = run(path, *to("csv", "a.csv"))
    assert code == 0
    assert "note: the log also holds dataset 1: convert it with its own --dataset" in err
    assert "up to 16 frames" in err
    assert (tmp_path / "a.csv").read_text() == f"{HEAD}\ns15_0101,10,20,me\n"


def test_a_type_for_rows_without_one(run, said, tmp_path):
    path = said("video,onset,offset\ns15_0101,10,20\n")
    assert "no column holds the type" in run(path, *to("csv", "a.csv"))[2]
    assert run(path, *to("csv", "a.csv"), "--type", "mae")[0] == 0
    assert (tmp_path / "a.csv").read_text().endswith("s15_0101,10,20,mae\n")


def test_spot_then_recognise_there_and_back(run, said, tmp_path):
    path = said('video,onset,offset,type,emotion\ns15_0101,10,20,me,negative\ns16_0101,1,9,me,"a, b"\n')
    assert run(path, *to("str2024", "str.csv"))[0] == 0
    assert (tmp_path / "str.csv").read_text() == (
        'subject,video,onset,offset,emotion\ns15,s15_0101,10,20,negative\ns16,s16_0101,1,9,"a, b"\n'
    )
    assert run("str.csv", *to("csv", "back.csv"))[0] == 0
    assert (tmp_path / "back.csv").read_text() == path.read_text()


def test_spot_then_recognise_has_no_macro_expressions_and_wants_emotions(run, said, tmp_path):
    path = said("video,onset,offset,type,emotion\ns15_0101,10,20,me,negative\ns16_0101,1,90,mae,positive\n")
    code, _, err = run(path, *to("str2024", "str.csv"))
    assert code == 2
    assert "1 of 2 predictions (all of type mae)" in err
    assert run(path, *to("str2024", "str.csv"), "--force")[0] == 0
    assert len((tmp_path / "str.csv").read_text().splitlines()) == 2
    code, _, err = run(said(), *to("str2024", "other.csv"), "--force")
    assert code == 2
    assert "1 of 1 predictions have no emotion" in err


def test_text_that_a_spreadsheet_would_run_is_not_written(run, said):
    code, _, err = run(said("video,onset,offset,type,emotion\ns15_0101,10,20,me,=1+1\n"), *to("csv", "a.csv"))
    assert code == 2
    assert "formula" in err


# --- Recognition.


@pytest.fixture
def predicted(samples):
    table = samples.samples.assign(label=[samples.classes[i % 3] for i in range(len(samples))])
    return labels_from_frame(table, samples).labels


def test_labels_there_and_back(run, said, predicted, samples, tmp_path):
    path = said(labels_csv(predicted))
    code, out, err = run(path, *to("megc2019-log", "log.txt", "megc2019-twin"))
    assert (code, err) == (0, "")
    assert "442 predictions as megc2019-log" in out
    text = (tmp_path / "log.txt").read_text()
    assert text == labels_log(predicted, samples)
    assert text.startswith("casme2-twin sub01\n")
    assert sum(len(line.split()) == 2 for line in text.splitlines()) == 68
    assert run("log.txt", *to("csv", "back.csv", "megc2019-twin"))[0] == 0
    assert (tmp_path / "back.csv").read_text() == path.read_text()


def test_probabilities_are_a_loss_in_a_log(run, said, predicted, samples, tmp_path):
    odds = {f"probability_{name}": [1.0 * (name == said_) for said_ in predicted["label"]] for name in samples.classes}
    path = said(labels_csv(predicted.assign(**odds)))
    code, _, err = run(path, *to("megc2019-log", "log.txt", "megc2019-twin"))
    assert code == 2
    assert "the probabilities of 442 clips" in err
    assert run(path, *to("csv", "a.csv", "megc2019-twin"))[0] == 0
    assert (tmp_path / "a.csv").read_text() == path.read_text()


def test_a_log_of_lists_becomes_a_table_that_says_so(run, said, samples, tmp_path):
    blocks = []
    for _, clips in samples.samples.groupby(["dataset", "subject"], sort=True):
        codes = sorted(samples.classes.index(label) for label in clips["label"])
        blocks.append(f"Subject: {clips['subject'].iloc[0]} \nPredicted   : {codes} \nGround Truth: {codes} \n")
    code, out, err = run(said("".join(blocks), "log.txt"), *to("csv", "a.csv", "megc2019-twin"))
    assert code == 0
    assert "read from log of the Python code of STSTNet" in out
    assert "names no clips" in err
    assert (tmp_path / "a.csv").read_text().startswith("# made from a log that names no clips")
    assert read_labels(tmp_path / "a.csv", samples).labels["label"].tolist() == samples.samples["label"].tolist()


def test_a_log_has_codes_for_three_classes_only(run, said, tmp_path):
    five = registry.plan(None, "casme2-twin").samples
    path = said(labels_csv(labels_from_frame(five.samples, five).labels))
    code, _, err = run(path, *to("megc2019-log", "log.txt", "casme2-twin"))
    assert code == 2
    assert "codes for negative, positive and surprise only" in err
    three = registry.plan(None, "casme2-twin", "megc3").samples
    path = said(labels_csv(labels_from_frame(three.samples, three).labels))
    assert run(path, *to("megc2019-log", "log.txt", "casme2-twin"), "--classes", "megc3")[0] == 0


# --- Files.


def test_no_file_is_overwritten_by_accident(run, said, tmp_path):
    path = said()
    assert "that is the submission itself" in run(path, *to("csv", path), "--force")[2]
    assert path.read_text() == PLAIN
    other = said("precious", "a.csv")
    code, _, err = run(path, *to("csv", "a.csv"))
    assert (code, other.read_text()) == (2, "precious")
    assert "--force" in err
    assert run(path, *to("csv", "a.csv"), "--force")[0] == 0
    assert other.read_text() == PLAIN
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.csv", "said.csv"]


def test_metadata_goes_along(run, said, tmp_path):
    path = said()
    said('{"method": "x", "selection": "last"}', "said.meta.json")
    assert run(path, *to("megc2022", "out/a.csv"))[0] == 0
    assert json.loads((tmp_path / "out/a.meta.json").read_text()) == {"method": "x", "selection": "last"}


def test_metadata_of_another_submission_is_not_taken_over(run, said, tmp_path):
    said('{"method": "someone else"}', "a.meta.json")
    for force in ((), ("--force",)):
        code, _, err = run(said(), *to("csv", "a.csv"), *force)
        assert code == 2
        assert "a.meta.json" in err
        assert not (tmp_path / "a.csv").exists()
    said('{"method": "x"}', "said.meta.json")
    assert run(said(), *to("csv", "a.csv"), "--force")[0] == 0
    assert json.loads((tmp_path / "a.meta.json").read_text()) == {"method": "x"}


WRONG = {
    "no such file": (["nowhere.csv", *to("csv", "a.csv")], "there is no such file"),
    "a folder": ([".", *to("csv", "a.csv")], "Convert its files one by one"),
    "to a folder": (["said.csv", *to("csv", ".")], "name a file"),
    "no such format": (["said.csv", *to("xml", "a.csv")], "xml"),
    "no such dataset": (["said.csv", *to("csv", "a.csv", "casme-sq-twim")], "casme-sq-twin"),
    "a dataset that is not here": (["said.csv", *to("csv", "a.csv", "samm-lv")], "not registered"),
    "intervals for clips": (
        ["said.csv", *to("csv", "a.csv", "megc2019-twin")],
        "holds spotted intervals, but megc2019-twin",
    ),
    "clips for intervals": (["labels.csv", *to("csv", "a.csv")], "holds one class a clip, but casme-sq-twin"),
    "clips as megc2022": (["labels.csv", *to("megc2022", "a.csv", "megc2019-twin")], "Possible: csv, megc2019-log"),
    "a wrong row": (["bad.csv", *to("csv", "a.csv")], "bad.csv, row 2"),
    "no --to": (["said.csv", "--dataset", TWIN, "--out", "a.csv"], "--to"),
    "no --dataset": (["said.csv", "--to", "csv", "--out", "a.csv"], "--dataset"),
    "a folder that cannot be written to": (["said.csv", *to("csv", "said.csv/a.csv")], "cannot be written"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_ends_in_a_sentence(name, run, said, tmp_path):
    arguments, says = WRONG[name]
    said()
    said(f"{HEAD}\ns15_0101,20,10,me\n", "bad.csv")
    said("clip,label\na,0\n", "labels.csv")
    before = sorted(tmp_path.rglob("*"))
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert "Traceback" not in err
    assert sorted(tmp_path.rglob("*")) == before


# --- The list of losses is complete: nothing is lost that is not in it, and nothing is in it that is not lost.


def tables(emotions):
    row = st.tuples(
        st.sampled_from(["s15_0101", "s15_0502", "s16_0101"]),
        st.integers(1, 300),
        st.integers(1, 60),
        st.sampled_from(["me", "mae"]),
        st.none() | st.sampled_from([0.25, 1e-9, 3.0]),
        emotions,
    )
    # Without the type in the key: a log cannot hold two predictions that differ in nothing else.
    return st.lists(row, max_size=8, unique_by=lambda r: r[:3])


def several(n):
    return f"{n} prediction{'s' if n > 1 else ''}"


def text_of(rows):
    lines = [f"{v},{a},{a + n - 1},{k},{'' if s is None else s},{e or ''}" for v, a, n, k, s, e in rows]
    return Text("pred.csv", "\n".join([HEAD + ",score,emotion", *lines]) + "\n", "")


@given(tables(st.sampled_from([None, "negative", "positive"])), st.sampled_from(["csv", "megc2022", "megc2019-log"]))
@settings(max_examples=60)
def test_losses_of_intervals(rows, form):
    dataset = library.load_dataset(TWIN)
    losses = convert_spotting(text_of(rows), form, dataset).losses
    expected = []
    if form != "csv":
        turned = sum((n <= dataset.me_longest) != (k == "me") for _, _, n, k, _, _ in rows)
        if form == "megc2019-log" and turned:
            expected.append(f"the type of {several(turned)}, which would be read as the other one")
        for i, name in ((4, "score"), (5, "emotion")):
            if held := sum(row[i] is not None for row in rows):
                expected.append(f"the {name} of {several(held)}")
    assert list(losses) == expected


@given(tables(st.sampled_from(["negative", "positive"])))
@settings(max_examples=30)
def test_losses_of_spot_then_recognise(rows):
    macro = sum(row[3] == "mae" for row in rows)
    scores = sum(row[4] is not None for row in rows)
    found = convert_spotting(text_of(rows), "str2024", library.load_dataset(TWIN))
    of_type = " (all of type mae)"
    assert found.rows == len(rows) - macro
    listed = list(found.losses)
    assert any(loss.startswith(f"{macro} of {len(rows)} predictions{of_type}") for loss in listed) == (macro > 0)
    assert any(loss.startswith(f"the score of {scores} ") for loss in listed) == (scores > 0)


@given(st.data())
@settings(max_examples=10)
def test_labels_in_both_formats_read_back_as_the_same(data):
    samples = registry.plan(None, "megc2019-twin").samples
    seed = data.draw(st.integers(0, 2**32 - 1))
    labels = pd.Series(samples.classes).sample(len(samples), replace=True, random_state=seed).tolist()
    checked = labels_from_frame(samples.samples.assign(label=labels), samples).labels
    for form in ("csv", "megc2019-log"):
        there = convert_labels(Text("pred.csv", labels_csv(checked), ""), form, samples)
        back = convert_labels(Text("pred.csv", there.text, ""), "csv", samples)
        assert (there.losses, back.losses, back.rows) == ((), (), 442)
        assert back.text == labels_csv(checked)


def test_an_unknown_format_or_task_is_refused():
    dataset = library.load_dataset(TWIN)
    with pytest.raises(UserError, match="megc2022"):
        convert_spotting(Text("pred.csv", PLAIN, ""), "megc2023", dataset)
    assert set(TARGETS) == {"csv", "megc2022", "megc2019-log", "str2024"}
