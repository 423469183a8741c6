"""Which class a label means: its name in any letter case, or the code that the MEGC2019 challenge gave it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from mebench.problems import quoted, suggest
from mebench.submission.cells import NOTHING
from mebench.submission.findings import Fault

MEGC2019_CLASSES = ("negative", "positive", "surprise")
"""In the order of their codes 0, 1, 2."""

_SHORT = {"neg": "negative", "ne": "negative", "pos": "positive", "po": "positive", "sur": "surprise"}
_CODE = re.compile(r"[+-]?([0-9]{1,9})(\.0*)?")


def codes_of(classes: Sequence[str]) -> Mapping[str, str]:
    """Return the code of each class, empty unless they are the three of MEGC2019: no other list has agreed codes."""
    if set(classes) != set(MEGC2019_CLASSES):
        return {}
    return {name: str(i) for i, name in enumerate(MEGC2019_CLASSES)}


def class_of(written: str, classes: Sequence[str]) -> str | None:
    """Return the class that a cell means, or None.

    Examples
    --------
    >>> [class_of(cell, MEGC2019_CLASSES) for cell in ("Negative", "1", "2.0", "sur", "3", "happiness")]
    ['negative', 'positive', 'surprise', 'surprise', None, None]
    """
    folded = written.strip().casefold()
    by_name = {name.casefold(): name for name in classes}
    if folded in by_name:
        return by_name[folded]
    if _CODE.fullmatch(folded):
        by_code = {code: name for name, code in codes_of(classes).items()}
        return by_code.get(_plain(folded))
    if codes_of(classes) and folded in _SHORT:
        return _SHORT[folded]
    return by_name.get(folded + "s") or (by_name.get(folded[:-1]) if folded.endswith("s") else None)


def _plain(code: str) -> str:
    """Return a code without a point and leading zeros; a negative one stays negative."""
    bare = code.partition(".")[0]
    sign = "-" if bare.startswith("-") else ""
    return sign + (bare.lstrip("+-").lstrip("0") or "0")


def is_nothing(written: str) -> bool:
    """Return whether a label cell holds no label: blank, ``-``, ``nan``, ``?``."""
    return written.strip().casefold() in NOTHING or written.strip() == "?"


def label_fault(written: str, classes: Sequence[str], name: str) -> Fault:
    """Return what is wrong with a label that is no class of the samples called ``name``."""
    codes = codes_of(classes)
    known = ", ".join(f"{one} ({codes[one]})" if codes else one for one in classes)
    if is_nothing(written):
        shown = f" ({quoted(written)})" if written else ""
        return Fault(f"the label is missing{shown}", f"Write one of {known}", written)
    if _CODE.fullmatch(written.strip()):
        if codes:
            return Fault(f"no class has the code {quoted(written)}", f"Write one of {known}", written)
        message = f"the label is the code {quoted(written)}, but the classes of {name} have no agreed codes"
        return Fault(message, f"Write one of {known}", written)
    near = suggest(written, classes).strip()
    return Fault(f"there is no class {quoted(written)} in {name}", near or f"Write one of {known}", written)
