"""One process at a time in a folder; the system lets go of the lock when its holder dies."""

from __future__ import annotations

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
    try:
        root.mkdir(parents=True, exist_ok=True)
        stream = (root / NAME).open("ab")
    except OSError as error:
        raise UserError(
            f"{root}: the twin cannot be written here ({error.strerror}). Choose another folder for --out."
        ) from error
    with stream:
        said = False
        while not _taken(stream):
            if waiting is None:
                raise UserError(
                    f"{root}: another run is writing here. Wait for it, or choose another folder for --out."
                )
            if not said:
                waiting()
                said = True
            time.sleep(_PAUSE)
        yield


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
