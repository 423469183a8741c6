"""How many samples or events each protocol has: enough to audit a published number without a licensed copy.

Counts only, from the organisers' or owners' own descriptions. A composite lists its databases, and its totals are
their sums. A dataset whose copies differ carries a remark.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mebench.datasets.catalog import TWIN_SUFFIX
from mebench.problems import UserError, unknown_name

FULL = "full"
OVERALL = "overall"


@dataclass(frozen=True)
class ClassCounts:
    """Samples of each class; ``parts`` are the databases of a composite, whose class counts add up to the total."""

    name: str
    classes: tuple[str, ...]
    total: tuple[int, ...]
    parts: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    remark: str = ""


@dataclass(frozen=True)
class EventCounts:
    """Events of each type; a test set of which only the sum is known has ``overall`` alone."""

    name: str
    events: Mapping[str, int]
    remark: str = ""

    @property
    def overall(self) -> int:
        """Events of all types."""
        return self.events.get(OVERALL) or sum(self.events.values())


_MEGC3 = ("negative", "positive", "surprise")
_SMIC, _CASME2, _SAMM = (70, 51, 43), (88, 32, 25), (92, 26, 15)

_RECOGNITION: Mapping[str, Mapping[str, ClassCounts]] = {
    "megc2019": {
        "megc3": ClassCounts("megc2019", _MEGC3, (250, 109, 83), {"smic": _SMIC, "casme2": _CASME2, "samm": _SAMM}),
    },
    "casme2": {
        "casme2-5": ClassCounts(
            "casme2",
            ("disgust", "happiness", "repression", "surprise", "others"),
            (63, 32, 27, 25, 99),
            remark="the 256-row table has one disgust more: --counts 64,32,27,25,99",
        ),
        "megc3": ClassCounts(
            "casme2",
            _MEGC3,
            (99, 32, 25),
            remark="fear and sadness included; for the 145 clips of megc2019: --database",
        ),
    },
    "smic": {"megc3": ClassCounts("smic", _MEGC3, _SMIC)},
    "samm": {
        "samm-5": ClassCounts("samm", ("anger", "contempt", "happiness", "surprise", "others"), (57, 12, 26, 15, 26)),
        "megc3": ClassCounts("samm", _MEGC3, _SAMM),
    },
    "casme3": {
        "casme3-7": ClassCounts(
            "casme3",
            ("disgust", "surprise", "others", "fear", "anger", "sadness", "happiness"),
            (250, 187, 161, 86, 64, 57, 55),
            remark="part A, second release, 860 clips",
        ),
        "megc3": ClassCounts("casme3", _MEGC3, (457, 55, 187), remark="part A, second release, without 'others'"),
    },
}
"""By dataset, then by class scheme; the first scheme is the default."""

_SPOTTING: Mapping[str, EventCounts] = {
    counts.name: counts
    for counts in (
        EventCounts("casme-sq", {"me": 57, "mae": 300}),
        EventCounts("samm-lv", {"me": 159, "mae": 343}),
        EventCounts("smic-e-long", {"me": 166}, "only ME are annotated; some copies may have 167"),
        EventCounts("casme3", {"me": 860, "mae": 3346}, "part A, second release; the first has 921 ME and 3285 MaE"),
        EventCounts("megc2022-samm", {OVERALL: 31}, "hidden test set; the number follows from published results"),
        EventCounts("megc2022-casme3", {OVERALL: 36}, "hidden test set; the number follows from published results"),
        EventCounts("megc2022", {OVERALL: 67}, "both hidden test sets; the number follows from published results"),
    )
}


def recognition_names() -> tuple[str, ...]:
    """Return the datasets whose class counts are known."""
    return tuple(_RECOGNITION)


def spotting_names() -> tuple[str, ...]:
    """Return the datasets whose numbers of events are known."""
    return tuple(_SPOTTING)


def class_counts(dataset: str, classes: str | None = None) -> ClassCounts:
    """Return the class counts of a recognition dataset; a twin has those of its original.

    Parameters
    ----------
    dataset : str
    classes : str or None
        A class scheme; None takes the usual one of the dataset.

    Raises
    ------
    UserError
        If the dataset or the scheme is not known.
    """
    schemes = _RECOGNITION.get(dataset.removesuffix(TWIN_SUFFIX))
    if schemes is None:
        raise _not_known("recognition", dataset, _RECOGNITION, "--counts 88,32,25")
    if classes is None:
        return next(iter(schemes.values()))
    if classes not in schemes:
        raise unknown_name(f"class scheme for {dataset}", classes, schemes)
    return schemes[classes]


def event_counts(dataset: str) -> EventCounts:
    """Return the numbers of events of a spotting dataset; a twin has those of its original.

    Raises
    ------
    UserError
        If the dataset is not known.
    """
    counts = _SPOTTING.get(dataset.removesuffix(TWIN_SUFFIX))
    if counts is None:
        raise _not_known("spotting", dataset, _SPOTTING, "--counts me=57,mae=300")
    return counts


def _not_known(task: str, dataset: str, known: Mapping[str, object], example: str) -> UserError:
    error = unknown_name(f"{task} dataset with known counts", dataset, known)
    return UserError(f"{error} For any other set give its counts, e.g. {example}.")
