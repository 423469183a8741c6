"""SMIC-NIR: the 71 clips of the near-infrared camera, from the table of its extended version."""

from __future__ import annotations

from collections.abc import Sequence

from mebench.datasets.catalog import ClipAnnotation
from mebench.datasets.readers import _smic
from mebench.datasets.readers._smic import canonical_clip, emotion_of_clip
from mebench.datasets.sheets import Sheet

CARD = _smic.slow_camera_card("NIR")

SKIPPED_FOLDERS = _smic.SKIPPED_FOLDERS[CARD.name]

__all__ = ["CARD", "SKIPPED_FOLDERS", "canonical_clip", "emotion_of_clip", "parse"]


def parse(sheets: Sequence[Sheet], source: str) -> ClipAnnotation:
    """Turn the table of SMIC-NIR-E into clips, one a micro-expression.

    Parameters
    ----------
    sheets : sequence of Sheet
        All worksheets, in any order.
    source : str
        The file's name in messages.

    Raises
    ------
    UserError
        If no sheet has the header row, or there is no clip below it.
    InvalidInput
        If rows are wrong: every one is named.
    """
    return _smic.parse_smic(sheets, source, CARD.name, CARD.workbooks[0])
