"""The feature cache: what was computed once is found again by what it was computed from.

An entry is one file, ``features-1/KIND/ab/ab12...npz``, named by the hash of its key (:mod:`.cache_keys`) and written
whole or not at all: to a temporary file, synced, then renamed. Two processes that make the same entry write equal
bytes, and the later rename replaces the earlier, so no locks are needed. After a kill there is at most a temporary
file, which the next writer removes; an entry that is damaged nevertheless is removed and made again, with a note.

When the disk is full, :meth:`Cache.put` says so in one sentence; :meth:`Cache.get_or_make` says it once and goes on
without storing.
"""

from __future__ import annotations

import contextlib
import datetime
import errno
import logging
import os
import re
import socket
import stat
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from numpy.typing import NDArray

from mebench.files import cache_folder
from mebench.problems import UserError
from mebench.video.cache_format import Arrays, Corrupt, Settled, explain, pack, settle, unpack
from mebench.video.cache_keys import KIND, Key, key

__all__ = ["Cache", "CacheUnwritable", "Entry", "Key", "key"]

_ENTRY = re.compile(r"[0-9a-f]{64}\.npz")
_SHELF = re.compile(r"[0-9a-f]{2}")
_PART = re.compile(r"(?P<host>[0-9a-f]{8})-(?P<pid>[0-9]+)-(?P<process>[0-9a-f]{8})-[0-9a-f]{32}\.part")
_PROCESS = uuid.uuid4().hex[:8]
_ABANDONED = datetime.timedelta(days=1)
_FULL = {errno.ENOSPC, errno.EDQUOT}


class CacheUnwritable(UserError):
    """An entry could not be stored: the disk is full, or the folder is not ours to write to."""


class Entry(NamedTuple):
    """One entry on the disk; ``used`` is when it was last read or written, in seconds since 1970."""

    kind: str
    path: Path
    size: int
    used: float

    def header(self) -> dict[str, Any]:
        """Return what the entry was made of.

        Raises
        ------
        Corrupt
            If the file is damaged.
        """
        try:
            with _opened(self.path) as stream:
                return explain(stream)
        except OSError as error:
            raise Corrupt(str(error.strerror)) from error


class Cleared(NamedTuple):
    """What :meth:`Cache.clear` removed: number of entries, and their bytes."""

    entries: int
    size: int


class Cache:
    """A folder of arrays by key, shared by all processes of a user.

    Parameters
    ----------
    root : Path, optional
        Default :func:`mebench.files.cache_folder`. It need not exist.
    note : callable, optional
        Takes a sentence that the user should read; default the logger ``mebench``.
    """

    def __init__(self, root: Path | None = None, note: Callable[[str], None] | None = None) -> None:
        self.root = Path(root) if root is not None else cache_folder()
        self.folder = self.root / "features-1"
        self.note = note or logging.getLogger("mebench").warning
        self._tidied = False
        self._said_unwritable = False

    def path(self, key: Key) -> Path:
        """Return where the entry lies, or would lie."""
        return self.folder / key.kind / key.digest[:2] / f"{key.digest}.npz"

    def contains(self, key: Key) -> bool:
        """Return whether there is a complete entry: its directory is read, its arrays are not."""
        try:
            with _opened(self.path(key)) as stream:
                explain(stream)
        except (OSError, Corrupt):
            return False
        return True

    def get(self, key: Key) -> Arrays | None:
        """Return the arrays of an entry, or None; a damaged entry is removed and noted."""
        path = self.path(key)
        try:
            with _opened(path) as stream:
                arrays = unpack(stream.read(), key)
        except OSError:
            return None
        except Corrupt as error:
            self.note(f"{path}: this cache entry is damaged ({error}); it is removed and made again.")
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return arrays

    def put(
        self, key: Key, arrays: Mapping[str, NDArray[Any]], half: Collection[str] | Mapping[str, float] = ()
    ) -> Settled:
        """Store arrays; ``arrays()`` of the answer are these as :meth:`get` will return them.

        Parameters
        ----------
        key : Key
        arrays : mapping of str to ndarray
        half : collection of str, or mapping of str to float
            Which arrays may be stored as float16, see :func:`mebench.video.cache_format.settle`.

        Raises
        ------
        CacheUnwritable
            If the disk is full or the folder cannot be written to.
        """
        settled = settle(arrays, half)
        self._write(key, pack(key, settled))
        return settled

    def get_or_make(
        self,
        key: Key,
        make: Callable[[], Mapping[str, NDArray[Any]]],
        half: Collection[str] | Mapping[str, float] = (),
    ) -> Arrays:
        """Return an entry, made and stored if it is not there; the result is the same either way.

        If it cannot be stored, that is noted once and the arrays are returned all the same.
        """
        if (found := self.get(key)) is not None:
            return found
        settled = settle(make(), half)
        try:
            self._write(key, pack(key, settled))
        except CacheUnwritable as error:
            if not self._said_unwritable:
                self.note(f"{error} Features are computed without storing them.")
                self._said_unwritable = True
        return settled.arrays()

    def prepare(self) -> None:
        """Try whether entries can be stored: long work had better know that before it begins.

        Raises
        ------
        CacheUnwritable
            If the disk is full or the folder cannot be written to.
        """
        try:
            part = self._part()
            try:
                part.write_bytes(b"?")
            finally:
                part.unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error

    def size(self) -> int:
        """Return the bytes of all entries."""
        return sum(entry.size for entry in self.entries())

    def entries(self, kind: str | None = None) -> Iterator[Entry]:
        """Yield the entries, by kind and name; links and files that are none of ours are passed over."""
        for of in _folders(self.folder, KIND):
            if kind is not None and of.name != kind:
                continue
            for shelf in _folders(Path(of.path), _SHELF):
                for found in _listing(Path(shelf.path)):
                    if _ENTRY.fullmatch(found.name) and found.is_file(follow_symlinks=False):
                        with contextlib.suppress(FileNotFoundError):
                            seen = found.stat(follow_symlinks=False)
                            yield Entry(of.name, Path(found.path), seen.st_size, seen.st_mtime)

    def clear(self, older_than: datetime.timedelta | None = None, kind: str | None = None) -> Cleared:
        """Remove entries, and the temporary files of processes that have died.

        Parameters
        ----------
        older_than : timedelta, optional
            Only those that have not been used for so long.
        kind : str, optional
            Only those of this kind.

        Raises
        ------
        CacheUnwritable
            If an entry cannot be removed.
        """
        before = time.time() - older_than.total_seconds() if older_than is not None else None
        count = size = 0
        for entry in list(self.entries(kind)):
            if before is not None and entry.used > before:
                continue
            try:
                entry.path.unlink(missing_ok=True)
            except OSError as error:
                raise CacheUnwritable(f"{entry.path}: cannot be removed ({error.strerror}).") from error
            count, size = count + 1, size + entry.size
            with contextlib.suppress(OSError):  # folders that are empty now
                entry.path.parent.rmdir()
                entry.path.parent.parent.rmdir()
        self._tidy()
        return Cleared(count, size)

    def _write(self, key: Key, content: bytes) -> None:
        try:
            for last in (False, True):
                if not self._tidied:
                    self._tidy()
                try:
                    return self._replace(self.path(key), content)
                except FileNotFoundError:  # somebody is clearing the cache: its folder, or our temporary file
                    if last:
                        raise
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> CacheUnwritable:
        """Return the sentence; room is made only where room is what is missing."""
        if error.errno in _FULL:
            why, remedy = "the disk is full", "Make room with 'mebench cache clear', or name another folder"
        else:
            why, remedy = f"it cannot be written to ({error.strerror})", "Name another folder"
        return CacheUnwritable(f"The feature cache in {self.root} cannot grow: {why}. {remedy} with MEBENCH_CACHE.")

    def _part(self) -> Path:
        """Return the name of a temporary file of this process, in a folder that is there."""
        waiting = self.folder / "tmp"
        waiting.mkdir(parents=True, exist_ok=True)
        return waiting / f"{_host()}-{os.getpid()}-{_PROCESS}-{uuid.uuid4().hex}.part"

    def _replace(self, path: Path, content: bytes) -> None:
        part = self._part()
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(part, path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    def _tidy(self) -> None:
        """Remove the temporary files of processes that were killed."""
        self._tidied = True
        for found in _listing(self.folder / "tmp"):
            named = _PART.fullmatch(found.name)
            with contextlib.suppress(OSError):
                if named and (_dead(named) or time.time() - found.stat().st_mtime > _ABANDONED.total_seconds()):
                    os.unlink(found.path)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open a regular file; a link, a pipe or a device in the cache is no entry."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags), "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise FileNotFoundError(errno.ENOENT, "not a regular file", str(path))
        yield stream


def _host() -> str:
    return uuid.uuid5(uuid.NAMESPACE_DNS, socket.gethostname()).hex[:8]


def _dead(named: re.Match[str]) -> bool:
    """Return whether the process that wrote a temporary file is gone for certain."""
    if named["host"] != _host() or os.name != "posix":  # elsewhere signal 0 is not a question
        return False
    if int(named["pid"]) == os.getpid():
        return named["process"] != _PROCESS
    try:
        os.kill(int(named["pid"]), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


def _folders(folder: Path, name: re.Pattern[str]) -> list[os.DirEntry[str]]:
    return [found for found in _listing(folder) if name.fullmatch(found.name) and found.is_dir(follow_symlinks=False)]


def _listing(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError:
        return []
