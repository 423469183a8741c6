"""Challenge logs with invented intervals: which rows are predictions, and of which dataset."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mebench.datasets.dataset import Dataset
from mebench.submission.logs import is_log
from mebench.submission.read import read_submission

LOG = """1
006_1 100 180 110 175 TP
006_1 400 450 - - FN
007_2 - - 1000 1400 FP
2
15_0101 50 60 52 61 TP
s16/16_0102eatingworms - - 200 216 FP
15_0401girlcrashing 300 309 - - FN
"""
Write = Callable[..., Path]


def intervals(path: Path, dataset: Dataset | None, **options: str) -> list[tuple[object, ...]]:
    read = read_submission(path, dataset, **options)  # type: ignore[arg-type]
    assert read.format == "megc-log"
    return list(read.predictions[["video", "onset", "offset", "type"]].itertuples(index=False, name=None))


def test_the_section_of_the_dataset_is_read(written: Write, samm: Dataset, casme: Dataset) -> None:
    path = written(LOG, "log.txt")
    assert intervals(path, samm) == [("006_1", 110, 175, "me"), ("007_2", 1000, 1400, "mae")]
    assert intervals(path, casme) == [("s15_0101", 52, 61, "me"), ("s16_0102", 200, 216, "mae")]
    assert read_submission(path, samm).predictions["row"].tolist() == [2, 4]


@pytest.mark.parametrize(("offset", "kind"), [(214, "me"), (215, "mae")])
def test_the_length_tells_the_type_and_that_is_said(offset: int, kind: str, written: Write, samm: Dataset) -> None:
    read = read_submission(written(f"1\n006_1 - - 110 {offset} FP\n"), samm)
    assert read.predictions["type"].tolist() == [kind]
    assert "up to 105 frames" in next(w.message for w in read.warnings if w.rule == "type-from-length")


def test_a_type_given_by_the_user_wins(written: Write, samm: Dataset) -> None:
    assert [row[3] for row in intervals(written(LOG), samm, default_type="mae")] == ["mae", "mae"]


def test_results_are_not_believed(written: Write, samm: Dataset) -> None:
    swapped = LOG.replace("FP", "XX").replace("FN", "FP").replace("XX", "FN").replace("TP", "fp")
    assert intervals(written(swapped), samm) == intervals(written(LOG), samm)


@pytest.mark.parametrize(
    "change", [lambda t: t.replace(" ", "\t"), lambda t: t.replace(" ", ","), lambda t: "# x\n\n" + t]
)
def test_blanks_tabs_and_commas(change: Callable[[str], str], written: Write, casme: Dataset) -> None:
    assert intervals(written(change(LOG)), casme) == intervals(written(LOG), casme)


def test_the_header_of_2019_and_no_numbers(written: Write, samm: Dataset) -> None:
    header = "Video_ID GT_onset GT_offset Pred_onset Pred_offset Result\n"
    assert is_log(header)
    assert intervals(written(header + "006_1 - - 10 50 FP\n"), samm) == [("006_1", 10, 50, "me")]
    assert intervals(written("1\n" + header + "006_1 - - 10 50 FP\n2\n" + header), samm) == [("006_1", 10, 50, "me")]


def test_a_prediction_that_matched_two_events_is_one(written: Write, samm: Dataset) -> None:
    path = written("1\n006_1 100 150 100 200 TP\n006_1 150 200 100 200 TP\n006_1 - - 300 350 FP\n")
    assert intervals(path, samm) == [("006_1", 100, 200, "me"), ("006_1", 300, 350, "me")]
    collapsed = next(w for w in read_submission(path, samm).warnings if w.rule == "log-rows-collapsed")
    assert collapsed.message.startswith("1 line repeats")


def test_a_log_without_predictions(written: Write, samm: Dataset) -> None:
    read = read_submission(written("1\n006_1 100 150 - - FN\n"), samm)
    assert len(read.predictions) == 0
    assert "no-predictions" in [warning.rule for warning in read.warnings]


def test_one_section_needs_no_dataset(written: Write) -> None:
    assert intervals(written("2\n15_0101 - - 52 61 FP\n"), None, default_type="me") == [("15_0101", 52, 61, "me")]


@pytest.mark.parametrize(
    "text", ["1\n", "video,onset,offset,type\n006_1,1,2,me\n", "a b c d e f\n", "006_1 1 2 3 x TP\n"]
)
def test_what_is_no_log(text: str) -> None:
    assert not is_log(text)
