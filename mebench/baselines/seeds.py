"""Seeds of folds: made of the base seed and the fold's name, so that neither order nor process matters."""

from __future__ import annotations

import hashlib

import numpy as np


def fold_seed(base: int, fold: str) -> int:
    """Return the seed of a fold, from 0 to 2**32 - 1.

    Examples
    --------
    >>> fold_seed(0, "s15") == fold_seed(0, "s15"), fold_seed(0, "s15") == fold_seed(0, "s16")
    (True, False)
    """
    words = np.frombuffer(hashlib.sha256(fold.encode()).digest(), dtype="<u4")
    sequence = np.random.SeedSequence(base, spawn_key=tuple(int(word) for word in words))
    return int(sequence.generate_state(1)[0])
