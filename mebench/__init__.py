"""mebench: scores, protocols and baselines for facial micro-expression spotting and recognition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from mebench.auditing.recognition import audit_recognition
    from mebench.auditing.spotting import audit_spotting
    from mebench.baselines.runner import run_baseline
    from mebench.comparing import compare
    from mebench.datasets.library import load_clips, load_dataset
    from mebench.diagnosis.diagnose import diagnose
    from mebench.problems import InvalidInput, UserError
    from mebench.scoring import score
    from mebench.scoring.spot_then_recognise import score_spot_then_recognise
    from mebench.submission.read import read_submission
    from mebench.submission.write import write_submission

_PUBLIC = {
    "audit_recognition": "mebench.auditing.recognition",
    "audit_spotting": "mebench.auditing.spotting",
    "diagnose": "mebench.diagnosis.diagnose",
    "compare": "mebench.comparing",
    "load_clips": "mebench.datasets.library",
    "load_dataset": "mebench.datasets.library",
    "read_submission": "mebench.submission.read",
    "run_baseline": "mebench.baselines.runner",
    "write_submission": "mebench.submission.write",
    "score": "mebench.scoring",
    "score_spot_then_recognise": "mebench.scoring.spot_then_recognise",
    "UserError": "mebench.problems",
    "InvalidInput": "mebench.problems",
}

__all__ = [
    "InvalidInput",
    "UserError",
    "audit_recognition",
    "audit_spotting",
    "compare",
    "diagnose",
    "load_clips",
    "load_dataset",
    "read_submission",
    "run_baseline",
    "score",
    "score_spot_then_recognise",
    "write_submission",
]


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that ``import mebench`` costs nothing."""
    if name in _PUBLIC:
        import importlib

        return getattr(importlib.import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'mebench' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
