"""What ``mebench score`` can be asked for beside the plain score: errors, sweeps, emotions."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from mebench.problems import UserError

if TYPE_CHECKING:
    from mebench.report.model import Report


class Task(StrEnum):
    """What is scored."""

    spotting = "spotting"
    strs = "strs"


class Sweep(StrEnum):
    """What a sweep goes over."""

    iou = "iou"
    score = "score"


ErrorsOption = Annotated[
    bool, typer.Option("--errors", help="Tell every error by kind, and the F1 gained if it alone were fixed.")
]
SweepOption = Annotated[
    list[Sweep] | None, typer.Option(help="F1 over the IoU threshold, or over the score threshold; may be given twice.")
]
TaskOption = Annotated[
    Task | None, typer.Option(help="strs: spot-then-recognise, for files with a column emotion. Default: spotting.")
]
EmotionsOption = Annotated[
    str | None,
    typer.Option(help="Emotions that strs analyses, with commas; default: all annotated ones except others."),
]


class Beside(NamedTuple):
    """The options of this module, as given."""

    errors: bool
    sweep: tuple[Sweep, ...]
    task: Task | None
    emotions: str | None

    @property
    def strs(self) -> bool:
        """Whether spot-then-recognise is asked for."""
        return self.task is Task.strs or (self.task is None and self.emotions is not None)

    def words(self) -> str:
        """Return the options that ask for something beside the plain score."""
        given = {
            "--errors": self.errors,
            "--sweep": bool(self.sweep),
            "--task strs": self.task is Task.strs,
            "--emotions": self.emotions is not None,
        }
        return " and ".join(name for name, is_given in given.items() if is_given)


def scored(file: Path, dataset: str, rule: str | None, beside: Beside, options: Mapping[str, Any]) -> Report:
    """Return the report that is asked for.

    Raises
    ------
    UserError
        If two options do not go together.
    """
    if beside.strs:
        from mebench.scoring.spot_then_recognise import score_spot_then_recognise

        if beside.errors or beside.sweep:
            raise UserError("--errors and --sweep are of spotting: leave out --task strs and --emotions, or them.")
        if "classes" in options:
            raise UserError("--classes is for recognition; spot-then-recognise takes --emotions.")
        return score_spot_then_recognise(file, dataset, rule=rule or "megc", emotions=beside.emotions, **options)
    if beside.emotions is not None:
        raise UserError("--emotions names what spot-then-recognise analyses: ask for it with --task strs.")
    if beside.errors or beside.sweep:
        from mebench.diagnosis.diagnose import diagnose

        return diagnose(file, dataset, rule=rule or "megc", errors=beside.errors, over=beside.sweep, **options)
    from mebench.scoring import score

    return score(file, dataset, rule=rule, **options)
