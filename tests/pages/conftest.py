"""What several tests of pages look at: a browser, the page of some boards, submissions that are told."""

from types import SimpleNamespace

import boards_made
import numpy as np
import pytest
from browser import chromium
from submissions_made import TWIN, guesses, write

from mebench.leaderboard.rendered import rendered
from mebench.pages.submission_page import submission_page
from mebench.pages.told import tell
from mebench.protocols.registry import plan


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def boards():
    made = [
        boards_made.spotting_board(permutations=1999),
        boards_made.spotting_board(4, 8, dataset="samm-lv-twin", seed=5, permutations=199),
        boards_made.spotting_board(4, 8, dataset="casme-sq", synthetic=False, seed=6, permutations=199),
        boards_made.recognition_board(4, 30, permutations=199),
        boards_made.strs_board(),
    ]
    return {board["id"]: board for board in made}


@pytest.fixture(scope="module")
def path(tmp_path_factory, boards):
    file = tmp_path_factory.mktemp("page") / "index.html"
    file.write_text(rendered(list(boards.values()), boards_made.published_rows()), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    file = tmp_path_factory.mktemp("hostile") / "index.html"
    board = boards_made.hostile_board()
    file.write_text(rendered([board], boards_made.hostile_published()), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def twin(tmp_path_factory):
    """A submission on a twin, told with and without ground truth."""
    folder = tmp_path_factory.mktemp("twin")
    file = write(folder / "said.csv", guesses(TWIN), {"method": "guesses", "preset": "cpu", "extra": {"k": [1, 2]}})
    few = write(folder / "few.csv", guesses(TWIN, found=0.1), {"method": "guesses"})
    told, hidden = tell(file, TWIN), tell(few, TWIN, ground_truth=False)
    return SimpleNamespace(
        file=file, told=told, hidden=hidden, page=submission_page(told), hidden_page=submission_page(hidden)
    )


@pytest.fixture(scope="module")
def labels(tmp_path_factory):
    samples = plan(None, "megc2019-twin").samples
    rng = np.random.default_rng(0)
    said = [
        label if rng.random() < 0.7 else samples.classes[int(rng.integers(3))] for label in samples.samples["label"]
    ]
    rows = [(*key, label) for key, label in zip(samples.keys, said, strict=True)]
    return write(tmp_path_factory.mktemp("labels") / "said.csv", rows, header="dataset,subject,clip,label")
