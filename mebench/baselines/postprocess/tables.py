"""Between boxes of one video and type and the table of predictions of many."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from mebench.baselines.postprocess.boxes import Boxes, boxes
from mebench.datasets.tables import PREDICTIONS, conform, empty

COLUMNS = ["video", "onset", "offset", "type", "score"]


def prediction_table(video: str, kind: str, of: Boxes) -> pd.DataFrame:
    """Return boxes in native frames as predictions: video, onset, offset, type, score; by onset, then offset."""
    order = np.lexsort((-of.score, of.offset, of.onset))
    rows = of.take(order)
    return pd.DataFrame(
        {
            "video": np.full(rows.n, video, dtype=object),
            "onset": rows.onset,
            "offset": rows.offset,
            "type": np.full(rows.n, kind, dtype=object),
            "score": rows.score,
        }
    )


def joined(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return several tables of predictions one below the other; of none, an empty one with the right columns."""
    filled = [table[COLUMNS] for table in tables if len(table)]
    if not filled:
        return empty(PREDICTIONS)[COLUMNS]
    return conform(pd.concat(filled, ignore_index=True), PREDICTIONS, "predictions")


def boxes_of(table: pd.DataFrame) -> Boxes:
    """Return the rows of a table (onset, offset, score) as boxes."""
    return boxes(table["onset"].to_numpy(), table["offset"].to_numpy(), table["score"].to_numpy())


def per_video(table: pd.DataFrame, step: Callable[[Boxes], Boxes]) -> pd.DataFrame:
    """Return the predictions after ``step`` was applied to those of each video and type on their own.

    Videos and types stand in the order in which they first occur.
    """
    return joined(
        prediction_table(str(video), str(kind), step(boxes_of(rows)))
        for (video, kind), rows in table.groupby(["video", "type"], sort=False)
    )
