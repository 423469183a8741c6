"""``mebench audit``: can a published number come from any whole counts of its protocol?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mebench.cli.terminal import colour, width
from mebench.problems import UserError, quoted, unknown_name

if TYPE_CHECKING:
    from mebench.auditing.chance import ChanceAudit
    from mebench.auditing.recognition import RecognitionAudit
    from mebench.auditing.spotting import SpottingAudit

_SPOTTING_ROWS = ("me", "mae", "overall")


class Form(StrEnum):
    """How the verdict is printed."""

    table = "table"
    json = "json"


class Rounding(StrEnum):
    """How the printed digits came about."""

    nearest = "nearest"
    cut = "cut"
    unit = "unit"


class Kind(StrEnum):
    """Which events the numbers are about."""

    me = "me"
    mae = "mae"
    overall = "overall"


Text = str | None
_RECOGNITION, _SPOTTING = "Recognition", "Spotting"


def audit(
    dataset: Annotated[
        Text, typer.Option("--dataset", "-d", help="Protocol or dataset: megc2019, casme-sq, ...")
    ] = None,
    counts: Annotated[
        Text, typer.Option(help="Instead of a dataset: clips of each class (88,32,25) or events (me=57,mae=300).")
    ] = None,
    rows: Annotated[
        list[str] | None,
        typer.Option("--row", help="NAME=UF1,UAR[,ACC[,F]] or NAME=P,R,F1[,TP,FP,FN]; repeat; '-' if not printed."),
    ] = None,
    rounding: Annotated[Rounding, typer.Option(help="How the digits came about.")] = Rounding.nearest,
    uf1: Annotated[Text, typer.Option(rich_help_panel=_RECOGNITION, help="As printed: .8390 has four digits.")] = None,
    uar: Annotated[Text, typer.Option(rich_help_panel=_RECOGNITION, help="As printed.")] = None,
    accuracy: Annotated[Text, typer.Option(rich_help_panel=_RECOGNITION, help="As printed.")] = None,
    harmonic: Annotated[
        Text, typer.Option(rich_help_panel=_RECOGNITION, help="F1-score of mean precision and mean recall, as printed.")
    ] = None,
    database: Annotated[
        Text, typer.Option(rich_help_panel=_RECOGNITION, help="Database of the composite that these are about.")
    ] = None,
    full: Annotated[
        Text, typer.Option(rich_help_panel=_RECOGNITION, help="UF1,UAR over all: short for --row full=")
    ] = None,
    classes: Annotated[Text, typer.Option(rich_help_panel=_RECOGNITION, help="Class scheme, e.g. megc3.")] = None,
    best_of: Annotated[
        int | None,
        typer.Option(rich_help_panel=_RECOGNITION, help="Chance with the best of so many epochs per test subject."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, rich_help_panel=_RECOGNITION, help="Of the draws of --best-of.")] = 0,
    kind: Annotated[
        Kind | None, typer.Option("--type", rich_help_panel=_SPOTTING, help="Events they are about.")
    ] = None,
    precision: Annotated[Text, typer.Option(rich_help_panel=_SPOTTING, help="As printed.")] = None,
    recall: Annotated[Text, typer.Option(rich_help_panel=_SPOTTING, help="As printed.")] = None,
    f1: Annotated[Text, typer.Option(rich_help_panel=_SPOTTING, help="As printed.")] = None,
    tp: Annotated[Text, typer.Option(rich_help_panel=_SPOTTING, help="True positives.")] = None,
    fp: Annotated[Text, typer.Option(rich_help_panel=_SPOTTING, help="False positives.")] = None,
    fn: Annotated[Text, typer.Option(rich_help_panel=_SPOTTING, help="False negatives.")] = None,
    form: Annotated[Form, typer.Option("--format", "-f", help="How to print the verdict.")] = Form.table,
) -> None:
    """Decide whether published scores can come from any whole counts of the protocol.

    mebench audit -d megc2019 --database casme2 --uf1 .8382 --uar .8686

    mebench audit -d casme-sq --row mae=.314,.513,.390 --row me=.067,.235,.104 --row overall=.259,.515,.345
    """
    recognition = {"uf1": uf1, "uar": uar, "accuracy": accuracy, "harmonic": harmonic}
    spotting = {"precision": precision, "recall": recall, "f1": f1, "tp": tp, "fp": fp, "fn": fn}
    named = [_split(row) for row in rows or ()]
    if full is not None:
        named.append(("full", full.split(",")))
    if _is_spotting(recognition, spotting, named, [database, classes, full, best_of], kind, dataset):
        _print(_audit_spotting(dataset, counts, spotting, kind, named, rounding), None, form)
        return
    found = None
    if named or any(text is not None for text in recognition.values()) or best_of is None:
        found = _audit_recognition(dataset, counts, recognition, database, named, classes, rounding)
    _print(found, _chance(dataset, best_of, classes, seed), form)


def _is_spotting(
    recognition: dict[str, Text],
    spotting: dict[str, Text],
    named: Sequence[tuple[str, list[str]]],
    of_recognition: Sequence[object],
    kind: Kind | None,
    dataset: Text,
) -> bool:
    """Return which task the options are about; a sentence where they mix both."""
    from mebench.datasets.catalog import TWIN_SUFFIX
    from mebench.protocols.published_counts import recognition_names, spotting_names

    one = [f"--{name}" for name, text in recognition.items() if text is not None]
    one += [f"--row {name}" for name, _ in named if name not in _SPOTTING_ROWS]
    other = [f"--{name}" for name, text in spotting.items() if text is not None] + (["--type"] if kind else [])
    other += [f"--row {name}" for name, _ in named if name in _SPOTTING_ROWS]
    of_spotting_only = set(spotting_names()) - set(recognition_names())
    strange = [name for name, _ in named if name not in _SPOTTING_ROWS]
    if strange and (dataset or "").removesuffix(TWIN_SUFFIX) in of_spotting_only:
        raise unknown_name(f"row of {dataset}", strange[0], _SPOTTING_ROWS)
    one += [
        option
        for option, given in zip(("--database", "--classes", "--full", "--best-of"), of_recognition, strict=True)
        if given is not None
    ]
    if one and other:
        raise UserError(f"{one[0]} is of recognition and {other[0]} of spotting: audit them one after the other.")
    if not one and not other:
        raise UserError(
            "There is nothing to audit. Give --uf1 and --uar (recognition), --precision, --recall, --f1 (spotting), "
            "or --row NAME=..., all as printed."
        )
    return bool(other)


def _split(row: str) -> tuple[str, list[str]]:
    name, sign, cells = row.partition("=")
    if not sign or not name.strip():
        raise UserError(f"--row {quoted(row)}: write NAME=NUMBERS, e.g. smic=.6801,.7013.")
    return name.strip(), cells.split(",")


def _gathered(
    single: dict[str, Text], name: str, named: Sequence[tuple[str, list[str]]], scores: Sequence[str], needed: int
) -> dict[str, dict[str, str]]:
    """Return all rows by name: the one of the single options, and those of --row."""
    from mebench.auditing.rows import row_of

    rows = {}
    if any(text is not None for text in single.values()):
        rows[name] = {score: text for score, text in single.items() if text is not None}
    for given, cells in named:
        if given in rows:
            raise UserError(f"Row {quoted(given)} is given twice.")
        rows[given] = row_of(given, cells, scores, needed)
    return rows


def _audit_recognition(
    dataset: Text,
    counts: Text,
    single: dict[str, Text],
    database: Text,
    named: Sequence[tuple[str, list[str]]],
    classes: Text,
    rounding: Rounding,
) -> RecognitionAudit:
    from mebench.auditing.recognition import SCORES, audit_recognition

    sizes = None
    if counts is not None:
        cells = counts.split(",")
        if not all(cell.strip().isascii() and cell.strip().isdigit() and len(cell.strip()) < 7 for cell in cells):
            raise UserError(f"--counts {quoted(counts)}: write the clips of each class, e.g. 88,32,25.")
        sizes = [int(cell) for cell in cells]
    rows = _gathered(single, database or "full", named, SCORES, 2)
    return audit_recognition(rows, dataset, classes=classes, class_sizes=sizes, rounding=rounding.value)


def _audit_spotting(
    dataset: Text,
    counts: Text,
    single: dict[str, Text],
    kind: Kind | None,
    named: Sequence[tuple[str, list[str]]],
    rounding: Rounding,
) -> SpottingAudit:
    from mebench.auditing.spotting import SCORES, audit_spotting

    events = None
    if counts is not None:
        pairs = [cell.partition("=") for cell in counts.split(",")]
        if not all(sign and n.strip().isascii() and n.strip().isdigit() and len(n.strip()) < 7 for _, sign, n in pairs):
            raise UserError(f"--counts {quoted(counts)}: write the events of each type, e.g. me=57,mae=300.")
        events = {name.strip(): int(n) for name, _, n in pairs}
    if kind is None and any(text is not None for text in single.values()):
        raise UserError("Say which events the numbers are about: --type me, mae or overall.")
    rows = _gathered(single, kind.value if kind else "overall", named, SCORES, 1)
    return audit_spotting(rows, dataset, events=events, rounding=rounding.value)


def _chance(dataset: Text, best_of: int | None, classes: Text, seed: int) -> ChanceAudit | None:
    if best_of is None:
        return None
    if dataset is None:
        raise UserError("--best-of needs subjects: name a dataset with --dataset, e.g. megc2019.")
    from mebench.auditing.chance import audit_chance

    return audit_chance(dataset, best_of, classes, seed)


def _print(found: RecognitionAudit | SpottingAudit | None, chance: ChanceAudit | None, form: Form) -> None:
    from mebench.cli import audit_views

    if form is Form.json:
        record: dict[str, Any] = {} if found is None else found.as_dict()
        if chance is not None:
            record["chance"] = chance.as_dict()
        typer.echo(json.dumps(record, indent=1))
        return
    typer.echo(audit_views.text(found, chance, width(), colour()).rstrip("\n"))
