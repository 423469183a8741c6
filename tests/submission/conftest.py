"""Datasets made by hand: no reader, no file, no ground truth unless a test asks for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from mebench.datasets.dataset import Dataset
from mebench.datasets.readers import casme_sq, samm_lv, smic_e_long
from mebench.datasets.tables import TYPES


def _videos(name: str, ids: list[str], fps: float, first: list[int], n_frames: list[int | None]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "dataset": name,
            "subject": [video.split("_")[0] for video in ids],
            "video": ids,
            "fps": fps,
            "first_frame": first,
            "n_frames": pd.array(n_frames, dtype="Int64"),
        }
    )


def _samm() -> Dataset:
    ids = [f"{subject:03d}_{video}" for subject in (6, 7, 8, 9) for video in (1, 2, 3)]
    videos = _videos("samm-lv", ids, 200.0, [1] * 12, [8000] * 12)
    resolver = samm_lv.canonical_video
    return Dataset(
        "samm-lv", "SAMM-LV", videos, None, "by hand", resolver, "samm-lv", "hand", TYPES, True, 105, 1, "1-based"
    )


def _casme() -> Dataset:
    ids = [f"s{subject}_{code}" for subject in (15, 16) for code in ("0101", "0102", "0401")]
    videos = _videos("casme-sq", ids, 30.0, [1] * 6, [None] * 6)
    resolver = casme_sq.canonical_video
    return Dataset(
        "casme-sq", "CAS(ME)^2", videos, None, "by hand", resolver, "casme-sq", "hand", TYPES, True, 16, 2, "1-based"
    )


def _smic() -> Dataset:
    ids = [f"s{subject:02d}_po_{i:02d}" for subject in (1, 2) for i in (1, 2)]
    videos = _videos("smic-e-long", ids, 100.0, [5001, 7001, 9001, 30001], [1000] * 4)
    resolver = smic_e_long.canonical_video
    frames = "absolute camera numbers"
    return Dataset(
        "smic-e-long", "SMIC", videos, None, "by hand", resolver, "smic-e-long", "hand", ("me",), True, 58, None, frames
    )


DATASETS: dict[str, Dataset] = {"samm": _samm(), "casme": _casme(), "smic": _smic()}


@pytest.fixture(scope="session")
def datasets() -> dict[str, Dataset]:
    """The hidden test sets by a short name: their videos are known, their annotation is not."""
    return DATASETS


@pytest.fixture(scope="session")
def samm() -> Dataset:
    return DATASETS["samm"]


@pytest.fixture(scope="session")
def casme() -> Dataset:
    return DATASETS["casme"]


@pytest.fixture(scope="session")
def smic() -> Dataset:
    return DATASETS["smic"]


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Write text or bytes to a file and return its path."""

    def write(content: str | bytes, name: str = "pred.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file that hypothesis may rewrite, alone in its folder."""
    return tmp_path_factory.mktemp("scratch") / "pred.csv"
