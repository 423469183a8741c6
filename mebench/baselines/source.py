"""Which files the code of somebody else's method is in: what a run depends on beside our own."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

import mebench

_OURS = Path(mebench.__file__).resolve().parent


def files_beside(file: Path, loaded: Collection[str]) -> set[Path]:
    """Return a file with the modules that it imports from its own folder or below.

    Imports are read from the text, those inside functions too, so that the answer does not depend on what has run; a
    module that is imported by a computed name is known by having been loaded with the file.

    Parameters
    ----------
    file : Path
        Absolute.
    loaded : collection of str
        The names of the modules that came with it.
    """
    found, waiting = {file}, [file, *(path for path in _files(loaded) if _counts(path, file.parent))]
    while waiting:
        one = waiting.pop()
        found.add(one)
        new = {path.resolve() for path in _imported(one, file.parent)} - found
        waiting += [path for path in new if _counts(path, file.parent)]
    return found


@cache
def files_of_package(top: str) -> frozenset[Path]:
    """Return the files of the modules of a package that are loaded when it is first asked for."""
    return frozenset(_files([name for name in sys.modules if name == top or name.startswith(f"{top}.")]))


def _files(modules: Collection[str]) -> Iterator[Path]:
    for name in modules:
        path = getattr(sys.modules.get(name), "__file__", None)
        if path is not None and path.endswith(".py"):
            yield Path(path).resolve()


def _counts(path: Path, folder: Path) -> bool:
    """Return whether a file lies in the folder, and is neither of an installed package nor ours."""
    inside = path.is_relative_to(folder) and not path.is_relative_to(_OURS)
    return inside and "site-packages" not in path.relative_to(folder).parts


def _imported(file: Path, folder: Path) -> Iterator[Path]:
    """Yield the files that a file's import statements may mean, and that are there."""
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):
        return  # whoever imports it is told
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names, base = [alias.name for alias in node.names], folder
        elif isinstance(node, ast.ImportFrom):
            names = [".".join(filter(None, (node.module, alias.name))) for alias in node.names]
            base = file.parents[node.level - 1] if node.level else folder
        else:
            continue
        for name in names:
            parts = name.split(".")
            for n in range(1, len(parts) + 1):
                place = base.joinpath(*parts[:n])
                yield from (path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file())
