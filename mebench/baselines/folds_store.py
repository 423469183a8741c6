"""The finished folds of a run: each in a file of its own, written whole at once, so that none is ever lost or half.

Workers write them, wherever they run; whoever starts the same run again reads what is there and does the rest.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mebench.files import Unwritable, write_atomically
from mebench.problems import UserError, printable

IDENTITY = "run.json"
KEPT = "Finished folds are kept: give the same command again."
_LONGEST = 120
_SHOWN = 4


@dataclass(frozen=True)
class Store:
    """A folder of a run.

    Parameters
    ----------
    out : Path
    key : str
        Hash of everything that the folds depend on; files of another key are not ours.
    """

    out: Path
    key: str

    def begin(self, facts: dict[str, Any]) -> None:
        """Create the folder, or take up one that the same run left, or another in which nothing was finished.

        Raises
        ------
        UserError
            If another run lies there, or the folder cannot be written to.
        """
        path = self.out / IDENTITY
        if path.is_file():
            try:
                there = json.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                there = None
            there = there if isinstance(there, dict) else {}
            if there.get("key") == self.key:
                return
            if not self._only_begun():
                raise UserError(
                    f"{self.out}: this folder holds another run ({_difference(there, facts)}). Choose another "
                    "--out, or remove the folder."
                )
            self.tidy()  # features of the other run
        elif self.out.is_dir() and any(self.out.iterdir()):
            raise UserError(f"{self.out}: this folder is not empty, and holds no run. Choose another --out.")
        write_atomically(path, json.dumps({"key": self.key, **facts}, indent=1, ensure_ascii=False) + "\n")

    def abandon(self) -> None:
        """Remove the folder of a run that has failed before anything was computed; otherwise do nothing."""
        with contextlib.suppress(OSError):
            if {path.name for path in self.out.iterdir()} == {IDENTITY}:
                (self.out / IDENTITY).unlink()
                self.out.rmdir()

    def _only_begun(self) -> bool:
        """Return whether no fold is finished, and nothing of anybody else's lies here."""
        names = {path.name for path in self.out.iterdir() if not path.name.endswith(".part")}
        return names <= {IDENTITY, "work", "folds"} and not any((self.out / "folds").glob("*.json"))

    @property
    def work(self) -> Path:
        """The folder of what only a running run needs."""
        return self.out / "work"

    def path(self, fold: str) -> Path:
        """Return where a fold's result lies."""
        return self.out / "folds" / f"{_file_name(fold)}.json"

    def put(self, fold: str, result: dict[str, Any]) -> None:
        """Save the result of a fold.

        Raises
        ------
        UserError
            If it cannot be written.
        """
        text = json.dumps({"key": self.key, "fold": fold, "result": result}, ensure_ascii=False)
        try:
            write_atomically(self.path(fold), text + "\n")
        except Unwritable as error:
            raise UserError(f"{error} {KEPT}") from error
        self.forget_progress(fold)

    def get(self, fold: str) -> dict[str, Any] | None:
        """Return the result of a fold, or None if it is not there, damaged, or of another run."""
        try:
            there = json.loads(self.path(fold).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if not isinstance(there, dict) or (there.get("key"), there.get("fold")) != (self.key, fold):
            return None
        result: dict[str, Any] = there["result"]
        return result

    def tell_progress(self, fold: str, epoch: int, epochs: int) -> None:
        """Leave a note of how far a fold is, for whoever watches; that it fails matters to nobody."""
        with contextlib.suppress(OSError):
            path = self._progress(fold)
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f"{path.name}.{os.getpid()}")
            part.write_text(f"{epoch} {epochs}\n", encoding="utf-8")
            os.replace(part, path)

    def progress_of(self, fold: str) -> tuple[int, int] | None:
        """Return (epoch, epochs) of a fold that is at work."""
        try:
            epoch, epochs = self._progress(fold).read_text(encoding="utf-8").split()
            return int(epoch), int(epochs)
        except (OSError, ValueError):
            return None

    def forget_progress(self, fold: str) -> None:
        """Remove the note of a fold."""
        with contextlib.suppress(OSError):
            self._progress(fold).unlink(missing_ok=True)

    def tidy(self) -> None:
        """Remove what only a running run needs."""
        shutil.rmtree(self.work, ignore_errors=True)

    def _progress(self, fold: str) -> Path:
        return self.work / f"{_file_name(fold)}.progress"


def _difference(there: Mapping[str, Any], asked: Mapping[str, Any]) -> str:
    """Return in what two runs differ, e.g. ``seed 0 there, 1 asked``."""
    before, now = _flat(there), _flat({"key": "", **asked})
    said = []
    for name in dict.fromkeys([*now, *before]):
        if name == "key" or before.get(name) == now.get(name):
            continue
        word, is_hash, _ = name.partition("_sha256")
        old, new = (printable(str(of.get(name, "none")), 60) for of in (before, now))
        said.append(f"other {word}" if is_hash else f"{word} {old} there, {new} asked")
    more = f"; and {len(said) - _SHOWN} more" if len(said) > _SHOWN else ""
    return "; ".join(said[:_SHOWN]) + more if said and len(before) > 1 else "other data, parameters or code"


def _flat(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts of facts under their innermost names; those of a hash under the hash's."""
    found: dict[str, Any] = {}
    for name, value in facts.items():
        if isinstance(value, Mapping) and not name.endswith("_sha256"):
            found |= _flat(value)
        else:
            found[name] = value
    return found


def _file_name(fold: str) -> str:
    """Return a fold's name as the name of a file, different for different folds."""
    safe = quote(fold, safe="")
    digest = hashlib.sha256(fold.encode()).hexdigest()[:8]
    return safe if len(safe) <= _LONGEST else f"{safe[:_LONGEST]}-{digest}"
