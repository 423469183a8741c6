"""The leaderboard as one HTML file: boards of measured entries, published results beside them, how to read both.

Conventions
-----------
The page is drawn by its own script from data that stand in it. So that a thousand entries stay a small file, a board's
rows are columns and values, scores are rounded to six decimals, the misses of a subject follow from its events (the
same for all rows), and the counts of ``overall`` from those of the types. Text that came from a user is made
printable here, once: in the page it is only ever text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from mebench import __version__
from mebench.datasets.catalog import COMPOSITES, SIZES, TWIN_ENDINGS, size_of, title_of
from mebench.pages.look import page
from mebench.problems import UserError
from mebench.report.text import title

DECIMALS = 6
"""Of scores on the page; the entries keep them all."""

PART_TITLES = {"overall": "Overall", "full": "All", "casme2": "CASME II", "smic": "SMIC", "samm": "SAMM"}
TASK_TITLES = {"spotting": "Spotting", "recognition": "Recognition", "spot-then-recognise": "Spot, then recognise"}

VERDICTS: Mapping[str, str] = {
    "impossible": "No whole counts of the dataset's events or clips give these numbers.",
    "precision printed as recall": "The numbers fit the dataset only if what is called recall is precision.",
    "test-selected": "The epoch, the threshold or the parameters were chosen on the test subjects.",
    "consistent": "Whole counts exist that give these numbers to the digits printed. That is no proof of them.",
    "unverified": "What is printed does not suffice to check it, in either direction.",
}
"""What each verdict on a published row says, worst first."""


def board_page(
    boards: Sequence[Mapping[str, Any]],
    published: Sequence[Mapping[str, Any]] = (),
    diagrams: Mapping[str, Mapping[str, str]] | None = None,
) -> str:
    """Return the leaderboard as one HTML page that needs nothing but itself.

    Parameters
    ----------
    boards : sequence of mapping
        As ``mebench.leaderboard`` makes them: ``Board.as_dict()``.
    published : sequence of mapping
        As ``mebench.leaderboard.published()`` gives them.
    diagrams : mapping, optional
        By board and part an SVG element of ours (:func:`mebench.figures.cd.cd_svg`), put in as it stands.

    Returns
    -------
    str
        The same for the same data, on any machine and day.
    """
    clean_boards = [_clean(board) for board in boards]
    rows = [{**_clean(row), "dataset_words": _squared(visible(row["dataset_words"]))} for row in published]
    data = {
        "boards": [_compact(board) for board in clean_boards],
        "published": rows,
        "titles": _titles(clean_boards, rows),
        "verdicts": VERDICTS,
    }
    return page(
        "leaderboard.html",
        title="mebench leaderboard",
        version=__version__,
        data=data,
        tables=[_plain(board) for board in clean_boards],
        verdicts=VERDICTS,
        diagrams=_trusted(diagrams or {}),
        entries=sum(len(board["rows"]) for board in boards),
    )


def visible(text: str) -> str:
    r"""Return text in which control and direction characters are spelled out; line ends stay.

    Examples
    --------
    >>> visible("a\u202eb")
    'a\\u202eb'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode("ascii") for c in text)


def _trusted(diagrams: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, Markup]]:
    """Return drawings as markup: their maker has escaped the names in them."""
    return {visible(board): {part: Markup(drawn) for part, drawn in parts.items()} for board, parts in diagrams.items()}


def _clean(value: Any) -> Any:
    """Return data all of whose texts are visible; numbers that are not finite become None."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {visible(str(key)): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    if isinstance(value, float) and value - value != 0:
        return None
    return value


def _titles(boards: Sequence[Mapping[str, Any]], published: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Return how tasks, datasets and parts are written on screens, by name."""
    datasets = {board["dataset"]: _dataset_title(board["dataset"]) for board in boards}
    datasets = {row["dataset"]: row["dataset_words"] for row in reversed(published)} | datasets
    parts = {part: _part_title(part) for shown in (*boards, *published) for part in shown["parts"]}
    return {"tasks": TASK_TITLES, "datasets": datasets, "parts": parts}


def _part_title(part: str) -> str:
    """Return how a part is written; that a database is a twin, the name of its dataset says already."""
    name = next((part.removesuffix(ending) for ending in TWIN_ENDINGS if part.endswith(ending)), part)
    return PART_TITLES.get(name, title(name))


def _squared(text: str) -> str:
    """Return a dataset's name as the field writes it: CAS(ME)²."""
    return text.replace("(ME)^2", "(ME)²").replace("(ME)^3", "(ME)³")


def _dataset_title(name: str) -> str:
    if name in COMPOSITES:
        size = "" if size_of(name) == SIZES[0] else f"{size_of(name)} "
        return f"MEGC2019 composite{f', {size}synthetic twin' if name.endswith(TWIN_ENDINGS) else ''}"
    try:
        return _squared(title_of(name))
    except UserError:
        return name  # a dataset of the user's own


def _compact(board: Mapping[str, Any]) -> dict[str, Any]:
    """Return a board with its rows as columns and values, and its counts without what follows from the others."""
    rows = [_compact_row(row, board) for row in board["rows"]]
    columns = list(rows[0]) if rows else []
    pairs = {part: [[_round(x) for x in pair] for pair in pairs] for part, pairs in board["pairs"].items()}
    return {
        **board,
        "pairs": pairs,
        "events": _events(board),
        "rows": {"columns": columns, "values": [[row[column] for column in columns] for row in rows]},
    }


def _compact_row(row: Mapping[str, Any], board: Mapping[str, Any]) -> dict[str, Any]:
    scores = [
        [[_round(x) for x in row["scores"][part][metric]] for metric in board["metrics"]] for part in board["parts"]
    ]
    return {**row, "scores": scores, "subjects": _compact_subjects(row, board)}


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, DECIMALS)


def _compact_subjects(row: Mapping[str, Any], board: Mapping[str, Any]) -> dict[str, list[int]]:
    """Return the counts of all subjects in one line a part; of spotting TP and FP only."""
    if board["task"] != "spotting":
        return {part: [n for table in tables for n in table] for part, tables in row["subjects"].items()}
    kinds = [part for part in row["subjects"] if part != "overall"]
    return {part: [n for counts in row["subjects"][part] for n in counts[:2]] for part in kinds}


def _events(board: Mapping[str, Any]) -> dict[str, list[int]]:
    """Return the events of each subject by type, hits and misses: the same in all rows of a board.

    Raises
    ------
    ValueError
        If they are not.
    """
    if board["task"] != "spotting" or not board["rows"]:
        return {}
    events = {}
    for part in board["rows"][0]["subjects"]:
        each = [[tp + fn for tp, _, fn in row["subjects"][part]] for row in board["rows"]]
        if any(one != each[0] for one in each):
            raise ValueError(f"rows of {board['id']} differ in the events of {part}")
        events[part] = each[0]
    return events


def _plain(board: Mapping[str, Any]) -> dict[str, Any]:
    """Return the main table of a board as text, for readers without scripts: the best first, unranked last."""
    part, metric = board["main"]["part"], board["main"]["metric"]

    def order(row: Mapping[str, Any]) -> tuple[bool, bool, float]:
        value = row["scores"][part][metric][0]
        return not row["ranked"], value is None, -(value or 0.0)

    rows = []
    for row in sorted(board["rows"], key=order):
        value, low, high = row["scores"][part][metric]
        rank = row["rank"].get(part)
        shown = "undefined" if value is None else f"{value:.3f}"
        ends = "" if low is None or high is None else f" [{low:.3f}, {high:.3f}]"
        place = "not ranked" if not row["ranked"] else "–" if rank is None else "–".join(map(str, dict.fromkeys(rank)))
        rows.append((place, row["method"], shown + ends))
    score = f"{_part_title(part)} {metric.upper()}"
    protocol = "LOSO" if board["protocol"] == "loso" else board["protocol"]
    task = TASK_TITLES.get(board["task"], board["task"])
    words = (task, _dataset_title(board["dataset"]), board["variant"], protocol)
    return {
        "title": ", ".join(word for word in words if word),
        "synthetic": board["synthetic"],
        "score": score,
        "rows": rows,
    }
