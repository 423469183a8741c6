"""One thread a worker: small networks are many times slower with two on a busy machine, and sums keep their order."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def one_thread(modules: tuple[str, ...] = ()) -> Iterator[None]:
    """Let BLAS, torch and OpenCV use one thread in the block.

    Parameters
    ----------
    modules : tuple of str
        What will be imported in it, such as ``torch``: it must be there before its threads can be limited.
    """
    for name in modules:
        if name.partition(".")[0] in {"torch", "cv2"}:
            importlib.import_module(name)
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(ModuleNotFoundError):
            stack.enter_context(importlib.import_module("threadpoolctl").threadpool_limits(1))
        torch: Any = sys.modules.get("torch")
        if torch is not None:
            stack.callback(torch.set_num_threads, torch.get_num_threads())
            torch.set_num_threads(1)
        cv2: Any = sys.modules.get("cv2")
        if cv2 is not None:
            stack.callback(cv2.setNumThreads, cv2.getNumThreads())
            cv2.setNumThreads(1)
        yield
