import csv
import io
import json
import subprocess
import sys
from collections import Counter

import pytest

from mebench.leaderboard.published import published


@pytest.fixture(params=[80, 140])
def columns(request):
    return request.param


def test_the_lists_fit_the_terminal_and_name_every_result(run, columns):
    for dataset in ("casme-sq", "megc2019"):
        code, out, err = run("published", "--dataset", dataset, "--why")
        assert (code, err) == (0, "")
        assert max(len(line) for line in out.splitlines() if "https://" not in line) <= columns
        rows = [row for row in published() if row["dataset"] == dataset]
        words = " ".join(out.split())
        for row in rows:
            assert f", {row['year']}: {row['verdict']} source: {row['source'].split(',')[0]}" in words
            assert " ".join(row["why"].split()) in words
        assert f"{len(rows)} published results:" in words
        assert "none is ranked against a measured one" in words


def test_json_is_the_records_that_pages_take(run):
    assert json.loads(run("published", "--format", "json")[1]) == published()


def test_filters_join(run):
    _, out, _ = run("published", "-d", "megc2019", "--verdict", "precision printed as recall", "-f", "json")
    methods = [row["method"] for row in json.loads(out)]
    assert len(methods) == 5
    assert all("STSTNet" in method for method in methods)
    assert "0 published results: none." in run("published", "-d", "casme3", "--verdict", "impossible")[1]


def test_csv_has_every_number_and_no_formula(run):
    rows = list(csv.DictReader(io.StringIO(run("published", "-f", "csv")[1]), strict=True))
    assert Counter(row["verdict"] for row in rows) == Counter(row["verdict"] for row in published())
    for row, record in zip(rows, published(), strict=True):
        numbers = {
            f"{part}_{metric}": text for part, scores in record["parts"].items() for metric, text in scores.items()
        }
        assert {name: row[name] for name in numbers} == numbers
        assert not any(cell[:1] in {"=", "+", "-", "@", "\t", "\r"} for cell in row.values())


def test_markdown_has_a_table_a_dataset(run):
    _, out, _ = run("published", "-f", "md")
    datasets = {row["dataset"] for row in published()}
    assert out.count("## ") == len(datasets)
    assert out.count("\n| 20") == len(published())


@pytest.mark.parametrize(
    ("option", "value", "meant"), [("--dataset", "casme-sqq", "casme-sq"), ("--verdict", "imposible", "impossible")]
)
def test_unknown_names_get_a_proposal(run, option, value, meant):
    code, out, err = run("published", option, value)
    assert (code, out) == (2, "")
    assert value in err
    assert f"'{meant}'" in err


def test_the_list_needs_no_numpy():
    code = "import sys; sys.argv = ['mebench', 'published', '-f', 'json']\nfrom mebench.cli import app\n"
    code += "try:\n    app()\nexcept SystemExit:\n    pass\nprint(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split("\n")[-2].split())
    assert "mebench.leaderboard.published" in loaded
    assert not loaded & {"numpy", "pandas", "scipy", "jinja2", "matplotlib", "torch"}
