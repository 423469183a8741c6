"""``twin.json``: what the frames in a folder are, so that only the same command goes on with them."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mebench.files import write_atomically
from mebench.problems import UserError

NAME = "twin.json"
_SCHEMA = "mebench/twin/1"
_CLEARING = "clearing"
_CALLED = {
    "amplitude": ("amplitude", "the default amplitude"),
    "subjects": ("subjects", "all subjects"),
    "frames_are": ("how frames are stored", "nothing"),
    "mebench": ("the version of mebench", "none"),
    "renderer": ("the version of the renderer", "none"),
}
"""What a difference is called, and what stands for a value that is not given."""


def manifest(parts: dict[str, Any]) -> dict[str, Any]:
    """Return the manifest of a twin on the disk: ``parts`` and what else decides over its bytes."""
    made_with = {name: version(name) for name in ("numba", "numpy", "opencv-contrib-python-headless")}
    return {"schema": _SCHEMA, "synthetic": True, **parts, "made_with": {"renderer": _renderer(), **made_with}}


@cache
def _renderer() -> str:
    """Return a hash of what draws the pictures, so that frames of an older version are never mixed in."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.iterdir()):
        if path.suffix in {".py", ".npz"}:
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def begin(root: Path, wanted: dict[str, Any], frame_roots: set[str], force: bool) -> set[str]:
    """Write the manifest of a folder, or find the same one there.

    Parameters
    ----------
    root : Path
    wanted : dict
    frame_roots : set of str
        The folders of frames that will be written.
    force : bool
        Begin anew in a folder of other frames, which has a manifest too.

    Returns
    -------
    set of str
        Folders of frames that must be emptied first; call :func:`cleared` afterwards.

    Raises
    ------
    UserError
        If the folder holds frames that are not those of the manifest.
    """
    found = check(root, wanted, frame_roots, force)
    if found is None:
        _write(root / NAME, wanted)
        return set()
    stale = set(found.pop(_CLEARING, ()))
    if found != wanted:
        stale |= set(found.get("frames_in", ())) | frame_roots
    if stale:
        _write(root / NAME, {**wanted, _CLEARING: sorted(stale)})
    return stale


def check(root: Path, wanted: dict[str, Any], frame_roots: set[str], force: bool) -> dict[str, Any] | None:
    """Return the manifest that is there, None if there is none; raise as :func:`begin` does, and write nothing."""
    path = root / NAME
    found = read(path)
    if found is None:
        foreign = sorted(name for name in frame_roots if (root / name).exists())
        if foreign:
            raise UserError(
                f"{root / foreign[0]}: these frames are not of a twin that was rendered here ({NAME} is missing). "
                "Choose an empty folder for --out."
            )
        return None
    plain = {key: value for key, value in found.items() if key != _CLEARING}
    if plain != wanted and not force:
        raise UserError(
            f"{path}: the frames here are of another twin, which differs in {_difference(plain, wanted)}. "
            "Choose another folder for --out, or replace them with --force."
        )
    return found


def cleared(root: Path, wanted: dict[str, Any]) -> None:
    """Note that nothing of other frames is left."""
    _write(root / NAME, wanted)


def read(path: Path) -> dict[str, Any] | None:
    """Return a manifest, None if there is none.

    Raises
    ------
    UserError
        If the file is no manifest.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}). Choose another folder for --out.") from error
    except ValueError as error:
        raise _damaged(path) from error
    if not isinstance(found, dict) or found.get("schema") != _SCHEMA:
        raise _damaged(path)
    return found


def text(wanted: dict[str, Any]) -> str:
    """Return a manifest as it is written; the same one gives the same text."""
    return json.dumps(wanted, indent=1) + "\n"


def _damaged(path: Path) -> UserError:
    return UserError(f"{path}: this is not the manifest of a rendered twin. Choose another folder for --out.")


def _write(path: Path, wanted: dict[str, Any]) -> None:
    write_atomically(path, text(wanted))


def _difference(found: dict[str, Any], wanted: dict[str, Any]) -> str:
    """Return the first thing in which two manifests differ, with both values."""
    for key in {**wanted, **found}:
        one, other = found.get(key), wanted.get(key)
        if one == other:
            continue
        if isinstance(one, dict) and isinstance(other, dict):
            return _difference(one, other)
        what, absent = _CALLED.get(key, (key.replace("_", " "), "nothing"))
        return f"{what} ({_said(one, absent)} there, {_said(other, absent)} here)"
    return "nothing"


def _said(value: Any, absent: str) -> str:
    """Return a value of a manifest in a reader's words."""
    if value is None:
        return absent
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
