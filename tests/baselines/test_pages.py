"""The pages of the baselines under docs/ are those that the code makes."""

import importlib.util
import re
from pathlib import Path

import pytest

import mebench
from mebench.baselines.check import check_method
from mebench.baselines.page import facts, markdown

ROOT = Path(mebench.__file__).parent.parent


def tool():
    spec = importlib.util.spec_from_file_location("baseline_pages", ROOT / "tools" / "baseline_pages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pages_are_current():
    pages = tool().pages()
    there = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "baselines").glob("*.md")}
    assert sorted(there) == sorted(pages)
    stale = [name for name, text in pages.items() if there[name] != text]
    assert not stale, "run python tools/baseline_pages.py"


def test_a_page_says_what_is_known():
    score = {"dataset": "casme-sq-twin-small", "protocol": "loso", "preset": "cpu", "metric": "ME F1", "value": 0.1}
    page = markdown("random-spotter", [{**score, "low": 0.05, "high": 0.2, "floor": 0.04}])
    assert "| `rate` | `1.0` | `1.0` |" in page
    assert "| casme-sq-twin-small (synthetic) | loso | cpu | ME F1 0.1000 | 0.0500 to 0.2000 | 0.0400 |" in page
    assert "mebench baseline run random-spotter --dataset samm-lv --preset paper" in page


def test_published_numbers_are_shown():
    assert "0.2408" in markdown("constant")
    assert facts("constant")["published"][0]["metric"] == "uf1"


@pytest.mark.parametrize("name", ["oracle-boundaries"])
def test_an_upper_bound_says_the_flag_that_it_needs(name):
    assert "--threshold-source oracle" in facts(name)["run"]["twin"]


def test_the_spotter_of_the_page_keeps_the_contract(tmp_path):
    text = (ROOT / "docs" / "baselines" / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    file = tmp_path / "mine.py"
    file.write_text(example)
    verdicts = list(check_method(f"{file}:Contrast"))
    assert [verdict for verdict in verdicts[:-1] if not verdict.passed] == []
    assert any("intervals lie" in v.line and not v.detail.startswith("0 ") for v in verdicts)
