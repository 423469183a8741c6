"""Small habits for files: written whole or not at all, and known by their hash."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from mebench.problems import UserError


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader sees the old content or the new one, never a half.

    Raises
    ------
    UserError
        If the folder cannot be written to.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        prefix, ending = _around(path)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=ending)
    except OSError as error:
        raise UserError(
            f"{path}: cannot be written ({error.strerror}). Choose a folder that you may write to."
        ) from error
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise UserError(f"{path}: cannot be written ({error.strerror}).") from error
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def half_written(path: Path) -> list[Path]:
    """Return what :func:`write_atomically` of ``path`` left where its process was killed."""
    prefix, ending = _around(path)
    names = os.listdir(path.parent) if path.parent.is_dir() else []
    return [path.parent / name for name in names if name.startswith(prefix) and name.endswith(ending)]


def _around(path: Path) -> tuple[str, str]:
    """Return how the name of a temporary file begins and ends."""
    return f".{path.name[:40]}.", ".part"


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
