"""All rules side by side: on one file, and as the page ``docs/rules.md``."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from mebench.files import inert_cell
from mebench.metrics.rules import RULES, Rule
from mebench.problems import printable
from mebench.report.model import SCORES, Report, SpottingScore
from mebench.report.text import grid, headline, latex_cell, markdown_cell, number, terminal, title

Results = Sequence[tuple[Rule, Report | str]]
"""Each rule with its report, or with the sentence that says why it has none."""

OVERALL = "overall"
REFUSED = "none"


def render_rules(results: Results, form: str = "table", width: int = 80, colour: bool = False) -> str:
    """Return the scores of one file under all rules as text.

    Parameters
    ----------
    results : sequence of (Rule, Report or str)
        As :func:`mebench.scoring.score_all_rules` returns them.
    form : {"table", "json", "csv", "md", "latex"}
    width : int
        Columns of the terminal, for ``table``.
    colour : bool
        Whether ``table`` may use terminal colours.
    """
    if form == "table":
        return _terminal(results, width, colour)
    forms: Mapping[str, Callable[[Results], str]] = {"json": rules_json, "csv": _csv, "md": _markdown, "latex": _latex}
    return forms[form](results)


def rules_json(results: Results) -> str:
    """Return a JSON list: for each rule its report, or the sentence that says why it has none."""
    entries: list[dict[str, Any]] = [
        {
            "rule": rule.name,
            "version": rule.version,
            "report": found.as_dict() if isinstance(found, Report) else None,
            "refused": None if isinstance(found, Report) else found,
        }
        for rule, found in results
    ]
    return json.dumps(entries, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _reports(results: Results) -> list[Report]:
    return [found for _, found in results if isinstance(found, Report)]


def _kinds(results: Results) -> list[str]:
    """Return the types that were scored, without the overall score."""
    return [kind for kind in _reports(results)[0].scores if kind != OVERALL]


def _headings(results: Results) -> list[str]:
    return ["rule", *(f"F1 {title(kind)}" for kind in _kinds(results)), "TP", "FP", "FN", "P", "R", "F1"]


def _cells(rule: Rule, found: Report | str, kinds: Iterable[str]) -> list[str]:
    """Return the row of a rule: F1 of each type, then everything overall."""
    if isinstance(found, str):
        return [rule.name, *(REFUSED for _ in kinds), *[REFUSED] * 6]
    overall: SpottingScore = found.scores[OVERALL]
    counts = [str(n) for n in (overall.tp, overall.fp, overall.fn)]
    scores = [number(getattr(overall, name)) for name in SCORES]
    return [rule.name, *(number(found.scores[kind].f1) for kind in kinds), *counts, *scores]


def _words(rule: Rule, found: Report | str) -> str:
    """Return how a rule differs, or why it says nothing about this file."""
    return found if isinstance(found, str) else rule.differs or "the canonical rule"


def _terminal(results: Results, width: int, colour: bool) -> str:
    from rich.text import Text

    kinds, first = _kinds(results), _reports(results)[0]
    table = grid(_headings(results))
    for rule, found in results:
        table.add_row(*map(Text, _cells(rule, found, kinds)), style="bold" if rule.canonical else "")
    facts = [(rule.name, printable(_words(rule, found), 1000)) for rule, found in results]
    remark = "TP to F1 are overall; 'mebench score --rule NAME' says what a rule changes on this file"
    return terminal(headline(first), [table], facts, [remark], width, colour)


def _csv(results: Results) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["dataset", "rule", "type", "tp", "fp", "fn", *SCORES, "policy", "differs", "refused"])
    for rule, found in results:
        name = f"{rule.name}/{rule.version}"
        if isinstance(found, str):
            dataset = _reports(results)[0].dataset
            writer.writerow([inert_cell(dataset), name, *[""] * 8, rule.differs, inert_cell(found)])
            continue
        for kind, score in found.scores.items():
            values = [score.tp, score.fp, score.fn, *(getattr(score, s) for s in SCORES)]
            cells = ["" if value is None else value for value in values]
            policy = found.ground_truth["policy"]
            writer.writerow([inert_cell(found.dataset), name, kind, *cells, policy, rule.differs, ""])
    return out.getvalue()


def _markdown(results: Results) -> str:
    kinds, headings = _kinds(results), _headings(results)
    lines = [f"**{markdown_cell(headline(_reports(results)[0]))}**", ""]
    lines += [f"| {' | '.join(headings)} | differs |", "|---|" + "---:|" * (len(headings) - 1) + "---|"]
    for rule, found in results:
        lines.append(f"| {' | '.join(_cells(rule, found, kinds))} | {markdown_cell(_words(rule, found))} |")
    return "\n".join(lines) + "\n"


def _latex(results: Results) -> str:
    kinds, headings = _kinds(results), _headings(results)
    first = _reports(results)[0]
    lines = [f"% {printable(headline(first))}"]
    lines += [f"% {rule.name}: {printable(_words(rule, found), 1000)}" for rule, found in results]
    lines += [r"\begin{tabular}{l" + "r" * (len(headings) - 1) + "}", r"\toprule"]
    lines += [" & ".join(headings) + r" \\", r"\midrule"]
    lines += [" & ".join(map(latex_cell, _cells(rule, found, kinds))) + r" \\" for rule, found in results]
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"]) + "\n"


_INTRODUCTION = """\
# Rules

How intervals are counted, by name: `mebench score FILE --dataset NAME --rule mdmd2020`. The canonical rule is `megc`
([its definition](rule.md)); every other one is what a public script does, defects included, so that an old number can
be read again. `--rule all` prints all of them side by side. A legacy rule says on every file which predictions and
events it judges differently from `megc`; the changes of TP, FP and FN that it lists add up to the difference.

This page is written from `mebench/metrics/rules` by `mebench rule list --page`; a test holds it to that.

Two things do not belong to a rule: what a script does to its predictions before it counts them (lengths it admits, how
many it keeps of a video), because a submission holds what was left; and the choices it makes about the ground truth,
which are listed below and taken with `--gt-policy rule`. All rules are scored against the same events otherwise.

Counts of a legacy rule can fall below 0 and its precision and recall can leave 0 to 1; such a score has no interval.
All counts are sums over subjects, so the other intervals are made as for `megc`. Where a script would stop (a division
by zero, a row removed twice) the rule says so and gives no score.
"""


def rules_page(rules: Mapping[str, Rule] = RULES) -> str:
    """Return ``docs/rules.md``."""
    lines = [_INTRODUCTION, "| rule | counts | differs from megc | ground truth | order |", "|---|---|---|---|---|"]
    for rule in rules.values():
        cells = (f"`{rule.name}`/{rule.version}", rule.statement, rule.differs or "", rule.gt_policy, rule.order or "")
        lines.append("| " + " | ".join(markdown_cell(cell) if i else cell for i, cell in enumerate(cells)) + " |")
    lines += [
        "",
        "`order`: whose order in the file can change the counts. `ground truth`: choices other than the default ones.",
    ]
    for rule in rules.values():
        lines += ["", f"## {rule.name}", "", rule.quirks, "", f"Source: {rule.source}."]
    return "\n".join(lines) + "\n"
