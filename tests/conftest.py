"""Test helpers of each folder are plain modules beside its tests."""

import sys
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("mebench", deadline=None, derandomize=True)
settings.load_profile("mebench")

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / folder) for folder in ("metrics", "datasets", "submission", "scoring")]


@pytest.fixture(autouse=True)
def own_library(tmp_path_factory, monkeypatch):
    """No test sees or touches the library of the person who runs it."""
    home = tmp_path_factory.mktemp("library")
    monkeypatch.setenv("MEBENCH_HOME", str(home))
    return home
