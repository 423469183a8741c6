"""A report becomes an entry, or is refused in one sentence.

Reports come from anyone. A report is checked against its schema, and whatever in it can be recomputed from the counts
of its subjects is: scores, intervals, the number of events. What remains to be believed is the counts themselves.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mebench.datasets.catalog import is_twin_source
from mebench.files import NotJson, json_object
from mebench.leaderboard import entry as entries
from mebench.leaderboard.entry import SCHEMA, Entry, named_a_twin
from mebench.leaderboard.measures import FULL, KINDS, ME, OVERALL, statistics_of, tables_of, values
from mebench.leaderboard.measures import scored as scores_of
from mebench.leaderboard.terms import choices_fault, fault_of_terms, rule_fault
from mebench.problems import UserError, printable, quoted
from mebench.report.model import defined

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

MAX_BYTES = 100_000_000
_NEAR = 1e-9
_NEAR_END = 1e-6
"""Ends of intervals come from special functions, which differ a little between versions of scipy."""
_GIVE = "Give the file that 'mebench score FILE --dataset NAME --json OUT' writes."
_SHOWN = 60
"""Letters of a value in a refusal."""


class Refused(UserError):
    """A report that does not become an entry; the text says why."""


def entry_of_file(path: Path) -> Entry:
    """Return the entry of a report's file.

    Raises
    ------
    Refused
        If the file is no report, or the report cannot be believed or ranked; the sentence begins with the file's name.
    """
    name = printable(str(path))
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise Refused(f"{name}: this report cannot be read ({error.strerror}).") from error
    try:
        return entry_of(json_object(data, MAX_BYTES))
    except NotJson as error:
        # What --rule all writes is a list of reports.
        listed = str(error).startswith("is a JSON list")
        remark = " (under all rules? Only the canonical one is ranked)" if listed else ""
        raise Refused(f"{name}: the report {error}{remark}. {_GIVE}") from error
    except Refused as error:
        raise Refused(f"{name}: {error}") from error


def entry_of(report: Mapping[str, Any]) -> Entry:
    """Return the entry of a report.

    Parameters
    ----------
    report : mapping
        As ``report-1.json`` describes it.

    Raises
    ------
    Refused
        If it breaks the schema, is not under the canonical rule, or does not agree with itself.
    """
    _check_schema(report)
    task, rule = report["task"], report["rule"]
    fault = rule_fault(task, rule) or choices_fault(task, report["ground_truth"])
    if fault:
        raise Refused(str(fault))
    _check_twin(report)
    classes = _classes(report)
    by_subject = [_subject_row(task, row) for row in report["by_subject"]]
    document = {
        "schema": SCHEMA,
        "task": task,
        "dataset": report["dataset"],
        "synthetic": report["synthetic"],
        "variant": _variant(report),
        "protocol": report["protocol"],
        "rule": {name: rule[name] for name in ("name", "version", "iou", "emotions") if name in rule},
        "ground_truth": {name: report["ground_truth"][name] for name in ("policy", "sha256", "counts")},
        "submission": _submission(report["submission"]),
        "classes": classes,
        "by_subject": by_subject,
        "scores": _agreeing_scores(report, by_subject, classes),
        "environment": _environment(report["environment"]),
    }
    document = json.loads(json.dumps(_whole(document)))
    if fault := fault_of_terms(document):
        raise Refused(str(fault))
    if broken := next(iter(entry_faults(document)), None):
        raise Refused(f"it cannot be kept: {broken}. {_GIVE}")
    return Entry(document)


@cache
def _report_validator() -> Draft202012Validator:
    import jsonschema

    from mebench.report.model import schema

    return jsonschema.Draft202012Validator(schema())


@cache
def _entry_validator() -> Draft202012Validator:
    import jsonschema

    return jsonschema.Draft202012Validator(entries.schema())


def entry_faults(document: Mapping[str, Any]) -> list[str]:
    """Return what the schema of entries finds wrong, a clause each."""
    return [_in_words(error) for error in _entry_validator().iter_errors(dict(document))]


def _in_words(error: Any) -> str:
    # The message begins with the value, or with the list of it: whole, it would hide what is wrong.
    value = repr(error.instance)
    message = error.message.replace(value, quoted(value, _SHOWN)[1:-1]) if len(value) > _SHOWN else error.message
    return f"at {printable(error.json_path, _SHOWN)}: {printable(message, 2 * _SHOWN)}"


def _check_twin(report: Mapping[str, Any]) -> None:
    """Refuse a twin's scores that call themselves real, or go by another name."""
    dataset, source = report["dataset"], report["ground_truth"]["source"]
    twin = named_a_twin(dataset) or is_twin_source(source)
    if report["task"] == "recognition":
        # Its source are the names of databases; in spotting it may be a file that happens to have such a name.
        databases = {*source.split(", "), *(row["dataset"] for row in report["by_subject"] if "dataset" in row)}
        twin = twin or any(map(named_a_twin, databases))
    if not twin:
        return
    if not report["synthetic"]:
        raise Refused(
            f"{quoted(dataset)} is scored on a synthetic twin (its ground truth is {quoted(source)}), and the report "
            f"says that it is real data. {_GIVE}"
        )
    if not named_a_twin(dataset):
        raise Refused(
            f"its ground truth is {quoted(source)}, of a synthetic twin, and its dataset {quoted(dataset)} is no "
            f"twin's name. {_GIVE}"
        )


def _check_schema(report: Mapping[str, Any]) -> None:
    from mebench.report.model import SCHEMA as REPORT

    said = report.get("schema")
    if said != REPORT:
        kind = f"it says {quoted(said)}" if isinstance(said, str) else "it says of what kind it is nowhere"
        raise Refused(f"this is no report: {kind}, not {REPORT!r}. {_GIVE}")
    fault = next(_report_validator().iter_errors(dict(report)), None)
    if fault is not None:
        raise Refused(f"the report breaks its schema, {_in_words(fault)}. Score the file again with mebench.")
    from mebench.submission.meta import check_meta

    for problem in check_meta(report["submission"].get("meta", {}), "meta"):
        raise Refused(
            f"what it says of its submission breaks the schema of metadata, {printable(problem.message, 2 * _SHOWN)}. "
            "Mend the metadata beside the submission, and score it again."
        )


def _classes(report: Mapping[str, Any]) -> list[str]:
    if report["task"] == "recognition":
        return [row["label"] for row in report["scores"][FULL]["classes"]]
    return list(report["rule"].get("emotions", []))


def _subject_row(task: str, row: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: row[name] for name in ("dataset", "subject", "confusion") if name in row}
    if task == "recognition":
        return kept
    return kept | {kind: [row[kind][name] for name in ("tp", "fp", "fn")] for kind in KINDS if kind in row}


def _agreeing_scores(
    report: Mapping[str, Any], by_subject: list[dict[str, Any]], classes: list[str]
) -> dict[str, dict[str, list[float | None]]]:
    """Return the scores of the subjects' counts, after comparing all that the report says with them."""
    task, truth = report["task"], report["ground_truth"]["counts"]
    if not by_subject:
        raise Refused("it has no counts by subject, and its scores cannot be checked.")
    names = [(row.get("dataset"), row["subject"]) for row in by_subject]
    if len(set(names)) < len(names):
        raise Refused("a subject is listed twice.")
    if len({tuple(row) for row in by_subject}) > 1:
        raise Refused("its subjects do not all have counts of the same kinds.")
    try:
        tables = tables_of(task, _whole(by_subject), classes)
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise Refused("the counts of its subjects are no counts, or not of its classes.") from error
    found = _reported(report, tables)
    statistics = statistics_of(task, len(classes))
    for part, (counts, scores, _) in found.items():
        total = tables[part].sum(axis=0)
        if counts != total.tolist():
            raise Refused(
                f"its scores are not those of its counts: {printable(part, _SHOWN)} is not the sum over its subjects."
            )
        for name, value in values(tables[part], statistics).items():
            own = defined(value)
            if not _same(scores[name], own, _NEAR):
                raise Refused(
                    f"its scores are not those of its counts: {printable(part, _SHOWN)} {name} is "
                    f"{_shown(scores[name])} in the report "
                    f"and {_shown(own)} from the counts."
                )
    _check_events(task, tables, truth, classes)
    made = scores_of(tables, statistics)
    _check_intervals(found, made)
    return made


def _reported(report: Mapping[str, Any], tables: Mapping[str, Any]) -> dict[str, tuple[Any, dict[str, Any], Any]]:
    """Return what the report says of each part: counts in the order of the tables, scores, intervals."""
    scores = report["scores"]
    if report["task"] == "spot-then-recognise":
        spotting, analysis, product = scores["spotting"], scores["analysis"], scores["strs"]
        counts = [spotting[n] for n in ("tp", "fp", "fn")] + [cell for row in analysis["confusion"] for cell in row]
        own = {"strs": product["strs"], "spotting_f1": spotting["f1"], "analysis_f1": analysis["f1"]}
        blocks = {"strs": product, "spotting_f1": spotting, "analysis_f1": analysis}
        ends = {name: block["interval"].get(name.rpartition("_")[2]) for name, block in blocks.items()}
        return {ME: (counts, own, (product["interval"].get("method"), ends))}
    if set(scores) != set(tables):
        raise Refused(
            f"it has scores of {printable(', '.join(sorted(scores)), _SHOWN)} and counts of "
            f"{printable(', '.join(sorted(tables)), _SHOWN)}."
        )
    spotted = report["task"] == "spotting"
    return {
        part: (
            [block[n] for n in ("tp", "fp", "fn")] if spotted else block["confusion"],
            block,
            (block["interval"].get("method"), block["interval"]),
        )
        for part, block in scores.items()
    }


def _check_events(task: str, tables: Mapping[str, Any], truth: Mapping[str, int], classes: list[str]) -> None:
    """Compare hits and misses with the number of events (clips) that the ground truth has."""
    if task == "recognition":
        true = tables[FULL].sum(axis=(0, 2)).tolist()
        pairs = [(name, n, truth.get(name, n)) for name, n in zip(classes, true, strict=True)]
    else:
        kinds = [part for part in tables if part != OVERALL]
        pairs = [(kind, int(tables[kind].sum(axis=0)[[0, 2]].sum()), truth.get(kind)) for kind in kinds]
    for name, counted, there in pairs:
        if there is not None and counted != there:
            raise Refused(
                f"its counts are not those of its ground truth: {printable(name, _SHOWN)} has {there} events "
                f"or clips, and its hits and misses are {counted}."
            )


def _check_intervals(found: Mapping[str, tuple[Any, dict[str, Any], Any]], made: Mapping[str, Any]) -> None:
    """Compare intervals that claim to be the jackknife's with ours; others are left out, since an entry has ours."""
    for part, (_, _, (method, ends)) in found.items():
        if not str(method).startswith("jackknife"):
            continue
        for name, (_, *own) in made[part].items():
            said = ends.get(name) or [None, None]
            if not all(_same(a, b, _NEAR_END) for a, b in zip(said, own, strict=True)):
                raise Refused(
                    f"its intervals are not those of its counts: that of {printable(part, _SHOWN)} {name} differs."
                )


def _same(a: float | None, b: float | None, near: float) -> bool:
    if a is None or b is None:
        return a is b
    return math.isclose(a, b, rel_tol=0, abs_tol=near)


def _shown(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.6g}"


def _submission(said: Mapping[str, Any]) -> dict[str, Any]:
    meta = said.get("meta", {})
    return {
        **{name: said[name] for name in ("file", "sha256", "predictions", "selection", "threshold_source")},
        "method": entries.named(said["method"]),
        "authors": ", ".join(_names(meta.get("authors"))),
        "training_data": _names(meta.get("training_data")),
        **{name: meta.get(name) for name in ("preset", "seed", "code")},
        "notes": meta.get("notes", ""),
    }


def _names(said: str | list[str] | None) -> list[str]:
    return [said] if isinstance(said, str) else list(said or [])


def _variant(report: Mapping[str, Any]) -> str | None:
    """Return how the frames of a twin were made where they are not the twin's own: another set of frames to look at."""
    extra = report["submission"].get("meta", {}).get("extra", {})
    factor = extra.get("amplitude")
    if not report["synthetic"] or factor is None:
        return None
    if isinstance(factor, bool) or not isinstance(factor, int | float) or not 0 <= factor < 1e6:
        raise Refused(f"its metadata give {quoted(factor)} as the amplitude of the twin, which is no factor.")
    return None if factor == 1 else f"amplitude {float(factor):g}"


def _environment(said: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("mebench", "commit", "python", "packages", "platform", "time")
    return {name: said[name] for name in kept if name in said}


def _whole(value: Any) -> Any:
    """Return a value with 3 for 3.0: JSON's whole numbers may be written either way, and an entry has one way."""
    if isinstance(value, Mapping):
        return {name: inner if name == "scores" else _whole(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
