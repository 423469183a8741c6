"""A method's class from where it is said to be: a name of the registry, or ``FILE.py:Class`` of somebody's own."""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import os
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import mebench
from mebench.baselines.registry import checked_kind, entries, is_ours, method_class
from mebench.baselines.source import files_beside, files_of_package
from mebench.problems import UserError, printable, unknown_name

if TYPE_CHECKING:
    from mebench.baselines.method import Method

_ROOMS = ("baselines", "features", "video")


def is_file(name: str) -> bool:
    """Return whether a name means ``FILE.py:Class``."""
    return ".py:" in name or name.endswith(".py")


def find_kind(name: str) -> type[Method]:
    """Return a method's class by its name, or by ``FILE.py:Class``.

    Raises
    ------
    UserError
        If there is none.
    """
    if not is_file(name):
        return method_class(name)
    file, word = _split(name)
    return _from_file(str(file), word)


def portable_name(name: str) -> str:
    """Return the name as another process in another folder understands it."""
    if not is_file(name):
        return name
    file, word = _split(name)
    return f"{file}:{word}"


def short_name(name: str) -> str:
    """Return what a method is called in tables and folders.

    Examples
    --------
    >>> short_name("my/new_method.py:NewMethod"), short_name("dyngeonet")
    ('NewMethod', 'dyngeonet')
    """
    return name.rpartition(":")[2] if is_file(name) else name


def code_of(kind: type[Method], name: str) -> str:
    """Return a hash of the code that a run depends on: our rooms, and the files of a method of somebody else's."""
    digest = hashlib.sha256(_our_code().encode())
    if not (name in entries() and is_ours(name)):
        home = Path(inspect.getfile(kind)).resolve().parent
        for place, path in sorted(
            (Path(os.path.relpath(path, home)).as_posix(), path) for path in files_of(kind, name)
        ):
            data = path.read_bytes()
            digest.update(f"{place}\n{len(data)}\n".encode() + data)
    return digest.hexdigest()


def files_of(kind: type[Method], name: str) -> set[Path]:
    """Return the files of the code of a method of somebody else's: its own, and what it imports from beside it.

    Of a method that an installed package offers they are those of the package that are loaded.
    """
    own = Path(inspect.getfile(kind)).resolve()
    if is_file(name):
        file, _ = _split(name)
        return {own} | files_beside(file, _loaded_with.get(str(file), ()))
    top = kind.__module__.partition(".")[0]
    return {own} if top == mebench.__name__ else {own, *files_of_package(top)}


_loaded_with: dict[str, frozenset[str]] = {}
"""The modules that each file brought with it when it was imported."""


def _split(name: str) -> tuple[Path, str]:
    """Return file and class of ``FILE.py:Class``; the class is empty where none is named."""
    file, _, word = (name if ".py:" in name else f"{name}:").rpartition(".py:")
    return Path(file + ".py").resolve(), word


@cache
def _our_code() -> str:
    root = Path(mebench.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(path for room in _ROOMS for path in (root / room).rglob("*.py")):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\n{len(data)}\n".encode() + data)
    return digest.hexdigest()


@cache
def _from_file(file: str, word: str) -> type[Method]:
    module = _module(file)
    if word and hasattr(module, word):
        return checked_kind(getattr(module, word), f"{Path(file).name}:{word}")
    classes = [
        name for name, found in vars(module).items() if inspect.isclass(found) and found.__module__ == module.__name__
    ]
    if not word:
        known = f"The classes in it: {', '.join(classes)}." if classes else "There is none in it yet."
        methods = [name for name in classes if hasattr(getattr(module, name), "get_params")]
        example = (methods or ["MyMethod"])[0]
        raise UserError(
            f"{printable(file)}: name the class too, FILE:CLASS, as in {printable(Path(file).name)}:{example}. {known}"
        )
    if not classes:
        raise UserError(f"{printable(file)}: there is no class {printable(word)}, nor any other.")
    raise unknown_name(f"class in {Path(file).name}", word, classes)


@cache
def _module(file: str) -> ModuleType:
    path = Path(file)
    if not path.is_file():
        raise UserError(f"{printable(file)}: there is no such file. Give FILE.py:Class.")
    module_name = f"mebench_method_{hashlib.sha256(file.encode()).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None:
        raise UserError(f"{printable(file)}: this is no Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module
    before = set(sys.modules)
    # A neighbour that it imports lies beside it, as when Python runs the file.
    sys.path.insert(0, str(path.parent))
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[module_name]
        line = _line_within(error, file)
        raise UserError(
            f"{printable(file)}{line}: it cannot be imported ({type(error).__name__}: {printable(str(error))})."
        ) from error
    finally:
        sys.path.remove(str(path.parent))
    _loaded_with[file] = frozenset(set(sys.modules) - before)
    return module


def _line_within(error: Exception, file: str) -> str:
    """Return ``, line 12`` of the file in which an error arose, if it is known."""
    if isinstance(error, SyntaxError) and error.filename == file:
        return f", line {error.lineno}"
    lines = []
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    return f", line {lines[-1]}" if lines else ""
