"""A report's ``errors`` for the eye and for other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from mebench.files import inert_cell
from mebench.metrics.anatomy import LOCALISATION
from mebench.problems import printable
from mebench.report.model import Report
from mebench.report.text import UNDEFINED, grid, latex_cell, markdown_cell, terminal, title

_FAMILY = "badly localised"
_ALL = "everything"
_SLICES = ("duration", "emotion", "subject")


class _Row(NamedTuple):
    """One kind of error: how it is written, how far it is indented, and its counts and gains by type."""

    words: str
    inner: bool
    found: Mapping[str, Mapping[str, Any]]


def render_errors(report: Report, form: str = "table", width: int = 80, colour: bool = False) -> str:
    """Return a report's errors as text.

    Parameters
    ----------
    report : Report
        With ``errors``.
    form : {"table", "csv", "md", "latex"}
        ``table`` and ``md`` show all of it; ``csv`` and ``latex`` are the one table of kinds.
    width : int
        Columns of the terminal, for ``table``.
    colour : bool
        Whether ``table`` may use terminal colours.
    """
    if form == "table":
        return _terminal(report, width, colour)
    forms: Mapping[str, Callable[[Report], str]] = {"csv": _csv, "md": _markdown, "latex": _latex}
    return forms[form](report)


def _rows(report: Report) -> Iterator[_Row]:
    """Yield the kinds in their order, the badly localised ones below their sum, and everything last."""
    families = {row["kind"]: row for row in report.errors["families"]}
    for row in report.errors["kinds"]:
        if row["kind"] == LOCALISATION[0]:
            yield _Row(_FAMILY, False, families[_FAMILY])
        yield _Row(row["kind"], row["kind"] in LOCALISATION, row)
    yield _Row(_ALL, False, families[_ALL])


def _gain(value: float | None) -> str:
    return UNDEFINED if value is None else f"+{value:.3f}" if value else "."


def _cells(found: Mapping[str, Any]) -> list[str]:
    return [str(found["fp"] or "."), str(found["fn"] or "."), _gain(found["gain"])]


def _terminal(report: Report, width: int, colour: bool) -> str:
    *kinds, overall = report.scores
    counted = [heading for kind in kinds for heading in (f"{title(kind)}\nFP", "\nFN", "\ngain")]
    table = grid(["\nkind of error", *counted, f"{title(overall)}\ngain"])
    for row in _rows(report):
        cells = [cell for kind in kinds for cell in _cells(row.found[kind])]
        words = ("  " if row.inner else "") + row.words
        table.add_row(words, *cells, _gain(row.found[overall]["gain"]), style="bold" if row.words == _ALL else "")
    parts = [table]
    for name in ("duration", "emotion"):
        slices = report.errors["recall"][name]
        if slices:
            found = grid([f"recall by {name}", "type", "events", "found", "recall"], texts=2)
            for row in slices:
                found.add_row(printable(row["slice"]), title(row["type"]), *_slice_cells(row))
            parts.append(found)
    return terminal(_sentence(report), parts, _remarks(report), [], width, colour)


def _slice_cells(row: Mapping[str, Any]) -> list[str]:
    return [str(row["events"]), str(row["found"]), f"{row['recall']:.3f}"]


def _sentence(report: Report) -> str:
    how = report.errors["definition"]
    near = "any shared frame" if how["near"] == "0" else f"IoU >= {how['near']}"
    return (
        f"Errors ({how['name']}/{how['version']}, IoU >= {how['iou']}, touching: {near}). Gain: what F1 would gain if "
        "that kind alone were fixed. Gains do not add up."
    )


def _remarks(report: Report) -> list[tuple[str, str]]:
    """Return what else there is to say, as (heading, words) pairs."""
    lines = [
        (name, ", ".join(f"{title(kind)} {_gain(gain)}" for kind, gain in gains.items()))
        for name, gains in report.errors["oracles"].items()
    ]
    rates = []
    for kind, rate in report.errors["false_positives"].items():
        minute = "" if rate["per_minute"] is None else f" ({rate['per_minute']:.2f} a minute)"
        rates.append(f"{title(kind)} {rate['per_video']:.2f}{minute}")
    lines.append(("FP a video", ", ".join(rates)))
    subjects = report.errors["recall"]["subject"]
    for kind in dict.fromkeys(row["type"] for row in subjects):
        own = [row for row in subjects if row["type"] == kind]
        without = [printable(row["slice"]) for row in own if not row["found"]]
        which = f": {', '.join(without[:10])}{', ...' if len(without) > 10 else ''}" if without else ""
        lines.append((f"no {title(kind)} found", f"in {len(without)} of {len(own)} subjects that have one{which}"))
    return lines


def _csv(report: Report) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    how = report.errors["definition"]
    facts = [f"{how['name']}/{how['version']}", how["iou"], how["near"], report.submission["sha256"]]
    writer.writerow(
        ["dataset", "kind", "type", "fp", "fn", "gain", "definition", "iou", "near", "submission_sha256", "synthetic"]
    )
    for row in _rows(report):
        for kind in report.scores:
            found = row.found[kind]
            gain = "" if found["gain"] is None else found["gain"]
            start = [inert_cell(report.dataset), row.words, kind, found["fp"], found["fn"], gain]
            writer.writerow([*start, *facts, str(report.synthetic).lower()])
    return out.getvalue()


def _markdown(report: Report) -> str:
    kinds = list(report.scores)
    headings = ["kind of error", *(f"{title(kind)} {what}" for kind in kinds for what in ("FP", "FN", "gain"))]
    lines = [markdown_cell(_sentence(report)), "", _row(headings), "|---|" + "---:|" * (3 * len(kinds))]
    for row in _rows(report):
        words = f"– {row.words}" if row.inner else row.words
        lines.append(_row([words, *(cell for kind in kinds for cell in _cells(row.found[kind]))]))
    for name in _SLICES:
        slices = report.errors["recall"][name]
        if slices:
            lines += ["", _row([f"recall by {name}", "type", "events", "found", "recall"]), "|---|---|---:|---:|---:|"]
            lines += [_row([markdown_cell(s["slice"]), title(s["type"]), *_slice_cells(s)]) for s in slices]
    return (
        "\n".join([*lines, "", *(f"- {heading}: {markdown_cell(words)}" for heading, words in _remarks(report))]) + "\n"
    )


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _latex(report: Report) -> str:
    kinds = list(report.scores)
    lines = [f"% {printable(_sentence(report), 1000)}"]
    if report.synthetic:
        lines.append("% SYNTHETIC data: not a result on real faces")
    lines += [r"\begin{tabular}{l" + "rrr" * len(kinds) + "}", r"\toprule"]
    lines.append(
        " & ".join(["", *(rf"\multicolumn{{3}}{{c}}{{{latex_cell(title(kind))}}}" for kind in kinds)]) + r" \\"
    )
    lines += [" & ".join(["kind of error", *["FP & FN & gain"] * len(kinds)]) + r" \\", r"\midrule"]
    for row in _rows(report):
        words = (r"\quad " if row.inner else "") + latex_cell(row.words)
        lines.append(" & ".join([words, *(cell for kind in kinds for cell in _cells(row.found[kind]))]) + r" \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"]) + "\n"
