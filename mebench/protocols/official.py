"""The organisers' own list of the composite of MEGC2019, for those who have it and not all three tables.

The file (``combined_3class_gt.csv``, no header: ``database,subject,clip,label`` with classes 0, 1, 2) is public and not
part of mebench. It is known by its hash; a file of other bytes is accepted only if it holds exactly the published
counts.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from mebench.datasets import catalog, library
from mebench.datasets.tables import SAMPLES, conform
from mebench.files import sha256_of, write_atomically
from mebench.problems import InvalidInput, Problem, UserError, quoted
from mebench.protocols.composite import CLASSES, COUNTS, MEMBERS, OFFICIAL_SHA256, composite

_LARGEST = 1_000_000
"""Bytes: the organisers' file has under 20,000."""


class Official(NamedTuple):
    """The list as a table (contract SAMPLES), whether it is the organisers' to the byte, and whether it is a twin's."""

    samples: pd.DataFrame
    genuine: bool
    synthetic: bool


def read_official(path: Path) -> Official:
    """Read and check the organisers' list.

    Raises
    ------
    UserError
        If it is missing, malformed (every line is named), or does not hold the published counts.
    """
    if not path.is_file():
        raise UserError(f"{path}: there is no such file. Give the organisers' combined_3class_gt.csv.")
    if path.stat().st_size > _LARGEST:
        raise UserError(f"{path}: this is far larger than the organisers' list of 442 lines; give that file.")
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise UserError(
            f"{path}: this is not a text file in UTF-8. Give the organisers' combined_3class_gt.csv."
        ) from error
    problems: list[Problem] = []
    rows: dict[tuple[str, str, str], str] = {}
    for number, cells in enumerate(csv.reader(lines), start=1):
        try:
            key, label = _row([cell.strip() for cell in cells])
            if key in rows:
                raise ValueError(f"{quoted(','.join(cells))} stands twice")
            rows[key] = label
        except ValueError as error:
            problems.append(Problem("official-list", str(error), "", str(path), number))
    if problems:
        raise InvalidInput(problems)
    table = pd.DataFrame([(*key, label) for key, label in rows.items()], columns=[c.name for c in SAMPLES])
    for member, counts in COUNTS.items():
        of = table[table["dataset"] == member]
        found = tuple(int((of["label"] == name).sum()) for name in CLASSES)
        if found != counts:
            raise UserError(
                f"{path}: {member} has {found} clips (negative, positive, surprise) instead of {counts}: this is not "
                "the organisers' list. A second file of theirs, combined_3class_gt-2.csv, is defective; take the other."
            )
    genuine = sha256_of(path) == OFFICIAL_SHA256
    return Official(conform(table, SAMPLES, "samples"), genuine, not genuine and _holds_twin(rows))


def _holds_twin(rows: Mapping[tuple[str, str, str], str]) -> bool:
    """Return whether at least half of a list are labelled clips of the embedded twins."""
    twins = {name: library.load_clips(name + catalog.TWIN_SUFFIX) for name in MEMBERS}
    made = composite(twins)
    columns = (made[column.name].astype(str) for column in SAMPLES)
    theirs = {(d.removesuffix(catalog.TWIN_SUFFIX), s, c, label) for d, s, c, label in zip(*columns, strict=True)}
    return 2 * len(theirs & {(*key, label) for key, label in rows.items()}) >= len(rows)


def _row(cells: list[str]) -> tuple[tuple[str, str, str], str]:
    if len(cells) != 4 or not all(cells):
        raise ValueError(f"expected database,subject,clip,label, found {quoted(','.join(cells))}")
    member, subject, clip, code = cells
    if member not in MEMBERS:
        raise ValueError(f"{quoted(member)} is none of {', '.join(MEMBERS)}")
    if code not in {"0", "1", "2"}:
        raise ValueError(f"the label {quoted(code)} is none of 0, 1, 2")
    known = catalog.clip_reader(member).canonical_clip(subject, clip)
    if known is None:
        raise ValueError(f"{quoted(f'{subject},{clip}')} is no clip of {member}")
    return (member, *known), CLASSES[int(code)]


def adopt(path: Path) -> Official:
    """Remember the organisers' list on this machine, after checking it; the file stays where it is."""
    found = read_official(path)
    entry = {"path": str(path.expanduser().resolve()), "sha256": sha256_of(path)}
    write_atomically(_home(), json.dumps(entry, indent=1) + "\n")
    return found


def adopted() -> Path | None:
    """Return the organisers' list that this user has adopted, if any."""
    if not _home().is_file():
        return None
    try:
        return Path(json.loads(_home().read_text(encoding="utf-8"))["path"])
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{_home()}: this file is damaged; adopt the list again, or delete it.") from error


def _home() -> Path:
    return library.home() / "protocols" / "megc2019.json"
