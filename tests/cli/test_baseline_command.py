"""``mebench baseline``: lists, explains, plans, runs; a mistake is one sentence."""

import json

import pytest

from mebench.baselines import registry

TINY = "casme-sq-twin-tiny"


def test_the_list_names_task_and_summary(run):
    code, out, err = run("baseline", "list")
    assert code == 0
    assert "random-spotter" in out
    rows = json.loads(run("baseline", "list", "--json")[1])
    assert {row["name"] for row in rows} == set(registry.names())
    assert {row["task"] for row in rows} == {"spotting", "recognition"}
    assert "baseline run NAME" in err


@pytest.mark.parametrize("name", registry.names())
def test_every_baseline_explains_each_parameter_and_where_it_is_from(run, name):
    code, out, _ = run("baseline", "show", name, "--format", "json")
    assert code == 0
    shown = json.loads(out)
    assert shown["summary"].endswith(".")
    for row in shown["parameters"]:
        assert row["meaning"], f"{row['name']} is not explained"
        assert row["source"].split()[0].rstrip(":,") in {"paper", "code", "choice", "facts"}, row
    text = run("baseline", "show", name)[1]
    assert all(row["name"] in text for row in shown["parameters"])
    assert run("baseline", "show", name, "--format", "md")[1].startswith(f"# {name}\n")


def test_a_run_shows_score_floor_paths_and_what_next(run, tmp_path):
    out = tmp_path / "run"
    code, said, err = run("baseline", "run", "random-spotter", "-d", TINY, "--out", str(out), "--workers", "1")
    assert code == 0
    assert "SYNTHETIC" in said
    assert "F1 interval" in said
    assert "chance (random-spotter): F1 " in said
    assert f"submission   {out / 'submission.csv'}" in said
    assert f"Next: mebench score {out / 'submission.csv'} --dataset {TINY} --protocol loso" in err
    assert {path.name for path in out.iterdir()} >= {"submission.csv", "submission.meta.json", "report.json", "folds"}
    again = json.loads(run("baseline", "run", "random-spotter", "-d", TINY, "--out", str(out), "--json")[1])
    assert (again["folds"], again["folds_before"]) == (3, 3)


def test_a_dry_run_writes_nothing(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, _ = run("baseline", "run", "random-spotter", "-d", TINY, "--dry-run")
    assert code == 0
    assert "3 folds" in out
    assert "would write runs/random-spotter-" in out
    assert list(tmp_path.iterdir()) == []
    plan = json.loads(run("baseline", "run", "random-spotter", "-d", TINY, "--dry-run", "--json")[1])
    assert plan["folds"] == 3
    assert plan["frames_to_render"] == 0


def test_a_folder_of_its_own_is_named_after_what_matters(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for seed in ("0", "1"):
        assert run("baseline", "run", "empty", "-d", TINY, "--seed", seed, "--workers", "1")[0] == 0
    assert len(list((tmp_path / "runs").iterdir())) == 2


MISTAKES = {
    ("random-spoter",): "Did you mean 'random-spotter'?",
    ("empty", "-d", "casme-s"): "There is no dataset",
    ("empty", "-d", "samm-lv"): "is not registered on this machine",
    ("constant", "-d", TINY): "constant is a method of recognition",
    ("empty", "--protocol", "lso"): "Did you mean 'loso'?",
    ("empty", "--preset", "papr"): "Did you mean 'paper'?",
    ("random-spotter", "-p", "rate=many"): "rate is a number",
    ("random-spotter", "-p", "rat=1"): "Did you mean 'rate'?",
    ("random-spotter", "-p", "rate"): "this is not NAME=VALUE",
    ("random-spotter", "-p", "rate=-1"): "Give a number of at least 0",
    ("empty", "--engine-option", "address=x"): "The engine local has no options",
    ("empty", "--engine", "dask", "-E", "adress=x"): "Did you mean 'address'?",
    ("empty", "--amplitude", "2"): "does not look at",
    ("empty", "--threshold-source", "published"): "no published thresholds",
    ("empty", "--selection", "oracle"): "learns nothing in epochs",
    ("oracle-boundaries",): "--threshold-source oracle",
    ("no/such/file.py:Method",): "there is no such file",
}


@pytest.mark.parametrize("words", MISTAKES)
def test_a_mistake_is_one_sentence(run, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    code, out, err = run("baseline", "run", *words, "--workers", "1")
    assert code == 2
    assert out == ""
    assert MISTAKES[words] in err
    assert "Traceback" not in err


def test_a_missing_package_is_named_with_its_command(run, monkeypatch, tmp_path):
    import mebench.baselines.floors.empty as home

    monkeypatch.setattr(home.Empty, "REQUIRES", ("torch_that_is_not_there",))
    code, _, err = run("baseline", "run", "empty", "--out", str(tmp_path / "a"))
    assert code == 2
    assert "empty needs torch_that_is_not_there, which is not installed" in err
    assert "pip install 'mebench[baselines]'" in err


def test_a_full_disk_is_a_sentence_and_finished_folds_stay(run, monkeypatch, tmp_path):
    import errno

    import mebench.baselines.folds_store as home
    from mebench.files import write_atomically
    from mebench.problems import UserError

    written = []

    def full(path, content):
        if path.parent.name == "folds" and len(written) == 2:
            raise UserError(f"{path}: cannot be written ({OSError(errno.ENOSPC, 'No space left on device').strerror}).")
        written.append(path)
        write_atomically(path, content)

    monkeypatch.setattr(home, "write_atomically", full)
    words = ("baseline", "run", "empty", "-d", TINY, "--out", str(tmp_path / "a"), "--workers", "1")
    code, _, err = run(*words)
    assert code == 2
    assert "No space left on device" in err
    monkeypatch.undo()
    assert run(*words)[0] == 0


COMPLETED = [
    ("baseline run random-s", ["random-spotter"]),
    ("baseline run empty -d megc2019-twin-t", ["megc2019-twin-tiny"]),
    ("score x.csv --dataset casme-sq-tw", ["casme-sq-twin"]),
    ("validate x.csv -d casme-sq-tw", ["casme-sq-twin"]),
    ("compare x.csv y.csv -d megc2019-twin-t", ["megc2019-twin-tiny"]),
    ("dataset show samm-l", ["samm-lv", "samm-lv-twin"]),
    ("dataset frames samm-lv-", ["samm-lv-twin"]),
    ("feature run flow -d casme-sq-tw", ["casme-sq-twin"]),
    ("protocol show loso -d casme-sq-tw", ["casme-sq-twin"]),
    ("convert x.csv --dataset casme-sq-tw", ["casme-sq-twin"]),
]


@pytest.mark.parametrize(("typed", "offered"), COMPLETED)
def test_names_are_completed(capsys, monkeypatch, typed, offered):
    from mebench.cli import app

    words = f"mebench {typed}"
    monkeypatch.setenv("_MEBENCH_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
    with pytest.raises(SystemExit):
        app(prog_name="mebench", args=[])
    assert capsys.readouterr().out.split() == offered


def test_check_ends_with_2_for_a_broken_method(run, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(
        "from mebench.baselines.floors.empty import Empty\n"
        "class Mine(Empty):\n    def fit(self, videos, expressions, run):\n        return None\n"
    )
    code, out, err = run("baseline", "check", f"{file}:Mine")
    assert code == 2
    assert "FAIL  fit returns self" in out
    assert "1 line of the contract is broken" in err
    code, out, _ = run("baseline", "check", "empty", "--json")
    assert code == 0
    assert all(row["passed"] for row in json.loads(out)[:-1])


def test_check_of_an_upper_bound_says_a_command_that_works(run, tmp_path):
    code, _, err = run("baseline", "check", "oracle-boundaries")
    assert code == 0
    line = err.strip().splitlines()[-1].partition("Next: mebench ")[2]
    assert run(*line.split(), "-d", TINY, "--workers", "1", "--out", tmp_path / "a")[0] == 0


def test_a_stage_leaves_one_bar_whatever_is_counted_in_it(monkeypatch):
    import io

    from mebench.cli.baseline_views import Stages

    class Screen(io.StringIO):
        def isatty(self):
            return True

    screen = Screen()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "xterm")
    with Stages() as tell:
        tell("folds of geonet", "folds", 0, 3)
        tell("folds of geonet (0 of 3 done)", "epochs", 20, 60)
        tell("folds of geonet", "folds", 3, 3)
    drawn = screen.getvalue()
    assert drawn.count("\n") == 1  # a line feed leaves a bar on the screen, a carriage return draws over it
    assert "3 of 3" in drawn.rpartition("\r")[2]
