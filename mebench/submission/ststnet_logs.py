"""The log that the Python code of STSTNet prints (and its descendants, such as HTNet), read as a submission.

For each subject it has a list of predictions and one of truths, by codes, and no names of clips::

    Subject: 006
    Predicted    : [0, 0, 1]
    Ground Truth : [0, 0, 2]

Within a subject the clips stand by class and then in the order of a folder. So the truth in the list says no more than
which class a prediction answers: each prediction is given to a clip of its subject and that class, in the order of
their names. No score depends on which of them, since they are all of one subject and one class; a comparison of single
clips does. The list of truths must hold as many of each class as the protocol has, or nothing can be told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from mebench.datasets.delimited import MAX_LINE, Text
from mebench.datasets.samples import Samples
from mebench.problems import Problem, quoted, suggest
from mebench.submission.cells import Cells
from mebench.submission.classes import class_of
from mebench.submission.logs import Log

FORMAT = "ststnet-log"
_HEAD = re.compile(r"(subject|best +predicted|predicted|ground *truth)\s*[:=]", re.IGNORECASE)
_SUBJECT, _LAST, _BEST, _TRUTH = "subject", "predicted", "bestpredicted", "groundtruth"
_LONGEST_LIST = 10_000
_REMEDY = "Each subject has a line 'Subject: 006', a list 'Predicted : [...]' and a list 'Ground Truth : [...]'"


@dataclass
class _Block:
    """One subject of the log: its lists by name, each with the line on which it stands."""

    subject: str
    row: int
    lists: dict[str, tuple[int, list[str]]] = field(default_factory=dict)


def is_ststnet_log(text: str) -> bool:
    """Return whether a text is such a log: a line names a subject, and another begins a list of predictions."""
    head = [_headed(line) for line in text[: 20 * MAX_LINE].split("\n")]
    return any(name == _SUBJECT for name, _ in head) and any(
        name in {_LAST, _BEST} and rest.startswith("[") for name, rest in head
    )


def read_ststnet_log(source: Text, samples: Samples) -> Log:
    """Read the predictions from such a log and give each to a clip.

    Parameters
    ----------
    source : Text
        The file.
    samples : Samples
        Their labels are needed here: they say which clips a list may be about.
    """
    problems: list[Problem] = []
    blocks = list(_blocks(source, problems))
    cells: list[tuple[int, int, str, str]] = []  # row, sample, prediction, truth
    seen: dict[tuple[str, str], int] = {}
    for block in blocks:
        who = _person(block, samples, source.path, problems)
        if who is None:
            continue
        if who in seen:
            message = f"subject {quoted(block.subject)} stands in row {seen[who]} already"
            remedy = "Keep the output of one run"
            problems.append(Problem("duplicate-subject", message, remedy, source.path, block.row))
            continue
        seen[who] = block.row
        cells += _given_to_clips(block, who, samples, source.path, problems)
    if not problems:
        problems += _absent(seen, samples, source.path)
    rows = np.array([row for row, *_ in cells], np.int64)
    keys = [samples.keys[sample] for _, sample, *_ in cells]
    columns = {name: [key[i] for key in keys] for i, name in enumerate(("dataset", "subject", "clip"))}
    columns |= {"label": [predicted for *_, predicted, _ in cells], "truth": [truth for *_, truth in cells]}
    written_as = {name: name for name in columns} | {"label": "Predicted", "truth": "Ground Truth"}
    return Log(Cells(source.path, rows, columns, written_as), problems, _remarks(blocks, source.path))


def _blocks(source: Text, problems: list[Problem]) -> Iterator[_Block]:
    block: _Block | None = None
    for row, line in enumerate(source.text.split("\n"), start=1):
        name, rest = _headed(line)
        if name == _SUBJECT:
            if block is not None:
                yield block
            block = _Block(rest, row)
        elif name:
            items = _items(rest)
            if block is None or items is None or name in block.lists:
                what = (
                    "a list stands before the first subject"
                    if block is None
                    else f"a list cannot be read ({quoted(rest)})"
                    if items is None
                    else f"subject {quoted(block.subject)} has two lists {quoted(line.partition(':')[0].strip())}"
                )
                problems.append(Problem("malformed-log-line", what, _REMEDY, source.path, row))
            else:
                block.lists[name] = (row, items)
    if block is not None:
        yield block


def _headed(line: str) -> tuple[str, str]:
    """Return what a line is about (``"subject"``, ``"predicted"``, ...; empty for any other line) and what it says."""
    bare = line[:MAX_LINE].strip()
    found = _HEAD.match(bare)
    return (found[1].casefold().replace(" ", ""), bare[found.end() :].strip()) if found else ("", "")


def _items(written: str) -> list[str] | None:
    """Return the items of a printed list, or None if it is none."""
    if len(written) > _LONGEST_LIST or not (written.startswith("[") and written.endswith("]")):
        return None
    return [item.strip() for item in written[1:-1].split(",")] if written[1:-1].strip() else []


def _person(block: _Block, samples: Samples, file: str, problems: list[Problem]) -> tuple[str, str] | None:
    """Return (dataset, subject) of a block, whose subject alone is named; SAMM's may lack its zeros."""
    people = dict.fromkeys((dataset, subject) for dataset, subject, _ in samples.keys)
    found = [who for who in people if _fold(who[1]) == _fold(block.subject)]
    if len(found) == 1:
        return found[0]
    if found:
        named = ", ".join("/".join(who) for who in found[:3])
        message = f"subject {quoted(block.subject)} may be any of {named}"
        remedy = f"Such a log names no dataset: write a CSV for {samples.name}"
    else:
        message = f"there is no subject {quoted(block.subject)} in {samples.name}"
        near = suggest(block.subject, [subject for _, subject in people]).strip()
        remedy = near or f"Write it as {samples.name} does, such as {next(iter(people))[1] if people else 'sub01'}"
    problems.append(Problem("unknown-subject", message, remedy, file, block.row, value=block.subject[:100]))
    return None


def _fold(subject: str) -> str:
    return re.sub(r"0*([0-9]+)", r"\1", subject.casefold())


def _given_to_clips(
    block: _Block, who: tuple[str, str], samples: Samples, file: str, problems: list[Problem]
) -> list[tuple[int, int, str, str]]:
    """Return (row, sample, prediction, truth) for each prediction of a block; nothing if its lists are wrong."""
    predicted = block.lists.get(_LAST) or block.lists.get(_BEST)
    truth = block.lists.get(_TRUTH)
    if predicted is None or truth is None:
        lacking = "predictions" if predicted is None else "truths, by which predictions are given to clips"
        message = f"subject {quoted(block.subject)} has no list of {lacking}"
        problems.append(Problem("incomplete-subject", message, _REMEDY, file, block.row))
        return []
    if len(predicted[1]) != len(truth[1]):
        message = f"subject {quoted(block.subject)} has {len(predicted[1])} predictions and {len(truth[1])} truths"
        problems.append(Problem("lists-differ", message, "Both lists are over the same clips", file, predicted[0]))
        return []
    of_class: dict[str, list[int]] = {name: [] for name in samples.classes}
    for i, (dataset, subject, _) in enumerate(samples.keys):
        if (dataset, subject) == who:
            of_class[samples.samples["label"].iloc[i]].append(i)
    answered = [class_of(item, samples.classes) for item in truth[1]]
    differing = [
        f"{answered.count(name)} {name} instead of {len(rows)}"
        for name, rows in of_class.items()
        if answered.count(name) != len(rows)
    ]
    if strange := [item for item, name in zip(truth[1], answered, strict=True) if name is None]:
        differing.append(f"the unknown class {quoted(strange[0])}")
    if differing:
        message = (
            f"the truths of subject {quoted(block.subject)} are not those of {samples.name}: {', '.join(differing)}"
        )
        remedy = "Such a log names no clips, so its predictions can be read only if it is over exactly these"
        problems.append(Problem("truths-differ", message, remedy, file, truth[0]))
        return []
    left = {name: iter(sorted(rows, key=lambda row: samples.keys[row])) for name, rows in of_class.items()}
    return [
        (predicted[0], next(left[name]), item, said)
        for item, said, name in zip(predicted[1], truth[1], answered, strict=True)
        if name is not None
    ]


def _absent(seen: dict[tuple[str, str], int], samples: Samples, file: str) -> list[Problem]:
    """Return a problem for subjects that the log does not list, named as subjects and not clip by clip."""
    people = dict.fromkeys((dataset, subject) for dataset, subject, _ in samples.keys)
    absent = ["/".join(who) for who in people if who not in seen]
    if not absent:
        return []
    more = f" and {len(absent) - 20} more" if len(absent) > 20 else ""
    message = (
        f"{len(absent)} of the {len(people)} subjects of {samples.name} are absent: {', '.join(absent[:20])}{more}"
    )
    return [Problem("subjects-not-predicted", message, "Give the log of all folds", file)]


def _remarks(blocks: list[_Block], file: str) -> list[Problem]:
    """Return what is to be said about any such log, and about epochs that were chosen on the test subject."""
    found = [
        Problem(
            "clips-not-named",
            "the log names no clips: each prediction was given to a clip of its subject and of the class that the log "
            "lists as its truth",
            "Scores do not depend on which of them; a comparison of single clips does",
            file,
            severity="warning",
        )
    ]
    best = [block for block in blocks if _BEST in block.lists]
    if best and all(_LAST in block.lists for block in best):
        message = "the lists 'Best Predicted' are of the epoch that was best on the test subject and are not used"
        remedy = "The lists 'Predicted', of the last epoch, are"
    elif best:
        message = "the lists 'Best Predicted' are of the epoch that was best on the test subject"
        remedy = 'Say "selection": "oracle" in the metadata: such a score is no estimate for new subjects'
    else:
        return found
    return [*found, Problem("best-epoch", message, remedy, file, severity="warning")]
