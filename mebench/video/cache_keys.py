"""What a cache entry is known by: the hash of everything that its content depends on."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, is_dataclass
from functools import cached_property
from typing import Any

import numpy as np

KIND = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""A kind is a folder of the cache, so it is a plain lower-case name."""


@dataclass(frozen=True)
class Key:
    """The name of one cache entry.

    Parameters
    ----------
    kind : str
        What is stored, e.g. ``flow``.
    parts : str
        Canonical JSON of all that the content depends on.
    """

    kind: str
    parts: str

    @cached_property
    def digest(self) -> str:
        """SHA-256 of kind and parts, 64 hexadecimal digits."""
        return hashlib.sha256(f'{{"kind":{json.dumps(self.kind)},"parts":{self.parts}}}'.encode()).hexdigest()


def key(kind: str, **parts: Any) -> Key:
    """Return the key of an entry.

    Parameters
    ----------
    kind : str
        Lower-case words joined by hyphens.
    **parts
        Everything that the content depends on: identity of the frames, crop, back-end, parameters, versions. Values are
        None, booleans, numbers, strings, sequences, mappings with string keys and dataclasses of these. The order
        within a mapping does not count; ``1``, ``1.0`` and ``True`` are three values.

    Raises
    ------
    TypeError, ValueError
        If a part cannot be written as JSON without loss (NaN, infinity, an array, a path).

    Examples
    --------
    >>> key("flow", frames="ab", crop=None) == key("flow", crop=None, frames="ab")
    True
    >>> key("flow", frames="ab").digest[:8]
    'bdf93190'
    """
    if not KIND.fullmatch(kind):
        raise ValueError(f"{kind!r} is not a kind: lower-case words joined by hyphens")
    return Key(kind, canonical(parts))


def canonical(value: Any) -> str:
    """Return the one JSON text of a value: sorted keys, no blanks, ASCII."""
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it; nothing is turned into text in silence."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value} cannot be part of a key")
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {"is": type(value).__name__, **_plain(asdict(value))}
    if isinstance(value, Mapping):
        if not all(isinstance(name, str) for name in value):
            raise TypeError("a mapping in a key has names only")
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    raise TypeError(f"{type(value).__name__} cannot be part of a key: give its identity as text or numbers")
