"""mebench: scores, protocols and baselines for facial micro-expression spotting and recognition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from mebench.datasets.library import load_dataset
    from mebench.problems import InvalidInput, UserError
    from mebench.scoring import score
    from mebench.submission.read import read_submission
    from mebench.submission.write import write_submission

_PUBLIC = {
    "load_dataset": "mebench.datasets.library",
    "read_submission": "mebench.submission.read",
    "write_submission": "mebench.submission.write",
    "score": "mebench.scoring",
    "UserError": "mebench.problems",
    "InvalidInput": "mebench.problems",
}

__all__ = ["InvalidInput", "UserError", "load_dataset", "read_submission", "score", "write_submission"]


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that ``import mebench`` costs nothing."""
    if name in _PUBLIC:
        import importlib

        return getattr(importlib.import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'mebench' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC])
