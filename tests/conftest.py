"""Test helpers of each folder are plain modules beside its tests."""

import signal
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from mebench.cli import main

# Nothing fails because a machine is slow.
settings.register_profile("mebench", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mebench")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Started in the background of a script, Ctrl-C is ignored, and would be by every process that the tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)

HERE = Path(__file__).parent
HELPERS = ("metrics", "datasets", "submission", "scoring", "video", "pages", "leaderboard", "figures")
sys.path[:0] = [str(HERE / folder) for folder in HELPERS]


@pytest.fixture(scope="session")
def own_cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def own_library(tmp_path_factory, monkeypatch, own_cache):
    """No test sees or touches the library or the cache of the person who runs it."""
    home = tmp_path_factory.mktemp("library")
    monkeypatch.setenv("MEBENCH_HOME", str(home))
    monkeypatch.setenv("MEBENCH_CACHE", str(own_cache))
    return home


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
