"""The folder of entries: one file an entry, named by its content, so that many may add at once and none is lost.

There is no lock. An entry is written to a temporary file and linked to its name, which fails where the name is taken:
a file exists whole or not at all, and of several who add the same entry one wins. Two different entries of one
submission (say, with other notes) that are added in the same moment both land; each process then looks again, and
whoever sees both keeps the one with the lower id.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from mebench.files import NotJson, json_object, write_atomically
from mebench.leaderboard.checking import fault_of
from mebench.leaderboard.entry import ID_DIGITS, Entry
from mebench.leaderboard.intake import Refused, entry_of_file
from mebench.problems import UserError, printable

ENTRIES = "entries"
MAX_BYTES = 20_000_000
_REMOVE = "Remove that file and add the report again."
_NAME = re.compile(rf"[0-9a-f]{{{ID_DIGITS}}}\.json")


class Found(NamedTuple):
    """What a folder holds: entries by id, and a sentence for each file that is none."""

    entries: list[Entry]
    remarks: list[str]


class Added(NamedTuple):
    """What became of one report: its entry, or the sentence that refuses it."""

    report: Path
    entry: Entry | None
    refusal: str | None


def read_entries(folder: Path, *more: Path) -> Found:
    """Read the entries of a leaderboard, or of several as one.

    Parameters
    ----------
    folder : Path
        The leaderboard; its entries lie in ``folder/entries``. A folder without entries is an empty leaderboard.
    *more : Path
        Leaderboards shown with it; what the first has too counts once.

    Returns
    -------
    Found
        In the order of their ids. A file that is damaged, renamed, edited or no entry at all is named and left out, and
        so is the second entry of a submission (folders whose files were merged may hold one).

    Raises
    ------
    UserError
        If the folder cannot be read.
    """
    found = _read_all(folder)
    first: dict[tuple[str, ...], Entry] = {}
    remarks = list(found.remarks)
    for entry in found.entries:
        if first.setdefault(entry.key, entry) is not entry:
            path = folder / ENTRIES / f"{entry.id}.json"
            remarks.append(f"{printable(str(path))}: {_already(first[entry.key])} It is left out.")
    for other in more:
        beside = read_entries(other)
        remarks += beside.remarks
        for entry in beside.entries:
            first.setdefault(entry.key, entry)
    return Found(sorted(first.values(), key=lambda entry: entry.id), remarks)


def _read_all(folder: Path) -> Found:
    place = folder / ENTRIES
    try:
        names = sorted(os.listdir(place)) if place.exists() else []
    except OSError as error:
        raise UserError(f"{printable(str(place))}: these entries cannot be read ({error.strerror}).") from error
    entries, remarks = [], []
    for name in names:
        # Hidden files are half-written ones and those of other tools.
        if name.startswith("."):
            continue
        try:
            entries.append(_read(place / name))
        except Refused as error:
            remarks.append(f"{printable(str(place / name))}: {error}")
    return Found(entries, remarks)


def _read(path: Path) -> Entry:
    if not _NAME.fullmatch(path.name) or path.is_symlink() or not path.is_file():
        raise Refused("this is no entry, and is left out. Entries are files named by their id; move it elsewhere.")
    try:
        with path.open("rb") as stream:
            document = json_object(stream.read(MAX_BYTES + 1), MAX_BYTES)
    except OSError as error:
        raise Refused(f"this entry cannot be read ({error.strerror}), and is left out.") from error
    except NotJson as error:
        raise Refused(f"this entry {error}, and is left out. {_REMOVE}") from error
    fault = fault_of(document)
    if fault:
        raise Refused(f"this entry is damaged ({fault}), and is left out. {_REMOVE}")
    entry = Entry(document)
    if entry.id != path.stem:
        raise Refused(
            f"this entry was renamed or edited, and is left out: its content is that of {entry.id}. {_REMOVE}"
        )
    return entry


def add(reports: Sequence[Path], folder: Path) -> list[Added]:
    """Add reports to a leaderboard.

    All are checked before anything is written; one that is refused does not keep the others out.

    Parameters
    ----------
    reports : sequence of Path
        Files that ``mebench score --json`` wrote.
    folder : Path

    Returns
    -------
    list of Added
        In the order of the reports.

    Raises
    ------
    UserError
        If the folder cannot be read or written to.
    """
    made: list[tuple[Path, Entry | Refused]] = []
    for report in reports:
        try:
            made.append((report, entry_of_file(report)))
        except Refused as error:
            made.append((report, error))
    there = read_entries(folder).entries
    results = []
    for report, found in made:
        try:
            if isinstance(found, Refused):
                raise found
            check(found, there)
            _write(found, folder / ENTRIES)
        except Refused as error:
            words = str(error) if error is found else f"{printable(str(report))}: {error}"
            results.append(Added(report, None, words))
        else:
            there = [*there, found]
            results.append(Added(report, found, None))
    return _settled(results, folder)


def _settled(results: Sequence[Added], folder: Path) -> list[Added]:
    """Look again whether others have added the same submissions meanwhile; of each the lowest id stays."""
    new = {result.entry.key for result in results if result.entry is not None}
    first: dict[tuple[str, ...], Entry] = {}
    # In the order of their ids.
    for entry in _read_all(folder).entries if new else ():
        if entry.key in new and first.setdefault(entry.key, entry) is not entry:
            (folder / ENTRIES / f"{entry.id}.json").unlink(missing_ok=True)
    settled = []
    for result in results:
        winner = first.get(result.entry.key, result.entry) if result.entry is not None else None
        if winner is None or result.entry is None or winner.id == result.entry.id:
            settled.append(result)
        else:
            settled.append(Added(result.report, None, f"{printable(str(result.report))}: {_already(winner)}"))
    return settled


def check(new: Entry, there: Iterable[Entry]) -> None:
    """Refuse an entry that is there already, or that cannot be compared with those of its board.

    Raises
    ------
    Refused
        With the reason and the id of the other entry.
    """
    others = [entry for entry in there if entry.board == new.board]
    twin = next((entry for entry in others if entry.key == new.key), None)
    if twin is not None:
        raise Refused(_already(twin))
    for other in others:
        for what, own in new.terms.items():
            if own != other.terms[what]:
                raise Refused(
                    f"it cannot be compared with the entries of {printable(new.board, 120)}: its {what} {_versus(what)}"
                    f"{_both(what, own, other)} entry {other.id} ({printable(other.method, 60)}). Score it as that one "
                    "was, or give it a leaderboard of its own with --folder."
                )


def _already(other: Entry) -> str:
    return f"already there as {other.id} ({printable(other.method, 60)}): the same predictions, scored on the same."


def _versus(what: str) -> str:
    return "are" if what in {"subjects", "types", "classes"} else "is"


def _both(what: str, own: str, other: Entry) -> str:
    if what == "subjects":
        return " not those of"
    theirs = other.terms[what]
    if what == "ground truth":
        own, theirs = own[:ID_DIGITS], theirs[:ID_DIGITS]
    return f" {printable(own, 80) or 'none'}, not the {printable(theirs, 80) or 'none'} of"


def _write(entry: Entry, place: Path) -> None:
    """Write an entry under its id.

    Raises
    ------
    Refused
        If another process was faster.
    UserError
        If the folder cannot be written to.
    """
    path = place / f"{entry.id}.json"
    try:
        place.mkdir(parents=True, exist_ok=True)
        _link_new(path, entry.to_json())
    except FileExistsError:
        if place.is_dir():
            raise Refused(_taken(path, entry)) from None
        raise UserError(f"{printable(str(place))}: this is a file, and entries need a folder.") from None
    except OSError as error:
        raise UserError(f"{printable(str(path))}: cannot be written ({error.strerror}).") from error


def _taken(path: Path, entry: Entry) -> str:
    try:
        return _already(_read(path))
    except Refused:
        return f"entries/{path.name} is there, but is not what its name says. {_REMOVE}"


def _link_new(path: Path, text: str) -> None:
    """Write a file that is not there yet, whole or not at all; FileExistsError where it is."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        os.close(handle)
        write_atomically(Path(temporary), text)
        try:
            os.link(temporary, path)
        except FileExistsError:
            raise
        except OSError:
            # Some file systems have no links; there the last of two equal entries stays, which is the same.
            if path.exists():
                raise FileExistsError(path) from None
            os.replace(temporary, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
