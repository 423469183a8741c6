"""One process at a time in a folder; the system lets go of the lock when its holder dies."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from mebench.problems import UserError

NAME = ".lock"
_PAUSE = 0.2


@contextmanager
def alone(root: Path, waiting: Callable[[], None] | None) -> Iterator[None]:
    """Hold the lock of a folder, which is made if need be.

    Parameters
    ----------
    root : Path
    waiting : callable or None
        Called once if another process holds the lock, for which this one waits then; None does not wait.

    Raises
    ------
    UserError
        If the folder cannot be written to, or another process holds the lock and nobody waits.
    """
    said = False
    while (stream := _lock(root)) is None:
        if waiting is None:
            raise UserError(f"{root}: another run is writing here. Wait for it, or choose another folder for --out.")
        if not said:
            waiting()
            said = True
        time.sleep(_PAUSE)
    try:
        yield
    finally:
        if sys.platform == "win32":
            stream.close()  # an open file cannot be removed there, and one that another run has opened stays
        with contextlib.suppress(OSError):
            (root / NAME).unlink()
        stream.close()


def _lock(root: Path) -> IO[bytes] | None:
    """Return the lock's file if it is ours now, None if another run has it."""
    while True:
        try:
            root.mkdir(parents=True, exist_ok=True)
            stream = (root / NAME).open("ab")
        except OSError as error:
            raise UserError(
                f"{root}: the twin cannot be written here ({error.strerror}). Choose another folder for --out."
            ) from error
        if not _taken(stream):
            stream.close()
            return None
        if _still_there(stream, root / NAME):
            return stream
        stream.close()


def _still_there(stream: IO[bytes], path: Path) -> bool:
    """Return whether a path still names the open file; a run that ended in between has removed it with its lock."""
    try:
        return os.path.samestat(os.fstat(stream.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _taken(stream: IO[bytes]) -> bool:
    """Take the lock if it is free; it is let go when the stream is closed."""
    try:
        if sys.platform == "win32":
            import msvcrt

            stream.seek(0)
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True  # a file system without locks: whoever shares a folder there has to take care
    return True
