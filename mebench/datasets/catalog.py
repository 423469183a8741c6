"""What is known of each dataset before anyone opens a file: counts, rate, licence, where the videos come from.

One dataset is one reader module. The module holds a :class:`Card` with the facts and a ``parse`` function that turns
the distributed sheets into tables; this file only maps names to modules, so that a listing imports nothing else.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import NamedTuple, Protocol, cast

import pandas as pd

from mebench.datasets.sheets import Sheet
from mebench.problems import UserError, unknown_name

SPOTTING = "spotting"
RECOGNITION = "recognition"

_READERS: Mapping[str, Mapping[str, str]] = {
    SPOTTING: {
        "samm-lv": "mebench.datasets.readers.samm_lv",
        "casme-sq": "mebench.datasets.readers.casme_sq",
        "smic-e-long": "mebench.datasets.readers.smic_e_long",
    },
    RECOGNITION: {
        "casme2": "mebench.datasets.readers.casme2",
        "smic": "mebench.datasets.readers.smic",
        "smic-vis": "mebench.datasets.readers.smic_vis",
        "smic-nir": "mebench.datasets.readers.smic_nir",
        "smic-e": "mebench.datasets.readers.smic_e",
        "samm": "mebench.datasets.readers.samm",
        "casme": "mebench.datasets.readers.casme",
        "casme3": "mebench.datasets.readers.casme3",
        "mmew": "mebench.datasets.readers.mmew",
        "4dme": "mebench.datasets.readers.fourdme",
        "dfme": "mebench.datasets.readers.dfme",
    },
}
_TASK: Mapping[str, str] = {name: task for task, readers in _READERS.items() for name in readers}
_TWINNED = ("samm-lv", "casme-sq", "smic-e-long", "casme2", "smic", "samm")

TWIN_SUFFIX = "-twin"
SIZES = ("full", "small", "tiny")
"""Of every twin: as large as the original, or an excerpt of that; the full one has no ending of its own."""

_ENDINGS: Mapping[str, str] = {"full": TWIN_SUFFIX, "small": f"{TWIN_SUFFIX}-small", "tiny": f"{TWIN_SUFFIX}-tiny"}
TWIN_ENDINGS = tuple(_ENDINGS.values())
"""How the names of twins end, by size."""

_TWIN_SOURCE = "the twin of seed "

COMPOSITES = ("megc2019", *(f"megc2019{ending}" for ending in TWIN_ENDINGS))
"""Made of several recognition datasets by a protocol; nothing of that name is registered."""


@dataclass(frozen=True)
class Expected:
    """One count that a complete copy has, and what it usually means when yours differs.

    ``what`` is a name that :func:`mebench.datasets.verify.measure` computes; ``means`` maps a differing value to its
    usual cause, which is said only if the other counts that ``only_if`` lists for this value fit too (``"video X"`` and
    ``"clip S/X"`` are 1 where there is such a one, else 0). ``otherwise`` is said for every other value.
    """

    what: str
    values: tuple[int, ...]
    means: Mapping[int, str] = field(default_factory=dict)
    otherwise: str = ""
    only_if: Mapping[int, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Card:
    """The facts of one dataset.

    Parameters
    ----------
    name : str
        The name that the command line uses, e.g. ``samm-lv``.
    title : str
        The name in print, e.g. ``SAMM Long Videos``.
    fps : float or None
        Native frame rate; None where it differs from clip to clip.
    types : tuple of str
        The expression types that are annotated; a type that is not annotated cannot be scored.
    universe : str
        Where the list of all videos comes from, events or not, in one sentence.
    workbooks : tuple of str
        File names under which the annotation is distributed.
    me_longest : int
        The longest interval, in frames, that counts as an ME where a format gives no type (challenge logs); 0 for
        clips, which no such format lists.
    log_number : int or None
        The number under which MEGC logs list the dataset (1 for SAMM, 2 for CAS(ME)^2).
    expected : tuple of Expected
        What ``dataset verify`` asks for.
    task : {"spotting", "recognition"}
        Long videos with events, or clips of one ME each.
    unverified : str
        Empty, or what of these facts was never checked against a copy; it is the first note of every loaded copy.
    """

    name: str
    title: str
    fps: float | None
    types: tuple[str, ...]
    licence: str
    access: str
    citation: str
    universe: str
    workbooks: tuple[str, ...]
    frames_are: str
    me_longest: int = 0
    log_number: int | None = None
    expected: tuple[Expected, ...] = ()
    notes: tuple[str, ...] = ()
    task: str = "spotting"
    unverified: str = ""


class Annotation(NamedTuple):
    """What a reader returns: the tables of :mod:`mebench.datasets.tables`, and remarks about this copy."""

    videos: pd.DataFrame
    annotations: pd.DataFrame
    notes: tuple[str, ...] = ()


class ClipAnnotation(NamedTuple):
    """What the reader of a recognition dataset returns: contract CLIPS, and remarks about this copy."""

    clips: pd.DataFrame
    notes: tuple[str, ...] = ()


class ClipReader(Protocol):
    """What the reader module of a recognition dataset offers."""

    CARD: Card

    def parse(self, sheets: Sequence[Sheet], source: str) -> ClipAnnotation:
        """Turn the distributed sheets into clips; ``source`` is the file's name in messages."""

    def canonical_clip(self, subject: str, clip: str) -> tuple[str, str] | None:
        """Return the canonical (subject, clip) however they are written, or None if it is no clip of this dataset.

        ``subject`` may be empty where the clip's name tells it (SAMM's ``006_1_2``).
        """


class Reader(Protocol):
    """What the reader module of a spotting dataset offers."""

    CARD: Card

    def parse(self, sheets: Sequence[Sheet], source: str) -> Annotation:
        """Turn the distributed sheets into tables; ``source`` is the file's name in messages."""

    def canonical_video(self, written: str) -> str | None:
        """Return the canonical id of a video however it is written, or None if it is no id of this dataset."""


def names(task: str | None = None) -> tuple[str, ...]:
    """Return the names of the datasets that have a reader, of one task or of both."""
    return tuple(_TASK) if task is None else tuple(_READERS[task])


def twins(size: str = "full") -> tuple[str, ...]:
    """Return the names of the embedded twins of a size."""
    return tuple(name + _ENDINGS[size] for name in _TWINNED)


def size_of(name: str) -> str:
    """Return the size of a twin, one of :data:`SIZES`.

    Examples
    --------
    >>> size_of("casme-sq-twin"), size_of("casme-sq-twin-tiny")
    ('full', 'tiny')
    """
    return next((size for size in SIZES[1:] if name.endswith(_ENDINGS[size])), SIZES[0])


def of_size(name: str, size: str) -> str:
    """Return the name of the same twin (or composite of twins) in a size.

    Examples
    --------
    >>> of_size("casme-sq-twin-tiny", "full"), of_size("casme-sq-twin", "small")
    ('casme-sq-twin', 'casme-sq-twin-small')
    """
    return original_name(name) + _ENDINGS[size]


def task_of(name: str) -> str:
    """Return ``"spotting"`` or ``"recognition"``: what a catalogued dataset or a twin is for.

    Raises
    ------
    UserError
        If no dataset has this name.
    """
    if name not in _TASK and not is_twin(name):
        raise unknown_name("dataset", name, [*_TASK, *(twin for size in SIZES for twin in twins(size))])
    return _TASK[original_name(name)]


def reader(name: str) -> Reader:
    """Return the reader module of a spotting dataset (twins share the reader of their original).

    Raises
    ------
    UserError
        If no dataset has this name, or it is for recognition.
    """
    return cast(Reader, _module(name, SPOTTING))


def clip_reader(name: str) -> ClipReader:
    """Return the reader module of a recognition dataset (twins share the reader of their original).

    Raises
    ------
    UserError
        If no dataset has this name, or it is for spotting.
    """
    return cast(ClipReader, _module(name, RECOGNITION))


def card(name: str) -> Card:
    """Return the card of a dataset or of the original of a twin."""
    return cast(Reader, _module(name, task_of(name))).CARD


def wrong_task(name: str, task: str) -> UserError:
    """Return the error for a dataset of a task, asked for where the other one is needed."""
    if task == RECOGNITION:
        return UserError(
            f"{name} is a recognition dataset, clips of one micro-expression each; spotting needs long videos: "
            f"{', '.join(names(SPOTTING))}, or a twin of one of them."
        )
    return UserError(
        f"{name} is a spotting dataset, long videos with events; recognition needs clips of one micro-expression "
        f"each: {', '.join(names(RECOGNITION))}, or a twin."
    )


def is_twin(name: str) -> bool:
    """Return whether ``name`` names an embedded synthetic twin, of any size."""
    return name in twins(size_of(name))


def twin_source(seed: int) -> str:
    """Return where a twin comes from, as its datasets and their reports say it."""
    return f"{_TWIN_SOURCE}{seed}"


def is_twin_source(source: str) -> bool:
    """Return whether a dataset that says that it comes from ``source`` is an embedded twin."""
    return re.fullmatch(rf"{_TWIN_SOURCE}[0-9]+", source.strip().casefold()) is not None


def original_name(name: str) -> str:
    """Return the name of the dataset that ``name`` is a twin of, in any size, or ``name`` itself."""
    return name.removesuffix(_ENDINGS[size_of(name)])


def excerpt_title(name: str) -> str:
    """Return what a small or tiny twin is, in words.

    Examples
    --------
    >>> excerpt_title("smic-twin-tiny")
    'the tiny twin of smic'
    """
    return f"the {size_of(name)} twin of {original_name(name)}"


def title_of(name: str) -> str:
    """Return the name of a dataset or a twin in print.

    Examples
    --------
    >>> title_of("smic-twin-tiny")
    'SMIC-HS, tiny synthetic twin'
    """
    title, size = card(name).title, size_of(name)
    if not is_twin(name):
        return title
    return f"{title}, {'' if size == SIZES[0] else f'{size} '}synthetic twin"


def _module(name: str, task: str) -> ModuleType:
    if task_of(name) != task:
        raise wrong_task(name, task_of(name))
    return importlib.import_module(_READERS[task][original_name(name)])


VideoResolver = Callable[[str], str | None]
ClipResolver = Callable[[str, str], tuple[str, str] | None]

__all__ = [
    "RECOGNITION",
    "SIZES",
    "SPOTTING",
    "TWIN_ENDINGS",
    "TWIN_SUFFIX",
    "Annotation",
    "Card",
    "ClipAnnotation",
    "ClipReader",
    "ClipResolver",
    "Expected",
    "Reader",
    "UserError",
    "VideoResolver",
    "card",
    "clip_reader",
    "is_twin",
    "is_twin_source",
    "names",
    "of_size",
    "original_name",
    "reader",
    "size_of",
    "task_of",
    "title_of",
    "twin_source",
    "twins",
    "wrong_task",
]
