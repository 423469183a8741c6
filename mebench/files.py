"""Small habits for files: written whole or not at all, and known by their hash."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from mebench.problems import UserError, printable, quoted


class Unwritable(UserError):
    """A file could not be written: the disk is full, or the folder is not ours to write to."""


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader sees the old content or the new one, never a half.

    Raises
    ------
    Unwritable
        If the disk is full or the folder cannot be written to.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        prefix, ending = _around(path)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=ending)
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise _unwritable(path, error) from error
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def half_written(path: Path) -> list[Path]:
    """Return what :func:`write_atomically` of ``path`` left where its process was killed."""
    prefix, ending = _around(path)
    names = os.listdir(path.parent) if path.parent.is_dir() else []
    return [path.parent / name for name in names if name.startswith(prefix) and name.endswith(ending)]


def _unwritable(path: Path, error: OSError) -> Unwritable:
    """Return the sentence; room is made only where room is what is missing."""
    full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    remedy = "Make room, or choose a folder on another disk" if full else "Choose a folder that you may write to"
    return Unwritable(f"{path}: cannot be written ({error.strerror}). {remedy}.")


def _around(path: Path) -> tuple[str, str]:
    """Return how the name of a temporary file begins and ends."""
    return f".{path.name[:40]}.", ".part"


class NotJson(Exception):
    """Bytes that are no JSON object we can keep; the text says why and begins with a verb."""


def json_object(data: bytes, limit: int) -> dict[str, Any]:
    """Read a JSON object from whoever wrote it: no field twice, no NaN, no half characters, no endless nesting.

    Raises
    ------
    NotJson
        If the bytes are more than ``limit``, or no such object.
    """
    if len(data) > limit:
        raise NotJson(f"is larger than {limit // 1_000_000} MB")
    try:
        found = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_distinct, parse_constant=_refuse_constant)
        json.dumps(found, ensure_ascii=False).encode()  # a lone surrogate could never be shown or written again
    except UnicodeDecodeError as error:
        raise NotJson(f"is not UTF-8 (byte {error.start})") from None
    except UnicodeEncodeError:
        raise NotJson("holds half a character (a lone surrogate)") from None
    except json.JSONDecodeError as error:
        raise NotJson(f"is no JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else printable(str(error))
        raise NotJson(f"is no JSON that can be kept: {reason}") from None
    if not isinstance(found, dict):
        raise NotJson(f"is a JSON {type(found).__name__}, not an object")
    return found


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the field {quoted(key)} is given twice")
        found[key] = value
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def cache_folder() -> Path:
    """Return the folder of everything that can be made again: ``MEBENCH_CACHE``, else the user's cache folder."""
    if named := os.environ.get("MEBENCH_CACHE"):
        return Path(named).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_dir("mebench", appauthor=False))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as 64 hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def inert_cell(text: str) -> str:
    """Return a text cell that no spreadsheet takes for a formula (a leading ``=``, ``+``, ``-``, ``@`` is quoted)."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
