"""A support vector machine over descriptors, whose C is chosen by subjects left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mebench.metrics.recognition import tally, uf1
from mebench.problems import UserError

Rows = NDArray[np.float64]
Labels = NDArray[np.intp]


@dataclass(frozen=True)
class Machine:
    """How a linear machine learns.

    Parameters
    ----------
    n_classes : int
    scale : bool
        Give every number of the descriptor the mean 0 and the deviation 1 over the training clips first.
    balanced : bool
        Weigh classes by the inverse of how often they occur.
    """

    n_classes: int
    scale: bool = True
    balanced: bool = True

    def scores(self, rows: Rows, labels: Labels, others: Rows, cs: Sequence[float]) -> list[Rows]:
        """Learn once for each C and return what is said of other rows, (n, classes) each: the higher the likelier.

        A class without a training clip scores -inf. With a single class that one scores 0.
        """
        rows, others = self._scaled(rows, others)
        # Dot products are as many as pairs of clips, far fewer numbers than there are in the descriptors.
        return [self._one(rows @ rows.T, labels, others @ rows.T, c) for c in cs]

    def _scaled(self, rows: Rows, others: Rows) -> tuple[Rows, Rows]:
        if not self.scale:
            return rows, others
        mean, deviation = rows.mean(axis=0), rows.std(axis=0)
        deviation[deviation == 0] = 1
        return (rows - mean) / deviation, (others - mean) / deviation

    def _one(self, within: Rows, labels: Labels, across: Rows, c: float) -> Rows:
        found = np.full((len(across), self.n_classes), -np.inf)
        present = np.unique(labels)
        if len(present) == 1:
            found[:, present[0]] = 0
            return found
        from sklearn.svm import SVC

        machine = SVC(C=c, kernel="precomputed", class_weight="balanced" if self.balanced else None)
        said = machine.fit(within, labels).decision_function(across)
        found[:, machine.classes_] = np.stack([-said, said], axis=1) if len(present) == 2 else said
        return found


def chosen_c(
    machine: Machine, rows: Rows, labels: Labels, subjects: NDArray[Any], cs: Sequence[float], parts: int, seed: int
) -> float:
    """Return the C with the best UF1 over training subjects that are left out, all parts counted together.

    Of equal ones the smallest is taken, which fits the least.

    Raises
    ------
    UserError
        If there are fewer than two subjects.
    """
    names = np.unique(subjects)
    if len(names) < 2:
        raise UserError(
            "To choose the C of the machine by subjects left out takes at least two subjects to learn from."
        )
    shuffled = np.random.Generator(np.random.PCG64(seed)).permutation(names)
    cs = sorted(cs)
    said = np.zeros((len(cs), len(labels)), np.intp)
    for part in np.array_split(shuffled, min(parts, len(names))):
        out = np.isin(subjects, part)
        for i, scores in enumerate(machine.scores(rows[~out], labels[~out], rows[out], cs)):
            said[i, out] = scores.argmax(axis=1)
    everybody = np.zeros(len(labels), np.intp)
    scored = [uf1(tally(everybody, labels, row, 1, machine.n_classes)[0]) for row in said]
    return float(cs[int(np.argmax(scored))])


def as_probabilities(scores: Rows) -> Rows:
    """Return scores as numbers that sum to 1 and keep their order (softmax); they are not calibrated."""
    grown = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=1, keepdims=True), np.float64)
