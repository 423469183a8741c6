"""What image libraries print goes to us instead of the user's screen.

libjpeg, libpng and FFmpeg write straight to the file descriptor of standard error, where no setting of OpenCV
reaches. What they say of a damaged image is the only sign that some damages leave.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_LOCK = threading.RLock()
_STDERR = 2
_OURS = ("jpeg", "png", "tiff", "[ warn:", "[error:", "[ info:", "[fatal:", "@ 0x", "opencv", "sos param", "huffman")


class Heard:
    """What was said; filled in when the block ends."""

    text: str = ""


class _Ear:
    """The nameless file into which standard error is led, one a process."""

    descriptor: int = -1
    process: int = 0

    def open(self) -> int:
        if self.process != os.getpid():
            with tempfile.TemporaryFile() as file:
                # A bare descriptor: it lives as long as the process.
                self.descriptor, self.process = os.dup(file.fileno()), os.getpid()
        return self.descriptor


_EAR = _Ear()


@contextmanager
def quiet() -> Iterator[Heard]:
    """Keep libraries off the screen; words that are not theirs (a progress bar's) are passed on afterwards."""
    heard = Heard()
    with _LOCK:
        try:
            kept = os.dup(_STDERR)
        except OSError:  # the process has no standard error, so there is nothing to keep clean
            yield heard
            return
        ear = _EAR.open()
        os.dup2(ear, _STDERR)
        try:
            yield heard
        finally:
            os.dup2(kept, _STDERR)
            if length := os.lseek(ear, 0, os.SEEK_CUR):
                said = os.pread(ear, length, 0)
                os.lseek(ear, 0, os.SEEK_SET)
                os.ftruncate(ear, 0)
                heard.text = said.decode(errors="replace")
                if not any(word in heard.text.lower() for word in _OURS):
                    os.write(kept, said)
            os.close(kept)
