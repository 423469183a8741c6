"""The page of one submission: where it hit and where it missed, what its score rests on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mebench import __version__
from mebench.metrics.anatomy import KINDS, LOCALISATION
from mebench.metrics.rules import Rule
from mebench.pages.charts import bars, curve, strip, whisker
from mebench.pages.look import page
from mebench.pages.told import NO_TIMELINE, Told
from mebench.problems import printable
from mebench.report.model import Report
from mebench.report.recognition import left_out
from mebench.report.text import certainty_words, number, title

OVERALL = "overall"
LONG = 240
"""A text longer than this is folded away."""


def submission_page(told: Told) -> str:
    """Return the page as HTML: one file that loads nothing.

    The same submission and dataset give the same bytes: the clock is left out.
    """
    report = told.report
    spotting = report.task == "spotting"
    name = _name(report)
    return page(
        "submission.html",
        contents=_contents(told),
        title=f"{name} on {shown(report.dataset)}: mebench",
        version=__version__,
        name=name,
        told=told,
        no_timeline=NO_TIMELINE,
        report=report,
        shown=shown,
        number=number,
        heading=_heading(report),
        oracle=_oracle(report),
        scores=_spotting_scores(report) if spotting else _recognition_scores(report),
        certainty=certainty_words(report),
        remarks=[*map(shown, report.warnings), *(left_out(report) if not spotting else [])],
        data=_timeline_data(told) if told.videos is not None else None,
        errors=_errors(report) if spotting else None,
        sweep=_sweep(report) if spotting else None,
        strip=_strip(told),
        confusions=list(_confusions(told)),
        rules=_rules(told),
        analysis=_analysis(told.analysis),
        provenance=list(_provenance(told)),
    )


def _contents(told: Told) -> list[tuple[str, str]]:
    """Return the sections of the page: the name that a link goes to, and what it is called there."""
    spotting = told.report.task == "spotting"
    confusions = not spotting or isinstance(told.analysis, Report)
    sections = [
        ("score", "Score", True),
        ("analysis", "Spot, then recognise", told.analysis is not None),
        ("timeline", "Timelines", spotting),
        ("errors", "Kinds of error", spotting),
        ("sweep", "F1 over IoU", spotting),
        ("subjects", "Subjects", told.truth or told.report.synthetic),
        ("confusions", "Confusion", confusions),
        ("misnamed", "Clips named wrong", told.misnamed is not None),
        ("rules", "Every rule", bool(told.rules)),
        ("provenance", "Where this comes from", True),
    ]
    return [(name, words) for name, words, there in sections if there]


def shown(text: object, limit: int = 200) -> str:
    """Return a text that can stand in a page: nothing in it turns the direction of writing or breaks the encoding."""
    return printable(str(text), limit)


def _name(report: Report) -> str:
    return shown(report.submission["method"] or report.submission["file"], 120)


def _heading(report: Report) -> list[str]:
    """Return what stands under the name: where, under which protocol and rule."""
    meta = report.submission["meta"]
    facts = [
        report.dataset,
        f"protocol {report.protocol}" if report.protocol else "no protocol stated",
        f"rule {report.rule['name']}/{report.rule['version']}"
        + (f", IoU ≥ {report.rule['iou']}" if "iou" in report.rule else ""),
        f"preset {meta['preset']}" if meta.get("preset") else "",
        f"seed {meta['seed']}" if meta.get("seed") is not None else "",
    ]
    return [shown(fact) for fact in facts if fact]


def _oracle(report: Report) -> str:
    """Return what was chosen on the test labels, if anything."""
    words = {"selection": "the epoch", "threshold_source": "the thresholds"}
    chosen = [name for key, name in words.items() if report.submission[key] == "oracle"]
    return f"{' and '.join(chosen)} {'was' if chosen == ['the epoch'] else 'were'}" if chosen else ""


# Scores


def _spotting_scores(report: Report) -> dict[str, Any]:
    rows = []
    for kind, score in report.scores.items():
        cells = [str(n) for n in (score.tp, score.fp, score.fn)] + [number(score.precision), number(score.recall)]
        rows.append({"name": title(kind), "cells": cells, **_with_whisker(score.f1, score.interval.get("f1"))})
    return {"headings": ["TP", "FP", "FN", "precision", "recall"], "main": "F1", "rows": rows}


def _recognition_scores(report: Report) -> dict[str, Any]:
    rows = []
    for part, score in report.scores.items():
        cells = [str(score.clips), str(score.subjects), number(score.uar), number(score.accuracy)]
        rows.append({"name": shown(part), "cells": cells, **_with_whisker(score.uf1, score.interval.get("uf1"))})
    return {"headings": ["clips", "subjects", "UAR", "accuracy"], "main": "UF1", "rows": rows}


def _with_whisker(value: float | None, ends: Sequence[float] | None) -> dict[str, Any]:
    words = f"{ends[0]:.3f} to {ends[1]:.3f}" if ends else "no interval"
    return {"value": number(value), "ends": words, "whisker": whisker(value, ends)}


# Charts


def _timeline_data(told: Told) -> dict[str, Any]:
    kinds = [kind for kind in told.report.scores if kind != OVERALL]
    return {
        "truth": told.truth,
        "types": [title(kind) for kind in kinds],
        "kinds": list(KINDS),
        "videos": [
            [
                video["video"],
                video["subject"],
                video["fps"],
                video["first"],
                video["last"],
                int(video["known"]),
                video["said"],
                video.get("events", []),
            ]
            for video in told.videos or []
        ],
    }


def _errors(report: Report) -> list[dict[str, Any]]:
    """Return a panel a type, and one for both together: a row a kind of error, localisation below its sum."""
    families = {row["kind"]: row for row in report.errors["families"]}
    kinds = list(report.errors["kinds"])
    first = next(i for i, row in enumerate(kinds) if row["kind"] in LOCALISATION)
    kinds.insert(first, families["badly localised"])
    return [{"name": title(part), "rows": bars([_error(row, part) for row in kinds])} for part in report.scores]


def _error(row: Mapping[str, Any], part: str) -> dict[str, Any]:
    gain = row[part]["gain"]
    return {
        "kind": row["kind"],
        "inner": row["kind"] in LOCALISATION,
        "fp": row[part]["fp"],
        "fn": row[part]["fn"],
        "gain": "undefined" if gain is None else f"+{gain:.3f}",
    }


def _sweep(report: Report) -> dict[str, Any]:
    over = report.sweep["iou"]
    lines = {title(kind): scores["f1"] for kind, scores in over["scores"].items()}
    mark = report.rule["iou"]
    rows = [
        [f"{n / 10:g}", *(number(f1[n - 1]) for f1 in lines.values())] for n in range(1, len(over["thresholds"]) + 1)
    ]
    return {"chart": curve(over["thresholds"], lines, mark), "names": list(lines), "rows": rows, "mark": mark}


def _strip(told: Told) -> dict[str, Any] | None:
    """Return a bar a subject, or None where its counts are not to be shown: few events lie behind each."""
    report = told.report
    if not (told.truth or report.synthetic):
        return None
    if report.task == "spotting":
        kinds = [kind for kind in report.scores if kind != OVERALL]
        columns = [
            (
                shown(row["subject"], 40),
                shown(row["subject"]),
                {k: sum(row[kind][k] for kind in kinds) for k in ("tp", "fp", "fn")},
            )
            for row in report.by_subject
        ]
        return {"legend": _OUTCOMES, "chart": strip(columns, ("tp", "fn"), ("fp",))}
    columns = []
    several = len({row["dataset"] for row in report.by_subject}) > 1
    for row in report.by_subject:
        right = sum(line[i] for i, line in enumerate(row["confusion"]))
        wrong = sum(map(sum, row["confusion"])) - right
        who = f"{row['dataset']} {row['subject']}" if several else str(row["subject"])
        columns.append((shown(row["subject"], 40), shown(who), {"tp": right, "fp": wrong}))
    return {"legend": {"tp": "clips named right", "fp": "clips named wrong"}, "chart": strip(columns, ("tp",), ("fp",))}


_OUTCOMES = {"tp": "events found (TP)", "fn": "events missed (FN)", "fp": "false positives (FP)"}


def _confusions(told: Told) -> Iterator[dict[str, Any]]:
    """Yield the tables of true and predicted classes."""
    if told.report.task == "recognition":
        for part, score in told.report.scores.items():
            names = [shown(row.label, 40) for row in score.classes]
            shares = [[number(v) for v in (row.precision, row.recall, row.f1)] for row in score.classes]
            yield {
                "name": shown(part),
                "columns": names,
                "rows": list(_cells(names, score.confusion)),
                "shares": shares,
            }
    elif isinstance(told.analysis, Report):
        score = told.analysis.scores["analysis"]
        names = [shown(row.emotion, 40) for row in score.emotions]
        shares = [[number(row.precision), number(row.recall), ""] for row in score.emotions]
        yield {
            "name": f"analysis of the {score.hits} hits whose emotion counts",
            "columns": [*names, "not analysed"],
            "rows": list(_cells(names, score.confusion)),
            "shares": shares,
        }


def _cells(names: Sequence[str], confusion: Sequence[Sequence[int]]) -> Iterator[dict[str, Any]]:
    for i, (name, counts) in enumerate(zip(names, confusion, strict=True)):
        total = sum(counts)
        cells = [
            {"count": n, "share": round(n / total, 3) if total else 0.0, "right": i == j} for j, n in enumerate(counts)
        ]
        yield {"name": name, "cells": cells}


def _rules(told: Told) -> dict[str, Any] | None:
    """Return the score under every rule."""
    if not told.rules:
        return None
    kinds = list(told.report.scores)
    return {
        "names": [title(kind) for kind in kinds],
        "rows": [_rule_row(rule, found, kinds, told.truth) for rule, found in told.rules],
    }


def _rule_row(rule: Rule, found: Report | str, kinds: Sequence[str], truth: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": f"{rule.name}/{rule.version}",
        "canonical": rule.canonical,
        "differs": rule.differs or "the canonical rule",
        "statement": rule.statement,
        "source": rule.source,
    }
    if isinstance(found, str):
        # Its sentence names the event at which the script stops.
        return {**row, "refused": shown(found, 600) if truth else "Its script stops on this file."}
    overall = found.scores[OVERALL]
    scores = [number(found.scores[kind].f1) for kind in kinds]
    here = found.rule.get("difference", {}).get("words", "") if truth else ""
    return {
        **row,
        "refused": "",
        "f1": scores,
        "counts": [overall.tp, overall.fp, overall.fn],
        "whisker": whisker(overall.f1, None, 80),
        "here": shown(here, 600),
    }


def _analysis(found: Report | str | None) -> dict[str, Any] | None:
    if found is None:
        return None
    if isinstance(found, str):
        return {"refused": shown(found, 600)}
    rows = []
    for name, value, key in (("spotting", "f1", "f1"), ("analysis", "f1", "f1"), ("strs", "strs", "strs")):
        score = found.scores[name]
        label = {"spotting": "F1 of spotting", "analysis": "F1 of analysis", "strs": "STRS"}[name]
        rows.append({"name": label, **_with_whisker(getattr(score, value), score.interval.get(key))})
    return {"refused": "", "rows": rows, "emotions": ", ".join(map(shown, found.rule["emotions"]))}


# Provenance


def _provenance(told: Told) -> Iterator[dict[str, Any]]:
    """Yield all that the report says of where its numbers come from, block by block."""
    report = told.report
    truth = dict(report.ground_truth)
    if not told.truth:
        truth.pop("notes")  # remarks about a copy name its rows
    said = {**report.submission, **report.submission["meta"]}
    said.pop("meta")
    rule = {name: value for name, value in report.rule.items() if name != "difference"}
    made = {name: value for name, value in report.environment.items() if name != "time"}
    blocks = {
        "Submission": said,
        "Rule": {"task": report.task, "protocol": report.protocol, **rule},
        "Ground truth": {"dataset": report.dataset, "synthetic": report.synthetic, **truth},
        "Intervals": report.uncertainty,
        "Made with": made,
    }
    for heading, facts in blocks.items():
        yield {"heading": heading, "facts": [_fact(name, value) for name, value in facts.items()]}


def _fact(name: str, value: Any) -> dict[str, Any]:
    words = _words(value)
    return {"name": shown(name.replace("_", " "), 60), "words": words, "long": len(words) > LONG}


def _words(value: Any) -> str:
    """Return a fact of a report as text, however it is nested."""
    if value is None or value in ("", [], {}):
        return "not stated"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping) and not any(isinstance(inner, Mapping | list) for inner in value.values()):
        return ", ".join(f"{shown(str(k).replace('_', ' '))} {_words(v)}" for k, v in value.items())
    if isinstance(value, list | tuple) and not any(isinstance(inner, Mapping | list) for inner in value):
        return ", ".join(map(_words, value))
    if isinstance(value, Mapping | list | tuple):
        return shown(json.dumps(value, ensure_ascii=False), 20_000)
    return shown(value, 20_000)
