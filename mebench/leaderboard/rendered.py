"""The page of all boards: measured results, published ones beside them, and the diagrams that a board has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mebench.figures.cd import cd_svg
from mebench.figures.mean_ranks import why_not
from mebench.pages.board_page import board_page


def rendered(boards: Sequence[Mapping[str, Any]], published: Sequence[Mapping[str, Any]] = ()) -> str:
    """Return the leaderboard as one HTML page.

    Parameters
    ----------
    boards : sequence of mapping
        Of :meth:`mebench.leaderboard.boards.Board.as_dict`.
    published : sequence of mapping
        Of :func:`mebench.leaderboard.published.published`.
    """
    return board_page(boards, published, {board["id"]: diagrams(board) for board in boards})


def diagrams(board: Mapping[str, Any]) -> dict[str, str]:
    """Return the critical-difference diagram of each part of a board that has one, as SVG."""
    return {part: cd_svg(board, part) for part in board["parts"] if not why_not(board, part)}
