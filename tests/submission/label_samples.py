"""A small composite made by hand: clips that no dataset has, recognised by the readers of the three real ones."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from mebench.datasets.readers import casme2, samm, smic
from mebench.datasets.samples import Samples

PROBABILITIES = "probability_negative,probability_positive,probability_surprise"
CLASSES = ("negative", "positive", "surprise")
ROWS = [
    ("casme2", "sub01", "EP81_01f", "positive"),
    ("casme2", "sub01", "EP81_02", "negative"),
    ("casme2", "sub02", "EP81_01f", "negative"),
    ("casme2", "sub02", "EP84_03f", "surprise"),
    ("smic", "s01", "s01_ne_91", "negative"),
    ("smic", "s01", "s01_po_91", "positive"),
    ("smic", "s02", "s02_sur_91", "surprise"),
    ("smic", "s02", "s02_sur_92", "surprise"),
    ("samm", "006", "006_9_1", "negative"),
    ("samm", "006", "006_9_2", "positive"),
    ("samm", "007", "007_9_1", "surprise"),
    ("samm", "007", "007_9_2", "negative"),
]
CODE = {name: str(i) for i, name in enumerate(CLASSES)}
RESOLVERS = {"casme2": casme2.canonical_clip, "smic": smic.canonical_clip, "samm": samm.canonical_clip}


def composite(suffix: str = "", name: str = "mini") -> Samples:
    """The twelve clips; with ``-twin`` as suffix those of twins."""
    table = pd.DataFrame(
        [(dataset + suffix, *rest) for dataset, *rest in ROWS], columns=["dataset", "subject", "clip", "label"]
    )
    resolvers = {dataset + suffix: resolver for dataset, resolver in RESOLVERS.items()}
    return Samples.of(name + suffix, table, CLASSES, resolvers, bool(suffix))


def five() -> Samples:
    """Three clips under a list of classes that has no codes."""
    table = pd.DataFrame(
        [("casme2", "sub01", f"EP81_0{i}", label) for i, label in enumerate(("disgust", "happiness", "others"), 1)],
        columns=["dataset", "subject", "clip", "label"],
    )
    classes = ("disgust", "happiness", "repression", "surprise", "others")
    return Samples.of("casme2", table, classes, {"casme2": casme2.canonical_clip})


def lines(change: dict[int, str | None] | None = None, header: str = "dataset,subject,clip,label") -> str:
    """A right submission (every clip by its true class) with some of its rows, from 0, changed or left out."""
    change = change or {}
    rows = [change.get(i, ",".join(row)) for i, row in enumerate(ROWS)]
    return "\n".join([header, *(row for row in rows if row is not None)]) + "\n"


def with_probabilities(label: str, *values: float | str) -> str:
    """Every row says 1/0/0 and negative, the first says otherwise."""
    rows = {i: ",".join([*row[:3], "negative", "1", "0", "0"]) for i, row in enumerate(ROWS)}
    rows[0] = ",".join([*ROWS[0][:3], label, *map(str, values)])
    return lines(rows, f"dataset,subject,clip,label,{PROBABILITIES}")


def label_log(predicted: list[str] | None = None, truth: list[str] | None = None, people: bool = True) -> str:
    said, true = predicted or [row[3] for row in ROWS], truth or [row[3] for row in ROWS]
    written, head = [], ""
    for (dataset, subject, clip, _), one, other in zip(ROWS, said, true, strict=True):
        if people and head != (head := f"{dataset} {subject}"):
            written.append(head)
        written.append(f"{clip} {CODE.get(other, other)} {CODE.get(one, one)}")
    return "\n".join(written) + "\n"


def ststnet_log(order: str = "samm smic casme2", change: Callable[[str], str] = str, padded: bool = True) -> str:
    """As the script prints it: folders of subjects, in them folders of classes, the classes of the truth ascending."""
    written = []
    for dataset in order.split():
        for subject in sorted({row[1] for row in ROWS if row[0] == dataset}):
            truth = sorted(CODE[row[3]] for row in ROWS if row[:2] == (dataset, subject))
            said = [str((int(code) + i) % 3) for i, code in enumerate(truth)]
            name = subject if padded else subject.lstrip("0")
            written += [
                f"Subject: {name} ",
                f"Predicted   : [{', '.join(said)}] ",
                f"Ground Truth: [{', '.join(truth)}] ",
                "UF1: 0.5185 | UAR: nan ",
            ]
    return change("\n".join([*written, "Final Evaluation: ", "UF1: 0.7 | UAR: 0.7 ", ""]))
