"""Which code a feature was computed by: a hash of our modules, and the versions of the libraries beneath them."""

from __future__ import annotations

import ast
import hashlib
import importlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import mebench

COMPUTING = ("cv2", "numba", "numpy", "scipy", "skimage")
"""The libraries whose version may change a number."""
OURS = ("mebench.features.", "mebench.video.")


def identity(modules: Iterable[str]) -> dict[str, str]:
    """Return what identifies the code of some modules and of all that they import of `OURS`.

    Parameters
    ----------
    modules : iterable of str
        Dotted names; those that are none of ours are passed over.

    Returns
    -------
    dict of str to str
        ``mebench``: the first 16 digits of a SHA-256 over the sources, so that any change makes features anew; and the
        version of every library in `COMPUTING` that they import.
    """
    return _identity(tuple(sorted({name for name in modules if name.startswith(OURS)})))


@cache
def _identity(modules: tuple[str, ...]) -> dict[str, str]:
    sources, libraries = _reached(modules)
    digest = hashlib.sha256()
    for name in sorted(sources):
        digest.update(f"{name}\n{len(sources[name])}\n".encode() + sources[name])
    return {"mebench": digest.hexdigest()[:16], **{name: _version(name) for name in sorted(libraries)}}


def _version(library: str) -> str:
    try:
        return str(importlib.import_module(library).__version__)
    except ModuleNotFoundError:  # what needs it says so
        return "none"


def _reached(modules: Iterable[str]) -> tuple[dict[str, bytes], set[str]]:
    """Return the sources of all modules that are reached by imports, and the libraries."""
    sources: dict[str, bytes] = {}
    libraries: set[str] = set()
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name in sources:
            continue
        path = _path(name)
        if path is None:
            continue
        sources[name] = path.read_bytes()
        for imported in _imports(sources[name]):
            if imported.startswith(OURS):
                waiting.append(imported)
            elif imported.partition(".")[0] in COMPUTING:
                libraries.add(imported.partition(".")[0])
    return sources, libraries


def _path(module: str) -> Path | None:
    """Return the file of a module of ours; None for a name within one (``from module import name``)."""
    place = Path(mebench.__file__).parent.joinpath(*module.split(".")[1:])
    found = [path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()]
    return found[0] if found else None


def _imports(source: bytes) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names
