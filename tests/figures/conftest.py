"""Drawings that several tests look at, and what they are made from."""

import pandas as pd
import pytest
from figure_boards import NAMES, TWIN, board, spotting_tables

from mebench import load_dataset, score
from mebench.diagnosis.diagnose import diagnose
from mebench.figures.cd_figure import cd
from mebench.figures.confusion import confusion
from mebench.figures.errors import errors
from mebench.figures.outcomes import outcomes
from mebench.figures.ranking import ranking
from mebench.figures.subjects import subjects
from mebench.figures.sweep import sweep
from mebench.figures.timeline import timeline
from mebench.protocols.registry import plan


@pytest.fixture(scope="module")
def said():
    """Predictions that find some events, miss some, and add some of their own."""
    events = load_dataset(TWIN).annotations
    whole = events[events["offset"].notna() & events["onset"].notna()]
    table = whole.iloc[::3][["video", "onset", "offset", "type"]]
    shifted = whole.iloc[1::3][["video", "onset", "offset", "type"]].assign(onset=lambda t: t["onset"] + 15)
    made = pd.concat([table, shifted])
    made = made[made["offset"] > made["onset"]].astype({"onset": int, "offset": int})
    return made.drop_duplicates().reset_index(drop=True)


@pytest.fixture(scope="module")
def submission(said, tmp_path_factory):
    path = tmp_path_factory.mktemp("said") / "mine.csv"
    said.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def report(submission):
    return diagnose(submission, TWIN, over=["iou"], protocol="loso").as_dict()


@pytest.fixture(scope="module")
def labels():
    table = plan("megc2019", "megc2019-twin").samples.samples
    return score(table.assign(label=["positive", *table["label"][1:]]), "megc2019-twin").as_dict()


@pytest.fixture(scope="module")
def systems():
    return board(spotting_tables((0.9, 0.7, 0.5, 0.3, 0.2, 0.1), subjects=10), NAMES, tested=False)


@pytest.fixture(scope="module")
def drawings(report, labels, systems, submission):
    """Every kind of figure, each as a function of its width."""
    lines = outcomes(submission, TWIN, "loso")
    return {
        "ranking": lambda width: ranking(systems, "me", width),
        "cd": lambda width: cd(systems, "me", width),
        "sweep": lambda width: sweep([report], "me", width),
        "errors": lambda width: errors(report, "me", width),
        "subjects": lambda width: subjects([report], "overall", width),
        "subjects of clips": lambda width: subjects([labels], "full", width),
        "confusion": lambda width: confusion(labels, "full", width),
        "timeline": lambda width: timeline(lines, width=width),
    }
