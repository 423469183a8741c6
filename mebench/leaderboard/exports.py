"""Boards for papers and programs: CSV, Markdown, LaTeX, JSON.

Names, notes and authors come from anyone. Wherever they go they stay text: no cell is a formula to a spreadsheet, no
name is a tag, a link or a command, and control and direction characters are written out. JSON holds everything as it
is, with escapes for whatever is not ASCII.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from mebench.files import inert_cell
from mebench.problems import printable, unknown_name
from mebench.report.text import latex_cell, markdown_cell, number, title

SCHEMA = "mebench/leaderboard/1"

_Board = Mapping[str, Any]
_LONGEST = 20_000
"""Characters of a CSV cell; a name of an entry has no more."""
_SHOWN = 80
"""Characters of a name in a table for readers."""

_BOARD_COLUMNS = ("id", "task", "dataset", "variant", "synthetic", "protocol")
_ROW_COLUMNS = (
    *("method", "preset", "seed", "authors", "training_data", "code", "selection", "threshold_source", "notes"),
    *("file", "submission_sha256", "predictions", "mebench", "commit", "time", "id"),
)
_TITLES = {"f1": "F1", "precision": "P", "recall": "R", "uf1": "UF1", "uar": "UAR", "accuracy": "accuracy"} | {
    "strs": "STRS",
    "spotting_f1": "F1 spotting",
    "analysis_f1": "F1 analysis",
}


def export(boards: Sequence[_Board], form: str) -> str:
    """Return boards as text.

    Parameters
    ----------
    boards : sequence of mapping
        Of :meth:`mebench.leaderboard.boards.Board.as_dict`.
    form : {"csv", "md", "latex", "json"}
        ``csv`` has a row for each entry and part, scores at full precision and empty where undefined; ``md`` and
        ``latex`` a table a board; ``json`` all that the boards hold.

    Raises
    ------
    UserError
        If there is no such form.
    """
    forms: Mapping[str, Callable[[Sequence[_Board]], str]] = {
        "csv": _csv,
        "md": lambda boards: "\n".join("\n".join(_markdown(board)) + "\n" for board in boards),
        "latex": lambda boards: "\n".join("\n".join(_latex(board)) + "\n" for board in boards),
        "json": _json,
    }
    if form not in forms:
        raise unknown_name("form of export", form, forms)
    return forms[form](boards)


def _json(boards: Sequence[_Board]) -> str:
    return json.dumps({"schema": SCHEMA, "boards": list(boards)}, indent=1, allow_nan=False) + "\n"


def _csv(boards: Sequence[_Board]) -> str:
    metrics = list(dict.fromkeys(name for board in boards for name in board["metrics"]))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        [
            *("board", *_BOARD_COLUMNS[1:], "rule", "iou", "policy", "truth_sha256", "test", "level", "part"),
            *("rank_best", "rank_worst", "ties", "ranked", "unranked_because", *_ROW_COLUMNS[:-1], "entry"),
            *("tp", "fp", "fn", *(f"{name}{end}" for name in metrics for end in ("", "_low", "_high"))),
        ]
    )
    for board in boards:
        for row in board["rows"]:
            for part in board["parts"]:
                writer.writerow([_cell(value) for value in _values(board, row, part, metrics)])
    return out.getvalue()


def _values(board: _Board, row: Mapping[str, Any], part: str, metrics: Sequence[str]) -> Iterator[Any]:
    """Yield the values of one row of the CSV."""
    yield from (board[name] for name in _BOARD_COLUMNS)
    yield from (f"{board['rule']['name']}/{board['rule']['version']}", board["rule"].get("iou"))
    yield from (board["ground_truth"][name] for name in ("policy", "sha256"))
    yield from (board["test"][name] for name in ("method", "level"))
    yield part
    yield from row["rank"].get(part) or (None, None)
    yield from (row["ties"].get(part), row["ranked"], row["unranked_because"])
    yield from (row[name] for name in _ROW_COLUMNS)
    yield from (row["counts"].get(part, {}).get(name) for name in ("tp", "fp", "fn"))
    for name in metrics:
        yield from row["scores"].get(part, {}).get(name) or (None, None, None)


def _cell(value: Any) -> Any:
    """Return a cell in which numbers are numbers and text is text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return value
    text = "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return inert_cell(printable(text, _LONGEST))


def _heading(board: _Board) -> str:
    variant = f", {board['variant']}" if board["variant"] else ""
    iou = f", IoU >= {board['rule']['iou']}" if "iou" in board["rule"] else ""
    protocol = board["protocol"] or "not stated"
    return (
        f"{board['task']}: {board['dataset']}{variant}, protocol {protocol}, rule {board['rule']['name']}/"
        f"{board['rule']['version']}{iou}"
    )


def _columns(board: _Board) -> list[tuple[str, str, str]]:
    """Return heading, part and metric of each column of scores: the main one, its siblings, the other parts."""
    main, metric = board["main"]["part"], board["main"]["metric"]
    metrics = [metric, *(name for name in board["metrics"] if name != metric)]
    parts = [part for part in board["parts"] if part != main]
    alone = len(board["parts"]) == 1
    own = [(_TITLES.get(name, name) + ("" if alone else f" {title(main)}"), main, name) for name in metrics]
    return [*own, *((f"{_TITLES.get(metric, metric)} {title(part)}", part, metric) for part in parts)]


def _score(row: Mapping[str, Any], part: str, metric: str, dash: str) -> str:
    value, low, high = row["scores"].get(part, {}).get(metric) or (None, None, None)
    ends = "" if low is None or high is None else f" ({low:.3f}{dash}{high:.3f})"
    return number(value) + ends


def _table(board: _Board, dash: str) -> list[list[str]]:
    """Return the rows of a table for readers: rank, method, preset, scores, ties; without markup of their own."""
    part = board["main"]["part"]
    columns = _columns(board)
    rows = []
    for row in board["rows"]:
        best, worst = row["rank"].get(part) or (None, None)
        rank = "" if best is None else str(best) if best == worst else f"{best}{dash}{worst}"
        method = str(row["method"] or row["file"] or row["id"])
        if not row["ranked"]:
            rank = "ORACLE" if "oracle" in {row["selection"], row["threshold_source"]} else "not ranked"
        scores = [_score(row, column, metric, dash) for _, column, metric in columns]
        rows.append(
            [rank, printable(method, _SHOWN), printable(row["preset"] or "", 40), *scores, row["ties"].get(part) or ""]
        )
    return rows


def _headings(board: _Board) -> list[str]:
    return ["rank", "method", "preset", *(heading for heading, _, _ in _columns(board)), "ties"]


def _notes(board: _Board) -> str:
    level = f"{board['test']['level']:.0%}"
    return (
        f"Ranks are those that a system may truly hold at {level}; systems that share a letter are not separable. "
        f"{board['test']['words']}"
    )


def _md(text: str) -> str:
    """Return a text that is neither markup nor a link in a Markdown table."""
    # Braces: some sites run templates over their pages.
    safe = markdown_cell(text.replace("&", "&amp;")).replace("{", "&#123;")
    safe = "".join("\\" + c if c in "`*_[]~$" else c for c in safe)
    # Bare addresses are links too, where their signs stand as they are; for mailboxes and mentions even an escaped @ is
    # read as one, but not an @ in an element of its own.
    safe = re.sub(r"(?i)(www)\.", r"\1&#46;", safe.replace("://", "&#58;//"))
    return re.sub(r"(?i)(mailto|xmpp):", r"\1&#58;", safe).replace("@", "<span>@</span>")


def _markdown(board: _Board) -> Iterator[str]:
    yield f"### {_md(_heading(board))}"
    yield ""
    if board["synthetic"]:
        yield from ("**SYNTHETIC data: not a result on real faces.**", "")
    headings = _headings(board)
    yield f"| {' | '.join(map(_md, headings))} |"
    yield "|---|---|---|" + "---:|" * (len(headings) - 4) + "---|"
    for row in _table(board, " to "):
        yield f"| {' | '.join(map(_md, row))} |"
    yield from ("", _md(_notes(board)))


def _latex(board: _Board) -> Iterator[str]:
    yield f"% {printable(_heading(board), 1000)}"
    yield f"% {printable(_notes(board), 1000)}"
    yield "% needs \\usepackage{booktabs}"
    headings = _headings(board)
    yield r"\begin{tabular}{lll" + "r" * (len(headings) - 4) + "l}"
    yield r"\toprule"
    if board["synthetic"]:
        yield rf"\multicolumn{{{len(headings)}}}{{l}}{{\emph{{SYNTHETIC data: not a result on real faces}}}} \\"
        yield r"\midrule"
    yield " & ".join(map(latex_cell, headings)) + r" \\"
    yield r"\midrule"
    for row in _table(board, "\u2013"):
        yield " & ".join(map(latex_cell, row)) + r" \\"
    yield r"\bottomrule"
    yield r"\end{tabular}"
