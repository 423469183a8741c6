"""The README's first screen is what the commands print."""

import sys
from pathlib import Path

import pytest

from mebench.cli import main

ROOT = Path(__file__).parent.parent


def test_the_printed_score_is_the_score(monkeypatch, capsys):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    command = next(line.split() for line in text.splitlines() if line.strip().endswith("--dataset casme-sq-twin"))
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit) as done:
        main()
    assert not done.value.code
    printed = [line.rstrip() for line in capsys.readouterr().out.strip().splitlines()]
    shown = text.split("The last one prints:\n\n")[1].split("\n\nThe predictions are")[0]
    assert [line.removeprefix("    ").rstrip() for line in shown.splitlines()] == printed


def test_every_local_link_leads_somewhere():
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for part in page.read_text(encoding="utf-8").split("](")[1:]:
            target = part.split(")")[0].split("#")[0]
            if target and "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"
