"""What is known of each dataset before anyone opens a file: counts, rate, licence, where the videos come from.

One dataset is one reader module. The module holds a :class:`Card` with the facts and a ``parse`` function that turns
the distributed sheets into tables; this file only maps names to modules, so that a listing imports nothing else.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, cast

import pandas as pd

from mebench.datasets.sheets import Sheet
from mebench.problems import UserError, unknown_name

_READERS: Mapping[str, str] = {
    "samm-lv": "mebench.datasets.readers.samm_lv",
    "casme-sq": "mebench.datasets.readers.casme_sq",
    "smic-e-long": "mebench.datasets.readers.smic_e_long",
}

TWIN_SUFFIX = "-twin"


@dataclass(frozen=True)
class Expected:
    """One count that a complete copy has, and what it usually means when yours differs.

    ``what`` is a name that :func:`mebench.datasets.verify.measure` computes; ``means`` maps a differing value to its
    usual cause, and ``otherwise`` is said for every other value.
    """

    what: str
    values: tuple[int, ...]
    means: Mapping[int, str] = field(default_factory=dict)
    otherwise: str = ""


@dataclass(frozen=True)
class Card:
    """The facts of one dataset.

    Parameters
    ----------
    name : str
        The name that the command line uses, e.g. ``samm-lv``.
    title : str
        The name in print, e.g. ``SAMM Long Videos``.
    fps : float
        Native frame rate.
    types : tuple of str
        The expression types that are annotated; a type that is not annotated cannot be scored.
    universe : str
        Where the list of all videos comes from, events or not, in one sentence.
    workbooks : tuple of str
        File names under which the annotation is distributed.
    me_longest : int
        The longest interval, in frames, that counts as an ME where a format gives no type (challenge logs).
    log_number : int or None
        The number under which MEGC logs list the dataset (1 for SAMM, 2 for CAS(ME)^2).
    expected : tuple of Expected
        What ``dataset verify`` asks for.
    task : {"spotting", "recognition"}
        Long videos with events, or clips of one ME each.
    unverified : str
        Empty, or what of these facts was never checked against a copy; said whenever the dataset is loaded.
    """

    name: str
    title: str
    fps: float
    types: tuple[str, ...]
    licence: str
    access: str
    citation: str
    universe: str
    workbooks: tuple[str, ...]
    frames_are: str
    me_longest: int
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


def names() -> tuple[str, ...]:
    """Return the names of the datasets that have a reader."""
    return tuple(_READERS)


def reader(name: str) -> Reader:
    """Return the reader module of a dataset (twins share the reader of their original).

    Raises
    ------
    UserError
        If no dataset has this name.
    """
    original = original_name(name)
    if original not in _READERS:
        raise unknown_name("dataset", name, [*_READERS, *(n + TWIN_SUFFIX for n in _READERS)])
    return cast(Reader, importlib.import_module(_READERS[original]))


def card(name: str) -> Card:
    """Return the card of a dataset or of the original of a twin."""
    return reader(name).CARD


def is_twin(name: str) -> bool:
    """Return whether ``name`` names an embedded synthetic twin."""
    return name.endswith(TWIN_SUFFIX) and original_name(name) in _READERS


def original_name(name: str) -> str:
    """Return the name of the dataset that ``name`` is a twin of, or ``name`` itself."""
    return name.removesuffix(TWIN_SUFFIX)


VideoResolver = Callable[[str], str | None]
ClipResolver = Callable[[str, str], tuple[str, str] | None]

__all__ = [
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
    "is_twin",
    "names",
    "original_name",
    "reader",
]
