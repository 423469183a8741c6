"""What figures are made from: submissions that are scored here, reports, the entries of a leaderboard."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mebench.files import NotJson, json_object
from mebench.problems import UserError, printable, unknown_name

if TYPE_CHECKING:
    from mebench.figures.canvas import Drawn
    from mebench.figures.outcomes import Lines
    from mebench.leaderboard.entry import Entry

MAX_BYTES = 100_000_000
_ONE = {"timeline": "one submission", "errors": "one submission or report", "confusion": "one submission or report"}


class Wanted(NamedTuple):
    """The options of ``mebench plot``, as given."""

    inputs: tuple[Path, ...]
    dataset: str | None
    protocol: str | None
    part: str | None
    names: tuple[str, ...]
    videos: tuple[str, ...]
    board: str | None
    metric: str | None


def reports_of(wanted: Wanted, kind: str) -> tuple[list[dict[str, Any]], str]:
    """Return the reports of a figure, and the part that it shows.

    Raises
    ------
    UserError
        If one cannot be read or scored, they are too many, or have no such part.
    """
    _only_one(wanted, kind)
    _all_there(wanted)
    reports = [_report(path, wanted, kind) for path in wanted.inputs]
    for report, name in zip(reports, _names(wanted, len(reports)), strict=False):
        report["submission"]["method"] = name
    first = reports[0]
    if first["task"] == "spot-then-recognise":
        raise UserError(f"{kind} is of spotting or recognition; of spot-then-recognise there are ranking and cd.")
    if first["task"] == "recognition" and kind in {"sweep", "errors"}:
        raise UserError(f"{kind} is of intervals, and {first['dataset']} has clips to name.")
    return reports, _part(wanted.part, "full" if first["task"] == "recognition" else "me", first["scores"])


def _part(asked: str | None, usual: str, known: Iterable[str]) -> str:
    parts = list(known)
    if asked is not None and asked not in parts:
        raise unknown_name("part", asked, parts)
    return asked or (usual if usual in parts else parts[0])


def _names(wanted: Wanted, n: int) -> tuple[str, ...]:
    if wanted.names and len(wanted.names) != n:
        raise UserError(f"{len(wanted.names)} names for {n} inputs.")
    return wanted.names


def _only_one(wanted: Wanted, kind: str) -> None:
    if kind in _ONE and len(wanted.inputs) > 1:
        raise UserError(f"{kind} shows {_ONE[kind]}, not {len(wanted.inputs)}.")


def _all_there(wanted: Wanted, folders: bool = False) -> None:
    for path in wanted.inputs:
        if not path.exists():
            raise UserError(f"{printable(str(path))}: there is no such file{' or folder' if folders else ''}.")
        if path.is_dir() and not folders:
            raise UserError(f"{printable(str(path))}: this is a folder; name a file.")


def _is_report(path: Path) -> bool:
    return path.suffix.lower() == ".json"


def _report(path: Path, wanted: Wanted, kind: str) -> dict[str, Any]:
    """Return a report as it is, or that of a submission with what the figure needs."""
    if _is_report(path):
        return read_report(path)
    dataset = _dataset(path, wanted)
    if kind in {"sweep", "errors"}:
        from mebench.diagnosis.diagnose import diagnose

        over = ("iou",) if kind == "sweep" else ()
        found = diagnose(path, dataset, errors=kind == "errors", over=over, protocol=wanted.protocol)
    else:
        from mebench.scoring import score

        found = score(path, dataset, protocol=wanted.protocol)
    made: dict[str, Any] = json.loads(found.to_json())
    return made


def _dataset(path: Path, wanted: Wanted) -> str:
    if wanted.dataset is None:
        raise UserError(f"{printable(str(path))}: say of which dataset this submission is, with --dataset.")
    return wanted.dataset


def read_report(path: Path) -> dict[str, Any]:
    """Read a report that ``mebench score --json`` wrote.

    Raises
    ------
    UserError
        If the file is none.
    """
    import jsonschema

    from mebench.report.model import schema
    from mebench.submission.meta import check_meta

    name = printable(str(path))
    remedy = "Give the file that 'mebench score FILE --dataset NAME --json OUT' writes."
    try:
        with path.open("rb") as stream:
            report = json_object(stream.read(MAX_BYTES + 1), MAX_BYTES)
    except OSError as error:
        raise UserError(f"{name}: this report cannot be read ({error.strerror}).") from error
    except NotJson as error:
        raise UserError(f"{name}: the report {error}. {remedy}") from error
    fault = next(jsonschema.Draft202012Validator(schema()).iter_errors(report), None)
    if fault is not None:
        raise UserError(f"{name}: this is no report, {printable(fault.message, 160)}. {remedy}")
    for problem in check_meta(report["submission"].get("meta", {}), "meta"):
        raise UserError(f"{name}: what it says of its submission is wrong, {printable(problem.message)}. {remedy}")
    return report


def whole(draw: Callable[[], Drawn], wanted: Wanted) -> Callable[[], Drawn]:
    """Return what draws a figure, or says that a report from disk does not agree with itself.

    The schema says which fields a report has; that its tables are all of the same subjects and classes, it cannot say.
    """
    if not any(map(_is_report, wanted.inputs)):
        return draw

    def checked() -> Drawn:
        try:
            return draw()
        except (KeyError, IndexError, TypeError, ValueError, ArithmeticError) as error:
            raise UserError(
                f"{', '.join(printable(str(path)) for path in wanted.inputs)}: the tables of a report do not fit "
                f"together ({printable(repr(error))}). Score the submission again."
            ) from error

    return checked


def lines_of(wanted: Wanted) -> Lines:
    """Return the events and predictions of a submission.

    Raises
    ------
    UserError
        If it is no submission of spotting.
    """
    from mebench.datasets.tables import TYPES
    from mebench.figures.outcomes import outcomes

    _only_one(wanted, "timeline")
    _all_there(wanted)
    path = wanted.inputs[0]
    if _is_report(path):
        raise UserError(f"{printable(str(path))}: a timeline is drawn from a submission; a report holds no intervals.")
    _part(wanted.part, "overall", (*TYPES, "overall"))
    found = outcomes(path, _dataset(path, wanted), wanted.protocol)
    return found._replace(method=wanted.names[0]) if _names(wanted, 1) else found


def board_of(wanted: Wanted) -> tuple[dict[str, Any], str]:
    """Return the board of a figure and the part that it shows.

    Raises
    ------
    UserError
        If the inputs make none, or several and none is chosen.
    """
    from mebench.leaderboard.boards import boards

    _all_there(wanted, folders=True)
    in_folder = any(path.is_dir() for path in wanted.inputs)
    entries = _of_folder(wanted) if in_folder else _of_files(wanted)
    made = {board.id: board for board in boards(entries, wanted.metric)}
    chosen = [name for name in made if (wanted.board or "").casefold() in name.casefold()]
    if not chosen:
        raise unknown_name("board", str(wanted.board), made)
    if len(chosen) > 1 and wanted.board not in chosen:
        raise UserError(f"A figure shows one board; choose one with --board: {', '.join(map(printable, chosen))}.")
    board = made[wanted.board if wanted.board in chosen else chosen[0]].as_dict()
    _rename(board, dict(zip((entry.id for entry in entries), wanted.names, strict=False)))
    return board, _part(wanted.part, board["main"]["part"], board["parts"])


def _rename(board: dict[str, Any], names: Mapping[str, str]) -> None:
    for row in board["rows"]:
        row["method"] = names.get(row["id"], row["method"])


def _of_folder(wanted: Wanted) -> list[Entry]:
    from mebench.cli.terminal import say
    from mebench.leaderboard.store import read_entries

    if len(wanted.inputs) > 1:
        raise UserError("Give one leaderboard, or reports and submissions; not both.")
    if wanted.names:
        raise UserError("--name is for reports and submissions; entries of a leaderboard have their names.")
    found = read_entries(wanted.inputs[0])
    for remark in found.remarks:
        say(f"note: {remark}")
    if not found.entries:
        raise UserError(f"{printable(str(wanted.inputs[0]))}: there is no entry in this leaderboard.")
    return found.entries


def _of_files(wanted: Wanted) -> list[Entry]:
    from mebench.leaderboard.intake import Refused, entry_of, entry_of_file

    entries: list[Entry] = []
    for path in wanted.inputs:
        try:
            entry = entry_of_file(path) if _is_report(path) else entry_of(_report(path, wanted, "ranking"))
        except Refused as error:
            raise UserError(str(error) if _is_report(path) else f"{printable(str(path))}: {error}") from error
        if entry.id in {other.id for other in entries}:
            raise UserError(f"{printable(str(path))}: this is the same result as one before it.")
        entries.append(entry)
    _names(wanted, len(entries))
    return entries
