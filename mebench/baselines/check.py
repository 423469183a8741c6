"""Does a method keep the contract? It is run on a tiny twin, and judged line by line."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mebench.baselines.check_recogniser import recogniser_lines
from mebench.baselines.check_spotter import spotter_lines
from mebench.baselines.config import CPU_PRESET, PAPER_PRESET, configured, parameters_of, plain
from mebench.baselines.contract import Broken, Line
from mebench.baselines.crashes import place_of
from mebench.baselines.kinds import files_of, find_kind, portable_name, short_name
from mebench.baselines.method import Method, Spotter
from mebench.baselines.settings import check_requirements
from mebench.baselines.spy import Touched
from mebench.baselines.threads import one_thread
from mebench.problems import UserError, printable

TWIN_LINE = "the tiny twin is there"
"""How the line begins whose failure is nobody's fault but the machine's."""


@dataclass(frozen=True)
class Verdict:
    """How one line of the contract came out: kept, broken, or (None) not judged, because one before was broken."""

    line: str
    passed: bool | None
    detail: str = ""

    def text(self) -> str:
        """Return it as a line."""
        mark = {True: "ok  ", False: "FAIL", None: "-   "}[self.passed]
        return f"{mark}  {self.line}" + (f": {self.detail}" if self.detail else "")

    def as_dict(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        return {"line": self.line, "passed": self.passed, "detail": self.detail}


def check_method(name: str, preset: str = CPU_PRESET, params: Mapping[str, Any] | None = None) -> Iterator[Verdict]:
    """Yield a verdict for each line of the contract, as it is reached.

    Parameters
    ----------
    name : str
        ``FILE.py:Class``, or a name of the registry.
    preset : str
    params : mapping, optional
        Parameters that are to differ from the preset's.

    Raises
    ------
    UserError
        If there is no such file or class, or a package is missing.
    """
    kind = find_kind(name)
    check_requirements(kind, short_name(name))
    values = configured(kind, short_name(name), preset, params)
    files = files_of(kind, name)
    broken = False
    for verdict in _judged(_description_lines(kind, values), files):
        broken |= verdict.passed is False
        yield verdict
    if broken:
        return
    with tempfile.TemporaryDirectory(prefix="mebench-check-") as folder:
        lines = spotter_lines if issubclass(kind, Spotter) else recogniser_lines
        began = time.monotonic()
        with one_thread(kind.REQUIRES):  # as in a run
            for verdict in _judged(lines(portable_name(name), kind, values, Path(folder)), files):
                yield verdict
                if verdict.line.startswith(TWIN_LINE):
                    began = time.monotonic()
    yield Verdict("time", None, f"{time.monotonic() - began:.0f} s, the twin and the declared features not counted")


def _judged(lines: list[Line], files: Collection[Path]) -> Iterator[Verdict]:
    """Yield the verdicts; after a broken line the others are not looked at, because they build on it."""
    broken = False
    for line, look in lines:
        if broken:
            yield Verdict(line, None, "not looked at")
            continue
        try:
            yield Verdict(line, True, look() or "")
        except (Broken, Touched) as error:
            broken = True
            yield Verdict(line, False, printable(str(error)))
        except UserError as error:
            if line.startswith(TWIN_LINE):
                raise
            broken = True
            yield Verdict(line, False, printable(str(error)))
        except Exception as error:  # whatever a stranger's code raises is a verdict
            broken = True
            place = place_of(error, files)
            where = f" ({place})" if place else ""
            yield Verdict(line, False, f"{type(error).__name__}: {printable(str(error), 400)}{where}")


def _description_lines(kind: type[Method], values: dict[str, Any]) -> list[Line]:
    def constructor() -> str | None:
        names = parameters_of(kind)
        made = kind(**values)
        strange = [word for word in vars(made) if word not in names and not word.startswith("_")]
        if strange:
            raise Broken(
                f"the constructor sets {strange[0]}, which is no parameter: leave it to fit, with a _ at its end"
            )
        return None

    def round_trip() -> str | None:
        found = kind(**values).get_params()
        for word, value in values.items():
            if found.get(word) is not value and found.get(word) != value:
                raise Broken(f"{word} was given as {value!r} and comes back as {found.get(word)!r}")
        if kind(**found).get_params() != found:
            raise Broken("made of its own get_params, it has others")
        return None

    def simple() -> str | None:
        for preset in kind.PRESETS:
            try:
                plain(configured(kind, kind.__name__, preset))
            except (TypeError, ValueError) as error:
                raise Broken(f"a parameter of the preset {preset} is no JSON: {error}") from error
        return None

    def presets() -> str | None:
        lacking = [preset for preset in (PAPER_PRESET, CPU_PRESET) if preset not in kind.PRESETS]
        if lacking:
            raise Broken(f"PRESETS has no {lacking[0]!r}")
        undocumented = [word for word in parameters_of(kind) if word not in kind.PARAMETERS]
        return f"PARAMETERS does not explain {', '.join(undocumented)}" if undocumented else None

    return [
        ("the constructor takes named parameters with defaults, and only stores them", constructor),
        ("get_params gives back what the constructor was given", round_trip),
        ("parameters are plain values (numbers, words, lists)", simple),
        ("there are the presets paper and cpu", presets),
    ]
