"""A submission: what was predicted, exactly, by whom, and what looks odd about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from mebench.problems import Problem


@dataclass(frozen=True, eq=False)
class Submission:
    """Predicted intervals that passed every check.

    Parameters
    ----------
    name : str
        The file as the user named it, or what an in-memory table is called in messages.
    predictions : pandas.DataFrame
        Contract :data:`mebench.datasets.tables.PREDICTIONS`, in the order of the file. ``video`` is canonical where
        the dataset is known; ``score`` and ``emotion`` are there only if the file has them; ``row`` is the line of the
        file (for an in-memory table: position + 1).
    sha256 : str
        Hash of the file's bytes; for an in-memory table that of its canonical CSV.
    format : str
        ``"csv"``, ``"str-csv"``, ``"megc-log"`` or ``"dataframe"``.
    meta : mapping
        What the sidecar ``NAME.meta.json`` says; empty without one.
    warnings : tuple of Problem
        What looks odd without being wrong; every one has severity ``"warning"``.
    """

    name: str
    predictions: pd.DataFrame
    sha256: str
    format: str
    meta: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, eq=False)
class LabelSubmission:
    """Predicted classes of clips that passed every check: one row for every sample of a protocol.

    Parameters
    ----------
    name : str
        The file as the user named it, or what an in-memory table is called in messages.
    labels : pandas.DataFrame
        Contract :data:`mebench.datasets.tables.LABELS`: row i is the prediction for sample i of the protocol, whatever
        the order of the file. ``label`` is the name of a class; ``probability_<class>``, one column a class, is there
        only if the file has it; ``row`` is the line of the file (for an in-memory table: position + 1).
    sha256 : str
        Hash of the file's bytes; for an in-memory table that of its canonical CSV.
    format : str
        ``"csv"``, ``"megc2019-log"``, ``"ststnet-log"`` or ``"dataframe"``.
    meta, warnings
        As for :class:`Submission`.
    """

    name: str
    labels: pd.DataFrame
    sha256: str
    format: str
    meta: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()
