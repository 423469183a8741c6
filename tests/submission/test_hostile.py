"""Whatever the bytes are: a submission or a sentence, never anything else, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mebench.datasets.dataset import Dataset
from mebench.problems import UserError
from mebench.submission.model import Submission
from mebench.submission.read import read_submission

VALID = (
    b"video,onset,offset,type,score,emotion\n"
    b'006_1,10,50,me,0.9,surprise\n006_2,60,300,mae,.5,\n# note\n007_1,1,8000,mae,1e-3,"a, b"\n'
)
LOG = b"1\n006_1 100 180 110 175 TP\n006_1 400 450 - - FN\n007_2 - - 1000 1400 FP\n2\n15_0101 50 60 52 61 TP\n"
META = b'{"method": "x", "seed": 1, "extra": {"a": [1, null]}, "selection": "last"}'
SPICE = [
    *(b",", b"\n", b"\r", b'"', b"#", b";", b"\t", b" ", b"\0", b"-", b".", b"9" * 25, b"nan", b"inf", b"1e9"),
    *(b"\xff", b"\xef\xbb\xbf", "\u202e".encode(), b"\x1b[2J", "é".encode(), b"me", b"TP", b"=1+1", b"\x1c", b"\x85"),
    *("１".encode(), b"0" * 5000, b"{" * 50, b"\\ud800"),
]


def outcome(path: Path, dataset: Dataset | None) -> Submission | None:
    """Read a file; None if it was refused in a printable sentence. Whatever came, only `path` is in the folder."""
    before = sorted((entry.name, entry.stat().st_size) for entry in path.parent.iterdir())
    sentence: str | None = None
    found: Submission | None = None
    try:
        found = read_submission(path, dataset)
    except UserError as error:
        sentence = str(error)
    assert sentence is None or (sentence and all(line.isprintable() for line in sentence.splitlines()))
    assert sorted((entry.name, entry.stat().st_size) for entry in path.parent.iterdir()) == before
    return found


@st.composite
def mutated(draw: st.DrawFn, original: bytes) -> bytes:
    """The original with a few pieces cut out, doubled, or replaced by something unpleasant."""
    data = original
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 12)))
        piece = draw(st.one_of(st.sampled_from(SPICE), st.binary(max_size=4), st.just(data[start:end] * 2)))
        data = data[:start] + piece + data[end:]
    return data


@pytest.mark.parametrize("short", ["samm", "smic", None])
@given(data=st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode), mutated(VALID), mutated(LOG)))
def test_any_bytes(scratch: Path, datasets: dict[str, Dataset], short: str | None, data: bytes) -> None:
    scratch.write_bytes(data)
    dataset = datasets[short] if short else None
    found = outcome(scratch, dataset)
    if found is not None and len(found.predictions):
        predictions = found.predictions
        assert (predictions["onset"] <= predictions["offset"]).all()
        assert (predictions["onset"] >= 0).all()
        assert predictions["type"].isin(dataset.types if dataset else ("me", "mae")).all()
        assert dataset is None or predictions["video"].isin(dataset.video_ids).all()


@given(data=st.one_of(st.binary(max_size=100), mutated(META)))
def test_any_metadata(tmp_path_factory: pytest.TempPathFactory, samm: Dataset, data: bytes) -> None:
    folder = tmp_path_factory.getbasetemp() / "meta"
    folder.mkdir(exist_ok=True)
    (folder / "pred.csv").write_bytes(VALID)
    (folder / "pred.meta.json").write_bytes(data)
    found = outcome(folder / "pred.csv", samm)
    assert found is None or set(found.meta) <= {"method", "seed", "extra", "selection"} | {
        *("schema", "authors", "training_data", "code", "preset", "threshold_source", "notes")
    }


def test_the_originals_are_valid(scratch: Path, samm: Dataset) -> None:
    for data in (VALID, LOG):
        scratch.write_bytes(data)
        assert outcome(scratch, samm) is not None
