"""The column contracts: what a table is called by, which columns it has, and what their cells may be.

Frames are integers in the video's native rate. An interval is ``[onset, offset]`` with both ends included; its length
is ``offset - onset + 1``. An interval whose offset lies before its onset has no frames and matches nothing: that is
how an event that cannot be matched is written (ground-truth policy ``unmatchable``).

``first_frame`` is the number of a video's first frame: 1 for most datasets, a camera number for SMIC. The last frame
is ``first_frame + n_frames - 1``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

ME = "me"
MAE = "mae"
TYPES = (ME, MAE)
"""The two expression types, micro- and macro-expression, in the order in which every table prints them."""

TYPE_TITLES: Mapping[str, str] = {ME: "ME", MAE: "MaE"}


@dataclass(frozen=True)
class Column:
    """One column of a contract: its name, the kind of its cells, whether a cell may be missing."""

    name: str
    kind: str  # "text", "frame" (int64, or Int64 when nullable), "number" (float64)
    nullable: bool = False
    optional: bool = False


VIDEOS = (
    Column("dataset", "text"),
    Column("subject", "text"),
    Column("video", "text"),
    Column("fps", "number", nullable=True),
    Column("first_frame", "frame"),
    Column("n_frames", "frame", nullable=True),
)
ANNOTATIONS = (
    # What the annotator wrote, before any ground-truth policy: frames may be fractional, NaN means "not annotated".
    Column("dataset", "text"),
    Column("subject", "text"),
    Column("video", "text"),
    Column("event", "text", nullable=True),
    Column("onset", "number", nullable=True),
    Column("apex", "number", nullable=True),
    Column("offset", "number", nullable=True),
    Column("type", "text"),
    Column("emotion", "text", nullable=True),
    Column("action_units", "text", nullable=True),
    Column("row", "frame"),
)
EXPRESSIONS = (
    Column("dataset", "text"),
    Column("subject", "text"),
    Column("video", "text"),
    Column("onset", "frame"),
    Column("apex", "frame", nullable=True),
    Column("offset", "frame"),
    Column("type", "text"),
    Column("emotion", "text", nullable=True),
    Column("action_units", "text", nullable=True),
    Column("row", "frame"),
)
PREDICTIONS = (
    Column("video", "text"),
    Column("onset", "frame"),
    Column("offset", "frame"),
    Column("type", "text"),
    Column("score", "number", nullable=True, optional=True),
    Column("emotion", "text", nullable=True, optional=True),
    Column("row", "frame", optional=True),
)
CLIPS = (
    # Recognition samples, one ME each, as the annotator wrote them. A protocol maps ``emotion`` to its classes.
    Column("dataset", "text"),
    Column("subject", "text"),
    Column("clip", "text"),
    Column("onset", "number", nullable=True),
    Column("apex", "number", nullable=True),
    Column("offset", "number", nullable=True),
    Column("emotion", "text", nullable=True),
    Column("action_units", "text", nullable=True),
    Column("objective_class", "text", nullable=True, optional=True),
    Column("row", "frame"),
)
SAMPLES = (
    # The clips of a protocol: what is to be predicted, with the class list fixed by the protocol.
    Column("dataset", "text"),
    Column("subject", "text"),
    Column("clip", "text"),
    Column("label", "text"),
)
LABELS = (
    # A recognition submission; further columns ``probability_<class>`` are numbers.
    Column("dataset", "text"),
    Column("subject", "text"),
    Column("clip", "text"),
    Column("label", "text"),
    Column("row", "frame", optional=True),
)

_KIND_CHECKS: Mapping[str, Callable[[pd.Series], bool]] = {
    "text": lambda cells: pd.api.types.is_string_dtype(cells) or all(isinstance(c, str) for c in cells.dropna()),
    "frame": lambda cells: pd.api.types.is_integer_dtype(cells),
    "number": lambda cells: pd.api.types.is_float_dtype(cells),
}


def conform(table: pd.DataFrame, contract: tuple[Column, ...], name: str) -> pd.DataFrame:
    """Return ``table`` with the contract's columns in the contract's order, after checking every one of them.

    Parameters
    ----------
    table : pandas.DataFrame
    contract : tuple of Column
    name : str
        What the table is called in an error.

    Raises
    ------
    TypeError
        If a column is missing, holds cells of another kind, or lacks a value that it must have. That is a defect of
        the reader that made the table, not of the user's file: readers report the latter themselves.
    """
    kept = []
    for column in contract:
        if column.name not in table.columns:
            if column.optional:
                continue
            raise TypeError(f"table {name!r} lacks the column {column.name!r}")
        cells = table[column.name]
        if not _KIND_CHECKS[column.kind](cells):
            raise TypeError(f"column {column.name!r} of table {name!r} is {cells.dtype}, not {column.kind}")
        if not column.nullable and bool(cells.isna().any()):
            raise TypeError(f"column {column.name!r} of table {name!r} has missing cells")
        kept.append(column.name)
    return table[kept].reset_index(drop=True)


def empty(contract: tuple[Column, ...]) -> pd.DataFrame:
    """Return a table of the contract with no rows and the right dtypes."""
    dtypes = {"text": "object", "frame": "int64", "number": "float64"}
    return pd.DataFrame(
        {
            c.name: pd.array([], dtype="Int64")
            if c.kind == "frame" and c.nullable
            else np.array([], dtype=dtypes[c.kind])
            for c in contract
        }
    )
