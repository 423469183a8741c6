"""The two expression types, however they are spelled."""

from __future__ import annotations

import re
from functools import lru_cache

from mebench.datasets.tables import MAE, ME

_IGNORED = re.compile(r"[\s_.\-‐‑‒–—]+")
_MICRO = re.compile(r"me|micro(?:exp(?:ression)?s?)?(?:1/2|1|2)?")
_MACRO = re.compile(r"mae|macro(?:exp(?:ression)?s?)?")


@lru_cache(maxsize=256)
def expression_type(written: str) -> str | None:
    """Return ``"me"`` or ``"mae"`` for any spelling of a type in the wild, or None.

    Case, blanks, hyphens and underscores do not count: ``ME``, ``micro``, ``Micro - 1/2`` (SAMM),
    ``micro-expression`` (CAS(ME)^2), ``MaE``, ``Macro``, ``macro_expressions``. Numeric codes are refused: published
    scripts disagree on what 0, 1 and 2 mean.

    Examples
    --------
    >>> expression_type("Micro - 1/2"), expression_type("macro-expression"), expression_type("blink")
    ('me', 'mae', None)
    """
    folded = _IGNORED.sub("", written).casefold()
    if _MICRO.fullmatch(folded):
        return ME
    return MAE if _MACRO.fullmatch(folded) else None
