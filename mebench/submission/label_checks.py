"""Every check of a recognition submission, in one pass over its columns.

The file's own truth, if it has one, is compared with the protocol's and never used: a published log may have been
made with other labels. A clip without a prediction is a fault, because a score over the rest is the score of another
protocol.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mebench.datasets.samples import Samples
from mebench.problems import Problem, quoted
from mebench.submission.cells import Cells, read_scores
from mebench.submission.classes import class_of, is_nothing, label_fault
from mebench.submission.clips import resolve_clips, title
from mebench.submission.findings import Fault, Findings
from mebench.submission.label_columns import PROBABILITY

SUMS_TO_ONE = 1e-3
"""How far the probabilities of a clip may be from 1 in sum: four printed digits of each of up to twenty classes."""

_SLACK = 1e-6
_LISTED = 20


class CheckedLabels(NamedTuple):
    """The labels (only to be used if there are no errors), what is wrong and what is odd."""

    labels: pd.DataFrame
    errors: list[Problem]
    warnings: list[Problem]


def check_labels(cells: Cells, samples: Samples) -> CheckedLabels:
    """Check the cells of a recognition submission and turn them into one row for every sample.

    Parameters
    ----------
    cells : Cells
        As they were written. A required column may be absent (its absence has been reported); the others are checked.
    samples : Samples
        What is to be predicted.
    """
    findings = Findings(cells.file, cells.rows)
    warnings: list[Problem] = []
    codes = resolve_clips(cells, samples, findings)
    labels = _labels(cells, samples, findings)
    if "clip" in cells.columns:
        _check_repeats(codes, labels, samples, cells, findings)
        _check_missing(codes, samples, findings)
    probabilities = _probabilities(cells, samples, labels, findings, warnings)
    errors = findings.problems()
    if errors or "clip" not in cells.columns or "label" not in cells.columns:
        return CheckedLabels(pd.DataFrame(), errors, warnings)
    order = np.argsort(codes)  # every sample once, so this is the row of each sample
    table: dict[str, object] = {name: samples.samples[name].tolist() for name in ("dataset", "subject", "clip")}
    table["label"] = [samples.classes[i] for i in labels[order].tolist()]
    if probabilities is not None:
        table |= {PROBABILITY + name: probabilities[order, i] for i, name in enumerate(samples.classes)}
    table["row"] = cells.rows[order]
    warnings += [*_truth_disagrees(cells, codes, samples), *_one_class(cells, labels, samples)]
    return CheckedLabels(pd.DataFrame(table), [], warnings)


def _labels(cells: Cells, samples: Samples, findings: Findings) -> NDArray[np.intp]:
    """Return the place in ``samples.classes`` of each row's label, -1 where it is wrong, which is reported."""
    texts = cells.columns.get("label")
    if texts is None:
        return np.full(len(cells.rows), -1, np.intp)
    place = {name: i for i, name in enumerate(samples.classes)}
    meant = {text: class_of(text, samples.classes) for text in set(texts)}
    labels = np.array([place.get(meant[text] or "", -1) for text in texts], np.intp)
    findings.add(
        "unknown-label",
        np.flatnonzero(labels < 0),
        cells.written_as["label"],
        lambda i: label_fault(texts[i], samples.classes, samples.name),
    )
    return labels


def _check_repeats(
    codes: NDArray[np.intp], labels: NDArray[np.intp], samples: Samples, cells: Cells, findings: Findings
) -> None:
    """Report every row whose clip stands in an earlier row: with the same label, or worse, with another."""
    first: dict[int, int] = {}
    same: list[int] = []
    other: list[int] = []
    for i, code in enumerate(codes.tolist()):
        if code >= 0 and (earlier := first.setdefault(code, i)) != i:
            (same if labels[i] == labels[earlier] else other).append(i)

    def repeated(i: int) -> Fault:
        message = f"{title(samples, codes[i])} stands in row {cells.rows[first[codes[i]]]} already"
        return Fault(message, "Keep one row a clip")

    def contradicted(i: int) -> Fault:
        texts = cells.columns.get("label")
        earlier = first[codes[i]]
        said = f" as {quoted(texts[earlier])}, and here as {quoted(texts[i])}" if texts else ""
        message = f"{title(samples, codes[i])} stands in row {cells.rows[earlier]} already{said}"
        return Fault(message, "Keep the row that your method meant")

    column = cells.written_as["clip"]
    findings.add("duplicate-clip", np.array(same, np.intp), column, repeated)
    findings.add("conflicting-clip", np.array(other, np.intp), column, contradicted)


def _check_missing(codes: NDArray[np.intp], samples: Samples, findings: Findings) -> None:
    """Report the samples without a row, all in one problem; nothing if no row is known at all."""
    predicted = np.zeros(len(samples), np.bool_)
    predicted[codes[codes >= 0]] = True
    missing = np.flatnonzero(~predicted).tolist()
    if not missing or (len(codes) and not predicted.any()):
        return
    named = ", ".join(title(samples, row) for row in missing[:_LISTED])
    more = f" and {len(missing) - _LISTED:,} more" if len(missing) > _LISTED else ""
    by_dataset = ""
    if len(samples.datasets) > 1:
        lacking = [samples.keys[row][0] for row in missing]
        counts = (f"{lacking.count(name)} of {name}" for name in samples.datasets if name in lacking)
        by_dataset = f" ({', '.join(counts)})"
    n = len(missing)
    message = (
        f"{n:,} of the {len(samples):,} clips of {samples.name} {'has' if n == 1 else 'have'} no prediction"
        f"{by_dataset}: {named}{more}"
    )
    findings.add_whole("clips-not-predicted", message, "Predict every clip: a score over fewer is of another protocol")


def _probabilities(
    cells: Cells, samples: Samples, labels: NDArray[np.intp], findings: Findings, warnings: list[Problem]
) -> NDArray[np.float64] | None:
    """Return the probabilities, shape (n, classes), or None if there are no such columns or they are wrong."""
    names = [PROBABILITY + name for name in samples.classes]
    given = [name for name in names if name in cells.columns]
    if not given:
        return None
    if len(given) < len(names):
        lacking = ", ".join(name for name in names if name not in given)
        remedy = "Give one column for every class, or none"
        findings.add_whole("missing-probability", f"there is {', '.join(given)}, but no {lacking}", remedy, given[0])
        return None
    values = np.empty((len(cells.rows), len(names)))
    good = np.ones(len(cells.rows), np.bool_)
    for i, name in enumerate(names):
        values[:, i] = _read_probabilities(cells, name, good, findings)
    total = values.sum(axis=1)
    off = np.flatnonzero(good & ~(np.abs(total - 1) <= SUMS_TO_ONE))

    def not_one(i: int) -> Fault:
        message = f"the probabilities of the {len(names)} classes sum to {total[i]:.6g}, not to 1"
        return Fault(message, "Give the probabilities of all classes, to at least four digits")

    findings.add("probabilities-not-one", off, cells.written_as[names[0]], not_one)
    known = good & (labels >= 0)
    chosen = values[np.arange(len(values)), np.where(known, labels, 0)]
    unlike = np.flatnonzero(known & (chosen < values.max(axis=1, initial=-np.inf)))
    if len(unlike):
        i = unlike[0]
        message = (
            f"in {len(unlike):,} of {len(values):,} rows the label is not the class of the largest probability (first "
            f"in row {cells.rows[i]}: {samples.classes[labels[i]]}, not {samples.classes[int(values[i].argmax())]})"
        )
        warnings.append(_warning(cells, "label-not-likeliest", message, "The label is what is scored"))
    return values


def _read_probabilities(cells: Cells, name: str, good: NDArray[np.bool_], findings: Findings) -> NDArray[np.float64]:
    """Read one column and report its faults; rows with a fault are marked in ``good``."""
    texts, column = cells.columns[name], cells.written_as[name]
    values, faulty = read_scores(texts)
    blank = np.array([i for i, text in enumerate(texts) if not text], np.intp)
    outside = np.flatnonzero((values < -_SLACK) | (values > 1 + _SLACK))
    good[np.concatenate([faulty, blank, outside])] = False

    def no_number(i: int) -> Fault:
        shown = f"the probability {quoted(texts[i])} is not a number" if texts[i] else "the probability is missing"
        return Fault(shown, "Write a number such as 0.73 in every row, or leave out the columns", texts[i])

    def out_of_range(i: int) -> Fault:
        message = f"the probability {quoted(texts[i])} lies outside 0 to 1"
        return Fault(message, "Give probabilities (after the softmax), not logits, distances or percentages", texts[i])

    findings.add("probability-not-a-number", np.concatenate([faulty, blank]), column, no_number)
    findings.add("probability-out-of-range", outside, column, out_of_range)
    return values


def _truth_disagrees(cells: Cells, codes: NDArray[np.intp], samples: Samples) -> list[Problem]:
    texts = cells.columns.get("truth")
    if texts is None:
        return []
    truth = samples.samples["label"].tolist()
    given = [(i, code) for i, code in enumerate(codes.tolist()) if not is_nothing(texts[i])]
    differing = [(i, code) for i, code in given if class_of(texts[i], samples.classes) != truth[code]]
    if not differing:
        return []
    i, code = differing[0]
    message = (
        f"the truth in the file is not that of {samples.name} in {len(differing):,} of {len(given):,} clips (first "
        f"{title(samples, code)}: {quoted(texts[i])} there, {truth[code]} here)"
    )
    remedy = "The file's truth is not used; a method that was trained on it learned other labels"
    return [_warning(cells, "truth-disagrees", message, remedy, cells.written_as["truth"])]


def _one_class(cells: Cells, labels: NDArray[np.intp], samples: Samples) -> list[Problem]:
    if len(labels) < 2 or len(samples.classes) < 2 or (labels != labels[0]).any():
        return []
    message = f"every clip is predicted as {samples.classes[labels[0]]}"
    return [_warning(cells, "one-class", message, "That is the constant method")]


def _warning(cells: Cells, rule: str, message: str, remedy: str, column: str | None = None) -> Problem:
    return Problem(rule, message, remedy, cells.file, column=column, severity="warning")
