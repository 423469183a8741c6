"""The two naming rules of CAS(ME)^2: subject index to folder, stimulus to four-digit code."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mebench.datasets.readers._headers import cell_at, find_sheet, is_blank
from mebench.datasets.readers._rows import Faults
from mebench.datasets.sheets import Cell, Sheet, text
from mebench.problems import quoted

SUBJECTS = {
    str(index): f"s{folder}"
    for index, folder in enumerate(
        (15, 16, 19, 20, 21, 22, 23, 24, 25, 26, 27, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 40), start=1
    )
}
"""The published rule of the subjects, for copies that have lost the sheet."""

STIMULI = {
    "disgust1": "0101",
    "disgust2": "0102",
    "anger1": "0401",
    "anger2": "0402",
    "happy1": "0502",
    "happy2": "0503",
    "happy3": "0505",
    "happy4": "0507",
    "happy5": "0508",
}
"""The published rule of the stimuli. Codes are text: as numbers they lose the zero by which folders are named."""

CODES = frozenset(STIMULI.values())


@dataclass(frozen=True)
class Rule:
    """A naming rule as read: its names, and what is to be said about it."""

    names: dict[str, str]
    faults: Faults
    notes: tuple[str, ...] = field(default=())


def read_subjects(sheets: Sequence[Sheet], source: str) -> Rule:
    """Return the rule from subject index (``"1"``) to folder (``"s15"``), from the sheet or as published."""
    sheet = find_sheet(sheets, ("namingrule1",), lambda row: _subject(row) is not None)
    return _read(sheet, source, "naming rule1", _subject, SUBJECTS, "a row such as 15, s15, 1")


def read_stimuli(sheets: Sequence[Sheet], source: str) -> Rule:
    """Return the rule from stimulus (``"disgust1"``) to code (``"0101"``), from the sheet or as published.

    A code that a spreadsheet has turned into a number (101) gets its zero back. The codes name the videos in
    submissions too, so a rule that contradicts the published one is refused.
    """
    sheet = find_sheet(sheets, ("namingrule2",), lambda row: _stimulus(row) is not None)
    rule = _read(sheet, source, "naming rule2", _stimulus, STIMULI, "a row such as 0101, disgust1")
    for name, code in rule.names.items():
        if STIMULI.get(name, code) != code or code not in CODES:
            message = f"the stimulus {quoted(name)} has the code {quoted(code)}"
            remedy = f"Published: {', '.join(f'{n} {c}' for n, c in STIMULI.items())}"
            rule.faults.add("stimulus-code-disagrees", None, "A (code)", code, message, remedy)
    return rule


def _read(
    sheet: Sheet | None,
    source: str,
    title: str,
    entry: Callable[[Sequence[Cell]], tuple[str, str] | None],
    published: dict[str, str],
    example: str,
) -> Rule:
    if sheet is None:
        note = f"the workbook has no sheet {title!r}: the published rule is used"
        return Rule(dict(published), Faults(source), (note,))
    faults = Faults(source, sheet.name)
    names: dict[str, str] = {}
    for number, row in enumerate(sheet.rows, start=1):
        if is_blank(row) or text(cell_at(row, 0)).startswith("#"):
            continue
        found = entry(row)
        if found is None:
            if not names:
                continue  # a header above the first entry
            message = f"{quoted(', '.join(map(text, row[:3])))} is no naming rule"
            faults.add("bad-naming-rule", number, "A", cell_at(row, 0), message, f"Expected {example}")
        elif names.setdefault(*found) != found[1]:
            message = f"{quoted(found[0])} is {quoted(found[1])} here and {quoted(names[found[0]])} above"
            faults.add("naming-rule-contradicts", number, "A", cell_at(row, 0), message, "Keep one of the two")
    if not names:
        note = f"the sheet {title!r} holds no rule: the published one is used"
        return Rule(dict(published), faults, (note,))
    return Rule(names, faults)


def _subject(row: Sequence[Cell]) -> tuple[str, str] | None:
    folder, index = text(cell_at(row, 1)).casefold(), text(cell_at(row, 2)).lstrip("0")
    if re.fullmatch(r"s[0-9]{1,3}", folder) and re.fullmatch(r"[0-9]{1,3}", index):
        return index, folder
    return None


def _stimulus(row: Sequence[Cell]) -> tuple[str, str] | None:
    code, name = text(cell_at(row, 0)), text(cell_at(row, 1)).casefold()
    if re.fullmatch(r"[0-9]{3,4}", code) and re.fullmatch(r"[a-z]+[0-9]", name):
        return name, code.zfill(4)
    return None
