"""Folds: who is learned from and who is tested. A fold names subjects, so that no clip of a test subject can leak."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Subject(NamedTuple):
    """A person: the dataset and the name within it (the key is both, since many datasets have a subject 06)."""

    dataset: str
    subject: str


@dataclass(frozen=True)
class Fold:
    """One training and one test side.

    Raises
    ------
    ValueError
        If a subject stands on both sides, or the test side is empty.
    """

    name: str
    train: tuple[Subject, ...]
    test: tuple[Subject, ...]

    def __post_init__(self) -> None:
        if shared := set(self.train) & set(self.test):
            raise ValueError(f"fold {self.name}: {sorted(shared)[0]} would be learned from and tested")
        if not self.test:
            raise ValueError(f"fold {self.name} tests nobody")


def leave_one_subject_out(subjects: Iterable[Subject]) -> tuple[Fold, ...]:
    """Return one fold a subject, which is tested while all others are learned from."""
    everyone = tuple(dict.fromkeys(subjects))
    several = len({who.dataset for who in everyone}) > 1
    return tuple(
        Fold(f"{who.dataset}/{who.subject}" if several else who.subject, tuple(o for o in everyone if o != who), (who,))
        for who in everyone
    )


def hold_out(train: Iterable[Subject], test: Iterable[Subject], name: str) -> tuple[Fold, ...]:
    """Return the single fold that learns from ``train`` and tests ``test``."""
    return (Fold(name, tuple(dict.fromkeys(train)), tuple(dict.fromkeys(test))),)


def folds_csv(folds: Sequence[Fold]) -> str:
    """Return the folds as CSV, a row for each tested subject.

    Leaving one out, everybody else is learned from; a single fold also lists whom it learns from.
    """
    lines = ["fold,role,dataset,subject"]
    for fold in folds:
        lines += [f"{fold.name},test,{who.dataset},{who.subject}" for who in fold.test]
        if len(folds) == 1:
            lines += [f"{fold.name},train,{who.dataset},{who.subject}" for who in fold.train]
    return "\n".join(lines) + "\n"


def sha256_of_text(text: str) -> str:
    """Return the SHA-256 of a text, by which two exports are compared."""
    return hashlib.sha256(text.encode()).hexdigest()
