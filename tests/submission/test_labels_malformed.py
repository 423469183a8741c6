"""Every way to get a recognition submission wrong ends in a sentence that names the file and the row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
from label_samples import CLASSES, ROWS, composite, five, lines, with_probabilities

from mebench.datasets.samples import Samples
from mebench.problems import InvalidInput, UserError
from mebench.submission.labels import MAX_ROWS, read_labels

Write = Callable[..., Path]
SAMPLES = composite()


class Rows(NamedTuple):
    """A file whose problems belong to rows or columns: ``expected`` has every (rule, row), sorted by row."""

    name: str
    content: str
    expected: list[tuple[str, int | None]]
    says: str = ""
    samples: Samples = SAMPLES


def label(cell: str, rule: str = "unknown-label", says: str = "") -> Rows:
    return Rows(f"label-{cell[:20]!r}", lines({1: f"casme2,sub01,EP81_02,{cell}"}), [(rule, 3)], says)


def clip(cells: str, rule: str, says: str = "", row: int = 1) -> Rows:
    """Row ``row`` names another clip, so its own has no prediction."""
    content = lines({row: f"{cells},negative"})
    return Rows(f"clip-{cells[:30]!r}", content, [("clips-not-predicted", None), (rule, row + 2)], says)


def odds(*values: float | str, rule: str, says: str = "") -> Rows:
    content = with_probabilities("negative", *values)
    return Rows(f"odds-{values!r}"[:40], content, [(rule, 2)], says)


FAULTS = [
    # Labels.
    label("", says="the label is missing"),
    label("nan", says="the label is missing ('nan')"),
    label("?", says="Write one of negative (0), positive (1), surprise (2)"),
    label("-"),
    label("3", says="no class has the code '3'"),
    label("-1", says="no class has the code '-1'"),
    label("0.5", says="there is no class '0.5' in mini"),
    label("1e0"),
    label("negativ", says="Did you mean 'negative'?"),
    label("suprise", says="Did you mean 'surprise'?"),
    label("happiness", says="Write one of negative (0), positive (1), surprise (2)"),
    label("negative;positive"),
    label("[1]"),
    label("\x1b[31mnegative", says=r"\x1b[31m"),
    label("\u202enegative", says=r"\u202e"),
    label("x" * 5000, says="…"),
    label("9" * 5000),
    Rows(
        "code-without-codes",
        "clip,label,sub\nEP81_01,0,1\nEP81_02,1,1\nEP81_03,2,1\n",
        [("unknown-label", i) for i in (2, 3, 4)],
        "no agreed codes",
        five(),
    ),
    # Clips.
    clip("casme2,sub01,EP81_03", "unknown-clip", "'casme2/sub01/EP81_03' is none of the 4 clips of casme2 in mini"),
    clip("casme2,sub01,EP81_03", "unknown-clip", "Leave it out if the protocol does not use it, unless you meant"),
    clip("casme2,sub01,EP8102", "unknown-clip", "Did you mean 'EP81_02'?"),
    clip("casme2,sub09,EP81_02", "unknown-clip", "of subject sub01, not 'sub09'"),
    clip("samm,7,006_9_2", "unknown-clip", "of subject 006, not '7'", 9),
    clip("smic,s01,s02_po_91", "unknown-clip", row=5),
    clip(",,zzz", "unknown-clip", "Write it as mini does, such as casme2/sub01/EP81_01f"),
    clip("casme2,,", "missing-clip", "Name the clip in every row"),
    clip(
        ",,EP81_01f", "ambiguous-clip", "any of casme2/sub01/EP81_01f, casme2/sub02/EP81_01f. Say which with a column"
    ),
    clip("casme2,,EP81_01f", "ambiguous-clip", "Say which with a column subject"),
    clip("casme2,sub01," + "x" * 4000, "unknown-clip", "no clip has a name of 4,013 characters"),
    clip("casme2,sub01,\x07EP81_02", "unknown-clip", r"\x07"),
    clip("casme2,sub01,../../etc/passwd", "unknown-clip"),
    clip("casme2,sub01,/", "unknown-clip"),
    clip("casme2,sub02,EP84_03", "unknown-clip", "meant 'EP84_03f'", 3),
    Rows("unknown-dataset", lines({1: "casme3,sub01,EP81_02,0"}), [("unknown-dataset", 3)], "Did you mean 'casme2'?"),
    Rows(
        "unknown-dataset-far", lines({1: "mmew,sub01,EP81_02,0"}), [("unknown-dataset", 3)], "mini is over casme2, smic"
    ),
    Rows(
        "unknown-dataset-once",
        lines({i: ",".join(["xx", *ROWS[i][1:]]) for i in range(12)}),
        [("unknown-dataset", 2)],
        "(in 12 rows)",
    ),
    Rows(
        "another-dataset-entirely",
        "clip,label\nS01-01-001,0\nS01-01-002,1\n",
        [("no-known-clip", None)],
        "Check --dataset",
    ),
    # The set of rows.
    Rows(
        "one-missing",
        lines({4: None}),
        [("clips-not-predicted", None)],
        "1 of the 12 clips of mini has no prediction (1 of smic): smic/s01/s01_ne_91.",
    ),
    Rows(
        "a-dataset-missing",
        lines(dict.fromkeys(range(8, 12))),
        [("clips-not-predicted", None)],
        "4 of the 12 clips of mini have no prediction (4 of samm): samm/006/006_9_1, ",
    ),
    Rows("header-alone", "dataset,subject,clip,label\n", [("clips-not-predicted", None)], "12 of the 12 clips"),
    Rows(
        "duplicate",
        lines() + "casme2,1,ep81_02,negative\n",
        [("duplicate-clip", 14)],
        "casme2/sub01/EP81_02 stands in row 3 already",
    ),
    Rows(
        "conflict",
        lines() + "casme2,1,ep81_02,1\n",
        [("conflicting-clip", 14)],
        "stands in row 3 already as 'negative', and here as '1'",
    ),
    Rows(
        "triplicate",
        lines() + "samm,6,6_9_1,0\n" * 2,
        [("duplicate-clip", 14), ("duplicate-clip", 15)],
        "row 10 already",
    ),
    Rows("twice-with-a-wrong-label", lines() + "samm,6,6_9_1,x\n", [("unknown-label", 14), ("conflicting-clip", 14)]),
    # Probabilities.
    odds("0.5", "0.3", "high", rule="probability-not-a-number", says="'high' is not a number"),
    odds("0.5", "0.5", "", rule="probability-not-a-number", says="the probability is missing"),
    odds("0.5", "0.5", "nan", rule="probability-not-a-number"),
    odds("0.5", "0.5", "inf", rule="probability-not-a-number"),
    odds("-0.1", "0.6", "0.5", rule="probability-out-of-range", says="not logits"),
    odds("50", "0", "0", rule="probability-out-of-range", says="percentages"),
    odds("0.5", "0.3", "0.1", rule="probabilities-not-one", says="sum to 0.9, not to 1"),
    odds("0.334", "0.334", "0.334", rule="probabilities-not-one"),
    odds("0", "0", "0", rule="probabilities-not-one"),
    Rows(
        "one-probability-column",
        lines({i: ",".join([*r, ".5"]) for i, r in enumerate(ROWS)}, "dataset,subject,clip,label,prob_1"),
        [("missing-probability", None)],
        "no probability_negative, probability_surprise",
    ),
    # Columns and rows.
    Rows(
        "no-label",
        "dataset,subject,clip\n" + "".join(f"{','.join(r[:3])}\n" for r in ROWS),
        [("missing-column", 1)],
        "no column holds the label",
    ),
    Rows(
        "no-clip",
        "subject,label\nsub01,0\n",
        [("missing-column", 1)],
        "Name one column clip (or file, filename, video)",
    ),
    Rows(
        "two-labels",
        lines({i: ",".join([*r, "0"]) for i, r in enumerate(ROWS)}, "dataset,subject,clip,label,pred"),
        [("ambiguous-column", 1)],
        "both mean the label",
    ),
    Rows(
        "no-header",
        "casme2,sub01,EP81_01f,1\ncasme2,sub01,EP81_02,0\n",
        [("header-missing", 1)],
        "Begin it with dataset,subject,clip,label",
    ),
    Rows("too-few-cells", lines({1: "casme2,sub01,EP81_02"}), [("clips-not-predicted", None), ("too-few-cells", 3)]),
    Rows(
        "too-many-cells", lines({1: "casme2,sub01,EP81_02,0,1"}), [("clips-not-predicted", None), ("too-many-cells", 3)]
    ),
    Rows(
        "open-quote", lines({1: 'casme2,sub01,"EP81_02,0'}), [("clips-not-predicted", None), ("unbalanced-quotes", 3)]
    ),
    Rows(
        "everything",
        lines({0: None, 1: "casme2,sub01,EP81_99,9", 4: "smic,s1,s1_ne_91,", 5: "smic,s1,s1_ne_91,1"}),
        [
            ("clips-not-predicted", None),
            ("unknown-clip", 2),
            ("unknown-label", 2),
            ("unknown-label", 5),
            ("conflicting-clip", 6),
        ],
    ),
]


@pytest.mark.parametrize("case", FAULTS, ids=lambda case: case.name)
def test_every_problem_is_named_with_its_row_and_remedy(case: Rows, written: Write) -> None:
    path = written(case.content)
    with pytest.raises(InvalidInput) as caught:
        read_labels(path, case.samples)
    found = caught.value.problems
    assert sorted(((p.rule, p.row) for p in found), key=repr) == sorted(case.expected, key=repr)
    assert [p.row or 1 for p in found] == sorted(p.row or 1 for p in found)
    assert case.says in str(caught.value)
    for problem in found:
        assert problem.remedy
        assert problem.file == str(path)
        assert str(problem).isprintable()
        assert len(str(problem)) < 2500
    assert list(path.parent.iterdir()) == [path]


def test_there_are_enough_of_them() -> None:
    assert len(FAULTS) >= 60
    assert len({rule for case in FAULTS for rule, _ in case.expected}) >= 18


WHOLE = {
    "nothing": (b"", "the file is empty"),
    "blanks": (b" \n\n", "the file is empty"),
    "comments": (b"# nothing\n", "comments and blank lines only"),
    "a workbook": (b"PK\x03\x04abc", "Excel workbook"),
    "a pickle": (b"\x80\x04abc", "pickle"),
    "UTF-16": ("clip,label\n".encode("utf-16"), "UTF-16"),
    "Latin-1": ("clip,label\ncafé,0\n".encode("latin-1"), "not UTF-8"),
    "NUL": (b"clip,label\na\x00,0\n", "NUL"),
    "semicolons": (b"dataset;clip;label\nsamm;006_9_1;0\n", "semicolons"),
    "JSON": (b'{"clip": 1}', "JSON"),
    "the same column twice": (b"clip,label,LABEL\na,0,0\n", "more than once"),
    "intervals": (
        b"vid,onset,offset,type\n006_1,1,2,me\n",
        "intervals (onset, offset), but mini wants one class a clip",
    ),
    "a log of intervals": (b"1\n006_1 - - 1 2 FP\n", "a log of spotted intervals"),
    "too many lines": (b"clip,label\n" + b"a,0\n" * MAX_ROWS + b"a,0\n", "at most 100,000"),
}


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_no_table_is_refused_in_one_sentence(name: str, written: Write) -> None:
    content, says = WHOLE[name]
    path = written(content)
    with pytest.raises(UserError, match=r"pred\.csv") as caught:
        read_labels(path, SAMPLES)
    assert says in str(caught.value)


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    for path, says in ((tmp_path, "this is a folder"), (tmp_path / "x.csv", "there is no such file")):
        with pytest.raises(UserError, match=says):
            read_labels(path, SAMPLES)


def test_the_first_twenty_of_many_missing_clips_are_listed(written: Write) -> None:
    table = pd.DataFrame({"dataset": "samm", "subject": "006", "clip": [f"006_9_{i}" for i in range(1, 41)]})
    many = Samples.of("many", table.assign(label="negative"), CLASSES, SAMPLES.resolvers)
    with pytest.raises(InvalidInput) as caught:
        read_labels(written("clip,label\n006_9_40,0\n"), many)
    (problem,) = caught.value.problems
    assert problem.message.startswith("39 of the 40 clips of many have no prediction: samm/006/006_9_1, ")
    assert problem.message.endswith("samm/006/006_9_20 and 19 more")
