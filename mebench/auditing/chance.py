"""Chance under best-of-E epoch selection for a protocol: subjects of the user's copies, or of the synthetic twin."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mebench.metrics.chance import Chance, chance_level
from mebench.problems import UserError
from mebench.protocols.published_counts import FULL

_TWIN = "-twin"


@dataclass(frozen=True)
class ChanceAudit:
    """The level of chance over everything (key ``full``) and over each database of a composite."""

    epochs: int
    subjects_of: str
    synthetic: bool
    n_subjects: int
    seed: int
    levels: dict[str, Chance]

    def as_dict(self) -> dict[str, Any]:
        """Return the levels as a JSON-ready record."""
        return {
            "best_of": self.epochs,
            "subjects_of": self.subjects_of,
            "synthetic": self.synthetic,
            "subjects": self.n_subjects,
            "seed": self.seed,
            "levels": {name: asdict(level) for name, level in self.levels.items()},
        }


def audit_chance(dataset: str, epochs: int, classes: str | None = None, seed: int = 0) -> ChanceAudit:
    """Return the score of random labels when the best of ``epochs`` is kept for each test subject.

    Parameters
    ----------
    dataset : str
        A recognition dataset or composite. Where no copy is registered, the subjects of its synthetic twin serve.
    epochs : int
    classes : str or None
        Class scheme; None takes that of the dataset's protocol.
    seed : int

    Raises
    ------
    UserError
        If there is neither a copy nor a twin, or ``epochs`` is below 1.
    """
    if epochs < 1:
        raise UserError(f"--best-of {epochs}: at least one epoch is needed.")
    name, synthetic, counts, databases = _subjects(dataset, classes)
    levels = {FULL: chance_level(counts, epochs, seed=seed)}
    for database in dict.fromkeys(databases.tolist()):
        scored = databases == database
        if not scored.all() and counts[scored].sum(axis=0).all():
            levels[str(database).removesuffix(_TWIN)] = chance_level(counts, epochs, seed=seed, scored=scored)
    return ChanceAudit(epochs, name, synthetic, len(counts), seed, levels)


def _subjects(dataset: str, classes: str | None) -> tuple[str, bool, NDArray[np.int64], NDArray[np.str_]]:
    """Return the name, whether it is a twin, clips per subject and class (S, C), and each subject's database (S,)."""
    from mebench.protocols.registry import plan

    name = dataset
    try:
        samples = plan(None, name, classes).samples
    except UserError as error:
        if dataset.endswith(_TWIN):
            raise
        name = dataset + _TWIN
        try:
            samples = plan(None, name, classes).samples
        except UserError:
            raise error from None
    if samples is None:
        raise UserError(f"--best-of is for recognition; {dataset} is a spotting dataset.")
    who = samples.samples.groupby(["dataset", "subject"], sort=False).ngroup().to_numpy()
    counts = np.zeros((int(who.max()) + 1, len(samples.classes)), dtype=np.int64)
    np.add.at(counts, (who, samples.codes), 1)
    databases = samples.samples["dataset"].to_numpy(dtype=np.str_)[np.unique(who, return_index=True)[1]]
    present = counts.any(axis=0)
    return name, samples.synthetic, counts[:, present], databases
