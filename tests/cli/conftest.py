"""How the command line is run in these tests."""

import sys

import pytest

from mebench.cli import main


@pytest.fixture
def columns():
    """How wide the terminal is; a test file may override it."""
    return 100


@pytest.fixture
def run(monkeypatch, capsys, columns):
    """Run the command line in this process: (exit code, standard output, standard error)."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["mebench", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", str(columns))
        code = 0
        try:
            main()
        except SystemExit as done:
            code = done.code or 0
        return (code, *capsys.readouterr())

    return call
