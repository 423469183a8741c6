"""Who looks at what is not theirs: files and tables of the test side that are touched while a method learns."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mebench.datasets import library

_LOADERS = ("load", "load_dataset", "load_clips", "load_twin", "load_entry", "load_clip_twin", "load_clip_entry")


class Touched(RuntimeError):
    """What the text names was touched, although it is of the test side."""


_forbidden: list[Callable[[str], bool]] = []
_hooked = False


@contextmanager
def forbidden(root: Path | None, allowed: Collection[Path], files: Collection[Path] = ()) -> Iterator[None]:
    """Raise :class:`Touched` when something of the test side is opened or any annotation is loaded in the block.

    Parameters
    ----------
    root : Path or None
        The folder of the dataset; nothing below it may be opened but what is allowed.
    allowed : collection of Path
        The folders, or video files, of the train side.
    files : collection of Path
        Further files that may not be opened, such as cached features of the test side.
    """
    _hook()
    below = str(root.resolve()) if root is not None else None
    fine = tuple(str(path.resolve()) for path in allowed)
    closed = {str(path.resolve()) for path in files}

    def is_forbidden(path: str) -> bool:
        if path in closed:
            return True
        if below is None or not (path == below or path.startswith(below + os.sep)) or os.path.isdir(path):
            return False
        return not any(path == one or path.startswith(one + os.sep) for one in fine)

    _forbidden.append(is_forbidden)
    try:
        with _no_annotations():
            yield
    finally:
        _forbidden.remove(is_forbidden)


@contextmanager
def _no_annotations() -> Iterator[None]:
    """Let every way to load a dataset by its name raise."""
    before = {name: getattr(library, name) for name in _LOADERS if hasattr(library, name)}

    def refuse(*given: Any, **options: Any) -> Any:
        raise Touched("annotations were loaded by the method itself")

    for name in before:
        setattr(library, name, refuse)
    try:
        yield
    finally:
        for name, function in before.items():
            setattr(library, name, function)


def _hook() -> None:
    """Listen to every file that Python opens; such a hook cannot be taken away, so it is one and mostly idle."""
    global _hooked
    if not _hooked:
        _hooked = True
        sys.addaudithook(_listen)


def _listen(event: str, given: tuple[Any, ...]) -> None:
    if not _forbidden or event != "open" or not given or not isinstance(given[0], str | bytes | os.PathLike):
        return
    path = os.path.realpath(os.fsdecode(given[0]))
    if any(is_forbidden(path) for is_forbidden in list(_forbidden)):
        raise Touched(f"{path} was opened")
